//! `dl fetch`: makes tasks of what was asked, lets the manager do them, and tells what came of each.

use super::fetch_outcome::{Outcome, Told};
use super::fetch_renewal;
use crate::cli::Session;
use crate::cli::args::Fetch;
use crate::cli::context::read_named_text;
use crate::cli::input::{self, Asked, LIST_WORDS};
use crate::cli::meaning::place::{refuse_conflicts, refuse_in_cache};
use crate::cli::meaning::{Planner, request, sharing};
use crate::cli::progress::Watch;
use crate::cli::settings::{Layers, Setting};
use crate::cli::{hints, memory, signals};
use clap::Arg;
use dl::cache;
use dl::checksums::{self, Row};
use dl::error::{Error, Result};
use dl::manager::report::{Report, Source};
use dl::manager::task::{Destination, Freshness, Task};
use dl::manager::{Manager, Options};
use dl::shared::Shared;
use dl::transfer::job::Expected;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// The largest list of checksums that is read from a URL.
const LARGEST_LIST_BYTES: u64 = 64 << 20;

/// Examples, for `--help`.
pub(crate) const EXAMPLES: &str = "\
  dl fetch https://example.org/trips.csv            the path of the cached file
  gzip -dc \"$(dl https://example.org/trips.csv.gz)\" | head
  dl -o data/trips.csv --refresh https://example.org/trips.csv
  dl --sha256 9f86d0…0a08 --mirror https://mirror.example.net/a.tgz -O https://example.org/a.tgz
  dl -i list.txt -P data -j 16
  dl --checksums https://example.org/SHA256SUMS -P dist
  dl --extract vendor/x --strip 1 https://example.org/x-1.2.tar.gz
  dl --member data/trips.csv -o trips.csv https://example.org/all.zip
  dl --unpack -O https://example.org/trips.csv.gz    writes trips.csv
  dl --no-cache https://example.org/status.json | jq .state
  dl --freshness http --explain https://api.example.org/rates.json
  dl --max-age 1d --stale-if-error --json https://example.org/rates.json
  dl --data-json '{\"q\": 1}' -H 'Authorization: @env:API_TOKEN' https://api.example.org/search
  dl --dry-run --explain https://example.org/trips.csv";

/// One thing to report on, in the order in which it was asked for.
enum Planned {
    /// The manager does it; its number among the manager's tasks.
    Task(usize),
    /// It failed before.
    Failed(Box<Report>),
}

/// Fetches.
///
/// # Errors
/// Usage, before anything was asked; failures of single URLs are told, and are in the exit code.
pub(crate) fn run(session: &Session<'_>) -> Result<u8> {
    let layers = session.layers()?;
    let (from_descriptor, settings) = descriptor(session)?;
    let mut planner = Planner::new(session.context, &layers, &session.typed, settings);
    let args = planner.base()?;
    session.adopt(&args.global, args.tell.explain);
    refuse_nonsense(&args)?;
    let mut asked = gather(&args, from_descriptor)?;
    let rows = match &args.right.checksums {
        Some(list) => Some(list_of_checksums(session, &mut planner, &args, list)?),
        None => None,
    };
    let every_row = asked.is_empty() && args.ask.input.is_none();
    match (&rows, every_row) {
        (Some(rows), true) => asked = all_rows(rows, &args)?,
        (None, true) => {
            return Err(
                Error::usage("nothing to fetch: a URL is missing").hint("dl fetch URL…, or -i FILE; dl fetch -h")
            );
        }
        _ => {}
    }
    refuse_one_file_options(session, &args, asked.len())?;

    let mut tasks = Vec::new();
    let mut plan = Vec::new();
    for asked in asked {
        let mut task = planner.task(&asked)?;
        if let Some(Err(error)) = rows.as_deref().filter(|_| !every_row).map(|rows| prove(&mut task, rows)) {
            plan.push(Planned::Failed(Box::new(failed(&task, error))));
        } else {
            plan.push(Planned::Task(tasks.len()));
            tasks.push(task);
        }
    }
    if fetch_renewal::is_this(session) {
        let cache = cache_options(session, &args, &mut tasks)?;
        return Ok(fetch_renewal::renew(manager_options(session, &args, cache, None), tasks));
    }
    refuse_json_beside_bytes(&args, &tasks)?;
    let cache = cache_options(session, &args, &mut tasks)?;
    let shared = if args.global.no_cache { None } else { sharing::shared(session, &args.global, &layers)? };
    let folder = cache.as_ref().map(|c| c.folder.as_path());
    refuse_conflicts(&tasks, folder)?;
    for beside in [&args.tell.meta, &args.tell.dump_header].into_iter().flatten() {
        folder.map_or(Ok(()), |folder| refuse_in_cache(beside, folder))?;
    }
    let options = manager_options(session, &args, cache, shared);
    memory::share(options.jobs.min(tasks.len()));
    Ok(do_all(session, &layers, &args, options, &Arc::new(tasks), plan))
}

/// The URL and settings of the descriptor file, if one is named.
fn descriptor(session: &Session<'_>) -> Result<(Option<String>, Vec<Setting>)> {
    let path = session.typed.matches.try_get_one::<PathBuf>("descriptor").ok().flatten();
    let Some(path) = path else { return Ok((None, Vec::new())) };
    let options: Vec<Arg> = session.typed.command.borrow().get_arguments().cloned().collect();
    let (url, settings) = input::read_descriptor(path, &options)?;
    Ok((Some(url), settings))
}

fn gather(args: &Fetch, from_descriptor: Option<String>) -> Result<Vec<Asked>> {
    let mut asked = Vec::new();
    for (index, url) in args.ask.url.iter().enumerate() {
        if let Some(error) = hints::misplaced(url, index == 0) {
            return Err(error);
        }
        asked.push(Asked::typed(url));
    }
    if let Some(url) = from_descriptor {
        if !asked.is_empty() || args.ask.input.is_some() {
            return Err(Error::usage("--descriptor has its own URL: no other can be given"));
        }
        asked.push(Asked::typed(&url));
    }
    if let Some(path) = &args.ask.input {
        asked.extend(input::read_list(path)?);
    }
    Ok(asked)
}

fn refuse_nonsense(args: &Fetch) -> Result<()> {
    if request::stdin_uses(args) > 1 {
        return Err(Error::usage("standard input is named more than once"));
    }
    if args.tell.dump_header.as_deref() == Some(Path::new("-")) || args.tell.meta.as_deref() == Some(Path::new("-")) {
        return Err(Error::usage("standard output carries results only: name a file")
            .hint("-D /dev/stderr shows the head; --json prints the result"));
    }
    if args.right.base.is_some() && args.right.checksums.is_none() {
        return Err(Error::usage("--base needs --checksums"));
    }
    Ok(())
}

/// What describes one file takes one URL.
fn refuse_one_file_options(session: &Session<'_>, args: &Fetch, count: usize) -> Result<()> {
    if count < 2 && args.ask.input.is_none() {
        return Ok(());
    }
    let to_stdout = args.place.output.as_deref() == Some(Path::new("-"));
    for option in crate::cli::settings::ONE_FILE {
        let id = option.replace('-', "_");
        if session.typed.has(&id) && !(to_stdout && *option == "output") {
            let several = if args.ask.input.is_some() { "-i is given" } else { "several URLs are given" };
            return Err(Error::usage(format!("`--{option}` describes one file, and {several}")).hint(LIST_WORDS));
        }
    }
    Ok(())
}

fn refuse_json_beside_bytes(args: &Fetch, tasks: &[Task]) -> Result<()> {
    let bytes = tasks.iter().any(|t| matches!(t.destination, Destination::Open));
    if args.global.json && bytes && !args.tell.dry_run {
        return Err(Error::usage("--json and the file's bytes cannot both go to standard output")
            .hint("--meta FILE writes the JSON to a file"));
    }
    Ok(())
}

/// Where the cache is. Without any folder a fetch with a destination goes on without it.
fn cache_options(session: &Session<'_>, args: &Fetch, tasks: &mut [Task]) -> Result<Option<cache::Options>> {
    if args.global.no_cache {
        return Ok(None);
    }
    match session.cache_options(&args.global) {
        Ok(options) => Ok(Some(options)),
        Err(error) if tasks.iter().any(|t| matches!(t.destination, Destination::Cache)) => Err(error),
        Err(_) => {
            session.output.warn("no folder for the cache is known: going on without it");
            for task in tasks {
                task.policy.no_cache = true;
            }
            Ok(None)
        }
    }
}

fn manager_options(
    session: &Session<'_>,
    args: &Fetch,
    cache: Option<cache::Options>,
    shared: Option<Arc<Shared>>,
) -> Options {
    let defaults = Options::default();
    Options {
        cache,
        shared,
        jobs: args.travel.jobs.unwrap_or(defaults.jobs),
        join_timeout: args.global.join_timeout,
        fail_fast: args.travel.fail_fast,
        dry_run: args.tell.dry_run,
        spool: session.context.temporary_folder(),
    }
}

/// What a task is called before its file is known.
fn name_of(task: &Task) -> String {
    let output = match &task.destination {
        Destination::Path(path) => path.file_name().map(|n| n.to_string_lossy().into_owned()),
        _ => None,
    };
    output
        .or_else(|| dl::transfer::filename::from_url(&task.descriptor.url))
        .or_else(|| task.descriptor.url.host_str().map(str::to_owned))
        .unwrap_or_else(|| task.descriptor.url.scheme().to_owned())
}

/// What each of them is called.
fn names_of(tasks: &Arc<Vec<Task>>) -> Box<dyn Fn(usize) -> String + Send + Sync> {
    let tasks = Arc::clone(tasks);
    Box::new(move |index| tasks.get(index).map_or_else(String::new, name_of))
}

fn do_all(
    session: &Session<'_>,
    layers: &Layers,
    args: &Fetch,
    options: Options,
    tasks: &Arc<Vec<Task>>,
    plan: Vec<Planned>,
) -> u8 {
    let writes = tasks.iter().any(|t| !matches!(t.destination, Destination::Cache));
    if writes && !args.tell.dry_run {
        signals::start(&session.output);
    }
    let on_terminal =
        session.context.stderr_is_terminal && session.context.variable("TERM").is_none_or(|t| t != "dumb");
    let watch =
        Watch::new(Arc::clone(&session.output), args.global.progress, on_terminal, tasks.len(), names_of(tasks));
    let mut outcome = Outcome::new(
        Arc::clone(&session.output),
        layers.secrets(),
        Told {
            json: args.global.json,
            meta: args.tell.meta.clone(),
            dump_header: args.tell.dump_header.clone(),
            exit_code: args.tell.exit_code,
            binary_wanted: args.place.output.as_deref() == Some(Path::new("-")),
            hint_of_cache: session.context.stderr_is_terminal && session.context.stdout_is_terminal,
            several: plan.len() > 1,
        },
    );
    let mut plan = plan.into_iter().peekable();
    let limited = options.cache.clone().filter(|_| !args.tell.dry_run);
    let mut has_written = false;
    let mut renews = false;
    let manager = Manager::new(options);
    let listener = |index: usize| watch.listener(index);
    let mut done = |index: usize, report: Report| {
        // What failed before it, in the order asked for, comes first.
        for planned in plan.by_ref() {
            match planned {
                Planned::Failed(report) => outcome.take(None, *report),
                Planned::Task(number) => {
                    debug_assert_eq!(number, index, "reports come in the order of the tasks");
                    break;
                }
            }
        }
        has_written |= report.source == Some(Source::Network);
        renews |= report.renew && report.error.is_none();
        outcome.take(tasks.get(index), report);
    };
    if !tasks.is_empty() {
        manager.run(tasks, &listener, &mut done);
    }
    for planned in plan {
        if let Planned::Failed(report) = planned {
            outcome.take(None, *report);
        }
    }
    let code = outcome.end();
    if renews {
        fetch_renewal::start();
    }
    if let Some(options) = limited.filter(|_| has_written) {
        keep_limits(layers, &options);
    }
    code
}

/// How long the limits of the cache may be worked on, once everything is told.
const LIMITS_BUDGET: std::time::Duration = std::time::Duration::from_millis(900);

/// Keeps the cache's limits, if it is time. Nobody waits for it to be right: the next day comes.
pub(crate) fn keep_limits(layers: &Layers, options: &cache::Options) {
    if layers.limits != cache::clean::Limits::default()
        && let Ok(cache) = cache::Cache::open(options, &dl::event::Silent)
    {
        let _ = cache.keep_limits(layers.limits, LIMITS_BUDGET);
    }
}

// ---- lists of checksums

/// The report of a task that was not begun.
fn failed(task: &Task, error: Error) -> Report {
    Report {
        url: task.travel.secrets.redact_url(&task.descriptor.url),
        method: task.descriptor.method.clone().unwrap_or_else(|| "GET".to_owned()),
        error: Some(error),
        ..Report::default()
    }
}

/// Adds what the list says about the task's file.
fn prove(task: &mut Task, rows: &[Row]) -> Result<()> {
    let path = percent_encoding::percent_decode_str(task.descriptor.url.path()).decode_utf8_lossy().into_owned();
    let by_url = checksums::find(rows, &path);
    // A URL without a telling name: what the file is to be called may be listed.
    let digests = match by_url {
        Err(error) if error.code() == "not_listed" => {
            task.proof.names.iter().find_map(|name| checksums::find(rows, name).ok()).ok_or(error)?
        }
        found => found?,
    };
    let says = |digest| Expected { digest, who_says: "--checksums".to_owned() };
    task.proof.digests.extend(digests.into_iter().map(says));
    Ok(())
}

/// Reads a list from a file, or fetches it: asked for anew each time, since an old list would prove an old file.
fn list_of_checksums(session: &Session<'_>, planner: &mut Planner<'_>, args: &Fetch, list: &str) -> Result<Vec<Row>> {
    let text =
        if input::is_url(list) { fetch_list(session, planner, args, list)? } else { read_named_text(Path::new(list))? };
    checksums::parse(&text).map_err(|e| {
        let secrets = session.layers().map(|layers| layers.secrets()).unwrap_or_default();
        e.context(format!("bad list of checksums `{}`", secrets.redact_references(list)))
    })
}

fn fetch_list(session: &Session<'_>, planner: &mut Planner<'_>, args: &Fetch, list: &str) -> Result<String> {
    let mut task = planner.task(&Asked::typed(list))?;
    // What was said about the files is not said about their list.
    let own = Task::new(task.descriptor.clone());
    task.descriptor.payload = own.descriptor.payload.clone();
    task.descriptor.method = None;
    task.descriptor.query.clear();
    task.descriptor.mirrors.clear();
    task.descriptor.key_uri = None;
    task.descriptor.key_params.clear();
    task.policy.freshness = if args.global.offline || args.tell.dry_run { Freshness::Any } else { Freshness::Check };
    task.policy.offline |= args.tell.dry_run;
    (task.policy.newer_than, task.policy.older_than, task.policy.keep) = (None, None, None);
    task.proof = dl::transfer::job::Proof { max_size: Some(LARGEST_LIST_BYTES), ..own.proof };
    (task.description, task.delivery) = (own.description, own.delivery);
    task.destination = Destination::Open;
    (task.content, task.max_unpacked) = (own.content, own.max_unpacked);
    let mut tasks = [task];
    let cache = cache_options(session, args, &mut tasks)?;
    let tasks = Arc::new(Vec::from(tasks));
    let on_terminal = session.context.stderr_is_terminal;
    let output = Arc::clone(&session.output);
    let watch = Watch::new(output, args.global.progress, on_terminal, tasks.len(), names_of(&tasks));
    let manager = Manager::new(Options { dry_run: false, ..manager_options(session, args, cache, None) });
    let mut got = None;
    manager.run(&tasks, &|index| watch.listener(index), &mut |_, report| got = Some(report));
    let report = got.ok_or_else(|| Error::new(dl::error::Kind::Other, "no_report", "the list was not fetched"))?;
    if let Some(error) = report.error {
        let error = error.map_text(|text| report.mask.apply(text));
        return Err(error.context(format!("cannot fetch the list of checksums `{}`", report.url)));
    }
    let mut file = report.open.ok_or_else(|| Error::new(dl::error::Kind::Other, "no_file", "the list has no bytes"))?;
    let failed = |e: std::io::Error| Error::disk("cannot read the list of checksums", &e);
    std::io::Seek::rewind(&mut file).map_err(failed)?;
    let mut text = String::new();
    file.take(LARGEST_LIST_BYTES).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// Every row of the list as something to fetch, relative to the list or to `--base`.
fn all_rows(rows: &[Row], args: &Fetch) -> Result<Vec<Asked>> {
    let list = args.right.checksums.as_deref().unwrap_or_default();
    let base = match (&args.right.base, input::is_url(list)) {
        (Some(base), _) => dl::descriptor::address::parse_url(&folder_of(base))?,
        (None, true) => dl::descriptor::address::parse_url(list)?,
        (None, false) => {
            return Err(Error::usage("the list of checksums is a file: what its names are relative to is not known")
                .hint("--base URL"));
        }
    };
    let mut all: Vec<Asked> = Vec::new();
    for row in rows {
        let url = join(&base, &row.name)?.to_string();
        match all.iter_mut().find(|a| a.url == url) {
            Some(asked) => asked.checksums.push(row.digest.clone()),
            None => all.push(Asked { checksums: vec![row.digest.clone()], ..Asked::typed(&url) }),
        }
    }
    Ok(all)
}

/// A base is a folder, whether it was written with its last slash or not.
fn folder_of(base: &str) -> String {
    if base.ends_with('/') || base.contains(['?', '#']) { base.to_owned() } else { format!("{base}/") }
}

/// A name below a base's folder; it stays on that host and in that folder.
fn join(base: &Url, name: &str) -> Result<Url> {
    let wrong = || Error::usage(format!("the list of checksums names `{name}`, which leaves its folder"));
    if !checksums::is_plain_name(name) {
        return Err(wrong());
    }
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    {
        let mut segments = url.path_segments_mut().map_err(|()| wrong())?;
        segments.pop().extend(name.split('/'));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_fetched_below_their_list() {
        let list = Url::parse("https://h/pub/v1/SHA256SUMS?sig=1").unwrap();
        assert_eq!(join(&list, "dir/a b#1.txt").unwrap().as_str(), "https://h/pub/v1/dir/a%20b%231.txt");
        for bad in ["../x", "/x", "a//b"] {
            assert!(join(&list, bad).is_err(), "{bad}");
        }
        // A name is a name, also where it looks like a URL.
        assert_eq!(join(&list, "file:x").unwrap().host_str(), Some("h"));
        assert_eq!(folder_of("https://h/a"), "https://h/a/");
    }
}
