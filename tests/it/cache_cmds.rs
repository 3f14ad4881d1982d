//! `dl cache ls`, `show` and `path`, as far as they go now.

use crate::support::origin::Origin;
use crate::support::reply::Reply;
use crate::support::sandbox::{Sandbox, sha256};

fn filled() -> (Sandbox, Origin) {
    let sandbox = Sandbox::new();
    let origin = Origin::new(|request, conn| match request.path() {
        "/missing.txt" => conn.reply(&Reply::new(404)),
        path => conn.reply(&Reply::ok(path)),
    });
    let urls: Vec<String> = ["/one.csv", "/two.txt"].iter().map(|p| origin.url(p)).collect();
    sandbox.dl(["fetch", "-j", "1"].into_iter().chain(urls.iter().map(String::as_str))).run().ok();
    sandbox.dl(["fetch", &origin.url("/missing.txt")]).run().fails(7);
    (sandbox, origin)
}

#[test]
fn ls_lists() {
    let (sandbox, origin) = filled();
    let run = sandbox.run("cache ls --json");
    let items = run.ok().json_lines();
    assert_eq!(items.len(), 3, "{}", run.tell());
    let statuses: Vec<_> = items.iter().map(|i| i["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["READY", "READY", "FAILED"]);
    for name in "id key version version_id uri params attrs attr_types status filename ext label size sha256 path created_at modified_at validated_at last_read read_count last_search search_count error download".split(' ') {
        assert!(items[0].get(name).is_some(), "`{name}` is missing: {}", items[0]);
    }
    let run = sandbox.run("cache ls");
    let columns: Vec<Vec<&str>> = run.ok().lines().iter().map(|l| l.split('\t').collect()).collect();
    assert!(columns.iter().all(|c| c.len() == 7), "{}", run.tell());
    assert_eq!(columns[0][5], origin.url("/one.csv"));
    assert_eq!(sandbox.run("cache list").ok().lines().len(), 3);
    assert!(Sandbox::new().run("cache ls --json").ok().lines().is_empty(), "nothing found is 0");
}

#[test]
fn show_and_path_take_every_name_of_an_item() {
    let (sandbox, origin) = filled();
    let url = origin.url("/one.csv");
    let items = sandbox.run("cache ls --json").json_lines();
    let item = items.iter().find(|item| item["uri"] == url.as_str()).unwrap();
    let text = |name: &str| item[name].as_str().unwrap().to_owned();
    let names = [
        format!("sha256:{}", sha256(b"/one.csv")),
        item["id"].to_string(),
        text("version_id"),
        url,
        text("path"),
        text("key"),
        text("key")[..10].to_owned(),
    ];
    for name in &names {
        let run = sandbox.dl(["cache", "show", "--json", name]).run();
        run.ok().has("version_id", text("version_id")).has("size", 8);
        assert_eq!(sandbox.dl(["cache", "path", name]).run().ok().path().to_str().unwrap(), text("path"));
    }
    let run = sandbox.dl(["cache", "show", &names[3]]).run();
    assert!(run.ok().out().contains(&text("sha256")));
    for unknown in ["nothing-here", "999", "http://h.test/", "0123456789abcdef", "sha256:00"] {
        sandbox.dl(["cache", "show", unknown]).run().fails(3).says("dl: error:");
        sandbox.dl(["cache", "path", unknown]).run().fails(3);
    }
}

#[test]
fn a_failed_version_tells_why() {
    let (sandbox, origin) = filled();
    let run = sandbox.dl(["cache", "show", "--json", &origin.url("/missing.txt")]).run();
    run.ok().has("status", "FAILED").has("download.http_code", 404);
    assert!(run.field("error").to_string().contains("404"), "{}", run.tell());
}

#[test]
fn reads_are_counted() {
    let (sandbox, origin) = filled();
    let url = origin.url("/one.csv");
    let reads = || sandbox.dl(["cache", "show", "--json", &url]).run().ok().field("read_count").as_u64().unwrap();
    let before = reads();
    sandbox.dl(["fetch", &url]).run().ok();
    sandbox.dl(["fetch", &url]).run().ok();
    assert_eq!(reads(), before + 2);
}

#[test]
fn hostile_addresses_stay_in_their_column() {
    let sandbox = Sandbox::new();
    let origin = Origin::of("x");
    sandbox.dl(["fetch", "--filename", "a\tb\nc.txt", "--label", "l\tm\nn", &origin.url("/a")]).run();
    sandbox.dl(["fetch", &origin.url("/%09%0a%1b[31m")]).run().ok();
    let run = sandbox.run("cache ls");
    assert!(run.ok().lines().iter().all(|l| l.split('\t').count() == 7), "{}", run.tell());
    assert!(!run.out().contains('\u{1b}'));
}

#[test]
fn a_path_that_is_told_has_the_bytes() {
    let sandbox = Sandbox::new();
    sandbox.unchecked();
    let put = |text: &str| {
        let file = sandbox.write("v", text);
        let run = sandbox.dl(["cache", "put", file.to_str().unwrap(), "--uri", "demo://t"]).run();
        std::path::PathBuf::from(run.ok().lines()[0])
    };
    let (first, second) = (put("one"), put("two"));
    // A name that is gone is made anew.
    std::fs::remove_file(&second).unwrap();
    sandbox.run("cache path demo://t").ok();
    assert_eq!(std::fs::read(&second).unwrap(), b"two");
    std::fs::remove_file(&second).unwrap();
    assert_eq!(sandbox.run("cache best --uri demo://t").ok().lines()[0], second.to_str().unwrap());
    assert_eq!(std::fs::read(&second).unwrap(), b"two");
    // Other bytes are never told: an older version is.
    std::fs::set_permissions(&second, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(&second, "evil").unwrap();
    sandbox.run("cache path 2").fails(3);
    assert_eq!(sandbox.run("cache best --uri demo://t").ok().lines()[0], first.to_str().unwrap());
    // What is being written need not be there yet.
    let begun = sandbox.run("cache create --uri demo://w");
    assert_eq!(sandbox.run("cache path 3").ok().lines(), begun.ok().lines());
}

#[test]
fn nothing_means_all_by_accident() {
    let sandbox = Sandbox::new();
    sandbox.run("cache create --uri demo://a").ok();
    for verb in ["rm", "fail", "ready", "set --label x"] {
        sandbox.run(&format!("cache {verb} --any")).fails(2);
        sandbox.run(&format!("cache {verb} --all")).fails(2);
    }
    sandbox.run("cache show 1 --json").ok().has("status", "WRITE").has("label", "");
}

#[test]
fn several_become_ready_or_none() {
    let sandbox = Sandbox::new();
    let run = sandbox.run("cache create --uri demo://a");
    let written = run.ok().lines()[0];
    sandbox.run("cache create --uri demo://b").ok();
    std::fs::write(written, "x").unwrap();
    sandbox.run("cache ready 1 2").fails(3).says("item 2");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(written).unwrap().permissions());
    assert_eq!(mode & 0o200, 0o200, "its user may go on writing");
    sandbox.run("cache show 1 --json").ok().has("status", "WRITE");
}

#[test]
fn what_goes_changes_in_the_same_step() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("v", "bytes");
    let run = sandbox.dl(["cache", "put", file.to_str().unwrap(), "--uri", "demo://t"]).run();
    sandbox.run("cache set 1 --status TRASH --label old").ok();
    sandbox.run("cache show 1 --json").ok().has("status", "TRASH").has("label", "old");
    sandbox.run("cache restore 1").ok();
    sandbox.run("cache set 1 --status DELETED --label gone").ok();
    sandbox.run("cache show 1 --json").ok().has("status", "DELETED").has("label", "gone");
    assert!(!std::path::Path::new(run.ok().lines()[0]).exists());
    sandbox.run("cache set 1 --status TRASH").ok();
    sandbox.run("cache show 1 --json").ok().has("status", "DELETED");
}

#[test]
fn a_folder_that_cannot_be_one_is_a_wrong_argument() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "x");
    sandbox.run("cache ls --cache-dir file").fails(2).says("--cache-dir");
    sandbox.run("cache ls --cache-dir /proc/none").fails(2).says("--cache-dir");
}
