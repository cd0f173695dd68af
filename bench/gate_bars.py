#!/usr/bin/env python3
# Holds a run of gate_bench against the bars that we set ourselves; prints a Markdown table.
# SPDX-License-Identifier: EUPL-1.2
"""usage: gate_bars.py RESULTS.json"""
from bars import absolute, against, half_rate_rows, print_bars, row

RIVAL = "websockify"
# What one session of websockify takes, KiB.
THEIR_MEMORY = 3.5 * 1024


def stream_rows(run):
    for key, what, rate, cpu in (
        ("up_1k", "up, frames of 1 KiB", 30, 0.04),
        ("up_64k", "up, frames of 64 KiB", 2.5, 0.3),
        ("down", "down", 1.2, 0.6),
    ):
        yield against(run, f"{what}: GB/s", f"{key}_rate", RIVAL, rate, at_most=False)
        yield against(run, f"{what}: CPU-s/GB", f"{key}_cpu", RIVAL, cpu)
    yield against(run, "TLS down: CPU-s/GB", "tls_down_cpu", RIVAL, 0.75)


def session_rows(run):
    yield against(run, "ping-pong: p99", "gate_ping_p99", RIVAL, 0.7)
    for key, what in (("p50", "p50"), ("cpu", "CPU a message")):
        yield against(run, f"ping-pong, pinned: {what}", f"gate_ping_pinned_{key}", "limit", 1.05)
    yield absolute(run, "memory of an idle session", "idle_memory", 16, "KiB")
    yield absolute(run, "memory of an idle session, TLS", "idle_memory_tls", 64, "KiB")
    memory = run.median("idle_memory")
    yield row(
        "memory of an idle session",
        "≤ 0.01 × 3.5 MiB",
        None if memory is None else memory / THEIR_MEMORY,
        0.01,
        " ×",
    )


def set_up_rows(run):
    pinned = "set-up, pinned"
    yield against(run, f"{pinned}: sessions/s", "open_pinned_rate", "limit", 0.75, at_most=False)
    yield against(run, f"{pinned}: CPU a session", "open_pinned_cpu", "limit", 1.4)
    yield against(run, "set-up: sessions/s", "open_rate", RIVAL, 35, at_most=False)
    yield against(
        run, f"{pinned}, TLS: sessions/s", "open_tls_pinned_rate", RIVAL, 8, at_most=False
    )
    yield from half_rate_rows(run, "open")


def state_rows(run):
    yield absolute(run, "memory for a stalled session", "stalled_session_memory", 1024, "KiB")
    yield row(
        "rate of 10 sessions beside 1000 stalled ones",
        "≥ 0.8 × that alone",
        run.median("stalled_rate"),
        0.8,
        " ×",
        at_most=False,
    )
    for key, what in (
        ("gate_integrity", "no byte lost"),
        ("gate_integrity_end", "nor at the end"),
        ("gate_integrity_tls", "no byte lost, TLS"),
        ("gate_integrity_tls_end", "nor at the end, TLS"),
    ):
        yield row(what, "all", run.median(key), 1, at_most=False)


if __name__ == "__main__":
    print_bars(__doc__, (stream_rows, session_rows, set_up_rows, state_rows))
