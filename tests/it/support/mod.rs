//! What the tests stand on: a hermetic sandbox, an origin that does what a closure says, TLS, real servers.
#[path = "../../../src/archive/tests/build.rs"]
#[allow(dead_code, reason = "the unit tests need more of it")]
pub mod archives;
pub mod engines;
pub mod h2;
pub mod named;
pub mod oracle;
pub mod origin;
pub mod ports;
pub mod random;
pub mod reply;
pub mod sandbox;
pub mod servers;
pub mod stores;
pub mod strace;
pub mod tls;
pub mod transcript;
