//! Bytes over the wire: redirects, retries, mirrors, resume and segments, above two thin backends.
//!
//! In the order of a fetch: `fetch` makes one try, for which `answer` sends a `request` through its redirects
//! (`redirect`) and judges the head (`judge`); `resume` says what is still missing; `receive` takes the body under
//! the time limits, `intake` decodes (`coding`) and writes it, `hashing` follows; `proof` and `html` say whether it
//! is what it must be. `retry` decides about another try, this room about another source.

mod answer;
pub mod backend;
mod coding;
pub mod curl;
mod fault;
mod fetch;
pub mod filename;
mod growth;
mod hashing;
pub(crate) mod html;
mod intake;
pub mod job;
mod judge;
mod map;
pub mod netrc;
pub(crate) mod proof;
mod proxy;
mod rate;
mod receive;
pub(crate) mod redirect;
mod refusal;
pub(crate) mod request;
mod reqwest;
mod resume;
pub(crate) mod retry;
mod roots;
mod segments;
/// How many processors there are for us.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests;
mod tls;

use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::message::{Fields, Head, Request};
use crate::partial::Partial;
use crate::secret::Mask;
use answer::Course;
use backend::Backend;
use job::{BackendChoice, Exchange, Failed, Fetched, Job, Options};
use judge::Verdict;
use rate::Bucket;
use request::Additions;
use retry::Setback;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use url::Url;

/// How soon a transfer that waits for its next try notices that it is to end.
const CANCELLED_SEEN_WITHIN: Duration = Duration::from_millis(50);

/// Carries jobs; shares connections between them. Cheap to make: runtimes and TLS start with the first request.
pub struct Transfer {
    options: Options,
    bucket: Option<Bucket>,
    cancelled: AtomicBool,
    reqwest: OnceLock<Result<Box<dyn Backend>>>,
    curl: OnceLock<Result<Box<dyn Backend>>>,
    /// Extra streams to each origin.
    seats: Mutex<HashMap<String, u32>>,
}

/// The two backends.
#[derive(Debug, Clone, Copy)]
enum Which {
    Reqwest,
    Curl,
}

impl std::fmt::Debug for Transfer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transfer").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Transfer {
    /// Nothing is started or read yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let bucket = options.limit_rate.map(Bucket::new);
        Self {
            options,
            bucket,
            cancelled: AtomicBool::new(false),
            reqwest: OnceLock::new(),
            curl: OnceLock::new(),
            seats: Mutex::default(),
        }
    }

    /// Fetches into `partial`. Blocks; called from several threads at once.
    ///
    /// # Errors
    /// `Failed`, with the error of the last source tried.
    pub fn fetch(&self, job: &Job, partial: &mut Partial, listener: &dyn Listener) -> Result<Fetched, Failed> {
        let mut lessons = (String::new(), fetch::Lessons::default());
        let (content, exchange) = self.try_sources(job, listener, |course, source| {
            course.refused = None;
            if lessons.0 != source.as_str() {
                lessons = (source.to_string(), fetch::Lessons::default());
            }
            course.attempt(source, partial, &mut lessons.1)
        })?;
        Ok(Fetched { exchange, content })
    }

    /// Ends every fetch that is under way, as `interrupted`, and lets none begin.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Asks for the head only (HEAD), with redirects, retries and mirrors as for a fetch.
    ///
    /// # Errors
    /// As `fetch`.
    pub fn head(&self, job: &Job, listener: &dyn Listener) -> Result<Exchange, Failed> {
        let request = Request { method: "HEAD".to_owned(), body: None, ..job.request.clone() };
        let job = Job { request, conditions: None, ..job.clone() };
        let (answer, exchange) = self.try_sources(&job, listener, |course, source| {
            course.ask(source, "HEAD", Additions { compressed: self.options.compressed, ..Additions::default() })
        })?;
        debug_assert!(!matches!(answer.verdict, Verdict::Redirect | Verdict::Part(_)));
        Ok(exchange)
    }

    /// One source after the other, each with its tries, until `attempt` succeeds.
    fn try_sources<T>(
        &self,
        job: &Job,
        listener: &dyn Listener,
        mut attempt: impl FnMut(&mut Course<'_>, &Url) -> Result<T, Setback>,
    ) -> Result<(T, Exchange), Failed> {
        let mask = self.mask(&job.request);
        let mut course = Course::new(self, job, listener, &mask);
        let mut sources = std::iter::once(&job.request.url).chain(&job.mirrors).peekable();
        let mut last = Error::new(Kind::Other, "source", "there is no source");
        while let Some(source) = sources.next() {
            match self.with_retries(&mut course, source, &mut attempt) {
                Ok(value) => {
                    course.exchange.finished_at = Timestamp::now();
                    return Ok((value, course.exchange));
                }
                Err(error) => last = error.map_text(|text| mask.apply(text)),
            }
            let next = sources.peek().filter(|_| another_source_may_help(&last));
            let Some(next) = next else { break };
            let next = self.options.secrets.redact_url(next);
            course
                .lane
                .tell(Event::Decision(format!("the mirror {next} is tried, as the source before failed: {last}")));
            course.lane.tell(Event::Warning(format!("{}; trying the mirror {next}", last.message())));
        }
        course.exchange.finished_at = Timestamp::now();
        Err(Failed { error: last, exchange: Box::new(course.exchange), content: course.refused })
    }

    fn with_retries<T>(
        &self,
        course: &mut Course<'_>,
        source: &Url,
        attempt: &mut impl FnMut(&mut Course<'_>, &Url) -> Result<T, Setback>,
    ) -> Result<T> {
        let mut failures = 0;
        loop {
            let best = course.best;
            let setback = match attempt(course, source) {
                Ok(value) => return Ok(value),
                Err(setback) => setback,
            };
            if course.best > best {
                failures = 0;
            }
            let reason = setback.error.to_string();
            let wait = retry::next(setback, &course.lane.job.request.method, failures, &self.options, random())?;
            failures += 1;
            course.lane.tell(Event::Retrying { wait, reason });
            if let Some(deadline) = course.lane.deadline {
                let left = deadline.saturating_duration_since(Instant::now());
                if wait >= left {
                    std::thread::sleep(left);
                    return Err(receive::total_timeout());
                }
            }
            self.sleep(wait)?;
        }
    }

    /// Waits, unless the whole command is to end.
    fn sleep(&self, wait: Duration) -> Result<()> {
        let end = Instant::now() + wait;
        loop {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(receive::cancelled());
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(CANCELLED_SEEN_WITHIN));
        }
    }

    fn options(&self) -> &Options {
        &self.options
    }

    fn bucket(&self) -> Option<&Bucket> {
        self.bucket.as_ref()
    }

    /// A seat for an extra stream to the URL's origin, if fewer than `most` are taken.
    fn take_seat(&self, url: &Url, most: u32) -> Option<Seat<'_>> {
        let origin = url.origin().ascii_serialization();
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = seats.entry(origin.clone()).or_default();
        if *taken >= most {
            return None;
        }
        *taken += 1;
        Some(Seat { seats: &self.seats, origin })
    }

    /// The backend for this URL's scheme.
    fn backend(&self, url: &Url) -> Result<&dyn Backend> {
        let which = which(self.options.backend, url)?;
        let slot = match which {
            Which::Reqwest => &self.reqwest,
            Which::Curl => &self.curl,
        };
        let made = slot.get_or_init(|| match which {
            Which::Reqwest => Ok(Box::new(reqwest::Reqwest::new(&self.options))),
            Which::Curl => curl::Curl::new(&self.options).map(|c| Box::new(c) as Box<dyn Backend>),
        });
        made.as_ref().map(AsRef::as_ref).map_err(Clone::clone)
    }

    /// Masks what the user gave as a secret, also where a server echoes it.
    fn mask(&self, request: &Request) -> Mask {
        let secrets = &self.options.secrets;
        let mut all = secrets.secrets_of_url(&request.url);
        let fields = request.fields.iter().filter(|(name, _)| secrets.is_secret_header(name));
        all.extend(fields.map(|(_, value)| String::from_utf8_lossy(value).into_owned()));
        let own = request.credentials.iter().flat_map(|c| [c.password.clone(), c.basic()]);
        all.extend(own.map(|secret| secret.expose().to_owned()));
        let proxies = &self.options.proxies;
        let proxies = [&proxies.http, &proxies.https, &proxies.ftp].into_iter().flatten();
        all.extend(proxies.flat_map(|p| secrets.secrets_of_url(&p.0)));
        Mask::new(all)
    }
}

/// Given back when it is dropped.
struct Seat<'a> {
    seats: &'a Mutex<HashMap<String, u32>>,
    origin: String,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = seats.get_mut(&self.origin) {
            *taken = taken.saturating_sub(1);
        }
    }
}

/// http and https by reqwest unless told otherwise, all else by libcurl.
fn which(choice: BackendChoice, url: &Url) -> Result<Which> {
    match (choice, url.scheme()) {
        (BackendChoice::Auto | BackendChoice::Reqwest, "http" | "https") => Ok(Which::Reqwest),
        (BackendChoice::Curl, "http" | "https")
        | (BackendChoice::Auto | BackendChoice::Curl, "ftp" | "ftps" | "file") => Ok(Which::Curl),
        (BackendChoice::Reqwest, scheme @ ("ftp" | "ftps" | "file")) => {
            Err(Error::usage(format!("`--backend reqwest` cannot fetch `{scheme}:` addresses"))
                .hint("use `--backend auto` or `curl`"))
        }
        (_, scheme) => Err(Error::usage(format!("unknown scheme `{scheme}`: expected http, https, ftp, ftps or file"))),
    }
}

/// A full disk, a time that ran out or a wrong word is the same at every source.
fn another_source_may_help(error: &Error) -> bool {
    match error.kind() {
        Kind::Disk | Kind::Interrupted | Kind::Cache | Kind::Usage => false,
        Kind::Timeout => error.code() != "timeout",
        _ => true,
    }
}

fn random() -> u64 {
    getrandom::u64().unwrap_or_default()
}

/// The fields that a request is sent with to its own address: the user's, defaults, credentials.
#[must_use]
pub(crate) fn sent_fields(request: &Request, compressed: bool) -> Fields {
    request::prepare(request, &request.url, &request.method, Additions { compressed, ..Additions::default() }).fields
}

/// Whether a head that was stored is an answer, as if it had come now.
///
/// # Errors
/// The refusal that it would have been.
pub(crate) fn accept(head: &Head, request: &Request, url: &str, allowed: &job::Statuses) -> Result<()> {
    let asked = judge::Asked {
        method: &request.method,
        url,
        span: false,
        users_range: request.fields.contains("range"),
        conditional: false,
        follow: false,
        allowed,
        now: Timestamp::now(),
    };
    judge::judge(head, asked).map(|_| ()).map_err(|setback| setback.error)
}

/// The root certificates that a transfer with these options trusts, as one PEM text.
///
/// # Errors
/// Usage, where roots were named and there are none.
pub fn roots_pem(tls: &job::Tls) -> Result<Vec<u8>> {
    roots::pem(tls)
}

/// How many root certificates a transfer with these options trusts.
///
/// # Errors
/// Usage, where roots were named and there are none.
pub fn count_roots(tls: &job::Tls) -> Result<usize> {
    roots::certificates(tls).map(|all| all.len())
}
