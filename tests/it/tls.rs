//! TLS: who is trusted, client certificates, versions, ends without `close_notify`.

use crate::support::origin::{Conn, Origin, Request};
use crate::support::ports::listen;
use crate::support::reply::Reply;
use crate::support::sandbox::{Sandbox, both, sha256};
use crate::support::tls::{Authority, self_signed};
use std::io::{Read as _, Write as _};

fn private(_: &Request, conn: &mut Conn) {
    conn.reply(&Reply::ok("private"));
}

fn fetch(sandbox: &Sandbox, origin: &Origin, arguments: &str) -> crate::support::transcript::Transcript {
    sandbox.dl(["fetch", "--json", "--retry", "2"]).args(arguments).arg(origin.url("/a")).run()
}

#[test]
fn who_is_trusted() {
    both(|sandbox| {
        let authority = Authority::new();
        authority.write(&sandbox.path(""));
        let good = authority.leaf().origin(private);
        fetch(sandbox, &good, "").fails(6).error("tls", "");
        fetch(sandbox, &good, "--cacert ca.pem").ok().has("item.download.tls_verified", true);
        std::fs::create_dir(sandbox.path("roots")).unwrap();
        std::fs::copy(sandbox.path("ca.pem"), sandbox.path("roots/ours.pem")).unwrap();
        fetch(sandbox, &good, "--force --capath roots").ok();
        for bad in [authority.expired(), authority.leaf_for(&["other.test"]), self_signed()] {
            let origin = bad.origin(private);
            let run = fetch(sandbox, &origin, "--cacert ca.pem");
            run.fails(6).says("certificate");
            assert!(origin.connections() <= 1, "certificates are not tried again");
            let digest = sha256(b"private");
            fetch(sandbox, &origin, &format!("--cacert ca.pem --sha256 {digest}")).fails(6);
            fetch(sandbox, &origin, "--insecure").ok().has("item.download.tls_verified", false).says("warning:");
        }
    });
}

#[test]
fn files_that_are_wrong_are_usage_errors() {
    both(|sandbox| {
        let origin = Authority::new().leaf().origin(private).may_be_idle();
        sandbox.write("empty.pem", "");
        sandbox.write("junk.pem", "-----BEGIN CERTIFICATE-----\nnot base64 at all!\n-----END CERTIFICATE-----\n");
        for arguments in [
            "--cacert nowhere.pem",
            "--cacert empty.pem",
            "--cacert junk.pem",
            "--capath nowhere",
            "--cert nowhere.pem",
            "--cert junk.pem --key junk.pem",
        ] {
            let run = fetch(sandbox, &origin, arguments);
            run.fails(2).says(arguments.rsplit(' ').next().unwrap());
        }
        let run = sandbox.dl(["fetch", &origin.url("/a")]).env("SSL_CERT_FILE", "/nowhere.pem").run();
        run.fails(2).says("/nowhere.pem");
        assert_eq!(origin.count(), 0);
    });
}

#[test]
fn client_certificates() {
    both(|sandbox| {
        let authority = Authority::new();
        let work = sandbox.path("");
        authority.write(&work);
        authority.client().write(&work, "client");
        let origin = authority.leaf().origin_for_clients(&authority, private);
        fetch(sandbox, &origin, "--cacert ca.pem").fails(6);
        fetch(sandbox, &origin, "--cacert ca.pem --cert client.pem --key client.key").ok();
        fetch(sandbox, &origin, "--force --cacert ca.pem --cert client.pem --key ca.pem").fails(2);
        // One file may hold both.
        let both = [sandbox.read("client.pem"), sandbox.read("client.key")].concat();
        sandbox.write("both.pem", both);
        fetch(sandbox, &origin, "--force --cacert ca.pem --cert both.pem").ok();
    });
}

#[test]
fn versions() {
    both(|sandbox| {
        let authority = Authority::new();
        authority.write(&sandbox.path(""));
        let old = authority.leaf().origin_tls12(private);
        fetch(sandbox, &old, "--cacert ca.pem").ok();
        fetch(sandbox, &old, "--force --cacert ca.pem --tls-min 1.2").ok();
        fetch(sandbox, &old, "--force --cacert ca.pem --tls-min 1.3").fails(6);
        let plain = listen();
        let url = format!("https://{}/a", plain.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut socket, _) = plain.accept().unwrap();
            let _ = socket.write_all(b"HTTP/1.1 400 Bad\r\n\r\nthis is plain http");
            let _ = socket.read_to_end(&mut Vec::new());
        });
        sandbox.dl(["fetch", "--retry", "0", &url]).run().fails(6);
        server.join().unwrap();
    });
}

#[test]
fn an_end_without_a_word() {
    both(|sandbox| {
        let authority = Authority::new();
        authority.write(&sandbox.path(""));
        let leaf = authority.leaf();
        let framed = leaf.origin(|_, conn| {
            conn.reply(&Reply::ok("whole"));
            conn.cut();
        });
        let run = fetch(sandbox, &framed, "--cacert ca.pem");
        if !is_lost(sandbox, &run) {
            run.ok().has("length_verified", true).has("size", 5);
        }
        let unframed = leaf.origin(|_, conn| {
            conn.send("HTTP/1.1 200 OK\r\n\r\nwho knows");
            conn.cut();
        });
        let run = fetch(sandbox, &unframed, "--cacert ca.pem");
        if !is_lost(sandbox, &run) {
            run.fails(8).error("integrity", "truncated");
        }
        let closed = leaf.origin(|_, conn| {
            conn.send("HTTP/1.1 200 OK\r\n\r\nwho knows");
            conn.close();
        });
        fetch(sandbox, &closed, "--cacert ca.pem").ok().has("length_verified", false);
        let cut = leaf.origin(|_, conn| {
            conn.begin(&Reply::ok("truncated"), 4);
            conn.cut();
        });
        let run = fetch(sandbox, &cut, "--cacert ca.pem");
        if !is_lost(sandbox, &run) {
            run.fails(8).error("integrity", "truncated");
        }
    });
}

/// libcurl loses the bytes that it reads together with such an end: an error then, never a shorter body.
fn is_lost(sandbox: &Sandbox, run: &crate::support::transcript::Transcript) -> bool {
    sandbox.backend() == "curl" && run.code == 4 && run.json()["error"]["code"] == "connection_lost"
}
