//! Which bytes a request wants (RFC 9110, 14), whether they are here, and what is put together (RFC 9111, 3.4).

use crate::cache::freshness::{Content, Stored};
use crate::message::{Fields, Validators};

/// What the `Range` of a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The whole: there is no `Range`, or one that means nothing (RFC 9110, 14.2).
    Whole,
    /// From this byte to that one, or to the end.
    From(u64, Option<u64>),
    /// The last so many bytes.
    Last(u64),
    /// Several ranges, which are only asked for.
    Several,
}

/// Bytes of a stored response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// Where they begin in the stored content.
    pub offset: u64,
    /// How many.
    pub length: u64,
    /// The `Content-Range` they are given with.
    pub content_range: String,
}

/// What a stored response has for a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The whole content is the answer.
    Whole,
    /// A part of it: a 206.
    Part(Slice),
    /// The range lies behind the end: a 416 with this `Content-Range`.
    Unsatisfiable(String),
    /// They are not here.
    Missing,
}

/// What a request wants. Malformed ranges and other units mean nothing.
#[must_use]
pub fn wanted(fields: &Fields) -> Wanted {
    let mut lines = fields.all("range");
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return if fields.contains("range") { Wanted::Several } else { Wanted::Whole };
    };
    let text = String::from_utf8_lossy(line);
    let Some((unit, set)) = text.trim().split_once('=') else { return Wanted::Whole };
    if !unit.eq_ignore_ascii_case("bytes") {
        return Wanted::Whole;
    }
    if set.contains(',') {
        return Wanted::Several;
    }
    let number = |text: &str| -> Option<u64> {
        let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // Behind any end is behind the end.
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match set.trim().split_once('-') {
        Some(("", last)) => number(last).map_or(Wanted::Whole, Wanted::Last),
        Some((first, "")) => number(first).map_or(Wanted::Whole, |first| Wanted::From(first, None)),
        Some((first, last)) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => Wanted::From(first, Some(last)),
            _ => Wanted::Whole,
        },
        None => Wanted::Whole,
    }
}

/// What a request wants of this response: its `Range`, unless its `If-Range` speaks of another state
/// (RFC 9110, 13.1.5: strong comparison, exact dates).
#[must_use]
pub fn wanted_of(stored: &Stored, fields: &Fields) -> Wanted {
    let Some(validator) = fields.text("if-range") else { return wanted(fields) };
    let own = stored.validators();
    let tag = own.etag.as_deref().filter(|tag| crate::message::is_strong_tag(tag));
    let date = Validators { etag: None, ..own.clone() };
    let holds = Some(validator.trim()) == tag || Some(validator.trim()) == date.strong();
    if holds { wanted(fields) } else { Wanted::Whole }
}

/// What a stored response has for a request with these fields.
#[must_use]
pub fn find(stored: &Stored, fields: &Fields) -> Found {
    let wanted = wanted_of(stored, fields);
    if stored.decoded && stored.is_coded() && wanted != Wanted::Whole {
        // A range is one of the coded bytes, and those are not here.
        return Found::Missing;
    }
    match stored.content {
        Content::Head => Found::Missing,
        // Ranges are of what a 200 has; anything else is given as it is (RFC 9110, 14.2).
        Content::Whole(_) if stored.status != 200 => Found::Whole,
        Content::Whole(size) => match wanted {
            Wanted::Whole => Found::Whole,
            Wanted::Several => Found::Missing,
            Wanted::From(..) | Wanted::Last(_) => within(wanted, 0, size, Some(size)),
        },
        Content::Part { first, last, total } => match wanted {
            Wanted::Whole | Wanted::Several => Found::Missing,
            Wanted::From(..) | Wanted::Last(_) => within(wanted, first, last.saturating_add(1), total),
        },
    }
}

/// What of `from..end`, out of `total`, is wanted.
fn within(wanted: Wanted, from: u64, end: u64, total: Option<u64>) -> Found {
    let (first, last) = match (wanted, total) {
        (Wanted::From(first, _), Some(total)) if first >= total => {
            return Found::Unsatisfiable(format!("bytes */{total}"));
        }
        (Wanted::Last(0), Some(total)) => return Found::Unsatisfiable(format!("bytes */{total}")),
        (Wanted::From(first, Some(last)), Some(total)) => (first, last.min(total - 1)),
        (Wanted::From(first, Some(last)), None) => (first, last),
        (Wanted::From(first, None), Some(total)) => (first, total - 1),
        (Wanted::Last(count), Some(total)) if total > 0 => (total.saturating_sub(count), total - 1),
        _ => return Found::Missing,
    };
    if first < from || last >= end {
        return Found::Missing;
    }
    let total = total.map_or_else(|| "*".to_owned(), |total| total.to_string());
    Found::Part(Slice {
        offset: first - from,
        length: last - first + 1,
        content_range: format!("bytes {first}-{last}/{total}"),
    })
}

/// What two parts of one state come to when they are put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// What is then there.
    pub content: Content,
    /// How many bytes of the one that begins first are taken; the other follows from there.
    pub taken_of_first: u64,
    /// How many bytes of the other are skipped.
    pub skipped_of_other: u64,
    /// Whether the new one begins first.
    pub new_first: bool,
}

/// Puts a stored part and a new one together (RFC 9111, 3.4; RFC 9110, 15.3.7.3): only under the same strong validator,
/// and if nothing lies between them. `None` also where one holds the other.
#[must_use]
pub fn join(stored: &Stored, new: &Stored) -> Option<Joined> {
    let part = |content| match content {
        Content::Part { first, last, total } => Some((first, last.checked_add(1)?, total)),
        _ => None,
    };
    let (old, fresh) = (part(stored.content)?, part(new.content)?);
    if !stored.validators().same_strongly(&new.validators()) || stored.decoded || new.decoded {
        return None;
    }
    let total = match (old.2, fresh.2) {
        (Some(a), Some(b)) if a != b => return None,
        (a, b) => a.or(b),
    };
    let new_first = fresh.0 < old.0;
    let (one, other) = if new_first { (fresh, old) } else { (old, fresh) };
    if other.0 > one.1 || other.1 <= one.1 {
        return None;
    }
    let content = match total {
        Some(total) if one.0 == 0 && other.1 == total => Content::Whole(total),
        _ => Content::Part { first: one.0, last: other.1 - 1, total },
    };
    Some(Joined { content, taken_of_first: one.1 - one.0, skipped_of_other: one.1 - other.0, new_first })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(value: &str) -> Fields {
        let mut fields = Fields::new();
        fields.push("range", value);
        fields
    }

    fn part(first: u64, last: u64, total: Option<u64>) -> Stored {
        Stored { status: 206, content: Content::Part { first, last, total }, ..tagged("\"a\"") }
    }

    fn tagged(tag: &str) -> Stored {
        let mut stored = Stored::example();
        stored.fields.push("etag", tag);
        stored
    }

    #[test]
    fn ranges_as_they_are_written() {
        for (text, expected) in [
            ("bytes=0-4", Wanted::From(0, Some(4))),
            ("BYTES=5-", Wanted::From(5, None)),
            ("bytes=-3", Wanted::Last(3)),
            ("bytes=0-99999999999999999999999", Wanted::From(0, Some(u64::MAX))),
            ("bytes=0-1,3-4", Wanted::Several),
            ("bytes=4-0", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=+0-4", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes", Wanted::Whole),
            ("items=0-4", Wanted::Whole),
        ] {
            assert_eq!(wanted(&range(text)), expected, "{text}");
        }
        assert_eq!(wanted(&Fields::new()), Wanted::Whole);
    }

    fn slice(stored: &Stored, text: &str) -> String {
        match find(stored, &range(text)) {
            Found::Part(slice) => format!("{}+{} {}", slice.offset, slice.length, slice.content_range),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn of_a_whole() {
        let whole = tagged("\"a\"");
        assert_eq!(slice(&whole, "bytes=0-1"), "0+2 bytes 0-1/10");
        assert_eq!(slice(&whole, "bytes=1-"), "1+9 bytes 1-9/10");
        assert_eq!(slice(&whole, "bytes=8-100"), "8+2 bytes 8-9/10");
        assert_eq!(slice(&whole, "bytes=-1"), "9+1 bytes 9-9/10");
        assert_eq!(slice(&whole, "bytes=-100"), "0+10 bytes 0-9/10");
        assert_eq!(slice(&whole, "bytes=10-"), "Unsatisfiable(\"bytes */10\")");
        assert_eq!(slice(&whole, "bytes=-0"), "Unsatisfiable(\"bytes */10\")");
        assert_eq!(slice(&whole, "bytes=0-1,2-3"), "Missing");
        assert_eq!(slice(&Stored { status: 404, ..whole }, "bytes=0-1"), "Whole");
    }

    #[test]
    fn of_a_part() {
        let of_ten = part(4, 8, Some(10));
        assert_eq!(slice(&of_ten, "bytes=4-8"), "0+5 bytes 4-8/10");
        assert_eq!(slice(&of_ten, "bytes=6-7"), "2+2 bytes 6-7/10");
        for missing in ["bytes=3-5", "bytes=4-9", "bytes=4-", "bytes=-1"] {
            assert_eq!(slice(&of_ten, missing), "Missing", "{missing}");
        }
        assert_eq!(slice(&part(5, 9, Some(10)), "bytes=6-"), "1+4 bytes 6-9/10");
        assert_eq!(slice(&part(5, 9, Some(10)), "bytes=-1"), "4+1 bytes 9-9/10");
        assert_eq!(slice(&part(5, 9, None), "bytes=6-7"), "1+2 bytes 6-7/*");
        assert_eq!(slice(&part(5, 9, None), "bytes=6-"), "Missing");
        assert_eq!(find(&of_ten, &Fields::new()), Found::Missing, "a part is not the whole");
    }

    #[test]
    fn only_under_the_state_that_is_meant() {
        let with = |stored: &Stored, validator: &str| {
            let mut fields = range("bytes=0-1");
            fields.push("if-range", validator);
            matches!(find(stored, &fields), Found::Part(_))
        };
        assert!(with(&tagged("\"a\""), "\"a\"") && !with(&tagged("\"a\""), "\"b\""));
        assert!(!with(&tagged("W/\"a\""), "W/\"a\""), "weak ones never agree here");
        let mut dated = Stored::example();
        dated.fields.push("last-modified", "Sun, 06 Nov 1994 08:48:37 GMT");
        dated.fields.push("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(with(&dated, "Sun, 06 Nov 1994 08:48:37 GMT") && !with(&dated, "Sun, 06 Nov 1994 08:48:38 GMT"));
    }

    #[test]
    fn parts_are_joined_under_one_strong_validator() {
        let joined =
            |a: &Stored, b: &Stored| join(a, b).map(|j| (j.content, j.taken_of_first, j.skipped_of_other, j.new_first));
        let ten = Some(10);
        assert_eq!(joined(&part(0, 4, ten), &part(5, 9, ten)), Some((Content::Whole(10), 5, 0, false)));
        assert_eq!(joined(&part(5, 9, ten), &part(0, 6, ten)), Some((Content::Whole(10), 7, 2, true)));
        let span = |first, last| Content::Part { first, last, total: ten };
        assert_eq!(joined(&part(1, 4, ten), &part(3, 8, None)), Some((span(1, 8), 4, 2, false)));
        assert_eq!(joined(&part(0, 3, ten), &part(5, 9, ten)), None, "a gap");
        assert_eq!(joined(&part(0, 8, ten), &part(3, 5, ten)), None, "one holds the other");
        assert_eq!(joined(&part(0, 4, ten), &part(5, 9, Some(11))), None, "another size");
        let other = Stored { fields: tagged("\"b\"").fields, ..part(5, 9, ten) };
        assert_eq!(joined(&part(0, 4, ten), &other), None, "another state");
        let weak = |p: Stored| Stored { fields: tagged("W/\"a\"").fields, ..p };
        assert_eq!(joined(&weak(part(0, 4, ten)), &weak(part(5, 9, ten))), None, "a weak validator");
    }

    proptest::proptest! {
        #[test]
        fn what_is_cut_lies_within(
            (first, length) in proptest::prelude::any::<(u64, u64)>(),
            total in proptest::option::of(proptest::prelude::any::<u64>()),
            text in "bytes=[0-9]{0,21}-[0-9]{0,21}",
        ) {
            let last = first.saturating_add(length);
            for stored in [part(first, last, total), Stored { content: Content::Whole(length), ..tagged("\"a\"") }] {
                let Found::Part(slice) = find(&stored, &range(&text)) else { continue };
                let size = if stored.status == 206 { last - first + 1 } else { length };
                proptest::prop_assert!(slice.length > 0 && slice.offset + slice.length <= size, "{slice:?}");
            }
        }
    }
}
