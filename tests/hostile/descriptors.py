#!/usr/bin/env python3
# A crowd where descriptors are few, beside live pairs: descriptors.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import errno
import os
import socket
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.daemons import Repeater
from harness.figures import LONG, closing_all, cpu_time, figure
from harness.patience import eventually
from harness.pairs import Meanwhile, close_all, make_pair
from harness.sockets import all_of

PAIRS = 20
CROWD = 1000 if LONG else 400
SECONDS = 8 if LONG else 3  # while those that found room may still say what they want
BLOCK = 4096


class Traffic(Meanwhile):
    """Blocks go round in each pair; each end checks what comes."""

    def __init__(self, pairs):
        super().__init__(0.02)
        self.pairs, self.blocks, self.broken = pairs, 0, []

    def once(self):
        for number, (server, viewer) in enumerate(self.pairs):
            block = os.urandom(BLOCK)
            try:
                server.sendall(block)
                viewer.sendall(all_of(BLOCK, viewer))
                if all_of(BLOCK, server) != block:
                    raise AssertionError("other bytes came")
                self.blocks += 1
            except (OSError, AssertionError) as e:
                self.broken.append((number, e))


def crowd(port):
    """Connections that are not waited for."""
    peers = []
    for _ in range(CROWD):
        peer = socket.socket()
        peer.setblocking(False)
        if peer.connect_ex(("127.0.0.1", port)) not in (0, errno.EINPROGRESS):
            raise AssertionError("no connection to loopback")
        peers.append(peer)
    return peers


def a_new_pair(repeater):
    try:
        close_all(make_pair(repeater, "after"))
        return True
    except (OSError, AssertionError):
        return False


def main():
    few = "prlimit", "--nofile=256:256"
    repeater = Repeater(sys.argv[1], "--bind", "127.0.0.1", before=few)
    pairs = [make_pair(repeater, f"live_{number}") for number in range(PAIRS)]
    with Traffic(pairs) as traffic:
        with closing_all(crowd(repeater.viewer_port)):
            time.sleep(1)  # those that find room are told once
            said, spent = len(repeater.said()), cpu_time(repeater.pid)
            time.sleep(SECONDS)
            said, spent = len(repeater.said()) - said, cpu_time(repeater.pid) - spent
        left = time.monotonic()
        eventually("a new pair is made", lambda: a_new_pair(repeater))
        figure("a new pair after they have left", time.monotonic() - left, "s",
               at_most=1 if LONG else 10)  # fmt: skip
    figure("blocks that went round in live pairs", traffic.blocks, at_least=PAIRS)
    figure("live pairs that broke", len(traffic.broken), at_most=0)
    figure("the log", said / SECONDS, "bytes/s", at_most=1000)
    figure("CPU", 100 * spent / SECONDS, "% of a core", at_most=10 if LONG else 30)
    close_all(*pairs)
    repeater.stop()


if __name__ == "__main__":
    main()
