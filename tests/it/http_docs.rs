//! docs/http-caching.md names functions, tests and cases: all of them exist.

use std::path::Path;

fn source(path: &[&str]) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (folder, path) = match path {
        ["it", rest @ ..] => (root.join("tests/it"), rest),
        path => (root.join("src"), path),
    };
    let joined = path.join("/");
    let without_tests = joined.strip_suffix("/tests").unwrap_or(&joined);
    let places = [format!("{joined}.rs"), format!("{joined}/mod.rs"), format!("{without_tests}.rs")];
    places.iter().find_map(|place| std::fs::read_to_string(folder.join(place)).ok())
}

#[test]
fn everything_that_is_named_exists() {
    let page = include_str!("../../docs/http-caching.md");
    let cases = include_str!("http_cases.rs");
    let mut missing = Vec::new();
    let mut rows = 0;
    for row in page.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| section")) {
        rows += 1;
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let [_, _, functions, tests] = cells[..] else { panic!("not four cells: {row}") };
        for (cell, is_test) in [(functions, false), (tests, true)] {
            let names: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
            assert!(!names.is_empty(), "nothing is named: {row}");
            for name in names {
                let parts: Vec<&str> = name.split("::").collect();
                let exists = match parts.as_slice() {
                    [case] => is_test && cases.contains(&format!("\n{case} |")),
                    [module @ .., function] => source(module).is_some_and(|text| {
                        text.contains(&format!("fn {function}(")) || text.contains(&format!("fn {function}<"))
                    }),
                    [] => false,
                };
                if !exists {
                    missing.push(name.to_owned());
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(rows > 60, "{rows}");
}
