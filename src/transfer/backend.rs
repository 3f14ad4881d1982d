//! What a backend must do: send one request that is decided to the last field, and tell what comes back.
//!
//! A backend follows no redirect, retries nothing, decodes nothing, reads no environment and no netrc, and has no
//! time limit but the one for connecting: all of that is decided above it, once, for all backends. It works on
//! threads of its own and tells signals through a bounded channel, so that receiving overlaps hashing and writing,
//! and whoever waits for a signal can stop waiting at any moment. Dropping the [`Arrival`] cancels the request.
//!
//! Both must give the same bytes, the same kind and the same code. Where the library below does not allow it:
//!
//! | | reqwest | libcurl |
//! |---|---|---|
//! | interim (1xx) heads | not shown: neither told nor counted; an endless row of them ends by `--stall-timeout` (5) | told, at most 16 (4) |
//! | names of fields | in lower case | as they came |
//! | `Accept` taken back | sent empty: the client would add its own | not sent |
//! | TLS closed without `close_notify`, and all of head, body and end there at once | fine if framed | the bytes are lost: `connection_lost` (4), or `truncated` (8) behind the head, both tried again; never a shorter body |
//! | empty lines before the status line | skipped | malformed (4) |
//! | bare LF in the framing of chunks | malformed (4) | taken |
//! | endless extensions of a chunk | malformed (4) | dropped, until a time limit |
//! | a proxy's status in answer to CONNECT | asked for once more; not known of a proxy over TLS | told |
//! | ftp, ftps, file | no | yes |
//!
//! Why: reqwest does not hand a request's extensions, where hyper looks for a listener to 1xx, down to hyper, and has
//! no way to take its default `Accept` away. libcurl's `cr_recv` reads on until its buffer is full, and returns the
//! error of the last read in place of what it had read before.

use super::job::ProxyUrl;
use crate::error::{Error, Kind};
use crate::message::{Body, Credentials, Fields, Head};
use bytes::Bytes;
use std::cell::RefCell;
use std::time::{Duration, Instant};
use url::Url;

/// One request, decided to the last field.
#[derive(Debug, Clone)]
pub struct Call {
    /// The method.
    pub method: String,
    /// Where to; no user info, no fragment.
    pub url: Url,
    /// All fields that are sent, but for `Host`, `Content-Length` and the connection's own.
    pub fields: Fields,
    /// For FTP only: in HTTP they stand in `fields`.
    pub credentials: Option<Credentials>,
    /// The body.
    pub body: Option<Body>,
    /// The proxy, decided for this URL; `None`: direct.
    pub proxy: Option<ProxyUrl>,
    /// For FTP and `file:` only: the offset to begin at.
    pub offset: u64,
}

/// How the body's end is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// By a length.
    Length(u64),
    /// By the protocol (chunked, HTTP/2, no body at all).
    Framed,
    /// By nothing but the end of the connection.
    Unframed,
}

/// What comes back, in this order: any `Interim`, one `Head`, any `Data`, one `End`; or `Failed` at any point.
#[derive(Debug)]
pub enum Signal {
    /// A 1xx head.
    Interim(Head),
    /// The final head.
    Head {
        /// The head itself.
        head: Head,
        /// How the body's end is told.
        framing: Framing,
        /// Whether it came over TLS (to the origin, not to a proxy).
        tls: bool,
    },
    /// Bytes of the body, as sent (content codings not decoded).
    Data(Bytes),
    /// The body ended as its framing said.
    End,
    /// It ends here.
    Failed(WireError),
}

/// Why an exchange ended too early.
#[derive(Debug, Clone)]
pub struct WireError {
    /// The error, its kind fitting the place: before the head `Network`, `Timeout` or `Tls`; after it `Integrity`
    /// for an early end (`truncated`), `Network` for malformed framing (`bad_framing`).
    pub error: Error,
    /// Whether the server cannot have seen the request (so that even a POST may be sent again).
    pub unsent: bool,
    /// Whether another try could help: not for certificates, unknown hosts, malformed messages.
    pub transient: bool,
}

/// A response on its way.
#[derive(Debug)]
pub struct Arrival {
    signals: flume::Receiver<Signal>,
    /// Cancels the request when dropped.
    cancel: RefCell<Option<Cancel>>,
}

/// Runs a closure when dropped.
pub struct Cancel(Option<Box<dyn FnOnce() + Send>>);

impl Cancel {
    /// What is to be run.
    pub fn new(run: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(run)))
    }
}

impl Drop for Cancel {
    fn drop(&mut self) {
        if let Some(run) = self.0.take() {
            run();
        }
    }
}

impl std::fmt::Debug for Cancel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cancel")
    }
}

/// Why no signal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// Not within the time given.
    TooLong,
}

impl Arrival {
    /// An arrival whose signals come through this channel.
    #[must_use]
    pub fn new(signals: flume::Receiver<Signal>, cancel: Cancel) -> Self {
        Self { signals, cancel: RefCell::new(Some(cancel)) }
    }

    /// Cancels the request now: its connection is closed, unless the body has come to its end.
    pub fn stop(&self) {
        drop(self.cancel.take());
    }

    /// The next signal, waited for at most until `until`.
    ///
    /// # Errors
    /// `Waited::TooLong`. A backend that vanished is a `Failed` signal.
    pub fn next(&self, until: Instant) -> Result<Signal, Waited> {
        match self.signals.recv_deadline(until) {
            Ok(signal) => Ok(signal),
            Err(flume::RecvTimeoutError::Timeout) => Err(Waited::TooLong),
            Err(flume::RecvTimeoutError::Disconnected) => Ok(Signal::Failed(WireError {
                error: Error::new(Kind::Other, "backend", "the backend stopped without a word"),
                unsent: false,
                transient: false,
            })),
        }
    }
}

/// Carries requests. One for all transfers of a command; its connections are shared by them.
pub trait Backend: Send + Sync {
    /// `reqwest` or `curl`.
    fn name(&self) -> &'static str;

    /// Starts a request and returns at once. Connecting, TLS included, takes at most `connect_timeout`; beyond it the
    /// arrival fails with `Timeout` (`connect_timeout`), `unsent`.
    fn start(&self, call: Call, connect_timeout: Duration) -> Arrival;
}
