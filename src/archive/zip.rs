//! Reading zip: every member must be told alike by its local header, the central directory and its data.
//!
//! Readers of zip differ in which of the two headers they believe, where they look for the directory and what they make
//! of bytes between the members; archives that are read in two ways are how things are smuggled past a check. So an
//! archive is taken only if all ways agree: one directory, at the end of the file; members that neither overlap nor leave
//! room for others that the directory does not list; equal headers; no name twice; sizes and checksums as announced.
//! The directory is read in passes, never held: 32 bytes a member are kept while names and places are compared.

use crate::archive::codec::Inflate;
use crate::archive::directory::{self, Directory, Header};
use crate::archive::members::{
    self, Content, Entry, Flow, Link, Member, MemberKind, PATH_BYTES_MAX, Visit, too_many, unsafe_member,
};
use crate::archive::source::{Section, broken, read_failed, read_full, too_big, truncated};
use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io::Read as _;

const LOCAL_SIGNATURE: &[u8; 4] = b"PK\x03\x04";
const DESCRIPTOR_SIGNATURE: &[u8; 4] = b"PK\x07\x08";
const LOCAL_BYTES: u64 = 30;
/// The flags that say how a member is read: encrypted (0, 6, 13), sizes behind the data (3), a patch (5), UTF-8 (11).
const MEANINGFUL_FLAGS: u16 = 1 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 11 | 1 << 13;
/// The bytes between members that are looked through at once.
const GAP_BUFFER_BYTES: usize = 64 << 10;

/// A zip that was found to be sound in its headers.
pub(crate) struct Zip<'a> {
    file: &'a File,
    directory: Directory,
    limit: u64,
}

/// What is kept of a member while all are compared.
struct Seen {
    /// Two hashes of the path under keys of this run, which nobody outside can make collide.
    name: (u64, u64),
    start: u64,
    end: u64,
}

impl<'a> Zip<'a> {
    /// Finds the directory and compares all headers.
    pub(crate) fn open(file: &'a File, size: u64, entries_max: u64, limit: u64) -> Result<Self> {
        let directory = Directory::find(file, size)?;
        if directory.entries > entries_max {
            return Err(too_many(entries_max));
        }
        let zip = Self { file, directory, limit };
        zip.check()?;
        Ok(zip)
    }

    fn check(&self) -> Result<()> {
        let keys = (RandomState::new(), RandomState::new());
        // The directory was found to be long enough for that many members.
        let mut seen: Vec<Seen> = Vec::with_capacity(self.directory.entries as usize);
        self.directory.each(self.file, &mut |header| {
            let (path, _) = kind_of(&header)?;
            let end = self.data(&header)?.1;
            let name = (keys.0.hash_one(&path), keys.1.hash_one(&path));
            seen.push(Seen { name, start: header.offset, end });
            Ok(Flow::Next)
        })?;
        seen.sort_unstable_by_key(|s| s.start);
        let mut at = 0;
        for one in &seen {
            if one.start < at {
                return Err(unsafe_member("two members of the zip share bytes"));
            }
            self.check_gap(at, one.start)?;
            at = one.end;
        }
        if at > self.directory.start {
            return Err(unsafe_member("a member of the zip reaches into its directory"));
        }
        self.check_gap(at, self.directory.start)?;
        seen.sort_unstable_by_key(|s| s.name);
        let Some(twice) = seen.windows(2).find(|w| w[0].name == w[1].name).map(|w| w[0].name) else { return Ok(()) };
        self.directory.each(self.file, &mut |header| {
            let (path, _) = kind_of(&header)?;
            if (keys.0.hash_one(&path), keys.1.hash_one(&path)) == twice {
                return Err(unsafe_member(format!("the zip has the member `{path}` twice")));
            }
            Ok(Flow::Next)
        })?;
        Err(unsafe_member("the zip has a member twice"))
    }

    /// Bytes between members (alignment, signatures of packages, a program in front) must not hide another member.
    fn check_gap(&self, start: u64, end: u64) -> Result<()> {
        let mut section = Section::new(self.file, start, end);
        let mut buffer = vec![0; if end > start { GAP_BUFFER_BYTES } else { 0 }];
        let mut kept = 0;
        loop {
            let count = read_full(&mut section, &mut buffer[kept..]).map_err(|e| read_failed(READING, &e))?;
            if count == 0 {
                return Ok(());
            }
            let filled = kept + count;
            if buffer[..filled].windows(4).any(|w| w == LOCAL_SIGNATURE) {
                return Err(unsafe_member("the zip holds a member that its directory does not list"));
            }
            kept = filled.min(3);
            buffer.copy_within(filled - kept..filled, 0);
        }
    }

    /// Compares the local header; gives where the data begins and where the member ends.
    fn data(&self, header: &Header) -> Result<(u64, u64)> {
        let disagree = |what: &str| {
            let name = String::from_utf8_lossy(&header.name);
            unsafe_member(format!("both headers of `{name}` in the zip disagree on its {what}"))
        };
        let mut fixed = [0; LOCAL_BYTES as usize];
        self.read_exact(header.offset, &mut fixed)?;
        if !fixed.starts_with(LOCAL_SIGNATURE) {
            return Err(broken("the directory of the zip leads to no member"));
        }
        let u16_at = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let u32_at = |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
        let (name_length, extra_length) = (usize::from(u16_at(26)), usize::from(u16_at(28)));
        let mut rest = vec![0; name_length + extra_length];
        self.read_exact(header.offset + LOCAL_BYTES, &mut rest)?;
        let (name, extra) = rest.split_at(name_length);
        if name != header.name {
            return Err(disagree("name"));
        }
        if (u16_at(6) ^ header.flags) & MEANINGFUL_FLAGS != 0 {
            return Err(disagree("flags"));
        }
        if u16_at(8) != header.method {
            return Err(disagree("method"));
        }
        let extra = directory::Extra::parse(extra)?;
        let mut wide = extra.zip64.iter();
        let mut wide_or = |narrow: u32| match narrow {
            u32::MAX => wide.next().copied().map_or(u64::from(narrow), |value| value),
            narrow => u64::from(narrow),
        };
        let (size, packed) = (wide_or(u32_at(22)), wide_or(u32_at(18)));
        let behind = header.flags & 1 << 3 != 0;
        let told = |local: u64, central: u64| local == central || behind && local == 0;
        if !told(size, header.size) || !told(packed, header.packed) {
            return Err(disagree("size"));
        }
        if !told(u64::from(u32_at(14)), u64::from(header.crc)) {
            return Err(disagree("checksum"));
        }
        if extra.unicode_name.as_ref().is_some_and(|n| *n != header.name) {
            return Err(disagree("name"));
        }
        let start = header.offset + LOCAL_BYTES + rest.len() as u64;
        let end = start
            .checked_add(header.packed)
            .filter(|end| *end <= self.directory.start)
            .ok_or_else(|| truncated("a member of the zip reaches beyond its end"))?;
        if !behind {
            return Ok((start, end));
        }
        match self.descriptor(header, end)? {
            Some(length) => Ok((start, end + length)),
            // Some writers promise a repetition although all was known, and leave it out.
            None if size == header.size && packed == header.packed && u32_at(14) == header.crc => Ok((start, end)),
            None => Err(disagree("size or checksum")),
        }
    }

    /// The length of what repeats the directory behind the data: with or without a signature, sizes of four or eight bytes.
    fn descriptor(&self, header: &Header, at: u64) -> Result<Option<u64>> {
        let mut bytes = [0; 24];
        let mut section = Section::new(self.file, at, self.directory.start);
        let count = read_full(&mut section, &mut bytes).map_err(|e| read_failed(READING, &e))?;
        let crc = header.crc.to_le_bytes();
        let wide = [header.packed.to_le_bytes(), header.size.to_le_bytes()].concat();
        let narrow = [(header.packed as u32).to_le_bytes(), (header.size as u32).to_le_bytes()].concat();
        let forms = [
            [&DESCRIPTOR_SIGNATURE[..], &crc, &wide].concat(),
            [&crc[..], &wide].concat(),
            [&DESCRIPTOR_SIGNATURE[..], &crc, &narrow].concat(),
            [&crc[..], &narrow].concat(),
        ];
        let length = forms.iter().filter(|form| bytes[..count].starts_with(form)).map(Vec::len).max();
        Ok(length.map(|length| length as u64))
    }

    fn read_exact(&self, at: u64, buffer: &mut [u8]) -> Result<()> {
        let mut section = Section::new(self.file, at, self.directory.start);
        let count = read_full(&mut section, buffer).map_err(|e| read_failed(READING, &e))?;
        if count == buffer.len() { Ok(()) } else { Err(truncated("a member of the zip reaches beyond its end")) }
    }

    /// Shows every member, in the directory's order.
    pub(crate) fn each(&self, visit: Visit<'_>) -> Result<()> {
        self.directory.each(self.file, &mut |header| {
            let (path, kind) = kind_of(&header)?;
            let name = members::text("name", &header.name)?;
            let mut content = Data { zip: self, header: &header, open: None, done: 0, crc: flate2::Crc::new() };
            let target = match kind {
                MemberKind::Link => Some(content.target(&path)?),
                _ => None,
            };
            let entry = Entry {
                member: Member { name, size: header.size, kind, mtime: header.mtime(), target: target.clone() },
                path,
                link: target.map(Link::Symbolic),
                executable: header.unix_mode().is_some_and(|mode| mode & 0o100 != 0),
            };
            visit(entry, &mut content)
        })
    }
}

const READING: &str = "cannot read the zip";

/// The path of a member and what it is; refused if it is nothing that is unpacked.
fn kind_of(header: &Header) -> Result<(String, MemberKind)> {
    let name = members::text("name", &header.name)?;
    if header.is_encrypted() {
        return Err(
            unsafe_member(format!("the member `{name}` of the zip is encrypted")).hint("unpack it with `unzip`")
        );
    }
    if header.flags & 1 << 5 != 0 {
        return Err(unsafe_member(format!("the member `{name}` of the zip is a patch")));
    }
    // Without the flag a name is in the packing system's encoding: on Unix that is UTF-8, on others code page 437.
    if !name.is_ascii() && header.flags & 1 << 11 == 0 && !header.is_from_unix() {
        return Err(unsafe_member(format!("the name `{name}` in the zip is not marked as UTF-8")));
    }
    let path = members::inside(&name)?;
    let slash = name.ends_with('/');
    let ambiguous =
        || unsafe_member(format!("`{name}` is a file by its type and a folder by its name, or the reverse"));
    let kind = match header.unix_mode().map(|mode| mode & 0o170_000) {
        None if header.is_dos_folder() && !slash => return Err(ambiguous()),
        None | Some(0 | 0o040_000) if slash => MemberKind::Dir,
        None | Some(0 | 0o100_000) if !slash => MemberKind::File,
        Some(0o120_000) if !slash => MemberKind::Link,
        None | Some(0 | 0o040_000 | 0o100_000 | 0o120_000) => return Err(ambiguous()),
        Some(0o020_000 | 0o060_000) => return Err(unsafe_member(format!("`{name}` is a device"))),
        Some(0o010_000) => return Err(unsafe_member(format!("`{name}` is a FIFO"))),
        Some(0o140_000) => return Err(unsafe_member(format!("`{name}` is a socket"))),
        Some(other) => return Err(unsafe_member(format!("`{name}` is of the unknown type {other:o}"))),
    };
    if kind == MemberKind::Dir && header.size != 0 {
        return Err(unsafe_member(format!("the folder `{name}` has {} bytes of content", header.size)));
    }
    if path.is_empty() && kind != MemberKind::Dir {
        return Err(unsafe_member(format!("`{name}` is no name for a file")));
    }
    Ok((path, kind))
}

/// The content of one member: as long as announced, with the announced checksum, or an error.
struct Data<'z, 'a> {
    zip: &'z Zip<'a>,
    header: &'z Header,
    open: Option<Inflate<'a>>,
    done: u64,
    crc: flate2::Crc,
}

impl Data<'_, '_> {
    fn name(&self) -> String {
        String::from_utf8_lossy(&self.header.name).into_owned()
    }

    /// A symbolic link's content is where it leads.
    fn target(&mut self, path: &str) -> Result<String> {
        if self.header.size > PATH_BYTES_MAX as u64 {
            return Err(unsafe_member(format!("the target of `{path}` is longer than {PATH_BYTES_MAX} bytes")));
        }
        let mut bytes = Vec::new();
        let mut buffer = [0; 1024];
        loop {
            match self.read(&mut buffer)? {
                0 => break,
                count => bytes.extend_from_slice(&buffer[..count]),
            }
        }
        let target = members::text("target of a link", &bytes)?;
        members::link_target(path, &target)?;
        Ok(target)
    }

    fn finish(&mut self) -> Result<usize> {
        let left_over = self.open.as_ref().map_or(0, |i| i.left_over(self.header.packed));
        if self.done != self.header.size || left_over != 0 {
            return Err(broken(format!(
                "`{}` unpacks to {} bytes instead of {}",
                self.name(),
                self.done,
                self.header.size
            )));
        }
        if self.crc.sum() != self.header.crc {
            return Err(broken(format!(
                "`{}` has the checksum {:08x} instead of {:08x}",
                self.name(),
                self.crc.sum(),
                self.header.crc
            )));
        }
        Ok(0)
    }
}

impl Content for Data<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.open.is_none() {
            if self.header.size > self.zip.limit {
                return Err(too_big(self.zip.limit));
            }
            let (start, _) = self.zip.data(self.header)?;
            let section = Section::new(self.zip.file, start, start + self.header.packed);
            let inflate = Inflate::new(self.header.method, section).map_err(|e| read_failed(READING, &e))?;
            let method = self.header.method;
            self.open = Some(inflate.ok_or_else(|| {
                let message = format!("`{}` is compressed by method {method}, which `dl` does not have", self.name());
                Error::new(Kind::Integrity, "unsupported_archive", message)
            })?);
        }
        let Some(inflate) = &mut self.open else { return Ok(0) };
        let count = loop {
            match inflate.read(buffer) {
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Ok(count) => break count,
                Err(e) => return Err(read_failed(&format!("cannot unpack `{}`", self.name()), &e)),
            }
        };
        if count == 0 && !buffer.is_empty() {
            return self.finish();
        }
        self.done += count as u64;
        if self.done > self.header.size {
            return Err(broken(format!(
                "`{}` unpacks to more than the {} bytes announced",
                self.name(),
                self.header.size
            )));
        }
        self.crc.update(&buffer[..count]);
        Ok(count)
    }
}

impl Header {
    /// The moment of the last change: the exact one of the extended time stamp, else the DOS date, taken as UTC.
    fn mtime(&self) -> Option<Timestamp> {
        if let Some(seconds) = self.extra.mtime {
            return Some(Timestamp::from_seconds(i64::from(seconds)));
        }
        let (date, time) = (self.dos_date, self.dos_time);
        let date =
            jiff::civil::Date::new((1980 + (date >> 9)).cast_signed(), (date >> 5 & 15) as i8, (date & 31) as i8)
                .ok()?;
        let time = jiff::civil::Time::new((time >> 11) as i8, (time >> 5 & 63) as i8, (time & 31) as i8 * 2, 0).ok()?;
        let moment = date.to_datetime(time).to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Timestamp(moment.timestamp().as_microsecond()))
    }
}
