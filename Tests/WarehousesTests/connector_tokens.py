#!/usr/bin/python3 -B
"""Makes tokens as Snowflake's own connector does, and signs what another program has signed.

Reads {"key": PKCS#8 in base64, "cases": [{"account", "user", "token"}]}; prints for each case the connector's token, and
the token that it would have made of the header and the claims of the given one.
"""

import base64
import json
import sys

import jwt
from cryptography.hazmat.primitives.serialization import load_der_private_key
from snowflake.connector.auth import AuthByKeyPair


def main():
    document = json.load(sys.stdin)
    key = load_der_private_key(base64.b64decode(document["key"]), None)
    algorithm = jwt.get_algorithm_by_name(AuthByKeyPair.ALG_RS256)
    answers = []
    for case in document["cases"]:
        signed = case["token"].rpartition(".")[0]
        signature = algorithm.sign(signed.encode(), key)
        answers.append(
            {
                "token": AuthByKeyPair(key).prepare(account=case["account"], user=case["user"]),
                "resigned": f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}",
            }
        )
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
