//! The one error type: a kind for the machine, a message for the person, a hint for the next step.

use std::fmt;

/// The result of anything in `dl` that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as coarse as an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A flag, argument, URL, descriptor, config or other file that the user named is wrong; nothing was tried.
    Usage,
    /// No such item, key, blob, member or `file:`; a miss while offline.
    NotFound,
    /// Resolving, connecting, a broken protocol, a proxy.
    Network,
    /// Connect, total, stall or rate limits of ours were exceeded.
    Timeout,
    /// A certificate or the handshake.
    Tls,
    /// The server answered, and its answer is no success.
    Http,
    /// The bytes are not what they should be.
    Integrity,
    /// Full, permission, read-only, I/O error.
    Disk,
    /// The cache cannot be trusted, is of a newer schema, or its lock was not had in time.
    Cache,
    /// Ended by a signal, or by `--fail-fast`.
    Interrupted,
    /// A question that was answered "no".
    No,
    /// Anything that no other kind names.
    Other,
}

impl Kind {
    /// The name that stands in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::Integrity => "integrity",
            Self::Disk => "disk",
            Self::Cache => "cache",
            Self::Interrupted => "interrupted",
            Self::No | Self::Other => "other",
        }
    }

    /// The kind of that name in JSON.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::Usage,
            Self::NotFound,
            Self::Network,
            Self::Timeout,
            Self::Tls,
            Self::Http,
            Self::Integrity,
            Self::Disk,
            Self::Cache,
            Self::Interrupted,
            Self::Other,
        ];
        all.into_iter().find(|kind| kind.name() == name)
    }

    /// The exit code of the process (CONTRACT, "Exit codes").
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Other => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Network => 4,
            Self::Timeout => 5,
            Self::Tls => 6,
            Self::Http => 7,
            Self::Integrity => 8,
            Self::Disk => 9,
            Self::Cache => 10,
            Self::No => 11,
            Self::Interrupted => 130,
        }
    }
}

/// An error: kind, stable code, message, causes and a hint.
///
/// Messages are lower case without a final stop; things stand in backticks; what was expected and what was
/// found are both named. Text that came from elsewhere is kept raw here and escaped by whoever prints it.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    code: &'static str,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
}

impl Error {
    /// A new error. `code` is the finer, stable name (such as `digest_mismatch`).
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, code, message: message.into(), causes: Vec::new(), hint: None }))
    }

    /// A usage error: the user's own words were wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, "usage", message)
    }

    /// A failed operation on a file or folder.
    pub fn disk(doing: impl Into<String>, source: &std::io::Error) -> Self {
        let code = match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => "disk_full",
            std::io::ErrorKind::PermissionDenied => "permission_denied",
            std::io::ErrorKind::ReadOnlyFilesystem => "read_only",
            _ => "io",
        };
        Self::new(Kind::Disk, code, doing).cause(describe_io(source))
    }

    /// Adds a cause below the message.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.0.causes.push(cause.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Puts a wider message above this one, which becomes the first cause.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        let inner = std::mem::replace(&mut self.0.message, message.into());
        self.0.causes.insert(0, inner);
        self
    }

    /// The kind, which decides the exit code.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The fine, stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What happened.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Why, outermost first.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.0.causes
    }

    /// What to do next, where something helps.
    #[must_use]
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Rewrites every text of the error, such as to mask a secret that a server echoed.
    #[must_use]
    pub fn map_text(mut self, rewrite: impl Fn(&str) -> String) -> Self {
        self.0.message = rewrite(&self.0.message);
        for cause in &mut self.0.causes {
            *cause = rewrite(cause);
        }
        self.0.hint = self.0.hint.as_deref().map(rewrite);
        self
    }
}

/// The operating system's words without Rust's `(os error N)`.
fn describe_io(source: &std::io::Error) -> String {
    let text = source.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        for cause in &self.0.causes {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: {self}", self.0.kind.name(), self.0.code)
    }
}

impl std::error::Error for Error {}
