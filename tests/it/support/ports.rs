//! Ports that nobody else in this run was given: a URL of one origin is never that of another, which a cache would know already.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};

static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// Listens on a new port.
pub fn listen() -> TcpListener {
    // Held until there is a new one: the system would give them again.
    let mut old = Vec::new();
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        if GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
            return listener;
        }
        old.push(listener);
    }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    listen().local_addr().unwrap().port()
}
