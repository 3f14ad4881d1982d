//! What a command wrote, as one file: pieces of its two streams in the order in which they came.
//!
//! ```text
//! dl run 1\n
//! out 6\nhello\n     the stream, the length, the bytes
//! err 5\noops\n
//! ```

use crate::error::{Error, Kind, Result};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};

/// The first line.
const HEAD: &[u8] = b"dl run 1\n";
/// The longest piece.
const PIECE_BYTES: usize = 64 * 1024;
/// The longest line before a piece.
const LINE_BYTES: u64 = 32;

/// One of a command's two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

impl Stream {
    const fn name(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::Err => "err",
        }
    }
}

/// Takes what a command writes, live or from a record.
pub trait Sink {
    /// The next bytes of a stream. False: nobody reads that stream any more.
    ///
    /// # Errors
    /// They could not be written.
    fn take(&mut self, stream: Stream, bytes: &[u8]) -> Result<bool>;
}

/// Writes a record. Pieces of one stream that follow each other become one.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    file: &'a File,
    stream: Stream,
    pending: Vec<u8>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(file: &'a File) -> io::Result<Self> {
        let mut to = file;
        to.write_all(HEAD)?;
        Ok(Self { file, stream: Stream::Out, pending: Vec::new() })
    }

    pub(crate) fn add(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        if stream != self.stream || self.pending.len() + bytes.len() > PIECE_BYTES {
            self.flush()?;
        }
        self.stream = stream;
        self.pending.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes what is pending.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        for piece in self.pending.chunks(PIECE_BYTES) {
            let mut text = format!("{} {}\n", self.stream.name(), piece.len()).into_bytes();
            text.extend_from_slice(piece);
            self.file.write_all(&text)?;
        }
        self.pending.clear();
        Ok(())
    }
}

fn damaged(why: &str) -> Error {
    Error::new(Kind::Integrity, "damaged_record", "the record of the run is damaged").cause(why)
}

/// Gives a record to a sink, piece by piece; a stream that nobody reads any more is passed over.
///
/// # Errors
/// `damaged_record` (integrity); those of the sink.
pub(crate) fn replay(file: &File, sink: &mut dyn Sink) -> Result<()> {
    let failed = |e: &io::Error| Error::disk("cannot read the record of the run", e);
    let mut reader = BufReader::with_capacity(PIECE_BYTES, file);
    let mut head = vec![0; HEAD.len()];
    reader.read_exact(&mut head).map_err(|_| damaged("it is too short"))?;
    if head != HEAD {
        return Err(damaged("it is none"));
    }
    let (mut line, mut piece) = (Vec::new(), Vec::new());
    let mut closed = [false; 2];
    loop {
        line.clear();
        (&mut reader).take(LINE_BYTES).read_until(b'\n', &mut line).map_err(|e| failed(&e))?;
        if line.is_empty() {
            return Ok(());
        }
        let text = std::str::from_utf8(&line).ok().and_then(|line| line.strip_suffix('\n')?.split_once(' '));
        let (stream, length) = match text {
            Some(("out", length)) => (Stream::Out, length),
            Some(("err", length)) => (Stream::Err, length),
            _ => return Err(damaged("it names no stream")),
        };
        let length = length.parse().ok().filter(|n| *n <= PIECE_BYTES).ok_or_else(|| damaged("a length is none"))?;
        piece.resize(length, 0);
        reader.read_exact(&mut piece).map_err(|_| damaged("it was cut off"))?;
        let is_closed = &mut closed[usize::from(stream == Stream::Err)];
        if !*is_closed {
            *is_closed = !sink.take(stream, &piece)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Seek as _;

    #[derive(Default)]
    struct Kept(Vec<(Stream, Vec<u8>)>);

    impl Sink for Kept {
        fn take(&mut self, stream: Stream, bytes: &[u8]) -> Result<bool> {
            match self.0.last_mut() {
                Some((last, all)) if *last == stream => all.extend_from_slice(bytes),
                _ => self.0.push((stream, bytes.to_vec())),
            }
            Ok(true)
        }
    }

    fn stream() -> impl Strategy<Value = Stream> {
        prop_oneof![Just(Stream::Out), Just(Stream::Err)]
    }

    proptest! {
        #[test]
        fn every_byte_comes_back_in_its_place(
            pieces in prop::collection::vec((stream(), prop::collection::vec(any::<u8>(), 1..200)), 0..20),
        ) {
            let mut file = tempfile::tempfile().unwrap();
            let mut writer = Writer::new(&file).unwrap();
            let mut expected = Kept::default();
            for (stream, bytes) in &pieces {
                writer.add(*stream, bytes).unwrap();
                expected.take(*stream, bytes).unwrap();
            }
            writer.flush().unwrap();
            file.rewind().unwrap();
            let mut kept = Kept::default();
            replay(&file, &mut kept).unwrap();
            prop_assert_eq!(kept.0, expected.0);
        }
    }

    #[test]
    fn large_output_comes_in_pieces_and_damage_is_found() {
        let mut file = tempfile::tempfile().unwrap();
        let mut writer = Writer::new(&file).unwrap();
        writer.add(Stream::Out, &vec![7; 200_000]).unwrap();
        writer.flush().unwrap();
        file.rewind().unwrap();
        let mut kept = Kept::default();
        replay(&file, &mut kept).unwrap();
        assert_eq!(kept.0, [(Stream::Out, vec![7; 200_000])]);
        file.set_len(150_000).unwrap();
        file.rewind().unwrap();
        assert_eq!(replay(&file, &mut Kept::default()).unwrap_err().code(), "damaged_record");
        for text in ["", "other", "dl run 1\nxyz 1\na", "dl run 1\nout 99999999\n", "dl run 1\nout -1\n"] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.rewind().unwrap();
            assert_eq!(replay(&file, &mut Kept::default()).unwrap_err().kind(), Kind::Integrity, "{text}");
        }
    }
}
