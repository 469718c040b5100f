#!/usr/bin/python3 -B
"""Runs statements in ClickHouse itself, which chDB has as a library: without a server, without a place for users.

clickhouse.py LIBRARY DIRECTORY     LIBRARY: where its _chdb is; DIRECTORY keeps databases from one run to the next.

Standard input is {"rights": [GRANT WITHOUT TO], "statements": [STATEMENT]}: the user who runs the statements has these
rights and no others. There is a user called flagsmith, from a file. Prints a JSON array of answers, in the format
TabSeparatedRaw, or errors: "Code: ...".
"""

import importlib
import json
import pathlib
import sys
from xml.sax.saxutils import escape

USERS = """<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users>
<default><password/><profile>default</profile><quota>default</quota><grants>{}</grants></default>
<flagsmith><password/><profile>default</profile><quota>default</quota><grants/></flagsmith>
</users></clickhouse>"""


def run(connection, statement):
    try:
        return str(connection.query(statement, "TabSeparatedRaw"))
    except RuntimeError as error:
        return str(error)


def main():
    library, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    task = json.load(sys.stdin)
    users, config = directory / "users.xml", directory / "config.xml"
    users.write_text(USERS.format("".join(f"<query>{escape(right)}</query>" for right in task["rights"])))
    config.write_text(f"<clickhouse><users_config>{users}</users_config></clickhouse>")
    sys.path.insert(0, library)
    connection = importlib.import_module("_chdb").connect(f"{directory}/data?config-file={config}")
    answers = [run(connection, statement) for statement in task["statements"]]
    connection.close()
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
