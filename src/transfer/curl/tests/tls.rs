//! TLS: roots, client certificates, versions, and ends without a farewell.

use super::{CONNECT_TIMEOUT, Got, call, receive, request, run, server};
use crate::secret::Secret;
use crate::transfer::backend::{Backend, Framing};
use crate::transfer::curl::Curl;
use crate::transfer::job::{HttpVersion, Options, ProxyUrl, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use url::Url;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

pub(super) type Stream = StreamOwned<ServerConnection, TcpStream>;

pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    fn leaf(&self, usage: ExtendedKeyUsagePurpose) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.0).unwrap(), key)
    }

    pub(super) fn config(
        &self,
        versions: &[&'static rustls::SupportedProtocolVersion],
        wants_client: bool,
    ) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(versions).unwrap();
        let builder = if wants_client {
            let mut roots = RootCertStore::empty();
            roots.add(self.0.der().clone()).unwrap();
            builder.with_client_cert_verifier(
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap(),
            )
        } else {
            builder.with_no_client_auth()
        };
        let (leaf, key) = self.leaf(ExtendedKeyUsagePurpose::ServerAuth);
        let chain: Vec<CertificateDer<'static>> = vec![leaf.der().clone()];
        builder.with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap()).unwrap()
    }
}

/// A TLS stream, for the server's side.
pub(super) fn accept(config: &Arc<ServerConfig>, stream: TcpStream) -> Stream {
    StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), stream)
}

fn tls_server(config: ServerConfig, response: impl Into<String>, farewell: bool) -> SocketAddr {
    let (config, response) = (Arc::new(config), response.into());
    server(move |_, stream| {
        let mut stream = accept(&config, stream);
        if request(&mut stream).is_empty() {
            // Closing now could take the alert from the client before it reads it.
            let _ = std::io::copy(&mut stream.sock, &mut std::io::sink());
            return;
        }
        let _ = stream.write_all(response.as_bytes());
        if farewell {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    })
}

fn ask(tls: Tls, address: SocketAddr) -> Got {
    let curl = Curl::new(&Options { tls, ..Options::default() }).unwrap();
    run(&curl, call("GET", &format!("https://localhost:{}/", address.port())))
}

pub(super) fn trusting(authority: &Authority) -> Tls {
    Tls { roots: Some(authority.pem()), ..Tls::default() }
}

#[test]
fn certificates_are_verified() {
    let authority = Authority::new();
    let address = tls_server(authority.config(rustls::ALL_VERSIONS, false), OK, true);
    let got = ask(trusting(&authority), address);
    assert!(got.ended && got.data == b"hello", "{got:?}");
    assert!(got.head.as_ref().is_some_and(|(_, _, tls)| *tls));
    for wrong in [trusting(&Authority::new()), Tls::default()] {
        let got = ask(wrong, address);
        assert_eq!(got.failure(), ("tls", "certificate"));
        assert!(got.failed.is_some_and(|f| f.unsent && !f.transient));
    }
    assert!(ask(Tls { insecure: true, ..Tls::default() }, address).ended);
    // One odd certificate among the roots does not spoil the others.
    let mut odd = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
    odd.extend(authority.pem());
    assert!(ask(Tls { roots: Some(odd), ..Tls::default() }, address).ended);
}

#[test]
fn names_are_verified() {
    let authority = Authority::new();
    let address = tls_server(authority.config(rustls::ALL_VERSIONS, false), OK, true);
    let curl = Curl::new(&Options { tls: trusting(&authority), ..Options::default() }).unwrap();
    assert!(run(&curl, call("GET", &format!("https://127.0.0.1:{}/", address.port()))).ended);
    let got = run(&curl, call("GET", &format!("https://127.0.0.2:{}/", address.port())));
    assert!(matches!(got.failure(), ("tls", "certificate") | ("network", "connect")), "{got:?}");
}

#[test]
fn the_least_version_holds() {
    let authority = Authority::new();
    let address = tls_server(authority.config(&[&rustls::version::TLS12], false), OK, true);
    assert!(ask(trusting(&authority), address).ended);
    let got = ask(Tls { only_tls13: true, ..trusting(&authority) }, address);
    assert_eq!(got.failure(), ("tls", "tls_handshake"));
    assert!(got.failed.is_some_and(|f| !f.transient));
}

#[test]
fn client_certificates() {
    for versions in [&[&rustls::version::TLS12][..], &[&rustls::version::TLS13]] {
        let authority = Authority::new();
        let address = tls_server(authority.config(versions, true), OK, true);
        let (certificate, key) = authority.leaf(ExtendedKeyUsagePurpose::ClientAuth);
        let tls = Tls {
            certificate: Some(certificate.pem().into_bytes()),
            key: Some(Secret::new(key.serialize_pem())),
            ..trusting(&authority)
        };
        let got = ask(tls.clone(), address);
        assert!(got.ended, "{got:?}");
        let got = ask(trusting(&authority), address);
        assert_eq!(got.failure().0, "tls", "{got:?}");
        assert!(got.failed.is_some_and(|f| !f.transient));
        let other = Tls { key: Some(Secret::new(KeyPair::generate().unwrap().serialize_pem())), ..tls };
        assert_eq!(ask(other, address).failure().0, "tls");
    }
}

#[test]
fn ends_without_a_farewell() {
    let authority = Authority::new();
    let quiet = |response: String| tls_server(authority.config(rustls::ALL_VERSIONS, false), response, false);
    // A complete body needs none.
    let got = ask(
        trusting(&authority),
        quiet(format!("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n{}", "x".repeat(3_000_000))),
    );
    assert!(got.ended && got.data.len() == 3_000_000, "{:?}", got.failed);
    // But when the end comes with the last bytes, libcurl's rustls backend loses these: an error, and never less.
    for small in [OK, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"] {
        let got = ask(trusting(&authority), quiet(small.to_owned()));
        assert!(got.data == b"hello" || got.failed.as_ref().is_some_and(|f| f.transient), "{got:?}");
        assert_eq!(got.ended, got.data == b"hello", "{got:?}");
    }
    // One without framing does: anybody could have cut it.
    let unframed = "HTTP/1.1 200 OK\r\n\r\nhello";
    let got = ask(trusting(&authority), quiet(unframed.to_owned()));
    assert!(!got.ended && got.failed.is_some_and(|f| f.transient));
    let got = ask(trusting(&authority), tls_server(authority.config(rustls::ALL_VERSIONS, false), unframed, true));
    assert!(got.ended && got.framing() == Framing::Unframed, "{got:?}");
}

#[test]
fn no_tls_at_all() {
    let authority = Authority::new();
    let plain = server(|_, mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    let got = ask(trusting(&authority), plain);
    assert_eq!(got.failure(), ("tls", "tls_handshake"));
    let closed = server(|_, mut stream| {
        let _ = stream.read(&mut [0; 4096]);
    });
    let got = ask(trusting(&authority), closed);
    assert_eq!(got.failure(), ("tls", "tls_handshake"));
    assert!(got.failed.is_some_and(|f| f.unsent && f.transient));
}

#[test]
fn streams_share_a_connection_by_negotiation() {
    let authority = Authority::new();
    let mut config = authority.config(rustls::ALL_VERSIONS, false);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let (config, connections) = (Arc::new(config), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&connections);
    let address = server(move |_, stream| {
        count.fetch_add(1, Ordering::SeqCst);
        let plain = plain_side(accept(&config, stream));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            plain.set_nonblocking(true).unwrap();
            let stream = tokio::net::TcpStream::from_std(plain).unwrap();
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                let response = http::Response::builder().header("content-length", "5").body(()).unwrap();
                respond.send_response(response, false).unwrap().send_data("hello".into(), true).unwrap();
            }
        });
    });
    for (number, http_version) in [HttpVersion::Auto, HttpVersion::Http2].into_iter().enumerate() {
        let curl = Curl::new(&Options { tls: trusting(&authority), http_version, ..Options::default() }).unwrap();
        let url = format!("https://localhost:{}/", address.port());
        let arrivals: Vec<_> = (0..10).map(|_| curl.start(call("GET", &url), CONNECT_TIMEOUT)).collect();
        for arrival in &arrivals {
            let got = receive(arrival);
            assert!(got.ended, "{got:?}");
            assert_eq!((got.head().version, got.framing()), ("2", Framing::Length(5)));
        }
        assert_eq!(connections.load(Ordering::SeqCst), number + 1);
    }
}

/// The other end of a socket pair that carries what a TLS stream carries: the crate `h2` wants a plain one.
fn plain_side(stream: Stream) -> TcpStream {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (far, _) = listener.accept().unwrap();
    let StreamOwned { mut conn, mut sock } = stream;
    while conn.is_handshaking() {
        conn.complete_io(&mut sock).unwrap();
    }
    std::thread::spawn(move || {
        sock.set_nonblocking(true).unwrap();
        far.set_nonblocking(true).unwrap();
        let (mut far, mut buffer) = (far, [0; 16_384]);
        loop {
            let _ = conn.complete_io(&mut sock);
            if let Ok(n) = conn.reader().read(&mut buffer) {
                if n == 0 {
                    return;
                }
                far.write_all(&buffer[..n]).unwrap();
            }
            match far.read(&mut buffer) {
                Ok(0) => return,
                Ok(n) => conn.writer().write_all(&buffer[..n]).unwrap(),
                Err(_) => std::thread::sleep(std::time::Duration::from_millis(1)),
            }
        }
    });
    near
}

#[test]
fn a_proxy_over_tls_is_verified() {
    let authority = Authority::new();
    let address = tls_server(authority.config(rustls::ALL_VERSIONS, false), OK, true);
    let through = |tls| {
        let mut through = call("GET", "http://origin.invalid/x");
        through.proxy = Some(ProxyUrl(Url::parse(&format!("https://localhost:{}", address.port())).unwrap()));
        run(&Curl::new(&Options { tls, ..Options::default() }).unwrap(), through)
    };
    let got = through(trusting(&authority));
    assert!(got.ended && got.head.as_ref().is_some_and(|(_, _, tls)| !tls), "{got:?}");
    // `--insecure` is about origins.
    assert_eq!(through(Tls { insecure: true, ..Tls::default() }).failure(), ("tls", "certificate"));
}
