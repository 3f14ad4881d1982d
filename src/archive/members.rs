//! What stands in an archive: its members, and which names and links are safe to follow.

use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};

/// The longest name or target of a link, in bytes.
pub const PATH_BYTES_MAX: usize = 4096;
/// The most components of a name.
pub const PATH_DEPTH_MAX: usize = 256;

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic or hard link to another member.
    Link,
}

impl MemberKind {
    /// The name that stands in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Dir => "dir",
            Self::Link => "link",
        }
    }
}

/// One member of an archive, as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The name as the archive has it; a folder's ends in `/` in a zip and does not in a tar, as Python's `zipfile` and
    /// `tarfile` tell them.
    pub name: String,
    /// The size of the content in bytes; 0 for folders and for links in a tar.
    pub size: u64,
    /// What it is.
    pub kind: MemberKind,
    /// When it was last changed; `None` if the archive does not say. A zip's local time without a zone is taken as UTC.
    pub mtime: Option<Timestamp>,
    /// Where a link leads, as the archive has it.
    pub target: Option<String>,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Link {
    /// To a path seen from the link's folder, as it stands in the archive.
    Symbolic(String),
    /// To the content of a member before it, by its path.
    Hard(String),
}

/// A member with what is needed to unpack it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) member: Member,
    /// The name as a path below the archive's root: components joined by `/`; empty for the root itself.
    pub(crate) path: String,
    pub(crate) link: Option<Link>,
    pub(crate) executable: bool,
}

/// The content of the member at hand.
pub(crate) trait Content {
    /// Some of the next bytes; 0 at the end, which is reached only if all checks of the archive held.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize>;
}

/// Whether a walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Next,
    Stop,
}

/// What sees each member in order, and may read its content.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(Entry, &mut dyn Content) -> Result<Flow>;

/// A member that must not be unpacked; the code is `unsafe_archive`.
pub(crate) fn unsafe_member(message: impl Into<String>) -> Error {
    Error::new(Kind::Integrity, "unsafe_archive", message)
}

/// The archive has more members than are allowed.
pub(crate) fn too_many(limit: u64) -> Error {
    Error::new(Kind::Integrity, "archive_too_big", format!("the archive has more than {limit} members"))
}

/// A name or target from an archive as text: UTF-8, without control characters and backslashes, neither empty nor too long.
pub(crate) fn text(what: &str, bytes: &[u8]) -> Result<String> {
    let shown = || String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    if bytes.is_empty() {
        return Err(unsafe_member(format!("the archive has an empty {what}")));
    }
    if bytes.len() > PATH_BYTES_MAX {
        return Err(unsafe_member(format!("the {what} `{}…` is longer than {PATH_BYTES_MAX} bytes", shown())));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(unsafe_member(format!("the {what} `{}` is not UTF-8", shown())));
    };
    if text.chars().any(char::is_control) {
        return Err(unsafe_member(format!("the {what} `{text}` holds a control character")));
    }
    if text.contains('\\') {
        return Err(unsafe_member(format!("the {what} `{text}` holds a backslash")));
    }
    Ok(text.to_owned())
}

/// The path below the root that a name means; refused if it could lead out. Nothing is ever cut off to make it fit.
pub(crate) fn inside(name: &str) -> Result<String> {
    if is_absolute(name) {
        return Err(unsafe_member(format!("the name `{name}` is absolute")));
    }
    let mut path = String::with_capacity(name.len());
    let mut depth = 0;
    for component in name.split('/') {
        match component {
            "" | "." => {}
            ".." => return Err(unsafe_member(format!("the name `{name}` leads out by `..`"))),
            _ => {
                if depth > 0 {
                    path.push('/');
                }
                path.push_str(component);
                depth += 1;
            }
        }
    }
    if depth > PATH_DEPTH_MAX {
        return Err(unsafe_member(format!("a name is {depth} folders deep, more than {PATH_DEPTH_MAX}")));
    }
    Ok(path)
}

/// Absolute on any system: `/x`, and `C:` as a first component.
fn is_absolute(name: &str) -> bool {
    let first = name.split('/').next().unwrap_or_default().as_bytes();
    first.is_empty() || matches!(first, [drive, b':'] if drive.is_ascii_alphabetic())
}

/// The path below the root that a symbolic link at `path` leads to; refused if that could be outside.
///
/// `..` may only stand at the start: there it is counted from the link's folder, which is a real one. Behind another
/// component, which may itself be a link, nobody could tell where it leads.
pub(crate) fn link_target(path: &str, target: &str) -> Result<String> {
    let out = || unsafe_member(format!("the link `{path}` leads out of the folder, to `{target}`"));
    if is_absolute(target) {
        return Err(out());
    }
    let mut place: Vec<&str> = path.split('/').collect();
    place.pop();
    let mut descended = false;
    for component in target.split('/') {
        match component {
            "" | "." => {}
            ".." if descended => {
                return Err(unsafe_member(format!(
                    "the link `{path}` leads to `{target}`, where `..` stands behind a name: it may lead out of the folder"
                )));
            }
            ".." => {
                place.pop().ok_or_else(out)?;
            }
            _ => {
                descended = true;
                place.push(component);
            }
        }
    }
    Ok(place.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_lead_out_are_refused() {
        for name in ["/etc/passwd", "../x", "a/../../x", "a/..", "..", "C:/x", "c:", "//x"] {
            assert_eq!(inside(name).unwrap_err().code(), "unsafe_archive", "{name}");
        }
        for (name, path) in
            [("a/b", "a/b"), ("./a//b/", "a/b"), ("./", ""), ("...", "..."), ("a:b", "a:b"), ("..a", "..a")]
        {
            assert_eq!(inside(name).unwrap(), path);
        }
        assert!(inside(&"a/".repeat(257)).is_err());
        assert!(inside(&"a/".repeat(256)).is_ok());
    }

    #[test]
    fn text_is_plain_utf8() {
        for bytes in [&b""[..], b"\xff", b"a\nb", b"a\0b", b"a\\b", "a\u{85}".as_bytes(), &[b'a'; 4097]] {
            assert!(text("name", bytes).is_err(), "{bytes:?}");
        }
        assert_eq!(text("name", "ä/ß 🦀".as_bytes()).unwrap(), "ä/ß 🦀");
    }

    #[test]
    fn links_stay_inside() {
        for (path, target) in
            [("l", "/etc"), ("l", ".."), ("a/l", "../.."), ("a/l", "b/../.."), ("l", "a/../b"), ("l", "./../x")]
        {
            assert!(link_target(path, target).is_err(), "{path} -> {target}");
        }
        for (path, target, to) in [
            ("l", "a", "a"),
            ("a/l", "../b", "b"),
            ("a/l", "..", ""),
            ("a/b/l", "./../c/d", "a/c/d"),
            ("a/l", ".", "a"),
        ] {
            assert_eq!(link_target(path, target).unwrap(), to);
        }
    }
}
