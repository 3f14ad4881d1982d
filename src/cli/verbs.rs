//! The commands: their names and aliases, and which one a command line means.

use super::args::run::Run;
use super::args::{Completions, Fetch, Global, Man, Plain, Top, artifact, cache, kv};
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
pub(crate) const VERBS: &[Verb] = &[
    Verb {
        words: &["fetch"],
        aliases: &["get", "download"],
        about: "Fetch URLs: cached, verified, recorded",
        examples: commands::fetch::EXAMPLES,
        options: Fetch::command,
        run: commands::fetch::run,
    },
    Verb {
        words: &["cache", "ls"],
        aliases: &["list"],
        about: "List what is stored: a table on a terminal, tab-separated lines elsewhere",
        examples: "  dl cache ls --uri-glob 'https://example.org/*' --sort size --reverse\n  \
                   dl cache ls --status FAILED --json | jq -r .error.message\n  dl cache ls --newer-than 1d --count",
        options: cache::Ls::command,
        run: commands::cache_ls::run,
    },
    Verb {
        words: &["cache", "show"],
        aliases: &[],
        about: "Everything known about an item",
        examples: "  dl cache show https://example.org/trips.csv\n  dl cache show --json 12 | jq .download.headers",
        options: cache::OfItems::command,
        run: commands::cache_show::show,
    },
    Verb {
        words: &["cache", "path"],
        aliases: &[],
        about: "The file of an item: the newest READY one of a URI",
        examples: "  head \"$(dl cache path https://example.org/trips.csv)\"",
        options: cache::OfItems::command,
        run: commands::cache_show::path,
    },
    Verb {
        words: &["cache", "create"],
        aliases: &[],
        about: "Make a new version by hand; prints the path to write to",
        examples: "  path=$(dl cache create --uri demo://table --key-param year=2026 --attr rows=1200)\n  make-table > \"$path\" && dl cache ready \"$path\"",
        options: cache::Create::command,
        run: commands::cache_create::create,
    },
    Verb {
        words: &["cache", "put"],
        aliases: &[],
        about: "Store a file; prints the path that it has in the cache",
        examples: "  dl cache put report.csv --uri demo://report --attr kind=report\n  make-table | dl cache put - --uri demo://table --filename table.tsv",
        options: cache::Put::command,
        run: commands::cache_create::put,
    },
    Verb {
        words: &["cache", "best"],
        aliases: &[],
        about: "The newest version of exactly one key, or a new one; prints its path",
        examples: "  dl cache best --uri demo://table --key-param year=2026\n  dl cache best --uri demo://table --status READY --status WRITE --or-new --json | jq .created",
        options: cache::Best::command,
        run: commands::cache_create::best,
    },
    Verb {
        words: &["cache", "set"],
        aliases: &[],
        about: "Change status, label, name, dates, attributes of items",
        examples: "  dl cache set 12 --label tables --attr rows=1200 --unset draft\n  dl cache set --where 'label = old' --label new",
        options: cache::Set::command,
        run: commands::cache_set::set,
    },
    Verb {
        words: &["cache", "ready"],
        aliases: &[],
        about: "Take in what was written at an item's path: size, digest, read-only",
        examples: "  dl cache ready demo://table\n  dl cache ready --status WRITE --label nightly",
        options: cache::Chosen::command,
        run: commands::cache_set::ready,
    },
    Verb {
        words: &["cache", "fail"],
        aliases: &[],
        about: "Mark items as FAILED",
        examples: "  dl cache fail demo://table",
        options: cache::Chosen::command,
        run: commands::cache_set::fail,
    },
    Verb {
        words: &["cache", "touch"],
        aliases: &[],
        about: "Count a read of items",
        examples: "  dl cache touch https://example.org/trips.csv",
        options: cache::OfItems::command,
        run: commands::cache_set::touch,
    },
    Verb {
        words: &["cache", "cat"],
        aliases: &[],
        about: "Print a file, unpacked: plain, gz, bz2, xz, zst, or one member of a zip or tar",
        examples: "  dl cache cat https://example.org/trips.csv.gz | head\n  dl cache cat https://example.org/data.zip --member trips.csv\n  dl cache cat --file local.tar.xz --member a/b.txt",
        options: cache::Cat::command,
        run: commands::cache_cat::cat,
    },
    Verb {
        words: &["cache", "members"],
        aliases: &[],
        about: "What is in an archive",
        examples: "  dl cache members https://example.org/data.zip\n  dl cache members --json --file local.tar.gz | jq .size",
        options: cache::Members::command,
        run: commands::cache_cat::members,
    },
    Verb {
        words: &["cache", "extract"],
        aliases: &[],
        about: "Unpack an archive into a folder: all of it or nothing",
        examples: "  dl cache extract https://example.org/data.zip data\n  dl cache extract --file local.tar.gz data --strip 1",
        options: cache::Unpack::command,
        run: commands::cache_cat::extract,
    },
    Verb {
        words: &["cache", "rm"],
        aliases: &["delete"],
        about: "Remove items: to TRASH, or for good",
        examples: "  dl cache rm https://example.org/trips.csv\n  dl cache rm --purge --where 'last_read < 90d' --ext tmp",
        options: cache::Rm::command,
        run: commands::cache_set::rm,
    },
    Verb {
        words: &["cache", "restore"],
        aliases: &[],
        about: "Bring items back from TRASH",
        examples: "  dl cache restore https://example.org/trips.csv",
        options: cache::OfItems::command,
        run: commands::cache_set::restore,
    },
    Verb {
        words: &["cache", "clean"],
        aliases: &["prune"],
        about: "Remove what nobody needs; --dry-run lists it with the reasons",
        examples: "  dl cache clean --dry-run\n  dl cache clean --versions --keep 3\n  dl cache clean --max-size 10GiB --max-age 90d",
        options: cache::Clean::command,
        run: commands::cache_clean::clean,
    },
    Verb {
        words: &["cache", "verify"],
        aliases: &[],
        about: "Hash what is stored, and tell what is damaged",
        examples: "  dl cache verify\n  dl cache verify --repair",
        options: cache::Verify::command,
        run: commands::cache_clean::verify,
    },
    Verb {
        words: &["cache", "stats"],
        aliases: &[],
        about: "How much is stored, of what, how old, how often used",
        examples: "  dl cache stats\n  dl cache stats --json | jq .reclaimable_bytes",
        options: Plain::command,
        run: commands::cache_stats::run,
    },
    Verb {
        words: &["cache", "export"],
        aliases: &[],
        about: "Write items into one file, for another machine",
        examples: "  dl cache export cache.tar\n  dl cache export - --label tables | ssh host dl cache import -",
        options: cache::Export::command,
        run: commands::cache_transport::export,
    },
    Verb {
        words: &["cache", "import"],
        aliases: &[],
        about: "Take over what was exported: all of it or nothing",
        examples: "  dl cache import cache.tar",
        options: cache::Import::command,
        run: commands::cache_transport::import,
    },
    Verb {
        words: &["cache", "push"],
        aliases: &[],
        about: "Offer items to the shared store, whatever its mode",
        examples: "  dl cache push https://example.org/trips.csv --shared redis://cache.example.org",
        options: cache::OfItems::command,
        run: commands::cache_share::push,
    },
    Verb {
        words: &["cache", "pull"],
        aliases: &[],
        about: "Take items in from the shared store, by URI or key; prints their paths",
        examples: "  dl cache pull https://example.org/trips.csv --shared s3://team-cache/dl",
        options: cache::OfItems::command,
        run: commands::cache_share::pull,
    },
    Verb {
        words: &["cache", "key"],
        aliases: &[],
        about: "The key of a URI with its parameters; it never changes between releases",
        examples: "  dl cache key --uri https://example.org/trips.csv --key-param rows=1200",
        options: cache::Key::command,
        run: commands::cache_key::run,
    },
    Verb {
        words: &["cache", "dir"],
        aliases: &[],
        about: "Where the cache is",
        examples: "  du -sh \"$(dl cache dir)\"",
        options: Plain::command,
        run: commands::cache_key::dir,
    },
    Verb {
        words: &["blob", "put"],
        aliases: &[],
        about: "Store files under their hashes, which are printed; clean never drops them",
        examples: "  dl blob put model.bin\n  make-table | dl blob put -",
        options: artifact::BlobPut::command,
        run: commands::blob::put,
    },
    Verb {
        words: &["blob", "cat"],
        aliases: &[],
        about: "Print blobs, hashed before they are printed",
        examples: "  dl blob cat sha256:HEX | head\n  dl blob cat 1f2e3d4c",
        options: artifact::OfHashes::command,
        run: commands::blob::cat,
    },
    Verb {
        words: &["blob", "path"],
        aliases: &[],
        about: "Where a blob is, read-only",
        examples: "  wc -l \"$(dl blob path 1f2e3d4c)\"\n  python train.py \"$(dl blob path 1f2e3d4c --as trips.csv)\"",
        options: artifact::BlobPath::command,
        run: commands::blob::path,
    },
    Verb {
        words: &["blob", "stat"],
        aliases: &[],
        about: "Size, path and users of blobs",
        examples: "  dl blob stat 1f2e3d4c\n  dl blob stat --json 1f2e3d4c | jq .manifests",
        options: artifact::OfHashes::command,
        run: commands::blob::stat,
    },
    Verb {
        words: &["blob", "ls"],
        aliases: &["list"],
        about: "The hashes of all blobs",
        examples: "  dl blob ls --long\n  dl blob ls --json | jq 'select(.root)'",
        options: artifact::BlobLs::command,
        run: commands::blob::ls,
    },
    Verb {
        words: &["blob", "rm"],
        aliases: &["delete"],
        about: "Remove blobs that no item and no manifest uses",
        examples: "  dl blob rm 1f2e3d4c\n  dl cache clean        what only a removed manifest used is an orphan then",
        options: artifact::BlobRm::command,
        run: commands::blob::rm,
    },
    Verb {
        words: &["blob", "verify"],
        aliases: &[],
        about: "Hash blobs, or all of them, and tell which are damaged",
        examples: "  dl blob verify\n  dl blob verify 1f2e3d4c",
        options: artifact::OfHashes::command,
        run: commands::blob::verify,
    },
    Verb {
        words: &["blob", "push"],
        aliases: &[],
        about: "Send blobs, with all they refer to, to the shared store, whatever its mode",
        examples: "  dl blob push 1f2e3d4c --shared redis://cache.example.org",
        options: artifact::OfHashes::command,
        run: commands::artifact_share::push_blob,
    },
    Verb {
        words: &["blob", "pull"],
        aliases: &[],
        about: "Take blobs in from the shared store, with all they refer to; clean never drops them",
        examples: "  dl blob pull sha256:HEX --shared redis://cache.example.org\n  dl blob cat sha256:HEX        asks the shared store by itself, where one is set",
        options: artifact::OfHashes::command,
        run: commands::artifact_share::pull_blob,
    },
    Verb {
        words: &["manifest", "put"],
        aliases: &[],
        about: "Store a manifest, such as a dataset: fields, files, folders, downloads; prints its hash",
        examples: "  dl manifest put --class Dataset --set title=Trips --dir data\n  \
                   dl manifest put --class Dataset --item trips.csv=https://example.org/trips.csv --set-json rows=2001\n  \
                   dl manifest put --class Model --file weights=model.bin --ref data=1f2e3d4c\n  dl manifest put manifest.json",
        options: artifact::ManifestPut::command,
        run: commands::manifest::put,
    },
    Verb {
        words: &["manifest", "show"],
        aliases: &[],
        about: "Print a manifest as it is stored",
        examples: "  dl manifest show 1f2e3d4c | jq .value\n  dl manifest show 1f2e3d4c --class CSVDataset --class TSVDataset",
        options: artifact::ManifestShow::command,
        run: commands::manifest::show,
    },
    Verb {
        words: &["manifest", "checkout"],
        aliases: &[],
        about: "Write the files of a manifest, and value.json, into a folder: all of them or none",
        examples: "  dl manifest checkout 1f2e3d4c data",
        options: artifact::ManifestCheckout::command,
        run: commands::manifest::checkout,
    },
    Verb {
        words: &["manifest", "tree"],
        aliases: &[],
        about: "All that a manifest refers to",
        examples: "  dl manifest tree 1f2e3d4c",
        options: artifact::OfHashes::command,
        run: commands::manifest::tree,
    },
    Verb {
        words: &["manifest", "verify"],
        aliases: &[],
        about: "Hash a manifest and all that it refers to",
        examples: "  dl manifest verify 1f2e3d4c",
        options: artifact::OfHashes::command,
        run: commands::manifest::verify,
    },
    Verb {
        words: &["manifest", "push"],
        aliases: &[],
        about: "Send manifests, with all they refer to, to the shared store, whatever its mode",
        examples: "  dl manifest push 1f2e3d4c --shared redis://cache.example.org",
        options: artifact::OfHashes::command,
        run: commands::artifact_share::push_manifest,
    },
    Verb {
        words: &["manifest", "pull"],
        aliases: &[],
        about: "Take manifests in from the shared store, with all they refer to; clean never drops them",
        examples: "  dl manifest pull sha256:HEX --shared redis://cache.example.org\n  dl manifest checkout sha256:HEX data        takes what is missing by itself, where a shared store is set",
        options: artifact::OfHashes::command,
        run: commands::artifact_share::pull_manifest,
    },
    Verb {
        words: &["kv", "get"],
        aliases: &[],
        about: "The value of a key: its bytes, nothing added",
        examples: "  dl kv get greeting --store redis://localhost\n  DL_KV_STORE=file:cache dl kv get report > report.pdf",
        options: kv::OfKey::command,
        run: commands::kv_read::get,
    },
    Verb {
        words: &["kv", "get-many"],
        aliases: &[],
        about: "The values of several keys, as JSON lines",
        examples: "  dl kv get-many a b --store redis://localhost | jq -r .value\n  dl kv get-many --keys-from keys.txt",
        options: kv::OfKeys::command,
        run: commands::kv_read::get_many,
    },
    Verb {
        words: &["kv", "set"],
        aliases: &[],
        about: "Store a value",
        examples: "  dl kv set greeting hello --ttl 10m --store redis://localhost\n  dl kv set report @report.pdf\n  make-table | dl kv set table -",
        options: kv::Set::command,
        run: commands::kv_write::set,
    },
    Verb {
        words: &["kv", "add"],
        aliases: &[],
        about: "Store a value only where none is: exit 11 if one is",
        examples: "  dl kv add lock \"$$\" --ttl 30s && work",
        options: kv::Set::command,
        run: commands::kv_write::add,
    },
    Verb {
        words: &["kv", "set-many"],
        aliases: &[],
        about: "Store several values; prints each key that was",
        examples: "  dl kv set-many a=1 b=2\n  dl kv get-many --keys-from keys.txt --store file:old | dl kv set-many - --store redis://localhost",
        options: kv::SetMany::command,
        run: commands::kv_write::set_many,
    },
    Verb {
        words: &["kv", "del"],
        aliases: &["delete"],
        about: "Remove keys: exit 3 if one was not there",
        examples: "  dl kv del a b\n  dl kv ls -0 --prefix old: | dl kv del -0 --keys-from - --prefix old:",
        options: kv::OfKeys::command,
        run: commands::kv_write::del,
    },
    Verb {
        words: &["kv", "has"],
        aliases: &[],
        about: "Whether a key is there: exit 0 or 11",
        examples: "  dl kv has greeting && echo yes",
        options: kv::OfKey::command,
        run: commands::kv_read::has,
    },
    Verb {
        words: &["kv", "inc"],
        aliases: &[],
        about: "Add to a number, in one atomic step; prints the new value",
        examples: "  dl kv inc visits\n  dl kv inc visits 10 --ttl 1d",
        options: kv::Count::command,
        run: commands::kv_write::inc,
    },
    Verb {
        words: &["kv", "dec"],
        aliases: &[],
        about: "Subtract from a number, in one atomic step; prints the new value",
        examples: "  dl kv dec stock 3",
        options: kv::Count::command,
        run: commands::kv_write::dec,
    },
    Verb {
        words: &["kv", "ls"],
        aliases: &["list"],
        about: "The keys, without the prefix",
        examples: "  dl kv ls --prefix user: --store redis://localhost\n  dl kv ls --long --json | jq -r .expires_at",
        options: kv::Ls::command,
        run: commands::kv_read::ls,
    },
    Verb {
        words: &["kv", "count"],
        aliases: &[],
        about: "How many keys there are",
        examples: "  dl kv count --prefix user:",
        options: kv::Whole::command,
        run: commands::kv_read::count,
    },
    Verb {
        words: &["kv", "stat"],
        aliases: &[],
        about: "Size and expiry of a value, as JSON",
        examples: "  dl kv stat greeting | jq .expires_at",
        options: kv::OfKey::command,
        run: commands::kv_read::stat,
    },
    Verb {
        words: &["kv", "clear"],
        aliases: &[],
        about: "Remove every key below --prefix, or all",
        examples: "  dl kv clear --prefix user:",
        options: kv::Whole::command,
        run: commands::kv_write::clear,
    },
    Verb {
        words: &["kv", "ping"],
        aliases: &[],
        about: "Whether the store answers",
        examples: "  dl kv ping --store redis://localhost",
        options: kv::Whole::command,
        run: commands::kv_read::ping,
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
        return Ok(Meant::Verb(&VERBS[0], arguments.to_vec()));
    }
    let joined = |to: usize| [&arguments[..start], &arguments[to..]].concat();
    if word == "help" {
        return help_on(&arguments[start + 1..]);
    }
    if let Some(verb) = VERBS.iter().find(|v| v.words.len() == 1 && v.is_called(&word)) {
        return Ok(Meant::Verb(verb, joined(start + 1)));
    }
    let Some((group, _)) = GROUPS.iter().find(|(name, _)| *name == word) else {
        return Err(no_verb(&word));
    };
    let next = skip_options(&globals, arguments, start + 1);
    let before = [&arguments[..start], &arguments[start + 1..next]].concat();
    let Some(word) = arguments.get(next) else {
        return Ok(Meant::Group(group, before));
    };
    let word = word.to_string_lossy();
    if word == "help" {
        return Ok(Meant::Group(group, vec!["--help".into()]));
    }
    match VERBS.iter().find(|v| v.words.len() == 2 && v.words[0] == *group && v.is_called(&word)) {
        Some(verb) => Ok(Meant::Verb(verb, [&before, &arguments[next + 1..]].concat())),
        None => Err(no_verb_in(group, &word)),
    }
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
    let names = VERBS.iter().filter(|v| v.words.len() == 1).flat_map(|v| v.words.iter().chain(v.aliases));
    let names = names.copied().chain(GROUPS.iter().map(|(name, _)| *name));
    let error = Error::usage(format!("`{word}` is neither a command nor a URL"));
    match hints::nearest(word, names) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("a URL begins with its scheme, such as https://; `dl -h` lists the commands"),
    }
}

fn no_verb_in(group: &str, word: &str) -> Error {
    let verbs: Vec<&str> = VERBS.iter().filter(|v| v.words[0] == group).map(|v| v.words[1]).collect();
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
    let mut singles = VERBS.iter().filter(|v| v.words.len() == 1).map(|v| v.described().visible_aliases(v.aliases));
    // `fetch` stands first, being what `dl` is for.
    root = root.subcommands(singles.next());
    for (group, about) in GROUPS {
        let members: Vec<Command> = VERBS
            .iter()
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
        for verb in VERBS {
            verb.parser().debug_assert();
        }
    }
}
