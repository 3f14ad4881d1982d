//! Compressed streams: gz, bz2, xz and zst, told by their magic and decoded within limits.

use crate::archive::source::Section;
use std::io::{self, BufRead, BufReader, Read};

/// The largest window that a zstd frame may ask for: 128 MiB.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;
/// The memory that an xz stream may ask for: 256 MiB.
const XZ_MEMORY_BYTES: u64 = 256 << 20;
/// What is read of a compressed file at once.
const BUFFER_BYTES: usize = 64 << 10;

/// A compression of one stream of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// RFC 1952, any number of members.
    Gzip,
    /// bzip2, any number of streams.
    Bzip2,
    /// The .xz format, any number of streams.
    Xz,
    /// RFC 8878, any number of frames.
    Zstandard,
}

impl Codec {
    /// The usual extension without its dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Bzip2 => "bz2",
            Self::Xz => "xz",
            Self::Zstandard => "zst",
        }
    }

    /// Told by the first bytes; by the name only where these leave it open, since skippable frames are also those of lz4.
    pub(crate) fn detect(head: &[u8], name: &str) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
                if rest.starts_with(b"\x31\x41\x59\x26\x53\x59") || rest.starts_with(b"\x17\x72\x45\x38\x50\x90") =>
            {
                Some(Self::Bzip2)
            }
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstandard),
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                let lower = name.to_ascii_lowercase();
                [".zst", ".zstd", ".tzst"].iter().any(|e| lower.ends_with(e)).then_some(Self::Zstandard)
            }
            _ => None,
        }
    }

    /// What the bytes of a file decode to.
    ///
    /// # Errors
    /// Those of the codec's set-up.
    pub(crate) fn decode<'a>(self, file: Section<'a>) -> io::Result<Box<dyn Read + 'a>> {
        let packed = BufReader::with_capacity(BUFFER_BYTES, file);
        Ok(match self {
            Self::Gzip => Box::new(Chained { decoder: Some(flate2::bufread::GzDecoder::new(packed)) }),
            Self::Bzip2 => Box::new(Chained { decoder: Some(bzip2::bufread::BzDecoder::new(packed)) }),
            Self::Xz => Box::new(xz(packed, liblzma::stream::CONCATENATED)?),
            Self::Zstandard => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Box::new(decoder)
            }
        })
    }
}

fn xz<R: BufRead>(packed: R, flags: u32) -> io::Result<liblzma::bufread::XzDecoder<R>> {
    let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY_BYTES, flags)?;
    Ok(liblzma::bufread::XzDecoder::new_stream(packed, stream))
}

/// A decoder of one member, after which another may follow.
trait OneMember: Read {
    type Input: BufRead;
    fn begin(input: Self::Input) -> Self;
    fn into_input(self) -> Self::Input;
}

impl<R: BufRead> OneMember for flate2::bufread::GzDecoder<R> {
    type Input = R;
    fn begin(input: R) -> Self {
        Self::new(input)
    }
    fn into_input(self) -> R {
        self.into_inner()
    }
}

impl<R: BufRead> OneMember for bzip2::bufread::BzDecoder<R> {
    type Input = R;
    fn begin(input: R) -> Self {
        Self::new(input)
    }
    fn into_input(self) -> R {
        self.into_inner()
    }
}

/// Members one after the other, as `cat a.gz b.gz` makes them. Zeros that fill up a block are passed over; anything
/// else behind a member must be another.
struct Chained<D> {
    decoder: Option<D>,
}

impl<D: OneMember> Read for Chained<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let count = decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(mut input) = self.decoder.take().map(D::into_input) else { break };
            if skip_zeros(&mut input)? {
                self.decoder = Some(D::begin(input));
            }
        }
        Ok(0)
    }
}

/// Passes over zeros; says whether anything is behind them.
fn skip_zeros<R: BufRead>(input: &mut R) -> io::Result<bool> {
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        let zeros = bytes.iter().take_while(|b| **b == 0).count();
        let all = zeros == bytes.len();
        input.consume(zeros);
        if !all {
            return Ok(true);
        }
    }
}

/// The data of one zip member by its method: exactly one stream, whose end must be the end of what was announced.
pub(crate) enum Inflate<'a> {
    Stored(Section<'a>),
    Deflate(flate2::bufread::DeflateDecoder<BufReader<Section<'a>>>),
    Bzip2(bzip2::bufread::BzDecoder<BufReader<Section<'a>>>),
    Xz(liblzma::bufread::XzDecoder<BufReader<Section<'a>>>),
    Zstandard(Box<zstd::stream::read::Decoder<'static, BufReader<Section<'a>>>>),
}

impl<'a> Inflate<'a> {
    /// A decoder for that method (APPNOTE 4.4.5); `None` for one that we do not have.
    ///
    /// # Errors
    /// Those of the codec's set-up.
    pub(crate) fn new(method: u16, data: Section<'a>) -> io::Result<Option<Self>> {
        let buffered = |data| BufReader::with_capacity(BUFFER_BYTES, data);
        Ok(Some(match method {
            0 => Self::Stored(data),
            8 => Self::Deflate(flate2::bufread::DeflateDecoder::new(buffered(data))),
            12 => Self::Bzip2(bzip2::bufread::BzDecoder::new(buffered(data))),
            93 => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered(data))?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Self::Zstandard(Box::new(decoder))
            }
            95 => Self::Xz(xz(buffered(data), 0)?),
            _ => return Ok(None),
        }))
    }

    /// How many compressed bytes the end of the stream left over; zstd has none, as it takes all frames there are.
    pub(crate) fn left_over(&self, compressed: u64) -> u64 {
        let consumed = match self {
            Self::Stored(_) | Self::Zstandard(_) => compressed,
            Self::Deflate(decoder) => decoder.total_in(),
            Self::Bzip2(decoder) => decoder.total_in(),
            Self::Xz(decoder) => decoder.total_in(),
        };
        compressed.saturating_sub(consumed)
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(reader) => reader.read(buffer),
            Self::Deflate(reader) => reader.read(buffer),
            Self::Bzip2(reader) => reader.read(buffer),
            Self::Xz(reader) => reader.read(buffer),
            Self::Zstandard(reader) => reader.read(buffer),
        }
    }
}
