//! A list that may be long, kept in a file and not in memory.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, BufReader, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;

/// What is written at once.
const BUFFER_BYTES: usize = 32 << 10;
/// The longest text of an entry: a path.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// Entries of a mark and a text, in order.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    pending: Vec<u8>,
    /// Where the next entry is read.
    at: u64,
}

fn failed(source: &io::Error) -> Error {
    Error::disk("cannot keep the list of what is unpacked", source)
}

impl Journal {
    /// A list in an empty file.
    pub(crate) const fn new(file: File) -> Self {
        Self { file, pending: Vec::new(), at: 0 }
    }

    pub(crate) fn push(&mut self, mark: u8, text: &str) -> Result<()> {
        self.pending.push(mark);
        self.pending.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.pending.extend_from_slice(text.as_bytes());
        if self.pending.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    pub(crate) fn flush(&mut self) -> Result<()> {
        self.file.write_all(&self.pending).map_err(|e| failed(&e))?;
        self.pending.clear();
        Ok(())
    }

    /// The next entry that was not taken yet, also of those added meanwhile.
    pub(crate) fn take(&mut self) -> Result<Option<(u8, String)>> {
        self.flush()?;
        let mut head = [0; 5];
        if self.file.read_at(&mut head, self.at).map_err(|e| failed(&e))? < head.len() {
            return Ok(None);
        }
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let mut text = vec![0; length.min(TEXT_BYTES_MAX)];
        self.file.read_exact_at(&mut text, self.at + head.len() as u64).map_err(|e| failed(&e))?;
        self.at += (head.len() + text.len()) as u64;
        Ok(Some((head[0], String::from_utf8_lossy(&text).into_owned())))
    }

    /// Shows all entries from the first; all must have been flushed.
    pub(crate) fn each(&self, show: &mut dyn FnMut(u8, &str) -> Result<()>) -> Result<()> {
        let end = self.file.metadata().map_err(|e| failed(&e))?.len();
        let mut reader = BufReader::new(crate::archive::source::Section::new(&self.file, 0, end));
        let mut at = 0;
        let mut text = Vec::new();
        while at < end {
            let mut head = [0; 5];
            reader.read_exact(&mut head).map_err(|e| failed(&e))?;
            let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
            text.resize(length.min(TEXT_BYTES_MAX), 0);
            reader.read_exact(&mut text).map_err(|e| failed(&e))?;
            at += (head.len() + text.len()) as u64;
            show(head[0], &String::from_utf8_lossy(&text))?;
        }
        Ok(())
    }
}
