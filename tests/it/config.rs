//! Configuration, per-host settings, completions, man pages, doctor.

use crate::support::origin::Origin;
use crate::support::sandbox::Sandbox;
use crate::support::tls::Authority;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

#[test]
fn show_tells_where_each_setting_came_from() {
    let sandbox = Sandbox::new();
    let path = sandbox.config("retry = 7\nmax-age = \"1d\"\n");
    let run = sandbox.dl(["config", "show"]).env("DL_MAX_AGE", "2d").run();
    let line = |key: &str| {
        run.ok()
            .lines()
            .iter()
            .find(|l| l.starts_with(key))
            .unwrap_or_else(|| panic!("no `{key}`\n{}", run.tell()))
            .to_string()
    };
    assert!(line("retry").contains('7') && line("retry").contains("config.toml"), "{}", line("retry"));
    assert!(line("max-age").contains("2d") && line("max-age").contains("DL_MAX_AGE"), "{}", line("max-age"));
    assert!(line("stall-timeout").contains("default"), "{}", line("stall-timeout"));
    assert_eq!(sandbox.run("config path").ok().path(), path);
    sandbox.run("config check").ok();
    let json = sandbox.run("config show --json");
    json.ok().json_lines();
}

#[test]
fn what_is_wrong_in_the_file_is_named() {
    let sandbox = Sandbox::new();
    for (text, words) in [
        ("retrry = 7\n", ["retrry", "`retry`"]),
        ("retry = 7\nmax-age = \"soonish\"\n", ["max-age", "soonish"]),
        ("retry = \"seven\"\n", ["retry", "config.toml"]),
        ("this is no toml\n", ["config.toml", "1"]),
        ("[cache]\nmultiuser = true\n", ["multiuser", "`multi-user`"]),
        ("[host.\"h.test\"]\nheaders = []\n", ["headers", "`header`"]),
    ] {
        sandbox.config(text);
        for words_of_command in ["config check", "fetch http://127.0.0.1:1/a"] {
            let run = sandbox.run(words_of_command);
            run.fails(2);
            for word in words {
                run.says(word);
            }
        }
    }
    sandbox.dl(["--config", "nowhere.toml", "config", "check"]).run().fails(2).says("nowhere.toml");
    sandbox.run("--no-config config check").ok();
}

#[test]
fn settings_of_a_host() {
    let sandbox = Sandbox::new();
    let secret = sandbox.canary("host");
    let origin = Origin::of("x");
    let other = Origin::of("y");
    sandbox.set("HOST_TOKEN", &secret);
    sandbox.config(&format!(
        "[host.\"127.0.0.1\"]\nheader = [\"X-All: 1\"]\n\
         [host.\"127.0.0.1:{}\"]\nheader = [\"X-One: 1\"]\nheader-env = {{ Authorization = \"HOST_TOKEN\" }}\nauth-id = \"me\"\nmax-age = \"0\"\n",
        origin.port()
    ));
    sandbox.dl(["fetch", &origin.url("/a")]).run().ok();
    assert_eq!(origin.last().header("authorization"), Some(secret.as_str()));
    assert_eq!(
        (origin.last().header("x-one"), origin.last().header("x-all")),
        (Some("1"), None),
        "the longest match wins"
    );
    sandbox.dl(["fetch", "--json", &origin.url("/a")]).run().ok().has("source", "revalidated");
    sandbox.dl(["fetch", &other.url("/a")]).run().ok();
    assert_eq!((other.last().header("authorization"), other.last().header("x-all")), (None, Some("1")));
    sandbox.dl(["fetch", "--json", &other.url("/a")]).run().ok().has("source", "hit");
}

#[test]
fn a_ca_of_a_host() {
    let sandbox = Sandbox::new();
    let authority = Authority::new();
    let ca = authority.write(&sandbox.home());
    let origin = authority.leaf().origin(|_, conn| conn.reply(&crate::support::reply::Reply::ok("x")));
    sandbox.config(&format!("[host.localhost]\ncacert = {ca:?}\n"));
    sandbox.dl(["fetch", &origin.url("/a")]).run().ok();
    sandbox.dl(["--no-config", "fetch", "--force", &origin.url("/a")]).run().fails(6);
}

#[test]
fn completions_are_generated_and_load() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = sandbox.dl(["completions", shell]).run().ok().out().to_owned();
        assert!(script.contains("fetch") && script.contains("checksum"), "{shell}");
        let path = sandbox.write(format!("dl.{shell}"), &script);
        let check: &[&str] = match shell {
            "bash" | "zsh" => &["-n"],
            "fish" => &["--no-execute"],
            _ => continue,
        };
        match Command::new(shell).args(check).arg(path).status() {
            Ok(status) => assert!(status.success(), "{shell} cannot read it"),
            Err(_) => crate::support::sandbox::eprint_line(&format!("SKIPPED: {shell} is not installed")),
        }
        let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
        let extension = if shell == "powershell" {
            "ps1"
        } else if shell == "elvish" {
            "elv"
        } else {
            shell
        };
        let found =
            std::fs::read_dir(&kept).unwrap().flatten().find(|f| f.path().extension().is_some_and(|e| e == extension));
        let found = found.map(|f| f.path()).or_else(|| Some(kept.join("_dl")).filter(|_| shell == "zsh"));
        let content =
            std::fs::read_to_string(found.unwrap_or_else(|| panic!("completions/ has none for {shell}"))).unwrap();
        assert!(content == script, "completions/ of {shell} is not what `dl completions {shell}` prints");
    }
    sandbox.run("completions cmd").fails(2);
}

#[test]
fn man_pages() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run("man").ok().out().contains(".TH"));
    sandbox.run("man pages").ok();
    let pages = sandbox.work_tree();
    for page in ["pages/dl.1", "pages/dl-fetch.1", "pages/dl-cache.1"] {
        assert!(pages.iter().any(|p| p == page), "{pages:?}");
    }
}

#[test]
fn doctor_tells_what_works_here() {
    let sandbox = Sandbox::new();
    let run = sandbox.run("doctor");
    let text = run.ok().out().to_lowercase();
    for word in ["cache", "roots", "prox", "reqwest", "curl"] {
        assert!(text.contains(word), "no `{word}`\n{}", run.tell());
    }
    sandbox.run("doctor --json").ok().json_lines();
    let secret = sandbox.canary("proxy");
    sandbox.dl(["doctor"]).env("https_proxy", format!("http://u:{secret}@127.0.0.1:1")).run();
    std::fs::create_dir_all(sandbox.cache()).unwrap();
    std::fs::set_permissions(sandbox.cache(), std::fs::Permissions::from_mode(0o777)).unwrap();
    sandbox.unchecked();
    let run = sandbox.run("doctor");
    assert!(run.out().contains("--cache-shared") || run.stderr.contains("--cache-shared"), "{}", run.tell());
}

#[test]
fn the_example_lists_every_key() {
    let sandbox = Sandbox::new();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    sandbox.dl(["--config", path.to_str().unwrap(), "config", "check"]).run().ok();
    let example = std::fs::read_to_string(&path).unwrap();
    let run = sandbox.run("config show --json");
    let keys: Vec<String> = match run.ok().json() {
        serde_json::Value::Object(all) => match all.get("settings") {
            Some(serde_json::Value::Object(settings)) => settings.keys().cloned().collect(),
            _ => all.keys().filter(|k| *k != "schema").cloned().collect(),
        },
        other => panic!("{other}"),
    };
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys {
        let last = key.rsplit('.').next().unwrap();
        let found = example.lines().any(|l| l.trim_start_matches(['#', ' ']).starts_with(&format!("{last} =")));
        assert!(found, "config.example.toml does not list `{key}`");
    }
    // As it stands, with every comment sign taken away, it is still right.
    let uncommented: String = example
        .lines()
        .map(|l| l.strip_prefix("# ").filter(|r| r.contains(" = ") && !r.ends_with('.')).unwrap_or(l).to_owned() + "\n")
        .collect();
    sandbox.write("dataset.schema.json", "{}");
    let path = sandbox.write("all.toml", uncommented);
    sandbox.dl(["--config", path.to_str().unwrap(), "config", "check"]).run().ok();
}

#[test]
fn what_is_no_option_is_shown_with_its_source() {
    let sandbox = Sandbox::new().with_env("DL_SHARED_SECRET", "word");
    sandbox.write("c.toml", "[cache]\nmax-size = \"1GB\"\nmax-age = \"7d\"\n");
    let run = sandbox.run("config show --config c.toml");
    let line = |name: &str| run.ok().lines().into_iter().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("cache.max-size").contains("1000000000") && line("cache.max-size").contains("c.toml"));
    assert!(line("cache.max-age").contains("604800s"));
    let secret = line("shared.secret");
    assert!(secret.contains("<redacted>") && secret.contains("DL_SHARED_SECRET") && !run.out().contains("word"));
}
