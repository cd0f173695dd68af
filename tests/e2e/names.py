#!/usr/bin/env python3
# Names with several addresses, and a name server that never answers: names.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
#
# In namespaces of our own, where the system's resolver asks a server that says nothing for longer
# than a test lasts.
import os
import socket
import ssl
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.certificates import make_certificate
from harness.daemons import Gateway, Repeater, Tunnel
from harness.http import get, head_of
from harness.names import ask_only_loopback
from harness.namespaces import enter
from harness.patience import PATIENCE, eventually
from harness.ports import free_port
from harness.rfb import BANNER, SERVER_BANNER, hello
from harness.sockets import all_of, listens, port_of, until_the_end
from harness.websocket import accept_session, binary, open_session

GATEWAY_STOPS_IN = 10  # seconds, whatever goes on
REPEATER_STOPS_IN = 15  # 5 for the events that are left, 5 for one that was begun, and a margin
NAME = "mute.example"


def addresses_of(name):
    """In the order to try them."""
    answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return [address[0] for _, _, _, _, address in answers]


class Names(ProgramCase):
    @classmethod
    def setUpClass(cls):
        folder = ask_only_loopback(
            "options timeout:30 attempts:5\n",
            "127.0.0.1 localhost\n::1 three.example\n"
            "127.0.0.2 three.example\n127.0.0.3 three.example\n"
            "127.0.0.4 dying.example\n127.0.0.5 dying.example\n",
        )
        cls.addClassCleanup(folder.cleanup)

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

    def half_dead(self):
        """The address of dying.example that says nothing, and a listener at the other one."""
        first, last = addresses_of("dying.example")
        good = self.listen(host=last)
        # A listener whose queue is full answers no further SYN.
        self.closing(socket.create_server((first, port_of(good)), backlog=0))
        self.connect(port_of(good), host=first)
        return first, good

    def test_a_gateway_does_not_wait_for_a_dead_address(self):
        dead, target = self.half_dead()
        address = f"dying.example:{port_of(target)}"
        targets = ("--viewer-target", address, "--server-target", address)
        gateway = self.ending(Gateway(WSGATE, *targets, "--connect-timeout", "60"))
        for _ in range(2):
            peer = open_session(self.connect(gateway.port))
            there = self.accept(target)
            peer.sendall(binary(b"hello"))
            self.assertEqual(all_of(5, there), b"hello")
        told = f"passed_over session=.* target={address} .*{dead}:{port_of(target)}: no answer"
        gateway.says(told)
        self.assertEqual(gateway.said().count("passed_over"), 1, "the second is no news")
        probe = self.connect(gateway.port)
        probe.sendall(get("/readyz"))
        self.assertTrue(head_of(probe).startswith("HTTP/1.1 200 "))

    def test_a_gateway_names_the_addresses_that_fail(self):
        dead, target = self.half_dead()
        port = port_of(target)
        target.close()
        options = ("--viewer-target", f"dying.example:{port}", "--connect-timeout", "1")
        gateway = self.ending(Gateway(WSGATE, *options))
        open_session(self.connect(gateway.port))
        said = gateway.says(r"end session=.* reason=(.*)").group(1)
        self.assertIn(f"{dead}:{port}: Connection timed out", said)
        self.assertIn(f":{port}: Connection refused", said)

    def test_an_address_that_fails_in_tls_does_not_keep_out_the_next(self):
        first, last = addresses_of("dying.example")
        target = self.listen(host=last)
        port = port_of(target)
        stranger = self.listen(host=first, port=port)
        certificate = self.path("certificate")
        make_certificate(certificate, self.path("key"), "dying.example")
        options = ("--viewer-target", f"tls:dying.example:{port}", "--target-cafile", certificate)
        gateway = self.ending(Gateway(WSGATE, *options))
        peer = open_session(self.connect(gateway.port))
        self.accept(stranger).close()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, self.path("key"))
        there = self.closing(context.wrap_socket(self.accept(target), server_side=True))
        peer.sendall(binary(b"hello"))
        self.assertEqual(all_of(5, there), b"hello")
        gateway.says(f"passed_over .*{first}:{port}: ")

    def test_a_tunnel_does_not_wait_for_a_dead_address(self):
        for option in ("--url", "--proxy"):
            dead, there = self.half_dead()
            address = f"dying.example:{port_of(there)}"
            way = {"--url": f"ws://{address}/", "--proxy": "none"}
            if option == "--proxy":
                way = {"--url": "ws://desk.example/", "--proxy": f"http://{address}"}
            words = [word for pair in way.items() for word in pair]
            tunnel = self.ending(Tunnel(WSGATE, *words, "--connect-timeout", "60"))
            local = self.connect(tunnel.port)
            server = self.accept(there)
            if option == "--proxy":
                self.assertTrue(head_of(server).startswith("CONNECT desk.example:80 "))
                server.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            accept_session(server)
            local.sendall(b"hello")
            all_of(2 + 4 + 5, server)
            tunnel.says(f"passed_over session=1 .*{dead}:{port_of(there)}: no answer")
            tunnel.says(f"start session=1 .* address=127.*:{port_of(there)}")

    def test_a_tunnel_names_the_addresses_that_fail_and_closes(self):
        dead, there = self.half_dead()
        port = port_of(there)
        there.close()
        url = f"ws://dying.example:{port}/"
        tunnel = self.ending(Tunnel(WSGATE, "--url", url, "--connect-timeout", "1"))
        self.assertEqual(until_the_end(self.connect(tunnel.port)), b"")
        said = tunnel.says("connect_failed .*stage=TCP reason=(.*)").group(1)
        self.assertIn(f"{dead}:{port}: Connection timed out", said)
        self.assertIn(f":{port}: Connection refused", said)

    def test_an_event_does_not_wait_for_a_dead_address(self):
        _, service = self.half_dead()
        url = f"http://dying.example:{port_of(service)}/hook"
        options = ("--bind", "127.0.0.1", "--event-url", url)
        self.ending(Repeater(REPEATER, *options))
        self.assertTrue(head_of(self.accept(service)).startswith("POST /hook "))

    def test_mode_1_does_not_wait_for_a_dead_address(self):
        dead, server = self.half_dead()
        port = port_of(server)
        rules = ("--mode1-allow", f"127.0.0.0/8:{port}")
        options = ("--bind", "127.0.0.1", "--connect-timeout", "60", "--log-format", "text")
        viewer_port = free_port()
        repeater = self.start(REPEATER, "-c", str(viewer_port), "-s", "0", *rules, *options)
        eventually("the repeater listens", lambda: listens(viewer_port))
        viewer = self.connect(viewer_port)
        viewer.sendall(hello(f"dying.example::{port}"))
        self.accept(server).sendall(SERVER_BANNER)
        self.assertEqual(all_of(24, viewer), BANNER + SERVER_BANNER)
        repeater.says(f"dial_attempt_failed .*{dead}:{port}")

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
