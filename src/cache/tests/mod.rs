//! Tests of the cache as its users see it: a folder of its own for each, bytes committed in one call.

mod by_hand;
mod commit;
mod damage;
#[expect(clippy::disallowed_methods, reason = "more seeds are asked for by a variable")]
mod damage_at_random;
mod find;
mod order;
#[expect(clippy::disallowed_methods, reason = "a test runs itself under other conditions, told by variables")]
mod sharing;
mod stand;

use crate::cache::folder::Folder;
use crate::cache::item::{Attribute, AttributeValue, Download, Item, NewContent, NewItem, Trust};
use crate::cache::{Cache, Options};
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::digest::{Digest, hash_reader};
use crate::event::{Event, Listener};
use crate::message::{Fields, Validators};
use crate::partial::Partial;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// Keeps the warnings.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Listener for Heard {
    fn event(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.0.lock().unwrap().push(text);
        }
    }
}

impl Heard {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A cache in a folder of its own.
struct Sandbox {
    top: tempfile::TempDir,
    cache: Cache,
    heard: Heard,
}

fn options(folder: &Path) -> Options {
    Options { folder: folder.to_owned(), multi_user: false, lock_timeout: Duration::from_secs(30), read_only_ok: true }
}

impl Sandbox {
    fn new() -> Self {
        let top = tempfile::tempdir().unwrap();
        let heard = Heard::default();
        let cache = Cache::open(&options(&top.path().join("cache")), &heard).unwrap();
        Self { top, cache, heard }
    }

    fn folder(&self) -> PathBuf {
        self.top.path().join("cache")
    }

    /// Opens the same folder once more.
    fn open(&self) -> Cache {
        Cache::open(&options(&self.folder()), &self.heard).unwrap()
    }

    /// Opens the folder as a process that the next boot starts.
    fn reopen_as(&self, boot: &str) -> Cache {
        let cache = self.open();
        cache.registry.set_boot(boot);
        cache
    }

    /// Opens the folder with a file system that makes no hard links.
    fn open_without_links(&self, errno: rustix::io::Errno) -> Cache {
        let mut folder = Folder::open(&self.folder(), false).unwrap();
        folder.linker = match errno {
            rustix::io::Errno::MLINK => |_, _| Err(rustix::io::Errno::MLINK.into()),
            rustix::io::Errno::PERM => |_, _| Err(rustix::io::Errno::PERM.into()),
            _ => |_, _| Err(rustix::io::Errno::XDEV.into()),
        };
        Cache::open_folder(folder, &options(&self.folder()), &self.heard).unwrap()
    }

    fn stands(&self, item: &Item) -> bool {
        self.cache.stands(item, &self.heard).unwrap()
    }
}

/// A key that is different for each text.
fn key(name: &str) -> Key {
    Key(Digest::sha256(name.as_bytes()).hex())
}

fn new_item(name: &str) -> NewItem {
    NewItem {
        key: key(name),
        uri: format!("http://h/{name}"),
        params: serde_json::Map::new(),
        filename: format!("{name}.tsv"),
        ext: None,
        label: String::new(),
        attributes: Vec::new(),
        download: Some(download()),
    }
}

fn download() -> Download {
    let mut headers = Fields::new();
    headers.push("content-type", "text/plain");
    headers.push("x-bytes", b"\xff\xfe".to_vec());
    Download {
        resolved_url: Some("http://h/served".to_owned()),
        method: "GET".to_owned(),
        http_code: Some(200),
        http_version: "1.1".to_owned(),
        headers,
        validators: Validators { etag: Some("\"1\"".to_owned()), last_modified: None, date: Some(Timestamp(5)) },
        started_at: Timestamp(1),
        finished_at: Timestamp(2),
        checksums: Vec::new(),
        backend: "reqwest".to_owned(),
        tls_verified: None,
        length_verified: true,
        trust: Trust::default(),
        private: false,
    }
}

fn fill(partial: Partial, bytes: &[u8]) -> (NewContent, Partial) {
    partial.file().write_all(bytes).unwrap();
    let (size, digests) = hash_reader(&mut &*bytes, []).unwrap();
    (NewContent { size, digests }, partial)
}

fn put_as(cache: &Cache, new: NewItem, bytes: &[u8]) -> (Item, bool) {
    let partial = cache.partial(&new.key).unwrap().expect("nobody else fetches this");
    let (content, partial) = fill(partial, bytes);
    cache.commit(new, content, partial, None).unwrap()
}

fn put(cache: &Cache, name: &str, bytes: &[u8]) -> Item {
    put_as(cache, new_item(name), bytes).0
}

fn newest(cache: &Cache, name: &str) -> Option<Item> {
    cache.newest(&key(name), &|_| true).unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn inode(path: &Path) -> u64 {
    std::fs::symlink_metadata(path).unwrap().ino()
}

/// Writes over a file without changing its inode.
fn overwrite(path: &Path, bytes: &[u8]) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

fn int(name: &str, value: i64) -> Attribute {
    Attribute { namespace: String::new(), name: name.to_owned(), value: AttributeValue::Int(value) }
}
