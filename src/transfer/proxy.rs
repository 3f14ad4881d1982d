//! Which proxy carries which URL.

use crate::transfer::job::{Proxies, ProxyUrl};
use std::net::IpAddr;
use url::{Host, Url};

/// The proxy for this URL; `None`: directly.
pub(super) fn choose<'a>(proxies: &'a Proxies, url: &Url) -> Option<&'a ProxyUrl> {
    let proxy = match url.scheme() {
        "http" => proxies.http.as_ref(),
        "https" => proxies.https.as_ref(),
        "ftp" | "ftps" => proxies.ftp.as_ref(),
        _ => None,
    }?;
    let port = url.port_or_known_default();
    let host = url.host()?;
    (!proxies.except.iter().any(|entry| is_excepted(entry, &host, port))).then_some(proxy)
}

/// Whether one entry of the list holds for the host: `*`, a name (its subdomains too), an address or a block of
/// addresses; each with an optional port, IPv6 addresses then in brackets.
fn is_excepted(entry: &str, host: &Host<&str>, port: Option<u16>) -> bool {
    let entry = entry.trim();
    if entry == "*" {
        return true;
    }
    let (entry, wanted) = split_port(entry);
    if wanted.is_some() && wanted != port {
        return false;
    }
    let address = match host {
        Host::Ipv4(ip) => IpAddr::V4(*ip),
        Host::Ipv6(ip) => ip.to_ipv4_mapped().map_or(IpAddr::V6(*ip), IpAddr::V4),
        Host::Domain(name) => return is_suffix(entry, name),
    };
    match entry.split_once('/') {
        Some((network, bits)) => {
            network.parse().is_ok_and(|network| bits.parse().is_ok_and(|bits| is_within(address, network, bits)))
        }
        None => entry.parse::<IpAddr>().is_ok_and(|ip| ip == address),
    }
}

fn split_port(entry: &str) -> (&str, Option<u16>) {
    if let Some(inside) = entry.strip_prefix('[')
        && let Some((address, rest)) = inside.split_once(']')
    {
        return (address, rest.strip_prefix(':').and_then(|p| p.parse().ok()));
    }
    match entry.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

fn is_suffix(entry: &str, name: &str) -> bool {
    let entry = entry.trim_start_matches("*.").trim_matches('.').to_ascii_lowercase();
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !entry.is_empty() && name.strip_suffix(&entry).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) if bits <= 32 => {
            let shift = 32 - bits;
            u64::from(u32::from(a)) >> shift == u64::from(u32::from(n)) >> shift
        }
        (IpAddr::V6(a), IpAddr::V6(n)) if bits <= 128 => {
            bits == 0 || u128::from(a) >> (128 - bits) == u128::from(n) >> (128 - bits)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excepted(entry: &str, url: &str) -> bool {
        let proxy = ProxyUrl(Url::parse("http://proxy:3128/").unwrap());
        let proxies = Proxies { http: Some(proxy), except: vec![entry.to_owned()], ..Proxies::default() };
        choose(&proxies, &Url::parse(url).unwrap()).is_none()
    }

    #[test]
    fn exceptions() {
        for (entry, url) in [
            ("*", "http://any/"),
            ("example.org", "http://example.org/"),
            ("example.org", "http://a.EXAMPLE.org/"),
            (".example.org", "http://a.example.org/"),
            ("*.example.org", "http://a.example.org./"),
            ("example.org:8080", "http://example.org:8080/"),
            ("example.org:80", "http://example.org/"),
            ("127.0.0.1", "http://127.0.0.1:99/"),
            ("10.0.0.0/8", "http://10.200.3.4/"),
            ("0.0.0.0/0", "http://10.200.3.4/"),
            ("::1", "http://[::1]/"),
            ("[::1]:81", "http://[::1]:81/"),
            ("fd00::/8", "http://[fd12::1]/"),
            ("::/0", "http://[fd12::1]/"),
            ("127.0.0.0/8", "http://[::ffff:127.0.0.1]/"),
        ] {
            assert!(excepted(entry, url), "{entry} {url}");
        }
        for (entry, url) in [
            ("", "http://any/"),
            (".", "http://any/"),
            ("example.org", "http://notexample.org/"),
            ("example.org", "http://example.org.evil/"),
            ("example.org:81", "http://example.org/"),
            ("10.0.0.0/8", "http://11.0.0.1/"),
            ("10.0.0.0/33", "http://10.0.0.0/"),
            ("10.0.0.0/x", "http://10.0.0.0/"),
            ("0.0.1", "http://127.0.0.1/"),
            ("fd00::/129", "http://[fd00::]/"),
        ] {
            assert!(!excepted(entry, url), "{entry} {url}");
        }
    }

    #[test]
    fn each_scheme_has_its_own() {
        let proxy = ProxyUrl(Url::parse("http://proxy/").unwrap());
        let proxies = Proxies { https: Some(proxy), ..Proxies::default() };
        assert!(choose(&proxies, &Url::parse("https://h/").unwrap()).is_some());
        for url in ["http://h/", "ftp://h/", "file:///x"] {
            assert!(choose(&proxies, &Url::parse(url).unwrap()).is_none(), "{url}");
        }
    }
}
