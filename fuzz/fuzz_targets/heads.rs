//! Fields that a server sends: names, ranges, dates, digests; and netrc, which is as old and as loose.
#![no_main]

use dl::cache::freshness::directive::{Directives, MOST_SECONDS, Seconds};
use dl::cache::freshness::range::wanted;
use dl::clock::Timestamp;
use dl::fuzzing::retry_after;
use dl::message::{ContentRange, Fields, Head};
use dl::transfer::{filename, netrc};
use libfuzzer_sys::fuzz_target;

fn is_harmless(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= filename::LONGEST_NAME_BYTES
        && !name.starts_with(['.', '-'])
        && !name.contains(|c: char| c.is_control() || "/\\:*?\"<>|\u{202e}\u{2066}".contains(c))
}

fuzz_target!(|bytes: &[u8]| {
    for name in [filename::from_disposition(bytes), std::str::from_utf8(bytes).ok().and_then(filename::safe)] {
        assert!(name.as_deref().is_none_or(is_harmless), "{name:?}");
    }
    if let Some(ContentRange::Part { first, last, total }) = ContentRange::parse(bytes) {
        assert!(first <= last && total.is_none_or(|total| last < total));
    }
    let mut head = Head::default();
    for name in ["content-length", "etag", "last-modified", "date"] {
        head.fields.push(name, bytes);
    }
    let _ = (head.content_length(), head.validators());
    let mut fields = Fields::new();
    fields.push("x", bytes);
    assert_eq!(fields.bytes("X"), Some(bytes));
    let text = String::from_utf8_lossy(bytes);
    if let Some(time) = Timestamp::from_http_date(&text) {
        let _ = time.to_http_date();
    }
    let directives = Directives::parse(bytes.split(|byte| *byte == b'\n'));
    if let Seconds::Given(seconds) = directives.seconds("max-age") {
        assert!(directives.has("max-age") && seconds <= MOST_SECONDS);
    }
    let _ = (directives.is_bare("no-cache"), directives.qualified("private"));
    let mut ranges = Fields::new();
    ranges.push("range", bytes);
    let _ = wanted(&ranges);
    let now = Timestamp::from_seconds(1_800_000_000);
    if let Some(wait) = retry_after(bytes, now) {
        assert!(!bytes.contains(&b'-') || bytes.contains(&b','), "{wait:?} of a negative number");
    }
    let _ = netrc::find(&text, "example.org").is_ok();
});
