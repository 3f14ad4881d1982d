//! What a `file:` store wrote, served as static files by any web server: read, never written.
//!
//! [`crate::kv::entry_file`] has the layout. A blob that the folder has only as such is asked for after the entry.

use crate::clock::Timestamp;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::kv::address::Address;
use crate::kv::driver::{
    Abilities, Condition, Content, Driver, Entry, Listed, Record, Stat, Version, read_only, refused,
};
use crate::kv::entry_file::{self, BLOBS, HEAD_BYTES, Head, blob_of_key};
use crate::kv::open::Options;
use crate::kv::wire::{Answer, Body, Wire};
use crate::secret::Secret;
use base64::Engine as _;
use http::{HeaderValue, Method, header};
use reqwest::Request;
use std::io::Read;
use url::Url;

/// The largest file that is read into memory.
const LARGEST_FILE_BYTES: usize = 513 << 20;
/// How often a file is asked for in all when the connection is lost.
const TRIES: u32 = 3;

/// A folder on a web server.
#[derive(Debug)]
pub(super) struct Https {
    wire: Wire,
    /// The folder, with a `/` at its end.
    folder: Url,
    authorization: Option<HeaderValue>,
}

impl Https {
    /// The folder of the URL.
    ///
    /// # Errors
    /// Usage: no host, or options.
    pub(super) fn new(address: &Address, options: &Options) -> Result<Self> {
        address.only(&[])?;
        let wrong = || Error::usage(format!("`{}` is no URL of a folder", address.shown()));
        let mut folder = Url::parse(address.shown()).map_err(|_| wrong())?;
        folder.set_path(&format!("{}/", folder.path().trim_end_matches('/')));
        let server = address.server().ok_or_else(wrong)?;
        let authorization = server.user.as_ref().map(|user| {
            let password = server.password.as_ref().map(Secret::expose).unwrap_or_default();
            let text = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
            HeaderValue::try_from(format!("Basic {text}")).map(|mut value| {
                value.set_sensitive(true);
                value
            })
        });
        let authorization = authorization.transpose().map_err(|_| wrong())?;
        Ok(Self { wire: Wire::new(options), folder, authorization })
    }

    fn request(&self, method: Method, path: &str) -> Result<Request> {
        let url = self.folder.join(path).map_err(|e| Error::usage(e.to_string()))?;
        let mut request = Request::new(method, url);
        if let Some(value) = &self.authorization {
            request.headers_mut().insert(header::AUTHORIZATION, value.clone());
        }
        Ok(request)
    }

    /// A file, opened; `None`: it is not there.
    fn open(&self, path: &str) -> Result<Option<(Answer, Body)>> {
        for tried in 1.. {
            match self.wire.open(self.request(Method::GET, path)?) {
                Ok((answer, body)) => return Ok(found(&answer)?.then_some((answer, body))),
                Err(failure) if tried == TRIES || !failure.lost => return Err(failure.error),
                Err(_) => {}
            }
        }
        unreachable!("the last try returns")
    }

    /// A whole file; `None`: it is not there.
    fn read(&self, path: &str) -> Result<Option<Answer>> {
        for tried in 1.. {
            match self.wire.send(self.request(Method::GET, path)?, LARGEST_FILE_BYTES) {
                Ok(answer) => return Ok(found(&answer)?.then_some(answer)),
                Err(failure) if tried == TRIES || !failure.lost => return Err(failure.error),
                Err(_) => {}
            }
        }
        unreachable!("the last try returns")
    }
}

/// Whether an answer is a file.
fn found(answer: &Answer) -> Result<bool> {
    match answer.status {
        200 => Ok(true),
        404 | 410 => Ok(false),
        status => Err(refused(format!("status {status}"))),
    }
}

fn unreadable(why: impl Into<String>) -> Entry {
    Entry { content: Content::Unreadable(why.into()), expires: None, version: Version::default() }
}

/// The path of a blob below the folder.
fn blob(hex: &str) -> String {
    format!("{BLOBS}/{hex}")
}

impl Driver for Https {
    fn abilities(&self) -> Abilities {
        Abilities { list: false, writes: false, ..Abilities::PLAIN }
    }

    /// Any answer will do: a folder of static files often has no page of its own.
    fn ping(&self) -> Result<()> {
        let answer = self.wire.send(self.request(Method::HEAD, "")?, 0).map_err(|failure| failure.error)?;
        match answer.status {
            200..=399 | 403 | 404 | 405 => Ok(()),
            status => Err(refused(format!("status {status}"))),
        }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>> {
        const TOO_LARGE: &str = "it is larger than values are";
        if let Some(answer) = self.read(&entry_file::path_of(key))? {
            let Some(bytes) = answer.body else { return Ok(Some(unreadable(TOO_LARGE))) };
            return Ok(match entry_file::open(bytes.into(), key) {
                Ok((head, _)) if head.is_over(Timestamp::now()) => None,
                Ok((head, value)) => {
                    let version = Version(head.revision.to_vec());
                    Some(Entry { content: Content::Plain(value), expires: head.expires, version })
                }
                Err(why) => Some(unreadable(why)),
            });
        }
        let Some(hex) = blob_of_key(key) else { return Ok(None) };
        let Some(answer) = self.read(&blob(hex))? else { return Ok(None) };
        let Some(bytes) = answer.body else { return Ok(Some(unreadable(TOO_LARGE))) };
        if Digest::sha256(&bytes).hex() != hex {
            return Ok(Some(unreadable("its digest is wrong")));
        }
        Ok(Some(Entry { content: Content::Plain(bytes.into()), expires: None, version: Version::default() }))
    }

    /// Only the beginning of the file is read.
    fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        if let Some((_, mut body)) = self.open(&entry_file::path_of(key))? {
            let mut begin = vec![0; HEAD_BYTES + key.len()];
            let Ok(()) = body.read_exact(&mut begin) else { return Ok(None) };
            let head = Head::parse(&begin).filter(|head| head.key_size == key.len() && begin[HEAD_BYTES..] == *key);
            let Some(head) = head.filter(|head| !head.is_over(Timestamp::now())) else { return Ok(None) };
            let version = Version(head.revision.to_vec());
            return Ok(Some(Stat { size: head.value_size, wrapped: false, expires: head.expires, version }));
        }
        let Some(hex) = blob_of_key(key) else { return Ok(None) };
        let Some((answer, _)) = self.open(&blob(hex))? else { return Ok(None) };
        let Some(size) = answer.header("content-length").and_then(|n| n.parse().ok()) else { return Ok(None) };
        Ok(Some(Stat { size, wrapped: false, expires: None, version: Version::default() }))
    }

    fn put(&self, _: &[u8], _: Record<'_>, _: Condition<'_>) -> Result<bool> {
        Err(read_only())
    }

    fn delete(&self, _: &[u8]) -> Result<bool> {
        Err(read_only())
    }

    fn list(&self, _: &[u8], _: bool, _: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        Err(Error::usage("cannot list its keys"))
    }

    fn clear(&self, _: &[u8]) -> Result<bool> {
        Err(read_only())
    }

    fn read_blob(&self, sha256: &str) -> Result<Option<Box<dyn Read + Send>>> {
        Ok(self.open(&blob(sha256))?.map(|(_, body)| Box::new(body) as Box<dyn Read + Send>))
    }

    fn write_blob(&self, _: &str, _: u64, _: &mut dyn Read) -> Result<bool> {
        Err(read_only())
    }
}
