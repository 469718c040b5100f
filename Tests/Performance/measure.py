#!/usr/bin/python3 -B
"""Measures responders behind nginx, as run.sh says, and writes results.json."""

import argparse
import contextlib
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

import answers
import processes
import responders
import start_up

HERE = pathlib.Path(__file__).parent
CONNECTIONS = 32  # of wrk to nginx
HOT = 100  # organisations that are asked for again and again
STARTS = 9


def wait_until_idle(pids):
    """warehoused reads the whole store when it starts, in the background."""
    while True:
        before = sum(processes.cpu_seconds(pids))
        time.sleep(1)
        if sum(processes.cpu_seconds(pids)) - before < 0.05:
            return


def load(port, host, keys, organisations, seed, seconds):
    arguments = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", HERE / "load.lua"]
    arguments += [f"http://127.0.0.1:{port}", "--", host, keys, str(organisations), str(seed)]
    output = subprocess.run(arguments, stdout=subprocess.PIPE, check=True, text=True).stdout
    return json.loads(output.splitlines()[-1])


def figures(port, host, keys, organisations, seed, seconds, pid):
    """Of one responder under load for so many seconds."""
    family = processes.family(pid)
    user, system = processes.cpu_seconds(family)
    result = load(port, host, keys, organisations, seed, seconds)
    user_after, system_after = processes.cpu_seconds(family)
    rss, pss = processes.memory(family)
    return result | {"user": user_after - user, "system": system_after - system, "rss": rss, "pss": pss}


def measure(options, port, pids, keys, organisations):
    """The responders in turn, again and again, so that what disturbs the machine for a while disturbs all alike."""
    for repeat in range(options.repeat + 1):
        for look_ups in options.look_ups:
            among = HOT if look_ups == "hot" else organisations
            for kind in options.kinds:
                for name in options.responders:
                    seconds = options.seconds if repeat > 0 else 1
                    run = figures(port, f"{name}.{kind}", keys, among, repeat, seconds, pids[name, kind])
                    if repeat == 0:  # to warm up
                        continue
                    run |= {"organisations": organisations, "look_ups": look_ups, "kind": kind, "responder": name}
                    rate = run["requests"] / run["seconds"]
                    print(f"{organisations} {look_ups} {kind} {name}: {rate:.0f} requests/s", flush=True)
                    yield run | {"repeat": repeat}


def measure_store(options, programs, organisations):
    data = options.data / str(organisations)
    store = data / "store.sqlite"
    with open(data / "keys") as lines:
        keys = [next(lines).strip() for _ in range(answers.CHECKED)]
    bodies = answers.expected(store)
    length = sum(map(len, bodies)) // len(bodies)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Not deeper: the path of a unix socket holds 107 bytes.
    with tempfile.TemporaryDirectory(prefix="whp.") as name, contextlib.ExitStack() as stack:
        directory = pathlib.Path(name)
        pids = responders.start(stack, options.responders, directory, store, length, programs)
        subprocess.run([HERE / "nginx.sh", directory, str(port), *options.responders], check=True)
        nginx = ["nginx", "-p", directory, "-e", "error.log", "-c", "nginx.conf"]
        stack.enter_context(responders.running(nginx, directory / "nginx.log"))
        try:
            for name, kind in pids:
                answers.check(port, name, kind, keys, bodies)
            wait_until_idle(set(pids.values()))
            runs = list(measure(options, port, pids, data / "keys", organisations))
        except BaseException:
            for log in sorted(directory.glob("*.log")):
                print(f"{log.name}:\n{log.read_text()[-2000:]}", file=sys.stderr)
            raise
    starts = [start_up.seconds_to_first_answer(programs["warehoused"], store, keys[0]) for _ in range(STARTS)]
    return {
        "organisations": organisations,
        "answer_length": length,
        "import": json.loads((data / "import.json").read_text()),
        "starts": starts,
        "runs": runs,
    }


def main():
    parser = argparse.ArgumentParser()
    for name in ("data", "output", "programs"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    for name in ("seconds", "repeat"):
        parser.add_argument(f"--{name}", type=int, required=True)
    for name in ("organisations", "responders", "kinds", "look-ups"):
        parser.add_argument(f"--{name}", type=lambda text: text.split(","), required=True)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    programs = {"warehoused": options.programs / "warehoused", "peers": options.data / "peers"}
    results = {
        "date": time.strftime("%Y-%m-%d"),
        "version": subprocess.check_output([programs["warehoused"], "--version"], text=True).strip(),
        "machine": processes.machine(),
        "connections": CONNECTIONS,
        "seconds": options.seconds,
        "repeat": options.repeat,
        "stores": [measure_store(options, programs, int(number)) for number in options.organisations],
    }
    (options.output / "results.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
