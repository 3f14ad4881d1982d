//! What a file is: told by its content, by its name only where that leaves it open.

use crate::archive::codec::Codec;
use crate::archive::directory;
use crate::archive::source::{Section, Stream, read_full};
use crate::archive::tar::{self, BLOCK_BYTES};
use crate::error::{Error, Result};
use std::fs::File;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Neither packed nor an archive.
    Plain,
    /// One file, compressed.
    Packed(Codec),
    /// A tar, compressed or not.
    Tar(Option<Codec>),
    /// A zip.
    Zip,
}

/// Looks at the first bytes, and at the first ones behind a compression.
pub(crate) fn detect(file: &File, size: u64, name: &str, limit: u64) -> Result<Format> {
    let mut head = [0; BLOCK_BYTES];
    let count = read_full(&mut Section::new(file, 0, size), &mut head)
        .map_err(|e| Error::disk(format!("cannot read `{name}`"), &e))?;
    let head = &head[..count];
    if let Some(codec) = Codec::detect(head, name) {
        // A name that says tar is believed: what then is none is broken, and no file to be unpacked as another.
        let is_tar = says_packed_tar(name) || holds_tar(file, size, codec, limit);
        return Ok(if is_tar { Format::Tar(Some(codec)) } else { Format::Packed(codec) });
    }
    if [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|s| head.starts_with(*s)) {
        return Ok(Format::Zip);
    }
    if let Ok(block) = head.try_into()
        && (tar::is_header(block) || has_extension(name, &["tar"]) && block.iter().all(|b| *b == 0))
    {
        return Ok(Format::Tar(None));
    }
    // A program that unpacks itself, or something else in front.
    if has_extension(name, &["zip"]) && directory::has_end(file, size)? {
        return Ok(Format::Zip);
    }
    Ok(Format::Plain)
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, last)| extensions.iter().any(|e| e.eq_ignore_ascii_case(last)))
}

fn says_packed_tar(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    has_extension(stem, &["tar"]) || has_extension(name, &["tgz", "tbz", "tbz2", "txz", "tzst", "tar"])
}

fn holds_tar(file: &File, size: u64, codec: Codec, limit: u64) -> bool {
    let mut block = [0; BLOCK_BYTES];
    let filled = Stream::open(file, size, Some(codec), limit).and_then(|mut stream| stream.fill(&mut block));
    // What cannot be decoded is said by whoever reads it.
    matches!(filled, Ok(BLOCK_BYTES)) && tar::is_header(&block)
}

/// What a name becomes when the compression is taken off, as far as the name says that there is one: `a.csv` of `a.csv.gz`, `a.tar` of
/// `a.tgz`, `a` of `a.zip`.
#[must_use]
pub fn without_coding(name: &str) -> String {
    let Some((stem, _)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else { return name.to_owned() };
    if has_extension(name, &["tgz", "tbz", "tbz2", "txz", "tzst"]) {
        return format!("{stem}.tar");
    }
    let coded = has_extension(name, &["gz", "gzip", "bz2", "bzip2", "xz", "zst", "zstd", "zip"]);
    if coded { stem.to_owned() } else { name.to_owned() }
}

/// The name of a packed file without what says how it is packed.
pub(crate) fn unpacked_name(name: &str, codec: Codec) -> &str {
    let extensions: &[&str] = match codec {
        Codec::Gzip => &["gz", "gzip"],
        Codec::Bzip2 => &["bz2", "bzip2"],
        Codec::Xz => &["xz"],
        Codec::Zstandard => &["zst", "zstd"],
    };
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() && has_extension(name, extensions) => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::without_coding;

    #[test]
    fn names_lose_what_says_how_they_are_packed() {
        for (name, plain) in [
            ("a.csv.gz", "a.csv"),
            ("a.TGZ", "a.tar"),
            ("a.tar.zst", "a.tar"),
            ("a.zip", "a"),
            ("a.csv", "a.csv"),
            ("gz", "gz"),
            (".gz", ".gz"),
        ] {
            assert_eq!(without_coding(name), plain);
        }
    }
}
