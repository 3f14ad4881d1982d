//! The central directory of a zip: where it is, and its entries.

use crate::archive::members::{Flow, PATH_BYTES_MAX, unsafe_member};
use crate::archive::source::{Section, broken, read_failed, read_full, truncated};
use crate::error::{Error, Kind, Result};
use std::fs::File;
use std::io::{BufReader, Read};

const END_SIGNATURE: &[u8; 4] = b"PK\x05\x06";
const END64_SIGNATURE: &[u8; 4] = b"PK\x06\x06";
const LOCATOR64_SIGNATURE: &[u8; 4] = b"PK\x06\x07";
const CENTRAL_SIGNATURE: &[u8; 4] = b"PK\x01\x02";
const END_BYTES: u64 = 22;
const LOCATOR64_BYTES: u64 = 20;
const END64_BYTES: u64 = 56;
const CENTRAL_BYTES: usize = 46;
const COMMENT_BYTES_MAX: u64 = 65_535;
const BUFFER_BYTES: usize = 64 << 10;
const READING: &str = "cannot read the zip";

/// Where the directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Directory {
    pub(crate) start: u64,
    end: u64,
    pub(crate) entries: u64,
}

/// One entry, with its sizes as they are in truth, whichever field holds them.
#[derive(Debug)]
pub(crate) struct Header {
    made_by: u16,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) dos_time: u16,
    pub(crate) dos_date: u16,
    pub(crate) crc: u32,
    pub(crate) packed: u64,
    pub(crate) size: u64,
    attributes: u32,
    pub(crate) offset: u64,
    pub(crate) name: Vec<u8>,
    pub(crate) extra: Extra,
}

impl Header {
    pub(crate) const fn is_encrypted(&self) -> bool {
        self.flags & (1 | 1 << 6 | 1 << 13) != 0 || self.method == 99 || self.extra.encrypted
    }

    /// Made on Unix or macOS, which decides the meaning of names and attributes.
    pub(crate) const fn is_from_unix(&self) -> bool {
        matches!(self.made_by >> 8, 3 | 19)
    }

    /// Type and permissions, where the packing system had them.
    pub(crate) fn unix_mode(&self) -> Option<u32> {
        self.is_from_unix().then_some(self.attributes >> 16)
    }

    pub(crate) const fn is_dos_folder(&self) -> bool {
        self.attributes & 0x10 != 0
    }
}

/// The extra fields that matter.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// The eight-byte values that stand in for fields that are all ones, in their order.
    pub(crate) zip64: Vec<u64>,
    pub(crate) mtime: Option<i32>,
    pub(crate) unicode_name: Option<Vec<u8>>,
    encrypted: bool,
}

impl Extra {
    pub(crate) fn parse(mut data: &[u8]) -> Result<Self> {
        let mut extra = Self::default();
        let mut seen64 = false;
        // A rest shorter than a field's head is padding, which tools for alignment leave.
        while let [a, b, c, d, rest @ ..] = data {
            let length = usize::from(u16::from_le_bytes([*c, *d]));
            let (value, rest) =
                rest.split_at_checked(length).ok_or_else(|| broken("an extra field of the zip is malformed"))?;
            data = rest;
            match u16::from_le_bytes([*a, *b]) {
                0x0001 if seen64 => return Err(unsafe_member("a member of the zip has two sets of sizes")),
                0x0001 => {
                    seen64 = true;
                    extra.zip64 =
                        value.chunks_exact(8).filter_map(|c| c.try_into().ok().map(u64::from_le_bytes)).collect();
                }
                0x5455 => {
                    if let [flags, a, b, c, d, ..] = value
                        && flags & 1 != 0
                    {
                        extra.mtime = Some(i32::from_le_bytes([*a, *b, *c, *d]));
                    }
                }
                0x7075 => extra.unicode_name = value.get(5..).map(<[u8]>::to_vec),
                0x0017 | 0x9901 => extra.encrypted = true,
                _ => {}
            }
        }
        Ok(extra)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// Whether the end of a file looks like that of a zip.
pub(crate) fn has_end(file: &File, size: u64) -> Result<bool> {
    Ok(find_end(file, size)?.is_some())
}

/// The last end record.
struct End {
    offset: u64,
    /// Its bytes, up to the file's end.
    bytes: Vec<u8>,
    /// Whether nothing before it looks like another.
    is_alone: bool,
}

fn find_end(file: &File, size: u64) -> Result<Option<End>> {
    let length = size.min(END_BYTES + COMMENT_BYTES_MAX);
    let mut tail = vec![0; length as usize];
    read_whole(file, size - length, &mut tail)?;
    let looks_so = |w: &[u8]| w == END_SIGNATURE;
    let last = tail.windows(4).rposition(looks_so);
    Ok(last.map(|at| End {
        offset: size - length + at as u64,
        is_alone: tail.windows(4).position(looks_so) == Some(at),
        bytes: tail.split_off(at),
    }))
}

fn read_whole(file: &File, at: u64, buffer: &mut [u8]) -> Result<()> {
    let mut section = Section::new(file, at, u64::MAX);
    let count = read_full(&mut section, buffer).map_err(|e| read_failed(READING, &e))?;
    if count == buffer.len() { Ok(()) } else { Err(truncated("the zip ends within its directory")) }
}

fn no_end() -> Error {
    truncated("the zip has no directory at its end").hint("the file may be incomplete")
}

impl Directory {
    /// Finds the one directory: the last end record, which must reach to the end of the file (but for zeros) and stand right behind the
    /// directory (with the records of zip64 between them), whatever else in the file looks like one.
    pub(crate) fn find(file: &File, size: u64) -> Result<Self> {
        let End { offset: end_at, bytes: end, is_alone } = find_end(file, size)?.ok_or_else(no_end)?;
        if (end.len() as u64) < END_BYTES {
            return Err(no_end());
        }
        // Zeros that pad a file to whole blocks can mean nothing else to anybody.
        let behind = end.get((END_BYTES + u64::from(u16_at(&end, 20))) as usize..).ok_or_else(no_end)?;
        if behind.iter().any(|byte| *byte != 0) || !behind.is_empty() && !is_alone {
            return Err(unsafe_member("something stands behind the end of the zip"));
        }
        let narrow = Record {
            disks: (u32::from(u16_at(&end, 4)), u32::from(u16_at(&end, 6))),
            entries: (u64::from(u16_at(&end, 8)), u64::from(u16_at(&end, 10))),
            size: u64::from(u32_at(&end, 12)),
            offset: u64::from(u32_at(&end, 16)),
        };
        let (record, directory_end) = match Self::find64(file, end_at)? {
            None => (narrow, end_at),
            Some((wide, at)) => {
                let agree = |narrow: u64, wide: u64, ones: u64| narrow == wide || narrow == ones;
                if !(agree(narrow.size, wide.size, u64::from(u32::MAX))
                    && agree(narrow.offset, wide.offset, u64::from(u32::MAX))
                    && agree(narrow.entries.0, wide.entries.0, u64::from(u16::MAX))
                    && agree(narrow.entries.1, wide.entries.1, u64::from(u16::MAX)))
                {
                    return Err(unsafe_member("both ends of the zip disagree on its directory"));
                }
                (wide, at)
            }
        };
        if record.disks.0 != record.disks.1 || record.entries.0 != record.entries.1 || record.disks.0 != 0 {
            let message = "the zip is one part of several";
            return Err(Error::new(Kind::Integrity, "unsupported_archive", message));
        }
        if record.offset.checked_add(record.size) != Some(directory_end) {
            return Err(unsafe_member("the directory of the zip is not where its end says"));
        }
        if record.entries.1.checked_mul(CENTRAL_BYTES as u64).is_none_or(|least| least > record.size) {
            return Err(broken("the directory of the zip is too short for its members"));
        }
        Ok(Self { start: record.offset, end: directory_end, entries: record.entries.1 })
    }

    /// The record of zip64, if its locator stands before the end record.
    fn find64(file: &File, end_at: u64) -> Result<Option<(Record, u64)>> {
        let Some(locator_at) = end_at.checked_sub(LOCATOR64_BYTES) else { return Ok(None) };
        let mut locator = [0; LOCATOR64_BYTES as usize];
        read_whole(file, locator_at, &mut locator)?;
        if !locator.starts_with(LOCATOR64_SIGNATURE) {
            return Ok(None);
        }
        let at = u64_at(&locator, 8);
        let mut bytes = [0; END64_BYTES as usize];
        let misplaced = || unsafe_member("the zip64 end of the zip is not where its locator says");
        if at.checked_add(END64_BYTES).is_none_or(|end| end > locator_at) || u32_at(&locator, 4) != 0 {
            return Err(misplaced());
        }
        read_whole(file, at, &mut bytes)?;
        // The length counts what follows it; only the first version, without a tail, is taken.
        if !bytes.starts_with(END64_SIGNATURE)
            || u64_at(&bytes, 4) != END64_BYTES - 12
            || at + END64_BYTES != locator_at
        {
            return Err(misplaced());
        }
        let record = Record {
            disks: (u32_at(&bytes, 16), u32_at(&bytes, 20)),
            entries: (u64_at(&bytes, 24), u64_at(&bytes, 32)),
            size: u64_at(&bytes, 40),
            offset: u64_at(&bytes, 48),
        };
        Ok(Some((record, at)))
    }

    /// Shows every entry in order; they must fill the directory exactly.
    pub(crate) fn each(&self, file: &File, visit: &mut dyn FnMut(Header) -> Result<Flow>) -> Result<()> {
        let section = Section::new(file, self.start, self.end);
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, section);
        let mut at = self.start;
        for _ in 0..self.entries {
            let header = read_entry(&mut reader, &mut at)?;
            if visit(header)? == Flow::Stop {
                return Ok(());
            }
        }
        if at != self.end {
            return Err(unsafe_member("the directory of the zip holds more than its members"));
        }
        Ok(())
    }
}

/// What an end record says.
struct Record {
    disks: (u32, u32),
    entries: (u64, u64),
    size: u64,
    offset: u64,
}

fn read_entry(reader: &mut dyn Read, at: &mut u64) -> Result<Header> {
    let mut take = |buffer: &mut [u8]| {
        let count = read_full(reader, buffer).map_err(|e| read_failed(READING, &e))?;
        *at += count as u64;
        if count == buffer.len() { Ok(()) } else { Err(broken("the directory of the zip ends within a member")) }
    };
    let mut fixed = [0; CENTRAL_BYTES];
    take(&mut fixed)?;
    if !fixed.starts_with(CENTRAL_SIGNATURE) {
        return Err(broken("the directory of the zip is malformed"));
    }
    let lengths = [28, 30, 32].map(|at| usize::from(u16_at(&fixed, at)));
    let mut rest = vec![0; lengths.iter().sum()];
    take(&mut rest)?;
    let mut name = rest;
    let extra_bytes: Vec<u8> = name.drain(lengths[0]..).take(lengths[1]).collect();
    if name.len() > PATH_BYTES_MAX {
        return Err(unsafe_member(format!("a name in the zip is longer than {PATH_BYTES_MAX} bytes")));
    }
    let extra = Extra::parse(&extra_bytes)?;
    let mut wide = extra.zip64.iter();
    let missing = || broken("a member of the zip lacks its zip64 sizes");
    let mut wide_or = |narrow: u32| match narrow {
        u32::MAX => wide.next().copied().ok_or_else(missing),
        narrow => Ok(u64::from(narrow)),
    };
    let size = wide_or(u32_at(&fixed, 24))?;
    let packed = wide_or(u32_at(&fixed, 20))?;
    let offset = wide_or(u32_at(&fixed, 42))?;
    if u16_at(&fixed, 34) != 0 {
        return Err(Error::new(Kind::Integrity, "unsupported_archive", "the zip is one part of several"));
    }
    if extra.unicode_name.as_ref().is_some_and(|n| *n != name) {
        return Err(unsafe_member(format!("`{}` has two names in the zip", String::from_utf8_lossy(&name))));
    }
    Ok(Header {
        made_by: u16_at(&fixed, 4),
        flags: u16_at(&fixed, 8),
        method: u16_at(&fixed, 10),
        dos_time: u16_at(&fixed, 12),
        dos_date: u16_at(&fixed, 14),
        crc: u32_at(&fixed, 16),
        packed,
        size,
        attributes: u32_at(&fixed, 38),
        offset,
        name,
        extra,
    })
}
