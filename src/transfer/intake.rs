//! A body's bytes on their way into the file: hashed as sent where a digest asks for it, decoded, counted, written.

use crate::digest::{Digests, Hasher};
use crate::error::{Error, Kind, Result};
use crate::transfer::coding::{Coding, Decoder};
use crate::transfer::job::Proof;
use crate::transfer::proof::{self, Promise};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::rc::Rc;

/// Takes one body.
pub(super) struct Intake {
    sink: Rc<RefCell<Sink>>,
    decoder: Option<Decoder<Shared>>,
    /// Digests over the body as sent, with what they must be.
    content: Option<(Hasher, Vec<Promise>)>,
    received: u64,
}

struct Sink {
    file: File,
    path: PathBuf,
    at: u64,
    most: Option<u64>,
    proof: Proof,
    /// What the sink itself failed of: decoders pass errors on without their meaning.
    failure: Option<Error>,
}

struct Shared(Rc<RefCell<Sink>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut sink = self.0.borrow_mut();
        match sink.put(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                sink.failure = Some(error);
                Err(io::Error::other("the sink failed"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        let end = self.at + bytes.len() as u64;
        if self.most.is_some_and(|most| end > most) {
            return Err(too_long(&self.proof));
        }
        self.file
            .write_all_at(bytes, self.at)
            .map_err(|e| Error::disk(format!("cannot write `{}`", self.path.display()), &e))?;
        self.at = end;
        Ok(())
    }
}

/// The error about a body that is longer than it may be, while it arrives.
pub(super) fn too_long(proof: &Proof) -> Error {
    let most = proof::most_bytes(proof).unwrap_or_default();
    let (code, option) =
        if proof.size == Some(most) { ("size_mismatch", "--size") } else { ("too_large", "--max-size") };
    Error::new(Kind::Integrity, code, format!("wrong size: more than {most} bytes arrived (`{option}`)"))
}

impl Intake {
    /// Begins at this offset of the file. `aside` are the digests over the body as sent.
    pub(super) fn new(
        file: File,
        path: PathBuf,
        offset: u64,
        coding: Option<Coding>,
        proof: &Proof,
        aside: Vec<Promise>,
    ) -> Result<Self> {
        let most = proof::most_bytes(proof);
        let sink = Rc::new(RefCell::new(Sink { file, path, at: offset, most, proof: proof.clone(), failure: None }));
        let decoder = coding.map(|c| Decoder::new(c, Shared(Rc::clone(&sink)))).transpose()?;
        let content = (!aside.is_empty()).then(|| (Hasher::new(aside.iter().map(|p| p.digest.algorithm())), aside));
        Ok(Self { sink, decoder, content, received: 0 })
    }

    /// Takes the next bytes as they were sent.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.received += bytes.len() as u64;
        if let Some((hasher, _)) = &mut self.content {
            hasher.update(bytes);
        }
        match &mut self.decoder {
            None => self.sink.borrow_mut().put(bytes),
            Some(decoder) => {
                let result = decoder.push(bytes);
                self.decoded(result)
            }
        }
    }

    /// How many bytes came.
    pub(super) const fn received(&self) -> u64 {
        self.received
    }

    /// How far the file is written.
    pub(super) fn at(&self) -> u64 {
        self.sink.borrow().at
    }

    /// The body is here: what a decoder still holds is written, and digests over the body as sent are checked. Gives
    /// the end in the file.
    pub(super) fn finish(mut self) -> Result<u64> {
        if let Some(decoder) = self.decoder.take() {
            let result = decoder.finish();
            self.decoded(result)?;
        }
        if let Some((hasher, promises)) = self.content.take() {
            let digests: Digests = hasher.finish();
            proof::keep_promises(&promises, &digests)?;
        }
        Ok(self.at())
    }

    fn decoded(&self, result: io::Result<()>) -> Result<()> {
        result.map_err(|e| {
            let own = self.sink.borrow_mut().failure.take();
            own.unwrap_or_else(|| {
                Error::new(Kind::Integrity, "decode_failed", "the content coding of the body is broken")
                    .cause(e.to_string())
            })
        })
    }
}
