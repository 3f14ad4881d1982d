//! What was typed: the options of `dl cache`.

use super::{Global, values};
use clap::{Args, Parser};
use dl::cache::item::Status;
use dl::cache::query::Sort;
use dl::clock::Timestamp;

/// Which items are meant. Each that is given must hold.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which items")]
pub(crate) struct Filter {
    /// Exactly this URI, whatever the parameters
    #[arg(long, value_name = "URI")]
    pub(crate) uri: Vec<String>,
    /// URIs that match (`*`, `?`, `[…]`)
    #[arg(long, value_name = "GLOB")]
    pub(crate) uri_glob: Vec<String>,
    /// Items of this key
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Vec<String>,
    /// The item of this id
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64))]
    pub(crate) id: Vec<i64>,
    /// This version of each key
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64))]
    pub(crate) version: Vec<i64>,
    /// READY, FAILED, WRITE, …, or its number
    #[arg(long, value_name = "STATUS", value_parser = values::status, allow_negative_numbers = true)]
    pub(crate) status: Vec<Status>,
    /// With this label
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Vec<String>,
    /// With this extension
    #[arg(long, value_name = "EXT")]
    pub(crate) ext: Vec<String>,
    /// With this file name
    #[arg(long, value_name = "NAME")]
    pub(crate) filename: Vec<String>,
    /// Made or confirmed since
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) newer_than: Option<Timestamp>,
    /// Made before
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) older_than: Option<Timestamp>,
    /// TRASH and DELETED too
    #[arg(long)]
    pub(crate) all: bool,
}

/// `dl cache ls`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Ls {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// By this field (id)
    #[arg(long, value_name = "FIELD", value_parser = values::sort, help_heading = "How they are listed")]
    pub(crate) sort: Option<Sort>,
    /// The other way round
    #[arg(long, help_heading = "How they are listed")]
    pub(crate) reverse: bool,
    /// At most so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64), help_heading = "How they are listed")]
    pub(crate) limit: Option<u64>,
    /// More columns
    #[arg(short, long, help_heading = "How they are listed")]
    pub(crate) long: bool,
    /// Only how many
    #[arg(long, help_heading = "How they are listed")]
    pub(crate) count: bool,
    /// Leave the counters alone
    #[arg(long, help_heading = "How they are listed")]
    pub(crate) no_touch: bool,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache show`, `dl cache path`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct OfItems {
    /// `sha256:HEX`, an id, a version id, a URI, a path, a key or its unique prefix
    #[arg(value_name = "ITEM")]
    pub(crate) item: Vec<String>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache key`: a URI and what makes a request another one. The options are those of `fetch`.
#[derive(Debug, Clone, Parser)]
#[command(next_help_heading = "What is named")]
#[expect(clippy::struct_field_names, reason = "the fields are the options' names")]
pub(crate) struct Key {
    /// The URI
    #[arg(long, value_name = "URI")]
    pub(crate) uri: Option<String>,
    /// Joins the key and is not sent
    #[arg(long, alias = "param", value_name = "NAME=VALUE")]
    pub(crate) key_param: Vec<String>,
    /// Several of them as a JSON object (@FILE is read)
    #[arg(long, alias = "params-json", value_name = "JSON")]
    pub(crate) key_params: Option<String>,
    /// The method (GET; POST with data)
    #[arg(short = 'X', long, value_name = "METHOD")]
    pub(crate) request: Option<String>,
    /// Appended to the URL, encoded
    #[arg(long, value_name = "K=V")]
    pub(crate) query: Vec<String>,
    /// A request header `Name: value`
    #[arg(short = 'H', long, value_name = "HEADER")]
    pub(crate) header: Vec<String>,
    /// Sent by POST as a form
    #[arg(short, long, value_name = "STR", allow_hyphen_values = true)]
    pub(crate) data: Vec<String>,
    /// JSON sent by POST
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) data_json: Option<String>,
    /// A part of a multipart form
    #[arg(short = 'F', long, value_name = "K=V")]
    pub(crate) form: Vec<String>,
    /// Joins the key in place of the credential
    #[arg(long, value_name = "NAME")]
    pub(crate) auth_id: Option<String>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// The options of [`Key`] that `fetch` has too, by identifier.
pub(crate) const KEY_PARAMS: &[&str] =
    &["key_param", "key_params", "request", "query", "header", "data", "data_json", "form", "auth_id"];
