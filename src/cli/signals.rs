//! What happens when a signal ends the process: nothing half-done stays behind, and the shell sees the signal.

use super::output::Output;
use signal_hook::consts::{SIGINT, SIGPIPE, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::sync::{Arc, Once};

static STARTED: Once = Once::new();

/// Begins to listen. Called by commands that go to the network or write, since a thread is not free of cost; before
/// that the system's own way of ending a process is right.
pub(crate) fn start(output: &Arc<Output>) {
    STARTED.call_once(|| {
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
        let output = Arc::clone(output);
        let listen = move || {
            if let Some(signal) = signals.forever().next() {
                dl::disk::remove_temporaries();
                output.clear_bars();
                // Ends the process as the signal would have: the shell sees 128 + N.
                let _ = emulate_default_handler(signal);
            }
        };
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(listen);
    });
}

/// Ends as a process does that writes to a closed pipe: quietly, with 141.
pub(crate) fn end_by_closed_pipe() {
    let _ = emulate_default_handler(SIGPIPE);
}
