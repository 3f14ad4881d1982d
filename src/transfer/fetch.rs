//! One try to fetch a body: ask, for the rest where that is of use; receive; prove.

use crate::digest::Digests;
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::message::{ContentRange, Head};
use crate::partial::{Partial, State};
use crate::transfer::answer::{Answer, Course, drain, is_http};
use crate::transfer::backend::Framing;
use crate::transfer::coding::{self, Coding};
use crate::transfer::intake::Intake;
use crate::transfer::job::{Content, Resume};
use crate::transfer::judge::Verdict;
use crate::transfer::proof::{self, Over, Promise};
use crate::transfer::receive;
use crate::transfer::request::{Additions, Span};
use crate::transfer::resume::{self, Held};
use crate::transfer::retry::Setback;
use crate::transfer::{filename, html, segments};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;
use url::Url;

/// What a source has taught so far.
#[derive(Debug, Default)]
pub(super) struct Lessons {
    /// What was held did not fit once: from now on all is asked for.
    anew: bool,
}

/// A body that is about to be received.
struct Incoming<'a> {
    answer: &'a Answer,
    /// Where its first byte belongs.
    offset: u64,
    /// The size of the whole, if it is told.
    total: Option<u64>,
    coding: Option<Coding>,
    promises: Vec<Promise>,
}

impl Course<'_> {
    /// Fetches the body from one source; `None` if the conditions hold and there is nothing new.
    pub(super) fn attempt(
        &mut self,
        source: &Url,
        partial: &mut Partial,
        lessons: &mut Lessons,
    ) -> Result<Option<Content>, Setback> {
        loop {
            let span = if lessons.anew || !self.may_resume(source) { None } else { self.plan(partial) };
            let conditions = self
                .lane
                .job
                .conditions
                .as_ref()
                .filter(|c| span.is_none() && !c.is_empty() && *source == self.lane.job.request.url);
            if let Some(span) = &span {
                let why = if span.if_range.is_some() {
                    "with its validator"
                } else {
                    "without a validator, as a digest decides"
                };
                self.lane.tell(Event::Decision(format!("resume at byte {} {why}", span.first)));
            }
            let additions = Additions { compressed: self.lane.options.compressed, conditions, span: span.as_ref() };
            let answer = self.ask(source, &self.lane.job.request.method, additions);
            match answer.and_then(|answer| self.take(&answer, span.as_ref(), partial)) {
                Err(setback) if !lessons.anew && is_misfit(&setback, span.as_ref()) => {
                    self.anew(partial, lessons, &setback.error)?;
                }
                result => return result,
            }
        }
    }

    /// Takes what an answer brings: all, a part, or the word that nothing is missing.
    fn take(
        &mut self,
        answer: &Answer,
        span: Option<&Span>,
        partial: &mut Partial,
    ) -> Result<Option<Content>, Setback> {
        let misfit = |why: String| Setback::lasting(Error::new(Kind::Integrity, segments::CHANGED, why));
        if let Some(refusal) = &answer.refusal {
            // That it was refused counts, whatever becomes of its body.
            self.refused = self.receive_whole(answer, partial).ok();
            return Err(refusal.clone());
        }
        let content = match (answer.verdict, span) {
            (Verdict::NotModified, _) => return Ok(None),
            (Verdict::Redirect, _) => {
                drain(&answer.arrival, self.lane.deadline);
                return Ok(None);
            }
            (Verdict::Part(range), Some(span)) => {
                resume::fits(partial.state(), span, range, &answer.head, &answer.shown).map_err(misfit)?;
                self.receive_part(answer, partial, span, range)?
            }
            (Verdict::Unsatisfied(total), Some(_)) => {
                let size = is_whole(partial, total, answer).map_err(misfit)?;
                self.prove_held(partial, size, answer)?
            }
            (_, Some(span)) if !is_http(&answer.url) => {
                let another = || misfit("its size is another now".to_owned());
                let total = ftp_total(partial, span, answer).ok_or_else(another)?;
                let last = total.saturating_sub(1);
                let range = ContentRange::Part { first: span.first, last, total: Some(total) };
                self.receive_part(answer, partial, span, range)?
            }
            _ => self.receive_whole(answer, partial)?,
        };
        Ok(Some(content))
    }

    /// What is held does not fit: once, and then never again with this source, all is asked for.
    fn anew(&mut self, partial: &mut Partial, lessons: &mut Lessons, why: &Error) -> Result<()> {
        self.lane.tell(Event::Decision(format!("what was held is of no use, all starts anew: {why}")));
        lessons.anew = true;
        self.alone = true;
        self.start_over(partial)
    }

    /// Only a GET is gone on with; other methods may act again.
    fn may_resume(&self, source: &Url) -> bool {
        let request = &self.lane.job.request;
        let http =
            is_http(source) && request.method == "GET" && request.body.is_none() && !request.fields.contains("range");
        http || (!is_http(source) && self.lane.options.resume == Resume::Always)
    }

    fn plan(&self, partial: &Partial) -> Option<Span> {
        let held = Held { state: partial.state(), prefix: partial.prefix(), of_this_boot: partial.is_of_this_boot() };
        resume::plan(held, self.lane.options, &self.lane.job.proof)
    }

    /// Forgets what is held.
    fn start_over(&mut self, partial: &mut Partial) -> Result<()> {
        let held = partial.prefix();
        self.hashing = None;
        partial.restart()?;
        if held > 0 {
            self.lane.tell(Event::Restarted(0));
        }
        Ok(())
    }

    fn receive_whole(&mut self, answer: &Answer, partial: &mut Partial) -> Result<Content, Setback> {
        let coding = self.coding(&answer.head)?;
        let total = match (answer.framing, coding) {
            (Framing::Length(length), None) => Some(length),
            _ => None,
        };
        // The old bytes stay until it is certain that new ones come.
        self.refuse_early(answer, total)?;
        self.start_over(partial)?;
        let promises = self.promises(&answer.head);
        let state = segments::fresh_state(answer, total, coding.is_some(), self.lane.mask);
        let incoming = Incoming { answer, offset: 0, total, coding, promises };
        let result = self.receive(&incoming, partial, state);
        self.settle(result, partial)
    }

    fn receive_part(
        &mut self,
        answer: &Answer,
        partial: &mut Partial,
        span: &Span,
        range: ContentRange,
    ) -> Result<Content, Setback> {
        let ContentRange::Part { total, .. } = range else {
            return Err(Error::new(Kind::Other, "resume", "a part without a range").into());
        };
        let total = total.or(partial.state().total);
        self.refuse_early(answer, total)?;
        let promises = self.promises(&answer.head);
        let length = partial.file().metadata().map_err(|e| partial.failed(&e))?.len();
        let mut state = State { total, ..partial.state().clone() };
        // The first range is what is continued; others count only where the file bears them out.
        let others = state.ranges.drain(..).skip(1).filter(|(first, end)| *first > span.first && *end <= length);
        state.ranges = std::iter::once((0, span.first)).chain(others.collect::<Vec<_>>()).collect();
        let incoming = Incoming { answer, offset: span.first, total, coding: None, promises };
        let result = self.receive(&incoming, partial, state);
        self.settle(result, partial)
    }

    /// A proof that failed leaves nothing to go on with.
    fn settle(&mut self, result: Result<Content, Setback>, partial: &mut Partial) -> Result<Content, Setback> {
        match &result {
            Err(setback) if setback.error.kind() == Kind::Integrity && !setback.transient => {
                self.start_over(partial)?;
            }
            Err(_) => {
                let held: u64 = partial.state().ranges.iter().map(|(first, end)| end - first).sum();
                self.best = self.best.max(self.plan(partial).map_or(0, |span| span.first.max(held)));
            }
            Ok(_) => {}
        }
        result
    }

    /// The coding to undo. Where none was asked for, bytes are stored as they came.
    fn coding(&self, head: &Head) -> Result<Option<Coding>> {
        if self.lane.options.compressed {
            return coding::of(head);
        }
        if let Some(name) = head.fields.text("content-encoding").filter(|n| !n.trim().eq_ignore_ascii_case("identity"))
        {
            self.lane.tell(Event::Detail(format!(
                "the body is stored in the content coding `{name}`, in which it came unasked"
            )));
        }
        Ok(None)
    }

    fn promises(&self, head: &Head) -> Vec<Promise> {
        proof::promises(head, &mut |why| self.lane.tell(Event::Detail(why)))
    }

    /// What is wrong already by the head, before the body.
    fn refuse_early(&self, answer: &Answer, total: Option<u64>) -> Result<()> {
        let proof = &self.lane.job.proof;
        if answer.refusal.is_some() {
            return proof.max_size.filter(|most| total.is_some_and(|total| total > *most)).map_or(Ok(()), |most| {
                Err(Error::new(Kind::Integrity, "too_large", format!("the refusal is longer than {most} bytes")))
            });
        }
        if answer.framing == Framing::Unframed && is_http(&answer.url) && proof.strict_length {
            let why = "the body's length cannot be verified: nothing tells its end (`--strict-length`)";
            return Err(Error::new(Kind::Integrity, "unframed", why));
        }
        total.map_or(Ok(()), |total| proof::check_size(proof, total))
    }

    fn receive(&mut self, incoming: &Incoming<'_>, partial: &mut Partial, state: State) -> Result<Content, Setback> {
        let Incoming { answer, offset, total, coding, promises } = incoming;
        // Digests over what is not stored as such: a coded text, or a part.
        let part = answer.head.status == 206;
        let is_aside = |p: &Promise| coding.is_some() || (part && p.over == Over::Content);
        let (aside, stored): (Vec<_>, Vec<_>) = promises.iter().cloned().partition(is_aside);
        let algorithms = proof::algorithms(&self.lane.job.proof, &stored);
        self.hashing(partial.file(), *offset, algorithms).map_err(|e| partial.failed(&e))?;
        let segmented = aside.is_empty() && self.may_segment(answer, *offset, &state);
        let ranges = state.ranges.iter().map(|(first, end)| end - first).sum();
        self.lane.tell(Event::Started { held: if segmented { ranges } else { *offset }, total: *total });
        let size = if segmented {
            self.receive_segments(answer, partial, state)?
        } else {
            self.receive_stream(incoming, partial, state, aside)?
        };
        if let Some(total) = total.filter(|total| *total != size) {
            return Err(truncated(size, total));
        }
        let success = answer.verdict != Verdict::Body { success: false };
        self.prove(size, &stored, success, answer, partial)
    }

    /// Receives by the one stream that brought the head. Gives the size.
    fn receive_stream(
        &mut self,
        incoming: &Incoming<'_>,
        partial: &mut Partial,
        state: State,
        aside: Vec<Promise>,
    ) -> Result<u64, Setback> {
        let Incoming { answer, offset, total, coding, .. } = incoming;
        let keeps_state = state.strong.is_some() || self.lane.options.resume == Resume::Always;
        let mut state = Some(State { ranges: Vec::new(), ..state }).filter(|_| keeps_state);
        if *offset > 0 {
            // Nothing beyond what is known for certain may look like a prefix.
            partial.file().set_len(*offset).map_err(|e| partial.failed(&e))?;
            state.take().map_or(Ok(()), |state| partial.note(state))?;
        }
        let file = partial.file().try_clone().map_err(|e| partial.failed(&e))?;
        let mut intake = Intake::new(file, partial.path().to_owned(), *offset, *coding, &self.lane.job.proof, aside)?;
        let pumped = receive::pump(&answer.arrival, self.lane.limits(), |bytes| {
            if bytes.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            // Noted before the first byte is written. What is here at once needs no note.
            if let Some(state) = state.take().filter(|_| *total != Some(bytes.len() as u64)) {
                partial.note(state)?;
            }
            let before = intake.at();
            intake.push(bytes)?;
            if let Some(hashing) = &mut self.hashing {
                hashing.reached(intake.at());
            }
            self.lane.tell(Event::Received(intake.at() - before));
            Ok(ControlFlow::Continue(()))
        });
        // What was expected and found says more than how the backend noticed.
        if let Err(setback) = &pumped
            && setback.error.code() == "truncated"
        {
            check_length(answer.framing, intake.received())?;
        }
        let _ = pumped?;
        check_length(answer.framing, intake.received())?;
        Ok(intake.finish()?)
    }

    /// What is held is the whole already.
    fn prove_held(&mut self, partial: &mut Partial, size: u64, answer: &Answer) -> Result<Content, Setback> {
        self.lane.tell(Event::Started { held: size, total: Some(size) });
        let algorithms = proof::algorithms(&self.lane.job.proof, &[]);
        let result = self.hashing(partial.file(), size, algorithms).map(drop).map_err(|e| partial.failed(&e).into());
        let result = result.and_then(|()| self.prove(size, &[], true, answer, partial));
        self.settle(result, partial)
    }

    /// Whether the stored bytes are what they must be.
    fn prove(
        &mut self,
        size: u64,
        promises: &[Promise],
        success: bool,
        answer: &Answer,
        partial: &Partial,
    ) -> Result<Content, Setback> {
        if answer.refusal.is_none() {
            proof::check_size(&self.lane.job.proof, size)?;
        }
        let Some(hashing) = self.hashing.take() else {
            return Err(Error::new(Kind::Other, "hashing", "nothing was hashed").into());
        };
        let digests: Digests = hashing.finish(size).map_err(|e| partial.failed(&e))?;
        if answer.refusal.is_some() {
            proof::keep_promises(promises, &digests)?;
            return Ok(Content { size, digests });
        }
        let expected = proof::check_digests(&self.lane.job.proof, &digests);
        // Bytes that the user's own digest names are what was wanted, whatever they look like.
        let proven = expected.is_ok() && !self.lane.job.proof.digests.is_empty();
        if success && !proven && !self.lane.job.proof.allow_html {
            self.refuse_page(answer, partial)?;
        }
        expected?;
        proof::keep_promises(promises, &digests)?;
        if answer.framing == Framing::Unframed && is_http(&answer.url) {
            self.lane
                .tell(Event::Warning(format!("nothing told the length of `{}`: it may be incomplete", answer.shown)));
        }
        Ok(Content { size, digests })
    }

    fn refuse_page(&self, answer: &Answer, partial: &Partial) -> Result<()> {
        let disposition = answer.head.fields.bytes("content-disposition").and_then(filename::from_disposition);
        let of_urls = [&self.lane.job.request.url, &answer.url].into_iter().filter_map(filename::from_url);
        let names = self.lane.job.proof.names.iter().cloned().chain(of_urls).chain(disposition);
        let Some(name) = names.into_iter().find(|n| html::promises_a_file(n)) else { return Ok(()) };
        let mut start = vec![0; html::LOOKED_AT_BYTES];
        let read = partial.file().read_at(&mut start, 0).map_err(|e| partial.failed(&e))?;
        if html::looks_like_page(&start[..read]) {
            Err(html::refusal(&name, &start[..read], &answer.url))
        } else {
            Ok(())
        }
    }
}

/// Whether a setback says only that what was held does not go with what came.
fn is_misfit(setback: &Setback, span: Option<&Span>) -> bool {
    match setback.error.code() {
        segments::CHANGED => true,
        // An FTP file became shorter than the part that is held. HTTP says so with a status.
        "offset_beyond_end" => span.is_some(),
        // The digest of what was put together without a validator says nothing about the file.
        "digest_mismatch" => span.is_some_and(|s| s.if_range.is_none()),
        _ => false,
    }
}

/// A 416 says that nothing lies behind what we have: then that is the whole, if the total and the validator agree.
fn is_whole(partial: &Partial, total: Option<u64>, answer: &Answer) -> Result<u64, String> {
    let prefix = partial.prefix();
    let known = partial.state().total;
    match total.or(known) {
        Some(total) if known.is_some_and(|known| known != total) => {
            return Err(format!("the whole is {total} bytes now, and was another size before"));
        }
        Some(total) if total != prefix => return Err(format!("the whole is {total} bytes, {prefix} are held")),
        None => return Err("the total is not known".to_owned()),
        Some(_) => {}
    }
    if partial.state().url != answer.shown {
        return Err(format!("the answer comes from `{}`", answer.shown));
    }
    resume::same_validator(partial.state(), &answer.head, true).map(|()| prefix)
}

/// Backends promise this; it is what all else rests on.
fn check_length(framing: Framing, received: u64) -> Result<(), Setback> {
    match framing {
        Framing::Length(length) if length != received => Err(truncated(received, length)),
        _ => Ok(()),
    }
}

fn truncated(received: u64, expected: u64) -> Setback {
    let why = format!("the body ended early: expected {expected} bytes, found {received}");
    Setback::passing(Error::new(Kind::Integrity, "truncated", why))
}

/// FTP tells no range: the size must be the one that was told before.
fn ftp_total(partial: &Partial, span: &Span, answer: &Answer) -> Option<u64> {
    let state = partial.state();
    let total = state.total.filter(|_| state.url == answer.shown)?;
    // With an offset the server tells what is left behind it.
    (answer.head.content_length()? == total.saturating_sub(span.first)).then_some(total)
}
