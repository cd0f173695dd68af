#!/usr/bin/env python3
# Many connections: at the limits, and what thousands leave behind: limits.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import os
import re
import sys
import time
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Gateway
from harness.figures import cpu_time, descriptors, memory
from harness.http import get, head_of
from harness.patience import eventually
from harness.sockets import address_of, all_of, reset
from harness.websocket import binary, close, open_session, opening

DESCRIPTORS = 48
CYCLES = 2000
GROWTH = (1 << 20) / 1e6  # MB that an allocator may keep over all cycles; half a KiB a session


class LimitsTest(ProgramCase):
    def setUp(self):
        super().setUp()
        self.target = self.listen(backlog=128)

    def start_gateway(self, *options, before=()):
        to = address_of(self.target)
        targets = ("--server-target", to, "--viewer-target", to)
        gateway = Gateway(WSGATE, "--threads", "1", *targets, *options, before=before)
        self.gateway = self.ending(gateway)

    def connect_to_gateway(self):
        return self.connect(self.gateway.port)

    def open(self, path="/websockify"):
        client = open_session(self.connect_to_gateway(), path)
        return client, self.accept(self.target)

    def echo(self, client, far):
        client.sendall(binary(b"ping"))
        self.assertEqual(all_of(4, far), b"ping")
        far.sendall(b"pong!")
        self.assertEqual(all_of(7, client), b"\x82\x05pong!")

    def test_at_the_descriptor_limit_sessions_live_and_accepting_rests(self):
        self.start_gateway(before=["prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}"])
        session = self.open()
        crowd = [
            self.connect_to_gateway() for _ in range(DESCRIPTORS)
        ]  # the rest waits in the queue
        self.gateway.says("accept_failed")
        before, began = cpu_time(self.gateway.pid), time.monotonic()
        while time.monotonic() - began < 1:
            self.echo(*session)
            time.sleep(0.05)  # a gateway that spins has the time to
        self.assertLess(cpu_time(self.gateway.pid) - before, 0.5)
        self.assertLess(sum("accept_failed" in line for line in self.gateway.lines), 20)
        for peer in crowd[:-1]:
            peer.close()
        crowd[-1].sendall(get("/healthz"))
        self.assertIn(" 200 ", head_of(crowd[-1]))
        self.echo(*session)

    def test_over_the_limit_of_sessions_clients_hear_when_to_come_back(self):
        self.start_gateway(
            "--max-sessions", "2", "--max-per-ip", "1", "--trusted-proxy", "127.0.0.1"
        )
        first, far = self.open()
        client = self.connect_to_gateway()
        client.sendall(opening())
        head = head_of(client)
        self.assertIn(" 503 ", head)
        self.assertIn("\r\nRetry-After: ", head)
        self.echo(first, far)
        first.close()
        far.close()
        self.gateway.says(" end ")
        self.echo(*self.open())

    def one_session(self, how):
        """Each kind of end that there is; nothing of it may stay behind."""
        if how == "not found":
            client = self.connect_to_gateway()
            client.sendall(opening("/nowhere"))
            self.assertIn(" 404 ", head_of(client))
            client.close()
            return 0
        client, far = self.open("/wsClient")
        self.echo(client, far)
        if how == "client closes":
            client.sendall(close())
            self.assertEqual(all_of(2, client), b"\x88\x00")
        elif how == "target closes":
            far.close()
            self.assertEqual(all_of(1, client), b"\x88")
        elif how == "client resets":
            reset(client)
        elif how == "target resets":
            reset(far)
            self.assertEqual(all_of(1, client), b"\x88")
        client.close()
        far.close()
        return 1

    def cycle(self, count):
        kinds = ["client closes", "target closes", "client resets", "target resets", "not found"]
        return sum(self.one_session(kinds[i % len(kinds)]) for i in range(count))

    def assert_descriptors(self, wanted):
        eventually(
            lambda: f"{wanted} descriptors are left of {descriptors(self.gateway.pid)}",
            lambda: descriptors(self.gateway.pid) == wanted,
        )

    def test_thousands_of_sessions_leave_nothing_behind(self):
        self.start_gateway()
        at_start = descriptors(self.gateway.pid)
        ended = self.cycle(CYCLES // 10)  # what is made once and kept is made now
        self.gateway.says(" end ", ended)
        self.assert_descriptors(at_start)
        before = memory(self.gateway.pid)
        ended += self.cycle(CYCLES)
        self.gateway.says(" end ", ended)
        self.assert_descriptors(at_start)
        growth = memory(self.gateway.pid) - before
        print(f"{CYCLES} cycles: {growth:.2f} MB of growth, {at_start} descriptors")
        if not IS_SANITIZED:  # sanitizers keep what was freed
            self.assertLess(growth, GROWTH)
        self.gateway.stop()


if __name__ == "__main__":
    WSGATE = os.path.abspath(sys.argv.pop())
    with open(WSGATE, "rb") as program:
        IS_SANITIZED = re.search(rb"__(asan|tsan)_init", program.read()) is not None
    unittest.main(verbosity=2)
