//! From the options of "Where it goes" to a destination, and whether two URLs would write one path.

use crate::cli::args::{Fetch, Place};
use crate::cli::input::{self, Asked};
use dl::error::{Error, Result};
use dl::manager::task::{Delivery, Destination, Naming, Task};
use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Where one URL's bytes go.
///
/// # Errors
/// Usage: options that contradict each other, a folder where a file is expected, a path that leaves `-P`.
pub(crate) fn destination(asked: &Asked, args: &Fetch) -> Result<Destination> {
    let place = &args.place;
    let named = place.remote_name || place.remote_header_name;
    if let Some(folder) = &place.extract {
        return tree(folder, asked, place);
    }
    if let Some(output) = asked.output.as_ref().or(place.output.as_ref()) {
        if asked.output.is_none() && named {
            return Err(Error::usage("-o names the file, and -O or --remote-header-name would too"));
        }
        if asked.output.is_none() && output == Path::new("-") {
            return Ok(Destination::Open);
        }
        if output.as_os_str().as_bytes().ends_with(b"/") {
            return Err(Error::usage(format!("`{}` is a folder", output.display()))
                .hint(format!("-P {} saves into it", output.display())));
        }
        if output.as_os_str().is_empty() {
            return Err(Error::usage("the output's path is empty"));
        }
        return input::place_below(place.dir.as_deref(), output).map(Destination::Path);
    }
    if place.dir.is_some() || named {
        let naming = if place.remote_header_name { Naming::Header } else { Naming::Url };
        return Ok(Destination::Folder { folder: place.dir.clone().unwrap_or_default(), naming });
    }
    Ok(if args.global.no_cache { Destination::Open } else { Destination::Cache })
}

/// `--extract`: a folder for what is in the file.
fn tree(folder: &Path, asked: &Asked, place: &Place) -> Result<Destination> {
    let shown = folder.display();
    if asked.output.is_some() || place.output.is_some() {
        return Err(Error::usage(format!("--extract {shown} unpacks into a folder, and a file is named too"))
            .hint("leave one out; --member NAME -o PATH takes out one file"));
    }
    if place.dir.is_some() || place.remote_name || place.remote_header_name {
        return Err(Error::usage(format!("--extract {shown} says where it goes, and -P or -O would too"))
            .hint("leave them out: the archive itself stays in the cache"));
    }
    if folder.as_os_str().is_empty() {
        return Err(Error::usage("the folder of --extract is empty").hint("--extract . is the current one"));
    }
    if folder == Path::new("-") {
        return Err(Error::usage("--extract unpacks into a folder, not to standard output")
            .hint("--unpack -o - or --member NAME -o - write one file there"));
    }
    let strip = place.strip.unwrap_or(0) as usize;
    Ok(Destination::Tree { folder: folder.to_owned(), strip, members: place.member.clone() })
}

/// How it is written there.
pub(crate) fn delivery(args: &Fetch) -> Delivery {
    let place: &Place = &args.place;
    Delivery {
        if_exists: place.if_exists.unwrap_or_default(),
        if_exists_said: place.if_exists.is_some(),
        link: place.link,
        touch: place.touch,
        remote_time: place.remote_time,
        xattr: args.tell.xattr,
    }
}

/// The path that a task will write, where it is known before anything is asked.
fn known_path(task: &Task) -> Option<PathBuf> {
    let path = task.output().ok().flatten()?;
    // A device takes several, one after the other.
    let is_special = std::fs::metadata(&path).is_ok_and(|m| !m.is_file() && !m.is_dir());
    (!is_special).then(|| normal(&path))
}

/// The path, absolute, without `.` and `..`; symbolic links in its folder are followed where it exists.
fn normal(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (absolute.parent().and_then(|folder| folder.canonicalize().ok()), absolute.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => absolute,
    }
}

/// Refuses a file that is written beside the result (`-D`, `--meta`, an export) inside the cache.
///
/// # Errors
/// Usage, naming the path.
pub(crate) fn refuse_in_cache(path: &Path, cache: &Path) -> Result<()> {
    if normal(path).starts_with(normal(cache)) { Err(in_cache(path)) } else { Ok(()) }
}

/// Refuses two tasks that would write one path, and destinations inside the cache.
///
/// # Errors
/// Usage, naming the path.
pub(crate) fn refuse_conflicts(tasks: &[Task], cache: Option<&Path>) -> Result<()> {
    let cache = cache.map(normal);
    let mut seen: HashMap<PathBuf, &Task> = HashMap::new();
    for task in tasks {
        if let (Destination::Tree { folder, .. }, Some(cache)) = (&task.destination, &cache)
            && normal(folder).starts_with(cache)
        {
            return Err(in_cache(folder));
        }
        let Some(path) = known_path(task) else { continue };
        if cache.as_ref().is_some_and(|cache| path.starts_with(cache)) {
            return Err(in_cache(&path));
        }
        if let Some(other) = seen.get(&path) {
            let same = other.descriptor.url == task.descriptor.url;
            return Err(Error::usage(format!(
                "{} would both be written to `{}`",
                if same {
                    "a URL that is given twice".to_owned()
                } else {
                    format!("`{}` and `{}`", shown(other), shown(task))
                },
                path.display()
            ))
            .hint("a list (-i) can name each file: URL out=PATH"));
        }
        seen.insert(path, task);
    }
    Ok(())
}

fn in_cache(path: &Path) -> Error {
    Error::usage(format!("`{}` lies in the cache", path.display()))
        .hint("the cache is dl's own: save elsewhere, or leave the destination out")
}

fn shown(task: &Task) -> String {
    task.travel.secrets.redact_url(&task.descriptor.url)
}
