//! Fetch files the way reproducible work needs them: cached, verified, recorded.
//!
//! Every file that `dl` hands out is an **item**: one version of something that a URI and parameters identify (its
//! **key**), whose bytes are a **blob** named by its SHA-256, with a row in a **registry** that says where it came from
//! and whether it may still be used. Start with [`manager`], which has an example that runs.
//!
//! # The map, in reading order
//!
//! | module | what lives there |
//! |---|---|
//! | [`manager`] | a descriptor in, a usable file out: look up, judge, fetch, verify, commit, deliver; `task` is what is wanted, `report` what came of it |
//! | [`manifest`] | self-describing artifacts under the hash of their content: classes, references, schemas, checkout |
//! | [`descriptor`] | what to ask for, the request it makes, and the key that names the answer, to the byte |
//! | [`cache`] | what we have: a row and its blob as one thing; `registry` (`SQLite`), `blobs` (content by digest), `commit`, `stand` (may it be given out), `recover`; `freshness` (RFC 9111, pure) and `response` (what it keeps) |
//! | [`shared`] | what one machine has, others need not fetch: signed records and blobs over a store |
//! | [`transfer`] | bytes over the wire: redirects, retries, mirrors, resume and segments, above two thin backends (`reqwest`, `curl`) |
//! | [`run`] | cached command runs: a command is run once, and replayed while nothing that it depends on has changed |
//! | [`archive`] | opening what was fetched: listing, streaming and safely unpacking gz, bz2, xz, zst, zip and tar |
//! | [`kv`] | one key-value interface over many stores: `driver` (the contract), a file for each engine, `store` (what they share), `open` (the one match) |
//! | [`partial`] | an unfinished file, its validators, its lock: lent by the cache, filled by the transfer |
//! | [`message`] | request and response heads: lossless fields, the one notion of a validator, ranges |
//! | [`event`] | what happens on the way, told to whoever draws it |
//! | [`config`], [`checksums`], [`attribute_text`], [`json`] | texts that people write, read: the config file, lists of checksums, attributes, strict JSON |
//! | `glob` | shell patterns over names and paths |
//! | [`http_date`] | the three forms of dates in HTTP |
//! | [`disk`] | files that appear whole or not at all, kernel locks, cheap copies |
//! | [`digest`], [`secret`], [`clock`], [`error`] | the leaves: digests in one pass, texts that cannot be printed, one form of time, one type of error |
//!
//! The binary adds `cli`, the face: `args` (what was typed), `meaning` (what is meant: tasks), `settings` (flag,
//! environment, host section, config file, in this order), `commands` (one file each), `output` (the only printer) and
//! `context` (the only reader of environment and home). It is a guest of this library: nothing here prints or reads the environment.
//!
//! # How `dl fetch URL` goes
//!
//! `cli/args` → `cli/meaning` → [`manager::task::Task`] → `manager::decide`: the destination or the newest stored
//! version answers (a *hit*: the calling thread, one query, one `stat`; no runtime, no TLS), or it must be *checked* or
//! *fetched*: `manager::ask` waits for its turn (`flight`: the lock of the partial is the lock of the fetch), lends the
//! partial to [`transfer`], which streams, hashes and proves; `cache::commit` gives the blob its name, then writes the row;
//! `manager::deliver` puts the bytes where they are wanted, `manager::unpack` what [`archive`] finds in them. Nothing travels up but
//! reports and events.
//!
//! With `--freshness http` the way is `manager::http`: hop by hop, what `cache::freshness` lets a stored response answer is
//! given, and what it does not is asked; what came is kept as a response, and as an item if the key names it.
//!
//! # What always holds
//!
//! * Arrows point down: `manager` alone joins [`cache`], [`transfer`] and [`archive`], which do not know each other, and `manifest`
//!   the first with the rooms of the last that move a tree into place; leaves know only leaves.
//! * A row is READY only after its blob is in place under its name; a name at a destination appears by rename, or not at all.
//! * Bytes are hashed once, in order, while they arrive. What is given out has the size, time and inode that it had when
//!   it was hashed, or is hashed again.
//! * Correctness rests on unique names, rename and one transaction. Locks only save work, and die with their process.
//! * Redirects, retries, credentials, proxies, decoding and limits are decided above the backends, so that these cannot drift.
//! * The rest of a file is added only under a strong validator that agrees; otherwise it begins anew.
//! * What comes from outside has a limit: heads, redirects, retries, waits, sizes. What is secret cannot be printed by its type.
//! * The rules of HTTP know no clock, socket or database; what they alone let be stored is seen by no other mode.
//! * The key of an item never changes between releases.

pub mod archive;
pub mod attribute_text;
pub mod cache;
pub mod checksums;
pub mod clock;
pub mod config;
pub mod descriptor;
pub mod digest;
pub mod disk;
pub mod error;
pub mod event;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod glob;
pub mod http_date;
pub mod json;
pub mod kv;
pub mod manager;
pub mod manifest;
pub mod message;
pub mod partial;
pub mod run;
pub mod secret;
pub mod shared;
pub mod transfer;

// The commands of the README are run by `tests/it/readme.rs`, its Rust by this.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
#[cfg(doctest)]
#[doc = include_str!("../docs/dlmachine.md")]
mod dlmachine {}
#[cfg(doctest)]
#[doc = include_str!("../docs/cachelib.md")]
mod cachelib {}
#[cfg(doctest)]
#[doc = include_str!("../docs/cache-manager.md")]
mod cache_manager {}
#[cfg(doctest)]
#[doc = include_str!("../docs/cas-manifest.md")]
mod cas_manifest {}
#[cfg(doctest)]
#[doc = include_str!("../docs/jobstamps.md")]
mod jobstamps {}
