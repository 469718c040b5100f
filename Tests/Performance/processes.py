"""What the system says of running processes, and of itself. Source: proc(5)."""

import os
import pathlib
import platform
import subprocess

TICK = 1 / os.sysconf("SC_CLK_TCK")


def family(pid):
    """A process and all that descend from it."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [member for child in children for member in family(int(child))]


def cpu_seconds(pids):
    """Seconds on a CPU of all together: in their own code, in the kernel."""
    user, system = 0, 0
    for pid in pids:
        # After the name, which is in parentheses and may hold spaces: from the third field on.
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        user += int(fields[11])
        system += int(fields[12])
    return user * TICK, system * TICK


def memory(pids):
    """Bytes in memory of all together: pages that they share counted once for each, and in equal parts."""
    sums = {"Rss": 0, "Pss": 0}
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in sums:
                sums[name] += int(rest.split()[0]) * 1024
    return sums["Rss"], sums["Pss"]


def machine():
    processor = next(line for line in open("/proc/cpuinfo") if line.startswith("model name")).partition(": ")[2].strip()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    versions = ["dpkg-query", "-W", "-f", "${Package} ${Version}, ", "golang-go", "libfcgi0ldbl", "libsqlite3-0"]
    versions += ["nginx", "php8.2-fpm", "wrk"]
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "memory": memory,
        "kernel": platform.release().partition("-")[0],
        "software": subprocess.check_output(versions, text=True).removesuffix(", "),
    }
