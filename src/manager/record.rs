//! From what happened on the wire to what is stored and told: redacted, and nothing else added.

use crate::cache::Cache;
use crate::cache::item::{Download, Item, NewItem};
use crate::descriptor::{Identity, Key};
use crate::digest::{Digest, Digests};
use crate::error::{Error, Kind};
use crate::manager::report::{Report, error_to_json};
use crate::manager::task::Task;
use crate::message::{Fields, Head};
use crate::secret::{Mask, REDACTED, Secrets};
use crate::transfer::filename;
use crate::transfer::job::{Exchange, Proof};

/// A file's name where nothing gives one.
const NAMELESS: &str = "download";

/// What the registry keeps of an exchange.
pub(crate) fn download(exchange: &Exchange, digests: Option<&Digests>, task: &Task, private: bool) -> Download {
    let secrets = &task.travel.secrets;
    // A server may say back what it was told, under any name.
    let mask = Mask::new(task.descriptor.secret_texts(secrets));
    let head = exchange.head.as_ref();
    let others = digests.into_iter().flat_map(Digests::iter).filter(|d| d.algorithm().name() != "sha256");
    Download {
        resolved_url: exchange.resolved_url.as_ref().map(|u| secrets.redact_url(u)),
        method: exchange.method.clone(),
        http_code: head.map(|h| h.status).filter(|s| *s != 0),
        http_version: head.map(|h| h.version.to_owned()).unwrap_or_default(),
        headers: head.map(|h| redact_fields(&h.fields, secrets, &mask)).unwrap_or_default(),
        validators: head.map(Head::validators).unwrap_or_default().without(&mask),
        started_at: exchange.started_at,
        finished_at: exchange.finished_at,
        checksums: others.cloned().collect(),
        backend: exchange.backend.to_owned(),
        tls_verified: exchange.tls_verified,
        length_verified: exchange.length_verified,
        trust: task.trust.clone(),
        private,
    }
}

/// Fields as they may be stored: secret values masked, references without secrets.
fn redact_fields(fields: &Fields, secrets: &Secrets, mask: &Mask) -> Fields {
    let mut kept = Fields::new();
    for (name, value) in fields.iter() {
        if secrets.is_secret_header(name) {
            kept.push(name, REDACTED);
        } else {
            match std::str::from_utf8(value) {
                Ok(text) => kept.push(name, mask.apply(&secrets.redact_references(text))),
                Err(_) if mask.finds(&String::from_utf8_lossy(value)) => kept.push(name, REDACTED),
                Err(_) => kept.push(name, value),
            }
        }
    }
    kept
}

/// The row of a finished fetch.
pub(crate) fn new_item(task: &Task, identity: &Identity, key: &Key, salt: &[u8], download: Download) -> NewItem {
    let filename = item_filename(task, &download.headers);
    NewItem {
        key: key.clone(),
        uri: identity.uri.clone(),
        params: identity.params(salt),
        filename,
        ext: None,
        label: task.description.label.clone().unwrap_or_default(),
        attributes: task.description.attributes.clone(),
        download: Some(download),
    }
}

/// The name of the cached file: the user's, the server's, the URL's.
fn item_filename(task: &Task, headers: &Fields) -> String {
    let given = task.description.filename.as_deref().and_then(filename::safe);
    given
        .or_else(|| server_name(headers, &Mask::default()))
        .or_else(|| filename::from_url(&task.descriptor.url))
        .unwrap_or_else(|| NAMELESS.to_owned())
}

/// The name that the server gives, made safe, also of secrets that it says back.
pub(crate) fn server_name(headers: &Fields, mask: &Mask) -> Option<String> {
    let name = headers.bytes("content-disposition").and_then(filename::from_disposition)?;
    if mask.finds(&name) { filename::safe(&mask.apply(&name)) } else { Some(name) }
}

/// A fetch that failed, to be noted as the one FAILED version of its key.
pub(crate) struct Failure<'a> {
    pub(crate) task: &'a Task,
    pub(crate) identity: &'a Identity,
    pub(crate) key: &'a Key,
    pub(crate) salt: &'a [u8],
    pub(crate) error: &'a Error,
    pub(crate) exchange: &'a Exchange,
}

impl Failure<'_> {
    /// Notes it, if it asked for something; gives the row.
    pub(crate) fn note(&self, cache: &Cache, mask: &Mask) -> Option<Item> {
        if matches!(self.error.kind(), Kind::Usage | Kind::Interrupted | Kind::Cache) {
            return None;
        }
        let download = download(self.exchange, None, self.task, self.identity.is_private());
        let new = new_item(self.task, self.identity, self.key, self.salt, download);
        let mut value = error_to_json(&self.error.clone().map_text(|text| mask.apply(text)));
        value["proof"] = proof_mark(&self.task.proof).into();
        cache.fail(new, value).ok()
    }
}

/// Tells failures of proof apart: another's is this one's only if the same was asked of the bytes.
pub(crate) fn proof_mark(proof: &Proof) -> String {
    let mut digests: Vec<String> = proof.digests.iter().map(|e| e.digest.to_string()).collect();
    digests.sort();
    let rest = (proof.size, proof.min_size, proof.max_size, proof.strict_length, proof.allow_html);
    Digest::sha256(format!("{digests:?} {rest:?}").as_bytes()).hex()
}

/// Tells of an exchange.
pub(crate) fn tell_exchange(report: &mut Report, exchange: &Exchange, secrets: &Secrets) {
    report.resolved_url = exchange.resolved_url.as_ref().map(|u| secrets.redact_url(u));
    report.backend = Some(exchange.backend.to_owned());
    report.method.clone_from(&exchange.method);
    report.attempts = exchange.attempts;
    report.connections = exchange.connections;
    report.interim.clone_from(&exchange.interim);
    if let Some(head) = &exchange.head {
        report.http_code = Some(head.status).filter(|s| *s != 0);
        report.http_version = Some(head.version.to_owned()).filter(|v| !v.is_empty());
        report.headers = head.fields.clone();
        report.raw_head = Some(head.raw.clone());
        report.content_type = head.fields.text("content-type").map(std::borrow::Cow::into_owned);
        report.length_verified = Some(exchange.length_verified);
    }
}

/// Tells what is known of an item, but for the item itself; what the exchange told before stands.
pub(crate) fn tell_item(report: &mut Report, item: &Item) {
    report.size = item.size;
    report.filename = Some(item.filename.clone());
    report.ext = Some(item.ext.clone());
    report.path = Some(item.path.clone());
    if let Some(download) = &item.download {
        if report.backend.is_none() {
            report.resolved_url.clone_from(&download.resolved_url);
            report.method.clone_from(&download.method);
            report.http_code = download.http_code;
            report.http_version = Some(download.http_version.clone()).filter(|v| !v.is_empty());
            report.headers = download.headers.clone();
            report.backend = Some(download.backend.clone());
        }
        report.length_verified = Some(download.length_verified);
        report.content_type = download.headers.text("content-type").map(std::borrow::Cow::into_owned);
    }
    if report.digests.is_none()
        && let Some(sha256) = &item.sha256
    {
        let others = item.download.iter().flat_map(|d| d.checksums.iter().cloned());
        report.digests = Some(Digests::known(sha256.clone(), others));
    }
}
