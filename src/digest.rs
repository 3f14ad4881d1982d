//! Digests: their names and spellings, and many of them computed in one pass.

use crate::error::{Error, Kind, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;
use std::fmt;

/// A digest algorithm, from those that people publish (`SPEC`) and those that servers send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// MD5. Fit to find accidents, not attackers.
    Md5,
    /// SHA-1. Fit to find accidents, not attackers.
    Sha1,
    /// SHA-256: the name of every blob.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// `BLAKE2b` with 512 bits.
    Blake2b,
    /// BLAKE3 with 256 bits.
    Blake3,
    /// CRC-32 (ISO-HDLC), sent by S3.
    Crc32,
    /// CRC-32C (Castagnoli), sent by Google and S3.
    Crc32c,
    /// CRC-64/NVME, sent by S3.
    Crc64Nvme,
}

impl Algorithm {
    /// Those a user may name.
    pub const SPELLED: [Self; 7] =
        [Self::Sha256, Self::Sha1, Self::Sha384, Self::Sha512, Self::Md5, Self::Blake2b, Self::Blake3];

    /// The name, as it stands in a digest spec.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Blake2b => "blake2b",
            Self::Blake3 => "blake3",
            Self::Crc32 => "crc32",
            Self::Crc32c => "crc32c",
            Self::Crc64Nvme => "crc64nvme",
        }
    }

    /// The length in bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 | Self::Blake3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 | Self::Blake2b => 64,
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
        }
    }

    /// The algorithm of that name, with or without its hyphen (`SHA-256`, `sha256`), in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "md5" => Self::Md5,
            "sha1" | "sha-1" | "sha" => Self::Sha1,
            "sha256" | "sha-256" => Self::Sha256,
            "sha384" | "sha-384" => Self::Sha384,
            "sha512" | "sha-512" => Self::Sha512,
            "blake2b" | "blake2" | "blake2b-512" => Self::Blake2b,
            "blake3" | "b3" => Self::Blake3,
            _ => return None,
        })
    }
}

/// The value of a digest.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

impl Digest {
    /// A digest from its bytes; `None` if their number is not the algorithm's.
    #[must_use]
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == algorithm.length()).then(|| Self { algorithm, bytes: bytes.to_vec() })
    }

    /// A digest from hex of any case; `None` if it is not one.
    #[must_use]
    pub fn from_hex(algorithm: Algorithm, hex: &str) -> Option<Self> {
        Self::from_bytes(algorithm, &decode_hex(hex)?)
    }

    /// A digest from base64; `None` if it is not one.
    #[must_use]
    pub fn from_base64(algorithm: Algorithm, text: &str) -> Option<Self> {
        Self::from_bytes(algorithm, &STANDARD.decode(text.trim()).ok()?)
    }

    /// Parses a digest spec: `sha256:HEX` (or another algorithm), SRI `sha256-BASE64`, or bare hex whose length names the algorithm.
    ///
    /// # Errors
    /// A usage error that says what was expected.
    pub fn parse(spec: &str) -> Result<Self> {
        let spec = spec.trim();
        let wrong = |why: String| Error::usage(why).hint("a digest is `sha256:HEX`, `sha256-BASE64` (SRI) or bare hex");
        if let Some((name, hex)) = spec.split_once(':') {
            let algorithm = Algorithm::from_name(name).ok_or_else(|| {
                let known: Vec<_> = Algorithm::SPELLED.iter().map(|a| a.name()).collect();
                wrong(format!("unknown digest algorithm `{name}`: expected one of {}", known.join(", ")))
            })?;
            return Self::from_hex(algorithm, hex.trim()).ok_or_else(|| {
                wrong(format!("`{spec}` is no {name} digest: expected {} hex digits", algorithm.length() * 2))
            });
        }
        if let Some((name, base64)) = spec.split_once('-')
            && let Some(algorithm) = Algorithm::from_name(name)
        {
            return Self::from_base64(algorithm, base64)
                .ok_or_else(|| wrong(format!("`{spec}` is no {name} digest in SRI form")));
        }
        let by_length = [Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512];
        by_length
            .into_iter()
            .find(|a| a.length() * 2 == spec.len())
            .and_then(|a| Self::from_hex(a, spec))
            .ok_or_else(|| wrong(format!("`{spec}` is no digest: no algorithm has {} hex digits", spec.len())))
    }

    /// SHA-256 of some bytes.
    #[must_use]
    pub fn sha256(bytes: &[u8]) -> Self {
        Self { algorithm: Algorithm::Sha256, bytes: sha2::Sha256::digest(bytes).to_vec() }
    }

    /// Which algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Lower-case hex.
    #[must_use]
    pub fn hex(&self) -> String {
        encode_hex(&self.bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Lower-case hex of some bytes.
#[must_use]
pub fn encode_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

fn decode_hex(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) {
        return None;
    }
    hex.as_bytes()
        .chunks_exact(2)
        .map(|pair| {
            let digit = |b: u8| char::from(b).to_digit(16);
            u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()
        })
        .collect()
}

/// Computes several digests over one stream of bytes.
pub struct Hasher(Vec<State>);

enum State {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
    Blake2b(Box<blake2::Blake2b512>),
    Blake3(Box<blake3::Hasher>),
    Crc(Algorithm, crc_fast::Digest),
}

impl Hasher {
    /// A hasher of SHA-256 and whatever else is asked for (each once).
    #[must_use]
    pub fn new(others: impl IntoIterator<Item = Algorithm>) -> Self {
        let mut algorithms = vec![Algorithm::Sha256];
        algorithms.extend(others);
        algorithms.sort_unstable();
        algorithms.dedup();
        Self(algorithms.into_iter().map(State::new).collect())
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        for state in &mut self.0 {
            match state {
                State::Md5(h) => h.update(bytes),
                State::Sha1(h) => h.update(bytes),
                State::Sha256(h) => h.update(bytes),
                State::Sha384(h) => h.update(bytes),
                State::Sha512(h) => h.update(bytes),
                State::Blake2b(h) => blake2::Digest::update(h.as_mut(), bytes),
                State::Blake3(h) => {
                    h.update(bytes);
                }
                State::Crc(_, h) => h.update(bytes),
            }
        }
    }

    /// The digests of all bytes taken.
    #[must_use]
    pub fn finish(self) -> Digests {
        Digests(self.0.into_iter().map(State::finish).collect())
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher({})", self.0.len())
    }
}

impl State {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5(md5::Md5::new()),
            Algorithm::Sha1 => Self::Sha1(sha1::Sha1::new()),
            Algorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
            Algorithm::Sha384 => Self::Sha384(sha2::Sha384::new()),
            Algorithm::Sha512 => Self::Sha512(sha2::Sha512::new()),
            Algorithm::Blake2b => Self::Blake2b(Box::default()),
            Algorithm::Blake3 => Self::Blake3(Box::default()),
            Algorithm::Crc32 => Self::Crc(algorithm, crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32IsoHdlc)),
            Algorithm::Crc32c => Self::Crc(algorithm, crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32Iscsi)),
            Algorithm::Crc64Nvme => Self::Crc(algorithm, crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme)),
        }
    }

    fn finish(self) -> Digest {
        let (algorithm, bytes) = match self {
            Self::Md5(h) => (Algorithm::Md5, h.finalize().to_vec()),
            Self::Sha1(h) => (Algorithm::Sha1, h.finalize().to_vec()),
            Self::Sha256(h) => (Algorithm::Sha256, h.finalize().to_vec()),
            Self::Sha384(h) => (Algorithm::Sha384, h.finalize().to_vec()),
            Self::Sha512(h) => (Algorithm::Sha512, h.finalize().to_vec()),
            Self::Blake2b(h) => (Algorithm::Blake2b, blake2::Digest::finalize(*h).to_vec()),
            Self::Blake3(h) => (Algorithm::Blake3, h.finalize().as_bytes().to_vec()),
            Self::Crc(algorithm, h) => {
                let value = h.finalize().to_be_bytes();
                (algorithm, value[value.len() - algorithm.length()..].to_vec())
            }
        };
        Digest { algorithm, bytes }
    }
}

/// The digests of one content; SHA-256 is always among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests(Vec<Digest>);

impl Digests {
    /// Digests that were computed before.
    #[must_use]
    pub fn known(sha256: Digest, others: impl IntoIterator<Item = Digest>) -> Self {
        let mut all = vec![sha256];
        all.extend(others);
        Self(all)
    }

    /// SHA-256, the name of the content.
    ///
    /// # Panics
    /// Never: every hasher computes it.
    #[must_use]
    pub fn sha256(&self) -> &Digest {
        self.get(Algorithm::Sha256).expect("every hasher computes sha256")
    }

    /// The digest of that algorithm, if it was computed.
    #[must_use]
    pub fn get(&self, algorithm: Algorithm) -> Option<&Digest> {
        self.0.iter().find(|d| d.algorithm == algorithm)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Digest> {
        self.0.iter()
    }

    /// Checks one expected digest that was computed along.
    ///
    /// # Errors
    /// An integrity error (`digest_mismatch`) that names both, if they differ or it was not computed.
    pub fn check(&self, expected: &Digest, who_says: &str) -> Result<()> {
        match self.get(expected.algorithm) {
            Some(found) if found == expected => Ok(()),
            found => Err(Error::new(
                Kind::Integrity,
                "digest_mismatch",
                format!("wrong {} digest", expected.algorithm.name()),
            )
            .cause(format!("expected {} ({who_says})", expected.hex()))
            .cause(format!("found    {}", found.map_or_else(|| "none".to_owned(), Digest::hex)))),
        }
    }
}

/// Hashes what a reader gives, to its end; the number of bytes comes along.
///
/// # Errors
/// Those of the reader.
pub fn hash_reader(
    reader: &mut impl std::io::Read,
    others: impl IntoIterator<Item = Algorithm>,
) -> std::io::Result<(u64, Digests)> {
    let mut hasher = Hasher::new(others);
    let mut buffer = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok((size, hasher.finish())),
            Ok(n) => {
                hasher.update(&buffer[..n]);
                size += n as u64;
            }
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling() {
        let hex = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        let digest = Digest::sha256(b"hello");
        for spec in [
            hex.to_owned(),
            hex.to_uppercase(),
            format!("sha256:{hex}"),
            format!("SHA-256:{hex}"),
            "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=".to_owned(),
        ] {
            assert_eq!(Digest::parse(&spec).unwrap(), digest, "{spec}");
        }
        for bad in ["", "sha256:", "sha256:12", "sha9:12", "zz", "sha256-???", "sha256:2cf2 4dba"] {
            assert_eq!(Digest::parse(bad).unwrap_err().kind(), Kind::Usage, "{bad}");
        }
    }

    /// Published vectors: RFC 1321, FIPS 180, RFC 7693, BLAKE3's own, and the CRC catalogue's check values.
    #[test]
    fn known_values() {
        let (size, digests) = hash_reader(
            &mut &b"123456789"[..],
            [Algorithm::Md5, Algorithm::Sha1, Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme],
        )
        .unwrap();
        assert_eq!(size, 9);
        let hex = |a| digests.get(a).unwrap().hex();
        assert_eq!(hex(Algorithm::Crc32), "cbf43926");
        assert_eq!(hex(Algorithm::Crc32c), "e3069283");
        assert_eq!(hex(Algorithm::Crc64Nvme), "ae8b14860a799888");
        assert_eq!(hex(Algorithm::Md5), "25f9e794323b453885f5181f1b624d0b");
        assert_eq!(hex(Algorithm::Sha1), "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
        let mut hasher = Hasher::new([Algorithm::Blake2b, Algorithm::Blake3, Algorithm::Sha512]);
        hasher.update(b"ab");
        hasher.update(b"c");
        let digests = hasher.finish();
        assert!(digests.get(Algorithm::Blake2b).unwrap().hex().starts_with("ba80a53f981c4d0d6a2797b69f12f6e9"));
        assert!(digests.get(Algorithm::Blake3).unwrap().hex().starts_with("6437b3ac38465133ffb63b75273a8db5"));
        assert!(digests.get(Algorithm::Sha512).unwrap().hex().starts_with("ddaf35a193617abacc417349ae204131"));
    }

    #[test]
    fn a_wrong_digest_names_both() {
        let digests = Hasher::new([]).finish();
        let error = digests.check(&Digest::sha256(b"x"), "--sha256").unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Integrity, "digest_mismatch"));
        assert!(error.to_string().contains("--sha256"));
    }
}
