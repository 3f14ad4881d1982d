//! Stored responses that nobody needs: gone ones, expired ones that cannot be validated, unused ones, and those that go with
//! the last item of their content.

use crate::cache::clean::survey::Survey;
use crate::cache::clean::{Choices, Cleaned, Doomed, Found, Reason, What};
use crate::cache::registry::connection::Outcome;
use crate::cache::registry::response::{self, Light};
use crate::cache::registry::{Registry, change};
use crate::cache::remove::{Unneeded, sweep};
use crate::clock::Timestamp;
use crate::error::Result;
use rusqlite::Connection;

/// How many are read at a time.
const PAGE: usize = 512;

/// Finds those that the choices mean.
pub(crate) fn survey(registry: &Registry, choices: &Choices, now: Timestamp, survey: &mut Survey) -> Result<()> {
    let mut behind = 0;
    loop {
        let page = registry.read(|connection| response::light(connection, behind, PAGE))?;
        let Some(last) = page.last() else { return Ok(()) };
        behind = last.id;
        for light in page {
            if let Some(reason) = reason(registry, choices, now, &light) {
                registry.read(|connection| add(registry, connection, &light, reason, survey))?;
            }
        }
    }
}

fn reason(registry: &Registry, choices: &Choices, now: Timestamp, light: &Light) -> Option<Reason> {
    let is_gone = || light.digest.as_ref().is_some_and(|digest| !registry.folder().blob(digest).exists());
    if choices.missing && is_gone() {
        return Some(Reason::Missing);
    }
    if now.since(light.last_used) < choices.grace {
        return None;
    }
    let is_useless = light.fresh_until <= now && !light.has_validator;
    let is_unused = choices.max_age.is_some_and(|age| now.since(light.last_used) >= age);
    match (choices.versions && is_useless, is_unused) {
        (true, _) => Some(Reason::Expired),
        (_, true) => Some(Reason::MaxAge),
        _ => None,
    }
}

/// Those whose content no item has, expired ones first, then by use, while `more` says so.
pub(crate) fn unshared(
    registry: &Registry,
    choices: &Choices,
    now: Timestamp,
    survey: &mut Survey,
    more: &dyn Fn(&Survey) -> bool,
) -> Result<()> {
    if !more(survey) {
        return Ok(());
    }
    let mut all = Vec::new();
    let mut behind = 0;
    loop {
        let page = registry.read(|connection| response::light(connection, behind, PAGE))?;
        let Some(last) = page.last() else { break };
        behind = last.id;
        all.extend(page.into_iter().filter(|l| l.digest.is_some() && now.since(l.last_used) >= choices.grace));
    }
    all.sort_by_key(|light| (light.fresh_until > now, light.last_used));
    for light in all {
        if !more(survey) {
            return Ok(());
        }
        registry.read(|connection| {
            let is_shared = match &light.digest {
                Some(digest) => change::is_used_beside_responses(connection, digest)?,
                None => true,
            };
            if is_shared { Ok(()) } else { add(registry, connection, &light, Reason::MaxSize, survey) }
        })?;
    }
    Ok(())
}

/// One goes.
pub(crate) fn add(
    registry: &Registry,
    connection: &Connection,
    light: &Light,
    reason: Reason,
    survey: &mut Survey,
) -> Outcome<()> {
    if !survey.responses.insert(light.id) {
        return Ok(());
    }
    let mut bytes = 0;
    let mut path = registry.folder().path().to_owned();
    if let Some(digest) = &light.digest {
        path = registry.folder().blob(digest);
        let going = survey.response_contents.entry(digest.clone()).or_default();
        *going += 1;
        let is_last = response::users(connection, digest)? <= *going;
        if reason != Reason::Missing && is_last && !change::is_used_beside_responses(connection, digest)? {
            bytes = light.size;
        }
    }
    survey.bytes += bytes;
    let doomed = Doomed { reason, item: None, path, bytes };
    survey.found.push(Found { doomed, what: What::Response(light.id, light.last_used) });
    Ok(())
}

/// Removes those that were found and not used since.
pub(crate) fn remove(registry: &Registry, batch: &[Found], cleaned: &mut Cleaned) -> Result<()> {
    let gone = registry.write(|connection| {
        let mut gone = Vec::new();
        for (index, found) in batch.iter().enumerate() {
            let What::Response(id, last_used) = found.what else { continue };
            if response::last_used(connection, id)? == Some(last_used) {
                gone.push((index, response::remove(connection, &[id])?));
            }
        }
        Ok(gone)
    })?;
    let mut blobs = Vec::new();
    for (index, contents) in gone {
        blobs.extend(contents);
        cleaned.responses += 1;
        cleaned.doomed.push(batch[index].doomed.clone());
    }
    cleaned.bytes += sweep(registry, &Unneeded { versions: Vec::new(), blobs })?;
    Ok(())
}
