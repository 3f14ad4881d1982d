//! A connection to memcached: lines and values, each wait bounded.

use crate::error::Result;
use crate::kv::driver::{broken, refused, silent, unreachable};
use crate::kv::store::LARGEST_VALUE_BYTES;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The longest line of an answer, in bytes.
const LONGEST_LINE_BYTES: u64 = 64 << 10;

/// Where a server listens.
#[derive(Debug)]
pub(super) enum Place {
    Tcp(String, u16),
    Unix(PathBuf),
}

#[derive(Debug)]
enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Wire {
    stream: BufReader<Stream>,
    limit: Duration,
}

impl Wire {
    /// Connects within `connect`; every wait from then on ends after `limit`.
    pub(super) fn connect(place: &Place, connect: Duration, limit: Duration) -> Result<Self> {
        let stream = match place {
            Place::Unix(path) => Stream::Unix(UnixStream::connect(path).map_err(|e| broken(&e, connect))?),
            Place::Tcp(host, port) => Stream::Tcp(dial(host, *port, connect)?),
        };
        let limited = match &stream {
            Stream::Tcp(tcp) => tcp
                .set_nodelay(true)
                .and_then(|()| tcp.set_read_timeout(Some(limit)))
                .and_then(|()| tcp.set_write_timeout(Some(limit))),
            Stream::Unix(unix) => unix.set_read_timeout(Some(limit)).and_then(|()| unix.set_write_timeout(Some(limit))),
        };
        limited.map_err(|e| broken(&e, limit))?;
        Ok(Self { stream: BufReader::new(stream), limit })
    }

    /// Whether the server still listens: it has neither closed the connection nor said something unasked.
    pub(super) fn is_open(&mut self) -> bool {
        let fd = match self.stream.get_ref() {
            Stream::Tcp(stream) => std::os::fd::AsFd::as_fd(stream),
            Stream::Unix(stream) => std::os::fd::AsFd::as_fd(stream),
        };
        let flags = rustix::net::RecvFlags::PEEK | rustix::net::RecvFlags::DONTWAIT;
        matches!(rustix::net::recv(fd, &mut [0; 1][..], flags), Err(rustix::io::Errno::AGAIN))
    }

    /// Sends bytes.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<()> {
        let limit = self.limit;
        self.stream.get_mut().write_all(bytes).map_err(|e| broken(&e, limit))
    }

    /// Reads a line, without its end.
    pub(super) fn line(&mut self) -> Result<String> {
        let mut line = Vec::new();
        let read = (&mut self.stream).take(LONGEST_LINE_BYTES).read_until(b'\n', &mut line);
        read.map_err(|e| broken(&e, self.limit))?;
        match line.strip_suffix(b"\r\n") {
            Some(line) => Ok(String::from_utf8_lossy(line).into_owned()),
            None if line.is_empty() => Err(unreachable("the connection was closed")),
            None => Err(unreachable("its answer is not one of memcached")),
        }
    }

    /// Reads a value of so many bytes and the line end behind it.
    pub(super) fn value(&mut self, size: usize) -> Result<Vec<u8>> {
        if size > LARGEST_VALUE_BYTES {
            return Err(refused(format!("a value of {size} bytes")));
        }
        let mut value = vec![0; size + 2];
        self.stream.read_exact(&mut value).map_err(|e| broken(&e, self.limit))?;
        value.truncate(size);
        Ok(value)
    }
}

/// Connects to the first address that answers, all together within the limit.
fn dial(host: &str, port: u16, limit: Duration) -> Result<TcpStream> {
    let end = Instant::now() + limit;
    let addresses = (host, port).to_socket_addrs().map_err(|e| unreachable(e.to_string()))?;
    let mut failure = unreachable("its name has no address");
    for address in addresses {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(silent(limit));
        }
        match TcpStream::connect_timeout(&address, left) {
            Ok(stream) => return Ok(stream),
            Err(e) => failure = broken(&e, limit),
        }
    }
    Err(failure)
}
