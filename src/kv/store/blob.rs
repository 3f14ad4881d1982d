//! Blobs of any size, streamed: as files of their own where the engine can, otherwise as entries or in pieces.

use super::{Found, Slot, Store, open_entry};
use crate::digest::Hasher;
use crate::error::{Error, Kind, Result};
use crate::kv::driver::{Content, Record};
use crate::kv::envelope::{Envelope, Pieces, Value};
use std::io::Read;
use std::time::Duration;

/// The largest piece of a blob that is streamed.
const STREAMED_PIECE_BYTES: usize = 8 << 20;

impl Store {
    /// The stored blob of that SHA-256 (64 lower-case hex digits), streamed. What is read is not proved here: whoever
    /// asks hashes it. A blob is also an entry under the key `sha256/HEX`.
    ///
    /// # Errors
    /// As [`Self::get`]; reading fails where a piece is missing.
    pub fn read_blob(&self, sha256: &str) -> Result<Option<Box<dyn Read + Send + '_>>> {
        if self.prefix.is_empty()
            && let Some(content) = self.told(self.driver.read_blob(sha256))?
        {
            return Ok(Some(content));
        }
        let slot = self.slot(&blob_key(sha256))?;
        let entry = self.told(self.driver.get(&slot.name))?;
        match open_entry(&slot, entry) {
            Found::Missing if self.abilities().wraps() => Ok(None),
            Found::Missing => self.read_apart(sha256),
            Found::Value(value) => Ok(Some(Box::new(std::io::Cursor::new(value)))),
            Found::Split(pieces) => Ok(Some(self.joined(pieces))),
            Found::Unreadable(why) => {
                self.warn(&slot.key, &why);
                Ok(None)
            }
        }
    }

    /// A blob whose head stands under a name of its own: stores that know no envelope keep large ones so.
    fn read_apart(&self, sha256: &str) -> Result<Option<Box<dyn Read + Send + '_>>> {
        let name = self.head_name(sha256);
        let entry = self.told(self.driver.get(&name))?;
        let Some(Content::Plain(head)) = entry.map(|entry| entry.content) else { return Ok(None) };
        match Envelope::parse(&head) {
            Some(Envelope { key, value: Value::Split(pieces) }) if key == name => Ok(Some(self.joined(pieces))),
            _ => {
                self.warn(&name, "it is not what a blob begins with");
                Ok(None)
            }
        }
    }

    fn joined(&self, pieces: Pieces) -> Box<dyn Read + Send + '_> {
        Box::new(Joined { store: self, pieces, next: 0, rest: std::io::Cursor::default() })
    }

    fn head_name(&self, sha256: &str) -> Vec<u8> {
        [self.prefix.as_slice(), b"dl-kv/blob/", sha256.as_bytes()].concat()
    }

    /// Stores a blob of that SHA-256 and size, streaming. What is read must have that digest, or nothing is stored.
    ///
    /// # Errors
    /// As [`Self::set`]; disk: `content` fails or ends early; integrity (`digest_mismatch`): it is something else.
    pub fn write_blob(&self, sha256: &str, size: u64, content: &mut dyn Read, ttl: Option<Duration>) -> Result<()> {
        let expires = self.expiry(ttl);
        if self.prefix.is_empty() && expires.is_none() {
            let mut proved = Proved::new(content, sha256, size);
            let written = self.driver.write_blob(sha256, size, &mut proved);
            if proved.wrong {
                return Err(mismatch(sha256));
            }
            if self.told(written)? {
                return Ok(());
            }
        }
        let slot = self.slot(&blob_key(sha256))?;
        let limit = self.abilities().largest_value.unwrap_or(usize::MAX).min(STREAMED_PIECE_BYTES);
        if size <= limit as u64 {
            let mut value = Vec::new();
            let mut proved = Proved::new(content, sha256, size);
            let read = proved.read_to_end(&mut value);
            if proved.wrong {
                return Err(mismatch(sha256));
            }
            read.map_err(|e| Error::disk("cannot read what is to be stored", &e))?;
            return self.set(&blob_key(sha256), &value, ttl);
        }
        let pieces = self.split(content, size, limit, expires)?;
        if crate::digest::encode_hex(&pieces.sha256) != sha256 {
            self.drop_pieces(Some(pieces));
            return Err(mismatch(sha256));
        }
        let wrapped = self.abilities().wraps();
        let key = if wrapped { slot.key.clone() } else { self.head_name(sha256) };
        let slot = if wrapped { slot } else { Slot { name: key.clone(), key, hashed: false } };
        let head = Envelope { key: &slot.key, value: Value::Split(pieces) }.to_bytes();
        self.overwrite(&slot, Record { content: &head, wrapped, expires }).inspect_err(|_| {
            self.drop_pieces(Some(pieces));
        })
    }
}

/// The key under which a blob is an entry.
#[must_use]
pub fn blob_key(sha256: &str) -> Vec<u8> {
    format!("sha256/{sha256}").into_bytes()
}

fn mismatch(sha256: &str) -> Error {
    Error::new(
        Kind::Integrity,
        "digest_mismatch",
        format!("what was to be stored as `sha256:{sha256}` is something else"),
    )
}

/// Reads exactly so many bytes, and fails at their end unless they have the digest.
struct Proved<'a> {
    content: &'a mut dyn Read,
    hasher: Option<Hasher>,
    sha256: &'a str,
    left: u64,
    wrong: bool,
}

impl Read for Proved<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted > 0 {
            let read = self.content.read(&mut buffer[..wanted])?;
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            self.left -= read as u64;
            if let Some(hasher) = &mut self.hasher {
                hasher.update(&buffer[..read]);
            }
            if self.left > 0 {
                return Ok(read);
            }
            self.prove()?;
            return Ok(read);
        }
        if self.left == 0 {
            self.prove()?;
        }
        Ok(0)
    }
}

impl<'a> Proved<'a> {
    fn new(content: &'a mut dyn Read, sha256: &'a str, size: u64) -> Self {
        Self { content, hasher: Some(Hasher::new([])), sha256, left: size, wrong: false }
    }

    fn prove(&mut self) -> std::io::Result<()> {
        self.wrong |= self.hasher.take().is_some_and(|hasher| hasher.finish().sha256().hex() != self.sha256);
        if self.wrong { Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "digest")) } else { Ok(()) }
    }
}

/// Pieces one after the other.
struct Joined<'a> {
    store: &'a Store,
    pieces: Pieces,
    next: u64,
    rest: std::io::Cursor<Vec<u8>>,
}

impl Read for Joined<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.rest.read(buffer)?;
            if read > 0 || buffer.is_empty() || self.next == self.pieces.count() {
                return Ok(read);
            }
            let piece = self.store.piece(&self.pieces, self.next).map_err(std::io::Error::other)?;
            let missing = || std::io::Error::new(std::io::ErrorKind::NotFound, "a piece of the blob is missing");
            self.rest = std::io::Cursor::new(piece.ok_or_else(missing)?);
            self.next += 1;
        }
    }
}
