//! Bytes over the wire: redirects, retries, mirrors, resume and segments, above two thin backends.
pub mod backend;
pub mod curl;
pub mod job;

use crate::error::Result;
use crate::event::Listener;
use crate::partial::Partial;
use job::{Exchange, Failed, Fetched, Job, Options};

/// Carries jobs; shares connections between them. Cheap to make: runtimes and TLS start with the first request.
#[derive(Debug)]
pub struct Transfer {
    options: Options,
}

impl Transfer {
    /// Nothing is started or read yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options }
    }

    /// Fetches into `partial`. Blocks; called from several threads at once.
    ///
    /// # Errors
    /// `Failed`, with the error of the last source tried.
    pub fn fetch(&self, _job: &Job, _partial: &mut Partial, _listener: &dyn Listener) -> Result<Fetched, Failed> {
        let _ = &self.options;
        unimplemented!()
    }

    /// Asks for the head only (HEAD), with redirects, retries and mirrors as for a fetch.
    ///
    /// # Errors
    /// As `fetch`.
    pub fn head(&self, _job: &Job, _listener: &dyn Listener) -> Result<Exchange, Failed> {
        unimplemented!()
    }
}
