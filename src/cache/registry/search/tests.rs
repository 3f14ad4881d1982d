//! Tests of the searches: what their plans are, and what they find.

use super::*;
use crate::cache::item::Status;
use crate::cache::registry::schema;

#[test]
fn the_text_after_a_prefix() {
    assert_eq!(after("ab").as_deref(), Some("ac"));
    assert_eq!(after("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
    assert_eq!(after("a\u{10ffff}").as_deref(), Some("b"));
    assert_eq!(after("\u{10ffff}"), None);
}

fn plan(connection: &Connection, text: &str, parameters: Vec<Value>) -> String {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
    let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| row.get::<_, String>(3)).unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

/// A registry of twenty thousand items, as the planner meets it.
fn large() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    schema::migrate(&connection).unwrap();
    connection
        .execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
             INSERT INTO items (key, version, uri, params, status, filename, ext, label, size, sha256, fetched, attributes,
                 created_at, modified_at)
             SELECT printf('%064x', i / 2), 1 + i % 2, printf('http://h/%d', i / 2), '{}', CASE i % 100 WHEN 0 THEN 2 ELSE 3 END,
                 printf('f%d.tsv', i), 'e' || (i % 500), CASE i % 50 WHEN 0 THEN 'l' ELSE '' END, i, randomblob(32), 0, 0, i, i
             FROM n;
             INSERT INTO attr_int SELECT id, '', 'n', id % 1000 FROM items;
             INSERT INTO attr_varchar SELECT id, 'g', 's', 't' || (id / 2) FROM items;
             INSERT INTO params SELECT id, 'p', id FROM items",
        )
        .unwrap();
    connection
}

#[test]
fn no_search_reads_all_items() {
    let connection = large();
    let folder = tempfile::tempdir().unwrap();
    let folder = Folder::open(folder.path(), false).unwrap();
    let base = Query::default();
    let queries = [
        (Query { uris: vec!["http://h/7".to_owned()], ..base.clone() }, 2),
        (Query { uri_globs: vec!["http://h/77?".to_owned()], ..base.clone() }, 20),
        (Query { uri_globs: vec!["http://h/771*".to_owned(), "http://h/7".to_owned()], ..base.clone() }, 24),
        (Query { keys: vec![Key(format!("{:064x}", 9))], ..base.clone() }, 2),
        (Query { ids: vec![5, 6, 99_999], ..base.clone() }, 2),
        (Query { statuses: vec![Status::Failed], ..base.clone() }, 200),
        (Query { labels: vec!["l".to_owned()], ..base.clone() }, 400),
        (Query { exts: vec![".e7".to_owned()], ..base.clone() }, 40),
        (Query { filenames: vec!["f9.tsv".to_owned()], ..base.clone() }, 1),
        (Query { newer_than: Some(Timestamp(19_990)), ..base.clone() }, 11),
        (Query { older_than: Some(Timestamp(11)), ..base.clone() }, 10),
        (Query { versions: vec![1], keys: vec![Key(format!("{:064x}", 9))], ..base.clone() }, 1),
    ];
    let parse = |text: &str| Condition::parse(text, Timestamp(0), &crate::secret::Secrets::default()).unwrap();
    let wheres = |texts: &[&str], any| Query {
        conditions: texts.iter().map(|text| parse(text)).collect(),
        any,
        ..Query::default()
    };
    let attributes = [
        (wheres(&["n = 7"], false), 20),
        (wheres(&["n = 7.0"], false), 20),
        (wheres(&["n in 7,8"], false), 40),
        (wheres(&["n > 990"], false), 180),
        (wheres(&["s ~ t77*"], false), 110 * 2 + 2),
        (wheres(&["n = 14", "s = t7"], false), 1),
        (wheres(&["n = 7", "s = t8"], true), 22),
        (wheres(&["n = 7", "size = 3"], true), 21),
        (wheres(&["size < 11"], false), 10),
        (wheres(&["last_read < 1970-01-01T00:00:00.000011Z"], false), 10),
        (wheres(&["status = FAILED"], false), 200),
        (wheres(&["uri = http://h/7"], false), 2),
        (wheres(&["filename ~ f77.*"], false), 1),
        (Query { params: serde_json::from_str(r#"{"p": 7}"#).unwrap(), ..base.clone() }, 1),
    ];
    for (query, expected) in queries.into_iter().chain(attributes) {
        let (text, parameters) = question(&folder, &query, item::SELECT, &ways(&connection, &folder, &query).unwrap());
        let plan = plan(&connection, &text, parameters);
        assert!(!plan.contains("SCAN i"), "{query:?}\n{text}\n{plan}");
        assert_eq!(search(&connection, &folder, &query).unwrap().len(), expected, "{query:?}");
    }
    let key = Key(String::new());
    for text in [
        item::ROWS_OF_KEY.to_owned(),
        Named::Key(&key).question("ORDER BY i.version DESC"),
        Named::Version(&key, 1).question(""),
        Named::Uri("").question(NEWEST_MADE),
        Named::Digest(&Digest::sha256(b"")).question(NEWEST_MADE),
        "SELECT DISTINCT key FROM items WHERE key >= ?1 AND key < 'b' ORDER BY key LIMIT 9".to_owned(),
        "SELECT max(version), max(CASE WHEN status = 3 THEN version END) FROM items WHERE key = ?1".to_owned(),
        "SELECT sha256 FROM blobs WHERE boot = ?1 AND mtime < 7 LIMIT 9".to_owned(),
    ] {
        let marks = if text.contains("?2") { 2 } else { 1 };
        let plan = plan(&connection, &text, vec![Value::from("a".to_owned()); marks]);
        assert!(!plan.contains("SCAN"), "{text}\n{plan}");
    }
}

/// What has to read all items, for want of an index that could say: a text that may begin with anything, and counters, whose
/// indexes each read would have to change. Everything else is found, or read in an order that an index has until there are enough.
#[test]
fn every_field_and_order_has_its_index() {
    let connection = large();
    let folder = tempfile::tempdir().unwrap();
    let folder = Folder::open(folder.path(), false).unwrap();
    let key = format!("{:064x}", 9);
    let path = folder.item(&Key(key.clone()), 1, "f18.tsv").display().to_string();
    let wheres = [
        "id = 7".to_owned(),
        "id > 19990".to_owned(),
        format!("key = {key}"),
        format!("key ~ {}*", &key[..63]),
        format!("key in {key},00"),
        format!("version_id = {key}-1"),
        "uri = http://h/7".to_owned(),
        "uri ~ http://h/77?".to_owned(),
        "uri > http://h/9990".to_owned(),
        "status = FAILED".to_owned(),
        "status != READY".to_owned(),
        "status < READY".to_owned(),
        "status in TRASH,FAILED".to_owned(),
        "filename ~ f77?.tsv".to_owned(),
        "filename < f1000".to_owned(),
        "ext in e7,e8".to_owned(),
        "ext ~ e49?".to_owned(),
        "label = l".to_owned(),
        "label ~ l*".to_owned(),
        "size >= 19990".to_owned(),
        format!("sha256 = {key}"),
        format!("path = {path}"),
        format!("path ~ {}*", &path[..path.len() - 12]),
        "created_at < 1970-01-01T00:00:00.000011Z".to_owned(),
        "modified_at < 1970-01-01T00:00:00.000011Z".to_owned(),
        "modified_at = 1970-01-01T00:00:00.000011Z".to_owned(),
        "validated_at > 1970-01-02".to_owned(),
        "last_read >= 1970-01-01T00:00:00.01999Z".to_owned(),
    ];
    for text in wheres {
        let condition = Condition::parse(&text, Timestamp(0), &crate::secret::Secrets::default()).unwrap();
        for limit in [None, Some(100)] {
            let query = Query { conditions: vec![condition.clone()], limit, ..Query::default() };
            let ways = ways(&connection, &folder, &query).unwrap();
            let (sql, parameters) = question(&folder, &query, item::SELECT, &ways);
            let plan = plan(&connection, &sql, parameters);
            assert!(!plan.contains("SCAN i"), "{text}\n{sql}\n{plan}");
        }
    }
    for (name, sort) in Sort::ALL {
        for reverse in [false, true] {
            let query = Query { sort, reverse, limit: Some(100), ..Query::default() };
            let (sql, parameters) = question(&folder, &query, item::SELECT, &[]);
            let sorted = plan(&connection, &sql, parameters).contains("TEMP B-TREE");
            assert_eq!(sorted, is_counter(sort), "{name}\n{sql}");
        }
    }
}

/// What most items have is not looked up: they are read in their order until there are enough.
#[test]
fn what_most_items_have_is_no_way_to_find_them() {
    let connection = large();
    let folder = tempfile::tempdir().unwrap();
    let folder = Folder::open(folder.path(), false).unwrap();
    for text in ["size > 0", "size != 3", "created_at > 1970-01-01", "key > 00", "version > 0", "n >= 0"] {
        let condition = Condition::parse(text, Timestamp(0), &crate::secret::Secrets::default()).unwrap();
        for sort in [Sort::Id, Sort::Size, Sort::CreatedAt] {
            let query = Query { conditions: vec![condition.clone()], sort, limit: Some(9), ..Query::default() };
            let ways = ways(&connection, &folder, &query).unwrap();
            assert_eq!(ways, [Way::ByItem], "{text}");
            let (sql, parameters) = question(&folder, &query, item::SELECT, &ways);
            let plan = plan(&connection, &sql, parameters);
            assert!(!plan.contains("TEMP B-TREE FOR ORDER"), "{text} {sort:?}\n{sql}\n{plan}");
            assert_eq!(search(&connection, &folder, &query).unwrap().len(), 9, "{text}");
        }
    }
}

#[test]
fn order_and_limit() {
    let connection = large();
    let folder = tempfile::tempdir().unwrap();
    let folder = Folder::open(folder.path(), false).unwrap();
    let ids =
        |query: &Query| -> Vec<i64> { search(&connection, &folder, query).unwrap().iter().map(|i| i.id).collect() };
    let base = Query { limit: Some(3), ..Query::default() };
    assert_eq!(ids(&base), [1, 2, 3]);
    assert_eq!(ids(&Query { reverse: true, ..base.clone() }), [20_000, 19_999, 19_998]);
    assert_eq!(ids(&Query { sort: Sort::Version, ..base.clone() }), [2, 4, 6]);
    for (name, sort) in Sort::ALL {
        assert_eq!(ids(&Query { sort, ..base.clone() }).len(), 3, "{name}");
        assert_eq!(Sort::parse(name).unwrap(), sort);
    }
    assert!(Sort::parse("colour").unwrap_err().to_string().contains("created_at"));
}
