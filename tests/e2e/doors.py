#!/usr/bin/env python3
# Programs that know no repeater, at its doors: doors.py REPEATER
# SPDX-License-Identifier: EUPL-1.2
import os
import signal
import struct
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Repeater
from harness.patience import eventually
from harness.ports import free_ports
from harness.processes import outcome
from harness.sockets import all_of

REPEATER = ""
VERSION = b"RFB 003.008\n"
COLOUR = (0x3A, 0x7D, 0x44)


def pixels(dump):
    """Of a window dump with 32 bits a pixel, as red, green and blue."""
    head = struct.unpack("!25I", dump[:100])
    size, width, height, stride, colours = head[0], head[4], head[5], head[12], head[19]
    start = size + 12 * colours
    for row in range(height):
        line = dump[start + row * stride :][: 4 * width]
        yield from zip(line[2::4], line[1::4], line[0::4])


class DoorsTest(ProgramCase):
    def setUp(self):
        super().setUp()
        self.for_viewers, self.for_servers = free_ports(2)
        self.repeater = self.ending(
            Repeater(
                *(REPEATER, "--bind", "127.0.0.1", "--log-format", "text"),
                *("--door", f"127.0.0.1:{self.for_viewers}=ID:lab7"),
                *("--server-door", f"127.0.0.1:{self.for_servers}=ID:lab7 from=127.0.0.0/8"),
            )
        )

    def start_that_keeps(self, *command):
        """Starts an X server that keeps what is painted; returns its display."""
        return self.start_display(*command, "-noreset", stderr=subprocess.DEVNULL)[1]

    def display(self):
        screen = ("-screen", "0", "400x300x24", "-nolisten", "tcp")
        return self.start_that_keeps("Xvfb", *screen)

    def paint(self, display):
        colour = "#%02x%02x%02x" % COLOUR
        self.assertEqual(outcome("xsetroot", "-display", display, "-solid", colour).returncode, 0)

    def share_of_colour(self, display):
        done = subprocess.run(
            ("xwd", "-root", "-silent", "-display", display),
            capture_output=True, check=True, timeout=30,
        )  # fmt: skip
        all_of_it = list(pixels(done.stdout))
        return all_of_it.count(COLOUR) / len(all_of_it)

    def capture(self, port, name):
        done = outcome("gvnccapture", "-q", f"127.0.0.1:{port - 5900}", self.path(name))
        self.assertEqual(done.returncode, 0, done.stderr)
        return Path(self.path(name)).read_bytes()

    def test_tigervnc_dials_and_gtk_vnc_looks(self):
        """A picture through both doors is the server's own."""
        (own,) = free_ports(1)
        display = self.start_that_keeps(
            *("Xtigervnc", "-geometry", "320x240", "-rfbport", str(own), "-localhost"),
            *("-SecurityTypes", "None", "-AlwaysShared"),
        )
        blank = self.capture(own, "blank.png")
        self.paint(display)
        wanted = self.capture(own, "own.png")
        self.assertNotEqual(wanted, blank)
        for times in (1, 2):  # it dials once for each viewer
            done = outcome(
                *("vncconfig", "-display", display, "-connect", f"127.0.0.1:{self.for_servers}")
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.repeater.line_with(" waiting ", times)
            self.assertEqual(self.capture(self.for_viewers, "door.png"), wanted)

    def test_viewers_show_what_x11vnc_sends(self):
        shown = self.display()
        self.paint(shown)
        viewers = (
            ("xtigervncviewer", f"127.0.0.1::{self.for_viewers}"),
            ("ssvncviewer", f"127.0.0.1::{self.for_viewers}"),
        )
        for times, viewer in enumerate(viewers, 1):
            with self.subTest(viewer[0]):
                self.start(
                    *("x11vnc", "-display", shown, "-norc", "-rfbport", "0", "-noipv6", "-nopw"),
                    *("-quiet", "-connect_or_exit", f"127.0.0.1:{self.for_servers}"),
                    stdout=subprocess.DEVNULL,
                )
                self.repeater.line_with(" waiting ", times)
                looks = self.display()
                started = self.start(
                    *viewer,
                    env={**os.environ, "DISPLAY": looks, "HOME": self.folder},
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                eventually("it is seen", lambda at=looks: self.share_of_colour(at) > 0.5)
                started.kill()

    def test_a_viewer_hears_that_nobody_is_there(self):
        looks = self.display()
        viewer = self.start(
            *("xtigervncviewer", f"127.0.0.1::{self.for_viewers}"),
            env={**os.environ, "DISPLAY": looks, "HOME": self.folder},
        )
        viewer.says("The computer is not connected")
        self.repeater.line_with(r" refused .*why=alone")

    def test_stay_open_over_an_upgrade(self):
        machine = self.connect(self.for_servers)
        machine.sendall(VERSION)
        self.repeater.line_with(" waiting ")
        self.repeater.send_signal(signal.SIGUSR2)
        successor = int(self.repeater.says(r" upgraded .*to_pid=(\d+) ")[1])
        self.addCleanup(os.kill, successor, signal.SIGKILL)
        viewer = self.connect(self.for_viewers)
        self.assertEqual(all_of(12, viewer), VERSION)
        viewer.sendall(VERSION)
        self.assertEqual(all_of(12, machine), VERSION)
        another = self.connect(self.for_servers)
        another.sendall(VERSION)
        self.repeater.line_with(" waiting ", 2)


if __name__ == "__main__":
    REPEATER = os.path.abspath(sys.argv.pop(1))
    unittest.main()
