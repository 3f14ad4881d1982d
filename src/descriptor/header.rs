//! Request fields as they are typed: `Name: value`, `Name;`, `Name:`.

use crate::error::{Error, Result};
use crate::secret::Secrets;

/// One `-H`: a field that is sent, sent empty (`Name;`), or a default taken back (`Name:`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// Sent with this value.
    Set(String, Vec<u8>),
    /// A default that is not sent.
    Without(String),
}

impl Header {
    /// Parses `Name: value`, `Name;` or `Name:`.
    ///
    /// # Errors
    /// Usage, where it is malformed, or names a field that frames the message or is the transfer's to set.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::usage(format!("bad header `{}`: {why}", shorten(text)))
                .hint("a header is `Name: value`; `Name;` sends it empty, `Name:` takes a default back")
        };
        if text.contains(['\r', '\n', '\0']) {
            return Err(wrong("it holds a line break or NUL"));
        }
        let (name, value) = match text.split_once(':') {
            Some((name, value)) if is_token(name) => (name, value.trim()),
            _ => match text.strip_suffix(';') {
                Some(name) if is_token(name) => {
                    return Self::checked(name, Self::Set(name.to_ascii_lowercase(), Vec::new()));
                }
                _ => return Err(wrong("expected a name and a colon")),
            },
        };
        let header = match value {
            "" => Self::Without(name.to_ascii_lowercase()),
            value => Self::Set(name.to_ascii_lowercase(), value.as_bytes().to_vec()),
        };
        Self::checked(name, header)
    }

    fn checked(name: &str, header: Self) -> Result<Self> {
        match name.to_ascii_lowercase().as_str() {
            "content-length" | "transfer-encoding" | "connection" => {
                Err(Error::usage(format!("the header `{name}` frames the message and is not yours to set")))
            }
            _ => Ok(header),
        }
    }

    /// The field's name, in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Set(name, _) | Self::Without(name) => name,
        }
    }
}

/// Whether a text is an RFC 9110 token.
#[must_use]
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn shorten(text: &str) -> String {
    // A header may hold a secret: only its name is repeated, also where the colon was forgotten.
    let first = text.split_whitespace().next().unwrap_or_default();
    let text_of_name = if Secrets::default().is_secret_header(first) { first } else { text };
    let name: String =
        text_of_name.chars().take_while(|c| !matches!(c, ':' | ';') && !c.is_control()).take(60).collect();
    if name.len() == text.len() { name } else { format!("{name}…") }
}
