#!/usr/bin/python3 -B
"""Runs a command that asks for a password on a terminal of its own, and ends it at the prompt.

prompt.py INT|TERM PROMPT COMMAND...     prints whether the terminal echoes: at the prompt, and after the end
"""

import os
import pty
import select
import signal
import sys
import termios
import time


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def main():
    how, prompt, *command = sys.argv[1:]
    # Opened here as well, so that it is still there when the command has ended.
    terminal, other = pty.openpty()
    child = os.fork()
    if child == 0:
        os.login_tty(other)
        os.execv(command[0], command)
    shown = b""
    deadline = time.monotonic() + 30
    while (prompt.encode() not in shown or echoes(terminal)) and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.05)[0]:
            shown += os.read(terminal, 4096)
    print("at the prompt:", echoes(terminal))
    if how == "INT":
        os.write(terminal, b"\x03")
    else:
        os.kill(child, signal.SIGTERM)
    _, status = os.waitpid(child, 0)
    print("after the end:", echoes(terminal), signal.Signals(os.WTERMSIG(status)).name)


main()
