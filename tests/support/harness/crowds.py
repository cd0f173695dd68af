# Many peers of a repeater that is replaced or crashes under them.
# SPDX-License-Identifier: EUPL-1.2
import contextlib
import multiprocessing
import os
import signal
import socket
import threading
import time
from pathlib import Path

from .pairs import close_all
from .patience import PATIENCE, eventually
from .processes import stat_of
from .rfb import BANNER, SERVER_BANNER, hello
from .sockets import all_of, connect, exactly
from .websocket import BINARY, PING, FrameReader, binary


def children_of(pid):
    """Process numbers, the youngest last."""
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def processes_of(session):
    """All of the session that this process began, but for those that have ended."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, _, _, of = stat_of(entry.name)[:4]
                if int(of) == session and state != "Z":
                    found.append(int(entry.name))
    return found


class Waiting:
    """Servers that wait, each with a greeting of its own behind its hello."""

    def __init__(self, repeater):
        self._repeater, self._number, self.peers = repeater, 0, {}

    @staticmethod
    def greeting(number):
        return SERVER_BANNER + f"<{number}>".encode()

    def add(self, count):
        for _ in range(count):
            self._number += 1
            peer = connect(self._repeater.server_port)
            peer.sendall(hello(f"ID:waits_{self._number}") + self.greeting(self._number))
            self.peers[self._number] = peer

    def meet(self, number):
        """A viewer comes for it. The greeting must be whole, and the two joined."""
        with self.peers.pop(number) as server:
            with connect(self._repeater.viewer_port) as viewer:
                viewer.sendall(hello(f"ID:waits_{number}"))
                wanted = BANNER + self.greeting(number)
                got = all_of(len(wanted), viewer)
                if got != wanted:
                    raise AssertionError(f"server {number}: {got!r}")
                viewer.sendall(b"met")
                if all_of(3, server) != b"met":
                    raise AssertionError(f"server {number} is not joined")

    def meet_all(self):
        for number in list(self.peers):
            self.meet(number)

    def close(self):
        close_all(self.peers.values())
        self.peers.clear()


def seconds_until_it_answers(port):
    """Until the repeater greets a viewer. None may be refused, but a process that ends takes with
    it whom it had accepted."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        with connect(port) as viewer, contextlib.suppress(ConnectionResetError):
            if exactly(len(BANNER), viewer) == BANNER:
                break
    return time.monotonic() - began


class Stream:
    """A live pair through which numbered blocks go, both ways, all the time; remembers how long
    either side had to wait for one, at the longest in each period."""

    SIZE = 1000

    def __init__(self, name, pair, pause, period=1.0):
        self.name, self._pair, self._pause, self._period = name, pair, pause, period
        self._over = threading.Event()
        self.failure, self.blocks, self._waits = None, 0, {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def block(self, number):
        text = f"<{self.name} {number}>".encode()
        return (text * (self.SIZE // len(text) + 1))[: self.SIZE]

    def exchange(self, block):
        server, viewer = self._pair
        for sender, receiver in ((server, viewer), (viewer, server)):
            self.pass_on(block, sender.sendall, lambda peer=receiver: all_of(self.SIZE, peer))

    def pass_on(self, block, send, receive):
        began = time.monotonic()
        send(block)
        if receive() != block:
            raise AssertionError(f"{self.name}: wrong bytes")
        self._note(began, time.monotonic() - began)

    def _run(self):
        try:
            while not self._over.wait(self._pause):
                self.exchange(self.block(self.blocks))
                self.blocks += 1
        except (OSError, AssertionError) as e:
            self.failure = e

    def _note(self, began, waited):
        period = int(began / self._period)
        self._waits[period] = max(self._waits.get(period, 0), waited)

    @property
    def waits(self):
        """Seconds, one of each period."""
        return list(self._waits.values())

    def close(self):
        self._over.set()
        self._thread.join()
        close_all(self._pair)


class WebStream(Stream):
    """The same through a WebSocket to a target that echoes. Each frame comes in two parts."""

    def __init__(self, name, peer, pause, period=1.0):
        self._frames, self._payload = FrameReader(), b""
        super().__init__(name, (peer,), pause, period)

    def exchange(self, block):
        (peer,) = self._pair
        said = binary(block)
        cut = 1 + (7 * self.blocks) % (len(said) - 1)
        peer.sendall(said[:cut])
        time.sleep(self._pause / 4)
        self.pass_on(block, lambda _: peer.sendall(said[cut:]), self._receive)

    def _receive(self):
        (peer,) = self._pair
        while len(self._payload) < self.SIZE:
            got = peer.recv(1 << 16)
            if not got:
                raise AssertionError(f"{self.name}: the session has ended")
            self._payload += payload_of(self._frames.feed(got))
        block, self._payload = self._payload[: self.SIZE], self._payload[self.SIZE :]
        return block


def payload_of(frames):
    payload = b""
    for each in frames:
        if each.flaw or each.opcode not in (BINARY, PING):
            raise AssertionError(f"a frame of another kind came: {each}")
        payload += each.payload if each.opcode == BINARY else b""
    return payload


class Bulk:
    """A live pair that sends one way, as fast as it goes or so many bytes a second; the receiver
    knows each byte."""

    BLOCK = bytes(range(256)) * 256

    def __init__(self, pair, rate=None):
        (self._server, self._viewer), self._rate = pair, rate
        self._over = threading.Event()
        self.failure, self.received = None, 0
        self._threads = [threading.Thread(target=each, daemon=True) for each in
                         (self._send, self._receive)]  # fmt: skip
        for each in self._threads:
            each.start()

    def _send(self):
        began, sent = time.monotonic(), 0
        try:
            while not self._over.is_set():
                if self._rate:
                    time.sleep(max(0, began + sent / self._rate - time.monotonic()))
                self.send_block()
                sent += len(self.BLOCK)
            self.end()
        except OSError as e:
            self.failure = self.failure or e

    def send_block(self):
        self._server.sendall(self.BLOCK)

    def end(self):
        self._server.shutdown(socket.SHUT_WR)

    def _receive(self):
        buffer = bytearray(1 << 18)
        try:
            while size := self._viewer.recv_into(buffer):
                self.take(memoryview(buffer)[:size])
        except (OSError, AssertionError) as e:
            self.failure = self.failure or e

    def take(self, got):
        at = self.received % 256
        wanted = self.BLOCK[at:] + self.BLOCK * (len(got) // len(self.BLOCK) + 1)
        if got != wanted[: len(got)]:
            raise AssertionError("wrong bytes")
        self.received += len(got)

    def close(self):
        self._over.set()
        for each in self._threads:
            each.join()
        close_all([self._server, self._viewer])


class WebBulk(Bulk):
    """The same through a WebSocket to a target that echoes."""

    def __init__(self, peer, rate):
        self._frames, self._sent = FrameReader(), 0
        super().__init__((peer, peer), rate)

    def send_block(self):
        self._server.sendall(binary(self.BLOCK))
        self._sent += len(self.BLOCK)

    def end(self):
        """Once all is back: the target echoes nothing after its end."""
        end = time.monotonic() + PATIENCE
        while self.received < self._sent and not self.failure:
            if time.monotonic() > end:
                raise OSError(f"{self._sent - self.received} bytes did not come back")
            time.sleep(0.01)
        self._server.shutdown(socket.SHUT_RDWR)

    def take(self, got):
        super().take(payload_of(self._frames.feed(bytes(got))))


class Elsewhere:
    """Has something done in a process of its own, until it is over: threads of one Python wait for
    one another, which would be taken for the repeater's doing. To be begun before there are other
    threads."""

    def __init__(self, begin):
        """`begin()` returns what is closed at the end, by close() that returns the result."""
        fork = multiprocessing.get_context("fork")
        self._ours, theirs = fork.Pipe()
        self._process = fork.Process(target=self._run, args=(begin, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._ours.recv()

    @staticmethod
    def _run(begin, pipe):
        begun = begin()
        pipe.send("begun")
        pipe.recv()
        pipe.send(begun.close())

    def close(self):
        self._ours.send("over")
        result = self._ours.recv()
        self._process.join()
        return result


class Streams:
    """Pairs that send blocks; at the end, what went wrong and all their waits."""

    def __init__(self, named_pairs, pause, period, kind=Stream):
        self._all = [kind(name, pair, pause, period) for name, pair in named_pairs]

    def close(self):
        for each in self._all:
            each.close()
        return [repr(each.failure) for each in self._all if each.failure], [
            wait for each in self._all for wait in each.waits
        ]


class Connects:
    """Connects and closes so often a second; at the end, how often, and what was refused."""

    def __init__(self, port, rate):
        self._port, self._rate, self._over = port, rate, threading.Event()
        self._count, self._refused = 0, []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        began = time.monotonic()
        while not self._over.is_set():
            time.sleep(max(0, began + self._count / self._rate - time.monotonic()))
            try:
                connect(self._port).close()
            except OSError as e:
                self._refused.append(repr(e))
            self._count += 1

    def close(self):
        self._over.set()
        self._thread.join()
        return self._count, self._refused


class Upgrades:
    """Has a repeater replaced, and waits for what its log says of that. With a keeper it is the
    keeper that is asked, each time; otherwise whoever has taken over last."""

    def __init__(self, repeater, has_keeper):
        self._repeater, self._has_keeper = repeater, has_keeper
        self.pid, self.done, self.failed = repeater.pid, 0, 0

    def once(self):
        """Returns the line that says what moved."""
        os.kill(self.pid, signal.SIGUSR2)
        self.done += 1
        line = self._repeater.line_with(r" upgraded ", self.done)
        if not self._has_keeper:
            self.pid = int(line.split(" to_pid=")[1].split()[0])
        return line

    def in_vain(self):
        """Of one that cannot be: the line that says why."""
        os.kill(self.pid, signal.SIGUSR2)
        self.failed += 1
        return self._repeater.line_with(r" upgrade_failed ", self.failed)


def serving_child(keeper):
    """Of a keeper that has one child."""

    def one():
        found = children_of(keeper)
        return found[0] if len(found) == 1 else None

    return eventually("the keeper has one child", one)
