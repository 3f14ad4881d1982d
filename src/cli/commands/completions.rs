//! `dl completions`: what a shell needs to complete `dl`.

use crate::cli::args::Completions;
use crate::cli::{Session, verbs};
use clap::CommandFactory as _;
use clap_complete::Shell;
use dl::error::{Error, Result};

/// Prints the completions.
///
/// # Errors
/// Usage: no shell named.
pub(crate) fn run(session: &Session<'_>) -> Result<u8> {
    let args: Completions = session.args()?;
    let shell = args.shell.ok_or_else(|| {
        Error::usage("a shell is missing: expected one of bash, zsh, fish, powershell, elvish")
            .hint("dl completions bash > ~/.local/share/bash-completion/completions/dl")
    })?;
    session.output.bytes(&generate(shell)).map(|()| 0)
}

/// The completions as bytes. Options of `fetch` complete without the verb too.
pub(crate) fn generate(shell: Shell) -> Vec<u8> {
    let fetch = crate::cli::args::Fetch::command();
    let own: Vec<String> = verbs::tree().get_arguments().map(|a| a.get_id().to_string()).collect();
    let more = fetch.get_arguments().filter(|a| !own.contains(&a.get_id().to_string())).cloned();
    let mut command = verbs::tree().args(more);
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut command, "dl", &mut bytes);
    bytes
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a variable says that the file is to be written anew")]
mod tests {
    use super::*;
    use std::path::Path;

    /// Writes them anew with `DL_TEST_UPDATE=1 cargo test completions`.
    #[test]
    fn the_committed_completions_are_those_of_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
        for (shell, name) in [
            (Shell::Bash, "dl.bash"),
            (Shell::Zsh, "_dl"),
            (Shell::Fish, "dl.fish"),
            (Shell::PowerShell, "_dl.ps1"),
            (Shell::Elvish, "dl.elv"),
        ] {
            let path = folder.join(name);
            if std::env::var_os("DL_TEST_UPDATE").is_some() {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&path, generate(shell)).unwrap();
            }
            let committed = std::fs::read(&path).unwrap_or_default();
            assert!(
                committed == generate(shell),
                "completions/{name} is stale: DL_TEST_UPDATE=1 cargo test completions"
            );
        }
    }
}
