//! Asking the origin for one hop: wait for one's turn, send, and see what the answer means: nothing new, something new, or
//! that nobody answered.

use crate::cache::freshness::reuse::{Action, Question, is_server_error};
use crate::cache::freshness::vary::Selecting;
use crate::cache::freshness::{Content as Stored, invalidation, range};
use crate::cache::freshness::{storing, validation};
use crate::cache::response::{Response, also_for};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::manager::flight::{self, Turn};
use crate::manager::give::give_item;
use crate::manager::http::give::{Bytes, Given};
use crate::manager::http::{Client, Pending};
use crate::manager::judge;
use crate::manager::record;
use crate::manager::report::{Checked, Report, Source};
use crate::message::Head;
use crate::partial::{Partial, State};
use crate::transfer;
use crate::transfer::job::{Exchange, Failed, Fetched, Job, Statuses};
use std::path::Path;

impl Client<'_> {
    /// Asks the origin about this hop; false if the walk goes on from here.
    pub(super) fn ask_origin(
        &mut self,
        pending: Pending,
        report: &mut Report,
        listener: &dyn Listener,
    ) -> Result<bool> {
        if !self.hop.asked.is_lookup() || self.cache.is_read_only() {
            let partial = self.loose_partial()?;
            return self.transfer(pending, partial, report, listener);
        }
        let lock = self.hop.lock();
        let wait = flight::Wait {
            cache: self.cache,
            key: &lock,
            stall: self.task.travel.stall_timeout,
            join: self.manager.options.join_timeout,
            cancelled: &|| self.manager.is_cancelled(),
        };
        // What another command has stored meanwhile answers this one too, if the rules let it (RFC 9111, 4).
        let mut answer = || Ok(matches!(self.decide()?.1, Action::Use(..)).then_some(()));
        match flight::join(&wait, listener, &mut answer)? {
            Turn::Answered(()) => {
                listener.event(Event::Decision(
                    "another command asked the same: what it stored is looked at (RFC 9111, 4)".to_owned(),
                ));
                Ok(false)
            }
            Turn::Mine(partial) => match self.decide()? {
                (responses, Action::Ask(question), _) => {
                    self.transfer(Pending { responses, question }, *partial, report, listener)
                }
                _ => Ok(false),
            },
        }
    }

    fn transfer(
        &mut self,
        mut pending: Pending,
        mut partial: Partial,
        report: &mut Report,
        listener: &dyn Listener,
    ) -> Result<bool> {
        let is_first = self.hop.request.url == self.resolved.request.url;
        loop {
            self.begin_with_part(&pending, &mut partial, listener)?;
            if let Some(conditions) = &pending.question.conditions {
                let name = judge::method_name(conditions);
                listener.event(Event::Decision(format!("a conditional request by {name} (RFC 9111, 4.3.1)")));
            }
            let job = Job {
                request: self.hop.request.clone(),
                mirrors: if is_first { self.resolved.mirrors.clone() } else { Vec::new() },
                conditions: pending.question.conditions.clone(),
                one_response: true,
                proof: self.task.proof.clone(),
            };
            let fetched = match self.manager.transfer(&self.task.travel).fetch(&job, &mut partial, listener) {
                Ok(fetched) => fetched,
                Err(failed) => return self.not_answered(&pending, failed, partial, report, listener),
            };
            let (head, fetched) = self.as_asked(fetched);
            if let (true, Err(error)) = (is_server_error(head.status) && has_fallback(&pending), self.as_refused(&head))
            {
                let Fetched { exchange, content } = fetched;
                let failed = Failed { error, exchange: Box::new(exchange), content };
                return self.not_answered(&pending, failed, partial, report, listener);
            }
            record::tell_exchange(report, &fetched.exchange, &self.task.travel.secrets);
            self.invalidate(&fetched.exchange, &head)?;
            if head.status != 304 {
                return self.new_response(&pending, &head, fetched, partial, report, listener);
            }
            if let Some(given) = self.not_modified(&pending, &head, &fetched, report, listener)? {
                partial.discard_if_empty();
                return Ok(given);
            }
            listener.event(Event::Decision(
                "the 304 is about none that is stored: asked again without its conditions (RFC 9111, 4.3.4)".to_owned(),
            ));
            pending.question = Question { fallback: pending.question.fallback, ..Question::default() };
        }
    }

    /// A part from the start, under a strong validator, need not be sent again (RFC 9111, 3.4): the transfer goes on behind it.
    fn begin_with_part(&self, pending: &Pending, partial: &mut Partial, listener: &dyn Listener) -> Result<()> {
        let wants_whole =
            self.hop.asked.method == "GET" && range::wanted(&self.hop.request.fields) == range::Wanted::Whole;
        if !wants_whole || partial.prefix() > 0 || pending.question.conditions.is_some() {
            return Ok(());
        }
        let is_start = |r: &&Response| {
            matches!(r.stored.content, Stored::Part { first: 0, total: Some(_), .. })
                && !r.stored.decoded
                && !r.stored.invalidated
                && r.stored.selecting.matches(&self.hop.asked.fields)
                && r.stored.validators().strong().is_some()
        };
        let Some(response) = pending.responses.iter().find(is_start) else { return Ok(()) };
        let Some(content) = self.cache.content_of_response(response, listener)? else { return Ok(()) };
        let validators = response.stored.validators();
        let total = match response.stored.content {
            Stored::Part { total, .. } => total,
            Stored::Whole(_) | Stored::Head => None,
        };
        partial.note(State {
            url: self.hop.shown.clone(),
            strong: validators.strong().map(str::to_owned),
            validators,
            total,
            ..State::default()
        })?;
        copy_into(partial, &content)
    }

    /// A part that the transfer itself asked for has completed what was there: the response is the whole
    /// (RFC 9110, 15.3.7.3).
    fn as_asked(&self, mut fetched: Fetched) -> (Head, Fetched) {
        let asked_for_part = self.hop.request.fields.contains("range");
        if let (Some(head), Some(content), false) = (&mut fetched.exchange.head, &fetched.content, asked_for_part)
            && head.status == 206
        {
            head.status = 200;
            head.fields.remove("content-range");
            head.fields.set("content-length", content.size.to_string());
        }
        (fetched.exchange.head.clone().unwrap_or_default(), fetched)
    }

    /// What a status means to the cache, whatever the user allows: a server's error is one.
    fn as_refused(&self, head: &Head) -> Result<()> {
        transfer::accept(head, &self.hop.request, &self.hop.shown, &Statuses::default())
    }

    /// What a change at the origin makes worthless is not used again without being validated (RFC 9111, 4.4).
    fn invalidate(&self, exchange: &Exchange, head: &Head) -> Result<()> {
        let urls = invalidation::invalidated(&exchange.method, &self.hop.request.url, head.status, &head.fields);
        if urls.is_empty() || self.cache.is_read_only() {
            return Ok(());
        }
        let secrets = &self.task.travel.secrets;
        let uris: Vec<String> = urls.iter().map(|url| secrets.identity_url(url)).collect();
        self.cache.invalidate_responses(&uris)
    }

    /// A 304: what it means of what is stored, or for the caller; `None` if it means nothing that is known.
    fn not_modified(
        &mut self,
        pending: &Pending,
        head: &Head,
        fetched: &Fetched,
        report: &mut Report,
        listener: &dyn Listener,
    ) -> Result<Option<bool>> {
        let fields = &self.hop.request.fields;
        let is_the_callers = fields.contains("if-none-match") || fields.contains("if-modified-since");
        let is_ours = pending.question.conditions.is_some();
        let nominated: Vec<&Response> = pending.question.nominated.iter().map(|i| &pending.responses[*i]).collect();
        let stored: Vec<_> = nominated.iter().map(|r| &r.stored).collect();
        if is_ours && validation::is_ambiguous(&self.hop.asked, &stored, &head.fields) {
            return Ok(None);
        }
        let places = validation::confirmed(&stored, &head.fields);
        let Some(first) = places.first() else {
            if !is_the_callers && is_ours {
                return Ok(None);
            }
            transfer::accept(head, &self.hop.request, &self.hop.shown, &self.task.travel.allow_status)?;
            report.source = Some(Source::Network);
            let (partial, digests) = super::part::cut(self.loose_partial()?, Path::new("/dev/null"), 0, 0)?;
            return self.give_bytes(&Bytes::Loose(&partial), 0, digests, report).map(|()| Some(true));
        };
        let exchange = &fetched.exchange;
        let mut confirmed: Vec<Response> =
            places.iter().map(|i| self.confirmed(nominated[*i], exchange, head)).collect();
        if !self.cache.is_read_only() {
            self.cache.update_responses(&confirmed)?;
        }
        let mut answer = confirmed.swap_remove(0);
        if !nominated[*first].stored.selecting.matches(&self.hop.asked.fields) {
            // The origin says that this variant is this request's too.
            answer = also_for(&answer, &self.hop.asked.fields);
            if !self.cache.is_read_only() {
                answer = self.cache.store_response(answer, None, &[])?;
            }
        }
        let method = pending.question.conditions.as_ref().map_or("etag", judge::method_name);
        let reason = "the origin answered 304".to_owned();
        report.checked = Some(Checked { method, verdict: "match", reason });
        listener
            .event(Event::Decision("304: what is stored still stands, and is updated (RFC 9111, 4.3.4)".to_owned()));
        let given = Given { source: Source::Revalidated, validated: true };
        self.answer(&answer, given, report, listener).map(Some)
    }

    /// A response as a confirmation leaves it.
    pub(super) fn confirmed(&self, response: &Response, exchange: &Exchange, head: &Head) -> Response {
        let mut confirmed = response.clone();
        let stored = &mut confirmed.stored;
        let updated = validation::updated(&stored.fields, &self.fields_to_keep(&head.fields));
        stored.fields = storing::dated(updated, exchange.received_at);
        (stored.requested_at, stored.received_at) = (exchange.requested_at, exchange.received_at);
        stored.invalidated = false;
        if stored.selecting.matches(&self.hop.asked.fields) {
            confirmed.stored.selecting = Selecting::of(&self.hop.asked.fields, &confirmed.stored.fields);
        }
        confirmed
    }

    /// Something new came: kept as far as that may be, and followed or given.
    fn new_response(
        &mut self,
        pending: &Pending,
        head: &Head,
        fetched: Fetched,
        partial: Partial,
        report: &mut Report,
        listener: &dyn Listener,
    ) -> Result<bool> {
        let conditional = pending.question.conditions.as_ref();
        if let Some(conditions) = conditional {
            let method = judge::method_name(conditions);
            let reason = format!("the origin answered {}", head.status);
            report.checked = Some(Checked { method, verdict: "mismatch", reason });
        }
        let follows = self.hop.asked.follows && transfer::redirect::is_redirect(head.status);
        let kept = self.keep(pending, head, &fetched.exchange, fetched.content.as_ref(), partial, listener)?;
        if follows {
            kept.discard();
            self.follow(head.status, &head.fields, listener)?;
            return Ok(false);
        }
        report.source = Some(Source::Network);
        report.is_new = kept.is_new;
        let Some(content) = fetched.content else {
            return Err(Error::new(Kind::Other, "no_content", "the response came without content"));
        };
        report.size = Some(content.size);
        report.digests = Some(content.digests.clone());
        if let Some(item) = kept.item.clone() {
            give_item(Some(self.cache), self.task, item, Source::Network, report)?;
            return Ok(true);
        }
        let bytes = match (&kept.stored, &kept.partial) {
            (_, Some(partial)) => Bytes::Loose(partial),
            (Some(path), None) => Bytes::Stored(path.clone()),
            (None, None) => return Err(Error::new(Kind::Other, "no_content", "the content is nowhere")),
        };
        self.give_bytes(&bytes, content.size, content.digests, report)?;
        kept.discard();
        Ok(true)
    }

    /// The origin refused, or could not be asked: what it sent is kept, and what is stale answers where that is allowed.
    fn not_answered(
        &mut self,
        pending: &Pending,
        failed: Failed,
        partial: Partial,
        report: &mut Report,
        listener: &dyn Listener,
    ) -> Result<bool> {
        let Failed { error, exchange, content } = failed;
        record::tell_exchange(report, &exchange, &self.task.travel.secrets);
        let status = exchange.head.as_ref().map_or(0, |head| head.status);
        let fallback = pending.question.fallback.filter(|fallback| match error.kind() {
            Kind::Network | Kind::Timeout => true,
            Kind::Tls | Kind::Integrity => fallback.after_errors,
            Kind::Http => fallback.after_errors && (is_server_error(status) || self.task.policy.stale_if_error),
            _ => false,
        });
        match (&exchange.head, &content) {
            (Some(head), Some(_)) if fallback.is_none() && error.kind() == Kind::Http => {
                self.invalidate(&exchange, head)?;
                self.keep(pending, head, &exchange, content.as_ref(), partial, listener)?.discard();
            }
            (Some(head), None) if crate::cache::freshness::directive::Directives::of(&head.fields).has("no-store") => {
                partial.discard();
            }
            (_, Some(_)) => partial.discard(),
            _ => partial.discard_if_empty(),
        }
        let Some(fallback) = fallback else {
            self.note_failure(&error, &exchange, report);
            return Err(error);
        };
        let masked = error.clone().map_text(|text| report.mask.apply(text));
        listener.event(Event::Warning(format!(
            "the origin did not answer as it should, a stale response is used: {masked}"
        )));
        listener.event(Event::Decision("stale, as the origin failed (RFC 9111, 4.2.4; RFC 5861, 4)".to_owned()));
        let response = &pending.responses[fallback.index];
        if self.answer(response, Given { source: Source::Stale, validated: false }, report, listener)? {
            return Ok(true);
        }
        // A redirect leads on; a damaged content leaves the failure.
        if self.passed_over.contains(&response.id) { Err(error) } else { Ok(false) }
    }

    fn note_failure(&self, error: &Error, exchange: &Exchange, report: &mut Report) {
        if self.cache.is_read_only() || self.hop.asked.method != "GET" {
            return;
        }
        let identity = &self.resolved.identity;
        let failure = record::Failure { task: self.task, identity, key: &self.key, salt: &self.salt, error, exchange };
        // A failure that cannot be noted is told all the same.
        report.item = failure.note(self.cache, &report.mask);
    }
}

/// Whether something stale may answer in place of a server's error.
fn has_fallback(pending: &Pending) -> bool {
    pending.question.fallback.is_some_and(|fallback| fallback.after_errors)
}

fn copy_into(partial: &Partial, content: &Path) -> Result<()> {
    let failed = |e: &std::io::Error| partial.failed(e);
    let mut source = std::fs::File::open(content).map_err(|e| failed(&e))?;
    let mut file = partial.file();
    std::io::copy(&mut source, &mut file).map(|_| ()).map_err(|e| failed(&e))
}
