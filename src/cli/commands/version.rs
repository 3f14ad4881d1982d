//! `dl --version`: the version, and those of the backends with their features.

use crate::cli::output::Output;
use dl::error::Result;
use serde_json::json;

/// The version of reqwest, which does not tell its own; a test compares it with Cargo.lock.
pub(crate) const REQWEST_VERSION: &str = "0.13.5";
/// The version of rustls, likewise.
pub(crate) const RUSTLS_VERSION: &str = "0.23.46";

/// What the two backends are.
#[derive(Debug)]
pub(crate) struct Backends {
    /// libcurl's version.
    pub(crate) curl: String,
    /// Its TLS.
    pub(crate) curl_tls: String,
    /// Protocols that `dl` uses of it.
    pub(crate) curl_protocols: Vec<String>,
    /// Whether it speaks HTTP/2.
    pub(crate) curl_http2: bool,
}

impl Backends {
    /// Asks them.
    pub(crate) fn ask() -> Self {
        let version = curl::Version::get();
        let protocols = version.protocols().filter(|p| dl::descriptor::address::SCHEMES.contains(p));
        Self {
            curl: version.version().to_owned(),
            curl_tls: version.ssl_version().unwrap_or("no TLS").to_owned(),
            curl_protocols: protocols.map(str::to_owned).collect(),
            curl_http2: version.feature_http2(),
        }
    }
}

/// The schemes of the stores that are built in, and of those that are not.
pub(crate) fn stores() -> (Vec<&'static str>, Vec<&'static str>) {
    let schemes = |built_in: bool| {
        dl::kv::open::KINDS.iter().filter(|k| k.built_in == built_in).flat_map(|k| k.schemes).copied().collect()
    };
    (schemes(true), schemes(false))
}

/// The same in words.
pub(crate) fn told_stores() -> String {
    let (there, missing) = stores();
    let missing = if missing.is_empty() { String::new() } else { format!(" (not built in: {})", missing.join(" ")) };
    format!("{}{missing}", there.join(" "))
}

/// Prints it.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn run(output: &Output, as_json: bool) -> Result<u8> {
    let backends = Backends::ask();
    let own = env!("CARGO_PKG_VERSION");
    if as_json {
        output.json(&json!({
            "schema": 1,
            "version": own,
            "backends": {
                "reqwest": { "version": REQWEST_VERSION, "tls": format!("rustls/{RUSTLS_VERSION}"),
                             "protocols": ["http", "https"], "http2": true },
                "curl": { "version": backends.curl, "tls": backends.curl_tls,
                          "protocols": backends.curl_protocols, "http2": backends.curl_http2 },
            },
            "sqlite": rusqlite::version(),
            "stores": { "built_in": stores().0, "not_built_in": stores().1 },
        }))?;
        return Ok(0);
    }
    let http2 = if backends.curl_http2 { ", HTTP/2" } else { "" };
    let text = format!(
        "dl {own}\n\
         reqwest {REQWEST_VERSION}: http https (rustls/{RUSTLS_VERSION}, HTTP/2, socks5)\n\
         libcurl {}: {} ({}{http2}, socks5)\n\
         SQLite {}\n\
         stores: {}\n",
        backends.curl,
        backends.curl_protocols.join(" "),
        backends.curl_tls,
        rusqlite::version(),
        told_stores(),
    );
    output.bytes(text.as_bytes()).map(|()| 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
        for (name, version) in [("reqwest", REQWEST_VERSION), ("rustls", RUSTLS_VERSION)] {
            assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"")), "{name}");
        }
    }

    #[test]
    fn libcurl_speaks_what_is_promised() {
        let backends = Backends::ask();
        for protocol in dl::descriptor::address::SCHEMES {
            assert!(backends.curl_protocols.iter().any(|p| p == protocol), "{protocol}");
        }
        assert!(backends.curl_http2);
    }
}
