#!/usr/bin/env python3
# The gateway as a process: its service manager, its sockets, its signals: gateway_process.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

PATIENCE = 20  # seconds for anything to happen


class GatewayTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gateway-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *arguments, program=None, **how):
        """Standard error is a pipe, to be read by lines."""
        gateway = subprocess.Popen(
            [*(program or [WSGATE]), *arguments], stderr=subprocess.PIPE, text=True, **how
        )
        self.addCleanup(gateway.stderr.close)
        self.addCleanup(gateway.wait)
        self.addCleanup(gateway.kill)
        watch = threading.Timer(PATIENCE, gateway.kill)  # then reading ends
        watch.start()
        self.addCleanup(watch.cancel)
        return gateway

    def line_with(self, gateway, text):
        seen = []
        for line in gateway.stderr:
            seen.append(line)
            if text in line:
                return line
        self.fail(f"no {text!r} in {''.join(seen)}")

    def stop(self, gateway):
        gateway.terminate()
        self.assertEqual(gateway.wait(PATIENCE), 0)

    def status(self, connection, path="/healthz"):
        with connection:
            connection.settimeout(PATIENCE)
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            return connection.recv(100).split(b" ")[1].decode()

    def listening_socket(self):
        s = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(s.close)
        return s


class ManagerTest(GatewayTest):
    def manager(self):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(s.close)
        s.bind(self.path("notify"))
        s.settimeout(PATIENCE)
        return s

    def environment(self, **more):
        return {**os.environ, "NOTIFY_SOCKET": self.path("notify"), **more}

    def test_hears_of_readiness_reloads_and_the_end(self):
        manager = self.manager()
        gateway = self.start("--listen", "127.0.0.1:0", env=self.environment())
        self.assertEqual(manager.recv(100), b"READY=1")
        gateway.send_signal(signal.SIGHUP)
        self.assertEqual(manager.recv(100), b"RELOADING=1")
        self.assertEqual(manager.recv(100), b"READY=1")
        gateway.terminate()
        self.assertEqual(manager.recv(100), b"STOPPING=1")
        self.assertEqual(gateway.wait(PATIENCE), 0)

    def test_hears_signs_of_life_where_it_asks(self):
        manager = self.manager()
        gateway = self.start(
            "--listen", "127.0.0.1:0", env=self.environment(WATCHDOG_USEC="100000")
        )
        self.assertEqual(manager.recv(100), b"READY=1")
        for _ in range(3):
            self.assertEqual(manager.recv(100), b"WATCHDOG=1")
        self.stop(gateway)

    def test_opens_sockets_whose_names_are_modes(self):
        for_routes, for_viewers = self.listening_socket(), self.listening_socket()
        gateway = self.start(
            program=[
                "/bin/sh",
                "-c",
                f"LISTEN_PID=$$; export LISTEN_PID; exec '{WSGATE}' "
                f"3<&{for_routes.fileno()} 4<&{for_viewers.fileno()}",
            ],
            pass_fds=[for_routes.fileno(), for_viewers.fileno()],
            env={**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "wsgate.socket:viewer"},
        )
        self.assertIn(str(for_routes.getsockname()[1]), self.line_with(gateway, "listening on"))
        self.assertIn(" for viewer", self.line_with(gateway, "listening on"))
        address = for_routes.getsockname()
        self.assertEqual(self.status(socket.create_connection(address, PATIENCE)), "200")
        self.stop(gateway)
        # The socket is the manager's: who comes now waits for the next gateway.
        socket.create_connection(address, PATIENCE).close()


class UnixSocketTest(GatewayTest):
    def test_is_there_while_the_gateway_is(self):
        path = self.path("gate")
        gateway = self.start("--listen", f"unix:{path}", "--unix-listen-mode", "0660")
        self.line_with(gateway, f"listening on unix:{path}")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o660)
        s = socket.socket(socket.AF_UNIX)
        s.connect(path)
        self.assertEqual(self.status(s), "200")
        second = self.start("--listen", f"unix:{path}")
        self.assertEqual(second.wait(PATIENCE), 71)
        self.stop(gateway)
        self.assertFalse(os.path.exists(path))

    def test_takes_the_place_of_one_that_was_left_behind(self):
        path = self.path("gate")
        gateway = self.start("--unix-listen", path)
        self.line_with(gateway, "listening on")
        gateway.kill()
        gateway.wait(PATIENCE)
        self.assertTrue(os.path.exists(path))
        again = self.start("--unix-listen", path)
        self.line_with(again, "listening on")
        self.stop(again)


if __name__ == "__main__":
    WSGATE = sys.argv.pop(1)
    unittest.main()
