//! Moving a cache: one tar file that holds its items and their contents.
//!
//! ```text
//! dl-cache-export.jsonl   a line that says what this is, then a line an item: its row, download and attributes;
//!                         of a whole cache also a line a content that a user keeps: its digest, and what it refers to
//! blobs/sha256/HEX        each content once
//! end                     the SHA-256 of the first file
//! ```
//! Every content is hashed as it comes in, and the list is checked against the end. Rows are written last, in one transaction: of an
//! export that is damaged or cut off, nothing is taken. What is being written (WRITE, UNINITIALIZED) belongs to processes of one
//! machine and does not travel.

pub(crate) mod export;
mod held;
pub(crate) mod import;
pub mod line;
mod rows;

/// The first file of an export.
const MANIFEST: &str = "dl-cache-export.jsonl";
/// Where contents are.
const BLOBS: &str = "blobs/sha256/";
/// The last file.
const END: &str = "end";
/// What the first line says.
const KIND: &str = "dl-cache-export";
/// The version of the form.
const SCHEMA: i64 = 1;
/// The longest line of the list; one that is longer is not ours.
const LINE_LIMIT_BYTES: usize = 64 << 20;

/// What was exported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// How many items.
    pub items: u64,
    /// How many contents.
    pub blobs: u64,
    /// How many bytes the contents have.
    pub bytes: u64,
    /// How many items were left out because they were fetched with a credential.
    pub private: u64,
    /// How many items were left out because they are being written.
    pub unfinished: u64,
}

/// What was imported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// How many items are new here.
    pub items: u64,
    /// How many were here already.
    pub known: u64,
    /// How many contents were read.
    pub blobs: u64,
    /// How many bytes they have.
    pub bytes: u64,
}
