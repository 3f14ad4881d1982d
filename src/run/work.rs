//! The same for work done in Rust: its value is recorded, and given back while nothing that it depends on has changed.

use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use crate::event::Silent;
use crate::run::job::{Done, Job, Known, Subject, Turn};
use crate::run::verdict::{Reason, Verdict};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::io::Write as _;

impl Subject {
    /// Work of that name, with what else identifies it (such as its arguments).
    #[must_use]
    pub fn of_work(name: &str, arguments: &Value) -> Self {
        let mut params = Map::new();
        params.insert("arguments".to_owned(), arguments.clone());
        Self::new(name.as_ref(), params, name)
    }
}

/// Does the work, or gives the value that it had: while its dependencies have the same bytes, its outputs are there (they are restored
/// where they are missing or changed) and its record is not too old. Of many that ask at once, one works. An error
/// of the work is not recorded. The value is kept as JSON.
///
/// # Errors
/// Those of the work; kind disk or cache; a value that JSON cannot hold.
///
/// ```
/// use dl::cache::{Cache, Options};
/// use dl::run::job::{Job, Subject};
/// use dl::run::terms::Terms;
///
/// let folder = tempfile::tempdir().unwrap();
/// std::fs::write(folder.path().join("words.txt"), "one two three").unwrap();
/// let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
/// let job = Job {
///     cache: &cache,
///     subject: Subject::of_work("count words", &serde_json::json!({ "language": "en" })),
///     folder: folder.path().to_owned(),
///     terms: Terms { dependencies: vec!["words.txt".into()], ..Terms::default() },
///     shared: None,
/// };
/// let mut worked = 0;
/// for _ in 0..3 {
///     let count: usize = dl::run::cached(&job, || {
///         worked += 1;
///         Ok(std::fs::read_to_string(folder.path().join("words.txt")).unwrap().split(' ').count())
///     })?;
///     assert_eq!(count, 3);
/// }
/// assert_eq!(worked, 1);
/// # Ok::<(), dl::error::Error>(())
/// ```
pub fn cached<T: Serialize + DeserializeOwned>(job: &Job<'_>, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let since = Timestamp::now();
    if job.terms.disabled {
        return work();
    }
    job.refuse_outputs_in_cache()?;
    let (verdict, mut known) = job.look()?;
    let mut newer = job.terms.refresh.then_some(since);
    if let (Verdict::Replay(restore) | Verdict::Stale(restore), Some(known)) = (verdict, &mut known) {
        if let Some(value) = value(job, known, restore.is_some())? {
            return Ok(value);
        }
        // Its bytes are gone: only a record that is made from now on will do.
        newer = Some(since);
    }
    if job.cache.is_read_only() {
        return work();
    }
    let partial = match job.hold(newer, None, &Silent)? {
        Turn::Mine(partial) => partial,
        Turn::Answered(mut known, restore) => match value(job, &mut known, restore.is_some())? {
            Some(value) => return Ok(value),
            None => return work(),
        },
    };
    let before = job.see(known.as_ref())?;
    let started_at = Timestamp::now();
    let value = match work() {
        Ok(value) => value,
        Err(error) => {
            partial.discard();
            return Err(error);
        }
    };
    let text = serde_json::to_vec(&value)
        .map_err(|e| Error::new(Kind::Other, "value", "the value cannot be recorded").cause(e.to_string()))?;
    partial.file().write_all(&text).map_err(|e| partial.failed(&e))?;
    let done = Done { exit_code: 0, started_at, finished_at: Timestamp::now(), command: &job.subject.uri };
    job.keep(done, before, *partial, &Silent)?;
    Ok(value)
}

/// The recorded value; `None` if it cannot be had any more, or is of another type.
fn value<T: DeserializeOwned>(job: &Job<'_>, known: &mut Known, restore: bool) -> Result<Option<T>> {
    let Some(file) = job.reopen(known, restore, &Silent)? else { return Ok(None) };
    let value = serde_json::from_reader(std::io::BufReader::new(file)).ok();
    if value.is_some() {
        job.replayed(known);
    }
    Ok(value)
}

/// Why the work would be done, or what would be restored; `None` if its record answers as it stands. Nothing is done.
///
/// # Errors
/// Kind disk or cache.
///
/// ```
/// # use dl::cache::{Cache, Options};
/// # use dl::run::{job::{Job, Subject}, terms::Terms, verdict::Reason};
/// # let folder = tempfile::tempdir().unwrap();
/// # let cache = Cache::open(&Options::new(folder.path().join("cache")), &dl::event::Silent)?;
/// # std::fs::write(folder.path().join("in.txt"), "a").unwrap();
/// let job = Job {
///     cache: &cache,
///     subject: Subject::of_work("upper case", &serde_json::Value::Null),
///     folder: folder.path().to_owned(),
///     terms: Terms { dependencies: vec!["in.txt".into()], outputs: vec!["out.txt".into()], ..Terms::default() },
///     shared: None,
/// };
/// assert_eq!(dl::run::out_of_date(&job)?, Some(Reason::NeverRun));
/// dl::run::cached(&job, || Ok(std::fs::write(folder.path().join("out.txt"), "A").unwrap()))?;
/// assert_eq!(dl::run::out_of_date(&job)?, None);
/// std::fs::write(folder.path().join("in.txt"), "b").unwrap();
/// assert_eq!(dl::run::out_of_date(&job)?, Some(Reason::DepChanged("in.txt".into())));
/// # Ok::<(), dl::error::Error>(())
/// ```
pub fn out_of_date(job: &Job<'_>) -> Result<Option<Reason>> {
    crate::run::check(job)
}
