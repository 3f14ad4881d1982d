//! Asking whether what is stored still stands (RFC 9111, 4.3): what is asked, what a 304 or a HEAD says, and the
//! caller's own conditions (4.3.2; RFC 9110, 13).

use crate::cache::freshness::storing::kept_fields;
use crate::cache::freshness::{Asked, Content, Stored, age, range};
use crate::clock::Timestamp;
use crate::http_date;
use crate::message::{Fields, Head, Validators, entity_tags, is_strong_tag, same_tag_weakly};

/// Fields of a confirming response that say nothing about what is stored (RFC 9111, 3.2): they describe the content as
/// it came then.
const NOT_UPDATED: [&str; 3] = ["content-encoding", "content-length", "content-range"];
/// What a 304 must tell, where the 200 would have (RFC 9110, 15.4.5), and what helps to use it.
const TOLD_BY_304: [&str; 8] =
    ["age", "cache-control", "content-location", "date", "etag", "expires", "last-modified", "vary"];

/// The conditions of a request that validates these responses, as texts for `If-None-Match` (a list) and
/// `If-Modified-Since`; `None` where they have no validator, or the caller's own conditions leave no room.
#[must_use]
pub fn conditions(asked: &Asked, nominated: &[&Stored]) -> Option<Validators> {
    let own = entity_tags(&asked.fields, "if-none-match");
    if own.iter().any(|tag| tag == "*") {
        return None;
    }
    let validators: Vec<Validators> = nominated.iter().map(|stored| stored.validators()).collect();
    let mut tags: Vec<String> = Vec::new();
    match validators.as_slice() {
        // A server that writes its tags badly knows them again as it wrote them.
        [one] => tags.extend(one.etag.clone()),
        several => {
            let well_formed = |tag: &String| is_strong_tag(tag.strip_prefix("W/").unwrap_or(tag));
            tags.extend(several.iter().filter_map(|v| v.etag.clone()).filter(well_formed));
        }
    }
    let has_stored = !tags.is_empty();
    tags.retain(|tag| !own.contains(tag));
    tags.dedup();
    let is_partial = range::wanted(&asked.fields) != range::Wanted::Whole;
    let last_modified = match validators.as_slice() {
        [one] if !is_partial && (has_stored || own.is_empty()) => one.last_modified.clone(),
        _ => None,
    };
    let etag = has_stored.then(|| own.into_iter().chain(tags).collect::<Vec<_>>().join(", "));
    let conditions = Validators { etag, last_modified, date: None };
    (!conditions.is_empty()).then_some(conditions)
}

/// Which of the nominated responses a 304 with these fields speaks of (RFC 9111, 4.3.4), by their places; the one that
/// answers comes first. None: it must not be used for any of them.
///
/// A 304 without any validator is taken for the only response that was asked about.
#[must_use]
pub fn confirmed(nominated: &[&Stored], fields: &Fields) -> Vec<usize> {
    let told = Head { fields: fields.clone(), ..Head::default() }.validators();
    let those = |is_meant: &dyn Fn(&Validators) -> bool| -> Vec<usize> {
        let mut places: Vec<usize> = (0..nominated.len()).filter(|i| is_meant(&nominated[*i].validators())).collect();
        places.sort_by_key(|i| std::cmp::Reverse(made(nominated[*i])));
        places
    };
    if let Some(tag) = told.etag.as_ref().filter(|tag| is_strong_tag(tag)) {
        return those(&|own| own.etag.as_ref() == Some(tag));
    }
    if told.etag.is_none() && told.strong().is_some() {
        return those(&|own| own.last_modified == told.last_modified);
    }
    if !told.is_empty() {
        let mut meant = those(&|own| own.same_weakly(&told));
        meant.truncate(1);
        return meant;
    }
    if nominated.len() == 1 { vec![0] } else { Vec::new() }
}

/// Whether a 304 with these fields may as well answer a tag of the caller's own that none of the nominated has: it names
/// no validator, and both were asked about.
#[must_use]
pub fn is_ambiguous(asked: &Asked, nominated: &[&Stored], fields: &Fields) -> bool {
    let told = Head { fields: fields.clone(), ..Head::default() }.validators();
    let tags: Vec<String> = nominated.iter().filter_map(|stored| stored.validators().etag).collect();
    let is_foreign = |tag: &String| !tags.iter().any(|own| same_tag_weakly(own, tag));
    told.is_empty() && entity_tags(&asked.fields, "if-none-match").iter().any(is_foreign)
}

/// When a response was made, for choosing the most recent.
pub(crate) fn made(stored: &Stored) -> (Timestamp, Timestamp) {
    (age::date(stored), stored.received_at)
}

/// The stored fields, updated by those of a confirming response (RFC 9111, 3.2): each field that it has stands in place
/// of all stored lines of its name. `Age` and `Date` are the new response's, or none.
///
/// ```
/// use dl::cache::freshness::validation::updated;
/// use dl::message::Fields;
///
/// let of = |lines: &[(&str, &str)]| lines.iter().copied().collect::<Fields>();
/// let stored = of(&[("A", "1"), ("B", "1"), ("Content-Length", "5")]);
/// let new = of(&[("B", "2"), ("B", "3"), ("Content-Length", "0")]);
/// assert_eq!(updated(&stored, &new), of(&[("A", "1"), ("Content-Length", "5"), ("B", "2"), ("B", "3")]));
/// ```
#[must_use]
pub fn updated(stored: &Fields, new: &Fields) -> Fields {
    let new = kept_fields(new);
    let mut merged = stored.clone();
    merged.remove("age");
    merged.remove("date");
    let updates = || new.iter().filter(|(name, _)| !NOT_UPDATED.contains(name));
    for (name, _) in updates() {
        merged.remove(name);
    }
    for (name, value) in updates() {
        merged.push(name, value);
    }
    merged
}

/// Whether the answer to a HEAD speaks of the same state as a stored response (RFC 9111, 4.3.5): nothing that tells
/// states apart differs. If it does, what is stored is outdated.
#[must_use]
pub fn head_agrees(stored: &Stored, fields: &Fields) -> bool {
    let (told, own) =
        (Head { fields: fields.clone(), ..Head::default() }, Head { fields: stored.fields.clone(), ..Head::default() });
    let same = |name: &str| told.fields.bytes(name).is_none_or(|value| own.fields.bytes(name) == Some(value));
    let length = match (told.content_length(), stored.content) {
        (Some(told), Content::Whole(size)) if !stored.decoded => told == size,
        (Some(told), Content::Part { total: Some(total), .. }) => told == total,
        _ => true,
    };
    same("etag") && same("last-modified") && length
}

/// Whether the caller's own conditions are answered by 304 (RFC 9111, 4.3.2): `If-None-Match` by weak comparison, else
/// `If-Modified-Since` by the stored `Last-Modified`, or `Date`, or when it was received.
#[must_use]
pub fn is_not_modified(stored: &Stored, asked: &Asked) -> bool {
    if !matches!(stored.status, 200 | 206) {
        return false;
    }
    let own = stored.validators();
    if asked.fields.contains("if-none-match") {
        let tags = entity_tags(&asked.fields, "if-none-match");
        return tags.iter().any(|tag| tag == "*" || own.etag.as_ref().is_some_and(|own| same_tag_weakly(tag, own)));
    }
    let Some(since) = asked.fields.text("if-modified-since").and_then(|t| http_date::parse(&t, stored.received_at))
    else {
        return false;
    };
    let modified = own.last_modified.and_then(|text| http_date::parse(&text, stored.received_at));
    modified.unwrap_or_else(|| age::date(stored)) <= since
}

/// The fields of a 304 that stands for these.
#[must_use]
pub fn fields_of_304(fields: &Fields) -> Fields {
    let mut told = Fields::new();
    for (name, value) in fields.iter().filter(|(name, _)| TOLD_BY_304.contains(name)) {
        told.push(name, value);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(lines: &[(&str, &str)]) -> Fields {
        lines.iter().copied().collect()
    }

    fn stored(lines: &[(&str, &str)]) -> Stored {
        Stored { fields: fields(lines), ..Stored::example() }
    }

    const EARLY: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const LATE: &str = "Sun, 06 Nov 1994 09:49:37 GMT";

    #[test]
    fn what_is_asked() {
        let ask = |request: &[(&str, &str)], all: &[Stored]| {
            let nominated: Vec<&Stored> = all.iter().collect();
            let conditions = conditions(&Asked::get(fields(request)), &nominated)?;
            Some((conditions.etag.unwrap_or_default(), conditions.last_modified.unwrap_or_default()))
        };
        let said = |etag: &str, modified: &str| Some((etag.to_owned(), modified.to_owned()));
        let both = || stored(&[("etag", "\"a\""), ("last-modified", EARLY)]);
        let weak = || stored(&[("etag", "W/\"b\"")]);
        assert_eq!(ask(&[], &[both()]), said("\"a\"", EARLY));
        assert_eq!(ask(&[], &[both(), weak()]), said("\"a\", W/\"b\"", ""), "a date is one response's");
        assert_eq!(ask(&[], &[stored(&[("etag", "bare")])]), said("bare", ""));
        assert_eq!(ask(&[], &[stored(&[("etag", "bare")]), weak()]), said("W/\"b\"", ""));
        assert_eq!(ask(&[("range", "bytes=0-1")], &[both()]), said("\"a\"", ""), "no date for a part");
        assert_eq!(ask(&[("if-none-match", "\"x\", \"a\"")], &[both()]), said("\"x\", \"a\"", EARLY));
        assert_eq!(ask(&[("if-none-match", "*")], &[both()]), None);
        assert_eq!(ask(&[("if-none-match", "\"x\"")], &[stored(&[("last-modified", EARLY)])]), None);
        assert_eq!(ask(&[], &[stored(&[])]), None);
    }

    #[test]
    fn whom_a_304_means() {
        let all = [
            stored(&[("etag", "\"a\""), ("date", EARLY)]),
            stored(&[("etag", "\"b\""), ("date", LATE)]),
            stored(&[("etag", "\"a\""), ("date", LATE)]),
            stored(&[("etag", "W/\"w\""), ("date", EARLY)]),
            stored(&[("etag", "W/\"w\""), ("date", LATE)]),
            stored(&[("last-modified", EARLY), ("date", LATE)]),
        ];
        let nominated: Vec<&Stored> = all.iter().collect();
        let means = |lines: &[(&str, &str)]| confirmed(&nominated, &fields(lines));
        assert_eq!(means(&[("etag", "\"a\"")]), [2, 0], "all with that strong validator, the newest first");
        assert_eq!(means(&[("etag", "\"c\"")]), [] as [usize; 0], "a strong one that none has");
        assert_eq!(means(&[("etag", "W/\"w\"")]), [4], "the most recent of weak ones");
        assert_eq!(means(&[("last-modified", EARLY), ("date", LATE)]), [5]);
        assert_eq!(means(&[("last-modified", LATE), ("date", LATE)]), [] as [usize; 0]);
        assert_eq!(means(&[]), [] as [usize; 0], "which of them?");
        assert_eq!(confirmed(&nominated[..1], &Fields::new()), [0], "the only one");
        assert_eq!(confirmed(&nominated[..1], &fields(&[("etag", "\"x\"")])), [] as [usize; 0]);
    }

    #[test]
    fn whose_condition_a_bare_304_answers() {
        let own = stored(&[("etag", "\"a\""), ("last-modified", EARLY)]);
        let is_unclear = |request: (&str, &str), told: &[(&str, &str)]| {
            is_ambiguous(&Asked::get(fields(&[request])), &[&own], &fields(told))
        };
        assert!(is_unclear(("if-none-match", "\"x\", \"a\""), &[]));
        assert!(!is_unclear(("if-none-match", "\"x\""), &[("etag", "\"x\"")]), "it says whose");
        assert!(!is_unclear(("if-none-match", "W/\"a\""), &[]), "there is but one");
        assert!(!is_unclear(("if-modified-since", LATE), &[]), "a date of ours is sent in its place");
    }

    #[test]
    fn what_is_updated() {
        let old =
            fields(&[("a", "1"), ("a", "2"), ("b", "1"), ("age", "9"), ("date", EARLY), ("content-encoding", "gzip")]);
        let new = fields(&[("b", "2"), ("date", LATE), ("connection", "x"), ("x", "1"), ("content-encoding", "br")]);
        let expected = fields(&[("a", "1"), ("a", "2"), ("content-encoding", "gzip"), ("b", "2"), ("date", LATE)]);
        assert_eq!(updated(&old, &new), expected);
    }

    #[test]
    fn heads_agree_or_not() {
        let own = stored(&[("etag", "\"a\""), ("last-modified", EARLY)]);
        for (told, agrees) in [
            (&[][..], true),
            (&[("etag", "\"a\""), ("content-length", "10")], true),
            (&[("etag", "\"b\"")], false),
            (&[("last-modified", LATE)], false),
            (&[("etag", "\"a\""), ("content-length", "11")], false),
        ] {
            assert_eq!(head_agrees(&own, &fields(told)), agrees, "{told:?}");
        }
        assert!(!head_agrees(&stored(&[]), &fields(&[("etag", "\"a\"")])), "a state that was not known before");
    }

    #[test]
    fn the_callers_conditions() {
        let answer = |own: &[(&str, &str)], request: &[(&str, &str)]| {
            is_not_modified(&stored(own), &Asked::get(fields(request)))
        };
        let tag = ("etag", "W/\"a\"");
        assert!(answer(&[tag], &[("if-none-match", "\"x\", \"a\"")]), "weak comparison");
        assert!(answer(&[tag], &[("if-none-match", "*")]) && !answer(&[tag], &[("if-none-match", "\"x\"")]));
        let modified = ("last-modified", EARLY);
        assert!(
            answer(&[modified], &[("if-modified-since", EARLY)]) && answer(&[modified], &[("if-modified-since", LATE)])
        );
        assert!(!answer(&[("last-modified", LATE)], &[("if-modified-since", EARLY)]));
        assert!(
            !answer(&[tag, modified], &[("if-none-match", "\"x\""), ("if-modified-since", LATE)]),
            "tags come first"
        );
        assert!(answer(&[("date", EARLY)], &[("if-modified-since", LATE)]), "Date in its place");
        assert!(!answer(&[modified], &[("if-modified-since", "yesterday")]) && !answer(&[modified], &[]));
        let missing = Stored { status: 404, ..stored(&[tag]) };
        assert!(!is_not_modified(&missing, &Asked::get(fields(&[("if-none-match", "*")]))));
    }
}
