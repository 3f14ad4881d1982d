//! Whether an unfinished file is gone on with, and whether an answer fits it. Pure: resume never splices.

use crate::message::{ContentRange, Head};
use crate::partial::State;
use crate::transfer::job::{Options, Proof, Resume};
use crate::transfer::request::Span;

/// What is known of the unfinished file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<'a> {
    /// Its state.
    pub(super) state: &'a State,
    /// How many bytes are there for certain.
    pub(super) prefix: u64,
    /// Whether they were written under this boot.
    pub(super) of_this_boot: bool,
}

/// The part that is still to be asked for; `None`: all of it.
pub(super) fn plan(held: Held<'_>, options: &Options, proof: &Proof) -> Option<Span> {
    if held.prefix == 0 || !held.of_this_boot || options.compressed {
        return None;
    }
    let if_range = match (options.resume, &held.state.strong) {
        (Resume::Never, _) | (Resume::Auto, None) => return None,
        (Resume::Always, None) if proof.digests.is_empty() => return None,
        (_, strong) => strong.clone(),
    };
    // Of a file that is there to its last byte, that byte is asked for again: a range behind the end has no good answer.
    let first = match held.state.total {
        Some(total) if held.prefix >= total => total.checked_sub(1)?,
        _ => held.prefix,
    };
    Some(Span { first, last: None, if_range })
}

/// Whether the part that came continues what is held: start, total and validator must agree. `Err` says what does not.
pub(super) fn fits(state: &State, span: &Span, range: ContentRange, head: &Head, url: &str) -> Result<(), String> {
    let ContentRange::Part { first, last, total } = range else {
        return Err("its `Content-Range` says nothing of use".to_owned());
    };
    if state.url != url {
        return Err(format!("it comes from `{url}`, what is held from `{}`", state.url));
    }
    if first != span.first {
        return Err(format!("it begins at {first}, not at {}", span.first));
    }
    if let (Some(then), Some(now)) = (state.total, total)
        && then != now
    {
        return Err(format!("the whole is {now} bytes now, it was {then}"));
    }
    let end = span.last.or_else(|| total.or(state.total)?.checked_sub(1));
    if end.is_some_and(|end| end != last) {
        return Err(format!("it ends at {last}"));
    }
    if head.content_length().is_some_and(|length| length != last - first + 1) {
        return Err("its length is not that of its range".to_owned());
    }
    same_validator(state, head, span.if_range.is_some())
}

/// Whether the head carries the validator under which the bytes were written.
pub(super) fn same_validator(state: &State, head: &Head, required: bool) -> Result<(), String> {
    let now = head.validators();
    let Some(strong) = &state.strong else {
        return if required { Err("no validator is known".to_owned()) } else { Ok(()) };
    };
    let stands = if strong.starts_with('"') {
        now.etag.as_deref() == Some(strong)
    } else {
        now.last_modified.as_deref() == Some(strong) && now.etag == state.validators.etag
    };
    if stands { Ok(()) } else { Err(format!("its validator is not `{strong}`")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::transfer::job::Expected;

    fn state() -> State {
        State { url: "http://h/".into(), strong: Some("\"e\"".into()), total: Some(10), ..State::default() }
    }

    fn planned(state: &State, prefix: u64, resume: Resume) -> Option<u64> {
        let options = Options { resume, ..Options::default() };
        plan(Held { state, prefix, of_this_boot: true }, &options, &Proof::default()).map(|s| s.first)
    }

    #[test]
    fn what_is_asked() {
        assert_eq!(planned(&state(), 4, Resume::Auto), Some(4));
        assert_eq!(planned(&state(), 4, Resume::Never), None);
        assert_eq!(planned(&state(), 0, Resume::Auto), None);
        assert_eq!(planned(&state(), 10, Resume::Auto), Some(9));
        let weak = State { strong: None, ..state() };
        assert_eq!(planned(&weak, 4, Resume::Auto), None);
        assert_eq!(planned(&weak, 4, Resume::Always), None);
        let empty = State { total: Some(0), ..state() };
        assert_eq!(planned(&empty, 3, Resume::Auto), None);
        let options = Options { resume: Resume::Always, ..Options::default() };
        let digest = Expected { digest: Digest::sha256(b""), who_says: String::new() };
        let proof = Proof { digests: vec![digest], ..Proof::default() };
        let held = Held { state: &weak, prefix: 4, of_this_boot: true };
        assert_eq!(plan(held, &options, &proof), Some(Span { first: 4, last: None, if_range: None }));
        assert_eq!(plan(Held { of_this_boot: false, ..held }, &options, &proof), None);
        let options = Options { compressed: true, ..Options::default() };
        assert_eq!(plan(Held { state: &state(), ..held }, &options, &proof), None);
    }

    fn answer(range: &str, fields: &[(&str, &str)], url: &str) -> Result<(), String> {
        let mut head = Head { status: 206, ..Head::default() };
        for (name, value) in fields {
            head.fields.push(name, *value);
        }
        let range = ContentRange::parse(range.as_bytes()).unwrap();
        let span = Span { first: 4, last: None, if_range: Some("\"e\"".into()) };
        fits(&state(), &span, range, &head, url)
    }

    #[test]
    fn what_fits() {
        let tag = [("etag", "\"e\"")];
        assert_eq!(answer("bytes 4-9/10", &tag, "http://h/"), Ok(()));
        assert_eq!(answer("bytes 4-9/*", &tag, "http://h/"), Ok(()));
        for (range, fields, url) in [
            ("bytes 0-9/10", &tag[..], "http://h/"),
            ("bytes 5-9/10", &tag, "http://h/"),
            ("bytes 4-8/10", &tag, "http://h/"),
            ("bytes 4-10/11", &tag, "http://h/"),
            ("bytes */10", &tag, "http://h/"),
            ("bytes 4-9/10", &[], "http://h/"),
            ("bytes 4-9/10", &[("etag", "\"f\"")], "http://h/"),
            ("bytes 4-9/10", &[("etag", "W/\"e\"")], "http://h/"),
            ("bytes 4-9/10", &tag, "http://mirror/"),
            ("bytes 4-9/10", &[("etag", "\"e\""), ("content-length", "7")], "http://h/"),
        ] {
            assert!(answer(range, fields, url).is_err(), "{range} {fields:?} {url}");
        }
    }

    #[test]
    fn dates_as_validators() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let state = State { strong: Some(date.into()), ..state() };
        let mut head = Head::default();
        head.fields.push("last-modified", date);
        assert!(same_validator(&state, &head, true).is_ok());
        head.fields.push("etag", "W/\"new\"");
        assert!(same_validator(&state, &head, true).is_err());
    }
}
