#!/usr/bin/env python3
# noVNC's own launch script starts the gateway as websockify: websockify.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

PATIENCE = 20  # seconds for anything to happen
NOVNC = "/usr/share/novnc"
LAUNCHERS = ["novnc_proxy", "launch.sh"]  # the name of today, and before noVNC 1.3


def launcher():
    for name in LAUNCHERS:
        path = os.path.join(NOVNC, "utils", name)
        if os.path.exists(path):
            return path
    raise AssertionError(f"no launch script in {NOVNC}/utils: Debian's package novnc has it")


def masked(payload):
    """A binary frame of a client; the key is fixed, since nobody is to be protected here."""
    key = b"\x12\x34\x56\x78"
    head = bytes([0x82, 0x80 | len(payload)]) + key
    return head + bytes(b ^ key[i % 4] for i, b in enumerate(payload))


class LaunchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="websockify-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.symlink(os.path.abspath(WSGATE), os.path.join(self.folder, "websockify"))
        self.target = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.target.close)
        self.target.settimeout(PATIENCE)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def launch(self, *arguments):
        """Returns once the script says where to look; its lines so far."""
        script = subprocess.Popen(
            [
                "bash",
                launcher(),
                "--listen",
                str(self.port),
                "--vnc",
                f"127.0.0.1:{self.target.getsockname()[1]}",
                "--web",
                NOVNC,
                *arguments,
            ],
            env={**os.environ, "PATH": self.folder + ":" + os.environ["PATH"]},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.addCleanup(script.stdout.close)
        self.addCleanup(script.wait)
        self.addCleanup(self.end, script)
        watch = threading.Timer(PATIENCE, self.end, [script])  # then reading ends
        watch.start()
        self.addCleanup(watch.cancel)
        lines = []
        for line in script.stdout:
            lines.append(line)
            if "Navigate to this URL" in line or "Failed to start" in line:
                break
        return script, "".join(lines)

    def end(self, script):
        try:
            os.killpg(script.pid, signal.SIGKILL)  # the script and what it started
        except ProcessLookupError:
            pass

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self.addCleanup(s.close)
        return s

    def get(self, s, path):
        s.sendall(f"GET {path} HTTP/1.0\r\nHost: h\r\n\r\n".encode())
        answer = b""
        while chunk := s.recv(65536):
            answer += chunk
        return answer

    def carry(self, s, path="/websockify"):
        """A session as noVNC opens it, with a word each way."""
        s.sendall(
            f"GET {path} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: binary\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += s.recv(1)
        self.assertIn(b"101 Switching Protocols", head)
        there, _ = self.target.accept()
        with there:
            there.sendall(b"RFB 003.008\n")  # a viewer is silent until then
            self.assertEqual(s.recv(14), b"\x82\x0cRFB 003.008\n")
            s.sendall(masked(b"RFB 003.008\n"))
            self.assertEqual(there.recv(100), b"RFB 003.008\n")

    def certificate(self):
        path = os.path.join(self.folder, "self.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            + ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", path, "-out", path],
            check=True,
            capture_output=True,
            timeout=PATIENCE,
        )
        return path

    def secured(self, s):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        secured = context.wrap_socket(s)
        self.addCleanup(secured.close)
        return secured

    def test_serves_the_page_and_carries_sessions(self):
        script, said = self.launch("--heartbeat", "30", "--timeout", "300", "--idle-timeout", "300")
        self.assertIn("Using installed websockify at " + self.folder, said)
        page = self.get(self.connect(), "/vnc.html")
        self.assertTrue(page.startswith(b"HTTP/1.1 200 OK"), page[:200])
        self.assertIn(b"noVNC", page)
        self.carry(self.connect())
        self.carry(self.connect(), "/any/path")
        script.terminate()
        script.wait(PATIENCE)

    def test_takes_both_on_one_port_with_a_certificate(self):
        self.certificate()  # self.pem, where the script looks for it by itself
        self.launch()
        self.carry(self.connect())
        self.carry(self.secured(self.connect()))

    def test_takes_tls_alone_where_it_is_told_so(self):
        self.launch("--cert", self.certificate(), "--ssl-only")
        self.carry(self.secured(self.connect()))
        self.assertIn(b" 400 ", self.get(self.connect(), "/vnc.html"))

    def test_logs_to_syslog(self):
        path = os.path.join(self.folder, "log")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
            daemon.bind(path)
            daemon.settimeout(PATIENCE)
            self.launch("--syslog", path)
            line = ""
            while "listening on" not in line:
                line = daemon.recv(1000).decode()
            self.assertIn(f":{self.port}", line)

    def test_says_that_it_does_not_record(self):
        _, said = self.launch("--record", os.path.join(self.folder, "r"))
        self.assertIn("--record: sessions are not recorded here", said)
        self.assertIn("Failed to start", said)

    def test_ends_when_nobody_is_there(self):
        script, _ = self.launch("--idle-timeout", "2")
        script.wait(PATIENCE)  # it waits for what it has started


if __name__ == "__main__":
    WSGATE = sys.argv.pop(1)
    unittest.main()
