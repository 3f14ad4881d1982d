//! New versions, refreshed ones, failed ones, and what is counted and described.

use super::*;
use crate::cache::item::Status;
use crate::disk::Signature;
use serde_json::json;

#[test]
fn what_is_committed_is_found_with_all_that_was_said() {
    let sandbox = Sandbox::new();
    let mut new = new_item("a");
    new.params.insert("year".to_owned(), json!(2026));
    new.label = "demo".to_owned();
    let namespaced =
        Attribute { namespace: "group".to_owned(), name: "score".to_owned(), value: AttributeValue::Float(0.5) };
    new.attributes = vec![namespaced, int("rows", 3)];
    let (item, is_new) = put_as(&sandbox.cache, new.clone(), b"abc");
    assert!(is_new);
    assert_eq!(newest(&sandbox.cache, "a").unwrap(), item);
    assert_eq!(newest(&sandbox.open(), "a").unwrap(), item);
    assert_eq!((item.version, item.status, item.size), (1, Status::Ready, Some(3)));
    assert_eq!((item.uri, item.params, item.label), (new.uri, new.params, new.label));
    assert_eq!((item.filename.as_str(), item.ext.as_str()), ("a.tsv", "tsv"));
    assert_eq!(item.attributes, [int("rows", 3), new.attributes[0].clone()]);
    assert_eq!(item.download, new.download);
    assert_eq!(std::fs::read(&item.path).unwrap(), b"abc");
    assert!(item.path.starts_with(sandbox.cache.folder()));
    let blob = sandbox.cache.blob_path(item.sha256.as_ref().unwrap()).unwrap();
    assert_eq!(inode(&blob), inode(&item.path));
    assert_eq!(mode(&item.path), 0o444);
    assert!(files(&sandbox.folder().join("partial")).is_empty());
    assert!(newest(&sandbox.cache, "b").is_none());
    assert!(sandbox.cache.newest(&key("a"), &|_| false).unwrap().is_none());
}

#[test]
fn equal_bytes_refresh_and_others_are_a_new_version() {
    let sandbox = Sandbox::new();
    let first = put(&sandbox.cache, "a", b"one");
    let mut again = new_item("a");
    again.attributes = vec![int("rows", 1)];
    again.download.as_mut().unwrap().validators.etag = Some("\"2\"".to_owned());
    let (same, is_new) = put_as(&sandbox.cache, again, b"one");
    assert_eq!((same.id, is_new, same.attributes.len()), (first.id, false, 1));
    assert!(same.validated_at.is_some() && first.validated_at.is_none());
    assert_eq!(same.download.unwrap().validators.etag.as_deref(), Some("\"2\""));
    let (second, is_new) = put_as(&sandbox.cache, new_item("a"), b"two");
    assert_eq!((second.version, is_new), (2, true));
    // Bytes of an older version are new all the same.
    let (third, is_new) = put_as(&sandbox.cache, new_item("a"), b"one");
    assert_eq!((third.version, is_new), (3, true));
    assert_eq!(inode(&third.path), inode(&first.path));
}

#[test]
fn another_trust_or_an_error_page_is_no_refresh() {
    let sandbox = Sandbox::new();
    put(&sandbox.cache, "a", b"one");
    let mut insecure = new_item("a");
    insecure.download.as_mut().unwrap().trust.insecure = true;
    assert!(put_as(&sandbox.cache, insecure, b"one").1);
    put(&sandbox.cache, "b", b"one");
    let mut missing = new_item("b");
    missing.download.as_mut().unwrap().http_code = Some(404);
    assert!(put_as(&sandbox.cache, missing, b"one").1);
}

#[test]
fn a_key_has_one_failed_version_whose_number_is_taken_over() {
    let sandbox = Sandbox::new();
    let cache = &sandbox.cache;
    let failed = cache.fail(new_item("a"), json!({"code": "x"})).unwrap();
    assert_eq!((failed.version, failed.status), (1, Status::Failed));
    let again = cache.fail(new_item("a"), json!({"code": "y"})).unwrap();
    assert_eq!((again.id, again.version), (failed.id, 1));
    assert_eq!(again.error.unwrap()["code"], "y");
    assert!(newest(cache, "a").is_none());
    let ready = put(cache, "a", b"one");
    assert_eq!((ready.id, ready.version, ready.status), (failed.id, 1, Status::Ready));
    assert_eq!(ready.error, None);
    let failed = cache.fail(new_item("a"), json!({"code": "z"})).unwrap();
    assert_eq!(failed.version, 2);
    assert_eq!(newest(cache, "a").unwrap().version, 1);
    assert_eq!(put(cache, "a", b"two").version, 2);
}

#[test]
fn versions_beyond_keep_go_to_trash() {
    let sandbox = Sandbox::new();
    for bytes in [b"1", b"2", b"3"] {
        let new = new_item("a");
        let (content, partial) = fill(sandbox.cache.partial(&new.key).unwrap().unwrap(), bytes);
        sandbox.cache.commit(new, content, partial, Some(2)).unwrap();
    }
    let query = crate::cache::query::Query { all: true, ..Default::default() };
    let statuses: Vec<_> = sandbox.cache.search(&query).unwrap().iter().map(|i| i.status).collect();
    assert_eq!(statuses, [Status::Trash, Status::Ready, Status::Ready]);
}

#[test]
fn a_confirmation_merges_its_fields() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    let mut confirmation = download();
    confirmation.http_code = Some(304);
    confirmation.headers = Fields::new();
    confirmation.headers.push("x-bytes", "new");
    confirmation.headers.push("content-length", "0");
    confirmation.validators = Validators { etag: Some("\"9\"".to_owned()), ..Validators::default() };
    let item = sandbox.cache.revalidated(&item, Some(&confirmation)).unwrap();
    assert!(item.validated_at.is_some());
    let stored = item.download.unwrap();
    assert_eq!(stored.http_code, Some(200));
    assert_eq!(stored.headers.bytes("x-bytes"), Some(&b"new"[..]));
    assert_eq!(stored.headers.bytes("content-type"), Some(&b"text/plain"[..]));
    assert!(!stored.headers.contains("content-length"));
    assert_eq!(stored.validators.etag.as_deref(), Some("\"9\""));
    assert_eq!(stored.validators.date, Some(Timestamp(5)));
}

#[test]
fn counters_and_descriptions() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    sandbox.cache.count_reads(&[item.id, item.id, 99]);
    sandbox.cache.count_searches(&[item.id]);
    let counted = newest(&sandbox.cache, "a").unwrap();
    assert_eq!((counted.read_count, counted.search_count), (2, 1));
    assert!(counted.last_read.is_some() && counted.last_search.is_some());
    let text = Attribute { value: AttributeValue::Varchar("many".to_owned()), ..int("rows", 0) };
    sandbox.cache.describe(&item, None, &[int("rows", 3), int("x", 1)]).unwrap();
    let described = sandbox.cache.describe(&item, Some("l"), std::slice::from_ref(&text)).unwrap();
    assert_eq!((described.label.as_str(), described.attributes), ("l", vec![text, int("x", 1)]));
    let nan = Attribute { value: AttributeValue::Float(f64::NAN), ..int("rows", 0) };
    assert_eq!(sandbox.cache.describe(&item, None, &[nan]).unwrap_err().kind(), crate::error::Kind::Usage);
}

#[test]
fn a_busy_registry_drops_counters_and_not_answers() {
    let sandbox = Sandbox::new();
    let item = put(&sandbox.cache, "a", b"one");
    let other = rusqlite::Connection::open(sandbox.folder().join("registry.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    sandbox.cache.count_reads(&[item.id]);
    assert_eq!(newest(&sandbox.cache, "a").unwrap().read_count, 0);
    assert_eq!(newest(&sandbox.open(), "a").unwrap().id, item.id);
    let impatient = Options { lock_timeout: Duration::from_millis(1), ..options(&sandbox.folder()) };
    let impatient = Cache::open(&impatient, &sandbox.heard).unwrap();
    let error = impatient.describe(&item, Some("x"), &[]).unwrap_err();
    assert_eq!((error.kind(), error.code()), (crate::error::Kind::Cache, "lock_timeout"));
}

#[test]
fn deliveries_are_remembered() {
    let sandbox = Sandbox::new();
    let path = Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"/tmp/\xff"));
    assert_eq!(sandbox.cache.delivery(path).unwrap(), None);
    let signature = Signature { size: 1, mtime: 2, ctime: 3, inode: u64::MAX };
    let digest = Digest::sha256(b"x");
    sandbox.cache.record_delivery(path, &signature, &digest).unwrap();
    sandbox.cache.record_delivery(path, &signature, &digest).unwrap();
    assert_eq!(sandbox.cache.delivery(path).unwrap(), Some((signature, digest)));
    let next = sandbox.reopen_as("next boot");
    assert_eq!(next.delivery(path).unwrap(), None, "after a power loss size and times prove nothing");
}

#[test]
fn a_file_that_is_not_what_was_verified_is_refused() {
    let sandbox = Sandbox::new();
    let new = new_item("a");
    let (content, partial) = fill(sandbox.cache.partial(&new.key).unwrap().unwrap(), b"abc");
    partial.file().write_all(b"more").unwrap();
    let error = sandbox.cache.commit(new, content, partial, None).unwrap_err();
    assert_eq!(error.code(), "size_mismatch");
    for filename in ["../x", "", "a/b", ".."] {
        let new = NewItem { filename: filename.to_owned(), ..new_item("b") };
        let (content, partial) = fill(sandbox.cache.unnamed_partial().unwrap(), b"abc");
        assert!(sandbox.cache.commit(new, content, partial, None).is_err(), "{filename}");
    }
    assert!(sandbox.cache.partial(&Key("../../x".to_owned())).is_err());
    assert!(files(&sandbox.folder().join("blobs")).is_empty());
}

#[test]
fn the_object_of_the_contract() {
    let sandbox = Sandbox::new();
    let mut new = new_item("a");
    new.attributes = vec![int("rows", 3)];
    new.download.as_mut().unwrap().headers.push("set-cookie", "s=1");
    let item = put_as(&sandbox.cache, new, b"abc").0;
    let shown = item.to_json(&crate::secret::Secrets::default());
    let names: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names.join(" "),
        "schema id key version version_id uri params attrs attr_types status filename ext label size sha256 path created_at \
         modified_at validated_at last_read read_count last_search search_count error download"
    );
    assert_eq!(shown["version_id"], format!("{}-1", key("a")));
    assert_eq!((&shown["attrs"], &shown["attr_types"]), (&json!({"rows": 3}), &json!({"rows": "int"})));
    assert_eq!(shown["sha256"], Digest::sha256(b"abc").hex());
    assert_eq!(shown["download"]["headers"]["set-cookie"], json!(["<redacted>"]));
    assert_eq!(shown["download"]["headers"]["x-bytes"], json!([{"base64": "//4="}]));
    assert_eq!(shown["download"]["etag"], "\"1\"");
}
