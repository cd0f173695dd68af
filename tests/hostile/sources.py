#!/usr/bin/env python3
# Each limit of a source is hit, and others notice nothing: sources.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import itertools
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness import namespaces
from harness.daemons import Repeater
from harness.figures import LONG, closing_all, figure, memory
from harness.pairs import PairsMeanwhile, is_closed, make_pair
from harness.rfb import BANNER, hello
from harness.sockets import connect, exactly

HOST = "10.255.255.1"  # every address of 10.0.0.0/8 is ours
STRANGER, NEIGHBOUR = "10.1.0.1", "10.2.0.1"
REPEATER = ""


def start(*options):
    return Repeater(REPEATER, "--log-format", "text", *options)


def from_source(port, source):
    return connect(port, HOST, source)


def greeted(peer):
    """Whether the repeater takes the connection."""
    try:
        return exactly(len(BANNER), peer) == BANNER
    except ConnectionResetError:
        return False


def viewer(repeater, source, name):
    peer = from_source(repeater.viewer_port, source)
    if greeted(peer):
        try:
            peer.sendall(hello(f"ID:{name}"))
        except OSError:
            pass
    return peer


def stays(peer):
    return not is_closed(peer, 0.3)


def connection_rate():
    seconds = 20 if LONG else 4
    repeater = start()
    taken = came = 0
    with PairsMeanwhile(repeater, NEIGHBOUR, HOST, pause=0.12) as others:
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            with from_source(repeater.viewer_port, STRANGER) as peer:
                came += 1
                taken += greeted(peer)
    allowed = 100 + 20 * passed
    figure("connects of a source", came / passed, "/s", at_least=100)
    figure("taken, of what its rate allows", taken / allowed, at_least=0.95, at_most=1.05)
    figure("pairs of a second source: failures", len(others.failures), at_most=0)
    figure("pairs of a second source: p99", others.milliseconds(0.99), "ms",
           at_most=20 if LONG else 500)  # fmt: skip
    repeater.stop()


def held_by_a_source():
    """Handshakes, viewers and servers that wait, sessions."""
    repeater = start("--connection-rate", "0", "--wrong-ids", "0")
    names = (f"held_{n}" for n in itertools.count())
    with closing_all([]) as held:
        silent = [from_source(repeater.viewer_port, STRANGER) for _ in range(60)]
        held += silent
        figure("handshakes of a source", sum(map(greeted, silent)), at_least=32, at_most=32)
    with closing_all([viewer(repeater, STRANGER, next(names)) for _ in range(12)]) as held:
        figure("viewers of a source that wait", sum(map(stays, held)), at_least=8, at_most=8)
    with closing_all([]) as held:
        for _ in range(270):
            peer = from_source(repeater.server_port, STRANGER)
            held.append(peer)
            peer.sendall(hello(f"ID:{next(names)}"))
        repeater.says(r"limited .*limit=source_waiting")
        waiting = [not is_closed(peer, 0.01) for peer in held]
        figure("servers of a source that wait", sum(waiting), at_least=256, at_most=256)
        close = make_pair(repeater, "neighbours", NEIGHBOUR, HOST)
        held += close
        figure("pairs of a second source", 1)
    repeater.stop()


def sessions_of_a_source():
    most = 256 if LONG else 40
    repeater = start("--connection-rate", "0", "--max-sessions-per-source", str(most))
    with closing_all([]) as held:
        made = 0
        try:
            for number in range(most):
                held += make_pair(repeater, f"session_{number}", STRANGER, HOST)
                made += 1
        except (AssertionError, ConnectionResetError):
            pass
        # Viewer and server of each pair come from this source.
        figure("peers of a source in sessions", 2 * made, at_least=most, at_most=most)
        held += make_pair(repeater, "neighbours", NEIGHBOUR, HOST)
    repeater.stop()


def guesses():
    repeater = start()
    number = 0
    began = time.monotonic()
    while time.monotonic() - began < (60 if LONG else 5):
        number += 1
        with from_source(repeater.viewer_port, STRANGER) as peer:
            if greeted(peer):
                peer.sendall(hello(f"ID:guess_{number}"))
    repeater.says(r"limited .*limit=wrong_ids")
    taken = repeater.said().count("waiting session=")  # the others are closed without an answer
    figure("guesses of a source in the first minute", taken, at_most=30, at_least=15)
    close = make_pair(repeater, "neighbours", NEIGHBOUR, HOST)
    for each in close:
        each.close()
    repeater.stop()


def many_sources():
    count = 1_000_000 if LONG else 5_000
    repeater = start()
    before = grown = memory(repeater.pid)
    for number in range(count):
        source = f"10.{1 + number % 250}.{number // 250 % 256}.{1 + number // 64000 % 250}"
        with from_source(repeater.server_port, source):
            pass
        if number == 80_000:
            grown = memory(repeater.pid)
    if LONG:
        figure("memory of a full table", grown - before, "MB", at_most=30)
        figure("memory more for the rest of a million", memory(repeater.pid) - grown, "MB",
               at_most=2)  # fmt: skip
    figure("memory after so many sources", memory(repeater.pid) - before, "MB", at_most=30)
    said = repeater.said()
    figure("lines of the log", said.count("\n"), at_most=400 + count)
    repeater.stop()


if __name__ == "__main__":
    namespaces.enter("--net")
    namespaces.run("ip", "route", "add", "local", "10.0.0.0/8", "dev", "lo")
    REPEATER = sys.argv[1]
    for part in (connection_rate, held_by_a_source, sessions_of_a_source, guesses, many_sources):
        part()
