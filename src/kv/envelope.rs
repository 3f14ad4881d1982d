//! How an entry stands that cannot stand as it is: its key too long or too odd for the engine, its value too large.
//!
//! The content is then a version byte (1), the key (its length as four bytes, big endian, then its bytes), a form byte,
//! and, for form 0, the value; for form 1, where the pieces of the value are: an identity of 16 bytes, the size of the
//! value and of a piece (eight bytes each, big endian), and the SHA-256 of the value. Piece `n`, from 0, stands as it
//! is under the key `dl-kv/part/IDENTITY/N`, both in hex.

use crate::digest::{Digest, encode_hex};

/// Keys that begin so are the store's own, where it wraps at all.
pub(super) const OWN: &[u8] = b"dl-kv/";
/// Keys under their digest.
pub(super) const HASHED: &[u8] = b"dl-kv/key/";
const VERSION: u8 = 1;
const DIGEST_BYTES: usize = 32;
/// What an envelope takes beside key and value, at most.
pub(super) const OVERHEAD_BYTES: usize = 1 + 4 + 1 + 16 + 8 + 8 + DIGEST_BYTES;

/// The name under which a key stands that the engine cannot take.
pub(super) fn hashed_name(key: &[u8]) -> Vec<u8> {
    [HASHED, Digest::sha256(key).hex().as_bytes()].concat()
}

/// What an envelope holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope<'a> {
    /// The key, with the prefix in front of it.
    pub(super) key: &'a [u8],
    /// The value, or where it is.
    pub(super) value: Value<'a>,
}

/// A value inside, or in pieces elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Here.
    Inline(&'a [u8]),
    /// In pieces.
    Split(Pieces),
}

/// The pieces of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pieces {
    /// A random identity: a new write never touches the pieces of an old one.
    pub(super) identity: [u8; 16],
    /// The size of the whole in bytes.
    pub(super) size: u64,
    /// The size of every piece but the last.
    pub(super) piece_size: u64,
    /// The SHA-256 of the whole.
    pub(super) sha256: [u8; DIGEST_BYTES],
}

impl Pieces {
    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.size.div_ceil(self.piece_size)
    }

    /// The key of one of them.
    pub(super) fn name(&self, number: u64) -> Vec<u8> {
        piece_name(&self.identity, number)
    }

    /// How many bytes one of them has.
    pub(super) fn size_of(&self, number: u64) -> u64 {
        self.piece_size.min(self.size - number * self.piece_size)
    }
}

/// The key of a piece.
pub(super) fn piece_name(identity: &[u8; 16], number: u64) -> Vec<u8> {
    format!("dl-kv/part/{}/{number:x}", encode_hex(identity)).into_bytes()
}

impl<'a> Envelope<'a> {
    /// The envelope as it is stored.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let inline = if let Value::Inline(value) = self.value { value.len() } else { 0 };
        let mut bytes = Vec::with_capacity(OVERHEAD_BYTES + self.key.len() + inline);
        bytes.push(VERSION);
        bytes.extend_from_slice(&(self.key.len() as u32).to_be_bytes());
        bytes.extend_from_slice(self.key);
        match &self.value {
            Value::Inline(value) => {
                bytes.push(0);
                bytes.extend_from_slice(value);
            }
            Value::Split(pieces) => {
                bytes.push(1);
                bytes.extend_from_slice(&pieces.identity);
                bytes.extend_from_slice(&pieces.size.to_be_bytes());
                bytes.extend_from_slice(&pieces.piece_size.to_be_bytes());
                bytes.extend_from_slice(&pieces.sha256);
            }
        }
        bytes
    }

    /// Reads an envelope; `None` if it is none, or of a version that is not known here.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&VERSION, rest) = bytes.split_first()? else { return None };
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (key, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        let (form, rest) = rest.split_first()?;
        let value = match form {
            0 => Value::Inline(rest),
            1 => {
                let (identity, rest) = rest.split_first_chunk::<16>()?;
                let (size, rest) = rest.split_first_chunk::<8>()?;
                let (piece_size, rest) = rest.split_first_chunk::<8>()?;
                let sha256 = <[u8; DIGEST_BYTES]>::try_from(rest).ok()?;
                let (size, piece_size) = (u64::from_be_bytes(*size), u64::from_be_bytes(*piece_size));
                let identity = *identity;
                if piece_size == 0 {
                    return None;
                }
                Value::Split(Pieces { identity, size, piece_size, sha256 })
            }
            _ => return None,
        };
        Some(Self { key, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let pieces = Pieces { identity: [7; 16], size: 2500, piece_size: 1000, sha256: [9; 32] };
        for value in [Value::Inline(b"value"), Value::Inline(b""), Value::Split(pieces)] {
            for key in [&b""[..], b"key", &vec![0xff; 70_000]] {
                let envelope = Envelope { key, value: value.clone() };
                let bytes = envelope.to_bytes();
                assert!(bytes.len() <= OVERHEAD_BYTES + key.len() + b"value".len());
                assert_eq!(Envelope::parse(&bytes).unwrap(), envelope);
            }
        }
        assert_eq!((pieces.count(), pieces.size_of(0), pieces.size_of(2)), (3, 1000, 500));
        assert_eq!(pieces.name(10), b"dl-kv/part/07070707070707070707070707070707/a");
        assert_eq!(hashed_name(b"").len(), HASHED.len() + 64);
    }

    #[test]
    fn nothing_else_is_one() {
        let pieces = Pieces { identity: [7; 16], size: 1, piece_size: 0, sha256: [9; 32] };
        let good = Envelope { key: b"key", value: Value::Split(Pieces { piece_size: 1, ..pieces }) }.to_bytes();
        for end in 0..good.len() {
            assert_eq!(Envelope::parse(&good[..end]), None, "cut at {end}");
        }
        assert_eq!(Envelope::parse(&[&good[..], b"x"].concat()), None);
        assert_eq!(Envelope::parse(&Envelope { key: b"k", value: Value::Split(pieces) }.to_bytes()), None);
        assert_eq!(Envelope::parse(&[2, 0, 0, 0, 0, 0]), None, "a later version");
        assert_eq!(Envelope::parse(&[1, 0, 0, 0, 0, 9]), None, "an unknown form");
    }
}
