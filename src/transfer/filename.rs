//! File names that a server or a URL suggests, made safe: no server chooses a path.

use percent_encoding::percent_decode;
use url::Url;

/// The longest name that is given to a file, extension included.
pub const LONGEST_NAME_BYTES: usize = 200;

/// The longest extension that is kept when a name is cut.
const LONGEST_EXTENSION_BYTES: usize = 32;

/// The name in a `Content-Disposition` (RFC 6266, RFC 8187), safe; `None` if there is none that can be used.
#[must_use]
pub fn from_disposition(value: &[u8]) -> Option<String> {
    let mut plain = None;
    let mut extended = None;
    for (name, value) in parameters(value) {
        if name.eq_ignore_ascii_case("filename*") {
            extended = extended.or_else(|| decode_extended(&value));
        } else if name.eq_ignore_ascii_case("filename") {
            plain = plain.or_else(|| Some(decode_plain(&value)));
        }
    }
    extended.as_deref().and_then(safe).or_else(|| plain.as_deref().and_then(safe))
}

/// The name in the last segment of a URL's path, percent-decoded and safe; `None` if there is none.
#[must_use]
pub fn from_url(url: &Url) -> Option<String> {
    let last = url.path().rsplit('/').next()?;
    safe(&percent_decode(last.as_bytes()).decode_utf8_lossy())
}

/// The name by RULES ("A name from a server"): its last component, without what a file system, shell or terminal
/// could take amiss; `None` if nothing is left of it.
#[must_use]
pub fn safe(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next()?;
    let kept: String = last.chars().filter(|c| !is_dropped(*c)).collect();
    let kept = kept.trim().trim_end_matches([' ', '.']);
    if kept.is_empty() || kept.chars().all(|c| c == '.' || c == ' ') || is_device(kept) {
        return None;
    }
    let head = kept.len() - kept.trim_start_matches(['.', '-']).len();
    let named = format!("{}{}", "_".repeat(head), &kept[head..]);
    Some(shorten(&named))
}

/// The extension without its dot, empty for none; `tar.gz` and its like stay together.
#[must_use]
pub fn extension(name: &str) -> &str {
    let Some(dot) = name.rfind('.').filter(|dot| *dot > 0) else { return "" };
    let last = &name[dot + 1..];
    if last.is_empty() || last.len() > LONGEST_EXTENSION_BYTES || last.contains(char::is_whitespace) {
        return "";
    }
    let stem = &name[..dot];
    match stem.len().checked_sub(4).and_then(|at| stem.get(at..)) {
        Some(tar) if tar.eq_ignore_ascii_case(".tar") && stem.len() > 4 => &name[dot - 3..],
        _ => last,
    }
}

/// Control and format characters (bidi ones among them), line separators, and what shells and other systems forbid.
fn is_dropped(c: char) -> bool {
    c.is_control()
        || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|' | char::REPLACEMENT_CHARACTER)
        || matches!(u32::from(c),
            0xAD | 0x600..=0x605 | 0x61C | 0x6DD | 0x70F | 0x890..=0x891 | 0x8E2 | 0x180E | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xFFF0..=0xFFFB | 0x110BD | 0x110CD
            | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// Names that are devices on some system, with or without an extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ => match stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")) {
            Some(number) => {
                matches!(number, "¹" | "²" | "³") || (number.len() == 1 && number.as_bytes()[0].is_ascii_digit())
            }
            None => false,
        },
    }
}

fn shorten(name: &str) -> String {
    if name.len() <= LONGEST_NAME_BYTES {
        return name.to_owned();
    }
    let ext = extension(name);
    let tail = if ext.is_empty() { 0 } else { ext.len() + 1 };
    let mut cut = LONGEST_NAME_BYTES - tail;
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}{}", name[..cut].trim_end(), &name[name.len() - tail..])
}

/// The parameters of a disposition as (name, raw value), quoting undone. Forgiving: what is not a parameter is skipped.
fn parameters(value: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let end = rest.iter().position(|b| matches!(b, b'=' | b';')).unwrap_or(rest.len());
        let name = String::from_utf8_lossy(&rest[..end]).trim().to_owned();
        if rest.get(end) != Some(&b'=') {
            rest = rest.get(end + 1..).unwrap_or_default();
            continue;
        }
        rest = rest[end + 1..].trim_ascii_start();
        let value;
        (value, rest) = if rest.first() == Some(&b'"') { quoted(&rest[1..]) } else { token(rest) };
        found.push((name, value));
    }
    found
}

/// A quoted string from behind its opening quote, and what follows the parameter.
fn quoted(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut value = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => break,
            // A backslash before anything but these is more likely a path of some system than an escape.
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) => {
                at += 1;
                value.push(bytes[at]);
            }
            _ => value.push(*byte),
        }
        at += 1;
    }
    let rest = bytes.get(at + 1..).unwrap_or_default();
    let next = rest.iter().position(|b| *b == b';').map_or(rest.len(), |p| p + 1);
    (value, &rest[next..])
}

fn token(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let end = bytes.iter().position(|b| *b == b';').unwrap_or(bytes.len());
    (bytes[..end].trim_ascii().to_vec(), bytes.get(end + 1..).unwrap_or_default())
}

/// UTF-8 if it is, else ISO 8859-1.
fn decode_plain(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().map(|b| char::from(*b)).collect(),
    }
}

/// `CHARSET'LANGUAGE'PERCENT-ENCODED` (RFC 8187).
fn decode_extended(value: &[u8]) -> Option<String> {
    let mut parts = value.splitn(3, |b| *b == b'\'');
    let charset = std::str::from_utf8(parts.next()?).ok()?.trim();
    parts.next()?;
    let bytes: Vec<u8> = percent_decode(parts.next()?).collect();
    if charset.eq_ignore_ascii_case("utf-8") {
        String::from_utf8(bytes).ok()
    } else if charset.eq_ignore_ascii_case("iso-8859-1") {
        Some(bytes.iter().map(|b| char::from(*b)).collect())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispositions() {
        for (value, name) in [
            ("attachment; filename=\"a b.txt\"", Some("a b.txt")),
            ("attachment; filename=a.txt", Some("a.txt")),
            ("attachment;FILENAME = a.txt ; size=3", Some("a.txt")),
            ("filename=a.txt", Some("a.txt")),
            ("attachment; filename=\"x\\\"y;z.txt\"; foo=bar", Some("xy;z.txt")),
            ("attachment; filename=\"old.txt\"; filename*=UTF-8''na%c3%afve.txt", Some("naïve.txt")),
            ("attachment; filename*=UTF-8''%e2%82%ac.txt; filename=\"old.txt\"", Some("€.txt")),
            ("attachment; filename*=iso-8859-1'en'%a3.txt", Some("£.txt")),
            ("attachment; filename*=utf-9''x; filename=y", Some("y")),
            ("attachment; filename*=UTF-8''%ff; filename=y", Some("y")),
            ("attachment; filename=\"C:\\dir\\evil.exe\"", Some("evil.exe")),
            ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
            ("attachment; filename=\"..%2f..%2fx\"", Some("__%2f..%2fx")),
            ("attachment; filename*=UTF-8''..%2f..%2fetc%2fx", Some("x")),
            ("attachment; filename=\"..\"", None),
            ("attachment; filename=\"\"", None),
            ("attachment; filename=\"dir/\"", None),
            ("attachment", None),
            ("", None),
            ("attachment; filename=\"unclosed.txt", Some("unclosed.txt")),
            ("attachment; filename", None),
            (";;;=;\"", None),
        ] {
            assert_eq!(from_disposition(value.as_bytes()).as_deref(), name, "{value}");
        }
        assert_eq!(from_disposition(b"attachment; filename=\"\xe9.txt\"").as_deref(), Some("é.txt"));
    }

    #[test]
    fn unsafe_names_are_made_safe() {
        for (given, name) in [
            (".bashrc", Some("_bashrc")),
            ("-rf", Some("_rf")),
            ("--help.txt", Some("__help.txt")),
            ("a\u{202e}txt.exe", Some("atxt.exe")),
            ("a\nb\u{7}\u{1b}[31m.txt", Some("ab[31m.txt")),
            ("a:b*c?d\"e<f>g|h", Some("abcdefgh")),
            ("...", None),
            (".", None),
            (" . ", None),
            ("NUL", None),
            ("con.txt", None),
            ("lpt1.tar.gz", None),
            ("COM10", Some("COM10")),
            ("console", Some("console")),
            ("x. ", Some("x")),
        ] {
            assert_eq!(safe(given).as_deref(), name, "{given:?}");
        }
        let long = format!("{}.tar.gz", "é".repeat(300));
        let name = safe(&long).unwrap();
        assert!(name.len() <= LONGEST_NAME_BYTES && name.ends_with("é.tar.gz"), "{name}");
        assert!(safe(&"x".repeat(5000)).unwrap().len() <= LONGEST_NAME_BYTES);
        assert!(safe(&format!("a.{}", "b".repeat(5000))).unwrap().len() <= LONGEST_NAME_BYTES);
    }

    #[test]
    fn names_of_urls() {
        for (url, name) in [
            ("http://h/a/b.txt?x=/y.zip#z", Some("b.txt")),
            ("http://h/", None),
            ("http://h", None),
            ("http://h/a/", None),
            ("http://h/a%20b.txt", Some("a b.txt")),
            ("http://h/a%2fb.txt", Some("b.txt")),
            ("http://h/%2e%2e%2f%2e%2e", None),
            ("http://h/a%00b", Some("ab")),
        ] {
            assert_eq!(from_url(&Url::parse(url).unwrap()).as_deref(), name, "{url}");
        }
    }

    #[test]
    fn extensions() {
        for (name, ext) in [
            ("a.txt", "txt"),
            ("a.tar.gz", "tar.gz"),
            ("a.TAR.zst", "TAR.zst"),
            ("a.b.c", "c"),
            (".bashrc", ""),
            (".tar.gz", "gz"),
            ("a", ""),
            ("a.", ""),
            ("é.gz", "gz"),
        ] {
            assert_eq!(extension(name), ext, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_a_name_is_safe(bytes: Vec<u8>, name: String) {
            for name in [from_disposition(&bytes), safe(&name), safe(&String::from_utf8_lossy(&bytes))].into_iter().flatten() {
                proptest::prop_assert!(!name.is_empty() && name.len() <= LONGEST_NAME_BYTES);
                proptest::prop_assert!(!name.contains(['/', '\\', '\0', '\n']) && !name.starts_with(['.', '-']));
            }
        }
    }
}
