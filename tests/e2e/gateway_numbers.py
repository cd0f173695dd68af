#!/usr/bin/python3
# The numbers as Prometheus reads them, and who may read them: gateway_numbers.py WSGATE METRICS_PAGE
# SPDX-License-Identifier: EUPL-1.2
import base64
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

from peers import PATIENCE, all_of, head_of, masked

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


def upgrade(path, *fields):
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: h",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *fields,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def name_of(family):
    """As it is exposed: the parser takes _total away."""
    return family.name + ("_total" if family.type == "counter" else "")


def labels_of(family):
    return {name for s in family.samples for name in s.labels} - {"le"}


class NumbersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="numbers-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.target = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.target.close)
        self.target.settimeout(PATIENCE)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *arguments):
        """Once it listens; the ports of the listener and of the operators' one."""
        to = f"127.0.0.1:{self.target.getsockname()[1]}"
        gateway = subprocess.Popen(
            [WSGATE, "--server-target", to, "--viewer-target", to, *arguments],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(gateway.stderr.close)
        self.addCleanup(gateway.wait)
        self.addCleanup(gateway.kill)
        watch = threading.Timer(PATIENCE, gateway.kill)  # then reading ends
        watch.start()
        self.addCleanup(watch.cancel)
        ports = []
        self.lines = gateway.stderr
        for line in gateway.stderr:
            if "listening" in line:
                ports.append(int(re.search(r":(\d+)\b(?!:)(?=[^:]*$)", line).group(1)))
            if len(ports) == 2:
                return ports
        raise AssertionError("the gateway did not start")

    def wait_for_line(self, text):
        for line in self.lines:
            if text in line:
                return
        self.fail(f"no {text!r} was logged")

    def families(self, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
            self.assertIn("version=0.0.4", answer.headers["Content-Type"])
            text = answer.read().decode()
        return {name_of(f): f for f in text_string_to_metric_families(text)}

    def value(self, families, name, **labels):
        for family in families.values():
            for s in family.samples:
                if s.name == name and s.labels == labels:
                    return s.value
        return None

    def connect(self, port):
        peer = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.addCleanup(peer.close)
        return peer

    def status(self, port, request):
        peer = self.connect(port)
        peer.sendall(request)
        return head_of(peer).split()[1]

    def hold_session(self, port, path, *fields):
        """Four bytes up, five down, and a Close of the client's."""
        client = self.connect(port)
        client.sendall(upgrade(path, *fields))
        self.assertIn(" 101 ", head_of(client))
        client.sendall(masked(0x82, b"four"))
        far, _ = self.target.accept()
        with far:
            far.settimeout(PATIENCE)
            self.assertEqual(all_of(4, far), b"four")
            far.sendall(b"seven")
            self.assertEqual(all_of(7, client), b"\x82\x05seven")
            client.sendall(masked(0x88, b"\x03\xe8"))
            self.assertEqual(all_of(4, client), b"\x88\x02\x03\xe8")
        client.close()
        self.wait_for_line(" end ")

    def start_with_everything(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-subj", "/CN=gate", "-days", "9", "-keyout", self.path("key"),
             "-out", self.path("chain")],
            check=True, capture_output=True,
        )  # fmt: skip
        with open(self.path("users"), "w") as users:
            users.write("helper:secret\n")
        os.chmod(self.path("users"), 0o600)
        return self.start(
            *("--cert", self.path("chain"), "--key", self.path("key")),
            *("--listen", "sniff:127.0.0.1:0", "--admin-listen", "127.0.0.1:0"),
            *("--auth-file", "/wsServer=" + self.path("users"), "--max-failures", "1"),
            *("--origin", "/websockify=https://good.example"),
        )

    def test_every_name_is_there_and_as_the_page_says(self):
        port, admin = self.start_with_everything()
        self.hold_session(port, "/websockify")
        families = self.families(admin)
        for name, labels in PROMISED.items():
            self.assertIn(name, families)
            self.assertEqual(labels_of(families[name]), labels, name)
        described = {}
        with open(PAGE) as page:
            for line in page:
                if row := re.match(r"\| `(wsgate_\w+)` \| (\w+) \| ([\w, ]*)\| (.*) \|$", line):
                    name, kind, labels, what = row.groups()
                    described[name] = (kind, set(re.findall(r"\w+", labels)), what)
        exposed = {
            name: (family.type, labels_of(family))
            for name, family in families.items()
            if not name.startswith("process_")
        }
        self.assertEqual({name: row[:2] for name, row in described.items()}, exposed)
        for name, label in (
            ("wsgate_handshake_failures_total", "reason"),
            ("wsgate_target_connect_failures_total", "reason"),
            ("wsgate_sessions_total", "result"),
        ):
            values = {s.labels[label] for s in families[name].samples}
            self.assertEqual(set(re.findall(r"`(\w+)`", described[name][2])), values, name)

    def test_sessions_and_refusals_are_counted(self):
        port, admin = self.start_with_everything()
        self.hold_session(port, "/websockify", "Origin: https://good.example")
        password = base64.b64encode(b"helper:secret").decode()
        self.hold_session(port, "/wsServer", f"Authorization: Basic {password}")
        self.assertEqual(
            self.status(port, upgrade("/websockify", "Origin: https://bad.example")), "403"
        )
        wrong = base64.b64encode(b"helper:guess").decode()
        guess = upgrade(
            "/wsServer", f"Authorization: Basic {wrong}", "X-Forwarded-For: 198.51.100.7"
        )
        self.assertEqual(self.status(port, guess), "401")
        self.assertEqual(self.status(port, guess), "429")
        self.assertEqual(self.status(port, upgrade("/nowhere")), "404")
        now = self.families(admin)
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
            self.assertEqual(self.value(now, name, **labels), value, (name, labels))

    def from_address(self, source, port):
        """The status for who asks from there; None: hung up on without a byte."""
        with socket.create_connection((HERE, port), PATIENCE, source_address=(source, 0)) as peer:
            peer.settimeout(PATIENCE)
            try:
                peer.sendall(b"GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                got = peer.recv(100)
            except ConnectionError:
                return None
            return got.split(b" ")[1].decode() if got else None

    def test_only_networks_that_were_named_may_ask(self):
        _, admin = self.start(
            *("--listen", "127.0.0.1:0", "--admin-listen", "0.0.0.0:0"),
            *("--admin-allow", f"{FRIEND}/32,2001:db8::/32"),
        )
        self.assertEqual(self.from_address(FRIEND, admin), "200")
        self.assertIsNone(self.from_address(STRANGER, admin))
        self.assertIsNone(self.from_address(HERE, admin))
        self.assertEqual(self.from_address("127.0.0.1", admin), "200")


def enter_network():
    """Addresses that are not this machine's own need a network where we may make them."""
    if "--inside" in sys.argv:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        for address in (HERE, FRIEND, STRANGER):
            subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
        return
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    os.execvp("unshare", ["unshare", *as_root, "--net", sys.executable, *sys.argv, "--inside"])


if __name__ == "__main__":
    enter_network()
    sys.argv.remove("--inside")
    PAGE, WSGATE = os.path.abspath(sys.argv.pop()), os.path.abspath(sys.argv.pop())
    unittest.main(verbosity=2)
