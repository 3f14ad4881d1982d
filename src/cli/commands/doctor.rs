//! `dl doctor`: what works here, and what does not.

use super::version::Backends;
use crate::cli::args::kv::Whole;
use crate::cli::args::{Fetch, Global};
use crate::cli::meaning::{sharing, store, travel};
use crate::cli::settings::{self, Layers, Setting, fold};
use crate::cli::{Session, parse};
use clap::{CommandFactory as _, FromArgMatches as _};
use dl::error::{Error, Result};
use dl::transfer::job::Tls;
use serde_json::json;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a store is waited for: a doctor tells what is so now.
const STORE_TIMEOUT: Duration = Duration::from_secs(3);

/// What one check came to.
struct Finding {
    name: &'static str,
    ok: bool,
    text: String,
    hint: Option<String>,
}

impl Finding {
    fn good(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, ok: true, text: text.into(), hint: None }
    }

    fn bad(name: &'static str, error: &Error) -> Self {
        Self { name, ok: false, text: error.to_string(), hint: error.hint_text().map(str::to_owned) }
    }
}

/// Looks at everything; exit 1 if anything does not work.
///
/// # Errors
/// Usage: the settings themselves are wrong.
pub(crate) fn run(session: &Session<'_>) -> Result<u8> {
    let (global, layers) = session.settle()?;
    let typed = settings::Typed::new(parse::prepare(Fetch::command()), session.typed.arguments.clone())?;
    let environment = settings::environment(session.context, &typed.command.borrow());
    let all: [&[Setting]; 2] = [&environment, &layers.file];
    let args = Fetch::from_arg_matches(&fold(&typed, &all)?.matches).map_err(|e| Error::usage(e.to_string()))?;

    let mut findings = vec![match &layers.path {
        Some(path) => Finding::good("config", path.display().to_string()),
        None => Finding::good("config", "no config file; the defaults hold"),
    }];
    findings.push(match session.cache_options(&global) {
        Ok(options) => cache(&options),
        Err(error) => Finding::bad("cache", &error),
    });
    findings.push(match travel::options(&args, travel::TypedTrust::default(), &layers.secrets(), session.context) {
        Ok((options, _)) => roots(&options.tls),
        Err(error) => Finding::bad("tls", &error),
    });
    findings.push(match travel::shown_proxies(&args.ask, session.context) {
        Ok(proxies) if proxies.is_empty() => Finding::good("proxies", "none"),
        Ok(proxies) => {
            let all: Vec<String> = proxies.iter().map(|(scheme, proxy)| format!("{scheme} by {proxy}")).collect();
            Finding::good("proxies", all.join(", "))
        }
        Err(error) => Finding::bad("proxies", &error),
    });
    findings.extend(shared(session, &global, &layers));
    let backends = Backends::ask();
    let versions =
        format!("reqwest {}, libcurl {} ({})", super::version::REQWEST_VERSION, backends.curl, backends.curl_tls);
    findings.push(Finding::good("backends", versions));
    findings.push(stores(session)?);

    let ok = findings.iter().all(|f| f.ok);
    if global.json {
        let checks: Vec<_> =
            findings.iter().map(|f| json!({ "name": f.name, "ok": f.ok, "text": f.text, "hint": f.hint })).collect();
        session.output.json(&json!({ "schema": 1, "ok": ok, "checks": checks }))?;
    } else {
        for finding in &findings {
            let mark = if finding.ok { "ok " } else { "BAD" };
            session.output.result(format!("{mark}  {:<9} {}", finding.name, finding.text).as_bytes())?;
            if let Some(hint) = &finding.hint {
                session.output.result(format!("     {:<9} hint: {hint}", "").as_bytes())?;
            }
        }
    }
    Ok(u8::from(!ok))
}

/// Whether the shared store answers, and what is believed of it; nothing where there is none.
fn shared(session: &Session<'_>, global: &Global, layers: &Layers) -> Option<Finding> {
    let shared = match sharing::shared(session, global, layers) {
        Ok(shared) => shared?,
        Err(error) => return Some(Finding::bad("shared", &error)),
    };
    Some(match shared.ping() {
        Err(error) => Finding::bad("shared", &error),
        Ok(()) if shared.salt().is_some() => {
            Finding::good("shared", format!("{}; only what is signed with the secret is believed", shared.shown()))
        }
        Ok(()) => {
            let text = "without a secret it is trusted for which digest a URL has, never for the bytes";
            Finding::good("shared", format!("{}; {text}", shared.shown()))
        }
    })
}

/// Which stores are built in, and whether the one that is configured answers.
fn stores(session: &Session<'_>) -> Result<Finding> {
    let built_in = super::version::told_stores();
    let typed = settings::Typed::new(parse::prepare(Whole::command()), session.typed.arguments.clone())?;
    let session = Session { context: session.context, output: Arc::clone(&session.output), typed };
    let mut args: Whole = store::args(&session)?;
    if args.which.store.is_none() {
        return Ok(Finding::good("stores", built_in));
    }
    args.which.connect_timeout.get_or_insert(STORE_TIMEOUT);
    args.which.stall_timeout.get_or_insert(STORE_TIMEOUT);
    let answered = store::store(&session, &args.which, &args.global).and_then(|store| {
        store.ping()?;
        Ok(store.shown().to_owned())
    });
    Ok(match answered {
        Ok(shown) => Finding::good("stores", format!("{built_in}; `{shown}` answers")),
        Err(error) => Finding::bad("stores", &error),
    })
}

/// Whether the cache can be written, and by nobody else.
fn cache(options: &dl::cache::Options) -> Finding {
    let (folder, shared) = (options.folder.as_path(), options.multi_user);
    let shown = folder.display();
    let unsafe_cache = |why: String| {
        let error = Error::new(dl::error::Kind::Cache, "unsafe_cache", why);
        Finding::bad("cache", &error.hint("--cache-dir DIR, or --cache-shared for a group's cache"))
    };
    let mut existing = folder;
    while !existing.exists() {
        let Some(parent) = existing.parent() else { break };
        existing = parent;
    }
    let existing = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
    if existing == folder
        && let Ok(metadata) = std::fs::metadata(folder)
    {
        let me = rustix::process::geteuid().as_raw();
        if metadata.uid() != me && me != 0 && !shared {
            return unsafe_cache(format!("`{shown}` belongs to another user"));
        }
        if metadata.permissions().mode() & 0o022 != 0 && !shared {
            return unsafe_cache(format!("others can write to `{shown}`"));
        }
    }
    if rustix::fs::access(existing, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_err() {
        let error = Error::new(dl::error::Kind::Disk, "permission_denied", format!("`{shown}` cannot be written"));
        return Finding::bad("cache", &error.hint("--cache-dir DIR"));
    }
    let free = rustix::fs::statvfs(existing).map_or(0, |s| s.f_bavail.saturating_mul(s.f_frsize));
    Finding::good("cache", format!("{shown} ({} free)", dl::clock::show_size(free)))
}

/// Whether there are roots to trust.
fn roots(tls: &Tls) -> Finding {
    if tls.insecure {
        let error = Error::usage("certificates are not verified (`insecure`)");
        return Finding::bad("tls", &error.hint("take `insecure` out of the config file or DL_INSECURE"));
    }
    match dl::transfer::count_roots(tls) {
        Ok(count) if tls.roots.is_some() => Finding::good("tls", format!("{count} roots of your own")),
        Ok(count) => Finding::good("tls", format!("{count} roots of the system")),
        Err(error) => Finding::bad("tls", &error),
    }
}
