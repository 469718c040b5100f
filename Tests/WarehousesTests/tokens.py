"""Prints what sqlglot makes of the files 0.sql, 1.sql, ... in a folder: tokens.py FOLDER COUNT DIALECT [--tokens].

As JSON, for each file the kinds of its statements (none with --tokens) and its tokens, whose quotation marks are gone.
"""

import json
import logging
import pathlib
import sys

import sqlglot

# It says of each statement that it knows by its first word only that it does.
logging.disable()


def tokens(sql: str, dialect: str):
    """After EXECUTE it leaves the rest of the statement in one token."""
    is_rest = False
    for token in sqlglot.tokenize(sql, dialect=dialect):
        if is_rest:
            yield from tokens(token.text, dialect)
        else:
            yield token.token_type.name, token.text
        is_rest = token.text.upper() == "EXECUTE"


def read(sql: str, dialect: str):
    statements = [] if "--tokens" in sys.argv else sqlglot.parse(sql, dialect, error_level=sqlglot.ErrorLevel.RAISE)
    # Comments behind the last statement are one to it.
    kinds = [type(each).__name__ for each in statements if not isinstance(each, sqlglot.exp.Semicolon)]
    return {"statements": kinds, "tokens": list(tokens(sql, dialect))}


folder, count, dialect = sys.argv[1:4]
files = [pathlib.Path(folder, f"{number}.sql").read_text("utf-8") for number in range(int(count))]
json.dump([read(sql, dialect) for sql in files], sys.stdout)
