//! The README and the pages below docs/, held to their word: every command runs and prints what is written there, every example file works,
//! every test and option that is named exists.
//!
//! The conventions, which show nothing to a reader of the rendered page:
//! * A block ` ```console ` is a session: a line `$ command` (continued by `> ` lines), then what it prints on both
//!   outputs. A command that fails is followed by `$ echo $?`. The blocks run in order, in one folder.
//! * `…` in the output stands for any text on the line, a line of `…` alone for any lines; rates and times of the day
//!   differ, and are not compared.
//! * `https://data.example.org/` and `https://mirror.example.net/` are local origins, `/home/you` is the home, and
//!   `cargo run --release --` is the program under test.
//! * `<!-- test: file NAME -->` before a block: it is written to that file. Another `<!-- test: … -->` changes the world
//!   before what follows; see [`World::hook`].

use crate::support::archives::{Tar, gzip};
use crate::support::named::is_a_test;
use crate::support::origin::Origin;
use crate::support::reply::{File, Reply};
use crate::support::sandbox::{Sandbox, eprint_line};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// What the README calls the origin, its mirror, and the home.
const ORIGIN: &str = "https://data.example.org/";
const MIRROR: &str = "https://mirror.example.net/";
const HOME: &str = "/home/you";
/// Stands after each command's output, with its exit code.
const MARK: &str = "--8<-- ";
/// Programs that an example may use, and a machine may not have.
const TOOLS: [&str; 4] = ["jq", "make", "python3", "tar"];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    std::fs::read_to_string(repository().join(name)).unwrap()
}

/// Every page that makes promises.
fn pages() -> Vec<(String, String)> {
    let mut names = vec!["README.md".to_owned(), "CHANGELOG.md".to_owned()];
    for entry in std::fs::read_dir(repository().join("docs")).unwrap() {
        names.push(format!("docs/{}", entry.unwrap().file_name().to_string_lossy()));
    }
    names.into_iter().filter(|n| n.ends_with(".md")).map(|n| (n.clone(), page(&n))).collect()
}

// ---- reading the page

/// One command of a session, and what it is said to print.
#[derive(Debug)]
struct Run {
    line: usize,
    command: String,
    output: Vec<String>,
}

/// What is done in the order of the page.
#[derive(Debug)]
enum Step {
    Session(Vec<Run>),
    File { name: String, text: String },
    Hook(String),
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut file = None;
    let mut lines = text.lines().enumerate();
    while let Some((_, line)) = lines.next() {
        if let Some(hook) = line.strip_prefix("<!-- test: ").and_then(|l| l.strip_suffix(" -->")) {
            match hook.strip_prefix("file ") {
                Some(name) => file = Some(name.to_owned()),
                None => steps.push(Step::Hook(hook.to_owned())),
            }
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<(usize, &str)> = lines.by_ref().take_while(|(_, l)| !l.starts_with("```")).collect();
        if info == "console" {
            steps.push(Step::Session(session(&block)));
        } else if let Some(name) = file.take() {
            let text = block.iter().fold(String::new(), |text, (_, l)| text + l + "\n");
            steps.push(Step::File { name, text });
        }
    }
    steps
}

fn session(block: &[(usize, &str)]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (number, line) in block {
        if let Some(command) = line.strip_prefix("$ ") {
            runs.push(Run { line: number + 1, command: command.to_owned(), output: Vec::new() });
            continue;
        }
        let run = runs.last_mut().unwrap_or_else(|| panic!("line {}: output before a command", number + 1));
        match line.strip_prefix("> ") {
            Some(more) if run.output.is_empty() => {
                run.command.push('\n');
                run.command.push_str(more);
            }
            _ => run.output.push((*line).to_owned()),
        }
    }
    runs
}

// ---- the world it runs in

type Files = Arc<Mutex<BTreeMap<String, File>>>;

/// The files of `https://data.example.org/`.
fn files() -> BTreeMap<String, File> {
    let named = [
        ("/trips.csv", trips(2000).into_bytes()),
        ("/zones.csv", zones(80).into_bytes()),
        ("/zones-1.2.tar.gz", archive()),
    ];
    named.into_iter().map(|(name, text)| (name.to_owned(), File::new(text))).collect()
}

fn trips(count: usize) -> String {
    let row = |i: usize| format!("{i},{},{},{}\n", i * 7 % 80, i * 13 % 80, 5 + i % 55);
    (0..count).fold("trip,from,to,minutes\n".to_owned(), |text, i| text + &row(i))
}

fn archive() -> Vec<u8> {
    let tar =
        Tar::new().file("zones-1.2/north.csv", zones(40).as_bytes()).file("zones-1.2/south.csv", zones(30).as_bytes());
    gzip(&tar.end())
}

fn zones(count: usize) -> String {
    (0..count).fold("zone,name\n".to_owned(), |mut text, i| {
        let _ = writeln!(text, "{i},Zone {i}");
        text
    })
}

fn serve(files: &Files) -> Origin {
    let files = Arc::clone(files);
    Origin::new(move |request, conn| {
        let file = files.lock().unwrap().get(request.path()).cloned();
        match file {
            Some(file) => conn.file(request, &file),
            None => conn.reply(&Reply::new(404).body("not here\n")),
        }
    })
}

/// A sandbox with the two origins of the page.
struct World {
    sandbox: Sandbox,
    files: Files,
    origin: Origin,
    mirror: Origin,
    folder: PathBuf,
    environment: Vec<(String, String)>,
}

impl World {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let files = Arc::new(Mutex::new(files()));
        let (origin, mirror) = (serve(&files), serve(&files));
        let bin = sandbox.path("../bin");
        std::fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dl"), bin.join("dl")).unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
        let environment = [
            ("PATH", path),
            ("HOME", sandbox.home().display().to_string()),
            ("LANG", "C.UTF-8".to_owned()),
            ("DL_BENCH_DL", env!("CARGO_BIN_EXE_dl").to_owned()),
        ];
        let environment = environment.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
        let folder = sandbox.path("");
        Self { sandbox, files, origin, mirror, folder, environment }
    }

    /// From the names of the page to those of this machine.
    fn real(&self, text: &str) -> String {
        text.replace("cargo run --release --", "dl")
            .replace(ORIGIN.trim_end_matches('/'), self.origin.url("/").trim_end_matches('/'))
            .replace(MIRROR.trim_end_matches('/'), self.mirror.url("/").trim_end_matches('/'))
            .replace(HOME, &self.sandbox.home().display().to_string())
    }

    /// And back.
    fn as_written(&self, text: &str) -> String {
        text.replace(&self.origin.url("/"), ORIGIN)
            .replace(&self.mirror.url("/"), MIRROR)
            .replace(&self.sandbox.home().display().to_string(), HOME)
    }

    /// * `in the clone`, `in a folder of its own`: where the next sessions run;
    /// * `trips.csv grows`: the file at the origin is another from here on;
    /// * `two jobs of FILE`: the `run:` lines of a workflow, in two clones, the cache restored in the second.
    fn hook(&mut self, hook: &str) {
        match hook.split(' ').collect::<Vec<_>>().as_slice() {
            ["in", "the", "clone"] => repository().clone_into(&mut self.folder),
            ["in", "a", "folder", "of", "its", "own"] => self.folder = self.sandbox.path(""),
            ["trips.csv", "grows"] => {
                self.files.lock().unwrap().insert("/trips.csv".to_owned(), File::new(trips(2001)));
            }
            ["two", "jobs", "of", file] => self.two_jobs(file),
            _ => panic!("no such hook: {hook}"),
        }
    }

    /// Runs a shell text; gives what it printed on both outputs, without the names of this machine.
    fn shell(&self, folder: &Path, script: &str) -> String {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec 2>&1\n{}", self.real(script))]).current_dir(folder);
        command.env_clear().envs(self.environment.iter().map(|(n, v)| (n, v))).stdin(Stdio::null());
        let output = command.output().unwrap();
        self.as_written(&String::from_utf8_lossy(&output.stdout))
    }

    fn session(&self, runs: &[Run]) {
        let commands: Vec<&Run> = runs.iter().filter(|r| !needs_itself(&r.command)).collect();
        if let Some(tool) = TOOLS.iter().find(|t| commands.iter().any(|r| names(&r.command, t)) && !has(t)) {
            let required = std::env::var_os("DL_TEST_REQUIRE_SERVERS").is_some_and(|v| v == "1");
            assert!(!required, "`{tool}` is not installed, but is required");
            let line = runs.first().map_or(0, |r| r.line);
            return eprint_line(&format!("SKIPPED the README's commands of line {line}: no {tool}"));
        }
        let script = commands.iter().fold(String::new(), |script, run| {
            script + &format!("{}\ns=$?; echo \"{MARK}$s\"; (exit $s)\n", run.command)
        });
        let all = self.shell(&self.folder, &script);
        let mut rest = all.as_str();
        for (index, run) in commands.iter().enumerate() {
            let tell = || format!("line {} of the README: `{}`\n{all}", run.line, run.command);
            let (output, after) = rest.split_once(MARK).unwrap_or_else(|| panic!("no end of {}", tell()));
            let (code, after) = after.split_once('\n').unwrap_or((after, ""));
            rest = after;
            let asked_for_code = commands.get(index + 1).is_some_and(|next| next.command == "echo $?");
            assert!(code == "0" || asked_for_code, "exit {code}, untold: {}", tell());
            let printed: Vec<&str> = output.lines().collect();
            assert!(matches(&run.output, &printed), "expected\n{}\nfrom {}", run.output.join("\n"), tell());
        }
    }

    /// Runs the `run:` lines of a workflow as two jobs on two machines: the second gets the cache folder of the first.
    fn two_jobs(&self, file: &str) {
        let workflow = std::fs::read_to_string(self.folder.join(file)).unwrap();
        let script: String = workflow
            .lines()
            .filter_map(|l| l.trim().strip_prefix("- run: "))
            .fold(String::new(), |script, line| script + line + " || exit\n");
        assert!(!script.is_empty(), "nothing to run in {file}");
        assert!(workflow.contains("DL_CACHE_DIR: ${{ github.workspace }}/.dl-cache"), "the cache is elsewhere");
        let clone = |name: &str| {
            let clone = self.sandbox.path(format!("../{name}"));
            std::fs::create_dir(&clone).unwrap();
            std::fs::copy(self.folder.join("Makefile"), clone.join("Makefile")).unwrap();
            clone
        };
        let job = |clone: &Path| {
            let cache = clone.join(".dl-cache").display().to_string();
            let told = self.shell(clone, &format!("export DL_CACHE_DIR='{cache}'\n{script}echo '{MARK}0'"));
            assert!(told.ends_with(&format!("{MARK}0\n")), "a job failed:\n{told}");
            told
        };
        let (first, second) = (clone("job1"), clone("job2"));
        job(&first);
        let asked = self.origin.count();
        // As such actions do: links come back as files of their own.
        let moved = "tar -cf - --hard-dereference .dl-cache | tar -xf - -C";
        self.shell(&first, &format!("{moved} '{}'", second.display()));
        std::fs::remove_dir_all(&first).unwrap();
        let told = job(&second);
        assert_eq!(self.origin.count(), asked, "the restored cache was not used:\n{told}");
        assert!(told.contains("cached  "), "{told}");
    }
}

/// Commands that cannot run within themselves: that the tests pass is shown by whoever runs this.
fn needs_itself(command: &str) -> bool {
    command == "cargo test" || command.starts_with("git clone ")
}

fn names(command: &str, tool: &str) -> bool {
    let by_itself = tool == "python3" && command.starts_with("benches/");
    by_itself || command.split(|c: char| !c.is_alphanumeric()).any(|word| word == tool)
}

fn has(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

// ---- comparing

/// Whether the lines are those written, where `…` stands for anything.
fn matches(written: &[String], printed: &[&str]) -> bool {
    match (written.split_first(), printed.split_first()) {
        (None, None) => true,
        (Some((line, rest)), _) if line == "…" => (0..=printed.len()).any(|skip| matches(rest, &printed[skip..])),
        (Some((line, rest)), Some((found, after))) => line_matches(line, found) && matches(rest, after),
        _ => false,
    }
}

fn line_matches(written: &str, printed: &str) -> bool {
    let (written, printed) = (without_times(written), without_times(printed));
    let pieces: Vec<&str> = written.split('…').collect();
    let [first, middle @ .., last] = pieces.as_slice() else { return written == printed };
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    for piece in middle {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

/// Rates, durations and ages: what differs from run to run.
fn without_times(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    for index in 0..words.len() {
        let is_number = words[index].starts_with(|c: char| c.is_ascii_digit());
        let unit = words.get(index + 1).copied().unwrap_or_default();
        if is_number && (unit.ends_with("/s") || unit == "s") {
            words[index] = "N";
            words[index + 1] = if unit == "s" { "s" } else { "B/s" };
        }
    }
    words.join(" ")
}

// ---- the tests

#[test]
fn every_command_prints_what_is_written() {
    let mut world = World::new();
    let mut ran = 0;
    for step in steps(&page("README.md")) {
        match step {
            Step::Hook(hook) => world.hook(&hook),
            Step::File { name, text } => {
                let path = world.folder.join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, world.real(&text)).unwrap();
            }
            Step::Session(runs) => {
                world.session(&runs);
                ran += runs.len();
            }
        }
    }
    assert!(ran > 20, "only {ran} commands were found");
}

/// `file::test` in backticks is a test of that file.
#[test]
fn every_test_that_is_named_exists() {
    let text = page("README.md");
    let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let words: Vec<&str> = quoted.filter(|w| *w != "file::test" && w.contains("::")).collect();
    for name in &words {
        assert!(is_a_test(name), "no such test: `{name}`");
    }
    assert!(words.len() > 20, "only {} tests are named", words.len());
}

/// An option that a page writes in backticks is one of `dl`, but for the section about other programs.
#[test]
fn every_option_that_is_named_exists() {
    let sandbox = Sandbox::new();
    let verbs = "key create put best ls set rm clean verify export cat members extract".split(' ');
    let verbs = verbs.map(|verb| format!("cache {verb} --help"));
    let others = [
        "manifest put",
        "manifest show",
        "manifest checkout",
        "blob path",
        "blob rm",
        "blob ls",
        "kv set",
        "kv get",
        "kv ls",
        "run",
    ];
    let verbs = verbs.chain(others.map(|verb| format!("{verb} --help")));
    let texts = ["--help", "fetch --help"].map(str::to_owned).into_iter().chain(verbs);
    let help: String = texts.map(|arguments| sandbox.run(&arguments).ok().out().to_owned()).collect();
    let known = options(&help);
    for (page, text) in pages() {
        let sections = text.split("\n## ").filter(|s| !s.starts_with("Beside curl"));
        for line in sections.flat_map(str::lines) {
            for code in line.split('`').skip(1).step_by(2).filter(|c| !of_another_program(c)) {
                for option in options(code) {
                    assert!(known.contains(&option), "{page}: there is no `{option}`: {line}");
                }
            }
        }
    }
}

fn of_another_program(code: &str) -> bool {
    ["cargo ", "curl ", "wget ", "aria2c ", "cp ", "benches/", "make "].iter().any(|p| code.starts_with(p))
}

fn options(text: &str) -> Vec<String> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    let words = text.split(ends).filter(|w| w.starts_with("--") && w.len() > 3 && !w.starts_with("---"));
    words.map(str::to_owned).collect()
}

/// The table of exit codes is that of the program.
#[test]
fn the_exit_codes_are_all_there() {
    let text = page("README.md");
    let section = text.split("\n## ").find(|s| s.starts_with("Exit codes")).unwrap();
    let rows: Vec<&str> = section.lines().filter_map(|l| l.strip_prefix("| ")?.split(' ').next()).collect();
    let expected: Vec<String> =
        (0..=11).map(|c| c.to_string()).chain(["125–127", "128+N"].map(str::to_owned)).collect();
    assert_eq!(rows.into_iter().filter(|r| r.starts_with(|c: char| c.is_ascii_digit())).collect::<Vec<_>>(), expected);
}

#[test]
fn the_comparison_itself() {
    let written = |lines: &[&str]| lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
    assert!(matches(&written(&["a…z", "…", "end"]), &["abcz", "1", "2", "end"]));
    assert!(matches(&written(&["fetched  a  1 KiB  3.1 MiB/s"]), &["fetched  a  1 KiB  900 B/s"]));
    assert!(matches(&written(&["2 fetched in 0.1 s"]), &["2 fetched in 12.0 s"]));
    for (line, other) in [("a…z", "abc"), ("1 KiB", "2 KiB"), ("a", "a b"), ("x", "")] {
        assert!(!matches(&written(&[line]), &[other]), "{line} is not {other}");
    }
    assert!(!matches(&written(&["a"]), &[]) && !matches(&[], &["a"]));
}
