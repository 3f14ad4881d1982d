//! Whether a record answers, as a pure decision: what is known, what is asked, how old it is.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a command is run, or would be. Paths are as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is no record.
    NeverRun,
    /// Records are not used (`DL_RUN_DISABLED`, `--no-cache`).
    Disabled,
    /// It was asked for.
    Refresh,
    /// A dependency is not there.
    DepMissing(PathBuf),
    /// A dependency has other bytes, or came or went.
    DepChanged(PathBuf),
    /// A file that the run makes is not there.
    OutputMissing(PathBuf),
    /// A file that the run made has other bytes.
    OutputChanged(PathBuf),
    /// The record is too old.
    Expired,
    /// The last run failed.
    Failed,
}

impl Reason {
    /// Its name, as it stands in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NeverRun => "never-run",
            Self::Disabled => "disabled",
            Self::Refresh => "refresh",
            Self::DepMissing(_) => "dep-missing",
            Self::DepChanged(_) => "dep-changed",
            Self::OutputMissing(_) => "output-missing",
            Self::OutputChanged(_) => "output-changed",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// The path that it is about, if it is about one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::DepMissing(path) | Self::DepChanged(path) | Self::OutputMissing(path) | Self::OutputChanged(path) => {
                Some(path)
            }
            _ => None,
        }
    }

    /// A line for people.
    #[must_use]
    pub fn tell(&self) -> Cow<'static, str> {
        match self {
            Self::NeverRun => "it was never run".into(),
            Self::Disabled => "records are not used".into(),
            Self::Refresh => "--refresh".into(),
            Self::DepMissing(path) => format!("the dependency `{}` is missing", path.display()).into(),
            Self::DepChanged(path) => format!("the dependency `{}` changed", path.display()).into(),
            Self::OutputMissing(path) => format!("the output `{}` is missing", path.display()).into(),
            Self::OutputChanged(path) => format!("the output `{}` changed", path.display()).into(),
            Self::Expired => "the record is too old".into(),
            Self::Failed => "the last run failed".into(),
        }
    }
}

/// What is known of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// How old it is; `None`: there is none.
    pub age: Option<Duration>,
    /// Whether the command failed: in the record, or without one the last time.
    pub failed: bool,
    /// What is wrong with the dependencies.
    pub input: Option<Reason>,
    /// A file that must be there and is not, or was never kept: only another run makes it.
    pub unmade: Option<Reason>,
    /// A file that is kept, and is missing or changed: it can be restored.
    pub output: Option<Reason>,
}

/// What is asked of it: the part of the terms that decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// How old it may be.
    pub ttl: Option<Duration>,
    /// For so long after that it is replayed, and renewed.
    pub stale: Option<Duration>,
    /// Whether failures are replayed.
    pub cache_failures: bool,
    /// Whether it is run in any case.
    pub refresh: bool,
    /// Whether records are not used.
    pub disabled: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Replay it; what is named must be restored first.
    Replay(Option<Reason>),
    /// Replay it all the same, and renew it.
    Stale(Option<Reason>),
    /// Run it.
    Run(Reason),
}

/// Decides. What makes another run necessary is told before what can be restored.
#[must_use]
pub fn decide(facts: &Facts, asked: &Asked) -> Verdict {
    if asked.disabled {
        return Verdict::Run(Reason::Disabled);
    }
    if asked.refresh {
        return Verdict::Run(Reason::Refresh);
    }
    let Some(age) = facts.age else {
        return Verdict::Run(if facts.failed { Reason::Failed } else { Reason::NeverRun });
    };
    if facts.failed && !asked.cache_failures {
        return Verdict::Run(Reason::Failed);
    }
    if let Some(reason) = facts.input.clone().or_else(|| facts.unmade.clone()) {
        return Verdict::Run(reason);
    }
    match asked.ttl {
        Some(ttl) if age >= ttl => match asked.stale {
            Some(stale) if age < ttl.saturating_add(stale) => Verdict::Stale(facts.output.clone()),
            _ => Verdict::Run(Reason::Expired),
        },
        _ => Verdict::Replay(facts.output.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reason() -> impl Strategy<Value = Option<Reason>> {
        prop_oneof![
            Just(None),
            Just(Some(Reason::DepChanged("a".into()))),
            Just(Some(Reason::OutputMissing("b".into()))),
        ]
    }

    fn seconds(to: u64) -> impl Strategy<Value = Option<Duration>> {
        prop::option::of((0..to).prop_map(Duration::from_secs))
    }

    proptest! {
        /// Every state of a record against every question.
        #[test]
        fn a_record_answers_only_if_all_holds(
            age in seconds(20), failed: bool, input in reason(), unmade in reason(), output in reason(),
            ttl in seconds(20), stale in seconds(20), cache_failures: bool, refresh: bool, disabled: bool,
        ) {
            let facts = Facts { age, failed, input: input.clone(), unmade: unmade.clone(), output: output.clone() };
            let asked = Asked { ttl, stale, cache_failures, refresh, disabled };
            let is_sound = age.is_some() && input.is_none() && unmade.is_none() && (!failed || cache_failures);
            let is_young = ttl.is_none_or(|ttl| age.is_some_and(|age| age < ttl));
            let is_nearly = ttl.is_some_and(|ttl| age.is_some_and(|age| stale.is_some_and(|s| age < ttl + s)));
            let wanted = !refresh && !disabled && is_sound;
            match decide(&facts, &asked) {
                Verdict::Replay(restore) => prop_assert!(wanted && is_young && restore == output),
                Verdict::Stale(restore) => prop_assert!(wanted && !is_young && is_nearly && restore == output),
                Verdict::Run(why) => {
                    prop_assert!(!(wanted && (is_young || is_nearly)), "{why:?}");
                    prop_assert_eq!(why == Reason::Expired, wanted && !is_young && !is_nearly);
                    prop_assert_eq!(why == Reason::NeverRun, age.is_none() && !failed && !refresh && !disabled);
                }
            }
        }
    }
}
