#!/usr/bin/python3 -B
"""Runs a command in a network of its own, whose only name server never answers, or knows no name.

name_server.py silent|empty COMMAND...   (as root)
"""

import socket
import subprocess
import sys
import tempfile
import threading

NXDOMAIN = 0x8183


def answer(server):
    while True:
        question, client = server.recvfrom(512)
        server.sendto(question[:2] + NXDOMAIN.to_bytes(2) + question[4:6] + bytes(6) + question[12:], client)


def main():
    mode, *command = sys.argv[1:]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.NamedTemporaryFile("w") as file, socket.socket(type=socket.SOCK_DGRAM) as server:
        file.write("nameserver 127.0.0.1\n")
        file.flush()
        subprocess.run(["mount", "--bind", file.name, "/etc/resolv.conf"], check=True)
        server.bind(("127.0.0.1", 53))
        if mode == "empty":
            threading.Thread(target=answer, args=(server,), daemon=True).start()
        status = subprocess.run(command, check=False).returncode
    sys.exit(status)


if __name__ == "__main__":
    main()
