#!/usr/bin/python3 -B
"""An HTTP proxy in tests that knows CONNECT alone, and leads every tunnel to one port of the loopback.

proxy.py --to PORT --log FILE [--credentials USER:PASSWORD] [--refuse STATUS]

The log has a line {"target", "status"} for each CONNECT. A client that does not give the credentials gets 407; with
--refuse each one gets that status, a closed connection if it is 0, or no answer if it is -1.
"""

import argparse
import base64
import selectors
import socket

import stand_in


class Proxy(stand_in.Handler):
    def exchange(self):
        options = self.server.options
        self.close_connection = True
        status = 200 if options.refuse is None else options.refuse
        if self.command != "CONNECT":
            status = 405
        elif options.credentials:
            wanted = "Basic " + base64.b64encode(options.credentials.encode()).decode()
            if self.headers.get("Proxy-Authorization") != wanted:
                status = 407
        self.server.log({"target": self.path, "status": status})
        if status < 0:
            self.rfile.read()
        elif status:
            self.send_response(status)
            if status != 200:
                self.send_header("Content-Length", "0")
            self.end_headers()
        if status == 200:
            with socket.create_connection(("127.0.0.1", options.to)) as server:
                relay(self.connection, server)


def relay(client, server):
    """Until one side has ended."""
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ, server)
        selector.register(server, selectors.EVENT_READ, client)
        while True:
            for key, _ in selector.select():
                if not (data := key.fileobj.recv(1 << 16)):
                    return
                key.data.sendall(data)


def main():
    parser = argparse.ArgumentParser()
    stand_in.add_files(parser, "log")
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--credentials")
    parser.add_argument("--refuse", type=int)
    options = parser.parse_args()
    options.certificate = None
    stand_in.serve(stand_in.Server(Proxy, options))


if __name__ == "__main__":
    main()
