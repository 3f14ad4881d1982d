//! A reader of netrc texts: the user and password that they hold for one host.

use crate::message::Credentials;
use crate::secret::Secret;

/// What the text holds for exactly this host (any case). Its `default` is for nobody: a password must not reach a host
/// that it was not written for.
#[must_use]
pub fn find(text: &str, host: &str) -> Option<Credentials> {
    let mut tokens = Tokens { rest: text };
    let mut entry = Entry::default();
    while let Some(token) = tokens.next_token() {
        match token.as_str() {
            "machine" => {
                if let Some(found) = entry.close() {
                    return Some(found);
                }
                entry = Entry { wanted: tokens.next_token()?.eq_ignore_ascii_case(host), ..Entry::default() };
            }
            "default" => {
                if let Some(found) = entry.close() {
                    return Some(found);
                }
                entry = Entry::default();
            }
            "login" => entry.login = tokens.next_token(),
            "password" => entry.password = tokens.next_token(),
            "account" => {
                tokens.next_token();
            }
            "macdef" => tokens.skip_macro(),
            word if word.starts_with('#') => tokens.skip_line(),
            _ => {}
        }
    }
    entry.close()
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
    rest: &'a str,
}

impl Tokens<'_> {
    /// The next word, or the inside of the next quoted string with `\"`, `\\`, `\n`, `\r`, `\t` undone, as curl does.
    fn next_token(&mut self) -> Option<String> {
        self.rest = self.rest.trim_start();
        let Some(inside) = self.rest.strip_prefix('"') else {
            let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
            let (token, rest) = self.rest.split_at(end);
            self.rest = rest;
            return (!token.is_empty()).then(|| token.to_owned());
        };
        let mut token = String::new();
        let mut chars = inside.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &inside[at + 1..];
                    return Some(token);
                }
                '\\' => match chars.next()?.1 {
                    'n' => token.push('\n'),
                    'r' => token.push('\r'),
                    't' => token.push('\t'),
                    other => token.push(other),
                },
                c => token.push(c),
            }
        }
        // An unclosed quote: nothing behind it can be trusted.
        self.rest = "";
        None
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
        find(text, host).map(|c| (c.user, c.password.expose().to_owned()))
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
        for odd in ["", "machine", "machine h", "login a", "machine h login \"x", "macdef", "\"", "machine \"h"] {
            assert_eq!(look(odd, "h"), None, "{odd}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text: String, host: String) {
            let _ = find(&text, &host);
        }
    }
}
