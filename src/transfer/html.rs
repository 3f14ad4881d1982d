//! The page in place of a file: a log-in form, an error, a preview that a server sends with status 200. Pure.

use crate::error::{Error, Kind};
use crate::transfer::filename;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use url::Url;

/// How much of a body is looked at.
pub(super) const LOOKED_AT_BYTES: usize = 64 * 1024;

/// How much of a stored file is looked at first.
const FIRST_LOOK_BYTES: usize = 256;

/// The longest title that is shown.
const LONGEST_TITLE_CHARS: usize = 100;

/// Extensions that are HTML, or may be, or say nothing of the kind.
const NOT_JUDGED: &[&str] = &[
    "html", "htm", "xhtml", "xht", "xhtm", "shtml", "shtm", "dhtml", "mhtml", "mht", "hta", "htc", "xml", "svg", "txt",
    "text", "php", "php3", "php4", "php5", "phtml", "asp", "aspx", "ashx", "asmx", "jsp", "jspx", "jsf", "do",
    "action", "cgi", "pl", "cfm", "md", "markdown", "tmpl", "tpl", "vue", "hbs", "mustache", "ejs", "erb", "j2",
    "jinja", "jinja2", "njk", "liquid", "part",
];

/// Whether the name says that its file is anything but HTML.
pub(crate) fn promises_a_file(name: &str) -> bool {
    let ext = filename::extension(name).to_ascii_lowercase();
    let ext = ext.rsplit('.').next().unwrap_or_default();
    // Version numbers, top-level domains and the like are no extensions: one begins with a letter or is `7z`.
    let is_extension = ext == "7z"
        || (ext.len() <= 10 && ext.starts_with(|c: char| c.is_ascii_alphabetic()))
            && ext.bytes().all(|b| b.is_ascii_alphanumeric());
    is_extension && !NOT_JUDGED.contains(&ext)
}

/// Whether a file begins as an HTML page. One that cannot be read is none.
pub(crate) fn is_page(path: &Path) -> bool {
    let read = |length: usize| -> std::io::Result<Vec<u8>> {
        let mut start = Vec::new();
        File::open(path)?.take(length as u64).read_to_end(&mut start)?;
        Ok(start)
    };
    // Most files tell by their first byte.
    read(FIRST_LOOK_BYTES).is_ok_and(|start| may_be_markup(&start) || start.trim_ascii().is_empty())
        && read(LOOKED_AT_BYTES).is_ok_and(|start| looks_like_page(&start))
}

/// Whether the bytes begin as an HTML page. White space, a byte order mark and comments are skipped, in any case.
pub(super) fn looks_like_page(start: &[u8]) -> bool {
    may_be_markup(start) && begins_as_page(&to_text(start))
}

fn begins_as_page(text: &str) -> bool {
    let mut rest = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n', '\u{c}']);
    loop {
        if let Some(comment) = rest.strip_prefix("<!--") {
            let Some(end) = comment.find("-->") else { return false };
            rest = &comment[end + 3..];
        } else if rest.starts_with("<?") {
            let Some(end) = rest.find("?>") else { return false };
            rest = &rest[end + 2..];
        } else {
            break;
        }
        rest = rest.trim_start();
    }
    let word: String = rest.chars().take(16).collect::<String>().to_ascii_lowercase();
    let tag = |name: &str| {
        word.strip_prefix(name)
            .is_some_and(|after| after.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/'))
    };
    word.strip_prefix("<!doctype").is_some_and(|after| after.trim_start().starts_with("html"))
        || ["<html", "<head", "<body", "<title", "<script", "<meta"].iter().any(|name| tag(name))
}

/// Whether the first byte that counts opens a tag, or a byte order mark stands before it. Most files need no more.
fn may_be_markup(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n' | 0x0c));
    matches!(first, Some(b'<' | 0xef | 0xfe | 0xff))
}

/// UTF-8, or UTF-16 by its byte order mark.
fn to_text(bytes: &[u8]) -> String {
    let wide = |read: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The page's title, in one line.
fn title(start: &[u8]) -> Option<String> {
    let text = to_text(start);
    let lower = text.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let begin = open + lower[open..].find('>')? + 1;
    let end = begin + lower[begin..].find("</title").unwrap_or(lower.len() - begin);
    let words: Vec<_> = text[begin..end].split_whitespace().collect();
    let title: String = words.join(" ").chars().take(LONGEST_TITLE_CHARS).collect();
    (!title.is_empty()).then_some(title)
}

/// The address of the bytes behind a page of a code host.
fn raw_address(url: &Url) -> Option<Url> {
    if !matches!(url.host_str(), Some("github.com" | "www.github.com")) {
        return None;
    }
    let parts: Vec<_> = url.path().trim_start_matches('/').splitn(4, '/').collect();
    let [owner, repository, "blob", rest] = parts[..] else { return None };
    Url::parse(&format!("https://github.com/{owner}/{repository}/raw/{rest}")).ok()
}

/// The error about a page in place of the file of that name.
pub(super) fn refusal(name: &str, start: &[u8], url: &Url) -> Error {
    let error = Error::new(Kind::Integrity, "html", format!("an HTML page came in place of `{name}`"));
    let page = title(start).map(|t| format!("the page's title is `{t}`"));
    let raw = raw_address(url).map(|u| format!("the file itself is at {u}"));
    let hints: Vec<_> = raw.into_iter().chain(page).chain(["`--allow-html` lets it pass".to_owned()]).collect();
    error.hint(hints.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["a.zip", "a.tar.gz", "A.CSV", "x.json", "x.sh", "x.py", "x.7z", "x.jpeg", "x.bin", "x.tsv"] {
            assert!(promises_a_file(name), "{name}");
        }
        for name in
            ["a", "a.txt", "a.php", "a.aspx", "a.html", "a.HTM", "a.xhtml", "v1.2", "archive-1.0.3", ".zip", "x.1", ""]
        {
            assert!(!promises_a_file(name), "{name}");
        }
    }

    #[test]
    fn pages() {
        for page in [
            "<!DOCTYPE html><html>",
            "<!doctype   HTML PUBLIC \"\">",
            "\u{feff}\r\n\t <HTML lang=en>",
            "<!-- a --> <!-- b --><html>",
            "<?xml version=\"1.0\"?><!DOCTYPE html>",
            "<head>",
            "<body class=x>",
            "<script src=x>",
        ] {
            assert!(looks_like_page(page.as_bytes()), "{page}");
        }
        assert!(looks_like_page(b"\xff\xfe<\0h\0t\0m\0l\0>\0"));
        for other in [
            "",
            "html",
            "<htmlx>",
            "<!doctype svg>",
            "a <html>",
            "<svg>",
            "PK\u{3}\u{4}",
            "<!-- <html>",
            "{\"a\":\"<html>\"}",
            "<?xml?><rss>",
        ] {
            assert!(!looks_like_page(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn hints() {
        let url = Url::parse("https://github.com/o/r/blob/main/dir/x.csv").unwrap();
        let error = refusal("x.csv", b"<html><head><TITLE lang=en>\n Sign  in\n</title>", &url);
        let hint = error.hint_text().unwrap();
        assert!(hint.contains("https://github.com/o/r/raw/main/dir/x.csv") && hint.contains("`Sign in`"), "{hint}");
        for other in ["https://example.org/o/r/blob/x", "https://github.com/o/r/tree/x", "https://github.com/"] {
            assert_eq!(raw_address(&Url::parse(other).unwrap()), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>, text: String) {
            proptest::prop_assert_eq!(looks_like_page(&bytes), begins_as_page(&to_text(&bytes)));
            let page = format!("{text}<html>");
            proptest::prop_assert_eq!(looks_like_page(page.as_bytes()), begins_as_page(&page));
            title(&bytes);
            title(format!("<title>{text}").as_bytes());
            promises_a_file(&text);
        }
    }
}
