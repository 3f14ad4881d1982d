//! What must hold of a body before it is believed: sizes, the digests expected, those that the server sent. Pure.

use crate::digest::{Algorithm, Digest, Digests};
use crate::error::{Error, Kind, Result};
use crate::message::Head;
use crate::transfer::job::Proof;

/// Over which bytes a server's digest was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// The whole, as it was sent.
    Whole,
    /// The content of this message: a part, if it is a 206.
    Content,
}

/// A digest that the server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Promise {
    /// The digest.
    pub(super) digest: Digest,
    /// The field.
    pub(super) field: String,
    /// What it covers.
    pub(super) over: Over,
}

/// The digests that a head of a whole response tells of its content.
pub(crate) fn told_of_whole(head: &Head) -> Vec<Digest> {
    promises(head, &mut |_| ()).into_iter().map(|promise| promise.digest).collect()
}

/// The digests in a head that can be checked; `ignored` is told why others are not.
pub(super) fn promises(head: &Head, ignored: &mut dyn FnMut(String)) -> Vec<Promise> {
    let mut found = Vec::new();
    let part = head.status == 206;
    for (name, value) in head.fields.iter() {
        let over = if name == "content-digest" || name == "content-md5" { Over::Content } else { Over::Whole };
        let text = String::from_utf8_lossy(value);
        let digests: Vec<(String, Option<Digest>)> = match name {
            "repr-digest" | "content-digest" => members(&text).map(|(a, v)| (a.to_owned(), structured(a, v))).collect(),
            "digest" => members(&text).map(|(a, v)| (a.to_owned(), by_name(a, v))).collect(),
            "content-md5" => vec![("md5".to_owned(), Digest::from_base64(Algorithm::Md5, &text))],
            "x-goog-hash" if is_transcoded(head) => {
                ignored("`x-goog-hash` is ignored: the object was decoded on its way".to_owned());
                continue;
            }
            "x-goog-hash" => members(&text).map(|(a, v)| (a.to_owned(), by_name(a, v))).collect(),
            _ => match name.strip_prefix("x-amz-checksum-") {
                Some("type" | "mode" | "algorithm") | None => continue,
                // S3 answers a range with the checksum of a part, or of the whole: the field does not say which.
                Some(_) if part => continue,
                Some(algorithm) => vec![(algorithm.to_owned(), amazon(head, algorithm, &text))],
            },
        };
        for (algorithm, digest) in digests {
            match digest {
                Some(digest) => found.push(Promise { digest, field: name.to_owned(), over }),
                None => ignored(format!("`{name}` ({algorithm}) is ignored: it is of a kind that cannot be checked")),
            }
        }
    }
    found
}

/// `name=value` pairs between commas. Base64 and hex hold no comma.
fn members(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(',').filter_map(|member| {
        let (name, value) = member.split_once('=')?;
        Some((name.trim(), value.trim()))
    })
}

/// A member of a structured field (RFC 9530): `:BASE64:`, perhaps with parameters.
fn structured(name: &str, value: &str) -> Option<Digest> {
    let value = value.split(';').next()?.trim();
    by_name(name, value.strip_prefix(':')?.strip_suffix(':')?)
}

fn by_name(name: &str, base64: &str) -> Option<Digest> {
    let algorithm = match name.to_ascii_lowercase().as_str() {
        "crc32c" => Algorithm::Crc32c,
        other => Algorithm::from_name(other)?,
    };
    Digest::from_base64(algorithm, base64)
}

/// Checksums of uploads in parts (`…-N`, type COMPOSITE) are made of the parts' checksums.
fn amazon(head: &Head, algorithm: &str, value: &str) -> Option<Digest> {
    let composite = head.fields.text("x-amz-checksum-type").is_some_and(|t| t.trim().eq_ignore_ascii_case("COMPOSITE"));
    if composite || value.contains('-') {
        return None;
    }
    let algorithm = match algorithm {
        "crc32" => Algorithm::Crc32,
        "crc32c" => Algorithm::Crc32c,
        "crc64nvme" => Algorithm::Crc64Nvme,
        "sha1" => Algorithm::Sha1,
        "sha256" => Algorithm::Sha256,
        _ => return None,
    };
    Digest::from_base64(algorithm, value)
}

/// Whether Google decoded an object on its way: the digest is that of what it stores.
fn is_transcoded(head: &Head) -> bool {
    let coding = |name| {
        let text = head.fields.text(name).unwrap_or_default().trim().to_ascii_lowercase();
        if text == "identity" { String::new() } else { text }
    };
    head.fields.contains("x-goog-stored-content-encoding")
        && coding("x-goog-stored-content-encoding") != coding("content-encoding")
}

/// The algorithms that the stored bytes are hashed with, beside SHA-256.
pub(super) fn algorithms(proof: &Proof, promises: &[Promise]) -> Vec<Algorithm> {
    let expected = proof.digests.iter().map(|e| e.digest.algorithm());
    expected.chain(promises.iter().map(|p| p.digest.algorithm())).collect()
}

/// Checks the server's digests over these bytes.
///
/// # Errors
/// `Integrity`.
pub(super) fn keep_promises(promises: &[Promise], digests: &Digests) -> Result<()> {
    promises.iter().try_for_each(|p| digests.check(&p.digest, &format!("the server's `{}`", p.field)))
}

/// Checks a size that is known before the body, or after it.
///
/// # Errors
/// `Integrity`, naming both sizes.
pub(crate) fn check_size(proof: &Proof, size: u64) -> Result<()> {
    let fail = |code, limit: &str, wanted: u64, option: &str| {
        let (wanted, found) = (bytes(wanted), bytes(size));
        Err(Error::new(
            Kind::Integrity,
            code,
            format!("wrong size: expected {limit}{wanted} (`{option}`), found {found}"),
        ))
    };
    match (proof.size, proof.min_size, proof.max_size) {
        (Some(wanted), _, _) if wanted != size => fail("size_mismatch", "", wanted, "--size"),
        (_, Some(least), _) if size < least => fail("too_small", "at least ", least, "--min-size"),
        (_, _, Some(most)) if size > most => fail("too_large", "at most ", most, "--max-size"),
        _ => Ok(()),
    }
}

/// A number of bytes in words.
fn bytes(count: u64) -> String {
    format!("{count} byte{}", if count == 1 { "" } else { "s" })
}

/// The most bytes that may be stored: more than an exact size is wrong too.
pub(super) fn most_bytes(proof: &Proof) -> Option<u64> {
    match (proof.size, proof.max_size) {
        (Some(size), Some(most)) => Some(size.min(most)),
        (size, most) => size.or(most),
    }
}

/// Checks the digests that the user expects, all of them.
///
/// # Errors
/// `Integrity`.
pub(crate) fn check_digests(proof: &Proof, digests: &Digests) -> Result<()> {
    proof.digests.iter().try_for_each(|e| digests.check(&e.digest, &e.who_says))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::hash_reader;

    /// The promises over `hello`, as (field, algorithm, right), and how many were ignored.
    fn promised(status: u16, fields: &[(&str, &str)]) -> (Vec<(String, &'static str, bool)>, usize) {
        let mut head = Head { status, ..Head::default() };
        for (name, value) in fields {
            head.fields.push(name, *value);
        }
        let mut ignored = 0;
        let found = promises(&head, &mut |_| ignored += 1);
        let algorithms = algorithms(&Proof::default(), &found);
        let (_, digests) = hash_reader(&mut &b"hello"[..], algorithms).unwrap();
        let right = |p: Promise| (p.field.clone(), p.digest.algorithm().name(), keep_promises(&[p], &digests).is_ok());
        (found.into_iter().map(right).collect(), ignored)
    }

    #[test]
    fn fields_that_are_checked() {
        let sha = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
        for (name, value, algorithm) in [
            ("Repr-Digest", format!("sha-256=:{sha}:"), "sha256"),
            ("Content-Digest", format!("sha-256=:{sha}:;q=1"), "sha256"),
            ("Digest", format!("SHA-256={sha}"), "sha256"),
            ("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg==".to_owned(), "md5"),
            ("x-goog-hash", "crc32c=mnG7TA==".to_owned(), "crc32c"),
            ("x-amz-checksum-crc32", "NhCmhg==".to_owned(), "crc32"),
            ("x-amz-checksum-sha256", sha.to_owned(), "sha256"),
        ] {
            let (found, ignored) = promised(200, &[(name, &value)]);
            assert_eq!(found, [(name.to_ascii_lowercase(), algorithm, true)], "{name}");
            assert_eq!(ignored, 0);
        }
        let (found, _) = promised(200, &[("x-goog-hash", "crc32c=mnG7TA==,md5=XUFAKrxLKna5cZ2REBfFkg==")]);
        assert!(found.len() == 2 && found.iter().all(|f| f.2), "{found:?}");
        let (found, _) = promised(200, &[("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==")]);
        assert!(!found[0].2);
    }

    #[test]
    fn fields_that_are_ignored() {
        for (name, value) in [
            ("Repr-Digest", "sha-256=LPJNul"),
            ("Repr-Digest", "sha-256=:???:"),
            ("Repr-Digest", "unixsum=:AAAA:"),
            ("Digest", "UNIXsum=30637"),
            ("Content-MD5", "zz"),
            ("x-amz-checksum-crc32", "NhCmhg==-3"),
            ("x-amz-checksum-crc99", "NhCmhg=="),
        ] {
            assert_eq!(promised(200, &[(name, value)]), (vec![], 1), "{name}: {value}");
        }
        assert_eq!(
            promised(200, &[("x-amz-checksum-crc32", "NhCmhg=="), ("x-amz-checksum-type", "COMPOSITE")]),
            (vec![], 1)
        );
        assert_eq!(promised(206, &[("x-amz-checksum-crc32", "NhCmhg==")]), (vec![], 0));
        let stored = ("x-goog-stored-content-encoding", "gzip");
        assert_eq!(promised(200, &[("x-goog-hash", "crc32c=mnG7TA=="), stored]), (vec![], 1));
        let sent = ("content-encoding", "gzip");
        assert_eq!(promised(200, &[("x-goog-hash", "crc32c=mnG7TA=="), stored, sent]).0.len(), 1);
    }

    #[test]
    fn sizes() {
        let proof = Proof { size: Some(5), ..Proof::default() };
        assert!(check_size(&proof, 5).is_ok());
        assert_eq!(
            check_size(&proof, 1).unwrap_err().message(),
            "wrong size: expected 5 bytes (`--size`), found 1 byte"
        );
        let proof = Proof { min_size: Some(2), max_size: Some(4), ..Proof::default() };
        for (size, code) in [(1, Some("too_small")), (2, None), (4, None), (5, Some("too_large"))] {
            assert_eq!(check_size(&proof, size).err().map(|e| e.code()), code);
        }
        assert_eq!(most_bytes(&Proof { size: Some(9), max_size: Some(4), ..Proof::default() }), Some(4));
    }

    proptest::proptest! {
        #[test]
        fn any_field_is_taken(value: Vec<u8>) {
            for name in ["repr-digest", "digest", "content-md5", "x-goog-hash", "x-amz-checksum-sha1"] {
                let mut head = Head::default();
                head.fields.push(name, value.clone());
                promises(&head, &mut |_| ());
            }
        }
    }
}
