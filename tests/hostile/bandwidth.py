#!/usr/bin/env python3
# What a session, and all together, may carry a second: bandwidth.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import selectors
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.daemons import Repeater
from harness.figures import LONG, closing_all, cpu_time, figure
from harness.pairs import make_pair

SECONDS = 20 if LONG else 3
RATE = 8_000_000  # bytes a second
PAIRS = 20
TOLERANCE = 5 if LONG else 15  # %


def carried(pairs, seconds):
    """Bytes that came to each viewer meanwhile, and in what time; all servers send what is taken
    from them. What came in the second before is not counted: it had not been used before."""
    came = dict.fromkeys((viewer for _, viewer in pairs), 0)
    counted_from = None
    with selectors.DefaultSelector() as ready:
        for server, viewer in pairs:
            for peer, what in ((server, selectors.EVENT_WRITE), (viewer, selectors.EVENT_READ)):
                peer.setblocking(False)
                ready.register(peer, what)
        began = time.monotonic()
        while (now := time.monotonic()) < began + 1 + seconds:
            if counted_from is None and now > began + 1:
                counted_from, came = now, dict.fromkeys(came, 0)
            for key, what in ready.select(0.05):
                if what & selectors.EVENT_WRITE:
                    key.fileobj.send(bytes(1 << 16))
                else:
                    came[key.fileobj] += len(key.fileobj.recv(1 << 18))
    return list(came.values()), now - counted_from


def measure(what, option, count):
    repeater = Repeater(sys.argv[1], "--bind", "127.0.0.1", option, f"{RATE // 1000}K")
    pairs = [make_pair(repeater, f"paced_{number}") for number in range(count)]
    with closing_all([peer for pair in pairs for peer in pair]):
        spent = cpu_time(repeater.pid)
        each, took = carried(pairs, SECONDS)
        rate = 100 * sum(each) / took / RATE
        figure(f"{what}: of what it may carry", rate, "%",
               at_least=100 - TOLERANCE, at_most=100 + TOLERANCE)  # fmt: skip
        figure(f"{what}: the least that a session got, of its share",
               100 * min(each) * count / sum(each), "%", at_least=70)  # fmt: skip
        figure(f"{what}: CPU", 100 * (cpu_time(repeater.pid) - spent) / (took + 1), "% of a core")
    repeater.stop()


if __name__ == "__main__":
    measure("a session", "--session-bandwidth", 1)
    measure(f"{PAIRS} sessions together", "--total-bandwidth", PAIRS)
