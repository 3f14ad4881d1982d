//! The connection to `MongoDB`: made at the first use, bounded in time, its errors told in our words.

use crate::error::{Error, Kind, Result};
use crate::kv::address::Address;
use crate::kv::driver::{refused, silent, unreachable};
use crate::kv::open::{Options, Roots};
use crate::kv::wire::Background;
use crate::secret::Secret;
use mongodb::bson::{Document, doc};
use mongodb::error::{ErrorKind, WriteFailure};
use mongodb::options::{ClientOptions, ServerAddress, Tls};
use mongodb::{Client, Collection};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::future::Future;
use std::io::Write as _;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::fd::AsRawFd as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How slow sending may be: this many bytes a second are always waited for.
const SLOWEST_SENDING_BYTES: u64 = 64 << 10;
/// Options of the URL that are ours; all others are the driver's.
const OWN_OPTIONS: &[&str] = &["create", "key", "value", "expires"];
/// The server's codes for a document, or an index, of that kind being there already, and for what one may not do.
const DUPLICATE_KEY: i32 = 11000;
const ABOUT_AN_INDEX: &[i32] = &[13, 67, 85, 86];

/// A collection, and the way to it.
pub(super) struct Link {
    url: Secret,
    database: String,
    collection: String,
    connect_timeout: Duration,
    answer_timeout: Duration,
    roots: Roots,
    ready: OnceLock<Ready>,
}

struct Ready {
    collection: Collection<Document>,
    hosts: Vec<ServerAddress>,
    runtime: Background,
}

/// The server's answer that it did not do something.
#[derive(Debug)]
pub(super) struct Refusal {
    /// For the user.
    pub(super) error: Error,
    /// A document of that key is there.
    pub(super) is_duplicate: bool,
    code: i32,
}

impl Refusal {
    /// Whether an index cannot be made here, or not this one.
    pub(super) fn is_about_an_index(&self) -> bool {
        ABOUT_AN_INDEX.contains(&self.code)
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("database", &self.database)
            .field("collection", &self.collection)
            .finish_non_exhaustive()
    }
}

impl Link {
    /// The collection of the URL. Nothing is connected yet.
    pub(super) fn new(address: &Address, options: &Options) -> Result<Self> {
        let wrong = || {
            Error::usage(format!("`{}` names no collection", address.shown()))
                .hint("expected `mongodb://HOST/DATABASE/COLLECTION`")
        };
        let server = address.server().ok_or_else(wrong)?;
        let (database, collection) = server.path.trim_start_matches('/').split_once('/').ok_or_else(wrong)?;
        let decode = |text: &str| percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
        let collection = decode(collection.trim_end_matches('/')).map_err(|_| wrong())?;
        let name = decode(database).map_err(|_| wrong())?;
        if name.is_empty() || collection.is_empty() {
            return Err(wrong());
        }
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let others = address.options().filter(|(name, _)| !OWN_OPTIONS.contains(name));
        let query: Vec<_> = others.map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let url = format!("{}://{}/{database}?{}", address.scheme(), server.authority.expose(), query.join("&"));
        Ok(Self {
            url: Secret::new(url),
            database: name,
            collection,
            connect_timeout: options.connect_timeout,
            answer_timeout: options.answer_timeout,
            roots: Arc::clone(&options.roots),
            ready: OnceLock::new(),
        })
    }

    pub(super) fn collection(&self) -> &str {
        &self.collection
    }

    fn ready(&self) -> Result<&Ready> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready);
        }
        let runtime = Background::start()?;
        let parsed = runtime.block_on(async { ClientOptions::parse(self.url.expose()).await });
        let mut options = parsed.map_err(|e| tell(&e, self.answer_timeout).map_or_else(|r| r, |r| r.error))?;
        let limit = self.connect_timeout;
        options.connect_timeout.get_or_insert(limit);
        options.server_selection_timeout.get_or_insert(limit);
        // The driver would look for a server until the limit, also where nobody listens.
        reach(&options.hosts, limit)?;
        let hosts = options.hosts.clone();
        let client = self.client(options, &runtime)?;
        let collection = client.database(&self.database).collection(&self.collection);
        Ok(self.ready.get_or_init(|| Ready { collection, hosts, runtime }))
    }

    /// The client, which trusts what the URL says, else our roots. It takes them from a file alone: here, from a pipe.
    fn client(&self, mut options: ClientOptions, runtime: &Background) -> Result<Client> {
        let mut feed = None;
        if let Some(Tls::Enabled(tls)) = &mut options.tls
            && tls.ca_file_path.is_none()
        {
            let roots = (self.roots)()?;
            if !roots.is_empty() {
                let piped = std::io::pipe().map_err(|e| Error::disk("cannot make a pipe", &e))?;
                let (reader, mut writer) = piped;
                tls.ca_file_path = Some(format!("/dev/fd/{}", reader.as_raw_fd()).into());
                // A reader that ends early has what it wanted, or says itself what is wrong.
                feed = Some((reader, std::thread::spawn(move || writer.write_all(&roots))));
            }
        }
        // The client starts its tasks on the runtime that it is made in.
        let client = runtime.block_on(async { Client::with_options(options) });
        if let Some((reader, writing)) = feed {
            drop(reader);
            let _ = writing.join();
        }
        client.map_err(|e| Error::usage("the URL cannot be used").cause(e.to_string()))
    }

    /// Waits for an answer, longer for so many bytes that are sent.
    ///
    /// # Errors
    /// That nobody answers; `Err` inside: a refusal.
    pub(super) fn wait<T>(
        &self,
        sent: usize,
        answer: impl Future<Output = mongodb::error::Result<T>>,
    ) -> Result<Result<T, Refusal>> {
        let limit = self.connect_timeout + self.answer_timeout;
        let limit = limit + Duration::from_secs(sent as u64 / SLOWEST_SENDING_BYTES);
        let ready = self.ready()?;
        match ready.runtime.block_on(async { tokio::time::timeout(limit, answer).await }) {
            Err(_) => Err(silent(limit)),
            Ok(Ok(answer)) => Ok(Ok(answer)),
            Ok(Err(error)) => match error.kind.as_ref() {
                ErrorKind::ServerSelection { message, .. } => {
                    Err(unselected(&ready.hosts, message, self.connect_timeout))
                }
                _ => tell(&error, limit).map(Err),
            },
        }
    }

    /// The same for what is asked of the collection.
    pub(super) fn ask<T, F: Future<Output = mongodb::error::Result<T>>>(
        &self,
        sent: usize,
        asked: impl FnOnce(Collection<Document>) -> F,
    ) -> Result<Result<T, Refusal>> {
        let collection = self.ready()?.collection.clone();
        self.wait(sent, asked(collection))
    }

    /// Whether the collection is there.
    pub(super) fn is_there(&self) -> Result<bool> {
        let database = self.ready()?.collection.client().database(&self.database);
        let names =
            self.wait(0, async { database.list_collection_names().filter(doc! { "name": &self.collection }).await })?;
        Ok(!names.map_err(|refusal| refusal.error)?.is_empty())
    }

    /// Whether the server answers.
    pub(super) fn ping(&self) -> Result<()> {
        let database = self.ready()?.collection.client().database(&self.database);
        let answer = self.wait(0, async { database.run_command(doc! { "ping": 1 }).await })?;
        answer.map(|_| ()).map_err(|refusal| refusal.error)
    }
}

/// That someone listens at one of the hosts.
fn reach(hosts: &[ServerAddress], limit: Duration) -> Result<()> {
    let mut failed = None;
    for host in hosts {
        let ServerAddress::Tcp { host, port } = host else { return Ok(()) };
        let addresses = (host.as_str(), port.unwrap_or(27017)).to_socket_addrs();
        match addresses.map(|all| all.map(|one| TcpStream::connect_timeout(&one, limit)).collect::<Vec<_>>()) {
            Ok(tried) if tried.iter().any(std::result::Result::is_ok) => return Ok(()),
            Ok(tried) => failed = tried.into_iter().find_map(std::result::Result::err).or(failed),
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) => Err(crate::kv::driver::broken(&error, limit)),
        None => Ok(()),
    }
}

/// Why the driver found no server within the limit; it does not tell one that is silent from one that is not there.
fn unselected(hosts: &[ServerAddress], message: &str, limit: Duration) -> Error {
    if message.contains("invalid peer certificate") {
        return Error::new(Kind::Tls, "tls", "TLS with it failed").cause(message);
    }
    reach(hosts, limit).err().unwrap_or_else(|| silent(limit).cause(message))
}

/// What the driver's error means: nobody answers, or (`Ok`) a refusal.
fn tell(error: &mongodb::error::Error, limit: Duration) -> Result<Refusal> {
    let (code, message) = match error.kind.as_ref() {
        ErrorKind::Command(told) => (told.code, format!("{}: {}", told.code_name, told.message)),
        ErrorKind::Write(WriteFailure::WriteError(told)) => (told.code, told.message.clone()),
        ErrorKind::InvalidArgument { message, .. } => {
            return Err(Error::usage("the URL cannot be used").cause(message.clone()));
        }
        ErrorKind::InvalidTlsConfig { message, .. } => {
            return Err(Error::new(Kind::Tls, "store_tls", "TLS cannot be set up").cause(message.clone()));
        }
        ErrorKind::Io(io) => return Err(crate::kv::driver::broken(io, limit)),
        ErrorKind::ConnectionPoolCleared { message, .. } => return Err(unreachable(message.clone())),
        ErrorKind::DnsResolve { message, .. } => return Err(unreachable(message.clone())),
        _ => (0, error.to_string()),
    };
    Ok(Refusal { error: refused(message), is_duplicate: code == DUPLICATE_KEY, code })
}
