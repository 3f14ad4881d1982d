//! A raw-socket HTTP/1.1 origin: a closure gets each request and the connection, and may do what it likes with it.

use crate::support::ports::listen;
use crate::support::reply::{File, Reply};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// A longer request head than any test sends.
const REQUEST_HEAD_BYTES: usize = 1 << 20;
/// How long a blocked read of a connection lasts before it looks whether the test is over.
const LOOK_UP: Duration = Duration::from_millis(50);

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The request target, as it was sent.
    pub target: String,
    /// `HTTP/1.1`.
    pub version: String,
    /// The fields, as they were sent.
    pub fields: Vec<(String, String)>,
    /// The body, with its framing taken off.
    pub body: Vec<u8>,
    /// Which connection it came over, from 0.
    pub connection: usize,
    /// Which request of this origin it is, from 0.
    pub number: usize,
}

impl Request {
    /// The first field of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The path, without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// A stream that may be TLS.
enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &stream.sock,
        }
    }
}

/// The server's end of a connection.
pub struct Conn {
    stream: Stream,
    over: Arc<AtomicBool>,
    open: bool,
    head_only: bool,
}

impl Conn {
    /// Sends bytes; a client that went away is no error.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        if self.try_send(bytes.as_ref()).is_err() {
            self.open = false;
        }
    }

    fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(socket) => socket.write_all(bytes),
            Stream::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }

    /// Sends a reply; the connection stays open for the next request.
    pub fn reply(&mut self, reply: &Reply) {
        let mut all = reply.head();
        if !self.head_only {
            all.extend_from_slice(&reply.body);
        }
        self.send(all);
    }

    /// Sends a file as a good server would.
    pub fn file(&mut self, request: &Request, file: &File) {
        self.reply(&file.reply(request));
    }

    /// Sends the head and the first bytes of the body only.
    pub fn begin(&mut self, reply: &Reply, bytes: usize) {
        self.send(reply.head());
        self.send(&reply.body[..bytes.min(reply.body.len())]);
    }

    /// Sends a chunk.
    pub fn chunk(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.send(format!("{:x}\r\n", bytes.len()));
        self.send(bytes);
        self.send("\r\n");
    }

    /// Sends bytes in pieces, with a pause after each; ends early when the client goes.
    pub fn dribble(&mut self, bytes: &[u8], piece: usize, pause: Duration) {
        for part in bytes.chunks(piece) {
            if !self.open || self.is_over() {
                return;
            }
            self.send(part);
            std::thread::sleep(pause);
        }
    }

    /// Closes it in good order (with `close_notify`).
    pub fn close(&mut self) {
        if let Stream::Tls(stream) = &mut self.stream {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        self.cut();
    }

    /// Closes it without a word of TLS.
    pub fn cut(&mut self) {
        self.open = false;
        let _ = self.stream.socket().shutdown(Shutdown::Write);
        self.drain();
        let _ = self.stream.socket().shutdown(Shutdown::Both);
    }

    /// Resets it: the peer reads "connection reset".
    pub fn reset(&mut self) {
        self.open = false;
        let _ = rustix::net::sockopt::set_socket_linger(self.stream.socket(), Some(Duration::ZERO));
    }

    /// Sends nothing more, until the client goes or the test is over.
    pub fn stall(&mut self) {
        self.open = false;
        self.drain();
    }

    /// Whether the test ended.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Whether the client still takes what is sent.
    pub fn is_open(&self) -> bool {
        self.open
    }

    fn drain(&mut self) {
        let mut buffer = [0; 4096];
        while !self.is_over() {
            match self.stream.socket().read(&mut buffer) {
                Ok(0) => return,
                Err(e) if !is_pause(&e) => return,
                _ => {}
            }
        }
    }

    fn read_some(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        let mut part = [0; 16 * 1024];
        loop {
            let got = match &mut self.stream {
                Stream::Plain(socket) => socket.read(&mut part),
                Stream::Tls(stream) => stream.read(&mut part),
            };
            match got {
                Err(e) if is_pause(&e) && !self.is_over() => {}
                Err(e) => return Err(e),
                Ok(size) => {
                    buffer.extend_from_slice(&part[..size]);
                    return Ok(size);
                }
            }
        }
    }

    /// Reads a request; `None` when the client is done.
    fn request(&mut self, pending: &mut Vec<u8>) -> Option<Request> {
        let end = loop {
            if let Some(end) = find(pending, b"\r\n\r\n") {
                break end;
            }
            if pending.len() > REQUEST_HEAD_BYTES || self.read_some(pending).ok()? == 0 {
                return None;
            }
        };
        let head: Vec<u8> = pending.drain(..end + 4).collect();
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.split("\r\n");
        let mut words = lines.next()?.split(' ').map(str::to_owned);
        let mut request = Request {
            method: words.next()?,
            target: words.next()?,
            version: words.next()?,
            fields: lines.filter_map(|l| l.split_once(':')).map(|(n, v)| (n.to_owned(), v.trim().to_owned())).collect(),
            body: Vec::new(),
            connection: 0,
            number: 0,
        };
        if request.header("expect").is_some() {
            self.send("HTTP/1.1 100 Continue\r\n\r\n");
        }
        let chunked = request.header("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked"));
        request.body = if chunked {
            self.chunks(pending)?
        } else {
            let length = request.header("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
            self.exactly(pending, length)?
        };
        Some(request)
    }

    fn exactly(&mut self, pending: &mut Vec<u8>, length: usize) -> Option<Vec<u8>> {
        while pending.len() < length {
            if self.read_some(pending).ok()? == 0 {
                return None;
            }
        }
        Some(pending.drain(..length).collect())
    }

    fn chunks(&mut self, pending: &mut Vec<u8>) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = find(pending, b"\r\n") {
                    break end;
                }
                if self.read_some(pending).ok()? == 0 {
                    return None;
                }
            };
            let line = self.exactly(pending, end + 2)?;
            let size = usize::from_str_radix(std::str::from_utf8(&line).ok()?.trim(), 16).ok()?;
            body.extend(self.exactly(pending, size)?);
            self.exactly(pending, 2)?;
            if size == 0 {
                return Some(body);
            }
        }
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|w| w == what)
}

type Handler = dyn Fn(&Request, &mut Conn) + Send + Sync;

struct Shared {
    handler: Box<Handler>,
    tls: Option<Arc<ServerConfig>>,
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
    over: Arc<AtomicBool>,
}

/// The origin. When it goes, the test fails if nobody had called it.
pub struct Origin {
    address: SocketAddr,
    shared: Arc<Shared>,
    may_be_idle: AtomicBool,
}

impl Origin {
    /// One that answers by this closure.
    pub fn new(handler: impl Fn(&Request, &mut Conn) + Send + Sync + 'static) -> Self {
        Self::start(None, Box::new(handler))
    }

    /// The same over TLS (see `tls`).
    pub fn over_tls(tls: Arc<ServerConfig>, handler: impl Fn(&Request, &mut Conn) + Send + Sync + 'static) -> Self {
        Self::start(Some(tls), Box::new(handler))
    }

    /// One that serves this file at every path.
    pub fn serving(file: File) -> Self {
        Self::new(move |request, conn| conn.file(request, &file))
    }

    /// One that serves these bytes at every path, with validators and ranges.
    pub fn of(body: impl Into<Vec<u8>>) -> Self {
        Self::serving(File::new(body))
    }

    /// One that serves what stands in this place at the time.
    pub fn changing(file: &Arc<Mutex<File>>) -> Self {
        let file = Arc::clone(file);
        Self::new(move |request, conn| {
            let file = file.lock().unwrap().clone();
            conn.file(request, &file);
        })
    }

    /// One that gives this reply to everything.
    pub fn replying(reply: Reply) -> Self {
        Self::new(move |_, conn| conn.reply(&reply))
    }

    /// One that sends these bytes to everything, and closes.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::new(move |_, conn| {
            conn.send(&bytes);
            conn.close();
        })
    }

    fn start(tls: Option<Arc<ServerConfig>>, handler: Box<Handler>) -> Self {
        let listener = listen();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            handler,
            tls,
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
            over: Arc::default(),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                if accepting.over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(socket) = socket else { continue };
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || serve(&shared, socket));
            }
        });
        Self { address, shared, may_be_idle: AtomicBool::new(false) }
    }

    /// That nobody calls it is what the test is about.
    pub fn may_be_idle(self) -> Self {
        self.may_be_idle.store(true, Ordering::SeqCst);
        self
    }

    /// `http://127.0.0.1:PORT/path`, or `https://localhost:PORT/path`.
    pub fn url(&self, path: &str) -> String {
        match self.shared.tls {
            None => format!("http://{}{path}", self.address),
            Some(_) => format!("https://localhost:{}{path}", self.address.port()),
        }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What it was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// How often it was asked.
    pub fn count(&self) -> usize {
        self.shared.requests.lock().unwrap().len()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// The last request.
    #[track_caller]
    pub fn last(&self) -> Request {
        self.requests().pop().expect("nobody asked the origin")
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if !std::thread::panicking() && !self.may_be_idle.load(Ordering::SeqCst) {
            assert!(self.connections() > 0, "nobody called the origin");
        }
    }
}

fn serve(shared: &Shared, socket: TcpStream) {
    let connection = shared.connections.fetch_add(1, Ordering::SeqCst);
    let _ = socket.set_read_timeout(Some(LOOK_UP));
    let _ = socket.set_nodelay(true);
    let stream = match &shared.tls {
        None => Stream::Plain(socket),
        Some(config) => {
            let Ok(session) = ServerConnection::new(Arc::clone(config)) else { return };
            Stream::Tls(Box::new(StreamOwned::new(session, socket)))
        }
    };
    let mut conn = Conn { stream, over: Arc::clone(&shared.over), open: true, head_only: false };
    let mut pending = Vec::new();
    while let Some(mut request) = conn.request(&mut pending) {
        request.connection = connection;
        let mut requests = shared.requests.lock().unwrap();
        request.number = requests.len();
        requests.push(request.clone());
        drop(requests);
        conn.head_only = request.method == "HEAD";
        (shared.handler)(&request, &mut conn);
        if !conn.open || conn.is_over() {
            return;
        }
    }
}

/// Holds answers back until a test opens it.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets everybody through from now on.
    pub fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    /// Waits until it is open.
    pub fn wait(&self) {
        let mut open = self.0.0.lock().unwrap();
        while !*open {
            open = self.0.1.wait(open).unwrap();
        }
    }
}
