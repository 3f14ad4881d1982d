//! `dl`.
pub mod attribute_text;
pub mod cache;
pub mod checksums;
pub mod clock;
pub mod config;
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
