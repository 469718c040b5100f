#!/usr/bin/python3 -B
"""Writes the import lines of organisations 1 to ORGANISATIONS: the examples in turn, each with its own id, account and
public key.

connections.py ORGANISATIONS
"""

import base64
import json
import pathlib
import random
import string
import sys

EXAMPLES = pathlib.Path(__file__).parent.parent / "Fixtures/connections.ndjson"
# As PublicKey.swift has them: what is the same in every RSA-4096 key, and how long one is.
KEY_PREFIX = "MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA"
KEY_SUFFIX = "CAwEAAQ=="
KEY_LENGTH = 736
ALPHANUMERIC = string.digits + string.ascii_letters


def public_key(generator):
    length = KEY_LENGTH - len(KEY_PREFIX) - len(KEY_SUFFIX)
    return KEY_PREFIX + base64.b64encode(generator.randbytes(length)).decode()[:length] + KEY_SUFFIX


def connection_id(generator):
    return "wc_" + "".join(generator.choices(ALPHANUMERIC, k=16))


def lines(organisations):
    examples = [(text, json.loads(text)) for text in EXAMPLES.read_text().splitlines(keepends=True)]
    generator = random.Random(1)
    for organisation in range(1, organisations + 1):
        text, example = examples[organisation % len(examples)]
        account = example["config"]["account_identifier"]
        # Text for text and not by a JSON encoder, which takes longer than the import.
        yield (
            text.replace(f'"organisation":{example["organisation"]},', f'"organisation":{organisation},', 1)
            .replace(example["id"], connection_id(generator), 1)
            .replace(account, f"xy{organisation:07d}.us-east-1", 1)
            .replace(example["public_key"], public_key(generator))
        )


def main():
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.writelines(lines(int(sys.argv[1])))


if __name__ == "__main__":
    main()
