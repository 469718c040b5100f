#!/usr/bin/python3 -B
"""Stands in for Snowflake's SQL API in tests, over HTTPS, with key-pair authentication as strict as can be.

snowflake.py --certificate FILE --key FILE --state FILE --log FILE

The state is read again at each request:
{"accounts": {ACCOUNT: {"users": {USER: {"RSA_PUBLIC_KEY": BASE64, "RSA_PUBLIC_KEY_2": null}}, "mode": MODE,
  "clock": 0, "grants": [[PRIVILEGE, GRANTED_ON, NAME]]}}}
where MODE, which comes after the token is checked, is one of stand_in.fault or of Snowflake.outcome; "clock" is by how
many seconds the account's clock is ahead of this machine's; and "grants" is what the role has been granted, or "no" for
a role that may not ask. "clock" and "grants" may be left out: then the clock is right and the role has all.
"""

import argparse
import base64
import dataclasses
import hashlib
import json
import re
import time
import urllib.parse
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

import stand_in
from stand_in import Answer

PATH = "/api/v2/statements"
HEADERS = {
    "Authorization": r"Bearer \S+",
    "X-Snowflake-Authorization-Token-Type": "KEYPAIR_JWT",
    "Accept": "application/json",
    "User-Agent": r".*\S.*",
}
STEPS = {
    "SHOW TERSE SCHEMAS IN DATABASE ": "database",
    "SHOW TERSE TABLES IN SCHEMA ": "schema",
    "LIST @": "stage",
    "SHOW GRANTS TO ROLE ": "grants",
    "": "warehouse",
}
# As SHOW GRANTS writes names: quotation marks only where SQL needs them.
GRANTS = [
    ["USAGE", "WAREHOUSE", "COMPUTE_WH"],
    ["USAGE", "DATABASE", "FLAGSMITH"],
    ["USAGE", "SCHEMA", "FLAGSMITH.ANALYTICS"],
    ["CREATE TABLE", "SCHEMA", "FLAGSMITH.ANALYTICS"],
    ["USAGE", "FILE_FORMAT", "FLAGSMITH.ANALYTICS.FLAGSMITH_JSON"],
    ["READ", "STAGE", "FLAGSMITH.ANALYTICS.FLAGSMITH_STAGE"],
    ["WRITE", "STAGE", "FLAGSMITH.ANALYTICS.FLAGSMITH_STAGE"],
]
COLUMNS = ["created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option", "granted_by"]

# What is left of requests, which the server handles one at a time: tokens, statements by path, requests turned away.
TOKENS = set()
STATEMENTS = {}
TURNED_AWAY = set()


@dataclasses.dataclass
class Statement:
    account: str
    text: str
    handle: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    polls: int = 0

    @property
    def step(self):
        return next(step for start, step in STEPS.items() if self.text.startswith(start))


def refusal(status, code, message, **others):
    return stand_in.Refusal(Answer.json(status, code=code, message=message, **others))


def rejection(code, message):
    """As sign-ins are refused: in another form than statements."""
    document = {"data": None, "code": code, "message": message, "success": False, "headers": None}
    return stand_in.Refusal(Answer.json(401, **document))


class InvalidToken(Exception):
    """The problem is for the log alone: to a client all are one."""


def decode(part):
    """Base64 for URLs as tokens have it: without padding, and no other characters, which Python passes over."""
    if not re.fullmatch(r"[\w-]+", part, re.ASCII):
        raise ValueError
    return base64.urlsafe_b64decode(part + "==")


def parse(token):
    """Returns claims and signature."""
    try:
        header, claims, signature = map(decode, token.split("."))
        header, claims = json.loads(header), json.loads(claims)
    except ValueError as error:
        raise InvalidToken("malformed") from error
    match header, claims:
        case {"alg": "RS256"}, {"iss": str(), "sub": str(), "iat": int(), "exp": int()}:
            return claims, signature
    raise InvalidToken("wrong algorithm or claims")


def fingerprint(key):
    return "SHA256:" + base64.b64encode(hashlib.sha256(base64.b64decode(key)).digest()).decode()


def verify(token, signature, key):
    key = serialization.load_der_public_key(base64.b64decode(key))
    try:
        key.verify(signature, token.rpartition(".")[0].encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise InvalidToken("wrong signature") from error


class Snowflake(stand_in.Handler):
    clock = 0

    def answer(self, body):
        names = ("account", "user", "slot", "step", "statement", "action", "timeout", "problem")
        self.entry |= dict.fromkeys(names) | {"host": self.headers["Host"]}
        self.check_headers()
        try:
            account = self.authenticate(self.headers["Authorization"].removeprefix("Bearer "))
        except InvalidToken as error:
            self.entry["problem"] = str(error)
            raise rejection("390144", f"JWT token is invalid. [{uuid.uuid4()}]") from error
        statement = self.find_statement(body)
        self.entry |= {"step": statement.step, "statement": statement.text}
        return stand_in.fault(account["mode"]) or self.outcome(account, statement)

    def date_time_string(self, timestamp=None):
        """For the header Date."""
        return super().date_time_string(time.time() + self.clock)

    def check_headers(self):
        posted = {"Content-Type": "application/json(;.*)?"} if self.command == "POST" else {}
        for name, pattern in (HEADERS | posted).items():
            if not re.fullmatch(pattern, self.headers.get(name, "")):
                raise refusal(400, "400", f"The header {name} is missing or wrong.")

    def authenticate(self, token):
        """Returns the account."""
        seen = token in TOKENS
        TOKENS.add(token)
        claims, signature = parse(token)
        account_name, _, user_name = claims["sub"].partition(".")
        self.entry |= {"account": account_name, "user": user_name}
        account = self.state()["accounts"].get(account_name, {"users": {}})
        self.clock = account.get("clock", 0)
        slots = account["users"].get(user_name)
        issuer, _, used = claims["iss"].rpartition(".")
        if slots is None or issuer != claims["sub"] or issuer != issuer.upper():
            raise InvalidToken("wrong issuer, account or user")
        slot = next((slot for slot, key in slots.items() if key and fingerprint(key) == used), None)
        if slot is None:
            raise InvalidToken("public key fingerprint mismatch")
        verify(token, signature, slots[slot])
        self.entry["slot"] = slot
        age, lifetime = time.time() + self.clock - claims["iat"], claims["exp"] - claims["iat"]
        if not (-5 <= age < min(60, lifetime) and lifetime <= 60):
            raise InvalidToken("issued at the wrong time, expired, or valid for too long")
        if seen:
            raise InvalidToken("used before; tokens are minted per request")
        return account

    def find_statement(self, body):
        """The one that is submitted, polled or cancelled."""
        path = urllib.parse.urlsplit(self.path).path
        if self.command == "POST" and path == PATH:
            self.entry["action"] = "submit"
            return self.submitted(body)
        self.entry["action"] = "cancel" if self.command == "POST" else "poll"
        known = path.removesuffix("/cancel") if self.command == "POST" else path
        statement = STATEMENTS.get(known)
        if self.command not in ("GET", "POST") or statement is None or statement.account != self.entry["account"]:
            raise refusal(404, "404", f"There is no {self.command} {path}.")
        statement.polls += self.command == "GET"
        return statement

    def submitted(self, body):
        if self.query().get("async") != ["true"]:
            raise refusal(400, "400", "The query lacks async=true.")
        statement = Statement(self.entry["account"], self.read_text(body))
        STATEMENTS[f"{PATH}/{statement.handle}"] = statement
        return statement

    def query(self):
        return urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)

    def read_text(self, body):
        try:
            fields = dict(json.loads(body))
        except (TypeError, ValueError) as error:
            raise refusal(400, "400", "The body is not a JSON object.") from error
        for name in ("statement", "role", "warehouse", "database", "schema"):
            if not isinstance(fields.get(name), str):
                raise refusal(400, "400", f"The body's {name} is missing or not a string.")
        self.entry["timeout"] = fields.get("timeout")
        if not isinstance(fields.get("timeout"), int) or not 1 <= fields["timeout"] <= 604800:
            raise refusal(400, "400", "The body's timeout is missing or out of range.")
        return fields["statement"]

    def outcome(self, account, statement):
        mode = account["mode"].split(":", 3)
        if self.entry["action"] == "cancel":
            if mode == ["cancel-hangs"]:
                return stand_in.HANG
            return Answer.json(200, **self.status(statement, "000604", "SQL execution canceled."))
        is_poll = self.entry["action"] == "poll"
        match mode:
            case ["reject", code, message]:
                raise rejection(code, message)
            case ["busy-forever"]:
                raise refusal(429, "429", "Too many requests.")
            case ["come-back-later"]:
                body = json.dumps({"code": "429", "message": "Too many requests."}).encode()
                raise stand_in.Refusal(Answer.whole(429, body, Content_Type="application/json", Retry_After="3600"))
            case ["starts-forever"] if is_poll:
                raise stand_in.Refusal(Answer.whole(503, b"<html>Service Unavailable</html>", Content_Type="text/html"))
            case ["busy"]:
                self.turn_away_once(statement)
            case ["poll-fails", status] if is_poll:
                raise stand_in.Refusal(Answer.whole(int(status), b"<html>", Content_Type="text/html"))
            case ["polls-hang"] if is_poll:
                return stand_in.HANG
            case ["fail", step, code, message] if is_poll and step == statement.step:
                raise refusal(422, code, message, sqlState="02000", statementHandle=statement.handle)
            case ["overtime"] if is_poll:
                words = "Statement reached its statement or warehouse timeout of 3 second(s) and was canceled."
                return Answer.json(408, **self.status(statement, "000630", words))
        runs_on = {"async": statement.polls < 3, "async-forever": True, "cancel-hangs": True}
        if mode != ["sync"] and (not is_poll or runs_on.get(mode[0])):
            return self.pending(statement)
        return self.result(account, statement)

    def turn_away_once(self, statement):
        """Each request, whether it is a submission, which has an identity, or a poll."""
        query = self.query()
        request = (statement.account, query.get("requestId", [self.path])[0])
        if request not in TURNED_AWAY:
            TURNED_AWAY.add(request)
            raise refusal(429, "429", "Too many requests.")
        if self.command == "POST" and query.get("retry") != ["true"]:
            raise refusal(400, "400", "The query of a request that is sent again lacks retry=true.")

    def status(self, statement, code, message):
        return {
            "code": code,
            "sqlState": "57014",
            "message": message,
            "statementHandle": statement.handle,
            "statementStatusUrl": f"{PATH}/{statement.handle}",
        }

    def pending(self, statement):
        words = (
            "Asynchronous execution in progress. Use provided query id to perform query monitoring and management."
        )
        return Answer.json(202, **self.status(statement, "333334", words))

    def result(self, account, statement):
        columns, rows = ["1"], [["1"]]
        if statement.step == "grants":
            grants = account.get("grants", GRANTS)
            if grants == "no":
                words = "SQL access control error:\nInsufficient privileges to operate on role 'FLAGSMITH_LOADER'."
                raise refusal(422, "003001", words, sqlState="42501", statementHandle=statement.handle)
            columns = COLUMNS
            rows = [["0", *grant, "ROLE", "FLAGSMITH_LOADER", "false", None] for grant in grants]
        return Answer.json(
            200,
            code="090001",
            statementHandle=statement.handle,
            sqlState="00000",
            message="Statement executed successfully.",
            resultSetMetaData={
                "numRows": len(rows),
                "format": "jsonv2",
                "rowType": [{"name": name, "type": "text", "nullable": True} for name in columns],
                "partitionInfo": [{"rowCount": len(rows), "uncompressedSize": 100}],
            },
            data=rows,
        )


def main():
    parser = argparse.ArgumentParser()
    stand_in.add_files(parser, "certificate", "key", "state", "log")
    stand_in.serve(stand_in.Server(Snowflake, parser.parse_args()))


if __name__ == "__main__":
    main()
