//! `--freshness http`: a private cache of HTTP between the user and the network. What may be used and what must be asked is
//! decided by `cache::freshness`; here its decisions are carried out.
//!
//! A task is a walk over hops (`hop`): the address asked for, and those where redirects lead. Each is looked up alone:
//! what is stored answers (`give`), or the origin is asked (`ask`), and what it says is kept (`keep`) before the walk goes
//! on. Parts are cut and joined in `part`. Hits are given on the calling thread.

mod ask;
mod give;
mod hop;
mod keep;
mod part;

use crate::cache::Cache;
use crate::cache::freshness::reuse::{self, Action, Question, Standing};
use crate::cache::freshness::{Asked, Content, Renewal, Stored};
use crate::cache::response::Response;
use crate::clock::Timestamp;
use crate::descriptor::{Key, Resolved};
use crate::disk;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Listener};
use crate::manager::Manager;
use crate::manager::decide::go_past_cache;
use crate::manager::deliver::Place;
use crate::manager::give::{failed, finished};
use crate::manager::report::{Report, Source};
use crate::manager::task::{Http, IfExists, Task};
use crate::message::Fields;
use crate::transfer::redirect::{Chain, is_redirect};
use give::Given;
use hop::Hop;

/// The status that stands for "nothing stored will do, and nothing may be asked" (RFC 9111, 5.2.1.7).
const GATEWAY_TIMEOUT: u16 = 504;

/// One task under the rules of HTTP.
pub(crate) struct Client<'a> {
    manager: &'a Manager,
    task: &'a Task,
    http: Http,
    cache: &'a Cache,
    resolved: Resolved,
    /// What the result would be as an item.
    key: Key,
    salt: Vec<u8>,
    hop: Hop,
    chain: Chain,
    started: Timestamp,
    /// What was decided for this hop on the calling thread, and is still to be asked.
    pending: Option<Pending>,
    /// Stored responses that turned out to be of no use: damaged, or not what a digest wants.
    passed_over: Vec<i64>,
}

/// What the origin is to be asked, and what is stored meanwhile.
struct Pending {
    responses: Vec<Response>,
    question: Question,
}

/// How far a walk came.
enum Walked {
    /// The result is given.
    Given,
    /// The origin must be asked.
    Ask(Pending),
}

impl<'a> Client<'a> {
    pub(crate) fn new(
        manager: &'a Manager,
        task: &'a Task,
        http: Http,
        cache: &'a Cache,
        resolved: Resolved,
        started: Timestamp,
    ) -> Result<Self> {
        let salt = if resolved.identity.needs_salt() { cache.salt()? } else { Vec::new() };
        let request = &resolved.request;
        let chain = Chain::new(&request.method, &request.url);
        let hop = Hop::new(task, http, request, &request.url, &request.method, &|| cache.salt())?;
        Ok(Self {
            manager,
            task,
            http,
            cache,
            key: resolved.identity.key(&salt),
            salt,
            hop,
            chain,
            started,
            pending: None,
            passed_over: Vec::new(),
            resolved,
        })
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// Answers from what is stored, if that may be; false if the origin must be asked. `taken`: what stands at the destination.
    pub(crate) fn look(&mut self, report: &mut Report, taken: Option<&Place>, listener: &dyn Listener) -> Result<bool> {
        let pending = match self.walk(report, listener)? {
            Walked::Given => return Ok(true),
            Walked::Ask(pending) => pending,
        };
        if self.manager.options.dry_run {
            report.would = Some(if pending.question.nominated.is_empty() { "download" } else { "check" });
            return Ok(true);
        }
        if let Some(place) = taken
            && self.task.delivery.if_exists == IfExists::Error
        {
            return Err(disk::exists(&place.path));
        }
        if self.cache.is_read_only() {
            go_past_cache(self.task, listener)?;
        }
        self.pending = Some(pending);
        Ok(false)
    }

    /// Asks, as often as redirects and refused conditions make it, and gives the result.
    pub(crate) fn ask(mut self, mut report: Report, listener: &dyn Listener) -> Report {
        match self.go_on(&mut report, listener) {
            Ok(()) => finished(report),
            Err(error) => failed(report, error),
        }
    }

    fn go_on(&mut self, report: &mut Report, listener: &dyn Listener) -> Result<()> {
        loop {
            let pending = match self.pending.take() {
                Some(pending) => pending,
                None => match self.walk(report, listener)? {
                    Walked::Given => return Ok(()),
                    Walked::Ask(pending) => pending,
                },
            };
            if self.ask_origin(pending, report, listener)? {
                return Ok(());
            }
        }
    }

    /// Goes from hop to hop as far as what is stored leads.
    fn walk(&mut self, report: &mut Report, listener: &dyn Listener) -> Result<Walked> {
        loop {
            let (mut responses, action, why) = self.decide()?;
            listener.event(Event::Decision(why));
            match action {
                Action::Ask(question) => return Ok(Walked::Ask(Pending { responses, question })),
                Action::Unavailable => {
                    report.http_code = Some(GATEWAY_TIMEOUT);
                    return Err(unavailable(&responses));
                }
                Action::Use(index, standing) => {
                    let response = responses.swap_remove(index);
                    if self.manager.options.dry_run && !self.leads_on(&response.stored) {
                        report.would = Some("hit");
                        return Ok(Walked::Given);
                    }
                    if self.use_stored(&response, standing, report, listener)? {
                        return Ok(Walked::Given);
                    }
                }
            }
        }
    }

    /// What the rules say of this hop now.
    fn decide(&self) -> Result<(Vec<Response>, Action, String)> {
        let mut responses = self.cache.responses(&self.hop.holder)?;
        responses.retain(|r| !self.passed_over.contains(&r.id) && self.is_provable(r));
        let stored: Vec<Stored> = responses.iter().map(|r| r.stored.clone()).collect();
        // What another has fetched since this command began is as new as what this one would fetch.
        let is_new = |s: &Stored| s.requested_at >= self.started && s.selecting.matches(&self.hop.asked.fields);
        let asked = if self.hop.asked.renewal != Renewal::Usual && stored.iter().any(is_new) {
            Asked { renewal: Renewal::Usual, ..self.hop.asked.clone() }
        } else {
            self.hop.asked.clone()
        };
        let decision = reuse::decide(&stored, &asked, Timestamp::now());
        Ok((responses, decision.action, decision.why))
    }

    /// Whether a stored whole has the size and digest that were given, as far as its row tells.
    fn is_provable(&self, response: &Response) -> bool {
        let proof = &self.task.proof;
        if response.stored.status != 200 || !matches!(response.stored.content, Content::Whole(_)) {
            return true;
        }
        let is_other = |e: &crate::transfer::job::Expected| {
            response.sha256.as_ref().is_some_and(|d| d.algorithm() == e.digest.algorithm() && *d != e.digest)
        };
        let is_ranged = self.hop.request.fields.contains("range");
        is_ranged || (proof.size.is_none_or(|size| size == response.size) && !proof.digests.iter().any(is_other))
    }

    /// Answers with a stored response; false if that leads elsewhere, or is damaged and the walk must look again.
    fn use_stored(
        &mut self,
        response: &Response,
        standing: Standing,
        report: &mut Report,
        listener: &dyn Listener,
    ) -> Result<bool> {
        let source = if standing == Standing::Fresh { Source::Hit } else { Source::Stale };
        report.renew |= standing == Standing::Renewed && !self.task.policy.offline && !self.cache.is_read_only();
        self.answer(response, Given { source, validated: false }, report, listener)
    }

    /// Gives a stored response, or follows it; false if the walk goes on.
    fn answer(
        &mut self,
        response: &Response,
        given: Given,
        report: &mut Report,
        listener: &dyn Listener,
    ) -> Result<bool> {
        if self.leads_on(&response.stored) {
            self.cache.count_response(response.id);
            self.follow(response.stored.status, &response.stored.fields, listener)?;
            return Ok(false);
        }
        let content = self.cache.content_of_response(response, listener)?;
        if content.is_none() && response.sha256.is_some() {
            self.passed_over.push(response.id);
            return Ok(false);
        }
        if let Some(path) = &content
            && !self.proves(response, path)?
        {
            listener.event(Event::Decision("what is stored is not what the digest given wants".to_owned()));
            self.passed_over.push(response.id);
            return Ok(false);
        }
        self.cache.count_response(response.id);
        self.give_stored(response, content, given, report)?;
        Ok(true)
    }

    /// Whether a response is a redirect that is followed.
    fn leads_on(&self, stored: &Stored) -> bool {
        is_redirect(stored.status) && self.hop.asked.follows
    }

    /// Goes where a redirect leads.
    fn follow(&mut self, status: u16, fields: &Fields, listener: &dyn Listener) -> Result<()> {
        let limit = self.task.travel.max_redirects.unwrap_or(0);
        let secrets = &self.task.travel.secrets;
        let (method, url) = self.chain.follow(status, fields.all("location"), limit, secrets)?;
        listener.event(Event::Decision(format!("redirect {status} to {}", secrets.redact_url(&url))));
        let cache = self.cache;
        self.hop = Hop::new(self.task, self.http, &self.resolved.request, &url, &method, &|| cache.salt())?;
        Ok(())
    }
}

fn unavailable(responses: &[Response]) -> Error {
    let why = if responses.is_empty() {
        "nothing is stored, and nothing may be asked (504)"
    } else {
        "what is stored may not be used without asking the origin, and nothing may be asked (504)"
    };
    let error = Error::new(Kind::NotFound, "offline", why);
    if responses.is_empty() { error } else { error.hint("--stale-if-error uses what is stale, unless it forbids that") }
}
