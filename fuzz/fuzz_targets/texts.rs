//! Texts that people and tools write: lists of checksums, digests, sizes, dates, attributes, JSON, the config file.
#![no_main]

use dl::clock::{self, Timestamp};
use dl::digest::Digest;
use dl::{attribute_text, checksums, config, descriptor, json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(rows) = checksums::parse(text) {
        let _ = checksums::find(&rows, "a/b/c.tar.gz");
    }
    if let Ok(digest) = Digest::parse(text) {
        assert_eq!(Digest::parse(&digest.to_string()).ok(), Some(digest));
    }
    let now = Timestamp::from_seconds(1_800_000_000);
    let _ = (clock::parse_duration(text), clock::parse_date(text, now));
    let _ = clock::parse_size(text).map(clock::show_size);
    let _ = attribute_text::parse(text, now).map(|a| attribute_text::to_json(&a.value));
    let _ = (attribute_text::from_json(text), attribute_text::split_name(text));
    let levels = attribute_text::split_levels(text);
    assert_eq!(attribute_text::split_levels(&attribute_text::join_levels(&levels)), levels);
    let _ = (config::parse(text), config::parse_flat(text), config::parse_flat_json(text));
    if let Ok(value) = json::read_strict(text.as_bytes()) {
        let once = descriptor::canonical(&value);
        let again = json::read_strict(once.as_bytes()).expect("the canonical form is no JSON");
        assert_eq!(descriptor::canonical(&again), once);
    }
});
