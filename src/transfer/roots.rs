//! The root certificates that both backends trust, read here once and only when TLS is spoken.

use crate::error::{Error, Result};
use crate::transfer::job::Tls;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// Where systems keep their bundle (the list of curl and Go). Variables that name others are read above this room.
const BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/ssl/cert.pem",
    "/opt/homebrew/etc/ca-certificates/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// The roots: those given, else the system's, else those that are built in.
///
/// # Errors
/// `Usage` if roots were given and hold no certificate.
pub(super) fn certificates(tls: &Tls) -> Result<Vec<CertificateDer<'static>>> {
    if let Some(pem) = &tls.roots {
        let found = parse(pem);
        if found.is_empty() {
            return Err(
                Error::usage("the CA file holds no certificate").hint("expected PEM: `-----BEGIN CERTIFICATE-----`")
            );
        }
        return Ok(found);
    }
    let system = BUNDLES.iter().filter_map(|path| std::fs::read(path).ok()).map(|pem| parse(&pem));
    let bundled = || webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec();
    Ok(system.into_iter().find(|found| !found.is_empty()).unwrap_or_else(bundled))
}

/// The same in one PEM text.
///
/// # Errors
/// As `certificates`.
pub(super) fn pem(tls: &Tls) -> Result<Vec<u8>> {
    use base64::Engine as _;
    let mut text = Vec::new();
    for certificate in certificates(tls)? {
        text.extend_from_slice(b"-----BEGIN CERTIFICATE-----\n");
        let base64 = base64::engine::general_purpose::STANDARD.encode(&certificate);
        for line in base64.as_bytes().chunks(64) {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        text.extend_from_slice(b"-----END CERTIFICATE-----\n");
    }
    Ok(text)
}

/// All certificates in a PEM text that can be a root. What cannot be read is passed over: libcurl's rustls gives up all
/// when one is odd, and bundles of systems often hold such.
fn parse(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    let mut store = rustls::RootCertStore::empty();
    let readable = CertificateDer::pem_slice_iter(pem).filter_map(std::result::Result::ok);
    readable.filter(|certificate| store.add(certificate.clone()).is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_always_some() {
        let roots = certificates(&Tls::default()).unwrap();
        assert!(roots.len() > 20);
        let again = Tls { roots: Some(pem(&Tls::default()).unwrap()), ..Tls::default() };
        assert_eq!(certificates(&again).unwrap(), roots);
    }

    #[test]
    fn given_ones_without_a_certificate_are_wrong() {
        let tls = Tls { roots: Some(b"nothing".to_vec()), ..Tls::default() };
        assert_eq!(certificates(&tls).unwrap_err().kind(), crate::error::Kind::Usage);
    }
}
