//! Lists of checksums: the rows of `sha256sum`, BSD's `sha256` and the like, and which row speaks of which file.

use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Result};

/// One row: a digest and the name it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The digest.
    pub digest: Digest,
    /// The name as it was written, without a leading `./`.
    pub name: String,
}

/// Parses a list: GNU rows (`HEX  name`, `HEX *name`, escaped ones with a leading `\`), BSD rows
/// (`SHA256 (name) = HEX`), and `sha256:HEX  name`. Empty lines, `#` comments and PGP armour are skipped.
///
/// # Errors
/// Usage, naming the line that is none of these, or a list without rows.
pub fn parse(text: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim_end();
        if line.starts_with("-----BEGIN PGP SIGNATURE") {
            break;
        }
        let armour = line.starts_with("-----BEGIN PGP") || line.starts_with("Hash: ");
        if line.is_empty() || line.starts_with('#') || armour {
            continue;
        }
        let row = parse_bsd(line).or_else(|| parse_gnu(line)).ok_or_else(|| {
            Error::usage(format!("line {} is no checksum row", index + 1))
                .hint("a row is `HEX  name` or `SHA256 (name) = HEX`")
        })?;
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(Error::usage("the list of checksums has no rows"));
    }
    Ok(rows)
}

fn row(digest: Digest, name: &str) -> Option<Row> {
    let mut name = name;
    while let Some(rest) = name.strip_prefix("./") {
        name = rest;
    }
    (!name.is_empty()).then(|| Row { digest, name: name.to_owned() })
}

/// `SHA256 (name) = HEX`; the name itself may hold parentheses.
fn parse_bsd(line: &str) -> Option<Row> {
    let (algorithm, rest) = line.split_once(" (")?;
    let algorithm = Algorithm::from_name(algorithm)?;
    let (name, hex) = rest.rsplit_once(") = ")?;
    row(Digest::from_hex(algorithm, hex.trim())?, name)
}

/// `HEX  name`; `\` before it says that `\n` and `\\` in the name are escaped.
fn parse_gnu(line: &str) -> Option<Row> {
    let (line, escaped) = line.strip_prefix('\\').map_or((line, false), |rest| (rest, true));
    let (digest, name) = line.split_once([' ', '\t'])?;
    let name = name.trim_start_matches([' ', '\t']);
    let name = name.strip_prefix('*').unwrap_or(name);
    let digest = Digest::parse(digest).ok()?;
    if escaped { row(digest, &unescape(name)) } else { row(digest, name) }
}

fn unescape(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some(other) => out.push(other),
                None => {}
            },
            (c, false) => out.push(c),
        }
    }
    out
}

/// The digests that the list has for a file: those of the rows whose name shares the longest path end with `path`
/// (at least the last component), a row that is wholly contained before one that has more in front.
///
/// # Errors
/// Integrity: the list does not name the file (`not_listed`), or names several that fit equally well and differ
/// (`ambiguous_list`).
pub fn find(rows: &[Row], path: &str) -> Result<Vec<Digest>> {
    let wanted: Vec<&str> = path.split('/').filter(|c| !c.is_empty()).collect();
    let rank = |row: &Row| {
        let own: Vec<&str> = row.name.split('/').filter(|c| !c.is_empty() && *c != ".").collect();
        let common = own.iter().rev().zip(wanted.iter().rev()).take_while(|(a, b)| a == b).count();
        (common, common == own.len())
    };
    let best = rows.iter().map(rank).max().filter(|(common, _)| *common > 0).ok_or_else(|| {
        Error::new(Kind::Integrity, "not_listed", format!("the list of checksums does not name `{path}`"))
            .hint("check that the list belongs to this file")
    })?;
    let mut found: Vec<Digest> = Vec::new();
    for row in rows.iter().filter(|row| rank(row) == best) {
        if found.contains(&row.digest) {
            continue;
        }
        if found.iter().any(|d| d.algorithm() == row.digest.algorithm()) {
            return Err(Error::new(
                Kind::Integrity,
                "ambiguous_list",
                format!("the list of checksums has several rows that fit `{path}`, and they differ"),
            ));
        }
        found.push(row.digest.clone());
    }
    Ok(found)
}

/// Whether a row's name may be joined to a base: relative, without `.` and `..`, control characters and backslashes.
#[must_use]
pub fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && !name.contains('\\')
        && !name.chars().any(char::is_control)
        && name.split('/').all(|component| !matches!(component, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const B: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

    #[test]
    fn rows_of_every_kind() {
        let text = format!(
            "# a comment\n\n{A}  a.txt\n{B} *b.bin\r\nSHA256 (c (1).txt) = {A}\nMD5 (a.txt) = {MD5}\n\
             {A}  ./dir/x\n\\{A}  new\\nline\nsha256:{B}\tq\n{A}  with two words.txt\n"
        );
        let rows = parse(&text).unwrap();
        let names: Vec<&str> = rows.iter().map(|r| r.name.as_str()).collect();
        assert_eq!(names, ["a.txt", "b.bin", "c (1).txt", "a.txt", "dir/x", "new\nline", "q", "with two words.txt"]);
        assert_eq!(rows[3].digest.algorithm(), Algorithm::Md5);
        for bad in ["", "# nothing", "hello", "1234  x", "SHA256 (x) = 12", A, &format!("{A}  ")] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        let signed =
            format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{A}  a\n-----BEGIN PGP SIGNATURE-----\nxx\n");
        assert_eq!(parse(&signed).unwrap().len(), 1);
    }

    #[test]
    fn the_longest_common_end_wins() {
        let rows = parse(&format!("{A}  one/x.txt\n{B}  two/x.txt\n{MD5}  two/x.txt\n")).unwrap();
        assert_eq!(find(&rows, "/pub/two/x.txt").unwrap().len(), 2);
        assert_eq!(find(&rows, "/pub/one/x.txt").unwrap()[0].hex(), A);
        assert_eq!(find(&rows, "/pub/x.txt").unwrap_err().code(), "ambiguous_list");
        assert_eq!(find(&rows, "/pub/y.txt").unwrap_err().code(), "not_listed");
        assert_eq!(find(&rows, "/pub/ax.txt").unwrap_err().kind(), Kind::Integrity);
        let rows = parse(&format!("{A}  x.txt\n{B}  old/x.txt\n")).unwrap();
        assert_eq!(find(&rows, "/pub/x.txt").unwrap()[0].hex(), A);
    }

    #[test]
    fn names_that_leave_the_base_are_told() {
        assert!(is_plain_name("a/b.txt"));
        for bad in ["", "/etc/passwd", "../x", "a/../b", "a//b", "a\\b", "a\nb"] {
            assert!(!is_plain_name(bad), "{bad}");
        }
    }
}
