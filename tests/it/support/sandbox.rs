//! A hermetic place to run `dl` in; `oracle` looks at what was left behind when it goes.

use crate::support::transcript::Transcript;
use sha2::{Digest as _, Sha256};
use std::cell::{Cell, RefCell};
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The program under test.
const DL: &str = env!("CARGO_BIN_EXE_dl");
/// A command that runs longer is hung: it is killed, and the test fails.
const HANG_SECONDS: u64 = 120;
/// How often a running command is looked at.
const POLL: Duration = Duration::from_millis(2);

/// Runs the test once on each backend.
pub fn both(test: impl Fn(&Sandbox)) {
    for backend in ["reqwest", "curl"] {
        test(&Sandbox::new().with_env("DL_BACKEND", backend));
    }
}

/// A line for the person who reads a failed test.
pub fn eprint_line(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A line for the person who looks for a test that hangs (`DL_TEST_TELL`).
pub fn tell(line: impl FnOnce() -> String) {
    if std::env::var_os("DL_TEST_TELL").is_some() {
        eprint_line(&line());
    }
}

/// Hex SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// So many bytes that do not repeat and are the same each time.
pub fn bytes(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ length as u64;
    let mut out = Vec::with_capacity(length + 8);
    while out.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(length);
    out
}

/// A home, a cache and a working folder of its own. When it goes, what `dl` left behind is looked at.
pub struct Sandbox {
    pub(super) root: TempDir,
    environment: RefCell<Vec<(OsString, OsString)>>,
    pub(super) canaries: RefCell<Vec<String>>,
    /// Files that may hold a canary: those a test wrote, and those it asked for with `-D`.
    pub(super) exempt: RefCell<Vec<PathBuf>>,
    pub(super) runs: RefCell<Vec<Transcript>>,
    checked: Cell<bool>,
}

impl Sandbox {
    /// A new one.
    pub fn new() -> Self {
        hear_signals();
        let root = tempfile::Builder::new().prefix("dl-it-").tempdir().unwrap();
        for folder in ["home", "work"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        let sandbox = Self {
            root,
            environment: RefCell::default(),
            canaries: RefCell::default(),
            exempt: RefCell::default(),
            runs: RefCell::default(),
            checked: Cell::new(true),
        };
        sandbox.set("PATH", std::env::var_os("PATH").unwrap_or_default());
        sandbox.set("HOME", sandbox.home());
        sandbox.set("LANG", "C.UTF-8");
        sandbox.set("TZ", "UTC");
        sandbox.set("DL_CACHE_DIR", sandbox.cache());
        // A test that retries should not wait for it.
        sandbox.set("DL_RETRY_DELAY", "5ms");
        if let Some(profile) = std::env::var_os("LLVM_PROFILE_FILE") {
            sandbox.set("LLVM_PROFILE_FILE", profile);
        }
        sandbox
    }

    /// With a variable for every command.
    pub fn with_env(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a variable for every command from here on.
    pub fn set(&self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) {
        self.unset(&name);
        self.environment.borrow_mut().push((name.as_ref().to_owned(), value.as_ref().to_owned()));
    }

    /// Takes a variable away.
    pub fn unset(&self, name: impl AsRef<OsStr>) {
        self.environment.borrow_mut().retain(|(n, _)| n != name.as_ref());
    }

    /// The oracle is not asked: this test breaks the cache on purpose.
    pub fn unchecked(&self) {
        self.checked.set(false);
    }

    /// The backend that `both` chose, or `auto`.
    pub fn backend(&self) -> String {
        let environment = self.environment.borrow();
        let found = environment.iter().find(|(n, _)| n == "DL_BACKEND");
        found.map_or_else(|| "auto".to_owned(), |(_, v)| v.to_string_lossy().into_owned())
    }

    /// The home folder.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// The cache folder.
    pub fn cache(&self) -> PathBuf {
        self.root.path().join("cache")
    }

    /// A path below the working folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.path().join("work").join(name)
    }

    /// The bytes of a file below the working folder.
    #[track_caller]
    pub fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(name);
        std::fs::read(&path).unwrap_or_else(|e| panic!("cannot read `{}`: {e}", path.display()))
    }

    /// Writes a file below the working folder (it may hold secrets).
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        self.may_hold_secrets(&path);
        path
    }

    /// Writes the user's config file.
    pub fn config(&self, text: &str) -> PathBuf {
        let path = self.home().join(".config/dl/config.toml");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        self.may_hold_secrets(&path);
        path
    }

    /// A text that must be found nowhere but on the wire.
    pub fn canary(&self, name: &str) -> String {
        let text = format!("canary-{name}-{}", self.canaries.borrow().len() + 7_340);
        self.is_secret(text.clone());
        text
    }

    /// This text, too, must be found nowhere but on the wire.
    pub fn is_secret(&self, text: impl Into<String>) {
        self.canaries.borrow_mut().push(text.into());
    }

    /// This file may hold a canary (`-D`).
    pub fn may_hold_secrets(&self, path: impl AsRef<Path>) {
        self.exempt.borrow_mut().push(path.as_ref().to_owned());
    }

    /// `dl` with these arguments.
    pub fn dl<I: IntoIterator<Item = S>, S: Into<OsString>>(&self, arguments: I) -> Dl<'_> {
        Dl {
            sandbox: self,
            arguments: arguments.into_iter().map(Into::into).collect(),
            environment: self.environment.borrow().clone(),
            folder: self.path(""),
            stdin: None,
            before: String::new(),
            under: Vec::new(),
            colours: false,
        }
    }

    /// `dl fetch` with these arguments, split at spaces.
    pub fn fetch(&self, arguments: &str) -> Transcript {
        self.dl(std::iter::once("fetch").chain(arguments.split_whitespace())).run()
    }

    /// `dl` with these arguments, split at spaces.
    pub fn run(&self, arguments: &str) -> Transcript {
        self.dl(arguments.split_whitespace()).run()
    }

    /// Every file and folder below the cache, relative, sorted; folders end in `/`.
    pub fn cache_tree(&self) -> Vec<String> {
        tree(&self.cache())
    }

    /// Every file and folder below the working folder.
    pub fn work_tree(&self) -> Vec<String> {
        tree(&self.path(""))
    }

    /// The items of the registry, as `dl cache ls --json --all` tells them.
    #[track_caller]
    pub fn items(&self) -> Vec<serde_json::Value> {
        self.dl(["--no-config", "cache", "ls", "--all", "--json"]).run().ok().json_lines()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if self.checked.get() && !std::thread::panicking() {
            self.check();
        }
    }
}

/// Every file and folder below, relative and sorted; folders end in `/`.
pub fn tree(root: &Path) -> Vec<String> {
    fn walk(root: &Path, folder: &Path, out: &mut Vec<String>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if entry.file_type().is_ok_and(|t| t.is_dir()) {
                out.push(name + "/");
                walk(root, &path, out);
            } else {
                out.push(name);
            }
        }
    }
    let mut out = Vec::new();
    walk(root, root, &mut out);
    out.sort();
    out
}

/// Gives Ctrl-C and TERM their default meaning. A shell that starts tests in the background has them ignored, and whatever is
/// started from there inherits that.
fn hear_signals() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    #[expect(unsafe_code, reason = "the standard library has no call for it")]
    // SAFETY: no handler is installed, only the default is restored.
    ONCE.call_once(|| unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::signal(libc::SIGTERM, libc::SIG_DFL);
    });
}

/// A command that is being put together.
#[must_use = "nothing runs before `run` or `spawn`"]
pub struct Dl<'a> {
    sandbox: &'a Sandbox,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: PathBuf,
    stdin: Option<Vec<u8>>,
    before: String,
    under: Vec<OsString>,
    colours: bool,
}

impl<'a> Dl<'a> {
    /// One more argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// More arguments, split at spaces.
    pub fn args(mut self, arguments: &str) -> Self {
        self.arguments.extend(arguments.split_whitespace().map(OsString::from));
        self
    }

    /// With this variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self = self.without_env(name);
        self.environment.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Without this variable.
    pub fn without_env(mut self, name: &str) -> Self {
        self.environment.retain(|(n, _)| n != name);
        self
    }

    /// In this folder.
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// With these bytes on stdin (otherwise it is empty).
    pub fn stdin(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(content.into());
        self
    }

    /// Under this umask (octal digits).
    pub fn umask(mut self, mask: &str) -> Self {
        self.before = format!("{}umask {mask}; ", self.before);
        self
    }

    /// After this shell text (`ulimit -v 100000;`).
    pub fn after_shell(mut self, text: &str) -> Self {
        self.before.push_str(text);
        self
    }

    /// By way of this program, which gets `dl` and its arguments after its own.
    pub fn under<I: IntoIterator<Item = S>, S: Into<OsString>>(mut self, program: I) -> Self {
        self.under = program.into_iter().map(Into::into).collect();
        self
    }

    /// stderr may hold control bytes: colours or bars were asked for.
    pub fn colours(mut self) -> Self {
        self.colours = true;
        self
    }

    /// Starts it.
    pub fn spawn(self) -> Running<'a> {
        self.spawn_with(Stdio::piped())
    }

    /// Starts it with this in stdout's place.
    pub fn spawn_with(self, stdout: Stdio) -> Running<'a> {
        let mut words = self.under;
        if !self.before.is_empty() {
            words.splice(0..0, ["sh".into(), "-c".into(), format!("{} exec \"$0\" \"$@\"", self.before).into()]);
        }
        words.push(DL.into());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).args(&self.arguments).current_dir(&self.folder).env_clear().envs(self.environment);
        command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.stdout(stdout).stderr(Stdio::piped()).spawn().expect("cannot start dl");
        let words = self.arguments.iter().map(|a| a.to_string_lossy());
        let name = format!("[{}] dl", self.sandbox.backend());
        let told = std::iter::once(name.into()).chain(words).collect::<Vec<_>>().join(" ");
        if let (Some(content), Some(mut stdin)) = (self.stdin, child.stdin.take()) {
            std::thread::spawn(move || {
                let _ = stdin.write_all(&content);
            });
        }
        let stdout = child.stdout.take().map(read_all);
        let stderr = read_all(child.stderr.take().unwrap());
        Running { sandbox: self.sandbox, child, stdout, stderr: Some(stderr), told, colours: self.colours }
    }

    /// Runs it to its end.
    pub fn run(self) -> Transcript {
        self.spawn().wait()
    }
}

fn read_all(mut from: impl std::io::Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

/// A command that runs.
pub struct Running<'a> {
    sandbox: &'a Sandbox,
    child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    told: String,
    colours: bool,
}

impl Running<'_> {
    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// kill -9.
    pub fn kill(&self) {
        self.signal(rustix::process::Signal::KILL);
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Transcript {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > Duration::from_secs(HANG_SECONDS) {
                let _ = self.child.kill();
                let _ = self.child.wait();
                panic!("hung: {}", self.told);
            }
            std::thread::sleep(POLL);
        };
        let stderr = self.stderr.take().unwrap().join().unwrap();
        let transcript = Transcript {
            command: std::mem::take(&mut self.told),
            code: status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)),
            stdout: self.stdout.take().map(|s| s.join().unwrap()).unwrap_or_default(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        };
        if !self.colours {
            let clean = transcript.stderr.chars().all(|c| c == '\n' || !c.is_control());
            assert!(clean, "control characters on stderr: {:?}", transcript.stderr);
        }
        assert_ne!(transcript.code, 101, "a panic\n{}", transcript.tell());
        self.sandbox.runs.borrow_mut().push(transcript.clone());
        transcript
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until it is so; a test that waits longer than a hang has failed.
#[track_caller]
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(HANG_SECONDS / 2), "waited in vain for {what}");
        std::thread::sleep(POLL);
    }
}
