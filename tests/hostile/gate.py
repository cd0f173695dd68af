#!/usr/bin/env python3
# Hostile clients of the gateway beside ten good sessions: gate.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
# With --long websockify goes through the same, where it is installed, for the table in
# docs/security.md.
import multiprocessing
import resource
import selectors
import shutil
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness import namespaces
from harness.daemons import Daemon, Gateway
from harness.figures import LONG, closing_all, cpu_time, descriptors, figure, memory
from harness.http import get, head_of
from harness.pairs import is_closed
from harness.patience import eventually
from harness.ports import free_port
from harness.sessions import Echo, Push, SessionsMeanwhile
from harness.sockets import all_of, connect, listens
from harness.websocket import BINARY, CLOSE, PING, FrameReader, frame, open_session, opening

HOST = "10.255.255.1"  # every address of 10.0.0.0/8 is ours
STRANGER, NEIGHBOUR = "10.1.0.1", "10.2.0.1"
SECONDS = 10 if LONG else 2
P99 = 50 if LONG else 500


class Wsgate(Gateway):
    """Has two targets: one that echoes, and on /push one that sends without end."""

    has_bars = True

    def __init__(self, echo, push, *options):
        targets = (
            "--viewer-target",
            f"127.0.0.1:{echo.port}",
            "--route",
            f"/push=127.0.0.1:{push.port}",
        )
        super().__init__(sys.argv[2], *targets, "--listen", f"{HOST}:0", *options)
        self.outside_port = self.port_in(rf"listening on {HOST}:(\d+)")

    def memory(self):
        return memory(self.pid)


class Websockify(Daemon):
    """The same of websockify, which has one target."""

    has_bars = False

    def __init__(self, target):
        self.port = free_port()
        where = f"127.0.0.1:{self.port}", f"127.0.0.1:{target.port}"
        super().__init__("websockify", *where, start_new_session=True)
        eventually("websockify listens", lambda: listens(self.port))

    def memory(self):
        """Of it and of its child for each connection; what they share counts once."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii").split()
        return memory(self.pid) + sum(map(own_memory, children))


def own_memory(pid):
    """MB that no other process has as well."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def tell(subject, what, value, unit="", at_most=None, at_least=None):
    """Prints the figure; only our own is held against its bars."""
    bars = {"at_most": at_most, "at_least": at_least} if subject.has_bars else {}
    figure(f"{type(subject).__name__}: {what}", value, unit, **bars)


class Beside:
    """Ten good sessions, and what the subject takes meanwhile."""

    def __init__(self, subject, what, port=None, most=40, p99=P99, **how):
        self._subject, self._what, self._most, self._p99 = subject, what, most, p99
        self._before = subject.memory()
        self._good = SessionsMeanwhile(port or subject.port, **how)

    def __enter__(self):
        self._good.__enter__()
        return self

    def look(self):
        grown = self._subject.memory() - self._before
        tell(self._subject, f"{self._what}: memory more", grown, "MB", at_most=self._most)

    def __exit__(self, *failure):
        self._good.__exit__(*failure)
        if failure[0] is None:
            good, what = self._good, self._what
            tell(self._subject, f"{what}: good sessions that failed", len(good.failures), at_most=0)
            if good.times:
                p99 = good.milliseconds(0.99)
                tell(self._subject, f"{what}: good sessions' p99", p99, "ms", at_most=self._p99)


def mute(subject):
    count = 500 if LONG else 100
    with Beside(subject, f"{count} that say nothing") as beside, closing_all([]) as peers:
        for _ in range(count):
            peers.append(connect(subject.port))
        time.sleep(SECONDS)
        beside.look()


def endless_heads(subject):
    """Each has as much of a head as is taken, and never comes to its end."""
    count, field = (200 if LONG else 50), b"X-Filler: " + b"x" * 4000 + b"\r\n"
    with Beside(subject, f"{count} heads of 60 kB without an end") as beside:
        with closing_all([]) as peers:
            for _ in range(count):
                peers.append(connect(subject.port))
                try:
                    peers[-1].sendall(get("/websockify")[:-2] + 15 * field)
                except OSError:
                    pass  # it was refused already
            time.sleep(SECONDS)
            beside.look()


def large_heads(subject):
    """The largest head that is taken, and one that is larger."""
    for size, status in (60_000, "404"), (70_000, "431"):
        with connect(subject.port) as peer:
            peer.sendall(get("/none", ("X-Filler", "x" * size)))
            answer = head_of(peer)
        if not answer.startswith(f"HTTP/1.1 {status} "):
            raise AssertionError(f"a head of {size} bytes: {answer}")
        figure(f"Wsgate: a head of {size} bytes is answered by", int(status))


def slow_readers(subject):
    """Their target sends without end; they take nothing."""
    count = 200 if LONG else 30
    with Beside(subject, f"{count} that read nothing", most=80) as beside:
        with closing_all([]) as peers:
            for _ in range(count):
                peers.append(open_session(connect(subject.port), "/push"))
            time.sleep(SECONDS)
            beside.look()


def huge_frames(subject):
    """2^63-1 bytes are announced, and some of them come."""
    count, some = (50 if LONG else 10), bytes(1 << 16)
    with Beside(subject, f"{count} frames that announce 2^63-1 bytes") as beside:
        with closing_all([]) as peers:
            for _ in range(count):
                peers.append(open_session(connect(subject.port)))
                peers[-1].sendall(frame(BINARY, length=2**63 - 1, form=2))
                peers[-1].setblocking(False)
            began = time.monotonic()
            while time.monotonic() - began < SECONDS:
                for peer in peers:
                    push(peer, some)
                time.sleep(0.01)
            beside.look()


def push(peer, data):
    """Sends what is taken at once, and reads what has come."""
    for step in (lambda: peer.send(data), lambda: drain(peer)):
        try:
            step()
        except (BlockingIOError, ConnectionError):
            pass


def drain(peer):
    while peer.recv(1 << 16):
        pass


def impossible_frame(subject):
    """A length of 2^63 is against the rules: 1002."""
    with open_session(connect(subject.port)) as peer:
        peer.sendall(frame(BINARY, length=2**63, form=2))
        reader = FrameReader()
        (got,) = reader.feed(all_of(4, peer) + peer.recv(200))
    if got.opcode != CLOSE or got.code() != 1002:
        raise AssertionError(f"{got}")
    figure("Wsgate: a frame of 2^63 bytes is answered by", got.code())


def send_pings(port, count, seconds, reads):
    """As fast as they are taken, on so many sessions, with or without reading the pongs."""
    block = frame(PING) * 10_000
    peers = [open_session(connect(port)) for _ in range(count)]
    until = time.monotonic() + seconds
    with selectors.DefaultSelector() as ready:
        for peer in peers:
            peer.setblocking(False)
            events = selectors.EVENT_WRITE | (selectors.EVENT_READ if reads else 0)
            ready.register(peer, events, [block])
        while time.monotonic() < until:
            for key, events in ready.select(0.1):
                left = key.data
                try:
                    if events & selectors.EVENT_READ:
                        key.fileobj.recv(1 << 16)
                    if events & selectors.EVENT_WRITE:
                        # The rest of a block goes on where the last one was cut.
                        left[0] = left[0][key.fileobj.send(left[0]) :] or block
                except BlockingIOError:
                    pass
                except OSError:
                    ready.unregister(key.fileobj)


def ping_floods(subject):
    count = 10
    for reads in True, False:
        how = "that read the pongs" if reads else "that read nothing"
        # Who floods and both workers take all of two cores: what is measured is the queue for them.
        with Beside(subject, f"{count} ping floods {how}", p99=10 * P99) as beside:
            flood = multiprocessing.Process(
                target=send_pings, args=(subject.port, count, SECONDS, reads), daemon=True
            )
            flood.start()
            time.sleep(SECONDS / 2)
            beside.look()
            flood.join()


def attempts(port, seconds, results):
    """Opening handshakes of a stranger, one after the other on new connections; the statuses."""
    statuses, until = {}, time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with connect(port, HOST, STRANGER) as peer:
                peer.sendall(opening())
                status = head_of(peer).split()[1]
        except (OSError, AssertionError):
            status = "closed"
        statuses[status] = statuses.get(status, 0) + 1
    results.put(statuses)


def upgrade_flood(subject):
    """A source has its rate of attempts at sessions, and another one notices nothing."""
    before = descriptors(subject.pid)
    results = multiprocessing.Queue()
    outside = {"host": HOST, "source": NEIGHBOUR}
    with Beside(subject, "an upgrade flood", subject.outside_port, **outside) as beside:
        flood = multiprocessing.Process(
            target=attempts, args=(subject.outside_port, SECONDS, results), daemon=True
        )
        began = time.monotonic()
        flood.start()
        statuses = results.get()
        passed = time.monotonic() - began
        flood.join()
        beside.look()
    figure("Wsgate: attempts of a source", sum(statuses.values()) / passed, "/s")
    figure("Wsgate: sessions, of what its rate allows", statuses["101"] / (200 + 20 * passed),
           at_most=1.05)  # fmt: skip
    figure("Wsgate: answered by 429", statuses.get("429", 0))
    eventually("all are closed", lambda: descriptors(subject.pid) <= before)


def connection_flood(subject):
    """A source has its rate of connections; the others are closed at once."""
    taken = came = 0
    outside = {"host": HOST, "source": NEIGHBOUR}
    with Beside(subject, "a connection flood", subject.outside_port, **outside) as beside:
        spent, began = cpu_time(subject.pid), time.monotonic()
        while (passed := time.monotonic() - began) < 2 * SECONDS:
            with connect(subject.outside_port, HOST, "10.3.0.1") as peer:
                came += 1
                try:
                    peer.sendall(get("/healthz"))
                    taken += head_of(peer).startswith("HTTP/1.1 200 ")
                except (OSError, AssertionError):
                    pass
        spent = cpu_time(subject.pid) - spent
        beside.look()
    figure("Wsgate: connections of a source", came / passed, "/s")
    figure("Wsgate: taken, of what its rate allows", taken / (300 + 50 * passed), at_most=1.05)
    figure("Wsgate: CPU of all", spent / passed, "cores", at_most=1)


def held_by_a_source(subject):
    with closing_all([connect(subject.outside_port, HOST, "10.4.0.1") for _ in range(140)]) as held:
        subject.says(r"refused .*--max-handshakes-per-source")
        waiting = sum(not is_closed(peer, 0.05) for peer in held)
    figure("Wsgate: connections of a source that send no request", waiting, at_least=128,
           at_most=128)  # fmt: skip


def both(echo, push):
    """What websockify can be asked as well."""
    subjects = [Wsgate(echo, push)]
    if LONG and shutil.which("websockify"):
        subjects.append(Websockify(echo))
    for part in mute, endless_heads, huge_frames, ping_floods:
        for subject in subjects:
            part(subject)
    for part in slow_readers, large_heads, impossible_frame:
        part(subjects[0])
    for subject in subjects[1:]:
        subject.kill()
        subject = Websockify(push)
        slow_readers_of_websockify(subject, echo)
        subject.kill()
    return subjects[0]


def slow_readers_of_websockify(subject, echo):
    """It leads to one target, so that another one of them carries the good sessions."""
    other = Websockify(echo)
    count = 200
    with Beside(subject, f"{count} that read nothing", other.port) as beside:
        with closing_all([]) as peers:
            for _ in range(count):
                peers.append(open_session(connect(subject.port)))
            time.sleep(SECONDS)
            beside.look()
    other.kill()


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    namespaces.run("ip", "route", "add", "local", "10.0.0.0/8", "dev", "lo")
    gateway = both(Echo(), Push())
    for part in upgrade_flood, connection_flood, held_by_a_source:
        part(gateway)
    gateway.stop()


if __name__ == "__main__":
    namespaces.enter("--net")
    main()
