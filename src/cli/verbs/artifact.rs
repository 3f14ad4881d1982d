//! `dl blob …` and `dl manifest …`: contents by their hash.

use super::Verb;
use crate::cli::args::artifact;
use crate::cli::commands;
use clap::CommandFactory as _;

pub(super) const VERBS: &[Verb] = &[
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
];
