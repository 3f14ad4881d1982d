//! From the options of "How it travels" to those of a transfer: proxies, TLS files, limits, and the trust they mean.

use crate::cli::args::{Ask, Fetch};
use crate::cli::context::{Context, plain, read_named};
use dl::cache::item::Trust;
use dl::digest::Digest;
use dl::error::{Error, Result};
use dl::secret::{Secret, Secrets};
use dl::transfer::job::{IpFamily, Options, Proxies, ProxyUrl, Statuses, SystemRoots, Tls};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt::Write as _;
use std::path::Path;
use url::Url;

/// Which of the options that change whom is trusted stand on the command line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TypedTrust {
    pub(crate) resolve: bool,
    pub(crate) cacert: bool,
    pub(crate) capath: bool,
}

/// The options of a transfer, and the trust they mean.
///
/// # Errors
/// Usage: files that are missing or no PEM, a proxy that is none.
pub(crate) fn options(
    args: &Fetch,
    typed: TypedTrust,
    secrets: &Secrets,
    context: &Context,
) -> Result<(Options, Trust)> {
    let (ask, travel) = (&args.ask, &args.travel);
    let defaults = Options::default();
    let (tls, trust) = tls(ask, typed, context)?;
    let options = Options {
        backend: ask.backend.unwrap_or_default(),
        http_version: ask.http_version.unwrap_or_default(),
        ip_family: match (ask.ipv4, ask.ipv6) {
            (true, false) => IpFamily::V4,
            (false, true) => IpFamily::V6,
            (false, false) => IpFamily::Any,
            (true, true) => return Err(Error::usage("-4 and -6 exclude each other")),
        },
        tls,
        proxies: proxies(ask, context)?,
        resolve: ask.resolve.clone(),
        max_redirects: if ask.no_follow { None } else { ask.max_redirs.map_or(defaults.max_redirects, Some) },
        compressed: ask.compressed,
        retries: travel.retry.unwrap_or(defaults.retries),
        retry_delay: travel.retry_delay.unwrap_or(defaults.retry_delay),
        retry_max_wait: travel.retry_max_wait.unwrap_or(defaults.retry_max_wait),
        connect_timeout: travel.connect_timeout.unwrap_or(defaults.connect_timeout),
        stall_timeout: travel.stall_timeout.unwrap_or(defaults.stall_timeout),
        timeout: travel.timeout,
        limit_rate: travel.limit_rate,
        min_rate: travel.min_rate,
        resume: travel.resume.unwrap_or_default(),
        connections: travel.connections.unwrap_or_default(),
        allow_status: travel.allow_status.clone().unwrap_or_else(Statuses::default),
        secrets: secrets.clone(),
    };
    Ok((options, trust))
}

// ---- proxies

fn proxies(ask: &Ask, context: &Context) -> Result<Proxies> {
    let except = match &ask.noproxy {
        Some(list) => list.clone(),
        None => first(context, &["no_proxy", "NO_PROXY"])?.map(|(_, list)| list).unwrap_or_default(),
    };
    let except = except.split([',', ' ']).map(str::trim).filter(|e| !e.is_empty()).map(str::to_owned).collect();
    if let Some(text) = &ask.proxy {
        let proxy = if text.is_empty() { None } else { Some(proxy(text, "--proxy")?) };
        return Ok(Proxies { http: proxy.clone(), https: proxy.clone(), ftp: proxy, except });
    }
    let from = |names: &[&'static str]| match first(context, names)? {
        Some((name, text)) => proxy(&text, name).map(Some),
        None => Ok(None),
    };
    Ok(Proxies {
        // `HTTP_PROXY` is not read: a web server puts a visitor's `Proxy:` header into it (as curl does).
        http: from(&["http_proxy", "all_proxy", "ALL_PROXY"])?,
        https: from(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?,
        ftp: from(&["ftp_proxy", "FTP_PROXY", "all_proxy", "ALL_PROXY"])?,
        except,
    })
}

fn first(context: &Context, names: &[&'static str]) -> Result<Option<(&'static str, String)>> {
    for name in names {
        if let Some(text) = context.text(name)? {
            return Ok(Some((name, text.to_owned())));
        }
    }
    Ok(None)
}

/// A proxy's address; without a scheme it is http.
fn proxy(text: &str, who_says: &str) -> Result<ProxyUrl> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let wrong = |why: String| {
        Error::usage(format!("{who_says}: no proxy address"))
            .cause(why)
            .hint("a proxy is http://host:port, https://…, socks5://… or socks5h://…")
    };
    let url = Url::parse(&with_scheme).map_err(|e| wrong(e.to_string()))?;
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
        return Err(wrong(format!("the scheme `{}` is not spoken", url.scheme())));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("it names no host".to_owned()));
    }
    Ok(ProxyUrl(url))
}

/// The proxies that hold, for whoever wants to look at them: scheme, address without password.
pub(crate) fn shown_proxies(ask: &Ask, context: &Context) -> Result<Vec<(&'static str, String)>> {
    let proxies = proxies(ask, context)?;
    let shown = |proxy: &Option<ProxyUrl>| proxy.as_ref().map(|p| Secrets::default().redact_url(&p.0));
    let all = [("http", shown(&proxies.http)), ("https", shown(&proxies.https)), ("ftp", shown(&proxies.ftp))];
    Ok(all.into_iter().filter_map(|(scheme, proxy)| Some((scheme, proxy?))).collect())
}

// ---- TLS

/// The roots that a connection without further options trusts.
///
/// # Errors
/// Usage: a file that is missing or no PEM.
pub(crate) fn roots(cacert: Option<&Path>, context: &Context) -> Result<Tls> {
    let roots = cacert.map(certificates).transpose()?;
    Ok(Tls { roots, system: system_roots(context), ..Tls::default() })
}

fn tls(ask: &Ask, typed: TypedTrust, context: &Context) -> Result<(Tls, Trust)> {
    let mut roots: Option<Vec<u8>> = None;
    let mut add = |pem: Vec<u8>| {
        let all = roots.get_or_insert_default();
        all.extend_from_slice(&pem);
        all.push(b'\n');
    };
    let mut special = String::new();
    if typed.resolve {
        for resolve in &ask.resolve {
            let _ = writeln!(special, "resolve {} {} {:?}", resolve.host, resolve.port, resolve.addresses);
        }
    }
    if let Some(path) = &ask.cacert {
        let pem = certificates(path)?;
        if typed.cacert {
            let _ = writeln!(special, "cacert {}", Digest::sha256(&pem));
        }
        add(pem);
    }
    if let Some(folder) = &ask.capath {
        let pem = folder_of_certificates(folder)?;
        if typed.capath {
            let _ = writeln!(special, "capath {}", Digest::sha256(&pem));
        }
        add(pem);
    }
    let certificate = ask.cert.as_deref().map(certificates).transpose()?;
    let key = match (&ask.key, &ask.cert) {
        (Some(path), Some(_)) => Some(private_key(path)?),
        (Some(_), None) => return Err(Error::usage("--key needs --cert")),
        (None, Some(path)) => Some(private_key(path).map_err(|e| e.hint("--key FILE names the private key"))?),
        (None, None) => None,
    };
    let only_tls13 = ask.tls_min.unwrap_or_default();
    let tls = Tls { roots, system: system_roots(context), certificate, key, insecure: ask.insecure, only_tls13 };
    let special = (!special.is_empty()).then(|| Digest::sha256(special.as_bytes()).hex());
    Ok((tls, Trust { insecure: ask.insecure, special }))
}

/// `SSL_CERT_FILE` and `SSL_CERT_DIR`. They are set on many systems: the files are read when TLS is spoken, not before.
fn system_roots(context: &Context) -> SystemRoots {
    let folders = context.variable("SSL_CERT_DIR").map(|all| std::env::split_paths(all).collect());
    SystemRoots { file: context.variable("SSL_CERT_FILE").map(Into::into), folders: folders.unwrap_or_default() }
}

fn looks_like_certificates(pem: &[u8]) -> bool {
    let mark = b"-----BEGIN CERTIFICATE-----";
    pem.windows(mark.len()).any(|w| w == mark)
}

fn no_certificate(path: &Path) -> Error {
    Error::usage(format!("`{}` holds no certificate in PEM form", path.display()))
}

fn certificates(path: &Path) -> Result<Vec<u8>> {
    let pem = read_named(path)?;
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        certificate.map_err(|e| no_certificate(path).cause(e.to_string()))?;
        count += 1;
    }
    if count == 0 { Err(no_certificate(path)) } else { Ok(pem) }
}

fn folder_of_certificates(folder: &Path) -> Result<Vec<u8>> {
    let failed =
        |e: std::io::Error| Error::usage(format!("cannot read the folder `{}`", folder.display())).cause(plain(&e));
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .map_err(failed)?
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.is_file())
        .collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let pem = read_named(&path)?;
        if looks_like_certificates(&pem) {
            all.extend_from_slice(&pem);
            all.push(b'\n');
        }
    }
    if all.is_empty() {
        return Err(Error::usage(format!("the folder `{}` holds no certificate in PEM form", folder.display())));
    }
    Ok(all)
}

fn private_key(path: &Path) -> Result<Secret> {
    let pem = read_named(path)?;
    let wrong = || Error::usage(format!("`{}` holds no private key in PEM form", path.display()));
    PrivateKeyDer::from_pem_slice(&pem).map_err(|e| wrong().cause(e.to_string()))?;
    String::from_utf8(pem).map(Secret::new).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_of_the_environment() {
        let context = Context::of(&[
            ("http_proxy", "one:3128"),
            ("HTTPS_PROXY", "http://two"),
            ("all_proxy", "socks5h://three:1080"),
            ("NO_PROXY", "localhost, .example.org"),
        ]);
        let ask = crate::cli::args::Fetch::of_words(&["u"]).ask;
        let proxies = proxies(&ask, &context).unwrap();
        let text = |p: &Option<ProxyUrl>| p.as_ref().unwrap().0.to_string();
        assert_eq!(text(&proxies.http), "http://one:3128/");
        assert_eq!(text(&proxies.https), "http://two/");
        assert!(text(&proxies.ftp).starts_with("socks5h://three:1080"));
        assert_eq!(proxies.except, ["localhost", ".example.org"]);
        assert!(proxy("gopher://x", "p").is_err() && proxy("http://", "p").is_err());
        let error = proxy("http://user:hush@[bad", "p").unwrap_err();
        assert!(!error.to_string().contains("hush"));
    }

    #[test]
    fn files_that_are_no_pem_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        assert!(certificates(&path).unwrap_err().message().contains("ca.pem"));
        std::fs::write(&path, "hello").unwrap();
        assert!(certificates(&path).unwrap_err().message().contains("no certificate"));
        assert!(private_key(&path).is_err() && folder_of_certificates(folder.path()).is_err());
    }
}
