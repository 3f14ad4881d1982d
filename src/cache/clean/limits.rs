//! `[cache] max-size` and `max-age`: kept by the first command a day that has written something, for a moment only.

use crate::cache::clean::survey::{LIGHT, Light, Survey, may_be_dropped};
use crate::cache::clean::{Choices, Cleaned, GRACE, Reason, carry_out, responses};
use crate::cache::registry::Registry;
use crate::cache::registry::connection::Outcome;
use crate::clock::Timestamp;
use crate::disk::Lock;
use crate::error::Result;
use rusqlite::Connection;
use std::time::{Duration, Instant, SystemTime};

/// How often the limits are looked at.
const PERIOD: Duration = Duration::from_hours(24);
/// How many rows are removed before the clock is looked at.
const BATCH: usize = 64;
/// All rows, least recently used first.
pub(crate) const BY_USE: &str = "ifnull(last_read, created_at) > -1 ORDER BY ifnull(last_read, created_at)";

/// What a cache may hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// At most so many bytes.
    pub max_size: Option<u64>,
    /// Nothing that was not read for so long.
    pub max_age: Option<Duration>,
}

/// How many bytes the blobs have.
pub(crate) fn stored_bytes(connection: &Connection) -> Outcome<u64> {
    let mut statement = connection.prepare_cached("SELECT ifnull(sum(size), 0) FROM blobs")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Keeps the limits, unless that was done in the last day or another process does it now. Ends after `budget`.
/// TRASH goes first, then what was not read for longest; what users made stays, and what was read in the last hour.
pub(crate) fn keep(registry: &Registry, limits: Limits, budget: Duration) -> Result<Option<Cleaned>> {
    if limits == Limits::default() || !registry.folder().is_writable() {
        return Ok(None);
    }
    let end = Instant::now() + budget;
    let stamp = registry.folder().path().join("limits.lock");
    let kept = |file: &std::fs::File| {
        let time = file.metadata().and_then(|m| m.modified());
        let is_new = file.metadata().is_ok_and(|m| m.len() == 0);
        !is_new && time.is_ok_and(|time| time.elapsed().is_ok_and(|age| age < PERIOD))
    };
    let Some(lock) = Lock::try_take(&stamp)? else { return Ok(None) };
    if kept(lock.file()) {
        return Ok(None);
    }
    // Noted first: a command that is ended meanwhile is not followed by others that wait for the same.
    let noted = lock.file().set_len(1).and_then(|()| lock.file().set_modified(SystemTime::now()));
    if noted.is_err() {
        return Ok(None);
    }
    let mut cleaned = Cleaned::default();
    loop {
        let batch = next(registry, limits)?;
        if batch.is_empty() {
            break;
        }
        let choices = Choices { grace: GRACE, ..Choices::none() };
        let removed = carry_out(registry, batch, &choices)?;
        let is_stuck = removed.items + removed.responses == 0;
        cleaned.items += removed.items;
        cleaned.responses += removed.responses;
        cleaned.bytes += removed.bytes;
        cleaned.doomed.extend(removed.doomed);
        if is_stuck || Instant::now() >= end {
            break;
        }
    }
    Ok(Some(cleaned))
}

/// The next few rows that the limits drop.
fn next(registry: &Registry, limits: Limits) -> Result<Vec<super::Found>> {
    let now = Timestamp::now();
    let mut survey = Survey::default();
    let choices = Choices { max_age: limits.max_age, ..Choices::none() };
    responses::survey(registry, &choices, now, &mut survey)?;
    if let Some(limit) = limits.max_size {
        let stored = registry.read(stored_bytes)?;
        let more = |survey: &Survey| survey.found.len() < BATCH && stored.saturating_sub(survey.bytes) > limit;
        responses::unshared(registry, &choices, now, &mut survey, &more)?;
    }
    registry.read(|connection| {
        let stored = limits.max_size.map(|limit| stored_bytes(connection).map(|stored| (stored, limit))).transpose()?;
        let orders = [("status = -1 AND status <> 3 ORDER BY id", true), (BY_USE, false)];
        for (order, is_trash) in orders {
            let mut statement = connection.prepare_cached(&format!("{LIGHT} WHERE {order}"))?;
            let mut rows = statement.query([])?;
            while survey.found.len() < BATCH {
                let Some(row) = rows.next()? else { break };
                let Some(light) = Light::read(row)? else { continue };
                let is_too_old = limits.max_age.is_some_and(|age| light.is_unused_for(age, now));
                let is_too_much = stored.is_some_and(|(stored, limit)| stored.saturating_sub(survey.bytes) > limit);
                if !is_too_old && !is_too_much {
                    if is_trash {
                        continue;
                    }
                    // All that follow were used later.
                    break;
                }
                if may_be_dropped(&light, registry, GRACE, now) {
                    let reason = if is_too_old { Reason::MaxAge } else { Reason::MaxSize };
                    survey.add(registry, connection, light, reason)?;
                }
            }
        }
        Ok(())
    })?;
    Ok(survey.found)
}
