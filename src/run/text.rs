//! How paths and digests stand in the note of a run: as text, and as bytes where they are none.

use crate::digest::{Algorithm, Digest};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Bytes(Vec<u8>),
}

/// A path, without loss.
pub(crate) mod path {
    use super::{Deserialize, Deserializer, OsString, PathBuf, Serialize, Serializer, Written};
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

    pub(crate) fn serialize<S: Serializer>(path: &std::path::Path, serializer: S) -> Result<S::Ok, S::Error> {
        match path.to_str() {
            Some(text) => text.serialize(serializer),
            None => path.as_os_str().as_bytes().serialize(serializer),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Text(text) => text.into(),
            Written::Bytes(bytes) => OsString::from_vec(bytes).into(),
        })
    }
}

/// A SHA-256, as hex.
pub(crate) mod sha256 {
    use super::{Algorithm, Deserialize as _, Deserializer, Digest, Serialize as _, Serializer};

    pub(crate) fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        digest.hex().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let hex = String::deserialize(deserializer)?;
        Digest::from_hex(Algorithm::Sha256, &hex).ok_or_else(|| serde::de::Error::custom("no SHA-256"))
    }
}

/// Words as a shell would take them again.
#[must_use]
pub fn quoted(words: &[OsString]) -> String {
    let one = |word: &OsString| {
        let text = word.to_string_lossy();
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-./=:,@%+".contains(b);
        if !text.is_empty() && word.as_bytes().iter().all(plain) {
            text.into_owned()
        } else {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
    };
    words.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt as _;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_more_in_them() {
        let words = ["echo", "a b", "it's", "", "--x=1"].map(OsString::from);
        assert_eq!(quoted(&words), r"echo 'a b' 'it'\''s' '' --x=1");
    }

    #[test]
    fn paths_come_back_to_the_byte() {
        #[derive(Serialize, Deserialize, PartialEq, Debug)]
        struct Holder(#[serde(with = "path")] PathBuf);
        for bytes in [&b"src/a.c"[..], b"\xff\xfe", "ü".as_bytes()] {
            let holder = Holder(OsString::from_vec(bytes.to_vec()).into());
            let text = serde_json::to_string(&holder).unwrap();
            assert_eq!(serde_json::from_str::<Holder>(&text).unwrap(), holder, "{text}");
        }
    }
}
