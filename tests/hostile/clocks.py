#!/usr/bin/env python3
# Clocks that jump, and clocks about to outgrow 31 and 32 bits: clocks.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
#
# The wall clock may jump at any time (an administrator, NTP, a virtual machine that was asleep):
# only what is dated by it changes, signed tokens and signed IDs. Limits in time go by the monotonic
# clock, which counts from the machine's start; just before and after 2^31 and 2^32 milliseconds of
# it (25 and 50 days) each fires when it is due.
import contextlib
import os
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.daemons import Gateway, Repeater
from harness.faults import Faults
from harness.figures import figure
from harness.http import head_of
from harness.pairs import close_all, make_pair
from harness.processes import outcome
from harness.rfb import hello
from harness.sockets import accept, address_of, all_of, connect, listen
from harness.websocket import PING, FrameReader, opening

YEAR = 365 * 24 * 3600
TOLERANCE = 0.7  # seconds


def environment(faults):
    return {**os.environ, **faults.environment}


def seconds_until_closed(peer, born):
    peer.settimeout(15)
    try:
        while peer.recv(4096):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return float("inf")
    return time.monotonic() - born


class Closings:
    """Peers that should each be closed so long after they came; all at the same time."""

    def __init__(self):
        self._threads, self.found = [], []

    def expect(self, what, peer, after):
        began = time.monotonic()

        def wait():
            self.found.append((what, seconds_until_closed(peer, began), after))
            peer.close()

        self._threads.append(threading.Thread(target=wait, daemon=True))
        self._threads[-1].start()

    def check(self, when):
        for each in self._threads:
            each.join()
        for what, took, after in self.found:
            figure(
                f"{when}: {what}", took, "s", at_least=after - TOLERANCE, at_most=after + TOLERANCE
            )


def waiting_peer(port, name):
    peer = connect(port)
    peer.sendall(hello(f"ID:{name}"))
    return peer


def repeater_across(when, offset):
    """The clock passes the point while limits of one to three seconds run."""
    faults = Faults(sys.argv[1])
    faults.move_clocks(monotonic=offset(1.5))
    options = ["--bind", "127.0.0.1", "--log-format", "text", "--handshake-timeout", "3"]
    options += ["--viewer-wait", "2", "--server-wait", "3", "--linger", "1"]
    subject = Repeater(sys.argv[1], *options, env=environment(faults))
    closings, kept = Closings(), []
    for turn in range(2):  # before the point, and after it
        closings.expect("who says nothing is closed", connect(subject.server_port), 3)
        closings.expect(
            "a viewer has waited", waiting_peer(subject.viewer_port, f"viewer_{turn}"), 2
        )
        closings.expect(
            "a server has waited", waiting_peer(subject.server_port, f"server_{turn}"), 3
        )
        server, viewer = make_pair(subject, "lingers")
        kept.append(server)
        viewer.shutdown(socket.SHUT_WR)
        closings.expect("a half-closed pair", viewer, 1)
        server, viewer = make_pair(subject, "lives")
        time.sleep(2.5)
        server.sendall(b"still")
        all_of(5, viewer)
        close_all([server, viewer])
    closings.check(when)
    close_all(kept)
    subject.stop()
    faults.close()


def pings_of(peer, seconds):
    """When each ping came."""
    reader, times = FrameReader(), []
    began = time.monotonic()
    while (left := began + seconds - time.monotonic()) > 0:
        peer.settimeout(left)
        with contextlib.suppress(TimeoutError):
            for frame in reader.feed(peer.recv(4096)):
                if frame.opcode == PING:
                    times.append(time.monotonic() - began)
    return times


def gateway_across(when, offset):
    faults = Faults(sys.argv[1])
    faults.move_clocks(monotonic=offset(1.5))
    target = listen()
    options = ["--viewer-target", address_of(target), "--handshake-timeout", "2"]
    options += ["--ping-interval", "1", "--pong-timeout", "30", "--session-idle", "30"]
    subject = Gateway(sys.argv[2], *options, env=environment(faults))
    closings = Closings()
    with connect(subject.port) as client:
        client.sendall(opening())
        head_of(client)
        with accept(target):
            closings.expect("who sends no request is closed", connect(subject.port), 2)
            times = pings_of(client, 4.5)
            closings.expect("another one", connect(subject.port), 2)
            figure(f"{when}: pings in 4.5 s, one a second", len(times), at_least=3, at_most=5)
    closings.check(when)
    subject.stop()
    faults.close()


def wall_clock_jumps():
    """A year ahead and back: pairs, limits and logs go on."""
    faults = Faults(sys.argv[1])
    options = ["--bind", "127.0.0.1", "--log-format", "text", "--handshake-timeout", "3"]
    subject = Repeater(sys.argv[1], *options, "--server-wait", "4", env=environment(faults))
    closings, pair = Closings(), make_pair(subject, "lives")
    closings.expect("who says nothing is closed", connect(subject.server_port), 3)
    closings.expect("a server has waited", waiting_peer(subject.server_port, "server"), 4)
    for jump in (YEAR, -YEAR, 30, -30, 0):
        faults.move_clocks(realtime=jump)
        close_all(make_pair(subject, f"jump_{jump}"))
        pair[0].sendall(b"still")
        all_of(5, pair[1])
        time.sleep(0.3)
    closings.check("the wall clock jumps")
    close_all(pair)
    subject.stop()
    faults.close()


def said_by(*command):
    made = outcome(*command)
    if made.returncode:
        raise AssertionError(made.stderr)
    return made.stdout.strip()


def status(gate, path):
    with connect(gate.port) as client:
        client.sendall(opening(path))
        return head_of(client).split()[1]


def tokens_expire():
    """What is dated by the wall clock follows it: a token that has expired, or not any more."""
    faults = Faults(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        key = f"{folder}/key"
        Path(key).write_bytes(os.urandom(32).hex().encode())
        os.chmod(key, 0o600)
        target = listen()
        make = sys.argv[2], "make-token", "--key", key, "--ttl", "3600"
        signed = said_by(*make, "--target", address_of(target))
        gate = Gateway(sys.argv[2], "--token-key", key, env=environment(faults))
        path = f"/websockify?token={signed}"
        for jump, wanted in ((0, "101"), (2 * 3600, "403"), (0, "101"), (-YEAR, "101")):
            faults.move_clocks(realtime=jump)
            if (got := status(gate, path)) != wanted:
                raise AssertionError(f"{jump} s ahead, the token gets {got}, not {wanted}")
        figure("tokens that follow the wall clock", 4, at_least=4)
        gate.stop()
    faults.close()


def signed_ids_expire():
    """The same of the repeater: an ID that has expired meets nobody, until the clock goes back."""
    faults = Faults(sys.argv[1])
    tool = str(Path(sys.argv[1]).with_name("repeater-id"))
    with tempfile.TemporaryDirectory() as folder:
        keys = "--key-file", f"{folder}/keys"
        said_by(tool, "keygen", *keys)
        signed = said_by(tool, "make", *keys, "--ttl", "3600", "desk")
        options = "--bind", "127.0.0.1", "--id-policy", "signed", "--id-key-file", keys[1]
        subject = Repeater(sys.argv[1], *options, env=environment(faults))
        for jump, is_good in ((0, True), (2 * 3600, False), (0, True), (-YEAR, True)):
            faults.move_clocks(realtime=jump)
            if is_good:
                close_all(make_pair(subject, signed.removeprefix("ID:")))
                continue
            with waiting_peer(subject.server_port, signed.removeprefix("ID:")) as peer:
                took = seconds_until_closed(peer, time.monotonic())
                figure("an expired ID is closed after", took, "s", at_most=5)
        subject.stop()
    faults.close()


def before(point):
    """What makes the monotonic clock reach so many milliseconds in so many seconds from now."""
    return lambda left: point / 1000 - left - time.monotonic()


def main():
    wall_clock_jumps()
    tokens_expire()
    signed_ids_expire()
    for power in (31, 32):
        for across in (repeater_across, gateway_across):
            across(f"{across.__name__.partition('_')[0]}, 2^{power} ms", before(2**power))


if __name__ == "__main__":
    main()
