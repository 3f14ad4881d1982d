//! The cache as a library: what a user makes of it by hand, and how it is kept in order.

use crate::cache::change::{Change, Which};
use crate::cache::clean::{Choices, Cleaned, Limits};
use crate::cache::item::{Item, NewItem, Status};
use crate::cache::query::Query;
use crate::cache::registry::{self, search};
use crate::cache::remove::{Removal, Removed};
use crate::cache::stats::Stats;
use crate::cache::transport::{Exported, Imported};
use crate::cache::verify::Verified;
use crate::cache::{Cache, by_hand, change, clean, remove, stats, transport, verify};
use crate::clock::Timestamp;
use crate::descriptor::{Identity, Key};
use crate::error::Result;
use crate::secret::Secrets;
use serde_json::{Map, Value};
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

impl NewItem {
    /// A new version of a URI with parameters; its file is called as the end of the URI's path, or `data`.
    ///
    /// # Errors
    /// Usage, where a parameter's name is reserved.
    pub fn of_uri(uri: &str, params: Map<String, Value>) -> Result<Self> {
        let identity = Identity::of_uri(uri, params, &Secrets::default())?;
        let end = identity.uri.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let is_name = super::folder::is_file_name(end) && end.bytes().all(|b| b.is_ascii_graphic() && b != b':');
        Ok(Self {
            key: identity.key(&[]),
            params: identity.params(&[]),
            filename: if is_name { end.to_owned() } else { "data".to_owned() },
            uri: identity.uri,
            ext: None,
            label: String::new(),
            attributes: Vec::new(),
            download: None,
        })
    }
}

impl Query {
    /// READY versions of exactly that key.
    #[must_use]
    pub fn ready(key: &Key) -> Self {
        Self { keys: vec![key.clone()], statuses: vec![Status::Ready], ..Self::default() }
    }
}

impl Cache {
    /// Makes a new version of a key, whose file is still to be written: its folder exists, its path stays the same when it becomes
    /// READY. `status` is WRITE, UNINITIALIZED or FAILED.
    ///
    /// # Errors
    /// Usage: another status, a file name that is none. Kind disk or cache.
    ///
    /// ```
    /// use dl::cache::item::{NewItem, Status};
    /// use dl::cache::{Cache, Options};
    ///
    /// let folder = tempfile::tempdir().unwrap();
    /// let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
    /// let new = NewItem::of_uri("demo://table.csv", serde_json::Map::new())?;
    /// let item = cache.create(&new, Status::Write)?;
    /// std::fs::write(&item.path, "a,b\n").unwrap();
    /// let ready = cache.ready(&item)?;
    /// assert_eq!((ready.status, ready.size, &ready.path), (Status::Ready, Some(4), &item.path));
    /// # Ok::<(), dl::error::Error>(())
    /// ```
    pub fn create(&self, new: &NewItem, status: Status) -> Result<Item> {
        by_hand::create(&self.registry, new, status)
    }

    /// Stores a file as a new version: a copy, or the file itself (`moved`). READY, or WRITE, UNINITIALIZED, FAILED, and then the user
    /// may go on writing at its path.
    ///
    /// # Errors
    /// Not found: no such file. Usage: no regular file. Kind disk or cache.
    ///
    /// ```
    /// # use dl::cache::{Cache, Options, item::{NewItem, Status}};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
    /// let file = folder.path().join("report.csv");
    /// std::fs::write(&file, "1,2\n").unwrap();
    /// let item = cache.put(&file, &NewItem::of_uri("demo://report.csv", Default::default())?, Status::Ready, false)?;
    /// assert_eq!(std::fs::read(&item.path).unwrap(), b"1,2\n");
    /// # Ok::<(), dl::error::Error>(())
    /// ```
    pub fn put(&self, file: &Path, new: &NewItem, status: Status, moved: bool) -> Result<Item> {
        by_hand::put(&self.registry, file, new, status, moved)
    }

    /// Stores what a stream gives as a new READY version.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn put_from(&self, reader: &mut dyn Read, new: &NewItem) -> Result<Item> {
        let partial = super::intake::spool_from(self.registry.folder(), reader)?;
        let (digest, size) = super::intake::keep(&self.registry, &partial, None)?;
        by_hand::put_taken(&self.registry, &digest, size, new, &|| {
            super::intake::keep(&self.registry, &partial, Some(&digest)).map(|_| ())
        })
    }

    /// The newest version that a query takes.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn best(&self, query: &Query) -> Result<Option<Item>> {
        by_hand::best(&self.registry, query)
    }

    /// The newest version that a query takes, or a new one of that status; both in one transaction, so that of many processes that
    /// ask at once one makes it. Tells whether it is new.
    ///
    /// # Errors
    /// As [`Cache::create`].
    ///
    /// ```
    /// # use dl::cache::{Cache, Options, item::{NewItem, Status}, query::Query};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
    /// let new = NewItem::of_uri("demo://x", Default::default())?;
    /// let query = Query { statuses: vec![Status::Ready, Status::Write], ..Query::ready(&new.key) };
    /// let (first, is_new) = cache.best_or_new(&query, &new, Status::Write)?;
    /// assert!(is_new);
    /// assert_eq!(cache.best_or_new(&query, &new, Status::Write)?, (first, false));
    /// # Ok::<(), dl::error::Error>(())
    /// ```
    pub fn best_or_new(&self, query: &Query, new: &NewItem, status: Status) -> Result<(Item, bool)> {
        by_hand::best_or_new(&self.registry, query, new, status)
    }

    /// Takes in what was written at the path of an item: size and digest are known then, and the file is read-only. Its inode
    /// is taken where nobody can write to it any more, else it is copied.
    ///
    /// # Errors
    /// Not found (`no_file`): nothing was written. Kind disk or cache.
    pub fn ready(&self, item: &Item) -> Result<Item> {
        by_hand::ready(&self.registry, item)
    }

    /// Changes items, in one transaction; gives them as they are then.
    ///
    /// # Errors
    /// Usage: a file name that is none. Not found: an id that is not there, nothing written for READY. Kind disk or cache.
    ///
    /// ```
    /// # use dl::cache::{Cache, Options, item::{NewItem, Status}};
    /// use dl::cache::change::{Change, Which};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
    /// let item = cache.create(&NewItem::of_uri("demo://x", Default::default())?, Status::Write)?;
    /// let rows = dl::attribute_text::parse("rows=1200", dl::clock::Timestamp::now())?;
    /// let what = Change { label: Some("demo".to_owned()), attributes: vec![rows], ..Change::default() };
    /// let changed = cache.set(&Which::Ids(vec![item.id]), &what)?;
    /// assert_eq!((changed[0].label.as_str(), changed[0].attributes.len()), ("demo", 1));
    /// # Ok::<(), dl::error::Error>(())
    /// ```
    pub fn set(&self, which: &Which, what: &Change) -> Result<Vec<Item>> {
        change::set(&self.registry, which, what)
    }

    /// Marks items as FAILED, and says why.
    ///
    /// # Errors
    /// As [`Cache::set`].
    pub fn failed(&self, which: &Which, why: Option<&str>) -> Result<Vec<Item>> {
        let error = Some(change::said_failed(why));
        self.set(which, &Change { status: Some(Status::Failed), error, ..Change::default() })
    }

    /// Counts a read of each, and waits for it, unlike [`Cache::count_reads`].
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn touch(&self, ids: &[i64]) -> Result<()> {
        self.registry
            .write(|connection| ids.iter().try_for_each(|id| registry::change::read(connection, *id, Timestamp::now())))
    }

    /// Removes items: to TRASH, for good, or keeping the record.
    ///
    /// # Errors
    /// Not found: an id that is not there. Kind disk or cache.
    ///
    /// ```
    /// # use dl::cache::{Cache, Options, item::{NewItem, Status}, change::Which};
    /// use dl::cache::remove::Removal;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
    /// let item = cache.put_from(&mut &b"bytes"[..], &NewItem::of_uri("demo://x", Default::default())?)?;
    /// let which = Which::Ids(vec![item.id]);
    /// assert_eq!(cache.remove(&which, Removal::Trash)?.items[0].status, Status::Trash);
    /// assert_eq!(cache.restore(&which)?[0].status, Status::Ready);
    /// assert_eq!(cache.remove(&which, Removal::Purge)?.freed_bytes, 5);
    /// # Ok::<(), dl::error::Error>(())
    /// ```
    pub fn remove(&self, which: &Which, removal: Removal) -> Result<Removed> {
        remove::remove(&self.registry, which, removal)
    }

    /// Brings items back from TRASH, with the status that they had.
    ///
    /// # Errors
    /// Not found: one that is not in TRASH. Kind disk or cache.
    pub fn restore(&self, which: &Which) -> Result<Vec<Item>> {
        remove::restore(&self.registry, which)
    }

    /// Finds what nobody needs, and removes it unless `dry`.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn clean(&self, choices: &Choices, dry: bool) -> Result<Cleaned> {
        clean::clean(&self.registry, choices, dry)
    }

    /// Keeps the limits of a cache, once a day, for at most about `budget`. Meant for the end of a command that has written;
    /// `None` if it is not time. Never dropped: WRITEs, what users made, what was read in the last hour.
    ///
    /// # Errors
    /// Kind disk or cache; nobody needs to care.
    pub fn keep_limits(&self, limits: Limits, budget: Duration) -> Result<Option<Cleaned>> {
        clean::keep(&self.registry, limits, budget)
    }

    /// Hashes what is stored: these items, or all, and looks at the registry itself. With `repair`, names are made anew, wrong files
    /// set aside, and what cannot be repaired becomes FAILED.
    ///
    /// # Errors
    /// Kind disk or cache. Damage is no error.
    pub fn verify(&self, ids: Option<&[i64]>, repair: bool) -> Result<Verified> {
        verify::verify(&self.registry, ids, repair)
    }

    /// Counts everything.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn stats(&self) -> Result<Stats> {
        stats::stats(&self.registry)
    }

    /// How many bytes are free on the cache's disk.
    ///
    /// # Errors
    /// Kind disk.
    pub fn free_bytes(&self) -> Result<u64> {
        stats::free_bytes(&self.registry)
    }

    /// Writes the items that a query means into one file. What was fetched with a credential goes along only `with_salt`, and then
    /// the salt too: the file is a secret then.
    ///
    /// # Errors
    /// Integrity: a content is damaged. Kind disk or cache.
    ///
    /// ```
    /// # use dl::cache::{Cache, Options, item::NewItem, query::Query};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let open = |name| Cache::open(&Options::new(folder.path().join(name)), &dl::event::Silent);
    /// let (here, there) = (open("here")?, open("there")?);
    /// let item = here.put_from(&mut &b"bytes"[..], &NewItem::of_uri("demo://x", Default::default())?)?;
    /// let mut file = Vec::new();
    /// here.export(&mut file, &Query { all: true, ..Query::default() }, false)?;
    /// assert_eq!(there.import(&mut file.as_slice())?.items, 1);
    /// let copy = there.best(&Query::ready(&item.key))?.unwrap();
    /// assert_eq!(std::fs::read(copy.path).unwrap(), b"bytes");
    /// # Ok::<(), dl::error::Error>(())
    /// ```
    pub fn export(&self, writer: &mut dyn Write, query: &Query, with_salt: bool) -> Result<Exported> {
        transport::export::export(&self.registry, writer, query, with_salt)
    }

    /// Takes over what [`Cache::export`] wrote. All of it or nothing: every content is hashed first.
    ///
    /// # Errors
    /// `damaged_export` (integrity); usage: no export, or of a newer form, or with the salt of another cache. Kind disk or cache.
    pub fn import(&self, reader: &mut dyn Read) -> Result<Imported> {
        transport::import::import(&self.registry, reader)
    }

    /// Gives the items that a query means to `take`, in its order, one at a time, until it says `true`. `take` must not call the cache.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn search_each(&self, query: &Query, take: &mut dyn FnMut(Item) -> bool) -> Result<()> {
        self.registry.read(|connection| search::each(connection, self.registry.folder(), query, take))
    }

    /// The ids of the items that a query means, in its order.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn search_ids(&self, query: &Query) -> Result<Vec<i64>> {
        self.registry.read(|connection| search::ids(connection, self.registry.folder(), query))
    }

    /// How many items a query means.
    ///
    /// # Errors
    /// Kind disk or cache.
    ///
    /// ```
    /// # use dl::cache::{Cache, Options, item::NewItem, query::Query};
    /// # use dl::{cache::condition::Condition, clock::Timestamp, secret::Secrets};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
    /// let mut new = NewItem::of_uri("demo://x", Default::default())?;
    /// new.attributes.push(dl::attribute_text::parse("rows=1200", Timestamp::now())?);
    /// cache.put_from(&mut &b"bytes"[..], &new)?;
    /// let many = Condition::parse("rows > 1000", Timestamp::now(), &Secrets::default())?;
    /// assert_eq!(cache.count(&Query { conditions: vec![many], ..Query::default() })?, 1);
    /// # Ok::<(), dl::error::Error>(())
    /// ```
    pub fn count(&self, query: &Query) -> Result<u64> {
        self.registry.read(|connection| search::count(connection, self.registry.folder(), query))
    }

    /// The item of that row number, as it is now.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn item(&self, id: i64) -> Result<Option<Item>> {
        self.registry.read(|connection| registry::item::by_id(connection, self.registry.folder(), id))
    }
}
