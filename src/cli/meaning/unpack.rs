//! From `--unpack` and `--member` to what of a file is wanted, and which options mean nothing beside each other.

use crate::cli::args::{Fetch, Place};
use dl::error::{Error, Result};
use dl::manager::task::{Content, Destination};

/// What goes to a destination. `typed` tells of an option, by its identifier, whether this command has it: what only the
/// environment or a file says is passed over where it means nothing.
///
/// # Errors
/// Usage: options that contradict each other, or mean nothing.
pub(crate) fn content(args: &Fetch, destination: &Destination, typed: &dyn Fn(&str) -> bool) -> Result<Content> {
    let place = &args.place;
    if matches!(destination, Destination::Tree { .. }) {
        refuse_beside_extract(typed)?;
        return Ok(Content::Whole);
    }
    if place.strip.is_some() && typed("strip") {
        return Err(Error::usage("--strip says how a tree is unpacked, and there is none")
            .hint("--extract DIR --strip N unpacks one"));
    }
    let content = match (place.unpack, place.member.as_slice()) {
        (false, []) => Content::Whole,
        (true, []) => Content::Unpacked,
        (true, _) if typed("unpack") && typed("member") => {
            return Err(Error::usage("--member takes one file out of an archive, --unpack takes off a compression")
                .hint("--member alone opens a packed archive too"));
        }
        (true, _) if !typed("member") => Content::Unpacked,
        (_, [member]) => Content::Member(member.clone()),
        (_, [..]) if !typed("member") => Content::Whole,
        _ => {
            return Err(Error::usage("several --member, and one file to write")
                .hint("--extract DIR unpacks several, each to its own name"));
        }
    };
    if content == Content::Whole {
        if place.max_extract.is_some() && typed("max_extract") {
            return Err(Error::usage("--max-extract bounds what is unpacked, and nothing is")
                .hint("with --extract, --unpack or --member; --max-size bounds what is fetched"));
        }
        return Ok(content);
    }
    let named_by_user = matches!(destination, Destination::Path(_) | Destination::Open);
    let asked_for = typed("unpack") || typed("member");
    let fits = named_by_user || content == Content::Unpacked && matches!(destination, Destination::Folder { .. });
    match fits {
        true if place.link && typed("link") => Err(link(place)),
        true => Ok(content),
        false if asked_for => Err(no_place(&content)),
        false => Ok(Content::Whole),
    }
}

fn refuse_beside_extract(typed: &dyn Fn(&str) -> bool) -> Result<()> {
    if typed("unpack") {
        return Err(Error::usage("--extract unpacks all there is, --unpack only takes off a compression")
            .hint("leave one out: --extract DIR, or --unpack -o PATH"));
    }
    for (option, shown) in [("link", "--link"), ("xattr", "--xattr")] {
        if typed(option) {
            return Err(Error::usage(format!("{shown} is for the fetched file, and --extract writes what is in it"))
                .hint(format!("leave {shown} out")));
        }
    }
    Ok(())
}

fn link(place: &Place) -> Error {
    let option = if place.unpack { "--unpack" } else { "--member" };
    Error::usage(format!("--link shares the cache's bytes, and {option} writes others")).hint("leave --link out")
}

fn no_place(content: &Content) -> Error {
    if *content == Content::Unpacked {
        return Error::usage("--unpack needs a place for the decoded file")
            .hint("-o PATH, -o - (standard output), -O or -P DIR");
    }
    Error::usage("--member needs a place for what is taken out")
        .hint("--member NAME -o PATH writes one file, --member GLOB --extract DIR a tree")
}
