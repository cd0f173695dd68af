#!/usr/bin/env python3
# wsgate tunnel through a real squid that wants Digest: digest_proxy.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from peers import PATIENCE, eventually, free_ports, listens

HELPER = "/usr/lib/squid/digest_file_auth"
USER, REALM, PASSWORD = "ann", "help desk", "s3cret"
WSGATE = ""


class DigestProxyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="digest-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.target = socket.create_server(("127.0.0.1", 0))
        self.target.settimeout(PATIENCE)
        self.addCleanup(self.target.close)
        self.start_gateway()
        self.start_squid()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        return self.path(name)

    def start(self, *command, **how):
        process = subprocess.Popen(command, **how)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.kill)
        return process

    def start_gateway(self):
        gateway = self.start(
            WSGATE,
            "--listen",
            "127.0.0.1:0",
            "--viewer-target",
            "127.0.0.1:%d" % self.target.getsockname()[1],
            stderr=subprocess.PIPE,
            text=True,
        )
        line = ""
        while "listening on" not in line:
            line = gateway.stderr.readline()
            self.assertTrue(line, "wsgate ended")
        self.gateway_port = re.search(r"127\.0\.0\.1:(\d+)", line).group(1)
        reader = threading.Thread(target=gateway.stderr.read)
        reader.start()
        self.addCleanup(gateway.stderr.close)
        self.addCleanup(reader.join)
        self.addCleanup(gateway.kill)

    def start_squid(self):
        [self.port] = free_ports(1)
        secret = hashlib.md5(f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest()
        users = self.write("users", f"{USER}:{REALM}:{secret}\n")
        conf = self.write(
            "squid.conf",
            f"""
http_port 127.0.0.1:{self.port}
auth_param digest program {HELPER} -c {users}
auth_param digest children 1
auth_param digest realm {REALM}
acl known proxy_auth REQUIRED
acl tunnels method CONNECT
http_access allow tunnels known
http_access deny all
cache deny all
pid_filename none
access_log stdio:{self.path("access.log")}
cache_log {self.path("cache.log")}
coredump_dir {self.folder}
visible_hostname localhost
shutdown_lifetime 0 seconds
""",
        )
        if os.getuid() == 0:  # squid becomes another user
            shutil.chown(self.folder, "proxy")
        self.start(
            shutil.which("squid", path="/usr/sbin"),
            "-N",
            "-f",
            conf,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually("squid answers", lambda: listens(self.port))

    def tunnel(self, *options, password=PASSWORD):
        return self.start(
            WSGATE,
            "tunnel",
            "--url",
            f"ws://127.0.0.1:{self.gateway_port}/websockify",
            "--listen",
            "-",
            "--proxy",
            f"http://127.0.0.1:{self.port}",
            "--proxy-user",
            USER,
            "--proxy-password-file",
            self.write("password", password + "\n"),
            *options,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def finish(self, child):
        """The exit code, and what was logged."""
        out, log = child.communicate(timeout=PATIENCE)
        self.assertEqual(out, b"")
        self.assertNotIn(PASSWORD, log.decode())
        return child.returncode, log.decode()

    def test_the_challenge_is_answered(self):
        for options in ((), ("--proxy-digest",)):
            child = self.tunnel(*options)
            there, _ = self.target.accept()
            with there:
                there.settimeout(PATIENCE)
                there.sendall(b"hello")
                self.assertEqual(child.stdout.read(5), b"hello")
                child.stdin.write(b"and back")
                child.stdin.flush()
                self.assertEqual(there.recv(8, socket.MSG_WAITALL), b"and back")
            self.assertEqual(self.finish(child)[0], 0)
        eventually("squid knows who it was", lambda: self.accesses("TCP_TUNNEL/200") == 2)

    def accesses(self, result):
        with open(self.path("access.log"), encoding="ascii") as file:
            return sum(result in line and f" {USER} " in line for line in file)

    def test_a_wrong_password_is_told(self):
        code, log = self.finish(self.tunnel(password="wr0ng"))
        self.assertEqual(code, 1)
        self.assertIn("407, the proxy refuses this user name or password (it offers Digest)", log)
        self.assertNotIn("wr0ng", log)


if __name__ == "__main__":
    WSGATE = sys.argv.pop(1)
    unittest.main()
