#!/usr/bin/env python3
# Who asks the admin listener too often or too slowly harms nobody: operators.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import contextlib
import select
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.daemons import Gateway, Repeater
from harness.figures import LONG, closing_all, descriptors, figure, memory, quantile
from harness.http import get
from harness.pairs import Meanwhile, PairsMeanwhile
from harness.patience import eventually
from harness.sockets import connect, until_the_end

MOST = 16  # connections of operators at a time
SLOWEST = 20 if LONG else 500  # ms, p99 of what others do meanwhile


class RequestsMeanwhile(Meanwhile):
    """Asks the gateway's ordinary listener for its health."""

    def __init__(self, gateway, pause=0.02):
        super().__init__(pause)
        self.times, self.failures, self._port = [], [], gateway.port

    def once(self):
        began = time.monotonic()
        try:
            if status(self._port, "/healthz") != 200:
                raise AssertionError("it is not well")
            self.times.append(time.monotonic() - began)
        except (OSError, AssertionError, IndexError) as e:
            self.failures.append(e)

    def milliseconds(self, share):
        return 1000 * quantile(self.times, share)


def status(port, path):
    with connect(port) as peer:
        peer.sendall(get(path, ("Connection", "close")))
        return int(until_the_end(peer).split()[1])


def is_well(admin):
    """False where all places for operators are taken at the moment."""
    try:
        return status(admin, "/healthz") == 200
    except (OSError, IndexError):
        return False


def report(what, others):
    figure(f"{what}: failures of others", len(others.failures), at_most=0)
    figure(f"{what}: others, p99", others.milliseconds(0.99), "ms", at_most=SLOWEST)


def connects(admin):
    """Connections that are closed at once, and a few that are kept."""
    for _ in range(20_000 if LONG else 2_000):
        with contextlib.suppress(ConnectionError):
            connect(admin).close()


def mute_scrapers(admin):
    """All places are taken by who says nothing: those are closed in their time."""
    with closing_all([connect(admin) for _ in range(MOST)]) as held:
        time.sleep(0.2)
        with connect(admin) as late:
            figure("bytes for one more than there may be", len(until_the_end(late)), at_most=0)
        began = time.monotonic()
        for peer in held:
            until_the_end(peer)
        figure("mute connections are closed after", time.monotonic() - began, "s",
               at_least=8, at_most=12)  # fmt: skip


def huge_heads(admin):
    """They are refused after 8 KiB, however much is sent."""
    with closing_all([connect(admin) for _ in range(MOST)]) as held:
        answers = []
        for peer in held:
            with contextlib.suppress(ConnectionError):
                peer.sendall(b"GET /metrics HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 9000)
            answers.append(peer.recv(4096).split()[1])
        figure("huge heads that are refused", answers.count(b"431"), at_least=MOST)
        for peer in held:  # which is read no further than its time allows
            peer.setblocking(False)
        sent = 0
        end = time.monotonic() + (5 if LONG else 0.5)
        while time.monotonic() < end:
            for peer in select.select([], held, [], 0.1)[1]:
                with contextlib.suppress(OSError):
                    sent += peer.send(b"x" * 65536)
        figure("MB that are taken of them", sent / 1e6, at_most=MOST * 8)  # by the kernel, mostly


def pages_that_nobody_reads(admin):
    """One client asks a thousand times, and takes no answer."""
    with connect(admin) as peer:
        peer.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            for _ in range(1000):
                peer.sendall(get("/metrics"))
        time.sleep(0.5)


def pages(admin):
    began, count = time.monotonic(), 0
    while time.monotonic() - began < (10 if LONG else 1):
        with contextlib.suppress(IndexError):  # all places are taken for the moment
            if status(admin, "/metrics") != 200:
                raise AssertionError("no metrics")
            count += 1
    figure("pages a second", count / (time.monotonic() - began), "/s", at_least=20)


PARTS = (connects, huge_heads, pages_that_nobody_reads, pages)


def attack(name, daemon, admin, meanwhile, parts):
    """Each part in its turn; other ports' clients notice nothing, and nothing is left of it."""
    status(admin, "/metrics")
    before, open_before = memory(daemon.pid), descriptors(daemon.pid)
    for part in parts:
        eventually("it answers again", lambda: is_well(admin))
        with meanwhile() as others:
            part(admin)
        report(f"{name}, {part.__name__}", others)
    figure(f"{name}, memory more than before", memory(daemon.pid) - before, "MB", at_most=10)
    figure(f"{name}, descriptors more than before", descriptors(daemon.pid) - open_before, "",
           at_most=8)  # fmt: skip
    eventually("it answers in the end", lambda: is_well(admin))


def attack_repeater():
    repeater = Repeater(REPEATER, "--log-format", "text", "--admin-listen", "127.0.0.1:0")
    admin = repeater.port_in(r"admin_listening at=127\.0\.0\.1:(\d+)")
    attack("repeater", repeater, admin, lambda: PairsMeanwhile(repeater), (*PARTS, mute_scrapers))
    repeater.stop()


def attack_gateway():
    gateway = Gateway(GATEWAY, "--admin-listen", "127.0.0.1:0")
    parts = (*PARTS, mute_scrapers) if LONG else PARTS  # those take 10 s
    admin = gateway.port_in(r"admin.*127\.0\.0\.1:(\d+)")
    attack("gateway", gateway, admin, lambda: RequestsMeanwhile(gateway), parts)
    gateway.stop()


if __name__ == "__main__":
    REPEATER, GATEWAY = sys.argv[1:]
    attack_repeater()
    attack_gateway()
