"""Draws results.svg: requests per second and CPU per request, with a bar for each kind of connection."""

import html

WIDTH, PANEL, GAP, LABELS = 900, 330, 40, 190
BAR, GROUP, TOP = 15, 48, 84
NAMES = {
    "constant": "C, constant: the limit",
    "sqlite": "C, SQLite",
    "warehoused-gateway": "warehoused, gateway",
    "warehoused-keys": "warehoused, keys",
    "php": "PHP-FPM, PDO",
    "go": "Go, net/http/fcgi",
}
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.strong { font-weight: 600 }
.ground { fill: #ffffff }
.kept { fill: #0969da }
.fresh { fill: #8c959f }
@media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .ground { fill: #0d1117 }
    .kept { fill: #4493f8 }
    .fresh { fill: #6e7681 }
}
"""


def label(x, y, text, kind=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}">{html.escape(text)}</text>\n'


def bar(x, y, width, kind):
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.1f}" height="{BAR}" class="{kind}"/>\n'


def panel(left, heading, responders, figures):
    """Bars of `figures`, a number by kind and responder."""
    scale = (PANEL - 60) / max(figures.values())
    text = label(left, TOP - 12, heading, "strong")
    for index, responder in enumerate(responders):
        kinds = [kind for kind in ("kept", "fresh") if (kind, responder) in figures]
        for place, kind in enumerate(kinds):
            y = TOP + index * GROUP + place * (BAR + 2)
            figure = figures[kind, responder]
            text += bar(left, y, figure * scale, kind) + label(left + figure * scale + 6, y + BAR - 3, f"{figure:,.0f}")
    return text


def svg(title, summaries):
    """The chart of `summaries`, as report.py has them: by kind and responder."""
    responders = list(dict.fromkeys(responder for _, responder in summaries))
    height = TOP + len(responders) * GROUP
    text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">\n'
    text += f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n"
    text += f'<rect width="{WIDTH}" height="{height}" class="ground"/>\n'
    text += label(16, 26, title, "strong")
    text += bar(16, 38, BAR, "kept") + label(36, 49, "connections kept")
    text += bar(186, 38, BAR, "fresh") + label(206, 49, "a connection for each request")
    for index, responder in enumerate(responders):
        kind = "strong" if responder.startswith("warehoused") else ""
        text += label(16, TOP + index * GROUP + BAR + 5, NAMES[responder], kind)
    rates = {key: summary["rate"] for key, summary in summaries.items()}
    times = {key: summary["cpu"] for key, summary in summaries.items()}
    text += panel(LABELS, "requests per second: more is better", responders, rates)
    text += panel(LABELS + PANEL + GAP, "CPU µs per request: less is better", responders, times)
    return text + "</svg>\n"
