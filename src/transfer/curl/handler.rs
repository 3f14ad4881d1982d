//! The callbacks of one request: lines become heads, bytes become signals, the body is read.

use super::head::{Line, Reader};
use super::outbox::Outbox;
use super::raw;
use super::setup;
use super::trust::Trust;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::message::{Body, Head};
use crate::transfer::backend::{Call, Framing, Signal};
use ::curl::easy::{ReadError, SeekResult, WriteError};
use std::io::{Read, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// HTTP in any version.
    Http,
    /// FTP.
    Ftp,
}

/// A request body on its way.
pub(super) struct Upload {
    body: Body,
    reader: Box<dyn Read + Send>,
    left: u64,
}

impl Upload {
    /// Opens the body.
    pub(super) fn new(body: &Body) -> Result<Self> {
        Ok(Self { body: body.clone(), reader: body.reader()?, left: body.size() })
    }

    /// Reads on; fewer bytes than were promised are an error.
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        let changed = |why: String| Error::usage("a file of the request body changed while it was sent").cause(why);
        let count = self.reader.read(into).map_err(|e| changed(e.to_string()))?;
        if count == 0 {
            return Err(changed(format!("{} bytes are missing", self.left)));
        }
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }

    /// Starts anew at an offset.
    fn seek(&mut self, offset: u64) -> Result<bool> {
        self.reader = self.body.reader()?;
        let skipped = std::io::copy(&mut self.reader.by_ref().take(offset), &mut std::io::sink()).unwrap_or(0);
        self.left = self.body.size().saturating_sub(offset);
        Ok(skipped == offset)
    }
}

/// One request as libcurl's callbacks see it. Lives inside the handle that it points to.
pub(super) struct Handler {
    easy: Option<raw::Easy>,
    protocol: Protocol,
    tls: bool,
    no_body: bool,
    offset: u64,
    reader: Reader,
    out: Option<Outbox>,
    upload: Option<Upload>,
    refused: Option<Error>,
    begun: Arc<AtomicBool>,
    head_sent: bool,
    paused: bool,
    length: Option<u64>,
    received: u64,
    trust: Option<Arc<Trust>>,
    lines: Option<raw::Lines>,
}

impl Handler {
    /// A handler for this call.
    pub(super) fn new(protocol: Protocol, call: &Call) -> Result<Self> {
        let no_body = call.method == "HEAD";
        Ok(Self {
            easy: None,
            protocol,
            tls: setup::is_tls(&call.url),
            no_body,
            offset: call.offset,
            reader: Reader::new(no_body),
            out: None,
            upload: setup::upload(call)?,
            refused: None,
            begun: Arc::default(),
            head_sent: false,
            paused: false,
            length: None,
            received: 0,
            trust: None,
            lines: None,
        })
    }

    /// Tells the handler its handle.
    pub(super) fn set_easy(&mut self, easy: raw::Easy) {
        self.easy = Some(easy);
    }

    /// Keeps roots and identity for as long as the handle lives.
    pub(super) fn keep_trust(&mut self, trust: Arc<Trust>) -> Arc<Trust> {
        self.trust = Some(Arc::clone(&trust));
        trust
    }

    /// Keeps the header lines for as long as the handle lives.
    pub(super) fn keep_lines(&mut self, lines: raw::Lines) -> &raw::Lines {
        self.lines.insert(lines)
    }

    /// The flag that says that the connection stands and the request is sent. Lives as long as the handle.
    pub(super) fn begun(&self) -> &AtomicBool {
        &self.begun
    }

    /// Whether the connection stood.
    pub(super) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    /// Gives it the way out.
    pub(super) fn set_outbox(&mut self, out: Outbox) {
        self.out = Some(out);
    }

    /// Takes the way out back.
    pub(super) fn take_outbox(&mut self) -> Option<Outbox> {
        self.out.take()
    }

    /// Size of the request body.
    pub(super) fn upload_size(&self) -> u64 {
        self.upload.as_ref().map_or(0, |u| u.left)
    }

    /// Why a callback ended the request, if one did.
    pub(super) fn take_refusal(&mut self) -> Option<Error> {
        self.refused.take()
    }

    /// Whether the final head was told.
    pub(super) const fn is_head_sent(&self) -> bool {
        self.head_sent
    }

    /// Whether the body is as long as its framing said; with what was expected and found if not.
    pub(super) fn missing(&self) -> Option<(u64, u64)> {
        self.length.filter(|length| *length != self.received).map(|length| (length, self.received))
    }

    /// Sends what waits; true if libcurl is paused and may go on.
    pub(super) fn flush(&mut self) -> bool {
        let Some(out) = &mut self.out else { return false };
        let empty = out.flush();
        empty && std::mem::take(&mut self.paused)
    }

    /// Whether nobody receives any more.
    pub(super) fn is_gone(&self) -> bool {
        self.out.as_ref().is_none_or(Outbox::is_gone)
    }

    /// Makes the head of an FTP file, where libcurl tells nothing like one. Called with the first bytes, or, where
    /// none came, `at_end`.
    pub(super) fn ensure_ftp_head(&mut self, at_end: bool) {
        if self.head_sent || self.protocol != Protocol::Ftp {
            return;
        }
        let Some(easy) = self.easy else { return };
        let length = u64::try_from(easy.number(raw::CONTENT_LENGTH_DOWNLOAD_T)).ok();
        // libcurl does not ask for what lies behind an offset that is the file's size.
        let nothing_left = at_end && self.offset > 0 && length == Some(self.offset) && !self.no_body;
        let length = if nothing_left { Some(0) } else { length };
        let modified = Some(easy.number(raw::FILETIME_T)).filter(|t| *t >= 0).map(Timestamp::from_seconds);
        let head = file_head(easy.response_code(), length, modified);
        let framing = match length {
            Some(length) if !self.no_body => Framing::Length(length),
            // The server's last reply says that the file was sent.
            _ => Framing::Framed,
        };
        self.send_head(head, framing);
    }

    fn send_head(&mut self, head: Head, framing: Framing) {
        self.head_sent = true;
        self.length = if let Framing::Length(length) = framing { Some(length) } else { None };
        if let Some(out) = &mut self.out {
            out.expect(self.length);
            out.push(Signal::Head { head, framing, tls: self.tls });
        }
    }

    fn take_line(&mut self, line: &[u8]) -> Result<()> {
        match self.reader.line(line)? {
            Line::More => {}
            Line::Interim(head) => {
                if let Some(out) = &mut self.out {
                    out.push(Signal::Interim(head));
                }
            }
            Line::Final { head, framing, close } => {
                if close && let Some(easy) = self.easy {
                    // If this fails, the connection is kept: libcurl goes by the chunks alone, as we do.
                    let _ = easy.set_long(curl_sys::CURLOPT_FORBID_REUSE, 1);
                }
                self.send_head(head, framing);
            }
        }
        Ok(())
    }
}

/// The head of a file that is not served over HTTP.
pub(super) fn file_head(status: u16, length: Option<u64>, modified: Option<Timestamp>) -> Head {
    let mut head = Head { status, ..Head::default() };
    if let Some(length) = length {
        head.fields.push("content-length", length.to_string());
    }
    if let Some(modified) = modified {
        head.fields.push("last-modified", modified.to_http_date());
    }
    for (name, value) in head.fields.iter() {
        head.raw.extend_from_slice(name.as_bytes());
        head.raw.extend_from_slice(b": ");
        head.raw.extend_from_slice(value);
        head.raw.extend_from_slice(b"\r\n");
    }
    head.raw.extend_from_slice(b"\r\n");
    head
}

impl ::curl::easy::Handler for Handler {
    fn header(&mut self, data: &[u8]) -> bool {
        if self.protocol == Protocol::Ftp {
            return true; // The lines of the control connection.
        }
        match self.take_line(data) {
            Ok(()) => true,
            Err(error) => {
                self.refused.get_or_insert(error);
                false
            }
        }
    }

    fn write(&mut self, data: &[u8]) -> std::result::Result<usize, WriteError> {
        if self.protocol == Protocol::Ftp && self.no_body {
            return Ok(data.len()); // libcurl's own head for FTP, written as if it were the body.
        }
        self.ensure_ftp_head(false);
        let Some(out) = &mut self.out else { return Ok(0) };
        if !self.head_sent || out.is_gone() {
            return Ok(0); // Fewer bytes than were given: libcurl ends the request.
        }
        if !out.add(data) {
            self.paused = true;
            return Err(WriteError::Pause);
        }
        self.received += data.len() as u64;
        Ok(data.len())
    }

    fn read(&mut self, into: &mut [u8]) -> std::result::Result<usize, ReadError> {
        let Some(upload) = &mut self.upload else { return Ok(0) };
        upload.read(into).map_err(|error| {
            self.refused.get_or_insert(error);
            ReadError::Abort
        })
    }

    fn seek(&mut self, whence: SeekFrom) -> SeekResult {
        let done = match (&mut self.upload, whence) {
            (Some(upload), SeekFrom::Start(offset)) => upload.seek(offset).unwrap_or(false),
            (None, SeekFrom::Start(0)) => true,
            _ => false,
        };
        if done { SeekResult::Ok } else { SeekResult::Fail }
    }
}
