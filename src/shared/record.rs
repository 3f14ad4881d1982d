//! The record of an item in a shared store: canonical JSON, signed.
//!
//! ```text
//! {"item": LINE, "schema": 1, "signature": "hmac-sha256:HEX"}
//! ```
//! The signature is HMAC-SHA-256 under the secret, over the record's name, a line feed and the RFC 8785 text of the
//! record without its signature: so a record proves nothing under another name.

use crate::cache::transport::line::Line;
use crate::clock::Timestamp;
use crate::descriptor::{Key, canonical};
use crate::digest::encode_hex;
use crate::json::read_strict;
use crate::secret::Secret;
use crate::transfer::filename;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};

/// The version of the form.
const SCHEMA: i64 = 1;
/// What a signature begins with.
const SCHEME: &str = "hmac-sha256:";
/// The longest record; one that is longer is not ours.
const LARGEST_BYTES: usize = 4 << 20;

/// The name of a key's record.
pub(crate) fn name(key: &Key) -> String {
    format!("shared/item/{key}")
}

fn mac(name: &str, text: &str, secret: &Secret) -> Option<Hmac<sha2::Sha256>> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    mac.update(name.as_bytes());
    mac.update(b"\n");
    mac.update(text.as_bytes());
    Some(mac)
}

/// The record of an item, signed where there is a secret.
pub(crate) fn write(line: &Line, name: &str, secret: Option<&Secret>) -> String {
    let mut record = json!({ "item": line.to_json(), "schema": SCHEMA });
    if let Some(mac) = secret.and_then(|secret| mac(name, &canonical(&record), secret)) {
        record["signature"] = format!("{SCHEME}{}", encode_hex(&mac.finalize().into_bytes())).into();
    }
    canonical(&record)
}

/// The item that a record tells of, or why it is not believed.
pub(crate) fn read(bytes: &[u8], name: &str, key: &Key, secret: Option<&Secret>) -> Result<Line, String> {
    if bytes.len() > LARGEST_BYTES {
        return Err("it is too long".to_owned());
    }
    let mut record = read_strict(bytes).map_err(|e| format!("it is no JSON: {e}"))?;
    let signature = record.as_object_mut().and_then(|record| record.remove("signature"));
    if let Some(secret) = secret {
        let Some(Value::String(signature)) = signature else { return Err("it is not signed".to_owned()) };
        let told = signature.strip_prefix(SCHEME).and_then(decode_hex).ok_or("its signature is none")?;
        let proved = mac(name, &canonical(&record), secret).is_some_and(|mac| mac.verify_slice(&told).is_ok());
        if !proved {
            return Err("it is signed with another secret".to_owned());
        }
    }
    if record["schema"] != SCHEMA {
        return Err(format!("its form is {}, this dl knows {SCHEMA}", record["schema"]));
    }
    let mut item = record["item"].take();
    tame(&mut item["item"])?;
    let line = Line::from_json(item).map_err(|e| e.to_string())?;
    if line.key() != key.0 {
        return Err("it is of another key".to_owned());
    }
    Ok(line)
}

/// Whoever wrote the record decides neither which version this is here, nor how its file is called beyond the rule for names from
/// elsewhere, nor that it was made tomorrow.
fn tame(item: &mut Value) -> Result<(), String> {
    let name = item["filename"].as_str().and_then(filename::safe).ok_or("its file name is none")?;
    let created = item["created_at"].as_i64().unwrap_or_default().min(Timestamp::now().0);
    let Some(item) = item.as_object_mut() else { return Err("it tells of no item".to_owned()) };
    item.insert("version".to_owned(), 1.into());
    item.insert("ext".to_owned(), filename::extension(&name).into());
    item.insert("filename".to_owned(), name.into());
    item.insert("created_at".to_owned(), created.into());
    Ok(())
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let pairs = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok());
    if is_hex { pairs.collect() } else { None }
}
