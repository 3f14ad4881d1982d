//! The one thread that owns libcurl: takes requests, drives them all, and tells what comes.
//!
//! It sleeps in `curl_multi_poll` until a socket is ready, a request comes or goes, or a receiver that was too slow
//! has taken a signal. A request whose receiver is slow is paused: libcurl then stops reading its socket.

use super::handler::Handler;
use super::outbox::{CHANNEL_SIGNALS, Outbox};
use super::setup::{self, Connecting, Settings};
use super::trust::Trust;
use super::wire::{self, Asked, Ended};
use crate::error::{Error, Kind};
use crate::transfer::backend::{Call, Signal, WireError};
use crate::transfer::job::IpFamily;
use ::curl::easy::Easy2;
use ::curl::multi::{Easy2Handle, Multi, MultiWaker};
use std::collections::HashMap;
use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Duration;

/// Connections to one host at a time. The transfer above decides how many are sensible; this stops accidents only,
/// for a request that waits here for a connection runs into its own time limits.
const MAX_HOST_CONNECTIONS: usize = 64;
/// Idle connections that are kept.
const MAX_IDLE_CONNECTIONS: usize = 64;
/// Streams on one HTTP/2 connection.
const MAX_STREAMS: usize = 100;
/// The thread looks around at least that often, to close what is idle for too long.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// How long a second opinion on an unknown host is waited for.
const RESOLVE_AGAIN: Duration = Duration::from_secs(2);

/// What the thread is told.
pub(super) enum Command {
    /// Begin a request.
    Start(Box<Start>),
    /// A receiver has taken a signal.
    Room(usize),
    /// A receiver is gone.
    Cancel(usize),
    /// Finish what runs, take nothing new, end.
    Quit,
}

/// A request to begin.
pub(super) struct Start {
    /// Names it.
    pub(super) token: usize,
    /// What to ask.
    pub(super) call: Call,
    /// How the connection is made.
    pub(super) connecting: Connecting,
    /// Where signals go.
    pub(super) channel: flume::Sender<Signal>,
}

/// The way to the thread.
#[derive(Clone)]
pub(super) struct Control {
    commands: flume::Sender<Command>,
    waker: MultiWaker,
}

impl Control {
    /// Tells the thread and wakes it.
    pub(super) fn send(&self, command: Command) {
        // Both fail only when the thread is gone, and then all its channels are closed, which receivers see.
        let _ = self.commands.send(command);
        let _ = self.waker.wakeup();
    }
}

/// Wakes the thread when there is room in a channel.
struct Room {
    token: usize,
    control: Control,
}

impl Wake for Room {
    fn wake(self: Arc<Self>) {
        self.control.send(Command::Room(self.token));
    }
}

/// A channel for one request.
pub(super) fn channel() -> (flume::Sender<Signal>, flume::Receiver<Signal>) {
    flume::bounded(CHANNEL_SIGNALS)
}

/// Starts the thread.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn spawn(settings: Arc<Settings>) -> Result<Control, Error> {
    let failed =
        |why: String| Error::new(Kind::Other, "backend", "cannot start the thread of the curl backend").cause(why);
    let (commands, receiver) = flume::unbounded();
    let (ready, waker) = flume::bounded(1);
    let sender = commands.clone();
    std::thread::Builder::new()
        .name("dl-curl".to_owned())
        .spawn(move || {
            let mut multi = Multi::new();
            // A libcurl that does not know one of these works without it.
            let _ = multi.pipelining(false, true);
            let _ = multi.set_max_host_connections(MAX_HOST_CONNECTIONS);
            let _ = multi.set_max_connects(MAX_IDLE_CONNECTIONS);
            let _ = multi.set_max_concurrent_streams(MAX_STREAMS);
            let control = Control { commands: sender, waker: multi.waker() };
            if ready.send(control.waker.clone()).is_ok() {
                Driver {
                    active: HashMap::new(),
                    draining: HashMap::new(),
                    multi,
                    control,
                    receiver,
                    settings,
                    trust: None,
                    quitting: false,
                }
                .run();
            }
        })
        .map_err(|e| failed(e.to_string()))?;
    let waker = waker.recv().map_err(|_| failed("it ended at once".to_owned()))?;
    Ok(Control { commands, waker })
}

struct Active {
    handle: Easy2Handle<Handler>,
    asked: Asked,
}

struct Driver {
    // Before `multi`, so that handles leave it first.
    active: HashMap<usize, Active>,
    draining: HashMap<usize, Outbox>,
    multi: Multi,
    control: Control,
    receiver: flume::Receiver<Command>,
    settings: Arc<Settings>,
    trust: Option<Arc<Trust>>,
    quitting: bool,
}

impl Driver {
    fn run(mut self) {
        loop {
            while let Ok(command) = self.receiver.try_recv() {
                self.take(command);
            }
            // Errors here are libcurl's own misuse checks; the requests tell theirs by messages.
            let _ = self.multi.perform();
            self.finish_done();
            self.flush_all();
            if self.quitting && self.active.is_empty() && self.draining.is_empty() {
                return;
            }
            if self.receiver.is_empty() && self.multi.poll(&mut [], LONGEST_SLEEP).is_err() {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Start(start) => self.start(*start),
            Command::Room(token) => {
                if let Some(active) = self.active.get_mut(&token) {
                    resume(active);
                } else if let Some(outbox) = self.draining.remove(&token) {
                    self.drain(token, outbox);
                }
            }
            Command::Cancel(token) => {
                self.draining.remove(&token);
                self.active.remove(&token);
            }
            Command::Quit => self.quitting = true,
        }
    }

    fn start(&mut self, start: Start) {
        let Start { token, call, connecting, channel } = start;
        let waker = Waker::from(Arc::new(Room { token, control: self.control.clone() }));
        let mut outbox = Outbox::new(channel, waker);
        match self.begin(token, &call, connecting) {
            Ok(mut handle) => {
                handle.get_mut().set_outbox(outbox);
                let asked = Asked::new(&call, connecting.timeout);
                self.active.insert(token, Active { handle, asked });
            }
            Err(error) => {
                outbox.push(Signal::Failed(WireError { error, unsent: true, transient: false }));
                self.drain(token, outbox);
            }
        }
    }

    fn begin(&mut self, token: usize, call: &Call, connecting: Connecting) -> Result<Easy2Handle<Handler>, Error> {
        let needs_trust = setup::needs_trust(call);
        if needs_trust && self.trust.is_none() {
            self.trust = Some(Arc::new(Trust::load(&self.settings.tls)?));
        }
        let easy = setup::prepare(call, &self.settings, self.trust.as_ref().filter(|_| needs_trust), connecting)?;
        let refused = |why: &str| Error::new(Kind::Other, "libcurl", "libcurl did not take the request").cause(why);
        let mut handle = self.multi.add2(easy).map_err(|e| refused(e.description()))?;
        handle.set_token(token).map_err(|e| refused(e.description()))?;
        Ok(handle)
    }

    fn drain(&mut self, token: usize, mut outbox: Outbox) {
        if !outbox.flush() {
            self.draining.insert(token, outbox);
        }
    }

    /// Takes the requests that ended out of libcurl.
    fn finish_done(&mut self) {
        let mut done = Vec::new();
        self.multi.messages(|message| {
            let Ok(token) = message.token() else { return };
            let Some(active) = self.active.get(&token) else { return };
            if let Some(result) = message.result_for2(&active.handle) {
                done.push((token, result));
            }
        });
        for (token, result) in done {
            if let Some(active) = self.active.remove(&token) {
                self.finish(token, active, result);
            }
        }
    }

    fn finish(&mut self, token: usize, active: Active, result: Result<(), ::curl::Error>) {
        let Active { handle, asked } = active;
        let Ok(mut easy) = self.multi.remove2(handle) else { return };
        if result.is_ok() {
            easy.get_mut().ensure_ftp_head(true);
        }
        let Some(mut outbox) = easy.get_mut().take_outbox() else { return };
        let signal = match result {
            Ok(()) => ending(&mut easy, &asked),
            Err(error) => {
                let ended = ended(&easy, &error);
                if ended.code == curl_sys::CURLE_COULDNT_RESOLVE_HOST && !ended.after_head {
                    look_again(asked, ended, outbox.channel(), self.settings.one_family());
                    return;
                }
                let refused = easy.get_mut().take_refusal();
                Signal::Failed(refused.map_or_else(|| asked.failure(&ended), wire::refusal))
            }
        };
        outbox.push(signal);
        self.drain(token, outbox);
    }

    /// Sends what the callbacks have gathered.
    fn flush_all(&mut self) {
        let mut gone = Vec::new();
        for (token, active) in &mut self.active {
            resume(active);
            if active.handle.get_ref().is_gone() {
                gone.push(*token);
            }
        }
        for token in gone {
            self.active.remove(&token);
        }
    }
}

/// Sends what waits, and lets libcurl go on if it was paused for that.
fn resume(active: &mut Active) {
    if active.handle.get_mut().flush() {
        // The write callback runs within this call, and may pause again. An error comes as a message.
        let _ = active.handle.unpause_write();
    }
}

/// The last signal of a request that libcurl calls done.
fn ending(easy: &mut Easy2<Handler>, asked: &Asked) -> Signal {
    let handler = easy.get_mut();
    if !handler.is_head_sent() {
        let ended = Ended {
            code: curl_sys::CURLE_GOT_NOTHING,
            text: String::new(),
            after_head: false,
            connected: true,
            sent: true,
            response: 0,
            connect_response: 0,
        };
        return Signal::Failed(asked.failure(&ended));
    }
    match handler.missing() {
        None => Signal::End,
        Some((expected, found)) => {
            let error = wire::truncated(asked.host()).cause(format!("expected {expected} bytes, found {found}"));
            Signal::Failed(WireError { error, unsent: false, transient: true })
        }
    }
}

fn ended(easy: &Easy2<Handler>, error: &::curl::Error) -> Ended {
    Ended {
        code: error.code(),
        text: error.extra_description().unwrap_or_else(|| error.description()).trim().to_owned(),
        after_head: easy.get_ref().is_head_sent(),
        connected: easy.get_ref().has_begun(),
        sent: easy.request_size().is_ok_and(|s| s > 0),
        response: easy.response_code().ok().and_then(|c| u16::try_from(c).ok()).unwrap_or(0),
        connect_response: easy.http_connectcode().ok().and_then(|c| u16::try_from(c).ok()).unwrap_or(0),
    }
}

/// The family of the address that the system would take first; `None` where it knows none.
pub(super) fn first_family(host: &str) -> Option<IpFamily> {
    (host, 0).to_socket_addrs().ok()?.next().map(|address| setup::family_of(&address.ip()))
}

/// A name that was not found: libcurl does not tell whether it does not exist, or nobody could say. So it is asked
/// for once more, on a thread of its own, and the answer decides whether another try could help.
fn look_again(asked: Asked, ended: Ended, channel: flume::Sender<Signal>, one_family: bool) {
    let (found, answer) = flume::bounded(1);
    let host = asked.host().to_owned();
    let tell = move || {
        let lookup = std::thread::Builder::new().spawn(move || found.send(does_not_exist(&host, one_family)));
        let unknown = lookup.is_ok() && answer.recv_timeout(RESOLVE_AGAIN).unwrap_or(false);
        let wire = asked.failure(&ended);
        let wire = WireError { transient: !unknown, ..wire };
        // A receiver that is gone needs no answer.
        let _ = channel.try_send(Signal::Failed(wire));
    };
    // Without a thread the channel closes, which the receiver sees too.
    let _ = std::thread::Builder::new().name("dl-resolve".to_owned()).spawn(tell);
}

/// Whether the resolver is sure that there is no such name (or, if only one family may be used, no such address).
fn does_not_exist(host: &str, one_family: bool) -> bool {
    // The words of glibc, musl and macOS for EAI_NONAME and EAI_NODATA; std gives the words only.
    const SURE: [&str; 4] = ["not known", "does not resolve", "No address associated", "no usable address"];
    match (host, 0).to_socket_addrs() {
        Ok(_) => one_family,
        Err(error) => SURE.iter().any(|words| error.to_string().contains(words)),
    }
}
