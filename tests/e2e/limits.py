#!/usr/bin/env python3
# Many connections: at the limits, and what thousands leave behind: limits.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import base64
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

from peers import PATIENCE, all_of, head_of, masked, stat_of

DESCRIPTORS = 48
CYCLES = 2000
GROWTH = 1 << 20  # bytes that an allocator may keep over all cycles; half a KiB a session
OPENING = (
    "GET {} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: " + base64.b64encode(bytes(16)).decode() + "\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n"
)


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


class LimitsTest(unittest.TestCase):
    def setUp(self):
        self.target = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.addCleanup(self.target.close)
        self.target.settimeout(PATIENCE)

    def start(self, *arguments, program=()):
        to = f"127.0.0.1:{self.target.getsockname()[1]}"
        gateway = subprocess.Popen(
            [*program, WSGATE, "--listen", "127.0.0.1:0", "--threads", "1",
             "--server-target", to, "--viewer-target", to, *arguments],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.addCleanup(gateway.stderr.close)
        self.addCleanup(gateway.wait)
        self.addCleanup(gateway.kill)
        self.lines = []
        self.changed = threading.Condition()
        reader = threading.Thread(target=self.read_lines, args=[gateway.stderr])
        self.addCleanup(reader.join)  # after the kill
        self.addCleanup(gateway.kill)
        reader.start()
        self.pid = gateway.pid
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)", self.line_with("listening")).group(1))
        return gateway

    def read_lines(self, pipe):
        for line in pipe:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()

    def line_with(self, text, count=1):
        """The line, once there are so many that hold the text."""
        found = []

        def is_there():
            found[:] = [line for line in self.lines if text in line]
            return len(found) >= count

        with self.changed:
            self.assertTrue(self.changed.wait_for(is_there, PATIENCE), f"no {text!r} was logged")
        return found[-1]

    def connect(self):
        peer = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self.addCleanup(peer.close)
        return peer

    def open(self, path="/websockify"):
        client = self.connect()
        client.sendall(OPENING.format(path).encode())
        self.assertIn(" 101 ", head_of(client))
        far, _ = self.target.accept()
        self.addCleanup(far.close)
        far.settimeout(PATIENCE)
        return client, far

    def echo(self, client, far):
        client.sendall(masked(0x82, b"ping"))
        self.assertEqual(all_of(4, far), b"ping")
        far.sendall(b"pong!")
        self.assertEqual(all_of(7, client), b"\x82\x05pong!")

    def processor_time(self):
        fields = stat_of(self.pid)
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def memory(self):
        with open(f"/proc/{self.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def test_at_the_descriptor_limit_sessions_live_and_accepting_rests(self):
        self.start(program=["prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}"])
        session = self.open()
        crowd = [self.connect() for _ in range(DESCRIPTORS)]  # the rest waits in the queue
        self.line_with("accept_failed")
        before, began = self.processor_time(), time.monotonic()
        while time.monotonic() - began < 1:
            self.echo(*session)
            time.sleep(0.05)  # a gateway that spins has the time to
        self.assertLess(self.processor_time() - before, 0.5)
        self.assertLess(sum("accept_failed" in line for line in self.lines), 20)
        for peer in crowd[:-1]:
            peer.close()
        crowd[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        self.assertIn(" 200 ", head_of(crowd[-1]))
        self.echo(*session)

    def test_over_the_limit_of_sessions_clients_hear_when_to_come_back(self):
        self.start("--max-sessions", "2", "--max-per-ip", "1", "--trusted-proxy", "127.0.0.1")
        first, far = self.open()
        client = self.connect()
        client.sendall(OPENING.format("/websockify").encode())
        head = head_of(client)
        self.assertIn(" 503 ", head)
        self.assertIn("\r\nRetry-After: ", head)
        self.echo(first, far)
        first.close()
        far.close()
        self.line_with(" end ")
        self.echo(*self.open())

    def one_session(self, how):
        """Each kind of end that there is; nothing of it may stay behind."""
        if how == "not found":
            client = self.connect()
            client.sendall(OPENING.format("/nowhere").encode())
            self.assertIn(" 404 ", head_of(client))
            client.close()
            return 0
        client, far = self.open("/wsClient")
        self.echo(client, far)
        if how == "client closes":
            client.sendall(masked(0x88))
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

    def settled_descriptors(self, wanted):
        until = time.monotonic() + PATIENCE
        while self.descriptors() != wanted and time.monotonic() < until:
            time.sleep(0.01)
        return self.descriptors()

    def test_thousands_of_sessions_leave_nothing_behind(self):
        gateway = self.start()
        at_start = self.descriptors()
        ended = self.cycle(CYCLES // 10)  # what is made once and kept is made now
        self.line_with(" end ", ended)
        self.assertEqual(self.settled_descriptors(at_start), at_start)
        memory = self.memory()
        ended += self.cycle(CYCLES)
        self.line_with(" end ", ended)
        self.assertEqual(self.settled_descriptors(at_start), at_start)
        growth = self.memory() - memory
        print(f"{CYCLES} cycles: {growth // 1024} KiB of growth, {at_start} descriptors")
        if not IS_SANITIZED:  # sanitizers keep what was freed
            self.assertLess(growth, GROWTH)
        gateway.terminate()
        self.assertEqual(gateway.wait(PATIENCE), 0)


if __name__ == "__main__":
    WSGATE = os.path.abspath(sys.argv.pop())
    with open(WSGATE, "rb") as program:
        IS_SANITIZED = re.search(rb"__(asan|tsan)_init", program.read()) is not None
    unittest.main(verbosity=2)
