//! The face: what a person types and reads. It finds the command, lets it run, and turns its outcome into an exit code.

mod args;
mod commands;
mod context;
mod help;
mod hints;
mod input;
mod meaning;
mod memory;
mod output;
mod parse;
mod progress;
mod report;
mod settings;
mod signals;
mod trailing;
mod verbs;

use args::Global;
use args::values::Color;
use clap::{Args as _, CommandFactory as _, FromArgMatches};
use context::Context;
use dl::error::{Error, Result};
use output::{Manner, Output};
use settings::{Layers, Setting, Typed, fold};
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use verbs::{Meant, Verb};

/// Runs the command that the process was given.
pub(crate) fn run() -> ExitCode {
    memory::share(usize::MAX);
    let context = Context::of_process();
    let typed: Vec<OsString> = std::env::args_os().skip(1).collect();
    let trailing::Marked { arguments, runs } = trailing::mark(typed, || parse::prepare(args::run::Run::command()));
    let as_json = wants_json(&arguments);
    let code_of = |error: &Error| if runs { commands::run::exit_code(error) } else { error.kind().exit_code() };
    let output = Arc::new(Output::new(manner(&context, None)));
    let outcome = dispatch(&context, &output, &arguments);
    let shown = match outcome {
        Ok(code) => Ok(code),
        Err(error) => report::failure_as(&output, &error, code_of(&error), as_json).map(|()| code_of(&error)),
    };
    output.clear_bars();
    if output.was_closed() {
        signals::end_by_closed_pipe();
    }
    // Standard output itself failed: there is nowhere to say more than this.
    let code = shown.unwrap_or_else(|error| {
        output.error(&error);
        code_of(&error)
    });
    ExitCode::from(code)
}

/// Whether the failure of the parser itself is to be told as JSON.
fn wants_json(arguments: &[OsString]) -> bool {
    let words = arguments.iter().filter_map(|a| a.to_str()).take_while(|a| *a != "--");
    words.fold(false, |wanted, word| match word.strip_prefix("--json") {
        Some("") => true,
        Some(value) => value.strip_prefix('=').map_or(wanted, |v| args::values::truth(v).unwrap_or(wanted)),
        None => wanted,
    })
}

/// How loud and how colorful, by what is known.
fn manner(context: &Context, global: Option<&Global>) -> Manner {
    let color = |is_terminal: bool| match global.and_then(|g| g.color) {
        Some(Color::Always) => true,
        Some(Color::Never) => false,
        Some(Color::Auto) | None => {
            let forced = context.variable("CLICOLOR_FORCE").is_some_and(|v| v != "0");
            let dumb = context.variable("TERM").is_some_and(|v| v == "dumb");
            context.variable("NO_COLOR").is_none() && (forced || (is_terminal && !dumb))
        }
    };
    Manner {
        quiet: global.is_some_and(|g| g.quiet),
        loudness: global.map_or(0, Global::loudness),
        explain: false,
        color_stderr: color(context.stderr_is_terminal),
        color_stdout: color(context.stdout_is_terminal),
        stdout_is_terminal: context.stdout_is_terminal,
    }
}

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    pub(crate) context: &'a Context,
    pub(crate) output: Arc<Output>,
    pub(crate) typed: Typed,
}

impl Session<'_> {
    /// Everything below the command line.
    ///
    /// # Errors
    /// Usage: a config file that is wrong.
    pub(crate) fn layers(&self) -> Result<Layers> {
        Layers::load(self.context, &self.typed)
    }

    /// The options of every command, folded; from here on the printer follows them.
    ///
    /// # Errors
    /// Usage, naming where the bad one stands.
    pub(crate) fn settle(&self) -> Result<(Global, Layers)> {
        let layers = self.layers()?;
        let all: [&[Setting]; 2] = [&layers.environment, &layers.file];
        let folded = fold(&self.typed, &all)?;
        let global = Global::from_arg_matches(&folded.matches).map_err(|e| Error::usage(e.to_string()))?;
        self.adopt(&global, false);
        Ok((global, layers))
    }

    /// Where the cache is and how it is opened.
    ///
    /// # Errors
    /// Usage: no folder for it is known.
    pub(crate) fn cache_options(&self, global: &Global) -> Result<dl::cache::Options> {
        let folder = global.cache_dir.clone().or_else(|| self.context.cache_folder()).ok_or_else(|| {
            Error::usage("no folder for the cache is known: HOME is not set, and the account has no home")
                .hint("--cache-dir DIR, or DL_CACHE_DIR")
        })?;
        let mut options = dl::cache::Options::new(std::path::absolute(&folder).unwrap_or(folder));
        options.multi_user = global.cache_shared;
        options.lock_timeout = global.lock_timeout.unwrap_or(options.lock_timeout);
        Ok(options)
    }

    /// The printer follows these options.
    pub(crate) fn adopt(&self, global: &Global, explain: bool) {
        self.output.set_manner(Manner { explain, ..manner(self.context, Some(global)) });
    }

    /// The values of a typed option or argument.
    pub(crate) fn args<T: FromArgMatches>(&self) -> Result<T> {
        from(&self.typed)
    }
}

fn dispatch(context: &Context, output: &Arc<Output>, arguments: &[OsString]) -> Result<u8> {
    match verbs::detect(arguments)? {
        Meant::Verb(verb, arguments) => run_verb(context, output, verb, arguments),
        Meant::Nothing(arguments) => {
            let typed = Typed::new(parse::prepare(args::Top::command()), arguments)?;
            let top: args::Top = from(&typed)?;
            let global = top.global;
            output.set_manner(manner(context, Some(&global)));
            if top.version {
                return commands::version::run(output, global.json);
            }
            if global.help {
                return output.help(&help::whole()).map(|()| 0);
            }
            if global.short_help {
                return output.bytes(help::DL.as_bytes()).map(|()| 0);
            }
            Err(Error::usage("nothing to do: a URL or a command is missing").hint("dl -h"))
        }
        Meant::Group(group, arguments) => {
            let typed = Typed::new(parse::prepare(Global::augment_args(clap::Command::new(group))), arguments)?;
            let global: Global = from(&typed)?;
            output.set_manner(manner(context, Some(&global)));
            if global.help || global.short_help {
                return output.help(&help::group(group)).map(|()| 0);
            }
            Err(Error::usage(format!("`dl {group}` needs a command")).hint(format!("dl {group} -h")))
        }
    }
}

/// What was typed, as a type.
fn from<T: FromArgMatches>(typed: &Typed) -> Result<T> {
    T::from_arg_matches(&typed.matches).map_err(|e| Error::usage(e.to_string()))
}

fn run_verb(context: &Context, output: &Arc<Output>, verb: &'static Verb, arguments: Vec<OsString>) -> Result<u8> {
    let typed = Typed::new(verb.parser(), arguments)?;
    let said = |id: &str| typed.has(id) && typed.matches.try_get_one::<bool>(id).ok().flatten() == Some(&true);
    if said("help") || said("short_help") {
        let global: Global = from(&typed)?;
        output.set_manner(manner(context, Some(&global)));
        let text = if said("help") { help::long(verb) } else { help::short(verb) };
        return output.help(&text).map(|()| 0);
    }
    let session = Session { context, output: Arc::clone(output), typed };
    (verb.run)(&session)
}
