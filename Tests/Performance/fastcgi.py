"""A FastCGI client of one request at a time. Source: FastCGI Specification 1.0, sections 3.3, 3.4 and 5."""

import socket
import struct

BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
RESPONDER, KEEP_CONNECTION = 1, 1
HEADER = struct.Struct("!BBHHBx")


def record(kind, content=b""):
    return HEADER.pack(1, kind, 1, len(content), 0) + content


def pair(name, value):
    """Lengths of one byte only: below 128."""
    return bytes([len(name), len(value)]) + name.encode() + value.encode()


def request(parameters, keep):
    return (
        record(BEGIN_REQUEST, struct.pack("!HB5x", RESPONDER, KEEP_CONNECTION if keep else 0))
        + record(PARAMS, b"".join(pair(name, value) for name, value in parameters.items()))
        + record(PARAMS)
        + record(STDIN)
    )


class Connection:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise
        self.input = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.input.close()
        self.socket.close()

    def ask(self, parameters, keep=True):
        """The answer as it came: head and body."""
        self.socket.sendall(request(parameters, keep))
        output = b""
        while True:
            _, kind, _, length, padding = HEADER.unpack(self.read(HEADER.size))
            content = self.read(length + padding)[:length]
            if kind == END_REQUEST:
                return output
            if kind == STDOUT:
                output += content

    def read(self, count):
        data = self.input.read(count)
        if len(data) < count:
            raise ConnectionError("the responder closed the connection")
        return data


def list_of(organisation, key):
    """The parameters of a request for an organisation's list, as nginx sends them."""
    return {
        "REQUEST_METHOD": "GET",
        "REQUEST_URI": f"/api/v1/organisations/{organisation}/integrations/warehouse-connections/",
        "REQUEST_ID": "0123456789abcdef0123456789abcdef",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Api-Key {key}",
    }
