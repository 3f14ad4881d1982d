//! `dl man`: the manual, a page for each command.

use crate::cli::args::Man;
use crate::cli::{Session, context, help, verbs};
use clap::Command;
use clap_mangen::Man as Page;
use dl::disk::{Replace, Temporary, make_folder, remove_dead_temporaries};
use dl::error::{Error, Result};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;

/// Prints the page of `dl`, or writes all pages into a folder and prints their paths.
///
/// # Errors
/// Disk, where they cannot be written.
pub(crate) fn run(session: &Session<'_>) -> Result<u8> {
    let args: Man = session.args()?;
    let Some(folder) = args.dir else {
        return session.output.bytes(&render(top())?).map(|()| 0);
    };
    make_folder(&folder)?;
    remove_dead_temporaries(&folder);
    for (name, page) in pages()? {
        let path = folder.join(format!("{name}.1"));
        let temporary = Temporary::new_in(&folder)?;
        temporary.file().write_all(&page).map_err(|e| Error::disk(format!("cannot write `{}`", path.display()), &e))?;
        temporary.publish(&path, context::Context::new_file_mode(), Replace::Allowed)?;
        session.output.result(path.as_os_str().as_bytes())?;
    }
    Ok(0)
}

fn top() -> Command {
    verbs::tree().after_long_help(help::after_dl()).version(env!("CARGO_PKG_VERSION"))
}

/// Every page, by name.
pub(crate) fn pages() -> Result<Vec<(String, Vec<u8>)>> {
    let mut all = vec![("dl".to_owned(), render(top())?)];
    for (group, _) in verbs::GROUPS {
        let tree = verbs::tree();
        let Some(command) = tree.find_subcommand(group) else { continue };
        let name = format!("dl-{group}");
        let command = command.clone().name(name.clone()).bin_name(format!("dl {group}"));
        all.push((name, render(command.version(env!("CARGO_PKG_VERSION")))?));
    }
    for verb in verbs::all() {
        let name = format!("dl-{}", verb.words.join("-"));
        let command = verb.described().name(name.clone()).bin_name(format!("dl {}", verb.name()));
        all.push((name, render(command.version(env!("CARGO_PKG_VERSION")))?));
    }
    Ok(all)
}

fn render(command: Command) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Page::new(command)
        .date("")
        .source(format!("dl {}", env!("CARGO_PKG_VERSION")))
        .manual("dl")
        .render(&mut bytes)
        .map_err(|e| Error::disk("cannot write the manual", &e))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_command_has_a_page() {
        let pages = super::pages().unwrap();
        assert_eq!(pages.len(), 1 + crate::cli::verbs::GROUPS.len() + crate::cli::verbs::all().count());
        for (name, page) in pages {
            assert!(String::from_utf8(page).unwrap().contains(".TH"), "{name}");
        }
    }
}
