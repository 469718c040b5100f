#!/usr/bin/python3 -B
"""Stands in for ClickHouse's HTTP interface in tests: POST / with X-ClickHouse-User, -Key and -Database.

clickhouse.py --state FILE --log FILE [--certificate FILE --key FILE]   (without TLS if not given)

The state is read again at each request:
{"users": {NAME: PASSWORD}, "scripts": [SET-UP SCRIPT], "databases": [NAME], "mode": MODE,
 "fail": {FIRST WORD OF A STATEMENT: TEXT}, "answer": {FIRST WORD: {"status", "headers", "body", "times"}}}
where MODE is normal, closing (as normal, but each connection is closed after its first answer, which does not say so),
close-once (as normal, but the first request is not answered) or one of stand_in.fault; it comes after the password is
checked. The users of a script have the passwords whose hashes it gives them. An answer is sent before the password is
checked; with "times", to so many requests only.
"""

import argparse
import collections
import hashlib
import json
import re

import stand_in


def answer_with(status, text="", **headers):
    return stand_in.Answer.whole(status, text.encode(), Content_Type="text/plain; charset=UTF-8", **headers)


def refusal(status, text):
    """`text` begins as in "Code: 497. DB::Exception:"."""
    code = re.match(r"Code: (\d+)\.", text)[1]
    return stand_in.Refusal(answer_with(status, text.rstrip("\n") + "\n", X_ClickHouse_Exception_Code=code))


def exception(status, code, name, message):
    return refusal(status, f"Code: {code}. DB::Exception: {message} ({name}) (version 25.3.1)")


class ClickHouse(stand_in.Handler):
    has_closed = False

    def answer(self, body):
        user = self.text("X-ClickHouse-User", "default")
        database = self.text("X-ClickHouse-Database", "default")
        statement = body.decode(errors="replace").strip()
        self.entry |= {"user": user, "database": database, "statement": statement}
        if self.command != "POST" or self.path.partition("?")[0] != "/":
            raise stand_in.Refusal(answer_with(404, f"There is no handle {self.command} {self.path}\n"))
        state = self.state()
        if answer := self.given_answer(statement, state.get("answer", {})):
            return answer
        self.authenticate(state, user)
        if answer := stand_in.fault(state["mode"]):
            return answer
        if state["mode"] == "closing":
            self.close_connection = True
        elif state["mode"] == "close-once":
            if not ClickHouse.has_closed:
                ClickHouse.has_closed = True
                return stand_in.CLOSE
        elif state["mode"] != "normal":
            raise ValueError(f"unknown mode {state['mode']}")
        if database not in state["databases"]:
            raise exception(404, 81, "UNKNOWN_DATABASE", f"Database {database} does not exist.")
        return self.execute(statement, state["fail"])

    def text(self, header, default):
        """Of a header's bytes, which Python takes for Latin-1, as ClickHouse does for UTF-8."""
        return self.headers.get(header, default).encode("latin-1").decode(errors="replace")

    def given_answer(self, statement, answers):
        given = answers.get(statement.partition(" ")[0])
        if not given:
            return None
        key = json.dumps(given)
        self.server.counts[key] += 1
        if self.server.counts[key] > given.get("times", self.server.counts[key]):
            return None
        headers = given.get("headers", {})
        return stand_in.Answer.whole(given["status"], given.get("body", "").encode(), **headers)

    def authenticate(self, state, user):
        password = self.text("X-ClickHouse-Key", "")
        is_right = user in state["users"] and password == state["users"][user]
        for script in state.get("scripts", []):
            for name, digest, salt in re.findall(r'^ALTER USER "(.*)" .* BY \'(.*)\' SALT \'(.*)\';$', script, re.M):
                is_right |= name == user and hashlib.sha256((password + salt).encode()).hexdigest() == digest
        if not is_right:
            problem = "Authentication failed: password is incorrect, or there is no user with such name."
            raise exception(403, 516, "AUTHENTICATION_FAILED", f"{user}: {problem}")

    def execute(self, statement, failures):
        words = statement.split()
        if words and words[0] in failures:
            raise refusal(403, failures[words[0]])
        match words:
            case ["SELECT", "1", "FORMAT", "TabSeparated"]:
                return answer_with(200, "1\n")
            case ["SELECT", "1"]:
                return answer_with(200, '{"data": [{"1": 1}]}\n')
            case ["CREATE", "TABLE", *_] | ["INSERT", *_]:
                return answer_with(200)
        raise exception(400, 62, "SYNTAX_ERROR", "Syntax error: the stand-in does not know this statement.")

    def send_response(self, code, message=None):
        super().send_response(code, message)
        if code == 200:
            self.send_header("X-ClickHouse-Server-Display-Name", "stand-in")


def main():
    parser = argparse.ArgumentParser()
    stand_in.add_files(parser, "state", "log")
    stand_in.add_files(parser, "certificate", "key", required=False)
    server = stand_in.Server(ClickHouse, parser.parse_args())
    server.counts = collections.Counter()
    stand_in.serve(server)


if __name__ == "__main__":
    main()
