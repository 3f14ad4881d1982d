use super::*;
use crate::cache::item::{Attribute, AttributeValue, NewItem, Status};
use std::sync::Mutex;

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Listener for Heard {
    fn event(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.0.lock().unwrap().push(text);
        }
    }
}

fn options(secret: Option<&str>) -> (Options, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let store = kv::open::Options { listener: heard.clone(), ..kv::open::Options::default() };
    let secret = secret.map(Secret::new);
    (Options { url: Secret::new("memory:"), mode: Mode::ReadWrite, secret, private: false, store }, heard)
}

fn cache(folder: &std::path::Path) -> Cache {
    Cache::open(&crate::cache::Options::new(folder), &crate::event::Silent).unwrap()
}

fn put(cache: &Cache, uri: &str, text: &str) -> Item {
    let mut new = NewItem::of_uri(uri, Map::new()).unwrap();
    new.label = "rates".to_owned();
    new.attributes.push(Attribute { namespace: String::new(), name: "rows".to_owned(), value: AttributeValue::Int(3) });
    cache.put_from(&mut text.as_bytes(), &new).unwrap()
}

#[test]
fn an_item_goes_from_one_cache_to_another() {
    let (options, heard) = options(Some("s3cret"));
    let shared = Shared::open(&options).unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (cache(&folder.path().join("one")), cache(&folder.path().join("two")));
    let item = put(&one, "demo://a.csv", "a,b\n");

    assert_eq!(shared.offer(&one, &item, &item.key, &item.params).unwrap(), Moved { sent: 1, present: 0, bytes: 4 });
    assert_eq!(shared.offer(&one, &item, &item.key, &item.params).unwrap().present, 1, "bytes are sent once");

    let line = shared.find(&item.key).unwrap().unwrap();
    let taken = shared.take(line, &two, &item.key, &item.params).unwrap().unwrap();
    assert_eq!(std::fs::read(&taken.path).unwrap(), b"a,b\n");
    assert!(taken.path.starts_with(two.folder()));
    let same = |i: &Item| (i.uri.clone(), i.label.clone(), i.attributes.clone(), i.sha256.clone(), i.created_at);
    assert_eq!(same(&taken), same(&item));
    assert_eq!((taken.version, taken.read_count, taken.status), (1, 0, Status::Ready));

    // Once more gives the same row.
    let line = shared.find(&item.key).unwrap().unwrap();
    assert_eq!(shared.take(line, &two, &item.key, &item.params).unwrap().unwrap().id, taken.id);
    assert!(heard.0.lock().unwrap().is_empty());
}

#[test]
fn a_record_without_the_right_signature_is_a_miss() {
    let (options, heard) = options(Some("s3cret"));
    let shared = Shared::open(&options).unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let one = cache(folder.path());
    let (a, b) = (put(&one, "demo://a", "a"), put(&one, "demo://b", "b"));
    shared.offer(&one, &a, &a.key, &a.params).unwrap();
    let name = |item: &Item| record::name(&item.key).into_bytes();

    // A true record under another name.
    let moved = shared.store.get(&name(&a)).unwrap().unwrap();
    shared.store.set(&name(&b), &moved, None).unwrap();
    assert_eq!(shared.find(&b.key).unwrap(), None);

    for secret in [None, Some(Secret::new("other"))] {
        let line = one.line(&a).unwrap();
        let forged = record::write(&line, &record::name(&a.key), secret.as_ref());
        shared.store.set(&name(&a), forged.as_bytes(), None).unwrap();
        assert_eq!(shared.find(&a.key).unwrap(), None, "{secret:?}");
    }
    let heard = heard.0.lock().unwrap();
    assert_eq!(heard.len(), 1, "one warning: {heard:?}");
    assert!(heard[0].contains("memory:") && !heard[0].contains("s3cret"), "{heard:?}");
}

#[test]
fn bytes_that_are_not_those_of_the_record_are_not_taken() {
    let (options, heard) = options(None);
    let shared = Shared::open(&options).unwrap().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (cache(&folder.path().join("one")), cache(&folder.path().join("two")));
    let item = put(&one, "demo://a", "right");
    shared.offer(&one, &item, &item.key, &item.params).unwrap();
    let blob = blob_key(&item.sha256.as_ref().unwrap().hex());
    for bytes in [&b"wrong"[..], b"righ", b"rightly"] {
        shared.store.set(&blob, bytes, None).unwrap();
        let line = shared.find(&item.key).unwrap().unwrap();
        let took = shared.forgive(|shared| shared.take(line, &two, &item.key, &item.params));
        if bytes == b"rightly" {
            // What follows the right bytes is not read.
            assert!(took.flatten().is_some());
        } else {
            assert_eq!(took, None);
            assert_eq!(two.search(&crate::cache::query::Query::default()).unwrap(), []);
        }
    }
    assert_eq!(heard.0.lock().unwrap().len(), 2);
}

#[test]
fn one_of_many_machines_has_the_lease() {
    let (options, _) = options(None);
    let shared = Shared::open(&options).unwrap().unwrap();
    let key = Key("0".repeat(64));
    let held = shared.lease(&key).unwrap().expect("free");
    assert!(shared.lease(&key).unwrap().is_none());
    drop(held);
    assert!(shared.lease(&key).unwrap().is_some());
}

#[test]
fn a_store_that_fails_is_asked_once() {
    let (mut options, heard) = options(None);
    options.url = Secret::new("memory:");
    let shared = Shared::open(&options).unwrap().unwrap();
    let failed = || -> Result<()> { Err(Error::new(Kind::Network, "store_unreachable", "it cannot be reached")) };
    assert_eq!(shared.forgive(|_| failed()), None);
    assert_eq!(shared.forgive(|_| -> Result<()> { panic!("not asked again") }), None);
    assert_eq!(heard.0.lock().unwrap().len(), 1);
}

#[test]
fn sharing_what_is_private_needs_a_secret() {
    let (mut options, _) = options(None);
    options.private = true;
    assert_eq!(Shared::open(&options).unwrap_err().kind(), Kind::Usage);
}

#[test]
fn the_time_to_live_is_taken_out_of_the_url() {
    let taken = |url| without_ttl(url).unwrap();
    assert_eq!(taken("redis://h/0?ttl=1h&x=1"), ("redis://h/0?x=1".to_owned(), Some(Duration::from_hours(1))));
    assert_eq!(taken("file:/a?ttl=0"), ("file:/a".to_owned(), None));
    assert_eq!(taken("file:/a"), ("file:/a".to_owned(), None));
    assert!(without_ttl("file:/a?ttl=x").is_err());
}
