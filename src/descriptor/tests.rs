//! Keys to the byte, and what is sent.

use crate::descriptor::Descriptor;
use crate::descriptor::address::parse_url;
use crate::descriptor::header::Header;
use crate::descriptor::payload::{Part, PartContent, Payload, Piece};
use crate::digest::Digest;
use crate::error::Kind;
use crate::secret::Secrets;
use serde_json::json;

fn key(change: impl FnOnce(&mut Descriptor)) -> String {
    let mut descriptor = Descriptor::new("http://Example.org:80/a b?x=1#f").unwrap();
    change(&mut descriptor);
    descriptor.resolve(&Secrets::default()).unwrap().identity.key(b"salt").0
}

fn hash(text: &str) -> String {
    Digest::sha256(text.as_bytes()).hex()
}

/// The text that is hashed, written out: these may never change.
#[test]
fn keys_to_the_byte() {
    let uri = r#""uri":"http://example.org/a%20b?x=1""#;
    assert_eq!(key(|_| ()), hash(&format!(r#"{{"params":{{}},{uri}}}"#)));
    assert_eq!(key(|_| ()), "c774b2da37c9fee0fdb8310f6ab554d21f09145c71fd97251366af9083042c81");
    assert_eq!(
        key(|d| {
            d.headers.push(Header::parse("X-B:  2 ").unwrap());
            d.headers.push(Header::parse("accept: t").unwrap());
            d.headers.push(Header::parse("x-b: 1").unwrap());
        }),
        hash(&format!(r#"{{"params":{{"request":{{"headers":[["accept","t"],["x-b","2"],["x-b","1"]]}}}},{uri}}}"#))
    );
    assert_eq!(
        key(|d| d.payload = Payload::Data(vec![Piece::Bytes(b"a=1".to_vec()), Piece::Bytes(b"b".to_vec())])),
        hash(&format!(r#"{{"params":{{"request":{{"body":"sha256:{}","method":"POST"}}}},{uri}}}"#, hash("a=1&b")))
    );
    assert_eq!(
        key(|d| d.payload = Payload::Json(Piece::Bytes(br#"{ "b": 9007199254740993, "a": 1.0 }"#.to_vec()))),
        hash(&format!(
            r#"{{"params":{{"request":{{"body":"sha256:{}","method":"POST"}}}},{uri}}}"#,
            hash(r#"{"a":1,"b":"int:9007199254740993"}"#)
        ))
    );
    assert_eq!(
        key(|d| {
            d.key_params.insert("n".into(), json!(9_007_199_254_740_993_u64));
            d.key_params.insert("A".into(), json!(["", 9_007_199_254_740_992_u64]));
        }),
        hash(&format!(r#"{{"params":{{"A":["",9007199254740992],"n":"int:9007199254740993"}},{uri}}}"#))
    );
    assert_eq!(
        key(|d| d.query.push(("q".into(), "a b&c".into()))),
        hash(r#"{"params":{},"uri":"http://example.org/a%20b?x=1&q=a%20b%26c"}"#)
    );
    assert_eq!(
        key(|d| {
            d.payload = Payload::Form(vec![Part { name: "k".into(), content: PartContent::Text("v".into()) }]);
        }),
        hash(&format!(r#"{{"params":{{"request":{{"form":[["k",{{"text":"v"}}]],"method":"POST"}}}},{uri}}}"#))
    );
}

#[test]
fn credentials_join_salted_or_by_name_and_are_never_shown() {
    let secret = |d: &mut Descriptor| d.headers.push(Header::parse("Authorization: Bearer hunter2").unwrap());
    let plain = key(|_| ());
    let salted = key(secret);
    assert_ne!(salted, plain);
    let mut descriptor = Descriptor::new("http://u:pass1@h/?token=tok1").unwrap();
    secret(&mut descriptor);
    let identity = descriptor.resolve(&Secrets::default()).unwrap().identity;
    assert_ne!(identity.key(b"a"), identity.key(b"b"));
    let shown = format!("{identity:?} {:?}", identity.params(b"a"));
    for text in ["hunter2", "pass1", "tok1"] {
        assert!(!shown.contains(text), "{shown}");
        assert!(descriptor.secret_texts(&Secrets::default()).contains(&text.to_owned()), "{text}");
    }
    let named = |token: &str| {
        key(|d| {
            d.headers.push(Header::parse(&format!("Authorization: {token}")).unwrap());
            d.auth_id = Some("ci".into());
        })
    };
    assert_eq!(named("a"), named("b"));
    assert_ne!(named("a"), plain);
    assert_eq!(key(|d| d.auth_id = Some("ci".into())), plain, "without a credential the name joins nothing");
}

#[test]
fn presigned_urls_share_a_key_apart_from_unsigned_ones() {
    let of = |url: &str| Descriptor::new(url).unwrap().resolve(&Secrets::default()).unwrap().identity.key(b"");
    let one = of("https://h/a?X-Amz-Signature=1&X-Amz-Date=2");
    assert_eq!(one, of("https://h/a?X-Amz-Signature=3"));
    assert_ne!(one, of("https://h/a"));
    assert_eq!(one.0, hash(r#"{"params":{"signed":true},"uri":"https://h/a"}"#));
}

#[test]
fn what_is_sent() {
    let mut descriptor = Descriptor::new("http://a%40b:c@h/#f").unwrap();
    descriptor.payload = Payload::Form(vec![Part { name: "k\"".into(), content: PartContent::Text("v".into()) }]);
    let request = descriptor.resolve(&Secrets::default()).unwrap().request;
    assert_eq!((request.url.as_str(), request.method.as_str()), ("http://h/", "POST"));
    assert_eq!(request.credentials.unwrap().user, "a@b");
    let mut text = String::new();
    let body = request.body.unwrap();
    std::io::Read::read_to_string(&mut body.reader().unwrap(), &mut text).unwrap();
    assert_eq!(text.len() as u64, body.size());
    assert!(text.contains("name=\"k%22\"\r\n\r\nv\r\n--dl-"), "{text}");
}

#[test]
fn bad_urls_and_headers_are_usage_errors() {
    for bad in [
        "example.com/x",
        "example.com:80/x",
        "gopher://h/",
        "http://",
        "http://h/\n",
        "/etc/passwd",
        "",
        "http://a%2Fb/",
    ] {
        let error = parse_url(bad).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{bad}");
    }
    assert_eq!(parse_url("example.com/x").unwrap_err().hint_text(), Some("did you mean `https://example.com/x`?"));
    assert!(parse_url(&format!("http://h/{}", "a".repeat(65_534))).is_err());
    assert!(parse_url("http://h/ä b").is_ok());
    for bad in ["x", "x y: 1", ": 1", "a: b\r\nc: d", "Content-Length: 1", "connection: close", "Transfer-Encoding:"] {
        assert!(Header::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(Header::parse("A;").unwrap(), Header::Set("a".into(), Vec::new()));
    assert_eq!(Header::parse("A:").unwrap(), Header::Without("a".into()));
}
