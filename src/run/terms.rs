//! Under which terms a record may be replayed: what a run depends on, what it makes, how old it may be.

use std::path::PathBuf;
use std::time::Duration;

/// How it is found out whether a dependency changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// By its bytes. What has the size, time and inode that it had is not read again.
    #[default]
    Hash,
    /// By its size and time alone.
    Mtime,
}

/// What a run depends on, what it makes, and when its record may be replayed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Files, folders and patterns, as typed. While one is not there, the record is out of date.
    pub dependencies: Vec<PathBuf>,
    /// Patterns of what is no part of a folder or a pattern. Outputs and `.git` never are.
    pub exclude: Vec<String>,
    /// Files and folders that are kept with the record, and restored where they are missing or changed.
    pub outputs: Vec<PathBuf>,
    /// Files that must be there, or it is run again. They are not kept.
    pub output_files: Vec<PathBuf>,
    /// How it is found out whether a dependency changed.
    pub method: Method,
    /// How old a record may be; `None`: any age.
    pub ttl: Option<Duration>,
    /// For so long after that it is replayed once more, and is to be renewed.
    pub stale: Option<Duration>,
    /// Whether a failing run is stored and replayed.
    pub cache_failures: bool,
    /// Whether it is run in any case.
    pub refresh: bool,
    /// Whether records are neither read nor made.
    pub disabled: bool,
}

impl Terms {
    /// Whether nothing can put a record out of date.
    #[must_use]
    pub fn is_for_ever(&self) -> bool {
        self.dependencies.is_empty() && self.ttl.is_none()
    }
}
