//! Values in pieces: writing, joining, removing them.

use super::{Found, Slot, Store, open_entry};
use crate::clock::Timestamp;
use crate::digest::{Digest, Hasher};
use crate::error::{Error, Kind, Result};
use crate::kv::driver::{Condition, Content, Record, Version};
use crate::kv::envelope::{Pieces, piece_name};
use std::io::Read;
use std::time::{Duration, Instant};

/// Pieces outlive their head, whose clock may be coarser, by this.
const MARGIN: Duration = Duration::from_mins(1);

impl Store {
    /// Writes what is read as pieces of at most `piece_bytes`; the caller writes the head.
    pub(super) fn split(
        &self,
        content: &mut dyn Read,
        size: u64,
        piece_bytes: usize,
        expires: Option<Timestamp>,
    ) -> Result<Pieces> {
        let expires = expires.map(|end| Timestamp(end.0.saturating_add(MARGIN.as_micros() as i64)));
        let mut identity = [0; 16];
        getrandom::fill(&mut identity).map_err(|e| Error::new(Kind::Other, "no_randomness", e.to_string()))?;
        let mut hasher = Hasher::new([]);
        let (mut number, mut left) = (0, size);
        let mut piece = Vec::with_capacity(piece_bytes.min(usize::try_from(size).unwrap_or(usize::MAX)));
        let mut write = || -> Result<()> {
            while left > 0 {
                piece.clear();
                let wanted = left.min(piece_bytes as u64);
                let failed = |e: &std::io::Error| Error::disk("cannot read what is to be stored", e);
                content.take(wanted).read_to_end(&mut piece).map_err(|e| failed(&e))?;
                if (piece.len() as u64) < wanted {
                    return Err(failed(&std::io::ErrorKind::UnexpectedEof.into()));
                }
                hasher.update(&piece);
                let record = Record { content: &piece, wrapped: false, expires };
                self.told(self.driver.put(&piece_name(&identity, number), record, Condition::Always))?;
                number += 1;
                left -= wanted;
            }
            Ok(())
        };
        let written = write();
        let piece_size = piece_bytes as u64;
        let mut pieces = Pieces { identity, size: size - left, piece_size, sha256: [0; 32] };
        if let Err(error) = written {
            self.drop_pieces(Some(pieces));
            return Err(error);
        }
        pieces.sha256.copy_from_slice(hasher.finish().sha256().bytes());
        Ok(pieces)
    }

    /// The value whose pieces these are. One that was replaced meanwhile is read anew, for as long as an answer is
    /// waited for: those who write all the time take the pieces away under the reader.
    pub(super) fn join(&self, slot: &Slot, pieces: Pieces, version: Version) -> Result<Option<Vec<u8>>> {
        let (mut pieces, mut version) = (pieces, version);
        let start = Instant::now();
        while start.elapsed() <= self.patience {
            let why = match self.gather(&pieces)? {
                Ok(value) => return Ok(Some(value)),
                Err(why) => why,
            };
            let entry = self.told(self.driver.get(&slot.name))?;
            let now = entry.as_ref().map(|entry| entry.version.clone()).unwrap_or_default();
            if entry.is_some() && now == version {
                self.warn(&slot.key, why);
                return Ok(None);
            }
            match open_entry(slot, entry) {
                Found::Split(other) => (pieces, version) = (other, now),
                Found::Value(value) => return Ok(Some(value)),
                Found::Missing => return Ok(None),
                Found::Unreadable(why) => {
                    self.warn(&slot.key, &why);
                    return Ok(None);
                }
            }
        }
        Err(Error::new(Kind::Timeout, "contended", format!("store `{}`: the value changes all the time", self.shown)))
    }

    fn gather(&self, pieces: &Pieces) -> Result<Result<Vec<u8>, &'static str>> {
        let Some(size) = usize::try_from(pieces.size).ok().filter(|size| *size <= super::LARGEST_VALUE_BYTES) else {
            return Ok(Err("it is larger than values are"));
        };
        let mut value = Vec::with_capacity(size);
        for number in 0..pieces.count() {
            match self.piece(pieces, number)? {
                Some(piece) => value.extend_from_slice(&piece),
                None => return Ok(Err("a piece of it is missing or damaged")),
            }
        }
        if Digest::sha256(&value).bytes() != pieces.sha256 {
            return Ok(Err("its pieces do not make the whole"));
        }
        Ok(Ok(value))
    }

    pub(super) fn piece(&self, pieces: &Pieces, number: u64) -> Result<Option<Vec<u8>>> {
        let entry = self.told(self.driver.get(&pieces.name(number)))?;
        let Some(Content::Plain(piece)) = entry.map(|entry| entry.content) else { return Ok(None) };
        Ok(Some(piece).filter(|piece| piece.len() as u64 == pieces.size_of(number)))
    }

    /// The pieces that a slot refers to.
    pub(super) fn pieces_of(&self, slot: &Slot) -> Result<Option<Pieces>> {
        let wrapped = self.told(self.driver.stat(&slot.name))?.is_some_and(|stat| stat.wrapped);
        let entry = if wrapped { self.told(self.driver.get(&slot.name))? } else { None };
        Ok(match open_entry(slot, entry) {
            Found::Split(pieces) => Some(pieces),
            _ => None,
        })
    }

    /// Removes pieces that nothing refers to any more. That this fails costs room, not correctness.
    pub(super) fn drop_pieces(&self, pieces: Option<Pieces>) {
        let Some(pieces) = pieces else { return };
        for number in 0..pieces.count() {
            if self.driver.delete(&pieces.name(number)).is_err() {
                return;
            }
        }
    }
}
