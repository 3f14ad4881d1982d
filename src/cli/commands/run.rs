//! `dl run`: makes a job of what was typed, lets it run or be replayed, and passes on what the command writes.

use super::fetch::keep_limits;
use super::fetch_outcome::write_file;
use crate::cli::args::Global;
use crate::cli::args::run::Run;
use crate::cli::args::values::truth;
use crate::cli::meaning::sharing;
use crate::cli::output::{Output, escape};
use crate::cli::settings::{Layers, Setting, fold};
use crate::cli::{Session, context};
use clap::{Args as _, FromArgMatches as _};
use dl::cache::{self, Cache};
use dl::descriptor::bytes_to_json;
use dl::digest::Digest;
use dl::error::{Error, Result};
use dl::event::{Event, Listener};
use dl::manager::report::{error_to_json, path_to_json};
use dl::run::command::{Capture, Command, resolve, subject};
use dl::run::job::{Job, Subject};
use dl::run::record::{Sink, Stream};
use dl::run::terms::{Method, Terms};
use dl::run::verdict::Reason;
use dl::run::{Report, Source, Way};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// dl itself failed.
const FAILED: u8 = 125;
/// The command cannot be executed.
const NOT_EXECUTABLE: u8 = 126;
/// There is no such command.
const NOT_FOUND: u8 = 127;
/// Up to date: no.
const OUT_OF_DATE: u8 = 11;

/// Examples, for `--help`.
pub(crate) const EXAMPLES: &str = "\
  dl run --dep src --output app make app         again only when src changed
  dl run --dep 'src/**/*.py' pylint src          the same report, at once
  dl run --ttl 10m --stale 1h -- curl -s https://example.org/rates.json
  dl run --dep \"$(dl https://example.org/trips.csv)\" ./report.py
  dl run --stdin sort < list.txt
  dl run --check --json --dep src make app       is it up to date, and if not, why
  dl run --dependencies a.c b.c --output-files app -- cc -o app a.c b.c
  dl cache ls --label run --where 'duration > 60'

The command writes to pipes, not to a terminal: programs that color their output by themselves must be told to. It runs in a
process group of its own, which ends with dl, and cannot ask on the terminal.
Standard input is empty without --stdin. What it writes goes on at once, and is recorded; when it is replayed, both streams come
in the same order. When nobody reads standard output any more, it is run to its end all the same (up to 64 MiB more).

Exit codes: the command's own; 128+N if signal N ended it; 125 dl itself failed, 126 not executable, 127 not found.
With --check: 0 up to date, 11 not, otherwise those of dl.";

/// The exit code of a failure of `dl run`: the command's own codes must not be taken for ours.
pub(crate) fn exit_code(error: &Error) -> u8 {
    match error.code() {
        "command_not_found" => NOT_FOUND,
        "not_executable" => NOT_EXECUTABLE,
        _ => FAILED,
    }
}

/// Runs or replays.
///
/// # Errors
/// Usage; the command cannot be found or executed; kind disk or cache.
pub(crate) fn run(session: &Session<'_>) -> Result<u8> {
    let (args, layers) = settle(session)?;
    if args.renew {
        // Whoever started this may end, and its terminal with it.
        let _ = rustix::process::setsid();
    }
    refuse_nonsense(&args)?;
    perform(session, &args, &layers).inspect_err(|error| {
        let mut told = error_to_json(error);
        told["exit_code"] = if args.check { error.kind().exit_code() } else { exit_code(error) }.into();
        let meta = json!({ "exit_code": told["exit_code"], "command": words(&args.words), "error": told });
        // What failed first is what is told.
        let _ = write_meta(&args, meta);
    })
}

fn perform(session: &Session<'_>, args: &Run, layers: &Layers) -> Result<u8> {
    let switches = Switches::read(session);
    session.adopt(&args.global, args.explain || switches.debug);
    let terms = terms(args, switches);
    let (stdin, stdin_digest) = if args.stdin {
        let (file, digest) = context::spool_stdin(&session.context.temporary_folder())?;
        (Some(file), Some(digest))
    } else {
        (None, None)
    };
    let (command, capture) = command(session, args, stdin_digest)?;
    let subject = subject(&command, &capture, &terms);
    let told = Told { output: &session.output };
    let asked = Asked { args, command: &command, key: subject.key.0.clone() };
    let cache = open(session, args, &terms, &told)?;
    let shared = if args.share && cache.is_some() { sharing::shared(session, &args.global, layers)? } else { None };
    if args.check {
        let reason = match &cache {
            Some((cache, _)) => {
                dl::run::check(&Job { shared: shared.as_deref(), ..job(cache, subject, &command, terms) })?
            }
            None => Some(Reason::Disabled),
        };
        return answer(session, &asked, reason.as_ref());
    }
    let background = stdin.as_ref().map(File::try_clone).transpose().ok().flatten();
    let way = Way { stdin, join: args.global.join_timeout, renews: args.renew, listener: &told };
    let mut live = Live { output: &session.output };
    let report = if let Some((cache, _)) = &cache {
        let job = Job { shared: shared.as_deref(), ..job(cache, subject, &command, terms) };
        dl::run::run(&job, &command, &capture, way, &mut live)?
    } else {
        told.event(Event::Decision(format!("run: {}", Reason::Disabled.tell())));
        dl::run::unrecorded(&command, &capture, way, &mut live, Reason::Disabled)?
    };
    if report.source == Source::Stale {
        renew(session, background);
    }
    if report.is_first && args.dep.is_empty() && args.dependencies.is_empty() && args.ttl.is_none() && !args.stdin {
        session.output.note("dl: stored: replayed until --refresh");
    }
    write_meta(args, meta(&asked, layers, &report))?;
    let stored = report.item.as_ref().filter(|_| report.source == Source::Run);
    if let (Some((cache, options)), Some(item)) = (cache, stored) {
        if let Some(shared) = shared.filter(|shared| shared.mode().writes()) {
            shared.forgive(|shared| shared.offer(&cache, item, &item.key, &item.params));
        }
        drop(cache);
        keep_limits(layers, &options);
    }
    if let Some(signal) = report.signal.filter(|signal| i32::from(report.exit_code) == 128 + signal) {
        // Whoever waits for us sees that a signal ended it.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    }
    Ok(report.exit_code)
}

/// The options, with the global ones folded: settings of `fetch` (`DL_REFRESH`, `DL_META`) say nothing about commands.
fn settle(session: &Session<'_>) -> Result<(Run, Layers)> {
    let layers = session.layers()?;
    let global = Global::augment_args(clap::Command::new("dl"));
    let is_global = |setting: &&Setting| global.get_arguments().any(|a| a.get_long() == Some(&setting.option));
    let only = |all: &[Setting]| all.iter().filter(is_global).cloned().collect::<Vec<_>>();
    let folded = fold(&session.typed, &[&only(&layers.environment), &only(&layers.file)])?;
    let args = Run::from_arg_matches(&folded.matches).map_err(|e| Error::usage(e.to_string()))?;
    session.adopt(&args.global, args.explain);
    Ok((args, layers))
}

fn refuse_nonsense(args: &Run) -> Result<()> {
    if args.words.is_empty() {
        let error = Error::usage("a command is missing");
        let swallowed = !args.dependencies.is_empty() || !args.output_files.is_empty();
        return Err(error.hint(if swallowed {
            "after --dependencies and --output-files a `--` begins the command"
        } else {
            "dl run [OPTIONS] COMMAND [ARG]…; dl run -h"
        }));
    }
    if args.global.json && !args.check {
        return Err(Error::usage("--json and the command's output cannot both go to standard output")
            .hint("--meta FILE writes the JSON to a file"));
    }
    if args.meta.as_deref() == Some(Path::new("-")) {
        return Err(Error::usage("standard output is the command's: --meta takes a file")
            .hint("--meta /dev/stderr shows it; --check --json prints its answer"));
    }
    if let Some(name) = args.env.iter().find(|name| name.is_empty() || name.as_bytes().contains(&b'=')) {
        let shown = name.to_string_lossy();
        return Err(Error::usage(format!("`{shown}` is no name of a variable"))
            .hint("--env NAME takes the value that it has; `NAME=VALUE dl run --env NAME …` sets it"));
    }
    Ok(())
}

/// What the variables of `dl run` say, and those of jobstamps, which it took over.
#[derive(Debug, Clone, Copy)]
struct Switches {
    disabled: bool,
    debug: bool,
    always_hashes: bool,
}

impl Switches {
    fn read(session: &Session<'_>) -> Self {
        let is_set = |name: &str| {
            let own = session.context.variable(&format!("DL_RUN_{name}"));
            let own = own.is_some_and(|value| value.to_str().is_none_or(|v| truth(v) != Ok(false)));
            // There any text counts.
            own || session.context.variable(&format!("JOBSTAMPS_{name}")).is_some()
        };
        Self { disabled: is_set("DISABLED"), debug: is_set("DEBUG"), always_hashes: is_set("ALWAYS_USE_HASHES") }
    }
}

fn terms(args: &Run, switches: Switches) -> Terms {
    let hashes = args.use_hashes || switches.always_hashes;
    Terms {
        dependencies: args.dep.iter().chain(&args.dependencies).cloned().collect(),
        exclude: args.dep_exclude.clone(),
        outputs: args.output.clone(),
        output_files: args.output_files.clone(),
        method: if hashes { Method::Hash } else { args.method.unwrap_or_default() },
        ttl: args.ttl,
        stale: args.stale.filter(|_| !args.renew),
        cache_failures: args.cache_failures,
        refresh: args.refresh,
        disabled: switches.disabled || args.global.no_cache,
    }
}

fn command(session: &Session<'_>, args: &Run, stdin: Option<Digest>) -> Result<(Command, Capture)> {
    let folder = std::env::current_dir().map_err(|e| Error::disk("the working directory is gone", &e))?;
    let program = args.words.first().map(OsString::as_os_str).unwrap_or_default();
    let capture = Capture {
        program: resolve(program, &folder, session.context.variable("PATH"))?,
        variables: args.env.iter().map(|name| (name.clone(), context::value_of(name))).collect(),
        stdin,
    };
    let command = Command {
        words: args.words.clone(),
        folder,
        anywhere: args.ignore_cwd || args.share,
        variables: args.env.clone(),
        clear_environment: args.env_clear,
    };
    Ok((command, capture))
}

fn job<'a>(cache: &'a Cache, subject: Subject, command: &Command, terms: Terms) -> Job<'a> {
    Job { cache, subject, folder: command.folder.clone(), terms, shared: None }
}

/// The cache; `None` where none is used.
fn open(session: &Session<'_>, args: &Run, terms: &Terms, told: &Told<'_>) -> Result<Option<(Cache, cache::Options)>> {
    if terms.disabled {
        return Ok(None);
    }
    let mut global = args.global.clone();
    if let Some(folder) = &args.stamp_directory {
        global.cache_dir = Some(folder.clone());
    }
    let options = session.cache_options(&global)?;
    match Cache::open(&options, told) {
        Ok(cache) => Ok(Some((cache, options))),
        Err(e) if e.code() == "newer_schema" && !args.check => {
            session.output.warn(&format!("{}: run without it", e.message()));
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

/// What `--check` and `--meta` tell about.
struct Asked<'a> {
    args: &'a Run,
    command: &'a Command,
    key: String,
}

/// Answers `--check`.
fn answer(session: &Session<'_>, asked: &Asked<'_>, reason: Option<&Reason>) -> Result<u8> {
    let mut answer = json!({ "schema": 1, "up_to_date": reason.is_none(), "key": asked.key });
    if let Some(reason) = reason {
        answer["reason"] = reason.name().into();
        if let Some(path) = reason.path() {
            answer["path"] = path_to_json(path);
        }
    }
    if asked.args.global.json {
        session.output.json(&answer)?;
    } else {
        match reason {
            None => session.output.tell("up to date", ""),
            Some(reason) => session.output.tell("out of date", &format!(": {}: {}", reason.name(), reason.tell())),
        }
    }
    write_meta(asked.args, answer)?;
    Ok(if reason.is_none() { 0 } else { OUT_OF_DATE })
}

/// Writes `--meta`, where it was asked for.
fn write_meta(args: &Run, mut meta: Value) -> Result<()> {
    let Some(path) = args.meta.as_ref().filter(|_| !args.renew) else { return Ok(()) };
    meta["schema"] = 1.into();
    write_file(path, format!("{meta}\n").as_bytes(), None)
}

fn words(words: &[OsString]) -> Value {
    words.iter().map(|word| bytes_to_json(word.as_bytes())).collect()
}

fn meta(asked: &Asked<'_>, layers: &Layers, report: &Report) -> Value {
    let outputs = report
        .outputs
        .iter()
        .map(|(path, digest, size)| json!({ "path": path_to_json(path), "size": size, "sha256": digest.hex() }));
    json!({
        "source": report.source.name(),
        "exit_code": report.exit_code,
        "key": asked.key,
        "started_at": report.started_at.to_string(),
        "finished_at": report.finished_at.to_string(),
        "duration": report.finished_at.since(report.started_at).as_secs_f64(),
        "command": words(&asked.command.words),
        "cwd": path_to_json(&asked.command.folder),
        "reason": report.reason.as_ref().map(Reason::name),
        "path": report.reason.as_ref().and_then(Reason::path).map(path_to_json),
        "stored": report.item.is_some(),
        "outputs": outputs.collect::<Vec<_>>(),
        "item": report.item.as_ref().map(|item| item.to_json(&layers.secrets())),
    })
}

/// Starts the same command once more, to renew the record. Nobody waits for it; it reads the standard input that was given.
fn renew(session: &Session<'_>, stdin: Option<File>) {
    let Ok(program) = std::env::current_exe() else { return };
    let mut stdin = stdin;
    if let Some(file) = &mut stdin {
        let _ = std::io::Seek::rewind(file);
    }
    let null = std::process::Stdio::null;
    let _ = std::process::Command::new(program)
        .args(["run", "--renew"])
        .args(&session.typed.arguments)
        .stdin(stdin.map_or_else(null, Into::into))
        .stdout(null())
        .stderr(null())
        .spawn();
}

/// What the command writes, passed on.
struct Live<'a> {
    output: &'a Output,
}

impl Sink for Live<'_> {
    fn take(&mut self, stream: Stream, bytes: &[u8]) -> Result<bool> {
        match stream {
            Stream::Out => self.output.bytes(bytes)?,
            Stream::Err => self.output.error_bytes(bytes),
        }
        Ok(!self.output.was_closed())
    }
}

/// What is told beside it.
struct Told<'a> {
    output: &'a Output,
}

impl Listener for Told<'_> {
    fn event(&self, event: Event) {
        match event {
            Event::Warning(text) => self.output.warn(&text),
            Event::Decision(text) if self.output.manner().explain => {
                self.output.line(&format!("explain: {}", escape(&text)));
            }
            Event::Waiting if self.output.manner().loudness > 0 => {
                self.output.line("* another dl runs the same: waiting for it");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dl::error::Kind;

    #[test]
    fn codes_of_failures_are_not_those_of_commands() {
        for (kind, code, expected) in [
            (Kind::Usage, "usage", 125),
            (Kind::NotFound, "command_not_found", 127),
            (Kind::Usage, "not_executable", 126),
            (Kind::Disk, "disk_full", 125),
        ] {
            assert_eq!(exit_code(&Error::new(kind, code, "x")), expected);
        }
    }
}
