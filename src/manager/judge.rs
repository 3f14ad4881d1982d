//! Which stored version may answer, and whether it must be checked first. Pure: no clock, no disk, no network.

use crate::cache::item::{Item, Trust};
use crate::clock::Timestamp;
use crate::digest::{Algorithm, Digest};
use crate::manager::task::{CheckMethod, Freshness, Policy};
use crate::message::Validators;
use crate::transfer::job::{Proof, Statuses};

/// What a command would have accepted from the network; a stored version must be no worse.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Acceptance<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) proof: &'a Proof,
    pub(crate) trust: &'a Trust,
    pub(crate) allow_status: &'a Statuses,
}

impl Acceptance<'_> {
    /// Whether this version may answer at all, as far as its record tells.
    pub(crate) fn takes(&self, item: &Item) -> bool {
        self.takes_origin(item) && self.takes_age(item) && self.takes_content(item)
    }

    fn takes_origin(&self, item: &Item) -> bool {
        let Some(download) = &item.download else { return true };
        let succeeded =
            download.http_code.is_none_or(|code| (200..300).contains(&code) || self.allow_status.contains(code));
        succeeded && download.trust == *self.trust && (download.length_verified || !self.proof.strict_length)
    }

    fn takes_age(&self, item: &Item) -> bool {
        let confirmed = item.validated_at.unwrap_or(item.created_at).max(item.created_at);
        self.policy.newer_than.is_none_or(|since| confirmed >= since)
            && self.policy.older_than.is_none_or(|before| item.created_at < before)
    }

    /// Whether size and digests are those asked for, as far as the record tells.
    pub(crate) fn takes_content(&self, item: &Item) -> bool {
        let size = item.size.unwrap_or(0);
        self.proof.size.is_none_or(|s| s == size)
            && self.proof.min_size.is_none_or(|s| s <= size)
            && self.proof.max_size.is_none_or(|s| size <= s)
            && self.proof.digests.iter().all(|e| recorded(item, e.digest.algorithm()).is_none_or(|d| *d == e.digest))
    }

    /// The algorithms of the proof that the item's record says nothing about: its file must be hashed for them.
    pub(crate) fn unknown(&self, item: &Item) -> Vec<Algorithm> {
        let asked = self.proof.digests.iter().map(|e| e.digest.algorithm());
        asked.filter(|a| recorded(item, *a).is_none()).collect()
    }
}

fn recorded(item: &Item, algorithm: Algorithm) -> Option<&Digest> {
    if algorithm == Algorithm::Sha256 {
        return item.sha256.as_ref();
    }
    item.download.as_ref()?.checksums.iter().find(|d| d.algorithm() == algorithm)
}

/// What to do with a stored version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the answer.
    Use,
    /// The origin is asked whether it still stands.
    Check,
    /// It is passed over.
    Fetch,
}

/// Decides about a version that would be accepted, and says why in one line.
pub(crate) fn judge(item: &Item, policy: &Policy, now: Timestamp) -> (Verdict, String) {
    let confirmed = item.validated_at.unwrap_or(item.created_at).max(item.created_at);
    let age = now.since(confirmed);
    let shown = crate::clock::show_age(age);
    match policy.freshness {
        Freshness::Force => (Verdict::Fetch, "--force: downloaded anew, whatever is stored".to_owned()),
        Freshness::Check => (Verdict::Check, "--refresh: the origin is asked".to_owned()),
        Freshness::Any => (
            Verdict::Use,
            format!("freshness any: version {} is used without asking, confirmed {shown} ago", item.version),
        ),
        Freshness::MaxAge(limit) if confirmed <= now && age <= limit && !limit.is_zero() => {
            (Verdict::Use, format!("--max-age: version {} was confirmed {shown} ago, within the limit", item.version))
        }
        Freshness::MaxAge(_) => (
            Verdict::Check,
            format!("--max-age: version {} was confirmed {shown} ago, the origin is asked", item.version),
        ),
    }
}

/// The validators that a check by this method sends; `None` if the version has none of the kind.
pub(crate) fn conditions(validators: &Validators, method: CheckMethod) -> Option<Validators> {
    let mut conditions = validators.clone();
    match method {
        CheckMethod::Auto => {}
        CheckMethod::Etag => conditions.last_modified = None,
        CheckMethod::Modified => conditions.etag = None,
        CheckMethod::Size | CheckMethod::Hash => return None,
    }
    (!conditions.is_empty()).then_some(conditions)
}

/// The name of what such conditions compare.
pub(crate) fn method_name(conditions: &Validators) -> &'static str {
    match (conditions.etag.is_some(), conditions.last_modified.is_some()) {
        (true, true) => "etag+modified",
        (true, false) => "etag",
        _ => "modified",
    }
}
