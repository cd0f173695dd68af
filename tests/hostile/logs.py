#!/usr/bin/env python3
# Logs that nobody takes: full disks, pipes that nobody reads, syslog away: logs.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
#
# Each time pairs or requests go on as fast as ever, and once the log can be written again it says
# how many lines were lost. The lines that are there are whole, and together with the lost ones they
# are as many as there should be.
import contextlib
import fcntl
import os
import re
import resource
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.daemons import Daemon
from harness.figures import LONG, figure
from harness.http import get, head_of
from harness.namespaces import enter, run
from harness.pairs import close_all, make_pair
from harness.patience import eventually
from harness.ports import free_port, free_ports
from harness.processes import hang_up
from harness.sockets import connect

PAIRS = 3000 if LONG else 300
LINES_OF_A_PAIR = 6  # arrived, waiting, arrived, matched, paired, ended
LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00) (info|warning|error|debug) \S+.*")
LOST = re.compile(r"log_lost lines=(\d+)")


class Log:
    """What has come of a log: whole lines and lost ones."""

    def __init__(self, text):
        lines = text.splitlines()
        torn = [line for line in lines if not LINE.fullmatch(line)]
        if torn or (text and not text.endswith("\n")):
            raise AssertionError(f"lines that are not whole: {torn[:3]}, end {text[-80:]!r}")
        told = [LOST.search(line) for line in lines]
        self.lost = sum(int(each.group(1)) for each in told if each)
        self.notices = sum(1 for each in told if each)
        self.others = len(lines) - self.notices
        self.pairs_ended = sum(1 for line in lines if " ended pair=" in line)


class Repeater(Daemon):
    """On ports of our choice, since its log is not always ours to read."""

    def __init__(self, *options, **how):
        self.viewer_port, self.server_port = free_ports(2)
        ports = "--viewer-port", str(self.viewer_port), "--server-port", str(self.server_port)
        address = "--bind", "127.0.0.1"
        super().__init__(sys.argv[1], *ports, *address, "--log-format", "text", *options, **how)
        eventually("it listens", lambda: listens_quietly(self.viewer_port, self.server_port))


class Gateway(Daemon):
    def __init__(self, *options):
        self.port = free_port()
        at = "--listen", f"127.0.0.1:{self.port}"
        super().__init__(sys.argv[2], *at, "--viewer-target", "127.0.0.1:9", *options)
        eventually("it listens", lambda: listens_quietly(self.port))


def listens_quietly(*ports):
    """Whether there are such listeners: found without a connection, which would be logged."""
    table = Path("/proc/net/tcp").read_text(encoding="ascii")
    return all(f":{port:04X} 00000000:0000 0A" in table for port in ports)


def make_pairs(subject, what, count):
    """Makes pairs one after the other, which must not wait for the log."""
    times = []
    for number in range(count):
        began = time.monotonic()
        close_all(make_pair(subject, f"{what}_{number}"))
        times.append(time.monotonic() - began)
    times.sort()
    figure(f"{what}: pairs", len(times), at_least=count)
    figure(f"{what}: p99", 1000 * times[int(0.99 * len(times))], "ms", at_most=500)


def settled(read, lines, what):
    """The log once it has so many lines, or tells of them as lost. Fails where it does not."""
    log = None

    def is_complete():
        nonlocal log
        log = Log(read())
        return log.others + log.lost >= lines

    eventually(lambda: f"{what}: {vars(log)}", is_complete)
    return log


def report(what, log, expected, lost_at_least=1):
    figure(f"{what}: lines lost, and told as lost", log.lost, at_least=lost_at_least)
    figure(
        f"{what}: lines there and lost", log.others + log.lost, at_least=expected, at_most=expected
    )


def lines_at_start(path):
    """Its log before anybody came."""
    eventually("it has said that it listens", lambda: len(re.findall("listening", read(path))) >= 2)
    time.sleep(0.2)
    return Log(read(path)).others


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


@contextlib.contextmanager
def small_disk(folder):
    run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)
    try:
        yield
    finally:
        run("umount", "--lazy", folder)


def full_disk():
    """The log's disk is full, until somebody makes room."""
    with tempfile.TemporaryDirectory() as folder, small_disk(folder):
        filler, log = Path(folder) / "filler", f"{folder}/log"
        filler.write_bytes(b"x" * 40_000)
        subject = Repeater("--log-file", log)
        first = lines_at_start(log)
        make_pairs(subject, "full disk", PAIRS)
        before = Log(read(log))
        filler.unlink()
        make_pairs(subject, "full disk, after room was made", 20)
        expected = first + (PAIRS + 20) * LINES_OF_A_PAIR
        report("full disk", settled(lambda: read(log), expected, "full disk"), expected)
        figure("full disk: lines that were whole when it was full", before.others, at_least=50)
        subject.stop()


def too_large():
    """The log must not grow beyond a limit (ulimit -f), until it is rotated."""
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/log"
        most = 20_000
        subject = Repeater(
            "--log-file",
            log,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        )
        first = lines_at_start(log)
        make_pairs(subject, "file that may not grow", PAIRS)
        old = Log(read(log))
        os.rename(log, log + ".1")
        hang_up(subject)
        eventually("the log is anew", lambda: os.path.exists(log))
        make_pairs(subject, "file that may not grow, after a rotation", 10)
        # One more says that it has read its settings again.
        expected = first + (PAIRS + 10) * LINES_OF_A_PAIR + 1
        both = settled(lambda: read(log + ".1") + read(log), expected, "file that may not grow")
        report("file that may not grow", both, expected)
        figure("file that may not grow: its size", os.path.getsize(log + ".1"), at_most=most)
        figure("file that may not grow: lines that are whole", old.others, at_least=50)
        subject.stop()


class Reader(threading.Thread):
    """Reads a pipe slowly or fast, and keeps what came."""

    def __init__(self, fd):
        super().__init__(daemon=True)
        self.fd, self.pause, self.got = fd, 0.0, b""
        self.start()

    def run(self):
        while part := os.read(self.fd, 512):
            self.got += part
            if self.pause:
                time.sleep(self.pause)

    def text(self):
        whole = self.got
        return whole[: whole.rfind(b"\n") + 1].decode()


def small_pipe(blocking):
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, blocking)
    return reader, writer


def slow_pipe(blocking):
    """Standard error is a pipe whose reader stops, and then goes on."""
    what = f"{'blocking' if blocking else 'non-blocking'} pipe that nobody reads for long"
    pairs = 2500 if LONG else 1400  # more lines than the queue holds
    reader, writer = small_pipe(blocking)
    subject = Repeater(stderr=writer)
    os.close(writer)
    make_pairs(subject, what, pairs)
    late = Reader(reader)
    log = settled(late.text, pairs * LINES_OF_A_PAIR, what)
    make_pairs(subject, f"{what}, then read", 10)
    log = settled(late.text, (pairs + 10) * LINES_OF_A_PAIR, what)
    figure(f"{what}: lines lost, and told as lost", log.lost, at_least=1)
    least = (pairs + 10) * LINES_OF_A_PAIR
    at_start = 8  # at most; what they are depends on the machine
    most = least + at_start
    figure(f"{what}: lines there and lost", log.others + log.lost, at_least=least, at_most=most)
    subject.stop()
    late.join(5)


def pipe_without_reader():
    """Standard error is a pipe whose reader has gone: for good."""
    reader, writer = small_pipe(True)
    subject = Repeater(stderr=writer)
    os.close(writer)
    os.close(reader)
    make_pairs(subject, "pipe whose reader is gone", PAIRS)
    subject.stop()


class Syslog:
    """A daemon that keeps what it is told."""

    def __init__(self, path):
        self.lines, self._path = [], path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while line := self._socket.recv(9000):
            self.lines.append(line.decode())

    def go(self):
        """Once it has read all, so that nothing is lost that was sent."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._path)
        self._reader.join()
        self._socket.close()
        os.unlink(self._path)


def syslog_away():
    """wsgate's syslog daemon goes away and comes back."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/log"
        first = Syslog(path)
        gate = Gateway("--syslog", path, "--log-level", "debug")
        refused(gate, 20)
        eventually("all is told", lambda: sum("refused" in each for each in first.lines) >= 20)
        first.go()
        refused(gate, PAIRS)
        time.sleep(0.3)  # the last of them is on its way to nowhere
        second = Syslog(path)
        refused(gate, 20)
        gate.stop()
        second.go()
        told = [LOST.search(line) for line in second.lines]
        lost = sum(int(each.group(1)) for each in told if each)
        after = sum("refused" in line for line in second.lines)
        figure("syslog away: lines lost, and told as lost", lost, at_least=PAIRS, at_most=PAIRS)
        figure("syslog away: lines after", after, at_least=20, at_most=20)


def refused(gate, count):
    """Requests that the log tells of, one line each."""
    began = time.monotonic()
    for number in range(count):
        with connect(gate.port) as peer:
            peer.sendall(get(f"/not_here_{number}", ("Connection", "close")))
            head_of(peer)
    figure(f"syslog: requests a second, of {count}", count / (time.monotonic() - began), at_least=3)


def main():
    full_disk()
    too_large()
    pipe_without_reader()
    for blocking in (True, False):
        slow_pipe(blocking)
    syslog_away()


if __name__ == "__main__":
    enter("--net", "--mount")
    main()
