//! The decision: answer with what is stored, ask, or give up (RFC 9111, 4, 4.2.4 and 5.2.1).

use crate::cache::freshness::directive::{Directives, Seconds};
use crate::cache::freshness::range::{self, Found};
use crate::cache::freshness::validation::{conditions, made};
use crate::cache::freshness::{Asked, Content, Renewal, Stored, age};
use crate::clock::Timestamp;
use crate::message::Validators;
use std::time::Duration;

/// Statuses after which `stale-if-error` lets a stale response answer (RFC 5861, 4).
const ERRORS: [u16; 4] = [500, 502, 503, 504];
/// How many variants one request asks about.
const MOST_NOMINATED: usize = 16;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// This one answers, by its place.
    Use(usize, Standing),
    /// The origin is asked.
    Ask(Question),
    /// Nothing that is stored will do, and nothing may be asked: 504.
    Unavailable,
}

/// How a response that answers unasked stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Fresh.
    Fresh,
    /// Stale, and that is allowed.
    Stale,
    /// Stale, allowed, and to be renewed in the background (`stale-while-revalidate`).
    Renewed,
}

/// What the origin is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The conditions; `None`: only the caller's own.
    pub conditions: Option<Validators>,
    /// The stored responses that a 304 may mean, by their places.
    pub nominated: Vec<usize>,
    /// What answers if asking fails.
    pub fallback: Option<Fallback>,
}

/// A stored response that may answer where the origin does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fallback {
    /// Its place.
    pub index: usize,
    /// Whether it may answer in place of an error of the server.
    pub after_errors: bool,
}

/// A decision and the rule behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What is to be done.
    pub action: Action,
    /// Why, in one line that names the section.
    pub why: String,
}

/// Whether the status is an error after which `stale-if-error` counts.
#[must_use]
pub fn is_server_error(status: u16) -> bool {
    ERRORS.contains(&status)
}

/// Decides what becomes of a request, given all responses that are stored for its URI.
///
/// ```
/// use dl::cache::freshness::reuse::{decide, Action, Standing};
/// use dl::cache::freshness::{Asked, Stored};
/// use dl::clock::Timestamp;
/// use dl::message::Fields;
///
/// let mut stored = Stored::example();
/// stored.fields.push("Cache-Control", "max-age=60");
/// let asked = Asked::get(Fields::new());
/// let after = |seconds| decide(&[stored.clone()], &asked, Timestamp::from_seconds(seconds)).action;
/// assert_eq!(after(59), Action::Use(0, Standing::Fresh));
/// assert!(matches!(after(60), Action::Ask(_)));
/// ```
#[must_use]
pub fn decide(stored: &[Stored], asked: &Asked, now: Timestamp) -> Decision {
    let decision = look(stored, asked, now);
    if !asked.only_if_cached && !asked.directives().has("only-if-cached") {
        return decision;
    }
    match &decision.action {
        Action::Ask(Question { fallback: Some(fallback), .. }) if asked.stale_if_error => Decision {
            action: Action::Use(fallback.index, Standing::Stale),
            why: format!("nothing may be asked, and stale will do (RFC 9111, 4.2.4): {}", decision.why),
        },
        Action::Ask(_) => Decision {
            action: Action::Unavailable,
            why: format!("only-if-cached (RFC 9111, 5.2.1.7): {}", decision.why),
        },
        _ => decision,
    }
}

fn look(stored: &[Stored], asked: &Asked, now: Timestamp) -> Decision {
    let plain = |why: &str| Decision { action: Action::Ask(Question::default()), why: why.to_owned() };
    if !asked.is_lookup() {
        return plain("the method, or its content, is written through (RFC 9111, 4; RFC 9110, 9.3.1)");
    }
    if asked.is_for_origin() {
        return plain("If-Match and If-Unmodified-Since are for the origin (RFC 9111, 4.3.2)");
    }
    let fitting: Vec<usize> = (0..stored.len()).filter(|i| fits(&stored[*i], asked)).collect();
    let chosen = fitting.iter().copied().filter(|i| stored[*i].selecting.matches(&asked.fields));
    let Some(chosen) = chosen.max_by_key(|i| made(&stored[*i])) else {
        return not_chosen(stored, &fitting, asked);
    };
    match asked.renewal {
        Renewal::Reload => return plain("--force: fetched anew (RFC 9111, 5.2.1.4)"),
        Renewal::Usual | Renewal::Revalidate => {}
    }
    let judged = judge(&stored[chosen], asked, now);
    match judged {
        Judged::May(standing, why) => Decision { action: Action::Use(chosen, standing), why },
        Judged::Ask(why) => {
            let nominated = vec![chosen];
            let conditions = conditions(asked, &[&stored[chosen]]);
            // Without conditions of ours no 304 is about it.
            let nominated = if conditions.is_some() { nominated } else { Vec::new() };
            let fallback =
                fallback(&stored[chosen], asked, now).map(|after_errors| Fallback { index: chosen, after_errors });
            Decision { action: Action::Ask(Question { conditions, nominated, fallback }), why }
        }
    }
}

/// Nothing that is stored is for this request; but the origin may say that one of the variants is (RFC 9111, 4.1).
fn not_chosen(stored: &[Stored], fitting: &[usize], asked: &Asked) -> Decision {
    let mut nominated: Vec<usize> =
        fitting.iter().copied().filter(|i| stored[*i].validators().etag.is_some()).collect();
    nominated.sort_by_key(|i| std::cmp::Reverse(made(&stored[*i])));
    nominated.truncate(MOST_NOMINATED);
    let all: Vec<&Stored> = nominated.iter().map(|i| &stored[*i]).collect();
    // A date says nothing of which variant is meant.
    let conditions = conditions(asked, &all).filter(|c| c.etag.is_some() && asked.renewal != Renewal::Reload);
    let conditions = conditions.map(|c| Validators { last_modified: None, ..c });
    if conditions.is_none() {
        nominated.clear();
    }
    let why = match (stored.is_empty(), nominated.len()) {
        (true, _) => "nothing is stored (RFC 9111, 4)".to_owned(),
        (false, 0) => "no stored response is for this request (RFC 9111, 4.1)".to_owned(),
        (false, count) => format!("other variants are stored, the origin is asked about {count} (RFC 9111, 4.1)"),
    };
    Decision { action: Action::Ask(Question { conditions, nominated, fallback: None }), why }
}

/// Whether what is stored of a response is enough for a request, its variant and age aside.
fn fits(stored: &Stored, asked: &Asked) -> bool {
    if stored.is_coded() && stored.decoded != asked.decodes {
        return false;
    }
    if asked.method == "HEAD" {
        return stored.method != "POST" && !matches!(stored.content, Content::Part { .. });
    }
    if stored.method == "HEAD" {
        return false;
    }
    match stored.content {
        Content::Head => asked.follows && is_redirect(stored.status),
        _ => range::find(stored, &asked.fields) != Found::Missing,
    }
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

enum Judged {
    May(Standing, String),
    Ask(String),
}

/// Whether a response that is for this request may answer unasked.
fn judge(stored: &Stored, asked: &Asked, now: Timestamp) -> Judged {
    let (response, request) = (stored.directives(), asked.directives());
    let ask = |why: &str| Judged::Ask(why.to_owned());
    let (lifetime, old) = (age::lifetime(stored), age::age(stored, now));
    let left = age::left(stored, now);
    let told = format!("{} s old, fresh for {} s by {}", old.as_secs(), lifetime.time.as_secs(), lifetime.by);
    if stored.invalidated {
        return ask("a change at the origin made it worthless (RFC 9111, 4.4)");
    }
    if asked.renewal == Renewal::Revalidate {
        return if response.has("immutable") && left.is_ok() {
            Judged::May(Standing::Fresh, format!("immutable and fresh, {told} (RFC 8246, 2)"))
        } else {
            ask("--refresh: revalidated end to end (RFC 9111, 5.2.1.1)")
        };
    }
    if request.has("no-cache") {
        return ask("the request says no-cache (RFC 9111, 5.2.1.4)");
    }
    if is_no_cache(&response) {
        return ask("no-cache: validated before each use (RFC 9111, 5.2.2.4)");
    }
    if now < stored.received_at {
        return ask("it came at a time that lies ahead: its age is not known (RFC 9111, 4.2.3)");
    }
    let greatest = greatest_age(asked, &request);
    let spare = match request.seconds("min-fresh") {
        Seconds::Given(seconds) => Duration::from_secs(seconds),
        Seconds::Absent => Duration::ZERO,
        Seconds::Invalid => Duration::MAX,
    };
    // No age at all is taken, not even that of this very moment.
    let least_overdue = if greatest == Some(Duration::ZERO) { Duration::from_micros(1) } else { Duration::ZERO };
    let overdue = greatest.map_or(Duration::ZERO, |greatest| old.saturating_sub(greatest)).max(least_overdue);
    match left {
        Ok(left) if overdue.is_zero() && left >= spare => {
            return Judged::May(Standing::Fresh, format!("fresh: {told} (RFC 9111, 4.2)"));
        }
        Ok(_) if !overdue.is_zero() && allowed_staleness(&request) < overdue => {
            return ask(&format!("{told}, older than the request's max-age (RFC 9111, 5.2.1.1)"));
        }
        Ok(left) if left < spare => {
            return ask(&format!("{told}, less than min-fresh is left (RFC 9111, 5.2.1.3)"));
        }
        _ => {}
    }
    let staleness = left.err().unwrap_or_default().max(overdue);
    if is_strict(&response) {
        return ask(&format!("stale: {told}, and must-revalidate (RFC 9111, 5.2.2.2)"));
    }
    if !spare.is_zero() {
        return ask(&format!("stale: {told}, and the request says min-fresh (RFC 9111, 5.2.1.3)"));
    }
    if request.has("max-stale") && staleness <= allowed_staleness(&request) {
        return Judged::May(Standing::Stale, format!("stale: {told}, within max-stale (RFC 9111, 5.2.1.2)"));
    }
    let renewed_for = match response.seconds("stale-while-revalidate") {
        Seconds::Given(seconds) => Duration::from_secs(seconds),
        _ => Duration::ZERO,
    };
    if greatest.is_none() && !renewed_for.is_zero() && staleness <= renewed_for {
        let why = format!("stale: {told}, within stale-while-revalidate (RFC 5861, 3)");
        return Judged::May(Standing::Renewed, why);
    }
    ask(&format!("stale: {told} (RFC 9111, 4.2)"))
}

/// The greatest age that the request takes; a `max-age` that is none takes nothing.
fn greatest_age(asked: &Asked, request: &Directives) -> Option<Duration> {
    let said = match request.seconds("max-age") {
        Seconds::Given(seconds) => Some(Duration::from_secs(seconds)),
        Seconds::Invalid => Some(Duration::ZERO),
        Seconds::Absent => None,
    };
    match (said, asked.max_age) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// How stale the request takes it.
fn allowed_staleness(request: &Directives) -> Duration {
    match request.seconds("max-stale") {
        Seconds::Given(seconds) => Duration::from_secs(seconds),
        Seconds::Invalid if request.is_bare("max-stale") => Duration::MAX,
        Seconds::Invalid | Seconds::Absent => Duration::ZERO,
    }
}

/// `no-cache` for the whole response.
fn is_no_cache(response: &Directives) -> bool {
    response.has("no-cache") && response.qualified("no-cache").is_none()
}

/// Once stale, it is never used unasked.
fn is_strict(response: &Directives) -> bool {
    response.has("must-revalidate") || is_no_cache(response)
}

/// Whether it may answer where the origin cannot be reached (RFC 9111, 4.2.4), and then, whether also in place of a
/// server's error.
fn fallback(stored: &Stored, asked: &Asked, now: Timestamp) -> Option<bool> {
    let (response, request) = (stored.directives(), asked.directives());
    let refused = stored.invalidated || is_strict(&response) || request.has("no-cache");
    let wanted_anew = asked.renewal != Renewal::Usual && !asked.stale_if_error;
    if refused || wanted_anew {
        return None;
    }
    let staleness = age::left(stored, now).err().unwrap_or_default();
    let lets = |directives: &Directives| match directives.seconds("stale-if-error") {
        Seconds::Given(seconds) => staleness <= Duration::from_secs(seconds),
        _ => false,
    };
    Some(asked.stale_if_error || lets(&response) || lets(&request))
}

/// The fields that a stored response is given back with: `Age` is computed (RFC 9111, 5.1), and what must not be used
/// without validation (`no-cache="…"`, 5.2.2.4) is left out unless it was `validated` now.
#[must_use]
pub fn given_fields(stored: &Stored, validated: bool, now: Timestamp) -> crate::message::Fields {
    let mut fields = stored.fields.clone();
    if !validated {
        for name in stored.directives().qualified("no-cache").unwrap_or_default() {
            fields.remove(&name);
        }
        fields.set("age", age::age(stored, now).as_secs().to_string());
    }
    fields
}
