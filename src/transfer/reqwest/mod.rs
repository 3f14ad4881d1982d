//! The backend over reqwest: http and https. Everything that reqwest could decide itself is switched off.
//!
//! What it cannot show or do stands in the table of `backend`.

mod carry;

use crate::error::{Error, Kind, Result};
use crate::message::Body;
use crate::secret::Secrets;
use crate::transfer::backend::{Arrival, Backend, Call, Cancel, Signal, WireError};
use crate::transfer::fault::{self, Place, Unresolved};
use crate::transfer::job::{HttpVersion, IpFamily, Options, ProxyUrl, Resolve, Tls};
use crate::transfer::{judge, processors, refusal, tls};
use bytes::Bytes;
use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use url::{Host, Url};

/// The most threads that serve the sockets.
const MOST_WORKERS: usize = 4;
/// Signals that wait for whoever takes them. A signal holds at most what one read of a socket gave.
const WAITING_SIGNALS: usize = 4;
/// Bodies up to this size are sent from memory.
const SMALL_BODY_BYTES: u64 = 256 * 1024;
/// How much of a large body is read at once.
const PIECE_BYTES: usize = 64 * 1024;
/// The largest head in HTTP/2; in HTTP/1 hyper's own limit is a little above ours.
const LARGEST_HEAD_BYTES: u32 = 256 * 1024;

/// The backend. Its runtime and TLS start with the first request that needs them.
pub(super) struct Reqwest {
    settings: Settings,
    runtime: OnceLock<Result<tokio::runtime::Runtime>>,
    tls: OnceLock<Result<rustls::ClientConfig>>,
    clients: Clients,
    /// Origins that answered: their connections are used again.
    answered: Arc<Mutex<HashSet<String>>>,
}

type Clients = Arc<Mutex<HashMap<Profile, ::reqwest::Client>>>;

struct Settings {
    version: HttpVersion,
    family: IpFamily,
    tls: Tls,
    resolve: Vec<Resolve>,
    connect_timeout: Duration,
    secrets: Secrets,
}

/// What a client is made for: the rest is shared by all requests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Profile {
    /// Whether connections are kept for the next request.
    keeps: bool,
    tls: bool,
    proxy: Option<Url>,
    /// A host whose addresses were given by hand, for one port: clients know it by its name only.
    pinned: Option<(String, Vec<IpAddr>)>,
}

impl Reqwest {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            settings: Settings {
                version: options.http_version,
                family: options.ip_family,
                tls: options.tls.clone(),
                resolve: options.resolve.clone(),
                connect_timeout: options.connect_timeout,
                secrets: options.secrets.clone(),
            },
            runtime: OnceLock::new(),
            tls: OnceLock::new(),
            clients: Arc::default(),
            answered: Arc::default(),
        }
    }

    fn runtime(&self) -> Result<&tokio::runtime::Runtime> {
        let start = || {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(workers())
                .thread_name("wire")
                .enable_io()
                .enable_time()
                .build()
                .map_err(|e| Error::new(Kind::Other, "runtime", "cannot start threads").cause(e.to_string()))
        };
        self.runtime.get_or_init(start).as_ref().map_err(Clone::clone)
    }

    fn profile(&self, call: &Call, keeps: bool) -> Profile {
        let secure = call.url.scheme() == "https" || call.proxy.as_ref().is_some_and(|p| p.0.scheme() == "https");
        let host = call.url.host_str().unwrap_or_default();
        let port = call.url.port_or_known_default();
        let pinned = self.settings.resolve.iter().rfind(|r| Some(r.port) == port && r.host.eq_ignore_ascii_case(host));
        Profile {
            keeps,
            tls: secure,
            proxy: call.proxy.as_ref().map(|p| p.0.clone()),
            pinned: pinned.map(|r| (host.to_owned(), r.addresses.clone())),
        }
    }

    fn client(&self, profile: &Profile) -> Result<::reqwest::Client> {
        let mut clients = locked(&self.clients);
        if let Some(client) = clients.get(profile) {
            return Ok(client.clone());
        }
        let client = self.build(profile)?;
        clients.insert(profile.clone(), client.clone());
        Ok(client)
    }

    fn build(&self, profile: &Profile) -> Result<::reqwest::Client> {
        let version = self.settings.version;
        let tls = if profile.tls {
            self.tls.get_or_init(|| tls::config(&self.settings.tls, version)).clone()?
        } else {
            tls::without_roots(version)?
        };
        let mut builder = ::reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(::reqwest::redirect::Policy::none())
            .referer(false)
            .retry(::reqwest::retry::never())
            .no_proxy()
            .connect_timeout(self.settings.connect_timeout)
            .tcp_nodelay(true)
            .http1_max_headers(judge::MOST_FIELDS)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http2_max_header_list_size(LARGEST_HEAD_BYTES)
            .dns_resolver(Resolver { family: self.settings.family });
        if !profile.keeps {
            builder = builder.pool_max_idle_per_host(0);
        }
        builder = match version {
            HttpVersion::Auto => builder,
            HttpVersion::Http10 | HttpVersion::Http11 => builder.http1_only(),
            HttpVersion::Http2 => builder.http2_prior_knowledge(),
        };
        if let Some((host, addresses)) = &profile.pinned {
            let addresses: Vec<_> = addresses.iter().map(|ip| SocketAddr::new(*ip, 0)).collect();
            builder = builder.resolve_to_addrs(host, &addresses);
        }
        let internal =
            |e: ::reqwest::Error| Error::new(Kind::Other, "client", "cannot make a client").cause(e.to_string());
        if let Some(url) = &profile.proxy {
            let proxy = ::reqwest::Proxy::all(url.clone()).map_err(|e| {
                Error::usage(format!("`{}` cannot be used as a proxy", self.settings.secrets.redact_url(url)))
                    .cause(e.without_url().to_string())
                    .hint("a proxy is `http://`, `https://`, `socks5://` or `socks5h://HOST:PORT`")
            })?;
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(internal)
    }

    fn try_start(&self, call: Call, signals: &flume::Sender<Signal>) -> Result<Cancel> {
        check_family(&call, self.settings.family)?;
        let runtime = self.runtime()?;
        let origin = call.url.origin().ascii_serialization();
        let may_be_stale = is_repeatable(&call) && locked(&self.answered).contains(&origin);
        let profile = self.profile(&call, true);
        // Clients are made within the runtime that serves their sockets.
        let (client, fresh) = {
            let _guard = runtime.enter();
            let fresh =
                if may_be_stale { Some(self.client(&Profile { keeps: false, ..profile.clone() })?) } else { None };
            (self.client(&profile)?, fresh)
        };
        let place = Place {
            origin: format!(
                "{}:{}",
                call.url.host_str().unwrap_or_default(),
                call.url.port_or_known_default().unwrap_or_default()
            ),
            tls: call.url.scheme() == "https",
            proxy: call.proxy.as_ref().map(|ProxyUrl(url)| self.settings.secrets.redact_url(url)),
        };
        let proxy = call.proxy.as_ref().map(|ProxyUrl(url)| url.clone());
        let request = self.request(call, runtime)?;
        let (signals, answered, clients) = (signals.clone(), Arc::clone(&self.answered), Arc::clone(&self.clients));
        let method = request.method().clone();
        let task = runtime.spawn(async move {
            match execute(client, fresh, request).await {
                Ok(response) => {
                    locked(&answered).insert(origin);
                    if has_two_framings(&response) {
                        // Who cannot frame this answer may not frame the next: nobody asks over its connection again.
                        locked(&clients).remove(&profile);
                    }
                    carry::carry(response, method, &place, signals).await;
                }
                Err(error) => {
                    let failed = Signal::Failed(before_head(&error, &place, proxy).await);
                    let _ = signals.send_async(failed).await;
                }
            }
        });
        let handle = task.abort_handle();
        Ok(Cancel::new(move || handle.abort()))
    }

    fn request(&self, call: Call, runtime: &tokio::runtime::Runtime) -> Result<::reqwest::Request> {
        let wrong = |what: &str| Error::usage(format!("the request cannot be sent: {what}"));
        let method = ::reqwest::Method::from_bytes(call.method.as_bytes())
            .map_err(|_| wrong(&format!("`{}` is no method", call.method)))?;
        let mut request = ::reqwest::Request::new(method, call.url);
        if self.settings.version == HttpVersion::Http10 {
            *request.version_mut() = http::Version::HTTP_10;
        }
        for (name, value) in call.fields.iter() {
            let field = http::HeaderName::from_bytes(name.as_bytes()).ok();
            let value = http::HeaderValue::from_bytes(value).ok();
            let (Some(field), Some(value)) = (field, value) else {
                return Err(wrong(&format!("the field `{name}` is not valid")));
            };
            request.headers_mut().append(field, value);
        }
        // Otherwise reqwest sends a default of its own: an empty list says the same as none.
        request.headers_mut().entry(http::header::ACCEPT).or_insert(http::HeaderValue::from_static(""));
        if let Some(body) = call.body {
            let length = http::HeaderValue::from(body.size());
            *request.body_mut() = Some(send_body(&body, runtime)?);
            request.headers_mut().insert(http::header::CONTENT_LENGTH, length);
        }
        Ok(request)
    }
}

impl Drop for Reqwest {
    fn drop(&mut self) {
        if let Some(Ok(runtime)) = self.runtime.take() {
            // A resolver that hangs must not hold up the end of the command.
            runtime.shutdown_background();
        }
    }
}

impl Backend for Reqwest {
    fn name(&self) -> &'static str {
        "reqwest"
    }

    fn start(&self, call: Call, _connect_timeout: Duration) -> Arrival {
        let (sender, receiver) = flume::bounded(WAITING_SIGNALS);
        let cancel = self.try_start(call, &sender).unwrap_or_else(|error| {
            let _ = sender.send(Signal::Failed(WireError { error, unsent: true, transient: false }));
            Cancel::new(|| ())
        });
        Arrival::new(receiver, cancel)
    }
}

/// Addresses of the wrong family in the URL itself are not resolved, so the resolver cannot refuse them.
fn check_family(call: &Call, family: IpFamily) -> Result<()> {
    let wrong = match (call.url.host(), family) {
        _ if call.proxy.is_some() => false,
        (Some(Host::Ipv4(_)), family) => family == IpFamily::V6,
        (Some(Host::Ipv6(_)), family) => family == IpFamily::V4,
        _ => false,
    };
    if wrong {
        let host = call.url.host_str().unwrap_or_default();
        return Err(Error::new(
            Kind::Network,
            "resolve",
            format!("`{host}` is not of the family that `-4` or `-6` asks for"),
        ));
    }
    Ok(())
}

/// Whether a request may be sent again when nobody knows what became of it.
fn is_repeatable(call: &Call) -> bool {
    call.body.is_none() && ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].contains(&call.method.as_str())
}

/// How many threads serve the sockets. Half the processors: the others write and hash what comes, and threads that are too many
/// only wake each other.
fn workers() -> usize {
    (processors() / 2).clamp(1, MOST_WORKERS)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether both a length and a transfer coding tell the end (RFC 9112, 6.3).
fn has_two_framings(response: &::reqwest::Response) -> bool {
    let fields = response.headers();
    fields.contains_key(http::header::TRANSFER_ENCODING) && fields.contains_key(http::header::CONTENT_LENGTH)
}

/// Sends a request. A connection that was used before may be dead without our knowing: where it dies before an
/// answer, the request is sent once more over a new one (RFC 9112, 9.3.1), as the other backend does.
async fn execute(
    client: ::reqwest::Client,
    fresh: Option<::reqwest::Client>,
    request: ::reqwest::Request,
) -> std::result::Result<::reqwest::Response, ::reqwest::Error> {
    let again = fresh.zip(request.try_clone());
    match (client.execute(request).await, again) {
        (Err(error), Some((fresh, request))) if fault::is_lost_connection(&error) => fresh.execute(request).await,
        (result, _) => result,
    }
}

/// The error before a head. The status of a proxy that refused is asked for once more, as reqwest does not tell it.
async fn before_head(error: &::reqwest::Error, place: &Place, proxy: Option<Url>) -> WireError {
    if let Some((url, shown)) = proxy.as_ref().zip(place.proxy.as_ref())
        && fault::hides_status(error)
        && let Some(status) = refusal::ask(url, &place.origin).await
    {
        return fault::refused_by_proxy(shown, &place.origin, status);
    }
    fault::before_head(error, place)
}

/// The body for reqwest: small ones from memory, large ones read by a thread while they are sent.
fn send_body(body: &Body, runtime: &tokio::runtime::Runtime) -> Result<::reqwest::Body> {
    let mut reader = body.reader()?;
    if body.size() <= SMALL_BODY_BYTES {
        let mut bytes = Vec::new();
        reader
            .read_to_end(&mut bytes)
            .map_err(|e| Error::usage("cannot read the request's body").cause(e.to_string()))?;
        return Ok(bytes.into());
    }
    let (sender, receiver) = flume::bounded::<std::io::Result<Bytes>>(2);
    runtime.spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE_BYTES];
            let read = reader.read(&mut piece);
            let done = matches!(read, Ok(0) | Err(_));
            let piece = read.map(|n| {
                piece.truncate(n);
                Bytes::from(piece)
            });
            if matches!(&piece, Ok(p) if p.is_empty()) || sender.send(piece).is_err() || done {
                return;
            }
        }
    });
    Ok(::reqwest::Body::wrap_stream(receiver.into_stream()))
}

/// The system's resolver, with the addresses of one family if so asked.
struct Resolver {
    family: IpFamily,
}

impl ::reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: ::reqwest::dns::Name) -> ::reqwest::dns::Resolving {
        let family = self.family;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await;
            let found = found.map_err(|e| unresolved(&host, &e))?;
            let fits = move |address: &SocketAddr| match family {
                IpFamily::Any => true,
                IpFamily::V4 => address.is_ipv4(),
                IpFamily::V6 => address.is_ipv6(),
            };
            let addresses: Vec<_> = found.filter(fits).collect();
            if addresses.is_empty() {
                let why = "it has no address of the family that was asked for".to_owned();
                return Err(Box::<dyn std::error::Error + Send + Sync>::from(Unresolved {
                    host,
                    why,
                    transient: false,
                }));
            }
            Ok(Box::new(addresses.into_iter()) as ::reqwest::dns::Addrs)
        })
    }
}

/// What the system says is all there is to tell an unknown name from a resolver in trouble.
fn unresolved(host: &str, error: &std::io::Error) -> Unresolved {
    let text = error.to_string();
    let why = text.rsplit(": ").next().unwrap_or(&text).to_lowercase();
    let unknown = ["not known", "no address associated", "does not resolve", "no usable address"];
    let transient = !unknown.iter().any(|u| why.contains(u));
    Unresolved { host: host.to_owned(), why, transient }
}
