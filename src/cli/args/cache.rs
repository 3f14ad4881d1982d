//! What was typed: the options of `dl cache`.

use super::{Global, values};
use clap::{Args, Parser};
use dl::cache::item::Status;
use dl::cache::query::Sort;
use dl::clock::Timestamp;
use dl::manager::task::IfExists;
use std::path::PathBuf;
use std::time::Duration;

/// Which items are meant. Each that is given must hold.
#[derive(Debug, Clone, Args)]
pub(crate) struct Filter {
    #[command(flatten)]
    pub(crate) choose: Choose,
    #[command(flatten)]
    pub(crate) fields: Fields,
}

/// Filters whose names say nothing else in `set`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which items")]
pub(crate) struct Choose {
    /// Exactly this URI, whatever the parameters
    #[arg(long, value_name = "URI")]
    pub(crate) uri: Vec<String>,
    /// URIs that match (`*`, `?`, `[…]`)
    #[arg(long, value_name = "GLOB")]
    pub(crate) uri_glob: Vec<String>,
    /// Only exactly the key of --uri and the parameters
    #[arg(long)]
    pub(crate) exact: bool,
    #[command(flatten)]
    pub(crate) params: Params,
    /// Items of this key
    #[arg(long, value_name = "KEY", help_heading = "Which items")]
    pub(crate) key: Vec<String>,
    /// The item of this id
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64), help_heading = "Which items")]
    pub(crate) id: Vec<i64>,
    /// This version of each key
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64), help_heading = "Which items")]
    pub(crate) version: Vec<i64>,
    /// Made or confirmed since
    #[arg(long, value_name = "DATE", value_parser = values::date, help_heading = "Which items")]
    pub(crate) newer_than: Option<Timestamp>,
    /// Made before
    #[arg(long, value_name = "DATE", value_parser = values::date, help_heading = "Which items")]
    pub(crate) older_than: Option<Timestamp>,
    /// `NAME OP VALUE`: a field or attribute; OP is = != < <= > >= ~ (glob) or in
    #[arg(long = "where", value_name = "CONDITION", help_heading = "Which items")]
    pub(crate) conditions: Vec<String>,
    /// One of the conditions is enough
    #[arg(long, help_heading = "Which items")]
    pub(crate) any: bool,
    /// TRASH and DELETED too
    #[arg(long, help_heading = "Which items")]
    pub(crate) all: bool,
}

/// Filters by fields.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which items")]
pub(crate) struct Fields {
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

/// What makes a request another one. The options are those of `fetch`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What joins the key")]
#[expect(clippy::struct_field_names, reason = "the fields are the options' names")]
pub(crate) struct Params {
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
}

/// `dl cache key`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Key {
    /// The URI
    #[arg(long, value_name = "URI")]
    pub(crate) uri: Option<String>,
    #[command(flatten)]
    pub(crate) params: Params,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// How a new version is described.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "How it is described")]
pub(crate) struct Describe {
    /// An attribute: `rows=1200`, `seen=date:2026-01-31`, `group.name=text`
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) attr: Vec<String>,
    /// Several of them as a JSON object (@FILE is read)
    #[arg(long, value_name = "JSON")]
    pub(crate) attrs_json: Option<String>,
    /// Its file's name (from the URI)
    #[arg(long, alias = "name", value_name = "NAME")]
    pub(crate) filename: Option<String>,
    /// Its extension (from the name)
    #[arg(long, value_name = "EXT")]
    pub(crate) ext: Option<String>,
    /// Its label
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Option<String>,
}

/// `dl cache create`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Create {
    /// The URI
    #[arg(long, value_name = "URI")]
    pub(crate) uri: Option<String>,
    #[command(flatten)]
    pub(crate) params: Params,
    #[command(flatten)]
    pub(crate) describe: Describe,
    /// WRITE (if nothing is said), UNINITIALIZED or FAILED
    #[arg(long, value_name = "STATUS", value_parser = values::status, allow_negative_numbers = true)]
    pub(crate) status: Option<Status>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache put`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Put {
    /// The file (- is stdin)
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The URI
    #[arg(long, value_name = "URI")]
    pub(crate) uri: Option<String>,
    /// Move it: the file is gone from where it was
    #[arg(long = "move")]
    pub(crate) moved: bool,
    #[command(flatten)]
    pub(crate) params: Params,
    #[command(flatten)]
    pub(crate) describe: Describe,
    /// READY (if nothing is said), WRITE, UNINITIALIZED or FAILED
    #[arg(long, value_name = "STATUS", value_parser = values::status, allow_negative_numbers = true)]
    pub(crate) status: Option<Status>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache best`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Best {
    /// The URI
    #[arg(long, value_name = "URI")]
    pub(crate) uri: Option<String>,
    #[command(flatten)]
    pub(crate) params: Params,
    /// A version of this status will do (READY; may be repeated)
    #[arg(long, value_name = "STATUS", value_parser = values::status, allow_negative_numbers = true)]
    pub(crate) status: Vec<Status>,
    /// Made or confirmed since
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) newer_than: Option<Timestamp>,
    /// Made before
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) older_than: Option<Timestamp>,
    /// Make a version if there is none, in the same transaction
    #[arg(long)]
    pub(crate) or_new: bool,
    /// The status of a new one (WRITE)
    #[arg(long, value_name = "STATUS", value_parser = values::status, allow_negative_numbers = true)]
    pub(crate) new_status: Option<Status>,
    #[command(flatten)]
    pub(crate) describe: Describe,
    /// Leave the counters alone
    #[arg(long)]
    pub(crate) no_touch: bool,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache set`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Set {
    /// `sha256:HEX`, an id, a version id, a URI, a path, a key or its unique prefix
    #[arg(value_name = "ITEM")]
    pub(crate) item: Vec<String>,
    #[command(flatten)]
    pub(crate) describe: Describe,
    /// The status; READY takes in what was written
    #[arg(long, value_name = "STATUS", value_parser = values::status, allow_negative_numbers = true,
          help_heading = "What is set")]
    pub(crate) status: Option<Status>,
    /// Take an attribute away
    #[arg(long, value_name = "NAME", help_heading = "What is set")]
    pub(crate) unset: Vec<String>,
    /// When it was made
    #[arg(long, value_name = "DATE", value_parser = values::date, help_heading = "What is set")]
    pub(crate) created_at: Option<Timestamp>,
    /// When it was last read
    #[arg(long, value_name = "DATE", value_parser = values::date, help_heading = "What is set")]
    pub(crate) last_read: Option<Timestamp>,
    /// When it was last found
    #[arg(long, value_name = "DATE", value_parser = values::date, help_heading = "What is set")]
    pub(crate) last_search: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) choose: Choose,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache ready`, `dl cache fail`: items, or a filter in their place.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Chosen {
    /// `sha256:HEX`, an id, a version id, a URI, a path, a key or its unique prefix
    #[arg(value_name = "ITEM")]
    pub(crate) item: Vec<String>,
    #[command(flatten)]
    pub(crate) filter: Filter,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache rm`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Rm {
    /// `sha256:HEX`, an id, a version id, a URI, a path, a key or its unique prefix
    #[arg(value_name = "ITEM")]
    pub(crate) item: Vec<String>,
    /// Gone with its record
    #[arg(long)]
    pub(crate) purge: bool,
    /// The file is gone, the record says DELETED
    #[arg(long)]
    pub(crate) keep_record: bool,
    #[command(flatten)]
    pub(crate) filter: Filter,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache cat`: an ITEM, or a file outside the cache.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Cat {
    /// `sha256:HEX`, an id, a version id, a URI, a path, a key or its unique prefix
    #[arg(value_name = "ITEM")]
    pub(crate) item: Option<String>,
    /// This file in place of an ITEM
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,
    /// This member of an archive
    #[arg(long, value_name = "NAME")]
    pub(crate) member: Option<String>,
    /// The bytes as they are stored, packed or not
    #[arg(long)]
    pub(crate) raw: bool,
    /// Leave the counters alone
    #[arg(long)]
    pub(crate) no_touch: bool,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache members`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Members {
    /// `sha256:HEX`, an id, a version id, a URI, a path, a key or its unique prefix
    #[arg(value_name = "ITEM")]
    pub(crate) item: Option<String>,
    /// This file in place of an ITEM
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache extract`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Unpack {
    /// An ITEM, and the folder to unpack into; with --file the folder alone
    #[arg(value_names = ["ITEM", "DIR"], num_args = 0..=2)]
    pub(crate) words: Vec<PathBuf>,
    /// This file in place of an ITEM
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,
    /// Leave out so many leading folders
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub(crate) strip: Option<u32>,
    /// Only members that match; several: that match one of them
    #[arg(long, value_name = "GLOB")]
    pub(crate) member: Vec<String>,
    /// What becomes of existing files (replace)
    #[arg(long, value_name = "HOW", value_parser = values::if_exists())]
    pub(crate) if_exists: Option<IfExists>,
    /// The most that may come out of it
    #[arg(long, value_name = "SIZE", value_parser = values::size)]
    pub(crate) max_extract: Option<u64>,
    /// Leave the counters alone
    #[arg(long)]
    pub(crate) no_touch: bool,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache clean`.
#[derive(Debug, Clone, Parser)]
#[command(next_help_heading = "What is cleaned (the first four, and dead transfers, if nothing is said)")]
pub(crate) struct Clean {
    /// Files and folders without a record
    #[arg(long)]
    pub(crate) orphans: bool,
    /// Records without a file, but live WRITEs
    #[arg(long)]
    pub(crate) missing: bool,
    /// What is not the best READY version, or a live WRITE, of its key
    #[arg(long)]
    pub(crate) versions: bool,
    /// WRITEs that nobody touched for --dead-after
    #[arg(long)]
    pub(crate) writes: bool,
    /// What is in TRASH
    #[arg(long)]
    pub(crate) trash: bool,
    /// Until no more than this is stored: TRASH first, then least recently read
    #[arg(long, value_name = "SIZE", value_parser = values::size)]
    pub(crate) max_size: Option<u64>,
    /// What was not read for so long (0 beside another choice: what was just read goes too)
    #[arg(long, value_name = "DUR", value_parser = values::duration)]
    pub(crate) max_age: Option<Duration>,
    /// All that is cleaned if nothing is said
    #[arg(long)]
    pub(crate) all: bool,
    /// How many READY versions of a key are left (1)
    #[arg(long, value_name = "N", value_parser = values::positive, help_heading = "How")]
    pub(crate) keep: Option<u32>,
    /// When a WRITE or an unfinished transfer is dead (24h)
    #[arg(long, value_name = "DUR", value_parser = values::duration, help_heading = "How")]
    pub(crate) dead_after: Option<Duration>,
    /// Only list what would go, each with its reason
    #[arg(long, help_heading = "How")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache verify`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Verify {
    /// `sha256:HEX`, an id, a version id, a URI, a path, a key or its unique prefix (all items)
    #[arg(value_name = "ITEM")]
    pub(crate) item: Vec<String>,
    /// Make names anew, set wrong files aside; what cannot be repaired becomes FAILED
    #[arg(long)]
    pub(crate) repair: bool,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache export`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Export {
    /// The file to write (- is stdout)
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// What was fetched with credentials too, and the salt of their keys: the file is a secret then
    #[arg(long)]
    pub(crate) with_salt: bool,
    #[command(flatten)]
    pub(crate) filter: Filter,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl cache import`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Import {
    /// The file to read (- is stdin)
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// The options of [`Params`] that `fetch` has too, by identifier.
pub(crate) const KEY_PARAMS: &[&str] =
    &["key_param", "key_params", "request", "query", "header", "data", "data_json", "form", "auth_id"];
