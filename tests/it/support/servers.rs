//! Real servers on free ports: nginx, pyftpdlib, tinyproxy, microsocks. Without one a test skips loudly, unless
//! `DL_TEST_REQUIRE_SERVERS=1` forbids it.

use crate::support::ports::free_port;
use crate::support::sandbox::{eprint_line, until};
use crate::support::tls::Authority;
use std::fmt::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Leaves the test if the server is not there.
#[macro_export]
macro_rules! or_skip {
    ($server:expr) => {
        match $server {
            Some(server) => server,
            None => return,
        }
    };
}

/// A program by its variable, on the path, or where Debian puts servers.
pub fn program(variable: &str, name: &str) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Some(path.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let found = folders.map(|f: PathBuf| f.join(name)).find(|p| p.is_file());
    if found.is_none() {
        skip(&format!("{name} is not installed (`{variable}` names it)"));
    }
    found
}

/// Says that a test does not run; where it must, this is a failure.
pub fn skip(why: &str) {
    assert!(std::env::var_os("DL_TEST_REQUIRE_SERVERS").is_none_or(|v| v != "1"), "{why}, but servers are required");
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    eprint_line(&format!("SKIPPED {test}: {why}"));
}

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    /// Where its files are.
    pub folder: TempDir,
    /// Where it listens.
    pub port: u16,
}

impl Server {
    /// Starts a program that is to listen on this port.
    pub fn start(folder: TempDir, port: u16, mut command: Command) -> Self {
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let mut server = Self { child, folder, port };
        until("a server to listen", || {
            let over = server.child.try_wait().unwrap();
            assert!(over.is_none(), "the server ended: {}", server.log());
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        server
    }

    /// What it wrote.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Kills it, and gives its folder and port for another.
    pub fn kill(mut self) -> (TempDir, u16) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (std::mem::replace(&mut self.folder, prepared()), self.port)
    }

    /// Puts a file among those that it serves.
    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.folder.path().join("files").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
}

impl Server {
    /// Stops it as if by SIGSTOP: it keeps its connections and answers nothing.
    pub fn pause(&self) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::STOP)
            .unwrap();
        // Its threads stop one after the other.
        until("the server to stand still", || {
            let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).into_iter().flatten().flatten();
            threads
                .map(|thread| std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default())
                .all(|stat| stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('T')))
        });
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::CONT)
            .unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // nginx ends its workers on SIGTERM; kill would leave them.
        let id = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        let _ = rustix::process::kill_process(id, rustix::process::Signal::CONT);
        let _ = self.child.wait();
    }
}

/// A folder for a server, with one for the files that it serves.
pub fn prepared() -> TempDir {
    let folder = tempfile::Builder::new().prefix("dl-server-").tempdir().unwrap();
    std::fs::create_dir(folder.path().join("files")).unwrap();
    folder
}

/// nginx over plain http and, on the next port but one, TLS with HTTP/2.
pub struct Nginx {
    /// The process and its files.
    pub server: Server,
    /// The CA's certificate.
    pub ca: PathBuf,
    tls_port: u16,
}

impl Nginx {
    /// Starts it.
    pub fn start() -> Option<Self> {
        let nginx = program("DL_TEST_NGINX", "nginx")?;
        let folder = prepared();
        let authority = Authority::new();
        let ca = authority.write(folder.path());
        authority.leaf().write(folder.path(), "leaf");
        let (port, tls_port) = (free_port(), free_port());
        std::fs::write(folder.path().join("nginx.conf"), nginx_config(folder.path(), port, tls_port)).unwrap();
        let mut command = Command::new(nginx);
        command.arg("-p").arg(folder.path()).args(["-c", "nginx.conf", "-e", "stderr"]);
        Some(Self { server: Server::start(folder, port, command), ca, tls_port })
    }

    /// A plain URL.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.server.port)
    }

    /// A URL over TLS.
    pub fn tls_url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.tls_port)
    }
}

fn nginx_config(folder: &Path, port: u16, tls_port: u16) -> String {
    let mut config = String::new();
    if rustix::process::geteuid().is_root() {
        config.push_str("user root;\n");
    }
    let folder = folder.display();
    let _ = write!(
        config,
        "daemon off;\nworker_processes 1;\npid {folder}/pid;\nevents {{ worker_connections 512; }}\nhttp {{\n\
         access_log {folder}/access;\ndefault_type application/octet-stream;\nkeepalive_requests 100000;\n\
         client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;\n\
         uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n\
         server {{\n listen 127.0.0.1:{port};\n listen 127.0.0.1:{tls_port} ssl http2;\n\
         ssl_certificate {folder}/leaf.pem; ssl_certificate_key {folder}/leaf.key;\n root {folder}/files;\n\
         location = /hop1 {{ return 302 /hop2; }}\n location = /hop2 {{ return 301 hop3; }}\n\
         location = /hop3 {{ return 307 /target.bin; }}\n }}\n}}\n"
    );
    config
}

const FTP_SERVER: &str = "
import sys, logging
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
folder, port = sys.argv[1], int(sys.argv[2])
authorizer = DummyAuthorizer()
authorizer.add_anonymous(folder)
authorizer.add_user('maria', 's3cret-word', folder)
FTPHandler.authorizer = authorizer
logging.basicConfig(level=logging.DEBUG)
FTPServer(('127.0.0.1', port), FTPHandler).serve_forever()
";

/// An FTP server: anonymous, and `maria` with `s3cret-word`.
pub fn ftp() -> Option<Server> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/ci/venv/bin/python");
    let python = if own.is_file() { own } else { program("DL_TEST_PYTHON", "python3")? };
    let has = Command::new(&python).args(["-c", "import pyftpdlib"]).stderr(Stdio::null()).status();
    if !has.is_ok_and(|s| s.success()) {
        skip("pyftpdlib is not installed (`DL_TEST_PYTHON` names a Python that has it)");
        return None;
    }
    let (folder, port) = (prepared(), free_port());
    let mut command = Command::new(python);
    command.args(["-c", FTP_SERVER]).arg(folder.path().join("files")).arg(port.to_string());
    Some(Server::start(folder, port, command))
}

/// An HTTP proxy; `user:password` where it asks for them.
pub fn tinyproxy(login: Option<&str>) -> Option<Server> {
    let program = program("DL_TEST_TINYPROXY", "tinyproxy")?;
    let (folder, port) = (prepared(), free_port());
    let mut config = format!("Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 100\nLogLevel Connect\n");
    if let Some((user, password)) = login.and_then(|l| l.split_once(':')) {
        let _ = writeln!(config, "BasicAuth {user} {password}");
    }
    std::fs::write(folder.path().join("tinyproxy.conf"), config).unwrap();
    let mut command = Command::new(program);
    command.arg("-d").arg("-c").arg(folder.path().join("tinyproxy.conf"));
    Some(Server::start(folder, port, command))
}

/// A SOCKS5 proxy.
pub fn microsocks(login: Option<&str>) -> Option<Server> {
    let program = program("DL_TEST_MICROSOCKS", "microsocks")?;
    let (folder, port) = (prepared(), free_port());
    let mut command = Command::new(program);
    command.args(["-i", "127.0.0.1", "-p", &port.to_string()]);
    if let Some((user, password)) = login.and_then(|l| l.split_once(':')) {
        command.args(["-u", user, "-P", password]);
    }
    Some(Server::start(folder, port, command))
}
