//! What an ITEM means.

use super::*;
use crate::cache::query::Purpose;
use crate::error::Kind;
use crate::secret::Secrets;
use serde_json::json;

#[test]
fn an_item_by_each_of_its_names() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    put(&sandbox.cache, "b", b"two");
    let secrets = Secrets::default();
    let digest = item.sha256.as_ref().unwrap().to_string();
    for text in [
        digest.as_str(),
        &digest.to_uppercase().replace("SHA256", "sha256"),
        &item.id.to_string(),
        &item.version_id(),
        &item.uri,
        "http://user:password@h/a",
        &item.path.to_string_lossy(),
        &item.key.0,
        &item.key.0[..8],
        &item.key.0[..9].to_uppercase(),
    ] {
        for purpose in [Purpose::Read, Purpose::Change] {
            assert_eq!(sandbox.cache.find(text, &secrets, purpose).unwrap().id, item.id, "{text}");
        }
    }
    for text in
        ["sha256:zz", "sha256:", "99", "http://h/x", "/etc/passwd", "0123456789", &item.key.0[..7], "", "x-1", "'; --"]
    {
        let error = sandbox.cache.find(text, &secrets, Purpose::Read).unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound, "{text}");
    }
}

#[test]
fn a_uri_means_the_version_that_the_purpose_takes() {
    let sandbox = Sandbox::new();
    let secrets = Secrets::default();
    let item = put(&sandbox.cache, "a", b"one");
    let failed = sandbox.cache.fail(new_item("a"), json!({})).unwrap();
    assert_eq!(sandbox.cache.find("http://h/a", &secrets, Purpose::Read).unwrap().id, item.id);
    assert_eq!(sandbox.cache.find("http://h/a", &secrets, Purpose::Change).unwrap().id, failed.id);
    let error = sandbox.cache.find("http://h/a", &secrets, Purpose::Restore).unwrap_err();
    assert!(error.to_string().contains("TRASH"), "{error}");
    assert_eq!(error.kind(), Kind::NotFound);
}

#[test]
fn secret_values_are_found_as_they_are_stored() {
    let sandbox = Sandbox::new();
    let mut new = new_item("a");
    new.uri = "http://h/a?token=<redacted>&x=1".to_owned();
    let item = put_as(&sandbox.cache, new, b"one").0;
    let found = sandbox.cache.find("http://h/a?token=hunter2&x=1", &Secrets::default(), Purpose::Read);
    assert_eq!(found.unwrap().id, item.id);
}

#[test]
fn an_ambiguous_prefix_names_the_candidates() {
    let sandbox = Sandbox::new();
    for end in ["00", "01"] {
        let key = Key(format!("{}{end}", "ab".repeat(31)));
        put_as(&sandbox.cache, NewItem { key, ..new_item("a") }, b"one");
    }
    let error = sandbox.cache.find("abababab", &Secrets::default(), Purpose::Read).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Usage, "ambiguous"));
    assert!(error.to_string().contains("ab01"));
}

#[test]
fn a_look_sees_one_moment_until_something_is_written() {
    let sandbox = Sandbox::new();
    let other = sandbox.open();
    put(&sandbox.cache, "a", b"one");
    let look = sandbox.cache.look();
    assert!(newest(&sandbox.cache, "a").is_some());
    put(&other, "b", b"two");
    assert!(newest(&sandbox.cache, "b").is_none());
    put(&sandbox.cache, "c", b"three");
    assert!(newest(&sandbox.cache, "b").is_some() && newest(&sandbox.cache, "c").is_some());
    let item = put(&other, "d", b"four");
    sandbox.cache.count_reads(&[item.id]);
    assert_eq!(newest(&sandbox.cache, "d").map(|item| item.read_count), Some(1));
    drop(look);
    put(&other, "e", b"five");
    assert!(newest(&sandbox.cache, "e").is_some());
}
