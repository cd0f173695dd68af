#!/usr/bin/env python3
# Names with several addresses, and a name server that never answers: names.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
#
# In namespaces of our own, where the system's resolver asks a server that says nothing for longer
# than a test lasts.
import os
import socket
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Gateway, Repeater, Tunnel
from harness.namespaces import enter, run
from harness.patience import PATIENCE
from harness.sockets import all_of, port_of
from harness.websocket import binary, open_session

GATEWAY_STOPS_IN = 10  # seconds, whatever goes on
REPEATER_STOPS_IN = 15  # 5 for the events that are left, 5 for one that was begun, and a margin
NAME = "mute.example"


def mount_over(path, text, folder):
    file = os.path.join(folder, os.path.basename(path))
    with open(file, "w", encoding="ascii") as f:
        f.write(text)
    run("mount", "--bind", file, path)


class Names(ProgramCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="names-")
        cls.addClassCleanup(folder.cleanup)
        mount_over(
            "/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n", folder.name
        )
        mount_over("/etc/nsswitch.conf", "hosts: files dns\n", folder.name)
        mount_over(
            "/etc/hosts",
            "127.0.0.1 localhost\n::1 three.example\n"
            "127.0.0.2 three.example\n127.0.0.3 three.example\n",
            folder.name,
        )

    def setUp(self):
        super().setUp()
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.server.close)
        self.server.bind(("127.0.0.1", 53))
        self.server.settimeout(PATIENCE)

    def is_asked(self):
        self.assertIn(NAME.split(".", maxsplit=1)[0].encode(), self.server.recv(512))

    def test_a_gateway_serves_the_others_and_stops(self):
        target = self.listen()
        targets = ("--viewer-target", f"{NAME}:5900")
        targets += ("--server-target", f"localhost:{port_of(target)}", "--dial", "at-once")
        options = ("--threads", "1", "--connect-timeout", "60")
        gateway = self.ending(Gateway(WSGATE, *targets, *options))
        for _ in range(20):
            open_session(self.connect(gateway.port))
        self.is_asked()
        good = open_session(self.connect(gateway.port), "/wsServer")
        there = self.accept(target)
        good.sendall(binary(b"hello"))
        self.assertEqual(all_of(5, there), b"hello")
        gateway.stop(GATEWAY_STOPS_IN)

    def test_every_address_of_a_name_is_tried(self):
        target = self.listen(host="127.0.0.3")  # the others are refused
        address = f"three.example:{port_of(target)}"
        gateway = self.ending(Gateway(WSGATE, "--viewer-target", address))
        peer = open_session(self.connect(gateway.port))
        there = self.accept(target)
        peer.sendall(binary(b"hello"))
        self.assertEqual(all_of(5, there), b"hello")

    def test_a_tunnel_stops(self):
        url = f"ws://{NAME}/wsServer"
        tunnel = self.ending(Tunnel(WSGATE, "--url", url, "--connect-timeout", "60"))
        self.connect(tunnel.port)
        self.is_asked()
        tunnel.stop(GATEWAY_STOPS_IN)

    def test_a_repeater_with_an_event_url_stops(self):
        options = ("--bind", "127.0.0.1", "--event-url", f"http://{NAME}/")
        repeater = self.ending(Repeater(REPEATER, *options))
        self.connect(repeater.viewer_port)
        self.is_asked()
        repeater.stop(REPEATER_STOPS_IN)


if __name__ == "__main__":
    enter("--net", "--mount")
    REPEATER, WSGATE = map(os.path.abspath, sys.argv[1:])
    unittest.main(argv=sys.argv[:1])
