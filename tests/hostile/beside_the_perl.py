#!/usr/bin/env python3
# The same strangers before the repeater and the Perl: beside_the_perl.py REPEATER
# SPDX-License-Identifier: EUPL-1.2
# Prints the table of docs/security.md. PERL_REPEATER names the script; without it, ours alone.
import os
import socket
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness import namespaces
from harness.daemons import Daemon
from harness.figures import LONG, closing_all, cpu_time
from harness.pairs import close_all, is_closed, make_pair
from harness.patience import eventually
from harness.rfb import BANNER, SERVER_BANNER, hello
from harness.sockets import accept, all_of, connect, exactly, listen, listens, port_of

HOST = "10.255.255.1"  # every address of 10.0.0.0/8 is ours
STRANGER, NEIGHBOUR = "10.1.0.1", "10.2.0.1"
SECONDS = 10 if LONG else 2


class Subject(Daemon):
    """On the ports that the Perl takes by itself: it is the only one in its network."""

    viewer_port, server_port = 5900, 5500

    def __init__(self, *command, before=()):
        super().__init__(*before, *command, stdout=-1, stderr=-2)
        eventually("it listens", lambda: listens(self.viewer_port) and listens(self.server_port))
        self.began = len(self.said())


def a_pair_takes(subject, within):
    """Seconds for a pair, or None where it is not made in time."""
    began = time.monotonic()
    while time.monotonic() - began < within:
        try:
            close_all(make_pair(subject, f"pair_{time.monotonic_ns()}", NEIGHBOUR, HOST))
            return time.monotonic() - began
        except (OSError, AssertionError):
            pass
    return None


def seconds(value, within):
    return f"none in {within:g} s" if value is None else f"{1000 * value:.1f} ms"


def beside_silent_peers(subject):
    with closing_all([connect(subject.viewer_port, HOST, STRANGER) for _ in range(3)]):
        return seconds(a_pair_takes(subject, 25), 25)


def guesses(subject):
    """IDs that a source has named and that were looked up: the viewer is kept waiting."""
    number = taken = 0
    began = time.monotonic()
    with closing_all([]) as held:
        while time.monotonic() - began < SECONDS:
            number += 1
            peer = connect(subject.viewer_port, HOST, STRANGER)
            held.append(peer)
            try:
                if exactly(len(BANNER), peer) == BANNER:
                    peer.sendall(hello(f"ID:guess_{number}"))
                    taken += not is_closed(peer, 0.001)
            except OSError:
                pass
            if number >= 500:
                break
    return f"{taken} of {number} in {time.monotonic() - began:.1f} s"


def connects_and_closes(subject):
    count, spent, said = 500, cpu_time(subject.pid), len(subject.said())
    for _ in range(count):
        connect(subject.viewer_port, HOST, STRANGER).close()
    time.sleep(1)
    spent, said = cpu_time(subject.pid) - spent, len(subject.said()) - said
    return f"{1e6 * spent / count:.0f} us of CPU and {said / count:.0f} B of log each"


def a_viewer_for(subject, name, source):
    peer = connect(subject.viewer_port, HOST, source)
    peer.sendall(hello(f"ID:{name}"))
    return peer


def claims(subject):
    """Strangers that know an ID take the place of the server that waits under it."""
    displaced, claims_made, waiting = 0, 10, None
    with closing_all([]) as held:
        for number in range(claims_made + 1):
            peer = connect(subject.server_port, HOST, f"10.3.0.{number + 1}")
            held.append(peer)
            peer.sendall(hello("ID:claimed") + SERVER_BANNER)
            if waiting is None:
                waiting = peer
            elif is_closed(waiting, 0.3):
                displaced += 1
                waiting = peer
    return f"{displaced} of {claims_made}"


def dials_itself(subject):
    with listen("127.0.0.1", 5950) as inside, connect(subject.viewer_port, HOST, STRANGER) as peer:
        inside.settimeout(2)
        all_of(len(BANNER), peer)
        peer.sendall(hello(f"127.0.0.1:{port_of(inside)}"))
        try:
            accept(inside).close()
            return "yes"
        except socket.timeout:
            return "no"


def split_record(subject):
    text = hello("ID:split")
    with connect(subject.server_port, HOST, STRANGER) as server:
        server.sendall(text[:100])
        time.sleep(0.2)
        try:
            server.sendall(text[100:] + SERVER_BANNER)
            with a_viewer_for(subject, "split", STRANGER) as viewer:
                viewer.settimeout(2)
                return "yes" if exactly(24, viewer) == BANNER + SERVER_BANNER else "no"
        except OSError:
            return "no"


def escapes_in_the_log(subject):
    with connect(subject.viewer_port, HOST, NEIGHBOUR) as viewer:
        viewer.sendall(hello("\x1b[31mnot.a.host.invalid:5900"))
        time.sleep(1)
    return "yes" if "\x1b" in subject.said() else "no"


def few_descriptors(start):
    subject = start("prlimit", "--nofile=128:128")
    with closing_all([]) as crowd:
        for number in range(300):
            peer = socket.socket()
            crowd.append(peer)
            peer.settimeout(0.2)
            try:
                peer.connect((HOST, subject.server_port))
                peer.sendall(hello(f"ID:crowd_{number}"))
            except OSError:
                pass
            time.sleep(0.02)
        time.sleep(2)
        said, spent = len(subject.said()), cpu_time(subject.pid)
        time.sleep(SECONDS)
        said, spent = len(subject.said()) - said, cpu_time(subject.pid) - spent
    after = a_pair_takes(subject, 25)
    subject.kill()
    return (
        f"{100 * spent / SECONDS:.0f} % of a core, {said / SECONDS / 1000:.1f} kB/s of log, "
        f"then a pair: {seconds(after, 25)}"
    )


ITEMS = {
    "a pair, while three viewers say nothing": beside_silent_peers,
    "wrong IDs of one source that were looked up": guesses,
    "connections that are closed at once": connects_and_closes,
    "a waiting server is displaced by strangers who know its ID": claims,
    "Mode I reaches the repeater's own machine": dials_itself,
    "a hello in two pieces is understood": split_record,
    "bytes of a terminal's escape reach the log": escapes_in_the_log,
}


def column(start):
    cells = {}
    for what, item in ITEMS.items():
        subject = start()
        try:
            cells[what] = item(subject)
        except (OSError, AssertionError) as e:
            cells[what] = f"failed: {type(e).__name__}"
        subject.kill()
    cells["300 servers wait where 128 descriptors are allowed"] = few_descriptors(start)
    return cells


def main():
    namespaces.enter("--net")
    namespaces.run("ip", "route", "add", "local", "10.0.0.0/8", "dev", "lo")
    ours, perl = sys.argv[1], os.environ.get("PERL_REPEATER")
    columns = {"ultravnc_repeater": column(lambda *b: Subject(ours, before=b))}
    if perl:
        columns["the Perl"] = column(lambda *b: Subject("perl", perl, before=b))
    print(f"| what strangers do | {' | '.join(columns)} |")
    print("| --- |" + " --- |" * len(columns))
    for what in columns["ultravnc_repeater"]:
        print(f"| {what} | {' | '.join(cells[what] for cells in columns.values())} |")


if __name__ == "__main__":
    main()
