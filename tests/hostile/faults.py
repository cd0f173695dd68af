#!/usr/bin/env python3
# Each system call and each allocation fails, one and several at a time: faults.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
#
# A life is all that a pair or a WebSocket session goes through. With a fault in it, whoever was hit
# is refused or cut off, or the process ends at once, with a message and an exit code; anything else
# is a failure: a crash, a hang, a port where nobody is served any more, bytes that reach somebody
# else, a session beside it that loses some, an end that TERM does not bring.
#
# The fast form takes of each kind of call a sample that is evenly spread (30 in a life, or 10, 4 at
# the start, 4 at the end, one error each), and 300 seeds of several faults at once; the long one
# takes every call with every error, and 10 000 seeds.
import concurrent.futures
import contextlib
import os
import random
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.certificates import make_certificate
from harness.daemons import DidNotStart, Gateway, Repeater
from harness.faults import CALLS, ERRORS, Faults
from harness.figures import LONG, figure
from harness.pairs import close_all
from harness.rfb import BANNER, SERVER_BANNER, hello
from harness.sockets import accept, address_of, connect, listen
from harness.websocket import BINARY, CLOSE, FrameReader, binary, close, opening

SOON = 3  # seconds in which somebody is served, refused or cut off
SOON_IN_SESSION = 13  # what a side has sent is delivered for 5 s after the other is lost, twice
SEEDS = 10_000 if LONG else 300


class Broken(AssertionError):
    """What must not happen, whatever fails."""


def stream_of(name, size):
    """Bytes that say at each place whose they are."""
    word = f"<{name}>".encode()
    return (word * (size // len(word) + 1))[:size]


class Peer:
    """One end, which takes what comes until it has what it wants, or is closed."""

    def __init__(self, name, peer):
        self.name, self.socket = name, peer
        self.got, self.is_closed = b"", False

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            self.is_closed = True

    def take(self, seconds):
        """Whether something came in time, or the end."""
        self.socket.settimeout(max(seconds, 0.001))
        try:
            part = self.socket.recv(1 << 16)
        except TimeoutError:
            return False
        except OSError:
            part = b""
        self.got += part
        self.is_closed = self.is_closed or not part
        return True

    def take_until(self, wanted, end):
        """Whether the bytes came; the end of the connection ends the wait as well."""
        while len(self.got) < len(wanted) and not self.is_closed and time.monotonic() < end:
            self.take(end - time.monotonic())
        return self.has(wanted)

    def has(self, wanted):
        return self.got == wanted

    def must_not_be_anothers(self, wanted, refusals=(b"RFB 003.",)):
        """What came is a part of what is its own, or says that it is refused."""
        n = min(len(self.got), len(wanted))
        if self.got[:n] != wanted[:n] and not self.got[len(BANNER) :].startswith(refusals):
            raise Broken(f"{self.name} got bytes of somebody else: {self.got[:200]!r}")


class Subject:
    """A program that runs with the library; it is started again when it has ended as it may."""

    def __init__(self, start):
        self._start = start
        self.faults = Faults(sys.argv[1])
        self.exits = 0
        self.start()

    def start(self, *faults):
        """With faults, it may end before it listens: False then."""
        self.faults.close()
        self.faults = Faults(sys.argv[1])
        self.faults.arm(*faults)
        try:
            self.program = self._start({**os.environ, **self.faults.environment})
        except DidNotStart as e:
            self.program = e.program
            if not faults or not self.has_ended():
                raise Broken(f"it does not start, nor end: {self.program.said()[-600:]}") from None
            return False
        return True

    def ends_soon(self, within):
        end = time.monotonic() + within
        while self.program.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        return self.program.poll() is not None

    def has_ended(self):
        """Whether it has ended, as it may: by itself, with a message and a code."""
        code = self.program.poll()
        if code is None:
            return False
        said = self.program.all_said()
        self.exits += 1
        if code <= 0 or code == 99 or not said.strip():
            raise Broken(f"it ended with {code}, and said {said[-600:]!r}")
        return True

    def must_end(self, seconds=5, codes=range(0, 99)):
        try:
            code = self.program.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Broken("TERM does not end it") from None
        said = self.program.all_said()
        if code not in codes or (code != 0 and not said.strip()):
            raise Broken(f"it ended with {code}, and said {said[-600:]!r}")

    def close(self):
        self.program.kill()
        self.faults.close()


class Lives:
    """Lives that one subject goes through, beside a bystander that none of it may touch. A kind of
    life says how to serve, how the bystander comes, goes and exchanges, and what a life is."""

    def __init__(self):
        self._number = 0
        self.subject = Subject(self._run)

    def _next(self, what):
        self._number += 1
        return f"{what}_{self._number}"

    def check(self):
        """The process still does all that it is for, or has ended as it may."""
        if self.subject.has_ended():
            self.begin()
            return
        try:
            self._exchange()
            self._serve("clean")
        except (Broken, OSError):
            if not self.subject.ends_soon(1) or not self.subject.has_ended():
                raise
            self.begin()

    def begin(self):
        """A new process where the last one has ended, and a bystander."""
        self._end_of_bystander()
        if self.subject.program.poll() is not None and not self.subject.start():
            raise Broken("it does not start without a fault")
        self._begin_bystander()

    def starts(self, *faults):
        """A start with faults; who comes up must serve, and end at TERM."""
        self.subject.program.kill()
        if not self.subject.start(*faults):
            return
        self.subject.faults.disarm()
        try:
            self._serve("first")
        except (Broken, OSError):
            self.subject.ends_soon(1)
        if not self.subject.has_ended():
            self._serve("second")
            self.subject.program.terminate()
            self.subject.must_end()

    def close(self):
        self._end_of_bystander()
        self.subject.close()


class PairLives(Lives):
    """The repeater. `size`: bytes each way. Threads and splicing as the options say."""

    def __init__(self, *options, size):
        self._options, self._size = options, size
        self._bystanders = None
        super().__init__()

    def _run(self, environment):
        options = "--bind", "127.0.0.1", "--log-format", "text", "--mode1", "off", *self._options
        return Repeater(sys.argv[1], *options, env=environment)

    def _server(self, name):
        peer = Peer(f"server {name}", connect(self.subject.program.server_port))
        peer.send(hello(f"ID:{name}") + SERVER_BANNER + stream_of(name, self._size))
        return peer

    def _viewer(self, name, end):
        peer = Peer(f"viewer {name}", connect(self.subject.program.viewer_port))
        peer.take_until(BANNER, end)
        peer.send(hello(f"ID:{name}") + stream_of(name, self._size))
        return peer

    def wanted(self, peer, name):
        theirs = stream_of(name, self._size)
        return BANNER + SERVER_BANNER + theirs if peer.name.startswith("viewer") else theirs

    def _served(self, peer, name, end):
        wanted = self.wanted(peer, name)
        is_served = peer.take_until(wanted, end)
        peer.must_not_be_anothers(wanted)
        return is_served

    def life(self, faults=()):
        """A pair, from its arrival to its end, with faults in it; then the same without."""
        name, end = self._next("life"), time.monotonic() + SOON
        self.subject.faults.arm(*faults)
        peers = []
        try:
            self._live(name, peers, end)
        except OSError:  # the process is about to end
            if not self.subject.ends_soon(SOON):
                raise
        finally:
            self.subject.faults.disarm()
            close_all(peer.socket for peer in peers)

    def _live(self, name, peers, end):
        peers.append(server := self._server(name))
        peers.append(viewer := self._viewer(name, end))
        both = [viewer, server]
        while time.monotonic() < end and not self._are_served(both, name):
            if any(peer.is_closed for peer in both):
                break
            if (
                not any(peer.take(0.02) for peer in both)
                and self.subject.program.poll() is not None
            ):
                break
        self.subject.faults.disarm()
        if self._are_served(both, name) or self.subject.ends_soon(0):
            return
        # One was refused or cut off. The other is as well, or it waits and can be met.
        for peer, other in ((viewer, self._server), (server, lambda n: self._viewer(n, end))):
            if peer.is_closed or self._is_cut(peer, both):
                continue
            end = time.monotonic() + SOON
            peers.append(other(name))
            while not self._served(peer, name, time.monotonic() + 0.1) and not peer.is_closed:
                if self.subject.ends_soon(0):
                    return
                if time.monotonic() > end:
                    raise Broken(f"{peer.name} hangs with {len(peer.got)} bytes")

    def _are_served(self, both, name):
        for peer in both:
            peer.must_not_be_anothers(self.wanted(peer, name))
        return all(peer.has(self.wanted(peer, name)) for peer in both)

    def _is_cut(self, peer, both):
        """It has had bytes of its partner: then it waits for nobody, and the end must come. Both
        read meanwhile, as who does not may keep a pair in the midst of its end for long."""
        had = len(peer.got) > (len(BANNER) if peer.name.startswith("viewer") else 0)
        end = time.monotonic() + SOON
        while had and not peer.is_closed and time.monotonic() < end:
            for each in both:
                if not each.is_closed:
                    each.take(0.02)
        if had and not peer.is_closed:
            raise Broken(f"{peer.name} hangs in the midst, with {len(peer.got)} bytes")
        return had

    def _serve(self, what):
        name, end = self._next(what), time.monotonic() + SOON
        server, viewer = self._server(name), self._viewer(name, end)
        try:
            for peer in (viewer, server):
                if not self._served(peer, name, end):
                    raise Broken(f"nobody is served any more: {peer.name} has {peer.got[:50]!r}")
        finally:
            close_all([server.socket, viewer.socket])

    def _begin_bystander(self):
        """A pair."""
        end = time.monotonic() + SOON
        self._bystanders = [self._server("beside"), self._viewer("beside", end)]
        for peer in self._bystanders:
            if not self._served(peer, "beside", end):
                raise Broken("no pair can be made without a fault")

    def _exchange(self):
        server, viewer = self._bystanders
        for peer, other in ((server, viewer), (viewer, server)):
            peer.got = b""
            other.send(stream_of("beside", 500))
            if not peer.take_until(stream_of("beside", 500), time.monotonic() + SOON):
                raise Broken(f"a session beside it lost bytes: {peer.name} has {peer.got[:50]!r}")

    def ends(self, *faults):
        """TERM with faults, while a pair lives and one waits."""
        self.subject.program.kill()
        self.begin()
        waiting = self._server("waits")
        self.subject.faults.arm(*faults)
        self.subject.program.terminate()
        while not waiting.is_closed and waiting.take(SOON):
            pass
        self._end_of_bystander()
        self.subject.must_end()
        waiting.socket.close()

    def _end_of_bystander(self):
        close_all(peer.socket for peer in self._bystanders or [])
        self._bystanders = None


class Echo:
    """A target that answers with what it gets."""

    def __init__(self):
        self.listener = listen()
        self.listener.settimeout(None)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(
                    target=self._echo, args=[accept(self.listener)], daemon=True
                ).start()

    def close(self):
        self.listener.close()

    @staticmethod
    def _echo(peer):
        with contextlib.suppress(OSError), peer:
            while part := peer.recv(1 << 16):
                peer.sendall(part)


class SessionLives(Lives):
    """The gateway, in front of a target that answers with what it gets; over TLS or not."""

    SIZE = 3000

    def __init__(self, *options, tls=False):
        self._echo, self._folder = Echo(), tempfile.TemporaryDirectory()
        self._options = ("--viewer-target", address_of(self._echo.listener), *options)
        self._trust = self._bystander = None
        if tls:
            both = f"{self._folder.name}/both.pem"
            make_certificate(both, both, "localhost")
            self._options += "--cert", both, "--key", both
            self._trust = ssl.create_default_context(cafile=both)
        super().__init__()

    def _run(self, environment):
        return Gateway(sys.argv[2], *self._options, env=environment)

    def _client(self, name):
        peer = connect(self.subject.program.port)
        peer.settimeout(SOON_IN_SESSION)
        if self._trust:
            peer = self._trust.wrap_socket(peer, server_hostname="localhost")
        return Session(name, peer)

    def life(self, faults=()):
        name, session = self._next("life"), None
        self.subject.faults.arm(*faults)
        try:
            session = self._client(name)
            session.run(self.SIZE)
        except OSError as e:
            if isinstance(e, TimeoutError) and self.subject.program.poll() is None:
                raise Broken(f"{name} hangs") from None
        finally:
            self.subject.faults.disarm()
            if session:
                session.close()

    def _exchange(self):
        self._bystander.exchange(500)

    def _serve(self, what):
        try:
            session = self._client(self._next(what))
            with contextlib.closing(session):
                if session.run(self.SIZE):
                    return
        except OSError as e:
            raise Broken(f"nobody is served any more: {e}") from None
        raise Broken("nobody is served any more")

    def _begin_bystander(self):
        self._bystander = self._client("beside")
        if not self._bystander.opens():
            raise Broken("no session without a fault")
        self._bystander.exchange(100)

    def ends(self, *faults):
        self.subject.program.kill()
        self.begin()
        self.subject.faults.arm(*faults)
        self.subject.program.terminate()
        self._bystander.answer_close()
        self.subject.must_end(8)
        self._end_of_bystander()

    def _end_of_bystander(self):
        if self._bystander:
            self._bystander.close()
        self._bystander = None

    def close(self):
        super().close()
        self._echo.close()
        self._folder.cleanup()


class Session:
    """A WebSocket client, whose bytes say whose they are."""

    def __init__(self, name, peer):
        self.name, self._peer = name, peer
        self._frames, self._ahead = FrameReader(), []

    def opens(self):
        """Whether it is a session; otherwise it is refused or cut off."""
        self._peer.sendall(opening())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            part = self._peer.recv(1)
            if not part:
                return False
            head += part
        return head.startswith(b"HTTP/1.1 101 ")

    def _frame(self):
        while not self._ahead:
            part = self._peer.recv(1 << 16)
            if not part:
                return None
            self._ahead += self._frames.feed(part)
        return self._ahead.pop(0)

    def echoes(self, size):
        wanted, got = stream_of(self.name, size), b""
        self._peer.sendall(binary(wanted))
        while len(got) < size:
            frame = self._frame()
            if frame is None or frame.opcode == CLOSE:
                return False
            if frame.opcode == BINARY:
                got += frame.payload
            if got != wanted[: len(got)]:
                raise Broken(f"{self.name} got bytes of somebody else: {got[:200]!r}")
        return True

    def exchange(self, size):
        try:
            if self.echoes(size):
                return
        except OSError:
            pass
        raise Broken(f"a session beside it lost bytes: {self.name}")

    def run(self, size):
        if not self.opens() or not self.echoes(size):
            return False
        self._peer.sendall(close(1000))
        while frame := self._frame():
            if frame.opcode == CLOSE:
                return True
        return False

    def answer_close(self):
        """Takes what comes up to the gateway's Close, and answers that."""
        with contextlib.suppress(OSError):
            while (frame := self._frame()) and frame.opcode != CLOSE:
                pass
            self._peer.sendall(close(1001))

    def close(self):
        self._peer.close()


def sample(numbers, most):
    """All in the long form, otherwise at most so many, evenly spread."""
    numbers = list(numbers)
    if LONG or len(numbers) <= most:
        return numbers
    return [numbers[i * len(numbers) // most] for i in range(most)]


def calls_of(lives, act):
    """How many calls of each kind it makes."""
    before = lives.subject.faults.counts()
    act()
    after = lives.subject.faults.counts()
    return {call: after[call] - before[call] for call in CALLS}


def single_faults(counts, most, slack=1.1):
    """Every one of the calls with every error, of which a sample is taken; a few more than were
    counted, since no two lives are quite the same."""
    for call in CALLS:
        numbers = range(1, int(counts[call] * slack) + 2 if counts[call] else 0)
        for number in sample(numbers, most):
            errors = ERRORS[call]
            for error in errors if LONG else [errors[number % len(errors)]]:
                yield (call, number, error, 1)
                if call == "allocate" and (LONG or number % 2):  # the reserve is not enough
                    yield (call, number, error, 2)


def several(seed, counts):
    """The faults of one seed."""
    chance = random.Random(seed)
    made = [call for call in CALLS if counts[call]]
    for _ in range(chance.randint(2, 6)):
        call = chance.choice(made)
        number = chance.randint(1, counts[call] + 1)
        yield (call, number, chance.choice(ERRORS[call]), chance.choice((1, 1, 1, 2, 3, 20)))


class Tally:
    """How many faults there were, and what must not have happened."""

    def __init__(self, what, lives):
        self.what, self.tried, self.broken, self.began = what, 0, 0, time.monotonic()
        self._lives, self._exits = lives, lives.subject.exits

    def attempt(self, act, *faults):
        self.tried += 1
        try:
            act(*faults)
        except (Broken, OSError, AssertionError, subprocess.TimeoutExpired) as e:
            self.broken += 1
            print(f"  {self.what}: {faults}: {e!r}"[:800], flush=True)
            self._lives.subject.program.kill()
            self._lives.begin()

    def figures(self):
        """Prints them; returns how much happened that must not."""
        exits = self._lives.subject.exits - self._exits
        seconds = time.monotonic() - self.began
        print(
            f"{self.what}: {self.tried} in {seconds:.1f} s; {exits} ended the process,"
            f" {self.broken} did what must not happen",
            flush=True,
        )
        return self.broken


def warmed_up(lives):
    """Ready to suffer; returns how many calls a life makes."""
    lives.begin()
    for _ in range(3):  # the first ones fill caches
        lives.life()
    return calls_of(lives, lives.life)


def suffering(lives):
    def suffer(*faults):
        lives.life(faults)
        lives.check()

    return suffer


def one_by_one(what, make, most):
    """Single faults in lives that one process serves after another."""
    with contextlib.closing(make()) as lives:
        counts = warmed_up(lives)
        tally = Tally(f"{what}, one fault", lives)
        for fault in single_faults(counts, most):
            tally.attempt(suffering(lives), fault)
        return tally.figures()


def several_at_once(what, make, seeds):
    with contextlib.closing(make()) as lives:
        counts = warmed_up(lives)
        tally = Tally(f"{what}, several at once, seeds {seeds}", lives)
        for seed in seeds:
            tally.attempt(suffering(lives), *several(seed, counts))
        return tally.figures()


def at_the_start(what, make, most):
    """Each in a process of its own."""
    with contextlib.closing(make()) as lives:
        counts = lives.subject.faults.counts()
        counts["write"] = 0  # the log's, which tells the ports
        tally = Tally(f"{what}, one fault at the start", lives)
        for fault in single_faults(counts, most, slack=1):
            tally.attempt(lives.starts, fault)
        return tally.figures()


def at_the_end(what, make, most):
    """Each in a process of its own, after TERM."""
    with contextlib.closing(make()) as lives:
        lives.begin()
        counts = calls_of(lives, lives.ends)
        tally = Tally(f"{what}, one fault at the end", lives)
        for fault in single_faults(counts, most):
            tally.attempt(lives.ends, fault)
        return tally.figures()


def copied():
    return PairLives("--threads", "1", "--splice", "off", "--linger", "1", size=2000)


def spliced():
    return PairLives("--threads", "2", "--splice", "on", "--linger", "1", size=300_000)


def session():
    return SessionLives("--threads", "2", "--drain-timeout", "1")


def session_over_tls():
    return SessionLives("--threads", "2", "--drain-timeout", "1", tls=True)


LIVES = [
    ("a pair that is copied", copied, 30),
    ("a pair that is spliced, on a worker", spliced, 10),
    ("a session", session, 30),
    ("a session over TLS", session_over_tls, 30),
]


def work():
    """What there is to do, in parts that do not disturb each other; most of each is waiting."""
    for what, make, most in LIVES:
        yield one_by_one, what, make, most
        yield at_the_start, what, make, 4
        yield at_the_end, what, make, 4
    parts = 64 if LONG else 8
    for part in range(parts):
        what, make, _ = LIVES[part % len(LIVES)]
        yield several_at_once, what, make, range(part, SEEDS, parts)


def main():
    with concurrent.futures.ProcessPoolExecutor(8) as all_parts:
        parts = [all_parts.submit(*each) for each in work()]
        broken = sum(part.result() for part in concurrent.futures.as_completed(parts))
    figure("what must not happen, in all", broken, at_most=0)


if __name__ == "__main__":
    main()
