#!/usr/bin/python3 -B
"""Stands in for Snowflake's SQL API in tests, over HTTPS, with key-pair authentication as strict as can be.

snowflake.py --certificate FILE --key FILE --state FILE --log FILE

The state is read again at each request:
{"accounts": {ACCOUNT: {"users": {USER: {"RSA_PUBLIC_KEY": BASE64, "RSA_PUBLIC_KEY_2": null}}, "mode": MODE}}}
where MODE, which comes after the token is checked, is one of stand_in.fault or of Snowflake.outcome.
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
STEPS = {"SHOW TERSE SCHEMAS IN DATABASE ": "database", "SHOW TERSE TABLES IN SCHEMA ": "schema", "LIST @": "stage", "": "warehouse"}

# What is left of requests, which the server handles one at a time: tokens, statements by path, requests met by 429.
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


def invalid_token(problem, code="390144"):
    return refusal(401, code, f"JWT token is invalid: {problem}.")


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
        raise invalid_token("malformed") from error
    match header, claims:
        case {"alg": "RS256"}, {"iss": str(), "sub": str(), "iat": int(), "exp": int()}:
            return claims, signature
    raise invalid_token("wrong algorithm or claims")


def fingerprint(key):
    return "SHA256:" + base64.b64encode(hashlib.sha256(base64.b64decode(key)).digest()).decode()


def verify(token, signature, key):
    key = serialization.load_der_public_key(base64.b64decode(key))
    try:
        key.verify(signature, token.rpartition(".")[0].encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise invalid_token("wrong signature") from error


class Snowflake(stand_in.Handler):
    def answer(self, body):
        self.entry |= dict.fromkeys(("account", "user", "slot", "step", "statement")) | {"host": self.headers["Host"]}
        self.check_headers()
        mode = self.authenticate(self.headers["Authorization"].removeprefix("Bearer "))["mode"]
        statement = self.find_statement(body)
        self.entry |= {"step": statement.step, "statement": statement.text}
        return stand_in.fault(mode) or self.outcome(mode, statement)

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
        slots = account["users"].get(user_name)
        issuer, _, used = claims["iss"].rpartition(".")
        if slots is None or issuer != claims["sub"] or issuer != issuer.upper():
            raise invalid_token("wrong issuer, account or user")
        slot = next((slot for slot, key in slots.items() if key and fingerprint(key) == used), None)
        if slot is None:
            raise invalid_token("public key fingerprint mismatch", "394304")
        verify(token, signature, slots[slot])
        self.entry["slot"] = slot
        age, lifetime = time.time() - claims["iat"], claims["exp"] - claims["iat"]
        if not (-5 <= age < min(60, lifetime) and lifetime <= 60):
            raise invalid_token("issued at the wrong time, expired, or valid for too long", "394302")
        if seen:
            raise invalid_token("used before; tokens are minted per request")
        return account

    def find_statement(self, body):
        """The one that is posted or polled."""
        path = urllib.parse.urlsplit(self.path).path
        if self.command == "POST" and path == PATH:
            statement = Statement(self.entry["account"], self.read_text(body))
            STATEMENTS[f"{PATH}/{statement.handle}"] = statement
            return statement
        statement = STATEMENTS.get(path)
        if self.command != "GET" or statement is None or statement.account != self.entry["account"]:
            raise refusal(404, "404", f"There is no {self.command} {path}.")
        statement.polls += 1
        return statement

    def read_text(self, body):
        try:
            fields = dict(json.loads(body))
        except (TypeError, ValueError) as error:
            raise refusal(400, "400", "The body is not a JSON object.") from error
        for name in ("statement", "role", "warehouse", "database", "schema"):
            if not isinstance(fields.get(name), str):
                raise refusal(400, "400", f"The body's {name} is missing or not a string.")
        return fields["statement"]

    def outcome(self, mode, statement):
        match mode.split(":", 3):
            case ["unauthorised"]:
                raise refusal(401, "390144", "JWT token is invalid. [0ce9eb56-821d-4ca9-a774-04ae89a0cf5a]")
            case ["busy-forever"]:
                raise refusal(429, "429", "Too many requests.")
            case ["busy"]:
                if self.command == "POST":
                    self.turn_away_once(statement)
            case ["fail", step, code, message] if step == statement.step:
                raise refusal(422, code, message, sqlState="02000", statementHandle=statement.handle)
            case ["async" | "async-forever" as name] if name == "async-forever" or statement.polls < 3:
                return self.pending(statement)
            case ["normal" | "async"] | ["fail", "warehouse" | "database" | "schema" | "stage", _, _]:
                pass
            case _:
                raise ValueError(f"unknown mode {mode}")
        return Answer.json(
            200,
            code="090001",
            statementHandle=statement.handle,
            sqlState="00000",
            message="Statement executed successfully.",
            resultSetMetaData={"numRows": 1},
            data=[["1"]],
        )

    def turn_away_once(self, statement):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        request = (statement.account, query.get("requestId", [statement.text])[0])
        if request not in TURNED_AWAY:
            TURNED_AWAY.add(request)
            raise refusal(429, "429", "Too many requests.")
        if query.get("retry") != ["true"]:
            raise refusal(400, "400", "The query of a request that is sent again lacks retry=true.")

    def pending(self, statement):
        return Answer.json(
            202,
            code="333334",
            message="Asynchronous execution in progress."
            " Use provided query id to perform query monitoring and management.",
            statementHandle=statement.handle,
            statementStatusUrl=f"{PATH}/{statement.handle}",
        )


def main():
    parser = argparse.ArgumentParser()
    stand_in.add_files(parser, "certificate", "key", "state", "log")
    stand_in.serve(stand_in.Server(Snowflake, parser.parse_args()))


if __name__ == "__main__":
    main()
