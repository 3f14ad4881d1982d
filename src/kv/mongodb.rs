//! `MongoDB`: a document an entry, every condition in the filter of one command.
//!
//! A document has the key (a string, or binary where it is not UTF-8; `_id` unless the URL says otherwise), the value
//! (binary, or a 64 bit integer where it is a decimal one, so that `$inc` counts it), the expiry (a date, which the TTL
//! index sweeps) and `dl`: a byte that tells wrapped from plain, then a random revision. Documents that others wrote
//! have only the first three.

mod document;
mod link;

use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use crate::kv::address::Address;
use crate::kv::driver::{Abilities, Condition, Count, Driver, Entry, Listed, Record, Stat, missing};
use crate::kv::fields::{self, Fields};
use crate::kv::open::Options;
use document::{Shape, key_of, revision};
use link::{Link, Refusal};
use mongodb::bson::{Document, doc};
use mongodb::options::{IndexOptions, ReturnDocument};
use mongodb::{Collection, IndexModel};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A document has at most 16 MiB, key included.
const LARGEST_VALUE_BYTES: usize = 15 << 20;
/// How often a write is tried anew that collided with another which made the same document, and how often an
/// increment may find that its document changed.
const TRIES: u32 = 64;

/// A collection.
#[derive(Debug)]
pub(super) struct Mongodb {
    link: Link,
    shape: Shape,
    may_create: bool,
    /// The collection and its indexes are known to be there.
    is_ready: AtomicBool,
}

impl Mongodb {
    /// The collection of the URL.
    ///
    /// # Errors
    /// Usage: no database or collection is named, options that are wrong.
    pub(super) fn new(address: &Address, options: &Options) -> Result<Self> {
        let shape = Shape(Fields::of(address, "_id", &[fields::OWN, document::SIZE])?);
        let may_create = address.may_create()?;
        Ok(Self { link: Link::new(address, options)?, shape, may_create, is_ready: AtomicBool::new(false) })
    }

    /// Before the first write: the collection with its indexes is made, or, where it must not be, looked for.
    fn make_ready(&self) -> Result<()> {
        if self.is_ready.load(Ordering::Relaxed) {
            return Ok(());
        }
        if self.may_create {
            let Fields { key, expires, .. } = &self.shape.0;
            let sweeper = IndexOptions::builder().expire_after(Duration::ZERO).build();
            let sweeper = IndexModel::builder().keys(doc! { expires: 1 }).options(sweeper).build();
            let made = self.link.ask(0, |all| async move { all.create_index(sweeper).await })?;
            // Who may not make an index, or finds another in its place, does without a sweeper.
            if let Err(refusal) = made
                && !refusal.is_about_an_index()
            {
                return Err(refusal.error);
            }
            if key != "_id" {
                let unique = IndexOptions::builder().unique(true).build();
                let unique = IndexModel::builder().keys(doc! { key: 1 }).options(unique).build();
                let made = self.link.ask(0, |all| async move { all.create_index(unique).await })?;
                made.map_err(|refusal| refusal.error.context(format!("cannot make the field `{key}` unique")))?;
            }
        } else if !self.link.is_there()? {
            return Err(missing(&format!("the collection `{}`", self.link.collection())));
        }
        self.is_ready.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Replaces what matches, or makes it; whether it was done: not if another document of the key is in the way.
    fn replace(&self, filter: Document, document: Document, size: usize, upsert: bool) -> Result<bool> {
        let done = self.link.ask(size, |all| async move {
            let done = all.replace_one(filter, document).upsert(upsert).await?;
            Ok(done.matched_count > 0 || done.upserted_id.is_some())
        })?;
        match done {
            Ok(done) => Ok(done),
            Err(Refusal { is_duplicate: true, .. }) => Ok(false),
            Err(refusal) => Err(refusal.error),
        }
    }

    fn find(&self, filter: Document, projection: Option<Document>) -> Result<Option<Document>> {
        let found = self.link.ask(0, |all| async move {
            let find = all.find_one(filter);
            match projection {
                Some(projection) => find.projection(projection).await,
                None => find.await,
            }
        })?;
        found.map_err(|refusal| refusal.error)
    }

    /// `$inc` on a live integer that has room; `None`: it is not such a one.
    fn add_to(&self, key: &[u8], by: i64) -> Result<Option<i64>> {
        let (low, high) = if by < 0 { (i64::MIN - by, i64::MAX) } else { (i64::MIN, i64::MAX - by) };
        let value = &self.shape.0.value;
        let mut filter = self.shape.live(key, Timestamp::now());
        filter.insert(value, doc! { "$type": "long", "$gte": low, "$lte": high });
        let update = doc! { "$inc": { value: by }, "$set": { fields::OWN: revision(false)? } };
        let done = self.link.ask(0, |all| async move {
            all.find_one_and_update(filter, update).return_document(ReturnDocument::After).await
        })?;
        let done = done.map_err(|refusal: Refusal| refusal.error)?;
        Ok(done.and_then(|new| new.get_i64(value).ok()))
    }

    /// Tells every document that the filter lets through.
    fn each(
        &self,
        filter: Document,
        projection: Document,
        tell: &mut dyn FnMut(&Document) -> Result<()>,
    ) -> Result<()> {
        let cursor = self.link.ask(0, |all| async move { all.find(filter).projection(projection).await })?;
        let mut cursor = cursor.map_err(|refusal: Refusal| refusal.error)?;
        loop {
            let next = self.link.wait(0, async {
                if cursor.advance().await? { cursor.deserialize_current().map(Some) } else { Ok(None) }
            })?;
            match next.map_err(|refusal| refusal.error)? {
                Some(document) => tell(&document)?,
                None => return Ok(()),
            }
        }
    }

    fn delete_where(&self, filter: Document) -> Result<u64> {
        let done = self.link.ask(0, |all: Collection<Document>| async move { all.delete_many(filter).await })?;
        Ok(done.map_err(|refusal| refusal.error)?.deleted_count)
    }
}

impl Driver for Mongodb {
    fn abilities(&self) -> Abilities {
        let (largest_value, expiry_unit) = (Some(LARGEST_VALUE_BYTES), Duration::from_millis(1));
        Abilities { counters: true, largest_value, expiry_unit, ..Abilities::PLAIN }
    }

    fn ping(&self) -> Result<()> {
        self.link.ping()
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>> {
        let found = self.find(self.shape.of_key(key), None)?;
        Ok(found.and_then(|document| self.shape.entry(&document, Timestamp::now())))
    }

    fn get_many(&self, keys: &[&[u8]]) -> Result<Vec<Option<Entry>>> {
        let all: Vec<_> = keys.iter().map(|key| key_of(key)).collect();
        let mut found = BTreeMap::new();
        self.each(doc! { &self.shape.0.key: { "$in": all } }, doc! {}, &mut |document| {
            if let (Some(key), Some(entry)) = (self.shape.key(document), self.shape.entry(document, Timestamp::now())) {
                found.insert(key, entry);
            }
            Ok(())
        })?;
        Ok(keys.iter().map(|key| found.get(*key).cloned()).collect())
    }

    fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        let Some(found) = self.find(self.shape.of_key(key), Some(self.shape.without_value()))? else { return Ok(None) };
        match self.shape.stat(&found, Timestamp::now()) {
            // What others wrote is told apart by its value.
            None => Ok(self.get(key)?.and_then(Entry::stat)),
            known => Ok(known),
        }
    }

    fn put(&self, key: &[u8], record: Record<'_>, condition: Condition<'_>) -> Result<bool> {
        self.make_ready()?;
        let document = self.shape.document(key, record)?;
        let size = record.content.len();
        match condition {
            Condition::Always => {
                for _ in 0..TRIES {
                    if self.replace(self.shape.of_key(key), document.clone(), size, true)? {
                        return Ok(true);
                    }
                }
                Err(Error::new(Kind::Timeout, "contended", "others made and removed the entry all the time"))
            }
            // One that lives is in the way of the document that would be made.
            Condition::Absent => self.replace(self.shape.expired(key, Timestamp::now()), document, size, true),
            Condition::Is(version) => match self.shape.same(key, version) {
                Some(filter) => self.replace(filter, document, size, false),
                None => Ok(false),
            },
        }
    }

    fn delete(&self, key: &[u8]) -> Result<bool> {
        Ok(self.delete_where(self.shape.live(key, Timestamp::now()))? > 0)
    }

    fn count(&self, key: &[u8], by: i64, _: Option<Timestamp>) -> Result<Count> {
        self.make_ready()?;
        // Where it is missing, or no number that can be added to, whoever asks looks, and replaces what was seen.
        Ok(self.add_to(key, by)?.map_or(Count::Unreadable, Count::Is))
    }

    fn list(&self, prefix: &[u8], _: bool, each: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        let now = Timestamp::now();
        self.each(self.shape.below(prefix, now), self.shape.without_value(), &mut |document| {
            let Some(key) = self.shape.key(document).filter(|key| key.starts_with(prefix)) else { return Ok(()) };
            each(Listed { key, stat: self.shape.stat(document, now) })
        })
    }

    fn clear(&self, prefix: &[u8]) -> Result<bool> {
        if prefix.is_empty() {
            self.delete_where(doc! {})?;
            return Ok(true);
        }
        let mut keys = Vec::new();
        self.list(prefix, false, &mut |listed| {
            keys.push(key_of(&listed.key));
            Ok(())
        })?;
        self.delete_where(doc! { &self.shape.0.key: { "$in": keys } })?;
        Ok(true)
    }
}
