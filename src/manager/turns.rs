//! Taking turns: what one command unpacks into one folder comes in the order of its tasks, and is recorded as coming so.

use crate::digest::Digest;
use crate::manager::deliver::absolute;
use crate::manager::task::{Destination, Task};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::PathBuf;

/// The place of one tree among those that a command unpacks into one folder, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// Tells this sequence of tasks from others; empty for a tree alone.
    among: String,
    at: usize,
    /// What was unpacked before: digests, and how.
    before: Vec<(Digest, String)>,
}

impl Turn {
    /// What joins the record of an extraction, so that it answers only in this place of this sequence; `None` for a tree alone.
    pub(crate) fn mark(&self) -> Option<Value> {
        if self.among.is_empty() {
            return None;
        }
        let before: Vec<String> = self.before.iter().map(|(digest, how)| format!("{digest} {how}")).collect();
        let before = Digest::sha256(before.join("\n").as_bytes()).hex();
        Some(json!({ "among": self.among, "at": self.at, "before": before }))
    }

    /// What was unpacked before, of which this one may replace something.
    pub(crate) fn before(&self) -> &[(Digest, String)] {
        &self.before
    }

    /// The next one comes after this, if anything came of it.
    pub(crate) fn end(&mut self, came: Option<(Digest, String)>) {
        if !self.among.is_empty() {
            self.before.extend(came);
            self.at += 1;
        }
    }
}

/// The folders that several tasks unpack into.
#[derive(Debug, Default)]
pub(crate) struct Turns(HashMap<PathBuf, Turn>);

impl Turns {
    pub(crate) fn of(tasks: &[Task]) -> Self {
        let mut all: HashMap<PathBuf, Vec<String>> = HashMap::new();
        for task in tasks {
            if let Destination::Tree { folder, strip, members } = &task.destination {
                let text = format!("{} {strip} {members:?}", task.travel.secrets.redact_url(&task.descriptor.url));
                all.entry(absolute(folder)).or_default().push(text);
            }
        }
        all.retain(|_, texts| texts.len() > 1);
        let turn =
            |texts: Vec<String>| Turn { among: Digest::sha256(texts.join("\n").as_bytes()).hex(), ..Turn::default() };
        Self(all.into_iter().map(|(folder, texts)| (folder, turn(texts))).collect())
    }

    pub(crate) fn has(&self, task: &Task) -> bool {
        matches!(&task.destination, Destination::Tree { folder, .. } if self.0.contains_key(&absolute(folder)))
    }

    pub(crate) fn of_task(&mut self, task: &Task) -> Option<&mut Turn> {
        let Destination::Tree { folder, .. } = &task.destination else { return None };
        self.0.get_mut(&absolute(folder))
    }
}
