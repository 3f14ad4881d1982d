//! TLS: roots, client certificates, versions, and ends without a farewell.
