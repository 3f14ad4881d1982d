//! The shared store on behalf of one task: asked on a local miss before the origin, offered what was fetched.

use crate::cache::Cache;
use crate::cache::item::{Item, Trust};
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::manager::ask::Asking;
use crate::manager::judge::{self, Verdict};
use crate::manager::task::Freshness;
use crate::shared::Shared;
use crate::shared::lease::{Lease, RENEWAL};
use serde_json::{Map, Value};
use std::time::{Duration, Instant};

/// The first step of waiting for another machine; steps grow to the longest.
const FIRST_STEP: Duration = Duration::from_millis(50);
/// The longest step.
const LONGEST_STEP: Duration = Duration::from_secs(1);

/// What is offered once the result is out.
pub(crate) struct Offer<'a> {
    shared: &'a Shared,
    cache: &'a Cache,
    item: Item,
    key: Key,
    params: Map<String, Value>,
    /// Other machines wait for the offer, not only for the fetch.
    _lease: Option<Lease>,
}

impl Offer<'_> {
    /// Offers it. A store that fails costs a warning.
    pub(crate) fn make(self) {
        self.shared.forgive(|shared| shared.offer(self.cache, &self.item, &self.key, &self.params));
    }
}

impl<'a> Asking<'a> {
    /// The shared store, and the key and parameters of this task there; `None` where nothing of it may be shared.
    fn shared_key(&self) -> Option<(&'a Shared, Key, Map<String, Value>)> {
        let shared = self.manager.options.shared.as_deref()?;
        let identity = &self.resolved.identity;
        let is_ours_alone = self.resolved.request.url.scheme() == "file"
            || self.task.trust != Trust::default()
            || (identity.is_private() && !shared.takes_private());
        if is_ours_alone || self.cache.is_none() {
            return None;
        }
        let salt = shared.salt().unwrap_or(&self.salt);
        Some((shared, identity.key(salt), identity.params(salt)))
    }

    /// Asks the shared store for what is not here. True: it had a version that may be used as it is. One that must be
    /// checked is a candidate for that. Where this machine writes too, it waits for another that fetches the same.
    pub(crate) fn taken_from_shared(&mut self, listener: &dyn Listener) -> Result<bool> {
        let wanted = matches!(self.task.policy.freshness, Freshness::Any | Freshness::MaxAge(_));
        let (Some((shared, key, _)), Some(cache)) = (self.shared_key(), self.cache) else { return Ok(false) };
        if !wanted || !shared.mode().reads() {
            return Ok(false);
        }
        let begun = Instant::now();
        let mut step = FIRST_STEP;
        let mut lease = None;
        let patience = self.task.travel.stall_timeout.clamp(RENEWAL * 2, RENEWAL * 4);
        let mut holder = (None, Instant::now());
        loop {
            if self.take_record(shared, cache, &key) {
                self.candidate = self.candidate(listener)?;
                let Some(item) = &self.candidate else { break };
                let (verdict, why) = judge::judge(item, &self.task.policy, Timestamp::now());
                listener.event(Event::Decision(format!("the shared store had it; {why}")));
                if verdict == Verdict::Use {
                    return Ok(true);
                }
                break;
            }
            if lease.is_some() || !shared.mode().writes() || self.task.policy.offline {
                break;
            }
            match shared.forgive(|shared| shared.lease(&key)) {
                // Another may have offered it since it was asked for.
                Some(Some(held)) => lease = Some(held),
                None => break,
                Some(None) => {
                    let text = shared.forgive(|shared| shared.lease_text(&key)).flatten();
                    if text != holder.0 {
                        holder = (text, Instant::now());
                    } else if holder.1.elapsed() > patience {
                        listener.event(Event::Decision("whoever leased this key is gone: not waited for".to_owned()));
                        break;
                    }
                    if step == FIRST_STEP {
                        listener.event(Event::Waiting);
                    }
                    self.wait(begun, step)?;
                    step = (step * 2).min(LONGEST_STEP);
                }
            }
        }
        self.lease = lease;
        Ok(false)
    }

    fn wait(&self, begun: Instant, step: Duration) -> Result<()> {
        if self.manager.options.join_timeout.is_some_and(|limit| begun.elapsed() >= limit) {
            let error =
                Error::new(Kind::Cache, "join_timeout", "another machine fetches the same, and was not done in time");
            return Err(error.hint("raise --join-timeout, or try again"));
        }
        if self.manager.is_cancelled() {
            return Err(Error::new(Kind::Interrupted, "interrupted", "ended by another failure"));
        }
        std::thread::sleep(step);
        Ok(())
    }

    /// Takes in what the record of the key tells of, if its content may be the one asked for.
    fn take_record(&self, shared: &Shared, cache: &Cache, key: &Key) -> bool {
        let Some(local) = &self.key else { return false };
        let Some(line) = shared.forgive(|shared| shared.find(key)).flatten() else { return false };
        let proof = &self.task.proof;
        let sha256 = proof.digests.iter().map(|e| &e.digest).find(|d| d.algorithm() == line.sha256().algorithm());
        let is_other = line.uri() != self.resolved.identity.uri
            || sha256.is_some_and(|given| given != line.sha256())
            || proof.size.is_some_and(|given| given != line.size())
            || proof.max_size.is_some_and(|limit| line.size() > limit);
        if is_other {
            return false;
        }
        let params = self.resolved.identity.params(&self.salt);
        shared.forgive(|shared| shared.take(line, cache, local, &params)).flatten().is_some()
    }

    /// Notes what is to be offered, if it is.
    pub(crate) fn note_offer(&mut self, item: &Item) {
        let is_verified = item.download.as_ref().is_none_or(|d| d.tls_verified != Some(false));
        let writes = self.manager.options.shared.as_ref().is_some_and(|shared| shared.mode().writes());
        self.offered = Some(item.clone()).filter(|_| writes && is_verified);
    }

    /// The offer to make once the result is out.
    pub(crate) fn take_offer(&mut self) -> Option<Offer<'a>> {
        let item = self.offered.take()?;
        let (shared, key, params) = self.shared_key()?;
        Some(Offer { shared, cache: self.cache?, item, key, params, _lease: self.lease.take() })
    }
}
