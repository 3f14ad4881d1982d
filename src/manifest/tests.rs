//! Tests of manifests: their form, their references, what is refused.

use crate::digest::Digest;
use crate::error::Result;
use crate::manifest::walk::{Behind, Node, bottom_up, walk_with};
use crate::manifest::{BYTES_MAX, Manifest, Reference, Unfit};
use serde_json::json;

fn read(text: &str) -> Result<Manifest, Unfit> {
    Manifest::read(text.as_bytes())
}

fn stored(text: &str) -> String {
    String::from_utf8(read(text).unwrap().to_bytes().unwrap()).unwrap()
}

/// RFC 8785, sections 3.2.2 and 3.2.3, and numbers of its appendix B.
#[test]
fn what_is_stored_is_canonical() {
    assert_eq!(stored(r#" {"value":{}, "class":"A"} "#), r#"{"class":"A","value":{}}"#);
    let numbers = r#"{"class":"A","value":{"n":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]}}"#;
    assert_eq!(stored(numbers), r#"{"class":"A","value":{"n":[333333333.3333333,1e+30,4.5,0.002,1e-27]}}"#);
    let literals =
        r#"{"class":"A","value":{"l":[null,true,false],"s":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"}}"#;
    assert_eq!(
        stored(literals),
        "{\"class\":\"A\",\"value\":{\"l\":[null,true,false],\"s\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}}"
    );
    let sorted = r#"{"class":"A","value":{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}}"#;
    assert_eq!(
        stored(sorted),
        "{\"class\":\"A\",\"value\":{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}}"
    );
    let edges =
        r#"{"class":"A","value":{"a":[-0,0.0,5e-324,-1.7976931348623157e308,9007199254740992,295147905179352830000]}}"#;
    assert_eq!(
        stored(edges),
        r#"{"class":"A","value":{"a":[0,0,5e-324,-1.7976931348623157e+308,9007199254740992,295147905179352830000]}}"#
    );
}

#[test]
fn what_leaves_doubt_is_told_from_what_is_none() {
    let deep = format!(r#"{{"class":"A","value":{{"a":{}{}}}}}"#, "[".repeat(127), "]".repeat(127));
    for text in [
        r#"{"class":"A","class":"B","value":{}}"#,
        r#"{"class":"A","value":{"a":1,"a":1}}"#,
        r#"{"class":"A","value":{"a":NaN}}"#,
        r#"{"class":"A","value":{"a":1e400}}"#,
        r#"{"class":"A","value":{"a":9007199254740993}}"#,
        r#"{"class":"A","value":{"a":-9007199254740993}}"#,
        r#"{"class":"A","value":{"a":"\udead"}}"#,
        r#"{"class":"A","value":{"a":{"$ref":"sha256:12"}}}"#,
        &deep,
        &format!(r#"{{"class":"A","value":{{"a":"{}"}}}}"#, "x".repeat(BYTES_MAX)),
    ] {
        assert!(matches!(read(text), Err(Unfit::Unsound(_))), "{:.80} {:?}", text, read(text).map(|m| m.class));
        assert_eq!(Manifest::of_user(text.as_bytes()).unwrap_err().kind().exit_code(), 2, "{text:.80}");
    }
    let deepest = format!(r#"{{"class":"A","value":{{"a":{}{}}}}}"#, "[".repeat(126), "]".repeat(126));
    assert!(read(&deepest).is_ok());
    for text in [
        "",
        "hello",
        "[1]",
        "{",
        "{asdf",
        r#"{"asdf":123}"#,
        r#"{"class":"A"}"#,
        r#"{"class":1,"value":{}}"#,
        r#"{"class":"","value":{}}"#,
        r#"{"class":"A","value":1}"#,
        r#"{"class":"A","value":{},"more":1}"#,
        &"x".repeat(BYTES_MAX + 1),
    ] {
        assert!(matches!(read(text), Err(Unfit::Other(_))), "{text:.80}");
    }
}

#[test]
fn references_are_found_wherever_they_stand() {
    let hash = |name: &str| format!("sha256:{}", Digest::sha256(name.as_bytes()).hex());
    let text = json!({"class": "A", "value": {
        "b": {"$ref": hash("b"), "uri": "https://h/", "executable": true},
        "list": [1, {"$ref": hash("l"), "file": true}],
        "deep": {"er": {"$ref": hash("d")}},
        "schema": {"$ref": "#/definitions/x"},
        "text": hash("no reference"),
    }})
    .to_string();
    let found = read(&text).unwrap().references().unwrap();
    let told: Vec<(String, Digest, bool, bool)> =
        found.into_iter().map(|r| (r.path(), r.digest, r.executable, r.is_file)).collect();
    let expected = |path: &str, name: &str, x, f| (path.to_owned(), Digest::sha256(name.as_bytes()), x, f);
    assert_eq!(
        told,
        [expected("b", "b", true, false), expected("deep/er", "d", false, false), expected("list/1", "l", false, true)]
    );
}

fn reference(key: &str, to: &str) -> Reference {
    let digest = Digest::sha256(to.as_bytes());
    Reference { keys: vec![key.to_owned()], digest, executable: false, is_file: false }
}

/// Walks a made-up graph: from each name to others.
fn walked(edges: &[(&str, &[&str])]) -> Result<Vec<(String, bool)>> {
    let of = |name: &Digest| {
        let found = edges.iter().find(|(from, _)| Digest::sha256(from.as_bytes()) == *name);
        found.map(|(_, to)| to.iter().map(|to| reference(to, to)).collect::<Vec<_>>()).unwrap_or_default()
    };
    let top = Digest::sha256(b"top");
    let mut told = Vec::new();
    let mut load =
        |reference: &Reference| Ok(Node { behind: Behind::Blob, size: 0, references: of(&reference.digest) });
    walk_with(
        &top,
        of(&top),
        &mut load,
        &mut |step| {
            told.push((step.path.clone(), step.seen));
            Ok(())
        },
        &mut |_| (),
    )?;
    // Whatever the graph, what is referred to comes before what refers to it.
    let order = bottom_up(&top, of(&top), &mut load)?;
    for (at, digest) in order.iter().enumerate() {
        assert!(of(digest).iter().all(|below| order[..at].contains(&below.digest)), "{edges:?}");
        assert!(!order[..at].contains(digest), "{edges:?}");
    }
    assert_eq!((order.last(), order.len()), (Some(&top), told.iter().filter(|(_, seen)| !seen).count() + 1));
    Ok(told)
}

#[test]
fn references_are_followed_once_and_cycles_named() {
    let told = walked(&[("top", &["a", "b"]), ("a", &["c"]), ("b", &["c", "a"]), ("c", &["d"])]).unwrap();
    let told: Vec<(&str, bool)> = told.iter().map(|(path, seen)| (path.as_str(), *seen)).collect();
    assert_eq!(told, [("a", false), ("a/c", false), ("a/c/d", false), ("b", false), ("b/c", true), ("b/a", true)]);
    let error = walked(&[("top", &["a"]), ("a", &["b"]), ("b", &["top"])]).unwrap_err();
    assert_eq!((error.code(), error.kind()), ("cycle", crate::error::Kind::Integrity));
    assert!(error.causes()[0].contains("`a/b/top` leads back"), "{error}");
    // A history may be long: each manifest refers to the one before.
    let names: Vec<String> = std::iter::once("top".to_owned()).chain((0..500).map(|n| n.to_string())).collect();
    let chain: Vec<(&str, [&str; 1])> = names.windows(2).map(|two| (two[0].as_str(), [two[1].as_str()])).collect();
    let edges: Vec<(&str, &[&str])> = chain.iter().map(|(from, to)| (*from, to.as_slice())).collect();
    assert_eq!(walked(&edges).unwrap().len(), 500);
}
