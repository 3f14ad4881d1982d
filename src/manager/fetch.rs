//! One task, from its descriptor to its report: decide from what is there, else ask, keep and deliver.

use crate::cache::Cache;
use crate::cache::item::{Item, NewContent, Status};
use crate::clock::Timestamp;
use crate::descriptor::{Key, Resolved};
use crate::digest::{Digests, hash_reader};
use crate::disk;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::manager::deliver::{self, Found, Place, Wanted};
use crate::manager::flight::{self, Turn};
use crate::manager::judge::{self, Acceptance, Verdict};
use crate::manager::record;
use crate::manager::report::{Checked, Report, Source, error_to_json};
use crate::manager::task::{CheckMethod, Destination, Freshness, IfExists, Naming, Task};
use crate::manager::Manager;
use crate::message::Validators;
use crate::partial::Partial;
use crate::secret::{Mask, Secrets};
use crate::transfer::job::{Exchange, Fetched, Job};
use crate::transfer::{filename, proof};
use std::fs::File;
use std::path::{Path, PathBuf};

/// What is left to do after the decision.
pub(crate) enum Next<'a> {
    /// Nothing: here is the report.
    Done(Report),
    /// The network is asked; a thread of its own may do it.
    Ask(Box<Asking<'a>>),
}

/// A task that must ask the network.
pub(crate) struct Asking<'a> {
    manager: &'a Manager,
    task: &'a Task,
    report: Report,
    resolved: Resolved,
    cache: Option<&'a Cache>,
    key: Option<Key>,
    salt: Vec<u8>,
    /// The stored version that is checked, if there is one.
    candidate: Option<Item>,
    started: Timestamp,
}

/// Decides from what is there. Hits are delivered here: no thread, no runtime, no TLS.
pub(crate) fn decide<'a>(manager: &'a Manager, task: &'a Task, listener: &dyn Listener) -> Next<'a> {
    let secrets = &task.travel.secrets;
    let started = Timestamp::now();
    let mut report = Report {
        url: secrets.redact_url(&task.descriptor.url),
        mask: Mask::new(task.descriptor.secret_texts(secrets)),
        started_at: Some(started),
        ..Report::default()
    };
    match look_up(manager, task, &mut report, started, listener) {
        Ok(None) => Next::Done(finished(report)),
        Ok(Some(mut asking)) => {
            asking.report = report;
            Next::Ask(asking)
        }
        Err(error) => Next::Done(failed(report, error)),
    }
}

fn finished(mut report: Report) -> Report {
    report.finished_at = Some(Timestamp::now());
    report
}

/// The report of a failure, every secret masked in it.
fn failed(mut report: Report, error: Error) -> Report {
    let mask = report.mask.clone();
    report.error = Some(error.map_text(|text| mask.apply(text)));
    finished(report)
}

fn look_up<'a>(
    manager: &'a Manager,
    task: &'a Task,
    report: &mut Report,
    started: Timestamp,
    listener: &dyn Listener,
) -> Result<Option<Box<Asking<'a>>>> {
    let decided = |text: String| listener.event(Event::Decision(text));
    let place = known_place(task)?;
    let cache_folder = manager.cache_folder();
    let found = place.as_ref().map(|p| deliver::look(&p.path, cache_folder)).transpose()?;
    if let (Some(place), Some(found)) = (&place, found)
        && settled_by_destination(manager, task, place, found, report, listener)?
    {
        return Ok(None);
    }
    let resolved = task.descriptor.resolve(&task.travel.secrets)?;
    report.method.clone_from(&resolved.request.method);
    let cache = manager.cache_for(task, listener)?;
    let mut asking = Box::new(Asking {
        manager,
        task,
        report: Report::default(),
        resolved,
        cache,
        key: None,
        salt: Vec::new(),
        candidate: None,
        started,
    });
    if let Some(cache) = cache {
        if asking.resolved.identity.needs_salt() {
            asking.salt = cache.salt()?;
        }
        let key = asking.resolved.identity.key(&asking.salt);
        report.key = Some(key.clone());
        asking.key = Some(key);
    }
    let mut verdict = Verdict::Fetch;
    match asking.candidate(&[], listener)? {
        Some(item) => {
            let (judged, why) = judge::judge(&item, &task.policy, started);
            decided(why);
            verdict = judged;
            asking.candidate = Some(item).filter(|_| verdict != Verdict::Fetch);
        }
        None if cache.is_some() => decided("no stored version would be accepted".to_owned()),
        None => decided("no cache: neither looked up nor stored".to_owned()),
    }
    if manager.options.dry_run {
        report.would = Some(match verdict {
            Verdict::Use => "hit",
            Verdict::Check => "check",
            Verdict::Fetch => "download",
        });
        return Ok(None);
    }
    if verdict == Verdict::Use
        && let Some(item) = &asking.candidate
    {
        give_item(cache, task, item, Source::Hit, report)?;
        return Ok(None);
    }
    if task.policy.older_than.is_some() && asking.candidate.is_none() {
        return Err(Error::new(Kind::NotFound, "not_found", "no stored version is older than the date given")
            .hint("without --older-than the newest is used, or downloaded"));
    }
    if task.policy.offline && asking.resolved.request.url.scheme() != "file" {
        offline(&asking, report, listener)?;
        return Ok(None);
    }
    if let (Some(place), Some(found)) = (&place, found)
        && task.delivery.if_exists == IfExists::Error
        && !matches!(found, Found::Nothing | Found::Stream)
    {
        return Err(disk::exists(&place.path));
    }
    if cache.is_some_and(Cache::is_read_only) {
        if matches!(task.destination, Destination::Cache) {
            return Err(Error::new(Kind::Disk, "read_only", "the cache is read-only, and what was asked for is not in it")
                .hint("-o FILE fetches past the cache, --cache-dir DIR names another"));
        }
        listener.event(Event::Warning("the cache is read-only: nothing is stored".to_owned()));
        asking.cache = None;
    }
    Ok(Some(asking))
}

/// The destination, as far as it is known before anything is asked.
fn known_place(task: &Task) -> Result<Option<Place>> {
    let path = match &task.destination {
        Destination::Path(path) => path.clone(),
        Destination::Folder { folder, naming: Naming::Url } => folder.join(url_name(task)?),
        _ => return Ok(None),
    };
    Ok(Some(Place { path, delivery: task.delivery, named_by_server: false }))
}

fn url_name(task: &Task) -> Result<String> {
    filename::from_url(&task.descriptor.url).ok_or_else(|| {
        let url = task.travel.secrets.redact_url(&task.descriptor.url);
        Error::usage(format!("the URL `{url}` ends without a file name")).hint("-o FILE gives one")
    })
}

/// `keep`, and a digest given that the destination has: neither cache nor network is needed.
fn settled_by_destination(
    manager: &Manager,
    task: &Task,
    place: &Place,
    found: Found,
    report: &mut Report,
    listener: &dyn Listener,
) -> Result<bool> {
    if task.delivery.if_exists == IfExists::Keep && !matches!(found, Found::Nothing | Found::Stream) {
        listener.event(Event::Decision("--if-exists keep: what exists is taken as it is".to_owned()));
        report.source = Some(Source::Kept);
        report.size = std::fs::metadata(&place.path).ok().map(|m| m.len());
        report.output = Some(place.path.clone());
        return Ok(true);
    }
    let exact = matches!(task.policy.freshness, Freshness::Any | Freshness::MaxAge(_));
    if task.proof.digests.is_empty() || !matches!(found, Found::File(_)) || !exact {
        return Ok(false);
    }
    let Some(digests) = proven_file(manager, task, &place.path)? else { return Ok(false) };
    listener.event(Event::Decision("the destination has the digest given: nothing is asked".to_owned()));
    report.source = Some(Source::Present);
    report.size = std::fs::metadata(&place.path).ok().map(|m| m.len());
    report.output = Some(place.path.clone());
    let wanted = Wanted { size: report.size.unwrap_or(0), sha256: digests.sha256(), last_modified: None, origin: "" };
    if task.delivery.touch {
        deliver::deliver(manager.opened_cache(), &place.path, place, wanted)?;
    }
    report.digests = Some(digests);
    Ok(true)
}

/// The digests of a file, if all that were given match it.
fn proven_file(manager: &Manager, task: &Task, path: &Path) -> Result<Option<Digests>> {
    let size = std::fs::metadata(path).map_or(0, |m| m.len());
    if task.proof.size.is_some_and(|s| s != size) {
        return Ok(None);
    }
    let only_sha256 = match task.proof.digests.as_slice() {
        [one] if one.digest.algorithm().name() == "sha256" => Some(&one.digest),
        _ => None,
    };
    if let Some(sha256) = only_sha256 {
        // The cache is asked for its record of deliveries, if it is there; it need not be.
        let cache = manager.cache_for(task, &crate::event::Silent).unwrap_or(None);
        let same = deliver::holds(cache, path, size, sha256)?;
        return Ok(same.then(|| Digests::known(sha256.clone(), [])));
    }
    let algorithms = task.proof.digests.iter().map(|e| e.digest.algorithm());
    let digests = hash_file(path, algorithms)?;
    Ok(task.proof.digests.iter().all(|e| digests.get(e.digest.algorithm()) == Some(&e.digest)).then_some(digests))
}

fn hash_file(path: &Path, others: impl IntoIterator<Item = crate::digest::Algorithm>) -> Result<Digests> {
    let failed = |e: &std::io::Error| Error::disk(format!("cannot read `{}`", path.display()), e);
    let mut file = File::open(path).map_err(|e| failed(&e))?;
    Ok(hash_reader(&mut file, others).map_err(|e| failed(&e))?.1)
}

/// Without the network: a stale version if that was allowed, else a miss.
fn offline(asking: &Asking<'_>, report: &mut Report, listener: &dyn Listener) -> Result<()> {
    match &asking.candidate {
        Some(item) if asking.task.policy.stale_if_error => {
            listener.event(Event::Warning("offline: a stored version is used unchecked".to_owned()));
            give_item(asking.cache, asking.task, item, Source::Stale, report)
        }
        Some(_) => Err(Error::new(Kind::NotFound, "offline", "a stored version is there, but may not be used without asking the origin")
            .hint("--stale-if-error uses it all the same")),
        None => Err(Error::new(Kind::NotFound, "offline", "not in the cache, and --offline forbids to ask")
            .hint("fetch it once without --offline")),
    }
}

/// Delivers a stored version and tells of it.
fn give_item(cache: Option<&Cache>, task: &Task, item: &Item, source: Source, report: &mut Report) -> Result<()> {
    let item = &describe(cache, task, item)?;
    record::tell_item(report, item);
    let sha256 = item.sha256.as_ref().ok_or_else(|| no_digest(item))?;
    let last_modified = report.headers.text("last-modified").and_then(|t| Timestamp::from_http_date(&t));
    let origin = report.resolved_url.clone().unwrap_or_else(|| report.url.clone());
    let wanted = Wanted { size: item.size.unwrap_or(0), sha256, last_modified, origin: &origin };
    if let Some(place) = final_place(task, report)? {
        report.output = Some(place.path.clone());
        report.written = deliver::deliver(cache, &item.path, &place, wanted)?;
    } else if matches!(task.destination, Destination::Open) {
        let open = File::open(&item.path);
        report.open = Some(open.map_err(|e| Error::disk(format!("cannot read `{}`", item.path.display()), &e))?);
    }
    report.source = Some(source);
    Ok(())
}

fn no_digest(item: &Item) -> Error {
    Error::new(Kind::Cache, "no_digest", format!("the item {} has no digest", item.version_id()))
}

/// Attributes, label and name that were given with this command.
fn describe(cache: Option<&Cache>, task: &Task, item: &Item) -> Result<Item> {
    let said = &task.description;
    let label = said.label.as_deref().filter(|l| *l != item.label);
    let changed = label.is_some() || said.attributes.iter().any(|a| !item.attributes.contains(a));
    match cache {
        Some(cache) if changed && !cache.is_read_only() => cache.describe(item, label, &said.attributes),
        _ => Ok(item.clone()),
    }
}

/// The destination, once the response's fields are known.
fn final_place(task: &Task, report: &Report) -> Result<Option<Place>> {
    let (path, named_by_server) = match &task.destination {
        Destination::Cache | Destination::Open => return Ok(None),
        Destination::Path(path) => (path.clone(), false),
        Destination::Folder { folder, naming } => match (naming, record::server_name(&report.headers)) {
            (Naming::Header, Some(name)) => (folder.join(name), true),
            _ => (folder.join(url_name(task)?), false),
        },
    };
    Ok(Some(Place { path, delivery: task.delivery, named_by_server }))
}

impl<'a> Asking<'a> {
    /// The newest stored version that would be accepted and whose file stands.
    fn candidate(&self, passed_over: &[i64], listener: &dyn Listener) -> Result<Option<Item>> {
        let (Some(cache), Some(key)) = (self.cache, &self.key) else { return Ok(None) };
        let acceptance = Acceptance {
            policy: &self.task.policy,
            proof: &self.task.proof,
            trust: &self.task.trust,
            allow_status: &self.task.travel.allow_status,
        };
        let mut passed_over = passed_over.to_vec();
        loop {
            let accept = |item: &Item| !passed_over.contains(&item.id) && acceptance.takes(item);
            let Some(item) = cache.newest(key, &accept)? else { return Ok(None) };
            let id = item.id;
            if cache.stands(&item, listener)? && self.proves(&acceptance, &item)? {
                return Ok(Some(item));
            }
            passed_over.push(id);
        }
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

    /// Asks, keeps and delivers.
    pub(crate) fn ask(mut self, listener: &dyn Listener) -> Report {
        match self.try_ask(listener) {
            Ok(()) => finished(self.report),
            Err(error) => self.stale_or_failed(error, listener),
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
                give_item(Some(cache), self.task, &item, Source::Hit, &mut self.report)
            }
            Turn::Mine(partial) => self.transfer(partial, listener),
        }
    }

    /// What another process's fetch of the same has left since this one began: a version that would be accepted, or a
    /// failure that would be this one's too.
    fn answer_of_another(&self, listener: &dyn Listener) -> Result<Option<Item>> {
        let (Some(cache), Some(key)) = (self.cache, &self.key) else { return Ok(None) };
        if let Some(item) = self.candidate(&[], listener)? {
            let asked_since = item.download.as_ref().is_some_and(|d| d.started_at >= self.started);
            let verdict = judge::judge(&item, &self.task.policy, Timestamp::now()).0;
            if verdict == Verdict::Use || asked_since {
                return Ok(Some(item));
            }
        }
        let Some(failure) = cache.failure(key)? else { return Ok(None) };
        match flight::shared_error(&failure, self.started, &self.proof_mark(), &self.task.travel.allow_status) {
            Some(error) => Err(error),
            None => Ok(None),
        }
    }

    /// Tells failures of proof apart: another's is this one's only if the same was asked of the bytes.
    fn proof_mark(&self) -> String {
        let proof = &self.task.proof;
        let mut digests: Vec<String> = proof.digests.iter().map(|e| e.digest.to_string()).collect();
        digests.sort();
        let rest = (proof.size, proof.min_size, proof.max_size, proof.strict_length, proof.allow_html);
        crate::digest::Digest::sha256(format!("{digests:?} {rest:?}").as_bytes()).hex()
    }

    fn partial_without_cache(&self) -> Result<Partial> {
        let folder = match (&self.task.destination, known_place(self.task)?) {
            (_, Some(place)) if !matches!(deliver::look(&place.path, None)?, Found::Stream) => {
                place.path.parent().map(Path::to_owned).unwrap_or_default()
            }
            (Destination::Folder { folder, .. }, _) => folder.clone(),
            _ => return Partial::unnamed_in(&self.manager.options.spool),
        };
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        disk::make_folder(&folder, None)?;
        disk::remove_dead_temporaries(&folder);
        Partial::unnamed_in(&folder)
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
            proof: self.task.proof.clone(),
        };
        let transfer = self.manager.transfer(&self.task.travel);
        let fetched = match transfer.fetch(&job, &mut partial, listener) {
            Ok(fetched) => fetched,
            Err(failed) => {
                partial.discard_if_empty();
                record::tell_exchange(&mut self.report, &failed.exchange, &self.task.travel.secrets);
                self.note_failure(&failed.error, &failed.exchange);
                return Err(failed.error);
            }
        };
        record::tell_exchange(&mut self.report, &fetched.exchange, &self.task.travel.secrets);
        if fetched.content.is_none() {
            partial.discard_if_empty();
            let method = conditions.as_ref().map_or("etag", judge::method_name);
            self.report.checked = Some(Checked { method, verdict: "match", reason: "the origin answered 304".to_owned() });
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
            request: crate::message::Request { method: "HEAD".to_owned(), ..self.resolved.request.clone() },
            mirrors: self.resolved.mirrors.clone(),
            conditions: None,
            proof: crate::transfer::job::Proof::default(),
        };
        let exchange = match self.manager.transfer(&self.task.travel).head(&job, listener) {
            Ok(exchange) => exchange,
            Err(failed) if failed.error.kind() == Kind::Http => *failed.exchange,
            Err(failed) => return Err(failed.error),
        };
        let answer = match (&exchange.head, method) {
            (Some(head), CheckMethod::Size) if (200..300).contains(&head.status) => {
                head.content_length().map(|told| (Some(told) == candidate.size, format!("the origin tells {told} bytes, {} are stored", candidate.size.unwrap_or(0))))
            }
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
            return Err(Error::new(Kind::Http, "unasked_304", "the origin answered 304 to a request without conditions"));
        };
        let private = self.resolved.identity.is_private();
        let download = exchange.map(|e| record::download(e, None, self.task, private));
        let item = cache.revalidated(&candidate, download.as_ref())?;
        // The stored fields, updated by those of the answer, describe the bytes; the answer's own status is told.
        if let Some(stored) = &item.download {
            self.report.headers = stored.headers.clone();
        }
        give_item(Some(cache), self.task, &item, Source::Revalidated, &mut self.report)
    }

    /// Keeps a whole, proven body and delivers it.
    fn keep(&mut self, fetched: Fetched, partial: Partial, conditions: Option<&Validators>, listener: &dyn Listener) -> Result<()> {
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
        give_item(Some(cache), self.task, &item, Source::Network, &mut self.report)
    }

    fn deliver_without_cache(&mut self, partial: Partial, digests: &Digests, size: u64) -> Result<()> {
        self.report.is_new = true;
        let given = self.task.description.filename.clone();
        let name = given.or_else(|| record::server_name(&self.report.headers)).or_else(|| filename::from_url(&self.task.descriptor.url));
        self.report.ext = name.as_deref().map(|n| filename::extension(n).to_owned());
        self.report.filename = name;
        let last_modified = self.report.headers.text("last-modified").and_then(|t| Timestamp::from_http_date(&t));
        let origin = self.report.resolved_url.clone().unwrap_or_else(|| self.report.url.clone());
        let wanted = Wanted { size, sha256: digests.sha256(), last_modified, origin: &origin };
        match final_place(self.task, &self.report)? {
            Some(place) => {
                self.report.output = Some(place.path.clone());
                self.report.written = deliver::deliver_partial(partial, &place, wanted)?;
            }
            None => self.report.open = Some(partial.into_open_file()?),
        }
        Ok(())
    }

    /// Leaves the one FAILED version of the key, for failures that asked for something.
    fn note_failure(&mut self, error: &Error, exchange: &Exchange) {
        let (Some(cache), Some(key)) = (self.cache, &self.key) else { return };
        let asked = !matches!(error.kind(), Kind::Usage | Kind::Interrupted | Kind::Cache);
        let stale = self.task.policy.stale_if_error && self.candidate.is_some();
        if !asked || stale {
            return;
        }
        let private = self.resolved.identity.is_private();
        let download = record::download(exchange, None, self.task, private);
        let new = record::new_item(self.task, &self.resolved.identity, key, &self.salt, download);
        let mask = self.report.mask.clone();
        let mut value = error_to_json(&error.clone().map_text(|text| mask.apply(text)));
        value["proof"] = self.proof_mark().into();
        // A failure that cannot be noted is told all the same.
        if let Ok(item) = cache.fail(new, value) {
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
        debug_assert_eq!(item.status, Status::Ready);
        self.report.headers = crate::message::Fields::new();
        self.report.backend = None;
        match give_item(self.cache, self.task, &item, Source::Stale, &mut self.report) {
            Ok(()) => finished(self.report),
            Err(error) => failed(self.report, error),
        }
    }
}

/// Whether a digest that the head tells of the whole is the stored one; `None` if it tells none that was computed.
fn told_digest(head: &crate::message::Head, candidate: &Item) -> Result<Option<(bool, String)>> {
    let told = proof::told_of_whole(head);
    if told.is_empty() {
        return Ok(None);
    }
    let digests = hash_file(&candidate.path, told.iter().map(crate::digest::Digest::algorithm))?;
    let wrong = told.iter().find(|d| digests.get(d.algorithm()) != Some(*d));
    Ok(Some(match wrong {
        None => (true, format!("the origin tells the stored {}", told[0].algorithm().name())),
        Some(digest) => (false, format!("the origin tells another {}", digest.algorithm().name())),
    }))
}

/// What a task's secrets are masked by, for texts outside its report.
#[must_use]
pub(crate) fn mask_of(task: &Task, secrets: &Secrets) -> Mask {
    Mask::new(task.descriptor.secret_texts(secrets))
}
