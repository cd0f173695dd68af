#!/usr/bin/env python3
# Compares repeaters by what their users notice: side_by_side.py NAME=COMMAND...
# SPDX-License-Identifier: EUPL-1.2
"""Each COMMAND is started with two free ports behind it (viewers', servers'), as the Perl script is:

    bench/side_by_side.py ours=build/release/bin/ultravnc_repeater \\
                          perl='perl /path/to/ultravnc_repeater.pl'

Rounds are interleaved; the table shows medians. Loopback only; ends within about five minutes.
"""
import os
import shlex
import signal
import socket
import statistics
import subprocess
import sys
import time

ROUNDS = 3
BULK = 512 * 1024 * 1024


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def processes_of(session):
    """The session's processes and their CPU seconds; a forked relay may have left its parent."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        if int(fields[3]) == session:
            ticks = int(fields[11]) + int(fields[12])
            found[int(pid)] = ticks / os.sysconf("SC_CLK_TCK")
    return found


def exactly(size, sock):
    """The next `size` bytes, or fewer where the stream ends."""
    got = b""
    while len(got) < size and (part := sock.recv(size - len(got))):
        got += part
    return got


class Repeater:
    def __init__(self, command):
        self.viewer_port, self.server_port = free_port(), free_port()
        self.process = subprocess.Popen(
            [*shlex.split(command), str(self.viewer_port), str(self.server_port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.server_port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise RuntimeError(f"{command} does not listen")

    def close(self):
        for pid in processes_of(self.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def connect(self, port):
        s = socket.create_connection(("127.0.0.1", port), timeout=30)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def introduce(self, port, name):
        s = self.connect(port)
        s.sendall(f"ID:{name}".encode().ljust(250, b"\0"))
        return s

    def pair(self, name):
        """A server that waits, then a viewer; returns both once a byte has gone through."""
        server = self.introduce(self.server_port, name)
        viewer = self.introduce(self.viewer_port, name)
        server.sendall(b"x")
        greeted = exactly(13, viewer)
        assert greeted == b"RFB 000.000\nx", greeted
        return server, viewer

    def set_up(self):
        """Milliseconds from the server's connect to the first byte at the viewer."""
        times = []
        for n in range(20):
            start = time.perf_counter()
            ends = self.pair(f"setup{n}")
            times.append(time.perf_counter() - start)
            for s in ends:
                s.close()
        return 1000 * statistics.median(times)

    def end(self):
        """Milliseconds from one side's close to the other side's EOF."""
        server, viewer = self.pair("end")
        start = time.perf_counter()
        server.close()
        assert viewer.recv(1) == b""
        took = time.perf_counter() - start
        viewer.close()
        return 1000 * took

    def cpu_seconds(self):
        return sum(processes_of(self.process.pid).values())

    def bulk(self):
        """GB/s of one pair, and CPU seconds a GB of all its processes."""
        server, viewer = self.pair("bulk")
        sender = os.fork()
        if sender == 0:
            chunk = bytes(1 << 20)
            for _ in range(BULK >> 20):
                server.sendall(chunk)
            os._exit(0)
        cpu, start, got = self.cpu_seconds(), time.perf_counter(), 0
        buffer = bytearray(1 << 20)
        while got < BULK:
            got += viewer.recv_into(buffer)
        took = time.perf_counter() - start
        used = self.cpu_seconds() - cpu
        os.waitpid(sender, 0)
        for s in (server, viewer):
            s.close()
        return BULK / took / 1e9, used / (BULK / 1e9)

    def among_the_silent(self):
        """Milliseconds to set a pair up while 20 peers a port say nothing."""
        silent = [self.connect(port) for port in (self.viewer_port, self.server_port)
                  for _ in range(20)]
        time.sleep(0.2)
        start = time.perf_counter()
        ends = self.pair("good")
        took = time.perf_counter() - start
        for s in (*ends, *silent):
            s.close()
        return 1000 * took


def measure(command, with_silent):
    repeater = Repeater(command)
    try:
        gb, cpu = repeater.bulk()
        row = {"set-up, ms": repeater.set_up(), "end seen by the partner, ms": repeater.end(),
               "bulk, GB/s": gb, "bulk, CPU-s/GB": cpu}
        if with_silent:
            try:
                row["set-up beside 40 silent peers, ms"] = repeater.among_the_silent()
            except (TimeoutError, AssertionError):
                row["set-up beside 40 silent peers, ms"] = float("inf")
        return row
    finally:
        repeater.close()


def main():
    commands = dict(argument.split("=", 1) for argument in sys.argv[1:])
    if not commands:
        sys.exit(__doc__)
    rows = {name: [] for name in commands}
    for turn in range(ROUNDS):
        for name, command in commands.items():
            rows[name].append(measure(command, with_silent=turn == 0))
            print(f"round {turn + 1} of {ROUNDS}: {name}", file=sys.stderr)
    print("| | " + " | ".join(commands) + " |\n|---|" + "---|" * len(commands))
    for what in next(iter(rows.values()))[0]:
        cells = []
        for name in commands:
            values = [row[what] for row in rows[name] if what in row]
            middle = statistics.median(values)
            cells.append("more than 30 s" if middle == float("inf") else f"{middle:.3g}")
        print(f"| {what} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
