#!/usr/bin/env python3
# noVNC's own launch script starts the gateway as websockify: websockify.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import os
import socket
import ssl
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.certificates import make_certificate
from harness.patience import PATIENCE
from harness.ports import free_port
from harness.rfb import SERVER_BANNER
from harness.sockets import address_of, all_of, until_the_end
from harness.websocket import binary, open_session

NOVNC = "/usr/share/novnc"
LAUNCHERS = ["novnc_proxy", "launch.sh"]  # the name of today, and before noVNC 1.3


def launcher():
    for name in LAUNCHERS:
        path = os.path.join(NOVNC, "utils", name)
        if os.path.exists(path):
            return path
    raise AssertionError(f"no launch script in {NOVNC}/utils: Debian's package novnc has it")


class LaunchTest(ProgramCase):
    def setUp(self):
        super().setUp()
        os.symlink(os.path.abspath(WSGATE), self.path("websockify"))
        self.target = self.listen()
        self.port = free_port()

    def launch(self, *arguments):
        """Returns once the script says where to look; its lines so far."""
        ports = ("--listen", str(self.port), "--vnc", address_of(self.target))
        script = self.start(
            *("bash", launcher(), *ports, "--web", NOVNC, *arguments),
            env={**os.environ, "PATH": self.folder + ":" + os.environ["PATH"]},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that what it started ends with it
        )
        script.says("Navigate to this URL|Failed to start")
        return script, script.said()

    def get(self, peer, path):
        peer.sendall(f"GET {path} HTTP/1.0\r\nHost: h\r\n\r\n".encode())
        return until_the_end(peer)

    def carry(self, peer, path="/websockify"):
        """A session as noVNC opens it, with a word each way."""
        open_session(peer, path, ("Sec-WebSocket-Protocol", "binary"))
        with self.accept(self.target) as there:
            there.sendall(SERVER_BANNER)  # a viewer is silent until then
            self.assertEqual(all_of(14, peer), b"\x82\x0c" + SERVER_BANNER)
            peer.sendall(binary(SERVER_BANNER))
            self.assertEqual(all_of(12, there), SERVER_BANNER)

    def certificate(self):
        path = self.path("self.pem")
        make_certificate(path, path, "localhost")
        return path

    def secured(self, peer):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return self.closing(context.wrap_socket(peer))

    def test_serves_the_page_and_carries_sessions(self):
        script, said = self.launch("--heartbeat", "30", "--timeout", "300", "--idle-timeout", "300")
        self.assertIn("Using installed websockify at " + self.folder, said)
        page = self.get(self.connect(self.port), "/vnc.html")
        self.assertTrue(page.startswith(b"HTTP/1.1 200 OK"), page[:200])
        self.assertIn(b"noVNC", page)
        self.carry(self.connect(self.port))
        self.carry(self.connect(self.port), "/any/path")
        script.terminate()
        script.wait()

    def test_takes_both_on_one_port_with_a_certificate(self):
        self.certificate()  # self.pem, where the script looks for it by itself
        self.launch()
        self.carry(self.connect(self.port))
        self.carry(self.secured(self.connect(self.port)))

    def test_takes_tls_alone_where_it_is_told_so(self):
        self.launch("--cert", self.certificate(), "--ssl-only")
        self.carry(self.secured(self.connect(self.port)))
        self.assertIn(b" 400 ", self.get(self.connect(self.port), "/vnc.html"))

    def test_logs_to_syslog(self):
        path = self.path("log")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
            daemon.bind(path)
            daemon.settimeout(PATIENCE)
            self.launch("--syslog", path)
            line = ""
            while "listening on" not in line:
                line = daemon.recv(1000).decode()
            self.assertIn(f":{self.port}", line)

    def test_says_that_it_does_not_record(self):
        _, said = self.launch("--record", self.path("r"))
        self.assertIn("--record: sessions are not recorded here", said)
        self.assertIn("Failed to start", said)

    def test_ends_when_nobody_is_there(self):
        script, _ = self.launch("--idle-timeout", "2")
        script.wait()  # it waits for what it has started


if __name__ == "__main__":
    WSGATE = sys.argv.pop(1)
    unittest.main()
