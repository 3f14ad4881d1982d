//! A job under its terms: whether its record answers, whose turn it is to do it, and what is kept of it.

use crate::cache::Cache;
use crate::cache::item::{Attribute, AttributeValue, Item, NewItem};
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::partial::Partial;
use crate::run::inputs::{Input, Place};
use crate::run::outputs::{self, Output};
use crate::run::sight::Sight;
use crate::run::terms::Terms;
use crate::run::verdict::{Asked, Facts, Reason, Verdict, decide};
use crate::shared::Shared;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The label of recorded runs.
pub const LABEL: &str = "run";
/// The first step of waiting for another that does the same; steps grow to the longest.
const FIRST_STEP: Duration = Duration::from_millis(2);
/// The longest step.
const LONGEST_STEP: Duration = Duration::from_millis(50);

/// What identifies a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The key.
    pub key: Key,
    /// `run:` and the program, or the name of the job.
    pub uri: String,
    /// What else joined the key.
    pub params: Map<String, Value>,
    /// What its record is called.
    pub filename: String,
}

/// A job: what identifies it, its terms, and where its record is kept.
#[derive(Debug)]
pub struct Job<'a> {
    /// Where records are.
    pub cache: &'a Cache,
    /// What identifies it.
    pub subject: Subject,
    /// What relative paths are relative to, absolute.
    pub folder: PathBuf,
    /// Its terms.
    pub terms: Terms,
    /// Where other machines' records are looked for, and this one's are offered; `None`: nowhere.
    pub shared: Option<&'a Shared>,
}

/// What is noted with a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    exit_code: u8,
    /// Microseconds since 1970.
    started_at: i64,
    finished_at: i64,
    /// What was declared as output; the files follow.
    declared: Vec<Declared>,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
    /// It was made on another machine; whoever takes it in says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    foreign: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Declared(#[serde(with = "crate::run::text::path")] PathBuf);

/// A record that was found.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) item: Item,
    text: String,
    note: Note,
    learned: bool,
}

impl Known {
    pub(crate) const fn exit_code(&self) -> u8 {
        self.note.exit_code
    }

    pub(crate) const fn times(&self) -> (Timestamp, Timestamp) {
        (Timestamp(self.note.started_at), Timestamp(self.note.finished_at))
    }
}

/// What was done, to be kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done<'a> {
    pub(crate) exit_code: u8,
    pub(crate) started_at: Timestamp,
    pub(crate) finished_at: Timestamp,
    /// How it is shown.
    pub(crate) command: &'a str,
}

/// Whose turn it is.
pub(crate) enum Turn {
    /// Ours; the record is written into this.
    Mine(Box<Partial>),
    /// Another has done it meanwhile; what must be restored, as a reason.
    Answered(Box<Known>, Option<Reason>),
}

impl Job<'_> {
    fn place(&self) -> Place<'_> {
        Place { folder: &self.folder, cache: self.cache.folder(), terms: &self.terms }
    }

    fn asked(&self) -> Asked {
        let Terms { ttl, stale, cache_failures, refresh, disabled, .. } = self.terms;
        Asked { ttl, stale, cache_failures, refresh, disabled }
    }

    fn newest(&self) -> Result<Option<Known>> {
        match self.cache.newest(&self.subject.key, &|_| true)? {
            Some(item) => self.known(item),
            None => Ok(None),
        }
    }

    /// Whether the record answers, and the record.
    pub(crate) fn look(&self) -> Result<(Verdict, Option<Known>)> {
        let asked = self.asked();
        if asked.disabled {
            return Ok((decide(&Facts::default(), &asked), None));
        }
        self.judge(self.newest()?, asked)
    }

    fn judge(&self, known: Option<Known>, asked: Asked) -> Result<(Verdict, Option<Known>)> {
        let Some(mut known) = known else {
            let failed = !asked.refresh && self.cache.failure(&self.subject.key)?.is_some();
            return Ok((decide(&Facts { failed, ..Facts::default() }, &asked), None));
        };
        let age = Timestamp::now().since(Timestamp(known.note.finished_at));
        let mut facts = Facts { age: Some(age), failed: known.note.exit_code != 0, ..Facts::default() };
        if !asked.refresh && (!facts.failed || asked.cache_failures) {
            self.look_at_files(&mut known, &mut facts)?;
        }
        Ok((decide(&facts, &asked), Some(known)))
    }

    fn look_at_files(&self, known: &mut Known, facts: &mut Facts) -> Result<()> {
        let looked = self.place().look(&known.note.inputs, self.terms.method)?;
        facts.input = looked.change;
        if let Some(inputs) = looked.learned {
            known.note.inputs = inputs;
            known.learned = true;
        }
        let kept = |path: &&PathBuf| known.note.declared.iter().any(|declared| declared.0 == **path);
        let never_kept = self.terms.outputs.iter().find(|path| !kept(path));
        let missing = self.terms.output_files.iter().find(|path| !self.folder.join(path).exists());
        facts.unmade = missing.or(never_kept).map(|path| Reason::OutputMissing(path.clone()));
        if facts.input.is_none() && facts.unmade.is_none() {
            let mut asked_for = self.asked_for(&known.note.outputs);
            facts.output = outputs::look(&mut asked_for, &self.folder, &mut known.learned)?;
            known.note.merge(asked_for);
        }
        Ok(())
    }

    /// Those of the kept files that this command asks for.
    fn asked_for(&self, outputs: &[Output]) -> Vec<Output> {
        let asked = |output: &&Output| self.terms.outputs.iter().any(|path| output.path.starts_with(path));
        outputs.iter().filter(asked).cloned().collect()
    }

    /// The record of an item; `None` where it cannot be used.
    pub(crate) fn known(&self, item: Item) -> Result<Option<Known>> {
        let Some(text) = self.cache.run_note(item.id)? else { return Ok(None) };
        let Ok(mut note) = serde_json::from_str::<Note>(&text) else { return Ok(None) };
        note.come_home();
        Ok(Some(Known { item, text, note, learned: false }))
    }

    /// Restores what the record keeps and is asked for, and opens what was recorded. `None`: it is not there any more.
    pub(crate) fn reopen(
        &self,
        known: &mut Known,
        restore: bool,
        listener: &dyn Listener,
    ) -> Result<Option<std::fs::File>> {
        if !self.cache.stands(&known.item, listener)? {
            return Ok(None);
        }
        if restore {
            let mut asked_for = self.asked_for(&known.note.outputs);
            let gone = outputs::restore(self.cache, &mut asked_for, &self.folder)?;
            known.note.merge(asked_for);
            known.learned = true;
            if gone.is_some() {
                return Ok(None);
            }
        }
        let path = &known.item.path;
        let file = std::fs::File::open(path)
            .map_err(|e| Error::disk(format!("cannot read the record `{}`", path.display()), &e))?;
        Ok(Some(file))
    }

    /// Counts the read of a record that was replayed, and writes down what was learned. Nobody waits for it.
    pub(crate) fn replayed(&self, known: &Known) {
        if known.learned
            && let Ok(text) = serde_json::to_string(&known.note)
        {
            self.cache.update_run_note(known.item.id, &known.text, &text);
        }
        self.cache.count_reads(&[known.item.id]);
    }

    /// Waits for its turn. What another does meanwhile is taken, if it answers; with `since`, only if it began after that.
    pub(crate) fn hold(
        &self,
        since: Option<Timestamp>,
        join: Option<Duration>,
        listener: &dyn Listener,
    ) -> Result<Turn> {
        let begun = Instant::now();
        let mut step = FIRST_STEP;
        loop {
            if let Some(mut partial) = self.cache.partial(&self.subject.key)? {
                if let Some((known, restore)) = self.answer_since(since)? {
                    partial.discard();
                    return Ok(Turn::Answered(Box::new(known), restore));
                }
                partial.restart()?;
                return Ok(Turn::Mine(Box::new(partial)));
            }
            if step == FIRST_STEP {
                listener.event(Event::Waiting);
            }
            if join.is_some_and(|limit| begun.elapsed() >= limit) {
                let error =
                    Error::new(Kind::Cache, "join_timeout", "another process runs the same, and was not done in time");
                return Err(error.hint("raise --join-timeout, or try again"));
            }
            std::thread::sleep(step);
            step = (step * 2).min(LONGEST_STEP);
        }
    }

    /// A record that answers, and was begun since.
    fn answer_since(&self, since: Option<Timestamp>) -> Result<Option<(Known, Option<Reason>)>> {
        let newer = |known: &Known| since.is_none_or(|since| known.note.started_at >= since.0);
        let Some(known) = self.newest()?.filter(newer) else { return Ok(None) };
        match self.judge(Some(known), Asked { refresh: false, ..self.asked() })? {
            (Verdict::Replay(restore), Some(known)) => Ok(Some((known, restore))),
            _ => Ok(None),
        }
    }

    /// Reads the dependencies, before the work begins.
    pub(crate) fn see(&self, known: Option<&Known>) -> Result<Vec<Input>> {
        self.place().see(known.map_or(&[], |known| &known.note.inputs))
    }

    /// Keeps what was done: the record, and the files that it made. `None`: it is not kept, and a warning told why.
    pub(crate) fn keep(
        &self,
        done: Done<'_>,
        before: Vec<Input>,
        partial: Partial,
        listener: &dyn Listener,
    ) -> Result<Option<Item>> {
        let warn = |text: String| listener.event(Event::Warning(text));
        if done.exit_code != 0 && !self.terms.cache_failures {
            partial.discard();
            self.note_failure(done)?;
            return Ok(None);
        }
        let looked = self.place().changed_since(&before)?;
        if let Some(reason) = looked.change {
            warn(format!("{} while the command ran: the result is not stored", reason.tell()));
            partial.discard();
            return Ok(None);
        }
        let (mut outputs, mut contents) = (Vec::new(), Vec::new());
        for path in &self.terms.outputs {
            if outputs::capture(self.cache, &self.folder, path, &mut outputs, &mut contents)?.is_none() {
                warn(format!("the output `{}` is not there: the result is not stored", path.display()));
                partial.discard();
                return Ok(None);
            }
        }
        let note = Note {
            exit_code: done.exit_code,
            started_at: done.started_at.0,
            finished_at: done.finished_at.0,
            declared: self.terms.outputs.iter().cloned().map(Declared).collect(),
            inputs: looked.learned.unwrap_or(before),
            outputs,
            foreign: false,
        };
        let text = serde_json::to_string(&note)
            .map_err(|e| Error::new(Kind::Other, "note", "cannot note the run").cause(e.to_string()))?;
        let content = self.cache.intern_spool(partial)?;
        let item = self.cache.commit_run(&self.new_item(done), &content, &text, &contents);
        content.discard();
        item.map(Some)
    }

    fn note_failure(&self, done: Done<'_>) -> Result<()> {
        let error = serde_json::json!({
            "kind": Kind::Other.name(),
            "code": "command_failed",
            "exit_code": done.exit_code,
            "message": format!("the command ended with {}", done.exit_code),
            "causes": [],
        });
        self.cache.fail(self.new_item(done), error).map(|_| ())
    }

    fn new_item(&self, done: Done<'_>) -> NewItem {
        let attribute = |name: &str, value| Attribute { namespace: String::new(), name: name.to_owned(), value };
        let seconds = done.finished_at.since(done.started_at).as_secs_f64();
        NewItem {
            key: self.subject.key.clone(),
            uri: self.subject.uri.clone(),
            params: self.subject.params.clone(),
            filename: self.subject.filename.clone(),
            ext: None,
            label: LABEL.to_owned(),
            attributes: vec![
                attribute("command", AttributeValue::Varchar(done.command.to_owned())),
                attribute("duration", AttributeValue::Float(seconds)),
                attribute("exit_code", AttributeValue::Int(done.exit_code.into())),
            ],
            download: None,
        }
    }

    /// What the record keeps of the files that are asked for.
    pub(crate) fn kept(&self, known: &Known) -> Vec<(PathBuf, Digest, u64)> {
        let file = |output: &Output| match &output.what {
            outputs::What::File { sight, .. } => Some((output.path.clone(), output.digest()?.clone(), sight.size())),
            _ => None,
        };
        self.asked_for(&known.note.outputs).iter().filter_map(file).collect()
    }

    /// Whether a path is in the cache, where no output can be.
    pub(crate) fn refuse_outputs_in_cache(&self) -> Result<()> {
        let cache = self.cache.folder();
        let within = |path: &&PathBuf| crate::run::files::normal(&self.folder.join(path)).starts_with(cache);
        match self.terms.outputs.iter().find(within) {
            Some(path) => Err(Error::usage(format!("the output `{}` is in the cache itself", path.display()))),
            None => Ok(()),
        }
    }
}

impl Note {
    /// What files looked like elsewhere tells nothing of those here: their bytes are compared.
    fn come_home(&mut self) {
        if !std::mem::take(&mut self.foreign) {
            return;
        }
        let forget = |sight: &mut Sight| *sight = sight.clone().elsewhere();
        self.inputs.iter_mut().for_each(|input| forget(&mut input.sight));
        for output in &mut self.outputs {
            if let outputs::What::File { sight, .. } = &mut output.what {
                forget(sight);
            }
        }
    }

    /// Takes over what was learned of some outputs.
    fn merge(&mut self, learned: Vec<Output>) {
        let mut learned = learned.into_iter().peekable();
        for output in &mut self.outputs {
            if let Some(news) = learned.next_if(|news| news.path == output.path) {
                *output = news;
            }
        }
    }
}

/// The folder that relative paths are relative to, as an absolute path.
#[must_use]
pub fn absolute(folder: &Path) -> PathBuf {
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
}
