#!/usr/bin/env python3
"""A registry of 1,000,000 items with ten attributes each: how long its questions take.

Usage: benches/registry_million.py DL FOLDER [ITEMS]

FOLDER is made and filled once; the rows have no files. Prints one line a question: the best of five, whole process,
next to the target. The program under test should be a release build.
"""
import os
import sqlite3
import subprocess
import sys
import time

# Attributes a1 to a10: the type of each, and its value in row i.
ATTRIBUTES = [
    ("int", "i % 10000"), ("int", "i % 10"), ("int", "i"), ("float", "i / 10000.0"), ("float", "(i % 7) + 0.5"),
    ("varchar", "'s' || (i % 10000)"), ("varchar", "'k' || (i % 5)"), ("varchar", "'n' || i"),
    ("datetime", "1700000000000000 + i * 1000000"), ("text", "'[' || i || ']'"),
]
NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"


def program(dl, folder):
    """The words that a call begins with."""
    return [dl, "--cache-dir", folder, "--no-config"]


def fill(dl, folder, count):
    """Fills a new cache with so many items, ids from 1 on; returns the key of the one in the middle."""
    create = [*program(dl, folder), "cache", "create", "--uri", "demo://first"]
    subprocess.run(create, check=True, stdout=subprocess.DEVNULL)
    db = sqlite3.connect(os.path.join(folder, "registry.sqlite"))
    db.execute("PRAGMA synchronous=OFF")
    db.execute("PRAGMA cache_size=-500000")
    db.execute("DELETE FROM items")
    with db:
        db.execute(
            f"""{NUMBERS}
            INSERT INTO items (id, key, version, uri, params, status, filename, ext, label, size, sha256, fetched, attributes,
                created_at, modified_at, last_read)
            SELECT i, printf('%016x%048x', (i * 2654435761) & 9223372036854775807, i / 2), 1 + i % 2,
                printf('https://h%d.example/%d', i % 100, i / 2), '{{}}', 3, printf('f%d.tsv', i), 'e' || (i % 50), '', i % 100000,
                randomblob(32), 0, 10, 1700000000000000 + i, 1700000000000000 + i, 1700000000000000 + i FROM n""",
            (count,),
        )
        for number, (table, value) in enumerate(ATTRIBUTES, 1):
            db.execute(f"{NUMBERS} INSERT INTO attr_{table} SELECT i, '', 'a{number}', {value} FROM n", (count,))
    key = db.execute("SELECT key FROM items WHERE id = ?", (count // 2,)).fetchone()[0]
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return key


def best(base, arguments, limit):
    times = []
    for _ in range(5 if limit < 2 else 1):
        start = time.perf_counter()
        run = subprocess.run(base + arguments, capture_output=True, check=False)
        times.append(time.perf_counter() - start)
    lines = run.stdout.count(b"\n")
    print(f"{min(times) * 1000:10.1f} ms  (at most {limit * 1000:.0f})  {lines:8} lines  dl {' '.join(arguments)[:90]}")


def main():
    dl, folder = sys.argv[1], sys.argv[2]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
    base, named = program(dl, folder), os.path.join(folder, "key")
    if not os.path.exists(named):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        start = time.perf_counter()
        key = fill(dl, folder, count)
        with open(named, "w") as file:
            file.write(key)
        print(f"filled in {time.perf_counter() - start:.0f} s")
    with open(named) as file:
        key = file.read()
    best(base, ["--version"], 0.001)
    best(base, ["cache", "ls", "--key", key, "--no-touch"], 0.001)
    for where in ["a1 = 77", "a6 = s77", "a2 = 3", "a3 < 100", "a4 > 99.99", "a7 = k1", "a8 = n500000", "size > 99990",
                  "a9 < date:2023-11-14T22:15:00Z"]:
        best(base, ["cache", "ls", "--where", where, "--limit", "100", "--no-touch"], 0.05)
    best(base, ["cache", "ls", "--where", "a1 = 77", "--where", "a7 = k2", "--no-touch"], 0.05)
    best(base, ["cache", "ls", "--where", "a1 = 77", "--where", "a8 = n5", "--any", "--no-touch"], 0.05)
    best(base, ["cache", "ls", "--limit", "100", "--no-touch"], 0.05)
    best(base, ["cache", "clean", "--versions", "--dry-run"], 10)
    best(base, ["cache", "clean", "--dry-run"], 10)
    best(base, ["cache", "clean", "--max-size", "1GB", "--dry-run"], 10)


if __name__ == "__main__":
    main()
