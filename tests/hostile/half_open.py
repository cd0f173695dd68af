#!/usr/bin/env python3
# Thousands that say nothing, or a byte a second, beside pairs: half_open.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import resource
import selectors
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.daemons import Repeater
from harness.figures import LONG, closing_all, figure, memory
from harness.pairs import PairsMeanwhile
from harness.rfb import hello
from harness.sockets import connect

COUNT = 10_000 if LONG else 800
DEADLINE = 10 if LONG else 3
GREETING = 12


def closings(peers, seconds, drip):
    """When each was closed; a byte a second is sent to each meanwhile, where that is asked for."""
    ends, text = {}, hello("ID:drip")
    with selectors.DefaultSelector() as ready:
        for peer in peers:
            peer.setblocking(False)
            ready.register(peer, selectors.EVENT_READ)
        began, sent = time.monotonic(), 0
        while len(ends) < len(peers) and time.monotonic() - began < seconds:
            for key, _ in ready.select(0.05):
                try:
                    if key.fileobj.recv(4096):
                        continue
                except ConnectionResetError:
                    pass
                ends[key.fileobj] = time.monotonic()
                ready.unregister(key.fileobj)
            if drip and time.monotonic() - began > sent:
                for peer in peers:
                    if peer not in ends:
                        try:
                            peer.send(text[sent : sent + 1])
                        except OSError:
                            pass
                sent += 1
    return ends


def crowd(repeater, drip):
    what = "that drip" if drip else "that say nothing"
    before = memory(repeater.pid)
    with closing_all([]) as peers, PairsMeanwhile(repeater, pause=0.02) as others:
        born = {}
        for number in range(COUNT):
            port = repeater.viewer_port if number % 2 else repeater.server_port
            peers.append(connect(port))
            born[peers[-1]] = time.monotonic()
        grown = memory(repeater.pid) - before
        ends = closings(peers, DEADLINE + 20, drip)
    late = [ends[peer] - born[peer] - DEADLINE for peer in ends]
    figure(f"peers {what}: closed, of {COUNT}", len(ends), at_least=COUNT)
    figure("from their deadline: earliest", min(late), "s", at_least=-1)
    figure("from their deadline: latest", max(late), "s", at_most=1 if LONG else 3)
    figure("memory more", grown, "MB", at_most=80)
    figure("pairs meanwhile", len(others.times), at_least=10)
    figure("pairs meanwhile: failures", len(others.failures), at_most=0)
    figure("pairs meanwhile: p99", others.milliseconds(0.99), "ms", at_most=20 if LONG else 500)


def oldest_goes_first():
    most = 50
    options = "--max-handshakes", str(most), "--log-format", "text"
    repeater = Repeater(sys.argv[1], "--bind", "127.0.0.1", *options)
    with closing_all([connect(repeater.server_port) for _ in range(most + 5)]) as peers:
        repeater.says(r"limited .*limit=handshakes", count=5)
        gone = [peer for peer in closings(peers, 0.5, drip=False)]
        figure("of too many, closed", len(gone), at_least=5, at_most=5)
        if set(gone) != set(peers[:5]):
            raise AssertionError("others than the oldest were closed")
    repeater.stop()


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # There is room for all of them, and for the pairs.
    limits = "--handshake-timeout", str(DEADLINE), "--max-handshakes", str(2 * COUNT)
    subject = Repeater(sys.argv[1], "--bind", "127.0.0.1", *limits)
    crowd(subject, drip=False)
    crowd(subject, drip=True)
    subject.stop()
    oldest_goes_first()
