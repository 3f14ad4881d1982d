//! libcurl's error codes as errors of ours: one table, and what each means before and after the response head.

use super::head::too_large;
use super::setup::{is_tls, proxy_address};
use crate::error::{Error, Kind};
use crate::transfer::backend::{Call, WireError};
use crate::transfer::fault::refused_by_proxy;
use std::time::Duration;
use url::Url;

// Codes that the crate has no name for.
const FTP_WEIRD_PASS_REPLY: u32 = 11;
const FTP_ACCEPT_FAILED: u32 = 10;
const FTP_WEIRD_PASV_REPLY: u32 = 13;
const FTP_WEIRD_227_FORMAT: u32 = 14;
const FTP_CANT_GET_HOST: u32 = 15;
const FTP_COULDNT_SET_TYPE: u32 = 17;
const FTP_COULDNT_RETR_FILE: u32 = 19;
const FTP_PORT_FAILED: u32 = 30;
const FTP_COULDNT_USE_REST: u32 = 31;
const REMOTE_DISK_FULL: u32 = 70;
const PROXY: u32 = 97;
const SSL_CLIENT_CERTIFICATE: u32 = 98;
const TOO_LARGE: u32 = 100;

/// What an error is made from: who was asked, and how far it went.
#[derive(Debug)]
pub(super) struct Asked {
    url: Url,
    proxy: Option<String>,
    connect_timeout: Duration,
}

/// How a request ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// libcurl's code.
    pub(super) code: u32,
    /// libcurl's words.
    pub(super) text: String,
    /// Whether the final head was told.
    pub(super) after_head: bool,
    /// Whether the connection stood and the request began.
    pub(super) connected: bool,
    /// Whether bytes of the request were sent.
    pub(super) sent: bool,
    /// The last status or reply code.
    pub(super) response: u16,
    /// The proxy's status in answer to CONNECT; 0 if there was none.
    pub(super) connect_response: u16,
}

impl Asked {
    /// Remembers of a call what errors name.
    pub(super) fn new(call: &Call, connect_timeout: Duration) -> Self {
        let proxy = call.proxy.as_ref().and_then(|p| proxy_address(&p.0).ok());
        Self { url: call.url.clone(), proxy, connect_timeout }
    }

    /// The origin's host name.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    fn origin(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port_or_known_default().or(if self.url.scheme() == "ftps" { Some(990) } else { None }) {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Whom the connection goes to.
    fn peer(&self) -> String {
        match &self.proxy {
            Some(proxy) => format!("the proxy `{proxy}`"),
            None => format!("`{}`", self.origin()),
        }
    }

    /// The error for an end that libcurl calls a failure.
    pub(super) fn failure(&self, ended: &Ended) -> WireError {
        let text = ended.text.as_str();
        let wire = if ended.after_head { self.after_head(ended) } else { self.before_head(ended) };
        WireError { error: if text.is_empty() { wire.error } else { wire.error.cause(text) }, ..wire }
    }

    fn after_head(&self, ended: &Ended) -> WireError {
        let unsent = false;
        if ended.code == curl_sys::CURLE_OUT_OF_MEMORY {
            return WireError { error: out_of_memory(), unsent, transient: false };
        }
        if ended.code == TOO_LARGE {
            return WireError { error: too_large("trailers"), unsent, transient: false };
        }
        let chunk = ended.code == curl_sys::CURLE_RECV_ERROR && ended.text.contains("chunk");
        // The last is libcurl's word for bad trailers.
        let malformed = [curl_sys::CURLE_BAD_CONTENT_ENCODING, curl_sys::CURLE_FTP_WEIRD_SERVER_REPLY];
        if chunk || (malformed.contains(&ended.code) && !self.is_ftp()) {
            let error =
                Error::new(Kind::Network, "bad_framing", format!("the body from `{}` is malformed", self.origin()));
            return WireError { error, unsent, transient: false };
        }
        WireError { error: truncated(&self.origin()), unsent, transient: true }
    }

    fn before_head(&self, ended: &Ended) -> WireError {
        let unsent = !ended.connected || !ended.sent;
        let wire = |error, transient| WireError { error, unsent, transient };
        let network = |code, message: String, transient| wire(Error::new(Kind::Network, code, message), transient);
        let (origin, peer) = (self.origin(), self.peer());
        if let Some(proxy) = &self.proxy
            && !ended.connected
            && ended.connect_response != 0
            && ended.connect_response / 100 != 2
        {
            return refused_by_proxy(proxy, &origin, ended.connect_response);
        }
        if ended.text.contains("alert") && is_tls(&self.url) {
            // TLS 1.3 tells only after the handshake that a client certificate is missing or wrong.
            return wire(tls("tls_handshake", &origin), false);
        }
        if ended.code == curl_sys::CURLE_FTP_WEIRD_SERVER_REPLY && ended.text.contains("Multiple Location") {
            let why = format!("redirect {} without a usable `Location`: there are several", ended.response);
            return wire(Error::new(Kind::Http, "redirect_location", why), false);
        }
        // No answer to CONNECT, or none that is HTTP.
        let lost = ended.text.contains("Proxy CONNECT aborted");
        let malformed = ended.code == curl_sys::CURLE_FTP_WEIRD_SERVER_REPLY;
        if self.proxy.is_some() && !ended.connected && (lost || malformed) {
            return network("proxy_refused", format!("{peer} did not connect to `{origin}`"), lost);
        }
        match ended.code {
            curl_sys::CURLE_UNSUPPORTED_PROTOCOL
            | curl_sys::CURLE_FTP_WEIRD_SERVER_REPLY
            | curl_sys::CURLE_BAD_CONTENT_ENCODING => {
                if self.is_ftp() {
                    return self.ftp_reply(ended, unsent);
                }
                network("bad_framing", format!("the response of `{origin}` is malformed"), false)
            }
            curl_sys::CURLE_URL_MALFORMAT => wire(Error::usage("libcurl does not take this URL"), false),
            curl_sys::CURLE_COULDNT_RESOLVE_PROXY => {
                network("proxy_resolve", format!("cannot find the address of {peer}"), true)
            }
            curl_sys::CURLE_COULDNT_RESOLVE_HOST => {
                network("resolve", format!("cannot find the address of `{}`", self.host()), true)
            }
            curl_sys::CURLE_COULDNT_CONNECT if ended.text.contains("rustls") => {
                wire(tls("tls_handshake", &origin), false)
            }
            curl_sys::CURLE_COULDNT_CONNECT => {
                let code = if self.proxy.is_some() { "proxy_connect" } else { "connect" };
                network(code, format!("cannot connect to {peer}"), true)
            }
            PROXY => {
                let denied = ["authentication", "rejected"].iter().any(|word| ended.text.contains(word));
                network("proxy_refused", format!("{peer} did not connect to `{origin}`"), !denied)
            }
            // libcurl's word for FTP's "service not available, closing control connection".
            curl_sys::CURLE_OPERATION_TIMEDOUT if self.is_ftp() && ended.response == 421 => {
                network("ftp", format!("`{origin}` takes no more connections (421)"), true)
            }
            curl_sys::CURLE_OPERATION_TIMEDOUT => wire(self.timeout(ended), true),
            curl_sys::CURLE_SSL_CONNECT_ERROR => {
                let lost = ["closed abruptly", "from socket", "to socket"].iter().any(|w| ended.text.contains(w));
                wire(tls("tls_handshake", &self.tls_peer()), lost)
            }
            curl_sys::CURLE_PEER_FAILED_VERIFICATION => wire(tls("certificate", &self.tls_peer()), false),
            curl_sys::CURLE_SSL_CERTPROBLEM
            | curl_sys::CURLE_SSL_CIPHER
            | curl_sys::CURLE_USE_SSL_FAILED
            | curl_sys::CURLE_SSL_CACERT_BADFILE
            | curl_sys::CURLE_SSL_SHUTDOWN_FAILED
            | curl_sys::CURLE_SSL_CRL_BADFILE
            | curl_sys::CURLE_SSL_ISSUER_ERROR
            | curl_sys::CURLE_SSL_ENGINE_NOTFOUND
            | curl_sys::CURLE_SSL_ENGINE_SETFAILED
            | curl_sys::CURLE_SSL_ENGINE_INITFAILED
            | SSL_CLIENT_CERTIFICATE => wire(tls("tls", &self.tls_peer()), false),
            TOO_LARGE => wire(too_large("bytes"), false),
            curl_sys::CURLE_RECV_ERROR if ended.text.contains("Too large response headers") => {
                wire(too_large("bytes"), false)
            }
            curl_sys::CURLE_GOT_NOTHING => {
                network("connection_lost", format!("{peer} closed the connection without an answer"), true)
            }
            curl_sys::CURLE_HTTP2 | curl_sys::CURLE_HTTP2_STREAM => {
                network("http2", format!("the HTTP/2 exchange with `{origin}` failed"), true)
            }
            curl_sys::CURLE_REMOTE_ACCESS_DENIED
            | curl_sys::CURLE_REMOTE_FILE_NOT_FOUND
            | curl_sys::CURLE_LOGIN_DENIED
            | FTP_WEIRD_PASS_REPLY
            | FTP_COULDNT_SET_TYPE
            | FTP_COULDNT_RETR_FILE
            | FTP_COULDNT_USE_REST
            | REMOTE_DISK_FULL
            | curl_sys::CURLE_BAD_DOWNLOAD_RESUME => self.ftp_reply(ended, unsent),
            FTP_ACCEPT_FAILED | FTP_WEIRD_PASV_REPLY | FTP_WEIRD_227_FORMAT | FTP_CANT_GET_HOST | FTP_PORT_FAILED => {
                network("ftp", format!("`{origin}` opened no data connection"), true)
            }
            curl_sys::CURLE_OUT_OF_MEMORY => wire(out_of_memory(), false),
            curl_sys::CURLE_SEND_ERROR | curl_sys::CURLE_RECV_ERROR | curl_sys::CURLE_PARTIAL_FILE => {
                network("connection_lost", format!("the connection to {peer} broke before an answer came"), true)
            }
            code => wire(Error::new(Kind::Other, "libcurl", format!("libcurl failed with code {code}")), false),
        }
    }

    fn is_ftp(&self) -> bool {
        self.url.scheme().starts_with("ftp")
    }

    /// Whose certificate it is: libcurl does not say, but to a proxy over TLS all goes first.
    fn tls_peer(&self) -> String {
        match &self.proxy {
            Some(proxy) if proxy.starts_with("https:") && !is_tls(&self.url) => proxy.clone(),
            Some(proxy) if proxy.starts_with("https:") => format!("{}` or its proxy `{proxy}", self.origin()),
            _ => self.origin(),
        }
    }

    fn timeout(&self, ended: &Ended) -> Error {
        if ended.connected {
            let message = format!("`{}` did not answer in time", self.origin());
            return Error::new(Kind::Timeout, "response_timeout", message);
        }
        let seconds = self.connect_timeout.as_secs_f64();
        Error::new(Kind::Timeout, "connect_timeout", format!("no connection to {} within {seconds} s", self.peer()))
            .hint("`--connect-timeout` gives it more time")
    }

    /// A refusal of an FTP server; replies of 4yz are passing troubles (RFC 959, 4.2.1).
    fn ftp_reply(&self, ended: &Ended, unsent: bool) -> WireError {
        let (origin, reply) = (self.origin(), ended.response);
        let error = match ended.code {
            curl_sys::CURLE_LOGIN_DENIED => {
                Error::new(Kind::Http, "ftp_login", format!("`{origin}` denied the login ({reply})"))
            }
            curl_sys::CURLE_REMOTE_FILE_NOT_FOUND => {
                Error::new(Kind::Http, "ftp_reply", format!("`{origin}` has no such file ({reply})"))
            }
            curl_sys::CURLE_REMOTE_ACCESS_DENIED => {
                Error::new(Kind::Http, "ftp_reply", format!("`{origin}` does not open that directory ({reply})"))
            }
            curl_sys::CURLE_BAD_DOWNLOAD_RESUME => Error::new(
                Kind::Http,
                "offset_beyond_end",
                format!("the file at `{origin}` is shorter than the part already here"),
            ),
            curl_sys::CURLE_UNSUPPORTED_PROTOCOL | curl_sys::CURLE_FTP_WEIRD_SERVER_REPLY => {
                Error::new(Kind::Network, "ftp", format!("`{origin}` did not answer as an FTP server"))
            }
            _ => Error::new(Kind::Http, "ftp_reply", format!("`{origin}` answered {reply}")),
        };
        WireError { error, unsent, transient: reply / 100 == 4 }
    }
}

/// The error for a body that ended too early.
pub(super) fn truncated(from: &str) -> Error {
    Error::new(Kind::Integrity, "truncated", format!("the body from `{from}` ended too early"))
}

/// The error of a callback of ours, which ended the request.
pub(super) fn refusal(error: Error) -> WireError {
    WireError { error, unsent: false, transient: false }
}

fn tls(code: &'static str, peer: &str) -> Error {
    let what = if code == "certificate" { "the certificate of" } else { "no TLS connection to" };
    let tail = if code == "certificate" { " is not trusted" } else { "" };
    Error::new(Kind::Tls, code, format!("{what} `{peer}`{tail}"))
}

fn out_of_memory() -> Error {
    Error::new(Kind::Other, "memory", "out of memory")
}
