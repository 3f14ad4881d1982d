//! The files of a `file:` store, as they are written there and served by any web server.
//!
//! ```text
//! DIR/entries/ab/cdef…     an entry: `abcdef…` is the SHA-256 of its key, in hex
//! DIR/sha256/HEX           a blob that never expires: its bytes and nothing else
//! ```
//!
//! An entry is `dl-kv 1` and a line end, then 32 bytes: the SHA-256 of all that follows; 16 bytes: a random revision;
//! eight bytes: the moment of expiry in microseconds since 1970, the largest number for never; eight bytes: the size of
//! the value; four bytes: the size of the key (all big endian, signed only the moment); the key; the value.

use crate::clock::Timestamp;
use crate::digest::{Algorithm, Digest, Hasher};

/// The folder of the entries.
pub const ENTRIES: &str = "entries";
/// The folder of the blobs.
pub const BLOBS: &str = "sha256";
const MAGIC: &[u8; 8] = b"dl-kv 1\n";
const DIGEST_BYTES: usize = 32;
/// What stands in front of the key.
pub const HEAD_BYTES: usize = MAGIC.len() + DIGEST_BYTES + 16 + 8 + 8 + 4;
const NEVER: i64 = i64::MAX;

/// Where the entry of a key is, below the store.
#[must_use]
pub fn path_of(key: &[u8]) -> String {
    let hex = Digest::sha256(key).hex();
    format!("{ENTRIES}/{}/{}", &hex[..2], &hex[2..])
}

/// What stands in front of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    digest: [u8; DIGEST_BYTES],
    /// Differs after every write.
    pub revision: [u8; 16],
    /// The moment of expiry; `None`: never.
    pub expires: Option<Timestamp>,
    /// The size of the value in bytes.
    pub value_size: u64,
    /// The size of the key in bytes.
    pub key_size: usize,
}

impl Head {
    /// A new head for a key and its value.
    #[must_use]
    pub fn new(revision: [u8; 16], expires: Option<Timestamp>, key: &[u8], value: &[u8]) -> Self {
        let mut head = Self { digest: [0; 32], revision, expires, value_size: value.len() as u64, key_size: key.len() };
        head.digest = head.digest_with(key, value);
        head
    }

    /// The head as it is written.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&MAGIC[..], &self.digest, &self.covered()].concat()
    }

    fn covered(&self) -> Vec<u8> {
        let expires = self.expires.map_or(NEVER, |end| end.0.min(NEVER - 1));
        let key_size = (self.key_size as u32).to_be_bytes();
        [&self.revision[..], &expires.to_be_bytes(), &self.value_size.to_be_bytes(), &key_size].concat()
    }

    fn digest_with(&self, key: &[u8], value: &[u8]) -> [u8; DIGEST_BYTES] {
        let mut hasher = Hasher::new([]);
        for part in [&self.covered(), key, value] {
            hasher.update(part);
        }
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(hasher.finish().sha256().bytes());
        digest
    }

    /// Reads the beginning of a file; `None` if it is not ours.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk::<8>()?;
        let (digest, rest) = rest.split_first_chunk::<DIGEST_BYTES>()?;
        let (revision, rest) = rest.split_first_chunk::<16>()?;
        let (expires, rest) = rest.split_first_chunk::<8>()?;
        let (value_size, rest) = rest.split_first_chunk::<8>()?;
        let (key_size, _) = rest.split_first_chunk::<4>()?;
        let expires = Some(i64::from_be_bytes(*expires)).filter(|end| *end != NEVER).map(Timestamp);
        let value_size = u64::from_be_bytes(*value_size);
        let key_size = u32::from_be_bytes(*key_size) as usize;
        (magic == MAGIC).then_some(Self { digest: *digest, revision: *revision, expires, value_size, key_size })
    }

    /// The size of the whole file in bytes.
    #[must_use]
    pub fn file_size(&self) -> u64 {
        (HEAD_BYTES as u64 + self.key_size as u64).saturating_add(self.value_size)
    }

    /// Whether the entry has expired.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }
}

/// Reads a whole file: its head and its value.
///
/// # Errors
/// What is wrong with it: no file of ours, damaged, of another key.
pub fn open(bytes: Vec<u8>, key: &[u8]) -> Result<(Head, Vec<u8>), &'static str> {
    let head = Head::parse(&bytes).ok_or("it is no entry of dl")?;
    if head.file_size() != bytes.len() as u64 {
        return Err("its size is wrong");
    }
    let (own, value) = bytes[HEAD_BYTES..].split_at(head.key_size);
    if head.digest_with(own, value) != head.digest {
        return Err("its digest is wrong");
    }
    if own != key {
        return Err("it belongs to another key");
    }
    let mut bytes = bytes;
    bytes.drain(..HEAD_BYTES + head.key_size);
    Ok((head, bytes))
}

/// The key of a blob: `sha256/HEX`.
#[must_use]
pub fn blob_of_key(key: &[u8]) -> Option<&str> {
    let hex = std::str::from_utf8(key.strip_prefix(b"sha256/")?).ok()?;
    (Digest::from_hex(Algorithm::Sha256, hex)?.hex() == hex).then_some(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_damage_is_seen() {
        for expires in [None, Some(Timestamp(17)), Some(Timestamp(i64::MAX))] {
            let head = Head::new([3; 16], expires, b"key", b"value");
            let file = [&head.to_bytes()[..], b"key", b"value"].concat();
            let (read, value) = open(file.clone(), b"key").unwrap();
            assert_eq!((read.expires.is_some(), read.revision, value), (expires.is_some(), [3; 16], b"value".to_vec()));
            assert_eq!(open(file.clone(), b"other").unwrap_err(), "it belongs to another key");
            for at in 0..file.len() {
                let mut damaged = file.clone();
                damaged[at] ^= 1;
                assert!(open(damaged, b"key").is_err(), "a bit at {at}");
                assert!(open(file[..at].to_vec(), b"key").is_err(), "cut at {at}");
            }
        }
    }

    #[test]
    fn keys_of_blobs() {
        let hex = Digest::sha256(b"x").hex();
        assert_eq!(blob_of_key(format!("sha256/{hex}").as_bytes()), Some(hex.as_str()));
        for other in [format!("sha256/{}", hex.to_uppercase()), format!("sha256/{}", &hex[1..]), hex] {
            assert_eq!(blob_of_key(other.as_bytes()), None);
        }
        assert_eq!(path_of(b"").len(), "entries/e3/".len() + 62);
    }
}
