#!/usr/bin/python3 -B
"""Where a redirect leads in tests: answers every request with 200, and logs all of it.

recorder.py --certificate FILE --key FILE --log FILE [--plain]   (without TLS)

The log has a line {"connection"} for each accepted connection, before TLS, and one {"request", "headers", "body"} for
each request.
"""

import argparse
import sys

import stand_in


class Recorder(stand_in.Handler):
    def answer(self, body):
        self.entry = {
            "request": self.requestline,
            "headers": self.headers.items(),
            "body": body.decode("latin-1"),
        }
        return stand_in.Answer.json(200, code="090001", message="Statement executed successfully.", data=[["1"]])


class CountingServer(stand_in.Server):
    def get_request(self):
        connection, (host, port) = super().get_request()
        self.log({"connection": f"{host}:{port}"})
        return connection, (host, port)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plain", action="store_true")
    stand_in.add_files(parser, "log")
    stand_in.add_files(parser, "certificate", "key", required="--plain" not in sys.argv)
    options = parser.parse_args()
    if options.plain:
        options.certificate = None
    stand_in.serve(CountingServer(Recorder, options))


if __name__ == "__main__":
    main()
