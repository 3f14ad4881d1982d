//! The command line itself: where options stand, precedence, habits of other tools, exit codes and their messages.

use crate::support::origin::Origin;
use crate::support::reply::Reply;
use crate::support::sandbox::{Sandbox, sha256};

#[test]
fn a_url_alone_is_a_fetch() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x");
    let url = origin.url("/a");
    let path = sandbox.dl([url.as_str()]).run().ok().path();
    for words in [
        vec!["fetch"],
        vec!["get"],
        vec!["download"],
        vec!["-q"],
        vec!["--offline", "fetch", "--"],
        vec!["-v", "--no-config"],
        vec!["--lock-timeout", "5s"],
    ] {
        let run = sandbox.dl(words.iter().copied().chain([url.as_str()])).run();
        assert_eq!(run.ok().path(), path, "{words:?}");
    }
    sandbox.dl([url.as_str(), "-o", "out", "-q"]).run().ok();
    assert_eq!(sandbox.read("out"), b"x");
    assert_eq!(origin.count(), 1);
}

#[test]
fn a_lone_word_is_a_verb_that_was_mistyped() {
    let sandbox = Sandbox::new();
    sandbox.run("fech").fails(2).says("`fetch`");
    sandbox.run("cahce ls").fails(2).says("`cache`");
    sandbox.run("-q comfig").fails(2).says("`config`");
    sandbox.run("cache lst").fails(2).says("`ls`");
    sandbox.run("fetch --chekcsum x http://h/").fails(2).says("--checksum");
    sandbox.run("example.com/file.txt").fails(2).says("https://example.com/file.txt");
    sandbox.run("").fails(2);
}

#[test]
fn options_stand_anywhere_and_the_last_wins() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x");
    let url = origin.url("/a");
    sandbox.dl(["--json", "fetch", &url]).run().ok().has("source", "network");
    sandbox.dl(["fetch", "--json", &url, "--offline"]).run().ok().has("source", "hit");
    sandbox
        .dl(["fetch", &url, "--json", "--offline", "--offline=false", "--refresh"])
        .run()
        .ok()
        .has("source", "revalidated");
    sandbox.dl(["fetch", "--max-age", "0", "--max-age", "1d", "--json", &url]).run().ok().has("source", "hit");
    sandbox.dl(["fetch", "-o", "one", "-o", "two", &url]).run().ok();
    assert_eq!(sandbox.work_tree(), ["two"]);
    sandbox.dl(["--offline=perhaps", "fetch", &url]).run().fails(2);
    let elsewhere = sandbox.path("cache2");
    let run = sandbox.dl(["cache", "ls", "--json", "--cache-dir", elsewhere.to_str().unwrap()]).run();
    assert!(run.ok().json_lines().is_empty());
}

#[test]
fn flag_then_environment_then_file() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x");
    let url = origin.url("/a");
    sandbox.dl(["fetch", &url]).run().ok();
    sandbox.config("max-age = \"0\"\n");
    let source = |arguments: &str, variable: Option<&str>| {
        let command = sandbox.dl(["fetch", "--json", &url]).args(arguments);
        let command =
            variable.map_or(command, |v| sandbox.dl(["fetch", "--json", &url]).args(arguments).env("DL_MAX_AGE", v));
        command.run().ok().field("source")
    };
    assert_eq!(source("", None), "revalidated", "the file");
    assert_eq!(source("", Some("1d")), "hit", "the environment wins over the file");
    assert_eq!(source("--max-age 0", Some("1d")), "revalidated", "the flag wins over all");
    assert_eq!(source("", Some("")), "revalidated", "empty is unset");
    assert_eq!(source("--no-config", None), "hit");
    for (value, code) in [("1", 0), ("true", 0), ("yes", 0), ("0", 0), ("no", 0), ("false", 0), ("", 0), ("maybe", 2)] {
        let run = sandbox.dl(["fetch", "--no-config", &url]).env("DL_QUIET", value).run();
        assert_eq!(run.code, code, "{value}: {}", run.tell());
        if code == 0 {
            assert_eq!(run.stderr.is_empty(), ["1", "true", "yes"].contains(&value), "{value}");
        } else {
            run.says("DL_QUIET");
        }
    }
    // No variable and no file may change what a script reads.
    let run = sandbox.dl(["fetch", "--no-config", &url]).env("DL_JSON", "1").env("DL_EXPLAIN", "1").run();
    assert!(run.ok().out().starts_with('/'));
    sandbox.config("json = true\n");
    sandbox.dl(["fetch", &url]).run().fails(2).says("json");
}

#[test]
fn habits_of_other_tools_are_answered() {
    let sandbox = Sandbox::new();
    let url = "http://127.0.0.1:1/a";
    for (words, hint) in [
        (vec!["fetch", "--json", "{\"a\":1}", url], "--data-json"),
        (vec!["fetch", "-I", url], "-D"),
        (vec!["fetch", "-c", url], "--resume"),
        (vec!["fetch", "-N", url], "--refresh"),
        (vec!["fetch", "--no-check-certificate", url], "--insecure"),
        (vec!["fetch", "-x16", url], "--connections 16"),
        (vec!["fetch", url, "out.txt"], "-o out.txt"),
        (vec!["fetch", "-o", "dir/", url], "-P dir"),
        (vec!["fetch", "--param", "a=1", url], "--query"),
        (vec![url, "out.txt"], "-o out.txt"),
    ] {
        let run = sandbox.dl(words.clone()).run();
        run.fails(2).says("hint:").says(hint);
    }
    let origin = Origin::of("x");
    let run = sandbox.dl(["fetch", "-fsSL", &origin.url("/a")]).run();
    assert_eq!(run.ok().stderr, "");
    sandbox.dl(["-sSfL", &origin.url("/a"), "-o", "out"]).run().ok();
}

#[test]
fn json_and_somebodys_bytes_do_not_share_stdout() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x").may_be_idle();
    let url = origin.url("/a");
    sandbox.dl(["fetch", "--json", "-o", "-", &url]).run().fails(2).says("--meta");
    sandbox.dl(["fetch", "--json", "--no-cache", &url]).run().fails(2).says("--meta");
    assert_eq!(origin.count(), 0);
}

#[test]
fn exclusive_options_say_so() {
    let sandbox = Sandbox::new();
    for words in [
        "--refresh --force",
        "-d a -F b=c",
        "-o a -O",
        "--freshness sometimes",
        "--resume perhaps",
        "--if-exists never",
        "--retry -1",
        "--retry many",
        "-j 0",
        "--connections 0",
        "--limit-rate fast",
        "--allow-status 99",
        "--tls-min 1.1",
        "--resolve nonsense",
        "-x gopher://p",
        "--check-method guess",
    ] {
        let run = sandbox.dl(["fetch", "http://127.0.0.1:1/a"]).args(words).run();
        assert_eq!(run.code, 2, "{words}\n{}", run.tell());
    }
}

/// Every exit code of the table that a fetch can give, with what a person wants to read.
#[test]
fn the_table_of_exit_codes() {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|request, conn| match request.path() {
        "/reset" => conn.reset(),
        "/stall" => conn.stall(),
        "/404" => conn.reply(&Reply::new(404)),
        "/cut" => {
            conn.begin(&Reply::ok("truncated"), 4);
            conn.cut();
        }
        _ => conn.reply(&Reply::ok("fine")),
    });
    let tls = crate::support::tls::self_signed().origin(|_, conn| conn.close());
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    let cases: &[(&str, i32, &str, &[&str])] = &[
        ("/fine", 0, "", &[]),
        ("/fine --nonsense", 2, "usage", &["--nonsense"]),
        ("/new --offline", 3, "not_found", &["offline"]),
        ("/reset", 4, "network", &["/reset"]),
        ("/stall --stall-timeout 100ms", 5, "timeout", &["/stall", "--stall-timeout"]),
        ("/404", 7, "http", &["404", "/404"]),
        ("/cut", 8, "integrity", &["4", "9"]),
        ("/fine -o folder", 9, "disk", &["folder"]),
        ("/fine --exit-code", 11, "", &[]),
    ];
    for (arguments, code, kind, words) in cases {
        let arguments = origin.url(arguments);
        let run = sandbox.dl(["fetch", "--retry", "0"]).args(&arguments).run();
        run.fails(*code);
        for word in *words {
            run.says(word);
        }
        if !kind.is_empty() {
            run.says("dl: error: ");
        }
        if !kind.is_empty() && *code != 2 {
            let run = sandbox.dl(["fetch", "--json", "--retry", "0"]).args(&arguments).run();
            let error = run.fails(*code).error(kind, "")["error"].clone();
            assert!(error["code"].as_str().is_some_and(|c| !c.is_empty()) && error["message"].is_string(), "{error}");
            assert!(error["causes"].is_array(), "{error}");
        }
    }
    sandbox.dl(["fetch", "--retry", "0", "--json", &tls.url("/")]).run().fails(6).error("tls", "");
    sandbox.dl(["fetch", "--retry", "0", &tls.url("/")]).run().fails(6).says("certificate");
}

#[test]
fn version_and_help() {
    let sandbox = Sandbox::new();
    let run = sandbox.run("--version");
    assert!(run.ok().out().starts_with(&format!("dl {}", env!("CARGO_PKG_VERSION"))));
    assert!(run.out().contains("reqwest") && run.out().contains("libcurl") && run.out().contains("SQLite"));
    for short in ["-h", "fetch -h", "cache -h", "config -h"] {
        let run = sandbox.run(short);
        let (lines, widest) = (run.ok().lines().len(), run.lines().iter().map(|l| l.chars().count()).max().unwrap());
        assert!(lines <= 60 && widest <= 110, "`dl {short}` has {lines} lines, the widest {widest}");
    }
    let help = sandbox.run("fetch --help");
    for word in ["--checksum", "--mirror", "--stale-if-error", "--connections", "Examples"] {
        assert!(help.ok().out().to_lowercase().contains(&word.to_lowercase()), "{word}");
    }
    let help = sandbox.run("--help").ok().out().to_owned();
    assert!(help.contains("fetch") && help.contains("cache") && help.contains("config"));
    assert_eq!(sandbox.run("help").ok().out(), help);
}

#[test]
fn dates_sizes_and_durations_are_read() {
    let sandbox = Sandbox::new();
    let origin = Origin::of(vec![0; 1024]);
    let url = origin.url("/a");
    for words in [
        "--size 1KiB",
        "--max-size 1GB",
        "--max-age 7d",
        "--max-age 0.5s",
        "--max-age 90",
        "--max-age 2h",
        "--newer-than 2020-01-02T03:04:05Z",
        "--newer-than 30d",
        "--timeout 250s",
        "--limit-rate 10MiB",
    ] {
        sandbox.dl(["fetch", &url]).args(words).run().ok();
    }
    sandbox.dl(["fetch", &url, "--newer-than", "2020-01-02 03:04"]).run().ok();
    for words in ["--size 1XB", "--max-age 1y2z", "--newer-than 2020-13-01", "--max-age -5s", "--size -1"] {
        sandbox.dl(["fetch", &url]).args(words).run().fails(2);
    }
}

#[test]
fn attributes_of_the_item() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x");
    let run = sandbox
        .dl([
            "fetch",
            "--json",
            "--label",
            "raw",
            "--filename",
            "named.csv",
            "--attr",
            "rows=12",
            "--attr",
            "who.name=str:7",
            &origin.url("/a"),
        ])
        .run();
    run.ok().has("item.label", "raw").has("item.filename", "named.csv").has("item.ext", "csv");
    run.has("item.attrs.rows", 12).has("item.attrs.who.name", "7").has("item.sha256", sha256(b"x"));
}
