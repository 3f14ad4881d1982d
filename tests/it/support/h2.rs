//! An HTTP/2 origin made of frames by hand (RFC 9113, RFC 7541): a closure gets each stream and may send whatever it likes,
//! also what no library would. Requests are not read beyond their stream, and bodies must fit the first window (64 KiB).

use crate::support::ports::listen;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Types of frames.
pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PUSH_PROMISE: u8 = 5;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;
/// Flags of frames.
pub const END_STREAM: u8 = 1;
pub const ACK: u8 = 1;
pub const END_HEADERS: u8 = 4;
pub const PADDED: u8 = 8;

const PREFACE_BYTES: usize = 24;
const LOOK_UP: Duration = Duration::from_millis(50);

type Handler = dyn Fn(usize, &mut Stream) + Send + Sync;

struct Shared {
    handler: Box<Handler>,
    over: AtomicBool,
    count: AtomicUsize,
}

/// The origin.
pub struct Origin {
    port: u16,
    shared: Arc<Shared>,
}

/// A stream that was opened, and the whole connection with it.
pub struct Stream<'a> {
    wire: &'a mut StreamOwned<ServerConnection, TcpStream>,
    shared: &'a Shared,
    id: u32,
    open: bool,
}

/// A block of fields, each a literal that joins no table.
pub fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fields {
        out.push(0);
        for text in [name.as_bytes(), value.as_bytes()] {
            length(&mut out, text.len());
            out.extend_from_slice(text);
        }
    }
    out
}

/// A length in seven bits and as many more bytes as it takes.
pub fn length(out: &mut Vec<u8>, mut length: usize) {
    if length < 127 {
        return out.push(length as u8);
    }
    out.push(127);
    length -= 127;
    while length >= 128 {
        out.push((length % 128 + 128) as u8);
        length /= 128;
    }
    out.push(length as u8);
}

impl Stream<'_> {
    /// Any frame of any stream.
    pub fn frame(&mut self, kind: u8, flags: u8, id: u32, payload: &[u8]) {
        let size = (payload.len() as u32).to_be_bytes();
        let mut all = vec![size[1], size[2], size[3], kind, flags];
        all.extend_from_slice(&id.to_be_bytes());
        all.extend_from_slice(payload);
        let sent = self.wire.write_all(&all).and_then(|()| self.wire.flush());
        self.open &= sent.is_ok() && !self.shared.over.load(Ordering::SeqCst);
    }

    /// Whether the client still takes what is sent.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// A head of its own fields, which may be more than one frame.
    pub fn head(&mut self, fields: &[(&str, &str)], flags: u8) {
        let block = block(fields);
        let pieces: Vec<_> = block.chunks(16_000).collect();
        for (number, piece) in pieces.iter().enumerate() {
            let kind = if number == 0 { HEADERS } else { CONTINUATION };
            let first = if number == 0 { flags } else { 0 };
            let last = if number + 1 == pieces.len() { END_HEADERS } else { 0 };
            self.frame(kind, first | last, self.id, piece);
        }
    }

    /// A head with a status and a length.
    pub fn begin(&mut self, status: &str, length: usize) {
        self.head(&[(":status", status), ("content-length", &length.to_string())], 0);
    }

    /// Some of the body.
    pub fn data(&mut self, bytes: &[u8]) {
        bytes.chunks(16_000).for_each(|piece| self.frame(DATA, 0, self.id, piece));
    }

    /// The end of the body.
    pub fn end(&mut self) {
        self.frame(DATA, END_STREAM, self.id, b"");
    }

    /// A whole answer.
    pub fn reply(&mut self, status: &str, fields: &[(&str, &str)], body: &[u8]) {
        let length = body.len().to_string();
        let mut all = vec![(":status", status)];
        all.extend_from_slice(fields);
        all.push(("content-length", &length));
        self.head(&all, 0);
        self.data(body);
        self.end();
    }

    /// Ends the stream with this error.
    pub fn reset(&mut self, error: u32) {
        self.frame(RST_STREAM, 0, self.id, &error.to_be_bytes());
    }

    /// Says that streams after `last` are not answered.
    pub fn goaway(&mut self, last: u32, error: u32) {
        self.frame(GOAWAY, 0, 0, &[last.to_be_bytes(), error.to_be_bytes()].concat());
    }

    /// The number of the stream.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Closes the connection without a word.
    pub fn cut(&mut self) {
        self.open = false;
        let _ = self.wire.sock.shutdown(Shutdown::Both);
    }

    /// Resets the connection.
    pub fn reset_connection(&mut self) {
        // What was sent is to arrive first.
        std::thread::sleep(Duration::from_millis(100));
        let _ = rustix::net::sockopt::set_socket_linger(&self.wire.sock, Some(Duration::ZERO));
        self.open = false;
    }
}

impl Origin {
    /// One that answers each stream by this closure, which is told its number from 0.
    pub fn new(config: Arc<ServerConfig>, handler: impl Fn(usize, &mut Stream) + Send + Sync + 'static) -> Self {
        let listener = listen();
        let port = listener.local_addr().unwrap().port();
        let shared =
            Arc::new(Shared { handler: Box::new(handler), over: AtomicBool::new(false), count: AtomicUsize::new(0) });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                if accepting.over.load(Ordering::SeqCst) {
                    return;
                }
                let (shared, config) = (Arc::clone(&accepting), Arc::clone(&config));
                std::thread::spawn(move || serve(&shared, config, socket));
            }
        });
        Self { port, shared }
    }

    /// `https://localhost:PORT/path`.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// How many streams were opened.
    pub fn count(&self) -> usize {
        self.shared.count.load(Ordering::SeqCst)
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(shared: &Shared, config: Arc<ServerConfig>, socket: TcpStream) -> Option<()> {
    let _ = socket.set_nodelay(true);
    let _ = socket.set_write_timeout(Some(Duration::from_secs(5)));
    let _ = socket.set_read_timeout(Some(LOOK_UP));
    let mut wire = StreamOwned::new(ServerConnection::new(config).ok()?, socket);
    let take = |wire: &mut StreamOwned<_, TcpStream>, size: usize| -> Option<Vec<u8>> {
        let mut out = Vec::new();
        while out.len() < size {
            let mut part = vec![0; size - out.len()];
            match wire.read(&mut part) {
                Ok(0) => return None,
                Ok(got) => out.extend_from_slice(&part[..got]),
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    if shared.over.load(Ordering::SeqCst) {
                        return None;
                    }
                }
                Err(_) => return None,
            }
        }
        Some(out)
    };
    take(&mut wire, PREFACE_BYTES)?;
    Stream { wire: &mut wire, shared, id: 0, open: true }.frame(SETTINGS, 0, 0, b"");
    loop {
        let head = take(&mut wire, 9)?;
        let size = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let payload = take(&mut wire, size)?;
        let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut stream = Stream { wire: &mut wire, shared, id, open: true };
        match head[3] {
            HEADERS => (shared.handler)(shared.count.fetch_add(1, Ordering::SeqCst), &mut stream),
            SETTINGS if head[4] & ACK == 0 => stream.frame(SETTINGS, ACK, 0, b""),
            PING if head[4] & ACK == 0 => stream.frame(PING, ACK, 0, &payload),
            GOAWAY => return None,
            _ => {}
        }
        if !stream.open {
            return None;
        }
    }
}
