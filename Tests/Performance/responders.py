"""The responders to compare, and how each is started on the sockets DIRECTORY/NAME.fresh and DIRECTORY/NAME.kept."""

import contextlib
import os
import pathlib
import subprocess

PEERS = pathlib.Path(__file__).with_name("peers")
KINDS = ["fresh", "kept"]  # a connection for each request; connections kept
THREADS = 4  # warehoused's default on two cores; the peers have as many

# PHP-FPM gives a child to a connection for as long as that lasts, so kept ones need a child each, and some for those
# that nginx makes before it has closed others.
PHP_CHILDREN = {"fresh": THREADS, "kept": 40}
PHP_POOL = """
[global]
daemonize = no
error_log = {socket}.log
[{kind}]
{user}
listen = {socket}
listen.backlog = 1024
pm = static
pm.max_children = {children}
php_admin_value[opcache.validate_timestamps] = 0
env[STORE] = {store}
env[KEY_SQL] = "{KEY_SQL}"
env[CONNECTION_SQL] = "{CONNECTION_SQL}"
"""


def command(name, kind, socket, store, answer_length, programs):
    """The command line of a responder."""
    match name:
        case "constant":
            return [programs["peers"] / "constant", socket, str(THREADS), str(answer_length)]
        case "sqlite":
            return [programs["peers"] / "sqlite", socket, str(THREADS), store]
        case "go":
            return [programs["peers"] / "go", socket, str(THREADS), store]
        case "php":
            user = "user = root\ngroup = root" if os.getuid() == 0 else ""
            pool = pathlib.Path(f"{socket}.conf")
            children = PHP_CHILDREN[kind]
            pool.write_text(
                PHP_POOL.format(socket=socket, kind=kind, user=user, children=children, store=store, **statements())
            )
            return ["php-fpm8.2", "--fpm-config", pool] + (["--allow-to-run-as-root"] if user else [])
    mode = name.removeprefix("warehoused-")
    options = {"store": store, "listen": f"unix:{socket}", "threads": THREADS, "authorisation": mode}
    return [programs["warehoused"]] + [f"--{option}={value}" for option, value in options.items()]


def statements():
    """The look-ups of the peers, as variables of the environment; on one line each, for PHP-FPM's configuration."""
    return {
        "KEY_SQL": " ".join(PEERS.joinpath("key.sql").read_text().split()),
        "CONNECTION_SQL": " ".join(PEERS.joinpath("connection.sql").read_text().split()),
    }


@contextlib.contextmanager
def running(arguments, log):
    """A process from here to the end of the block."""
    with open(log, "ab") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=output, env=os.environ | statements())
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start(stack, names, directory, store, answer_length, programs):
    """Starts them until `stack` ends; the process of each by name and kind."""
    pids = {}
    for name in names:
        for kind in KINDS:
            socket = directory / f"{name}.{kind}"
            if kind == "kept" and name != "php":
                # One process answers both kinds.
                socket.symlink_to(directory / f"{name}.fresh")
                pids[name, kind] = pids[name, "fresh"]
                continue
            arguments = command(name, kind, socket, store, answer_length, programs)
            pids[name, kind] = stack.enter_context(running(arguments, f"{socket}.log"))
    return pids
