#!/usr/bin/env python3
# Holds a run through wsgate and the repeater against the bars of the hop between them.
# SPDX-License-Identifier: EUPL-1.2
"""usage: hop_bars.py RESULTS.json"""
from bars import against, print_bars, row

UNIX = "Unix socket"


def hop_rows(run):
    for key, what in (
        ("gate_ping_pinned", "ping-pong, pinned: CPU a message"),
        ("gate_ping_16_pinned", "ping-pong, 16 sessions, pinned: CPU a message"),
        ("down_pinned", "down, pinned: CPU-s/GB"),
    ):
        yield against(run, what, f"{key}_cpu", "TCP", 0.85, subject=UNIX)
    yield row("no byte lost", "all", run.median("gate_integrity", UNIX), 1, at_most=False)


if __name__ == "__main__":
    print_bars(__doc__, (hop_rows,))
