#!/usr/bin/env python3
"""Stands in for systemd in tests: warehoused@1 and warehoused@2 on one socket, with notification and watchdog.

supervisor.py --socket PATH --directory DIRECTORY [--watchdog SECONDS] -- COMMAND...   (%i is the instance)

The systemctl beside it talks to the socket DIRECTORY/control. SIGTERM stops everything.
"""

import argparse
import asyncio
import contextlib
import ctypes
import fnmatch
import json
import os
import signal
import socket

LISTENER = 3  # SD_LISTEN_FDS_START
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
STOP_TIMEOUT = 30


class Instance:
    """One unit, as Type=notify, Restart=always, RestartSec=100ms, WatchdogSec=15 make it behave."""

    def __init__(self, name, command, directory, watchdog):
        self.name = name
        self.unit = f"warehoused@{name}.service"
        self.command = [part.replace("%i", name) for part in command]
        self.notify_path = f"{directory}/notify.{name}"
        self.watchdog = watchdog
        self.state = "inactive"
        self.process = None
        self.task = None
        self.started = None
        self.bark = None

    @property
    def pid(self):
        return self.process.pid if self.process and self.process.returncode is None else 0

    async def start(self):
        """Waits for READY=1; false if the process ended before, which does not keep it from being restarted."""
        if self.task is None:
            self.state = "activating"
            self.started = asyncio.get_running_loop().create_future()
            self.task = asyncio.create_task(self.keep_running())
        return await asyncio.shield(self.started)

    async def stop(self):
        if self.task is None:
            return
        self.state = "deactivating"
        if self.pid:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), STOP_TIMEOUT)
            except asyncio.TimeoutError:
                self.process.kill()
                await self.process.wait()
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        self.task = None
        self.state = "inactive"

    async def keep_running(self):
        while True:
            await self.run_once()
            self.settle(False)
            if self.state == "deactivating":
                return
            self.state = "activating"
            await asyncio.sleep(0.1)
            self.started = asyncio.get_running_loop().create_future()

    async def run_once(self):
        loop = asyncio.get_running_loop()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.notify_path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.setblocking(False)
            notify.bind(self.notify_path)
            loop.add_reader(notify, self.hear, notify)
            try:
                # Only the process itself knows the id that LISTEN_PID has to hold.
                self.process = await asyncio.create_subprocess_exec(
                    *["/bin/sh", "-c", 'LISTEN_PID=$$ WATCHDOG_PID=$$ exec "$@"', "sh"],
                    *self.command,
                    pass_fds=[LISTENER],
                    env=os.environ
                    | {
                        "LISTEN_FDS": "1",
                        "NOTIFY_SOCKET": self.notify_path,
                        "WATCHDOG_USEC": str(int(self.watchdog * 1_000_000)),
                    },
                    preexec_fn=lambda: ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL),
                )
                await self.process.wait()
            finally:
                loop.remove_reader(notify)
                if self.bark:
                    self.bark.cancel()

    def hear(self, notify):
        for line in notify.recv(4096).decode().splitlines():
            if line == "READY=1" and self.state == "activating":
                self.state = "active"
                self.settle(True)
            if line in ("READY=1", "WATCHDOG=1"):
                if self.bark:
                    self.bark.cancel()
                self.bark = asyncio.get_running_loop().call_later(self.watchdog, self.abort)

    def abort(self):
        print(f"stand-in-systemd: {self.unit}: watchdog timeout", flush=True)
        self.process.send_signal(signal.SIGABRT)
        self.process.send_signal(signal.SIGCONT)  # a stopped process takes no other signal

    def settle(self, result):
        if not self.started.done():
            self.started.set_result(result)


async def answer(instances, words):
    """Runs `systemctl WORDS`: its exit code and output."""
    options = [word for word in words if word.startswith("-")]
    command, *names = [word for word in words if not word.startswith("-")] or [""]
    if command == "daemon-reload":
        return 0, ""
    if command == "list-units":
        states = [option.removeprefix("--state=").split(",") for option in options if option.startswith("--state=")]
        lines = [
            f"{unit.unit} loaded {unit.state} {'running' if unit.state == 'active' else 'dead'} {unit.name}\n"
            for unit in instances
            if any(fnmatch.fnmatch(unit.unit, pattern) for pattern in names or ["*"])
            and unit.state != "inactive"
            and all(unit.state in state for state in states)
        ]
        return 0, "".join(lines)
    if command == "show":  # -p MainPID --value UNIT
        names = [name for name in names if name != "MainPID"]
    known = {unit.unit: unit for unit in instances} | {f"warehoused@{unit.name}": unit for unit in instances}
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        return 5, f"Unit {' '.join(unknown)} could not be found.\n"
    units = [known[name] for name in names]
    match command:
        case "show":
            return 0, "".join(f"{unit.pid}\n" for unit in units)
        case "is-active":
            output = "" if "--quiet" in options or "-q" in options else "".join(f"{unit.state}\n" for unit in units)
            return (0 if any(unit.state == "active" for unit in units) else 3), output
        case "start" | "restart" | "stop":
            for unit in units:
                if command != "start":
                    await unit.stop()
                if command != "stop" and not await unit.start():
                    return 1, f"Job for {unit.unit} failed.\n"
            return 0, ""
    return 64, f"{command}: the stand-in does not know this\n"


async def serve(options):
    instances = [Instance(name, options.command, options.directory, options.watchdog) for name in ("1", "2")]

    async def converse(reader, writer):
        code, output = await answer(instances, json.loads(await reader.readline()))
        writer.write(json.dumps([code, output]).encode())
        writer.close()

    control = f"{options.directory}/control"
    server = await asyncio.start_unix_server(converse, control)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    starts = asyncio.gather(*(unit.start() for unit in instances))
    await ended.wait()
    starts.cancel()
    server.close()
    await asyncio.gather(*(unit.stop() for unit in instances))
    for path in (control, options.socket, *(unit.notify_path for unit in instances)):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", required=True)
    parser.add_argument("--directory", required=True)
    parser.add_argument("--watchdog", type=float, default=15)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    for path in (options.socket, f"{options.directory}/control"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if listener.fileno() != LISTENER:
        os.dup2(listener.fileno(), LISTENER)
        listener.close()
        listener = socket.socket(fileno=LISTENER)
    listener.bind(options.socket)
    os.chmod(options.socket, 0o660)
    listener.listen(1024)
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
