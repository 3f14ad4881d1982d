//! Opening what was fetched: listing, streaming and unpacking gz, bz2, xz, zst, zip and tar, safely.
//!
//! | room | lives there |
//! |---|---|
//! | `format` | what a file is, by its content and then its name |
//! | `source`, `codec` | the bytes: sections of a file, decoded streams, what they may cost |
//! | `tar` (with `pax`), `zip` (with `directory`) | the readers: strict, because two readers that disagree are an attack |
//! | `members` | what stands in an archive, and which names and links are safe |
//! | `extract` | a tree in a private folder, written by folder handles |
//! | `place`, `moves`, `journal` | moving it in, or nothing of it |
//!
//! Invariants: nothing is written outside a private folder until all of the archive was read and found sound; a path is walked
//! from folder handle to folder handle and never through a link; what an archive says of itself is checked, never
//! believed; memory does not grow with the archive, but for 32 bytes a member of a zip and what a codec's window needs.
//! An archive that `dl` does not understand as every other reader would is refused whole, also for listing.
//!
//! Both readers are our own: those of the crates keep a whole directory in memory, hide the headers that must be compared
//! here, and read long names of any length.

pub mod codec;
mod directory;
pub(crate) mod extract;
pub mod format;
pub(crate) mod journal;
pub mod members;
mod moves;
mod pax;
pub(crate) mod place;
mod source;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

use crate::archive::codec::Codec;
use crate::archive::extract::Tree;
use crate::archive::format::Format;
use crate::archive::members::{Content, Entry, Flow, Link, Member, MemberKind, Visit};
use crate::archive::place::Staging;
use crate::archive::source::{Stream, too_big};
use crate::archive::tar::Tar;
use crate::archive::zip::Zip;
use crate::clock::Timestamp;
use crate::disk::Signature;
use crate::error::{Error, Kind, Result};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// The most members of an archive, and the most files and folders that unpacking makes.
pub const ENTRIES_MAX: u64 = 1_000_000;
/// What any archive may unpack to: 2 GiB.
const UNPACKED_BYTES_LEAST: u64 = 2 << 30;
/// What an archive may unpack to, as a multiple of its size.
const UNPACKED_RATIO_MAX: u64 = 200;
/// How many links are followed to the file that they mean.
const LINKS_MAX: u32 = 16;
/// How many names an error shows.
const NAMES_SHOWN: usize = 20;
/// What is copied at once.
const BUFFER_BYTES: usize = 128 << 10;

/// What an archive may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes of content; `None` means the larger of 2 GiB and 200 times the archive's size.
    pub unpacked_bytes: Option<u64>,
    /// The most members.
    pub entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unpacked_bytes: None, entries: ENTRIES_MAX }
    }
}

/// What becomes of files that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfExists {
    /// The member takes its place.
    #[default]
    Replace,
    /// It stays as it is.
    Keep,
    /// Nothing is unpacked (`exists`).
    Error,
}

/// How an archive is unpacked.
#[derive(Debug, Clone, Default)]
pub struct Extract {
    /// How many leading folders of each name are left out; members with no more than these are passed over.
    pub strip: usize,
    /// Only members whose whole name (before `strip`) fits one of these patterns, with what is below them; `*` is any text,
    /// also over `/`, `?` one character, `[a-z]` one of a set. None means all.
    pub members: Vec<String>,
    /// What becomes of files that are there already.
    pub if_exists: IfExists,
    /// Whether files get the archive's times; otherwise theirs is now.
    pub keep_times: bool,
}

/// What was unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extracted {
    /// Files and links, also those for which an existing file was kept.
    pub files: u64,
    /// Their content in bytes.
    pub bytes: u64,
    /// For how many an existing file was kept.
    pub kept: u64,
    /// Whether the folder was changed: what stood there already as the archive has it was left alone.
    pub changed: bool,
}

/// One file that was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Its content in bytes.
    pub bytes: u64,
    /// When it was last changed; `None` if the archive does not say.
    pub mtime: Option<Timestamp>,
}

/// An open file that may be packed, an archive, or both.
///
/// ```
/// use dl::archive::{Archive, Extract, Limits};
/// use std::fs::File;
/// # fn main() -> dl::error::Result<()> {
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("rows.csv.gz");
/// # let mut gz = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0, 0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0];
/// # std::fs::write(&path, &gz).unwrap();
/// let archive = Archive::open(File::open(&path).unwrap(), "rows.csv.gz", Limits::default())?;
/// let mut text = Vec::new();
/// archive.cat(None, false, &mut text)?;
/// assert_eq!(text, b"a");
/// let out = folder.path().join("out");
/// archive.extract(&out, &Extract::default(), &mut |_, _| {})?;
/// assert!(out.join("rows.csv").exists());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Archive {
    file: File,
    name: String,
    size: u64,
    limits: Limits,
    format: Format,
}

impl Archive {
    /// Looks what a file is: by its content; by its name (of which only the last component matters) where that leaves it open.
    /// The file is read by offset, so its position does not matter and stays.
    ///
    /// # Errors
    /// `usage` if it is no regular file; a disk error if it cannot be read. A file that is no archive is no error here.
    pub fn open(file: File, name: &str, limits: Limits) -> Result<Self> {
        let metadata = file.metadata().map_err(|e| Error::disk(format!("cannot read `{name}`"), &e))?;
        if !metadata.is_file() {
            return Err(Error::usage(format!("`{name}` is no regular file")));
        }
        let name = name.rsplit('/').next().unwrap_or_default().to_owned();
        let mut archive = Self { file, name, size: metadata.len(), limits, format: Format::Plain };
        archive.format = format::detect(&archive.file, archive.size, &archive.name, archive.default_limit())?;
        Ok(archive)
    }

    /// What the file is.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The most bytes that may be unpacked.
    fn limit(&self) -> u64 {
        self.limits.unpacked_bytes.unwrap_or_else(|| self.default_limit())
    }

    fn default_limit(&self) -> u64 {
        UNPACKED_BYTES_LEAST.max(self.size.saturating_mul(UNPACKED_RATIO_MAX))
    }

    /// The decoded file. What is passed over is decoded too, so that a limit for what is taken is none for this.
    fn stream(&self, codec: Option<Codec>) -> Result<Stream<'_>> {
        Stream::open(&self.file, self.size, codec, self.limit().max(self.default_limit()))
    }

    /// Shows each member, a packed file as the one that it holds.
    ///
    /// # Errors
    /// `not_an_archive`; `broken_archive`, `truncated_archive`, `unsafe_archive`, `unsupported_archive` and `archive_too_big` (integrity),
    /// which for a tar may come after members were shown; a disk error; what `show` returns.
    pub fn members(&self, show: &mut dyn FnMut(Member) -> Result<()>) -> Result<()> {
        self.each(&mut |mut entry, content| {
            if let Format::Packed(_) = self.format {
                // The size that gzip stores is one modulo 4 GiB, and the others need not store any.
                entry.member.size = copy(content, &mut std::io::sink(), u64::MAX)?;
            }
            show(entry.member)?;
            Ok(Flow::Next)
        })
    }

    fn each(&self, visit: Visit<'_>) -> Result<()> {
        match self.format {
            Format::Plain => Err(self.not_an_archive()),
            Format::Zip => Zip::open(&self.file, self.size, self.limits.entries, self.limit())?.each(visit),
            Format::Tar(codec) => {
                let mut tar = Tar::new(self.stream(codec)?, self.limits.entries);
                while let Some(entry) = tar.next()? {
                    if visit(entry, &mut tar)? == Flow::Stop {
                        break;
                    }
                }
                Ok(())
            }
            Format::Packed(codec) => {
                let name = members::text("name", format::unpacked_name(&self.name, codec).as_bytes())?;
                let path = members::inside(&name)?;
                let member = Member { name, size: 0, kind: MemberKind::File, mtime: None, target: None };
                let mut packed = Packed(self.stream(Some(codec))?);
                visit(Entry { member, path, link: None, executable: false }, &mut packed).map(|_| ())
            }
        }
    }

    fn not_an_archive(&self) -> Error {
        let message = format!("`{}` is no archive: expected gz, bz2, xz, zst, zip or tar", self.name);
        Error::new(Kind::Integrity, "not_an_archive", message)
    }

    /// Writes one file: the whole of a plain one, the content of a packed one, one member of an archive. A link gives the
    /// file it leads to; of a name that a tar has twice the last counts. Without `member` the archive must hold one file.
    /// `raw` writes the file itself, as it is.
    ///
    /// The archive is read to its end before the first byte of a tar's member is written, so that what is found wrong with
    /// its headers is known before; an error of the content may come after some of it was written.
    ///
    /// # Errors
    /// `member_needed` and `member_is_a_folder` (usage), `member_not_found` (not found), those of [`Self::members`], a disk error
    /// if `out` fails.
    pub fn cat(&self, member: Option<&str>, raw: bool, out: &mut dyn Write) -> Result<u64> {
        let copied = match (self.format, member) {
            (Format::Plain, None) => self.copy_raw(out)?,
            (_, None) if raw => self.copy_raw(out)?,
            (Format::Packed(_), None) => self.write_member(0, out)?.bytes,
            (_, None) => self.write_member(self.only_file()?, out)?.bytes,
            (_, Some(member)) => return self.member(member, out).map(|written| written.bytes),
        };
        out.flush().map_err(|e| write_failed(&e))?;
        Ok(copied)
    }

    /// Writes one member, as [`Self::cat`] does, and tells its time.
    ///
    /// # Errors
    /// Those of [`Self::cat`].
    pub fn member(&self, name: &str, out: &mut dyn Write) -> Result<Opened> {
        if self.format == Format::Plain {
            return Err(self.not_an_archive());
        }
        let written = self.write_member(self.find(name)?, out)?;
        out.flush().map_err(|e| write_failed(&e))?;
        Ok(written)
    }

    /// Writes what is left when the compression is taken off: of a tar.gz the tar, of a zip its only file.
    ///
    /// # Errors
    /// `not_an_archive` if the file is not compressed, and those of [`Self::cat`].
    pub fn unpack(&self, out: &mut dyn Write) -> Result<u64> {
        let copied = match self.format {
            Format::Zip => return self.cat(None, false, out),
            Format::Plain | Format::Tar(None) => {
                let message = format!("`{}` is not compressed: expected gz, bz2, xz, zst or zip", self.name);
                return Err(Error::new(Kind::Integrity, "not_an_archive", message));
            }
            Format::Packed(codec) | Format::Tar(Some(codec)) => {
                copy(&mut Packed(self.stream(Some(codec))?), out, self.limit())?
            }
        };
        out.flush().map_err(|e| write_failed(&e))?;
        Ok(copied)
    }

    fn copy_raw(&self, out: &mut dyn Write) -> Result<u64> {
        let mut stream = Stream::open(&self.file, self.size, None, u64::MAX)?;
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut copied = 0;
        loop {
            match stream.read(&mut buffer)? {
                0 => return Ok(copied),
                count => {
                    out.write_all(&buffer[..count]).map_err(|e| write_failed(&e))?;
                    copied += count as u64;
                }
            }
        }
    }

    /// The place of the only file.
    fn only_file(&self) -> Result<u64> {
        let (mut at, mut found, mut count) = (0, None, 0);
        let mut names: Vec<String> = Vec::new();
        let mut last = String::new();
        self.each(&mut |entry, _| {
            if entry.member.kind == MemberKind::File {
                // A tar that has one file twice has one file.
                if count == 0 || entry.path != last {
                    count += 1;
                    if names.len() < NAMES_SHOWN {
                        names.push(format!("`{}`", entry.member.name));
                    }
                }
                found = Some(at);
                last = entry.path;
            }
            at += 1;
            Ok(Flow::Next)
        })?;
        match (found, count) {
            (Some(found), 1) => Ok(found),
            (None, _) => {
                let message = format!("`{}` holds no file", self.name);
                Err(Error::new(Kind::NotFound, "member_not_found", message))
            }
            (Some(_), count) => {
                let more = count - names.len();
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let message = format!("`{}` holds {count} files: {}{more}", self.name, names.join(", "));
                Err(Error::new(Kind::Usage, "member_needed", message).hint("--member NAME says which"))
            }
        }
    }

    /// The place of the file that a name means, behind any links.
    fn find(&self, member: &str) -> Result<u64> {
        let missing = |name: &str| {
            let message = format!("`{}` has no member `{name}`", self.name);
            Error::new(Kind::NotFound, "member_not_found", message)
        };
        let mut wanted = members::inside(member).map_err(|_| missing(member))?;
        for _ in 0..LINKS_MAX {
            let (mut at, mut found) = (0, None);
            let below = format!("{wanted}/");
            let mut is_folder = wanted.is_empty();
            self.each(&mut |entry, _| {
                is_folder |= entry.path.starts_with(&below);
                if entry.path == wanted {
                    found = Some((at, entry));
                }
                at += 1;
                Ok(Flow::Next)
            })?;
            match found {
                Some((at, entry)) if entry.member.kind == MemberKind::File => return Ok(at),
                Some((_, Entry { link: Some(Link::Hard(path)), .. })) => wanted = path,
                Some((_, Entry { link: Some(Link::Symbolic(target)), path, .. })) => {
                    wanted = members::link_target(&path, &target)?;
                }
                None if !is_folder => return Err(missing(&wanted)),
                _ => {
                    let message = format!("the member `{wanted}` of `{}` is a folder", self.name);
                    return Err(Error::new(Kind::Usage, "member_is_a_folder", message)
                        .hint("`--extract DIR --member` unpacks a folder"));
                }
            }
        }
        Err(members::unsafe_member(format!("the links from `{member}` lead to no file within {LINKS_MAX} steps")))
    }

    /// Writes the content of the member at a place.
    fn write_member(&self, place: u64, out: &mut dyn Write) -> Result<Opened> {
        let mut at = 0;
        let mut written = Opened { bytes: 0, mtime: None };
        self.each(&mut |entry, content| {
            if at < place {
                at += 1;
                return Ok(Flow::Next);
            }
            written = Opened { bytes: copy(content, out, self.limit())?, mtime: entry.member.mtime };
            Ok(Flow::Stop)
        })?;
        Ok(written)
    }

    /// Unpacks into a folder, which is made if it is missing. All is unpacked aside first, on the same file system, and
    /// moved in when the whole archive was read: on failure the folder is as it was.
    ///
    /// Files are 0666 or, if the archive has them executable, 0777, less the umask; owners and other bits are never taken
    /// over. `placed` is told the path below `dir` and the signature of each file and link when all are in place.
    ///
    /// # Errors
    /// Those of [`Self::members`]; `member_not_found` if nothing fits; a disk error: `exists`, `not_a_folder`, `is_a_folder` where
    /// `dir` holds something that stands in the way.
    pub fn extract(
        &self,
        dir: &Path,
        options: &Extract,
        placed: &mut dyn FnMut(&Path, &Signature),
    ) -> Result<Extracted> {
        if self.format == Format::Plain {
            return Err(self.not_an_archive());
        }
        let staging = Staging::new(dir)?;
        let mut tree = Tree::new(&staging, self, options)?;
        let mut taken: u64 = 0;
        let mut fitted = vec![false; options.members.len()];
        self.each(&mut |entry, content| {
            let mut wanted = options.members.is_empty();
            for (pattern, fitted) in options.members.iter().zip(&mut fitted) {
                if crate::glob::selects(pattern, &entry.path) {
                    (wanted, *fitted) = (true, true);
                }
            }
            if wanted {
                taken += 1;
                tree.add(&entry, content)?;
            }
            Ok(Flow::Next)
        })?;
        let (extracted, written) = tree.finish()?;
        if let Some((pattern, _)) = options.members.iter().zip(&fitted).find(|(_, fitted)| !**fitted) {
            let message = format!("`{}` has no member that fits `{pattern}`", self.name);
            return Err(
                Error::new(Kind::NotFound, "member_not_found", message).hint("`dl cache members` lists what is in it")
            );
        }
        if taken > 0 && options.strip > 0 && !written.any {
            let message = format!("`{}` has nothing below {} folders", self.name, options.strip);
            return Err(Error::new(Kind::NotFound, "member_not_found", message).hint("a smaller --strip keeps more"));
        }
        let done = staging.place(options, &written.files, placed)?;
        Ok(Extracted { kept: done.kept, changed: done.changed, ..extracted })
    }
}

/// The decoded stream of a packed file.
struct Packed<'a>(Stream<'a>);

impl Content for Packed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.0.read(buffer)
    }
}

fn write_failed(source: &std::io::Error) -> Error {
    Error::disk("cannot write what is unpacked", source)
}

/// Copies a content, at most `limit` bytes of it.
fn copy(content: &mut dyn Content, out: &mut dyn Write, limit: u64) -> Result<u64> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut copied: u64 = 0;
    loop {
        let count = content.read(&mut buffer)?;
        if count == 0 {
            return Ok(copied);
        }
        copied += count as u64;
        if copied > limit {
            return Err(too_big(limit));
        }
        out.write_all(&buffer[..count]).map_err(|e| write_failed(&e))?;
    }
}
