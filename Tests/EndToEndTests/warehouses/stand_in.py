"""What the stand-ins for warehouses share: an HTTP(S) server on a port of the loopback, its log, how it ends.

Not run itself. Each stand-in prints `listening <port>` when it is ready, and ends at SIGTERM or after ten minutes.
"""

import dataclasses
import http.server
import itertools
import json
import os
import pathlib
import signal
import ssl
import sys
import threading
import time
from collections.abc import Iterable

LIFETIME = 600
CHUNK = b"x" * (1 << 16)


@dataclasses.dataclass(frozen=True)
class Answer:
    """`chunks` are what follows the headers on the wire, in as many writes."""

    status: int | None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    chunks: Iterable[bytes] = ()

    @classmethod
    def whole(cls, status, body, **headers):
        """Of headers, an underscore stands for a hyphen."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(status, {"Content-Length": str(len(body))} | headers, [body])

    @classmethod
    def json(cls, status, **document):
        return cls.whole(status, json.dumps(document).encode(), Content_Type="application/json")


class Refusal(Exception):
    """Ends the handling of a request with an answer."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer


HANG = Answer(None)
CLOSE = Answer(None)


def fault(mode):
    """What is wrong in `mode` with any warehouse, as an answer; None if it is none of the modes known here."""
    match mode.split(":", 1):
        case ["hang"]:
            return HANG
        case ["close"]:
            return CLOSE
        case ["rubbish"]:
            return Answer.whole(200, b"<html>\xff\x00 rubbish\x1b[31m</html>", Content_Type="text/html")
        case ["huge"]:
            chunk = b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK)
            chunks = itertools.chain(itertools.repeat(chunk, (64 << 20) // len(CHUNK)), [b"0\r\n\r\n"])
            return Answer(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}, chunks)
        case ["redirect", url]:
            return Answer.whole(307, b"", Location=url)
        case ["drip"]:
            return Answer(200, {"Content-Type": "application/json", "Content-Length": "1000"}, drops(1000))
    return None


def drops(count):
    for _ in range(count):
        time.sleep(0.2)
        yield b"x"


class Handler(http.server.BaseHTTPRequestHandler):
    """Subclasses answer; what they put into `entry` is logged, before the answer is sent."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    entry = None

    def answer(self, body):
        raise NotImplementedError

    def state(self):
        return json.loads(self.server.options.state.read_bytes())

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.exchange
        raise AttributeError(name)

    def exchange(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.entry = {"method": self.command, "path": self.path}
        with self.server.lock:
            try:
                answer = self.answer(body)
            except Refusal as refusal:
                answer = refusal.answer
            self.server.log(self.entry | {"status": answer.status})
        self.send(answer)

    def send(self, answer):
        if answer.status is None:
            if answer is HANG:
                self.rfile.read()
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            for chunk in answer.chunks:
                self.wfile.write(chunk)

    def log_message(self, *_):
        """Standard error is for what is wrong with the stand-in."""


class Server(http.server.ThreadingHTTPServer):
    """With TLS if `options` have a certificate. Requests are answered one at a time, but sent answers at once."""

    request_queue_size = 128

    def __init__(self, handler, options):
        self.options = options
        self.lock = threading.Lock()
        self.tls = None
        if options.certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(options.certificate, options.key)
        options.log.touch()
        super().__init__(("127.0.0.1", 0), handler)

    def log(self, entry):
        with open(self.options.log, "ab", buffering=0) as file:
            file.write(json.dumps(entry).encode() + b"\n")

    def finish_request(self, request, client_address):
        """Shakes hands in the connection's own thread."""
        if not self.tls:
            super().finish_request(request, client_address)
            return
        with self.tls.wrap_socket(request, server_side=True) as connection:
            super().finish_request(connection, client_address)

    def handle_error(self, request, client_address):
        """A client may go at any time, or not trust the certificate."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def add_files(parser, *names, required=True):
    for name in names:
        parser.add_argument(f"--{name}", type=pathlib.Path, metavar="FILE", required=required)


def serve(server):
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, lambda *_: os._exit(0))
    signal.alarm(LIFETIME)
    print("listening", server.server_port, flush=True)
    server.serve_forever()
