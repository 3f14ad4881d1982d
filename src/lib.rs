//! `dl`.
pub mod clock;
pub mod digest;
pub mod disk;
pub mod error;
pub mod event;
pub mod message;
pub mod partial;
pub mod secret;
pub mod cache;
pub mod transfer;
