//! Bytes of an archive: sections of its file, and its decoded stream, counted against a limit.

use crate::archive::codec::Codec;
use crate::error::{Error, Kind, Result};
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::os::unix::fs::FileExt as _;

/// What is read at once.
const BUFFER_BYTES: usize = 64 << 10;
/// What a stream may hold beside the members: the padding at its end, long names, attributes.
const OVERHEAD_BYTES: u64 = 16 << 20;

/// A part of an open file, read by offset, so that several readers of one file do not disturb each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl<'a> Section<'a> {
    pub(crate) const fn new(file: &'a File, start: u64, end: u64) -> Self {
        Self { file, at: start, end }
    }
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read_at(&mut buffer[..wanted], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// An archive that is not what it must be; the code is `broken_archive`.
pub(crate) fn broken(message: impl Into<String>) -> Error {
    Error::new(Kind::Integrity, "broken_archive", message)
}

/// An archive that ends too early; the code is `truncated_archive`.
pub(crate) fn truncated(message: impl Into<String>) -> Error {
    Error::new(Kind::Integrity, "truncated_archive", message)
}

/// More was unpacked than is allowed.
pub(crate) fn too_big(limit: u64) -> Error {
    let limit = crate::clock::show_size(limit);
    Error::new(Kind::Integrity, "archive_too_big", format!("the archive unpacks to more than {limit}"))
        .hint("--max-extract SIZE raises the limit")
}

/// A failure of reading: of the disk where the system said so, else of the data.
pub(crate) fn read_failed(doing: &str, source: &io::Error) -> Error {
    if source.raw_os_error().is_some() {
        return Error::disk(doing, source);
    }
    let text = source.to_string().to_lowercase();
    match source.kind() {
        ErrorKind::UnexpectedEof => truncated(doing).cause("the data ends before its end"),
        _ if text.contains("memory") => {
            Error::new(Kind::Integrity, "archive_too_big", doing).cause("decoding asks for more memory than is allowed")
        }
        _ => broken(doing).cause(text),
    }
}

/// Fills a buffer as far as there are bytes.
pub(crate) fn read_full(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

/// The bytes of a file after the compression was taken off. What a codec gives is counted: a small file may be a bomb.
pub(crate) struct Stream<'a> {
    source: Source<'a>,
    left: u64,
    limit: u64,
}

enum Source<'a> {
    Plain { reader: BufReader<Section<'a>>, left: u64 },
    Packed(Box<dyn Read + 'a>),
}

const DECODING: &str = "cannot unpack the archive";

impl<'a> Stream<'a> {
    /// The bytes of a whole file, decoded by `codec`, at most `limit` and a little beside.
    pub(crate) fn open(file: &'a File, size: u64, codec: Option<Codec>, limit: u64) -> Result<Self> {
        let section = Section::new(file, 0, size);
        let source = match codec {
            None => Source::Plain { reader: BufReader::with_capacity(BUFFER_BYTES, section), left: size },
            Some(codec) => Source::Packed(codec.decode(section).map_err(|e| read_failed(DECODING, &e))?),
        };
        Ok(Self { source, left: limit.saturating_add(OVERHEAD_BYTES), limit })
    }

    /// Whether the bytes carry checks of their own, which tell that nothing is missing at the end.
    pub(crate) fn is_packed(&self) -> bool {
        matches!(self.source, Source::Packed(_))
    }

    /// Allows more bytes than the limit: what an entry needs beside its content.
    pub(crate) fn allow(&mut self, bytes: u64) {
        self.left = self.left.saturating_add(bytes);
    }

    /// Some of the next bytes; 0 at the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = match &mut self.source {
            Source::Plain { reader, left } => {
                let count = retried(reader, buffer).map_err(|e| read_failed("cannot read the archive", &e))?;
                *left -= count as u64;
                return Ok(count);
            }
            Source::Packed(reader) => retried(reader.as_mut(), buffer).map_err(|e| read_failed(DECODING, &e))?,
        };
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| too_big(self.limit))?;
        Ok(count)
    }

    /// Fills the buffer as far as there are bytes.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(filled)
    }

    /// Passes over bytes that must be there; false if they are not.
    pub(crate) fn skip(&mut self, bytes: u64) -> Result<bool> {
        if let Source::Plain { reader, left } = &mut self.source {
            let Some(rest) = left.checked_sub(bytes) else { return Ok(false) };
            let buffered = reader.buffer().len() as u64;
            if bytes <= buffered {
                io::BufRead::consume(reader, bytes as usize);
            } else {
                let Section { file, at, end } = *reader.get_ref();
                *reader = BufReader::with_capacity(BUFFER_BYTES, Section::new(file, at + (bytes - buffered), end));
            }
            *left = rest;
            return Ok(true);
        }
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut rest = bytes;
        while rest > 0 {
            let wanted = buffer.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
            match self.read(&mut buffer[..wanted])? {
                0 => return Ok(false),
                count => rest -= count as u64,
            }
        }
        Ok(true)
    }

    /// Reads a codec to its end, where its checks are; says how much that was.
    pub(crate) fn drain(&mut self) -> Result<u64> {
        if !self.is_packed() {
            return Ok(0);
        }
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut total = 0;
        loop {
            match self.read(&mut buffer)? {
                0 => return Ok(total),
                count => total += count as u64,
            }
        }
    }
}

fn retried(reader: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
