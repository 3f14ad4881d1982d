//! Single flight across machines: who fetches a key says so in the store, for as long as it lives.
//!
//! A lease only saves work. It is taken by an atomic `add`, expires by itself when its machine dies, and is renewed
//! while its holder works, each time with another text: one that stays the same has nobody behind it.

use crate::descriptor::Key;
use crate::disk::random_name;
use crate::error::Result;
use crate::kv::store::Store;
use crate::shared::{Shared, within};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a lease stands without being renewed: so long a dead machine keeps the others waiting.
const LEASE: Duration = Duration::from_secs(15);
/// How often it is renewed.
pub(crate) const RENEWAL: Duration = Duration::from_secs(5);

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
        let name = name(key);
        let holder = random_name();
        let (asked, mine) = (name.clone(), holder.clone());
        if !within(&self.store, move |store| store.add(asked.as_bytes(), mine.as_bytes(), Some(LEASE)))? {
            return Ok(None);
        }
        let (ended, end) = mpsc::channel::<()>();
        let (store, renewed, mine) = (self.store.clone(), name.clone(), holder.clone());
        let renewer = std::thread::Builder::new().name("lease".to_owned()).spawn(move || {
            let mut times = 0;
            while end.recv_timeout(RENEWAL) == Err(RecvTimeoutError::Timeout) {
                times += 1;
                // A store that fails now is found out by whoever offers.
                let _ = store.set(renewed.as_bytes(), format!("{mine} {times}").as_bytes(), Some(LEASE));
            }
        });
        Ok(Some(Lease { store: self.store.clone(), name, holder, ended: Some(ended), renewer: renewer.ok() }))
    }

    /// What stands for the lease of a key now.
    ///
    /// # Errors
    /// Those of the store.
    pub fn lease_text(&self, key: &Key) -> Result<Option<Vec<u8>>> {
        let name = name(key);
        within(&self.store, move |store| store.get(name.as_bytes()))
    }
}

fn name(key: &Key) -> String {
    format!("shared/lease/{key}")
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(renewer) = self.renewer.take() {
            let _ = renewer.join();
        }
        let (name, holder) = (std::mem::take(&mut self.name), std::mem::take(&mut self.holder));
        // A store that does not answer forgets it by itself.
        let _ = within(&self.store, move |store| {
            let held = store.get(name.as_bytes())?;
            if held.is_some_and(|text| text.starts_with(holder.as_bytes())) {
                store.delete(name.as_bytes())?;
            }
            Ok(())
        });
    }
}
