//! A certificate authority of our own, and origins over TLS that are right, expired, of another name, or ask for a certificate.

use crate::support::origin::{Conn, Origin, Request};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A CA that no system trusts.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate with its key.
pub struct Leaf {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Leaf {
    /// Writes `NAME.pem` and `NAME.key` into the folder.
    pub fn write(&self, folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let (pem, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
        std::fs::write(&pem, self.certificate.pem()).unwrap();
        std::fs::write(&key, self.key.serialize_pem()).unwrap();
        (pem, key)
    }

    fn config(&self, clients: Option<&Authority>, versions: &[&'static SupportedProtocolVersion]) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(versions).unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.issuer.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
                builder.with_client_cert_verifier(verifier)
            }
        };
        let key = PrivateKeyDer::from_pem_slice(self.key.serialize_pem().as_bytes()).unwrap();
        let mut config = builder.with_single_cert(vec![self.certificate.der().clone()], key).unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Arc::new(config)
    }

    /// An origin that shows this certificate.
    pub fn origin(&self, handler: impl Fn(&Request, &mut Conn) + Send + Sync + 'static) -> Origin {
        Origin::over_tls(self.config(None, rustls::ALL_VERSIONS), handler)
    }

    /// What an origin of `support::h2` shows.
    pub fn h2(&self) -> Arc<ServerConfig> {
        let mut config = (*self.config(None, rustls::ALL_VERSIONS)).clone();
        config.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(config)
    }

    /// One that asks for a certificate of this authority.
    pub fn origin_for_clients(
        &self,
        clients: &Authority,
        handler: impl Fn(&Request, &mut Conn) + Send + Sync + 'static,
    ) -> Origin {
        Origin::over_tls(self.config(Some(clients), rustls::ALL_VERSIONS), handler)
    }

    /// One that speaks TLS 1.2 only.
    pub fn origin_tls12(&self, handler: impl Fn(&Request, &mut Conn) + Send + Sync + 'static) -> Origin {
        Origin::over_tls(self.config(None, &[&rustls::version::TLS12]), handler)
    }
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "dl test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages =
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    /// Writes its certificate for `--cacert`.
    pub fn write(&self, folder: &Path) -> PathBuf {
        let path = folder.join("ca.pem");
        std::fs::write(&path, self.issuer.pem()).unwrap();
        path
    }

    fn sign(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "dl test");
        params.use_authority_key_identifier_extension = true;
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        Leaf { certificate: params.signed_by(&key, &self.issuer).unwrap(), key }
    }

    /// For `localhost` and `127.0.0.1`.
    pub fn leaf(&self) -> Leaf {
        self.leaf_for(&["localhost", "127.0.0.1"])
    }

    /// For these names.
    pub fn leaf_for(&self, names: &[&str]) -> Leaf {
        self.sign(names, |p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth])
    }

    /// For `localhost`, but over since 2021.
    pub fn expired(&self) -> Leaf {
        self.sign(&["localhost"], |params| {
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        })
    }

    /// For a client.
    pub fn client(&self) -> Leaf {
        self.sign(&["client"], |p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth])
    }
}

/// A certificate that vouches for itself.
pub fn self_signed() -> Leaf {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    Leaf { certificate: params.self_signed(&key).unwrap(), key }
}
