//! What was typed: the options of `dl blob` and `dl manifest`.

use super::{Global, values};
use clap::Parser;
use dl::manager::task::IfExists;
use std::path::PathBuf;

/// `dl blob put`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct BlobPut {
    /// The files (- is stdin)
    #[arg(value_name = "FILE")]
    pub(crate) file: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl blob cat`, `dl blob stat`, `dl blob verify`, and commands on manifests that take hashes alone.
#[derive(Debug, Clone, Parser)]
pub(crate) struct OfHashes {
    /// `sha256:HEX`, bare hex, or a unique prefix (8 digits or more)
    #[arg(value_name = "HASH")]
    pub(crate) hash: Vec<String>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl blob path`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct BlobPath {
    /// `sha256:HEX`, bare hex, or a unique prefix (8 digits or more)
    #[arg(value_name = "HASH")]
    pub(crate) hash: Vec<String>,
    /// A path that ends in this name
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl blob ls`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct BlobLs {
    /// Sizes, and how often each is used
    #[arg(short, long)]
    pub(crate) long: bool,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl blob rm`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct BlobRm {
    /// `sha256:HEX`, bare hex, or a unique prefix (8 digits or more)
    #[arg(value_name = "HASH")]
    pub(crate) hash: Vec<String>,
    /// Also what an item or a manifest uses; such items become DELETED
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl manifest put`.
#[derive(Debug, Clone, Parser)]
#[command(next_help_heading = "What it says")]
pub(crate) struct ManifestPut {
    /// A whole manifest as JSON (- is stdin), in place of the options
    #[arg(value_name = "FILE")]
    pub(crate) whole: Option<PathBuf>,
    /// Its class
    #[arg(long, value_name = "NAME")]
    pub(crate) class: Option<String>,
    /// A field that is a text
    #[arg(long, value_name = "K=STRING", value_parser = values::pair)]
    pub(crate) set: Vec<(String, String)>,
    /// A field of any type (@FILE is read)
    #[arg(long, value_name = "K=JSON", value_parser = values::pair)]
    pub(crate) set_json: Vec<(String, String)>,
    /// A file, stored with it
    #[arg(long, value_name = "K=PATH", value_parser = values::pair)]
    pub(crate) file: Vec<(String, String)>,
    /// Every file below a folder, by its path from there; empty folders are left out
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Vec<PathBuf>,
    /// A blob or another manifest
    #[arg(long = "ref", value_name = "K=HASH", value_parser = values::pair)]
    pub(crate) reference: Vec<(String, String)>,
    /// A cached item, with its URI and digests
    #[arg(long, value_name = "K=ITEM", value_parser = values::pair)]
    pub(crate) item: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl manifest show`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct ManifestShow {
    /// `sha256:HEX`, bare hex, or a unique prefix (8 digits or more)
    #[arg(value_name = "HASH")]
    pub(crate) hash: Vec<String>,
    /// It must be of this class, or of another that is named so (exit 3 otherwise)
    #[arg(long, value_name = "NAME")]
    pub(crate) class: Vec<String>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl manifest checkout`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct ManifestCheckout {
    /// `sha256:HEX`, bare hex, or a unique prefix; and the folder
    #[arg(value_names = ["HASH", "DIR"], num_args = 0..=2)]
    pub(crate) words: Vec<PathBuf>,
    /// What becomes of existing files (replace)
    #[arg(long, value_name = "HOW", value_parser = values::if_exists())]
    pub(crate) if_exists: Option<IfExists>,
    #[command(flatten)]
    pub(crate) global: Global,
}
