//! What a task comes to before anything is asked: answered by the destination or the cache, a miss, or to be asked.

use crate::cache::Cache;
use crate::clock::Timestamp;
use crate::digest::Digests;
use crate::disk;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener, Silent};
use crate::manager::Manager;
use crate::manager::ask::Asking;
use crate::manager::deliver::{self, Found, Place, Wanted};
use crate::manager::give::{failed, finished, give_item, give_proven, hash_file, known_place};
use crate::manager::http::Client;
use crate::manager::judge::{self, Verdict};
use crate::manager::report::{Report, Source};
use crate::manager::share::Offer;
use crate::manager::task::{Destination, Freshness, IfExists, Task};
use crate::manager::unpack;
use crate::secret::Mask;
use std::cell::Cell;
use std::path::Path;

/// What is left to do after the decision.
#[expect(clippy::large_enum_variant, reason = "a hit is to cost no block of memory of its own")]
pub(crate) enum Next<'a> {
    /// Nothing: here is the report.
    Done(Report),
    /// The network is asked; a thread of its own may do it.
    Ask(Ask<'a>),
}

/// What asks the network, and tells what came of it.
pub(crate) type Ask<'a> = Box<dyn FnOnce(&dyn Listener) -> (Report, Option<Offer<'a>>) + Send + 'a>;

/// What a look at what is there came to.
enum Looked<'a> {
    /// The report is complete.
    Done,
    /// An item is to be asked for.
    Item(Box<Asking<'a>>),
    /// The rules of HTTP ask.
    Http(Box<Client<'a>>),
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
        Ok(Looked::Done) => Next::Done(finished(report)),
        Ok(Looked::Item(mut asking)) => {
            asking.report = report;
            Next::Ask(Box::new(move |listener| asking.ask(listener)))
        }
        // What HTTP let this machine store, it did not let others have.
        Ok(Looked::Http(client)) => Next::Ask(Box::new(move |listener| (client.ask(report, listener), None))),
        Err(error) => Next::Done(failed(report, error)),
    }
}

fn look_up<'a>(
    manager: &'a Manager,
    task: &'a Task,
    report: &mut Report,
    started: Timestamp,
    listener: &dyn Listener,
) -> Result<Looked<'a>> {
    let decided = |text: String| listener.event(Event::Decision(text));
    let place = known_place(task)?;
    let cache_folder = manager.cache_folder();
    let found = place.as_ref().map(|p| deliver::look(&p.path, cache_folder)).transpose()?;
    unpack::look(task, cache_folder)?;
    if unpack::is_present(manager, task, found, report, listener)? {
        return Ok(Looked::Done);
    }
    if let (Some(place), Some(found)) = (&place, found)
        && settled_by_destination(manager, task, place, found, report, listener)?
    {
        return Ok(Looked::Done);
    }
    let resolved = task.descriptor.resolve(&task.travel.secrets)?;
    report.method.clone_from(&resolved.request.method);
    let cache = manager.cache_for(task, listener)?;
    if let (Freshness::Http(http), Some(cache), "http" | "https") =
        (task.policy.freshness, cache, resolved.request.url.scheme())
    {
        let mut client = Client::new(manager, task, http, cache, resolved, started)?;
        report.key = Some(client.key().clone());
        let taken = place.as_ref().filter(|_| !matches!(found, None | Some(Found::Nothing | Found::Stream)));
        let is_done = client.look(report, taken, listener)?;
        return Ok(if is_done { Looked::Done } else { Looked::Http(Box::new(client)) });
    }
    let mut asking = Asking {
        manager,
        task,
        report: Report::default(),
        resolved,
        cache,
        key: None,
        salt: Vec::new(),
        candidate: None,
        damaged: Cell::new(false),
        started,
        offered: None,
        lease: None,
    };
    if let Some(cache) = cache {
        if asking.resolved.identity.needs_salt() {
            asking.salt = cache.salt()?;
        }
        let key = asking.resolved.identity.key(&asking.salt);
        report.key = Some(key.clone());
        asking.key = Some(key);
    }
    let mut verdict = Verdict::Fetch;
    match asking.candidate(listener)? {
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
        if let (Verdict::Use, Some(item)) = (verdict, &asking.candidate) {
            unpack::foretell(cache, task, item, listener);
        }
        report.would = Some(match verdict {
            Verdict::Use => "hit",
            Verdict::Check => "check",
            Verdict::Fetch => "download",
        });
        return Ok(Looked::Done);
    }
    if verdict == Verdict::Use
        && let Some(item) = asking.candidate.take()
    {
        give_item(cache, task, item, Source::Hit, report)?;
        return Ok(Looked::Done);
    }
    let chooses_by_time = task.policy.older_than.is_some() || task.policy.newer_than.is_some();
    if verdict == Verdict::Fetch
        && !chooses_by_time
        && let Some(proven) = asking.by_digest(listener)?
    {
        decided("bytes with the digest given are in the cache: nothing is asked".to_owned());
        return give_proven(cache, task, proven, report).map(|()| Looked::Done);
    }
    if asking.candidate.is_none() && chooses_by_time {
        return Err(Error::new(Kind::NotFound, "not_found", "no stored version is of the time asked for")
            .hint("--newer-than and --older-than choose among what is stored; --max-age asks where it is too old"));
    }
    if task.policy.offline && asking.resolved.request.url.scheme() != "file" {
        // A shared store on this machine needs no network.
        if asking.candidate.is_none()
            && asking.taken_from_shared(listener)?
            && let Some(item) = asking.candidate.take()
        {
            give_item(cache, task, item, Source::Shared, report)?;
            return Ok(Looked::Done);
        }
        offline(&mut asking, report, listener)?;
        return Ok(Looked::Done);
    }
    if let (Some(place), Some(found)) = (&place, found)
        && task.delivery.if_exists == IfExists::Error
        && !matches!(found, Found::Nothing | Found::Stream)
    {
        return Err(disk::exists(&place.path));
    }
    if cache.is_some_and(Cache::is_read_only) {
        go_past_cache(task, listener)?;
        asking.cache = None;
    }
    Ok(Looked::Item(Box::new(asking)))
}

/// A cache that cannot be written is gone past, where there is a destination.
pub(crate) fn go_past_cache(task: &Task, listener: &dyn Listener) -> Result<()> {
    if matches!(task.destination, Destination::Cache) {
        return Err(Error::new(Kind::Disk, "read_only", "the cache is read-only, and what was asked for is not in it")
            .hint("-o FILE fetches past the cache, --cache-dir DIR names another"));
    }
    listener.event(Event::Warning("the cache is read-only: nothing is stored".to_owned()));
    Ok(())
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
    if task.proof.digests.is_empty() || !matches!(found, Found::File(_)) || !exact || task.opens() {
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
        let cache = manager.cache_for(task, &Silent).unwrap_or(None);
        let same = deliver::holds(cache, path, size, sha256)?;
        return Ok(same.then(|| Digests::known(sha256.clone(), [])));
    }
    let algorithms = task.proof.digests.iter().map(|e| e.digest.algorithm());
    let digests = hash_file(path, algorithms)?;
    Ok(task.proof.digests.iter().all(|e| digests.get(e.digest.algorithm()) == Some(&e.digest)).then_some(digests))
}

/// Without the network: a stale version if that was allowed, else a miss.
fn offline(asking: &mut Asking<'_>, report: &mut Report, listener: &dyn Listener) -> Result<()> {
    if asking.damaged.get() {
        return Err(Error::new(
            Kind::Integrity,
            "damaged",
            "the stored file was damaged, and --offline forbids to fetch it anew",
        )
        .hint("fetch it once without --offline"));
    }
    match asking.candidate.take() {
        Some(item) if asking.task.policy.stale_if_error => {
            listener.event(Event::Warning("offline: a stored version is used unchecked".to_owned()));
            give_item(asking.cache, asking.task, item, Source::Stale, report)
        }
        Some(_) => Err(Error::new(
            Kind::NotFound,
            "offline",
            "a stored version is there, but may not be used without asking the origin",
        )
        .hint("--stale-if-error uses it all the same")),
        None => Err(Error::new(Kind::NotFound, "offline", "not in the cache, and --offline forbids to ask")
            .hint("fetch it once without --offline")),
    }
}
