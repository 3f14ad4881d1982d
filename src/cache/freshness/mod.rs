//! RFC 9111 as pure functions: what a private cache stores, what it may answer with, and what it must ask.
//!
//! Nothing here knows a clock, a socket or a database: stored responses, the request and the moment come in, a decision
//! with its rule goes out. In the order of an exchange:
//!
//! | room | decides | RFC 9111 |
//! |---|---|---|
//! | [`directive`] | what `Cache-Control` says | 5.2 |
//! | [`age`] | how old a response is, and how long it is fresh | 4.2 |
//! | [`vary`] | which request fields chose it, and whether those of another request would | 4.1 |
//! | [`reuse`] | use, ask (with which conditions), or give up | 4, 4.2.4, 5.2.1 |
//! | [`range`] | which bytes a request wants, and whether they are here | 3.3, 3.4; RFC 9110, 14 |
//! | [`validation`] | what a 304 or a HEAD says of what is stored; the caller's own conditions | 4.3 |
//! | [`storing`] | whether a response may be stored, and which of its fields | 3, 3.1 |
//! | [`invalidation`] | what a change at the origin makes worthless | 4.4 |
//!
//! The other modes of `dl` use the same rules where they have the question: [`validation::updated`] merges the fields of a
//! confirmation there too.

pub mod age;
pub mod directive;
pub mod invalidation;
pub mod range;
pub mod reuse;
pub mod storing;
pub mod validation;
pub mod vary;

#[cfg(test)]
mod tests;

use crate::clock::Timestamp;
use crate::message::{ContentRange, Fields, Head, Validators};
use directive::Directives;
use vary::Selecting;

/// A stored response, as far as the rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The method of the request: GET, HEAD or POST.
    pub method: String,
    /// The status.
    pub status: u16,
    /// The fields that were stored.
    pub fields: Fields,
    /// What in the request chose it.
    pub selecting: Selecting,
    /// When the request was sent.
    pub requested_at: Timestamp,
    /// When its head came.
    pub received_at: Timestamp,
    /// What of its content is here.
    pub content: Content,
    /// Whether its content was stored with its content coding undone.
    pub decoded: bool,
    /// Whether something changed its resource: it must be validated before it is used.
    pub invalidated: bool,
}

/// What of a response's content is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// All of it, so many bytes.
    Whole(u64),
    /// A part, of a 206.
    Part {
        /// The first byte's offset.
        first: u64,
        /// The last byte's offset.
        last: u64,
        /// The size of the whole; `None`: not told.
        total: Option<u64>,
    },
    /// None: a response to HEAD, or a redirect that was followed.
    Head,
}

impl Stored {
    /// Its validators.
    #[must_use]
    pub fn validators(&self) -> Validators {
        let head = Head { fields: self.fields.clone(), ..Head::default() };
        Validators { date: Some(age::date(self)), ..head.validators() }
    }

    fn directives(&self) -> Directives {
        Directives::of(&self.fields)
    }

    /// Whether it has a content coding, so that undone and not are two things.
    fn is_coded(&self) -> bool {
        self.fields.text("content-encoding").is_some_and(|c| !c.trim().eq_ignore_ascii_case("identity"))
    }

    /// A fresh-made 200 with nothing in it, for tests and examples.
    #[must_use]
    pub fn example() -> Self {
        Self {
            method: "GET".to_owned(),
            status: 200,
            fields: Fields::new(),
            selecting: Selecting::default(),
            requested_at: Timestamp(0),
            received_at: Timestamp(0),
            content: Content::Whole(10),
            decoded: false,
            invalidated: false,
        }
    }
}

impl Content {
    /// What a 206 brought, by its `Content-Range`; `None` if that cannot be placed.
    #[must_use]
    pub fn of_part(fields: &Fields) -> Option<Self> {
        let mut lines = fields.all("content-range");
        match (lines.next().and_then(ContentRange::parse), lines.next()) {
            (Some(ContentRange::Part { first, last, total }), None) => Some(Self::Part { first, last, total }),
            _ => None,
        }
    }
}

/// How much the user wants it anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Renewal {
    /// As the rules have it.
    #[default]
    Usual,
    /// The origin is asked whether it still stands (end-to-end revalidation); what is fresh and `immutable` need not be.
    Revalidate,
    /// It is fetched anew, whatever is stored.
    Reload,
}

/// A request that may be answered from what is stored.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The method; only GET and HEAD are answered.
    pub method: String,
    /// The fields as they are sent, but for those that the cache adds. Secret values may stand as digests: they are only compared.
    pub fields: Fields,
    /// Whether content is sent along. HTTP gives it no meaning in a GET, but servers do: such a request is only passed on.
    pub has_content: bool,
    /// Whether a content coding will be undone.
    pub decodes: bool,
    /// Whether redirects are followed, so that their content is not needed.
    pub follows: bool,
    /// How much it is wanted anew.
    pub renewal: Renewal,
    /// The greatest age; joins the request's own `max-age`.
    pub max_age: Option<std::time::Duration>,
    /// Nothing may be asked (`only-if-cached`).
    pub only_if_cached: bool,
    /// If asking fails, what is stale will do.
    pub stale_if_error: bool,
}

impl Asked {
    /// A plain GET with these fields.
    #[must_use]
    pub fn get(fields: Fields) -> Self {
        Self { method: "GET".to_owned(), fields, ..Self::default() }
    }

    /// What its `Cache-Control` says; without one, `Pragma: no-cache` counts (RFC 9111, 5.4).
    fn directives(&self) -> Directives {
        if self.fields.contains("cache-control") {
            return Directives::of(&self.fields);
        }
        let pragma = Directives::parse(self.fields.all("pragma"));
        if pragma.has("no-cache") { Directives::parse([&b"no-cache"[..]]) } else { Directives::default() }
    }

    /// Whether what is stored may answer it at all.
    #[must_use]
    pub fn is_lookup(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD") && !self.has_content
    }

    /// Whether it has conditions that only the origin may judge (RFC 9111, 4.3.2).
    fn is_for_origin(&self) -> bool {
        self.fields.contains("if-match") || self.fields.contains("if-unmodified-since")
    }
}
