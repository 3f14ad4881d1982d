//! What a transfer is asked, what it may do on the way, and what it gives back.

use crate::clock::Timestamp;
use crate::digest::{Digest, Digests};
use crate::error::Error;
use crate::message::{Head, Request, Validators};
use crate::secret::{Secret, Secrets};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Which backend carries the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BackendChoice {
    /// http and https by reqwest, ftp, ftps and file by libcurl.
    #[default]
    Auto,
    /// reqwest (http and https only).
    Reqwest,
    /// libcurl.
    Curl,
}

/// Which HTTP version is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpVersion {
    /// HTTP/2 where TLS negotiates it, else HTTP/1.1.
    #[default]
    Auto,
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
    /// HTTP/2; over plain http with prior knowledge.
    Http2,
}

/// Which addresses are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IpFamily {
    /// Either.
    #[default]
    Any,
    /// IPv4 only (`-4`).
    V4,
    /// IPv6 only (`-6`).
    V6,
}

/// Whether an unfinished file is gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resume {
    /// With a strong validator, by `Range` and `If-Range`.
    #[default]
    Auto,
    /// Also without, but only where a digest decides in the end.
    Always,
    /// Never: from the start each time.
    Never,
}

/// Where the system's roots are, if it was said; both empty: where they usually are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemRoots {
    /// A file of them in PEM.
    pub file: Option<PathBuf>,
    /// Folders of such files.
    pub folders: Vec<PathBuf>,
}

/// TLS, as it was asked for. The files have been read: their bytes stand here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// Root certificates in PEM in place of the system's; `None`: the system's (or those bundled where it has none).
    pub roots: Option<Vec<u8>>,
    /// What stands in the place of the system's roots (`SSL_CERT_FILE`, `SSL_CERT_DIR`): read when TLS is first spoken.
    pub system: SystemRoots,
    /// Client certificate chain in PEM.
    pub certificate: Option<Vec<u8>>,
    /// Its private key in PEM.
    pub key: Option<Secret>,
    /// Certificates are not verified (`--insecure`).
    pub insecure: bool,
    /// TLS 1.3 is the least that is spoken; otherwise 1.2.
    pub only_tls13: bool,
}

/// Which proxy is used for which URL. Decided here, switched off in the backends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For http URLs.
    pub http: Option<ProxyUrl>,
    /// For https URLs.
    pub https: Option<ProxyUrl>,
    /// For ftp and ftps URLs.
    pub ftp: Option<ProxyUrl>,
    /// Hosts that are reached directly (curl's `--noproxy` syntax: names match as suffixes, `*` is all, CIDR blocks).
    pub except: Vec<String>,
}

/// A proxy's address (http, https, socks5, socks5h) with its credentials; its `Debug` masks the password.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(pub Url);

impl std::fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&Secrets::default().redact_url(&self.0))
    }
}

/// One `--resolve HOST:PORT:ADDR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    /// The host name.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Where to connect in its place.
    pub addresses: Vec<IpAddr>,
}

/// Statuses that are let through (`--allow-status 404,5xx`, `any`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statuses(pub Vec<(u16, u16)>);

impl Statuses {
    /// Whether the status is among them.
    #[must_use]
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&status))
    }

    /// Parses `404,5xx` or `any`.
    ///
    /// # Errors
    /// A usage error that names the forms.
    pub fn parse(text: &str) -> crate::error::Result<Self> {
        let one = |word: &str| -> Option<(u16, u16)> {
            if word == "any" {
                return Some((100, 599));
            }
            if let [class @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] = word.as_bytes() {
                let first = u16::from(class - b'0') * 100;
                return Some((first, first + 99));
            }
            let status = word.parse().ok().filter(|s| (100..600).contains(s))?;
            Some((status, status))
        };
        let words = text.split(',').map(str::trim).filter(|w| !w.is_empty());
        words
            .map(|word| {
                one(word).ok_or_else(|| {
                    Error::usage(format!("`{word}` is no status: expected such as `404`, `5xx` or `any`"))
                })
            })
            .collect::<crate::error::Result<_>>()
            .map(Self)
    }
}

/// How many connections one file may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Connections {
    /// One first; more while that helps, at most 8 to an origin.
    #[default]
    Auto,
    /// This many.
    Fixed(u8),
}

/// How transfers travel. Joins no key.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which backend.
    pub backend: BackendChoice,
    /// Which HTTP version.
    pub http_version: HttpVersion,
    /// Which addresses.
    pub ip_family: IpFamily,
    /// TLS.
    pub tls: Tls,
    /// Proxies.
    pub proxies: Proxies,
    /// Addresses given by hand.
    pub resolve: Vec<Resolve>,
    /// How many redirects are followed; `None`: none (`--no-follow`).
    pub max_redirects: Option<u32>,
    /// A content coding is asked for and decoded (`--compressed`).
    pub compressed: bool,
    /// Tries after the first.
    pub retries: u32,
    /// The base of the backoff.
    pub retry_delay: Duration,
    /// The longest `Retry-After` that is waited for.
    pub retry_max_wait: Duration,
    /// Until a connection (with its TLS handshake) stands.
    pub connect_timeout: Duration,
    /// Without a byte; also the wait for a complete response head.
    pub stall_timeout: Duration,
    /// For the whole, retries and mirrors included; `None`: no limit.
    pub timeout: Option<Duration>,
    /// Bytes a second, over all connections of the command.
    pub limit_rate: Option<u64>,
    /// Slower than this many bytes a second over the stall time ends the transfer.
    pub min_rate: Option<u64>,
    /// Whether unfinished files are gone on with.
    pub resume: Resume,
    /// How many connections a file may take.
    pub connections: Connections,
    /// Statuses whose body is a result.
    pub allow_status: Statuses,
    /// What is secret, for redirects that are noted and messages.
    pub secrets: Secrets,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            backend: BackendChoice::Auto,
            http_version: HttpVersion::Auto,
            ip_family: IpFamily::Any,
            tls: Tls::default(),
            proxies: Proxies::default(),
            resolve: Vec::new(),
            max_redirects: Some(10),
            compressed: false,
            retries: 5,
            retry_delay: Duration::from_millis(500),
            retry_max_wait: Duration::from_mins(2),
            connect_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_mins(1),
            timeout: None,
            limit_rate: None,
            min_rate: None,
            resume: Resume::Auto,
            connections: Connections::Auto,
            allow_status: Statuses::default(),
            secrets: Secrets::default(),
        }
    }
}

/// A digest that must hold, and who says so (`--sha256`, a list's name).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The digest.
    pub digest: Digest,
    /// Where it was given, for messages.
    pub who_says: String,
}

/// What the stored bytes must be.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// All must match.
    pub digests: Vec<Expected>,
    /// The exact size.
    pub size: Option<u64>,
    /// The least size.
    pub min_size: Option<u64>,
    /// The greatest size; the transfer stops as soon as it is exceeded, or told to be.
    pub max_size: Option<u64>,
    /// A body that ends without any framing is refused (`--strict-length`).
    pub strict_length: bool,
    /// HTML in place of a file is let through (`--allow-html`).
    pub allow_html: bool,
    /// Names that tell what kind of file is wanted, beside those of the URLs (`-o`'s name, `--filename`).
    pub names: Vec<String>,
}

/// One thing to fetch.
#[derive(Debug, Clone)]
pub struct Job {
    /// What to ask.
    pub request: Request,
    /// Other addresses of the same, in turn.
    pub mirrors: Vec<Url>,
    /// Validators for a conditional request: `If-None-Match` (a list is taken as it is) and `If-Modified-Since`; 304 is
    /// then a result.
    pub conditions: Option<Validators>,
    /// One response is the result, whatever its status, for a caller that follows redirects itself and keeps what
    /// others would not: redirects and 304 come without content, refused statuses as a failure with theirs.
    pub one_response: bool,
    /// What the bytes must be.
    pub proof: Proof,
}

/// What happened on the wire, as far as it went.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Who served in the end, after redirects and mirrors. May hold secret query values: redact before storing.
    pub resolved_url: Option<Url>,
    /// The method of the last request.
    pub method: String,
    /// The last response head.
    pub head: Option<Head>,
    /// Interim (1xx) heads before it, where the backend shows them.
    pub interim: Vec<Head>,
    /// `reqwest` or `curl`.
    pub backend: &'static str,
    /// How many requests were tried for it, redirects not counted.
    pub attempts: u32,
    /// How many connections carried the body at most.
    pub connections: u32,
    /// When the first request was sent.
    pub started_at: Timestamp,
    /// When the last byte was taken.
    pub finished_at: Timestamp,
    /// When the last response's request was sent (for its age).
    pub requested_at: Timestamp,
    /// When its head came.
    pub received_at: Timestamp,
    /// Whether the body's framing told its end.
    pub length_verified: bool,
    /// Whether certificates were verified; `None` where no TLS was spoken.
    pub tls_verified: Option<bool>,
}

/// A body that arrived, whole and as it must be.
#[derive(Debug, Clone)]
pub struct Content {
    /// Size in bytes as stored.
    pub size: u64,
    /// Digests of the stored bytes: SHA-256, those expected, those the server sent.
    pub digests: Digests,
}

/// A transfer that succeeded.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// What happened.
    pub exchange: Exchange,
    /// The body, written to the partial; `None` for a 304 to conditions, and a redirect that is the one response.
    pub content: Option<Content>,
}

/// A transfer that failed, with what was seen until then.
#[derive(Debug, Clone)]
pub struct Failed {
    /// Why.
    pub error: Error,
    /// What happened.
    pub exchange: Box<Exchange>,
    /// The body of the response that was refused, in the partial, if the job asked for one response.
    pub content: Option<Content>,
}
