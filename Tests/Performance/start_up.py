"""How long warehoused takes from exec to its first answer."""

import contextlib
import os
import signal
import tempfile
import time

import fastcgi


def seconds_to_first_answer(warehoused, store, key, timeout=30):
    with tempfile.TemporaryDirectory(prefix="whp.") as directory, open(os.devnull) as null:
        socket = f"{directory}/socket"
        arguments = [warehoused, "--store", store, "--listen", f"unix:{socket}"]
        request = fastcgi.list_of(1, key)
        silence = [(os.POSIX_SPAWN_DUP2, null.fileno(), 2)]
        start = time.monotonic()
        pid = os.posix_spawn(warehoused, arguments, os.environ, file_actions=silence)
        try:
            while time.monotonic() < start + timeout:
                with contextlib.suppress(FileNotFoundError, ConnectionRefusedError), fastcgi.Connection(socket) as peer:
                    answer = peer.ask(request, keep=False)
                    end = time.monotonic()
                    if not answer.startswith(b"Status: 200 "):
                        raise RuntimeError(f"warehoused's first answer: {answer[:200]!r}")
                    return end - start
            raise TimeoutError(f"warehoused: no answer within {timeout} seconds")
        finally:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
