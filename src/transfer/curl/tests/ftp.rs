//! FTP against a server of a few commands, in the clear and over TLS.

use super::{CONNECT_TIMEOUT, Got, call, curl, run, server, tls};
use crate::message::Credentials;
use crate::secret::Secret;
use crate::transfer::backend::{Backend, Framing, Signal};
use crate::transfer::curl::Curl;
use crate::transfer::job::Options;
use crate::transfer::job::ProxyUrl;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use url::Url;

const BODY: &[u8] = b"0123456789";

/// What the server does beside the usual.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quirk {
    None,
    NoSize,
    CutsData,
    NoLogin,
    Busy,
}

type Seen = Arc<Mutex<Vec<String>>>;

/// A connection, in the clear or not.
trait Wire: Read + Write {
    fn finish(&mut self) {}
}

impl Wire for TcpStream {}

impl Wire for tls::Stream {
    fn finish(&mut self) {
        self.conn.send_close_notify();
        let _ = self.flush();
    }
}

type Wrap = Box<dyn Fn(TcpStream) -> Box<dyn Wire> + Send + Sync>;

fn ftp(quirk: Quirk) -> (SocketAddr, Seen) {
    serve(quirk, Box::new(|stream| Box::new(stream)))
}

fn serve(quirk: Quirk, wrap: Wrap) -> (SocketAddr, Seen) {
    let seen = Seen::default();
    let note = Arc::clone(&seen);
    let address = server(move |_, stream| {
        let _ = session(stream, quirk, &note, &wrap);
    });
    (address, seen)
}

fn line(control: &mut dyn Wire) -> Option<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        control.read_exact(&mut byte).ok()?;
        line.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn session(stream: TcpStream, quirk: Quirk, seen: &Seen, wrap: &Wrap) -> std::io::Result<()> {
    let mut control = wrap(stream);
    if quirk == Quirk::Busy {
        return control.write_all(b"421 Too many users\r\n");
    }
    control.write_all(b"220 Hello\r\n")?;
    let data = TcpListener::bind("127.0.0.1:0")?;
    let port = data.local_addr()?.port();
    let mut offset = 0;
    while let Some(line) = line(&mut *control) {
        seen.lock().unwrap().push(line.clone());
        let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
        let known = argument == "file" || argument == "empty" || argument == "big";
        let size = if argument == "empty" { 0 } else { BODY.len() };
        let reply = match verb {
            "USER" => "331 Password".to_owned(),
            "PASS" if quirk == Quirk::NoLogin => "530 No".to_owned(),
            "PASS" => "230 Welcome".to_owned(),
            "PWD" => "257 \"/\"".to_owned(),
            "PBSZ" | "PROT" | "TYPE" => "200 Fine".to_owned(),
            "CWD" if argument == "dir" => "250 There".to_owned(),
            "EPSV" => format!("229 Entering (|||{port}|)"),
            "MDTM" if known => "213 20010909014640".to_owned(),
            "SIZE" if quirk == Quirk::NoSize => "502 No".to_owned(),
            "SIZE" if argument == "big" => format!("213 {}", 1_u64 << 40),
            "SIZE" if known => format!("213 {size}"),
            "REST" => {
                offset = argument.parse().unwrap_or(0);
                "350 From there".to_owned()
            }
            "RETR" if known => {
                control.write_all(b"150 Here it comes\r\n")?;
                let mut data = wrap(data.accept()?.0);
                match argument {
                    "big" => while data.write_all(&[0; 8_192]).is_ok() {},
                    "empty" => {}
                    _ if quirk == Quirk::CutsData => data.write_all(&BODY[..4])?,
                    _ => data.write_all(&BODY[offset..])?,
                }
                data.finish();
                drop(data);
                if quirk == Quirk::CutsData { "426 Aborted" } else { "226 Done" }.to_owned()
            }
            "QUIT" => return control.write_all(b"221 Bye\r\n"),
            "SIZE" | "MDTM" | "RETR" | "CWD" => "550 No such file".to_owned(),
            _ => "502 What".to_owned(),
        };
        control.write_all(format!("{reply}\r\n").as_bytes())?;
    }
    Ok(())
}

fn get(address: SocketAddr, path: &str) -> Got {
    run(&curl(), call("GET", &format!("ftp://{address}/{path}")))
}

#[test]
fn files_with_what_is_known_of_them() {
    let (address, seen) = ftp(Quirk::None);
    let got = get(address, "dir/file");
    assert!(got.ended && got.data == BODY, "{got:?}");
    assert_eq!((got.framing(), got.head().status, got.head().version), (Framing::Length(10), 150, ""));
    assert_eq!(got.head().fields.text("last-modified").unwrap(), "Sun, 09 Sep 2001 01:46:40 GMT");
    assert_eq!(got.head().content_length(), Some(10));
    let seen = seen.lock().unwrap().join("\n");
    assert!(seen.contains("USER anonymous") && seen.contains("EPSV") && !seen.contains("PORT"), "{seen}");

    let got = get(address, "empty");
    assert!(got.ended && got.data.is_empty() && got.head().content_length() == Some(0), "{got:?}");

    let got = run(&curl(), call("HEAD", &format!("ftp://{address}/file")));
    assert!(got.ended && got.data.is_empty(), "{got:?}");
    assert_eq!((got.framing(), got.head().content_length()), (Framing::Framed, Some(10)));
    assert!(got.head().fields.contains("last-modified"));

    let (address, _) = ftp(Quirk::NoSize);
    let got = get(address, "file");
    assert!(got.ended && got.data == BODY && got.framing() == Framing::Framed, "{got:?}");
}

#[test]
fn goes_on_at_an_offset() {
    let (address, _) = ftp(Quirk::None);
    let mut rest = call("GET", &format!("ftp://{address}/file"));
    rest.offset = 4;
    let got = run(&curl(), rest.clone());
    assert!(got.ended && got.data == BODY[4..], "{got:?}");
    assert_eq!((got.framing(), got.head().content_length()), (Framing::Length(6), Some(6)));
    rest.offset = 10;
    let got = run(&curl(), rest.clone());
    assert!(got.ended && got.data.is_empty(), "{got:?}");
    rest.offset = 11;
    assert_eq!(run(&curl(), rest).failure(), ("http", "offset_beyond_end"));
}

#[test]
fn credentials_and_connections() {
    let (address, seen) = ftp(Quirk::None);
    let curl = curl();
    let mut ours = call("GET", &format!("ftp://{address}/file"));
    ours.credentials = Some(Credentials { user: "me@x".to_owned(), password: Secret::new("p:w") });
    assert!(run(&curl, ours.clone()).ended && run(&curl, ours).ended);
    let seen = seen.lock().unwrap();
    assert_eq!(seen.iter().filter(|l| *l == "PASS p:w").count(), 1, "{seen:?}");
    assert_eq!(seen.iter().filter(|l| *l == "RETR file").count(), 2);
}

#[test]
fn over_tls_the_data_too() {
    let authority = tls::Authority::new();
    let config = Arc::new(authority.config(rustls::ALL_VERSIONS, false));
    let (address, seen) = serve(Quirk::None, Box::new(move |stream| Box::new(tls::accept(&config, stream))));
    let curl = Curl::new(&Options { tls: tls::trusting(&authority), ..Options::default() }).unwrap();
    let url = format!("ftps://localhost:{}/dir/file", address.port());
    let got = run(&curl, call("GET", &url));
    assert!(got.ended && got.data == BODY, "{got:?}");
    assert!(got.head.as_ref().is_some_and(|(_, _, tls)| *tls));
    assert!(seen.lock().unwrap().contains(&"PROT P".to_owned()));
    assert_eq!(run(&super::curl(), call("GET", &url)).failure(), ("tls", "certificate"));
}

#[test]
fn refusals() {
    let (address, _) = ftp(Quirk::None);
    for (path, code) in [
        ("none", "ftp_reply"),
        ("none/file", "ftp_reply"),
        ("", "directory"),
        ("dir/", "directory"),
        ("dir%2F", "directory"),
    ] {
        let got = get(address, path);
        assert_eq!(got.failure(), ("http", code), "{path}: {got:?}");
        assert!(got.failed.is_some_and(|f| !f.transient));
    }
    for path in ["file;type=a", "file;type=d", "file;TYPE=A"] {
        assert_eq!(get(address, path).failure().0, "usage", "{path}");
    }
    assert!(get(address, "file;type=i").ended);
    assert_eq!(run(&curl(), call("POST", &format!("ftp://{address}/file"))).failure().0, "usage");
    assert_eq!(get(ftp(Quirk::NoLogin).0, "file").failure(), ("http", "ftp_login"));
    let busy = get(ftp(Quirk::Busy).0, "file");
    assert!(busy.failed.as_ref().is_some_and(|f| f.transient) && busy.failure().0 == "network", "{busy:?}");
    let got = get(ftp(Quirk::CutsData).0, "file");
    assert_eq!(got.failure(), ("integrity", "truncated"));
    assert!(got.failed.is_some_and(|f| f.transient));
}

#[test]
fn a_dropped_arrival_ends_the_transfer() {
    let (address, _) = ftp(Quirk::None);
    let curl = curl();
    let arrival = curl.start(call("GET", &format!("ftp://{address}/big")), CONNECT_TIMEOUT);
    assert!(matches!(arrival.next(Instant::now() + super::PATIENCE), Ok(Signal::Head { .. })));
    drop(arrival);
    assert!(run(&curl, call("GET", &format!("ftp://{address}/file"))).ended);
}

#[test]
fn credentials_never_reach_an_http_proxy() {
    let (origin, _) = ftp(Quirk::None);
    let seen = Arc::new(Mutex::new(String::new()));
    let note = Arc::clone(&seen);
    let proxy = server(move |_, mut client| {
        let asked = super::request(&mut client);
        note.lock().unwrap().push_str(&asked);
        let to = asked.split(' ').nth(1).unwrap_or_default().to_owned();
        let Ok(mut server) = TcpStream::connect(&to) else { return };
        client.write_all(b"HTTP/1.1 200 Yes\r\n\r\n").unwrap();
        let (mut back, mut client_back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut back, &mut client_back);
            let _ = client_back.shutdown(std::net::Shutdown::Write);
        });
        let _ = std::io::copy(&mut client, &mut server);
    });
    let mut through = call("GET", &format!("ftp://{origin}/file"));
    through.credentials = Some(Credentials { user: "me".to_owned(), password: Secret::new("hunter2") });
    through.proxy = Some(ProxyUrl(Url::parse(&format!("http://{proxy}")).unwrap()));
    let got = run(&curl(), through);
    assert!(got.ended && got.data == BODY, "{got:?}");
    let seen = seen.lock().unwrap();
    assert!(
        seen.starts_with(&format!("CONNECT {origin} ")) && !seen.contains("hunter2") && !seen.contains("Authorization"),
        "{seen}"
    );
}
