//! Content codings, undone while the bytes arrive and with bounded memory.

use crate::error::{Error, Kind, Result};
use crate::message::Head;
use std::io::{self, Write};

/// The largest window that a zstd frame may ask for (RFC 9659): 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;
/// The buffer between brotli's decoder and the file.
const BROTLI_BUFFER_BYTES: usize = 64 * 1024;

/// The buffer between deflate's decoder and the file.
const INFLATE_BUFFER_BYTES: usize = 64 * 1024;

/// A content coding that can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The coding of a body; `None` if it has none.
///
/// # Errors
/// `Network` (`content_coding`) if it has several, or one that was not asked for.
pub(super) fn of(head: &Head) -> Result<Option<Coding>> {
    let fields: Vec<String> =
        head.fields.all("content-encoding").map(|v| String::from_utf8_lossy(v).to_ascii_lowercase()).collect();
    let names: Vec<&str> =
        fields.iter().flat_map(|f| f.split(',')).map(str::trim).filter(|n| !n.is_empty() && *n != "identity").collect();
    let fail = |why: String| Err(Error::new(Kind::Network, "content_coding", why));
    match names[..] {
        [] => Ok(None),
        ["gzip" | "x-gzip"] => Ok(Some(Coding::Gzip)),
        ["deflate"] => Ok(Some(Coding::Deflate)),
        ["br"] => Ok(Some(Coding::Brotli)),
        ["zstd"] => Ok(Some(Coding::Zstd)),
        [other] => fail(format!("the server used the content coding `{other}`, which was not asked for")),
        _ => fail(format!("the server used several content codings (`{}`), at most one is taken", names.join(", "))),
    }
}

/// Undoes a coding: bytes written to it come out of `W` decoded.
pub(super) struct Decoder<W: Write> {
    state: Option<State<W>>,
    given: bool,
}

enum State<W: Write> {
    Gzip(Box<flate2::write::MultiGzDecoder<W>>),
    /// The first two bytes tell zlib from raw deflate, both of which are sent under that name.
    Undecided(Vec<u8>, W),
    Deflate(Box<Inflate<W>>),
    Brotli(Box<brotli_decompressor::DecompressorWriter<W>>),
    Zstd(Box<Zstd<W>>),
}

/// zlib or raw deflate. The writers of `flate2` do not tell an end that comes too early.
struct Inflate<W> {
    decoder: flate2::Decompress,
    out: W,
    buffer: Vec<u8>,
    ended: bool,
}

impl<W: Write> Inflate<W> {
    fn new(zlib: bool, out: W) -> Self {
        Self { decoder: flate2::Decompress::new(zlib), out, buffer: vec![0; INFLATE_BUFFER_BYTES], ended: false }
    }

    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        // What follows the end is dropped.
        while !self.ended {
            let (taken, given) = (self.decoder.total_in(), self.decoder.total_out());
            let status = self.decoder.decompress(rest, &mut self.buffer, flate2::FlushDecompress::None)?;
            let taken = (self.decoder.total_in() - taken) as usize;
            let given = (self.decoder.total_out() - given) as usize;
            self.out.write_all(&self.buffer[..given])?;
            rest = &rest[taken..];
            self.ended = status == flate2::Status::StreamEnd;
            if taken == 0 && given == 0 || (rest.is_empty() && given < self.buffer.len()) {
                break;
            }
        }
        Ok(())
    }
}

struct Zstd<W> {
    decoder: zstd::stream::raw::Decoder<'static>,
    out: W,
    buffer: Vec<u8>,
    ended: bool,
}

impl<W: Write> Decoder<W> {
    pub(super) fn new(coding: Coding, out: W) -> Result<Self> {
        let failed = |e: io::Error| Error::new(Kind::Other, "decoder", "cannot begin to decode").cause(e.to_string());
        let state = match coding {
            Coding::Gzip => State::Gzip(Box::new(flate2::write::MultiGzDecoder::new(out))),
            Coding::Deflate => State::Undecided(Vec::new(), out),
            Coding::Brotli => {
                State::Brotli(Box::new(brotli_decompressor::DecompressorWriter::new(out, BROTLI_BUFFER_BYTES)))
            }
            Coding::Zstd => {
                let mut decoder = zstd::stream::raw::Decoder::new().map_err(failed)?;
                let window = zstd::zstd_safe::DParameter::WindowLogMax(ZSTD_WINDOW_LOG);
                decoder.set_parameter(window).map_err(failed)?;
                let buffer = vec![0; zstd::zstd_safe::DCtx::out_size()];
                State::Zstd(Box::new(Zstd { decoder, out, buffer, ended: false }))
            }
        };
        Ok(Self { state: Some(state), given: false })
    }

    /// Takes the next bytes as they were sent.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.given |= !bytes.is_empty();
        let state = self.state.take().ok_or_else(broken)?;
        let state = match state {
            State::Undecided(mut held, out) => {
                held.extend_from_slice(bytes);
                match held[..] {
                    [] | [_] => State::Undecided(held, out),
                    [first, second, ..] => {
                        let zlib = first & 0x0f == 8 && (u16::from(first) << 8 | u16::from(second)) % 31 == 0;
                        let mut inflate = Inflate::new(zlib, out);
                        inflate.push(&held)?;
                        State::Deflate(Box::new(inflate))
                    }
                }
            }
            mut ready => {
                match &mut ready {
                    State::Gzip(d) => d.write_all(bytes)?,
                    State::Deflate(d) => d.push(bytes)?,
                    State::Brotli(d) => d.write_all(bytes)?,
                    State::Zstd(z) => z.push(bytes)?,
                    State::Undecided(..) => {}
                }
                ready
            }
        };
        self.state = Some(state);
        Ok(())
    }

    /// The end was reached: whatever is still held comes out. An error if the coded text ends too early.
    pub(super) fn finish(self) -> io::Result<()> {
        // No bytes at all are an empty body in every coding.
        if !self.given {
            return Ok(());
        }
        match self.state.ok_or_else(broken)? {
            State::Gzip(d) => d.finish().map(drop),
            State::Deflate(d) if d.ended => Ok(()),
            State::Brotli(mut d) => d.close(),
            State::Zstd(z) if z.ended => Ok(()),
            State::Undecided(..) | State::Deflate(_) | State::Zstd(_) => Err(broken()),
        }
    }
}

impl<W: Write> Zstd<W> {
    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        use zstd::stream::raw::Operation as _;
        let mut rest = bytes;
        loop {
            if self.ended && !rest.is_empty() {
                self.decoder.reinit()?;
                self.ended = false;
            }
            let status = self.decoder.run_on_buffers(rest, &mut self.buffer)?;
            self.out.write_all(&self.buffer[..status.bytes_written])?;
            rest = &rest[status.bytes_read..];
            self.ended = status.remaining == 0;
            let full = status.bytes_written == self.buffer.len();
            if rest.is_empty() && (!full || self.ended) {
                return Ok(());
            }
            if status.bytes_read == 0 && status.bytes_written == 0 && !self.ended {
                return Err(broken());
            }
        }
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the coded body is broken or ends too early")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Out(Arc<Mutex<Vec<u8>>>);

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Decodes in pieces of that size.
    fn decode(coding: Coding, coded: &[u8], piece: usize) -> io::Result<Vec<u8>> {
        let out = Out::default();
        let mut decoder = Decoder::new(coding, out.clone()).unwrap();
        for piece in coded.chunks(piece) {
            decoder.push(piece)?;
        }
        decoder.finish()?;
        let bytes = out.0.lock().unwrap().clone();
        Ok(bytes)
    }

    fn text() -> Vec<u8> {
        (0..40_000_u32).flat_map(|n| format!("{} ", n.wrapping_mul(2_654_435_761)).into_bytes()).collect()
    }

    fn coded() -> Vec<(Coding, Vec<u8>)> {
        let level = flate2::Compression::fast();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), level);
        gzip.write_all(&text()).unwrap();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), level);
        zlib.write_all(&text()).unwrap();
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), level);
        raw.write_all(&text()).unwrap();
        vec![
            (Coding::Gzip, gzip.finish().unwrap()),
            (Coding::Deflate, zlib.finish().unwrap()),
            (Coding::Deflate, raw.finish().unwrap()),
            (Coding::Zstd, zstd::encode_all(&text()[..], 1).unwrap()),
        ]
    }

    #[test]
    fn whole_bodies_in_any_pieces() {
        for (coding, bytes) in coded() {
            for piece in [1, 7, 4096, usize::MAX] {
                assert!(decode(coding, &bytes, piece).unwrap() == text(), "{coding:?} {piece}");
            }
        }
        // `hello` in brotli, stored.
        let brotli = [0x0f, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];
        for piece in [1, 100] {
            assert_eq!(decode(Coding::Brotli, &brotli, piece).unwrap(), b"hello");
        }
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd] {
            assert_eq!(decode(coding, b"", 1).unwrap(), b"");
        }
    }

    #[test]
    fn members_and_frames_follow_each_other() {
        for (coding, bytes) in coded().into_iter().filter(|(c, _)| matches!(c, Coding::Gzip | Coding::Zstd)) {
            let twice = [bytes.clone(), bytes].concat();
            assert_eq!(decode(coding, &twice, 1000).unwrap().len(), text().len() * 2, "{coding:?}");
        }
    }

    #[test]
    fn an_early_end_is_an_error() {
        for (coding, bytes) in coded() {
            for cut in [1, 2, 5, 12, bytes.len() / 2, bytes.len() - 9, bytes.len() - 1] {
                assert!(decode(coding, &bytes[..cut], 4096).is_err(), "{coding:?} {cut}");
            }
        }
        let brotli = [0x0f, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];
        for cut in 1..brotli.len() {
            assert!(decode(Coding::Brotli, &brotli[..cut], 100).is_err(), "{cut}");
        }
    }

    #[test]
    fn junk_is_an_error() {
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd] {
            assert!(decode(coding, &[0xff; 100], 10).is_err(), "{coding:?}");
        }
        for (coding, mut bytes) in coded() {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x55;
            let spoiled = decode(coding, &bytes, 4096);
            // Raw deflate and plain zstd frames carry no checksum: a change may decode, but not to the same bytes.
            assert!(spoiled.map_or(true, |b| b != text()), "{coding:?}");
        }
    }

    #[test]
    fn which_coding() {
        let head = |values: &[&str]| {
            let mut head = Head::default();
            for value in values {
                head.fields.push("content-encoding", *value);
            }
            of(&head)
        };
        assert_eq!(head(&[]).unwrap(), None);
        assert_eq!(head(&["identity"]).unwrap(), None);
        assert_eq!(head(&["GZip"]).unwrap(), Some(Coding::Gzip));
        assert_eq!(head(&["br, identity"]).unwrap(), Some(Coding::Brotli));
        for bad in [&["gzip, gzip"][..], &["gzip", "br"], &["compress"], &["x"]] {
            assert_eq!(head(bad).unwrap_err().kind(), Kind::Network, "{bad:?}");
        }
    }
}
