//! Where a store is: its URL taken apart, and in a form that may be shown.

use crate::error::{Error, Result};
use crate::kv::open::Options;
use crate::secret::{Mask, Secret, Secrets};
use percent_encoding::percent_decode_str;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use url::Url;

/// The URL of a store, taken apart. What is typed as a password cannot be printed from here.
#[derive(Debug, Clone)]
pub struct Address {
    scheme: String,
    place: Place,
    query: Vec<(String, Secret)>,
    shown: String,
    mask: Mask,
}

#[derive(Debug, Clone)]
enum Place {
    /// A folder, file or socket on this machine.
    Path(PathBuf),
    /// A server.
    Server(Server),
}

/// A server and who one is there.
#[derive(Debug, Clone)]
pub struct Server {
    /// The host as it is connected to, an IPv6 address without brackets; empty where none is said.
    pub host: String,
    /// The port, where one is said.
    pub port: Option<u16>,
    /// The user name, decoded.
    pub user: Option<String>,
    /// The password, decoded.
    pub password: Option<Secret>,
    /// The path as it stands in the URL, with its leading `/`.
    pub path: String,
    /// The authority as it was typed, credentials and all, for drivers that read it themselves (several hosts).
    pub authority: Secret,
}

/// Schemes whose rest is a path of this machine.
const LOCAL: &[&str] = &["memory", "null", "file", "sqlite", "unix"];

impl Address {
    /// Takes a URL apart. A path after `file:`, `sqlite:` and `unix:` is taken as it stands, after `scheme://` it is
    /// decoded as in any URL; what follows the last `?` are options.
    ///
    /// # Errors
    /// Usage: no scheme, or no URL.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::usage(format!("bad URL of a store: {why}"))
                .hint("such as `file:DIR`, `sqlite:FILE`, `redis://localhost:6379/0`; `dl kv get -h` lists them")
        };
        let Some((scheme, rest)) = text.split_once(':') else { return Err(wrong("it has no scheme")) };
        let scheme = scheme.to_ascii_lowercase();
        if scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) {
            return Err(wrong("it has no scheme"));
        }
        if text.chars().any(char::is_control) {
            return Err(wrong("it holds control characters"));
        }
        let (place, options) = match rest.rsplit_once('?') {
            Some((place, options)) => (place, options),
            None => (rest, ""),
        };
        let query = url::form_urlencoded::parse(options.as_bytes());
        let query: Vec<_> = query.map(|(k, v)| (k.into_owned(), Secret::new(v))).collect();
        if LOCAL.contains(&scheme.as_str()) {
            let path = local_path(place).ok_or_else(|| wrong("a path of this machine has no host"))?;
            let shown = format!("{scheme}:{}", path.display());
            let mask = Mask::new(query.iter().filter(|(k, _)| is_secret(k)).map(|(_, v)| v.expose().to_owned()));
            return Ok(Self { scheme, place: Place::Path(path), query, shown, mask });
        }
        let Some(after) = place.strip_prefix("//") else { return Err(wrong(&format!("expected `{scheme}://…`"))) };
        let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        let server = server(authority, path).map_err(|why| wrong(&why))?;
        let host =
            if authority.contains('@') { &authority[authority.rfind('@').unwrap_or(0) + 1..] } else { authority };
        let secrets = query.iter().filter(|(k, _)| is_secret(k)).map(|(_, v)| v.expose().to_owned());
        let typed = authority.rsplit_once('@').and_then(|(info, _)| Some(info.split_once(':')?.1.to_owned()));
        let decoded = server.password.as_ref().map(|p| p.expose().to_owned());
        let mask = Mask::new(secrets.chain(typed).chain(decoded));
        let shown = format!("{scheme}://{host}{path}");
        Ok(Self { scheme, place: Place::Server(server), query, shown, mask })
    }

    /// The scheme in lower case.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The path of a local store.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Path(path) => Some(path),
            Place::Server(_) => None,
        }
    }

    /// The server of one that is none.
    #[must_use]
    pub fn server(&self) -> Option<&Server> {
        match &self.place {
            Place::Server(server) => Some(server),
            Place::Path(_) => None,
        }
    }

    /// An option of the URL; given twice the last holds.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(k, _)| k == name).map(|(_, v)| v.expose())
    }

    /// All options as they were given.
    pub fn options(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(k, v)| (k.as_str(), v.expose()))
    }

    /// Whether the first write may make what is not there: unless `create=no`.
    ///
    /// # Errors
    /// Usage: neither yes nor no.
    pub fn may_create(&self) -> Result<bool> {
        match self.option("create") {
            None | Some("yes" | "true" | "1") => Ok(true),
            Some("no" | "false" | "0") => Ok(false),
            Some(other) => Err(Error::usage(format!("`create={other}`: expected yes or no"))),
        }
    }

    /// At most so many entries: the URL's `threshold`, else that of the options; `None` and 0: no limit.
    ///
    /// # Errors
    /// Usage: no number.
    pub fn threshold(&self, options: &Options) -> Result<Option<u64>> {
        let own = self.option("threshold").map(|text| {
            text.parse().map_err(|_| Error::usage(format!("`threshold={text}`: expected a number of entries")))
        });
        Ok(own.transpose()?.or(options.threshold).filter(|n| *n > 0))
    }

    /// Refuses options that the driver does not know.
    ///
    /// # Errors
    /// Usage, naming those that are known.
    pub fn only(&self, known: &[&str]) -> Result<()> {
        match self.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                let expected = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(Error::usage(format!("`{}` has no option `{name}`: expected {expected}", self.scheme)))
            }
        }
    }

    /// The URL without credentials and options, for messages.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Takes every credential of the URL out of a text.
    #[must_use]
    pub fn mask(&self) -> &Mask {
        &self.mask
    }
}

fn is_secret(option: &str) -> bool {
    option != "key" && Secrets::default().is_secret_header(option) || matches!(option, "pass" | "password" | "token")
}

fn local_path(place: &str) -> Option<PathBuf> {
    let Some(after) = place.strip_prefix("//") else { return Some(PathBuf::from(place)) };
    let path = after.strip_prefix("localhost").filter(|p| p.starts_with('/')).unwrap_or(after);
    let bytes = percent_decode_str(path).collect();
    (path.is_empty() || path.starts_with('/')).then(|| PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

fn server(authority: &str, path: &str) -> Result<Server, String> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (info, host) = authority.rsplit_once('@').map_or((None, authority), |(info, host)| (Some(info), host));
    let (user, password) = match info.map(|info| info.split_once(':').unwrap_or((info, ""))) {
        Some((user, password)) => (Some(decode(user)), Some(Secret::new(decode(password)))),
        None => (None, None),
    };
    let user = user.filter(|u| !u.is_empty());
    let password = password.filter(|p| !p.expose().is_empty());
    let authority = Secret::new(authority);
    // Several hosts with commas are read by the driver that takes them.
    if host.is_empty() || host.contains(',') {
        return Ok(Server { host: host.to_owned(), port: None, user, password, path: path.to_owned(), authority });
    }
    let url = Url::parse(&format!("store://{host}/")).map_err(|e| e.to_string())?;
    let name = url.host_str().unwrap_or_default();
    let bare = name.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(name);
    Ok(Server { host: decode(bare), port: url.port(), user, password, path: path.to_owned(), authority })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_paths() {
        let path = |text: &str| Address::parse(text).unwrap().path().unwrap().display().to_string();
        assert_eq!(path("file:rel/dir"), "rel/dir");
        assert_eq!(path("file:/a b/%20"), "/a b/%20");
        assert_eq!(path("file:///a%20b?create=no"), "/a b");
        assert_eq!(path("FILE://localhost/a"), "/a");
        assert_eq!(path("sqlite:x.db?threshold=3&create=no"), "x.db");
        assert_eq!(path("memory:"), "");
        for bad in ["dir", ":x", "a b:c", "file://host/a", "redis:x", "file:a\nb"] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn servers_and_their_credentials() {
        let address = Address::parse("redis://us%40er:p%2Fw:d@Example.org:6380/2?password=hidden&x=1&x=2").unwrap();
        let server = address.server().unwrap();
        assert_eq!((server.host.as_str(), server.port, server.path.as_str()), ("Example.org", Some(6380), "/2"));
        assert_eq!(server.user.as_deref(), Some("us@er"));
        assert_eq!(server.password.as_ref().unwrap().expose(), "p/w:d");
        assert_eq!(address.shown(), "redis://Example.org:6380/2");
        assert_eq!((address.option("x"), address.option("y")), (Some("2"), None));
        let debug = format!("{address:?}");
        assert!(!debug.contains("p/w:d") && !debug.contains("p%2F") && !debug.contains("hidden"), "{debug}");
        assert_eq!(address.mask().apply("p/w:d p%2Fw:d hidden"), "<redacted> <redacted> <redacted>");
        assert!(address.only(&["password", "x"]).is_ok());
        assert!(address.only(&["password"]).unwrap_err().message().contains("`x`"));
        let v6 = Address::parse("memcached://[::1]:11211").unwrap();
        assert_eq!((v6.server().unwrap().host.as_str(), v6.server().unwrap().port), ("::1", Some(11211)));
        let many = Address::parse("mongodb://u:p@a:1,b:2/db/c").unwrap();
        assert_eq!(many.server().unwrap().host, "a:1,b:2");
        assert_eq!(many.shown(), "mongodb://a:1,b:2/db/c");
    }
}
