//! Reading tar: ustar, GNU and pax, one member after the other, in little memory; refusing what readers disagree about.

use crate::archive::members::{
    self, Content, Entry, Link, Member, MemberKind, PATH_BYTES_MAX, too_many, unsafe_member,
};
use crate::archive::pax::{self, PAX_BYTES_MAX, Pax};
use crate::archive::source::{Stream, broken, truncated};
use crate::clock::Timestamp;
use crate::error::Result;

/// The unit of everything in a tar.
pub(crate) const BLOCK_BYTES: usize = 512;
/// What the headers of one member may take of a stream beside its content.
const HEADERS_BYTES: u64 = 4096;
/// A size that does not fit into the header's eleven octal digits, and so may stand in the extended header alone.
const OCTAL_SIZE_END: u64 = 1 << 33;

type Block = [u8; BLOCK_BYTES];

/// A tar that is being read.
pub(crate) struct Tar<'a> {
    stream: Stream<'a>,
    entries: u64,
    entries_max: u64,
    /// The time that a global header gives to all members.
    mtime: Option<Timestamp>,
    /// What was not read of the member's content, and the padding behind it.
    left: u64,
    padding: u64,
}

/// Whether a block is a header: its own checksum tells.
pub(crate) fn is_header(block: &Block) -> bool {
    block.iter().any(|b| *b != 0) && checksum_holds(block)
}

fn checksum_holds(block: &Block) -> bool {
    let Ok(expected) = number(&block[148..156]) else { return false };
    let counted = |i: usize, b: u8| if (148..156).contains(&i) { b' ' } else { b };
    let unsigned: i64 = block.iter().enumerate().map(|(i, b)| i64::from(counted(i, *b))).sum();
    // Some old writers added up signed characters.
    let signed: i64 = block.iter().enumerate().map(|(i, b)| i64::from(counted(i, *b).cast_signed())).sum();
    expected == unsigned || expected == signed
}

/// A numeric field: octal text, or GNU's base 256.
fn number(field: &[u8]) -> Result<i64> {
    let wrong = || broken("a number in a tar header is malformed");
    match field {
        [0x80, rest @ ..] => {
            rest.iter().try_fold(0_i64, |n, b| n.checked_mul(256)?.checked_add(i64::from(*b))).ok_or_else(wrong)
        }
        [0xff, rest @ ..] => {
            rest.iter().try_fold(-1_i64, |n, b| n.checked_mul(256)?.checked_add(i64::from(*b))).ok_or_else(wrong)
        }
        _ => {
            let digits = until_nul(field).trim_ascii();
            digits
                .iter()
                .try_fold(0_i64, |n, b| {
                    let digit = b.checked_sub(b'0').filter(|d| *d < 8)?;
                    n.checked_mul(8)?.checked_add(i64::from(digit))
                })
                .ok_or_else(wrong)
        }
    }
}

fn until_nul(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|b| *b == 0).unwrap_or(field.len())]
}

fn size_field(block: &Block) -> Result<u64> {
    u64::try_from(number(&block[124..136])?).map_err(|_| broken("a tar member has a negative size"))
}

/// What headers before a member said of it.
#[derive(Default)]
struct Before {
    pax: Option<Pax>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
}

impl Before {
    const fn is_empty(&self) -> bool {
        self.pax.is_none() && self.long_name.is_none() && self.long_link.is_none()
    }
}

impl<'a> Tar<'a> {
    pub(crate) const fn new(stream: Stream<'a>, entries_max: u64) -> Self {
        Self { stream, entries: 0, entries_max, mtime: None, left: 0, padding: 0 }
    }

    /// The next member; `None` at the end, when also the checks of the compression held.
    pub(crate) fn next(&mut self) -> Result<Option<Entry>> {
        let rest = self.left + self.padding;
        (self.left, self.padding) = (0, 0);
        if !self.stream.skip(rest)? {
            return Err(truncated("the tar ends within a member"));
        }
        let mut before = Before::default();
        loop {
            let Some(block) = self.header()? else {
                return if before.is_empty() { Ok(None) } else { Err(broken("the tar ends behind a header")) };
            };
            let twice = || broken("a tar member has two headers of one kind");
            let size = size_field(&block)?;
            match block[156] {
                b'g' if before.is_empty() => {
                    let global = Pax::parse(&self.extension(size, PAX_BYTES_MAX)?)?;
                    global.check_global()?;
                    self.mtime = global.mtime.or(self.mtime);
                }
                b'x' if before.pax.is_none() => before.pax = Some(Pax::parse(&self.extension(size, PAX_BYTES_MAX)?)?),
                b'L' if before.long_name.is_none() => before.long_name = Some(self.long_text(size)?),
                b'K' if before.long_link.is_none() => before.long_link = Some(self.long_text(size)?),
                b'g' | b'x' | b'L' | b'K' => return Err(twice()),
                _ => return self.entry(&block, size, before).map(Some),
            }
        }
    }

    /// A header block whose checksum holds; `None` at the end of the archive.
    fn header(&mut self) -> Result<Option<Block>> {
        let mut block = [0; BLOCK_BYTES];
        match self.stream.fill(&mut block)? {
            // Without a mark at the end only the compression can tell that this is all.
            0 if self.stream.is_packed() => return Ok(None),
            BLOCK_BYTES => {}
            _ => return Err(truncated("the tar ends without its end mark")),
        }
        if block.iter().any(|b| *b != 0) {
            return if checksum_holds(&block) {
                Ok(Some(block))
            } else {
                Err(broken("a tar header has a wrong checksum"))
            };
        }
        let count = self.stream.fill(&mut block)?;
        if block[..count].iter().any(|b| *b != 0) {
            return Err(broken("the tar goes on behind a single block of zeros"));
        }
        self.stream.drain()?;
        Ok(None)
    }

    /// The content of a header that describes the next one.
    fn extension(&mut self, size: u64, limit: u64) -> Result<Vec<u8>> {
        if size > limit {
            return Err(unsafe_member(format!("a tar header holds {size} bytes, more than {limit}")));
        }
        let mut data = vec![0; size as usize];
        let whole = self.stream.fill(&mut data)? == data.len();
        if !whole || !self.stream.skip(padding(size))? {
            return Err(truncated("the tar ends within a header"));
        }
        Ok(data)
    }

    /// GNU's long name or target: text with a NUL behind it.
    fn long_text(&mut self, size: u64) -> Result<Vec<u8>> {
        let mut data = self.extension(size, PATH_BYTES_MAX as u64 + 1)?;
        if data.pop_if(|last| *last == 0).is_none() || data.contains(&0) {
            return Err(broken("a long name in the tar is malformed"));
        }
        Ok(data)
    }

    fn entry(&mut self, block: &Block, header_size: u64, before: Before) -> Result<Entry> {
        self.entries += 1;
        if self.entries > self.entries_max {
            return Err(too_many(self.entries_max));
        }
        self.stream.allow(HEADERS_BYTES);
        let pax = before.pax.unwrap_or_default();
        let short = short_name(block)?;
        let raw = one_of(pax.path, before.long_name)?.unwrap_or_else(|| short.clone());
        let name = members::text("name", &raw)?;
        let kind = block[156];
        let is_folder = match (kind, name.ends_with('/')) {
            (b'5', _) => true,
            // How the oldest format writes a folder. Where the short and the long name differ in it, readers do too.
            (0, slash) if slash == short.ends_with(b"/") => slash,
            (0 | b'0' | b'7', true) | (0, _) => {
                return Err(unsafe_member(format!("`{name}` is a file by its type and a folder by its name")));
            }
            _ => false,
        };
        let path = members::inside(&name)?;
        if path.is_empty() && !is_folder {
            return Err(unsafe_member(format!("`{name}` is no name for a file")));
        }
        let size = agreed_size(&name, header_size, pax.size)?;
        let target = one_of(pax.link, before.long_link)?.unwrap_or_else(|| until_nul(&block[157..257]).to_vec());
        let (kind, link) = match kind {
            _ if is_folder => (MemberKind::Dir, None),
            0 | b'0' | b'7' => (MemberKind::File, None),
            b'1' | b'2' => (MemberKind::Link, Some((kind, members::text("target of a link", &target)?))),
            b'S' => return Err(pax::sparse()),
            b'3' | b'4' => return Err(unsafe_member(format!("`{name}` is a device"))),
            b'6' => return Err(unsafe_member(format!("`{name}` is a FIFO"))),
            other => return Err(unsafe_member(format!("`{name}` is of the unknown type {other}"))),
        };
        if kind != MemberKind::File && size != 0 {
            return Err(unsafe_member(format!("`{name}` is no file, and yet has {size} bytes of content")));
        }
        (self.left, self.padding) = (size, padding(size));
        let mtime = match pax.mtime.or(self.mtime) {
            Some(time) => time,
            None => Timestamp::from_seconds(number(&block[136..148])?),
        };
        let executable = number(&block[100..108])? & 0o100 != 0;
        let (link, target) = match link {
            None => (None, None),
            Some((b'1', target)) => (Some(Link::Hard(hard_target(&name, &target)?)), Some(target)),
            Some((_, target)) => {
                members::link_target(&path, &target)?;
                (Some(Link::Symbolic(target.clone())), Some(target))
            }
        };
        let name = if is_folder { name.trim_end_matches('/').to_owned() } else { name };
        let member = Member { name, size, kind, mtime: Some(mtime), target };
        Ok(Entry { member, path, link, executable })
    }
}

impl Content for Tar<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        match self.stream.read(&mut buffer[..wanted])? {
            0 => Err(truncated("the tar ends within a member")),
            count => {
                self.left -= count as u64;
                Ok(count)
            }
        }
    }
}

const fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK_BYTES as u64
}

/// The name in the header itself: ustar adds a prefix. Where other formats use that place, readers disagree.
fn short_name(block: &Block) -> Result<Vec<u8>> {
    let name = until_nul(&block[..100]);
    let prefix = until_nul(&block[345..500]);
    if prefix.is_empty() {
        return Ok(name.to_vec());
    }
    if &block[257..263] != b"ustar\0" {
        return Err(unsafe_member(format!(
            "the tar member `{}` has a name of two meanings",
            String::from_utf8_lossy(name)
        )));
    }
    Ok([prefix, b"/", name].concat())
}

/// Both notations of a long name at once mean an archive that is read differently by different readers.
fn one_of(pax: Option<Vec<u8>>, gnu: Option<Vec<u8>>) -> Result<Option<Vec<u8>>> {
    match (pax, gnu) {
        (Some(_), Some(_)) => Err(unsafe_member("a tar member has a long name of two kinds")),
        (one, other) => Ok(one.or(other)),
    }
}

/// The size of the content, on which both headers must agree unless it does not fit into the older one.
fn agreed_size(name: &str, header: u64, pax: Option<u64>) -> Result<u64> {
    match pax {
        None => Ok(header),
        Some(pax) if pax == header => Ok(pax),
        Some(pax) if pax >= OCTAL_SIZE_END && (header == 0 || header == OCTAL_SIZE_END - 1) => Ok(pax),
        Some(pax) => {
            Err(unsafe_member(format!("the headers of `{name}` disagree on its size: {header} and {pax} bytes")))
        }
    }
}

fn hard_target(name: &str, target: &str) -> Result<String> {
    let path = members::inside(target)
        .map_err(|_| unsafe_member(format!("the link `{name}` leads out of the folder, to `{target}`")))?;
    if path.is_empty() {
        return Err(unsafe_member(format!("the hard link `{name}` leads to a folder")));
    }
    Ok(path)
}
