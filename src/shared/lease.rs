//! Single flight across machines: who fetches a key says so in the store, for as long as it lives.
//!
//! A lease only saves work. It is taken by an atomic `add`, expires by itself when its machine dies, and is renewed
//! while its holder works.

use crate::descriptor::Key;
use crate::disk::random_name;
use crate::error::Result;
use crate::kv::store::Store;
use crate::shared::Shared;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a lease stands without being renewed: so long a dead machine keeps the others waiting.
const LEASE: Duration = Duration::from_secs(15);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(5);

/// The right to fetch a key, until it is dropped.
#[derive(Debug)]
pub struct Lease {
    store: Store,
    name: String,
    holder: String,
    ended: Option<Sender<()>>,
    renewer: Option<JoinHandle<()>>,
}

impl Shared {
    /// The right to fetch a key; `None`: another machine has it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn lease(&self, key: &Key) -> Result<Option<Lease>> {
        let name = format!("shared/lease/{key}");
        let holder = random_name();
        if !self.store.add(name.as_bytes(), holder.as_bytes(), Some(LEASE))? {
            return Ok(None);
        }
        let (ended, end) = mpsc::channel::<()>();
        let (store, renewed, mine) = (self.store.clone(), name.clone(), holder.clone());
        let renewer = std::thread::Builder::new().name("lease".to_owned()).spawn(move || {
            while end.recv_timeout(RENEWAL) == Err(RecvTimeoutError::Timeout) {
                // A store that fails now is found out by whoever offers.
                let _ = store.set(renewed.as_bytes(), mine.as_bytes(), Some(LEASE));
            }
        });
        Ok(Some(Lease { store: self.store.clone(), name, holder, ended: Some(ended), renewer: renewer.ok() }))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(renewer) = self.renewer.take() {
            let _ = renewer.join();
        }
        if self.store.get(self.name.as_bytes()).is_ok_and(|held| held.as_deref() == Some(self.holder.as_bytes())) {
            let _ = self.store.delete(self.name.as_bytes());
        }
    }
}
