#!/usr/bin/env python3
# Viewers that take nothing, while others are at work: stalled.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import multiprocessing
import re
import resource
import selectors
import socket
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness import namespaces
from harness.daemons import Repeater
from harness.figures import LONG, closing_all, figure, memory, tcp_memory
from harness.pairs import make_pair
from harness.patience import PATIENCE

COUNT = 1000 if LONG else 100
STALL = 60 if LONG else 6  # --write-stall
GOOD = 10
MEASURED = 10 if LONG else 2  # seconds
BLOCK = bytes(1 << 16)
# The peers would be on other machines. What their own kernels keep for them is not the repeater's.
SMALL = 16384


def carry(pairs, told):
    """All servers send, and their viewers read; `told` gets what came when it asks."""
    with selectors.DefaultSelector() as ready:
        for server, viewer in pairs:
            for peer, what in ((server, selectors.EVENT_WRITE), (viewer, selectors.EVENT_READ)):
                peer.setblocking(False)
                ready.register(peer, what)
        came = 0
        while True:
            for key, what in ready.select(0.1):
                try:
                    if what & selectors.EVENT_WRITE:
                        key.fileobj.send(BLOCK)
                    else:
                        came += len(key.fileobj.recv(1 << 18))
                except BlockingIOError:
                    pass
            if told.poll():
                told.recv()
                told.send(came)


class GoodPairs:
    """Pairs at work in a process of their own."""

    def __init__(self, pairs):
        self._ask, told = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=carry, args=(pairs, told), daemon=True)
        self._process.start()

    def _came(self):
        self._ask.send(None)
        return self._ask.recv()

    def rate(self):
        """MB/s."""
        before, began = self._came(), time.monotonic()
        time.sleep(MEASURED)
        return (self._came() - before) / (time.monotonic() - began) / 1e6

    def stop(self):
        self._process.kill()
        self._process.join()


def connect_small(port):
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    peer.settimeout(PATIENCE)
    peer.connect(("127.0.0.1", port))
    return peer


def stalling_pair(repeater, number):
    server, viewer = make_pair(repeater, f"stalled_{number}", connect_viewer=connect_small)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
    server.setblocking(False)
    return server, viewer


class Pushing:
    """Servers that send whatever is taken from them."""

    def __init__(self, servers):
        self.taken = {server: time.monotonic() for server in servers}  # when something was, last
        self.closed = {}
        self._ready = selectors.DefaultSelector()
        for server in servers:
            self._ready.register(server, selectors.EVENT_WRITE)

    def push(self, seconds):
        """Until all are closed, or for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and len(self.closed) < len(self.taken):
            for key, _ in self._ready.select(0.05):
                try:
                    key.fileobj.send(BLOCK)
                    self.taken[key.fileobj] = time.monotonic()
                except BlockingIOError:
                    pass
                except OSError:
                    self.closed[key.fileobj] = time.monotonic()
                    self._ready.unregister(key.fileobj)

    def waited(self):
        """How long each was held up before it was closed."""
        return [self.closed[each] - self.taken[each] for each in self.closed]


def main():
    limits = "--write-stall", str(STALL), "--max-sessions-per-source", "0"
    repeater = Repeater(sys.argv[1], "--bind", "127.0.0.1", "--log-format", "text", *limits)
    good_pairs = [make_pair(repeater, f"good_{number}") for number in range(GOOD)]
    with closing_all([peer for pair in good_pairs for peer in pair]) as peers:
        pairs = [stalling_pair(repeater, number) for number in range(COUNT)]
        peers += [peer for pair in pairs for peer in pair]
        kernel = tcp_memory()
        pushing = Pushing([server for server, _ in pairs])
        pushing.push(5 if LONG else 1)
        grown = tcp_memory() - kernel
        figure("memory of the repeater", memory(repeater.pid), "MB", at_most=300)
        figure("memory of the kernel for a stalled pair", 1000 * grown / COUNT, "kB", at_most=300)
        figure("memory of the kernel for TCP", grown, "MB", at_most=300)
        good = GoodPairs(good_pairs)
        beside = good.rate()
        pushing.push(STALL + 20)
        waited = pushing.waited()
        alone = good.rate()
        figure("good pairs alone", alone, "MB/s")
        figure("good pairs beside stalled ones, of that", 100 * beside / alone, "%",
               at_least=80 if LONG else 30)  # fmt: skip
        figure(f"stalled pairs: closed, of {COUNT}", len(waited), at_least=COUNT)
        figure("held up before that: shortest", min(waited), "s", at_least=STALL - 5)
        figure("held up before that: longest", max(waited), "s", at_most=STALL + 5)
        repeater.says(r"ended .* how=stalled")
        others = re.findall(r"ended .* how=(?!stalled).*", repeater.said())
        figure("stalled pairs: ended for another reason", len(others), at_most=0)
        good.stop()
    repeater.stop()


if __name__ == "__main__":
    namespaces.enter("--net")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    main()
