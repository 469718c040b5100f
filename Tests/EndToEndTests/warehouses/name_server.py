#!/usr/bin/python3 -B
"""Runs a command in a network of its own that has one name server.

name_server.py MODE COMMAND...   (as root)

MODE says what it does: `silent` never answers; `inside` knows no name; `empty` knows a.root-servers.net alone; `failing`
answers SERVFAIL; `failing-for-one` does so for example.com, and knows no other name; `changing` gives 93.184.216.34 at the
first question for a name, and 127.0.0.1 afterwards.
"""

import socket
import subprocess
import sys
import tempfile
import threading

SERVFAIL = 0x8182
NXDOMAIN = 0x8183


A, IN = 1, 1


def address(question, text):
    """An answer with that address, for no longer than now."""
    head = question[:2] + b"\x81\x80" + question[4:6] + b"\0\1" + bytes(4)
    record = b"\xc0\x0c" + A.to_bytes(2) + IN.to_bytes(2) + bytes(4) + b"\0\4" + socket.inet_aton(text)
    return head + question[12:] + record


def answer(server, mode):
    known = set()
    while True:
        question, client = server.recvfrom(512)
        if mode == "changing" and question[-4:-2] == A.to_bytes(2):
            server.sendto(address(question, "127.0.0.1" if question[12:] in known else "93.184.216.34"), client)
            known.add(question[12:])
            continue
        if mode == "empty" and question[-4:-2] == A.to_bytes(2) and question[12:].startswith(b"\1a\x0croot-servers"):
            server.sendto(address(question, "198.41.0.4"), client)
            continue
        fails = mode == "failing" or (mode == "failing-for-one" and b"\x07example\x03com\0" in question.lower())
        flags = SERVFAIL if fails else NXDOMAIN
        server.sendto(question[:2] + flags.to_bytes(2) + question[4:6] + bytes(6) + question[12:], client)


def main():
    mode, *command = sys.argv[1:]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.NamedTemporaryFile("w") as file, socket.socket(type=socket.SOCK_DGRAM) as server:
        file.write("nameserver 127.0.0.1\n")
        file.flush()
        subprocess.run(["mount", "--bind", file.name, "/etc/resolv.conf"], check=True)
        server.bind(("127.0.0.1", 53))
        if mode != "silent":
            threading.Thread(target=answer, args=(server, mode), daemon=True).start()
        status = subprocess.run(command, check=False).returncode
    sys.exit(status)


if __name__ == "__main__":
    main()
