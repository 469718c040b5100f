#!/usr/bin/python3 -B
"""Makes a store of ORGANISATIONS connections, each with an API key, unless it is there.

store.py WAREHOUSECTL ORGANISATIONS DIRECTORY

DIRECTORY then holds store.sqlite; keys, a line for each organisation; and import.json, what the import took.
"""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time
import zlib

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def key(organisation):
    """An organisation's key: its text, its id, the digest of its secret. The same each time, so no secret at all."""
    seed = hashlib.sha256(b"%d" % organisation).digest()
    secret = base64.urlsafe_b64encode(seed).decode().rstrip("=")
    # Not in the order of the organisations, as random ones would not be either.
    identifier = "".join(DIGITS[byte % 62] for byte in seed[:4]) + f"{organisation:08d}"
    text = f"whc_{identifier}_{secret}"
    rest, checksum = zlib.crc32(text.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        checksum = DIGITS[digit] + checksum
    return f"{text}_{checksum}", identifier, hashlib.sha256(secret.encode()).digest()


def new_keys(organisations, lines):
    """A row of each key, whose text becomes a line. One by one: the system counts the most memory that this process had
    as the import's as well."""
    for organisation in range(1, organisations + 1):
        text, identifier, digest = key(organisation)
        lines.write(text + "\n")
        yield identifier, digest, organisation


def insert_keys(store, organisations, path):
    """By hand, because warehousectl makes one in each run."""
    insert = "INSERT INTO api_key VALUES (?, ?, ?, '', '2026-04-17T10:00:00Z', NULL, NULL)"
    with open(path, "w") as lines, open(f"{store}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.closing(sqlite3.connect(store)) as database, database:
            database.executemany(insert, new_keys(organisations, lines))


def import_connections(warehousectl, store, organisations):
    """What the import took: seconds, and the most memory that it had, in bytes."""
    lines = store.with_name("connections.ndjson")
    with open(lines, "wb") as output:
        subprocess.run([pathlib.Path(__file__).with_name("connections.py"), str(organisations)], stdout=output, check=True)
    start = time.monotonic()
    importer = subprocess.Popen([warehousectl, "import", lines, "--store", store])
    _, status, usage = os.wait4(importer.pid, 0)
    seconds = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit("store.py: the import failed, see above")
    lines.unlink()
    return {"organisations": organisations, "seconds": seconds, "peak_memory": usage.ru_maxrss * 1024}


def main():
    warehousectl, organisations, directory = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
    if not directory.exists():
        print(f"making a store of {organisations} connections in {directory}", flush=True)
        unfinished = pathlib.Path(f"{directory}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        store = unfinished / "store.sqlite"
        subprocess.run([warehousectl, "init", "--store", store], check=True)
        insert_keys(store, organisations, unfinished / "keys")
        figures = import_connections(warehousectl, store, organisations)
        (unfinished / "import.json").write_text(json.dumps(figures) + "\n")
        unfinished.rename(directory)
    # A newer program may have a newer schema.
    subprocess.run([warehousectl, "init", "--store", directory / "store.sqlite"], check=True)
    print((directory / "import.json").read_text(), end="")


if __name__ == "__main__":
    main()
