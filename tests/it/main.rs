//! The integration tests: `dl` from the outside, as CONTRACT.md and RULES.md describe it, against servers that lie.
//!
//! A test makes a [`support::sandbox::Sandbox`] (own home, cache and folder; checked for what must never be left
//! behind when it ends), an [`support::origin::Origin`] (a closure that answers, well or badly), runs `dl` and looks
//! at the transcript. What concerns the wire runs on both backends by [`support::sandbox::both`].
#![expect(unreachable_pub, reason = "nothing is reachable from outside a test binary")]
#![expect(clippy::disallowed_methods, reason = "servers and their programs are found by variables")]
#![expect(clippy::case_sensitive_file_extension_comparisons, reason = "the names are ours")]

mod support;

mod blob;
mod cache_cmds;
mod chaos;
mod cli;
mod config;
mod connections;
mod crash;
mod damage;
mod destinations;
mod disk;
mod extract;
mod fetch;
mod freshness;
mod history;
mod hostile;
mod hostile_h2;
mod http_cache;
mod http_cases;
mod http_docs;
mod http_parts;
mod http_store;
mod keys;
mod kv;
mod kv_behaviour;
mod kv_engines;
mod kv_far;
mod lists;
mod manifest;
mod origins;
mod power_loss;
mod progress;
mod proof;
mod proxies;
mod readme;
mod real_servers;
mod redirects;
mod registry;
mod registry_order;
mod request;
mod resume;
mod rules;
mod run;
mod score;
mod secrets;
mod shared;
mod shared_blobs;
mod shared_runs;
mod signals;
mod single_flight;
mod terminal;
mod tls;
mod travel;

/// A test file that nobody names here would never run.
#[test]
fn every_test_file_is_named_in_main() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = include_str!("main.rs");
    for (folder, main) in [(folder.clone(), main), (folder.join("support"), include_str!("support/mod.rs"))] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let Some(module) = name.strip_suffix(".rs").filter(|m| !["main", "mod"].contains(m)) else { continue };
            assert!(
                main.lines().any(|l| l.trim_end_matches(';').ends_with(&format!("mod {module}"))),
                "`{name}` never runs"
            );
        }
    }
}
