//! `dl`.
pub mod cache;
pub mod clock;
pub mod descriptor;
pub mod digest;
pub mod disk;
pub mod error;
pub mod event;
pub mod manager;
pub mod message;
pub mod partial;
pub mod secret;
pub mod transfer;
