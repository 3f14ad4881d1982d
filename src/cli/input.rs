//! What is asked for, from the command line, a list (`-i`) or a descriptor file.

use super::args::values;
use super::context::read_named_text;
use super::settings::{self, Setting};
use clap::Arg;
use dl::config::{self, Entry, Given};
use dl::descriptor::address::parse_url;
use dl::digest::Digest;
use dl::error::{Error, Result};
use std::cell::OnceCell;
use std::path::{Component, Path, PathBuf};
use url::Url;

/// One URL with what was said about it alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The URL as it was typed.
    pub(crate) url: String,
    /// `out=`.
    pub(crate) output: Option<PathBuf>,
    /// `checksum=`.
    pub(crate) checksums: Vec<Digest>,
    /// `mirror=`.
    pub(crate) mirrors: Vec<String>,
    /// `filename=`.
    pub(crate) filename: Option<String>,
    /// Where it stands, for messages; `None`: on the command line.
    pub(crate) place: Option<String>,
    /// The URL as it was understood, once it was.
    pub(crate) parsed: OnceCell<Url>,
}

impl Asked {
    /// A URL of the command line.
    pub(crate) fn typed(url: &str) -> Self {
        Self { url: url.to_owned(), ..Self::default() }
    }

    /// The URL as it is understood. Parsed once: that of a list is looked at when the list is read.
    ///
    /// # Errors
    /// Those of [`parse_url`].
    pub(crate) fn address(&self) -> Result<&Url> {
        match self.parsed.get() {
            Some(url) => Ok(url),
            None => parse_url(&self.url).map(|url| self.parsed.get_or_init(|| url)),
        }
    }

    /// An error with the place in front.
    pub(crate) fn blame(&self, error: Error) -> Error {
        match &self.place {
            Some(place) => error.context(place.clone()),
            None => error,
        }
    }
}

/// The words of a list line that describe one file.
pub(crate) const LIST_WORDS: &str =
    "in a list (-i), each line has its own: URL [out=PATH] [checksum=SPEC] [mirror=URL]… [filename=NAME]";

/// Reads a list.
///
/// # Errors
/// Usage, with the number of the bad line.
pub(crate) fn read_list(path: &Path) -> Result<Vec<Asked>> {
    let text = read_named_text(path)?;
    let shown = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    parse_list(&text, &shown)
}

/// Parses a list; `name` is what messages call it.
///
/// # Errors
/// Usage, with the number of the bad line.
pub(crate) fn parse_list(text: &str, name: &str) -> Result<Vec<Asked>> {
    let mut all = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let place = format!("{name}:{}", index + 1);
        let parsed = split(line).and_then(|words| asked(words, &place));
        let wrong = |e: Error| {
            e.context(place.clone()).hint("a line is URL [out=PATH] [checksum=SPEC] [mirror=URL]… [filename=NAME]")
        };
        all.extend(parsed.map_err(wrong)?);
    }
    Ok(all)
}

fn asked(words: Vec<String>, place: &str) -> Result<Option<Asked>> {
    let mut words = words.into_iter();
    let Some(url) = words.next() else { return Ok(None) };
    let mut asked = Asked { url, place: Some(place.to_owned()), ..Asked::default() };
    asked.address()?;
    for word in words {
        let once = |taken: bool| if taken { Err(Error::usage(format!("`{word}` is given twice"))) } else { Ok(()) };
        match word.split_once('=') {
            Some(("out", path)) if !path.is_empty() => {
                once(asked.output.is_some())?;
                refuse_climbing(Path::new(path))?;
                asked.output = Some(PathBuf::from(path));
            }
            Some(("checksum", spec)) => asked.checksums.push(Digest::parse(spec)?),
            Some(("mirror", url)) => {
                parse_url(url)?;
                asked.mirrors.push(url.to_owned());
            }
            Some(("filename", name)) if !name.is_empty() => {
                once(asked.filename.is_some())?;
                asked.filename = Some(name.to_owned());
            }
            _ => return Err(Error::usage(format!("`{word}` is no word of a list line"))),
        }
    }
    Ok(Some(asked))
}

/// Splits a line as a POSIX shell does, without expanding anything; `#` begins a comment where a word could begin.
fn split(line: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    let open = |quote: char| Error::usage(format!("a {quote} is not closed"));
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' => words.extend(word.take()),
            '#' if word.is_none() => break,
            '\'' => {
                let place = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or_else(|| open('\''))? {
                        '\'' => break,
                        c => place.push(c),
                    }
                }
            }
            '"' => {
                let place = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or_else(|| open('"'))? {
                        '"' => break,
                        '\\' => match chars.next().ok_or_else(|| open('"'))? {
                            c @ ('"' | '\\' | '$' | '`') => place.push(c),
                            c => place.extend(['\\', c]),
                        },
                        c => place.push(c),
                    }
                }
            }
            '\\' => {
                let c = chars.next().ok_or_else(|| Error::usage("a backslash ends the line"))?;
                word.get_or_insert_default().push(c);
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// `out=` below `-P`, and never above it; absolute only without `-P`.
///
/// # Errors
/// Usage.
pub(crate) fn place_below(folder: Option<&Path>, output: &Path) -> Result<PathBuf> {
    let Some(folder) = folder else { return Ok(output.to_owned()) };
    refuse_climbing(output)?;
    let shown = output.display();
    if output.is_absolute() {
        return Err(Error::usage(format!("`{shown}` is absolute, and -P {} is given", folder.display()))
            .hint("leave out -P, or write a path below it"));
    }
    Ok(folder.join(output))
}

fn refuse_climbing(output: &Path) -> Result<()> {
    if output.components().any(|c| matches!(c, Component::ParentDir)) {
        return Err(Error::usage(format!("`{}` leads out of the folder", output.display()))
            .hint("an absolute path, without -P, may lie anywhere"));
    }
    Ok(())
}

/// The options that a descriptor file may hold.
const DESCRIPTOR_GROUPS: &[&str] = &["What to ask for", "Is it right"];
/// Options of other groups that describe the one file too.
const DESCRIPTOR_ALSO: &[&str] = &[
    "mirror",
    "key-uri",
    "key-param",
    "key-params",
    "auth-id",
    "filename",
    "label",
    "attr",
    "attrs-json",
    "allow-status",
];

/// Reads a descriptor file (TOML or JSON): its URL and its settings.
///
/// # Errors
/// Usage: no such file, neither TOML nor JSON, unknown keys, no URL.
pub(crate) fn read_descriptor(path: &Path, options: &[Arg]) -> Result<(String, Vec<Setting>)> {
    let text = read_named_text(path)?;
    parse_descriptor(&text, path, options).map_err(|e| {
        if e.message().starts_with("line ") { e.context(format!("bad descriptor `{}`", path.display())) } else { e }
    })
}

fn parse_descriptor(text: &str, path: &Path, options: &[Arg]) -> Result<(String, Vec<Setting>)> {
    let is_json = path.extension().is_some_and(|e| e == "json") || text.trim_start().starts_with('{');
    let entries = if is_json { config::parse_flat_json(text)? } else { config::parse_flat(text)? };
    let allowed: Vec<Arg> = options
        .iter()
        .filter(|a| {
            let long = a.get_long().unwrap_or_default();
            let group = a.get_help_heading().unwrap_or_default();
            let in_group =
                DESCRIPTOR_GROUPS.contains(&group) && !matches!(long, "input" | "descriptor" | "checksums" | "base");
            in_group || DESCRIPTOR_ALSO.contains(&long)
        })
        .cloned()
        .collect();
    let mut url = None;
    let mut settings = Vec::new();
    for entry in &entries {
        let names = allowed.iter().filter_map(Arg::get_long).chain(["url", "method", "headers"]);
        settings::known(&entry.key, names, path, entry.line)?;
        match (entry.key.as_str(), &entry.value) {
            ("url", Given::One(text)) => url = Some(text.clone()),
            ("url", _) => return Err(Error::usage(format!("`{}`: `url` is one URL", path.display()))),
            _ => settings.push(settings::setting(&renamed(entry), &allowed, path)?),
        }
    }
    let url = url.ok_or_else(|| Error::usage(format!("the descriptor `{}` has no `url`", path.display())))?;
    Ok((url, settings))
}

/// `method` and `headers`, as anyone would write them, are `request` and `header`.
fn renamed(entry: &Entry) -> Entry {
    let key = match entry.key.as_str() {
        "method" => "request",
        "headers" => "header",
        other => other,
    };
    Entry { key: key.to_owned(), ..entry.clone() }
}

/// Whether a `--checksums` value is a URL.
pub(crate) fn is_url(text: &str) -> bool {
    text.contains("://")
}

/// A form part's value: `@FILE[;type=T][;filename=N]`, or a text.
///
/// # Errors
/// Usage: an unknown word after `;`.
pub(crate) fn form_part(name: &str, value: &str) -> Result<dl::descriptor::payload::Part> {
    use dl::descriptor::payload::{Part, PartContent};
    let Some(rest) = value.strip_prefix('@') else {
        return Ok(Part { name: name.to_owned(), content: PartContent::Text(value.to_owned()) });
    };
    let mut pieces = rest.split(';');
    let path = PathBuf::from(pieces.next().unwrap_or_default());
    let (mut media_type, mut filename) = (None, None);
    for piece in pieces {
        match values::pair(piece.trim()) {
            Ok((key, value)) if key == "type" => media_type = Some(value),
            Ok((key, value)) if key == "filename" => filename = Some(value.trim_matches('"').to_owned()),
            // A media type's own parameters follow it (`type=text/plain;charset=utf-8`).
            _ => match &mut media_type {
                Some(media_type) => {
                    media_type.push(';');
                    media_type.push_str(piece);
                }
                None => {
                    return Err(Error::usage(format!("`{piece}` after `@FILE` is unknown"))
                        .hint("-F K=@FILE;type=T;filename=N"));
                }
            },
        }
    }
    Ok(Part { name: name.to_owned(), content: PartContent::File { path, media_type, filename } })
}

#[cfg(test)]
mod tests {
    use super::super::args::Fetch;
    use super::*;
    use clap::CommandFactory as _;

    const SHA: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn lines_are_split_as_by_a_shell() {
        let words = |line| split(line).unwrap();
        assert_eq!(words("a  'b c'\t\"d \\\"e\\n\"\\ f # g"), ["a", "b c", "d \"e\\n f"]);
        assert_eq!(words("u#frag ''"), ["u#frag", ""]);
        assert!(words("  # all").is_empty());
        for bad in ["'a", "\"a", "a\\"] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_list_is_read_or_named_with_its_line(text: String, words in "(https?://h/[a-z '\"\\\\#=./]{0,20}|(out|checksum|mirror|filename)=[a-z./]{0,8}|[\n \t])*") {
            for text in [text, words] {
                match parse_list(&text, "list") {
                    Ok(all) => for asked in all {
                        proptest::prop_assert!(parse_url(&asked.url).is_ok());
                        let output = asked.output.unwrap_or_default();
                        proptest::prop_assert!(!output.components().any(|c| matches!(c, Component::ParentDir)));
                        let below = place_below(Some(Path::new("d")), &output);
                        proptest::prop_assert!(below.is_err() || below.is_ok_and(|path| path.starts_with("d")));
                    },
                    Err(error) => proptest::prop_assert!(error.message().starts_with("list:"), "{}", error.message()),
                }
            }
        }
    }

    #[test]
    fn a_list_has_a_file_a_line() {
        let text = format!(
            "\u{feff}# top\nhttps://h/a\n\nhttps://h/b out='x y.bin' checksum={SHA} mirror=https://m/b mirror=https://n/b filename=b.bin\r\n"
        );
        let all = parse_list(&text, "list.txt").unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[1].output.as_deref(), Some(Path::new("x y.bin")));
        assert_eq!((all[1].checksums.len(), all[1].mirrors.len()), (1, 2));
        assert_eq!(all[1].place.as_deref(), Some("list.txt:4"));
        for (bad, line) in [
            ("https://h/a\nh/b", "list.txt:2"),
            ("https://h/a outt=x", "list.txt:1"),
            ("https://h/a out=x out=y", "list.txt:1"),
            ("https://h/a checksum=12", "list.txt:1"),
            ("https://h/a out='x", "list.txt:1"),
        ] {
            let error = parse_list(bad, "list.txt").unwrap_err();
            assert!(error.message().contains(line), "{bad}: {error}");
        }
    }

    #[test]
    fn outputs_stay_below_the_folder() {
        let below = |output: &str| place_below(Some(Path::new("d")), Path::new(output));
        assert_eq!(below("a/b").unwrap(), Path::new("d/a/b"));
        for bad in ["/a", "../a", "a/../../b"] {
            assert!(below(bad).is_err(), "{bad}");
        }
        assert_eq!(place_below(None, Path::new("/a")).unwrap(), Path::new("/a"));
    }

    #[test]
    fn descriptors_are_toml_or_json() {
        let options: Vec<Arg> = Fetch::command().get_arguments().cloned().collect();
        let read = |text: &str, name: &str| parse_descriptor(text, Path::new(name), &options);
        let toml = "url = \"https://h/a\"\nheader = [\"A: 1\"]\nquery = { b = 2 }\nmethod = \"PUT\"\nkey-param = { rows = 3 }\n";
        let (url, settings) = read(toml, "x.toml").unwrap();
        assert_eq!(url, "https://h/a");
        let names: Vec<&str> = settings.iter().map(|s| s.option.as_str()).collect();
        assert_eq!(names, ["header", "query", "request", "key-params"]);
        assert_eq!(settings[1].values, ["b=2"]);
        assert_eq!(settings[3].values, ["{\"rows\":3}"]);
        let (_, settings) = read(r#"{"url":"https://h/a","data-json":{"a":[1]},"compressed":true}"#, "x.json").unwrap();
        assert_eq!(settings[0].values, ["{\"a\":[1]}"]);
        let told = |text: &str| read(text, "x.toml").unwrap_err().to_string();
        assert!(told("urll = \"x\"").contains("unknown key `urll`"));
        assert!(told("header = \"A: 1\"").contains("has no `url`"));
        assert!(told("url = \"https://h/\"\noutput = \"x\"").contains("unknown key `output`"));
    }

    #[test]
    fn form_parts() {
        use dl::descriptor::payload::PartContent;
        assert_eq!(form_part("a", "b;c").unwrap().content, PartContent::Text("b;c".to_owned()));
        let file = form_part("a", "@x.txt;type=text/plain;charset=utf-8;filename=\"y\"").unwrap().content;
        let expected = PartContent::File {
            path: "x.txt".into(),
            media_type: Some("text/plain;charset=utf-8".to_owned()),
            filename: Some("y".to_owned()),
        };
        assert_eq!(file, expected);
        assert!(form_part("a", "@x;what").is_err());
    }
}
