//! Requests to AWS's services and what speaks like them: endpoint, credentials, signature, repetition.

mod sign;

use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::kv::address::Address;
use crate::kv::driver::refused;
use crate::kv::open::Options;
use crate::kv::wire::{Answer, Body, Failure, Wire};
use crate::secret::Secret;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Request;
use sign::{Credentials, Parts, Scope};
use std::time::Duration;
use url::Url;

/// What stays as it is in a path or query (RFC 3986, "unreserved").
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');
/// How often a request is sent in all.
const TRIES: u32 = 5;
/// The longest first wait between two tries; each next one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const DEFAULT_REGION: &str = "us-east-1";

/// A service at its endpoint.
#[derive(Debug)]
pub(super) struct Service {
    wire: Wire,
    name: &'static str,
    region: String,
    endpoint: Url,
    credentials: Option<Credentials>,
}

/// A request before it is signed.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// The path below the endpoint, encoded, with its leading `/`.
    pub(super) path: String,
    /// The query, not encoded.
    pub(super) query: Vec<(&'static str, String)>,
    /// Header fields, names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// The body.
    pub(super) body: Bytes,
    /// Doing it twice is the same as once.
    pub(super) repeatable: bool,
}

/// A path of these bytes of a URL, encoded as it is signed.
pub(super) fn encode_path(path: &str) -> String {
    utf8_percent_encode(path, ENCODED_IN_PATH).to_string()
}

/// The name of the table or bucket, as it was typed.
pub(super) fn name_of(address: &Address) -> Result<String> {
    let authority = address.server().map(|server| server.authority.expose()).unwrap_or_default();
    let name = authority.rsplit_once('@').map_or(authority, |(_, name)| name);
    if name.is_empty() {
        return Err(Error::usage(format!(
            "`{}` names nothing: expected `{}://NAME`",
            address.shown(),
            address.scheme()
        )));
    }
    Ok(name.to_owned())
}

impl Service {
    /// A service where the URL says, else at its own address in the region.
    ///
    /// # Errors
    /// Usage: an endpoint that is no URL, half a credential.
    pub(super) fn new(
        name: &'static str,
        address: &Address,
        options: &Options,
        own_host: impl FnOnce(&str) -> String,
    ) -> Result<Self> {
        let variable = |name: &str| options.environment.get(name).map(|v| v.expose().to_owned());
        let region = address.option("region").map(str::to_owned).or_else(|| variable("AWS_REGION"));
        let region = region.filter(|r| !r.is_empty()).unwrap_or_else(|| DEFAULT_REGION.to_owned());
        if !region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(Error::usage(format!("`region={region}`: expected a name such as {DEFAULT_REGION}")));
        }
        let text = match address.option("endpoint") {
            Some(endpoint) => endpoint.to_owned(),
            None => format!("https://{}", own_host(&region)),
        };
        let endpoint = Url::parse(&text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.username().is_empty()
        });
        let wrong = || Error::usage(format!("`endpoint={text}`: expected such as `http://localhost:8000`"));
        let endpoint = endpoint.ok_or_else(wrong)?;
        let credentials = credentials(address, options)?;
        Ok(Self { wire: Wire::new(options), name, region, endpoint, credentials })
    }

    /// Where it lies.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// Sends a request and reads the answer, whatever its status; what was not carried out, or may be done twice, is
    /// tried again a few times.
    pub(super) fn send(&self, ask: &Ask, largest_body: usize) -> Result<Answer> {
        let mut wait = FIRST_WAIT;
        for tried in 1.. {
            match self.wire.send(self.request(ask, None)?, largest_body) {
                Ok(answer) if tried == TRIES || !may_repeat(&answer, ask.repeatable) => return Ok(answer),
                Ok(_) => {}
                Err(failure) if tried == TRIES || !failure.lost || !ask.repeatable => return Err(failure.error),
                Err(_) => {}
            }
            std::thread::sleep(random_share(wait));
            wait *= 2;
        }
        unreachable!("the last try returns")
    }

    /// Sends several at once; answers in the order of the requests.
    pub(super) fn send_all(&self, asks: &[Ask], largest_body: usize) -> Result<Vec<Answer>> {
        let requests = asks.iter().map(|ask| self.request(ask, None)).collect::<Result<_>>()?;
        let answers = self.wire.send_all(requests, largest_body)?;
        let settle = |(ask, answer): (&Ask, Result<Answer, Failure>)| match answer {
            Ok(answer) if !may_repeat(&answer, ask.repeatable) => Ok(answer),
            Err(failure) if !failure.lost || !ask.repeatable => Err(failure.error),
            _ => self.send(ask, largest_body),
        };
        asks.iter().zip(answers).map(settle).collect()
    }

    /// Sends a request, and gives the head with a reader of the body.
    pub(super) fn open(&self, ask: &Ask) -> Result<(Answer, Body)> {
        self.wire.open(self.request(ask, None)?).map_err(|failure| failure.error)
    }

    /// Sends a request with a body of that SHA-256 and size, as it is read.
    pub(super) fn upload(&self, ask: &Ask, sha256: &str, size: u64, content: &mut dyn std::io::Read) -> Result<Answer> {
        self.wire.upload(self.request(ask, Some(sha256))?, size, content).map_err(|failure| failure.error)
    }

    /// What the user is told of an answer that is no success.
    pub(super) fn refusal(&self, words: impl Into<String>, status: u16) -> Error {
        let error = refused(words);
        match (&self.credentials, status) {
            (None, 400 | 401 | 403) => error.hint(
                "no credentials were given: name them as user and password of the URL, or in AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY",
            ),
            _ => error,
        }
    }

    /// The request as it is sent now; `payload` is the SHA-256 of a body that comes later.
    fn request(&self, ask: &Ask, payload: Option<&str>) -> Result<Request> {
        let internal = |what: &str| Error::usage(format!("the request for it cannot be made: {what}"));
        let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
        let query: Vec<_> = ask.query.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
        let query = query.join("&");
        let path = format!("{}{}", self.endpoint.path().trim_end_matches('/'), ask.path);
        let mut url = self.endpoint.clone();
        url.set_path(&path);
        url.set_query(Some(query.as_str()).filter(|q| !q.is_empty()));
        if url.path() != path {
            return Err(internal("its path changes on the way"));
        }
        let mut headers = ask.headers.clone();
        if let Some(credentials) = &self.credentials {
            let payload = payload.map_or_else(|| Digest::sha256(&ask.body).hex(), str::to_owned);
            let date = sign::date(Timestamp::now());
            let host = url.host_str().unwrap_or_default();
            let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
            headers.push(("x-amz-date".to_owned(), date.clone()));
            headers.push(("x-amz-content-sha256".to_owned(), payload.clone()));
            if let Some(token) = &credentials.session_token {
                headers.push(("x-amz-security-token".to_owned(), token.expose().to_owned()));
            }
            headers.push(("host".to_owned(), host));
            let method = ask.method.as_str();
            let parts = Parts { method, path: &path, query: &query, headers: &headers, payload: &payload };
            let scope = Scope { region: &self.region, service: self.name };
            let authorization = sign::authorization(credentials, scope, &date, parts);
            headers.push(("authorization".to_owned(), authorization));
        }
        let mut request = Request::new(ask.method.clone(), url);
        for (name, value) in headers {
            let name = HeaderName::try_from(name).map_err(|e| internal(&e.to_string()))?;
            let value = HeaderValue::try_from(value).map_err(|e| internal(&e.to_string()))?;
            request.headers_mut().insert(name, value);
        }
        if !ask.body.is_empty() || ask.method == Method::PUT {
            *request.body_mut() = Some(ask.body.clone().into());
        }
        Ok(request)
    }
}

fn credentials(address: &Address, options: &Options) -> Result<Option<Credentials>> {
    let server = address.server();
    let user = server.and_then(|s| s.user.clone());
    let password = server.and_then(|s| s.password.clone());
    match (user, password) {
        (Some(access_key), Some(secret_key)) => {
            let session_token = address.option("token").map(Secret::new);
            return Ok(Some(Credentials { access_key, secret_key, session_token }));
        }
        (None, None) => {}
        _ => {
            return Err(Error::usage("the URL has half a credential")
                .hint("access key and secret key stand as `KEY:SECRET@`, percent-encoded (`/` is %2F, `+` is %2B)"));
        }
    }
    let variable = |name: &str| options.environment.get(name).filter(|v| !v.expose().is_empty()).cloned();
    Ok(variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY")).map(|(access_key, secret_key)| {
        Credentials {
            access_key: access_key.expose().to_owned(),
            secret_key,
            session_token: variable("AWS_SESSION_TOKEN"),
        }
    }))
}

/// Whether an answer says to come again: it was not carried out, or nobody knows and doing it twice is the same.
fn may_repeat(answer: &Answer, repeatable: bool) -> bool {
    const SLOWER: &[&str] = &["ThrottlingException", "ProvisionedThroughputExceeded", "RequestLimitExceeded"];
    match answer.status {
        429 | 503 => true,
        400 => SLOWER.iter().any(|name| String::from_utf8_lossy(answer.bytes()).contains(name)),
        500 | 502 | 504 => repeatable,
        _ => false,
    }
}

/// Between nothing and all of it, so that those who wait do not come back together.
fn random_share(longest: Duration) -> Duration {
    let mut random = [0; 4];
    let _ = getrandom::fill(&mut random);
    longest.mul_f64(f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX))
}
