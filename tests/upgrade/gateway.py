#!/usr/bin/env python3
# A gateway is replaced again and again under its sessions: gateway.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import os
import random
import re
import ssl
import stat
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.certificates import make_certificate
from harness.crowds import (
    Elsewhere,
    Streams,
    Upgrades,
    WebBulk,
    WebStream,
    payload_of,
    processes_of,
)
from harness.daemons import Gateway
from harness.figures import LONG, descriptors, figure, memory, quantile
from harness.pairs import Meanwhile, close_all
from harness.patience import eventually
from harness.sessions import Echo, unverified
from harness.sockets import accept, address_of, all_of, connect, connect_unix, listen
from harness.websocket import FrameReader, binary, close, noise, open_session

UPGRADES = 20 if LONG else 4
SECONDS = 60 if LONG else 4
STREAMS = 90 if LONG else 30
BULKS = 10 if LONG else 2
BULK_RATE = 5_000_000  # bytes a second, each way
SERVERS_PATH = "/wsServer"  # its target is dialled with the first data


class SessionsMade(Meanwhile):
    """Opens a session, has one frame echoed and closes it, all the time."""

    def __init__(self, port):
        super().__init__(0.01)
        self._port, self.count, self.failures = port, 0, []

    def once(self):
        try:
            with connect(self._port) as peer:
                open_session(peer)
                peer.sendall(binary(b"0123456789abcdef"))
                all_of(2 + 16, peer)
                peer.sendall(close(1000))
                all_of(4, peer)
            self.count += 1
        except (OSError, AssertionError) as e:
            self.failures.append(e)


class Machine:
    """A helped machine, whose session has said nothing so far."""

    def __init__(self, port):
        self._peer = open_session(connect(port), SERVERS_PATH)

    def speaks(self):
        self._peer.sendall(binary(b"hello"))
        return all_of(2 + 5, self._peer)[2:] == b"hello"

    def close(self):
        self._peer.close()


def start(folder, echo, mute):
    make_certificate(f"{folder}/cert.pem", f"{folder}/key.pem", "gate.example")
    targets = (
        "--viewer-target",
        f"127.0.0.1:{echo.port}",
        "--server-target",
        f"127.0.0.1:{echo.port}",
    )
    listeners = "--listen", "plain:127.0.0.1:0", "--listen", f"plain:unix:{folder}/gate.socket"
    secrets = "--cert", f"{folder}/cert.pem", "--key", f"{folder}/key.pem"
    gate = Gateway(
        sys.argv[2], "--admin-listen", "127.0.0.1:0", *targets, *listeners, *secrets,
        "--route", f"/stalled={address_of(mute)}", "--max-per-ip", "1000", start_new_session=True,
    )  # fmt: skip
    gate.tls_port = gate.port  # of the listener that every gateway of the harness has
    gate.port = gate.port_in(r"listening on 127\.0\.0\.1:(\d+)$")
    gate.admin_port = gate.port_in(r"admin_listening at=127\.0\.0\.1:(\d+)")
    return gate


def under_load(gate):
    peers = [(f"s{n}", open_session(connect(gate.port))) for n in range(STREAMS)]
    streams = Elsewhere(lambda: Streams(peers, 0.2, SECONDS / UPGRADES, WebStream))
    close_all([peer for _, peer in peers])
    bulks = [WebBulk(open_session(connect(gate.port)), BULK_RATE) for _ in range(BULKS)]
    machine = Machine(gate.port)
    upgrades = Upgrades(gate, has_keeper=False)
    began, most, pauses, before = time.monotonic(), 0, [], None
    with SessionsMade(gate.port) as made:
        for number in range(UPGRADES):
            line = upgrades.once()
            pauses.append(float(line.split(" pause=")[1].split()[0]))
            before = before or (descriptors(upgrades.pid), memory(upgrades.pid))
            time.sleep(max(0, began + (number + 1) * SECONDS / UPGRADES - time.monotonic()))
            most = max(most, len(processes_of(gate.pid)))
    broken, waits = streams.close()
    for each in bulks:
        each.close()
    broken += [repr(each.failure) for each in bulks if each.failure]
    figure("upgrades", upgrades.done, at_least=UPGRADES)
    figure("sessions made meanwhile", made.count, at_least=10)
    figure("... that failed", len(made.failures), at_most=0)
    figure(
        f"sessions that were cut or got wrong bytes, of {STREAMS + BULKS}", len(broken), at_most=0
    )
    longest = "the longest wait of a session around an upgrade"
    figure(f"{longest}, p99", 1000 * quantile(waits, 0.99), "ms", at_most=50 if LONG else 1000)
    figure(f"{longest}, at worst", 1000 * max(waits), "ms", at_most=200 if LONG else 2000)
    figure("a session in nobody's hands, at worst", 1000 * max(pauses), "ms",
           at_most=200 if LONG else 1000)  # fmt: skip
    figure("bulk", sum(each.received for each in bulks) / (time.monotonic() - began) / 1e6, "MB/s")
    figure("processes at most", most, at_most=6)
    figure("descriptors more", descriptors(upgrades.pid) - before[0], at_most=20)
    figure("memory more", memory(upgrades.pid) - before[1], "MB", at_most=20)
    figure("a session that had said nothing reaches its target", machine.speaks(), at_least=1)
    machine.close()
    sessions = made.count + STREAMS + BULKS + 1
    eventually(
        f"{sessions} sessions have ended, by all processes' numbers",
        lambda: ended(gate) == sessions,
    )
    figure("sessions that have ended, by all processes' numbers", ended(gate))
    return upgrades


def ended(gate):
    with urllib.request.urlopen(f"http://127.0.0.1:{gate.admin_port}/metrics") as answer:
        page = answer.read().decode()
    return sum(int(n) for n in re.findall(r"^wsgate_sessions_total\{.*\} (\d+)$", page, re.M))


def kept_through_tls(gate, upgrades):
    """Sessions with TLS stay where they are; tickets are good at the next process as well."""
    context = unverified()
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # whose tickets come with the handshake
    peer = open_session(context.wrap_socket(connect(gate.tls_port)))
    ticket = peer.session
    stream = WebStream("tls", peer, 0.05)
    before = upgrades.pid
    line = upgrades.once()
    if " kept=1 " not in line:
        raise AssertionError(line)
    time.sleep(0.5)
    with context.wrap_socket(connect(gate.tls_port), session=ticket) as again:
        figure("tickets that are good after an upgrade", again.session_reused, at_least=1)
    count = stream.blocks
    time.sleep(0.5)
    figure("blocks through a session with TLS after the upgrade", stream.blocks - count, at_least=2)
    stream.close()
    if stream.failure:
        raise AssertionError(stream.failure)
    eventually("the old process has ended", lambda: before not in processes_of(gate.pid))


class Stalled:
    """A session whose both ends send and do not read: what the gateway holds of it moves, too."""

    SIZE = 3_000_000
    FRAME = 30_000

    def __init__(self, port, target):
        self._client = open_session(connect(port), "/stalled")
        self._there = accept(target)
        self._up, self._down = random.Random(1).randbytes(self.SIZE), noise(self.SIZE)
        parts = [self._up[at : at + self.FRAME] for at in range(0, self.SIZE, self.FRAME)]
        self._threads = [
            threading.Thread(target=peer.sendall, args=[said], daemon=True)
            for peer, said in (
                (self._client, b"".join(map(binary, parts))),
                (self._there, self._down),
            )
        ]
        for each in self._threads:
            each.start()

    def read_all(self):
        """Whether every byte has come, both ways."""
        frames, down = FrameReader(), b""
        reader = threading.Thread(target=self._read_up)
        reader.start()
        while len(down) < self.SIZE:
            down += payload_of(frames.feed(self._client.recv(1 << 16)))
        reader.join()
        close_all([self._client, self._there])
        return down == self._down and self._came == self._up

    def _read_up(self):
        self._came = all_of(self.SIZE, self._there)


def through_stalls(gate, target, upgrades):
    stalled = Stalled(gate.port, target)
    for _ in range(2):
        time.sleep(0.3)
        upgrades.once()
    figure("a session that both ends have stalled is whole", stalled.read_all(), at_least=1)


def listens_on_its_file(path):
    if not stat.S_ISSOCK(os.stat(path).st_mode):
        raise AssertionError("the file of the Unix socket has gone")
    with connect_unix(path) as peer:
        open_session(peer)
    figure("a Unix listener has its file", 1)


def run():
    with tempfile.TemporaryDirectory() as folder:
        mute = listen()
        gate = start(folder, Echo(), mute)
        upgrades = under_load(gate)
        through_stalls(gate, mute, upgrades)
        kept_through_tls(gate, upgrades)
        listens_on_its_file(f"{folder}/gate.socket")
        os.kill(upgrades.pid, 15)
        eventually("all have ended", lambda: not processes_of(gate.pid))
        if Path(f"{folder}/gate.socket").exists():
            raise AssertionError("the file of the Unix socket is left over")


if __name__ == "__main__":
    run()
