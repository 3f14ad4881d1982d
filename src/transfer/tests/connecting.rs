//! Connections: kept, proxied, encrypted, refused.

use crate::error::Kind;
use crate::message::Credentials;
use crate::secret::Secret;
use crate::transfer::job::{BackendChoice, HttpVersion, Options, Resolve};
use crate::transfer::tests::{BACKEND, Origin, Outcome, all, fetch, fetch_job, job, options, read_head, say};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use url::Url;

all! {
    connections_are_shared
    names_that_are_given_addresses
    what_cannot_be_reached
    http_versions
    certificates_are_verified
    a_connection_that_ends_without_farewell
    proxies
}

fn connections_are_shared() {
    let origin = Origin::new(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 302 X\r\nLocation: /next\r\nContent-Length: 3\r\n\r\nabc");
        let head = read_head(stream);
        assert!(head.starts_with("GET /next"));
        say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    assert_eq!(fetch(&origin).bytes(), b"ok");
    assert_eq!(origin.heads().len(), 1);
}

fn names_that_are_given_addresses() {
    let origin = Origin::saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let port = origin.url.port().unwrap();
    let url = Url::parse(&format!("http://somewhere.invalid:{port}/x")).unwrap();
    let resolve =
        |port| vec![Resolve { host: "somewhere.invalid".to_owned(), port, addresses: vec![[127, 0, 0, 1].into()] }];
    assert_eq!(fetch_job(&job(&url), Options { resolve: resolve(port), ..options() }).bytes(), b"ok");
    let other = fetch_job(&job(&url), Options { resolve: resolve(port ^ 1), retries: 0, ..options() });
    other.failed(Kind::Network, "resolve");
}

fn what_cannot_be_reached() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome =
        fetch_job(&job(&Url::parse(&format!("http://{closed}/")).unwrap()), Options { retries: 1, ..options() });
    outcome.failed(Kind::Network, "connect");
    assert_eq!(outcome.result.unwrap_err().exchange.attempts, 2);
    let ftp = fetch_job(
        &job(&Url::parse("ftp://127.0.0.1/x").unwrap()),
        Options { backend: BackendChoice::Reqwest, ..options() },
    );
    assert_eq!(ftp.error().kind(), Kind::Usage);
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let https = Url::parse(&format!("https://{}/", plain.local_addr().unwrap())).unwrap();
    std::thread::spawn(move || say(&mut plain.accept().unwrap().0, "HTTP/1.1 400 Bad Request\r\n\r\n"));
    let outcome = fetch_job(&job(&https), Options { retries: 0, ..options() });
    assert_eq!(outcome.error().kind(), Kind::Tls, "{}", outcome.error());
}

fn http_versions() {
    let origin = Origin::saying("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let old = Options { http_version: HttpVersion::Http10, ..options() };
    let outcome = fetch_job(&job(&origin.url), old);
    assert_eq!(outcome.bytes(), b"ok");
    assert_eq!(outcome.result.unwrap().exchange.head.unwrap().version, "1.0");
    assert!(origin.heads()[0].contains("HTTP/1.0\r\n"));
}

/// An origin that speaks TLS with a certificate of its own CA; gives the CA in PEM. The answer is sent, and then the
/// connection ends, with a farewell only if so wished.
fn tls_origin(answer: &'static str, farewell: bool) -> (Url, Vec<u8>) {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let pem = key.cert.pem().into_bytes();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let secret = rustls_pki_types::PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], secret)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("https://localhost:{}/file.bin", listener.local_addr().unwrap().port())).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            let mut head = [0; 4096];
            if tls.read(&mut head).is_err() {
                continue;
            }
            let _ = tls.write_all(answer.as_bytes());
            if farewell {
                connection.send_close_notify();
                let _ = connection.complete_io(&mut stream);
            }
        }
    });
    (url, pem)
}

fn certificates_are_verified() {
    let (url, pem) = tls_origin("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true);
    let resolve = vec![Resolve {
        host: "localhost".to_owned(),
        port: url.port().unwrap(),
        addresses: vec![[127, 0, 0, 1].into()],
    }];
    let at_home = Options { resolve, ..options() };
    let untrusted = fetch_job(&job(&url), at_home.clone());
    untrusted.failed(Kind::Tls, "certificate");
    assert_eq!(untrusted.result.unwrap_err().exchange.attempts, 1);
    let tls = crate::transfer::job::Tls { roots: Some(pem), ..Default::default() };
    let trusted = fetch_job(&job(&url), Options { tls: tls.clone(), ..at_home.clone() });
    assert_eq!(trusted.bytes(), b"ok");
    assert_eq!(trusted.result.unwrap().exchange.tls_verified, Some(true));
    let only13 = crate::transfer::job::Tls { only_tls13: true, ..tls.clone() };
    assert_eq!(fetch_job(&job(&url), Options { tls: only13, ..at_home.clone() }).bytes(), b"ok");
    let insecure = crate::transfer::job::Tls { insecure: true, ..Default::default() };
    let outcome = fetch_job(&job(&url), Options { tls: insecure, ..at_home.clone() });
    assert_eq!(outcome.result.unwrap().exchange.tls_verified, Some(false));
    // Another name than the certificate's.
    let mut other = url.clone();
    other.set_host(Some("elsewhere.invalid")).unwrap();
    let resolve = vec![Resolve {
        host: "elsewhere.invalid".to_owned(),
        port: url.port().unwrap(),
        addresses: vec![[127, 0, 0, 1].into()],
    }];
    fetch_job(&job(&other), Options { tls: tls.clone(), resolve, ..options() }).failed(Kind::Tls, "certificate");
    let wrong = crate::transfer::job::Tls { certificate: Some(b"x".to_vec()), ..tls };
    assert_eq!(fetch_job(&job(&url), Options { tls: wrong, ..at_home }).error().kind(), Kind::Usage);
}

fn a_connection_that_ends_without_farewell() {
    let at = |answer, farewell| {
        let (url, pem) = tls_origin(answer, farewell);
        let resolve = vec![Resolve {
            host: "localhost".to_owned(),
            port: url.port().unwrap(),
            addresses: vec![[127, 0, 0, 1].into()],
        }];
        let tls = crate::transfer::job::Tls { roots: Some(pem), ..Default::default() };
        fetch_job(&job(&url), Options { tls, resolve, retries: 0, ..options() })
    };
    // Where all of it is there at once, libcurl loses what it read: then the error before the head.
    let is_lost = |outcome: &Outcome| {
        let lost = outcome.result.as_ref().err().is_some_and(|failed| failed.error.code() == "connection_lost");
        lost && BACKEND.get() == BackendChoice::Curl
    };
    let framed = at("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false);
    assert!(is_lost(&framed) || framed.bytes() == b"ok");
    assert_eq!(at("HTTP/1.1 200 OK\r\n\r\nok", true).bytes(), b"ok");
    let unframed = at("HTTP/1.1 200 OK\r\n\r\nok", false);
    if !is_lost(&unframed) {
        unframed.failed(Kind::Integrity, "truncated");
    }
    at("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", true).failed(Kind::Integrity, "truncated");
}

fn through(proxy: &Url) -> Options {
    let mut url = proxy.clone();
    url.set_path("");
    url.set_username("user").unwrap();
    url.set_password(Some("hunter2")).unwrap();
    let proxy = Some(crate::transfer::job::ProxyUrl(url));
    let proxies = crate::transfer::job::Proxies { http: proxy.clone(), https: proxy, ..Default::default() };
    Options { proxies, retries: 0, ..options() }
}

fn proxies() {
    let proxy = Origin::saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let mut secret = job(&Url::parse("http://somewhere.invalid/x").unwrap());
    secret.request.credentials = Some(Credentials { user: "u".to_owned(), password: Secret::new("p") });
    assert_eq!(fetch_job(&secret, through(&proxy.url)).bytes(), b"ok");
    let head = proxy.heads()[0].to_ascii_lowercase();
    assert!(head.starts_with("get http://somewhere.invalid/x http/1.1"), "{head}");
    assert!(head.contains("proxy-authorization: basic"), "{head}");
    let https = job(&Url::parse("https://somewhere.invalid/x").unwrap());
    for status in [403, 407, 502] {
        let refusing = Origin::new(move |_, head, stream| {
            assert!(!head.to_ascii_lowercase().contains("\r\nauthorization"), "{head}");
            say(stream, &format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n"));
        });
        let mut secret = https.clone();
        secret.request.credentials.clone_from(&Some(Credentials { user: "u".to_owned(), password: Secret::new("p") }));
        let outcome = fetch_job(&secret, through(&refusing.url));
        outcome.failed(Kind::Network, "proxy_refused");
        let text = format!("{:?} {:?}", outcome.error(), outcome.notes.0.lock().unwrap());
        assert!(
            text.contains(&format!("http://127.0.0.1:{}", refusing.url.port().unwrap())) && !text.contains("hunter2"),
            "{text}"
        );
    }
    let plain = Origin::saying("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
    fetch_job(&job(&Url::parse("http://somewhere.invalid/x").unwrap()), through(&plain.url))
        .failed(Kind::Network, "proxy_refused");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = Url::parse(&format!("http://{closed}")).unwrap();
    fetch_job(&https, through(&gone)).failed(Kind::Network, "proxy_connect");
    let mut direct = through(&gone);
    direct.proxies.except = vec!["127.0.0.0/8".to_owned()];
    assert_eq!(fetch_job(&job(&proxy.url), direct).bytes(), b"ok");
}
