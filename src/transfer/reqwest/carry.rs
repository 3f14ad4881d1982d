//! What comes back, told as signals: the head, how the body's end is told, the body in pieces.

use crate::error::{Error, Kind, Result};
use crate::message::{Fields, Head};
use crate::transfer::backend::{Framing, Signal, WireError};
use crate::transfer::fault::{self, Place};
use bytes::{Bytes, BytesMut};
use hyper::body::Body as _;
use std::pin::Pin;
use std::task::Poll;

/// What a piece of a body has at least, if more is there.
const ENOUGH_BYTES: usize = 64 * 1024;

/// Tells what comes back.
pub(super) async fn carry(
    response: ::reqwest::Response,
    method: http::Method,
    place: &Place,
    signals: flume::Sender<Signal>,
) {
    let head = head_of(&response);
    let framing = match framing_of(&head, &method) {
        Ok(framing) => framing,
        Err(error) => {
            let _ = signals.send_async(Signal::Failed(WireError { error, unsent: false, transient: false })).await;
            return;
        }
    };
    if signals.send_async(Signal::Head { head, framing, tls: place.tls }).await.is_err() {
        return;
    }
    let is_http2 = response.version() == http::Version::HTTP_2;
    let mut body = ::reqwest::Body::from(response);
    let mut gathered = Gathered::default();
    let mut received = 0;
    loop {
        // Waits only where nothing is held back.
        let frame = std::future::poll_fn(|context| match Pin::new(&mut body).poll_frame(context) {
            Poll::Pending if !gathered.is_empty() => Poll::Ready(None),
            polled => polled.map(Some),
        });
        let signal = match frame.await.map(|frame| frame.map(|frame| frame.map(hyper::body::Frame::into_data))) {
            Some(Some(Ok(Ok(bytes)))) => {
                received += bytes.len() as u64;
                match gathered.add(bytes) {
                    Some(bytes) => Signal::Data(bytes),
                    None => continue,
                }
            }
            // Trailers.
            Some(Some(Ok(Err(_)))) => continue,
            None => Signal::Data(gathered.take()),
            Some(end) => {
                if !gathered.is_empty() && signals.send_async(Signal::Data(gathered.take())).await.is_err() {
                    return;
                }
                match end {
                    Some(Err(error)) => Signal::Failed(fault::in_body(&error, received)),
                    // For hyper a stream that was reset with NO_ERROR is one that ended; whether all came is another matter.
                    None if is_http2 && !body.is_end_stream() => Signal::Failed(fault::reset_in_body(received)),
                    _ => Signal::End,
                }
            }
        };
        let over = !matches!(signal, Signal::Data(_));
        if signals.send_async(signal).await.is_err() || over {
            return;
        }
    }
}

/// Small pieces of a body that have come at the same time, on their way as one: a frame of HTTP/2 has 8 or 16 KiB, and each piece is
/// written by itself.
#[derive(Default)]
struct Gathered {
    /// As it came, as long as it is the only one.
    first: Bytes,
    all: BytesMut,
}

impl Gathered {
    fn is_empty(&self) -> bool {
        self.first.is_empty() && self.all.is_empty()
    }

    /// Adds a piece. Gives what is to be sent now: all that was gathered, once that is enough.
    fn add(&mut self, piece: Bytes) -> Option<Bytes> {
        if self.is_empty() {
            self.first = piece;
        } else {
            if self.all.is_empty() {
                self.all.reserve(2 * ENOUGH_BYTES);
                self.all.extend_from_slice(&std::mem::take(&mut self.first));
            }
            self.all.extend_from_slice(&piece);
        }
        (self.first.len() + self.all.len() >= ENOUGH_BYTES).then(|| self.take())
    }

    fn take(&mut self) -> Bytes {
        if self.all.is_empty() { std::mem::take(&mut self.first) } else { self.all.split().freeze() }
    }
}

fn head_of(response: &::reqwest::Response) -> Head {
    let status = response.status();
    let version = match response.version() {
        http::Version::HTTP_10 => "1.0",
        http::Version::HTTP_2 => "2",
        _ => "1.1",
    };
    let mut raw = format!("HTTP/{version} {}", status.as_u16()).into_bytes();
    if version != "2" {
        raw.push(b' ');
        match response.extensions().get::<hyper::ext::ReasonPhrase>() {
            Some(reason) => raw.extend_from_slice(reason.as_bytes()),
            None => raw.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes()),
        }
    }
    raw.extend_from_slice(b"\r\n");
    let mut fields = Fields::new();
    for (name, value) in response.headers() {
        fields.push(name.as_str(), value.as_bytes());
        raw.extend_from_slice(name.as_str().as_bytes());
        raw.extend_from_slice(b": ");
        raw.extend_from_slice(value.as_bytes());
        raw.extend_from_slice(b"\r\n");
    }
    raw.extend_from_slice(b"\r\n");
    Head { version, status: status.as_u16(), fields, raw }
}

/// How the body's end is told (RFC 9112, 6.3).
fn framing_of(head: &Head, method: &http::Method) -> Result<Framing> {
    let fail = |why: &str| Err(Error::new(Kind::Network, "bad_framing", why.to_owned()));
    if head.status == 101 {
        return fail("the server switches to a protocol that was not asked for");
    }
    if method == http::Method::HEAD || matches!(head.status, 204 | 304) {
        return Ok(Framing::Framed);
    }
    if head.fields.contains("content-length") && head.content_length().is_none() {
        return fail("the response has contradicting or invalid lengths");
    }
    if head.fields.contains("transfer-encoding") {
        let codings: Vec<_> = head.fields.all("transfer-encoding").collect();
        return match codings[..] {
            [one] if one.trim_ascii().eq_ignore_ascii_case(b"chunked") => Ok(Framing::Framed),
            _ => fail("the response has a transfer coding other than chunked"),
        };
    }
    match head.content_length() {
        Some(length) => Ok(Framing::Length(length)),
        None if head.version == "2" => Ok(Framing::Framed),
        None => Ok(Framing::Unframed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gathered_is_what_came_in_order() {
        let mut gathered = Gathered::default();
        let large = vec![7; ENOUGH_BYTES];
        let at = large.as_ptr();
        let sent = gathered.add(large.into()).unwrap();
        assert_eq!((sent.len(), sent.as_ptr()), (ENOUGH_BYTES, at), "not copied");
        let small = Bytes::from_static(b"alone");
        assert_eq!(gathered.add(small.clone()), None);
        assert_eq!(gathered.take().as_ptr(), small.as_ptr(), "not copied");
        assert!(gathered.is_empty());
        let (mut came, mut told) = (Vec::new(), Vec::new());
        for n in 0..2000_usize {
            let piece = vec![n as u8; n * 37 % 9000 + 1];
            came.extend_from_slice(&piece);
            told.extend(gathered.add(piece.into()).into_iter().flatten());
        }
        told.extend(gathered.take());
        assert!(gathered.is_empty() && came == told);
    }
}
