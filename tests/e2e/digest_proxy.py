#!/usr/bin/env python3
# wsgate tunnel through a real squid that wants Digest: digest_proxy.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import hashlib
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Gateway
from harness.patience import eventually
from harness.ports import free_port
from harness.sockets import address_of, exactly, listens

HELPER = "/usr/lib/squid/digest_file_auth"
USER, REALM, PASSWORD = "ann", "help desk", "s3cret"
WSGATE = ""


class DigestProxyTest(ProgramCase):
    def setUp(self):
        super().setUp()
        self.target = self.listen()
        options = ("--viewer-target", address_of(self.target))
        self.gateway = self.ending(Gateway(WSGATE, *options))
        self.start_squid()

    def start_squid(self):
        self.port = free_port()
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
        squid = shutil.which("squid", path="/usr/sbin")
        self.start(squid, "-N", "-f", conf, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually("squid answers", lambda: listens(self.port))

    def tunnel(self, *options, password=PASSWORD):
        url = ("--url", f"ws://127.0.0.1:{self.gateway.port}/websockify", "--listen", "-")
        secret = self.write("password", password + "\n")
        user = ("--proxy-user", USER, "--proxy-password-file", secret)
        return self.start(
            *(WSGATE, "tunnel", *url, "--proxy", f"http://127.0.0.1:{self.port}", *user, *options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def finish(self, child):
        """The exit code, and what was logged."""
        child.stdin.close()
        code = child.wait()
        self.assertEqual(child.stdout.read(), b"")
        log = child.all_said()
        self.assertNotIn(PASSWORD, log)
        return code, log

    def test_the_challenge_is_answered(self):
        for options in ((), ("--proxy-digest",)):
            child = self.tunnel(*options)
            with self.accept(self.target) as there:
                there.sendall(b"hello")
                self.assertEqual(child.stdout.read(5), b"hello")
                child.stdin.write(b"and back")
                child.stdin.flush()
                self.assertEqual(exactly(8, there), b"and back")
            self.assertEqual(self.finish(child)[0], 0)
        eventually("squid knows who it was", lambda: self.accesses("TCP_TUNNEL/200") == 2)

    def accesses(self, result):
        lines = self.read("access.log").splitlines()
        return sum(result in line and f" {USER} " in line for line in lines)

    def test_a_wrong_password_is_told(self):
        code, log = self.finish(self.tunnel(password="wr0ng"))
        self.assertEqual(code, 1)
        self.assertIn("407, the proxy refuses this user name or password (it offers Digest)", log)
        self.assertNotIn("wr0ng", log)


if __name__ == "__main__":
    WSGATE = sys.argv.pop(1)
    unittest.main()
