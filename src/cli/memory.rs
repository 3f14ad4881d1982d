//! How the allocator gives memory back, so that a long transfer needs no more of it than a short one.

/// Blocks of this size and more go back to the system as soon as they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const GIVEN_BACK_BYTES: std::ffi::c_int = 128 * 1024;

/// Keeps glibc from raising that size by itself: the buffers of a connection, some hundred KiB each, would then stay
/// in the process once they are freed, in each thread's arena (25 MiB in place of 16 for a GiB over HTTP).
pub(crate) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "libc has no safe call for it")]
    // SAFETY: mallopt takes two integers, keeps no pointer, and runs before any other thread starts.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, GIVEN_BACK_BYTES);
    }
}
