//! What went wrong inside reqwest, told by walking its chain of causes.

use crate::error::{Error, Kind};
use crate::transfer::backend::WireError;
use std::error::Error as Source;
use std::io;

/// Where a request was going, for messages.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// `host:port` of the origin.
    pub(super) origin: String,
    /// Whether TLS is spoken to it.
    pub(super) tls: bool,
    /// The proxy without its password.
    pub(super) proxy: Option<String>,
}

/// What to do about a proxy that wants credentials.
const PROXY_HINT: &str = "give its user and password in its URL: `-x http://USER:PASS@HOST:PORT`";

/// A name that was not resolved.
#[derive(Debug)]
pub(super) struct Unresolved {
    /// The name.
    pub(super) host: String,
    /// Why.
    pub(super) why: String,
    /// Whether asking again may help.
    pub(super) transient: bool,
}

impl std::fmt::Display for Unresolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot resolve `{}`: {}", self.host, self.why)
    }
}

impl Source for Unresolved {}

/// Calls `visit` with each error of the chain, those inside of I/O errors too, outermost first.
fn walk<'e>(error: &'e (dyn Source + 'static), visit: &mut dyn FnMut(&'e (dyn Source + 'static))) {
    let mut next = Some(error);
    while let Some(error) = next {
        visit(error);
        if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            walk(inner, visit);
        }
        next = error.source();
    }
}

/// The first error of that type in the chain.
fn find<'e, T: Source + 'static>(error: &'e (dyn Source + 'static)) -> Option<&'e T> {
    let mut found = None;
    walk(error, &mut |e| found = found.or_else(|| e.downcast_ref::<T>()));
    found
}

/// Whether an error of the chain says this.
fn says(error: &(dyn Source + 'static), text: &str) -> bool {
    let mut found = false;
    walk(error, &mut |e| found |= e.to_string().contains(text));
    found
}

/// The innermost words, for the cause.
fn innermost(error: &(dyn Source + 'static)) -> String {
    let mut words = String::new();
    walk(error, &mut |e| words = e.to_string());
    match words.find(" (os error") {
        Some(end) => words[..end].to_lowercase(),
        None => words,
    }
}

fn wire(kind: Kind, code: &'static str, message: String, error: &reqwest::Error) -> WireError {
    let error = Error::new(kind, code, message).cause(innermost(error));
    WireError { error, unsent: false, transient: false }
}

/// An error before the response head.
pub(super) fn before_head(error: &reqwest::Error, place: &Place) -> WireError {
    let connecting = error.is_connect();
    if let Some(name) = find::<Unresolved>(error) {
        let cause = Error::new(Kind::Network, "resolve", format!("cannot resolve `{}`", name.host)).cause(&name.why);
        WireError { error: cause, unsent: true, transient: name.transient }
    } else if let Some(failed) = find::<rustls::Error>(error) {
        let (code, what) = match failed {
            rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
                ("certificate", "the certificate is not trusted")
            }
            _ => ("tls_handshake", "the TLS handshake failed"),
        };
        let cause = Error::new(Kind::Tls, code, format!("{what} (`{}`)", place.origin)).cause(failed.to_string());
        let cause = match code {
            "certificate" => cause
                .hint("`--cacert FILE` names a CA of your own; `-k/--insecure` goes on without proof of who answers"),
            _ => cause,
        };
        WireError { error: cause, unsent: connecting, transient: false }
    } else if connecting {
        WireError { unsent: true, ..while_connecting(error, place) }
    } else {
        while_asking(error, place)
    }
}

fn while_connecting(error: &reqwest::Error, place: &Place) -> WireError {
    let to_proxy = says(error, "failed to create underlying connection");
    let refused = says(error, "tunnel error") || says(error, "SOCKS error");
    let tcp = says(error, "tcp connect error");
    if error.is_timeout() {
        let what = format!("no connection to `{}` in time (`--connect-timeout`)", place.origin);
        return WireError { transient: true, ..wire(Kind::Timeout, "connect_timeout", what, error) };
    }
    match &place.proxy {
        Some(proxy) if says(error, "proxy authorization required") => refused_by_proxy(proxy, &place.origin, 407),
        Some(proxy) if refused && !to_proxy && !tcp => {
            let what = format!("the proxy `{proxy}` did not connect to `{}`", place.origin);
            let refusal = wire(Kind::Network, "proxy_refused", what, error);
            if says(error, "auth") {
                return WireError { error: refusal.error.hint(PROXY_HINT), unsent: true, transient: false };
            }
            WireError { transient: !hides_status(error), ..refusal }
        }
        Some(proxy) if tcp || to_proxy => {
            let what = format!("cannot connect to the proxy `{proxy}`");
            WireError { transient: true, ..wire(Kind::Network, "proxy_connect", what, error) }
        }
        _ if place.tls && !tcp => {
            let what = format!("the connection to `{}` ended within the TLS handshake", place.origin);
            WireError { transient: true, ..wire(Kind::Tls, "tls_handshake", what, error) }
        }
        _ => {
            let what = format!("cannot connect to `{}`", place.origin);
            WireError { transient: true, ..wire(Kind::Network, "connect", what, error) }
        }
    }
}

/// Whether a connection that stood ended before the response head.
pub(super) fn is_lost_connection(error: &reqwest::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let broke = |kind| matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof);
    let incomplete = find::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message);
    let mut found = incomplete;
    walk(error, &mut |e| found |= e.downcast_ref::<io::Error>().is_some_and(|e| broke(e.kind())));
    found && !error.is_connect()
}

/// Whether a proxy answered CONNECT with a status that reqwest keeps to itself.
pub(super) fn hides_status(error: &reqwest::Error) -> bool {
    error.is_connect() && says(error, "tunnel error: unsuccessful")
}

/// A proxy that answered CONNECT with this status, which is no success.
pub(super) fn refused_by_proxy(proxy: &str, origin: &str, status: u16) -> WireError {
    let what = format!("the proxy `{proxy}` refused to connect to `{origin}` ({status})");
    let error = Error::new(Kind::Network, "proxy_refused", what);
    let error = if status == 407 { error.hint(PROXY_HINT) } else { error };
    WireError { error, unsent: true, transient: matches!(status, 429 | 500 | 502..=504) }
}

fn while_asking(error: &reqwest::Error, place: &Place) -> WireError {
    if let Some(failed) = find::<hyper::Error>(error) {
        if failed.is_parse() {
            let code = if says(error, "too large") { "head_too_large" } else { "bad_framing" };
            return wire(Kind::Network, code, format!("`{}` sent a malformed response head", place.origin), error);
        }
        if failed.is_canceled() {
            let what = format!("the connection to `{}` was closed", place.origin);
            return WireError { transient: true, unsent: true, ..wire(Kind::Network, "connection_lost", what, error) };
        }
        if failed.is_user() {
            return wire(Kind::Other, "request", "the request cannot be sent".to_owned(), error);
        }
    }
    if error.is_builder() {
        return wire(Kind::Usage, "usage", format!("the request to `{}` cannot be made", place.origin), error);
    }
    let what = format!("the connection to `{}` ended before the response head", place.origin);
    WireError { transient: true, ..wire(Kind::Network, "connection_lost", what, error) }
}

/// An error behind the response head.
pub(super) fn in_body(error: &reqwest::Error, received: u64) -> WireError {
    let malformed = !says(error, "unexpected EOF") && find::<rustls::Error>(error).is_none() && {
        let mut found = false;
        walk(error, &mut |e| {
            let kind = e.downcast_ref::<io::Error>().map(io::Error::kind);
            found |= matches!(kind, Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData));
        });
        found
    };
    if malformed {
        return wire(
            Kind::Network,
            "bad_framing",
            format!("malformed framing of the body after {received} bytes"),
            error,
        );
    }
    WireError {
        transient: true,
        ..wire(Kind::Integrity, "truncated", format!("the body ended early, after {received} bytes"), error)
    }
}

/// A stream that the server took back before its end, without calling it an error.
pub(super) fn reset_in_body(received: u64) -> WireError {
    let error = Error::new(Kind::Integrity, "truncated", format!("the body ended early, after {received} bytes"));
    WireError { error: error.cause("the stream was reset"), unsent: false, transient: true }
}
