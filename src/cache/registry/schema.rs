//! The tables of the registry: a list of migrations that only grows, counted by `user_version`.
//!
//! Times are microseconds since 1970 UTC, digests are bytes, and what has a structure of its own (params, headers, error) is JSON.
//! No path is stored: paths follow from keys, versions, names and digests.

use crate::cache::registry::connection::{Failure, Outcome};
use crate::error::{Error, Kind};
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Marks the file as ours (`PRAGMA application_id`): `dlrg`.
const APPLICATION_ID: i32 = 0x646c_7267;

/// Each entry leads from the version of its index to the next. Never change one that was released: add another.
const MIGRATIONS: &[&str] = &[
    // 1: items with their downloads and attributes, the blobs they share, and deliveries.
    "
    CREATE TABLE blobs (
        sha256 BLOB NOT NULL PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime INTEGER NOT NULL,  -- nanoseconds, as found when the bytes were hashed
        inode INTEGER NOT NULL,  -- likewise
        boot TEXT                -- the boot that wrote the bytes; NULL once they are known to be durable
    ) WITHOUT ROWID;
    CREATE INDEX blobs_by_boot ON blobs (boot) WHERE boot IS NOT NULL;

    CREATE TABLE items (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        uri TEXT NOT NULL,
        params TEXT NOT NULL,
        status INTEGER NOT NULL,
        filename TEXT NOT NULL,
        ext TEXT NOT NULL,
        label TEXT NOT NULL,
        size INTEGER,
        sha256 BLOB,
        copy_mtime INTEGER,      -- where the path could not be a link of the blob: the record of the copy
        copy_inode INTEGER,
        copy_boot TEXT,
        fetched INTEGER NOT NULL,        -- whether a row of downloads belongs to it, which decides who may have it
        attributes INTEGER NOT NULL,     -- how many attributes it has: mostly none, and then nobody looks
        created_at INTEGER NOT NULL,
        modified_at INTEGER NOT NULL,
        validated_at INTEGER,
        last_read INTEGER,
        read_count INTEGER NOT NULL DEFAULT 0,
        last_search INTEGER,
        search_count INTEGER NOT NULL DEFAULT 0,
        error TEXT
    );
    CREATE UNIQUE INDEX items_by_key ON items (key, version);
    CREATE INDEX items_by_uri ON items (uri);
    CREATE INDEX items_by_sha256 ON items (sha256) WHERE sha256 IS NOT NULL;
    CREATE INDEX items_by_filename ON items (filename);
    CREATE INDEX items_by_ext ON items (ext);
    CREATE INDEX items_by_label ON items (label) WHERE label <> '';
    CREATE INDEX items_by_status ON items (status) WHERE status <> 3;
    CREATE INDEX items_by_creation ON items (created_at);
    CREATE INDEX items_by_confirmation ON items (max(created_at, ifnull(validated_at, created_at)));

    CREATE TABLE downloads (
        item INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
        resolved_url TEXT,
        method TEXT NOT NULL,
        http_code INTEGER,
        http_version TEXT NOT NULL,
        headers TEXT NOT NULL,   -- [[name, value or {\"base64\"}], …], redacted
        etag TEXT,
        last_modified TEXT,
        date INTEGER,
        started_at INTEGER NOT NULL,
        finished_at INTEGER NOT NULL,
        checksums TEXT NOT NULL, -- {\"md5\": hex, …}
        backend TEXT NOT NULL,
        tls_verified INTEGER,
        length_verified INTEGER NOT NULL,
        insecure INTEGER NOT NULL,
        special_trust TEXT,
        private INTEGER NOT NULL
    );

    CREATE TABLE attr_int (
        item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        namespace TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,
        PRIMARY KEY (item, namespace, name)
    ) WITHOUT ROWID;
    CREATE INDEX attr_int_by_value ON attr_int (name, value);
    CREATE TABLE attr_float (
        item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        namespace TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL,
        PRIMARY KEY (item, namespace, name)
    ) WITHOUT ROWID;
    CREATE INDEX attr_float_by_value ON attr_float (name, value);
    CREATE TABLE attr_datetime (
        item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        namespace TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,
        PRIMARY KEY (item, namespace, name)
    ) WITHOUT ROWID;
    CREATE INDEX attr_datetime_by_value ON attr_datetime (name, value);
    CREATE TABLE attr_varchar (
        item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        namespace TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (item, namespace, name)
    ) WITHOUT ROWID;
    CREATE INDEX attr_varchar_by_value ON attr_varchar (name, value);
    CREATE TABLE attr_text (
        item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        namespace TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (item, namespace, name)
    ) WITHOUT ROWID;
    CREATE INDEX attr_text_by_name ON attr_text (name);

    CREATE TABLE deliveries (
        path BLOB NOT NULL PRIMARY KEY,  -- bytes: a path need not be UTF-8
        size INTEGER NOT NULL,
        mtime INTEGER NOT NULL,
        ctime INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        digest TEXT NOT NULL,
        delivered_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    ",
    // 2: versions made by hand, the way back from TRASH, searches by use, size and parameters.
    "
    ALTER TABLE items ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;  -- made by a user: no limit drops it
    ALTER TABLE items ADD COLUMN trashed_from INTEGER;                -- the status that an item in TRASH had
    CREATE INDEX items_by_use ON items (ifnull(last_read, created_at));
    CREATE INDEX items_by_size ON items (size) WHERE size IS NOT NULL;
    CREATE INDEX items_by_validation ON items (validated_at) WHERE validated_at IS NOT NULL;
    CREATE TABLE params (
        item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        name TEXT NOT NULL,      -- levels joined by dots
        value TEXT NOT NULL,     -- RFC 8785
        PRIMARY KEY (item, name)
    ) WITHOUT ROWID;
    CREATE INDEX params_by_value ON params (name, value);
    INSERT OR IGNORE INTO params (item, name, value)
        SELECT i.id, replace(t.key, '.', '\\.'),
            CASE t.type WHEN 'array' THEN t.value WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE json_quote(t.value) END
        FROM items i, json_each(i.params) t WHERE i.params <> '{}' AND json_valid(i.params) AND t.type <> 'object';
    ",
    // What was unpacked where.
    "
    CREATE TABLE extractions (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL,      -- of the folder or file: bytes
        source TEXT NOT NULL,    -- the digest of what was unpacked
        how TEXT NOT NULL,       -- whatever else decides what comes out
        bytes INTEGER NOT NULL,
        files BLOB NOT NULL,     -- packed: paths with sizes, times and inodes
        extracted_at INTEGER NOT NULL,
        UNIQUE (path, source, how)
    );
    ",
    // An index for each order that a list can have. Where most rows hold one value, an index of an expression serves the order
    // and nothing else: one of the column would be taken for a way to find rows.
    "
    CREATE INDEX items_by_modification ON items (modified_at);
    DROP INDEX items_by_size;
    CREATE INDEX items_by_size ON items (size);
    DROP INDEX items_by_sha256;
    CREATE INDEX items_by_sha256 ON items (sha256);
    DROP INDEX items_by_validation;
    CREATE INDEX items_by_validation ON items (validated_at);
    CREATE INDEX items_in_order_of_version ON items (version + 0);
    CREATE INDEX items_in_order_of_status ON items (status + 0);
    CREATE INDEX items_in_order_of_label ON items (label || '');
    DROP INDEX attr_text_by_name;
    CREATE INDEX attr_text_by_value ON attr_text (name, substr(value, 1, 64));
    ",
    // Contents that users keep by digest, and which content refers to which.
    "
    CREATE TABLE roots (
        sha256 BLOB NOT NULL PRIMARY KEY,
        size INTEGER NOT NULL,
        created_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE blob_references (
        from_sha256 BLOB NOT NULL,
        to_sha256 BLOB NOT NULL,
        PRIMARY KEY (from_sha256, to_sha256)
    ) WITHOUT ROWID;
    CREATE INDEX blob_references_by_target ON blob_references (to_sha256);
    ",
    // The boot that delivered: a destination that an earlier one wrote is read again, as a power loss may have taken its bytes.
    "
    ALTER TABLE deliveries ADD COLUMN boot TEXT;
    ",
    // Recorded runs, and the blobs that an item needs beside its own.
    "
    CREATE TABLE runs (
        item INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
        state TEXT NOT NULL      -- JSON: what it depended on, what it made
    );
    CREATE TABLE item_blobs (
        item INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        sha256 BLOB NOT NULL,
        PRIMARY KEY (item, sha256)
    ) WITHOUT ROWID;
    CREATE INDEX item_blobs_by_sha256 ON item_blobs (sha256);
    ",
    // Responses as a cache of HTTP keeps them, apart from items.
    "
    CREATE TABLE responses (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uri TEXT NOT NULL,           -- redacted
        credential TEXT NOT NULL,    -- what was sent with it, as a digest; empty for nothing
        method TEXT NOT NULL,
        status INTEGER NOT NULL,
        http_version TEXT NOT NULL,
        headers TEXT NOT NULL,       -- [[name, value or {\"base64\"}], …]
        selecting TEXT,              -- [[name, value or null], …] of the request, by Vary; NULL: Vary: *
        requested_at INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        fresh_until INTEGER NOT NULL,
        validated INTEGER NOT NULL,  -- whether it has a validator, so that it is of use when it is stale
        invalidated INTEGER NOT NULL DEFAULT 0,
        decoded INTEGER NOT NULL,
        first INTEGER,               -- of a part
        last INTEGER,
        total INTEGER,
        size INTEGER,
        sha256 BLOB,                 -- NULL: only its head is stored
        backend TEXT NOT NULL,
        tls_verified INTEGER,
        length_verified INTEGER NOT NULL,
        insecure INTEGER NOT NULL,
        special_trust TEXT,
        last_used INTEGER NOT NULL
    );
    CREATE INDEX responses_by_uri ON responses (uri, credential);
    CREATE INDEX responses_by_sha256 ON responses (sha256) WHERE sha256 IS NOT NULL;
    CREATE INDEX responses_by_use ON responses (last_used);
    ",
];

/// The version of the schema that this program writes.
pub(crate) const VERSION: i64 = MIGRATIONS.len().cast_signed() as i64;

/// The text without its comments and spaces: `SQLite` stores it as it comes, and every process parses all of it.
fn terse(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// The version of the schema that a registry has.
pub(crate) fn version(connection: &Connection) -> Outcome<i64> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Whether the registry can be used as it is, can be once it was brought up, or must be left alone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// Of this version.
    Current,
    /// Of an older one, or empty.
    Older,
}

/// Judges a registry's version.
pub(crate) fn judge(connection: &Connection) -> Outcome<Age> {
    match version(connection)? {
        VERSION => Ok(Age::Current),
        0 => {
            let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if tables == 0 {
                Ok(Age::Older)
            } else {
                Err(Failure::Damaged("it holds tables of something else".to_owned()))
            }
        }
        older if (1..VERSION).contains(&older) => Ok(Age::Older),
        newer if newer > VERSION => Err(Failure::Said(
            Error::new(
                Kind::Cache,
                "newer_schema",
                format!(
                    "the cache was written by a newer dl: its registry has schema {newer}, this dl knows {VERSION}"
                ),
            )
            .hint("update dl, or choose another folder with --cache-dir"),
        )),
        absurd => Err(Failure::Damaged(format!("its schema version is {absurd}"))),
    }
}

/// Brings a registry to this version, in one transaction.
pub(crate) fn migrate(connection: &Connection) -> Outcome<()> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // Another process may have been first.
    let from = usize::try_from(version(&transaction)?).unwrap_or(usize::MAX);
    for step in MIGRATIONS.get(from..).unwrap_or_default() {
        transaction.execute_batch(&terse(step))?;
    }
    if from < MIGRATIONS.len() {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_applied_once_and_newer_ones_refused() {
        let connection = Connection::open_in_memory().unwrap();
        assert_eq!(judge(&connection).unwrap(), Age::Older);
        migrate(&connection).unwrap();
        migrate(&connection).unwrap();
        assert_eq!(judge(&connection).unwrap(), Age::Current);
        connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
        let Failure::Said(error) = judge(&connection).unwrap_err() else { panic!() };
        assert_eq!((error.kind(), error.code()), (Kind::Cache, "newer_schema"));
        connection.pragma_update(None, "user_version", 0).unwrap();
        assert!(matches!(judge(&connection), Err(Failure::Damaged(_))));
    }

    /// Older versions can corrupt a WAL (sqlite.org/wal.html, "the WAL-reset bug").
    #[test]
    fn sqlite_is_new_enough() {
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }

    /// What was released never changes: registries that have it would not get the change.
    #[test]
    fn released_migrations_stand() {
        let digests: Vec<_> = MIGRATIONS.iter().map(|m| crate::digest::Digest::sha256(m.as_bytes()).hex()).collect();
        let released = [
            "b2b5e5a2c4d88661cb990ca769a60509e3c4cb544d4d5bc94b1516928298b038",
            "bd03d1106851692f759a6f0c87d26ea267651f37df06cdab4d1094c2c4ad794a",
        ];
        assert_eq!(digests[..released.len()], released, "add another: those that have it would not get the change");
    }
}
