//! Listing and clearing: keys that stand under a digest are found by what is inside.

use super::{Stat, Store};
use crate::error::Result;
use crate::event::Event;
use crate::kv::driver::{Content, Listed};
use crate::kv::envelope::{Envelope, HASHED, OWN, hashed_name};
use std::collections::BTreeMap;

impl Store {
    /// All keys without the prefix, sorted, each once; with `detail` also their sizes and expiries.
    ///
    /// # Errors
    /// As [`Self::get`]; usage (`cannot_list`): this kind of store has no way to list.
    pub fn list(&self, detail: bool) -> Result<BTreeMap<Vec<u8>, Option<Stat>>> {
        let abilities = self.abilities();
        if !abilities.list {
            return Err(self.cannot("cannot_list", "cannot list its keys"));
        }
        let mut listed = BTreeMap::new();
        self.told(self.driver.list(&self.prefix, detail, &mut |one: Listed| {
            let own = abilities.wraps() && one.key.starts_with(OWN);
            if let Some(key) = one.key.strip_prefix(self.prefix.as_slice()).filter(|_| !own) {
                let plain = one.stat.filter(|stat| !stat.wrapped);
                listed.insert(key.to_vec(), plain.map(|stat| Stat { size: stat.size, expires: stat.expires }));
            }
            Ok(())
        }))?;
        if abilities.wraps() {
            self.list_hashed(&mut listed)?;
        }
        if detail {
            let unknown: Vec<Vec<u8>> = listed.iter().filter(|(_, s)| s.is_none()).map(|(k, _)| k.clone()).collect();
            for key in unknown {
                match self.stat(&key)? {
                    Some(stat) => drop(listed.insert(key, Some(stat))),
                    None => drop(listed.remove(&key)),
                }
            }
        }
        Ok(listed)
    }

    fn list_hashed(&self, listed: &mut BTreeMap<Vec<u8>, Option<Stat>>) -> Result<()> {
        let mut names = Vec::new();
        self.told(self.driver.list(HASHED, false, &mut |one: Listed| {
            names.push(one.key);
            Ok(())
        }))?;
        for name in names {
            let Some(entry) = self.told(self.driver.get(&name))? else { continue };
            let Content::Wrapped(content) = entry.content else { continue };
            let Some(envelope) = Envelope::parse(&content).filter(|e| hashed_name(e.key) == name) else { continue };
            if let Some(key) = envelope.key.strip_prefix(self.prefix.as_slice()) {
                listed.insert(key.to_vec(), None);
            }
        }
        Ok(())
    }

    /// Removes every key below the prefix; without one everything that is `dl`'s to see there.
    ///
    /// # Errors
    /// As [`Self::get`]; usage (`cannot_list`): this kind of store has no way to do so.
    pub fn clear(&self) -> Result<()> {
        if !self.prefix.is_empty() && self.abilities().wraps() {
            let keys = self.list(false)?;
            return keys.keys().try_for_each(|key| self.delete(key).map(|_| ()));
        }
        if self.prefix.is_empty()
            && let Some(warning) = self.driver.clear_warning()
        {
            self.listener.event(Event::Warning(format!("store `{}`: {warning}", self.shown)));
        }
        if self.told(self.driver.clear(&self.prefix))? {
            return Ok(());
        }
        Err(self.cannot("cannot_list", "cannot list its keys, and so cannot clear those below a prefix"))
    }
}
