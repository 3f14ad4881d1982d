//! Single flight: of many that want the same, one fetches; the others wait, watch it grow, and use what it leaves.
//!
//! The lock of the partial is the lock of the fetch. It only saves work: whoever gets it looks again at what is there,
//! and a waiter that sees no growth for the stall time fetches beside it, into a file of no name.

use crate::cache::Cache;
use crate::cache::item::Item;
use crate::descriptor::Key;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::partial::Partial;
use crate::transfer::job::Statuses;
use std::time::{Duration, Instant};

/// The first step of waiting; steps grow to the longest.
const FIRST_STEP: Duration = Duration::from_millis(2);
/// The longest step of waiting: so late a waiter sees at most that a fetch has ended.
const LONGEST_STEP: Duration = Duration::from_millis(50);

/// Whose turn it is.
pub(crate) enum Turn<T> {
    /// Another left an answer.
    Answered(T),
    /// Ours: this is filled.
    Mine(Box<Partial>),
}

/// What is waited for, and how long.
pub(crate) struct Wait<'a> {
    pub(crate) cache: &'a Cache,
    pub(crate) key: &'a Key,
    /// Without growth for so long, the fetch is passed by.
    pub(crate) stall: Duration,
    /// The longest wait; `None`: as long as it grows.
    pub(crate) join: Option<Duration>,
    pub(crate) cancelled: &'a dyn Fn() -> bool,
}

/// Waits for its turn. `answer` looks for what another left.
pub(crate) fn join<T>(
    wait: &Wait<'_>,
    listener: &dyn Listener,
    answer: &mut dyn FnMut() -> Result<Option<T>>,
) -> Result<Turn<T>> {
    let begun = Instant::now();
    let mut seen = None;
    let mut grown = begun;
    let mut step = FIRST_STEP;
    loop {
        if let Some(partial) = wait.cache.partial(wait.key)? {
            // Between the look-up and the lock another may have finished.
            return Ok(match answer() {
                Ok(None) => Turn::Mine(Box::new(partial)),
                Ok(Some(item)) => {
                    partial.discard_if_empty();
                    Turn::Answered(item)
                }
                Err(error) => {
                    partial.discard_if_empty();
                    return Err(error);
                }
            });
        }
        if seen.is_none() && step == FIRST_STEP {
            listener.event(Event::Waiting);
        }
        if let Some(item) = answer()? {
            return Ok(Turn::Answered(item));
        }
        let now = Instant::now();
        let size = wait.cache.growth(wait.key);
        if size != seen {
            seen = size;
            grown = now;
        }
        if now.duration_since(grown) >= wait.stall {
            listener.event(Event::Warning(
                "another process fetches the same, but it does not move: fetched beside it".to_owned(),
            ));
            return wait.cache.unnamed_partial().map(|partial| Turn::Mine(Box::new(partial)));
        }
        if wait.join.is_some_and(|limit| now.duration_since(begun) >= limit) {
            let error =
                Error::new(Kind::Cache, "join_timeout", "another process fetches the same, and was not done in time");
            return Err(error.hint("raise --join-timeout, or try again"));
        }
        if (wait.cancelled)() {
            return Err(Error::new(Kind::Interrupted, "interrupted", "ended by another failure"));
        }
        std::thread::sleep(step);
        step = (step * 2).min(LONGEST_STEP);
    }
}

/// The failure of another that would be this one's too: final, and of the same demands.
pub(crate) fn shared_error(failure: &Item, proof: &str, allow_status: &Statuses) -> Option<Error> {
    let error = failure.error.as_ref()?;
    let download = failure.download.as_ref()?;
    let text = |name: &str| error.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let kind = Kind::from_name(&text("kind")?)?;
    match kind {
        Kind::Http if !download.http_code.is_some_and(|c| allow_status.contains(c)) => {}
        Kind::Integrity if text("proof").as_deref() == Some(proof) => {}
        _ => return None,
    }
    // At most once in a task's life: the code of an error lives as long as the process.
    let code: &'static str = text("code")?.leak();
    let mut shared = Error::new(kind, code, text("message")?);
    for cause in error.get("causes").and_then(serde_json::Value::as_array).into_iter().flatten() {
        shared = shared.cause(cause.as_str().unwrap_or_default());
    }
    Some(match text("hint") {
        Some(hint) => shared.hint(hint),
        None => shared,
    })
}
