//! Engines behind `dl kv` that live elsewhere, on free ports: moto (S3, `DynamoDB`), dynalite (`DynamoDB`), mongod.

use crate::support::ports::free_port;
use crate::support::servers::{Server, prepared, program, skip};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// moto answers several at once, and looks before it writes: a condition would hold for two. Services do not so.
const MOTO: &str = "
import sys, threading
from werkzeug.serving import run_simple
from moto.server import DomainDispatcherApplication, create_backend_app
moto, one_at_a_time = DomainDispatcherApplication(create_backend_app), threading.Lock()
def application(environ, start_response):
    with one_at_a_time:
        return list(moto(environ, start_response))
run_simple('127.0.0.1', int(sys.argv[1]), application, threaded=True)
";

/// What is installed for the tests alone.
fn own(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/ci").join(path)
}

/// moto, which knows S3 and `DynamoDB`.
pub fn moto() -> Option<Server> {
    moto_at(prepared(), free_port())
}

/// The same at a known port.
pub fn moto_at(folder: TempDir, port: u16) -> Option<Server> {
    let own = own("venv/bin/python");
    let python = if own.is_file() { own } else { program("DL_TEST_PYTHON", "python3")? };
    let has = Command::new(&python).args(["-c", "import moto.server"]).stderr(Stdio::null()).status();
    if !has.is_ok_and(|s| s.success()) {
        skip("moto[server] is not installed (`DL_TEST_PYTHON` names a Python that has it)");
        return None;
    }
    let mut command = Command::new(python);
    command.args(["-c", MOTO]).arg(port.to_string());
    Some(Server::start(folder, port, command))
}

/// dynalite, stricter than moto about what `DynamoDB` takes.
pub fn dynalite() -> Option<Server> {
    let module = own("node_modules/dynalite");
    let script = std::env::var_os("DL_TEST_DYNALITE").map_or_else(|| module.join("cli.js"), PathBuf::from);
    if !script.is_file() {
        skip("dynalite is not installed (`DL_TEST_DYNALITE` names its cli.js)");
        return None;
    }
    let (folder, port) = (prepared(), free_port());
    let mut command = Command::new(program("DL_TEST_NODE", "node")?);
    command.arg(script).args(["--host", "127.0.0.1", "--createTableMs", "50", "--port"]).arg(port.to_string());
    Some(Server::start(folder, port, command))
}

/// mongod.
#[cfg(feature = "mongodb")]
pub fn mongod() -> Option<Server> {
    mongod_at(prepared(), free_port())
}

/// The same at a known port, with the data that is in the folder.
#[cfg(feature = "mongodb")]
pub fn mongod_at(folder: TempDir, port: u16) -> Option<Server> {
    mongod_with(folder, port, &[])
}

/// The same, with more arguments.
#[cfg(feature = "mongodb")]
pub fn mongod_with(folder: TempDir, port: u16, arguments: &[&str]) -> Option<Server> {
    let own = own("mongod/mongod");
    let mongod = if own.is_file() { own } else { program("DL_TEST_MONGOD", "mongod")? };
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let mut command = Command::new(&mongod);
    command.env("LD_LIBRARY_PATH", mongod.parent().unwrap());
    command
        .args(["--bind_ip", "127.0.0.1", "--nounixsocket", "--quiet", "--port", &port.to_string(), "--dbpath"])
        .arg(data);
    command.args(arguments);
    Some(Server::start(folder, port, command))
}
