//! A command as it is meant (`Command`), what was found of it at this moment (`Capture`), and the key that follows from both.

use crate::descriptor::{Key, bytes_to_json, canonical};
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::run::job::Subject;
use crate::run::terms::Terms;
use serde_json::{Map, Value, json};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Where programs are looked for if nothing is said (as `execvp`).
const USUAL_PATH: &str = "/usr/bin:/bin";
/// What stands in the address of a run as it is.
const PLAIN: &percent_encoding::AsciiSet =
    &percent_encoding::CONTROLS.add(b' ').add(b'%').add(b'#').add(b'?').add(b'"').add(b'\\');
/// The longest name of a record's file, without its ending.
const NAME_BYTES: usize = 100;

/// A command that is to be run, or replayed.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program and its arguments, as typed; not empty.
    pub words: Vec<OsString>,
    /// The working directory, absolute.
    pub folder: PathBuf,
    /// The working directory joins no key (`--ignore-cwd`, `--share`).
    pub anywhere: bool,
    /// Variables whose values join the key.
    pub variables: Vec<OsString>,
    /// The command gets these variables only.
    pub clear_environment: bool,
}

/// What was found of a command at this moment.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The program's file.
    pub program: PathBuf,
    /// The declared variables with their values; `None`: not set.
    pub variables: Vec<(OsString, Option<OsString>)>,
    /// The digest of standard input, if the command gets it.
    pub stdin: Option<Digest>,
}

/// The file of a program, as a shell finds it.
///
/// # Errors
/// `command_not_found` (not found); `not_executable` (usage).
pub fn resolve(program: &OsStr, folder: &Path, path: Option<&OsStr>) -> Result<PathBuf> {
    let shown = program.to_string_lossy();
    let missing = || Error::new(Kind::NotFound, "command_not_found", format!("command not found: `{shown}`"));
    let forbidden =
        |why: &str| Error::new(Kind::Usage, "not_executable", format!("`{shown}` cannot be executed")).cause(why);
    if program.is_empty() {
        return Err(missing());
    }
    if program.as_bytes().contains(&b'/') {
        let file = folder.join(program);
        return match std::fs::metadata(&file) {
            Err(_) => Err(missing()),
            Ok(metadata) if metadata.is_dir() => Err(forbidden("it is a folder")),
            Ok(_) if !is_executable(&file) => Err(forbidden("it has no permission to be executed")),
            Ok(_) => Ok(crate::run::files::normal(&file)),
        };
    }
    let mut found = None;
    for place in path.unwrap_or(OsStr::new(USUAL_PATH)).as_bytes().split(|b| *b == b':') {
        let place = if place.is_empty() { b"." } else { place };
        let file = crate::run::files::normal(&folder.join(OsStr::from_bytes(place)).join(program));
        if file.is_file() {
            if is_executable(&file) {
                return Ok(file);
            }
            found.get_or_insert(file);
        }
    }
    match found {
        Some(file) => Err(forbidden(&format!("`{}` has no permission to be executed", file.display()))),
        None => Err(missing()),
    }
}

fn is_executable(file: &Path) -> bool {
    rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
}

/// What identifies the run: the program, its arguments, where it runs, what it gets, and its dependencies as typed.
#[must_use]
pub fn subject(command: &Command, capture: &Capture, terms: &Terms) -> Subject {
    // A program of the working directory is named as it was typed where that joins no key.
    let typed = Path::new(command.words.first().map_or(OsStr::new(""), OsString::as_os_str));
    let is_of_folder = typed.is_relative() && typed.as_os_str().as_bytes().contains(&b'/');
    let program = if command.anywhere && is_of_folder { typed } else { &capture.program };
    let bytes = |text: &OsStr| bytes_to_json(text.as_bytes());
    let mut params = Map::new();
    params.insert("arguments".into(), command.words.iter().map(|word| bytes(word)).collect());
    if !command.anywhere {
        params.insert("folder".into(), bytes(command.folder.as_os_str()));
    }
    if !capture.variables.is_empty() {
        let digest = |value: &OsString| Digest::sha256(value.as_bytes()).to_string().into();
        let mut all: Vec<_> = capture.variables.iter().collect();
        all.sort();
        all.dedup();
        let pairs = all.into_iter().map(|(name, value)| {
            let value: Value = value.as_ref().map_or(Value::Null, digest);
            (name.to_string_lossy().into_owned(), value)
        });
        params.insert("environment".into(), Value::Object(pairs.collect()));
    }
    if command.clear_environment {
        params.insert("clear_environment".into(), true.into());
    }
    if let Some(stdin) = &capture.stdin {
        params.insert("stdin".into(), stdin.to_string().into());
    }
    if !terms.dependencies.is_empty() {
        params.insert("dependencies".into(), terms.dependencies.iter().map(|d| bytes(d.as_os_str())).collect());
    }
    let name = typed.file_name().map_or_else(|| "command".to_owned(), |name| name.to_string_lossy().into_owned());
    Subject::new(program.as_os_str(), params, &name)
}

impl Subject {
    /// The subject of that name, with what else identifies it.
    pub(crate) fn new(name: &OsStr, params: Map<String, Value>, filename: &str) -> Self {
        let uri = format!("run:{}", percent_encoding::percent_encode(name.as_bytes(), PLAIN));
        let key = Key(Digest::sha256(canonical(&json!({ "params": params, "uri": uri })).as_bytes()).hex());
        let plain = |c: char| if c.is_alphanumeric() || "._+-".contains(c) { c } else { '_' };
        let mut filename: String = filename.trim_start_matches(['.', '-']).chars().map(plain).collect();
        filename.truncate(filename.floor_char_boundary(NAME_BYTES));
        if filename.is_empty() {
            filename.push_str("command");
        }
        Self { key, uri, params, filename: format!("{filename}.run") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(change: impl Fn(&mut Command, &mut Capture, &mut Terms)) -> String {
        let mut command = Command {
            words: vec!["make".into(), "all".into()],
            folder: "/work".into(),
            anywhere: false,
            variables: Vec::new(),
            clear_environment: false,
        };
        let mut capture = Capture { program: "/usr/bin/make".into(), variables: Vec::new(), stdin: None };
        let mut terms = Terms::default();
        change(&mut command, &mut capture, &mut terms);
        subject(&command, &capture, &terms).key.0
    }

    #[test]
    fn what_joins_the_key_and_what_does_not() {
        let plain = key(|_, _, _| {});
        // Written down: a key never changes between releases.
        let text = r#"{"params":{"arguments":["make","all"],"folder":"/work"},"uri":"run:/usr/bin/make"}"#;
        assert_eq!(plain, Digest::sha256(text.as_bytes()).hex());
        let others = [
            key(|command, _, _| command.words[1] = "clean".into()),
            key(|command, _, _| command.words = vec!["makeall".into()]),
            key(|command, _, _| command.folder = "/other".into()),
            key(|command, _, _| command.anywhere = true),
            key(|command, _, _| command.clear_environment = true),
            key(|_, capture, _| capture.program = "/bin/make".into()),
            key(|_, capture, _| capture.stdin = Some(Digest::sha256(b""))),
            key(|_, capture, _| capture.variables = vec![("A".into(), None)]),
            key(|_, capture, _| capture.variables = vec![("A".into(), Some("".into()))]),
            key(|_, _, terms| terms.dependencies = vec!["a".into()]),
        ];
        for (index, other) in others.iter().enumerate() {
            assert!(*other != plain && !others[..index].contains(other), "{index}");
        }
        for same in [
            key(|_, _, terms| terms.outputs = vec!["o".into()]),
            key(|_, _, terms| terms.method = crate::run::terms::Method::Mtime),
            key(|_, _, terms| terms.ttl = Some(std::time::Duration::from_secs(1))),
        ] {
            assert_eq!(same, plain);
        }
        let anywhere = |folder: &str| {
            key(|command, capture, _| {
                (command.anywhere, command.folder) = (true, folder.into());
                command.words[0] = "./tool".into();
                capture.program = Path::new(folder).join("tool");
            })
        };
        assert_eq!(anywhere("/a"), anywhere("/b"));
    }

    #[test]
    fn secrets_of_the_environment_are_digests() {
        let command = Command {
            words: vec!["x".into()],
            folder: "/".into(),
            anywhere: false,
            variables: Vec::new(),
            clear_environment: false,
        };
        let variables = vec![("TOKEN".into(), Some("canary".into()))];
        let capture = Capture { program: "/x".into(), variables, stdin: None };
        assert!(!format!("{:?}", subject(&command, &capture, &Terms::default()).params).contains("canary"));
    }

    #[test]
    fn programs_are_found_as_a_shell_finds_them() {
        use std::os::unix::fs::PermissionsExt;
        let top = tempfile::tempdir().unwrap();
        for (name, mode) in [("a/plain", 0o644), ("b/plain", 0o755), ("b/tool", 0o755), ("a/locked", 0o644)] {
            let path = top.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        }
        let path = OsString::from("a:b");
        let found = |program: &str| {
            resolve(OsStr::new(program), top.path(), Some(&path))
                .map(|file| file.strip_prefix(top.path()).unwrap().to_string_lossy().into_owned())
                .map_err(|e| e.code())
        };
        assert_eq!(found("plain"), Ok("b/plain".to_owned()));
        assert_eq!(found("./b/../b/tool"), Ok("b/tool".to_owned()));
        assert_eq!(found("locked"), Err("not_executable"));
        assert_eq!(found("a/plain"), Err("not_executable"));
        assert_eq!(found("a/"), Err("not_executable"));
        for missing in ["none", "./none", "", "a/plain/x"] {
            assert_eq!(found(missing), Err("command_not_found"), "{missing}");
        }
    }
}
