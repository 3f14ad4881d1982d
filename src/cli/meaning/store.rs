//! Which key-value store is meant, and how it is opened.

use crate::cli::Session;
use crate::cli::args::Global;
use crate::cli::args::kv::Which;
use crate::cli::meaning::travel;
use crate::cli::output::Output;
use crate::cli::settings::{Layers, Setting, fold};
use clap::FromArgMatches;
use dl::error::{Error, Result};
use dl::event::{Event, Listener};
use dl::kv::open::{Options, open};
use dl::kv::store::Store;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

/// Warnings of a store go to the printer.
struct Told(Arc<Output>);

impl Listener for Told {
    fn event(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.0.warn(&text);
        }
    }
}

/// What was typed of a command, with variables and config file below it.
///
/// # Errors
/// Usage, naming where the bad setting stands.
pub(crate) fn args<T: FromArgMatches>(session: &Session<'_>) -> Result<T> {
    let layers: Layers = session.layers()?;
    let all: [&[Setting]; 2] = [&layers.environment, &layers.file];
    let folded = fold(&session.typed, &all)?;
    T::from_arg_matches(&folded.matches).map_err(|e| Error::usage(e.to_string()))
}

/// Opens the store; nothing is connected yet. The printer follows the options from here on.
///
/// # Errors
/// Usage: no store is named, or its URL is wrong; network (`offline`).
pub(crate) fn store(session: &Session<'_>, which: &Which, global: &Global) -> Result<Store> {
    session.adopt(global, false);
    let Some(url) = which.store.as_deref().filter(|url| !url.is_empty()) else {
        return Err(Error::usage("no store is named")
            .hint("--store URL, DL_KV_STORE, or `store` below `[kv]` in the config file"));
    };
    let store = open(url, &options(session, which, global)?)?;
    Ok(match &which.prefix {
        Some(prefix) => store.with_prefix(prefix.as_bytes()),
        None => store,
    })
}

fn options(session: &Session<'_>, which: &Which, global: &Global) -> Result<Options> {
    let around = surroundings(session, which.cacert.as_deref(), global)?;
    Ok(Options {
        connect_timeout: which.connect_timeout.unwrap_or(around.connect_timeout),
        answer_timeout: which.stall_timeout.unwrap_or(around.answer_timeout),
        threshold: which.threshold.map(u64::from),
        ..around
    })
}

/// What a store is given of the world around it, whatever it is for.
///
/// # Errors
/// Usage: a file of certificates that is missing or wrong.
pub(crate) fn surroundings(session: &Session<'_>, cacert: Option<&Path>, global: &Global) -> Result<Options> {
    let defaults = Options::default();
    let tls = travel::roots(cacert, session.context)?;
    Ok(Options {
        lock_timeout: global.lock_timeout.unwrap_or(defaults.lock_timeout),
        offline: global.offline,
        environment: session.context.services(),
        roots: Arc::new(move || dl::transfer::roots_pem(&tls)),
        listener: Arc::new(Told(Arc::clone(&session.output))),
        ..defaults
    })
}
