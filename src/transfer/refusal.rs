//! The status with which a proxy refuses CONNECT, asked for once more where the HTTP client keeps it to itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::{Host, Url};

/// How long the answer is waited for: it only makes a message better.
const PATIENCE: Duration = Duration::from_secs(2);
/// A status line, with whatever reason, is shorter.
const MOST_BYTES: u64 = 1024;

/// The status, or `None`: the proxy speaks TLS, or does not refuse now, or does not answer in time.
pub(super) async fn ask(proxy: &Url, origin: &str) -> Option<u16> {
    let answer = tokio::time::timeout(PATIENCE, status_line(proxy, origin)).await.ok()??;
    status(&answer).filter(|status| !(200..300).contains(status))
}

async fn status_line(proxy: &Url, origin: &str) -> Option<Vec<u8>> {
    if proxy.scheme() != "http" {
        return None;
    }
    let port = proxy.port_or_known_default()?;
    let mut stream = match proxy.host()? {
        Host::Domain(name) => TcpStream::connect((name, port)).await,
        Host::Ipv4(ip) => TcpStream::connect((ip, port)).await,
        Host::Ipv6(ip) => TcpStream::connect((ip, port)).await,
    }
    .ok()?;
    stream.write_all(request(proxy, origin).as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    let mut stream = stream.take(MOST_BYTES);
    while !answer.contains(&b'\n') {
        if stream.read_buf(&mut answer).await.ok()? == 0 {
            break;
        }
    }
    Some(answer)
}

fn request(proxy: &Url, origin: &str) -> String {
    let start = format!("CONNECT {origin} HTTP/1.1\r\nHost: {origin}\r\n");
    if proxy.username().is_empty() && proxy.password().is_none() {
        return start + "\r\n";
    }
    let mut pair: Vec<u8> = percent_decode_str(proxy.username()).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(proxy.password().unwrap_or_default()));
    format!("{start}Proxy-Authorization: Basic {}\r\n\r\n", STANDARD.encode(pair))
}

fn status(answer: &[u8]) -> Option<u16> {
    let rest = answer.strip_prefix(b"HTTP/1.1 ").or_else(|| answer.strip_prefix(b"HTTP/1.0 "))?;
    let digits = rest.get(..3)?;
    let ends = rest.get(3).is_none_or(u8::is_ascii_whitespace);
    std::str::from_utf8(digits).ok().filter(|_| ends)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses() {
        assert_eq!(status(b"HTTP/1.1 403 No\r\n"), Some(403));
        assert_eq!(status(b"HTTP/1.0 502\r\n"), Some(502));
        for wrong in [&b"HTTP/1.1 4031 x"[..], b"HTTP/1.1 40", b"SSH-2.0", b"", b"HTTP/1.1 abc "] {
            assert_eq!(status(wrong), None);
        }
    }

    #[test]
    fn credentials_are_the_proxys_own() {
        let request = request(&Url::parse("http://us%20er:p%40ss@proxy:3128").unwrap(), "h:443");
        let pair = STANDARD.encode("us er:p@ss");
        let line = format!("Proxy-Authorization: Basic {pair}");
        assert_eq!(request, format!("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n{line}\r\n\r\n"));
    }
}
