//! TLS for drivers, as a configuration of rustls.

use crate::error::{Error, Kind, Result};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use std::sync::Arc;

/// A configuration that trusts these certificates (PEM); those that are built in where the text is empty; none without
/// one, for connections that speak no TLS.
pub(super) fn config(roots: Option<&[u8]>) -> Result<ClientConfig> {
    let mut store = RootCertStore::empty();
    match roots {
        None => {}
        Some([]) => drop(store.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned())),
        Some(pem) => {
            let given = CertificateDer::pem_slice_iter(pem).filter_map(std::result::Result::ok);
            if store.add_parsable_certificates(given).0 == 0 {
                return Err(Error::usage("no root certificate can be used"));
            }
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::new(Kind::Other, "tls", "cannot set up TLS").cause(e.to_string()))?;
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}
