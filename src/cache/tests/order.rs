//! Cleaning, verifying, counting, moving to another folder.

use super::{Sandbox, files, int, key, new_item, newest, options, overwrite, put, put_as};
use crate::cache::Cache;
use crate::cache::change::{Change, Which};
use crate::cache::clean::{Choices, Limits, Reason};
use crate::cache::condition::Condition;
use crate::cache::item::{Attribute, AttributeValue, Item, NewItem, Status};
use crate::cache::query::Query;
use crate::cache::remove::Removal;
use crate::cache::verify::Damage;
use crate::clock::Timestamp;
use crate::secret::Secrets;
use std::time::Duration;

fn by_hand(name: &str) -> NewItem {
    NewItem { download: None, ..new_item(name) }
}

fn aged(cache: &Cache, item: &Item, days: i64) -> Item {
    let then = Timestamp(Timestamp::now().0 - days * 86_400 * 1_000_000);
    let what = Change { created_at: Some(then), last_read: Some(then), ..Change::default() };
    cache.set(&Which::Ids(vec![item.id]), &what).unwrap().remove(0)
}

fn reasons(cache: &Cache, choices: &Choices) -> Vec<Reason> {
    let dry = cache.clean(choices, true).unwrap();
    let mut done = cache.clean(choices, false).unwrap();
    assert_eq!((dry.items, dry.files, dry.bytes), (done.items, done.files, done.bytes), "{dry:?}\n{done:?}");
    done.doomed.sort_by_key(|d| d.item.as_ref().map(|(id, ..)| *id));
    assert!(cache.clean(choices, true).unwrap().doomed.is_empty(), "nothing is left");
    done.doomed.iter().map(|d| d.reason).collect()
}

#[test]
fn versions_and_the_grace_of_what_was_read() {
    let sandbox = Sandbox::new();
    let cache = &sandbox.cache;
    for bytes in [b"one", b"two", b"six"] {
        cache.put_from(&mut &bytes[..], &by_hand("a")).unwrap();
    }
    let old = cache.best(&Query { versions: vec![1], ..Query::ready(&key("a")) }).unwrap().unwrap();
    cache.touch(&[old.id]).unwrap();
    let versions = Choices { versions: true, ..Choices::none() };
    assert_eq!(reasons(cache, &versions), [Reason::Version], "version 2; version 1 was just read");
    assert!(cache.item(old.id).unwrap().is_some());
    assert_eq!(reasons(cache, &Choices { grace: Duration::ZERO, ..versions }), [Reason::Version]);
    assert_eq!(newest(cache, "a").unwrap().version, 3);
    assert_eq!(files(&sandbox.folder().join("blobs")).len(), 1);
}

#[test]
fn the_usual_choices() {
    let sandbox = Sandbox::new();
    let cache = &sandbox.cache;
    let kept = put(cache, "kept", b"kept");
    let live = cache.create(&by_hand("live"), Status::Write).unwrap();
    let begun = cache.create(&by_hand("begun"), Status::Uninitialized).unwrap();
    let gone = put(cache, "gone", b"gone");
    std::fs::remove_file(&gone.path).unwrap();
    std::fs::remove_file(cache.blob_path(gone.sha256.as_ref().unwrap()).unwrap()).unwrap();
    std::fs::write(kept.path.with_file_name("stray"), b"stray").unwrap();
    let folder = sandbox.folder().join("items").join("ab").join(format!("{}-1", "ab".repeat(32)));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("x"), b"orphan").unwrap();
    let blob = sandbox.folder().join("blobs/sha256/cd").join("0".repeat(62));
    std::fs::create_dir_all(blob.parent().unwrap()).unwrap();
    std::fs::write(&blob, b"blob").unwrap();
    let found = reasons(cache, &Choices::usual());
    assert_eq!(found.iter().filter(|r| **r == Reason::Orphan).count(), 3, "{found:?}");
    assert_eq!(found.iter().filter(|r| **r == Reason::Missing).count(), 2, "{found:?}");
    assert!(cache.item(begun.id).unwrap().is_none() && cache.item(live.id).unwrap().is_some());
    assert!(sandbox.stands(&kept));
    let dead = Choices { dead_after: Duration::ZERO, ..Choices::usual() };
    std::fs::write(&live.path, b"x").unwrap();
    assert_eq!(reasons(cache, &dead), [Reason::Write]);
}

#[test]
fn by_size_and_age() {
    let sandbox = Sandbox::new();
    let cache = &sandbox.cache;
    let all: Vec<Item> = (0..4_u8)
        .map(|n| {
            let item = put(cache, &format!("a{n}"), &[n; 100]);
            aged(cache, &item, i64::from(10 - n))
        })
        .collect();
    cache.remove(&Which::Ids(vec![all[3].id]), Removal::Trash).unwrap();
    let size = Choices { max_size: Some(250), ..Choices::none() };
    assert_eq!(reasons(cache, &size), [Reason::MaxSize, Reason::MaxSize]);
    assert!(cache.item(all[3].id).unwrap().is_none(), "TRASH first");
    assert!(cache.item(all[0].id).unwrap().is_none(), "then what was not read for longest");
    let age = Choices { max_age: Some(Duration::from_hours(24 * 17 / 2)), ..Choices::none() };
    assert_eq!(reasons(cache, &age), [Reason::MaxAge]);
    assert!(cache.item(all[2].id).unwrap().is_some());
    // A read that could not be counted protects all the same.
    cache.registry.folder().tell(all[2].id);
    assert!(reasons(cache, &Choices { max_age: Some(Duration::from_hours(1)), ..Choices::none() }).is_empty());
}

#[test]
fn limits_are_kept_once_a_day() {
    let sandbox = Sandbox::new();
    let cache = &sandbox.cache;
    let fetched = put(cache, "fetched", &[1; 100]);
    aged(cache, &fetched, 3);
    let own = cache.put_from(&mut &[2; 100][..], &by_hand("own")).unwrap();
    aged(cache, &own, 5);
    let limits = Limits { max_size: Some(50), max_age: None };
    let kept = cache.keep_limits(limits, Duration::from_secs(1)).unwrap().unwrap();
    assert_eq!((kept.items, kept.bytes), (1, 100));
    assert!(cache.item(own.id).unwrap().is_some(), "made by a user");
    assert!(cache.keep_limits(limits, Duration::from_secs(1)).unwrap().is_none(), "not twice a day");
}

#[test]
fn damage_is_found_and_repaired() {
    let sandbox = Sandbox::new();
    let cache = &sandbox.cache;
    let (changed, unnamed, gone) = (put(cache, "a", b"one"), put(cache, "b", b"two"), put(cache, "c", b"six"));
    assert!(cache.verify(None, false).unwrap().is_whole(false));
    overwrite(&changed.path, b"eno");
    std::fs::remove_file(&unnamed.path).unwrap();
    std::fs::remove_file(&gone.path).unwrap();
    std::fs::remove_file(cache.blob_path(gone.sha256.as_ref().unwrap()).unwrap()).unwrap();
    let found = cache.verify(None, false).unwrap();
    let damage = |item: &Item| found.findings.iter().find(|f| f.item.id == item.id).unwrap().damage;
    assert_eq!((damage(&changed), damage(&unnamed), damage(&gone)), (Damage::Changed, Damage::Unnamed, Damage::Gone));
    let repaired = cache.verify(None, true).unwrap();
    assert_eq!(repaired.findings.iter().filter(|f| f.repaired).count(), 1);
    assert!(cache.verify(None, false).unwrap().is_whole(false));
    assert_eq!(cache.item(gone.id).unwrap().unwrap().status, Status::Failed);
}

#[test]
fn stats_count() {
    let sandbox = Sandbox::new();
    let cache = &sandbox.cache;
    let item = put(cache, "a", b"bytes");
    put(cache, "b", b"bytes");
    cache.count_reads(&[item.id]);
    cache.count_reads(&[item.id]);
    cache.remove(&Which::Ids(vec![item.id]), Removal::Trash).unwrap();
    let stats = cache.stats().unwrap();
    assert_eq!((stats.items, stats.blobs, stats.bytes, stats.reads, stats.hits), (2, 1, 5, 2, 1));
    assert_eq!(stats.by_host[0].name, "h");
    assert_eq!(stats.reclaimable_bytes, 0, "the content has another user");
}

#[test]
fn an_export_is_the_whole_cache_elsewhere() {
    let sandbox = Sandbox::new();
    let mut new = new_item("a");
    new.params = serde_json::from_str(r#"{"rows": 3, "g": {"x": "y"}}"#).unwrap();
    new.attributes = vec![
        int("n", 7),
        Attribute { namespace: "g".to_owned(), name: "f".to_owned(), value: AttributeValue::Float(0.1) },
        Attribute {
            namespace: String::new(),
            name: "t".to_owned(),
            value: AttributeValue::Text(serde_json::json!([1, "x"])),
        },
    ];
    let (item, _) = put_as(&sandbox.cache, new.clone(), b"one");
    put_as(&sandbox.cache, new, b"two");
    let (private, _) = put_as(
        &sandbox.cache,
        NewItem {
            download: Some(crate::cache::item::Download { private: true, ..super::download() }),
            ..new_item("p")
        },
        b"secret",
    );
    sandbox.cache.fail(new_item("f"), serde_json::json!({"kind": "http"})).unwrap();
    let everything = Query { all: true, ..Query::default() };
    let mut file = Vec::new();
    let told = sandbox.cache.export(&mut file, &everything, false).unwrap();
    assert_eq!((told.items, told.blobs, told.private), (3, 2, 1));

    let other = Sandbox::new();
    assert_eq!(other.cache.import(&mut file.as_slice()).unwrap().items, 3);
    let again = other.cache.import(&mut file.as_slice()).unwrap();
    assert_eq!((again.items, again.known), (0, 3));
    assert!(other.cache.verify(None, false).unwrap().is_whole(false));
    let copy = other.cache.best(&Query { versions: vec![1], ..Query::ready(&item.key) }).unwrap().unwrap();
    let plain = |item: &Item| Item {
        id: 0,
        path: std::path::PathBuf::new(),
        record: None,
        status: Status::Ready,
        ..item.clone()
    };
    let original = sandbox.cache.item(item.id).unwrap().unwrap();
    assert_eq!(plain(&copy), plain(&original));
    let by_param = Query { params: serde_json::from_str(r#"{"g": {"x": "y"}}"#).unwrap(), ..Query::default() };
    assert_eq!(other.cache.count(&by_param).unwrap(), 2);

    let mut file = Vec::new();
    sandbox.cache.export(&mut file, &everything, true).unwrap();
    let fresh = Sandbox::new();
    fresh.cache.import(&mut file.as_slice()).unwrap();
    assert_eq!(fresh.cache.salt().unwrap(), sandbox.cache.salt().unwrap());
    assert!(newest(&fresh.cache, "p").is_some_and(|item| item.sha256 == private.sha256));
    other.cache.salt().unwrap();
    assert_eq!(other.cache.import(&mut file.as_slice()).unwrap_err().code(), "usage");
}

#[test]
fn a_damaged_export_is_refused_whole() {
    let sandbox = Sandbox::new();
    for n in 0..4_u8 {
        put(&sandbox.cache, &format!("a{n}"), &[n; 700]);
    }
    let mut file = Vec::new();
    sandbox.cache.export(&mut file, &Query::default(), false).unwrap();
    let other = Sandbox::new();
    let end = file.iter().rposition(|b| *b != 0).unwrap();
    for n in 0..200 {
        let mut broken = file.clone();
        let at = n * end / 200;
        if n % 3 == 0 {
            broken.truncate(at);
        } else {
            broken[at] ^= 1 << (n % 8);
        }
        match other.cache.import(&mut broken.as_slice()) {
            Err(_) => assert_eq!(other.cache.count(&Query { all: true, ..Query::default() }).unwrap(), 0, "{at}"),
            // Padding says nothing.
            Ok(told) => {
                assert_eq!(told.items, 4, "{at}");
                assert!(other.cache.verify(None, false).unwrap().is_whole(false));
                other.cache.remove(&Which::Query(Box::default()), Removal::Purge).unwrap();
            }
        }
    }
    assert!(files(&other.folder().join("blobs")).is_empty(), "nothing is left of what was refused");
    assert!(files(&other.folder().join("partial")).is_empty());
}

#[test]
fn conditions_find_attributes_in_their_types() {
    let sandbox = Sandbox::new();
    let cache = &sandbox.cache;
    for n in 0..10_i64 {
        let mut new = by_hand(&format!("a{n}"));
        let text = ["species=human", "species=mouse"][usize::from(n % 2 == 0)];
        for text in
            [format!("rows={n}"), format!("g.score={n}.5"), text.to_owned(), format!("d=date:2026-01-0{}", n + 1)]
                .iter()
                .take(if n == 9 { 3 } else { 4 })
        {
            new.attributes.push(crate::attribute_text::parse(text, Timestamp::now()).unwrap());
        }
        cache.put_from(&mut &[7; 3][..usize::try_from(n % 3).unwrap()], &new).unwrap();
    }
    let count = |texts: &[&str], any| {
        let parse = |text: &&str| Condition::parse(text, Timestamp::now(), &Secrets::default()).unwrap();
        let conditions: Vec<_> = texts.iter().map(parse).collect();
        let query = Query { conditions, any, ..Query::default() };
        let limited = Query { limit: Some(100), ..query.clone() };
        assert_eq!(cache.search(&limited).unwrap().len() as u64, cache.count(&query).unwrap());
        cache.count(&query).unwrap()
    };
    for (text, expected) in [
        ("rows = 3", 1),
        ("rows = 3.0", 1),
        ("rows >= 7", 3),
        ("rows != 0", 9),
        ("rows = str:3", 0),
        ("score < 2", 2),
        ("g.score > 8", 2),
        ("h.score > 8", 0),
        ("species = human", 5),
        ("species ~ h*", 5),
        ("species ~ [hm]*", 10),
        ("species in human,mouse,3", 10),
        ("rows in 1,2,99", 2),
        ("rows in json:[1,\"2\"]", 1),
        ("d < date:2026-01-03", 2),
        ("nothing = 1", 0),
        ("size = 0", 4),
        ("filename ~ a1*", 1),
        ("status = READY", 10),
        ("uri = http://h/a1", 1),
        ("version > 1", 0),
        ("last_read > 1h", 10),
        ("created_at < 1h", 0),
        ("id in 1,2", 2),
        ("label = x", 0),
    ] {
        assert_eq!(count(&[text], false), expected, "{text}");
    }
    assert_eq!(count(&["rows >= 5", "species = human"], false), 3);
    assert_eq!(count(&["rows >= 5", "species = human"], true), 7);
    assert_eq!(count(&["rows = 1", "size = 0"], true), 5);
    let path = newest(cache, "a3").unwrap().path;
    assert_eq!(count(&[&format!("path = {}", path.display())], false), 1);
    assert_eq!(count(&[&format!("version_id = {}-1", key("a3"))], false), 1);
    drop(Cache::open(&options(&sandbox.folder()), &sandbox.heard).unwrap());
}
