//! The commands: their names and aliases, and which one a command line means.

mod artifact;
mod cache;
mod kv;
mod top;

use super::args::{Global, Top};
use super::{commands, hints, parse};
use clap::{Args as _, Command, CommandFactory as _};
use dl::error::{Error, Result};
use std::ffi::OsString;

/// One command.
pub(crate) struct Verb {
    /// Its words, such as `cache ls`.
    pub(crate) words: &'static [&'static str],
    /// Other names of its last word.
    pub(crate) aliases: &'static [&'static str],
    /// What it does, in a line.
    pub(crate) about: &'static str,
    /// Examples, for `--help`.
    pub(crate) examples: &'static str,
    /// Its options.
    options: fn() -> Command,
    /// Does it.
    pub(crate) run: commands::Run,
}

impl std::fmt::Debug for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words.join(" "))
    }
}

/// All of them, the most used first.
pub(crate) fn all() -> impl Iterator<Item = &'static Verb> {
    [top::VERBS, cache::VERBS, artifact::VERBS, kv::VERBS].into_iter().flatten()
}

/// What the groups are about.
pub(crate) const GROUPS: &[(&str, &str)] = &[
    ("cache", "What is stored"),
    ("blob", "Contents by their hash"),
    ("manifest", "Self-describing artifacts: datasets, models"),
    ("kv", "One key-value interface over many stores"),
    ("config", "Settings"),
];

impl Verb {
    /// The words as they are typed.
    pub(crate) fn name(&self) -> String {
        self.words.join(" ")
    }

    /// The command as it is parsed.
    pub(crate) fn parser(&self) -> Command {
        parse::prepare(self.described())
    }

    /// The command as it is shown in help, manual and completions.
    pub(crate) fn described(&self) -> Command {
        let mut command = (self.options)().about(self.about).disable_help_flag(true).disable_version_flag(true);
        if !self.examples.is_empty() {
            command = command.after_long_help(format!("Examples:\n{}", self.examples));
        }
        command.name(self.name())
    }

    fn is_called(&self, word: &str) -> bool {
        self.words.last() == Some(&word) || self.aliases.contains(&word)
    }
}

/// What a command line means.
#[derive(Debug)]
pub(crate) enum Meant {
    /// A command with its arguments, options from before the verb in front.
    Verb(&'static Verb, Vec<OsString>),
    /// No command, only options (`-h`, `--help`, `--version`, or nothing at all).
    Nothing(Vec<OsString>),
    /// The name of a group alone.
    Group(&'static str, Vec<OsString>),
}

/// Finds the verb: global options are skipped from the left; if what follows is a verb it is the verb, else `fetch`
/// is meant. A lone word without `:` that is no verb is an error.
///
/// # Errors
/// Usage, naming the nearest verb.
pub(crate) fn detect(arguments: &[OsString]) -> Result<Meant> {
    let globals = Global::augment_args(Command::new("dl"));
    let start = skip_options(&globals, arguments, 0);
    if arguments.get(start).is_some_and(|word| word == "--version" || word == "-V") {
        return Ok(Meant::Nothing(arguments.to_vec()));
    }
    let Some(word) = arguments.get(start) else {
        return Ok(Meant::Nothing(arguments.to_vec()));
    };
    let word = word.to_string_lossy();
    if word.contains(':') || word.starts_with(['-', '{', '[']) || word.contains(['/', '.']) {
        return Ok(Meant::Verb(&top::VERBS[0], arguments.to_vec()));
    }
    let joined = |to: usize| [&arguments[..start], &arguments[to..]].concat();
    if word == "help" {
        return help_on(&arguments[start + 1..]);
    }
    if let Some(verb) = all().find(|v| v.words.len() == 1 && v.is_called(&word)) {
        return Ok(Meant::Verb(verb, joined(start + 1)));
    }
    let Some((group, _)) = GROUPS.iter().find(|(name, _)| *name == word) else {
        return Err(no_verb(&word));
    };
    // Options of the group's commands may stand before the command, too.
    let has_options = arguments.get(start + 1).is_some_and(|word| word.as_encoded_bytes().starts_with(b"-"));
    let known = if has_options { of_group(globals, group) } else { globals };
    let next = skip_options(&known, arguments, start + 1);
    let before = [&arguments[..start], &arguments[start + 1..next]].concat();
    let Some(word) = arguments.get(next) else {
        return Ok(Meant::Group(group, before));
    };
    let word = word.to_string_lossy();
    if word == "help" {
        return Ok(Meant::Group(group, vec!["--help".into()]));
    }
    match all().find(|v| v.words.len() == 2 && v.words[0] == *group && v.is_called(&word)) {
        Some(verb) => Ok(Meant::Verb(verb, [&before, &arguments[next + 1..]].concat())),
        None => Err(no_verb_in(group, &word)),
    }
}

/// The global options, and those of all commands of a group.
fn of_group(globals: Command, group: &str) -> Command {
    all().filter(|verb| verb.words[0] == group).fold(globals, |known, verb| {
        let options = (verb.options)();
        let is_new =
            |arg: &&clap::Arg| !arg.is_positional() && known.get_arguments().all(|k| k.get_id() != arg.get_id());
        let more: Vec<clap::Arg> = options.get_arguments().filter(is_new).cloned().collect();
        known.args(more)
    })
}

/// `dl help`, `dl help VERB`.
fn help_on(words: &[OsString]) -> Result<Meant> {
    let mut arguments = words.to_vec();
    arguments.push("--help".into());
    if words.first().is_some_and(|w| w == "help") {
        return Ok(Meant::Nothing(vec!["--help".into()]));
    }
    detect(&arguments)
}

fn no_verb(word: &str) -> Error {
    let names = all().filter(|v| v.words.len() == 1).flat_map(|v| v.words.iter().chain(v.aliases));
    let names = names.copied().chain(GROUPS.iter().map(|(name, _)| *name));
    let error = Error::usage(format!("`{word}` is neither a command nor a URL"));
    match hints::nearest(word, names) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("a URL begins with its scheme, such as https://; `dl -h` lists the commands"),
    }
}

fn no_verb_in(group: &str, word: &str) -> Error {
    let verbs: Vec<&str> = all().filter(|v| v.words[0] == group).map(|v| v.words[1]).collect();
    let error = Error::usage(format!("`dl {group}` has no command `{word}`: expected one of {}", verbs.join(", ")));
    match hints::nearest(word, verbs) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("dl {group} -h")),
    }
}

/// Where the first word stands that is no global option and no value of one.
fn skip_options(globals: &Command, arguments: &[OsString], from: usize) -> usize {
    let mut at = from;
    while let Some(word) = arguments.get(at) {
        match global_option(globals, &word.to_string_lossy()) {
            Some(true) => at += 2,
            Some(false) => at += 1,
            None => break,
        }
    }
    at.min(arguments.len())
}

/// Whether the word is a global option (or several short ones), and whether the next word is its value.
fn global_option(globals: &Command, word: &str) -> Option<bool> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, has_value) = long.split_once('=').map_or((long, false), |(name, _)| (name, true));
        let arg = globals
            .get_arguments()
            .find(|a| a.get_long() == Some(name) || a.get_all_aliases().is_some_and(|all| all.contains(&name)))?;
        return Some(!has_value && !parse::is_flag(arg));
    }
    let cluster = word.strip_prefix('-').filter(|c| !c.is_empty())?;
    let known = |c: char| {
        globals.get_arguments().any(|a| {
            parse::is_flag(a)
                && (a.get_short() == Some(c) || a.get_all_short_aliases().is_some_and(|all| all.contains(&c)))
        })
    };
    let letters = cluster.split('=').next().unwrap_or_default();
    letters.chars().all(known).then_some(false)
}

/// The whole command line as a tree, for help, manual and completions.
pub(crate) fn tree() -> Command {
    let mut root = Top::command()
        .about("Fetch files the way reproducible work needs them: cached, verified, recorded")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true);
    let mut singles = all().filter(|v| v.words.len() == 1).map(|v| v.described().visible_aliases(v.aliases));
    // `fetch` stands first, being what `dl` is for.
    root = root.subcommands(singles.next());
    for (group, about) in GROUPS {
        let members: Vec<Command> = all()
            .filter(|v| v.words.len() == 2 && v.words[0] == *group)
            .map(|v| v.described().name(v.words[1]).visible_aliases(v.aliases))
            .collect();
        if !members.is_empty() {
            let group = Command::new(*group).about(*about).disable_help_flag(true).disable_help_subcommand(true);
            root = root.subcommand(group.subcommands(members));
        }
    }
    root.subcommands(singles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(words: &[&str]) -> String {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let rest =
            |rest: Vec<OsString>| rest.iter().map(|a| a.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ");
        match detect(&words) {
            Ok(Meant::Verb(verb, arguments)) => format!("{}: {}", verb.name(), rest(arguments)),
            Ok(Meant::Nothing(arguments)) => format!("nothing: {}", rest(arguments)),
            Ok(Meant::Group(group, arguments)) => format!("group {group}: {}", rest(arguments)),
            Err(e) => format!("{e} | {}", e.hint_text().unwrap_or_default()),
        }
    }

    #[test]
    fn the_verb_is_found() {
        assert_eq!(meant(&["https://h/x", "-O"]), "fetch: https://h/x -O");
        assert_eq!(meant(&["fetch", "https://h/x"]), "fetch: https://h/x");
        assert_eq!(meant(&["get", "u:1"]), "fetch: u:1");
        assert_eq!(
            meant(&["-q", "--cache-dir", "/c", "-v", "download", "-v", "u:1"]),
            "fetch: -q --cache-dir /c -v -v u:1"
        );
        assert_eq!(meant(&["--config=x", "config", "--json", "show"]), "config show: --config=x --json");
        assert_eq!(meant(&["-O", "fetch"]), "fetch: -O fetch");
        assert_eq!(meant(&["--", "fetch"]), "fetch: -- fetch");
        assert_eq!(meant(&["-qv", "man"]), "man: -qv");
        assert_eq!(meant(&["example.org/x"]), "fetch: example.org/x");
        assert_eq!(meant(&["--json", "{\"a\":1}", "u:1"]), "fetch: --json {\"a\":1} u:1");
        assert_eq!(meant(&["-h"]), "nothing: -h");
        assert_eq!(meant(&[]), "nothing: ");
        assert_eq!(meant(&["config"]), "group config: ");
        assert_eq!(meant(&["help", "man"]), "man: --help");
        assert_eq!(meant(&["help"]), "nothing: --help");
        assert_eq!(meant(&["cache", "help"]), "group cache: --help");
        assert_eq!(meant(&["cache", "list", "--all"]), "cache ls: --all");
        assert_eq!(meant(&["--version"]), "nothing: --version");
    }

    #[test]
    fn a_lone_word_names_the_nearest_verb() {
        assert_eq!(meant(&["ftech"]), "`ftech` is neither a command nor a URL | did you mean `fetch`?");
        assert!(meant(&["-q", "ftech", "https://h/x"]).contains("did you mean `fetch`?"));
        assert!(meant(&["config", "shwo"]).contains("did you mean `show`?"));
        assert!(meant(&["frobnicate"]).contains("https://"));
    }

    #[test]
    fn the_tree_is_sound() {
        tree().debug_assert();
        for verb in all() {
            verb.parser().debug_assert();
        }
    }
}
