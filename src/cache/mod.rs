//! What we have: a row and its blob as one thing.
pub mod item;
