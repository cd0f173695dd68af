#!/usr/bin/env python3
# Holds a run's figures against the bars that we set ourselves; prints a Markdown table.
# SPDX-License-Identifier: EUPL-1.2
"""usage: bars.py RESULTS.json"""
import json
import statistics
import sys

OURS = "ours"
RELAYS = ("HAProxy", "nginx", "socat")


class Run:
    """Medians, and medians of the rounds' ratios."""

    def __init__(self, results):
        self.metrics = {m["key"]: m["subjects"] for m in results["metrics"]}

    def rounds(self, key, subject):
        return self.metrics.get(key, {}).get(subject, {}).get("rounds", {})

    def median(self, key, subject=OURS):
        """None where it was not measured."""
        values = self.rounds(key, subject).values()
        return statistics.median(values) if values else None

    def ratio(self, key, base, subject=OURS):
        """Of the two in the same round."""
        ours, theirs = self.rounds(key, subject), self.rounds(key, base)
        ratios = [ours[r] / theirs[r] for r in ours if theirs.get(r)]
        return statistics.median(ratios) if ratios else None

    def ratio_to_best(self, key, rivals=RELAYS):
        """To the rival with the lowest figure; name and ratio."""
        measured = [name for name in rivals if self.median(key, name)]
        if not measured:
            return "", None
        best = min(measured, key=lambda name: self.median(key, name))
        return best, self.ratio(key, best)

    def band(self, key):
        """How much the first subject differs from itself, as a factor of at least 1."""
        ratio = self.ratio(key, f"{OURS} again")
        return max(ratio, 1 / ratio) if ratio else 1.0


def verdict(value, bar, at_most):
    if value is None:
        return "not measured"
    if (value <= bar) if at_most else (value >= bar):
        return "met"
    factor = value / bar if at_most else bar / max(value, 1e-9)
    return f"**not met**, by a factor of {factor:.2f}"


def row(what, bar_text, value, bar, unit="", at_most=True):
    measured = "" if value is None else f"{value:.3g}{unit}"
    return f"| {what} | {bar_text} | {measured} | {verdict(value, bar, at_most)} |"


def against(run, what, key, base, bar, at_most=True, subject=OURS):
    sign = "≤" if at_most else "≥"
    return row(what, f"{sign} {bar:g} × {base}", run.ratio(key, base, subject), bar, " ×", at_most)


def against_best(run, what, key, bar):
    best, ratio = run.ratio_to_best(key)
    return row(what, f"≤ {bar:.3g} × the best ({best or 'none measured'})", ratio, bar, " ×")


def absolute(run, what, key, bar, unit):
    return row(what, f"≤ {bar:g} {unit}", run.median(key), bar, f" {unit}")


def bulk_rows(run):
    yield against(run, "bulk, 64 pairs: CPU-s/GB", "bulk_64_cpu", "HAProxy", 0.4)
    yield against(run, "bulk, 64 pairs: CPU-s/GB", "bulk_64_cpu", "Perl", 0.25)
    yield against(run, "bulk, 64 pairs: GB/s", "bulk_64_rate", "HAProxy", 2, at_most=False)
    for pairs in (1, 8):
        name = f"bulk, {pairs} pair{'s' if pairs > 1 else ''}"
        yield against(run, f"{name}: CPU-s/GB", f"bulk_{pairs}_cpu", "HAProxy", 0.7)
        yield against(run, f"{name}: GB/s", f"bulk_{pairs}_rate", "HAProxy", 1, at_most=False)


def ping_pong_rows(run):
    for key, name in (
        ("ping_1_pinned", "ping-pong, 1 pair, pinned"),
        ("ping_64", "ping-pong, 64 pairs"),
    ):
        yield against_best(run, f"{name}: p50", f"{key}_p50", 1.1)
        yield against_best(run, f"{name}: CPU a message", f"{key}_cpu", 1.1)
        # No worse, within the band of one binary against itself.
        yield against_best(run, f"{name}: p99", f"{key}_p99", run.band(f"{key}_p99"))


def set_up_rows(run):
    pinned = "set-up, 8 in flight, pinned"
    yield against(run, f"{pinned}: pairs/s", "set_up_pinned_rate", "HAProxy", 1, at_most=False)
    yield against(run, f"{pinned}: CPU a pair", "set_up_pinned_cpu", "HAProxy", 1)
    yield against(run, f"{pinned}: CPU a pair", "set_up_pinned_cpu", "limit", 1.25)
    yield from half_rate_rows(run, "set_up")
    yield against(run, "set-up, 8 in flight: pairs/s", "set_up_rate", "Perl", 50, at_most=False)
    yield absolute(run, "set-up: CPU a pair", "set_up_cpu", 100, "us")
    yield absolute(run, "set-up: p99", "set_up_p99", 5, "ms")


def half_rate_rows(run, key):
    """Of either bench."""
    for more, name in (("_half", ""), ("_half_pinned", ", pinned")):
        yield against(run, f"set-up at half the rate{name}: p99", f"{key}{more}_p99", "HAProxy", 1)


def session_rows(run):
    yield against(run, "mixed: CPU", "mixed_cpu", "HAProxy", 0.9)
    yield against(run, "mixed: CPU", "mixed_cpu", "Perl", 0.45)
    yield against(run, "mixed: input event p99", "mixed_event_p99", "HAProxy", 1)


def state_rows(run):
    yield absolute(run, "a waiting server", "waiting_memory", 2, "KiB")
    yield absolute(run, "an idle pair", "idle_pair_memory", 2, "KiB")
    yield absolute(run, "CPU of 1000 idle pairs", "idle_pairs_cpu", 0.4, "ms/s")
    yield absolute(run, "set-up beside silent peers, worst", "silent_set_up", 5, "ms")
    yield absolute(run, "set-up beside a stalled viewer, worst", "stalled_set_up", 5, "ms")
    yield absolute(run, "a stalled viewer's memory", "stalled_memory", 256, "KiB")
    # A loop around a failing accept takes a whole core: 1000.
    yield absolute(run, "CPU at the descriptor limit", "crowd_cpu", 50, "ms/s")
    yield absolute(run, "10 000 servers register", "herd", 2, "s")
    yield absolute(run, "end seen by the partner, worst", "end_worst", 10, "ms")
    yield row("no byte lost", "all", run.median("integrity"), 1, at_most=False)


def print_bars(usage, groups):
    if len(sys.argv) != 2:
        sys.exit(usage)
    with open(sys.argv[1], encoding="utf-8") as f:
        run = Run(json.load(f))
    print("\nThe bars (ratios: medians of the rounds' ratios):\n")
    print("| what | bar | measured | |\n|---|---|---|---|")
    for rows in groups:
        print("\n".join(rows(run)))


if __name__ == "__main__":
    print_bars(__doc__, (bulk_rows, ping_pong_rows, set_up_rows, session_rows, state_rows))
