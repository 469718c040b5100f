#!/usr/bin/python3 -B
"""Makes results.md and results.svg of results.json, which measure.py has written.

report.py DIRECTORY
"""

import json
import pathlib
import statistics
import sys

import chart

LIMIT = "constant"
HEADING = """# How fast warehoused is

Version {version} on {date}; {cores} cores of {processor}, {memory:.0f} GB, Linux {kernel}. `Tests/Performance/run.sh`
measures this anew.

Each figure is the median of {repeat}, measured in turn for {seconds} s each. wrk asks over {connections} connections,
through one worker of nginx that has the FastCGI directives of `nginx.conf`, but no TLS, no limits and no log; all share
the machine. An answer has some {answer_length:,} bytes. *Kept*: nginx keeps its connections to the responder; *fresh*:
it makes one for each request.

**The limit** receives a request and sends the same answer each time, in C, and does nothing else. *Of the limit* is what
a figure is of the limit's in the same turn. CPU is the responder's own. The other peers look up the API key and the
connection in the store at each request and answer the same bytes; warehoused remembers some 300 answers and 500 keys
in each thread, for as long as nothing is committed. They leave out what makes warehoused safe to run: they trust the
form of a request, skip a key's checksum, and never notice that the store was damaged or replaced.

Debian packages: {software}.
"""
COLUMNS = [
    "responder", "connections", "requests/s", "of the limit", "CPU µs per request", "of the limit",
    "user + system", "p50 ms", "p99 ms", "memory MB", "errors",
]  # fmt: skip


def rate(run):
    return run["requests"] / run["seconds"]


def cpu(run):
    """Microseconds per request."""
    return (run["user"] + run["system"]) / run["requests"] * 1e6


def group(runs):
    """The runs by look-ups, kind and responder, each in the order of their repeats."""
    groups = {}
    for run in runs:
        groups.setdefault((run["look_ups"], run["kind"], run["responder"]), []).append(run)
    return groups


def summary(runs, limits):
    """The medians of one responder's runs; ratios are those of each repeat."""

    def median(figure):
        return statistics.median(map(figure, runs))

    def ratio(figure):
        return statistics.median(figure(run) / figure(limit) for run, limit in zip(runs, limits)) if limits else None

    return {
        "rate": median(rate),
        "rate_ratio": ratio(rate),
        "cpu": median(cpu),
        "cpu_ratio": ratio(cpu),
        "user": median(lambda run: run["user"] / run["requests"] * 1e6),
        "system": median(lambda run: run["system"] / run["requests"] * 1e6),
        "p50": median(lambda run: run["p50"] / 1e3),
        "p99": median(lambda run: run["p99"] / 1e3),
        "memory": median(lambda run: run["pss"] / 1e6),
        "errors": sum(run["refused"] + run["broken"] for run in runs),
    }


def name(responder):
    plain = chart.NAMES[responder]
    return f"**{plain}**" if responder.startswith("warehoused") else plain


def row(cells):
    return f"| {' | '.join(cells)} |\n"


def table(summaries):
    text = row(COLUMNS) + row(["---"] * 2 + ["---:"] * (len(COLUMNS) - 2))
    for (kind, responder), it in summaries.items():
        ratios = [f"{ratio:.2f}" if ratio else "" for ratio in (it["rate_ratio"], it["cpu_ratio"])]
        text += row([
            name(responder), kind, f"{it['rate']:,.0f}", ratios[0], f"{it['cpu']:.0f}", ratios[1],
            f"{it['user']:.0f} + {it['system']:.0f}", f"{it['p50']:.1f}", f"{it['p99']:.1f}", f"{it['memory']:.1f}",
            str(it["errors"]),
        ])  # fmt: skip
    return text


def main():
    directory = pathlib.Path(sys.argv[1])
    results = json.loads((directory / "results.json").read_text())
    machine = results["machine"]
    text = HEADING.format(**results | machine | results["stores"][-1] | {"memory": machine["memory"] / 1e9})
    for store in results["stores"]:
        groups = group(store["runs"])
        for look_ups in dict.fromkeys(look_ups for look_ups, _, _ in groups):
            summaries = {
                (kind, responder): summary(runs, groups.get((look_ups, kind, LIMIT)))
                for (of, kind, responder), runs in groups.items()
                if of == look_ups
            }
            among = "any of them asked for" if look_ups == "uniform" else "the same 100 of them asked for"
            text += f"\n## {store['organisations']:,} organisations, {among}\n\n" + table(summaries)
    text += "\n## Import and start\n\n"
    text += row(["connections", "`warehousectl import`", "lines/s", "its peak memory", "first answer of warehoused"])
    text += row(["---:"] * 5)
    for store in results["stores"]:
        it, start = store["import"], statistics.median(store["starts"]) * 1e3
        lines = it["organisations"] / it["seconds"]
        text += row([
            f"{it['organisations']:,}", f"{it['seconds']:.1f} s", f"{lines:,.0f}", f"{it['peak_memory'] / 1e6:.0f} MB",
            f"{start:.1f} ms after exec",
        ])  # fmt: skip
    (directory / "results.md").write_text(text)
    print(text)
    title = f"{results['stores'][-1]['organisations']:,} organisations, {among}"
    (directory / "results.svg").write_text(chart.svg(title, summaries))


if __name__ == "__main__":
    main()
