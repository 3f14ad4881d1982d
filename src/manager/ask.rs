//! Asking the network on behalf of one task: wait for one's turn, check or fetch, keep what came, deliver it.

use crate::cache::Cache;
use crate::cache::item::{Item, NewContent};
use crate::cache::query::Purpose;
use crate::clock::Timestamp;
use crate::descriptor::{Key, Resolved};
use crate::digest::{Algorithm, Digest, Digests};
use crate::disk;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::manager::Manager;
use crate::manager::deliver::{self, Found, Wanted};
use crate::manager::flight::{self, Turn};
use crate::manager::give::{Proven, failed, final_place, finished, give_item, hash_file, known_place};
use crate::manager::judge::{self, Acceptance, Verdict};
use crate::manager::record;
use crate::manager::report::{Checked, Report, Source};
use crate::manager::share::Offer;
use crate::manager::task::{CheckMethod, Destination, Freshness, Task};
use crate::manager::unpack;
use crate::message::{Fields, Head, Request, Validators};
use crate::partial::Partial;
use crate::shared::lease::Lease;
use crate::transfer::job::{Exchange, Fetched, Job, Proof};
use crate::transfer::{filename, html, proof};
use std::cell::Cell;
use std::path::{Path, PathBuf};

/// A task that must ask the network, unless another process does it first.
pub(crate) struct Asking<'a> {
    pub(crate) manager: &'a Manager,
    pub(crate) task: &'a Task,
    pub(crate) report: Report,
    pub(crate) resolved: Resolved,
    pub(crate) cache: Option<&'a Cache>,
    pub(crate) key: Option<Key>,
    pub(crate) salt: Vec<u8>,
    /// The stored version that is checked, if there is one.
    pub(crate) candidate: Option<Item>,
    /// Whether the newest stored version turned out to be damaged: no older one takes its place.
    pub(crate) damaged: Cell<bool>,
    pub(crate) started: Timestamp,
    /// What the shared store is offered in the end.
    pub(crate) offered: Option<Item>,
    /// Keeps other machines from fetching the same.
    pub(crate) lease: Option<Lease>,
}

impl<'a> Asking<'a> {
    /// The newest stored version that would be accepted and whose file stands.
    pub(crate) fn candidate(&self, listener: &dyn Listener) -> Result<Option<Item>> {
        let (Some(cache), Some(key)) = (self.cache, &self.key) else { return Ok(None) };
        let acceptance = self.acceptance();
        let mut passed_over = Vec::new();
        loop {
            let accept = |item: &Item| !passed_over.contains(&item.id) && acceptance.takes(item);
            let Some(item) = cache.newest(key, &accept)? else { return Ok(None) };
            if !cache.stands(&item, listener)? {
                self.damaged.set(true);
                return Ok(None);
            }
            if self.proves(&acceptance, &item)? && !self.is_page(&item) {
                return Ok(Some(item));
            }
            passed_over.push(item.id);
        }
    }

    /// An item of another key, or a blob without one, whose bytes have the digest that the user gave.
    pub(crate) fn by_digest(&self, listener: &dyn Listener) -> Result<Option<Proven>> {
        let anew = matches!(self.task.policy.freshness, Freshness::Check | Freshness::Force);
        let given = self.task.proof.digests.iter().map(|e| &e.digest).find(|d| d.algorithm() == Algorithm::Sha256);
        let (Some(cache), Some(digest), false) = (self.cache, given, anew) else { return Ok(None) };
        let Some(blob) = cache.blob_path(digest) else { return Ok(None) };
        let found = cache.find(&digest.to_string(), &self.task.travel.secrets, Purpose::Read).ok();
        if found.as_ref().and_then(|item| item.download.as_ref()).is_some_and(|d| d.trust != self.task.trust) {
            return Ok(None);
        }
        if let Some(item) = found
            && self.acceptance().takes_content(&item)
            && cache.stands(&item, listener)?
            && self.proves(&self.acceptance(), &item)?
        {
            return Ok(Some(Proven::Item(Box::new(item))));
        }
        let digests = hash_file(&blob, self.task.proof.digests.iter().map(|e| e.digest.algorithm()))?;
        let size = std::fs::metadata(&blob).map_or(0, |m| m.len());
        let holds = self.task.proof.digests.iter().all(|e| digests.get(e.digest.algorithm()) == Some(&e.digest));
        let fits = self.task.proof.size.is_none_or(|s| s == size);
        Ok((holds && fits).then_some(Proven::Blob { path: blob, size, digests }))
    }

    fn acceptance(&self) -> Acceptance<'_> {
        Acceptance {
            policy: &self.task.policy,
            proof: &self.task.proof,
            trust: &self.task.trust,
            allow_status: &self.task.travel.allow_status,
        }
    }

    /// Whether a stored file is an HTML page, where a name says that it is anything else, and nothing proves that it is what is wanted.
    fn is_page(&self, item: &Item) -> bool {
        let proof = &self.task.proof;
        let of_url = filename::from_url(&self.resolved.request.url);
        !proof.allow_html
            && proof.digests.is_empty()
            && proof.names.iter().chain(&of_url).any(|name| html::promises_a_file(name))
            && html::is_page(&item.path)
    }

    /// Digests that were given and never recorded are computed from the file.
    fn proves(&self, acceptance: &Acceptance<'_>, item: &Item) -> Result<bool> {
        let unknown = acceptance.unknown(item);
        if unknown.is_empty() {
            return Ok(true);
        }
        let digests = hash_file(&item.path, unknown.clone())?;
        let asked = self.task.proof.digests.iter().filter(|e| unknown.contains(&e.digest.algorithm()));
        Ok(asked.into_iter().all(|e| digests.get(e.digest.algorithm()) == Some(&e.digest)))
    }

    /// Asks, keeps and delivers; gives what is to be offered to others once that is told.
    pub(crate) fn ask(mut self, listener: &dyn Listener) -> (Report, Option<Offer<'a>>) {
        match self.try_ask(listener) {
            Ok(()) => {
                let offer = self.take_offer();
                (finished(self.report), offer)
            }
            Err(error) => (self.stale_or_failed(error, listener), None),
        }
    }

    fn try_ask(&mut self, listener: &dyn Listener) -> Result<()> {
        let Some((cache, key)) = self.cache.zip(self.key.clone()) else {
            let partial = self.partial_without_cache()?;
            return self.transfer(partial, listener);
        };
        let wait = flight::Wait {
            cache,
            key: &key,
            stall: self.task.travel.stall_timeout,
            join: self.manager.options.join_timeout,
            cancelled: &|| self.manager.is_cancelled(),
        };
        let turn = flight::join(&wait, listener, &mut || self.answer_of_another(listener))?;
        match turn {
            Turn::Answered(item) => {
                listener.event(Event::Decision("another process fetched the same: its result is used".to_owned()));
                give_item(Some(cache), self.task, item, Source::Hit, &mut self.report)
            }
            Turn::Mine(partial) => {
                if self.candidate.is_some() {
                    // While we waited, another may have left a newer one.
                    self.candidate = self.candidate(listener)?;
                } else if self.taken_from_shared(listener)?
                    && let Some(item) = self.candidate.take()
                {
                    partial.discard_if_empty();
                    return give_item(Some(cache), self.task, item, Source::Shared, &mut self.report);
                }
                self.transfer(*partial, listener)
            }
        }
    }

    /// What another process's fetch of the same has left since this one began: a version that would be accepted, or a
    /// failure that would be this one's too.
    fn answer_of_another(&self, listener: &dyn Listener) -> Result<Option<Item>> {
        let (Some(cache), Some(key)) = (self.cache, &self.key) else { return Ok(None) };
        if !cache.is_known(key)? {
            return Ok(None);
        }
        if let Some(item) = self.candidate(listener)? {
            let asked_since = item.download.as_ref().is_some_and(|d| d.started_at >= self.started);
            let verdict = judge::judge(&item, &self.task.policy, Timestamp::now()).0;
            if verdict == Verdict::Use || asked_since {
                return Ok(Some(item));
            }
        }
        let Some(failure) = cache.failure(key)? else { return Ok(None) };
        let Some(download) = &failure.download else { return Ok(None) };
        // What was asked before this one began is no answer to a command that wants it anew.
        let anew = matches!(self.task.policy.freshness, Freshness::Check | Freshness::Force);
        let told_at = if anew { download.started_at } else { failure.modified_at };
        if told_at < self.started {
            return Ok(None);
        }
        match flight::shared_error(&failure, &record::proof_mark(&self.task.proof), &self.task.travel.allow_status) {
            Some(error) => Err(error),
            None => Ok(None),
        }
    }

    fn partial_without_cache(&self) -> Result<Partial> {
        let folder = match (&self.task.destination, known_place(self.task)?) {
            (_, Some(place)) if !matches!(deliver::look(&place.path, None)?, Found::Stream) => {
                place.path.parent().map(Path::to_owned).unwrap_or_default()
            }
            (Destination::Folder { folder, .. }, _) => folder.clone(),
            (Destination::Tree { folder, .. }, _) => return Partial::spooled_in(&unpack::above(folder)),
            _ => return Partial::spooled_in(&self.manager.options.spool),
        };
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        disk::make_folder(&folder)?;
        disk::remove_dead_temporaries(&folder);
        if self.task.opens() { Partial::spooled_in(&folder) } else { Partial::unnamed_in(&folder) }
    }

    /// Checks by HEAD, if that was asked for, else fetches; keeps what came and delivers it.
    fn transfer(&mut self, mut partial: Partial, listener: &dyn Listener) -> Result<()> {
        if self.checked_by_head(listener)? {
            partial.discard_if_empty();
            return self.confirmed(None);
        }
        let conditions = self.conditions(listener);
        let job = Job {
            request: self.resolved.request.clone(),
            mirrors: self.resolved.mirrors.clone(),
            conditions: conditions.clone(),
            one_response: false,
            proof: self.task.proof.clone(),
        };
        let transfer = self.manager.transfer(&self.task.travel);
        let fetched = match transfer.fetch(&job, &mut partial, listener) {
            Ok(fetched) => fetched,
            Err(mut failed) => {
                // What broke off has no length that was verified.
                let is_whole = matches!(failed.error.kind(), Kind::Http | Kind::Integrity);
                failed.exchange.length_verified &= is_whole && failed.error.code() != "truncated";
                record::tell_exchange(&mut self.report, &failed.exchange, &self.task.travel.secrets);
                // Noted while the lock is held: whoever waits for it finds the failure and shares it.
                self.note_failure(&failed.error, &failed.exchange);
                partial.discard_if_empty();
                return Err(failed.error);
            }
        };
        record::tell_exchange(&mut self.report, &fetched.exchange, &self.task.travel.secrets);
        if fetched.content.is_none() {
            partial.discard_if_empty();
            let method = conditions.as_ref().map_or("etag", judge::method_name);
            self.report.checked =
                Some(Checked { method, verdict: "match", reason: "the origin answered 304".to_owned() });
            return self.confirmed(Some(&fetched.exchange));
        }
        self.keep(fetched, partial, conditions.as_ref(), listener)
    }

    /// The conditions of a check; `None` where nothing is checked, or nothing is there to check by.
    fn conditions(&mut self, listener: &dyn Listener) -> Option<Validators> {
        let candidate = self.candidate.as_ref()?;
        let stored = candidate.download.as_ref().map(|d| d.validators.clone()).unwrap_or_default();
        let conditions = judge::conditions(&stored, self.task.policy.check_method);
        let why = match &conditions {
            Some(conditions) => format!("a conditional request by {} (RFC 9110, 13)", judge::method_name(conditions)),
            None => "the stored version has no validator to ask by: downloaded and compared".to_owned(),
        };
        listener.event(Event::Decision(why));
        conditions
    }

    /// Asks by HEAD whether size or digest still stand. Anything but a clear "yes" leads to a download.
    fn checked_by_head(&mut self, listener: &dyn Listener) -> Result<bool> {
        let method = self.task.policy.check_method;
        let Some(candidate) = self.candidate.clone() else { return Ok(false) };
        if !matches!(method, CheckMethod::Size | CheckMethod::Hash) || self.resolved.request.method != "GET" {
            return Ok(false);
        }
        let job = Job {
            request: Request { method: "HEAD".to_owned(), ..self.resolved.request.clone() },
            mirrors: self.resolved.mirrors.clone(),
            conditions: None,
            one_response: false,
            proof: Proof::default(),
        };
        let exchange = match self.manager.transfer(&self.task.travel).head(&job, listener) {
            Ok(exchange) => exchange,
            Err(failed) if failed.error.kind() == Kind::Http => *failed.exchange,
            Err(failed) => return Err(failed.error),
        };
        let answer = match (&exchange.head, method) {
            (Some(head), CheckMethod::Size) if (200..300).contains(&head.status) => head.content_length().map(|told| {
                (
                    Some(told) == candidate.size,
                    format!("the origin tells {told} bytes, {} are stored", candidate.size.unwrap_or(0)),
                )
            }),
            (Some(head), CheckMethod::Hash) if (200..300).contains(&head.status) => told_digest(head, &candidate)?,
            _ => None,
        };
        let method = if method == CheckMethod::Size { "size" } else { "hash" };
        let (verdict, reason) = match answer {
            Some((true, reason)) => ("match", reason),
            Some((false, reason)) => ("mismatch", reason),
            None => ("unavailable", format!("the answer to HEAD tells no {method}")),
        };
        listener.event(Event::Decision(format!("--check-method {method}: {verdict}, {reason}")));
        self.report.checked = Some(Checked { method, verdict, reason });
        if verdict == "match" {
            record::tell_exchange(&mut self.report, &exchange, &self.task.travel.secrets);
        }
        Ok(verdict == "match")
    }

    /// The origin confirmed the candidate.
    fn confirmed(&mut self, exchange: Option<&Exchange>) -> Result<()> {
        let (Some(cache), Some(candidate)) = (self.cache, self.candidate.take()) else {
            return Err(Error::new(
                Kind::Http,
                "unasked_304",
                "the origin answered 304 to a request without conditions",
            ));
        };
        let private = self.resolved.identity.is_private();
        let download = exchange.map(|e| record::download(e, None, self.task, private));
        let item = cache.revalidated(&candidate, download.as_ref())?;
        // The stored fields, updated by those of the answer, describe the bytes; the answer's own status is told.
        if let Some(stored) = &item.download {
            self.report.headers = stored.headers.clone();
        }
        self.note_offer(&item);
        give_item(Some(cache), self.task, item, Source::Revalidated, &mut self.report)
    }

    /// Keeps a whole, proven body and delivers it.
    fn keep(
        &mut self,
        fetched: Fetched,
        partial: Partial,
        conditions: Option<&Validators>,
        listener: &dyn Listener,
    ) -> Result<()> {
        let Some(content) = fetched.content else { return Ok(()) };
        self.report.size = Some(content.size);
        self.report.digests = Some(content.digests.clone());
        self.report.source = Some(Source::Network);
        let (Some(cache), Some(key)) = (self.cache, self.key.clone()) else {
            return self.deliver_without_cache(partial, &content.digests, content.size);
        };
        let private = self.resolved.identity.is_private();
        let download = record::download(&fetched.exchange, Some(&content.digests), self.task, private);
        let new = record::new_item(self.task, &self.resolved.identity, &key, &self.salt, download);
        let kept = NewContent { size: content.size, digests: content.digests };
        let (item, is_new) = cache.commit(new, kept, partial, self.task.policy.keep)?;
        self.report.is_new = is_new;
        self.note_offer(&item);
        if self.candidate.is_some() && self.report.checked.is_none() {
            let verdict = if is_new { "mismatch" } else { "match" };
            let method = conditions.map_or("content", judge::method_name);
            let reason = format!("the origin sent {} bytes", if is_new { "other" } else { "the same" });
            self.report.checked = Some(Checked { method, verdict, reason });
        }
        listener.event(Event::Decision(if is_new {
            format!("stored as version {}", item.version)
        } else {
            format!("the bytes are those of version {}, which is confirmed", item.version)
        }));
        give_item(Some(cache), self.task, item, Source::Network, &mut self.report)
    }

    fn deliver_without_cache(&mut self, partial: Partial, digests: &Digests, size: u64) -> Result<()> {
        self.report.is_new = true;
        let given = self.task.description.filename.clone();
        let name = given
            .or_else(|| record::server_name(&self.report.headers, &self.report.mask))
            .or_else(|| filename::from_url(&self.task.descriptor.url));
        self.report.ext = name.as_deref().map(|n| filename::extension(n).to_owned());
        self.report.filename = name;
        let last_modified = self.report.headers.text("last-modified").and_then(|t| Timestamp::from_http_date(&t));
        let origin = self.report.resolved_url.clone().unwrap_or_else(|| self.report.url.clone());
        let wanted = Wanted { size, sha256: digests.sha256(), last_modified, origin: &origin };
        match final_place(self.task, &self.report)? {
            Some(place) if !self.task.opens() => {
                self.report.output = Some(place.path.clone());
                self.report.written = deliver::deliver_partial(None, partial, &place, wanted)?;
            }
            _ => self.report.open = Some(partial.into_open_file()?),
        }
        Ok(())
    }

    /// Leaves the one FAILED version of the key, for failures that asked for something.
    fn note_failure(&mut self, error: &Error, exchange: &Exchange) {
        let (Some(cache), Some(key)) = (self.cache, &self.key) else { return };
        if self.task.policy.stale_if_error && self.candidate.is_some() {
            return;
        }
        let identity = &self.resolved.identity;
        let failure = record::Failure { task: self.task, identity, key, salt: &self.salt, error, exchange };
        // A failure that cannot be noted is told all the same.
        if let Some(item) = failure.note(cache, &self.report.mask) {
            self.report.item = Some(item);
        }
    }

    /// A failed check may be answered by what is stored.
    fn stale_or_failed(mut self, error: Error, listener: &dyn Listener) -> Report {
        let may = matches!(error.kind(), Kind::Network | Kind::Timeout | Kind::Tls | Kind::Http | Kind::Integrity);
        let candidate = self.candidate.take().filter(|_| may && self.task.policy.stale_if_error);
        let Some(item) = candidate else { return failed(self.report, error) };
        let masked = error.map_text(|text| self.report.mask.apply(text));
        listener.event(Event::Warning(format!("the check failed, a stored version is used: {masked}")));
        self.report.headers = Fields::new();
        self.report.backend = None;
        match give_item(self.cache, self.task, item, Source::Stale, &mut self.report) {
            Ok(()) => finished(self.report),
            Err(error) => failed(self.report, error),
        }
    }
}

/// Whether a digest that the head tells of the whole is the stored one; `None` if it tells none that was computed.
fn told_digest(head: &Head, candidate: &Item) -> Result<Option<(bool, String)>> {
    let told = proof::told_of_whole(head);
    if told.is_empty() {
        return Ok(None);
    }
    let digests = hash_file(&candidate.path, told.iter().map(Digest::algorithm))?;
    let wrong = told.iter().find(|d| digests.get(d.algorithm()) != Some(*d));
    Ok(Some(match wrong {
        None => (true, format!("the origin tells the stored {}", told[0].algorithm().name())),
        Some(digest) => (false, format!("the origin tells another {}", digest.algorithm().name())),
    }))
}
