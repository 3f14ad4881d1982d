//! Digests of a file that is being written, computed once and in order behind the frontier.
//!
//! What has landed is read back (from the page cache) rather than passed along: so the prefix of a resumed file, one
//! stream and many segments are all the same, and memory stays bounded. A large file is hashed on a thread of its
//! own, so that receiving, writing and hashing overlap; a small one at its end, where a thread would cost more.

use crate::digest::{Algorithm, Digests, Hasher};
use crate::transfer::processors;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, Condvar, LazyLock, Mutex, PoisonError};
use std::thread::JoinHandle;

/// From this size on hashing has a thread.
const THREAD_FROM_BYTES: u64 = 4 * 1024 * 1024;
/// How much is read at once.
const BUFFER_BYTES: usize = 256 * 1024;

/// Buffers to read into: as many as there are processors, however many files are hashed.
static BUFFERS: LazyLock<Buffers> = LazyLock::new(|| Buffers {
    shelf: Mutex::new(Shelf { free: vec![Vec::new(); processors()], waiting: 0 }),
    returned: Condvar::new(),
});

struct Buffers {
    shelf: Mutex<Shelf>,
    returned: Condvar,
}

struct Shelf {
    free: Vec<Vec<u8>>,
    /// How many threads wait for one: nobody is woken where nobody waits.
    waiting: usize,
}

impl Buffers {
    /// Waits for a buffer, and lends it.
    fn lend<T>(&self, work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let lock = || self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shelf = lock();
        let mut buffer = loop {
            if let Some(buffer) = shelf.free.pop() {
                break buffer;
            }
            shelf.waiting += 1;
            shelf = self.returned.wait(shelf).unwrap_or_else(PoisonError::into_inner);
            shelf.waiting -= 1;
        };
        drop(shelf);
        let result = work(&mut buffer);
        let mut shelf = lock();
        shelf.free.push(buffer);
        if shelf.waiting > 0 {
            self.returned.notify_one();
        }
        result
    }
}

/// Hashes a file up to a frontier that moves.
pub(super) struct Hashing {
    algorithms: Vec<Algorithm>,
    file: Arc<File>,
    frontier: u64,
    worker: Option<Worker>,
}

struct Worker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<io::Result<Digests>>>,
}

#[derive(Default)]
struct Shared {
    frontier: Mutex<Frontier>,
    moved: Condvar,
}

#[derive(Clone, Copy, Default)]
struct Frontier {
    at: u64,
    /// Nothing more will come.
    closed: bool,
    /// Nobody waits for the digests.
    abandoned: bool,
}

impl Hashing {
    /// Begins at the start of the file.
    pub(super) fn new(file: &File, algorithms: impl IntoIterator<Item = Algorithm>) -> io::Result<Self> {
        let algorithms = algorithms.into_iter().collect();
        Ok(Self { algorithms, file: Arc::new(file.try_clone()?), frontier: 0, worker: None })
    }

    /// Whether all of these are computed.
    pub(super) fn covers(&self, algorithms: &[Algorithm]) -> bool {
        algorithms.iter().all(|a| *a == Algorithm::Sha256 || self.algorithms.contains(a))
    }

    /// How far the bytes are known to be final.
    pub(super) const fn frontier(&self) -> u64 {
        self.frontier
    }

    /// All bytes before `frontier` are in the file and will not change.
    pub(super) fn reached(&mut self, frontier: u64) {
        let step = frontier.saturating_sub(self.frontier.next_multiple_of(BUFFER_BYTES as u64));
        self.frontier = self.frontier.max(frontier);
        match &self.worker {
            // Not woken for every small piece.
            Some(worker) if step > 0 => worker.shared.advance(self.frontier, false),
            None if self.frontier >= THREAD_FROM_BYTES => self.start_thread(),
            _ => {}
        }
    }

    /// The digests of the first `size` bytes, all of which are in the file.
    pub(super) fn finish(mut self, size: u64) -> io::Result<Digests> {
        match self.worker.take() {
            None => hash(&self.file, self.algorithms.iter().copied(), || Frontier {
                at: size,
                closed: true,
                abandoned: false,
            }),
            Some(mut worker) => {
                worker.shared.advance(size, true);
                let lost = || Err(io::Error::other("the hashing thread ended without a word"));
                worker.thread.take().map_or_else(lost, |t| t.join().unwrap_or_else(|_| lost()))
            }
        }
    }

    fn start_thread(&mut self) {
        let shared = Arc::new(Shared::default());
        shared.advance(self.frontier, false);
        let (file, algorithms, watched) = (Arc::clone(&self.file), self.algorithms.clone(), Arc::clone(&shared));
        let thread = std::thread::Builder::new().name("hash".to_owned()).spawn(move || {
            let mut at = 0;
            hash(&file, algorithms, || {
                let seen = watched.wait_beyond(at + BUFFER_BYTES as u64 - 1);
                at = seen.at;
                seen
            })
        });
        // Without a thread the file is hashed at its end.
        self.worker = thread.ok().map(|thread| Worker { shared, thread: Some(thread) });
    }
}

impl Shared {
    fn advance(&self, at: u64, closed: bool) {
        let mut frontier = self.frontier.lock().unwrap_or_else(PoisonError::into_inner);
        frontier.at = at;
        frontier.closed |= closed;
        self.moved.notify_one();
    }

    /// Waits until the frontier lies beyond `at`, or moves no more.
    fn wait_beyond(&self, at: u64) -> Frontier {
        let guard = self.frontier.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = |f: &mut Frontier| f.at <= at && !f.closed && !f.abandoned;
        *self.moved.wait_while(guard, waiting).unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        {
            let mut frontier = self.shared.frontier.lock().unwrap_or_else(PoisonError::into_inner);
            frontier.abandoned = true;
            self.shared.moved.notify_one();
        }
        // The file's handle must be closed before its lock is believed to be free.
        let _ = thread.join();
    }
}

/// Hashes what lies before each frontier that `next` gives, until it is closed.
fn hash(
    file: &File,
    algorithms: impl IntoIterator<Item = Algorithm>,
    mut next: impl FnMut() -> Frontier,
) -> io::Result<Digests> {
    let mut hasher = Hasher::new(algorithms);
    let mut at = 0;
    loop {
        let frontier = next();
        if frontier.abandoned {
            return Err(io::Error::other("abandoned"));
        }
        while at < frontier.at {
            let wanted = usize::try_from(frontier.at - at).unwrap_or(usize::MAX).min(BUFFER_BYTES);
            at += BUFFERS.lend(|buffer| -> io::Result<u64> {
                buffer.resize(buffer.len().max(wanted), 0);
                let read = read_at(file, &mut buffer[..wanted], at)?;
                hasher.update(&buffer[..read]);
                Ok(read as u64)
            })?;
        }
        if frontier.closed {
            return Ok(hasher.finish());
        }
    }
}

/// Reads bytes that must be there.
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, at) {
            Ok(0) => {
                let why = "the file became shorter while it was written";
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    #[test]
    fn small_and_large_alike() {
        for size in [0, 1, 1000, BUFFER_BYTES, 3 * 1024 * 1024 + 17] {
            let bytes: Vec<u8> = (0..size).map(|n| (n * 7 % 251) as u8).collect();
            let file = tempfile::tempfile().unwrap();
            let mut hashing = Hashing::new(&file, [Algorithm::Md5]).unwrap();
            for (n, piece) in bytes.chunks(10_007).enumerate() {
                file.write_all_at(piece, n as u64 * 10_007).unwrap();
                hashing.reached(n as u64 * 10_007 + piece.len() as u64);
            }
            let digests = hashing.finish(size as u64).unwrap();
            assert_eq!(digests.sha256(), &Digest::sha256(&bytes), "{size}");
            assert!(digests.get(Algorithm::Md5).is_some());
        }
    }

    #[test]
    fn a_file_that_shrinks_is_an_error() {
        let file = tempfile::tempfile().unwrap();
        let mut hashing = Hashing::new(&file, []).unwrap();
        hashing.reached(2 * THREAD_FROM_BYTES);
        assert!(hashing.finish(2 * THREAD_FROM_BYTES).is_err());
    }

    #[test]
    fn one_that_is_abandoned_ends() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(4 * THREAD_FROM_BYTES).unwrap();
        let mut hashing = Hashing::new(&file, []).unwrap();
        hashing.reached(2 * THREAD_FROM_BYTES);
        drop(hashing);
    }
}
