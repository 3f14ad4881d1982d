//! One request of a walk: the address asked for, or where a redirect led; what is sent, and what it is looked up by.

use crate::cache::freshness::{Asked, Renewal};
use crate::cache::response::Holder;
use crate::descriptor::Key;
use crate::descriptor::audience::concealed;
use crate::digest::Digest;
use crate::error::Result;
use crate::manager::task::{Http, Task};
use crate::message::Request;
use crate::transfer::{self, request};
use std::time::Duration;
use url::Url;

/// One request.
#[derive(Debug)]
pub(super) struct Hop {
    /// What is sent, the cache's own directives included.
    pub(super) request: Request,
    /// What the rules are asked.
    pub(super) asked: Asked,
    /// What responses are found by.
    pub(super) holder: Holder,
    /// The address as it may be shown.
    pub(super) shown: String,
}

impl Hop {
    /// The request that leads from the task's own to this address. `salt` is asked for where something secret is sent.
    pub(super) fn new(
        task: &Task,
        http: Http,
        first: &Request,
        url: &Url,
        method: &str,
        salt: &dyn Fn() -> Result<Vec<u8>>,
    ) -> Result<Self> {
        let secrets = &task.travel.secrets;
        let mut request = request::onward(first, url, method);
        let sent = transfer::sent_fields(&request, task.travel.compressed);
        let audience = task.descriptor.audience(url, secrets);
        let salt = if audience.needs_salt(&sent, secrets) { salt()? } else { Vec::new() };
        let asked = Asked {
            method: method.to_owned(),
            fields: concealed(&sent, secrets, &salt),
            has_content: request.body.is_some(),
            decodes: task.travel.compressed,
            follows: task.travel.max_redirects.is_some(),
            renewal: http.renewal,
            // Any limit at all lets nothing stale be used unasked.
            max_age: if http.renewing { Some(Duration::MAX) } else { http.max_age },
            only_if_cached: task.policy.offline,
            stale_if_error: task.policy.stale_if_error,
        };
        let holder = Holder { credential: audience.credential(&salt), uri: audience.uri, trust: task.trust.clone() };
        direct(&mut request, http);
        Ok(Self { request, asked, holder, shown: secrets.redact_url(url) })
    }

    /// The name of the lock under which one command asks and others wait.
    pub(super) fn lock(&self) -> Key {
        let Holder { uri, credential, trust } = &self.holder;
        let fields: Vec<_> = self.asked.fields.iter().collect();
        let what = format!("{uri:?} {credential:?} {trust:?} {} {fields:?}", self.asked.method);
        Key(Digest::sha256(what.as_bytes()).hex())
    }
}

/// Tells caches on the way what the user wants, unless the user did (RFC 9111, 5.2.1).
fn direct(request: &mut Request, http: Http) {
    if request.fields.contains("cache-control") {
        return;
    }
    match (http.renewal, http.max_age) {
        (Renewal::Reload, _) => {
            request.fields.push("cache-control", "no-cache");
            request.fields.set("pragma", "no-cache");
        }
        (Renewal::Revalidate, _) => request.fields.push("cache-control", "max-age=0"),
        (Renewal::Usual, Some(most)) => request.fields.push("cache-control", format!("max-age={}", most.as_secs())),
        (Renewal::Usual, None) => {}
    }
}
