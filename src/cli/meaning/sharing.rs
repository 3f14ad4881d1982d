//! Which shared store is meant, and what it is used for.

use crate::cli::Session;
use crate::cli::args::Global;
use crate::cli::meaning::store::surroundings;
use crate::cli::settings::Layers;
use dl::error::{Error, Result};
use dl::secret::Secret;
use dl::shared::{Mode, Options, Shared};
use std::sync::Arc;

/// The shared store; nothing is connected yet. `None`: there is none, or it is over the network and there is to be none.
///
/// # Errors
/// Usage: its URL is wrong; private items are to be shared without a secret.
pub(crate) fn shared(session: &Session<'_>, global: &Global, layers: &Layers) -> Result<Option<Arc<Shared>>> {
    open(session, global, layers, global.shared_mode.unwrap_or_default())
}

/// The shared store for a command that is about it, under any mode.
///
/// # Errors
/// As [`shared`]; usage: none is named.
pub(crate) fn needed(session: &Session<'_>, global: &Global, layers: &Layers) -> Result<Arc<Shared>> {
    if url(global).is_none() {
        return Err(Error::usage("no shared store is named")
            .hint("--shared URL, DL_SHARED, or `url` below `[shared]` in the config file"));
    }
    open(session, global, layers, Mode::ReadWrite)?.ok_or_else(|| {
        Error::new(dl::error::Kind::Network, "offline", "the shared store is over the network, and --offline was said")
    })
}

fn url(global: &Global) -> Option<&str> {
    global.shared.as_deref().filter(|url| !url.is_empty() && !global.no_shared)
}

fn open(session: &Session<'_>, global: &Global, layers: &Layers, mode: Mode) -> Result<Option<Arc<Shared>>> {
    let Some(url) = url(global) else { return Ok(None) };
    let options = Options {
        url: Secret::new(url),
        mode,
        secret: layers.agreed.secret.clone(),
        private: layers.agreed.private,
        store: surroundings(session, None, global)?,
    };
    let opened = Shared::open(&options).map_err(|e| e.context("the shared store cannot be used"))?;
    Ok(opened.map(Arc::new))
}
