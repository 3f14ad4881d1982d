//! `dl cache cat`, `members` and `extract`: plain and packed files opened alike.

use crate::cli::Session;
use crate::cli::args::Global;
use crate::cli::args::cache::{Cat, Members, Unpack};
use crate::cli::output::{Output, escape_field};
use crate::cli::progress::Spoken;
use crate::cli::settings::Layers;
use dl::archive::{Archive, Extract, Limits};
use dl::cache::Cache;
use dl::cache::item::Status;
use dl::cache::query::Purpose;
use dl::error::{Error, Kind, Result};
use serde_json::json;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Standard output as a writer.
struct Stdout<'a>(&'a Output);

impl io::Write for Stdout<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.bytes(bytes).map_err(|e| io::Error::other(e.to_string()))?;
        // A reader that has gone is no failure, but the rest is not worth unpacking.
        if self.0.was_closed() { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is opened, and the item whose read is to be counted.
struct Opened {
    archive: Archive,
    read: Option<(Cache, i64)>,
}

impl Opened {
    fn count(&self, no_touch: bool) {
        if let (Some((cache, id)), false) = (&self.read, no_touch) {
            cache.count_reads(&[*id]);
        }
    }
}

fn open(
    session: &Session<'_>,
    global: &Global,
    layers: &Layers,
    item: Option<&str>,
    file: Option<&Path>,
    limits: Limits,
) -> Result<Opened> {
    let archive = |path: &Path| {
        let file = File::open(path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => {
                Error::new(Kind::NotFound, "no_file", format!("there is no file `{}`", path.display()))
            }
            _ => Error::disk(format!("cannot read `{}`", path.display()), &e),
        })?;
        Archive::open(file, &path.file_name().unwrap_or_default().to_string_lossy(), limits)
    };
    match (item, file) {
        (Some(_), Some(_)) => Err(Error::usage("an ITEM and --file exclude each other")),
        (None, None) => Err(Error::usage("an ITEM is missing: an id, a URI, a path, a key or `sha256:HEX`")
            .hint("dl cache ls; or --file PATH")),
        (None, Some(path)) => Ok(Opened { archive: archive(path)?, read: None }),
        (Some(text), None) => {
            let listener = Spoken::new(&session.output);
            let cache = Cache::open(&session.cache_options(global)?, &listener)?;
            let found = cache.find(text, &layers.secrets(), Purpose::Read)?;
            if found.status != Status::Ready {
                return Err(Error::new(
                    Kind::NotFound,
                    "not_ready",
                    format!("item {} is not READY: it is {}", found.id, found.status.name()),
                ));
            }
            if !cache.stands(&found, &listener)? {
                return Err(Error::new(
                    Kind::Integrity,
                    "damaged",
                    format!("the file of item {} is damaged", found.id),
                )
                .hint("a fetch of its URI makes it anew"));
            }
            Ok(Opened { archive: archive(&found.path)?, read: Some((cache, found.id)) })
        }
    }
}

/// Prints a file, unpacked.
///
/// # Errors
/// Usage, not found, integrity, disk, cache.
pub(crate) fn cat(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Cat = session.args()?;
    if global.json {
        return Err(Error::usage("--json and the file's bytes cannot both go to standard output")
            .hint("dl cache show --json ITEM tells about it, as --meta does of a fetch"));
    }
    let item = args.item.as_deref();
    let opened = open(session, &global, &layers, item, args.file.as_deref(), Limits::default())?;
    let mut writer = io::BufWriter::with_capacity(1 << 16, Stdout(&session.output));
    match opened.archive.cat(args.member.as_deref(), args.raw, &mut writer) {
        Err(_) if session.output.was_closed() => {}
        other => {
            other?;
        }
    }
    drop(writer);
    opened.count(args.no_touch);
    Ok(0)
}

/// Lists what is in an archive.
///
/// # Errors
/// As [`cat`].
pub(crate) fn members(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Members = session.args()?;
    let item = args.item.as_deref();
    let opened = open(session, &global, &layers, item, args.file.as_deref(), Limits::default())?;
    opened.archive.members(&mut |member| {
        let mtime = member.mtime.map(|t| t.to_string());
        if global.json {
            return session.output.json(&json!({
                "schema": 1,
                "name": member.name,
                "size": member.size,
                "type": member.kind.name(),
                "mtime": mtime,
            }));
        }
        let columns = [
            escape_field(member.name.as_bytes()),
            member.size.to_string(),
            member.kind.name().to_owned(),
            mtime.unwrap_or_default(),
        ];
        session.output.bytes((columns.join("\t") + "\n").as_bytes())
    })?;
    Ok(0)
}

/// Unpacks an archive into a folder, and prints the folder.
///
/// # Errors
/// As [`cat`].
pub(crate) fn extract(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let args: Unpack = session.args()?;
    let (item, folder): (Option<String>, &PathBuf) = match (args.words.as_slice(), &args.file) {
        ([item, folder], None) => (Some(item.to_string_lossy().into_owned()), folder),
        ([folder], Some(_)) => (None, folder),
        ([_, _], Some(_)) => return Err(Error::usage("an ITEM and --file exclude each other")),
        _ => return Err(Error::usage("expected ITEM DIR, or --file PATH DIR").hint("dl cache extract -h")),
    };
    let limits = Limits { unpacked_bytes: args.max_extract, ..Limits::default() };
    let opened = open(session, &global, &layers, item.as_deref(), args.file.as_deref(), limits)?;
    let options = Extract {
        strip: args.strip.unwrap_or(0) as usize,
        members: args.member,
        if_exists: args.if_exists.unwrap_or_default().into(),
        keep_times: false,
    };
    let extracted = opened.archive.extract(folder, &options, &mut |_, _| {})?;
    if global.json {
        session.output.json(&json!({
            "schema": 1,
            "path": dl::manager::report::path_to_json(folder),
            "files": extracted.files,
            "bytes": extracted.bytes,
            "kept": extracted.kept,
        }))?;
    } else {
        session.output.result(folder.as_os_str().as_bytes())?;
    }
    opened.count(args.no_touch);
    Ok(0)
}
