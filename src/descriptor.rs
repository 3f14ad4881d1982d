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

use crate::digest::{Digest, encode_hex, hash_reader};
use crate::error::{Error, Kind, Result};
use crate::message::{Body, Credentials, Fields, Request, Segment};
use crate::secret::{REDACTED, Secret, Secrets};
use hmac::{KeyInit as _, Mac as _};
use serde_json::{Map, Value, json};
use std::fmt;
use std::path::PathBuf;
use url::Url;

/// The identity of an item: lower-case hex of a SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub String);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The schemes that `dl` fetches.
pub const SCHEMES: [&str; 5] = ["http", "https", "ftp", "ftps", "file"];
/// The longest URL that is taken.
const LONGEST_URL_BYTES: usize = 65_534;

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

/// A piece of a body: bytes, or a file that is read when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes as they are sent.
    Bytes(Vec<u8>),
    /// A file.
    File(PathBuf),
}

/// A part of a multipart form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// Its content.
    pub content: PartContent,
}

/// What a form's part holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartContent {
    /// A text, never read as a file.
    Text(String),
    /// A file.
    File {
        /// Where.
        path: PathBuf,
        /// Its media type; `None`: guessed from the name.
        media_type: Option<String>,
        /// The name that is told; `None`: its own.
        filename: Option<String>,
    },
}

/// What a request carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Payload {
    /// Nothing.
    #[default]
    None,
    /// `-d`, `--data-urlencode`: pieces joined with `&`.
    Data(Vec<Piece>),
    /// `--data-json`: JSON as it was typed.
    Json(Piece),
    /// `-F`, `--form-string`: multipart.
    Form(Vec<Part>),
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
        Ok(Self {
            url: parse_url(url)?,
            query: Vec::new(),
            method: None,
            headers: Vec::new(),
            payload: Payload::None,
            credentials: None,
            auth_id: None,
            key_uri: None,
            key_params: Map::new(),
            mirrors: Vec::new(),
        })
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
        all.extend(self.credentials.iter().map(|c| c.password.expose().to_owned()));
        for header in &self.headers {
            if let Header::Set(name, value) = header
                && secrets.is_secret_header(name)
                && let Ok(text) = std::str::from_utf8(value)
            {
                all.push(text.to_owned());
                all.extend(text.split_once(' ').map(|(_, token)| token.trim().to_owned()));
            }
        }
        let mut query_url = self.url.clone();
        append_query(&mut query_url, &self.query);
        all.extend(secrets.secrets_of_url(&query_url));
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
        let text = canonical(&json!({ "params": params, "uri": self.uri }));
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

fn conceal_text(part: &Value) -> Value {
    let mut part = part.clone();
    if let Some(text) = part[1].get("text").and_then(Value::as_str).map(str::to_owned) {
        part[1] = json!({ "text": { "sha256": Digest::sha256(text.as_bytes()).hex(), "size": text.len() } });
    }
    part
}

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
    if text.len() > LONGEST_URL_BYTES {
        return Err(Error::usage(format!(
            "the URL is {} bytes long: at most {LONGEST_URL_BYTES} are taken",
            text.len()
        )));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::usage(format!("the URL `{}` holds a control character", shown())));
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
    Ok(url)
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

fn take_userinfo(url: &mut Url) -> Option<Credentials> {
    if url.username().is_empty() && url.password().is_none() {
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

fn append_query(url: &mut Url, pairs: &[(String, String)]) {
    let encode = |text: &str| percent_encoding::utf8_percent_encode(text, QUERY_PART).to_string();
    let mut query = url.query().unwrap_or_default().to_owned();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(&format!("{}={}", encode(name), encode(value)));
    }
    url.set_query(Some(&query).filter(|q| !q.is_empty()).map(String::as_str));
}

/// A payload as it is sent, and as it names the answer.
struct Encoded {
    body: Option<Body>,
    digest: Option<Digest>,
    form: Vec<Value>,
    defaults: Vec<(&'static str, Vec<u8>)>,
}

impl Encoded {
    fn of(payload: &Payload) -> Result<Self> {
        match payload {
            Payload::None => Ok(Self { body: None, digest: None, form: Vec::new(), defaults: Vec::new() }),
            Payload::Data(pieces) => Self::of_data(pieces),
            Payload::Json(piece) => Self::of_json(piece),
            Payload::Form(parts) => Self::of_form(parts),
        }
    }

    fn of_data(pieces: &[Piece]) -> Result<Self> {
        let mut segments = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            if number > 0 {
                segments.push(Segment::Bytes(b"&".to_vec()));
            }
            segments.push(match piece {
                Piece::Bytes(bytes) => Segment::Bytes(bytes.clone()),
                Piece::File(path) => Segment::File { path: path.clone(), size: file_size(path)? },
            });
        }
        let body = Body::new(segments);
        let digest = digest_body(&body)?;
        let defaults = vec![("content-type", b"application/x-www-form-urlencoded".to_vec())];
        Ok(Self { body: Some(body), digest: Some(digest), form: Vec::new(), defaults })
    }

    fn of_json(piece: &Piece) -> Result<Self> {
        let bytes = match piece {
            Piece::Bytes(bytes) => bytes.clone(),
            Piece::File(path) => std::fs::read(path).map_err(|e| unreadable(path, &e))?,
        };
        let mut value: Value = serde_json::from_slice(&bytes)
            .map_err(|e| Error::usage("the value of --data-json is no JSON").cause(e.to_string()))?;
        tame_integers(&mut value);
        let digest = Digest::sha256(canonical(&value).as_bytes());
        let body = Body::new(vec![Segment::Bytes(bytes)]);
        let defaults = vec![("content-type", b"application/json".to_vec()), ("accept", b"application/json".to_vec())];
        Ok(Self { body: Some(body), digest: Some(digest), form: Vec::new(), defaults })
    }

    fn of_form(parts: &[Part]) -> Result<Self> {
        let boundary = format!("dl-{}{}", crate::disk::random_name(), crate::disk::random_name());
        let mut segments = Vec::new();
        let mut form = Vec::new();
        for part in parts {
            let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quote(&part.name));
            match &part.content {
                PartContent::Text(text) => {
                    head.push_str("\r\n\r\n");
                    segments.push(Segment::Bytes([head.as_bytes(), text.as_bytes(), b"\r\n"].concat()));
                    form.push(json!([part.name, { "text": text }]));
                }
                PartContent::File { path, media_type, filename } => {
                    let own = || path.file_name().map_or_else(|| "file".into(), |n| n.to_string_lossy().into_owned());
                    let filename = filename.clone().unwrap_or_else(own);
                    let media_type = media_type
                        .clone()
                        .unwrap_or_else(|| mime_guess::from_path(path).first_or_octet_stream().to_string());
                    head.push_str(&format!(
                        "; filename=\"{}\"\r\nContent-Type: {media_type}\r\n\r\n",
                        quote(&filename)
                    ));
                    let file = Segment::File { path: path.clone(), size: file_size(path)? };
                    let digest = digest_body(&Body::new(vec![file.clone()]))?;
                    form.push(json!([part.name, { "sha256": digest.hex(), "filename": filename, "type": media_type }]));
                    segments.extend([Segment::Bytes(head.into_bytes()), file, Segment::Bytes(b"\r\n".to_vec())]);
                }
            }
        }
        segments.push(Segment::Bytes(format!("--{boundary}--\r\n").into_bytes()));
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let defaults = vec![("content-type", content_type.into_bytes())];
        Ok(Self { body: Some(Body::new(segments)), digest: None, form, defaults })
    }
}

/// A name inside quotes in a multipart head, as browsers write it.
fn quote(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn file_size(path: &std::path::Path) -> Result<u64> {
    let metadata = std::fs::metadata(path).map_err(|e| unreadable(path, &e))?;
    if metadata.is_file() { Ok(metadata.len()) } else { Err(Error::usage(format!("`{}` is no file", path.display()))) }
}

fn digest_body(body: &Body) -> Result<Digest> {
    let mut reader = body.reader()?;
    let (_, digests) = hash_reader(&mut reader, [])
        .map_err(|e| Error::new(Kind::Usage, "usage", "cannot read the body").cause(e.to_string()))?;
    Ok(digests.sha256().clone())
}

fn unreadable(path: &std::path::Path, e: &std::io::Error) -> Error {
    let why = Error::disk("", e).causes().join(": ");
    Error::usage(format!("cannot read `{}`", path.display())).cause(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(change: impl FnOnce(&mut Descriptor)) -> String {
        let mut descriptor = Descriptor::new("http://Example.org:80/a b?x=1#f").unwrap();
        change(&mut descriptor);
        descriptor.resolve(&Secrets::default()).unwrap().identity.key(b"salt").0
    }

    fn hash(text: &str) -> String {
        Digest::sha256(text.as_bytes()).hex()
    }

    /// The text that is hashed, written out: these may never change.
    #[test]
    fn keys_to_the_byte() {
        let uri = r#""uri":"http://example.org/a%20b?x=1""#;
        assert_eq!(key(|_| ()), hash(&format!(r#"{{"params":{{}},{uri}}}"#)));
        assert_eq!(key(|_| ()), "c774b2da37c9fee0fdb8310f6ab554d21f09145c71fd97251366af9083042c81");
        assert_eq!(
            key(|d| {
                d.headers.push(Header::parse("X-B:  2 ").unwrap());
                d.headers.push(Header::parse("accept: t").unwrap());
                d.headers.push(Header::parse("x-b: 1").unwrap());
            }),
            hash(&format!(
                r#"{{"params":{{"request":{{"headers":[["accept","t"],["x-b","2"],["x-b","1"]]}}}},{uri}}}"#
            ))
        );
        assert_eq!(
            key(|d| d.payload = Payload::Data(vec![Piece::Bytes(b"a=1".to_vec()), Piece::Bytes(b"b".to_vec())])),
            hash(&format!(r#"{{"params":{{"request":{{"body":"sha256:{}","method":"POST"}}}},{uri}}}"#, hash("a=1&b")))
        );
        assert_eq!(
            key(|d| d.payload = Payload::Json(Piece::Bytes(br#"{ "b": 9007199254740993, "a": 1.0 }"#.to_vec()))),
            hash(&format!(
                r#"{{"params":{{"request":{{"body":"sha256:{}","method":"POST"}}}},{uri}}}"#,
                hash(r#"{"a":1,"b":"int:9007199254740993"}"#)
            ))
        );
        assert_eq!(
            key(|d| {
                d.key_params.insert("n".into(), json!(9_007_199_254_740_993_u64));
                d.key_params.insert("A".into(), json!(["", 9_007_199_254_740_992_u64]));
            }),
            hash(&format!(r#"{{"params":{{"A":["",9007199254740992],"n":"int:9007199254740993"}},{uri}}}"#))
        );
        assert_eq!(
            key(|d| d.query.push(("q".into(), "a b&c".into()))),
            hash(r#"{"params":{},"uri":"http://example.org/a%20b?x=1&q=a%20b%26c"}"#)
        );
        assert_eq!(
            key(|d| {
                d.payload = Payload::Form(vec![Part { name: "k".into(), content: PartContent::Text("v".into()) }]);
            }),
            hash(&format!(r#"{{"params":{{"request":{{"form":[["k",{{"text":"v"}}]],"method":"POST"}}}},{uri}}}"#))
        );
    }

    #[test]
    fn credentials_join_salted_or_by_name_and_are_never_shown() {
        let secret = |d: &mut Descriptor| d.headers.push(Header::parse("Authorization: Bearer hunter2").unwrap());
        let plain = key(|_| ());
        let salted = key(secret);
        assert_ne!(salted, plain);
        let mut descriptor = Descriptor::new("http://u:pass1@h/?token=tok1").unwrap();
        secret(&mut descriptor);
        let identity = descriptor.resolve(&Secrets::default()).unwrap().identity;
        assert_ne!(identity.key(b"a"), identity.key(b"b"));
        let shown = format!("{identity:?} {:?}", identity.params(b"a"));
        for text in ["hunter2", "pass1", "tok1"] {
            assert!(!shown.contains(text), "{shown}");
            assert!(descriptor.secret_texts(&Secrets::default()).contains(&text.to_owned()), "{text}");
        }
        let named = |token: &str| {
            key(|d| {
                d.headers.push(Header::parse(&format!("Authorization: {token}")).unwrap());
                d.auth_id = Some("ci".into());
            })
        };
        assert_eq!(named("a"), named("b"));
        assert_ne!(named("a"), plain);
        assert_eq!(key(|d| d.auth_id = Some("ci".into())), plain, "without a credential the name joins nothing");
    }

    #[test]
    fn presigned_urls_share_a_key_apart_from_unsigned_ones() {
        let of = |url: &str| Descriptor::new(url).unwrap().resolve(&Secrets::default()).unwrap().identity.key(b"");
        let one = of("https://h/a?X-Amz-Signature=1&X-Amz-Date=2");
        assert_eq!(one, of("https://h/a?X-Amz-Signature=3"));
        assert_ne!(one, of("https://h/a"));
        assert_eq!(one.0, hash(r#"{"params":{"signed":true},"uri":"https://h/a"}"#));
    }

    #[test]
    fn what_is_sent() {
        let mut descriptor = Descriptor::new("http://a%40b:c@h/#f").unwrap();
        descriptor.payload = Payload::Form(vec![Part { name: "k\"".into(), content: PartContent::Text("v".into()) }]);
        let request = descriptor.resolve(&Secrets::default()).unwrap().request;
        assert_eq!((request.url.as_str(), request.method.as_str()), ("http://h/", "POST"));
        assert_eq!(request.credentials.unwrap().user, "a@b");
        let mut text = String::new();
        let body = request.body.unwrap();
        std::io::Read::read_to_string(&mut body.reader().unwrap(), &mut text).unwrap();
        assert_eq!(text.len() as u64, body.size());
        assert!(text.contains("name=\"k%22\"\r\n\r\nv\r\n--dl-"), "{text}");
    }

    #[test]
    fn bad_urls_and_headers_are_usage_errors() {
        for bad in [
            "example.com/x",
            "example.com:80/x",
            "gopher://h/",
            "http://",
            "http://h/\n",
            "/etc/passwd",
            "",
            "http://a%2Fb/",
        ] {
            let error = parse_url(bad).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{bad}");
        }
        assert_eq!(parse_url("example.com/x").unwrap_err().hint_text(), Some("did you mean `https://example.com/x`?"));
        assert!(parse_url(&format!("http://h/{}", "a".repeat(LONGEST_URL_BYTES))).is_err());
        assert!(parse_url("http://h/ä b").is_ok());
        for bad in
            ["x", "x y: 1", ": 1", "a: b\r\nc: d", "Content-Length: 1", "connection: close", "Transfer-Encoding:"]
        {
            assert!(Header::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Header::parse("A;").unwrap(), Header::Set("a".into(), Vec::new()));
        assert_eq!(Header::parse("A:").unwrap(), Header::Without("a".into()));
    }
}
