//! Which files a dependency means: a file, all files below a folder, or those of a pattern.

use crate::cache::folder::is_own;
use crate::glob;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};

/// What is no part of a folder or a pattern.
#[derive(Debug)]
pub(crate) struct Excluded<'a> {
    /// Paths, absolute and without `.` and `..`, with all below them.
    pub(crate) paths: Vec<PathBuf>,
    /// The cache, without links on the way: what dl writes there is no change.
    pub(crate) cache: &'a Path,
    /// Patterns: of a name, or with a `/` of a path as typed or below the folder.
    pub(crate) patterns: &'a [String],
}

/// The name of the folder in which git keeps its own files: they change with every command of git.
const GIT: &str = ".git";

impl Excluded<'_> {
    fn has(&self, folder: &Path, root: &Path, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        if name == GIT {
            return true;
        }
        let below = path.strip_prefix(root).unwrap_or(path);
        let by_pattern = |pattern: &String| {
            let pattern = pattern.trim_end_matches('/');
            if pattern.contains('/') {
                return [path, below].iter().any(|p| glob::selects(pattern, &p.to_string_lossy()));
            }
            glob::names(pattern, &name.to_string_lossy())
        };
        let absolute = normal(&folder.join(path));
        absolute == self.cache
            || (absolute.parent() == Some(self.cache) && is_own(name))
            || self.paths.iter().any(|excluded| absolute.starts_with(excluded))
            || self.patterns.iter().any(by_pattern)
    }
}

/// A path without `.` and `..`, by its text alone.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// Adds the files that a dependency means, as it was typed. False: there is no such file or folder, and nothing of that pattern.
///
/// # Errors
/// Those of reading a folder.
pub(crate) fn of_dependency(
    folder: &Path,
    typed: &Path,
    excluded: &Excluded<'_>,
    files: &mut BTreeSet<PathBuf>,
) -> io::Result<bool> {
    let walk = Walk { folder, root: typed, excluded };
    match std::fs::metadata(folder.join(typed)) {
        Ok(metadata) if metadata.is_dir() => {
            walk.below(typed, files)?;
            return Ok(true);
        }
        Ok(_) => {
            files.insert(typed.to_owned());
            return Ok(true);
        }
        Err(e) if !matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Err(e),
        Err(_) => {}
    }
    let Some(pattern) = typed.to_str().filter(|text| glob::is_pattern(text)) else { return Ok(false) };
    let (start, rest) = match pattern.strip_prefix('/') {
        Some(rest) => (PathBuf::from("/"), rest),
        None => (PathBuf::new(), pattern),
    };
    let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    let walk = Walk { root: Path::new(""), ..walk };
    let mut found = false;
    walk.expand(&start, &parts, files, &mut found)?;
    Ok(found)
}

struct Walk<'a> {
    /// What relative paths are relative to.
    folder: &'a Path,
    /// The folder that was typed.
    root: &'a Path,
    excluded: &'a Excluded<'a>,
}

impl Walk<'_> {
    fn is_excluded(&self, path: &Path) -> bool {
        self.excluded.has(self.folder, self.root, path)
    }

    /// All files below a folder. Links to folders are not followed.
    fn below(&self, path: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
        for entry in entries(&self.folder.join(path))? {
            let below = path.join(&entry.name);
            if self.is_excluded(&below) {
            } else if entry.is_folder {
                self.below(&below, files)?;
            } else {
                files.insert(below);
            }
        }
        Ok(())
    }

    /// What the rest of a pattern means below a folder. As in a shell, names that begin with a dot must be meant.
    fn expand(&self, path: &Path, parts: &[&str], files: &mut BTreeSet<PathBuf>, found: &mut bool) -> io::Result<()> {
        let Some((part, rest)) = parts.split_first() else { return self.take(path, files, found) };
        if !glob::is_pattern(part) {
            let below = path.join(part);
            // A part of the pattern that is typed out is meant, though a pattern would pass it by.
            if std::fs::symlink_metadata(self.folder.join(&below)).is_ok() {
                return self.expand(&below, rest, files, found);
            }
            return Ok(());
        }
        let all = match entries(&self.folder.join(path)) {
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(()),
            other => other?,
        };
        let any_depth = *part == "**";
        if any_depth && !rest.is_empty() {
            self.expand(path, rest, files, found)?;
        }
        for entry in all {
            let below = path.join(&entry.name);
            let name = entry.name.to_string_lossy();
            let is_meant = glob::names(part, &name) && (!name.starts_with('.') || part.starts_with('.'));
            if !is_meant || self.is_excluded(&below) {
            } else if any_depth && entry.is_folder {
                self.expand(&below, parts, files, found)?;
            } else if any_depth && !rest.is_empty() {
            } else if rest.is_empty() {
                self.take(&below, files, found)?;
            } else {
                self.expand(&below, rest, files, found)?;
            }
        }
        Ok(())
    }

    /// A match: a file, or all files below a folder.
    fn take(&self, path: &Path, files: &mut BTreeSet<PathBuf>, found: &mut bool) -> io::Result<()> {
        if self.is_excluded(path) {
            return Ok(());
        }
        *found = true;
        if std::fs::metadata(self.folder.join(path)).is_ok_and(|m| m.is_dir()) {
            return self.below(path, files);
        }
        files.insert(path.to_owned());
        Ok(())
    }
}

struct Entry {
    name: std::ffi::OsString,
    is_folder: bool,
}

fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let folder = if folder.as_os_str() == OsStr::new("") { Path::new(".") } else { folder };
    std::fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok(Entry { name: entry.file_name(), is_folder: entry.file_type()?.is_dir() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(folder: &Path, typed: &str, outputs: &[&str], patterns: &[&str]) -> Option<Vec<String>> {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let paths = outputs.iter().map(|path| normal(&folder.join(path))).collect();
        let mut files = BTreeSet::new();
        let cache = folder.join("src/cache");
        let excluded = Excluded { paths, cache: &cache, patterns: &patterns };
        let found = of_dependency(folder, Path::new(typed), &excluded, &mut files).unwrap();
        found.then(|| files.iter().map(|path| path.to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn files_folders_and_patterns() {
        let top = tempfile::tempdir().unwrap();
        for name in [
            "src/a.c",
            "src/b.h",
            "src/sub/c.c",
            "src/.hidden",
            "src/.git/HEAD",
            "src/out/x.o",
            "src/cache/salt",
            "lit[1].c",
        ] {
            let path = top.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        let of = |typed: &str, outputs: &[&str], patterns: &[&str]| {
            found(top.path(), typed, outputs, patterns).map(|all| all.join(" "))
        };
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(of("src/a.c", &[], &[]), is("src/a.c"));
        assert_eq!(of("src", &[], &[]), is("src/.hidden src/a.c src/b.h src/out/x.o src/sub/c.c"));
        assert_eq!(of("./src/", &["src/out"], &["*.h"]), is("./src/.hidden ./src/a.c ./src/sub/c.c"));
        assert_eq!(of("src", &["src/../src/out/x.o"], &["src/sub/*", ".hidden"]), is("src/a.c src/b.h"));
        assert_eq!(of("src", &[], &["sub", "out/"]), is("src/.hidden src/a.c src/b.h"));
        assert_eq!(of("src/*.c", &[], &[]), is("src/a.c"));
        assert_eq!(of("src/*", &["src/out"], &[]), is("src/a.c src/b.h src/sub/c.c"));
        assert_eq!(of("**/*.c", &[], &[]), is("lit[1].c src/a.c src/sub/c.c"));
        assert_eq!(of("src/**", &[], &["*.o"]), is("src/a.c src/b.h src/sub/c.c"));
        assert_eq!(of("src/*/c.?", &[], &[]), is("src/sub/c.c"));
        assert_eq!(of("lit[1].c", &[], &[]), is("lit[1].c"));
        for missing in ["none", "src/*.x", "none/*", "src/a.c/b"] {
            assert_eq!(of(missing, &[], &[]), None, "{missing}");
        }
        let absolute = top.path().join("src/*.c");
        assert_eq!(of(absolute.to_str().unwrap(), &[], &[]), is(top.path().join("src/a.c").to_str().unwrap()));
        std::fs::create_dir(top.path().join("empty")).unwrap();
        assert_eq!(of("empty", &[], &[]), is(""));
    }
}
