//! One file a subcommand: plain values in, outcome out.

pub(crate) mod artifact_share;
pub(crate) mod blob;
pub(crate) mod cache_cat;
pub(crate) mod cache_clean;
pub(crate) mod cache_create;
pub(crate) mod cache_key;
pub(crate) mod cache_ls;
pub(crate) mod cache_set;
pub(crate) mod cache_share;
pub(crate) mod cache_show;
pub(crate) mod cache_stats;
pub(crate) mod cache_transport;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod fetch;
mod fetch_outcome;
mod fetch_renewal;
pub(crate) mod kv_read;
pub(crate) mod kv_write;
pub(crate) mod man;
pub(crate) mod manifest;
pub(crate) mod run;
pub(crate) mod version;

use super::Session;
use dl::error::Result;

/// What a command does; the result is its exit code.
pub(crate) type Run = fn(&Session<'_>) -> Result<u8>;
