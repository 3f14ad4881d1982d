//! The only reader of what surrounds the process: environment, home, umask, terminals, standard input.

#![expect(clippy::disallowed_methods, reason = "this is the one file that reads the environment")]

use dl::digest::{Digest, hash_reader};
use dl::error::{Error, Result};
use dl::secret::Secret;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Variables that `dl` reads beside the `DL_…` ones, which are the options' names ([`option_variable`]).
pub(crate) const VARIABLES: &[&str] = &[
    "ALL_PROXY",
    "CLICOLOR_FORCE",
    "FTP_PROXY",
    "HOME",
    "HTTPS_PROXY",
    "JOBSTAMPS_ALWAYS_USE_HASHES",
    "JOBSTAMPS_DEBUG",
    "JOBSTAMPS_DISABLED",
    "NO_COLOR",
    "NO_PROXY",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TERM",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "all_proxy",
    "ftp_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];
/// What every variable that stands for an option begins with.
const PREFIX: &[u8] = b"DL_";
/// Set by `dl` itself for the command that it starts in the background.
pub(crate) const RENEWAL: &str = "DL_RENEWAL";

/// The variable that stands for an option: `--max-age` is `DL_MAX_AGE`; `--store` is that of `dl kv` alone.
pub(crate) fn option_variable(option: &str) -> String {
    let option = if option == "store" { "kv-store" } else { option };
    format!("DL_{}", option.to_ascii_uppercase().replace('-', "_"))
}

fn is_known(name: &str) -> bool {
    VARIABLES.contains(&name) || dl::kv::open::VARIABLES.contains(&name)
}

/// What surrounds the process.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    variables: BTreeMap<OsString, OsString>,
    /// Whether standard output is a terminal.
    pub(crate) stdout_is_terminal: bool,
    /// Whether standard error is a terminal.
    pub(crate) stderr_is_terminal: bool,
}

impl Context {
    /// Reads it, once.
    pub(crate) fn of_process() -> Self {
        let known = |name: &OsStr| name.as_bytes().starts_with(PREFIX) || name.to_str().is_some_and(is_known);
        Self {
            variables: std::env::vars_os().filter(|(name, _)| known(name)).collect(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
        }
    }

    /// One that is made up, for tests.
    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(k, v)| (k.into(), v.into())).collect();
        Self { variables, stdout_is_terminal: false, stderr_is_terminal: false }
    }

    /// How many columns standard output shows, if it is a terminal that tells.
    pub(crate) fn stdout_columns(&self) -> Option<usize> {
        let size = self.stdout_is_terminal.then(|| rustix::termios::tcgetwinsize(std::io::stdout()))?;
        size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    /// A variable of the list; empty counts as unset.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        debug_assert!(name.starts_with("DL_") || VARIABLES.contains(&name), "`{name}` is not in the list");
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|v| !v.is_empty())
    }

    /// The same as text.
    ///
    /// # Errors
    /// Usage: it is not UTF-8.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>> {
        self.variable(name)
            .map(|value| value.to_str().ok_or_else(|| Error::usage(format!("the variable `{name}` is not UTF-8"))))
            .transpose()
    }

    /// Whether this process renews in the background what another has used.
    pub(crate) fn is_renewal(&self) -> bool {
        self.variable(RENEWAL).is_some()
    }

    /// This command once more, in a group of its own and silent, to renew what it used; `None`: where the program is, is
    /// not known.
    pub(crate) fn once_more() -> Option<Command> {
        let mut command = Command::new(std::env::current_exe().ok()?);
        command.args(std::env::args_os().skip(1)).env(RENEWAL, "1").process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Some(command)
    }

    /// The variables of services that stores read, as far as they are set.
    pub(crate) fn services(&self) -> BTreeMap<String, Secret> {
        let set =
            |name: &&str| Some(((*name).to_owned(), Secret::new(self.variables.get(OsStr::new(name))?.to_str()?)));
        dl::kv::open::VARIABLES.iter().filter_map(set).filter(|(_, v)| !v.expose().is_empty()).collect()
    }

    /// Every `DL_…` variable that is set, by name.
    pub(crate) fn option_variables(&self) -> impl Iterator<Item = (&str, &OsStr)> {
        self.variables
            .iter()
            .filter(|(name, value)| name.as_bytes().starts_with(PREFIX) && !value.is_empty())
            .filter_map(|(name, value)| Some((name.to_str()?, value.as_os_str())))
    }

    /// A variable that the user named himself (`@env:VAR`, `header-env`).
    ///
    /// # Errors
    /// Usage: it is not set, or not UTF-8.
    pub(crate) fn named_by_user(name: &str) -> Result<String> {
        std::env::var(name).map_err(|e| match e {
            std::env::VarError::NotPresent => Error::usage(format!("the variable `{name}` is not set")),
            std::env::VarError::NotUnicode(_) => Error::usage(format!("the variable `{name}` is not UTF-8")),
        })
    }

    /// The user's home: `HOME`, else the account's.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        match self.variable("HOME") {
            Some(home) => Some(PathBuf::from(home)),
            None => account_home(),
        }
    }

    /// The folder of the cache where none is said.
    pub(crate) fn cache_folder(&self) -> Option<PathBuf> {
        self.folder("XDG_CACHE_HOME", if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" })
    }

    /// The config file where none is said.
    pub(crate) fn config_file(&self) -> Option<PathBuf> {
        Some(self.folder("XDG_CONFIG_HOME", ".config")?.join("config.toml"))
    }

    /// Where files without a name may lie for a while: `TMPDIR`, else `/var/tmp`, which is on a disk.
    pub(crate) fn temporary_folder(&self) -> PathBuf {
        let said = self.variable("TMPDIR").map(PathBuf::from).filter(|p| p.is_absolute());
        said.unwrap_or_else(|| PathBuf::from(if Path::new("/var/tmp").is_dir() { "/var/tmp" } else { "/tmp" }))
    }

    fn folder(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        // The XDG specification: a path that is not absolute is ignored.
        let said = self.variable(variable).map(PathBuf::from).filter(|p| p.is_absolute());
        let base = said.or_else(|| Some(self.home()?.join(below_home)))?;
        Some(base.join("dl")).filter(|p| p.is_absolute())
    }

    /// The mode of a new file for everyone whom the umask does not shut out.
    pub(crate) fn new_file_mode() -> u32 {
        let mask = rustix::process::umask(rustix::fs::Mode::empty());
        rustix::process::umask(mask);
        #[allow(clippy::useless_conversion, reason = "the mode has 16 bits on macOS")]
        let mask = u32::from(mask.bits());
        0o666 & !mask
    }
}

/// The home of the account in the system's list.
fn account_home() -> Option<PathBuf> {
    let user = rustix::process::getuid().as_raw().to_string();
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    accounts.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let home = fields.get(5).filter(|home| fields.get(2) == Some(&user.as_str()) && home.starts_with('/'))?;
        Some(PathBuf::from(home))
    })
}

/// A variable that the user named for a command (`run --env NAME`), whatever its bytes.
pub(crate) fn value_of(name: &OsStr) -> Option<OsString> {
    std::env::var_os(name)
}

/// Reads standard input to its end into a file of no name in `folder`, and hashes it on the way.
///
/// # Errors
/// Disk.
pub(crate) fn spool_stdin(folder: &Path) -> Result<(std::fs::File, Digest)> {
    let failed = |e: std::io::Error| Error::disk("cannot keep standard input", &e);
    let mut file = tempfile::tempfile_in(folder).map_err(failed)?;
    std::io::copy(&mut std::io::stdin().lock(), &mut file).map_err(failed)?;
    std::io::Seek::rewind(&mut file).map_err(failed)?;
    let (_, digests) = hash_reader(&mut file, []).map_err(failed)?;
    std::io::Seek::rewind(&mut file).map_err(failed)?;
    Ok((file, digests.sha256().clone()))
}

/// The largest file that is named for its text (a list, a header file, a certificate).
const LARGEST_NAMED_FILE_BYTES: u64 = 64 << 20;

/// Reads a file that the user named; `-` is standard input.
///
/// # Errors
/// Usage, naming the file: it is missing, cannot be read, or is larger than such files are.
pub(crate) fn read_named(path: &Path) -> Result<Vec<u8>> {
    read_named_up_to(path, LARGEST_NAMED_FILE_BYTES)
}

/// The same, for files that may have this many bytes.
///
/// # Errors
/// As [`read_named`].
pub(crate) fn read_named_up_to(path: &Path, largest: u64) -> Result<Vec<u8>> {
    let shown = path.display();
    let failed = |e: std::io::Error| Error::usage(format!("cannot read `{shown}`")).cause(plain(&e));
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(largest + 1).read_to_end(&mut bytes)
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(largest + 1).read_to_end(&mut bytes)
    };
    read.map_err(failed)?;
    if bytes.len() as u64 > largest {
        return Err(Error::usage(format!("`{shown}` is larger than {} MiB", largest >> 20)));
    }
    Ok(bytes)
}

/// Reads a file that the user named, as text.
///
/// # Errors
/// As [`read_named`]; also where it is not UTF-8.
pub(crate) fn read_named_text(path: &Path) -> Result<String> {
    String::from_utf8(read_named(path)?)
        .map_err(|e| Error::usage(format!("`{}` is not UTF-8", path.display())).cause(e.utf8_error().to_string()))
}

/// The system's words, in lower case and without the number.
pub(crate) fn plain(e: &std::io::Error) -> String {
    let text = e.to_string();
    text.find(" (os error").map_or(text.clone(), |end| text[..end].to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_follow_the_environment() {
        let context = Context::of(&[("HOME", "/home/u"), ("XDG_CACHE_HOME", "relative"), ("XDG_CONFIG_HOME", "/c")]);
        assert_eq!(context.config_file().unwrap(), Path::new("/c/dl/config.toml"));
        assert!(context.cache_folder().unwrap().starts_with("/home/u"));
        assert_eq!(Context::of(&[("HOME", "")]).variable("HOME"), None);
    }

    #[test]
    fn the_list_is_sorted_and_whole() {
        assert!(VARIABLES.is_sorted());
        assert_eq!(option_variable("max-age"), "DL_MAX_AGE");
    }
}
