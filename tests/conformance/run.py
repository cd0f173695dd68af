#!/usr/bin/env python3
# The conformance suite: run.py WSGATE [TABLE...], each TABLE a file of rows beside this one.
# SPDX-License-Identifier: EUPL-1.2
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from gate import Gate

TABLES = [
    "opening",
    "framing",
    "pings",
    "reserved_bits",
    "opcodes",
    "fragmentation",
    "utf8",
    "closing",
    "ending",
    "limits",
    "deflate",
    "plain_http",
    "origins",
    "switches",
]


def by_options(rows):
    groups = {}
    for row in rows:
        groups.setdefault(row.options, []).append(row)
    return groups


def passes(what, play):
    try:
        play()
    except (AssertionError, OSError) as e:
        print(f"FAILED {what}: {e}")
        return False
    return True


def run_rows(program, options, folder, table, rows):
    gate = Gate(program, options, folder)
    try:
        for row in rows:
            yield passes(f"{table}: {row.name}", lambda row=row: gate.play(row))
        yield passes(f"{table}: the gateway is alive under {options}", gate.expect_life)
    finally:
        gate.stop()


def run_table(program, table, folder):
    """For each row and story, whether it passed."""
    module = importlib.import_module(table)
    if hasattr(module, "prepare"):
        module.prepare(folder)
    for options, rows in by_options(module.ROWS).items():
        yield from run_rows(program, options, folder, table, rows)
    for story in getattr(module, "STORIES", ()):
        yield passes(f"{table}: {story.__doc__}", lambda story=story: story(program, folder))


def main():
    if len(sys.argv) < 2:
        print("usage: run.py WSGATE [TABLE...]", file=sys.stderr)
        return 64
    passed = failed = 0
    for table in sys.argv[2:] or TABLES:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
            results = list(run_table(os.path.abspath(sys.argv[1]), table, folder))
        print(
            f"{table}: {sum(results)} of {len(results)} in {time.monotonic() - began:.1f} s",
            flush=True,
        )
        passed, failed = passed + sum(results), failed + results.count(False)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
