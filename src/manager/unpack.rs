//! Opening what was fetched: a member, the unpacked file or a whole tree, put where it is wanted.
//!
//! It comes after the file is here, from the cache or spooled aside, so a failure leaves the file stored and the destination as it
//! was. What was unpacked is recorded: while all of it stands, the same command does not unpack again.

use crate::archive::{Archive, Extract, Limits};
use crate::cache::Cache;
use crate::cache::extraction::{Extraction, Files, at};
use crate::cache::item::Item;
use crate::clock::Timestamp;
use crate::digest::{Algorithm, Digest, Digests, Hasher};
use crate::disk::{self, Signature};
use crate::error::{Error, Result};
use crate::event::{Event, Listener, Silent};
use crate::manager::Manager;
use crate::manager::deliver::{self, Found, Place, Wanted, absolute};
use crate::manager::give::{failed, final_place, finished};
use crate::manager::report::{Report, Source};
use crate::manager::task::{Content, Destination, Freshness, IfExists, Task};
use crate::manager::turns::Turn;
use crate::partial::Partial;
use serde_json::json;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The nearest folder that exists, at or above one that need not.
pub(crate) fn above(folder: &Path) -> PathBuf {
    let folder = absolute(folder);
    folder.ancestors().find(|at| at.is_dir()).unwrap_or(&folder).to_owned()
}

/// Refuses, before anything is asked, what cannot come to anything.
pub(crate) fn look(task: &Task, cache_folder: Option<&Path>) -> Result<()> {
    match (&task.destination, &task.content) {
        (Destination::Tree { folder, .. }, Content::Whole) => deliver::look_at_folder(folder, cache_folder),
        (_, Content::Whole)
        | (Destination::Path(_) | Destination::Open, _)
        | (Destination::Folder { .. }, Content::Unpacked) => Ok(()),
        _ => Err(Error::usage("what is taken out of a fetched file needs a place of its own")
            .hint("-o FILE names one, -o - is standard output")),
    }
}

/// Opens what a task got, where it wants that; a failure and a dry run pass by.
pub(crate) fn unpack(
    manager: &Manager,
    task: &Task,
    turn: &mut Turn,
    mut report: Report,
    listener: &dyn Listener,
) -> Report {
    if !task.opens() {
        return report;
    }
    let unpacking = Unpacking::new(manager, task, turn, listener);
    let result = if report.error.is_some() || report.would.is_some() || report.output.is_some() {
        Ok(())
    } else {
        unpacking.put(&mut report)
    };
    let done = result.is_ok() && report.error.is_none();
    let came =
        report.digests.as_ref().filter(|_| done).map(|d| (d.sha256().clone(), unpacking.how(&unpacking.name(&report))));
    turn.end(came);
    match result {
        Ok(()) if report.error.is_some() => report,
        Ok(()) => finished(report),
        Err(error) => failed(report, error),
    }
}

/// Whether what the digest given stands for was unpacked there before and stands: then nothing is asked.
pub(crate) fn is_present(
    manager: &Manager,
    task: &Task,
    found: Option<Found>,
    report: &mut Report,
    listener: &dyn Listener,
) -> Result<bool> {
    let exact = matches!(task.policy.freshness, Freshness::Any | Freshness::MaxAge(_));
    let sized = task.proof.size.is_some() || task.proof.min_size.is_some() || task.proof.max_size.is_some();
    let root = match (&task.destination, found) {
        (Destination::Tree { folder, .. }, _) => folder.clone(),
        (_, Some(Found::File(_))) if task.delivery.if_exists != IfExists::Keep => task.output()?.unwrap_or_default(),
        _ => return Ok(false),
    };
    let [given] = task.proof.digests.as_slice() else { return Ok(false) };
    if !task.opens() || !exact || sized || given.digest.algorithm() != Algorithm::Sha256 {
        return Ok(false);
    }
    // The cache is asked for its record, if it is there; it need not be.
    let cache = manager.cache_for(task, &Silent).unwrap_or(None);
    let alone = Turn::default();
    let unpacking = Unpacking { cache, ..Unpacking::new(manager, task, &alone, listener) };
    // The name is the URL's: what a server or the user called the file is not known yet.
    let name = unpacking.name(report);
    let Some(known) = unpacking.known(&root, &given.digest, &unpacking.how(&name)) else { return Ok(false) };
    listener.event(Event::Decision("what the digest given stands for was unpacked there: nothing is asked".to_owned()));
    report.source = Some(Source::Present);
    report.digests = Some(Digests::known(given.digest.clone(), []));
    report.output = Some(root.clone());
    unpacking.renew(&root, known)?;
    Ok(true)
}

/// Says what a stored version would come to.
pub(crate) fn foretell(cache: Option<&Cache>, task: &Task, item: &Item, listener: &dyn Listener) {
    let (true, Some(sha256)) = (task.opens(), &item.sha256) else { return };
    let root = match &task.destination {
        Destination::Tree { folder, .. } => Some(folder.clone()),
        _ => task.output().ok().flatten(),
    };
    let alone = Turn::default();
    let unpacking = Unpacking { cache, task, turn: &alone, listener, spool: Path::new("") };
    let known = root.and_then(|root| unpacking.known(&root, sha256, &unpacking.how(&item.filename)));
    let what =
        if known.is_some() { "what was unpacked stands: it would be left alone" } else { "it would be unpacked" };
    listener.event(Event::Decision(what.to_owned()));
}

/// One file that is opened, and what for.
struct Unpacking<'a> {
    cache: Option<&'a Cache>,
    task: &'a Task,
    turn: &'a Turn,
    listener: &'a dyn Listener,
    /// Where what goes to no file is spooled, if there is no cache.
    spool: &'a Path,
}

impl<'a> Unpacking<'a> {
    fn new(manager: &'a Manager, task: &'a Task, turn: &'a Turn, listener: &'a dyn Listener) -> Self {
        let cache = manager.opened_cache().filter(|_| !task.policy.no_cache);
        Self { cache, task, turn, listener, spool: &manager.options.spool }
    }

    fn put(&self, report: &mut Report) -> Result<()> {
        let failed = |e: &io::Error| Error::disk("cannot read the fetched file", e);
        let file = match (report.open.take(), &report.path) {
            (Some(file), _) => file,
            (None, Some(path)) => File::open(path).map_err(|e| failed(&e))?,
            (None, None) => return Err(failed(&io::ErrorKind::NotFound.into())),
        };
        let sha256 = match &report.digests {
            Some(digests) => digests.sha256().clone(),
            None => return Err(failed(&io::ErrorKind::InvalidData.into())),
        };
        match &self.task.destination {
            Destination::Tree { folder, strip, members } => {
                let extract = Extract {
                    strip: *strip,
                    members: members.clone(),
                    if_exists: self.task.delivery.if_exists.into(),
                    keep_times: self.task.delivery.remote_time,
                };
                self.tree(file, &sha256, folder, &extract, report)
            }
            _ => self.file(file, &sha256, report),
        }
    }

    fn tree(&self, file: File, sha256: &Digest, folder: &Path, extract: &Extract, report: &mut Report) -> Result<()> {
        let name = self.name(report);
        let how = self.how(&name);
        report.output = Some(folder.to_owned());
        if let Some(known) = self.known(folder, sha256, &how) {
            self.decided(format!("what was unpacked into `{}` stands: it is left alone", folder.display()));
            return self.renew(folder, known);
        }
        let mut files = Files::default();
        let done =
            self.open(file, &name)?.extract(folder, extract, &mut |path, signature| files.push(path, signature))?;
        self.decided(format!("unpacked into `{}`: {} files", folder.display(), done.files));
        report.written = done.changed;
        report.extracted = Some(done);
        let extraction = Extraction { source: sha256.clone(), how, bytes: done.bytes, files };
        if self.task.delivery.touch && !self.task.delivery.remote_time {
            return self.renew(folder, extraction);
        }
        self.record(folder, &extraction);
        Ok(())
    }

    fn file(&self, file: File, sha256: &Digest, report: &mut Report) -> Result<()> {
        let name = self.name(report);
        let Some(place) = final_place(self.task, report)? else {
            let spooled = self.spooled()?;
            self.write(&self.open(file, &name)?, spooled.file())?;
            report.open = Some(spooled.into_open_file()?);
            return Ok(());
        };
        let how = self.how(&name);
        report.output = Some(place.path.clone());
        if let Some(known) = self.known(&place.path, sha256, &how) {
            self.decided(format!("what was unpacked to `{}` stands: it is left alone", place.path.display()));
            return self.renew(&place.path, known);
        }
        let archive = self.open(file, &name)?;
        let partial = match deliver::look(&place.path, self.cache.map(Cache::folder))? {
            Found::Stream => self.spooled()?,
            _ => beside(&place)?,
        };
        let (bytes, digests, mtime) = self.write(&archive, partial.file())?;
        let origin = report.resolved_url.clone().unwrap_or_else(|| report.url.clone());
        let told = || report.headers.text("last-modified").and_then(|t| Timestamp::from_http_date(&t));
        let last_modified = mtime.or_else(told);
        let wanted = Wanted { size: bytes, sha256: digests.sha256(), last_modified, origin: &origin };
        report.written = deliver::deliver_partial(self.cache, partial, &place, wanted)?;
        let mut files = Files::default();
        if let Ok(signature) = Signature::of(&place.path) {
            files.push(Path::new(""), &signature);
            self.record(&place.path, &Extraction { source: sha256.clone(), how, bytes, files });
        }
        Ok(())
    }

    fn open(&self, file: File, name: &str) -> Result<Archive> {
        Archive::open(file, name, Limits { unpacked_bytes: self.task.max_unpacked, ..Limits::default() })
    }

    /// What the fetched file is called, where its content leaves open what it is.
    fn name(&self, report: &Report) -> String {
        let given = self.task.description.filename.as_deref().and_then(crate::transfer::filename::safe);
        let url = || crate::transfer::filename::from_url(&self.task.descriptor.url);
        report.filename.clone().or(given).or_else(url).unwrap_or_default()
    }

    /// Takes the content out; tells its size, digest, and the time that the archive has for it.
    fn write(&self, archive: &Archive, into: &File) -> Result<(u64, Digests, Option<Timestamp>)> {
        let mut writer = Hashing { file: into, hasher: Hasher::new([]) };
        let (bytes, mtime) = match &self.task.content {
            Content::Member(name) => archive.member(name, &mut writer).map(|opened| (opened.bytes, opened.mtime))?,
            _ => (archive.unpack(&mut writer)?, None),
        };
        Ok((bytes, writer.hasher.finish(), mtime))
    }

    /// A file without a name, for what is wanted whole before the first byte of it is given out.
    fn spooled(&self) -> Result<Partial> {
        match self.cache.filter(|cache| !cache.is_read_only()) {
            Some(cache) => cache.unnamed_partial(),
            None => Partial::spooled_in(self.spool),
        }
    }

    fn decided(&self, text: String) {
        self.listener.event(Event::Decision(text));
    }

    /// Whatever decides, beside the archive's bytes, what comes out.
    fn how(&self, name: &str) -> String {
        let delivery = &self.task.delivery;
        let (keep, times) = (delivery.if_exists == IfExists::Keep, delivery.remote_time);
        let mut how = match (&self.task.destination, &self.task.content) {
            (Destination::Tree { strip, members, .. }, _) => {
                let mut members = members.clone();
                members.sort();
                members.dedup();
                json!({ "name": name, "strip": strip, "members": members, "keep": keep, "times": times })
            }
            (_, Content::Member(member)) => json!({ "member": member, "times": times }),
            _ => json!({ "unpacked": true, "times": times }),
        };
        if let Some(turn) = self.turn.mark() {
            how["turn"] = turn;
        }
        how.to_string()
    }

    /// The record of this very extraction, if everything that it placed stands, and no more than is allowed came out.
    fn known(&self, root: &Path, source: &Digest, how: &str) -> Option<Extraction> {
        let root = absolute(root);
        let known = self.cache?.extraction(&root, source, how).ok().flatten()?;
        let fits = self.task.max_unpacked.is_none_or(|most| known.bytes <= most);
        (fits && known.stands(&root)).then_some(known)
    }

    /// Gives the present time to what is left alone, if that is wanted.
    fn renew(&self, root: &Path, mut extraction: Extraction) -> Result<()> {
        if !self.task.delivery.touch || self.task.delivery.remote_time {
            return Ok(());
        }
        let now = rustix::fs::Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW };
        let times = rustix::fs::Timestamps { last_access: now, last_modification: now };
        let mut files = Files::default();
        for (path, _) in extraction.files.iter() {
            let place = at(root, path);
            rustix::fs::utimensat(rustix::fs::CWD, &place, &times, rustix::fs::AtFlags::SYMLINK_NOFOLLOW)
                .map_err(|e| Error::disk(format!("cannot renew the time of `{}`", place.display()), &e.into()))?;
            if let Ok(signature) = Signature::of(&place) {
                files.push(path, &signature);
            }
        }
        extraction.files = files;
        self.record(root, &extraction);
        Ok(())
    }

    fn record(&self, root: &Path, extraction: &Extraction) {
        // A record that cannot be made costs unpacking once more, nothing else.
        if let Some(cache) = self.cache {
            let _ = cache.record_extraction(&absolute(root), extraction, self.turn.before());
        }
    }
}

/// An unfinished file beside its destination.
fn beside(place: &Place) -> Result<Partial> {
    disk::make_folder(place.folder())?;
    disk::remove_dead_temporaries(place.folder());
    Partial::unnamed_in(place.folder())
}

/// Writes and hashes.
struct Hashing<'a> {
    file: &'a File,
    hasher: Hasher,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
