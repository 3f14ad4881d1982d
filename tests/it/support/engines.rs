//! Real engines of key-value stores on free ports: Redis, Valkey, Memcached.

use crate::support::ports::free_port;
use crate::support::sandbox::until;
use crate::support::servers::{Server, prepared, program};
use std::os::unix::net::UnixStream;
use std::process::Command;

/// A Redis or Valkey server, also on a socket `socket` in its folder.
pub struct Redis {
    /// The process.
    pub server: Server,
}

impl Redis {
    /// A Redis server.
    pub fn start(arguments: &[&str]) -> Option<Self> {
        Some(Self::run(program("DL_TEST_REDIS", "redis-server")?, free_port(), arguments))
    }

    /// A Redis server on a port that another has left.
    pub fn start_at(port: u16) -> Option<Self> {
        Some(Self::run(program("DL_TEST_REDIS", "redis-server")?, port, &[]))
    }

    /// A Valkey server.
    pub fn start_valkey() -> Option<Self> {
        Some(Self::run(program("DL_TEST_VALKEY", "valkey-server")?, free_port(), &[]))
    }

    fn run(program: std::path::PathBuf, port: u16, arguments: &[&str]) -> Self {
        let folder = prepared();
        let mut command = Command::new(program);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()]);
        command.arg("--dir").arg(folder.path()).arg("--unixsocket").arg(folder.path().join("socket"));
        command.args(arguments);
        let redis = Self { server: Server::start(folder, port, command) };
        // The port listens a moment before the socket does.
        let socket = redis.server.folder.path().join("socket");
        until("redis to listen", || UnixStream::connect(&socket).is_ok());
        redis
    }

    /// Its URL, with `database` behind it.
    pub fn url(&self, database: &str) -> String {
        format!("redis://127.0.0.1:{}/{database}", self.server.port)
    }
}

/// A Memcached server with room for large values.
pub fn memcached(arguments: &[&str]) -> Option<Server> {
    let program = program("DL_TEST_MEMCACHED", "memcached")?;
    let (folder, port) = (prepared(), free_port());
    let mut command = Command::new(program);
    command.args(["-u", "nobody", "-m", "512", "-l", "127.0.0.1", "-p", &port.to_string()]).args(arguments);
    Some(Server::start(folder, port, command))
}

/// A Memcached server on a socket; it listens when this returns.
pub fn memcached_on_socket(socket: &std::path::Path) -> Option<std::process::Child> {
    let program = program("DL_TEST_MEMCACHED", "memcached")?;
    let child = Command::new(program).args(["-u", "root", "-m", "256", "-s"]).arg(socket).spawn().unwrap();
    until("memcached to listen", || UnixStream::connect(socket).is_ok());
    Some(child)
}
