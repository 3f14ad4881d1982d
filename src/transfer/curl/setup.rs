//! A call and the options of the command, put into the options of one libcurl handle.

use super::handler::{Handler, Protocol, Upload};
use super::head::is_token;
use super::raw::{self, Lines};
use super::trust::Trust;
use crate::error::{Error, Kind};
use crate::message::Credentials;
use crate::transfer::backend::Call;
use crate::transfer::job::{HttpVersion, IpFamily, Options, ProxyUrl, Resolve, Tls};
use ::curl::easy::{Easy2, IpResolve, List, SslVersion};
use percent_encoding::percent_decode_str;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// How much libcurl reads at once.
const RECEIVE_BUFFER_BYTES: usize = 512 * 1024;

/// A setup that failed: libcurl's refusals become errors of ours.
#[derive(Debug)]
pub(super) struct Fault(pub(super) Error);

impl Fault {
    /// A NUL stood where a text must end.
    pub(super) fn nul() -> Self {
        Self(Error::usage("a NUL stands in a URL, a header field or a credential"))
    }
}

impl From<::curl::Error> for Fault {
    fn from(error: ::curl::Error) -> Self {
        Self(Error::new(Kind::Other, "libcurl", "libcurl refused an option").cause(error.description()))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// What of the options of a command concerns libcurl.
#[derive(Debug)]
pub(super) struct Settings {
    http_version: HttpVersion,
    ip_family: IpFamily,
    /// What was asked for TLS.
    pub(super) tls: Tls,
    resolve: Vec<String>,
    pinned: Vec<Resolve>,
}

/// The family of an address.
pub(super) const fn family_of(address: &IpAddr) -> IpFamily {
    if address.is_ipv4() { IpFamily::V4 } else { IpFamily::V6 }
}

impl Settings {
    /// Takes them out of the options.
    pub(super) fn new(options: &Options) -> Self {
        let address = |a: &IpAddr| match a {
            IpAddr::V4(a) => a.to_string(),
            IpAddr::V6(a) => format!("[{a}]"),
        };
        let resolve = options.resolve.iter().map(|r| {
            let addresses: Vec<_> = r.addresses.iter().map(address).collect();
            format!("{}:{}:{}", r.host, r.port, addresses.join(","))
        });
        Self {
            http_version: options.http_version,
            ip_family: options.ip_family,
            tls: options.tls.clone(),
            resolve: resolve.collect(),
            pinned: options.resolve.clone(),
        }
    }

    /// Whether only one address family may be used.
    pub(super) fn one_family(&self) -> bool {
        self.ip_family != IpFamily::Any
    }

    /// The name whose address family has to be chosen before the start: behind a `socks5:` proxy libcurl takes any
    /// IPv6 address before all others, where the system may know better.
    pub(super) fn undecided_name(&self, call: &Call) -> Option<String> {
        let local = call.proxy.as_ref().is_some_and(|p| p.0.scheme() == "socks5");
        match call.url.host() {
            Some(Host::Domain(name)) if local && !self.one_family() => Some(name.to_owned()),
            _ => None,
        }
    }

    /// The family of the first address that was given for the name by hand.
    pub(super) fn pinned_family(&self, host: &str, call: &Call) -> Option<IpFamily> {
        let port = call.url.port_or_known_default()?;
        let pinned = self.pinned.iter().rfind(|r| r.port == port && r.host.eq_ignore_ascii_case(host))?;
        pinned.addresses.first().map(family_of)
    }
}

/// Whether a call needs roots: it speaks TLS to the origin or to its proxy.
pub(super) fn needs_trust(call: &Call) -> bool {
    is_tls(&call.url) || call.proxy.as_ref().is_some_and(|p| p.0.scheme() == "https")
}

/// Whether TLS is spoken to the origin.
pub(super) fn is_tls(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "ftps")
}

/// How a connection is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connecting {
    /// Until it stands.
    pub(super) timeout: Duration,
    /// The address family that was chosen for this request.
    pub(super) family: Option<IpFamily>,
}

/// A handle that is ready to start; its outbox is still to be put in.
pub(super) fn prepare(
    call: &Call,
    settings: &Settings,
    trust: Option<&Arc<Trust>>,
    limits: Connecting,
) -> Result<Easy2<Handler>, Error> {
    let build = || -> Result<Easy2<Handler>, Fault> {
        let protocol = if call.url.scheme().starts_with("http") { Protocol::Http } else { Protocol::Ftp };
        let mut easy = Easy2::new(Handler::new(protocol, call)?);
        // SAFETY: the handler is a part of the handle that it points to.
        let raw = unsafe { raw::Easy::new(easy.raw()) };
        easy.get_mut().set_easy(raw);
        // SAFETY: the handler keeps the flag, and goes after the handle.
        unsafe { raw.watch_begin(easy.get_ref().begun())? };
        common(&mut easy, raw, call, settings, limits)?;
        proxy(&mut easy, raw, call.proxy.as_ref(), protocol)?;
        if let Some(trust) = trust {
            tls(&mut easy, raw, call, &settings.tls, trust)?;
        }
        match protocol {
            Protocol::Http => http(&mut easy, raw, call, settings)?,
            Protocol::Ftp => ftp(&mut easy, raw, call)?,
        }
        Ok(easy)
    };
    build().map_err(|fault| fault.0)
}

fn common(
    easy: &mut Easy2<Handler>,
    raw: raw::Easy,
    call: &Call,
    settings: &Settings,
    limits: Connecting,
) -> Result<(), Fault> {
    easy.url(call.url.as_str())?;
    easy.path_as_is(true)?;
    raw.set_text(raw::PROTOCOLS_STR, call.url.scheme())?;
    raw.set_long(raw::DISALLOW_USERNAME_IN_URL, 1)?;
    easy.buffer_size(RECEIVE_BUFFER_BYTES)?;
    easy.connect_timeout(limits.timeout.max(Duration::from_millis(1)))?;
    easy.tcp_nodelay(true)?;
    easy.tcp_keepalive(true)?;
    easy.follow_location(false)?;
    easy.fail_on_error(false)?;
    easy.ip_resolve(match limits.family.unwrap_or(settings.ip_family) {
        IpFamily::Any => IpResolve::Any,
        IpFamily::V4 => IpResolve::V4,
        IpFamily::V6 => IpResolve::V6,
    })?;
    if !settings.resolve.is_empty() {
        let mut list = List::new();
        for entry in &settings.resolve {
            list.append(entry)?;
        }
        easy.resolve(list)?;
    }
    Ok(())
}

/// The proxy, or, by empty texts, that there is none: otherwise libcurl asks the environment.
fn proxy(easy: &mut Easy2<Handler>, raw: raw::Easy, proxy: Option<&ProxyUrl>, protocol: Protocol) -> Result<(), Fault> {
    easy.noproxy("")?;
    let Some(ProxyUrl(url)) = proxy else {
        easy.proxy("")?;
        return Ok(());
    };
    easy.proxy(&proxy_address(url)?)?;
    if !url.username().is_empty() || url.password().is_some() {
        let decode = |text: &str| {
            percent_decode_str(text)
                .decode_utf8()
                .map(std::borrow::Cow::into_owned)
                .map_err(|_| Error::usage("the proxy's user or password is not UTF-8"))
        };
        easy.proxy_username(&decode(url.username())?)?;
        easy.proxy_password(&decode(url.password().unwrap_or_default())?)?;
    }
    raw.set_long(raw::SUPPRESS_CONNECT_HEADERS, 1)?;
    if url.scheme().starts_with("http") {
        // FTP too goes through a tunnel: otherwise libcurl would hand the origin's password to the proxy.
        easy.http_proxy_tunnel(protocol == Protocol::Ftp)?;
        let mut list = List::new();
        list.append("Proxy-Connection:")?;
        easy.proxy_headers(list)?;
    }
    Ok(())
}

/// The proxy's address without its credentials, always with a port: for libcurl the default is 1080.
pub(super) fn proxy_address(url: &Url) -> Result<String, Error> {
    let port = match url.scheme() {
        "http" | "https" => url.port_or_known_default(),
        "socks5" | "socks5h" => Some(url.port().unwrap_or(1080)),
        other => {
            return Err(Error::usage(format!("a proxy of `{other}`: expected http, https, socks5 or socks5h")));
        }
    };
    match (url.host_str(), port) {
        (Some(host), Some(port)) if !host.is_empty() => Ok(format!("{}://{host}:{port}", url.scheme())),
        _ => Err(Error::usage("the proxy's URL names no host")),
    }
}

fn tls(easy: &mut Easy2<Handler>, raw: raw::Easy, call: &Call, tls: &Tls, trust: &Arc<Trust>) -> Result<(), Fault> {
    let least = if tls.only_tls13 { SslVersion::Tlsv13 } else { SslVersion::Tlsv12 };
    let trust = easy.get_mut().keep_trust(Arc::clone(trust));
    // SAFETY: the handler keeps the roots, and goes after the handle.
    unsafe { raw.lend_blob(raw::CAINFO_BLOB, &trust.roots)? };
    easy.ssl_version(least)?;
    easy.ssl_verify_peer(!tls.insecure)?;
    easy.ssl_verify_host(!tls.insecure)?;
    if let Some(identity) = &trust.identity {
        easy.ssl_cert(&identity.certificate.path)?;
        easy.ssl_key(&identity.key.path)?;
    }
    if call.proxy.as_ref().is_some_and(|p| p.0.scheme() == "https") {
        // SAFETY: as above.
        unsafe { raw.lend_blob(raw::PROXY_CAINFO_BLOB, &trust.roots)? };
        easy.proxy_ssl_version(least)?;
        easy.proxy_ssl_verify_peer(true)?;
        easy.proxy_ssl_verify_host(true)?;
    }
    if call.url.scheme() == "ftps" {
        raw.set_long(curl_sys::CURLOPT_USE_SSL, raw::USE_SSL_ALL)?;
    }
    Ok(())
}

fn http(easy: &mut Easy2<Handler>, raw: raw::Easy, call: &Call, settings: &Settings) -> Result<(), Fault> {
    let secure = is_tls(&call.url);
    easy.http_version(match settings.http_version {
        HttpVersion::Auto => ::curl::easy::HttpVersion::V2TLS,
        HttpVersion::Http10 => ::curl::easy::HttpVersion::V10,
        HttpVersion::Http11 => ::curl::easy::HttpVersion::V11,
        HttpVersion::Http2 => ::curl::easy::HttpVersion::V2PriorKnowledge,
    })?;
    // Wait for a connection that is being made, and share it if it can carry several.
    let may_share =
        settings.http_version == HttpVersion::Http2 || (secure && settings.http_version == HttpVersion::Auto);
    easy.pipewait(may_share)?;
    easy.http_09_allowed(false)?;
    easy.http_content_decoding(false)?;
    easy.http_transfer_decoding(true)?;
    if !is_token(&call.method) {
        return Err(Error::usage(format!("`{}` is no method", call.method)).into());
    }
    // libcurl silently sends a request again if a connection that it used before dies without a byte. A method that
    // may not be doubled is therefore never sent on a used connection.
    let repeatable = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].contains(&call.method.as_str());
    easy.fresh_connect(!repeatable)?;
    let expects_body = ["POST", "PUT", "PATCH"].contains(&call.method.as_str());
    match (call.method.as_str(), &call.body) {
        ("HEAD", None) => easy.nobody(true)?,
        ("HEAD", Some(_)) => return Err(Error::usage("a HEAD request carries no body").into()),
        ("GET", None) => easy.get(true)?,
        (method, body) => {
            if body.is_some() || expects_body {
                easy.upload(true)?;
                easy.in_filesize(easy.get_ref().upload_size())?;
            }
            easy.custom_request(method)?;
        }
    }
    let lines = lines(call)?;
    let lines = easy.get_mut().keep_lines(lines);
    // SAFETY: the handler keeps the lines, and goes after the handle.
    unsafe { raw.lend_lines(lines) }
}

/// The fields as they were decided, and words that take back those that libcurl would add.
fn lines(call: &Call) -> Result<Lines, Fault> {
    let mut lines = Lines::new();
    for (name, value) in call.fields.iter() {
        let value = value.trim_ascii();
        if !is_token(name) || value.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
            return Err(Error::usage(format!("the header field `{name}` cannot be sent")).into());
        }
        let mut line = name.as_bytes().to_vec();
        if value.is_empty() {
            line.push(b';');
        } else {
            line.extend_from_slice(b": ");
            line.extend_from_slice(value);
        }
        lines.push(line)?;
    }
    for default in ["accept", "expect", "user-agent"] {
        if !call.fields.contains(default) {
            lines.push(format!("{default}:"))?;
        }
    }
    Ok(lines)
}

fn ftp(easy: &mut Easy2<Handler>, raw: raw::Easy, call: &Call) -> Result<(), Fault> {
    let path: Vec<u8> = percent_decode_str(call.url.path()).collect();
    let end = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let kind = end.rsplit(|b| *b == b';').next().unwrap_or_default().to_ascii_lowercase();
    if end.is_empty() || end == kind.as_slice() && kind.starts_with(b"type=") {
        return Err(Fault(
            Error::new(Kind::Http, "directory", "the URL names a directory, and listings are no files")
                .hint("name a file in it"),
        ));
    }
    if kind.starts_with(b"type=") && kind != b"type=i" && end.contains(&b';') {
        return Err(Fault(Error::usage("only `;type=i` is taken in an FTP URL: bytes are stored as they are")));
    }
    match call.method.as_str() {
        "GET" => {}
        "HEAD" => easy.nobody(true)?,
        other => return Err(Fault(Error::usage(format!("the method `{other}` has no meaning in FTP")))),
    }
    if call.body.is_some() {
        return Err(Fault(Error::usage("a request body has no meaning in FTP")));
    }
    easy.fetch_filetime(true)?;
    if call.offset > 0 {
        easy.resume_from(call.offset)?;
    }
    raw.set_long(curl_sys::CURLOPT_FTP_SKIP_PASV_IP, 1)?;
    if let Some(Credentials { user, password }) = &call.credentials {
        easy.username(user)?;
        easy.password(password.expose())?;
    }
    Ok(())
}

/// The body of a call, as it will be read.
pub(super) fn upload(call: &Call) -> Result<Option<Upload>, Error> {
    call.body.as_ref().map(Upload::new).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_addressed_without_credentials() {
        let address = |text: &str| proxy_address(&Url::parse(text).unwrap());
        assert_eq!(address("http://u:p@proxy").unwrap(), "http://proxy:80");
        assert_eq!(address("https://proxy/").unwrap(), "https://proxy:443");
        assert_eq!(address("socks5h://u@[::1]").unwrap(), "socks5h://[::1]:1080");
        assert_eq!(address("socks5://proxy:9").unwrap(), "socks5://proxy:9");
        assert!(address("ftp://proxy").is_err());
    }
}
