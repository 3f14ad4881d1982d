//! Renewing in the background what was stale and used all the same (`stale-while-revalidate`): the same command once more,
//! after the result is out, for nobody to wait for.

use crate::cli::Session;
use crate::cli::context::Context;
use dl::event::Silent;
use dl::manager::task::{Destination, Freshness, Http, Task};
use dl::manager::{Manager, Options};

/// Starts it, detached. If it cannot be started, the next use tries again.
pub(crate) fn start() {
    if let Some(mut command) = Context::once_more() {
        let _ = command.spawn();
    }
}

/// Whether this process is one that was started for it.
pub(crate) fn is_this(session: &Session<'_>) -> bool {
    session.context.is_renewal()
}

/// Does it: what is stale is validated, nothing is delivered or told.
pub(crate) fn renew(options: Options, mut tasks: Vec<Task>) -> u8 {
    tasks.retain(|task| matches!(task.policy.freshness, Freshness::Http(_)));
    for task in &mut tasks {
        task.destination = Destination::Cache;
        if let Freshness::Http(http) = task.policy.freshness {
            task.policy.freshness = Freshness::Http(Http { renewing: true, ..http });
        }
    }
    Manager::new(options).run(&tasks, &|_| Box::new(Silent), &mut |_, _| {});
    0
}
