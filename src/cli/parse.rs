//! The one parser: prepares a command, runs clap on it, and turns clap's errors into ours.

use super::args::values;
use super::hints;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};
use dl::error::{Error, Result};
use std::ffi::{OsStr, OsString};

/// A command as it is parsed: the last of two wins, and every flag takes `=false`.
pub(crate) fn prepare(command: Command) -> Command {
    command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args_override_self(true)
        .no_binary_name(true)
        .mut_args(|arg| if matches!(arg.get_action(), ArgAction::SetTrue) { taken_back(arg) } else { arg })
}

fn taken_back(flag: Arg) -> Arg {
    flag.action(ArgAction::Set)
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("true")
        .default_value("false")
        .value_parser(values::truth)
}

/// Whether an option takes no value of its own (a flag, or `-v`).
pub(crate) fn is_flag(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue) || arg.get_num_args().is_some_and(|n| n.min_values() == 0)
}

/// Whether an option may be given several times.
pub(crate) fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append) && !is_flag(arg)
}

/// Parses the arguments of a prepared command.
///
/// # Errors
/// Usage, in our words, with the `dl` spelling for habits of other tools.
pub(crate) fn parse(command: &mut Command, arguments: &[OsString]) -> Result<ArgMatches> {
    let options = arguments.iter().map_while(|a| a.to_str().filter(|a| *a != "--"));
    if let Some(error) = options.into_iter().find_map(hints::misread) {
        return Err(error);
    }
    command.try_get_matches_from_mut(arguments).map_err(|e| explain(&e, command))
}

/// Parses one setting that was not typed on the command line, alone.
///
/// # Errors
/// The message of what is wrong with it, without the option's name.
pub(crate) fn check_alone(option: &Arg, fragment: &OsStr) -> Result<(), String> {
    let mut command = Command::new("dl").no_binary_name(true).disable_help_flag(true).arg(option.clone());
    match command.try_get_matches_from_mut([fragment]) {
        Ok(_) => Ok(()),
        Err(e) => {
            let error = explain(&e, &command);
            let mut text = error.message().to_owned();
            for cause in error.causes() {
                text.push_str(": ");
                text.push_str(cause);
            }
            Err(text)
        }
    }
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(all) => Some(all.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Options whose values may be secret: a message does not repeat them.
const SECRET_VALUES: &[&str] = &["--user", "--header", "--proxy", "--data", "--data-json", "--form", "--form-string"];

/// clap's error in our words.
fn explain(error: &clap::Error, command: &Command) -> Error {
    let argument = text(error, ContextKind::InvalidArg).unwrap_or_default();
    let option = argument.split([' ', '=', '[']).next().unwrap_or_default().to_owned();
    let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => unknown(&option, command),
        ErrorKind::InvalidValue if value.is_empty() => Error::usage(format!("`{option}` needs a value"))
            .hint(format!("{argument}; an empty value is given as `{option}=`")),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let message = if SECRET_VALUES.contains(&option.as_str()) {
                format!("bad value for `{option}`")
            } else {
                format!("bad value `{value}` for `{option}`")
            };
            let known = text(error, ContextKind::ValidValue).unwrap_or_default();
            let why = std::error::Error::source(error).map(ToString::to_string);
            let mut told = Error::usage(message);
            if let Some(why) = why {
                told = told.cause(why);
            } else if !known.is_empty() {
                told = told.cause(format!("expected one of {known}"));
            }
            match hints::nearest(&value, known.split(", ").filter(|word| !word.is_empty())) {
                Some(near) => told.hint(format!("did you mean `{near}`?")),
                _ => told,
            }
        }
        ErrorKind::TooManyValues => Error::usage(format!("`{option}` takes no value `{value}`")),
        ErrorKind::InvalidUtf8 => Error::usage("an argument is not UTF-8"),
        _ => {
            let rendered = error.to_string();
            let first = rendered.lines().next().unwrap_or_default();
            Error::usage(first.strip_prefix("error: ").unwrap_or(first).to_owned())
        }
    }
}

fn unknown(option: &str, command: &Command) -> Error {
    if !option.starts_with('-') {
        return Error::usage(format!("`{option}` is one argument too many"))
            .hint(format!("dl {} --help", command.get_name()));
    }
    let told = Error::usage(format!("unknown option `{option}`"));
    if let Some(hint) = hints::habit(option) {
        return told.hint(hint);
    }
    let known: Vec<&str> = command.get_arguments().filter(|a| !a.is_hide_set()).filter_map(Arg::get_long).collect();
    match option.strip_prefix("--").and_then(|name| hints::nearest(name, known)) {
        Some(near) => told.hint(format!("did you mean `--{near}`?")),
        None => told.hint(format!("dl {} --help lists the options", command.get_name())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::args::Fetch;
    use super::*;
    use clap::{CommandFactory as _, FromArgMatches as _};

    fn fetch(words: &[&str]) -> Result<Fetch> {
        let mut command = prepare(Fetch::command());
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let matches = parse(&mut command, &words)?;
        Ok(Fetch::from_arg_matches(&matches).unwrap())
    }

    #[test]
    fn the_command_is_sound() {
        prepare(Fetch::command()).debug_assert();
    }

    #[test]
    fn flags_are_taken_back_and_the_last_wins() {
        let args = fetch(&["-kO", "--insecure=false", "--retry", "1", "--retry=7", "u"]).unwrap();
        assert!(!args.ask.insecure && args.place.remote_name);
        assert_eq!((args.travel.retry, args.ask.url), (Some(7), vec!["u".to_owned()]));
        assert!(fetch(&["--link=no", "--link"]).unwrap().place.link);
        assert_eq!(fetch(&["-vv", "-v"]).unwrap().global.loudness(), 3);
        assert_eq!(fetch(&["-vv", "--verbose=false", "-v"]).unwrap().global.loudness(), 1);
    }

    #[test]
    fn habits_of_curl_are_taken() {
        let args = fetch(&["-fsSL", "u", "-o", "x"]).unwrap();
        assert!(args.global.quiet);
        assert_eq!(args.ask.url.len(), 1);
        assert_eq!(fetch(&["-d", "-1", "u"]).unwrap().ask.data, ["-1"]);
    }

    #[test]
    fn errors_are_in_our_words() {
        let told = |words: &[&str]| {
            let error = fetch(words).unwrap_err();
            assert_eq!(error.kind(), dl::error::Kind::Usage);
            format!("{error} | {}", error.hint_text().unwrap_or_default())
        };
        assert_eq!(told(&["--retyr", "1"]), "unknown option `--retyr` | did you mean `--retry`?");
        assert!(told(&["--retry"]).starts_with("`--retry` needs a value"));
        assert_eq!(told(&["--retry=x"]), "bad value `x` for `--retry`: expected a whole number | ");
        assert!(told(&["--backend", "crul"]).contains("did you mean `curl`?"), "{}", told(&["--backend", "crul"]));
        assert!(told(&["-N", "u"]).contains("--refresh"));
        assert!(told(&["-x16", "u"]).contains("--connections 16"));
        assert!(told(&["--link=maybe"]).contains("expected `true` or `false`"));
        assert!(!told(&["--form", "hush"]).contains("hush"));
        assert!(told(&["--param", "a=b"]).contains("--key-param"));
    }
}
