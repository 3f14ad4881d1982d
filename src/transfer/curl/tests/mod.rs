//! The backend against servers made of raw sockets, which can cut a connection or lie.

mod framing;
mod ftp;
mod http;
mod tls;

use super::Curl;
use crate::message::{Fields, Head};
use crate::transfer::backend::{Arrival, Backend, Call, Framing, Signal, WireError};
use crate::transfer::job::Options;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};
use url::Url;

/// Nothing in these tests should take that long.
const PATIENCE: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// A server that hands each connection, numbered from 0, to `serve` on a thread of its own.
pub(super) fn server(serve: impl Fn(usize, TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = std::sync::Arc::new(serve);
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let serve = serve.clone();
            std::thread::spawn(move || serve(number, stream.unwrap()));
        }
    });
    address
}

/// A server that answers each connection's first request with these bytes, and closes.
pub(super) fn answer(bytes: impl Into<Vec<u8>>) -> SocketAddr {
    let bytes = bytes.into();
    server(move |_, mut stream| {
        request(&mut stream);
        let _ = stream.write_all(&bytes);
    })
}

/// Reads a request head; empty if the connection ended.
pub(super) fn request(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

pub(super) fn call(method: &str, url: &str) -> Call {
    Call {
        method: method.to_owned(),
        url: Url::parse(url).unwrap(),
        fields: Fields::new(),
        credentials: None,
        body: None,
        proxy: None,
        offset: 0,
    }
}

pub(super) fn curl() -> Curl {
    Curl::new(&Options::default()).unwrap()
}

/// All that came.
#[derive(Debug, Default)]
pub(super) struct Got {
    pub(super) interim: Vec<Head>,
    pub(super) head: Option<(Head, Framing, bool)>,
    pub(super) data: Vec<u8>,
    pub(super) ended: bool,
    pub(super) failed: Option<WireError>,
}

impl Got {
    pub(super) fn head(&self) -> &Head {
        &self.head.as_ref().unwrap_or_else(|| panic!("no head: {self:?}")).0
    }

    pub(super) fn framing(&self) -> Framing {
        self.head.as_ref().unwrap_or_else(|| panic!("no head: {self:?}")).1
    }

    pub(super) fn failure(&self) -> (&'static str, &'static str) {
        let failed = self.failed.as_ref().unwrap_or_else(|| panic!("no failure: {:?}", self.head));
        (failed.error.kind().name(), failed.error.code())
    }
}

/// Takes all signals, and checks their order.
pub(super) fn receive(arrival: &Arrival) -> Got {
    let mut got = Got::default();
    let until = Instant::now() + PATIENCE;
    loop {
        match arrival.next(until).expect("a signal in time") {
            Signal::Interim(head) => {
                assert!(got.head.is_none());
                got.interim.push(head);
            }
            Signal::Head { head, framing, tls } => {
                assert!(got.head.is_none());
                got.head = Some((head, framing, tls));
            }
            Signal::Data(bytes) => {
                assert!(got.head.is_some() && !bytes.is_empty());
                got.data.extend_from_slice(&bytes);
            }
            Signal::End => {
                assert!(got.head.is_some());
                got.ended = true;
                return got;
            }
            Signal::Failed(error) => {
                got.failed = Some(error);
                return got;
            }
        }
    }
}

pub(super) fn run(curl: &Curl, call: Call) -> Got {
    receive(&curl.start(call, CONNECT_TIMEOUT))
}

pub(super) fn get(address: SocketAddr) -> Got {
    run(&curl(), call("GET", &format!("http://{address}/")))
}
