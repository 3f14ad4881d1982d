//! The oracle: what must never be left behind by any command, whatever happened to it.

use crate::support::sandbox::{Sandbox, sha256, tree};
use std::collections::BTreeSet;
use std::path::Path;

impl Sandbox {
    /// Looks at what was left behind; called when the sandbox goes.
    pub fn check(&self) {
        for name in self.work_tree() {
            let file = name.rsplit('/').next().unwrap_or_default();
            let stray = file.strip_prefix(".dl-").and_then(|f| f.strip_suffix(".part"));
            assert!(stray.is_none(), "stray file `{name}`");
        }
        self.check_canaries();
        self.check_ready();
    }

    /// Every blob is what its name says, and every READY item is what its row says.
    pub fn check_ready(&self) {
        self.check_blobs();
        self.check_items();
    }

    /// Every blob is what its name says.
    pub fn check_blobs(&self) {
        for name in self.cache_tree() {
            let Some(rest) = name.strip_prefix("blobs/sha256/").filter(|_| !name.ends_with('/')) else { continue };
            let content = std::fs::read(self.cache().join(&name)).unwrap();
            assert_eq!(sha256(&content), rest.replace('/', ""), "the blob `{name}` is not what its name says");
        }
    }

    /// Every READY item is what its row says; a key has one FAILED version at most, and no fetch leaves a WRITE.
    pub fn check_items(&self) {
        let mut failed = BTreeSet::new();
        if self.cache().join("registry.sqlite").exists() {
            for item in self.items() {
                let is_new = item["status"] != "FAILED" || failed.insert(item["key"].to_string());
                assert!(is_new, "more than one FAILED version: {item}");
                assert!(item["status"] != "WRITE" || item["download"].is_null(), "a fetch left a WRITE: {item}");
            }
            for item in self.items().iter().filter(|i| i["status"] == "READY") {
                let path = Path::new(item["path"].as_str().unwrap());
                let content = std::fs::read(path).unwrap_or_else(|e| panic!("READY, but {e}: {item}"));
                assert_eq!(item["sha256"], sha256(&content), "READY, but of other bytes: {item}");
                assert_eq!(item["size"], content.len(), "READY, but of another size: {item}");
            }
        }
    }

    fn check_canaries(&self) {
        let canaries = self.canaries.borrow();
        if canaries.is_empty() {
            return;
        }
        let exempt = self.exempt.borrow();
        for name in tree(self.root.path()).iter().filter(|n| !n.ends_with('/')) {
            let path = self.root.path().join(name);
            if exempt.contains(&path) || path.is_symlink() {
                continue;
            }
            let Ok(content) = std::fs::read(&path) else { continue };
            for canary in canaries.iter() {
                assert!(!contains(&content, canary), "the secret `{canary}` stands in `{name}`");
            }
        }
        for run in self.runs.borrow().iter() {
            for canary in canaries.iter() {
                let found = contains(&run.stdout, canary) || run.stderr.contains(canary.as_str());
                assert!(!found, "the secret `{canary}` was printed\n{}", run.tell());
            }
        }
    }
}

/// Whether the text stands in the bytes.
fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}
