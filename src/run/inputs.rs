//! The dependencies of a run: what they were before it, and whether they still are that.

use crate::error::{Error, Result};
use crate::run::files::{Excluded, normal, of_dependency};
use crate::run::sight::{Glance, Sight};
use crate::run::terms::{Method, Terms};
use crate::run::text;
use crate::run::verdict::Reason;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// One file that a run depends on, by its path as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Input {
    #[serde(with = "text::path")]
    pub(crate) path: PathBuf,
    pub(crate) sight: Sight,
}

/// Where the dependencies are looked for, and under which terms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// What relative paths are relative to.
    pub(crate) folder: &'a Path,
    /// Where the cache is.
    pub(crate) cache: &'a Path,
    pub(crate) terms: &'a Terms,
}

/// The files that there are now.
struct Listed {
    files: BTreeSet<PathBuf>,
    /// The first dependency that is not there, as typed.
    missing: Option<PathBuf>,
}

/// What a look at the dependencies told.
#[derive(Debug)]
pub(crate) struct Looked {
    /// Why the record is out of date.
    pub(crate) change: Option<Reason>,
    /// What the files look like now, where that is news: the same bytes, under another time or inode.
    pub(crate) learned: Option<Vec<Input>>,
}

fn cannot_read(path: &Path, e: &io::Error) -> Error {
    Error::disk(format!("cannot read the dependency `{}`", path.display()), e)
}

impl Place<'_> {
    fn list(self) -> Result<Listed> {
        let outputs = self.terms.outputs.iter().chain(&self.terms.output_files);
        let mut listed = Listed { files: BTreeSet::new(), missing: None };
        if self.terms.dependencies.is_empty() {
            return Ok(listed);
        }
        let cache = std::fs::canonicalize(self.cache).unwrap_or_else(|_| self.cache.to_owned());
        let excluded = Excluded {
            paths: outputs.map(|path| normal(&self.folder.join(path))).collect(),
            cache: &cache,
            patterns: &self.terms.exclude,
        };
        for dependency in &self.terms.dependencies {
            let found = of_dependency(self.folder, dependency, &excluded, &mut listed.files)
                .map_err(|e| cannot_read(dependency, &e))?;
            if !found && listed.missing.is_none() {
                listed.missing = Some(dependency.clone());
            }
        }
        Ok(listed)
    }

    /// Reads the dependencies. `known` spares reading those that look as they did.
    ///
    /// # Errors
    /// A disk error: one that is there cannot be read.
    pub(crate) fn see(self, known: &[Input]) -> Result<Vec<Input>> {
        let mut all = Vec::new();
        for path in self.list()?.files {
            let at = self.folder.join(&path);
            let old = known.binary_search_by(|input| input.path.cmp(&path)).ok().map(|index| &known[index].sight);
            let seen = match (old, Glance::of(&at)) {
                (Some(old), Ok(glance)) if old.is_still(glance) => Ok(old.clone()),
                (_, Ok(_)) => Sight::of(&at),
                (_, Err(e)) => Err(e),
            };
            match seen {
                Ok(sight) => all.push(Input { path, sight }),
                // Gone since it was listed: whoever looks again finds that it is not there.
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(cannot_read(&path, &e)),
            }
        }
        Ok(all)
    }

    /// Whether the dependencies are what they were. One `stat` a file where nothing changed.
    ///
    /// # Errors
    /// As [`Place::see`].
    pub(crate) fn look(self, before: &[Input], method: Method) -> Result<Looked> {
        let listed = self.list()?;
        if let Some(missing) = listed.missing {
            return Ok(Looked { change: Some(Reason::DepMissing(missing)), learned: None });
        }
        self.compare(before, &listed.files, method)
    }

    /// Whether files changed since they were seen, also by coming or going.
    ///
    /// # Errors
    /// As [`Place::see`].
    pub(crate) fn changed_since(self, before: &[Input]) -> Result<Looked> {
        self.compare(before, &self.list()?.files, Method::Hash)
    }

    fn compare(self, before: &[Input], files: &BTreeSet<PathBuf>, method: Method) -> Result<Looked> {
        let changed = |path: &Path| Looked { change: Some(Reason::DepChanged(path.to_owned())), learned: None };
        let mut now = files.iter();
        let mut learned: Option<Vec<Input>> = None;
        for (index, input) in before.iter().enumerate() {
            match now.next() {
                Some(path) if *path == input.path => {}
                // Both are sorted: the lesser of the two is the one that came or went.
                Some(path) => return Ok(changed(path.min(&input.path))),
                None => return Ok(changed(&input.path)),
            }
            let at = self.folder.join(&input.path);
            let glance = match Glance::of(&at) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(changed(&input.path)),
                other => other.map_err(|e| cannot_read(&input.path, &e))?,
            };
            if input.sight.is_still(glance) || (method == Method::Mtime && input.sight.has_times_of(glance)) {
                continue;
            }
            if method == Method::Mtime || !input.sight.may_be(glance) {
                return Ok(changed(&input.path));
            }
            let sight = Sight::of(&at).map_err(|e| cannot_read(&input.path, &e))?;
            if sight.digest() != input.sight.digest() {
                return Ok(changed(&input.path));
            }
            learned.get_or_insert_with(|| before.to_vec())[index].sight = sight;
        }
        Ok(match now.next() {
            Some(path) => changed(path),
            None => Looked { change: None, learned },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    fn write(path: &Path, text: &str, seconds_ago: u64) {
        std::fs::write(path, text).unwrap();
        let time = SystemTime::now() - Duration::from_secs(seconds_ago);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn bytes_decide_and_times_spare_reading() {
        let top = tempfile::tempdir().unwrap();
        let (a, b) = (top.path().join("a"), top.path().join("b"));
        write(&a, "one", 60);
        write(&b, "two", 60);
        let terms = Terms { dependencies: vec!["b".into(), "a".into()], ..Terms::default() };
        let place = Place { folder: top.path(), cache: Path::new("/cache"), terms: &terms };
        let before = place.see(&[]).unwrap();
        let look = |method| place.look(&before, method).unwrap();
        assert!(look(Method::Hash).change.is_none() && look(Method::Hash).learned.is_none());
        // Touched: the same bytes.
        write(&b, "two", 30);
        assert_eq!(look(Method::Mtime).change, Some(Reason::DepChanged("b".into())));
        let looked = look(Method::Hash);
        assert_eq!(looked.change, None);
        let learned = looked.learned.unwrap();
        assert!(place.look(&learned, Method::Hash).unwrap().learned.is_none(), "and not read again");
        // Other bytes of the same length.
        write(&b, "TWO", 20);
        assert_eq!(look(Method::Hash).change, Some(Reason::DepChanged("b".into())));
        std::fs::remove_file(&b).unwrap();
        assert_eq!(look(Method::Hash).change, Some(Reason::DepMissing("b".into())));
        assert_eq!(place.changed_since(&before).unwrap().change, Some(Reason::DepChanged("b".into())));
    }

    #[test]
    fn what_comes_into_a_folder_is_named() {
        let top = tempfile::tempdir().unwrap();
        std::fs::create_dir(top.path().join("d")).unwrap();
        write(&top.path().join("d/m"), "m", 60);
        let terms = Terms { dependencies: vec!["d".into()], ..Terms::default() };
        let place = Place { folder: top.path(), cache: Path::new("/cache"), terms: &terms };
        let before = place.see(&[]).unwrap();
        for name in ["d/a", "d/z"] {
            write(&top.path().join(name), "x", 60);
            assert_eq!(place.look(&before, Method::Hash).unwrap().change, Some(Reason::DepChanged(name.into())));
            std::fs::remove_file(top.path().join(name)).unwrap();
        }
    }
}
