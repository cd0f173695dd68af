#!/usr/bin/python3
# The numbers as Prometheus reads them, and who may read them: gateway_numbers.py WSGATE PAGE
# SPDX-License-Identifier: EUPL-1.2
import base64
import os
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.certificates import make_certificate
from harness.http import get, head_of
from harness.namespaces import enter, run
from harness.prometheus import described, exposed, labels_of, scrape, values_of, words_in
from harness.sockets import address_of, all_of, connect
from harness.websocket import binary, close, open_session, opening

HERE, FRIEND, STRANGER = "192.0.2.1", "192.0.2.2", "192.0.2.3"  # in a network of our own
PROMISED = {
    "wsgate_sessions_active": {"route"},
    "wsgate_sessions_total": {"route", "result"},
    "wsgate_bytes_total": {"route", "direction"},
    "wsgate_handshake_failures_total": {"reason"},
    "wsgate_target_connect_seconds": set(),
    "wsgate_target_connect_failures_total": {"route", "reason"},
    "wsgate_close_total": {"route", "code", "side"},
    "wsgate_ping_rtt_seconds": set(),
    "wsgate_stalled_sessions": {"direction"},
    "wsgate_tls_cert_not_after_seconds": {"certificate"},
    "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(),
    "process_open_fds": set(),
    "process_start_time_seconds": set(),
}


class NumbersTest(ProgramCase):
    def setUp(self):
        super().setUp()
        self.target = self.listen()
        self.ended_sessions = 0

    def start_gateway(self, *options):
        """The ports of the listener and of the operators' one."""
        to = address_of(self.target)
        targets = ("--server-target", to, "--viewer-target", to)
        self.gateway = self.start(WSGATE, *targets, *options)
        port = r"listening.*:(\d+)\b(?!:)(?=[^:]*$)"
        return [int(self.gateway.says(port, count).group(1)) for count in (1, 2)]

    def status(self, port, request):
        peer = self.connect(port)
        peer.sendall(request)
        return head_of(peer).split()[1]

    def hold_session(self, port, path, *fields):
        """Four bytes up, five down, and a Close of the client's."""
        client = self.connect(port)
        open_session(client, path, *fields)
        client.sendall(binary(b"four"))
        with self.accept(self.target) as far:
            self.assertEqual(all_of(4, far), b"four")
            far.sendall(b"seven")
            self.assertEqual(all_of(7, client), b"\x82\x05seven")
            client.sendall(close(1000))
            self.assertEqual(all_of(4, client), b"\x88\x02\x03\xe8")
        client.close()
        self.ended_sessions += 1
        self.gateway.says(" end ", self.ended_sessions)

    def start_with_everything(self):
        make_certificate(self.path("chain"), self.path("key"), "gate")
        os.chmod(self.write("users", "helper:secret\n"), 0o600)
        return self.start_gateway(
            *("--cert", self.path("chain"), "--key", self.path("key")),
            *("--listen", "sniff:127.0.0.1:0", "--admin-listen", "127.0.0.1:0"),
            *("--auth-file", "/wsServer=" + self.path("users"), "--max-failures", "1"),
            *("--origin", "/websockify=https://good.example"),
        )

    def test_every_name_is_there_and_as_the_page_says(self):
        port, admin = self.start_with_everything()
        self.hold_session(port, "/websockify")
        families = scrape(admin)
        for name, labels in PROMISED.items():
            self.assertIn(name, families)
            self.assertEqual(labels_of(families[name]), labels, name)
        rows = described(PAGE, "wsgate")
        self.assertEqual({name: row[:2] for name, row in rows.items()}, exposed(families, "wsgate"))
        for name, label in (
            ("wsgate_handshake_failures_total", "reason"),
            ("wsgate_target_connect_failures_total", "reason"),
            ("wsgate_sessions_total", "result"),
        ):
            self.assertEqual(words_in(rows[name][2]), values_of(families[name], label), name)

    def test_sessions_and_refusals_are_counted(self):
        port, admin = self.start_with_everything()
        self.hold_session(port, "/websockify", ("Origin", "https://good.example"))
        password = base64.b64encode(b"helper:secret").decode()
        self.hold_session(port, "/wsServer", ("Authorization", f"Basic {password}"))
        self.assertEqual(
            self.status(port, opening("/websockify", ("Origin", "https://bad.example"))), "403"
        )
        wrong = base64.b64encode(b"helper:guess").decode()
        guess = opening(
            "/wsServer", ("Authorization", f"Basic {wrong}"), ("X-Forwarded-For", "198.51.100.7")
        )
        self.assertEqual(self.status(port, guess), "401")
        self.assertEqual(self.status(port, guess), "429")
        self.assertEqual(self.status(port, opening("/nowhere")), "404")
        now = scrape(admin)
        expected = [
            (1, "wsgate_sessions_total", {"route": "viewer", "result": "completed"}),
            (1, "wsgate_sessions_total", {"route": "server", "result": "completed"}),
            (1, "wsgate_sessions_total", {"route": "viewer", "result": "refused"}),
            (2, "wsgate_sessions_total", {"route": "server", "result": "refused"}),
            (0, "wsgate_sessions_active", {"route": "viewer"}),
            (4, "wsgate_bytes_total", {"route": "viewer", "direction": "up"}),
            (5, "wsgate_bytes_total", {"route": "server", "direction": "down"}),
            (1, "wsgate_close_total", {"route": "viewer", "code": "1000", "side": "client"}),
            (1, "wsgate_handshake_failures_total", {"reason": "origin"}),
            (1, "wsgate_handshake_failures_total", {"reason": "unauthorized"}),
            (1, "wsgate_handshake_failures_total", {"reason": "shut_out"}),
            (1, "wsgate_handshake_failures_total", {"reason": "not_found"}),
            (0, "wsgate_handshake_failures_total", {"reason": "too_many"}),
            (2, "wsgate_target_connect_seconds_count", {}),
        ]
        for value, name, labels in expected:
            self.assertEqual(now.value(name, **labels), value, (name, labels))

    def from_address(self, source, port):
        """The status for who asks from there; None: hung up on without a byte."""
        with connect(port, host=HERE, source=source) as peer:
            try:
                peer.sendall(get("/metrics", ("Connection", "close")))
                got = peer.recv(100)
            except ConnectionError:
                return None
            return got.split(b" ")[1].decode() if got else None

    def test_only_networks_that_were_named_may_ask(self):
        _, admin = self.start_gateway(
            *("--listen", "127.0.0.1:0", "--admin-listen", "0.0.0.0:0"),
            *("--admin-allow", f"{FRIEND}/32,2001:db8::/32"),
        )
        self.assertEqual(self.from_address(FRIEND, admin), "200")
        self.assertIsNone(self.from_address(STRANGER, admin))
        self.assertIsNone(self.from_address(HERE, admin))
        self.assertEqual(self.from_address("127.0.0.1", admin), "200")


if __name__ == "__main__":
    # Addresses that are not this machine's own need a network where we may make them.
    enter("--net")
    for address in (HERE, FRIEND, STRANGER):
        run("ip", "address", "add", f"{address}/32", "dev", "lo")
    PAGE, WSGATE = os.path.abspath(sys.argv.pop()), os.path.abspath(sys.argv.pop())
    unittest.main(verbosity=2)
