//! How a recorded run comes in: a content, a note of whoever recorded it, and the blobs that it needs beside its own.
//!
//! Bytes get their places first; then one transaction names them and writes the row. Until then each content is held by a file
//! of its own, so that one which is cleaned away meanwhile is put again. `item_blobs` says which blobs an item needs: they stay as
//! long as the item does, and go with it.

use crate::cache::by_hand::seated;
use crate::cache::commit::{check, hold, reread, seat};
use crate::cache::content::{Content, Interned};
use crate::cache::item::{Item, NewItem};
use crate::cache::registry::item::{Slot, Told};
use crate::cache::registry::{attribute, blob, item, item_blob, run};
use crate::cache::{Cache, blobs, stand};
use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::error::{Error, Result};
use std::fs::File;

impl Cache {
    /// Stores a recorded run: its content, a note, and the blobs that it needs. If the newest READY version of the key has the same
    /// content, that is confirmed and takes the note over; otherwise it is a new version, which takes over the number of a FAILED one.
    ///
    /// # Errors
    /// Kind disk or cache; usage, where an attribute is not a number.
    pub fn commit_run(&self, new: &NewItem, content: &Interned, note: &str, parts: &[Interned]) -> Result<Item> {
        check(new)?;
        let registry = &self.registry;
        let again = || std::iter::once(content).chain(parts).try_for_each(|held| self.again(held));
        let Content { digest, size, .. } = &content.content;
        seated(registry, digest, &again, &|connection, copy| {
            for part in parts {
                hold(registry, connection, &part.content.digest)?;
            }
            let now = Timestamp::now();
            let folder = registry.folder();
            let newest = item::newest(connection, folder, &new.key)?;
            let same = newest.filter(|newest| newest.sha256.as_ref() == Some(digest));
            let id = if let Some(newest) = same {
                let seat = seat(registry, connection, digest, &newest.path, copy)?;
                item::note_copy(connection, newest.id, seat.of_copy())?;
                item::confirmed(connection, newest.id, now)?;
                attribute::set(connection, newest.id, &new.attributes)?;
                newest.id
            } else {
                let slot: Slot = item::next_slot(connection, &new.key)?;
                let path = folder.item(&new.key, slot.version, &new.filename);
                let seat = seat(registry, connection, digest, &path, copy)?;
                let told = Told::Ready(*size, digest, seat.of_copy());
                item::put(connection, slot, new, told, now)?
            };
            run::note(connection, id, note)?;
            let digests: Vec<&Digest> = parts.iter().map(|part| &part.content.digest).collect();
            item_blob::replace(connection, id, &digests)?;
            reread(registry, connection, id)
        })
    }

    /// What is recorded of an item's file is not believed any more: it was read, and is damaged. It is made good where that can be
    /// done, else it is FAILED.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn distrust(&self, item: &Item) -> Result<()> {
        match &item.sha256 {
            Some(digest) if !self.is_read_only() => stand::mend(&self.registry, item, digest).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// What was noted with a recorded run; `None` for any other item.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn run_note(&self, id: i64) -> Result<Option<String>> {
        self.registry.read(|connection| run::state(connection, id))
    }

    /// Writes down what was learned of a recorded run (such as what its files look like now), unless another did so since `seen` was
    /// read. Nobody waits for it: what is not written down is learned again.
    pub fn update_run_note(&self, id: i64, seen: &str, note: &str) {
        if self.registry.folder().is_writable() {
            let _ = self.registry.write(|connection| run::update(connection, id, seen, note));
        }
    }

    /// Opens a blob, if it is there and has its bytes: as its record says, or hashed.
    ///
    /// # Errors
    /// Kind disk or cache.
    pub fn open_blob(&self, digest: &Digest) -> Result<Option<File>> {
        let path = self.registry.folder().blob(digest);
        let known = self.registry.read(|connection| blob::record(connection, digest))?;
        let found = blobs::check(&path, digest, known.as_ref(), self.registry.boot())?;
        if !matches!(found, blobs::Found::Standing(_) | blobs::Found::Right(_)) {
            return Ok(None);
        }
        let file = File::open(&path).map_err(|e| Error::disk(format!("cannot read `{}`", path.display()), &e))?;
        Ok(Some(file))
    }
}
