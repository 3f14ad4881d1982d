//! Which stored version may answer, and whether it must be checked first. Pure: no clock, no disk, no network.

use crate::cache::item::{Download, Item, Trust};
use crate::clock::Timestamp;
use crate::digest::{Algorithm, Digest};
use crate::manager::task::{CheckMethod, Freshness, Policy};
use crate::message::Validators;
use crate::secret::REDACTED;
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
        // FTP and `file:` have no status of HTTP: what was stored from them had succeeded.
        let succeeded = download.http_version.is_empty()
            || download
                .http_code
                .is_none_or(|code| is_success(code, &download.method) || self.allow_status.contains(code));
        succeeded
            && !leads_by_a_secret(download)
            && download.trust == *self.trust
            && (download.length_verified || !self.proof.strict_length)
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

/// Whether a fetch takes this status unasked: what has no content is no file.
fn is_success(code: u16, method: &str) -> bool {
    (200..300).contains(&code) && !(method == "GET" && matches!(code, 204 | 205))
}

/// A redirect whose address held a secret: what is stored of it leads nowhere.
fn leads_by_a_secret(download: &Download) -> bool {
    download.http_code.is_some_and(|code| (300..400).contains(&code))
        && download.headers.text("location").is_some_and(|to| to.contains(REDACTED))
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
        Freshness::Check | Freshness::Http(_) => (Verdict::Check, "--refresh: the origin is asked".to_owned()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::item::{Download, Status};
    use crate::descriptor::Key;
    use crate::message::Fields;
    use crate::transfer::job::Expected;
    use std::time::Duration;

    fn item(created: i64, validated: Option<i64>) -> Item {
        let at = Timestamp::from_seconds;
        Item {
            id: 1,
            key: Key(String::new()),
            version: 1,
            uri: String::new(),
            params: serde_json::Map::new(),
            status: Status::Ready,
            filename: "a".into(),
            ext: String::new(),
            label: String::new(),
            size: Some(5),
            sha256: Some(Digest::sha256(b"hello")),
            path: "a".into(),
            record: None,
            created_at: at(created),
            modified_at: at(created),
            validated_at: validated.map(at),
            last_read: None,
            read_count: 0,
            last_search: None,
            search_count: 0,
            error: None,
            download: Some(Download {
                resolved_url: None,
                method: "GET".into(),
                http_code: Some(200),
                http_version: "1.1".into(),
                headers: Fields::new(),
                validators: Validators::default(),
                started_at: at(created),
                finished_at: at(created),
                checksums: Vec::new(),
                backend: "reqwest".into(),
                tls_verified: None,
                length_verified: true,
                trust: Trust::default(),
                private: false,
            }),
            attributes: Vec::new(),
        }
    }

    fn verdict(freshness: Freshness, item: &Item, now: i64) -> Verdict {
        judge(item, &Policy { freshness, ..Policy::default() }, Timestamp::from_seconds(now)).0
    }

    #[test]
    fn how_old_it_may_be() {
        let minute = Freshness::MaxAge(Duration::from_mins(1));
        assert_eq!(verdict(Freshness::Any, &item(0, None), 1 << 40), Verdict::Use);
        assert_eq!(verdict(Freshness::Check, &item(100, None), 100), Verdict::Check);
        assert_eq!(verdict(Freshness::Force, &item(100, None), 100), Verdict::Fetch);
        assert_eq!(verdict(minute, &item(100, None), 160), Verdict::Use);
        assert_eq!(verdict(minute, &item(100, None), 161), Verdict::Check);
        assert_eq!(verdict(minute, &item(100, Some(150)), 210), Verdict::Use, "a confirmation counts");
        assert_eq!(verdict(minute, &item(100, None), 99), Verdict::Check, "a time ahead proves nothing");
        assert_eq!(verdict(Freshness::MaxAge(Duration::ZERO), &item(100, None), 100), Verdict::Check);
    }

    #[test]
    fn what_may_answer() {
        let takes = |change: &dyn Fn(&mut Item, &mut Policy, &mut Proof, &mut Trust, &mut Statuses)| {
            let (mut item, mut policy, mut proof) = (item(100, Some(200)), Policy::default(), Proof::default());
            let (mut trust, mut allow) = (Trust::default(), Statuses::default());
            change(&mut item, &mut policy, &mut proof, &mut trust, &mut allow);
            Acceptance { policy: &policy, proof: &proof, trust: &trust, allow_status: &allow }.takes(&item)
        };
        let at = Timestamp::from_seconds;
        let status = |item: &mut Item, code| item.download.as_mut().unwrap().http_code = Some(code);
        assert!(takes(&|_, _, _, _, _| ()));
        assert!(takes(&|_, p, _, _, _| p.newer_than = Some(at(200))), "the confirmation counts");
        assert!(!takes(&|_, p, _, _, _| p.newer_than = Some(at(201))));
        assert!(!takes(&|_, p, _, _, _| p.older_than = Some(at(100))), "only the creation counts");
        assert!(takes(&|_, p, _, _, _| p.older_than = Some(at(101))));
        assert!(!takes(&|i, _, _, _, _| status(i, 404)));
        assert!(takes(&|i, _, _, _, a| {
            status(i, 404);
            *a = Statuses::parse("4xx").unwrap();
        }));
        assert!(!takes(&|_, _, _, t, _| t.insecure = true), "trust is equal, not greater");
        assert!(!takes(&|_, _, p, _, _| p.size = Some(4)));
        assert!(!takes(&|_, _, p, _, _| p.max_size = Some(4)));
        let expect = |bytes: &[u8]| vec![Expected { digest: Digest::sha256(bytes), who_says: String::new() }];
        assert!(takes(&|_, _, p, _, _| p.digests = expect(b"hello")));
        assert!(!takes(&|_, _, p, _, _| p.digests = expect(b"other")));
        assert!(!takes(&|i, _, p, _, _| {
            i.download.as_mut().unwrap().length_verified = false;
            p.strict_length = true;
        }));
    }

    #[test]
    fn what_a_check_sends() {
        let both = Validators { etag: Some("\"a\"".into()), last_modified: Some("d".into()), date: None };
        let name = |method| conditions(&both, method).as_ref().map(method_name);
        assert_eq!(name(CheckMethod::Auto), Some("etag+modified"));
        assert_eq!(name(CheckMethod::Etag), Some("etag"));
        assert_eq!(name(CheckMethod::Modified), Some("modified"));
        assert_eq!(name(CheckMethod::Size), None);
        assert_eq!(conditions(&Validators::default(), CheckMethod::Auto), None);
    }
}
