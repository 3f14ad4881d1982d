//! Requests over HTTP for the drivers that speak it: one client, a runtime of its own, time limits, bodies with a bound.

use crate::error::{Error, Kind, Result};
use crate::kv::driver::{silent, unreachable};
use crate::kv::open::{Options, Roots};
use crate::kv::tls;
use bytes::Bytes;
use http::HeaderMap;
use hyper::body::{Frame, SizeHint};
use reqwest::{Client, Request, Response};
use std::future::Future;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

/// How slow sending may be before the wait for an answer ends: this many bytes a second are always waited for.
const SLOWEST_SENDING_BYTES: u64 = 64 << 10;
/// How many requests are on the way at once.
const AT_ONCE: usize = 16;
/// What is read at once of a body that is sent meanwhile.
const PIECE_BYTES: usize = 256 << 10;
/// The largest answer to it that is read.
const LARGEST_REFUSAL_BYTES: usize = 1 << 20;

/// Sends requests. Nothing is started before the first.
pub(super) struct Wire {
    limits: Limits,
    roots: Roots,
    ready: OnceLock<Arc<Ready>>,
}

/// How long is waited.
#[derive(Debug, Clone, Copy)]
struct Limits {
    connect: Duration,
    answer: Duration,
}

struct Ready {
    client: Client,
    runtime: Background,
}

/// A runtime that may be dropped anywhere, also on a thread that drives another one.
pub(super) struct Background(Option<Runtime>);

impl Background {
    /// One thread for what goes on between calls.
    pub(super) fn start() -> Result<Self> {
        let built = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_io().enable_time().build();
        built.map(|runtime| Self(Some(runtime))).map_err(|e| Error::disk("cannot start a runtime", &e))
    }

    /// Starts a future that goes on by itself.
    pub(super) fn spawn<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.0.as_ref().map(|runtime| runtime.spawn(future)).expect("the runtime runs")
    }

    /// Waits for a future on this thread.
    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        // It is there until it is dropped.
        self.0.as_ref().map(|runtime| runtime.block_on(future)).expect("the runtime runs")
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

/// What a server answered, whole.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status code.
    pub(super) status: u16,
    /// The fields of its head.
    pub(super) headers: HeaderMap,
    /// The body; `None`: it is larger than was allowed.
    pub(super) body: Option<Bytes>,
}

impl Answer {
    /// A field as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the status is a success.
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body, empty if it was too large.
    pub(super) fn bytes(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }
}

/// Why no answer came.
#[derive(Debug)]
pub(super) struct Failure {
    /// The error for the user.
    pub(super) error: Error,
    /// The connection was lost on the way: whoever may repeat the request can do so.
    pub(super) lost: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, lost: false }
    }
}

impl Wire {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            limits: Limits { connect: options.connect_timeout, answer: options.answer_timeout },
            roots: Arc::clone(&options.roots),
            ready: OnceLock::new(),
        }
    }

    fn ready(&self, speaks_tls: bool) -> Result<&Arc<Ready>> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready);
        }
        let roots = if speaks_tls { Some((self.roots)()?) } else { None };
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config(roots.as_deref())?)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .no_proxy()
            .http1_only()
            .connect_timeout(self.limits.connect)
            .tcp_nodelay(true)
            .build()
            .map_err(|e| Error::new(Kind::Other, "client", "cannot make a client").cause(e.to_string()))?;
        let runtime = Background::start()?;
        Ok(self.ready.get_or_init(|| Arc::new(Ready { client, runtime })))
    }

    /// Sends a request and reads the answer. A body above the bound is not read, and `None`.
    pub(super) fn send(&self, request: Request, largest_body: usize) -> Result<Answer, Failure> {
        let ready = self.ready(request.url().scheme() == "https")?;
        ready.runtime.block_on(exchange(ready.client.clone(), self.limits, request, largest_body))
    }

    /// Sends several, some at a time; the answers come in the order of the requests.
    pub(super) fn send_all(&self, requests: Vec<Request>, largest_body: usize) -> Result<Vec<Result<Answer, Failure>>> {
        let Some(first) = requests.first() else { return Ok(Vec::new()) };
        let ready = self.ready(first.url().scheme() == "https")?;
        let mut answers: Vec<_> = requests.iter().map(|_| Err(unreachable("nothing was asked").into())).collect();
        ready.runtime.block_on(async {
            let mut waiting = requests.into_iter().enumerate();
            let mut running = JoinSet::new();
            loop {
                while running.len() < AT_ONCE
                    && let Some((number, request)) = waiting.next()
                {
                    let answer = exchange(ready.client.clone(), self.limits, request, largest_body);
                    running.spawn(async move { (number, answer.await) });
                }
                match running.join_next().await {
                    None => break,
                    Some(Ok((number, answer))) => answers[number] = answer,
                    // A task that broke leaves its answer as it stands.
                    Some(Err(_)) => {}
                }
            }
        });
        Ok(answers)
    }

    /// Sends, and gives the head with a reader of the body.
    pub(super) fn open(&self, request: Request) -> Result<(Answer, Body), Failure> {
        let ready = self.ready(request.url().scheme() == "https")?;
        let response = ready.runtime.block_on(head(&ready.client, self.limits, request))?;
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: Some(Bytes::new()),
        };
        let body = Body { response, rest: Bytes::new(), ready: Arc::clone(ready), answer_timeout: self.limits.answer };
        Ok((answer, body))
    }

    /// Sends a request whose body of that size is read meanwhile. An error of the reader ends it.
    pub(super) fn upload(&self, mut request: Request, size: u64, content: &mut dyn Read) -> Result<Answer, Failure> {
        let ready = self.ready(request.url().scheme() == "https")?;
        let (sender, chunks) = mpsc::channel(1);
        *request.body_mut() = Some(reqwest::Body::wrap(Upload { chunks, left: size }));
        let limits =
            Limits { answer: self.limits.answer + Duration::from_secs(size / SLOWEST_SENDING_BYTES), ..self.limits };
        let answer = ready.runtime.spawn(exchange(ready.client.clone(), limits, request, LARGEST_REFUSAL_BYTES));
        let mut failed = None;
        while failed.is_none() {
            let mut piece = Vec::with_capacity(PIECE_BYTES);
            let read = content.take(PIECE_BYTES as u64).read_to_end(&mut piece);
            match read {
                Ok(0) => break,
                Ok(_) => {}
                Err(ref error) => failed = Some(Error::disk("cannot read what is to be stored", error)),
            }
            // A server that has answered already takes no more.
            if sender.blocking_send(read.map(|_| piece.into())).is_err() {
                break;
            }
        }
        drop(sender);
        let answer = ready.runtime.block_on(answer).map_err(|e| unreachable(e.to_string()))?;
        failed.map_or(answer, |error| Err(error.into()))
    }
}

async fn head(client: &Client, limits: Limits, request: Request) -> Result<Response, Failure> {
    let sending = request.body().and_then(reqwest::Body::as_bytes).map_or(0, |b| b.len() as u64);
    let limit = limits.answer + Duration::from_secs(sending / SLOWEST_SENDING_BYTES);
    match tokio::time::timeout(limits.connect + limit, client.execute(request)).await {
        Err(_) => Err(silent(limit).into()),
        Ok(answer) => answer.map_err(|error| failure(&error, limits)),
    }
}

async fn exchange(client: Client, limits: Limits, request: Request, largest_body: usize) -> Result<Answer, Failure> {
    let mut response = head(&client, limits, request).await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let told = response.content_length().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let mut body = Vec::with_capacity(told.min(largest_body));
    while let Some(piece) = next(&mut response, limits.answer).await? {
        if body.len() + piece.len() > largest_body {
            return Ok(Answer { status, headers, body: None });
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answer { status, headers, body: Some(body.into()) })
}

fn failure(error: &reqwest::Error, limits: Limits) -> Failure {
    if error.is_timeout() {
        return silent(limits.connect).into();
    }
    if let Some(wrong) = find::<rustls::Error>(error) {
        return Error::new(Kind::Tls, "tls", "TLS with it failed").cause(wrong.to_string()).into();
    }
    Failure { error: unreachable(innermost(error)), lost: !error.is_connect() }
}

async fn next(response: &mut Response, limit: Duration) -> Result<Option<Bytes>, Failure> {
    match tokio::time::timeout(limit, response.chunk()).await {
        Err(_) => Err(silent(limit).into()),
        Ok(Err(error)) => Err(Failure { error: unreachable(innermost(&error)), lost: true }),
        Ok(Ok(piece)) => Ok(piece),
    }
}

/// A body as it is sent.
struct Upload {
    chunks: mpsc::Receiver<io::Result<Bytes>>,
    left: u64,
}

impl hyper::body::Body for Upload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = std::task::ready!(self.chunks.poll_recv(context));
        if let Some(Ok(piece)) = &piece {
            self.left = self.left.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// A body as it comes.
pub(super) struct Body {
    response: Response,
    rest: Bytes,
    ready: Arc<Ready>,
    answer_timeout: Duration,
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            let piece = self.ready.runtime.block_on(next(&mut self.response, self.answer_timeout));
            match piece.map_err(|failure| io::Error::other(failure.error))? {
                None => return Ok(0),
                Some(piece) => self.rest = piece,
            }
        }
        let taken = self.rest.split_to(self.rest.len().min(buffer.len()));
        buffer[..taken.len()].copy_from_slice(&taken);
        Ok(taken.len())
    }
}

/// The first error of that type among the causes, those inside of I/O errors too.
fn find<'e, T: std::error::Error + 'static>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// The innermost words, without Rust's `(os error N)`.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let io = find::<io::Error>(error).map(|error| error as &(dyn std::error::Error + 'static));
    let mut error = io.unwrap_or(error);
    while let Some(source) = error.source() {
        error = source;
    }
    let words = error.to_string();
    words.find(" (os error").map_or(words.clone(), |end| words[..end].to_lowercase())
}
