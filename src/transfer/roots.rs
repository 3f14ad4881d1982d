//! The root certificates that both backends trust, read here once and only when TLS is spoken.

use crate::error::{Error, Result};
use crate::transfer::job::{SystemRoots, Tls};
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

/// The roots: those given, else those that the user says are the system's, else the system's, else those that are
/// built in.
///
/// # Errors
/// `Usage` if roots were given, or said to be somewhere, and there is no certificate.
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
    if tls.system != SystemRoots::default() {
        return said(&tls.system);
    }
    let system = BUNDLES.iter().filter_map(|path| std::fs::read(path).ok()).map(|pem| parse(&pem));
    let bundled = || webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec();
    Ok(system.into_iter().find(|found| !found.is_empty()).unwrap_or_else(bundled))
}

/// The roots that are where the user says the system's are. Many are in the file and in the folders, and are kept once.
fn said(system: &SystemRoots) -> Result<Vec<CertificateDer<'static>>> {
    let mut seen = std::collections::HashSet::new();
    let mut found = Vec::new();
    if let Some(path) = &system.file {
        let wrong = || Error::usage(format!("SSL_CERT_FILE is `{}`, which is of no use", path.display()));
        let pem = std::fs::read(path).map_err(|e| wrong().cause(e.to_string()))?;
        found = parse(&pem);
        if found.is_empty() {
            return Err(wrong().cause("it holds no certificate in PEM form"));
        }
        seen.extend(found.iter().cloned());
    }
    for folder in &system.folders {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| p.is_file()).collect();
        paths.sort();
        for pem in paths.iter().filter_map(|path| std::fs::read(path).ok()) {
            let own = CertificateDer::pem_slice_iter(&pem).filter_map(std::result::Result::ok);
            let new: Vec<_> = own.filter(|certificate| !seen.contains(certificate)).collect();
            let new = readable(new.into_iter());
            seen.extend(new.iter().cloned());
            found.extend(new);
        }
    }
    if found.is_empty() {
        return Err(Error::usage("SSL_CERT_DIR names no folder with a certificate in PEM form"));
    }
    Ok(found)
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
    readable(CertificateDer::pem_slice_iter(pem).filter_map(std::result::Result::ok))
}

fn readable(certificates: impl Iterator<Item = CertificateDer<'static>>) -> Vec<CertificateDer<'static>> {
    let mut store = rustls::RootCertStore::empty();
    certificates.filter(|certificate| store.add(certificate.clone()).is_ok()).collect()
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
    fn those_that_are_said_to_be_the_systems() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("bundle.pem");
        let of = |file: Option<&std::path::Path>, folders: &[&std::path::Path]| {
            let folders = folders.iter().map(|&f| f.to_owned()).collect();
            let system = SystemRoots { file: file.map(ToOwned::to_owned), folders };
            certificates(&Tls { system, ..Tls::default() })
        };
        assert!(of(Some(&bundle), &[]).unwrap_err().message().contains("bundle.pem"));
        assert!(of(None, &[folder.path()]).is_err());
        std::fs::write(&bundle, pem(&Tls::default()).unwrap()).unwrap();
        let all = of(Some(&bundle), &[]).unwrap();
        assert_eq!(of(Some(&bundle), &[folder.path()]).unwrap(), all, "each once");
        assert_eq!(of(None, &[folder.path(), std::path::Path::new("/nowhere")]).unwrap().len(), all.len());
    }

    #[test]
    fn given_ones_without_a_certificate_are_wrong() {
        let tls = Tls { roots: Some(b"nothing".to_vec()), ..Tls::default() };
        assert_eq!(certificates(&tls).unwrap_err().kind(), crate::error::Kind::Usage);
    }
}
