#!/usr/bin/env python3
# Names with several addresses, and a name server that never answers: names.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
#
# In namespaces of our own, where the system's resolver asks a server that says nothing for longer
# than a test lasts.
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from peers import PATIENCE, all_of, connect, eventually, free_ports, head_of, listens, masked

GATEWAY_STOPS_IN = 10  # seconds, whatever goes on
REPEATER_STOPS_IN = 15  # 5 for the events that are left, 5 for one that was begun, and a margin
NAME = "mute.example"


def mount_over(path, text, folder):
    file = os.path.join(folder, os.path.basename(path))
    with open(file, "w", encoding="ascii") as f:
        f.write(text)
    subprocess.run(["mount", "--bind", file, path], check=True, timeout=PATIENCE)


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True, timeout=PATIENCE)
        folder = tempfile.TemporaryDirectory(prefix="names-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        mount_over(
            "/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n", cls.folder
        )
        mount_over("/etc/nsswitch.conf", "hosts: files dns\n", cls.folder)
        mount_over(
            "/etc/hosts",
            "127.0.0.1 localhost\n::1 three.example\n"
            "127.0.0.2 three.example\n127.0.0.3 three.example\n",
            cls.folder,
        )

    def setUp(self):
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.server.close)
        self.server.bind(("127.0.0.1", 53))
        self.server.settimeout(PATIENCE)

    def start(self, *command):
        """Its log is a file, so that nobody has to read it."""
        log = open(os.path.join(self.folder, self.id()), "w+", encoding="utf-8")
        self.addCleanup(log.close)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def connect_to(self, port, process):
        def try_it():
            self.assertIsNone(process.poll())
            return listens(port)

        eventually("it listens", try_it)
        peer = connect(port)
        self.addCleanup(peer.close)
        return peer

    def is_asked(self):
        self.assertIn(NAME.split(".", maxsplit=1)[0].encode(), self.server.recv(512))

    def assert_stops(self, process, seconds=GATEWAY_STOPS_IN):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(seconds), 0)

    def open_session(self, port, process, path):
        peer = self.connect_to(port, process)
        peer.sendall(
            (
                f"GET {path} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            ).encode()
        )
        self.assertIn(" 101 ", head_of(peer))
        return peer

    def test_a_gateway_serves_the_others_and_stops(self):
        with socket.create_server(("127.0.0.1", 0)) as target:
            target.settimeout(PATIENCE)
            (port,) = free_ports(1)
            gateway = self.start(
                WSGATE,
                "--listen",
                f"127.0.0.1:{port}",
                "--threads",
                "1",
                "--connect-timeout",
                "60",
                "--viewer-target",
                NAME + ":5900",
                "--server-target",
                f"localhost:{target.getsockname()[1]}",
                "--dial",
                "at-once",
            )
            for _ in range(20):
                self.open_session(port, gateway, "/websockify")
            self.is_asked()
            good = self.open_session(port, gateway, "/wsServer")
            there, _ = target.accept()
            with there:
                there.settimeout(PATIENCE)
                good.sendall(masked(0x82, b"hello"))
                self.assertEqual(all_of(5, there), b"hello")
            self.assert_stops(gateway)

    def test_every_address_of_a_name_is_tried(self):
        with socket.create_server(("127.0.0.3", 0)) as target:  # the others are refused
            target.settimeout(PATIENCE)
            (port,) = free_ports(1)
            gateway = self.start(
                WSGATE,
                "--listen",
                f"127.0.0.1:{port}",
                "--viewer-target",
                f"three.example:{target.getsockname()[1]}",
            )
            peer = self.open_session(port, gateway, "/websockify")
            there, _ = target.accept()
            with there:
                there.settimeout(PATIENCE)
                peer.sendall(masked(0x82, b"hello"))
                self.assertEqual(all_of(5, there), b"hello")

    def test_a_tunnel_stops(self):
        (port,) = free_ports(1)
        tunnel = self.start(
            WSGATE,
            "tunnel",
            "--url",
            f"ws://{NAME}/wsServer",
            "--listen",
            f"127.0.0.1:{port}",
            "--connect-timeout",
            "60",
        )
        self.connect_to(port, tunnel)
        self.is_asked()
        self.assert_stops(tunnel)

    def test_a_repeater_with_an_event_url_stops(self):
        viewers, servers = free_ports(2)
        repeater = self.start(
            REPEATER,
            "--bind",
            "127.0.0.1",
            "--event-url",
            f"http://{NAME}/",
            str(viewers),
            str(servers),
        )
        self.connect_to(viewers, repeater)
        self.is_asked()
        self.assert_stops(repeater, REPEATER_STOPS_IN)


if __name__ == "__main__":
    if sys.argv[3:] != ["--in-namespace"]:
        # A user namespace makes an ordinary user root over networks and mounts of its own.
        as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        os.execvp(
            "unshare",
            [
                "unshare",
                *as_root,
                "--net",
                "--mount",
                sys.executable,
                __file__,
                *sys.argv[1:],
                "--in-namespace",
            ],
        )
    else:
        REPEATER, WSGATE = sys.argv[1:3]
        unittest.main(argv=sys.argv[:1])
