//! `file:` URLs, read here and not by libcurl: its reader blocks all other requests, and keeps in memory what a
//! slow receiver has not taken yet.

use super::handler::file_head;
use super::outbox::PIECE_BYTES;
use super::wire::truncated;
use crate::clock::Timestamp;
use crate::error::{Error, Kind, Result};
use crate::transfer::backend::{Call, Framing, Signal, WireError};
use bytes::BytesMut;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

/// Reads a file into a channel, on a thread of its own that ends with it or with its receiver.
pub(super) fn start(call: Call, channel: flume::Sender<Signal>) {
    let spare = channel.clone();
    let read = move || {
        if let Err(error) = send(&call, &channel) {
            let transient = error.code() == "truncated";
            // A receiver that is gone needs no error.
            let _ = channel.send(Signal::Failed(WireError { error, unsent: false, transient }));
        }
    };
    if let Err(error) = std::thread::Builder::new().name("dl-file".to_owned()).spawn(read) {
        let error = Error::new(Kind::Other, "backend", "cannot start a thread").cause(error.to_string());
        let _ = spare.try_send(Signal::Failed(WireError { error, unsent: true, transient: false }));
    }
}

fn send(call: &Call, channel: &flume::Sender<Signal>) -> Result<()> {
    let path = local_path(call)?;
    let shown = path.display().to_string();
    let failed = |e: &std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            Error::new(Kind::NotFound, "no_such_file", format!("there is no file `{shown}`"))
        }
        _ => Error::disk(format!("cannot read `{shown}`"), e),
    };
    // Asked before it is opened: a FIFO would wait for its writer.
    if !std::fs::metadata(&path).map_err(|e| failed(&e))?.is_file() {
        return Err(Error::new(Kind::NotFound, "no_such_file", format!("`{shown}` is no regular file")));
    }
    let mut file = File::open(&path).map_err(|e| failed(&e))?;
    let metadata = file.metadata().map_err(|e| failed(&e))?;
    let size = metadata.len();
    let Some(mut left) = size.checked_sub(call.offset) else {
        let message = format!("`{shown}` is shorter than the part already here");
        return Err(Error::new(Kind::Http, "offset_beyond_end", message));
    };
    let no_body = call.method == "HEAD";
    let head = file_head(0, Some(left), metadata.modified().ok().map(Timestamp::from_system));
    let framing = if no_body { Framing::Framed } else { Framing::Length(left) };
    if channel.send(Signal::Head { head, framing, tls: false }).is_err() {
        return Ok(());
    }
    if no_body {
        let _ = channel.send(Signal::End);
        return Ok(());
    }
    file.seek(SeekFrom::Start(call.offset)).map_err(|e| failed(&e))?;
    while left > 0 {
        let mut piece = BytesMut::zeroed(usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES));
        let count = file.read(&mut piece).map_err(|e| failed(&e))?;
        if count == 0 {
            return Err(truncated(&shown).cause(format!("{left} bytes are missing")));
        }
        piece.truncate(count);
        left -= count as u64;
        if channel.send(Signal::Data(piece.freeze())).is_err() {
            return Ok(());
        }
    }
    let _ = channel.send(Signal::End);
    Ok(())
}

fn local_path(call: &Call) -> Result<PathBuf> {
    if !matches!(call.method.as_str(), "GET" | "HEAD") || call.body.is_some() {
        return Err(Error::usage("a file can only be read: expected the method GET or HEAD, and no body"));
    }
    if !matches!(call.url.host_str(), None | Some("" | "localhost")) {
        return Err(Error::usage("a `file:` URL with a host: only local files are read").hint("write `file:///PATH`"));
    }
    call.url.to_file_path().map_err(|()| Error::usage("the `file:` URL names no path"))
}
