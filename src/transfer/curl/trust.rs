//! What TLS is given: root certificates as one PEM text, and the client's certificate and key as files that
//! libcurl can open.

use crate::error::{Error, Result};
use crate::transfer::job::Tls;
use crate::transfer::roots;
use std::fs::File;
use std::io::Write;

/// Roots and client identity, read once for all requests.
#[derive(Debug)]
pub(super) struct Trust {
    /// Root certificates in PEM.
    pub(super) roots: Vec<u8>,
    /// The client's certificate and key.
    pub(super) identity: Option<Identity>,
}

/// The paths under which libcurl finds certificate and key. Its rustls backend takes files only, no bytes.
#[derive(Debug)]
pub(super) struct Identity {
    /// The certificate chain.
    pub(super) certificate: Readable,
    /// The private key.
    pub(super) key: Readable,
}

impl Trust {
    /// Reads what is needed; takes milliseconds, so it is done for the first request that speaks TLS.
    ///
    /// # Errors
    /// A usage error where a certificate stands without a key, or none of the roots can be used.
    pub(super) fn load(tls: &Tls) -> Result<Self> {
        check(tls)?;
        let identity = match (&tls.certificate, &tls.key) {
            (Some(certificate), Some(key)) => Some(Identity {
                certificate: Readable::new(certificate)?,
                key: Readable::new(key.expose().as_bytes())?,
            }),
            _ => None,
        };
        Ok(Self { roots: roots::pem(tls)?, identity })
    }
}

/// Whether certificate and key stand together.
///
/// # Errors
/// A usage error that names what is missing.
pub(super) fn check(tls: &Tls) -> Result<()> {
    match (&tls.certificate, &tls.key) {
        (Some(_), None) => Err(Error::usage("a client certificate was given without its key")),
        (None, Some(_)) => Err(Error::usage("a client key was given without its certificate")),
        _ => Ok(()),
    }
}

/// Bytes that can be opened by a path, for as long as this lives.
#[derive(Debug)]
pub(super) struct Readable {
    /// The path.
    pub(super) path: String,
    _held: Held,
}

#[derive(Debug)]
enum Held {
    #[cfg(target_os = "linux")]
    Memory(#[expect(dead_code, reason = "held open, so that the path stays")] File),
    File(#[expect(dead_code, reason = "removed when dropped")] tempfile::NamedTempFile),
}

impl Readable {
    fn new(bytes: &[u8]) -> Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(readable) = Self::in_memory(bytes) {
            return Ok(readable);
        }
        let failed = |e: &std::io::Error| Error::disk("cannot hold the client certificate in a temporary file", e);
        let mut file = tempfile::NamedTempFile::new().map_err(|e| failed(&e))?;
        file.write_all(bytes).and_then(|()| file.flush()).map_err(|e| failed(&e))?;
        let path = file.path().to_string_lossy().into_owned();
        Ok(Self { path, _held: Held::File(file) })
    }

    /// In memory, so that a key never reaches a disk; `None` where /proc does not show it.
    #[cfg(target_os = "linux")]
    fn in_memory(bytes: &[u8]) -> Option<Self> {
        use std::os::fd::AsRawFd;
        let memory = rustix::fs::memfd_create("dl", rustix::fs::MemfdFlags::CLOEXEC).ok()?;
        let mut file = File::from(memory);
        file.write_all(bytes).ok()?;
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        (std::fs::read(&path).ok()? == bytes).then_some(Self { path, _held: Held::Memory(file) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused() {
        let tls = Tls { roots: Some(b"nothing".to_vec()), ..Tls::default() };
        assert_eq!(Trust::load(&tls).unwrap_err().kind(), crate::error::Kind::Usage);
        let tls = Tls { certificate: Some(Vec::new()), ..Tls::default() };
        assert_eq!(Trust::load(&tls).unwrap_err().kind(), crate::error::Kind::Usage);
    }

    #[test]
    fn bytes_by_a_path() {
        let readable = Readable::new(b"secret").unwrap();
        assert_eq!(std::fs::read(&readable.path).unwrap(), b"secret");
    }
}
