//! A reader of netrc texts: the user and password that they hold for one host.

use crate::error::{Error, Result};
use crate::message::Credentials;
use crate::secret::Secret;

/// What the text holds for exactly this host (any case). Its `default` is for nobody: a password must not reach a host
/// that it was not written for.
///
/// # Errors
/// Usage, naming the line: a word that netrc does not know, one that is missing, a quote that is not closed.
pub fn find(text: &str, host: &str) -> Result<Option<Credentials>> {
    let mut tokens = Tokens { text, rest: text };
    let mut found = None;
    let mut entry = Entry::default();
    while let Some(token) = tokens.next_token()? {
        match token.as_str() {
            "machine" => {
                found = found.or(entry.close());
                entry = Entry { wanted: tokens.value("machine")?.eq_ignore_ascii_case(host), ..Entry::default() };
            }
            "default" => {
                found = found.or(entry.close());
                entry = Entry::default();
            }
            "login" => entry.login = Some(tokens.value("login")?),
            "password" => entry.password = Some(tokens.value("password")?),
            "account" => drop(tokens.value("account")?),
            "macdef" => tokens.skip_macro(),
            word if word.starts_with('#') => tokens.skip_line(),
            // It may be a piece of a password: it is not repeated.
            _ => return Err(tokens.wrong("expected `machine`, `default`, `login`, `password`, `account` or `macdef`")),
        }
    }
    Ok(found.or(entry.close()))
}

#[derive(Default)]
struct Entry {
    wanted: bool,
    login: Option<String>,
    password: Option<String>,
}

impl Entry {
    fn close(&mut self) -> Option<Credentials> {
        let entry = std::mem::take(self);
        if !entry.wanted || (entry.login.is_none() && entry.password.is_none()) {
            return None;
        }
        Some(Credentials {
            user: entry.login.unwrap_or_default(),
            password: Secret::new(entry.password.unwrap_or_default()),
        })
    }
}

struct Tokens<'a> {
    text: &'a str,
    rest: &'a str,
}

impl Tokens<'_> {
    /// The next word, or the inside of the next quoted string with `\"`, `\\`, `\n`, `\r`, `\t` undone, as curl does.
    fn next_token(&mut self) -> Result<Option<String>> {
        self.rest = self.rest.trim_start();
        let Some(inside) = self.rest.strip_prefix('"') else {
            let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
            let (token, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok((!token.is_empty()).then(|| token.to_owned()));
        };
        let mut token = String::new();
        let mut chars = inside.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &inside[at + 1..];
                    return Ok(Some(token));
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => token.push('\n'),
                    Some('r') => token.push('\r'),
                    Some('t') => token.push('\t'),
                    Some(other) => token.push(other),
                    None => break,
                },
                c => token.push(c),
            }
        }
        Err(self.wrong("a quote is not closed"))
    }

    /// What must follow a word.
    fn value(&mut self, after: &str) -> Result<String> {
        self.next_token()?.ok_or_else(|| self.wrong(&format!("nothing follows `{after}`")))
    }

    /// An error about the line that is read.
    fn wrong(&self, why: &str) -> Error {
        let read = self.text[..self.text.len() - self.rest.len()].trim_end();
        Error::usage(format!("line {}: {why}", read.matches('\n').count() + 1))
    }

    fn skip_line(&mut self) {
        self.rest = self.rest.find('\n').map_or("", |end| &self.rest[end + 1..]);
    }

    /// A macro ends with an empty line.
    fn skip_macro(&mut self) {
        loop {
            self.skip_line();
            let line = self.rest.split('\n').next().unwrap_or_default();
            if self.rest.is_empty() || line.trim().is_empty() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str, host: &str) -> Option<(String, String)> {
        find(text, host).unwrap().map(|c| (c.user, c.password.expose().to_owned()))
    }

    fn pair(user: &str, password: &str) -> (String, String) {
        (user.to_owned(), password.to_owned())
    }

    #[test]
    fn entries_of_every_form() {
        let text = "# a comment machine h login no password no\n\
            machine one login a password b\n\
            machine two\n\tlogin c\n\tpassword \"d \\\"e\"\n\taccount f\n\
            macdef init\n machine three login no password no\n\n\
            machine three password only\n\
            default login anonymous password x\n\
            machine four login never password seen\n";
        assert_eq!(look(text, "one"), Some(pair("a", "b")));
        assert_eq!(look(text, "ONE"), Some(pair("a", "b")));
        assert_eq!(look(text, "two"), Some(pair("c", "d \"e")));
        assert_eq!(look(text, "three"), Some(pair("", "only")));
        assert_eq!(look(text, "four"), Some(pair("never", "seen")));
        assert_eq!(look(text, "five"), None, "the default is for nobody");
        assert_eq!(look("machine one login a password b", "sub.one"), None);
        assert_eq!(look("machine one login a password b", "on"), None);
        assert_eq!(look("machine h login machine password default", "h"), Some(pair("machine", "default")));
        assert_eq!(look("machine h login u password #x", "h"), Some(pair("u", "#x")));
        for odd in ["", "machine h", "login a", "macdef"] {
            assert_eq!(look(odd, "h"), None, "{odd}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line) in [
            ("machine", 1),
            ("machine h login \"x", 1),
            ("machine h\nlogin a\npassword \"x\n\n", 3),
            ("\"", 1),
            ("machine \"h", 1),
            ("machine h\npassword", 2),
            ("machine h login a\nthis is no netrc", 2),
            ("machine h login a password two words", 1),
        ] {
            let message = find(text, "h").unwrap_err().message().to_owned();
            assert!(message.starts_with(&format!("line {line}: ")) && !message.contains("two"), "{text}: {message}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text: String, host: String) {
            let _ = find(&text, &host);
        }
    }
}
