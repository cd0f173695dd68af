#!/usr/bin/env python3
# Real addresses behind proxies: browser, wsgate, repeater; HAProxy: proxied.py REPEATER GATEWAY
# SPDX-License-Identifier: EUPL-1.2
import os
import shutil
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Repeater
from harness.files import json_lines
from harness.http import head_of
from harness.patience import eventually
from harness.ports import free_ports
from harness.processes import hang_up
from harness.rfb import BANNER, SERVER_BANNER, hello
from harness.sockets import all_of, exactly, listens, until_the_end
from harness.websocket import binary, open_session, opening

CLIENT = "198.51.100.7"  # whom a web server in front of the gateway names
REPEATER, GATEWAY = "", ""


class Proxied(ProgramCase):
    def setUp(self):
        super().setUp()
        self.viewers, self.servers, self.front = free_ports(3)
        ports = ("-c", str(self.viewers), "-s", str(self.servers))
        log = ("--log-format", "json", "--log-file", self.path("repeater.log"))
        events = ("--event-file", self.path("events"))
        options = ("--bind", "127.0.0.1", "--proxy-from", "127.0.0.0/8")
        sockets = [f"--listen=unix:{self.path(side)}={side}" for side in ("viewer", "server")]
        self.start(REPEATER, *ports, *log, *events, *options, *sockets, stderr=None)
        self.line("repeater.log", event="listening", at=f"unix:{self.path('server')}")

    def line(self, name, **wanted):
        """The first JSON line that has these members."""

        def find():
            lines = json_lines(self.path(name))
            return next((one for one in lines if wanted.items() <= one.items()), None)

        return eventually(f"{name} says {wanted}", find)

    def waiting_server(self):
        """Dials the repeater itself, from a proxy's address: it speaks for someone else too."""
        server = self.connect(self.servers)
        header = b"PROXY TCP4 203.0.113.9 127.0.0.1 4711 5500\r\n"
        server.sendall(header + hello("ID:1") + SERVER_BANNER)
        self.assertEqual(self.line("events", event="waiting")["peer"], "203.0.113.9:4711")
        return server

    def frames(self, peer, size):
        """The next so many bytes that frames carry."""
        got = b""
        while len(got) < size:
            _, length = all_of(2, peer)
            got += all_of(length, peer)
        return got

    def browser(self, *fields):
        """A WebSocket to the gateway, opened, that has named the server's ID."""
        peer = self.connect(self.front)
        peer.sendall(opening("/websockify", *fields) + binary(hello("ID:1")))
        self.assertTrue(head_of(peer).startswith("HTTP/1.1 101 "))
        self.assertEqual(self.frames(peer, 24), BANNER + SERVER_BANNER)
        return peer

    def test_gateway_and_repeater_tell_of_the_same_client_and_request(self):
        log = ("--log-format", "json", "--log-file", self.path("gateway.log"))
        options = ("--viewer-target", f"127.0.0.1:{self.viewers}", "--send-proxy", "v2")
        self.start(GATEWAY, "--listen", f"127.0.0.1:{self.front}", *options, *log, stderr=None)
        eventually("the gateway listens", lambda: listens(self.front))
        self.waiting_server()
        self.browser(("X-Forwarded-For", CLIENT))
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

    def test_by_unix_sockets_the_repeater_knows_the_clients_as_well(self):
        log = ("--log-format", "json", "--log-file", self.path("gateway.log"))
        targets = [f"--{side}-target=unix:{self.path(side)}" for side in ("viewer", "server")]
        options = (*targets, "--send-proxy", "v2", "--trusted-proxy", "127.0.0.1")
        self.start(GATEWAY, "--listen", f"127.0.0.1:{self.front}", *options, *log, stderr=None)
        eventually("the gateway listens", lambda: listens(self.front))
        server = self.connect(self.front)
        open_session(server, "/wsServer", ("X-Forwarded-For", "203.0.113.9"))
        server.sendall(binary(hello("ID:1") + SERVER_BANNER))
        self.assertEqual(self.line("events", event="waiting")["peer"], "203.0.113.9:0")
        viewer = self.browser(("X-Forwarded-For", CLIENT))
        paired = self.line("events", event="paired")
        self.assertEqual(paired["viewer"], f"{CLIENT}:0")
        self.assertEqual(paired["server"], "203.0.113.9:0")
        arrived = self.line("repeater.log", event="arrived", side="viewer")
        self.assertEqual(arrived["proxy"], "unix")
        requests = [
            one["request"] for one in json_lines(self.path("gateway.log")) if "request" in one
        ]
        self.assertIn(arrived["request_id"], requests)
        viewer.sendall(binary(b"ping"))
        self.assertEqual(self.frames(server, 4), b"ping")
        server.close()
        self.line("events", event="ended", first="server")

    def test_haproxy_speaks_for_its_clients(self):
        configuration = self.write(
            "haproxy.cfg",
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
""",
        )
        haproxy = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")
        self.assertTrue(haproxy, "haproxy is not installed (apt-get install haproxy)")
        self.start(haproxy, "-db", "-f", configuration, stderr=None)
        eventually("HAProxy listens", lambda: listens(self.front))
        self.waiting_server()
        viewer = self.connect(self.front, source="127.0.0.2")
        viewer.sendall(hello("ID:1"))
        self.assertEqual(exactly(24, viewer), BANNER + SERVER_BANNER)
        paired = self.line("events", event="paired")
        host, port = viewer.getsockname()
        self.assertEqual(paired["viewer"], f"{host}:{port}")
        self.assertRegex(paired["viewer_request_id"], r"^[0-9a-f-]{36}$")

    def test_without_a_header_the_log_says_what_to_do(self):
        viewer = self.connect(self.viewers)
        viewer.sendall(hello("ID:1"))
        self.assertEqual(until_the_end(viewer), b"", "not even a greeting")
        refused = self.line("repeater.log", event="refused", why="proxy_header")
        self.assertIn("--proxy-from", refused["advice"])

    def test_at_a_unix_socket_too(self):
        viewer = self.connect_unix(self.path("viewer"))
        viewer.sendall(hello("ID:1"))
        self.assertEqual(until_the_end(viewer), b"", "not even a greeting")
        refused = self.line("repeater.log", event="refused", why="proxy_header")
        self.assertEqual(refused["peer"], "unix")
        self.assertIn("Unix socket", refused["advice"])


class LimitsOfSources(ProgramCase):
    """The client that a PROXY header names is the source, not the proxy."""

    def setUp(self):
        super().setUp()
        self.unix = self.path("server")
        options = "--proxy-from", "127.0.0.0/8", "--connection-rate", "2/h"
        unix = "--listen", f"unix:{self.unix}=server"
        self.repeater = Repeater(REPEATER, "--log-format", "text", *options, *unix)
        self.ending(self.repeater)

    def come(self, peer, client, name):
        peer.sendall(f"PROXY TCP4 {client} 127.0.0.1 4711 5500\r\n".encode() + hello(f"ID:{name}"))

    def by_tcp(self, client, name):
        self.come(self.connect(self.repeater.server_port), client, name)

    def by_unix(self, client, name):
        self.come(self.connect_unix(self.unix), client, name)

    def test_hold_for_whom_a_proxy_speaks(self):
        self.by_tcp("203.0.113.9", "one")
        self.by_unix("203.0.113.9", "two")
        self.repeater.says("waiting .*peer=203.0.113.9:4711", count=2)
        self.by_tcp("203.0.113.9", "three")
        self.repeater.says("limited .*peer=203.0.113.9:4711 limit=connection_rate")
        self.by_unix("203.0.113.10", "four")
        self.repeater.says("waiting .*peer=203.0.113.10:4711")

    def test_are_those_of_the_last_reload(self):
        file = self.write("options", "connection-rate = 1/h\nsource-exempt = none\n")
        daemon = self.ending(Repeater(REPEATER, "--log-format", "text", "--config", file))
        self.connect(daemon.server_port).sendall(hello("ID:one"))
        daemon.says("waiting ")
        self.connect(daemon.server_port)
        daemon.says("limited .*limit=connection_rate")
        self.write("options", "connection-rate = 0\nsource-exempt = none\n")
        hang_up(daemon)
        daemon.says("reloaded")
        self.connect(daemon.server_port).sendall(hello("ID:two"))
        daemon.says("waiting ", count=2)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: proxied.py REPEATER GATEWAY")
    REPEATER, GATEWAY = map(os.path.abspath, sys.argv[1:])
    unittest.main(argv=sys.argv[:1])
