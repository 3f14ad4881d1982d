//! What was typed for `dl run`.

use super::{Global, values};
use clap::Parser;
use dl::run::terms::Method;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// `dl run`.
#[derive(Debug, Clone, Parser)]
#[command(name = "run", override_usage = "dl run [OPTIONS] [--] COMMAND [ARG]...")]
pub(crate) struct Run {
    /// The command and its arguments: begins at the first word that is no option
    #[arg(value_name = "COMMAND", trailing_var_arg = true)]
    pub(crate) words: Vec<OsString>,
    /// A file, folder or glob: run again when its bytes change
    #[arg(long, value_name = "PATH", help_heading = "What it depends on")]
    pub(crate) dep: Vec<PathBuf>,
    /// Several of them, up to the next option or --
    #[arg(long, value_name = "PATH", num_args = 0.., action = clap::ArgAction::Append, help_heading = "What it depends on")]
    pub(crate) dependencies: Vec<PathBuf>,
    /// What is no part of a folder or glob (outputs and .git never are)
    #[arg(long, value_name = "GLOB", help_heading = "What it depends on")]
    pub(crate) dep_exclude: Vec<String>,
    /// A variable whose value counts
    #[arg(long, value_name = "NAME", help_heading = "What it depends on")]
    pub(crate) env: Vec<OsString>,
    /// The command gets only the variables of --env
    #[arg(long, help_heading = "What it depends on")]
    pub(crate) env_clear: bool,
    /// The command gets standard input, and its bytes count (otherwise it is empty)
    #[arg(long, help_heading = "What it depends on")]
    pub(crate) stdin: bool,
    /// The working directory does not count
    #[arg(long, help_heading = "What it depends on")]
    pub(crate) ignore_cwd: bool,
    /// How a change is found: hash or mtime (hash, which reads only what has another size, time or inode)
    #[arg(long, value_name = "HOW", value_parser = values::method(), help_heading = "What it depends on")]
    pub(crate) method: Option<Method>,
    /// The same as --method hash
    #[arg(long, help_heading = "What it depends on")]
    pub(crate) use_hashes: bool,
    /// A file or folder that it makes: kept, and restored when missing or changed
    #[arg(long, value_name = "PATH", help_heading = "What it makes")]
    pub(crate) output: Vec<PathBuf>,
    /// Files that it makes: not kept; run again when one is missing
    #[arg(long, value_name = "PATH", num_args = 0.., action = clap::ArgAction::Append, help_heading = "What it makes")]
    pub(crate) output_files: Vec<PathBuf>,
    /// Run again when the record is older
    #[arg(long, value_name = "DUR", value_parser = values::duration, help_heading = "How old it may be")]
    pub(crate) ttl: Option<Duration>,
    /// For so long after that replay it, and renew it in the background
    #[arg(long, value_name = "DUR", value_parser = values::duration, help_heading = "How old it may be")]
    pub(crate) stale: Option<Duration>,
    /// Run it in any case
    #[arg(long, help_heading = "How old it may be")]
    pub(crate) refresh: bool,
    /// Store and replay a failing run too
    #[arg(long, help_heading = "How old it may be")]
    pub(crate) cache_failures: bool,
    /// For other machines too: the working directory does not count
    #[arg(long, help_heading = "Where it is kept")]
    pub(crate) share: bool,
    /// The same as --cache-dir
    #[arg(long, value_name = "DIR", help_heading = "Where it is kept")]
    pub(crate) stamp_directory: Option<PathBuf>,
    /// Run nothing: 0 if up to date, 11 with the reason if not
    #[arg(long, help_heading = "What it tells")]
    pub(crate) check: bool,
    /// Tell what was decided, and which input changed
    #[arg(long, help_heading = "What it tells")]
    pub(crate) explain: bool,
    /// What came of it as JSON, to a file
    #[arg(long, value_name = "FILE", help_heading = "What it tells")]
    pub(crate) meta: Option<PathBuf>,
    /// Renews a record that is too old, unless that is being done
    #[arg(long, hide = true)]
    pub(crate) renew: bool,
    #[command(flatten)]
    pub(crate) global: Global,
}
