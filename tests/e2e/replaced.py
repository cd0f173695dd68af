#!/usr/bin/env python3
# Daemons that another process takes over from, and who must know of it: replaced.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import contextlib
import os
import random
import signal
import socket
import struct
import sys
import time
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.crowds import processes_of
from harness.daemons import Gateway
from harness.http import get
from harness.patience import PATIENCE, eventually
from harness.processes import is_alive
from harness.sockets import address_of, all_of, port_of, until_the_end
from harness.websocket import binary, open_session

REPEATER = WSGATE = ""
TAKES_OVER = r" upgraded .*to_pid=(\d+) "


class ReplacedTest(ProgramCase):
    def replace(self, program, pid=None, count=1):
        """The process that serves by then; it ends with the test."""
        os.kill(pid or program.pid, signal.SIGUSR2)
        successor = int(program.says(TAKES_OVER, count)[1])
        self.addCleanup(self.end, successor)
        return successor

    @staticmethod
    def end(pid):
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)

    def gateway(self, *options, **how):
        target = self.listen()
        made = Gateway(WSGATE, "--viewer-target", address_of(target), *options, **how)
        return self.ending(made), target

    def open_session(self, gateway, target):
        client = open_session(self.connect(gateway.port))
        return client, self.accept(target)

    def assert_joined(self, session):
        client, there = session
        client.sendall(binary(b"hello"))
        self.assertEqual(all_of(5, there), b"hello")


class ManagerTest(ReplacedTest):
    """A service manager, as systemd is one."""

    def setUp(self):
        super().setUp()
        self.manager = self.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        self.manager.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.manager.bind(self.path("notify"))
        self.manager.settimeout(PATIENCE)

    def hears(self, wanted, pid):
        """Until this process has said that."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            said, credentials, _, _ = self.manager.recvmsg(200, socket.CMSG_SPACE(12))
            if said == wanted and struct.unpack("3i", credentials[0][2])[0] == pid:
                return
        self.fail(f"{wanted} was not said by {pid}")

    def start_watched(self, *command):
        """As the manager does: the watchdog is meant for this process."""
        return self.start(
            *("/bin/sh", "-c", 'export WATCHDOG_PID=$$; exec "$0" "$@"', *command),
            env={**os.environ, "NOTIFY_SOCKET": self.path("notify"), "WATCHDOG_USEC": "200000"},
        )

    def test_hears_who_serves_now_and_that_it_lives(self):
        ports = "--bind", "127.0.0.1", "-c", "0", "-s", "0", "--log-format", "text"
        for command in ((REPEATER, *ports), (WSGATE, "--listen", "127.0.0.1:0")):
            with self.subTest(program=command[0]):
                program = self.start_watched(*command)
                self.hears(b"READY=1", program.pid)
                self.hears(b"WATCHDOG=1", program.pid)
                successor = self.replace(program)
                self.hears(f"MAINPID={successor}".encode(), program.pid)
                for _ in range(3):
                    self.hears(b"WATCHDOG=1", successor)
                os.kill(successor, signal.SIGTERM)
                self.hears(b"STOPPING=1", successor)

    def test_has_its_sockets_passed_on(self):
        for_viewers = self.listen()
        for_viewers.setblocking(True)  # as others make theirs
        gateway = self.start(
            *("/bin/sh", "-c", f"export LISTEN_PID=$$; exec '{WSGATE}' 3<&{for_viewers.fileno()}"),
            pass_fds=[for_viewers.fileno()],
            env={**os.environ, "LISTEN_FDS": "1", "LISTEN_FDNAMES": "viewer"},
        )
        gateway.says("listening on")
        self.replace(gateway)
        self.assertIn(" for viewer", gateway.line_with("listening on", 2))
        with self.connect(port_of(for_viewers)) as client:
            client.sendall(get("/healthz"))
            self.assertEqual(client.recv(100).split(b" ")[1], b"200")


class GatewayTest(ReplacedTest):
    def test_has_its_pid_file_name_who_serves(self):
        path = self.path("pid")
        gateway, _ = self.gateway("--pid-file", path)
        self.assertEqual(self.read("pid").strip(), str(gateway.pid))
        successor = self.replace(gateway)
        eventually("the pid file names it", lambda: self.read("pid").strip() == str(successor))
        self.assertEqual(gateway.wait(), 0)
        self.assertEqual(self.read("pid").strip(), str(successor), "the old one leaves it alone")
        os.kill(successor, signal.SIGTERM)
        eventually("the pid file has gone", lambda: not os.path.exists(path))

    def test_goes_on_in_the_background(self):
        log = self.path("log")
        launcher = self.start(
            *(WSGATE, "-D", "--listen", "127.0.0.1:0", "--log-file", log),
            *("--pid-file", self.path("pid")),
        )
        self.assertEqual(launcher.wait(), 0)
        first = int(self.read("pid"))
        self.addCleanup(self.end, first)
        os.kill(first, signal.SIGUSR2)
        eventually("another process serves", lambda: int(self.read("pid") or first) != first)
        second = int(self.read("pid"))
        self.addCleanup(self.end, second)
        self.assertEqual(os.readlink(f"/proc/{second}/fd/0"), "/dev/null")
        eventually("the first one has ended", lambda: not is_alive(first))
        self.assertIn(" upgraded ", self.read("log"))

    def test_refuses_a_second_upgrade_meanwhile(self):
        gateway, target = self.gateway()
        session = self.open_session(gateway, target)
        gateway.send_signal(signal.SIGSTOP)  # so that both come at once
        successor = None
        for _ in range(2):
            gateway.send_signal(signal.SIGUSR2)
        gateway.send_signal(signal.SIGCONT)
        successor = int(gateway.says(TAKES_OVER)[1])
        self.addCleanup(self.end, successor)
        self.assert_joined(session)
        again = self.replace(gateway, successor, 2)
        self.assert_joined(session)
        self.assertTrue(is_alive(again))

    def test_ends_whenever_it_is_told_to(self):
        chance = random.Random(1)
        for _ in range(10):
            gateway, target = self.gateway("--drain-timeout", "0.5", start_new_session=True)
            client, there = self.open_session(gateway, target)
            gateway.send_signal(signal.SIGUSR2)
            time.sleep(chance.random() * 0.04)
            for pid in processes_of(gateway.pid):
                with contextlib.suppress(ProcessLookupError):  # one that has just ended
                    os.kill(pid, signal.SIGTERM)
            self.assertEqual(until_the_end(client)[2:4], (1001).to_bytes(2, "big"))
            client.close()
            there.close()
            eventually("all have ended", lambda g=gateway: not processes_of(g.pid))

    def test_closes_what_could_not_move_when_its_time_is_over(self):
        gateway, _ = self.gateway("--upgrade-timeout", "0.2", "--handshake-timeout", "60")
        with self.connect(gateway.port) as silent:
            eventually("it is accepted", lambda: silent.send(b"G") == 1)
            time.sleep(0.1)
            self.replace(gateway)
            self.assertEqual(until_the_end(silent), b"")
        self.assertEqual(gateway.wait(), 0)


if __name__ == "__main__":
    REPEATER, WSGATE = map(os.path.abspath, (sys.argv.pop(1), sys.argv.pop(1)))
    unittest.main()
