//! A descriptor in, a usable file out: look up, judge, fetch, verify, commit, deliver.

pub mod report;
pub mod task;

use crate::error::Result;
use crate::event::Listener;
use crate::secret::Secrets;
use report::Report;
use std::time::Duration;
use task::Task;

/// How the manager works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the cache is and how it is opened; `None`: there is none.
    pub cache: Option<CacheOptions>,
    /// How many tasks run at once.
    pub jobs: usize,
    /// How long another process's fetch of the same is waited for; `None`: as long as it grows.
    pub join_timeout: Option<Duration>,
    /// What is secret.
    pub secrets: Secrets,
    /// The first failure in time ends the others.
    pub fail_fast: bool,
    /// Decide and tell, but ask and write nothing.
    pub dry_run: bool,
}

/// Takes tasks, gives reports.
#[derive(Debug)]
pub struct Manager {
    options: Options,
}

/// Where the cache is (stands in for `cache::Options` until that is there).
#[derive(Debug, Clone)]
pub struct CacheOptions {
    /// The folder.
    pub folder: std::path::PathBuf,
    /// Shared by a group.
    pub multi_user: bool,
    /// How long short locks are waited for.
    pub lock_timeout: Duration,
}

impl Manager {
    /// A manager. The cache is opened by the first task that needs it.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options }
    }

    /// Does all tasks, at most `jobs` at once. `listener(i)` hears what happens to task `i`; `done(i, report)` is
    /// called in the order of the tasks, each as soon as it and all before it are done.
    pub fn run(
        &self,
        _tasks: &[Task],
        _listener: &(dyn Fn(usize) -> Box<dyn Listener> + Sync),
        _done: &mut dyn FnMut(usize, Report),
    ) -> Result<()> {
        let _ = &self.options;
        unimplemented!()
    }
}
