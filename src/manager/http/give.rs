//! Giving a response: what its status means for the caller, which bytes of it are wanted, and where they go.

use crate::cache::freshness::range::{self, Found};
use crate::cache::freshness::{reuse, validation};
use crate::cache::item::{Item, NewContent};
use crate::cache::response::Response;
use crate::clock::Timestamp;
use crate::digest::Digests;
use crate::error::{Error, Result};
use crate::event::Silent;
use crate::manager::deliver::{self, Wanted};
use crate::manager::give::{final_place, give_item, hash_file};
use crate::manager::http::{Client, part};
use crate::manager::record;
use crate::manager::report::{Report, Source};
use crate::manager::task::Destination;
use crate::message::{Fields, Head};
use crate::partial::Partial;
use crate::transfer::{self, filename, proof};
use std::fs::File;
use std::path::{Path, PathBuf};

/// How a stored response came to be given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    pub(super) source: Source,
    /// Whether the origin confirmed it now.
    pub(super) validated: bool,
}

/// A file that holds a result.
pub(super) enum Bytes<'p> {
    /// A file of the cache.
    Stored(PathBuf),
    /// An unfinished one that nobody keeps.
    Loose(&'p Partial),
}

impl Bytes<'_> {
    fn path(&self) -> &Path {
        match self {
            Self::Stored(path) => path,
            Self::Loose(partial) => partial.path(),
        }
    }
}

impl Client<'_> {
    /// Gives what the request wants of a stored response, whose content is at `content`.
    pub(super) fn give_stored(
        &self,
        response: &Response,
        content: Option<PathBuf>,
        given: Given,
        report: &mut Report,
    ) -> Result<()> {
        let (stored, asked) = (&response.stored, &self.hop.asked);
        let mut fields = reuse::given_fields(stored, given.validated, Timestamp::now());
        let mut status = stored.status;
        let mut slice = None;
        let mut wants_content = asked.method != "HEAD";
        if validation::is_not_modified(stored, asked) {
            (status, fields, wants_content) = (304, validation::fields_of_304(&fields), false);
        } else if wants_content {
            match range::find(stored, &asked.fields) {
                Found::Whole | Found::Missing => {}
                Found::Part(found) => {
                    status = 206;
                    fields.set("content-range", found.content_range.as_str());
                    fields.set("content-length", found.length.to_string());
                    slice = Some((found.offset, found.length));
                }
                Found::Unsatisfiable(content_range) => {
                    (status, wants_content) = (416, false);
                    fields.set("content-range", content_range);
                    fields.set("content-length", "0");
                }
            }
        }
        self.tell(response, status, fields, report);
        let head = Head { status, fields: report.headers.clone(), ..Head::default() };
        transfer::accept(&head, &self.hop.request, &self.hop.shown, &self.task.travel.allow_status)?;
        report.source = Some(given.source);
        match (content, slice) {
            (Some(path), None) if wants_content => self.give_whole(response, path, given, report),
            (Some(path), Some((offset, length))) if wants_content => {
                let (partial, digests) = part::cut(self.loose_partial()?, &path, offset, length)?;
                proof::check_size(&self.task.proof, length)?;
                proof::check_digests(&self.task.proof, &digests)?;
                self.give_bytes(&Bytes::Loose(&partial), length, digests, report)
            }
            _ => {
                let (partial, digests) = part::cut(self.loose_partial()?, Path::new("/dev/null"), 0, 0)?;
                self.give_bytes(&Bytes::Loose(&partial), 0, digests, report)
            }
        }
    }

    /// Tells what is given of a stored response.
    fn tell(&self, response: &Response, status: u16, fields: Fields, report: &mut Report) {
        report.resolved_url = Some(self.hop.shown.clone());
        report.method.clone_from(&self.hop.asked.method);
        report.backend = Some(response.backend.clone());
        report.http_code = Some(status);
        report.http_version = Some(response.http_version.clone());
        report.content_type = fields.text("content-type").map(std::borrow::Cow::into_owned);
        report.length_verified = Some(response.length_verified);
        report.headers = fields;
        // The head of this answer is not the one that came last.
        report.raw_head = None;
    }

    /// Gives a whole stored content: as the item that it is, if it is one.
    fn give_whole(&self, response: &Response, path: PathBuf, given: Given, report: &mut Report) -> Result<()> {
        let Some(digest) = response.sha256.clone() else {
            return Err(Error::new(crate::error::Kind::Cache, "no_digest", "a stored response has no digest"));
        };
        if let Some(item) = self.item_of(response)? {
            let item =
                if given.validated && !self.cache.is_read_only() { self.cache.revalidated(&item, None)? } else { item };
            return give_item(Some(self.cache), self.task, item, given.source, report);
        }
        self.give_bytes(&Bytes::Stored(path), response.size, Digests::known(digest, []), report)
    }

    /// The newest item of the key, if it has these bytes and stands.
    fn item_of(&self, response: &Response) -> Result<Option<Item>> {
        let is_item = self.hop.asked.method == "GET" && (200..300).contains(&response.stored.status);
        if !is_item || response.stored.status == 206 {
            return Ok(None);
        }
        let trust = &self.task.trust;
        let item = self.cache.newest(&self.key, &|item| {
            item.sha256 == response.sha256 && item.download.as_ref().is_some_and(|d| d.trust == *trust)
        })?;
        match item {
            Some(item) if self.cache.stands(&item, &Silent)? => Ok(Some(item)),
            _ => Ok(None),
        }
    }

    /// Gives bytes that are no item.
    pub(super) fn give_bytes(&self, bytes: &Bytes<'_>, size: u64, digests: Digests, report: &mut Report) -> Result<()> {
        let given = self.task.description.filename.clone();
        let name = given
            .or_else(|| record::server_name(&report.headers, &report.mask))
            .or_else(|| filename::from_url(&self.task.descriptor.url));
        report.ext = name.as_deref().map(|n| filename::extension(n).to_owned());
        report.filename = name;
        report.size = Some(size);
        let last_modified = report.headers.text("last-modified").and_then(|t| Timestamp::from_http_date(&t));
        let origin = report.resolved_url.clone().unwrap_or_else(|| report.url.clone());
        let wanted = Wanted { size, sha256: digests.sha256(), last_modified, origin: &origin };
        let path = bytes.path();
        let opened = || File::open(path).map_err(|e| Error::disk(format!("cannot read `{}`", path.display()), &e));
        if self.task.opens() {
            // Once it is here, `unpack` does the rest.
            report.open = Some(opened()?);
        } else if let Some(place) = final_place(self.task, report)? {
            report.output = Some(place.path.clone());
            report.written = deliver::deliver(Some(self.cache), path, &place, wanted)?;
        } else if matches!(self.task.destination, Destination::Open) {
            report.open = Some(opened()?);
        } else {
            report.path = Some(match bytes {
                Bytes::Stored(path) => path.clone(),
                // The user wants a file: it gets one, which no request is answered with.
                Bytes::Loose(partial) => {
                    self.cache.keep_unnamed(&NewContent { size, digests: digests.clone() }, partial)?
                }
            });
        }
        report.digests = Some(digests);
        Ok(())
    }

    /// Whether a stored content has every digest that was given. Parts and refusals are judged as they are given.
    pub(super) fn proves(&self, response: &Response, path: &Path) -> Result<bool> {
        let proof = &self.task.proof;
        let is_whole = response.stored.status == 200 && !self.hop.request.fields.contains("range");
        if !is_whole || self.hop.asked.method != "GET" {
            return Ok(true);
        }
        let fits =
            proof.min_size.is_none_or(|s| s <= response.size) && proof.max_size.is_none_or(|s| response.size <= s);
        let known = response.sha256.iter().map(crate::digest::Digest::algorithm).next();
        let others: Vec<_> = proof.digests.iter().map(|e| e.digest.algorithm()).filter(|a| Some(*a) != known).collect();
        if others.is_empty() {
            return Ok(fits);
        }
        let digests = hash_file(path, others)?;
        Ok(fits && proof.digests.iter().all(|e| digests.get(e.digest.algorithm()) == Some(&e.digest)))
    }

    /// A file for bytes that nobody keeps.
    pub(super) fn loose_partial(&self) -> Result<Partial> {
        if self.cache.is_read_only() {
            Partial::unnamed_in(&self.manager.options.spool)
        } else {
            self.cache.unnamed_partial()
        }
    }
}
