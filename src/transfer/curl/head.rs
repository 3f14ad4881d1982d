//! Response heads from the lines that libcurl hands over: limits, strictness, and how the body's end is told.

use crate::error::{Error, Kind};
use crate::message::Head;
use crate::transfer::backend::Framing;

/// A head, its line ends included, is at most this long.
const MAX_HEAD_BYTES: usize = 256 * 1024;
/// One line is at most this long.
const MAX_LINE_BYTES: usize = 64 * 1024;
/// Trailers, which nobody asked for, are together at most this long (as in the other backend).
const MAX_TRAILER_BYTES: usize = 16 * 1024;
/// A head has at most this many fields.
const MAX_FIELDS: usize = 1_000;
/// So many 1xx responses are taken before the final one.
const MAX_INTERIM: usize = 16;

/// What a line completed.
#[derive(Debug)]
pub(super) enum Line {
    /// Nothing yet.
    More,
    /// A 1xx head.
    Interim(Head),
    /// The final head.
    Final {
        /// The head.
        head: Head,
        /// How the body's end is told.
        framing: Framing,
        /// Whether the connection must not be used again (both `Transfer-Encoding` and `Content-Length` stood there).
        close: bool,
    },
}

/// Reads heads line by line. libcurl has joined folded lines before.
#[derive(Debug)]
pub(super) struct Reader {
    head: Head,
    interim: usize,
    no_body: bool,
    complete: bool,
    trailers: usize,
}

impl Reader {
    /// A reader for the responses to one request; `no_body` for HEAD.
    pub(super) fn new(no_body: bool) -> Self {
        Self { head: Head::default(), interim: 0, no_body, complete: false, trailers: 0 }
    }

    /// Takes one line, its line end included.
    ///
    /// # Errors
    /// `head_too_large` or `bad_framing`.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<Line, Error> {
        if self.complete {
            // What comes now are trailers, which nobody asked for. A second head would be a request sent again.
            self.trailers = self.trailers.saturating_add(line.len());
            return if line.starts_with(b"HTTP/") {
                Err(bad("a second response head came after the first"))
            } else if self.trailers > MAX_TRAILER_BYTES {
                Err(bad(format!("the trailers are longer than {} KiB", MAX_TRAILER_BYTES / 1024)))
            } else {
                Ok(Line::More)
            };
        }
        if !line.ends_with(b"\n") {
            return Ok(Line::More); // The rest of a head that broke off, given at the end.
        }
        if line.len() > MAX_LINE_BYTES || self.head.raw.len() + line.len() > MAX_HEAD_BYTES {
            return Err(too_large("bytes"));
        }
        let first = self.head.raw.is_empty();
        self.head.raw.extend_from_slice(line);
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if first {
            self.status_line(text)?;
            return Ok(Line::More);
        }
        if text.is_empty() {
            return self.finish();
        }
        if self.head.fields.len() >= MAX_FIELDS {
            return Err(too_large("fields"));
        }
        let (name, value) = split_field(text)?;
        self.head.fields.push(name, value);
        Ok(Line::More)
    }

    fn status_line(&mut self, text: &[u8]) -> Result<(), Error> {
        let (version, rest) = match text {
            [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0', b' ', rest @ ..] => ("1.0", rest),
            [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'1', b' ', rest @ ..] => ("1.1", rest),
            [b'H', b'T', b'T', b'P', b'/', b'2', b' ', rest @ ..] => ("2", rest),
            _ => return Err(bad("the response does not begin with a status line of HTTP/1.0, 1.1 or 2")),
        };
        self.head.version = version;
        self.head.status = match rest {
            [a @ b'1'..=b'9', b, c] | [a @ b'1'..=b'9', b, c, b' ', ..] if b.is_ascii_digit() && c.is_ascii_digit() => {
                u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0')
            }
            _ => return Err(bad("the status line has no status of three digits")),
        };
        if text.iter().any(|b| is_control(*b)) {
            return Err(bad("the status line holds a control character"));
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Line, Error> {
        let head = std::mem::take(&mut self.head);
        if head.status == 101 {
            return Err(bad("the server switches to a protocol that was not asked for"));
        }
        if head.status < 200 {
            self.interim += 1;
            return if self.interim > MAX_INTERIM {
                Err(too_large("interim responses"))
            } else {
                Ok(Line::Interim(head))
            };
        }
        self.complete = true;
        let framing = framing(&head, self.no_body)?;
        let close = head.fields.contains("transfer-encoding") && head.fields.contains("content-length");
        Ok(Line::Final { head, framing, close })
    }
}

/// How the body's end is told (RFC 9112, 6.3). Where the standard says "repair it or fail", it fails.
fn framing(head: &Head, no_body: bool) -> Result<Framing, Error> {
    let bodiless = no_body || matches!(head.status, 204 | 304);
    if head.fields.contains("transfer-encoding") && !bodiless {
        let mut codings = head.fields.all("transfer-encoding");
        let chunked = codings.next().is_some_and(|c| c.eq_ignore_ascii_case(b"chunked")) && codings.next().is_none();
        return match (chunked, head.version) {
            (true, "1.1") => Ok(Framing::Framed),
            (true, version) => Err(bad(format!("`Transfer-Encoding` in a response of HTTP/{version}"))),
            (false, _) => {
                let given =
                    String::from_utf8_lossy(head.fields.bytes("transfer-encoding").unwrap_or_default()).into_owned();
                Err(bad(format!("the transfer coding is `{given}`, expected `chunked`")))
            }
        };
    }
    if head.fields.contains("content-length") {
        let Some(length) = head.content_length() else {
            return Err(bad("`Content-Length` is invalid or contradicts itself"));
        };
        return Ok(if bodiless { Framing::Framed } else { Framing::Length(length) });
    }
    // libcurl tells a stream of HTTP/2 that was reset with NO_ERROR like one that ended: without a length its end proves nothing.
    Ok(if bodiless { Framing::Framed } else { Framing::Unframed })
}

/// Splits `Name: value`, as strict about both as RFC 9110, 5, but for bytes beyond ASCII, which are kept.
fn split_field(line: &[u8]) -> Result<(&str, &[u8]), Error> {
    let colon = line.iter().position(|b| *b == b':').ok_or_else(|| bad("a header line has no colon"))?;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    let name = std::str::from_utf8(name).ok().filter(|n| is_token(n)).ok_or_else(|| {
        bad(format!("`{}` is no name of a header field", String::from_utf8_lossy(&line[..colon.min(80)])))
    })?;
    if value.iter().any(|b| is_control(*b)) {
        return Err(bad(format!("the header field `{name}` holds a control character")));
    }
    Ok((name, value))
}

/// Whether a byte stands in no field and no reason (RFC 9110, 5.5).
const fn is_control(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || byte == 0x7f
}

/// Whether a text is a token (RFC 9110, 5.6.2).
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn bad(what: impl Into<String>) -> Error {
    Error::new(Kind::Network, "bad_framing", "the response is malformed").cause(what)
}

/// The error for a head beyond the limits.
pub(super) fn too_large(of_what: &str) -> Error {
    Error::new(Kind::Network, "head_too_large", format!("the response head has too many {of_what}")).cause(format!(
        "at most {} KiB, {} KiB a line, {MAX_FIELDS} fields and {MAX_INTERIM} interim responses are taken",
        MAX_HEAD_BYTES / 1024,
        MAX_LINE_BYTES / 1024
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(no_body: bool, text: &str) -> Result<Framing, Error> {
        let mut reader = Reader::new(no_body);
        for line in text.split_inclusive('\n') {
            if let Line::Final { framing, .. } = reader.line(line.as_bytes())? {
                return Ok(framing);
            }
        }
        panic!("no head in {text:?}")
    }

    #[test]
    fn how_the_end_is_told() {
        let framing = |fields: &str| read(false, &format!("HTTP/1.1 200 OK\r\n{fields}\r\n")).map_err(|e| e.code());
        assert_eq!(framing(""), Ok(Framing::Unframed));
        assert_eq!(framing("Content-Length: 5\r\n"), Ok(Framing::Length(5)));
        assert_eq!(framing("Content-Length: 5\r\ncontent-length: 5\r\n"), Ok(Framing::Length(5)));
        assert_eq!(framing("Transfer-Encoding: Chunked\r\nContent-Length: 5\r\n"), Ok(Framing::Framed));
        for wrong in [
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length: 9223372036854775808\r\n",
            "Content-Length : 5\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "X\r\n",
            ": x\r\n",
            "A: \x1b[1m\r\n",
        ] {
            assert_eq!(framing(wrong), Err("bad_framing"), "{wrong}");
        }
        assert!(read(false, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
        assert!(read(false, "HTTP/1.1 101 Switching\r\n\r\n").is_err());
        assert!(read(false, "HTTP/1.1 20 OK\r\n\r\n").is_err());
        assert!(read(false, "HTTP/1.1 200 O\x1bK\r\n\r\n").is_err());
        assert!(read(false, "HTTP/1.2 200 OK\r\n\r\n").is_err());
        assert_eq!(read(false, "HTTP/2 200 \r\n\r\n").unwrap(), Framing::Unframed);
        assert_eq!(read(false, "HTTP/1.1 204\r\nContent-Length: 3\r\n\r\n").unwrap(), Framing::Framed);
        assert_eq!(read(true, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n").unwrap(), Framing::Framed);
    }

    #[test]
    fn limits() {
        let code = |text: String| read(false, &text).map_err(|e| e.code());
        assert_eq!(code(format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(1_000))), Ok(Framing::Unframed));
        assert_eq!(code(format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(1_001))), Err("head_too_large"));
        assert_eq!(code(format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "x".repeat(65_531))), Ok(Framing::Unframed));
        assert_eq!(code(format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "x".repeat(65_532))), Err("head_too_large"));
        let long = format!("A: {}\r\n", "x".repeat(60_000));
        assert_eq!(code(format!("HTTP/1.1 200 OK\r\n{}\r\n", long.repeat(5))), Err("head_too_large"));
        let interim = "HTTP/1.1 103 Early Hints\r\n\r\n";
        assert!(code(format!("{}HTTP/1.1 200 OK\r\n\r\n", interim.repeat(16))).is_ok());
        assert_eq!(code(format!("{}HTTP/1.1 200 OK\r\n\r\n", interim.repeat(17))), Err("head_too_large"));
    }

    #[test]
    fn bytes_are_kept() {
        let mut reader = Reader::new(false);
        for line in [&b"HTTP/1.1 200 \xff\r\n"[..], b"X-Name: \t \xe9\xff \r\n", b"x-name:2\n"] {
            assert!(matches!(reader.line(line), Ok(Line::More)));
        }
        let Ok(Line::Final { head, .. }) = reader.line(b"\r\n") else { panic!() };
        assert_eq!(head.fields.all("X-Name").collect::<Vec<_>>(), [&b"\xe9\xff"[..], b"2"]);
        assert_eq!(head.raw, b"HTTP/1.1 200 \xff\r\nX-Name: \t \xe9\xff \r\nx-name:2\n\r\n");
        assert!(matches!(reader.line(b"Trailer: x\r\n"), Ok(Line::More)));
        assert!(reader.line(b"HTTP/1.1 200 OK\r\n").is_err());
    }
}
