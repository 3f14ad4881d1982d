//! Extended headers of tar (POSIX.1-2001, pax): what they say of the member behind them.

use crate::archive::members::unsafe_member;
use crate::archive::source::broken;
use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};

/// The longest extended header: long names and attributes, but no content.
pub(crate) const PAX_BYTES_MAX: u64 = 1 << 20;

/// The records that matter for what is unpacked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pax {
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) link: Option<Vec<u8>>,
    pub(crate) size: Option<u64>,
    pub(crate) mtime: Option<Timestamp>,
}

impl Pax {
    /// Reads `LENGTH KEY=VALUE\n`, one record after the other; what is given twice or has no clear meaning is refused.
    pub(crate) fn parse(mut data: &[u8]) -> Result<Self> {
        let mut pax = Self::default();
        while !data.is_empty() {
            let (key, value, rest) =
                record(data).ok_or_else(|| broken("an extended header of the tar is malformed"))?;
            data = rest;
            let twice = || unsafe_member(format!("a tar member has two values for `{}`", String::from_utf8_lossy(key)));
            match key {
                b"path" => put(&mut pax.path, value.to_vec()).ok_or_else(twice)?,
                b"linkpath" => put(&mut pax.link, value.to_vec()).ok_or_else(twice)?,
                b"size" => put(&mut pax.size, size(value)?).ok_or_else(twice)?,
                b"mtime" => pax.mtime = Some(time(value)?),
                b"hdrcharset" if value != b"ISO-IR 10646 2000 UTF-8" => {
                    return Err(unsafe_member("the tar declares names that are not UTF-8"));
                }
                _ if key.starts_with(b"GNU.sparse.") || key == b"SCHILY.realsize" => return Err(sparse()),
                _ => {}
            }
        }
        Ok(pax)
    }

    /// Refuses what must not be said of all members at once.
    pub(crate) fn check_global(&self) -> Result<()> {
        if self.path.is_some() || self.link.is_some() || self.size.is_some() {
            return Err(unsafe_member("the tar declares one name or size for all members"));
        }
        Ok(())
    }
}

/// Sparse files have several notations, which readers understand differently.
pub(crate) fn sparse() -> Error {
    Error::new(Kind::Integrity, "unsupported_archive", "the tar has a sparse file, which `dl` does not unpack")
        .hint("unpack it with `tar`, or pack it without --sparse")
}

fn put<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// Key, value and what follows.
fn record(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = data.iter().take(20).position(|b| *b == b' ')?;
    let length = usize::try_from(digits(&data[..space])?).ok()?;
    let body = data.get(space + 1..length)?;
    let (last, body) = body.split_last()?;
    let equals = body.iter().position(|b| *b == b'=')?;
    (*last == b'\n' && equals > 0).then(|| (&body[..equals], &body[equals + 1..], &data[length..]))
}

/// A number of plain digits.
fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn size(value: &[u8]) -> Result<u64> {
    digits(value)
        .filter(|size| i64::try_from(*size).is_ok())
        .ok_or_else(|| broken(format!("`{}` is no size of a tar member", String::from_utf8_lossy(value))))
}

/// Seconds since 1970 with any number of decimals; microseconds are kept, rounded down.
fn time(value: &[u8]) -> Result<Timestamp> {
    let parse = || {
        let (negative, rest) = value.strip_prefix(b"-").map_or((false, value), |rest| (true, rest));
        let mut parts = rest.splitn(2, |b| *b == b'.');
        let seconds = i64::try_from(digits(parts.next()?)?).ok()?;
        let fraction = parts.next().unwrap_or_default();
        if !fraction.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut micros = 0;
        for place in 0..6 {
            micros = micros * 10 + i64::from(fraction.get(place).map_or(0, |b| b - b'0'));
        }
        let total = seconds.checked_mul(1_000_000)?.checked_add(micros)?;
        Some(Timestamp(if negative { -total } else { total }))
    };
    parse().ok_or_else(|| broken(format!("`{}` is no time of a tar member", String::from_utf8_lossy(value))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_exactly() {
        let pax = Pax::parse(b"11 path=ab\n12 size=123\n22 mtime=-1.500000001\n13 comment=x\n").unwrap();
        assert_eq!(pax.path.as_deref(), Some(&b"ab"[..]));
        assert_eq!((pax.size, pax.mtime), (Some(123), Some(Timestamp(-1_500_000))));
    }

    #[test]
    fn malformed_and_double_records_are_refused() {
        for data in [
            &b"11 path=abc\n"[..],
            b"99 path=ab\n",
            b"path=ab\n",
            b"5 =a\n",
            b"0 a=b\n",
            b"-1 a=b\n",
            b"18446744073709551615 a=b\n",
            b"11 path=ab\n11 path=ab\n",
            b"11 size=-1\n",
            b"13 size=1e99\n",
            b"28 size=18446744073709551615\n",
            b"11 mtime=x\n",
            b"22 GNU.sparse.major=1\n",
            b"21 hdrcharset=BINARY\n",
        ] {
            assert!(Pax::parse(data).is_err(), "{}", String::from_utf8_lossy(data));
        }
    }
}
