//! What another machine recorded of a job. A store that fails costs one warning.

use crate::run::job::{Job, Subject};

/// Takes in what another machine recorded of a job. False: there is nothing, or nothing that can be had.
pub(crate) fn take(job: &Job<'_>) -> bool {
    let Some(shared) = job.shared.filter(|shared| shared.mode().reads() && !job.cache.is_read_only()) else {
        return false;
    };
    let Subject { key, uri, params, .. } = &job.subject;
    let line = shared.forgive(|shared| shared.find(key)).flatten().filter(|line| line.uri() == uri);
    line.is_some_and(|line| shared.forgive(|shared| shared.take(line, job.cache, key, params)).flatten().is_some())
}
