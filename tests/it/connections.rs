//! What comes over one connection beside the answer, and which connections are used again.

use crate::support::origin::Origin;
use crate::support::reply::Reply;
use crate::support::sandbox::both;

/// reqwest shows no interim response: it cannot count them, and only time ends an endless row of them.
#[test]
fn interim_responses() {
    both(|sandbox| {
        let shown = sandbox.backend() == "curl";
        let endless = Origin::new(|_, conn| {
            while conn.is_open() && !conn.is_over() {
                conn.send("HTTP/1.1 100 Continue\r\n\r\n".repeat(100));
            }
        });
        let run = sandbox.dl(["fetch", "--retry", "0", "--stall-timeout", "500ms", &endless.url("/a")]).run();
        run.fails(if shown { 4 } else { 5 });
        let many = Origin::new(|_, conn| {
            conn.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(17));
            conn.reply(&Reply::ok("whole"));
        });
        let run = sandbox.dl(["fetch", "--retry", "0", &many.url("/a")]).run();
        if shown {
            run.fails(4).says("interim");
        } else {
            run.ok();
        }
    });
}

#[test]
fn bytes_after_the_end_are_not_the_next_answer() {
    both(|sandbox| {
        let origin = Origin::new(|request, conn| {
            conn.reply(&Reply::ok(request.path()));
            if request.path() == "/a" {
                conn.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned");
            }
        });
        let urls: Vec<String> = ["/a", "/b", "/c"].iter().map(|p| origin.url(p)).collect();
        let run = sandbox.dl(["fetch", "-j", "1", &urls[0], &urls[1], &urls[2]]).run();
        let bodies: Vec<_> = run.ok().lines().iter().map(|p| std::fs::read_to_string(p).unwrap()).collect();
        assert_eq!(bodies, ["/a", "/b", "/c"]);
    });
}

#[test]
fn a_connection_with_two_framings_is_not_used_again() {
    both(|sandbox| {
        let origin = Origin::new(|_, conn| {
            conn.send(Reply::new(200).field("Transfer-Encoding", "chunked").field("Content-Length", "5").head());
            conn.chunk("hello");
            conn.chunk("");
        });
        let run = sandbox.dl(["fetch", "-j", "1", &origin.url("/a"), &origin.url("/b")]).run();
        run.ok();
        assert_eq!(origin.connections(), 2);
    });
}
