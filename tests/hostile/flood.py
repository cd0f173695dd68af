#!/usr/bin/env python3
# Connections as fast as they can be made, refused or closed at once: flood.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import multiprocessing
import socket
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness import namespaces
from harness.daemons import Repeater
from harness.figures import LONG, cpu_time, descriptors, figure, memory
from harness.pairs import PairsMeanwhile
from harness.patience import eventually

HOST = "10.255.255.1"  # every address of 10.0.0.0/8 is ours
STRANGER, NEIGHBOUR = "10.1.0.1", "10.2.0.1"
COUNT = 50_000 if LONG else 6_000
IP_BIND_ADDRESS_NO_PORT = 24  # linux/in.h


def connect_and_close(port, source, count):
    for _ in range(count):
        with socket.socket() as peer:
            # The port is chosen at connect(2), where one that is about to go will do.
            peer.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            peer.bind((source, 0))
            peer.connect((HOST, port))


def flood(repeater, source, what, p99):
    """Two senders, which take as much of the machine as they get; the CPU that a connection costs
    the repeater says how many it could refuse."""
    fds, grown = descriptors(repeater.pid), memory(repeater.pid)
    said, spent, began = len(repeater.said()), cpu_time(repeater.pid), time.monotonic()
    senders = [
        multiprocessing.Process(
            target=connect_and_close, args=(repeater.viewer_port, source, COUNT // 2)
        )
        for _ in range(2)
    ]
    with PairsMeanwhile(repeater, NEIGHBOUR, HOST, pause=0.12) as others:
        for each in senders:
            each.start()
        for each in senders:
            each.join()
    passed = time.monotonic() - began
    eventually("all are closed", lambda: descriptors(repeater.pid) <= fds)
    spent = cpu_time(repeater.pid) - spent
    figure(f"connections {what}", COUNT / passed, "/s")
    figure("CPU for 20 000 of them", 20_000 * spent / COUNT, "s", at_most=1)
    figure("pairs meanwhile: failures", len(others.failures), at_most=0)
    figure("pairs meanwhile: p99", others.milliseconds(0.99), "ms", at_most=p99 if LONG else 1000)
    figure("the log", (len(repeater.said()) - said) / passed / 1000, "kB/s", at_most=40)
    figure("memory more", memory(repeater.pid) - grown, "MB", at_most=8)


if __name__ == "__main__":
    namespaces.enter("--net")
    namespaces.run("ip", "route", "add", "local", "10.0.0.0/8", "dev", "lo")
    Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("1024 65535", "ascii")
    subject = Repeater(sys.argv[1])
    flood(subject, STRANGER, "refused", 50)
    subject.stop()
    subject = Repeater(sys.argv[1], "--connection-rate", "0", "--max-handshakes-per-source", "0")
    flood(subject, STRANGER, "that are closed at once", 200)
    subject.stop()
