//! Tests by their names, as pages and lists write them.

use std::path::{Path, PathBuf};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where a test of that name would stand: `file::test` in `tests/it/file.rs`, `module::path::tests::test` below `src`.
fn sources(modules: &[&str]) -> Vec<PathBuf> {
    let src = repository().join("src");
    let below = |modules: &[&str]| {
        let path = modules.iter().fold(src.clone(), |path, module| path.join(module));
        [path.with_extension("rs"), path.join("mod.rs")]
    };
    match modules {
        [file] => vec![repository().join(format!("tests/it/{file}.rs"))],
        [outer @ .., "tests"] => below(modules).into_iter().chain(below(outer)).collect(),
        _ => below(modules).into(),
    }
}

/// Whether there is a test of that name.
pub fn is_a_test(name: &str) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    let Some((test, modules)) = parts.split_last() else { return false };
    let head = format!("fn {test}()");
    sources(modules).into_iter().filter_map(|path| std::fs::read_to_string(path).ok()).any(|source| {
        let lines: Vec<&str> = source.lines().map(str::trim).collect();
        let at = lines.iter().position(|line| line.starts_with(&head));
        at.is_some_and(|at| lines[..at].iter().rev().take_while(|l| l.starts_with('#')).any(|l| *l == "#[test]"))
    })
}
