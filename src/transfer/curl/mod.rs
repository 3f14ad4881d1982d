//! The libcurl backend: http, https, ftp and ftps by one thread that owns libcurl, and `file:`.
//!
//! Everything that libcurl would decide by itself is switched off: redirects, cookies, netrc, the environment's
//! proxies, content decoding, `Expect`, default fields. What cannot be changed:
//!
//! - It sends a request again, unseen, when a connection that it used before dies before the first byte. So only
//!   methods that may be repeated are sent on used connections.
//! - On HTTP/2 a slow receiver may leave up to 10 MiB a stream in memory (its window), elsewhere about 2 MiB.
//! - It honours `SSLKEYLOGFILE`.

mod driver;
mod file;
mod handler;
mod head;
mod outbox;
mod raw;
mod setup;
#[cfg(test)]
mod tests;
mod trust;
mod wire;

use crate::error::Result;
use crate::transfer::backend::{Arrival, Backend, Call, Cancel, Signal, WireError};
use crate::transfer::job::Options;
use driver::{Command, Control, Start};
use setup::{Connecting, Settings};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The libcurl backend. Cheap to make: its thread starts with the first request. When it is dropped, requests that
/// are on their way are still brought to their end.
pub struct Curl {
    settings: Arc<Settings>,
    control: Mutex<Option<Control>>,
    tokens: AtomicUsize,
}

impl Curl {
    /// A backend with these options.
    ///
    /// # Errors
    /// A usage error for a client certificate without its key, or the reverse.
    pub fn new(options: &Options) -> Result<Self> {
        trust::check(&options.tls)?;
        let settings = Arc::new(Settings::new(options));
        Ok(Self { settings, control: Mutex::new(None), tokens: AtomicUsize::new(0) })
    }

    fn control(&self) -> Result<Control> {
        let mut control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        match &*control {
            Some(running) => Ok(running.clone()),
            None => Ok(control.insert(driver::spawn(Arc::clone(&self.settings))?).clone()),
        }
    }
}

/// Hands a request to the driver, if need be by way of a thread that looks a name up before.
fn begin(control: &Control, mut start: Box<Start>, undecided: Option<String>) {
    let Some(name) = undecided else { return control.send(Command::Start(start)) };
    let control = control.clone();
    let decide = move || {
        start.connecting.family = driver::first_family(&name);
        // A receiver that went meanwhile could not be told to the driver.
        if !start.channel.is_disconnected() {
            control.send(Command::Start(start));
        }
    };
    // Without a thread the channel closes, which the receiver sees.
    let _ = std::thread::Builder::new().name("dl-resolve".to_owned()).spawn(decide);
}

impl Backend for Curl {
    fn name(&self) -> &'static str {
        "curl"
    }

    fn start(&self, call: Call, connect_timeout: Duration) -> Arrival {
        let (channel, signals) = driver::channel();
        if call.url.scheme() == "file" {
            file::start(call, channel);
            // Its thread notices by itself that nobody receives.
            return Arrival::new(signals, Cancel::new(|| {}));
        }
        match self.control() {
            Ok(control) => {
                let token = self.tokens.fetch_add(1, Ordering::Relaxed);
                let undecided = self.settings.undecided_name(&call);
                let family = undecided.as_ref().and_then(|name| self.settings.pinned_family(name, &call));
                let undecided = undecided.filter(|_| family.is_none());
                let connecting = Connecting { timeout: connect_timeout, family };
                let start = Box::new(Start { token, call, connecting, channel });
                begin(&control, start, undecided);
                Arrival::new(signals, Cancel::new(move || control.send(Command::Cancel(token))))
            }
            Err(error) => {
                // The channel is new and empty.
                let _ = channel.try_send(Signal::Failed(WireError { error, unsent: true, transient: false }));
                Arrival::new(signals, Cancel::new(|| {}))
            }
        }
    }
}

impl Drop for Curl {
    fn drop(&mut self) {
        if let Some(control) = self.control.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            control.send(Command::Quit);
        }
    }
}

impl std::fmt::Debug for Curl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Curl").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The versions of libcurl and of what it is built with, in one line.
#[must_use]
pub fn version() -> String {
    let version = ::curl::Version::get();
    let mut all = vec![format!("libcurl/{}", version.version())];
    all.extend(version.ssl_version().map(str::to_owned));
    all.extend(version.nghttp2_version().map(|v| format!("nghttp2/{v}")));
    all.extend(version.libz_version().map(|v| format!("zlib/{v}")));
    all.join(" ")
}
