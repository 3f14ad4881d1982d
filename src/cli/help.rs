//! Help: one screen for `-h`, everything for `--help`.

use super::verbs::{self, Verb};
use clap::Command;
use clap::builder::StyledStr;

/// `dl -h`.
pub(crate) const DL: &str = "\
Fetch files the way reproducible work needs them: cached, verified, recorded.

Usage: dl URL…                    fetch; the path of the file is printed
       dl COMMAND [OPTIONS]

  dl https://example.org/a.csv              into the cache; again: no request
  dl -O https://example.org/a.csv           and a copy here
  dl --sha256 HEX https://example.org/a.gz  or exit 8
  dl --refresh https://example.org/a.csv    ask whether it changed
  dl -i list.txt -P data                    many, into a folder

Commands:
  fetch        Fetch URLs (get, download)            dl fetch -h
  cache        What is stored: ls, show, put, rm, clean, stats …
  run          Run a command once, replay it while nothing changed
  blob         Contents by their hash: put, cat, path, stat, rm …
  manifest     Datasets and models: put, show, checkout, verify …
  kv           Key-value stores: get, set, add, inc, del, ls …
  config       Settings: show, path, check
  doctor       What works here
  completions  For bash, zsh, fish, powershell, elvish
  man          The manual

Everywhere:
  --cache-dir DIR  --config FILE  --no-config  --offline  --no-cache
  --json  -q  -v  --progress auto|bar|plain|none  --color auto|always|never
  -h, --help       One screen · everything            -V, --version

Each option is also a variable (DL_MAX_AGE) and a key of the config file.
";

/// `dl fetch -h`.
pub(crate) const FETCH: &str = "\
Usage: dl fetch [OPTIONS] URL…      the path of each file is printed

Where it goes       (nowhere said: into the cache)
  -o PATH (- is stdout)   -O  name as in the URL    --remote-header-name
  -P DIR                  --link  share bytes  --if-exists replace|keep|error
  --extract DIR  [--strip N] [--member GLOB]   --unpack, --member NAME with -o
How old it may be   (the newest stored version, without asking)
  --refresh  ask          --max-age DUR             --force  download anew
  --offline               --stale-if-error          --newer-than DATE
Is it right
  --sha256 HEX            --checksum SPEC           --checksums FILE|URL
  --size N                --max-size SIZE           --strict-length
What to ask for
  -i FILE  a list         --descriptor FILE         -X METHOD   -H 'Name: value'
  -d DATA                 --data-json JSON          -F K=V|K=@FILE  --query K=V
  -u USER:PASS            --netrc                   -A AGENT    --compressed
  --cacert FILE           --cert FILE  --key FILE   -k  verify nothing
  -x PROXY                --resolve HOST:PORT:ADDR  --max-redirs N  --no-follow
How it travels
  --retry N (5)           --timeout DUR             --stall-timeout DUR (60s)
  --mirror URL            --connections N|auto      -j N  URLs at once (8)
  --limit-rate RATE       --resume auto|always|never  --allow-status 404,5xx
  --backend auto|reqwest|curl
What it tells
  --json                  --meta FILE               -D FILE  the response head
  -q   -v                 --explain  --dry-run      --exit-code  11: nothing new

Everything, with examples: dl fetch --help      Exit codes: dl --help
";

/// After `dl --help`.
const EXIT_CODES: &str = "\
Exit codes:
  0 done                   1 failed otherwise       2 usage, nothing was tried
  3 not found, or a miss while --offline            4 network
  5 timeout                6 TLS                    7 the server refused
  8 wrong digest or size, or cut short              9 disk
  10 cache unusable        11 a question answered \"no\"
  125, 126, 127 dl run: dl itself failed, command not executable, not found
  128+N ended by signal N

Environment:
  Each option is a variable: --max-age is DL_MAX_AGE. http_proxy, https_proxy, all_proxy, no_proxy,
  SSL_CERT_FILE, SSL_CERT_DIR and NO_COLOR have their usual meaning. A flag wins over the
  environment, that over the config file.";

/// The short help of a command.
pub(crate) fn short(verb: &Verb) -> StyledStr {
    if verb.words == ["fetch"] {
        return FETCH.into();
    }
    let mut command = shown(verb).mut_args(|arg| {
        let everywhere = arg.get_help_heading() == Some("Everywhere");
        let hidden = everywhere || arg.is_hide_set();
        arg.hide(hidden)
    });
    command = command.after_help("Options of every command: dl -h. Examples: --help");
    command.render_help()
}

/// The whole help of a command.
pub(crate) fn long(verb: &Verb) -> StyledStr {
    shown(verb).render_long_help()
}

fn shown(verb: &Verb) -> Command {
    verb.described().bin_name(format!("dl {}", verb.name()))
}

/// The whole help of `dl`.
pub(crate) fn whole() -> StyledStr {
    verbs::tree().after_long_help(after_dl()).render_long_help()
}

/// Examples, exit codes and variables, as they end the help and the manual of `dl`.
pub(crate) fn after_dl() -> String {
    format!("{EXAMPLES}\n\n{EXIT_CODES}")
}

const EXAMPLES: &str = "\
Examples:
  dl https://example.org/a.csv              into the cache; again: no request
  dl -o data/a.csv https://example.org/a.csv
  dl fetch --help
  dl cache ls";

/// The help of a group.
pub(crate) fn group(name: &str) -> StyledStr {
    let mut tree = verbs::tree();
    match tree.find_subcommand_mut(name) {
        Some(group) => group.clone().bin_name(format!("dl {name}")).render_help(),
        None => StyledStr::from(DL),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_screens_fit() {
        for (name, screen) in [("dl", DL), ("fetch", FETCH)] {
            let lines: Vec<&str> = screen.lines().collect();
            assert!((24..=40).contains(&lines.len()), "{name}: {} lines", lines.len());
            for line in lines {
                assert!(line.chars().count() <= 80, "{name}: `{line}` is too wide");
            }
        }
    }

    #[test]
    fn the_screens_name_options_that_exist() {
        let tree = verbs::tree();
        let fetch = tree.find_subcommand("fetch").unwrap();
        let all = || fetch.get_arguments().chain(tree.get_arguments());
        let longs: BTreeSet<&str> = all().filter_map(clap::Arg::get_long).collect();
        let shorts: BTreeSet<char> = all().filter_map(clap::Arg::get_short).collect();
        for screen in [DL, FETCH] {
            for word in screen.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ':' | '\'')) {
                if let Some(long) = word.strip_prefix("--") {
                    assert!(longs.contains(long), "--{long}");
                } else if let Some(short) = word.strip_prefix('-')
                    && let Some(c) = short.chars().next()
                {
                    assert!(shorts.contains(&c), "-{c}");
                }
            }
        }
        for verb in verbs::all() {
            assert!(DL.contains(verb.words[0]), "{verb:?}");
        }
    }

    #[test]
    fn every_command_has_examples() {
        for verb in verbs::all() {
            assert!(verb.examples.contains("dl"), "{verb:?}");
            assert!(long(verb).to_string().contains("Examples:"), "{verb:?}");
        }
    }
}
