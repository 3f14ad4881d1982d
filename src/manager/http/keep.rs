//! Keeping what the origin sent: as an item, if it is what the key names; as a response, if the rules let it be stored; in
//! place of what it outdates.

use crate::cache::freshness::directive::Directives;
use crate::cache::freshness::{Content as Extent, Stored, range, storing, validation, vary::Selecting};
use crate::cache::item::{Item, NewContent};
use crate::cache::response::Response;
use crate::error::Result;
use crate::event::{Event, Listener};
use crate::manager::http::{Client, Pending, part};
use crate::manager::record;
use crate::message::{Fields, Head};
use crate::partial::Partial;
use crate::transfer::job::{Content, Exchange};
use crate::transfer::redirect::is_redirect;
use std::path::PathBuf;

/// Fields that hold references, whose secrets are not stored.
const REFERENCES: [&str; 4] = ["content-location", "link", "location", "refresh"];

/// What was kept of a response.
#[derive(Default)]
pub(super) struct Kept {
    /// The item that it is.
    pub(super) item: Option<Item>,
    /// Whether that is a new version.
    pub(super) is_new: bool,
    /// The file of the cache that has its content.
    pub(super) stored: Option<PathBuf>,
    /// The content, where nothing kept it.
    pub(super) partial: Option<Partial>,
}

impl Kept {
    /// Takes away what nobody kept.
    pub(super) fn discard(self) {
        if let Some(partial) = self.partial {
            partial.discard();
        }
    }
}

impl Client<'_> {
    /// Keeps a response. `content` is in `partial`; `None`: there is none, or nobody wants it.
    pub(super) fn keep(
        &self,
        pending: &Pending,
        head: &Head,
        exchange: &Exchange,
        content: Option<&Content>,
        partial: Partial,
        listener: &dyn Listener,
    ) -> Result<Kept> {
        let loose = |partial| Ok(Kept { partial: Some(partial), ..Kept::default() });
        if self.cache.is_read_only() {
            return loose(partial);
        }
        let may = self.may_keep(head, exchange, content);
        listener.event(Event::Decision(match may {
            Ok(rule) => format!("stored: {rule}"),
            Err(rule) => format!("not stored: {rule}"),
        }));
        if self.hop.asked.method == "HEAD" && may.is_ok() {
            self.freshen(pending, head, exchange)?;
        }
        let matching: Vec<&Response> =
            pending.responses.iter().filter(|r| r.stored.selecting.matches(&self.hop.asked.fields)).collect();
        if may.is_err() {
            self.forget_outdated(head, &matching)?;
            return loose(partial);
        }
        let response = self.response(head, exchange, content);
        if let Extent::Part { .. } = response.stored.content {
            // The part that came is given from its own file: what is stored may be more.
            self.keep_part(response, &matching, exchange, head, &partial, listener)?;
            return loose(partial);
        }
        let is_head = self.hop.asked.method == "HEAD";
        let replaced = matching.iter().filter(|r| !is_head || r.stored.method == "HEAD").map(|r| r.id);
        let response = self.cache.store_response(response, Some(&partial), &replaced.collect::<Vec<_>>())?;
        let Some(digest) = &response.sha256 else { return loose(partial) };
        let stored = Some(self.cache.blob_place(digest));
        if let (Some(content), true) = (content, self.is_item(head)) {
            // Last, for it lets go of the lock: whoever waits for it finds the response.
            let (item, is_new) = self.commit(content, exchange, partial)?;
            return Ok(Kept { item: Some(item), is_new, stored, partial: None });
        }
        partial.discard();
        Ok(Kept { stored, ..Kept::default() })
    }

    /// Whether it may be stored, by the rules and for its secrets.
    fn may_keep(
        &self,
        head: &Head,
        exchange: &Exchange,
        content: Option<&Content>,
    ) -> std::result::Result<&'static str, &'static str> {
        if let (206, Some(content), Some(Extent::Part { first, last, .. })) =
            (head.status, content, Extent::of_part(&head.fields))
            && (last - first).checked_add(1) != Some(content.size)
        {
            return Err("a part of another length than it says (RFC 9110, 14.4)");
        }
        if exchange.resolved_url.as_ref() != Some(&self.hop.request.url) {
            return Err("a mirror sent it");
        }
        let secrets = &self.task.travel.secrets;
        let holds_secrets = |value: &[u8]| {
            let text = String::from_utf8_lossy(value);
            secrets.redact_references(&text) != text
        };
        if is_redirect(head.status) && head.fields.all("location").any(holds_secrets) {
            return Err("a redirect to an address that holds secrets");
        }
        storing::may_store(&self.hop.asked, &self.hop.request.url, head.status, &head.fields)
    }

    /// Whether the response is an item too: a whole success of the request that the key names.
    fn is_item(&self, head: &Head) -> bool {
        self.hop.asked.method == "GET" && (200..300).contains(&head.status) && head.status != 206
    }

    fn commit(&self, content: &Content, exchange: &Exchange, partial: Partial) -> Result<(Item, bool)> {
        let identity = &self.resolved.identity;
        let download = record::download(exchange, Some(&content.digests), self.task, identity.is_private());
        let new = record::new_item(self.task, identity, &self.key, &self.salt, download);
        let kept = NewContent { size: content.size, digests: content.digests.clone() };
        self.cache.commit(new, kept, partial, self.task.policy.keep)
    }

    /// The response as it would be stored.
    fn response(&self, head: &Head, exchange: &Exchange, content: Option<&Content>) -> Response {
        let fields = storing::dated(self.fields_to_keep(&head.fields), exchange.received_at);
        let whole = content.map_or(Extent::Head, |content| Extent::Whole(content.size));
        let extent = match head.status {
            _ if self.hop.asked.method == "HEAD" => Extent::Head,
            206 => Extent::of_part(&head.fields).unwrap_or(whole),
            _ => whole,
        };
        let content = content.filter(|_| extent != Extent::Head);
        let stored = Stored {
            method: self.hop.asked.method.clone(),
            status: head.status,
            selecting: Selecting::of(&self.hop.asked.fields, &fields),
            fields,
            requested_at: exchange.requested_at,
            received_at: exchange.received_at,
            content: extent,
            decoded: self.task.travel.compressed,
            invalidated: false,
        };
        Response {
            id: 0,
            holder: self.hop.holder.clone(),
            stored,
            http_version: head.version.to_owned(),
            size: content.map_or(0, |c| c.size),
            sha256: content.map(|c| c.digests.sha256().clone()),
            backend: exchange.backend.to_owned(),
            tls_verified: exchange.tls_verified,
            length_verified: exchange.length_verified,
        }
    }

    /// Fields as they are stored: none of the connection's, no secret in a reference, nothing that the user gave as a secret.
    pub(super) fn fields_to_keep(&self, fields: &Fields) -> Fields {
        let secrets = &self.task.travel.secrets;
        let mask = crate::secret::Mask::new(self.task.descriptor.secret_texts(secrets));
        let mut kept = Fields::new();
        for (name, value) in storing::kept_fields(fields).iter() {
            match std::str::from_utf8(value) {
                Ok(text) if REFERENCES.contains(&name) => kept.push(name, mask.apply(&secrets.redact_references(text))),
                Ok(text) => kept.push(name, mask.apply(text)),
                Err(_) => kept.push(name, value),
            }
        }
        kept
    }

    /// The answer to a HEAD brings what is stored for GET up to date, or says that it is outdated (RFC 9111, 4.3.5).
    fn freshen(&self, pending: &Pending, head: &Head, exchange: &Exchange) -> Result<()> {
        let of_get = pending
            .responses
            .iter()
            .filter(|r| r.stored.method == "GET" && r.stored.selecting.matches(&self.hop.asked.fields));
        let changed: Vec<Response> = of_get
            .map(|response| {
                if head.status == 200 && validation::head_agrees(&response.stored, &head.fields) {
                    self.confirmed(response, exchange, head)
                } else {
                    let mut outdated = response.clone();
                    outdated.stored.invalidated = true;
                    outdated
                }
            })
            .collect();
        self.cache.update_responses(&changed)
    }

    /// A full response that may not be stored outdates what is stored all the same, unless it is only an error.
    fn forget_outdated(&self, head: &Head, matching: &[&Response]) -> Result<()> {
        // What the request alone keeps from being stored says nothing against what is.
        let may_be_stored_by_us = !Directives::of(&self.hop.asked.fields).has("no-store");
        let says = matches!(head.status, 200..=299 | 300..=303 | 307 | 308 | 404 | 410) && head.status != 206;
        if self.hop.asked.method != "GET" || !says || !may_be_stored_by_us || matching.is_empty() {
            return Ok(());
        }
        self.cache.remove_responses(&matching.iter().map(|r| r.id).collect::<Vec<_>>())
    }

    /// Keeps a part: joined with what is stored of the same state; or that, brought up to date, if it holds the part already.
    fn keep_part(
        &self,
        new: Response,
        matching: &[&Response],
        exchange: &Exchange,
        head: &Head,
        partial: &Partial,
        listener: &dyn Listener,
    ) -> Result<()> {
        let is_same = |r: &Response| r.stored.validators().same_strongly(&new.stored.validators());
        let of_get: Vec<&Response> = matching.iter().copied().filter(|r| r.stored.method != "HEAD").collect();
        if let Some(holder) = of_get.iter().find(|r| is_same(r) && holds(r.stored.content, new.stored.content)) {
            return self.cache.update_responses(&[self.confirmed(holder, exchange, head)]);
        }
        let is_outdated = |r: &&&Response| !is_same(r) || holds(new.stored.content, r.stored.content);
        let mut replaced: Vec<i64> = of_get.iter().filter(is_outdated).map(|r| r.id).collect();
        let neighbour = of_get.iter().find_map(|r| Some((*r, range::join(&r.stored, &new.stored)?)));
        if let Some((neighbour, joined)) = neighbour
            && let Some(content) = self.cache.content_of_response(neighbour, listener)?
        {
            let (whole, digests) = part::join(self.cache.unnamed_partial()?, &joined, &content, partial.path())?;
            let size = whole.file().metadata().map_err(|e| whole.failed(&e))?.len();
            let mut stored = Stored { content: joined.content, ..new.stored };
            describe(&mut stored);
            replaced.push(neighbour.id);
            let new = Response { stored, size, sha256: Some(digests.sha256().clone()), ..new };
            listener.event(Event::Decision("the parts are put together (RFC 9111, 3.4)".to_owned()));
            return self.cache.store_response(new, Some(&whole), &replaced).map(|_| whole.discard());
        }
        self.cache.store_response(new, Some(partial), &replaced).map(|_| ())
    }
}

/// Whether one extent of a content holds another.
fn holds(one: Extent, other: Extent) -> bool {
    match (one, other) {
        (Extent::Whole(_), Extent::Part { .. }) => true,
        (Extent::Part { first, last, .. }, Extent::Part { first: from, last: to, .. }) => first <= from && to <= last,
        _ => false,
    }
}

/// Makes status and fields tell of the content that was put together.
fn describe(stored: &mut Stored) {
    match stored.content {
        Extent::Whole(size) => {
            stored.status = 200;
            stored.fields.remove("content-range");
            stored.fields.set("content-length", size.to_string());
        }
        Extent::Part { first, last, total } => {
            let total = total.map_or_else(|| "*".to_owned(), |total| total.to_string());
            stored.fields.set("content-range", format!("bytes {first}-{last}/{total}"));
            stored.fields.set("content-length", (last - first + 1).to_string());
        }
        Extent::Head => {}
    }
}
