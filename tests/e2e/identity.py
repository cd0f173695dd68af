#!/usr/bin/env python3
# Real programs through a repeater that reads what they say: identity.py REPEATER FAKES
# SPDX-License-Identifier: EUPL-1.2
"""Every byte arrives as it was sent, all of it is understood, and so it is however it is cut."""
import contextlib
import hashlib
import json
import os
import selectors
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Repeater
from harness.patience import eventually
from harness.ports import free_ports
from harness.processes import outcome
from harness.rfb import hello
from harness.sockets import connect, port_of

REPEATER = FAKES = ""
NAME = "ID:lab"
VIEWER, SERVER = 0, 1


class Tap(threading.Thread):
    """Carries a connection from a listener to `port`, and keeps what it carried. Says `says` to the
    other side first, and swallows `skips` bytes of its own that come before the session."""

    def __init__(self, listener, port, says=b"", skips=0, dials=False):
        super().__init__(daemon=True)
        self.listener, self.port, self.dials = listener, port, dials
        self.says, self.skips = says, skips
        self.pieces = []  # (0: from who connected, 1: to it), bytes
        self.start()

    def run(self):
        if self.dials:  # a server that listens: we connect to both
            near = connect(self.listener)
        else:
            near, _ = self.listener.accept()
        far = connect(self.port)
        with near, far:
            self.carry(near, far)

    def carry(self, near, far):
        far.sendall(self.says)
        while self.skips:
            self.skips -= len(far.recv(self.skips))
        poll = selectors.DefaultSelector()
        for peer, other, way in ((near, far, 0), (far, near, 1)):
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            poll.register(peer, selectors.EVENT_READ, (other, way))
        while poll.get_map():
            for key, _ in poll.select():
                other, way = key.data
                try:
                    some = key.fileobj.recv(65536)
                except OSError:
                    some = b""
                if not some:
                    poll.unregister(key.fileobj)
                    with contextlib.suppress(OSError):
                        other.shutdown(socket.SHUT_WR)
                    continue
                self.pieces.append((way, some))
                try:
                    other.sendall(some)
                except OSError:
                    return

    def said(self, way):
        return b"".join(some for each, some in self.pieces if each == way)


def fingerprint(data):
    return hashlib.sha256(data).hexdigest()


class IdentityTest(ProgramCase):
    def setUp(self):
        super().setUp()
        self.events = self.path("events")
        self.repeater = self.ending(
            Repeater(*(REPEATER, "--insight", "--event-file", self.events, "--bind", "127.0.0.1"))
        )

    def display(self):
        """An X display, by its name."""
        screen = ("-screen", "0", "640x480x24", "-nolisten", "tcp")
        return self.start_display("Xvfb", *screen)[1]

    def understood(self):
        def found():
            try:
                lines = Path(self.events).read_text(encoding="utf-8").splitlines()
            except FileNotFoundError:
                return None
            return next(
                (one for one in map(json.loads, lines) if one["event"] == "understood"), None
            )

        return eventually("what was understood", found)

    def seen(self, tap, count):
        """So many bytes have come to the viewer, and it has been quiet since."""
        eventually("pictures came", lambda: len(tap.said(1)) > count)
        before = -1
        while before != len(tap.said(1)):
            before = len(tap.said(1))
            time.sleep(0.3)

    def assert_identical(self, at_server, at_viewer, server_first=250):
        """The bytes of each side are those that the other one got."""
        ways = (
            (at_server.said(0)[server_first:], at_viewer.said(1)[12:]),
            (at_viewer.said(0)[250:], at_server.said(1)),
        )
        for sent, got in ways:
            self.assertGreater(len(sent), 0)
            self.assertEqual(fingerprint(sent), fingerprint(got), (len(sent), len(got)))

    def assert_read_at_every_split(self, at_server, skip):
        with open(self.path("capture"), "wb") as file:
            for way, some in at_server.pieces:
                if way == 0 and skip:
                    dropped = min(skip, len(some))
                    some, skip = some[dropped:], skip - dropped
                if some:
                    side = SERVER if way == 0 else VIEWER
                    file.write(struct.pack("!BI", side, len(some)) + some)
        done = outcome(f"{FAKES}/replay_capture", self.path("capture"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def check(self, at_server, at_viewer, *used, server_first=250):
        seen = self.understood()
        self.assertNotIn("not_understood", seen)
        for encoding in used:
            names = [one.split("=")[0] for one in seen["encodings_used"]]
            self.assertIn(encoding, names)
        self.assert_identical(at_server, at_viewer, server_first)
        self.assert_read_at_every_split(at_server, server_first)
        return seen


class LibvncTest(IdentityTest):
    """libvncserver and libvncclient."""

    def meet(self, encoding, *options):
        taps = [
            Tap(self.listen(), self.repeater.server_port),
            Tap(self.listen(), self.repeater.viewer_port),
        ]
        common = ("--id", "lab")
        ports = [str(port_of(tap.listener)) for tap in taps]
        server = self.start(
            f"{FAKES}/fake_server", "--port", ports[0], *common, "--seed", "3", *options
        )
        viewer = self.start(
            *(f"{FAKES}/fake_viewer", "--port", ports[1], *common, "--encoding", encoding),
            stdin=subprocess.PIPE,
        )
        self.seen(taps[1], 2000)
        for told in (b"key 97\n", b"pointer 1 20 30\n", b"pointer 0 20 30\n"):
            viewer.stdin.write(told)
        viewer.stdin.flush()
        self.seen(taps[1], 2000)
        viewer.kill()
        server.kill()
        return taps

    def check_encoding(self, encoding):
        seen = self.check(*self.meet(encoding), encoding)
        self.assertGreater(seen["keys"], 0)
        self.assertGreater(seen["pointer_events"], 0)

    def test_copyrect(self):
        self.check(*self.meet("copyrect raw", "--moves"), "copyrect", "raw")


for each in ("raw", "corre", "hextile", "zlib", "ultra", "zrle", "tight"):
    setattr(LibvncTest, f"test_{each}", lambda self, each=each: self.check_encoding(each))


class ViewersOfTheirOwnTest(IdentityTest):
    """Programs that know no repeater, or the taps say hello for them: all is the session."""

    def assert_identical(self, at_server, at_viewer, server_first=250, **_):
        ways = (
            (at_server.said(0)[server_first:], at_viewer.said(1)),
            (at_viewer.said(0), at_server.said(1)),
        )
        for sent, got in ways:
            self.assertGreater(len(sent), 0)
            self.assertEqual(fingerprint(sent), fingerprint(got), (len(sent), len(got)))

    def test_x11vnc_and_ssvnc(self):
        """A display that changes its size, with its cursor."""
        shown, own = self.display(), self.display()
        taps = [
            Tap(self.listen(), self.repeater.server_port),
            Tap(self.listen(), self.repeater.viewer_port, hello(NAME), 12),
        ]
        server = self.start(
            *("x11vnc", "-display", shown, "-norc", "-rfbport", "0", "-noipv6", "-nopw"),
            *("-quiet", "-connect_or_exit"),
            f"repeater={NAME}+127.0.0.1:{port_of(taps[0].listener)}",
            stdout=subprocess.DEVNULL,
        )
        viewer = self.start(
            *("ssvncviewer", "-shared", f"127.0.0.1::{port_of(taps[1].listener)}"),
            env={**os.environ, "DISPLAY": own, "HOME": self.folder},
            stdout=subprocess.DEVNULL,
        )
        self.seen(taps[1], 2000)
        for change in (
            ("xsetroot", "-display", shown, "-mod", "3", "5", "-fg", "red", "-bg", "blue"),
            ("x11vnc", "-display", shown, "-norc", "-remote", "scale:1/2"),
        ):
            before = len(taps[1].said(1))
            self.assertEqual(outcome(*change).returncode, 0)
            self.seen(taps[1], before)
        viewer.kill()
        server.kill()
        seen = self.check(*taps, "cursor")
        self.assertEqual((seen["width"], seen["height"]), (320, 240))

    def test_xtigervnc_and_its_viewer(self):
        """They speak of fences, continuous updates and sizes."""
        own = self.display()
        (port,) = free_ports(1)
        server, shown = self.start_display(
            *("Xtigervnc", "-geometry", "640x480", "-rfbport", str(port)),
            *("-SecurityTypes", "None", "-localhost", "-AlwaysShared"),
        )
        taps = [
            Tap(port, self.repeater.server_port, hello(NAME), 0, dials=True),
            Tap(self.listen(), self.repeater.viewer_port, hello(NAME), 12),
        ]
        viewer = self.start(
            *("xtigervncviewer", "-Shared", "-DesktopSize", "500x400"),
            f"127.0.0.1::{port_of(taps[1].listener)}",
            env={**os.environ, "DISPLAY": own, "HOME": self.folder},
            stdout=subprocess.DEVNULL,
        )
        self.seen(taps[1], 150)
        before = len(taps[1].said(1))
        outcome("xsetroot", "-display", shown, "-mod", "3", "5", "-fg", "red", "-bg", "blue")
        self.seen(taps[1], before)
        outcome("xdotool", "type", "a", env={**os.environ, "DISPLAY": own})
        viewer.kill()
        server.kill()
        seen = self.check(*taps, "extended-desktop-size", server_first=0)
        self.assertEqual((seen["width"], seen["height"]), (500, 400))


if __name__ == "__main__":
    REPEATER, FAKES = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
