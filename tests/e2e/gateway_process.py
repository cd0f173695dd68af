#!/usr/bin/env python3
# The gateway and its service manager: gateway_process.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

PATIENCE = 20  # seconds for anything to happen


class NotifyTest(unittest.TestCase):
    def test_tells_when_it_is_ready_reloads_and_stops(self):
        with tempfile.TemporaryDirectory(prefix="gateway-test-") as folder, socket.socket(
            socket.AF_UNIX, socket.SOCK_DGRAM
        ) as manager:
            path = os.path.join(folder, "notify")
            manager.bind(path)
            manager.settimeout(PATIENCE)
            gateway = subprocess.Popen(
                [WSGATE, "--listen", "127.0.0.1:0"],
                env={**os.environ, "NOTIFY_SOCKET": path},
                stderr=subprocess.DEVNULL,
            )
            try:
                self.assertEqual(manager.recv(100), b"READY=1")
                gateway.send_signal(signal.SIGHUP)
                self.assertEqual(manager.recv(100), b"RELOADING=1")
                self.assertEqual(manager.recv(100), b"READY=1")
                gateway.terminate()
                self.assertEqual(manager.recv(100), b"STOPPING=1")
                self.assertEqual(gateway.wait(PATIENCE), 0)
            finally:
                gateway.kill()
                gateway.wait()


if __name__ == "__main__":
    WSGATE = sys.argv.pop(1)
    unittest.main()
