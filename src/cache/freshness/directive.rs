//! `Cache-Control` and its like, read strictly (RFC 9111, 5.2): any case, quoted arguments, duplicates, junk.

use crate::message::Fields;

/// The greatest number of seconds that is told apart (RFC 9111, 1.2.2): 68 years.
pub const MOST_SECONDS: u64 = 1 << 31;

/// The argument of a directive.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Argument {
    /// There is none.
    None,
    /// A token, or what stood in quotes.
    Text(String),
    /// Something that is neither.
    Malformed,
}

/// The directives of all lines of a field, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directives(Vec<(String, Argument)>);

/// What a directive says in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seconds {
    /// It is not there.
    Absent,
    /// So many, at most [`MOST_SECONDS`].
    Given(u64),
    /// It is there, but tells no number, or several different ones.
    Invalid,
}

impl Directives {
    /// Those of `Cache-Control`.
    #[must_use]
    pub fn of(fields: &Fields) -> Self {
        Self::parse(fields.all("cache-control"))
    }

    /// Those of these lines. Never fails: what is malformed is kept as that.
    ///
    /// ```
    /// use dl::cache::freshness::directive::{Directives, Seconds};
    ///
    /// let directives = Directives::parse([&b"Max-Age=\"60\", ext=\"a, no-store\""[..]]);
    /// assert_eq!(directives.seconds("max-age"), Seconds::Given(60));
    /// assert!(!directives.has("no-store"));
    /// ```
    #[must_use]
    pub fn parse<'l>(lines: impl IntoIterator<Item = &'l [u8]>) -> Self {
        let mut all = Vec::new();
        for line in lines {
            let text = String::from_utf8_lossy(line);
            for member in members(&text) {
                all.extend(directive(member));
            }
        }
        Self(all)
    }

    /// Whether it is there, whatever its argument.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// What it says in seconds.
    #[must_use]
    pub fn seconds(&self, name: &str) -> Seconds {
        let mut said = Seconds::Absent;
        for (_, argument) in self.0.iter().filter(|(n, _)| n == name) {
            let number = match argument {
                Argument::Text(text) => delta_seconds(text),
                Argument::None | Argument::Malformed => None,
            };
            said = match (said, number) {
                (Seconds::Absent, Some(number)) => Seconds::Given(number),
                (Seconds::Given(before), Some(number)) if before == number => said,
                _ => Seconds::Invalid,
            };
        }
        said
    }

    /// Whether it is there without an argument: for `max-stale`, which then means any time.
    #[must_use]
    pub fn is_bare(&self, name: &str) -> bool {
        self.0.iter().any(|(n, argument)| n == name && *argument == Argument::None)
    }

    /// The field names that a qualified directive (`no-cache="set-cookie"`) lists, in lower case; `None` where the
    /// directive is not there, or stands unqualified at least once: then it means the whole response.
    #[must_use]
    pub fn qualified(&self, name: &str) -> Option<Vec<String>> {
        let mut names = Vec::new();
        for (_, argument) in self.0.iter().filter(|(n, _)| n == name) {
            let Argument::Text(text) = argument else { return None };
            let before = names.len();
            names.extend(text.split(',').map(|n| n.trim().to_ascii_lowercase()).filter(|n| !n.is_empty()));
            if names.len() == before {
                return None;
            }
        }
        (!names.is_empty()).then_some(names)
    }
}

/// `delta-seconds` (RFC 9111, 1.2.2): digits alone; what is beyond any time is [`MOST_SECONDS`].
#[must_use]
pub fn delta_seconds(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(text.parse::<u64>().unwrap_or(MOST_SECONDS).min(MOST_SECONDS))
}

/// Splits a list at the commas that stand outside quotes, and trims its members. A quote that is never closed quotes
/// nothing: it would hide a `no-store` behind it.
pub(crate) fn members(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut all = Vec::new();
    let (mut start, mut at) = (0, 0);
    // Where one is not closed, no later one is: what could close it is escaped. So nobody makes us look again from each.
    let mut quotes = true;
    while at < bytes.len() {
        match bytes[at] {
            b',' => {
                all.push(&text[start..at]);
                start = at + 1;
            }
            b'"' if quotes => match closing(bytes, at) {
                Some(end) => at = end,
                None => quotes = false,
            },
            _ => {}
        }
        at += 1;
    }
    all.push(&text[start..]);
    all.into_iter().map(|m| m.trim_matches([' ', '\t'])).filter(|m| !m.is_empty()).collect()
}

/// Where the quote that opens at `from` is closed.
fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn directive(member: &str) -> Option<(String, Argument)> {
    let end = member.bytes().position(|b| !is_token_byte(b)).unwrap_or(member.len());
    let (name, rest) = member.split_at(end);
    if name.is_empty() {
        return None;
    }
    let argument = match rest.strip_prefix('=') {
        None if rest.is_empty() => Argument::None,
        None => Argument::Malformed,
        Some(value) if !value.is_empty() && value.bytes().all(is_token_byte) => Argument::Text(value.to_owned()),
        Some(value) => unquoted(value).map_or(Argument::Malformed, Argument::Text),
    };
    Some((name.to_ascii_lowercase(), argument))
}

/// What stands in quotes, if that is all there is.
fn unquoted(value: &str) -> Option<String> {
    let bytes = value.as_bytes();
    if bytes.first() != Some(&b'"') || closing(bytes, 0) != Some(bytes.len() - 1) {
        return None;
    }
    let mut text = String::with_capacity(value.len());
    let mut escaped = false;
    for c in value[1..value.len() - 1].chars() {
        if !escaped && c == '\\' {
            escaped = true;
        } else {
            escaped = false;
            text.push(c);
        }
    }
    Some(text)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Directives {
        Directives::parse([text.as_bytes()])
    }

    #[test]
    fn arguments() {
        for (text, seconds) in [
            ("max-age=60", Seconds::Given(60)),
            ("MaX-aGe=60", Seconds::Given(60)),
            ("max-age=\"60\"", Seconds::Given(60)),
            ("max-age=\"6\\0\"", Seconds::Given(60)),
            ("max-age=0060", Seconds::Given(60)),
            (" ,, max-age=60 ,", Seconds::Given(60)),
            ("max-age=60, max-age=60", Seconds::Given(60)),
            ("max-age=99999999999", Seconds::Given(MOST_SECONDS)),
            ("max-age=99999999999999999999999", Seconds::Given(MOST_SECONDS)),
            ("max-age=60, max-age=61", Seconds::Invalid),
            ("max-age", Seconds::Invalid),
            ("max-age=", Seconds::Invalid),
            ("max-age=-60", Seconds::Invalid),
            ("max-age=60.0", Seconds::Invalid),
            ("max-age='60'", Seconds::Invalid),
            ("max-age =60", Seconds::Invalid),
            ("max-age= 60", Seconds::Invalid),
            ("max-age=60 60", Seconds::Invalid),
            ("max-age=\"60\"x", Seconds::Invalid),
            ("max-age=60a", Seconds::Invalid),
            ("max-ages=60", Seconds::Absent),
            ("ext=\"max-age=60\"", Seconds::Absent),
            ("ext=\"a\\\", max-age=60\"", Seconds::Absent),
            ("", Seconds::Absent),
        ] {
            assert_eq!(of(text).seconds("max-age"), seconds, "{text}");
        }
    }

    #[test]
    fn all_lines_are_one_list() {
        let lines: [&[u8]; 3] = [b"max-age=1", b"no-store, x", b"max-age=1"];
        let directives = Directives::parse(lines);
        assert!(directives.has("no-store") && directives.has("x"));
        assert_eq!(directives.seconds("max-age"), Seconds::Given(1));
    }

    #[test]
    fn a_quote_that_never_closes_hides_nothing() {
        assert!(of("ext=\"abc, no-store").has("no-store"));
        assert!(!of("ext=\"abc, no-store\"").has("no-store"));
        // Not even where to look from each quote anew would take minutes.
        let long = "\\\"".repeat(200_000);
        assert!(of(&format!("ext=\"{long}, no-store")).has("no-store"));
    }

    #[test]
    fn qualified_directives_list_fields() {
        let names = |text: &str| of(text).qualified("no-cache");
        assert_eq!(names("no-cache=\"Set-Cookie, A\""), Some(vec!["set-cookie".to_owned(), "a".to_owned()]));
        assert_eq!(names("no-cache=a"), Some(vec!["a".to_owned()]));
        for whole in ["no-cache", "no-cache=\"\"", "no-cache=\"a\", no-cache", "no-cache =\"a\"", "private"] {
            assert_eq!(names(whole), None, "{whole}");
        }
        assert!(of("max-stale").is_bare("max-stale") && !of("max-stale=5").is_bare("max-stale"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(line in proptest::collection::vec(any::<u8>(), 0..80)) {
            let directives = Directives::parse([line.as_slice()]);
            let _ = (directives.seconds("max-age"), directives.qualified("no-cache"));
        }

        #[test]
        fn lists_are_split_as_if_each_quote_were_looked_at(text in "[\"\\\\,a]{0,40}") {
            let bytes = text.as_bytes();
            let (mut all, mut start, mut at) = (Vec::new(), 0, 0);
            while at < bytes.len() {
                match bytes[at] {
                    b',' => {
                        all.push(&text[start..at]);
                        start = at + 1;
                    }
                    b'"' => at = closing(bytes, at).unwrap_or(at),
                    _ => {}
                }
                at += 1;
            }
            all.push(&text[start..]);
            all.retain(|member| !member.is_empty());
            prop_assert_eq!(members(&text), all);
        }

        #[test]
        fn a_directive_is_found_beside_any_quoted_text(text in "[^\"\\\\]{0,30}", seconds in 0_u64..MOST_SECONDS) {
            let directives = of(&format!("x=\"{text}\", Max-Age={seconds}"));
            prop_assert_eq!(directives.seconds("max-age"), Seconds::Given(seconds));
        }
    }
}
