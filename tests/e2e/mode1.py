#!/usr/bin/env python3
# Mode I under its default policy, across two network namespaces: mode1.py REPEATER
# SPDX-License-Identifier: EUPL-1.2
#
# The default policy dials no address of this machine, so loopback cannot show it at work. Here the
# repeater and the viewers live in one namespace, the far end in another, a veth pair between them.
import errno
import os
import re
import socket
import subprocess
import sys
import threading
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.daemons import Repeater
from harness.namespaces import enter, run
from harness.patience import PATIENCE
from harness.rfb import BANNER, SERVER_BANNER, hello
from harness.sandbox import without
from harness.sockets import connect, exactly, until_the_end

OURS, FAR = "10.77.0.1", "10.77.0.2"
SECOND, LATER = "10.77.0.3", "10.77.0.4"  # ours as well; ours later on

# What the far end says on each port, before it reports what it was sent.
FAR_END = {5900: SERVER_BANNER, 5901: b"SSH-2.0-x\r\n\r\n", 5902: BANNER, 5903: b""}


def tell(line):
    """One write, so that threads do not mix their lines."""
    os.write(1, line.encode() + b"\n")


def answer(port):
    """Far end: greets each connection and prints a line with what it got from it."""
    with socket.create_server((FAR, port)) as listener:
        tell(f"ready {port}")
        while True:
            peer, _ = listener.accept()
            with peer:
                peer.sendall(FAR_END[port])
                tell(f"got {port} {until_the_end(peer).hex()}")


def far_end():
    """Runs in the second namespace, once its interface is there (a line on stdin)."""
    tell(str(os.getpid()))
    sys.stdin.readline()
    run("ip", "addr", "add", FAR + "/24", "dev", "far")
    run("ip", "link", "set", "far", "up")
    for port in FAR_END:
        threading.Thread(target=answer, args=(port,), daemon=True).start()
    sys.stdin.readline()


class Mode1(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.far = subprocess.Popen(
            ["unshare", "--net", sys.executable, __file__, "--far-end"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        namespace = cls.far.stdout.readline().strip()
        run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", namespace)
        for address in (OURS, SECOND):
            run("ip", "addr", "add", address + "/24", "dev", "near")
        run("ip", "link", "set", "near", "up")
        run("ip", "route", "add", "local", "10.78.0.0/24", "dev", "lo")
        run("ip", "-6", "route", "add", "local", "fd78::/64", "dev", "lo")
        cls.far.stdin.write("\n")
        cls.far.stdin.flush()
        for _ in FAR_END:
            assert cls.far.stdout.readline().startswith("ready")
        cls.repeater = Repeater(REPEATER)

    @classmethod
    def tearDownClass(cls):
        cls.repeater.stop()
        cls.far.kill()
        cls.far.wait(PATIENCE)

    def ask_for(self, destination, early=b"", repeater=None):
        """A viewer that has named its destination and read its greeting."""
        viewer = connect((repeater or self.repeater).viewer_port)
        self.addCleanup(viewer.close)
        viewer.sendall(hello(destination) + early)
        self.assertEqual(exactly(len(BANNER), viewer), BANNER)
        return viewer

    def test_a_vnc_server_elsewhere_is_reached(self):
        viewer = self.ask_for(FAR, early=b"viewer's bytes")
        self.assertEqual(exactly(len(SERVER_BANNER), viewer), SERVER_BANNER)
        viewer.shutdown(socket.SHUT_WR)
        self.assertEqual(viewer.recv(1), b"")
        self.assertEqual(
            self.far.stdout.readline().split(), ["got", "5900", b"viewer's bytes".hex()]
        )

    def test_what_does_not_speak_rfb_gets_no_byte_of_the_viewers(self):
        viewer = self.ask_for(FAR + ":5901", early=b"secret")
        self.assertEqual(viewer.recv(1), b"")
        self.assertEqual(self.far.stdout.readline().split(), ["got", "5901"])

    def test_another_repeater_or_ourselves_in_a_circle_is_no_server(self):
        viewer = self.ask_for(FAR + ":5902", early=b"secret")
        self.assertEqual(viewer.recv(1), b"")
        self.assertEqual(self.far.stdout.readline().split(), ["got", "5902"])

    def start(self, *options, before=()):
        repeater = Repeater(REPEATER, *options, before=before)
        self.addCleanup(repeater.stop)
        return repeater

    def test_a_server_that_does_not_greet_in_time_is_told_as_such(self):
        repeater = self.start("--greeting-timeout", "0.3")
        viewer = self.ask_for(FAR + ":5903", repeater=repeater)
        self.assertEqual(viewer.recv(1), b"")
        repeater.says(rf"connected to {FAR}:5903, but it did not greet .* --greeting-timeout")
        self.assertEqual(self.far.stdout.readline().split(), ["got", "5903"])

    def test_what_came_in_the_place_of_a_greeting_is_told(self):
        repeater = self.start()
        for port, told in ((5901, "is no RFB version"), (5902, "it is a repeater itself")):
            self.assertEqual(self.ask_for(f"{FAR}:{port}", repeater=repeater).recv(1), b"")
            repeater.says(f"connected to {FAR}:{port}, but .*{told}")
            self.assertEqual(self.far.stdout.readline().split(), ["got", str(port)])

    def refuses(self, repeater, *destinations):
        viewers = [self.ask_for(each, repeater=repeater) for each in destinations]
        for destination, viewer in zip(destinations, viewers):
            self.assertEqual(viewer.recv(1), b"", destination)
            to = re.escape(f"{destination}:5900")
            repeater.says(f"refusing direct connection to {to}: address not allowed")

    def test_our_own_addresses_are_refused_however_they_are_learned(self):
        for before in ((), [sys.executable, __file__, "--without-netlink"]):
            repeater = self.start(before=before)
            self.refuses(
                repeater, OURS, SECOND, f"::ffff:{OURS}", "127.0.0.1", "10.78.0.9", "fd78::9"
            )
            run("ip", "addr", "add", LATER + "/24", "dev", "near")
            self.refuses(repeater, LATER)
            run("ip", "addr", "del", LATER + "/24", "dev", "near")
            viewer = self.ask_for(FAR, repeater=repeater)
            self.assertEqual(exactly(len(SERVER_BANNER), viewer), SERVER_BANNER)
            viewer.close()
            self.assertEqual(self.far.stdout.readline().split(), ["got", "5900"])

    def test_our_own_addresses_and_other_ports_are_refused(self):
        for destination in (OURS, f"{OURS}:{self.repeater.viewer_port}", "127.0.0.1", FAR + ":22"):
            viewer = self.ask_for(destination)
            self.assertEqual(viewer.recv(1), b"", destination)


if __name__ == "__main__":
    if sys.argv[1:] == ["--far-end"]:
        far_end()
    elif sys.argv[1:2] == ["--without-netlink"]:
        without("socket", errno.EAFNOSUPPORT, socket.AF_NETLINK)()
        os.execv(sys.argv[2], sys.argv[2:])
    else:
        enter("--net")
        REPEATER = os.path.abspath(sys.argv[1])
        unittest.main(argv=sys.argv[:1])
