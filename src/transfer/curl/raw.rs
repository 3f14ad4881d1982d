//! What the crate `curl` does not expose of libcurl: options and answers by number, header lists of bytes.

use super::setup::Fault;
use std::ffi::CString;
use std::os::raw::{c_char, c_int, c_long, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

/// `CURLOPT_SUPPRESS_CONNECT_HEADERS`: the proxy's answer to CONNECT is no response head.
pub(super) const SUPPRESS_CONNECT_HEADERS: curl_sys::CURLoption = 265;
/// `CURLOPT_DISALLOW_USERNAME_IN_URL`.
pub(super) const DISALLOW_USERNAME_IN_URL: curl_sys::CURLoption = 278;
/// `CURLOPT_PROTOCOLS_STR`: the schemes that may be spoken.
pub(super) const PROTOCOLS_STR: curl_sys::CURLoption = 10_318;
/// `CURLOPT_CAINFO_BLOB`.
pub(super) const CAINFO_BLOB: curl_sys::CURLoption = 40_309;
/// `CURLOPT_PROXY_CAINFO_BLOB`.
pub(super) const PROXY_CAINFO_BLOB: curl_sys::CURLoption = 40_310;
/// `CURLOPT_PREREQFUNCTION`: called when the connection stands and the request is about to be sent.
const PREREQ_FUNCTION: curl_sys::CURLoption = 20_312;
/// `CURLOPT_PREREQDATA`.
const PREREQ_DATA: curl_sys::CURLoption = 10_313;
/// `CURLUSESSL_ALL`: FTP's data connections speak TLS too.
pub(super) const USE_SSL_ALL: c_long = 3;
/// `CURLINFO_FILETIME_T`: seconds since 1970, -1 if unknown.
pub(super) const FILETIME_T: curl_sys::CURLINFO = 0x0060_000e;
/// `CURLINFO_CONTENT_LENGTH_DOWNLOAD_T`: bytes, -1 if unknown.
pub(super) const CONTENT_LENGTH_DOWNLOAD_T: curl_sys::CURLINFO = 0x0060_000f;

/// A handle that is alive; only ever used on the thread that owns it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Easy(*mut curl_sys::CURL);

impl Easy {
    /// Wraps the handle of an `Easy2`.
    ///
    /// # Safety
    /// The `Easy2` must outlive every use.
    pub(super) const unsafe fn new(raw: *mut curl_sys::CURL) -> Self {
        Self(raw)
    }

    /// Sets an option that takes a `long`.
    pub(super) fn set_long(self, option: curl_sys::CURLoption, value: c_long) -> Result<(), Fault> {
        // SAFETY: the handle is alive, and the caller names an option that takes a long.
        checked(unsafe { curl_sys::curl_easy_setopt(self.0, option, value) })
    }

    /// Sets an option that takes a text, which libcurl copies.
    pub(super) fn set_text(self, option: curl_sys::CURLoption, value: &str) -> Result<(), Fault> {
        let text = CString::new(value).map_err(|_| Fault::nul())?;
        // SAFETY: the handle is alive, the text ends with NUL and is copied within the call.
        checked(unsafe { curl_sys::curl_easy_setopt(self.0, option, text.as_ptr()) })
    }

    /// Sets an option that takes a blob, without copying it.
    ///
    /// # Safety
    /// The bytes must stay where they are for as long as the handle lives.
    pub(super) unsafe fn lend_blob(self, option: curl_sys::CURLoption, bytes: &[u8]) -> Result<(), Fault> {
        let blob = curl_sys::curl_blob { data: bytes.as_ptr().cast_mut().cast::<c_void>(), len: bytes.len(), flags: 0 };
        // SAFETY: libcurl copies the struct, reads the bytes only, and the caller keeps them.
        checked(unsafe { curl_sys::curl_easy_setopt(self.0, option, &raw const blob) })
    }

    /// Sets a flag when the connection stands: libcurl's own times are set on failure too.
    ///
    /// # Safety
    /// The flag must stay where it is for as long as the handle lives.
    pub(super) unsafe fn watch_begin(self, flag: &AtomicBool) -> Result<(), Fault> {
        type Callback = extern "C" fn(*mut c_void, *const c_char, *const c_char, c_int, c_int) -> c_int;
        let callback: Callback = set_flag;
        // SAFETY: the function has the type that this option wants, and lives for ever.
        checked(unsafe { curl_sys::curl_easy_setopt(self.0, PREREQ_FUNCTION, callback as *const c_void) })?;
        // SAFETY: the caller keeps the flag.
        checked(unsafe { curl_sys::curl_easy_setopt(self.0, PREREQ_DATA, std::ptr::from_ref(flag)) })
    }

    /// Sets the request's header lines.
    ///
    /// # Safety
    /// The list must live for as long as the handle does.
    pub(super) unsafe fn lend_lines(self, lines: &Lines) -> Result<(), Fault> {
        // SAFETY: the list is well-formed, and the caller keeps it.
        checked(unsafe { curl_sys::curl_easy_setopt(self.0, curl_sys::CURLOPT_HTTPHEADER, lines.0) })
    }

    /// An answer that is a 64-bit number; -1 if there is none.
    pub(super) fn number(self, info: curl_sys::CURLINFO) -> i64 {
        let mut value: i64 = -1;
        // SAFETY: the handle is alive, and the caller names an info of type `curl_off_t`.
        let code = unsafe { curl_sys::curl_easy_getinfo(self.0, info, &raw mut value) };
        if code == curl_sys::CURLE_OK { value } else { -1 }
    }

    /// The last status or reply code; 0 if there is none.
    pub(super) fn response_code(self) -> u16 {
        let mut value: c_long = 0;
        // SAFETY: the handle is alive, and this info is a long.
        let code = unsafe { curl_sys::curl_easy_getinfo(self.0, curl_sys::CURLINFO_RESPONSE_CODE, &raw mut value) };
        if code == curl_sys::CURLE_OK { u16::try_from(value).unwrap_or(0) } else { 0 }
    }
}

extern "C" fn set_flag(flag: *mut c_void, _: *const c_char, _: *const c_char, _: c_int, _: c_int) -> c_int {
    // SAFETY: this is the flag that `watch_begin` was given, and only ever shared.
    let flag = unsafe { &*flag.cast::<AtomicBool>() };
    flag.store(true, Ordering::Relaxed);
    0
}

fn checked(code: curl_sys::CURLcode) -> Result<(), Fault> {
    if code == curl_sys::CURLE_OK { Ok(()) } else { Err(Fault::from(::curl::Error::new(code))) }
}

/// Header lines as bytes: `curl::easy::List` takes text only.
#[derive(Debug)]
pub(super) struct Lines(*mut curl_sys::curl_slist);

impl Lines {
    /// No lines.
    pub(super) const fn new() -> Self {
        Self(std::ptr::null_mut())
    }

    /// Adds one line.
    pub(super) fn push(&mut self, line: impl Into<Vec<u8>>) -> Result<(), Fault> {
        let line = CString::new(line).map_err(|_| Fault::nul())?;
        // SAFETY: the list is ours; the line ends with NUL and is copied.
        let list = unsafe { curl_sys::curl_slist_append(self.0, line.as_ptr().cast::<c_char>()) };
        if list.is_null() {
            return Err(Fault::from(::curl::Error::new(curl_sys::CURLE_OUT_OF_MEMORY)));
        }
        self.0 = list;
        Ok(())
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // SAFETY: the list is ours, and the handle that it was lent to is gone.
        unsafe { curl_sys::curl_slist_free_all(self.0) };
    }
}
