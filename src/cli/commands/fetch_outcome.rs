//! What is told about each fetched URL: its result, its line for people, its JSON, and the exit code of all.

use crate::cli::context::Context;
use crate::cli::output::Output;
use dl::clock::{Timestamp, show_age, show_size};
use dl::descriptor::Descriptor;
use dl::descriptor::header::Header;
use dl::descriptor::payload::Payload;
use dl::disk::{Replace, Temporary, remove_dead_temporaries};
use dl::error::{Error, Kind, Result};
use dl::manager::report::{Report, Source};
use dl::manager::task::{Destination, Task};
use dl::secret::{REDACTED, Secrets};
use serde_json::{Value, json};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How it is told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// `--json`.
    pub(crate) json: bool,
    /// `--meta`.
    pub(crate) meta: Option<PathBuf>,
    /// `--dump-header`.
    pub(crate) dump_header: Option<PathBuf>,
    /// `--exit-code`.
    pub(crate) exit_code: bool,
    /// `-o -` was typed: bytes go to a terminal as they are.
    pub(crate) binary_wanted: bool,
    /// Someone reads both outputs: a hint where the file went is of use.
    pub(crate) hint_of_cache: bool,
    /// There are several URLs.
    pub(crate) several: bool,
}

/// Takes reports in order, and tells each.
#[derive(Debug)]
pub(crate) struct Outcome {
    output: Arc<Output>,
    secrets: Secrets,
    told: Told,
    /// The first failure in order.
    first: Option<Error>,
    began: Instant,
    counts: Vec<(&'static str, usize)>,
    failures: usize,
    bytes: u64,
    changed: bool,
    hinted: bool,
    meta: Vec<u8>,
}

impl Outcome {
    pub(crate) fn new(output: Arc<Output>, secrets: Secrets, told: Told) -> Self {
        Self {
            output,
            secrets,
            told,
            first: None,
            began: Instant::now(),
            counts: Vec::new(),
            failures: 0,
            bytes: 0,
            changed: false,
            hinted: false,
            meta: Vec::new(),
        }
    }

    /// Tells one report. Whatever fails while telling is the failure of that URL.
    pub(crate) fn take(&mut self, task: Option<&Task>, mut report: Report) {
        if let Some(path) = &self.told.dump_header
            && let Some(head) = head_of(&report)
            && let Err(error) = write_file(path, &head, Some(0o600))
        {
            report.error.get_or_insert(error);
        }
        if report.error.is_none()
            && let Err(error) = self.result(task, &mut report)
        {
            report.error = Some(error);
        }
        // Thousands of hits whose paths alone are wanted pay for no JSON.
        if self.told.json || self.told.meta.is_some() {
            let value = self.json_of(task, &report);
            if self.told.meta.is_some() {
                self.meta.extend_from_slice(format!("{value}\n").as_bytes());
            }
            if self.told.json
                && let Err(error) = self.output.json(&value)
            {
                report.error.get_or_insert(error);
            }
        }
        match report.error.clone() {
            Some(error) => self.failure(error, &report),
            None => self.success(task, &report),
        }
    }

    /// The bytes or the path on standard output.
    fn result(&self, task: Option<&Task>, report: &mut Report) -> Result<()> {
        if report.would.is_some() {
            return Ok(());
        }
        if task.is_some_and(|t| matches!(t.destination, Destination::Open)) {
            let mut file = report
                .open
                .take()
                .ok_or_else(|| Error::new(Kind::Other, "no_file", "the fetched file was not given back"))?;
            return self.output.body(&mut file, self.told.binary_wanted);
        }
        match report.file() {
            Some(path) if !self.told.json => self.output.result(path.as_os_str().as_bytes()),
            _ => Ok(()),
        }
    }

    fn json_of(&self, task: Option<&Task>, report: &Report) -> Value {
        match (report.would, task) {
            (Some(would), Some(task)) if report.error.is_none() => json!({
                "schema": 1,
                "would": would,
                "url": report.url,
                "key": report.key.as_ref().map(|k| k.0.clone()),
                "descriptor": descriptor_to_json(&task.descriptor, &self.secrets),
            }),
            _ => report.to_json(&self.secrets),
        }
    }

    fn failure(&mut self, error: Error, report: &Report) {
        self.failures += 1;
        let error = error.map_text(|text| report.mask.apply(text));
        // A failure names its URL, unless it does so by itself.
        let shown = if !report.url.is_empty() && !error.to_string().contains(&report.url) {
            let (url, message) = (report.mask.apply(&report.url), error.message().to_owned());
            named(&error, format!("{url}: {message}"))
        } else {
            error.clone()
        };
        self.output.error(&shown);
        self.first.get_or_insert(error);
    }

    fn success(&mut self, task: Option<&Task>, report: &Report) {
        self.changed |= report.is_new || report.written;
        self.bytes += report.size.unwrap_or(0);
        if let Some(would) = report.would {
            self.output.tell(&format!("would {would}"), &format!("  {}", report.mask.apply(&report.url)));
            return;
        }
        let Some(source) = report.source else { return };
        let word = source.word();
        match self.counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((word, 1)),
        }
        let name = || report.mask.apply(&shown_name(report));
        // Thousands of hits that nobody is told of pay for no words.
        if !self.output.manner().quiet {
            let size = report.size.map_or_else(String::new, |size| format!("  {}", show_size(size)));
            let detail = detail(source, report, Timestamp::now()).map_or_else(String::new, |d| format!("  {d}"));
            self.output.tell(word, &format!("  {}{size}{detail}", name()));
        }
        let unverified =
            task.is_some_and(|t| t.travel.tls.insecure && matches!(t.descriptor.url.scheme(), "https" | "ftps"));
        if source == Source::Network && unverified {
            self.output.warn(&format!("{}: who served it was not verified (--insecure)", name()));
        }
        let in_cache = task.is_some_and(|t| matches!(t.destination, Destination::Cache));
        if in_cache && self.told.hint_of_cache && !self.hinted {
            self.hinted = true;
            self.output.note("in the cache; -O saves it here");
        }
    }

    /// Writes `--meta`, tells the sum, and gives the exit code: that of the first failure in order.
    pub(crate) fn end(mut self) -> u8 {
        if self.told.several {
            self.tell_sum();
        }
        if let Some(path) = &self.told.meta
            && let Err(error) = write_file(path, &self.meta, None)
        {
            self.output.error(&error);
            self.first.get_or_insert(error);
        }
        match &self.first {
            Some(error) => error.kind().exit_code(),
            None if self.told.exit_code && !self.changed => Kind::No.exit_code(),
            None => 0,
        }
    }

    fn tell_sum(&self) {
        let done: usize = self.counts.iter().map(|(_, count)| count).sum();
        let mut parts: Vec<String> = self.counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
        if self.failures > 0 {
            parts.push(format!("{} failed", self.failures));
        }
        if parts.is_empty() {
            return;
        }
        let seconds = self.began.elapsed().as_secs_f64();
        let files = if done == 1 { "file" } else { "files" };
        self.output.tell(
            "sum",
            &format!("  {done} {files}  {}  {} in {seconds:.1} s", show_size(self.bytes), parts.join(", ")),
        );
    }
}

/// The error with another message in the place of its own.
fn named(error: &Error, message: String) -> Error {
    let mut new = Error::new(error.kind(), error.code(), message);
    for cause in error.causes() {
        new = new.cause(cause.clone());
    }
    match error.hint_text() {
        Some(hint) => new.hint(hint.to_owned()),
        None => new,
    }
}

fn shown_name(report: &Report) -> String {
    let of_path = |path: &PathBuf| path.file_name().map(|n| n.to_string_lossy().into_owned());
    let output = report.output.as_ref().and_then(of_path);
    output
        .or_else(|| report.filename.clone())
        .or_else(|| report.path.as_ref().and_then(of_path))
        .unwrap_or_else(|| report.url.clone())
}

/// A rate, or how old the bytes are.
fn detail(source: Source, report: &Report, now: Timestamp) -> Option<String> {
    let age = || {
        let told = || Some(Duration::from_secs(report.headers.text("age")?.parse().ok()?));
        let item = report.item.as_ref();
        item.map(|item| now.since(item.validated_at.unwrap_or(item.created_at))).or_else(told).map(show_age)
    };
    match source {
        Source::Network => {
            let took = report.finished_at?.since(report.started_at?);
            let rate = (report.size? as f64 / took.as_secs_f64().max(0.001)) as u64;
            Some(format!("{}/s", show_size(rate)))
        }
        Source::Hit => age().map(|age| format!("{age} old (--refresh to ask)")),
        Source::Stale => age().map(|age| format!("{age} old; not confirmed by the origin")),
        Source::Revalidated => Some("unchanged at the origin".to_owned()),
        Source::Present => Some("already there".to_owned()),
        Source::Kept => Some("left as it is".to_owned()),
        Source::Shared => None,
    }
}

/// The head for `-D`: as the backend gave it, or as the cache knows it.
fn head_of(report: &Report) -> Option<Vec<u8>> {
    if let Some(raw) = report.raw_head.as_ref().filter(|raw| !raw.is_empty()) {
        return Some(raw.clone());
    }
    let status = report.http_code?;
    let version = report.http_version.as_deref().filter(|v| !v.is_empty()).unwrap_or("1.1");
    let mut head = format!("HTTP/{version} {status}\r\n").into_bytes();
    for (name, value) in report.headers.iter() {
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    Some(head)
}

/// Writes a small file whole or not at all; into a device or pipe it is simply written.
pub(super) fn write_file(path: &Path, bytes: &[u8], mode: Option<u32>) -> Result<()> {
    let failed = |e: std::io::Error| Error::disk(format!("cannot write `{}`", path.display()), &e);
    let existing = std::fs::metadata(path).ok();
    if existing.as_ref().is_some_and(|m| !m.is_file() && !m.is_dir()) {
        return std::fs::OpenOptions::new().write(true).open(path).and_then(|mut f| f.write_all(bytes)).map_err(failed);
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    dl::disk::make_folder(folder)?;
    let kept = existing.map(|m| m.permissions().mode() & 0o777);
    let mode = mode.or(kept).unwrap_or_else(Context::new_file_mode);
    remove_dead_temporaries(folder);
    let temporary = Temporary::new_in(folder)?;
    temporary.file().write_all(bytes).map_err(failed)?;
    temporary.publish(path, mode, Replace::Allowed)
}

/// A descriptor as a dry run shows it: what would be asked, without its secrets.
fn descriptor_to_json(descriptor: &Descriptor, secrets: &Secrets) -> Value {
    let mut url = descriptor.url.clone();
    if !descriptor.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&descriptor.query);
    }
    let has_payload = descriptor.payload != Payload::None;
    let headers: Vec<Value> = descriptor
        .headers
        .iter()
        .map(|header| match header {
            Header::Set(name, _) if secrets.is_secret_header(name) => json!([name, REDACTED]),
            Header::Set(name, value) => json!([name, dl::descriptor::bytes_to_json(value)]),
            Header::Without(name) => json!([name, null]),
        })
        .collect();
    json!({
        "url": secrets.redact_url(&url),
        "method": descriptor.method.clone().unwrap_or_else(|| if has_payload { "POST" } else { "GET" }.to_owned()),
        "headers": headers,
        "has_body": has_payload,
        "user": descriptor.credentials.as_ref().map(|_| dl::secret::REDACTED),
        "auth_id": descriptor.auth_id,
        "key_uri": descriptor.key_uri,
        "key_params": descriptor.key_params,
        "mirrors": descriptor.mirrors.iter().map(|m| secrets.redact_url(m)).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_whole_and_have_their_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/head");
        write_file(&path, b"a", Some(0o600)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        write_file(&path, b"b", None).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read(&path).unwrap(), b"b");
        write_file(Path::new("/dev/null"), b"c", None).unwrap();
    }

    #[test]
    fn a_dry_run_shows_no_secret() {
        let mut descriptor = Descriptor::new("https://h/a?token=hush").unwrap();
        descriptor.headers.push(Header::parse("Authorization: Bearer hush").unwrap());
        descriptor.query.push(("b".to_owned(), "c d".to_owned()));
        let text = descriptor_to_json(&descriptor, &Secrets::default()).to_string();
        assert!(!text.contains("hush") && text.contains("b=c+d"), "{text}");
    }

    #[test]
    fn details() {
        let now = Timestamp::from_seconds(1000);
        let report = Report {
            size: Some(10 << 20),
            started_at: Some(Timestamp::from_seconds(10)),
            finished_at: Some(Timestamp::from_seconds(20)),
            ..Report::default()
        };
        assert_eq!(detail(Source::Network, &report, now).as_deref(), Some("1.0 MiB/s"));
        assert_eq!(detail(Source::Hit, &report, now), None);
    }
}
