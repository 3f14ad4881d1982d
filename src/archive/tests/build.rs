//! Archives by hand: right unless a test changes a field.

use std::io::Write as _;

pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(1));
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn xz(data: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(data: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// One ustar header, with its checksum.
#[derive(Clone)]
pub(crate) struct Head(pub(crate) [u8; 512]);

impl Head {
    pub(crate) fn new(kind: u8, name: &[u8], size: u64) -> Self {
        let mut block = [0; 512];
        block[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
        block[100..108].copy_from_slice(b"0000644\0");
        block[108..116].copy_from_slice(b"0000000\0");
        block[116..124].copy_from_slice(b"0000000\0");
        block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        block[136..148].copy_from_slice(b"14000000000\0");
        block[156] = kind;
        block[257..265].copy_from_slice(b"ustar\x0000");
        Self(block)
    }

    pub(crate) fn set(mut self, at: usize, bytes: &[u8]) -> Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    pub(crate) fn finish(mut self) -> [u8; 512] {
        self.0[148..156].copy_from_slice(b"        ");
        let sum: u32 = self.0.iter().map(|b| u32::from(*b)).sum();
        self.0[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0
    }
}

/// A tar in the making.
#[derive(Clone)]
pub(crate) struct Tar(pub(crate) Vec<u8>);

impl Tar {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn head(mut self, head: Head, data: &[u8]) -> Self {
        self.0.extend_from_slice(&head.finish());
        self.0.extend_from_slice(data);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn file(self, name: &str, data: &[u8]) -> Self {
        self.head(Head::new(b'0', name.as_bytes(), data.len() as u64), data)
    }

    pub(crate) fn executable(self, name: &str, data: &[u8], mode: &str) -> Self {
        self.head(Head::new(b'0', name.as_bytes(), data.len() as u64).set(100, mode.as_bytes()), data)
    }

    pub(crate) fn folder(self, name: &str) -> Self {
        self.head(Head::new(b'5', name.as_bytes(), 0), b"")
    }

    pub(crate) fn symlink(self, name: &str, target: &str) -> Self {
        self.head(Head::new(b'2', name.as_bytes(), 0).set(157, target.as_bytes()), b"")
    }

    pub(crate) fn hard_link(self, name: &str, target: &str) -> Self {
        self.head(Head::new(b'1', name.as_bytes(), 0).set(157, target.as_bytes()), b"")
    }

    /// A header of that kind with records for the next member.
    pub(crate) fn pax(self, kind: u8, records: &[(&str, &str)]) -> Self {
        let mut data = Vec::new();
        for (key, value) in records {
            let rest = key.len() + value.len() + 3;
            let mut length = rest + 1;
            while length != rest + length.to_string().len() {
                length = rest + length.to_string().len();
            }
            data.extend_from_slice(format!("{length} {key}={value}\n").as_bytes());
        }
        self.head(Head::new(kind, b"pax", data.len() as u64), &data)
    }

    /// GNU's long name (`L`) or target (`K`).
    pub(crate) fn long(self, kind: u8, text: &[u8]) -> Self {
        let data = [text, b"\0"].concat();
        self.head(Head::new(kind, b"././@LongLink", data.len() as u64), &data)
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// One member of a zip: what both headers say can be set apart.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) name: Vec<u8>,
    pub(crate) local_name: Option<Vec<u8>>,
    pub(crate) data: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) local_method: Option<u16>,
    pub(crate) flags: u16,
    pub(crate) local_flags: Option<u16>,
    pub(crate) crc: u32,
    pub(crate) local_crc: Option<u32>,
    pub(crate) size: u32,
    pub(crate) local_size: Option<u32>,
    pub(crate) packed: Option<u32>,
    pub(crate) local_packed: Option<u32>,
    pub(crate) made_by: u16,
    pub(crate) attributes: u32,
    pub(crate) extra: Vec<u8>,
    pub(crate) local_extra: Vec<u8>,
    /// Stands behind the data.
    pub(crate) behind: Vec<u8>,
    /// Whether the directory leaves it out.
    pub(crate) hidden: bool,
}

impl Part {
    pub(crate) fn new(name: &str, content: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        Self {
            name: name.as_bytes().to_vec(),
            local_name: None,
            data: content.to_vec(),
            method: 0,
            local_method: None,
            flags: if name.is_ascii() { 0 } else { 1 << 11 },
            local_flags: None,
            crc: crc.sum(),
            local_crc: None,
            size: content.len() as u32,
            local_size: None,
            packed: None,
            local_packed: None,
            made_by: 3 << 8 | 0x14,
            attributes: 0o100_644 << 16,
            extra: Vec::new(),
            local_extra: Vec::new(),
            behind: Vec::new(),
            hidden: false,
        }
    }

    pub(crate) fn deflated(name: &str, content: &[u8]) -> Self {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(6));
        encoder.write_all(content).unwrap();
        Self { data: encoder.finish().unwrap(), method: 8, ..Self::new(name, content) }
    }

    pub(crate) fn mode(name: &str, content: &[u8], mode: u32) -> Self {
        Self { attributes: mode << 16, ..Self::new(name, content) }
    }

    fn packed(&self) -> u32 {
        self.packed.unwrap_or(self.data.len() as u32)
    }
}

/// A zip in the making.
#[derive(Clone)]
pub(crate) struct Zip {
    pub(crate) bytes: Vec<u8>,
    pub(crate) directory: Vec<u8>,
    pub(crate) count: u16,
    pub(crate) comment: Vec<u8>,
}

impl Zip {
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new(), directory: Vec::new(), count: 0, comment: Vec::new() }
    }

    pub(crate) fn file(self, name: &str, content: &[u8]) -> Self {
        self.part(&Part::deflated(name, content))
    }

    pub(crate) fn folder(self, name: &str) -> Self {
        self.part(&Part::mode(name, b"", 0o040_755))
    }

    pub(crate) fn symlink(self, name: &str, target: &str) -> Self {
        self.part(&Part::mode(name, target.as_bytes(), 0o120_777))
    }

    pub(crate) fn part(mut self, part: &Part) -> Self {
        let offset = self.bytes.len() as u32;
        let local_name = part.local_name.as_ref().unwrap_or(&part.name);
        let mut local = b"PK\x03\x04\x14\x00".to_vec();
        local.extend(part.local_flags.unwrap_or(part.flags).to_le_bytes());
        local.extend(part.local_method.unwrap_or(part.method).to_le_bytes());
        local.extend([0, 0, 0x21, 0x50]);
        local.extend(part.local_crc.unwrap_or(part.crc).to_le_bytes());
        local.extend(part.local_packed.unwrap_or_else(|| part.packed()).to_le_bytes());
        local.extend(part.local_size.unwrap_or(part.size).to_le_bytes());
        local.extend((local_name.len() as u16).to_le_bytes());
        local.extend((part.local_extra.len() as u16).to_le_bytes());
        local.extend_from_slice(local_name);
        local.extend_from_slice(&part.local_extra);
        local.extend_from_slice(&part.data);
        local.extend_from_slice(&part.behind);
        self.bytes.extend(local);
        if part.hidden {
            return self;
        }
        self.count += 1;
        let central = &mut self.directory;
        central.extend(b"PK\x01\x02");
        central.extend(part.made_by.to_le_bytes());
        central.extend([20, 0]);
        central.extend(part.flags.to_le_bytes());
        central.extend(part.method.to_le_bytes());
        central.extend([0, 0, 0x21, 0x50]);
        central.extend(part.crc.to_le_bytes());
        central.extend(part.packed().to_le_bytes());
        central.extend(part.size.to_le_bytes());
        central.extend((part.name.len() as u16).to_le_bytes());
        central.extend((part.extra.len() as u16).to_le_bytes());
        central.extend([0; 6]);
        central.extend(part.attributes.to_le_bytes());
        central.extend(offset.to_le_bytes());
        central.extend_from_slice(&part.name);
        central.extend_from_slice(&part.extra);
        self
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(&self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(self.count.to_le_bytes());
        self.bytes.extend(self.count.to_le_bytes());
        self.bytes.extend((self.directory.len() as u32).to_le_bytes());
        self.bytes.extend(start.to_le_bytes());
        self.bytes.extend((self.comment.len() as u16).to_le_bytes());
        self.bytes.extend_from_slice(&self.comment);
        self.bytes
    }
}
