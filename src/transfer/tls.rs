//! TLS as it was asked for, as a configuration of rustls.

use crate::error::{Error, Kind, Result};
use crate::transfer::job::{HttpVersion, Tls};
use crate::transfer::roots;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use std::sync::Arc;

/// The configuration for connections that speak TLS.
///
/// # Errors
/// `Usage` for certificates and keys that cannot be used.
pub(super) fn config(tls: &Tls, version: HttpVersion) -> Result<ClientConfig> {
    let mut store = RootCertStore::empty();
    if !tls.insecure {
        let (added, _) = store.add_parsable_certificates(roots::certificates(tls)?);
        if added == 0 {
            return Err(Error::usage("no root certificate can be used"));
        }
    }
    build(tls, version, store)
}

/// The configuration for clients that never speak TLS: nothing is read for it.
///
/// # Errors
/// None that a user could cause.
pub(super) fn without_roots(version: HttpVersion) -> Result<ClientConfig> {
    build(&Tls::default(), version, RootCertStore::empty())
}

fn build(tls: &Tls, version: HttpVersion, roots: RootCertStore) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let versions: &[_] = if tls.only_tls13 { &[&rustls::version::TLS13] } else { rustls::ALL_VERSIONS };
    let internal = |e: rustls::Error| Error::new(Kind::Other, "tls", "cannot set up TLS").cause(e.to_string());
    let builder = ClientConfig::builder_with_provider(Arc::<CryptoProvider>::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(internal)?;
    let builder = if tls.insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(algorithms)))
    } else {
        builder.with_root_certificates(roots)
    };
    let mut config = match &tls.certificate {
        None => builder.with_no_client_auth(),
        Some(certificate) => {
            let (chain, key) = client_identity(tls, certificate)?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|e| Error::usage("the client certificate and its key cannot be used").cause(e.to_string()))?
        }
    };
    config.alpn_protocols = match version {
        HttpVersion::Auto => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        HttpVersion::Http10 | HttpVersion::Http11 => vec![b"http/1.1".to_vec()],
        HttpVersion::Http2 => vec![b"h2".to_vec()],
    };
    Ok(config)
}

fn client_identity(tls: &Tls, pem: &[u8]) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let wrong = |what: &str, e: rustls_pki_types::pem::Error| {
        Error::usage(format!("{what} is not readable PEM")).cause(e.to_string())
    };
    let chain = CertificateDer::pem_slice_iter(pem)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|e| wrong("the client certificate (`--cert`)", e))?;
    if chain.is_empty() {
        return Err(Error::usage("the client certificate (`--cert`) holds no certificate"));
    }
    // The key may stand in the certificate's file.
    let key = tls.key.as_ref().map_or(pem, |k| k.expose().as_bytes());
    let key =
        PrivateKeyDer::from_pem_slice(key).map_err(|e| wrong("the key of the client certificate (`--key`)", e))?;
    Ok((chain, key))
}

/// `--insecure`: any certificate will do. Signatures are still checked, so that the peer has the key it shows.
#[derive(Debug)]
struct Unverified(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
