//! Chance that can be had again: `DL_TEST_SEED` takes the seed that a failed test printed.

use crate::support::sandbox::eprint_line;

/// A stream of numbers (xorshift).
pub struct Random(u64);

impl Random {
    /// Of `DL_TEST_SEED`, or of the time; printed, so that a failure can be repeated.
    pub fn new(test: &str) -> Self {
        let seed = number("DL_TEST_SEED", || {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            u64::from(now.subsec_nanos()) ^ now.as_secs()
        });
        eprint_line(&format!("{test}: DL_TEST_SEED={seed}"));
        Self::of(seed)
    }

    /// Of this seed.
    pub fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % end
    }
}

/// A number that a variable may give.
pub fn number(variable: &str, otherwise: impl FnOnce() -> u64) -> u64 {
    let text = std::env::var(variable).ok().filter(|t| !t.is_empty());
    text.map_or_else(otherwise, |t| t.parse().unwrap_or_else(|_| panic!("`{variable}` is no number: `{t}`")))
}
