# A repeater that a case has started: its sides, its log, its process.
# SPDX-License-Identifier: EUPL-1.2
import os
import resource
import socket
import subprocess
import time

from harness.rfb import BANNER
from harness.sockets import listens

from peers import Peer
from registry import Failed
from words import how_long


class Repeater:
    def __init__(self, trial, process, log, viewer_port, server_port):
        self.trial, self.process, self.log_path = trial, process, log
        self.viewer_port, self.server_port = viewer_port, server_port
        self.pid = process.pid

    def connect(self, port, address="127.0.0.1"):
        try:
            sock = socket.create_connection((address, port), timeout=self.trial.left(8))
        except OSError as e:
            raise Failed(f"connect: {e.strerror or e}") from e
        self.trial.closing.append(sock)
        return Peer(self.trial, sock)

    def viewer(self, text=None, **how):
        """A viewer; with `text` one that has introduced itself."""
        peer = self.connect(self.viewer_port)
        return peer if text is None else peer.introduce(text, **how)

    def server(self, text=None, **how):
        peer = self.connect(self.server_port)
        return peer if text is None else peer.introduce(text, **how)

    def listens(self, port):
        return listens(port)

    def waiting_server(self, name, **how):
        count = self.count(f"storing new vnc server with ID:{name}.") + 1
        peer = self.server("ID:" + name, **how)
        self.wait(f"storing new vnc server with ID:{name}.", count)
        return peer

    def waiting_viewer(self, name, **how):
        count = self.count(f"storing new vnc client with ID:{name}.") + 1
        peer = self.viewer("ID:" + name, **how)
        peer.read(len(BANNER))
        self.wait(f"storing new vnc client with ID:{name}.", count)
        return peer

    def pair(self, name="a", newcomer="viewer"):
        """A session that both of its relay processes, where there are such, have begun."""
        begun = self.count("child  2 -> 1.") + 1
        if newcomer == "viewer":
            server = self.waiting_server(name)
            viewer = self.viewer("ID:" + name)
            viewer.read(len(BANNER))
        else:
            viewer = self.waiting_viewer(name)
            server = self.server("ID:" + name)
        self.wait("child  2 -> 1.", begun)
        return server, viewer

    # The log

    def raw_log(self):
        try:
            with open(self.log_path, "rb") as f:
                return f.read().decode("latin-1")
        except FileNotFoundError:
            return ""

    def lines(self):
        """All lines, times stripped, numbers named; a line without a time says so."""
        return self.trial.normalised(self.raw_log(), self.pid)

    def count(self, text):
        return self.raw_log().count(text)

    def wait(self, text, count=1, within=5.0):
        end = time.monotonic() + self.trial.left(within)
        while time.monotonic() < end:
            if self.count(text) >= count:
                return
            time.sleep(0.005)
        raise Failed(f"log never said {count} x {text!r}: {self.lines()}")

    def settled_lines(self, quiet=0.25):
        """The lines, once none has come for a while."""
        before, since = self.raw_log(), time.monotonic()
        end = since + self.trial.left(3)
        while time.monotonic() < min(end, since + quiet):
            time.sleep(0.01)
            now = self.raw_log()
            if now != before:
                before, since = now, time.monotonic()
        return self.lines()

    def start_log(self):
        lines = self.settled_lines()
        return lines[: self.past_start(lines)]

    @staticmethod
    def past_start(lines):
        """Behind the last of the first run of lines that name the ports."""
        watching = [n for n, line in enumerate(lines) if line.startswith("watching for ")]
        return watching[-1] + 1 if watching else len(lines)

    def log(self):
        """What the main process said after its start."""
        lines = self.settled_lines()
        return [line for line in lines[self.past_start(lines) :] if not line.startswith("[P/")]

    def relay_log(self):
        """What sessions said."""
        return [line for line in self.settled_lines() if line.startswith("[P/")]

    # The process

    def kill(self, number, pid=None):
        os.kill(pid or self.pid, number)

    def exit(self, within=3.0):
        """Exit code, "signal N" or "running"."""
        try:
            code = self.process.wait(self.trial.left(within))
        except subprocess.TimeoutExpired:
            return "running"
        return code if code >= 0 else f"signal {-code}"

    def ended(self, within=3.0):
        """The exit, and when."""
        start = time.monotonic()
        code = self.exit(within)
        return code if code == "running" else f"{code}, {how_long(time.monotonic() - start)}"

    def sockets(self):
        """How many the main process holds."""
        names = []
        for fd in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                names.append(os.readlink(f"/proc/{self.pid}/fd/{fd}"))
            except OSError:
                pass
        return sum(name.startswith("socket:") for name in names)

    def limit_descriptors(self, count):
        hard = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (count, hard))
