//! One request through its redirects to a head that is judged.

use crate::clock::Timestamp;
use crate::digest::Algorithm;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::message::{Head, same_origin};
use crate::secret::Mask;
use crate::transfer::backend::{Arrival, Backend, Call, Framing, Signal, Waited};
use crate::transfer::hashing::Hashing;
use crate::transfer::job::{Content, Exchange, Job, Options};
use crate::transfer::judge::{self, Asked, Verdict};
use crate::transfer::receive::{self, Limits};
use crate::transfer::redirect::Chain;
use crate::transfer::request::{self, Additions};
use crate::transfer::retry::Setback;
use crate::transfer::{Transfer, proxy};
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use url::Url;

/// How much of a redirect's body is taken so that its connection can be used again, and how long that may take.
const DRAINED_BYTES: usize = 64 * 1024;
const DRAINED_WITHIN: Duration = Duration::from_millis(250);

/// What all requests of one job share.
#[derive(Clone, Copy)]
pub(super) struct Lane<'a> {
    pub(super) transfer: &'a Transfer,
    pub(super) options: &'a Options,
    pub(super) job: &'a Job,
    pub(super) deadline: Option<Instant>,
    listener: &'a dyn Listener,
    pub(super) mask: &'a Mask,
}

/// One job on its way, and what has happened to it so far.
pub(super) struct Course<'a> {
    pub(super) lane: Lane<'a>,
    pub(super) exchange: Exchange,
    /// The digests of what lies in the partial, as far as they are made.
    pub(super) hashing: Option<Hashing>,
    /// The most bytes that were held for certain: more of them is progress.
    pub(super) best: u64,
    /// Streams did not agree: from now on there is one.
    pub(super) alone: bool,
    /// The body of the last response that was refused, where the job wants it all the same.
    pub(super) refused: Option<Content>,
}

/// A response whose head has come.
pub(super) struct Opened {
    pub(super) arrival: Arrival,
    pub(super) head: Head,
    pub(super) framing: Framing,
    tls: bool,
}

/// A response that is no redirect, and what its head means.
pub(super) struct Answer {
    pub(super) arrival: Arrival,
    pub(super) head: Head,
    pub(super) framing: Framing,
    pub(super) verdict: Verdict,
    /// Why it is no success, where its body is taken all the same.
    pub(super) refusal: Option<Setback>,
    /// Who answered.
    pub(super) url: Url,
    /// The same, as it may be shown and stored.
    pub(super) shown: String,
}

impl<'a> Lane<'a> {
    /// Tells an event, the user's secrets masked.
    pub(super) fn tell(&self, event: Event) {
        self.listener.event(match event {
            Event::Warning(text) => Event::Warning(self.mask.apply(&text)),
            Event::Decision(text) => Event::Decision(self.mask.apply(&text)),
            Event::Detail(text) => Event::Detail(self.mask.apply(&text)),
            Event::Retrying { wait, reason } => Event::Retrying { wait, reason: self.mask.apply(&reason) },
            other => other,
        });
    }

    /// The limits for a body.
    pub(super) fn limits(&self) -> Limits<'a> {
        let (stall, min_rate) = (self.options.stall_timeout, self.options.min_rate);
        let (deadline, bucket) = (self.deadline, self.transfer.bucket());
        Limits { stall, min_rate, deadline, bucket, stop: None, cancelled: &self.transfer.cancelled }
    }

    /// Sends one request to one URL and waits for its head, interim ones being added to `interim`.
    pub(super) fn open(
        &self,
        url: &Url,
        method: &str,
        additions: Additions<'_>,
        interim: &mut Vec<Head>,
        stop: Option<&AtomicBool>,
    ) -> Result<Opened, Setback> {
        let backend = self.transfer.backend(url)?;
        self.tell(Event::Detail(format!("{method} {} ({})", self.options.secrets.redact_url(url), backend.name())));
        let prepared = request::prepare(&self.job.request, url, method, additions);
        let sent = Arc::new(AtomicU64::new(0));
        let proxy = proxy::choose(&self.options.proxies, url).cloned();
        let shown_proxy = proxy.as_ref().map(|p| self.options.secrets.redact_url(&p.0));
        let call = Call {
            method: method.to_owned(),
            url: url.clone(),
            fields: prepared.fields,
            credentials: prepared.credentials,
            body: prepared.body.map(|b| b.counted(&sent)),
            proxy,
            offset: if is_http(url) { 0 } else { additions.span.map_or(0, |s| s.first) },
        };
        let limits = Limits { min_rate: None, bucket: None, stop, ..self.limits() };
        let opened = wait_for_head(backend, call, self.options.connect_timeout, limits, &sent, interim)?;
        judge::check_limits(&opened.head)?;
        match shown_proxy.filter(|_| opened.head.status == 407 && url.scheme() == "http") {
            Some(proxy) => {
                Err(Error::new(Kind::Network, "proxy_refused", format!("the proxy `{proxy}` refused (407)"))
                    .hint("give its user and password in its URL: `-x http://USER:PASS@HOST:PORT`")
                    .into())
            }
            None => Ok(opened),
        }
    }

    /// Judges the final head that `url` gave, shown as `shown`.
    pub(super) fn judge(
        &self,
        head: &Head,
        method: &str,
        shown: &str,
        additions: Additions<'_>,
    ) -> Result<Verdict, Setback> {
        let asked = Asked {
            method,
            url: shown,
            span: additions.span.is_some(),
            users_range: self.job.request.fields.contains("range"),
            conditional: additions.conditions.is_some() || self.job.one_response,
            follow: self.options.max_redirects.is_some(),
            allowed: &self.options.allow_status,
            now: Timestamp::now(),
        };
        judge::judge(head, asked)
    }

    fn tell_redirect(&self, status: u16, from: &Url, to: &Url) {
        let shown = self.options.secrets.redact_url(to);
        let request = &self.job.request;
        let left = !same_origin(from, to) && same_origin(from, &request.url);
        let has_own = !request.fields.is_empty() || request.credentials.is_some();
        let rule = if left && has_own { "; your headers and credentials stay with their origin" } else { "" };
        self.tell(Event::Decision(format!("redirect {status} to {shown}{rule}")));
    }
}

impl<'a> Course<'a> {
    pub(super) fn new(transfer: &'a Transfer, job: &'a Job, listener: &'a dyn Listener, mask: &'a Mask) -> Self {
        let options = transfer.options();
        let now = Timestamp::now();
        let exchange = Exchange {
            resolved_url: None,
            method: job.request.method.clone(),
            head: None,
            interim: Vec::new(),
            backend: "",
            attempts: 0,
            connections: 1,
            started_at: now,
            finished_at: now,
            requested_at: now,
            received_at: now,
            length_verified: true,
            tls_verified: None,
        };
        let deadline = options.timeout.and_then(|t| Instant::now().checked_add(t));
        let lane = Lane { transfer, options, job, deadline, listener, mask };
        Self { lane, exchange, hashing: None, best: 0, alone: false, refused: None }
    }

    /// The digests of the file's start up to `frontier`, continued if these algorithms were computed so far.
    pub(super) fn hashing(
        &mut self,
        file: &File,
        frontier: u64,
        algorithms: Vec<Algorithm>,
    ) -> std::io::Result<&mut Hashing> {
        let usable = self.hashing.take().filter(|h| h.covers(&algorithms) && h.frontier() <= frontier);
        let hashing = match usable {
            Some(hashing) => hashing,
            None => Hashing::new(file, algorithms)?,
        };
        Ok(self.hashing.insert(hashing))
    }

    /// Asks `source`, follows redirects, and judges the final head.
    pub(super) fn ask(&mut self, source: &Url, method: &str, additions: Additions<'_>) -> Result<Answer, Setback> {
        let lane = self.lane;
        self.exchange.attempts += 1;
        let mut chain = Chain::new(method, source);
        let (mut method, mut url) = (method.to_owned(), source.clone());
        loop {
            let opened = self.send(&url, &method, additions)?;
            let shown = lane.options.secrets.redact_url(&url);
            let judged = if is_http(&url) {
                lane.judge(&opened.head, &method, &shown, additions)
            } else {
                Ok(Verdict::Body { success: true })
            };
            let (verdict, refusal) = match judged {
                Err(refusal) if lane.job.one_response && refusal.status.is_some() => {
                    (Verdict::Body { success: false }, Some(refusal))
                }
                judged => (judged?, None),
            };
            let Opened { arrival, head, framing, .. } = opened;
            if verdict != Verdict::Redirect || lane.job.one_response {
                return Ok(Answer { arrival, head, framing, verdict, refusal, url, shown });
            }
            let limit = lane.options.max_redirects.unwrap_or(0);
            let next = chain.follow(head.status, head.fields.all("location"), limit, &lane.options.secrets)?;
            drain(&arrival, lane.deadline);
            lane.tell_redirect(head.status, &url, &next.1);
            (method, url) = next;
        }
    }

    /// One request to one URL, until its head is here and noted.
    fn send(&mut self, url: &Url, method: &str, additions: Additions<'_>) -> Result<Opened, Setback> {
        let exchange = &mut self.exchange;
        exchange.backend = self.lane.transfer.backend(url)?.name();
        exchange.requested_at = Timestamp::now();
        if exchange.attempts == 1 && exchange.head.is_none() {
            exchange.started_at = exchange.requested_at;
        }
        exchange.interim.clear();
        let opened = self.lane.open(url, method, additions, &mut exchange.interim, None)?;
        exchange.received_at = Timestamp::now();
        exchange.resolved_url = Some(url.clone());
        method.clone_into(&mut exchange.method);
        exchange.head = Some(opened.head.clone());
        exchange.tls_verified = opened.tls.then_some(!self.lane.options.tls.insecure);
        exchange.length_verified = opened.framing != Framing::Unframed;
        Ok(opened)
    }
}

/// Whether the URL is for HTTP, with or without TLS.
pub(super) fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Sends a call and waits for the head of its response.
fn wait_for_head(
    backend: &dyn Backend,
    call: Call,
    connect_timeout: Duration,
    limits: Limits<'_>,
    sent: &AtomicU64,
    interim: &mut Vec<Head>,
) -> Result<Opened, Setback> {
    if limits.deadline.is_some_and(|d| Instant::now() >= d) {
        return Err(Setback::lasting(receive::total_timeout()));
    }
    let arrival = backend.start(call, connect_timeout);
    let mut last = Instant::now();
    let mut seen = 0;
    loop {
        limits.check_cancelled()?;
        match arrival.next(limits.until(last)) {
            Ok(Signal::Head { head, framing, tls }) => return Ok(Opened { arrival, head, framing, tls }),
            Ok(Signal::Interim(head)) => {
                judge::check_limits(&head)?;
                interim.push(head);
                if interim.len() > judge::MOST_INTERIM {
                    let why = format!("more than {} interim responses", judge::MOST_INTERIM);
                    return Err(Error::new(Kind::Network, "head_too_large", why).into());
                }
            }
            Ok(Signal::Failed(wire)) => return Err(wire.into()),
            Ok(Signal::Data(_) | Signal::End) => {
                return Err(Error::new(Kind::Other, "backend", "the backend sent a body without a head").into());
            }
            Err(Waited::TooLong) => {
                // A body that is still being sent is no stall.
                let now_sent = sent.load(Ordering::Relaxed);
                if limits.is_stopped() {
                    return Err(Error::new(Kind::Interrupted, "stopped", "not wanted any more").into());
                }
                if now_sent != seen {
                    (seen, last) = (now_sent, Instant::now());
                }
                if limits.is_over(last) {
                    return Err(limits.exceeded("no complete response head arrived"));
                }
            }
        }
    }
}

/// Takes a small body that nobody wants, so that the connection can be used again; a large one is cut off.
pub(super) fn drain(arrival: &Arrival, deadline: Option<Instant>) {
    let until = Instant::now() + DRAINED_WITHIN;
    let until = deadline.map_or(until, |d| d.min(until));
    let mut bytes = 0;
    while let Ok(Signal::Data(data)) = arrival.next(until) {
        bytes += data.len();
        if bytes > DRAINED_BYTES {
            return;
        }
    }
}
