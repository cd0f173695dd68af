#!/usr/bin/env python3
# Draws a run's figures as SVG bar charts that read on light and on dark pages.
# SPDX-License-Identifier: EUPL-1.2
"""usage: plot.py RESULTS.json DIRECTORY"""
import json
import os
import sys
from xml.sax.saxutils import escape

# File name, title, and the metrics that are its groups of bars.
CHARTS = (
    ("bulk-rate", "Bulk throughput", ("bulk_1_rate", "bulk_8_rate", "bulk_64_rate")),
    (
        "bulk-cpu",
        "CPU a gigabyte",
        ("bulk_1_cpu", "bulk_8_cpu", "bulk_64_cpu", "bulk_8_pinned_cpu"),
    ),
    ("latency", "There and back: median", ("ping_1_p50", "ping_1_pinned_p50", "ping_64_p50")),
    ("message-cpu", "CPU a small message", ("ping_1_cpu", "ping_1_pinned_cpu", "ping_64_cpu")),
    ("set-up", "Pairs made a second", ("set_up_rate", "set_up_pinned_rate")),
    ("set-up-cpu", "CPU a pair made", ("set_up_cpu", "set_up_pinned_cpu")),
    ("mixed", "CPU of the mixed load", ("mixed_cpu",)),
    ("memory", "Memory a peer", ("idle_pair_memory", "waiting_memory")),
    ("gate-rate", "Through a gateway", ("up_1k_rate", "up_64k_rate", "down_rate", "tls_down_rate")),
    (
        "gate-cpu",
        "CPU a gigabyte through a gateway",
        ("up_1k_cpu", "up_64k_cpu", "down_cpu", "tls_up_1k_cpu", "tls_down_cpu"),
    ),
    (
        "gate-sessions",
        "Sessions of a gateway",
        ("open_rate", "open_pinned_rate", "open_tls_rate", "idle_memory", "idle_memory_tls"),
    ),
)
COLOURS = ("#2f81f7", "#d29922", "#3fb950", "#a371f7", "#db6d28", "#8b949e", "#39c5cf")
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 15px }
.group { font-weight: 600 }
.whisker { stroke: #24292f; stroke-opacity: .7 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .whisker { stroke: #e6edf3 } }
"""
WIDTH, LABELS, VALUES, BAR, GAP = 720, 90, 110, 18, 5


def number(value):
    """Three digits that count, without an exponent."""
    for least, digits in ((100, 0), (10, 1), (1, 2)):
        if abs(value) >= least:
            return f"{value:,.{digits}f}"
    return f"{value:.3f}"


def drawn_bar(name, figure, longest, colour, y):
    """One subject's median, with a whisker from the least to the most."""
    scale = (WIDTH - LABELS - VALUES) / longest
    middle = y + BAR / 2
    width = max(figure["median"] * scale, 1)
    least, most = (LABELS + figure[end] * scale for end in ("min", "max"))
    return [
        f'<text x="{LABELS - 8}" y="{middle + 4.5}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2" fill="{colour}"/>',
        f'<line class="whisker" x1="{least:.1f}" x2="{most:.1f}" y1="{middle}" y2="{middle}"/>',
        f'<text x="{max(LABELS + width, most) + 6:.1f}" y="{middle + 4.5}">'
        f'{number(figure["median"])}</text>',
    ]


def drawn_group(metric, names, colours, y):
    """One metric: a heading and a bar a subject. The elements and the y below them."""
    better = "more" if metric["better"] == "higher" else "less"
    heading = f'{metric["title"]}, {metric["unit"]} ({better} is better)'
    parts = [f'<text class="group" x="{LABELS}" y="{y + 14}">{escape(heading)}</text>']
    y += 22
    longest = max(metric["subjects"][name]["max"] for name in names) or 1
    for name in names:
        parts += drawn_bar(name, metric["subjects"][name], longest, colours[name], y)
        y += BAR + GAP
    return parts, y + 14


def chart(title, metrics, colours):
    parts = [f'<text class="title" x="{LABELS}" y="22">{escape(title)}</text>']
    y = 40
    for metric in metrics:
        names = [name for name in colours if name in metric["subjects"]]
        more, y = drawn_group(metric, names, colours, y)
        parts += more
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" '
            f'width="{WIDTH}" height="{y}" role="img" aria-label="{escape(title)}">',
            f"<style>{STYLE}</style>",
            *parts,
            "</svg>\n",
        ]
    )


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, directory = sys.argv[1:]
    with open(source, encoding="utf-8") as f:
        results = json.load(f)
    names = [s["name"] for s in results["subjects"] if not s["name"].endswith(" again")]
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    by_key = {m["key"]: m for m in results["metrics"]}
    os.makedirs(directory, exist_ok=True)
    for file, title, keys in CHARTS:
        metrics = [by_key[key] for key in keys if key in by_key and by_key[key]["subjects"]]
        if metrics:
            with open(os.path.join(directory, f"{file}.svg"), "w", encoding="utf-8") as f:
                f.write(chart(title, metrics, colours))


if __name__ == "__main__":
    main()
