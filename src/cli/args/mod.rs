//! What was typed: the options of every command, in groups that answer one question of the user each.
//!
//! No option has a default here, so that "given" can be told from "not given"; what is meant follows in `meaning`.

pub(crate) mod artifact;
pub(crate) mod cache;
pub(crate) mod kv;
pub(crate) mod run;
pub(crate) mod values;

use clap::{ArgAction, Args, Parser};
use dl::clock::Timestamp;
use dl::digest::Digest;
use dl::manager::task::{CheckMethod, IfExists};
use dl::shared::Mode;
use dl::transfer::job::{BackendChoice, Connections, HttpVersion, Resolve, Resume, Statuses};
use std::path::PathBuf;
use std::time::Duration;
use values::{Color, FreshnessWord, Progress};

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// The cache's folder
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// The config file
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Read no config file
    #[arg(long)]
    pub(crate) no_config: bool,
    /// Neither look up nor store
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// No network: what is not in the cache is exit 3
    #[arg(long)]
    pub(crate) offline: bool,
    /// Results as JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Only results and errors
    #[arg(short, long, visible_short_alias = 's', alias = "silent")]
    pub(crate) quiet: bool,
    /// Tell more; twice: still more
    #[arg(short, long, action = ArgAction::Append, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = values::loudness, value_name = "N")]
    pub(crate) verbose: Vec<u8>,
    /// How progress is shown
    #[arg(long, value_parser = values::progress(), value_name = "HOW")]
    pub(crate) progress: Option<Progress>,
    /// When colors are used
    #[arg(long, value_parser = values::color(), value_name = "WHEN")]
    pub(crate) color: Option<Color>,
    /// How long the registry and other short locks are waited for
    #[arg(long, value_parser = values::duration, value_name = "DUR")]
    pub(crate) lock_timeout: Option<Duration>,
    /// How long another process's fetch of the same is waited for
    #[arg(long, value_parser = values::duration, value_name = "DUR")]
    pub(crate) join_timeout: Option<Duration>,
    /// The cache is shared by the group that owns its folder
    #[arg(long)]
    pub(crate) cache_shared: bool,
    /// A store of many machines: asked for what is not in the cache, before the origin (any URL of `dl kv --store`)
    #[arg(long, value_name = "URL")]
    pub(crate) shared: Option<String>,
    /// No shared store
    #[arg(long)]
    pub(crate) no_shared: bool,
    /// What the shared store is for: it is asked (read), offered what is fetched (write), or both
    #[arg(long, value_parser = values::shared_mode(), value_name = "MODE")]
    pub(crate) shared_mode: Option<Mode>,
    /// This help, on one screen
    #[arg(short = 'h', id = "short_help", hide = true)]
    pub(crate) short_help: bool,
    /// Everything about the command (-h: one screen)
    #[arg(long)]
    pub(crate) help: bool,
}

impl Global {
    /// How loud: the number of `-v`; a `false` takes back those before it.
    pub(crate) fn loudness(&self) -> u32 {
        self.verbose.iter().fold(0, |sum, n| if *n == 0 { 0 } else { sum + u32::from(*n) })
    }
}

/// What to ask for.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to ask for")]
pub(crate) struct Ask {
    /// What to fetch
    #[arg(value_name = "URL")]
    pub(crate) url: Vec<String>,
    /// A list: each line `URL [out=PATH] [checksum=SPEC] [mirror=URL]… [filename=NAME]` (- is stdin)
    #[arg(short, long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// A descriptor in TOML or JSON: `url` and any option of this group, by its long name
    #[arg(long, value_name = "FILE")]
    pub(crate) descriptor: Option<PathBuf>,
    /// The method (GET; POST with data)
    #[arg(short = 'X', long, value_name = "METHOD")]
    pub(crate) request: Option<String>,
    /// A request header `Name: value` (@FILE reads them, a value @env:VAR is read from the environment)
    #[arg(short = 'H', long, value_name = "HEADER")]
    pub(crate) header: Vec<String>,
    /// Appended to the URL, encoded
    #[arg(long, value_name = "K=V", value_parser = values::pair)]
    pub(crate) query: Vec<(String, String)>,
    /// Sent by POST as a form, as it is; several are joined with `&` (@FILE and @- are read)
    #[arg(short, long, value_name = "STR", allow_hyphen_values = true)]
    pub(crate) data: Vec<String>,
    /// The same, with the value encoded
    #[arg(long, value_name = "K=V", value_parser = values::pair)]
    pub(crate) data_urlencode: Vec<(String, String)>,
    /// JSON sent by POST (@FILE and @- are read)
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(crate) data_json: Option<String>,
    /// A part of a multipart form: K=V or K=@FILE[;type=T][;filename=N]
    #[arg(short = 'F', long, value_name = "K=V", value_parser = values::pair)]
    pub(crate) form: Vec<(String, String)>,
    /// The same, never read as a file
    #[arg(long, value_name = "K=V", value_parser = values::pair)]
    pub(crate) form_string: Vec<(String, String)>,
    /// Credentials for the URL's origin
    #[arg(short, long, value_name = "USER:PASS")]
    pub(crate) user: Option<String>,
    /// Credentials from ~/.netrc, for https
    #[arg(long)]
    pub(crate) netrc: bool,
    /// Credentials from this file
    #[arg(long, value_name = "FILE")]
    pub(crate) netrc_file: Option<PathBuf>,
    /// The User-Agent header
    #[arg(short = 'A', long, value_name = "NAME")]
    pub(crate) user_agent: Option<String>,
    /// The Referer header
    #[arg(short = 'e', long, value_name = "URL")]
    pub(crate) referer: Option<String>,
    /// Ask for compression, store what is decoded
    #[arg(long)]
    pub(crate) compressed: bool,
    /// CA certificates (PEM) in place of the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// A folder of CA certificates (PEM)
    #[arg(long, value_name = "DIR")]
    pub(crate) capath: Option<PathBuf>,
    /// Client certificate (PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Verify no certificates; what it fetches serves only commands with -k
    #[arg(short = 'k', long)]
    pub(crate) insecure: bool,
    /// The least TLS version (1.2)
    #[arg(long, value_name = "VERSION", value_parser = values::tls_min())]
    pub(crate) tls_min: Option<bool>,
    /// A proxy: http, https, socks5 or socks5h
    #[arg(short = 'x', long, value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// Hosts that are reached without it, by commas
    #[arg(long, value_name = "LIST")]
    pub(crate) noproxy: Option<String>,
    /// Connect to this address in place of the host's
    #[arg(long, value_name = "HOST:PORT:ADDR", value_parser = values::resolve)]
    pub(crate) resolve: Vec<Resolve>,
    /// IPv4 only
    #[arg(short = '4', long)]
    pub(crate) ipv4: bool,
    /// IPv6 only
    #[arg(short = '6', long)]
    pub(crate) ipv6: bool,
    /// The HTTP version (auto)
    #[arg(long, value_name = "VERSION", value_parser = values::http_version())]
    pub(crate) http_version: Option<HttpVersion>,
    /// How many redirects are followed (10)
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub(crate) max_redirs: Option<u32>,
    /// Follow no redirect
    #[arg(long)]
    pub(crate) no_follow: bool,
    /// What carries the bytes: auto is reqwest for http and https, curl for ftp, ftps and file
    #[arg(long, value_name = "NAME", value_parser = values::backend())]
    pub(crate) backend: Option<BackendChoice>,
}

/// Which stored version may be used.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which stored version may be used")]
#[expect(clippy::struct_field_names, reason = "the fields are the options' names")]
pub(crate) struct Age {
    /// any: the newest, without asking; check: as --refresh; http: as a private cache (RFC 9111)
    #[arg(long, value_name = "HOW", value_parser = values::freshness())]
    pub(crate) freshness: Option<FreshnessWord>,
    /// Ask the origin about what is older
    #[arg(long, value_name = "DUR", value_parser = values::duration)]
    pub(crate) max_age: Option<Duration>,
    /// Ask the origin whether the stored version still stands
    #[arg(long)]
    pub(crate) refresh: bool,
    /// How it is asked (auto)
    #[arg(long, value_name = "HOW", value_parser = values::check_method())]
    pub(crate) check_method: Option<CheckMethod>,
    /// Only a version made or confirmed since
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) newer_than: Option<Timestamp>,
    /// Only a version made before; without one exit 3
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) older_than: Option<Timestamp>,
    /// Download anew
    #[arg(long)]
    pub(crate) force: bool,
    /// If the origin cannot be asked, use what is stored
    #[arg(long)]
    pub(crate) stale_if_error: bool,
    /// How many versions are kept (all)
    #[arg(long, value_name = "N", value_parser = values::positive)]
    pub(crate) keep: Option<u32>,
    /// The identity, apart from the address
    #[arg(long, value_name = "URI")]
    pub(crate) key_uri: Option<String>,
    /// Joins the key and is not sent
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) key_param: Vec<String>,
    /// Several of them as a JSON object (@FILE is read)
    #[arg(long, value_name = "JSON")]
    pub(crate) key_params: Option<String>,
    /// Joins the key in place of the credential
    #[arg(long, value_name = "NAME")]
    pub(crate) auth_id: Option<String>,
}

/// Where it goes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Where it goes")]
pub(crate) struct Place {
    /// To this file (- is stdout)
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// To a file named as in the URL
    #[arg(short = 'O', long)]
    pub(crate) remote_name: bool,
    /// To a file named as the server says
    #[arg(long)]
    pub(crate) remote_header_name: bool,
    /// Into this folder
    #[arg(short = 'P', long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Unpack into this folder, all or nothing (gz, bz2, xz, zst, zip, tar)
    #[arg(long, value_name = "DIR")]
    pub(crate) extract: Option<PathBuf>,
    /// With --extract: leave out so many leading folders
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub(crate) strip: Option<u32>,
    /// With --extract: only members that match (repeatable); with -o: this member
    #[arg(long, value_name = "GLOB")]
    pub(crate) member: Vec<String>,
    /// With -o, -O or -P: the decoded file in place of the packed one
    #[arg(long)]
    pub(crate) unpack: bool,
    /// The most that may come out of an archive (2GiB, or 200 times its size)
    #[arg(long, value_name = "SIZE", value_parser = values::size)]
    pub(crate) max_extract: Option<u64>,
    /// Share the cache's bytes in place of a copy
    #[arg(long)]
    pub(crate) link: bool,
    /// What becomes of an existing file (replace)
    #[arg(long, value_name = "HOW", value_parser = values::if_exists())]
    pub(crate) if_exists: Option<IfExists>,
    /// Renew the time of a file that is left alone
    #[arg(long)]
    pub(crate) touch: bool,
    /// Give the file the server's time
    #[arg(short = 'R', long)]
    pub(crate) remote_time: bool,
    /// Describe the item: `rows=1200`, `seen=date:2026-01-31`, `group.name=text`
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) attr: Vec<String>,
    /// Several of them as a JSON object (@FILE is read)
    #[arg(long, value_name = "JSON")]
    pub(crate) attrs_json: Option<String>,
    /// The item's label
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Option<String>,
    /// The item's file name
    #[arg(long, alias = "name", value_name = "NAME")]
    pub(crate) filename: Option<String>,
}

/// Is it right?
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Is it right")]
pub(crate) struct Right {
    /// The digest it must have: `sha256:HEX`, `sha256-BASE64`, bare hex
    #[arg(long, value_name = "SPEC", value_parser = values::digest)]
    pub(crate) checksum: Vec<Digest>,
    /// The SHA-256 it must have
    #[arg(long, value_name = "HEX", value_parser = values::sha256)]
    pub(crate) sha256: Option<Digest>,
    /// A list of digests; without a URL everything in it is fetched
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) checksums: Option<String>,
    /// What the names in that list are relative to
    #[arg(long, value_name = "URL")]
    pub(crate) base: Option<String>,
    /// The exact size
    #[arg(long, value_name = "SIZE", value_parser = values::size)]
    pub(crate) size: Option<u64>,
    /// The least size
    #[arg(long, value_name = "SIZE", value_parser = values::size)]
    pub(crate) min_size: Option<u64>,
    /// The greatest size
    #[arg(long, value_name = "SIZE", value_parser = values::size)]
    pub(crate) max_size: Option<u64>,
    /// Refuse a body whose end nothing tells
    #[arg(long)]
    pub(crate) strict_length: bool,
    /// Let an HTML page pass in place of a file
    #[arg(long)]
    pub(crate) allow_html: bool,
}

/// How it travels.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "How it travels")]
pub(crate) struct Travel {
    /// Tries after the first (5)
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub(crate) retry: Option<u32>,
    /// The base of the wait between them (500ms)
    #[arg(long, value_name = "DUR", value_parser = values::duration)]
    pub(crate) retry_delay: Option<Duration>,
    /// The longest Retry-After that is waited for (2m)
    #[arg(long, value_name = "DUR", value_parser = values::duration)]
    pub(crate) retry_max_wait: Option<Duration>,
    /// Until a connection stands (30s)
    #[arg(long, value_name = "DUR", value_parser = values::limit)]
    pub(crate) connect_timeout: Option<Duration>,
    /// Without a byte (60s)
    #[arg(long, value_name = "DUR", value_parser = values::limit)]
    pub(crate) stall_timeout: Option<Duration>,
    /// For the whole, retries included (none)
    #[arg(long, value_name = "DUR", value_parser = values::limit)]
    pub(crate) timeout: Option<Duration>,
    /// At most so many bytes a second
    #[arg(long, value_name = "RATE", value_parser = values::rate)]
    pub(crate) limit_rate: Option<u64>,
    /// Slower than this over the stall time is exit 5
    #[arg(long, value_name = "RATE", value_parser = values::rate)]
    pub(crate) min_rate: Option<u64>,
    /// Another address of the same, tried when the one before fails
    #[arg(long, value_name = "URL")]
    pub(crate) mirror: Vec<String>,
    /// Go on with unfinished files (auto: with a strong validator)
    #[arg(long, value_name = "WHEN", value_parser = values::resume())]
    pub(crate) resume: Option<Resume>,
    /// Connections for one file (auto)
    #[arg(long, value_name = "N", value_parser = values::connections)]
    pub(crate) connections: Option<Connections>,
    /// URLs at once (8)
    #[arg(short, long, value_name = "N", value_parser = values::jobs)]
    pub(crate) jobs: Option<usize>,
    /// Statuses whose body is the result: `404,5xx`, `any`
    #[arg(long, value_name = "LIST", value_parser = values::statuses)]
    pub(crate) allow_status: Option<Statuses>,
    /// The first failure ends the others
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Taken, as habits of curl: what dl does anyway
    #[arg(short = 'L', long = "location", hide = true)]
    pub(crate) location: bool,
    /// Taken, as habits of curl: what dl does anyway
    #[arg(short = 'f', long = "fail", hide = true)]
    pub(crate) fail: bool,
    /// Taken, as habits of curl: what dl does anyway
    #[arg(short = 'S', long = "show-error", hide = true)]
    pub(crate) show_error: bool,
}

/// What it tells.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What it tells")]
pub(crate) struct Tell {
    /// The JSON result to a file, on failure too
    #[arg(long, value_name = "FILE")]
    pub(crate) meta: Option<PathBuf>,
    /// The response head to a file (mode 0600)
    #[arg(short = 'D', long, value_name = "FILE")]
    pub(crate) dump_header: Option<PathBuf>,
    /// Store origin and digest as extended attributes of the file
    #[arg(long)]
    pub(crate) xattr: bool,
    /// Tell each decision and the rule behind it
    #[arg(long)]
    pub(crate) explain: bool,
    /// Decide and tell, but ask and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Exit 11 if nothing new was fetched or written
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// `dl fetch`.
#[derive(Debug, Clone, Parser)]
#[command(name = "fetch")]
pub(crate) struct Fetch {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) age: Age,
    #[command(flatten)]
    pub(crate) right: Right,
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(flatten)]
    pub(crate) travel: Travel,
    #[command(flatten)]
    pub(crate) tell: Tell,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl` without a command.
#[derive(Debug, Clone, Parser)]
#[command(name = "dl")]
pub(crate) struct Top {
    #[command(flatten)]
    pub(crate) global: Global,
    /// Version, and those of the backends
    #[arg(short = 'V', long, help_heading = "Everywhere")]
    pub(crate) version: bool,
}

/// A command with no options of its own.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Plain {
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl completions`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Completions {
    /// bash, zsh, fish, powershell or elvish
    #[arg(value_name = "SHELL", value_parser = values::shell())]
    pub(crate) shell: Option<clap_complete::Shell>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// `dl man`.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Man {
    /// Where to write a page for each command; without it the page of `dl` goes to stdout
    #[arg(value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) global: Global,
}

#[cfg(test)]
impl Fetch {
    /// The options that these words come to.
    pub(crate) fn of_words(words: &[&str]) -> Self {
        use clap::{CommandFactory as _, FromArgMatches as _};
        let words: Vec<std::ffi::OsString> = words.iter().map(std::ffi::OsString::from).collect();
        let matches = super::parse::parse(&mut super::parse::prepare(Self::command()), &words).unwrap();
        Self::from_arg_matches(&matches).unwrap()
    }
}
