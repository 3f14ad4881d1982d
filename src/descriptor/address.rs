//! URLs: one parse (the WHATWG standard's) for key, policy and connection.

use crate::error::{Error, Result};
use crate::message::{Credentials, LONGEST_URL_BYTES};
use crate::secret::{Secret, Secrets};
use url::Url;

/// The schemes that `dl` fetches.
pub const SCHEMES: [&str; 5] = ["http", "https", "ftp", "ftps", "file"];

/// A URI as it names an item: normalised if `dl` could fetch it, else as it stands.
#[must_use]
pub fn identity_uri(uri: &str, secrets: &Secrets) -> String {
    match parse_url(uri) {
        Ok(url) => secrets.identity_url(&url),
        Err(_) => uri.to_owned(),
    }
}

/// Parses a URL as the WHATWG standard does, for key, policy and connection alike.
///
/// # Errors
/// Usage: no scheme, a scheme that `dl` does not fetch, control characters, no host, too long.
pub fn parse_url(text: &str) -> Result<Url> {
    let shown = || Secrets::default().redact_references(&text.chars().take(200).collect::<String>());
    check_length(text)?;
    if text.chars().any(char::is_control) {
        return Err(Error::usage(format!("the URL `{}` holds a control character", shown())));
    }
    // Browsers forgive a missing host and take the path for one; a script's slip should not reach another host.
    if let Some((scheme, rest)) = text.split_once("://")
        && !scheme.eq_ignore_ascii_case("file")
        && rest.starts_with(['/', '\\', '?', '#'])
    {
        return Err(Error::usage(format!("`{}` names no host", shown())));
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => return Err(no_scheme(text)),
        Err(e) => return Err(Error::usage(format!("`{}` is no URL", shown())).cause(e.to_string())),
    };
    if !SCHEMES.contains(&url.scheme()) {
        // `example.com:8080/x` parses as a scheme.
        if text.split_once(':').is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit())) {
            return Err(no_scheme(text));
        }
        return Err(Error::usage(format!(
            "the scheme `{}` is not fetched: expected one of {}",
            url.scheme(),
            SCHEMES.join(", ")
        )));
    }
    if url.scheme() != "file" && url.host_str().is_none_or(str::is_empty) {
        return Err(Error::usage(format!("`{}` names no host", shown())));
    }
    check_length(url.as_str())?;
    Ok(url)
}

/// Refuses what is too long to be sent: percent-encoding makes more of a text.
pub(super) fn check_length(text: &str) -> Result<()> {
    match text.len() {
        0..=LONGEST_URL_BYTES => Ok(()),
        length => Err(Error::usage(format!("the URL is {length} bytes long: at most {LONGEST_URL_BYTES} are taken"))),
    }
}

fn no_scheme(text: &str) -> Error {
    let shown = Secrets::default().redact_references(&text.chars().take(200).collect::<String>());
    let error = Error::usage(format!("`{shown}` has no scheme"));
    if text.starts_with('/') || text.starts_with('.') {
        error.hint(format!(
            "a local file is fetched as `file://{}`",
            if text.starts_with('/') { text } else { "/absolute/path" }
        ))
    } else {
        error.hint(format!("did you mean `https://{shown}`?"))
    }
}

/// Whether a URL names a user or holds a password.
pub(super) fn has_userinfo(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Takes user and password out of a URL.
pub(super) fn take_userinfo(url: &mut Url) -> Option<Credentials> {
    if !has_userinfo(url) {
        return None;
    }
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let user = decode(url.username());
    let password = Secret::new(url.password().map(decode).unwrap_or_default());
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(Credentials { user, password })
}

/// What is encoded in a query's name or value beside what the URL standard encodes.
const QUERY_PART: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Appends encoded pairs to the query.
pub(super) fn append_query(url: &mut Url, pairs: &[(String, String)]) {
    let encode = |text: &str| percent_encoding::utf8_percent_encode(text, QUERY_PART).to_string();
    let mut query = url.query().unwrap_or_default().to_owned();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.extend([encode(name), "=".to_owned(), encode(value)]);
    }
    url.set_query(Some(&query).filter(|q| !q.is_empty()).map(String::as_str));
}
