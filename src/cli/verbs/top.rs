//! The commands that stand alone, and those about settings. `fetch` is the first.

use super::Verb;
use crate::cli::args::run::Run;
use crate::cli::args::{Completions, Fetch, Man, Plain};
use crate::cli::commands;
use clap::CommandFactory as _;

pub(super) const VERBS: &[Verb] = &[
    Verb {
        words: &["fetch"],
        aliases: &["get", "download"],
        about: "Fetch URLs: cached, verified, recorded",
        examples: commands::fetch::EXAMPLES,
        options: Fetch::command,
        run: commands::fetch::run,
    },
    Verb {
        words: &["config", "show"],
        aliases: &[],
        about: "The settings that hold, and where each came from",
        examples: "  dl config show\n  DL_RETRY=1 dl config show --json",
        options: Plain::command,
        run: commands::config::show,
    },
    Verb {
        words: &["config", "path"],
        aliases: &[],
        about: "Where the config file is",
        examples: "  $EDITOR \"$(dl config path)\"",
        options: Plain::command,
        run: commands::config::path,
    },
    Verb {
        words: &["config", "check"],
        aliases: &[],
        about: "Whether the config file is right",
        examples: "  dl config check --config ci/dl.toml",
        options: Plain::command,
        run: commands::config::check,
    },
    Verb {
        words: &["doctor"],
        aliases: &[],
        about: "What works here: cache, TLS roots, proxies, backends",
        examples: "  dl doctor\n  dl doctor --json",
        options: Plain::command,
        run: commands::doctor::run,
    },
    Verb {
        words: &["run"],
        aliases: &[],
        about: "Run a command once, and replay it while nothing it depends on has changed",
        examples: commands::run::EXAMPLES,
        options: Run::command,
        run: commands::run::run,
    },
    Verb {
        words: &["completions"],
        aliases: &[],
        about: "Completions for a shell",
        examples: "  dl completions bash > ~/.local/share/bash-completion/completions/dl\n  \
                   dl completions zsh > ~/.zfunc/_dl\n  dl completions fish > ~/.config/fish/completions/dl.fish",
        options: Completions::command,
        run: commands::completions::run,
    },
    Verb {
        words: &["man"],
        aliases: &[],
        about: "The manual",
        examples: "  dl man | man -l -\n  dl man ~/.local/share/man/man1",
        options: Man::command,
        run: commands::man::run,
    },
];
