//! What another machine recorded of a job. A store that fails costs one warning.

use crate::error::Result;
use crate::event::{Event, Listener};
use crate::run::job::{Job, Known, Subject};
use crate::run::verdict::{Reason, Verdict};

/// Whether the record of a job answers: the one that is here, or else that of another machine.
pub(crate) fn look(job: &Job<'_>, listener: &dyn Listener) -> Result<(Verdict, Option<Known>)> {
    let looked = job.look()?;
    match &looked.0 {
        Verdict::Run(reason) if !matches!(reason, Reason::Refresh | Reason::Disabled) && take(job) => {
            listener.event(Event::Decision(format!("{}; the shared store has a record", reason.tell())));
            job.look()
        }
        _ => Ok(looked),
    }
}

/// Takes in what another machine recorded of a job. False: there is nothing, or nothing that can be had.
fn take(job: &Job<'_>) -> bool {
    let Some(shared) = job.shared.filter(|shared| shared.mode().reads() && !job.cache.is_read_only()) else {
        return false;
    };
    let Subject { key, uri, params, .. } = &job.subject;
    let line = shared.forgive(|shared| shared.find(key)).flatten().filter(|line| line.uri() == uri);
    line.is_some_and(|line| shared.forgive(|shared| shared.take(line, job.cache, key, params)).flatten().is_some())
}
