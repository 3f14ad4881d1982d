//! Where the words of another command begin: `dl run -q ls -l` means `ls -l`, and `-l` is none of our options.

use super::args::Global;
use super::parse;
use clap::{Arg, ArgAction, Args as _, Command};
use std::ffi::OsString;

/// A command line whose foreign words stand behind a `--`, so that nobody takes them for ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Marked {
    /// The words, with the `--`.
    pub(crate) arguments: Vec<OsString>,
    /// Whether they run a command, and its failures have the codes of one (125 to 127).
    pub(crate) runs: bool,
}

/// Marks where the command of `dl run` begins.
pub(crate) fn mark(mut arguments: Vec<OsString>, run: impl FnOnce() -> Command) -> Marked {
    if !arguments.iter().any(|word| word == "run") {
        return Marked { arguments, runs: false };
    }
    let start = first_word(&Global::augment_args(Command::new("dl")), &arguments, 0);
    if arguments.get(start).is_none_or(|word| word != "run") {
        return Marked { arguments, runs: false };
    }
    let begin = first_word(&run(), &arguments, start + 1);
    let runs = !arguments[..begin].iter().any(|word| word == "--check" || word == "--check=true");
    if arguments.get(begin).is_some_and(|word| word != "--") {
        arguments.insert(begin, "--".into());
    }
    Marked { arguments, runs }
}

/// Where the first word stands that is no option and no value of one, or `--`.
fn first_word(command: &Command, arguments: &[OsString], from: usize) -> usize {
    let mut at = from;
    while let Some(word) = arguments.get(at) {
        let word = word.to_string_lossy();
        let Some(option) = word.strip_prefix('-').filter(|rest| !rest.is_empty() && *rest != "-") else { break };
        at += 1;
        let Some(long) = option.strip_prefix('-') else { continue };
        let is_called =
            |arg: &&Arg| arg.get_long() == Some(long) || arg.get_all_aliases().is_some_and(|all| all.contains(&long));
        // With `=`, or unknown: it stands alone, and the parser says what is wrong with it.
        let Some(arg) = command.get_arguments().find(is_called) else { continue };
        if arg.get_num_args().is_some_and(|n| n.max_values() > 1) {
            let is_value = |word: &OsString| !word.as_encoded_bytes().starts_with(b"-");
            at += arguments[at..].iter().take_while(|word| is_value(word)).count();
        } else if !parse::is_flag(arg) && !matches!(arg.get_action(), ArgAction::SetTrue) {
            at += 1;
        }
    }
    at.min(arguments.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn marked(words: &str) -> (String, bool) {
        let words = words.split(' ').map(OsString::from).collect();
        let marked = mark(words, || parse::prepare(crate::cli::args::run::Run::command()));
        let text: Vec<_> = marked.arguments.iter().map(|word| word.to_string_lossy()).collect();
        (text.join(" "), marked.runs)
    }

    #[test]
    fn the_first_word_that_is_no_option_begins_the_command() {
        for (typed, meant) in [
            ("run ls -l", "run -- ls -l"),
            ("-q --cache-dir c run -v ls --json", "-q --cache-dir c run -v -- ls --json"),
            ("run --dep a --ttl 5m --refresh ls --dep b", "run --dep a --ttl 5m --refresh -- ls --dep b"),
            ("run --dep=a --verbose ls", "run --dep=a --verbose -- ls"),
            ("run -- git log -- file", "run -- git log -- file"),
            ("run git log -- file", "run -- git log -- file"),
            ("run --dependencies a b -- make -j4", "run --dependencies a b -- make -j4"),
            ("run --dependencies a b --output-files c -- make", "run --dependencies a b --output-files c -- make"),
            ("run --dependencies a --refresh make", "run --dependencies a --refresh -- make"),
            ("run --nonsense ls", "run --nonsense -- ls"),
            ("run --refresh=false sort -x16", "run --refresh=false -- sort -x16"),
            ("run - x", "run -- - x"),
            ("run --dep", "run --dep"),
        ] {
            assert_eq!(marked(typed), (meant.to_owned(), true), "{typed}");
        }
        assert_eq!(marked("run --check ls"), ("run --check -- ls".to_owned(), false));
        assert_eq!(marked("run ls --check"), ("run -- ls --check".to_owned(), true));
        for other in ["cache ls --label run", "fetch run", "--config run cache ls"] {
            assert_eq!(marked(other), (other.to_owned(), false));
        }
    }
}
