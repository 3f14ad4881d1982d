//! What a request carries, as it is sent and as it names the answer.

use crate::descriptor::{canonical, tame_integers};
use crate::digest::{Digest, hash_reader};
use crate::error::{Error, Kind, Result};
use crate::message::{Body, Segment};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A piece of a body: bytes, or a file that is read when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes as they are sent.
    Bytes(Vec<u8>),
    /// A file.
    File(PathBuf),
}

/// A part of a multipart form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// Its content.
    pub content: PartContent,
}

/// What a form's part holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartContent {
    /// A text, never read as a file.
    Text(String),
    /// A file.
    File {
        /// Where.
        path: PathBuf,
        /// Its media type; `None`: guessed from the name.
        media_type: Option<String>,
        /// The name that is told; `None`: its own.
        filename: Option<String>,
    },
}

/// What a request carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Payload {
    /// Nothing.
    #[default]
    None,
    /// `-d`, `--data-urlencode`: pieces joined with `&`.
    Data(Vec<Piece>),
    /// `--data-json`: JSON as it was typed.
    Json(Piece),
    /// `-F`, `--form-string`: multipart.
    Form(Vec<Part>),
}

/// A payload as it is sent, and as it names the answer.
pub(super) struct Encoded {
    pub(super) body: Option<Body>,
    pub(super) digest: Option<Digest>,
    pub(super) form: Vec<Value>,
    pub(super) defaults: Vec<(&'static str, Vec<u8>)>,
}

impl Encoded {
    pub(super) fn of(payload: &Payload) -> Result<Self> {
        match payload {
            Payload::None => Ok(Self { body: None, digest: None, form: Vec::new(), defaults: Vec::new() }),
            Payload::Data(pieces) => Self::of_data(pieces),
            Payload::Json(piece) => Self::of_json(piece),
            Payload::Form(parts) => Self::of_form(parts),
        }
    }

    fn of_data(pieces: &[Piece]) -> Result<Self> {
        let mut segments = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            if number > 0 {
                segments.push(Segment::Bytes(b"&".to_vec()));
            }
            segments.push(match piece {
                Piece::Bytes(bytes) => Segment::Bytes(bytes.clone()),
                Piece::File(path) => Segment::File { path: path.clone(), size: file_size(path)? },
            });
        }
        let body = Body::new(segments);
        let digest = digest_body(&body)?;
        let defaults = vec![("content-type", b"application/x-www-form-urlencoded".to_vec())];
        Ok(Self { body: Some(body), digest: Some(digest), form: Vec::new(), defaults })
    }

    fn of_json(piece: &Piece) -> Result<Self> {
        let bytes = match piece {
            Piece::Bytes(bytes) => bytes.clone(),
            Piece::File(path) => std::fs::read(path).map_err(|e| unreadable(path, &e))?,
        };
        let mut value = crate::json::read_strict(&bytes)
            .map_err(|e| Error::usage("the value of --data-json is no JSON").cause(e.to_string()))?;
        tame_integers(&mut value);
        let digest = Digest::sha256(canonical(&value).as_bytes());
        let body = Body::new(vec![Segment::Bytes(bytes)]);
        let defaults = vec![("content-type", b"application/json".to_vec()), ("accept", b"application/json".to_vec())];
        Ok(Self { body: Some(body), digest: Some(digest), form: Vec::new(), defaults })
    }

    fn of_form(parts: &[Part]) -> Result<Self> {
        let boundary = format!("dl-{}{}", crate::disk::random_name(), crate::disk::random_name());
        let mut segments = Vec::new();
        let mut form = Vec::new();
        for part in parts {
            let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quote(&part.name));
            match &part.content {
                PartContent::Text(text) => {
                    head.push_str("\r\n\r\n");
                    segments.push(Segment::Bytes([head.as_bytes(), text.as_bytes(), b"\r\n"].concat()));
                    form.push(json!([part.name, { "text": text }]));
                }
                PartContent::File { path, media_type, filename } => {
                    let own = || path.file_name().map_or_else(|| "file".into(), |n| n.to_string_lossy().into_owned());
                    let filename = filename.clone().unwrap_or_else(own);
                    let media_type = media_type
                        .clone()
                        .unwrap_or_else(|| mime_guess::from_path(path).first_or_octet_stream().to_string());
                    if media_type.chars().any(char::is_control) {
                        let why = format!("the media type of the part `{}` holds a control character", part.name);
                        return Err(Error::usage(why));
                    }
                    let quoted = quote(&filename);
                    head.extend(["; filename=\"", &quoted, "\"\r\nContent-Type: ", &media_type, "\r\n\r\n"]);
                    let file = Segment::File { path: path.clone(), size: file_size(path)? };
                    let digest = digest_body(&Body::new(vec![file.clone()]))?;
                    form.push(json!([part.name, { "sha256": digest.hex(), "filename": filename, "type": media_type }]));
                    segments.extend([Segment::Bytes(head.into_bytes()), file, Segment::Bytes(b"\r\n".to_vec())]);
                }
            }
        }
        segments.push(Segment::Bytes(format!("--{boundary}--\r\n").into_bytes()));
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let defaults = vec![("content-type", content_type.into_bytes())];
        Ok(Self { body: Some(Body::new(segments)), digest: None, form, defaults })
    }
}

/// A name inside quotes in a multipart head, as browsers write it.
fn quote(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn file_size(path: &Path) -> Result<u64> {
    let metadata = std::fs::metadata(path).map_err(|e| unreadable(path, &e))?;
    if metadata.is_file() { Ok(metadata.len()) } else { Err(Error::usage(format!("`{}` is no file", path.display()))) }
}

fn digest_body(body: &Body) -> Result<Digest> {
    let mut reader = body.reader()?;
    let (_, digests) = hash_reader(&mut reader, [])
        .map_err(|e| Error::new(Kind::Usage, "usage", "cannot read the body").cause(e.to_string()))?;
    Ok(digests.sha256().clone())
}

fn unreadable(path: &Path, e: &std::io::Error) -> Error {
    let why = Error::disk("", e).causes().join(": ");
    Error::usage(format!("cannot read `{}`", path.display())).cause(why)
}
