//! What to ask for: a descriptor, the request it makes, and the key that names the answer.
//!
//! # The key, to the byte
//!
//! A key is the lower-case hex SHA-256 of the RFC 8785 (canonical JSON) text of
//!
//! ```json
//! {"params": PARAMS, "uri": URI}
//! ```
//!
//! * `URI` is the URL as the WHATWG parser writes it, with `--query` pairs appended, without user info, fragment and
//!   presigning parameters, the values of secret query parameters replaced by `<redacted>`; or the text of
//!   `--key-uri` (normalised in the same way if it is a URL of a scheme that `dl` fetches, as it stands otherwise).
//! * `PARAMS` holds what `--key-param` gave and, where they apply:
//!   * `"request"`, unless it is a plain GET: `{"method", "headers", "body", "form"}`, each only where it is not empty:
//!     the method unless GET; the user's fields as `[name, value]`, names in lower case, sorted by name, values
//!     trimmed, the order kept within a name (a field taken back by `Name:` has `null`, a secret one `"<redacted>"`, one
//!     that is not UTF-8 `{"base64"}`); `"sha256:HEX"` of the body (of its RFC 8785 form for `--data-json`); the
//!     form's parts in order as `[name, {"text"}]` or `[name, {"sha256", "filename", "type"}]`;
//!   * `"signed": true` for a presigned URL;
//!   * `"credential"`: `"hmac:HEX"`, HMAC-SHA-256 under the cache's salt of the canonical JSON list of
//!     `[kind, name, value]` for the user (`user`, name, password), secret fields (`header`) and secret query
//!     parameters (`query`); or `"id:NAME"` where a credential was given with `--auth-id NAME`.
//! * An integer beyond ±2^53 stands as the string `"int:DIGITS"`.
//!
//! The key never changes between releases; the vectors in this file's tests hold it fast.

pub mod address;
pub mod audience;
pub mod header;
pub mod payload;
#[cfg(test)]
mod tests;

use crate::descriptor::address::{append_query, check_length, has_userinfo, identity_uri, parse_url, take_userinfo};
use crate::descriptor::header::{Header, is_token};
use crate::descriptor::payload::{Encoded, Payload};
use crate::digest::{Digest, encode_hex};
use crate::error::{Error, Result};
use crate::message::{Credentials, Fields, Request};
use crate::secret::{REDACTED, Secret, Secrets};
use hmac::{KeyInit as _, Mac as _};
use serde_json::{Map, Value, json};
use std::fmt;
use url::Url;

/// The identity of an item: lower-case hex of a SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub String);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What to ask for. Plain data; nothing is opened or looked up until [`Descriptor::resolve`].
#[derive(Debug, Clone)]
pub struct Descriptor {
    /// The address, user info and fragment included as they were typed.
    pub url: Url,
    /// `--query`: appended to the URL, encoded.
    pub query: Vec<(String, String)>,
    /// `-X`; `None`: GET, or POST with a payload.
    pub method: Option<String>,
    /// `-H`, `-A`, `-e`, in order.
    pub headers: Vec<Header>,
    /// `-d`, `--data-json`, `-F`.
    pub payload: Payload,
    /// `-u`, or from netrc; wins over the URL's user info.
    pub credentials: Option<Credentials>,
    /// `--auth-id`.
    pub auth_id: Option<String>,
    /// `--key-uri`.
    pub key_uri: Option<String>,
    /// `--key-param`, `--key-params`.
    pub key_params: Map<String, Value>,
    /// `--mirror`.
    pub mirrors: Vec<Url>,
}

/// What a descriptor comes to at this moment: the request, and what names its answer.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// What is sent.
    pub request: Request,
    /// Other addresses of the same.
    pub mirrors: Vec<Url>,
    /// What names the answer.
    pub identity: Identity,
}

/// What names an answer, before the cache's salt has joined.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The URI, redacted.
    pub uri: String,
    params: Map<String, Value>,
    stored: Map<String, Value>,
    credential: Option<Credential>,
}

#[derive(Debug, Clone)]
enum Credential {
    Named(String),
    Salted(Secret),
}

/// Names in `params` that are not the user's to give.
const RESERVED: [&str; 3] = ["request", "signed", "credential"];

impl Descriptor {
    /// A plain GET of this URL.
    ///
    /// # Errors
    /// Those of [`parse_url`].
    pub fn new(url: &str) -> Result<Self> {
        parse_url(url).map(Self::of)
    }

    /// A plain GET of a URL that [`parse_url`] gave.
    #[must_use]
    pub fn of(url: Url) -> Self {
        Self {
            url,
            query: Vec::new(),
            method: None,
            headers: Vec::new(),
            payload: Payload::None,
            credentials: None,
            auth_id: None,
            key_uri: None,
            key_params: Map::new(),
            mirrors: Vec::new(),
        }
    }

    /// Normalises, reads and hashes the files it names, and splits what is sent from what names the answer.
    ///
    /// # Errors
    /// Usage: a bad method, unreadable files, JSON that is none, fields or parameters that are not the user's to set.
    pub fn resolve(&self, secrets: &Secrets) -> Result<Resolved> {
        let mut url = self.url.clone();
        url.set_fragment(None);
        let from_url = take_userinfo(&mut url);
        let credentials = self.credentials.clone().or(from_url);
        if !self.query.is_empty() {
            append_query(&mut url, &self.query);
            check_length(url.as_str())?;
        }
        let payload = Encoded::of(&self.payload)?;
        let method = match &self.method {
            Some(method) if is_token(method) => method.clone(),
            Some(method) => return Err(Error::usage(format!("`{method}` is no HTTP method"))),
            None if payload.body.is_some() => "POST".to_owned(),
            None => "GET".to_owned(),
        };
        let mut fields = Fields::new();
        let mut without = Vec::new();
        for header in &self.headers {
            match header {
                Header::Set(name, value) => fields.push(name, value.clone()),
                Header::Without(name) => without.push(name.clone()),
            }
        }
        for (name, value) in &payload.defaults {
            if !fields.contains(name) && !without.contains(&(*name).to_owned()) {
                fields.push(name, value.clone());
            }
        }
        let identity = self.identity(&url, &method, &payload, credentials.as_ref(), secrets)?;
        let mirrors = self.mirrors.clone();
        let request = Request { method, url, fields, without, credentials, body: payload.body };
        Ok(Resolved { request, mirrors, identity })
    }

    fn identity(
        &self,
        url: &Url,
        method: &str,
        payload: &Encoded,
        credentials: Option<&Credentials>,
        secrets: &Secrets,
    ) -> Result<Identity> {
        if let Some(name) = RESERVED.into_iter().find(|n| self.key_params.contains_key(*n)) {
            return Err(Error::usage(format!("the key parameter `{name}` is reserved")));
        }
        let uri = match &self.key_uri {
            Some(uri) => identity_uri(uri, secrets),
            None => secrets.identity_url(url),
        };
        let mut params = self.key_params.clone();
        params.values_mut().for_each(tame_integers);
        let mut request = Map::new();
        if method != "GET" {
            request.insert("method".into(), method.into());
        }
        let headers = self.headers_for_key(secrets);
        if !headers.is_empty() {
            request.insert("headers".into(), headers.into());
        }
        if let Some(digest) = &payload.digest {
            request.insert("body".into(), digest.to_string().into());
        }
        let mut stored_request = request.clone();
        if let Some(headers) = stored_request.get_mut("headers") {
            conceal_references(headers, secrets);
        }
        if !payload.form.is_empty() {
            request.insert("form".into(), payload.form.clone().into());
            stored_request.insert("form".into(), payload.form.iter().map(conceal_text).collect());
        }
        let mut stored = params.clone();
        if !request.is_empty() {
            params.insert("request".into(), request.into());
            stored.insert("request".into(), stored_request.into());
        }
        if secrets.is_presigned(url) {
            params.insert("signed".into(), true.into());
            stored.insert("signed".into(), true.into());
        }
        let credential = self.credential(url, credentials, secrets);
        Ok(Identity { uri, params, stored, credential })
    }

    fn headers_for_key(&self, secrets: &Secrets) -> Vec<Value> {
        let mut sorted: Vec<&Header> = self.headers.iter().collect();
        sorted.sort_by(|a, b| a.name().cmp(b.name()));
        sorted
            .into_iter()
            .map(|header| match header {
                Header::Without(name) => json!([name, null]),
                Header::Set(name, _) if secrets.is_secret_header(name) => json!([name, REDACTED]),
                Header::Set(name, value) => json!([name, bytes_to_json(value)]),
            })
            .collect()
    }

    fn credential(&self, url: &Url, credentials: Option<&Credentials>, secrets: &Secrets) -> Option<Credential> {
        let mut parts: Vec<Value> = Vec::new();
        if let Some(credentials) = credentials {
            parts.push(json!(["user", credentials.user, credentials.password.expose()]));
        }
        for header in &self.headers {
            if let Header::Set(name, value) = header
                && secrets.is_secret_header(name)
            {
                parts.push(json!(["header", name, bytes_to_json(value)]));
            }
        }
        for (name, value) in secrets.secret_query(url) {
            parts.push(json!(["query", name, value]));
        }
        if parts.is_empty() {
            return None;
        }
        Some(match &self.auth_id {
            Some(name) => Credential::Named(name.clone()),
            None => Credential::Salted(Secret::new(canonical(&parts.into()))),
        })
    }

    /// Every secret text that the descriptor holds, for masking messages.
    #[must_use]
    pub fn secret_texts(&self, secrets: &Secrets) -> Vec<String> {
        let mut all = secrets.secrets_of_url(&self.url);
        for mirror in &self.mirrors {
            all.extend(secrets.secrets_of_url(mirror));
        }
        let from_url = if has_userinfo(&self.url) { take_userinfo(&mut self.url.clone()) } else { None };
        let credentials = self.credentials.iter().chain(&from_url).flat_map(|c| [c.password.clone(), c.basic()]);
        all.extend(credentials.map(|secret| secret.expose().to_owned()));
        for header in &self.headers {
            if let Header::Set(name, value) = header
                && secrets.is_secret_header(name)
                && let Ok(text) = std::str::from_utf8(value)
            {
                all.push(text.to_owned());
                all.extend(text.split_once(' ').map(|(_, token)| token.trim().to_owned()));
            }
        }
        if !self.query.is_empty() {
            let mut query_url = self.url.clone();
            append_query(&mut query_url, &self.query);
            all.extend(secrets.secrets_of_url(&query_url));
        }
        all
    }
}

impl Identity {
    /// The identity of a URI and parameters alone, as for items that are put in by hand.
    ///
    /// # Errors
    /// Usage, where a parameter's name is reserved.
    pub fn of_uri(uri: &str, params: Map<String, Value>, secrets: &Secrets) -> Result<Self> {
        let mut descriptor = Descriptor::new("http://localhost/")?;
        descriptor.key_uri = Some(uri.to_owned());
        descriptor.key_params = params;
        Ok(descriptor.resolve(secrets)?.identity)
    }

    /// Whether the cache's salt joins the key.
    #[must_use]
    pub const fn needs_salt(&self) -> bool {
        matches!(self.credential, Some(Credential::Salted(_)))
    }

    /// Whether a credential was given: what it fetches is kept from shared stores.
    #[must_use]
    pub const fn is_private(&self) -> bool {
        self.credential.is_some()
    }

    /// The key. `salt` is only looked at where [`Identity::needs_salt`] says so.
    #[must_use]
    pub fn key(&self, salt: &[u8]) -> Key {
        let params = self.with_credential(&self.params, salt);
        let params = if params.is_empty() { "{}".to_owned() } else { canonical(&params.into()) };
        // Canonical, as its parts are and their names are in order; to sort a map of both would cost more than the digest.
        let text = format!(r#"{{"params":{params},"uri":{}}}"#, canonical(&self.uri.as_str().into()));
        Key(Digest::sha256(text.as_bytes()).hex())
    }

    /// The parameters as they are stored and shown: those of the key, but texts of forms as digest and size.
    #[must_use]
    pub fn params(&self, salt: &[u8]) -> Map<String, Value> {
        self.with_credential(&self.stored, salt)
    }

    fn with_credential(&self, params: &Map<String, Value>, salt: &[u8]) -> Map<String, Value> {
        let mut params = params.clone();
        match &self.credential {
            None => {}
            Some(Credential::Named(name)) => {
                params.insert("credential".into(), format!("id:{name}").into());
            }
            Some(Credential::Salted(material)) => {
                let value = hmac_sha256(salt, material.expose().as_bytes());
                params.insert("credential".into(), format!("hmac:{}", encode_hex(&value)).into());
            }
        }
        params
    }
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length, so that this cannot fail.
    hmac::Hmac::<sha2::Sha256>::new_from_slice(key)
        .map(|mut mac| {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        })
        .unwrap_or_default()
}

/// RFC 8785 text of a value.
#[must_use]
pub fn canonical(value: &Value) -> String {
    serde_json_canonicalizer::to_string(value).unwrap_or_default()
}

/// A text as JSON: a string, or `{"base64"}` where it is not UTF-8.
#[must_use]
pub fn bytes_to_json(bytes: &[u8]) -> Value {
    use base64::Engine as _;
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => json!({ "base64": base64::engine::general_purpose::STANDARD.encode(bytes) }),
    }
}

/// The largest integer that every JSON reader keeps exactly.
const GREATEST_EXACT_INTEGER: u64 = 1 << 53;

/// Writes integers beyond ±2^53 as `"int:…"`, at any depth.
pub fn tame_integers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let beyond = number.as_u64().is_some_and(|n| n > GREATEST_EXACT_INTEGER)
                || number.as_i64().is_some_and(|n| n.unsigned_abs() > GREATEST_EXACT_INTEGER);
            if beyond {
                *value = Value::String(format!("int:{number}"));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(tame_integers),
        Value::Object(map) => map.values_mut().for_each(tame_integers),
        _ => {}
    }
}

/// Addresses in the user's fields (`Referer`) as they may be stored.
fn conceal_references(value: &mut Value, secrets: &Secrets) {
    match value {
        Value::String(text) => *text = secrets.redact_references(text),
        Value::Array(list) => list.iter_mut().for_each(|inner| conceal_references(inner, secrets)),
        _ => {}
    }
}

fn conceal_text(part: &Value) -> Value {
    let mut part = part.clone();
    if let Some(text) = part[1].get("text").and_then(Value::as_str).map(str::to_owned) {
        part[1] = json!({ "text": { "sha256": Digest::sha256(text.as_bytes()).hex(), "size": text.len() } });
    }
    part
}
