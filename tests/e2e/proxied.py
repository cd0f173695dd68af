#!/usr/bin/env python3
# Real addresses behind proxies: browser, wsgate, repeater; HAProxy: proxied.py REPEATER GATEWAY
# SPDX-License-Identifier: EUPL-1.2
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from peers import PATIENCE, eventually, exactly, free_ports, listens

CLIENT = "198.51.100.7"  # whom a web server in front of the gateway names
REPEATER, GATEWAY = "", ""


def masked(payload):
    """A binary frame; the key is zero."""
    return bytes([0x82, 0x80 | 126]) + len(payload).to_bytes(2, "big") + bytes(4) + payload


class Proxied(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="proxied-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.viewers, self.servers, self.front = free_ports(3)
        self.start(
            REPEATER,
            "--bind",
            "127.0.0.1",
            "-c",
            str(self.viewers),
            "-s",
            str(self.servers),
            "--proxy-from",
            "127.0.0.0/8",
            "--log-format",
            "json",
            "--log-file",
            self.path("repeater.log"),
            "--event-file",
            self.path("events"),
        )
        self.line("repeater.log", event="listening", side="server")

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.kill)

    def line(self, name, **wanted):
        """The first JSON line that has these members."""

        def find():
            try:
                with open(self.path(name), encoding="utf-8") as file:
                    whole = [text for text in file if text.endswith("\n")]
            except FileNotFoundError:
                return None
            lines = map(json.loads, whole)
            return next((one for one in lines if wanted.items() <= one.items()), None)

        return eventually(f"{name} says {wanted}", find)

    def connect(self, port, source="127.0.0.1"):
        peer = socket.create_connection(
            ("127.0.0.1", port), timeout=PATIENCE, source_address=(source, 0)
        )
        self.addCleanup(peer.close)
        return peer

    def waiting_server(self):
        """Dials the repeater itself, from a proxy's address: it speaks for someone else too."""
        server = self.connect(self.servers)
        server.sendall(
            b"PROXY TCP4 203.0.113.9 127.0.0.1 4711 5500\r\n"
            + b"ID:1".ljust(250, b"\0")
            + b"RFB 003.008\n"
        )
        self.assertEqual(self.line("events", event="waiting")["peer"], "203.0.113.9:4711")
        return server

    def browser(self, *headers):
        """A WebSocket to the gateway, opened, that has named the server's ID."""
        peer = self.connect(self.front)
        lines = [
            "GET /websockify HTTP/1.1",
            "Host: h",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: " + base64.b64encode(bytes(16)).decode(),
            *headers,
            "",
            "",
        ]
        peer.sendall("\r\n".join(lines).encode() + masked(b"ID:1".ljust(250, b"\0")))
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += exactly(1, peer)
        self.assertTrue(head.startswith(b"HTTP/1.1 101 "), head)
        got = b""
        while len(got) < 24:
            _, size = exactly(2, peer)
            got += exactly(size, peer)
        self.assertEqual(got, b"RFB 000.000\nRFB 003.008\n")
        return peer

    def test_gateway_and_repeater_tell_of_the_same_client_and_request(self):
        self.start(
            GATEWAY,
            "--listen",
            f"127.0.0.1:{self.front}",
            "--viewer-target",
            f"127.0.0.1:{self.viewers}",
            "--send-proxy",
            "v2",
            "--log-format",
            "json",
            "--log-file",
            self.path("gateway.log"),
        )
        eventually("the gateway listens", lambda: listens(self.front))
        self.waiting_server()
        self.browser(f"X-Forwarded-For: {CLIENT}")
        gateway = self.line("gateway.log", event="start")
        self.assertEqual(gateway["client"], CLIENT)
        request = gateway["request"]
        self.assertTrue(request)

        paired = self.line("events", event="paired")
        self.assertEqual(paired["viewer"], f"{CLIENT}:0")
        self.assertEqual(paired["viewer_request_id"], request)
        arrived = self.line("repeater.log", event="arrived", side="viewer")
        self.assertEqual(arrived["peer"], f"{CLIENT}:0")
        self.assertEqual(arrived["request_id"], request)
        self.assertTrue(arrived["proxy"].startswith("127.0.0.1:"))

    def test_haproxy_speaks_for_its_clients(self):
        with open(self.path("haproxy.cfg"), "w", encoding="utf-8") as file:
            file.write(
                f"""
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen front
  bind 127.0.0.1:{self.front}
  unique-id-format %[uuid()]
  server repeater 127.0.0.1:{self.viewers} send-proxy-v2 proxy-v2-options unique-id,crc32c
"""
            )
        haproxy = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")
        self.assertTrue(haproxy, "haproxy is not installed (apt-get install haproxy)")
        self.start(haproxy, "-db", "-f", self.path("haproxy.cfg"))
        eventually("HAProxy listens", lambda: listens(self.front))
        self.waiting_server()
        viewer = self.connect(self.front, source="127.0.0.2")
        viewer.sendall(b"ID:1".ljust(250, b"\0"))
        self.assertEqual(exactly(24, viewer), b"RFB 000.000\nRFB 003.008\n")
        paired = self.line("events", event="paired")
        host, port = viewer.getsockname()
        self.assertEqual(paired["viewer"], f"{host}:{port}")
        self.assertRegex(paired["viewer_request_id"], r"^[0-9a-f-]{36}$")

    def test_without_a_header_the_log_says_what_to_do(self):
        viewer = self.connect(self.viewers)
        viewer.sendall(b"ID:1".ljust(250, b"\0"))
        try:
            self.assertEqual(viewer.recv(1), b"", "not even a greeting")
        except ConnectionResetError:
            pass  # what we sent was not read
        refused = self.line("repeater.log", event="refused", why="proxy_header")
        self.assertIn("--proxy-from", refused["advice"])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: proxied.py REPEATER GATEWAY")
    REPEATER, GATEWAY = map(os.path.abspath, sys.argv[1:])
    unittest.main(argv=sys.argv[:1])
