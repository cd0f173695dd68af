#!/usr/bin/env python3
# Peers that vanish without a packet, and networks that lose some: silent_death.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import random
import re
import sys
import threading
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness import namespaces
from harness.crowds import Waiting
from harness.daemons import Repeater
from harness.figures import LONG, closing_all, figure
from harness.pairs import is_closed, make_pair
from harness.patience import PATIENCE
from harness.rfb import hello
from harness.sockets import all_of, connect

HOST = "10.255.255.1"  # every address of 10.0.0.0/8 is ours
MORTAL, PARTNER = "10.1.0.1", "10.2.0.1"
SHORT = "--keepalive-idle 1 --keepalive-interval 1 --user-timeout 4 --write-stall 5"
SEEN_WITHIN = 70 if LONG else 9  # seconds
CROWD = 8000 if LONG else 500
CROWD_WAITS = 125 if LONG else 10  # seconds, in which each is asked a few times
STREAM = 2_000_000 if LONG else 200_000  # bytes through a network that loses packets
PACKET = 1500


def network():
    """All of 10.0.0.0/8, in packets as on a wire, and a table for what happens to those."""
    namespaces.run("ip", "route", "add", "local", "10.0.0.0/8", "dev", "lo")
    namespaces.run("ip", "link", "set", "lo", "mtu", str(PACKET))
    namespaces.run("nft", "add", "table", "ip", "lossy")
    namespaces.run(
        "nft", "add", "chain", "ip", "lossy", "arriving",
        "{ type filter hook input priority 0 ; }",
    )  # fmt: skip


def rule(words):
    """For packets that arrive: their senders do not hear that they are dropped."""
    namespaces.run("nft", "add", "rule", "ip", "lossy", "arriving", *words.split())


def no_rules():
    namespaces.run("nft", "flush", "chain", "ip", "lossy", "arriving")


def start(*options):
    return Repeater(sys.argv[1], "--log-format", "text", "--log-ids", "full", *options)


def pair_of(repeater, name, mortal):
    """(the end that is to vanish, its partner)"""
    server_from, viewer_from = (MORTAL, PARTNER) if mortal == "server" else (PARTNER, MORTAL)
    server, viewer = make_pair(
        repeater, name, server_from, HOST, lambda port: connect(port, HOST, viewer_from)
    )
    return (server, viewer) if mortal == "server" else (viewer, server)


def keep_doing(what):
    """On a thread, until the connection is gone."""

    def run():
        try:
            while True:
                what()
        except OSError:
            pass

    threading.Thread(target=run, daemon=True).start()


def keep_sending(peer):
    def send():
        peer.sendall(bytes(4096))
        time.sleep(0.001)

    keep_doing(send)


class Look(threading.Thread):
    """For the line that tells an end, and for the end that the partner sees after it."""

    def __init__(self, repeater, name, pattern, partner=None):
        super().__init__(daemon=True)
        self.repeater, self.name, self.pattern, self.partner = repeater, name, pattern, partner
        self.began, self.seen, self.told = time.monotonic(), None, None
        self.start()

    def run(self):
        while not any(re.search(self.pattern, line) for line in self.repeater.lines):
            time.sleep(0.02)
        self.seen = time.monotonic() - self.began
        if self.partner and is_closed(self.partner):
            self.told = time.monotonic() - self.began

    def check(self):
        self.join(SEEN_WITHIN + PATIENCE)
        if self.seen is None:
            raise AssertionError(f"{self.name}: nobody has noticed, {self.repeater.said()}")
        figure(f"{self.name}: seen after", self.seen, "s", at_most=SEEN_WITHIN)
        if self.partner:
            if self.told is None:
                raise AssertionError(f"{self.name}: the partner was not told")
            figure(f"{self.name}: partner told after", self.told - self.seen, "s", at_most=1)


def deaths():
    repeater = start(*([] if LONG else SHORT.split()))
    with closing_all([]) as peers:
        waiting = connect(repeater.server_port, HOST, MORTAL)
        waiting.sendall(hello("ID:waiting"))
        repeater.says("waiting .*id=waiting")
        idle, idle_partner = pair_of(repeater, "idle", "viewer")
        loaded, loaded_partner = pair_of(repeater, "loaded", "viewer")
        sender, sender_partner = pair_of(repeater, "sender", "server")
        peers += [waiting, idle, idle_partner, loaded, loaded_partner, sender, sender_partner]
        keep_doing(lambda: loaded.recv(4096))
        keep_sending(loaded_partner)
        keep_sending(sender)
        time.sleep(0.5)
        rule(f"ip saddr {MORTAL} drop")
        rule(f"ip daddr {MORTAL} drop")
        for look in (
            Look(repeater, "a server that waits", "aborted .*id=waiting"),
            Look(repeater, "an idle viewer", "ended .*id=idle", idle_partner),
            Look(repeater, "a viewer under load", "ended .*id=loaded", loaded_partner),
            Look(repeater, "a server that sends", "ended .*id=sender", sender_partner),
        ):
            look.check()
        no_rules()
        peers += make_pair(repeater, "waiting", PARTNER, HOST)
        figure("its ID is free again", 1)
    repeater.stop()


def crowd():
    """Servers that came at once are all asked whether they are there, and all are."""
    repeater = start("--max-waiting-servers-per-source", "0", *([] if LONG else SHORT.split()))
    waiting = Waiting(repeater)
    waiting.add(CROWD)
    time.sleep(CROWD_WAITS)
    lost = sum("aborted" in line for line in repeater.lines)
    figure(f"servers that wait for {CROWD_WAITS} s, of {CROWD}: lost", lost, at_most=0)
    waiting.meet_all()
    figure(f"... and then meet, of {CROWD}", CROWD)
    repeater.stop()


def loss(percent):
    """Streams both ways, which must arrive whole."""
    repeater = start()
    server, viewer = make_pair(repeater, "lossy", PARTNER, HOST)
    rule(f"numgen random mod 100 < {percent} drop")
    rng = random.Random(percent)
    began = time.monotonic()
    came = {}
    threads = []
    for source, sink in ((server, viewer), (viewer, server)):
        stream = rng.randbytes(STREAM)
        sink.settimeout(10 * PATIENCE)
        source.settimeout(10 * PATIENCE)

        def receive(sink=sink, stream=stream):
            came[sink] = all_of(len(stream), sink) == stream

        threads += [threading.Thread(target=source.sendall, args=[stream], daemon=True)]
        threads += [threading.Thread(target=receive, daemon=True)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20 * PATIENCE)
    no_rules()
    took = time.monotonic() - began
    figure(f"streams through a loss of {percent} %: whole, of 2", sum(came.values()), at_least=2)
    figure(f"streams through a loss of {percent} %", 2 * STREAM / took / 1e6, "MB/s")
    server.close()
    viewer.close()
    repeater.stop()


if __name__ == "__main__":
    namespaces.enter("--net")
    network()
    deaths()
    crowd()
    for lost in (1, 5, 20):
        loss(lost)
