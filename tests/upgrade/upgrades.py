#!/usr/bin/env python3
# A repeater is replaced again and again, under load: upgrades.py REPEATER
# SPDX-License-Identifier: EUPL-1.2
import os
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.crowds import (
    Bulk,
    Connects,
    Elsewhere,
    Streams,
    Upgrades,
    Waiting,
    children_of,
    processes_of,
)
from harness.daemons import Repeater
from harness.figures import LONG, descriptors, figure, memory, quantile
from harness.pairs import PairsMeanwhile, close_all, make_pair
from harness.patience import eventually

UPGRADES = 20 if LONG else 4
SECONDS = 60 if LONG else 4
WAITING = 8_000 if LONG else 300
STREAMS = 290 if LONG else 30
CONNECTS = 5_000  # a second
BULK_RATE = 25_000_000 if LONG else None  # bytes a second; in the short form what goes
BULKS = 10 if LONG else 2


COMMON = "--bind", "127.0.0.1", "--log-format", "text"


def run(*options):
    has_keeper = "--keeper" in options
    what = "with a keeper" if has_keeper else "without one"
    repeater = Repeater(sys.argv[1], *COMMON, *options, start_new_session=True)
    waiting = Waiting(repeater)
    waiting.add(WAITING)
    pairs = [(f"s{n}", make_pair(repeater, f"s{n}")) for n in range(STREAMS)]
    streams = Elsewhere(lambda: Streams(pairs, 0.2, SECONDS / UPGRADES))
    close_all(*(both for _, both in pairs))
    connects = Elsewhere(lambda: Connects(repeater.viewer_port, CONNECTS))
    bulks = [Bulk(make_pair(repeater, f"b{n}"), BULK_RATE) for n in range(BULKS)]
    upgrades = Upgrades(repeater, has_keeper)
    began, most, pauses, before = time.monotonic(), 0, [], None
    with PairsMeanwhile(repeater, pause=0.05) as meanwhile:
        for number in range(UPGRADES):
            line = upgrades.once()
            pauses.append(float(line.split(" pause=")[1].split()[0]))
            serves = upgrades.pid if not has_keeper else children_of(repeater.pid)[-1]
            before = before or (descriptors(serves), memory(serves))
            time.sleep(max(0, began + (number + 1) * SECONDS / UPGRADES - time.monotonic()))
            most = max(most, len(processes_of(repeater.pid)))
    passed = time.monotonic() - began
    connected, refused = connects.close()
    broken, waits = streams.close()
    figure(f"{what}: upgrades", upgrades.done, at_least=UPGRADES)
    figure(f"{what}: connects meanwhile", connected / passed, "/s")
    figure(f"{what}: refused", len(refused), at_most=0)
    figure(f"{what}: pairs made meanwhile that failed", len(meanwhile.failures), at_most=0)
    for each in bulks:
        each.close()
    broken += [each.failure for each in bulks if each.failure]
    figure(f"{what}: live pairs that were cut or got wrong bytes", len(broken), at_most=0)
    longest = f"{what}: the longest wait of a stream around an upgrade"
    figure(f"{longest}, p99", 1000 * quantile(waits, 0.99), "ms", at_most=50 if LONG else 1000)
    figure(f"{longest}, at worst", 1000 * max(waits), "ms", at_most=200 if LONG else 2000)
    figure(f"{what}: a pair in nobody's hands, at worst", 1000 * max(pauses), "ms",
           at_most=200 if LONG else 1000)  # fmt: skip
    figure(f"{what}: bulk", sum(each.received for each in bulks) / passed / 1e6, "MB/s")
    # Old ones wait for who has not said hello yet, and have no session.
    figure(f"{what}: processes at most", most, at_most=8)
    grown = descriptors(serves) - before[0], memory(serves) - before[1]
    figure(f"{what}: descriptors more", grown[0], at_most=20)
    figure(f"{what}: memory more", grown[1], "MB", at_most=20)
    met = len(waiting.peers)
    waiting.meet_all()
    figure(f"{what}: who waited and was met", met, at_least=WAITING)
    os.kill(upgrades.pid, 15)
    eventually("all have ended", lambda: not processes_of(repeater.pid))


if __name__ == "__main__":
    run("--keeper")
    run()
