"""What responders have to answer. Nobody is measured who answers anything else."""

import contextlib
import http.client
import sqlite3
import sys
import time

import responders

CHECKED = 100  # organisations


def expected(store):
    """The lists of the first organisations, by connection.sql."""
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        statement = responders.statements()["CONNECTION_SQL"]
        return [database.execute(statement, [n]).fetchone()[0].encode() for n in range(1, CHECKED + 1)]


def ask(port, host, organisation, key):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    path = f"/api/v1/organisations/{organisation}/integrations/warehouse-connections/"
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Host": host, "Authorization": f"Api-Key {key}"})
        answer = connection.getresponse()
        return answer.status, answer.read()


def wait(port, host):
    for _ in range(300):
        with contextlib.suppress(OSError, http.client.HTTPException):
            if ask(port, host, 1, "")[0] < 500:
                return
        time.sleep(0.1)
    sys.exit(f"measure.py: {host}: no answer within thirty seconds: see the logs above")


def check(port, name, kind, keys, bodies):
    host = f"{name}.{kind}"
    wait(port, host)
    if name == "constant":
        return
    for organisation, body in enumerate(bodies, 1):
        if ask(port, host, organisation, keys[organisation - 1]) != (200, body):
            sys.exit(f"measure.py: {host}: the answer for organisation {organisation} is not that of connection.sql")
    if name != "warehoused-gateway" and ask(port, host, 2, keys[0])[0] != 403:
        sys.exit(f"measure.py: {host}: opens organisation 2 to the key of organisation 1")
