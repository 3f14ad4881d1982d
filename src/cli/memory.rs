//! How the allocator gives memory back, so that a long transfer needs no more of it than a short one.

use std::ops::RangeInclusive;

/// What the buffers that are kept for use again may come to, in bytes, over all transfers that run at once.
const KEPT_BYTES: usize = 4 << 20;
/// Blocks beyond a size in this range go back to the system as soon as they are freed. To have one anew costs the clearing of its
/// pages, a fifth of the time of a transfer that is bound by nothing else; to keep them costs memory for each connection.
const GIVEN_BACK_FROM: RangeInclusive<usize> = 128 * 1024..=KEPT_BYTES;

/// Divides what may be kept among so many transfers.
///
/// glibc by itself would raise the size of what it keeps to that of what is freed, in each thread's arena (25 MiB in place of 16 for a
/// GiB over HTTP).
pub(crate) fn share(transfers: usize) {
    let size = (KEPT_BYTES / transfers.max(1)).clamp(*GIVEN_BACK_FROM.start(), *GIVEN_BACK_FROM.end());
    keep(size);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn keep(size: usize) {
    let size = std::ffi::c_int::try_from(size).unwrap_or(std::ffi::c_int::MAX);
    #[expect(unsafe_code, reason = "libc has no safe call for it")]
    // SAFETY: mallopt takes two integers and keeps no pointer; glibc takes its lock.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, size);
        // What is freed at the end of an arena stays, up to one such block.
        libc::mallopt(libc::M_TRIM_THRESHOLD, size);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
const fn keep(_: usize) {}
