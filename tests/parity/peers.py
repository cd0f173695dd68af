# The case's own ends of connections: to the repeater, and from it.
# SPDX-License-Identifier: EUPL-1.2
import socket
import time

from harness.rfb import hello
from harness.sockets import reset

from registry import Skip
from words import how_long, show

QUIET = 0.3  # seconds that count as silence


class Peer:
    """One TCP connection of the case's own."""

    def __init__(self, trial, sock):
        self.trial, self.sock = trial, sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def say(self, data):
        self.sock.settimeout(self.trial.left(10))
        try:
            self.sock.sendall(data)
        except OSError:
            pass  # what follows sees the end of the connection

    def introduce(self, text, after=b"", pad=b"\0", size=250):
        self.say(hello(text, size, pad) + after)
        return self

    def read(self, count, within=5.0):
        """Up to `count` bytes; fewer where the stream ends or stays silent."""
        got, end = b"", time.monotonic() + self.trial.left(within)
        while len(got) < count:
            self.sock.settimeout(max(0.001, end - time.monotonic()))
            try:
                part = self.sock.recv(min(count - len(got), 1 << 20))
            except OSError:
                break
            if not part:
                break
            got += part
        return got

    def take(self, count, within=5.0):
        return show(self.read(count, within))

    def state(self, within=QUIET):
        """Says "open", or what broke the silence."""
        self.sock.settimeout(self.trial.left(within))
        try:
            part = self.sock.recv(65536)
        except TimeoutError:
            return "open"
        except ConnectionError as e:
            return "reset" if isinstance(e, ConnectionResetError) else e.strerror
        return "got " + show(part) if part else "eof"

    def end(self, within=4.0, since=None):
        """How and when the stream ends, and what came before: "eof, at once"."""
        start = since or time.monotonic()
        end = time.monotonic() + self.trial.left(within)
        got, how = b"", None
        while how is None:
            self.sock.settimeout(max(0.001, end - time.monotonic()))
            try:
                part = self.sock.recv(65536)
                got += part
                how = None if part else "eof"
            except TimeoutError:
                how = "open"
            except ConnectionError:
                how = "reset"
        before = f" after {show(got)}" if got else ""
        when = "" if how == "open" else ", " + how_long(time.monotonic() - start)
        return how + when + before

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def close(self):
        self.sock.close()

    def reset(self):
        reset(self.sock)


class Target:
    """A listening port that Mode I may be sent to."""

    def __init__(self, trial, host, port, backlog=5):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.trial, self.sock = trial, socket.socket(family, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.sock.bind((host, port))
        except OSError as e:
            self.sock.close()
            raise Skip(f"{host}:{port}: {e.strerror}") from e
        self.sock.listen(backlog)
        trial.closing.append(self.sock)
        self.host, self.port = host, self.sock.getsockname()[1]

    def accept(self, within=2.0):
        """The connection, or None."""
        self.sock.settimeout(self.trial.left(within))
        try:
            sock, _ = self.sock.accept()
        except OSError:
            return None
        self.trial.closing.append(sock)
        return Peer(self.trial, sock)
