//! What was typed: the options of `dl kv`.

use super::{Global, values};
use clap::{Args, Parser};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Which store, and how it is reached.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which store")]
pub(crate) struct Which {
    /// Its URL: `file:DIR`, `sqlite:FILE`, `redis://HOST/DB` (rediss, valkey), `unix:SOCKET`, `memcached://HOST`,
    /// `dynamodb://TABLE`, `mongodb://HOST/DB/COLLECTION`, `s3://BUCKET/PREFIX`, `https://HOST/PATH` (read-only), `memory:`,
    /// `null:`
    #[arg(long, value_name = "URL")]
    pub(crate) store: Option<String>,
    /// Stands in front of every key; other keys are neither seen nor touched
    #[arg(long, value_name = "TEXT")]
    pub(crate) prefix: Option<OsString>,
    /// At most so many entries (memory, file, sqlite): what expired, then what is oldest goes
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub(crate) threshold: Option<u32>,
    /// Until a connection stands (10s)
    #[arg(long, value_name = "DUR", value_parser = values::limit)]
    pub(crate) connect_timeout: Option<Duration>,
    /// Without a byte of an answer (30s)
    #[arg(long, value_name = "DUR", value_parser = values::limit)]
    pub(crate) stall_timeout: Option<Duration>,
    /// CA certificates (PEM) in place of the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
}

/// How long what is written lives.
#[derive(Debug, Clone, Args)]
pub(crate) struct Live {
    /// Expires after this (0: never)
    #[arg(long, value_name = "DUR", value_parser = values::duration)]
    pub(crate) ttl: Option<Duration>,
}

/// Keys from the command line or a file.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_field_names, reason = "the fields are the options' names")]
pub(crate) struct Keys {
    /// Keys, any bytes
    #[arg(value_name = "KEY")]
    pub(crate) key: Vec<OsString>,
    /// Keys from a file (- is stdin), one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) keys_from: Option<PathBuf>,
    /// They end with a NUL each, not with a line end
    #[arg(short = '0', long)]
    pub(crate) null: bool,
}

/// `dl kv get`, `has`, `stat`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct OfKey {
    /// The key, any bytes
    #[arg(value_name = "KEY")]
    pub(crate) key: Option<OsString>,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl kv get-many`, `del`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct OfKeys {
    #[command(flatten)]
    pub(crate) keys: Keys,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl kv set`, `add`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Set {
    /// The key, any bytes
    #[arg(value_name = "KEY")]
    pub(crate) key: Option<OsString>,
    /// The value; @FILE and - (stdin) are read
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) value: Option<OsString>,
    /// VALUE as it stands: @ and - mean nothing
    #[arg(long)]
    pub(crate) literal: bool,
    #[command(flatten)]
    pub(crate) live: Live,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl kv set-many`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct SetMany {
    /// Keys and values; - reads lines `{"key":…,"value":…,"ttl":…}` from stdin
    #[arg(value_name = "K=V")]
    pub(crate) pair: Vec<OsString>,
    #[command(flatten)]
    pub(crate) live: Live,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl kv inc`, `dec`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Count {
    /// The key, any bytes
    #[arg(value_name = "KEY")]
    pub(crate) key: Option<OsString>,
    /// By how much (1)
    #[arg(value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(i64))]
    pub(crate) by: Option<i64>,
    #[command(flatten)]
    pub(crate) live: Live,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl kv ls`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Ls {
    /// Sizes and expiries too, tab-separated
    #[arg(short, long)]
    pub(crate) long: bool,
    /// A NUL ends each key, not a line end
    #[arg(short = '0', long)]
    pub(crate) null: bool,
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl kv count`, `clear`, `ping`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Whole {
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) global: Global,
}
