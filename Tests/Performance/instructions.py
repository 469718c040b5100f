#!/usr/bin/python3 -B
"""Counts the instructions of a request and compares them with instructions.txt, as instructions.sh says.

instructions.py [--write] DIRECTORY: there are the programs constant and warehoused, and a store of 100 connections.
"""

import argparse
import contextlib
import pathlib
import re
import subprocess
import sys
import time

import answers
import fastcgi

COMMITTED = pathlib.Path(__file__).with_name("instructions.txt")
HEADING = "# Instructions of warehoused for a request, as a multiple of constant.c's. From: instructions.sh --write\n"
TOLERANCE = 0.05
FEW, MANY = 2_000, 6_000
REMEASURE = f"run Tests/Performance/instructions.sh --write and commit {COMMITTED.name}"


def ask(socket, keys, count, kept):
    """Asks for as many lists, one after the other."""
    with contextlib.ExitStack() as stack:
        if kept:
            connection = stack.enter_context(fastcgi.Connection(socket))
        for index in range(count):
            organisation = index % len(keys) + 1
            request = fastcgi.list_of(organisation, keys[organisation - 1])
            if kept:
                answer = connection.ask(request)
            else:
                with fastcgi.Connection(socket) as fresh:
                    answer = fresh.ask(request, keep=False)
            if not answer.startswith(b"Status: 200 "):
                sys.exit(f"instructions.py: an answer is {answer[:200]!r}")


def wait_for(socket, process):
    while process.poll() is None:
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError), fastcgi.Connection(socket):
            return
        time.sleep(0.1)


def instructions(command, directory, keys, count, kept):
    """All of a process that answers so many requests."""
    socket, output, log = directory / "socket", directory / "callgrind.out", directory / "log"
    socket.unlink(missing_ok=True)
    arguments = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={output}", *command(socket)]
    with open(log, "w") as lines, subprocess.Popen(arguments, stdout=lines, stderr=lines) as process:
        try:
            wait_for(socket, process)
            ask(socket, keys, count, kept)
        except OSError as error:
            sys.exit(f"instructions.py: {arguments[4]}: {error}: {log.read_text()}")
        finally:
            process.terminate()
    return int(re.search(r"^(?:summary|totals): (\d+)", output.read_text(), re.MULTILINE)[1])


def per_request(command, directory, keys, kept):
    """Of two counts the difference, so that start and end do not matter."""
    few, many = (instructions(command, directory, keys, count, kept) for count in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def verdict(kind, ratio, committed):
    """A line that says how `ratio` compares; and whether it may be."""
    change = ratio / committed - 1
    line = f"{kind}: {ratio:.2f} times the limit's instructions, {committed:.2f} in {COMMITTED.name} ({change:+.1%})"
    if change > TOLERANCE:
        return f"FAIL {line}: find the reason, or {REMEASURE}", False
    return f"ok   {line}" + (f": cheaper, so {REMEASURE}" if change < -TOLERANCE else ""), True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("directory", type=pathlib.Path)
    options = parser.parse_args()
    directory, store = options.directory, options.directory / "store/store.sqlite"
    keys = (directory / "store/keys").read_text().split()
    bodies = answers.expected(store)
    length = sum(map(len, bodies)) // len(bodies)

    def limit(socket):
        return [directory / "constant", socket, "1", str(length)]

    def warehoused(socket):
        return [directory / "warehoused", "--store", store, "--listen", f"unix:{socket}", "--threads", "1"]

    ratios = {}
    for kind in ("kept", "fresh"):
        least, its = (per_request(command, directory, keys, kind == "kept") for command in (limit, warehoused))
        ratios[kind] = its / least
        print(f"{kind}: {its:,.0f} instructions for each request, the limit {least:,.0f}", flush=True)
    if options.write:
        COMMITTED.write_text(HEADING + "".join(f"{kind} {ratio:.2f}\n" for kind, ratio in ratios.items()))
        return
    lines = [line.split() for line in COMMITTED.read_text().splitlines() if not line.startswith("#")]
    committed = {kind: float(ratio) for kind, ratio in lines}
    verdicts = [verdict(kind, ratio, committed[kind]) for kind, ratio in ratios.items()]
    print("\n".join(line for line, _ in verdicts))
    sys.exit(0 if all(passed for _, passed in verdicts) else 1)


if __name__ == "__main__":
    main()
