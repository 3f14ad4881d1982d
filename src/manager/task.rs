//! One thing to do: what to ask, how old the answer may be, what it must be, where it goes.

use crate::archive;
use crate::archive::format::without_coding;
use crate::cache::freshness::Renewal;
use crate::cache::item::{Attribute, Trust};
use crate::clock::Timestamp;
use crate::descriptor::Descriptor;
use crate::error::{Error, Result};
use crate::transfer::filename;
use crate::transfer::job::{Options, Proof};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How a stored version is checked with its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CheckMethod {
    /// A conditional GET with both validators; without any, download and compare.
    #[default]
    Auto,
    /// A conditional GET with the entity tag alone.
    Etag,
    /// A conditional GET with the modification time alone.
    Modified,
    /// HEAD, and the size it tells.
    Size,
    /// HEAD, and a digest it tells.
    Hash,
}

/// How the rules of HTTP decide (`--freshness http`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Http {
    /// How much it is wanted anew: `--refresh`, `--force`.
    pub renewal: Renewal,
    /// The greatest age that is taken (`--max-age`); `None`: as the response says.
    pub max_age: Option<Duration>,
    /// What is stale and being used (`stale-while-revalidate`) is validated now: the work that [`crate::manager::report::Report::renew`] asks for.
    pub renewing: bool,
}

/// Which stored version may be used without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Freshness {
    /// The newest, whatever its age.
    #[default]
    Any,
    /// The newest if it was created or validated within this time, else it is checked.
    MaxAge(Duration),
    /// None: the origin is asked whether the newest still stands (`--refresh`).
    Check,
    /// None: it is downloaded anew (`--force`).
    Force,
    /// What a private cache of HTTP would use (RFC 9111); other schemes are checked.
    Http(Http),
}

/// Which stored versions may be used, and what happens where none may.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// How old.
    pub freshness: Freshness,
    /// How a check is made.
    pub check_method: CheckMethod,
    /// Only versions created or last validated since.
    pub newer_than: Option<Timestamp>,
    /// Only versions created before; without one the fetch is `not_found` and nothing is asked.
    pub older_than: Option<Timestamp>,
    /// Nothing is asked over the network; a miss is `not_found`.
    pub offline: bool,
    /// If a check fails, what is stored is used, with a warning.
    pub stale_if_error: bool,
    /// How many READY versions are kept; those beyond go to TRASH.
    pub keep: Option<u32>,
    /// Neither looked up nor stored.
    pub no_cache: bool,
}

/// What becomes of an existing file at the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfExists {
    /// Replaced; but a server's name never replaces unless this was said.
    #[default]
    Replace,
    /// Taken as it is, unread.
    Keep,
    /// An error, unless it is known to hold the wanted bytes.
    Error,
}

/// What a file in a folder is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By the last segment of the URL (`-O`, `-P`).
    Url,
    /// By `Content-Disposition`, made safe; else by the URL (`--remote-header-name`).
    Header,
}

/// Where the result goes.
#[derive(Debug, Clone, Default)]
pub enum Destination {
    /// Stays in the cache.
    #[default]
    Cache,
    /// To this file.
    Path(PathBuf),
    /// Into this folder, under a name from the URL or the server.
    Folder {
        /// The folder; empty is the current one.
        folder: PathBuf,
        /// Which name.
        naming: Naming,
    },
    /// Given back as an open file, to be read by the caller (standard output, memory, any writer).
    Open,
    /// Unpacked into this folder, all of it or nothing. What [`Manager::run`](crate::manager::Manager::run) unpacks into one folder comes
    /// in the order of the tasks.
    Tree {
        /// The folder; made if it is missing, merged into if it is there.
        folder: PathBuf,
        /// How many leading folders of each member's name are left out.
        strip: usize,
        /// Only members that fit one of these patterns, as [`Extract::members`](crate::archive::Extract::members); none means all.
        members: Vec<String>,
    },
}

/// What of the fetched file goes to a path, a folder or a writer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Content {
    /// The file as it was fetched.
    #[default]
    Whole,
    /// What is left when the compression is taken off: of a zip its only file. In a folder it is named without what says how it is packed.
    Unpacked,
    /// One member of the archive that it is. Its place must be named: a member's name is none for a file.
    Member(String),
}

impl From<IfExists> for archive::IfExists {
    fn from(if_exists: IfExists) -> Self {
        match if_exists {
            IfExists::Replace => Self::Replace,
            IfExists::Keep => Self::Keep,
            IfExists::Error => Self::Error,
        }
    }
}

/// How a destination is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Delivery {
    /// What becomes of an existing file.
    pub if_exists: IfExists,
    /// Whether `if_exists` was said (a server's name replaces nothing unless it was).
    pub if_exists_said: bool,
    /// The cache's bytes are shared: reflink, else read-only hard link, else symbolic link.
    pub link: bool,
    /// A destination that is left alone gets the present time.
    pub touch: bool,
    /// Its modification time is the response's `Last-Modified`; that of a member the archive's.
    pub remote_time: bool,
    /// Origin and digest are stored as extended attributes.
    pub xattr: bool,
}

/// How the item is described.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// Typed attributes.
    pub attributes: Vec<Attribute>,
    /// A label; `None`: none is set.
    pub label: Option<String>,
    /// The file's name; `None`: from the server or the URL.
    pub filename: Option<String>,
}

/// One thing to do.
#[derive(Debug, Clone)]
pub struct Task {
    /// What to ask.
    pub descriptor: Descriptor,
    /// Which stored version may be used.
    pub policy: Policy,
    /// What the bytes must be.
    pub proof: Proof,
    /// Where it goes.
    pub destination: Destination,
    /// What of it goes there.
    pub content: Content,
    /// The most bytes that may come out of an archive; `None` means the larger of 2 GiB and 200 times its size.
    pub max_unpacked: Option<u64>,
    /// How it is written there.
    pub delivery: Delivery,
    /// How the item is described.
    pub description: Description,
    /// How it travels. Tasks with the same options share connections.
    pub travel: Arc<Options>,
    /// Under which trust: `--insecure`, and `--resolve`, `--cacert`, `--capath` from the command line.
    pub trust: Trust,
}

impl Task {
    /// A plain fetch of this descriptor into the cache.
    #[must_use]
    pub fn new(descriptor: Descriptor) -> Self {
        Self {
            descriptor,
            policy: Policy::default(),
            proof: Proof::default(),
            destination: Destination::default(),
            content: Content::default(),
            max_unpacked: None,
            delivery: Delivery::default(),
            description: Description::default(),
            travel: Arc::default(),
            trust: Trust::default(),
        }
    }

    /// Whether the fetched file is opened before it is given out.
    pub(crate) const fn opens(&self) -> bool {
        !matches!(self.content, Content::Whole) || matches!(self.destination, Destination::Tree { .. })
    }

    /// The file that will be written, where it is known before anything is asked.
    ///
    /// # Errors
    /// Usage: a URL without a file name, where the file is to be named by it.
    pub fn output(&self) -> Result<Option<PathBuf>> {
        Ok(match &self.destination {
            Destination::Path(path) => Some(path.clone()),
            Destination::Folder { folder, naming: Naming::Url } => Some(folder.join(self.url_name()?)),
            _ => None,
        })
    }

    /// The name that the URL gives the file.
    pub(crate) fn url_name(&self) -> Result<String> {
        let name = filename::from_url(&self.descriptor.url).ok_or_else(|| {
            let url = self.travel.secrets.redact_url(&self.descriptor.url);
            Error::usage(format!("the URL `{url}` ends without a file name")).hint("-o FILE gives one")
        })?;
        Ok(self.name_of_content(name))
    }

    /// What a file of this name is called when its content is given out.
    pub(crate) fn name_of_content(&self, name: String) -> String {
        if self.content == Content::Unpacked { without_coding(&name) } else { name }
    }
}
