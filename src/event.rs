//! What happens on the way, told to whoever draws or writes it down: progress, warnings, decisions.

/// One thing that happened. Texts are raw: the listener escapes what it prints.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A body begins to arrive: bytes already held (a resumed part), and the whole size where it is known.
    Started {
        /// Bytes that were there before.
        held: u64,
        /// The size of the whole, if the server told.
        total: Option<u64>,
    },
    /// So many more bytes arrived.
    Received(u64),
    /// What was received is of no use (the file changed, the segment was refused): back to so many bytes.
    Restarted(u64),
    /// A wait before the next try, with the reason.
    Retrying {
        /// How long.
        wait: std::time::Duration,
        /// Why the last try failed.
        reason: String,
    },
    /// This fetch waits for another process that fetches the same.
    Waiting,
    /// Something the user should know, in one line.
    Warning(String),
    /// A decision and the rule behind it (`--explain`).
    Decision(String),
    /// Details for `-v`.
    Detail(String),
}

/// Listens to events. Called from several threads.
pub trait Listener: Send + Sync {
    /// Takes one event. Must not block for long.
    fn event(&self, event: Event);

    /// Whether it tells of decisions: then each result is to follow its own, and hits are not looked up together.
    fn tells_decisions(&self) -> bool {
        true
    }
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Listener for Silent {
    fn event(&self, _: Event) {}

    fn tells_decisions(&self) -> bool {
        false
    }
}
