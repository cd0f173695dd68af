# A running wsgate with a target of the test's own behind it; plays the rows of the tables.
# SPDX-License-Identifier: EUPL-1.2
import re
import select
import socket
import time

from harness.daemons import Gateway
from harness.patience import PATIENCE
from harness.sockets import accept, address_of, connect, listen, reset, until_the_end
from harness.websocket import ACCEPT, BINARY, CLOSE, PING, PONG, TEXT, FrameReader, close

from cases import Ask

NOT_ENDED = (None,)


class Failed(AssertionError):
    """A row's expectation that was not met."""


def expect(what, got, wanted):
    if wanted is None:
        return
    if isinstance(wanted, re.Pattern):
        good = isinstance(got, bytes) and wanted.fullmatch(got)
    elif isinstance(wanted, tuple) and not isinstance(got, (tuple, list)):
        good = got in wanted
    else:
        good = got == wanted
    if not good:
        raise Failed(f"{what}\n    got      {show(got)}\n    expected {show(wanted)}")


def show(value):
    if isinstance(value, re.Pattern):
        return f"a match of {value.pattern!r}"
    if isinstance(value, (bytes, bytearray)) and len(value) > 300:
        return f"{len(value)} bytes, {bytes(value[:60])!r} ... {bytes(value[-20:])!r}"
    return repr(value)


class Gate:
    """One process with one set of options, for many rows. In them {target} is the viewers' target,
    {absent} an address where nobody listens, {folder} a directory of files."""

    def __init__(self, program, options, folder):
        self._target = listen(backlog=64)
        self._absent = socket.socket()  # bound, so that nobody else listens there
        self._absent.bind(("127.0.0.1", 0))
        target, absent = address_of(self._target), address_of(self._absent)
        places = {"target": target, "absent": absent, "folder": folder}
        targets = ("--viewer-target", target, "--server-target", absent)
        options = [o.format(**places) for o in options]
        self._program = Gateway(program, *targets, *options)
        self._row_began = 0
        self.port = self._program.port

    def wait_for_log(self, pattern):
        """Looks through all lines since the start of the row."""
        return self._program.says(pattern, since=self._row_began)

    def play(self, row):
        self._row_began = len(self._program.lines)
        if isinstance(row, Ask):
            self._play_ask(row)
        else:
            Session(self, row).play()
        if row.logged:
            self.wait_for_log(row.logged)
        if isinstance(row, Ask) and row.asks_targets:
            self.accept_target().close()
        self.expect_no_target(row)

    def expect_no_target(self, row):
        if select.select([self._target], [], [], 0)[0]:
            self._target.accept()[0].close()
            raise Failed(f"a target was dialled\n    row      {row.name}")

    def connect(self):
        client = connect(self.port)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def accept_target(self):
        if not select.select([self._target], [], [], PATIENCE)[0]:
            raise Failed("target\n    got      no connection\n    expected one")
        return accept(self._target)

    def terminate(self):
        self._program.terminate()

    def exit_code(self):
        return self._program.wait()

    def _play_ask(self, row):
        with self.connect() as client:
            client.sendall(row.send)
            rest = b""
            for i, wanted in enumerate(row.answers):
                method = row.methods[i] if row.methods else "GET"
                rest = self._expect_answer(client, rest, wanted, method)
            if row.ends:
                expect("after the last answer", rest + until_the_end(client), b"")

    def _expect_answer(self, client, received, wanted, method):
        got, received = read_head(client, received)
        status = status_of(got)
        expect("status", status, wanted.status if wanted.status else None)
        for part in wanted.has:
            if part.lower() not in got.lower():
                raise Failed(f"head\n    got      {got!r}\n    expected {part!r} in it")
        for part in wanted.lacks:
            if part.lower() in got.lower():
                raise Failed(f"head\n    got      {got!r}\n    expected no {part!r} in it")
        if status == 101:
            self.accept_target().close()
            return received
        length = 0 if method == "HEAD" or status == 304 else length_of(got)
        while len(received) < length:
            more = client.recv(65536)
            if not more:
                raise Failed(f"body\n    got      {received!r}\n    expected {length} bytes")
            received += more
        expect("body", received[:length], wanted.body)
        return received[length:]

    def expect_life(self):
        """The process has lived through all rows."""
        expect("exit code of the gateway", self._program.poll(), NOT_ENDED)

    def stop(self):
        self._program.kill()
        self._target.close()
        self._absent.close()


class Session:
    """One row that opens a WebSocket: client and target by turns, as they have something to do."""

    def __init__(self, gate, row):
        self._gate, self._row = gate, row
        self._client = gate.connect()
        self._target = None
        self._to_client = FrameReader()
        self._frames = []
        self._at_target = bytearray()
        self._open = set()
        self._data_size = 0
        self._said_goodbye = False
        self._closed_at = self._ended_at = None
        self._client_error = self._target_error = None

    def play(self):
        row = self._row
        try:
            self._client.sendall(row.request + (row.send if row.early else b""))
            got, rest = read_head(self._client, b"")
            expect("status", status_of(got), 101)
            expect("accept value in the head", ACCEPT in got, True)
            self._take_from_client_side(rest)
            if row.target != "absent":
                self._target = self._gate.accept_target()
            self._exchange()
            self._judge()
        finally:
            self._client.close()
            if self._target:
                self._target.close()

    # ---- playing ----

    def _exchange(self):
        row = self._row
        outgoing = {self._client: memoryview(b"" if row.early else row.send)}
        self._open = {self._client}
        self._client.setblocking(False)
        if self._target:
            self._target.setblocking(False)
            outgoing[self._target] = memoryview(row.says)
            self._open.add(self._target)
        self._unsent = outgoing
        until = time.monotonic() + PATIENCE
        self._finish_what_is_sent()
        while self._open:
            left = until - time.monotonic()
            writers = [s for s in self._open if outgoing[s]]
            ready = select.select(list(self._open), writers, [], max(left, 0))
            if not ready[0] and not ready[1]:
                names = ["client" if s is self._client else "target" for s in self._open]
                raise Failed(
                    f"the end\n    got      still open: {', '.join(names)}; "
                    f"{self._summary()}\n    expected ended within {PATIENCE} s"
                )
            for s in ready[0]:
                self._receive(s)
            for s in ready[1]:
                if s in self._open:
                    self._send(s)

    def _send(self, s):
        out = self._unsent[s]
        piece = out[: self._row.cut] if self._row.cut and s is self._client else out
        try:
            self._unsent[s] = out[s.send(piece) :]
        except BlockingIOError:
            return
        except OSError:  # the other side has ended; reading tells how
            self._unsent[s] = memoryview(b"")
        self._finish_what_is_sent()

    def _finish_what_is_sent(self):
        """What the row wants of a side once it has said all."""
        row = self._row
        if not self._unsent[self._client]:
            if row.goodbye and not self._said_goodbye and self._data_size >= len(row.data):
                self._said_goodbye = True
                self._unsent[self._client] = memoryview(row.goodbye)
            elif row.client == "leaves":
                shut(self._client)
            elif row.client == "resets":
                self._reset(self._client)
        if self._target in self._open and not self._unsent[self._target]:
            if row.target == "ends":
                shut(self._target)
            elif row.target == "resets" and self._data_size:  # the client has the rest by now
                self._reset(self._target)

    def _reset(self, s):
        self._open.discard(s)
        reset(s)

    def _receive(self, s):
        if s not in self._open:
            return
        try:
            data = s.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError as e:
            data = b""
            if s is self._client:
                self._client_error = e
            else:
                self._target_error = e
        if s is self._client:
            self._take_from_client_side(data)
        elif data:
            self._at_target += data
            if self._row.target == "echo":
                self._unsent[s] = memoryview(bytes(self._unsent[s]) + data)
        if not data:
            self._open.discard(s)
            if s is self._target:
                s.close()
            else:
                self._ended_at = time.monotonic()

    def _take_from_client_side(self, data):
        for one in self._to_client.feed(data):
            self._frames.append(one)
            if one.flaw:
                raise Failed(f"a frame\n    got      {one.flaw}: {one}\n    expected none like it")
            self._data_size += len(one.payload) if one.opcode == BINARY else 0
            if one.opcode == CLOSE:
                self._closed_at = time.monotonic()
                if self._row.client == "polite" and self._client in self._open:
                    self._unsent[self._client] = memoryview(
                        bytes(self._unsent[self._client]) + close(one.code() or 1000)
                    )
        if self._open:
            self._finish_what_is_sent()

    # ---- judging ----

    def _data(self):
        return b"".join(f.payload for f in self._frames if f.opcode == BINARY)

    def _summary(self):
        control = [f for f in self._frames if f.opcode != BINARY]
        return f"client has {control}, target has {show(bytes(self._at_target))}"

    def _judge(self):
        row = self._row
        if row.client == "resets":
            return
        expect("delivered to the target", bytes(self._at_target), row.delivered)
        expect("data at the client", self._data(), row.data)
        expect(
            "text at the client",
            tuple(f.payload for f in self._frames if f.opcode == TEXT),
            row.texts,
        )
        self._judge_pongs()
        self._judge_close()
        expect("bytes behind the last frame", self._to_client.rest(), b"")
        if row.client != "mute":
            expect("end of the client's connection", self._client_error or "EOF", "EOF")
        expect("ping at the client", [f for f in self._frames if f.opcode == PING], [])

    def _judge_pongs(self):
        got = [f.payload for f in self._frames if f.opcode == PONG]
        pings = iter(self._row.pongs)
        in_order = all(any(p == one for one in pings) for p in got)
        if not in_order or got[-1:] != list(self._row.pongs[-1:]):
            raise Failed(
                f"pongs\n    got      {got}\n    expected {self._row.pongs}, the last one "
                "at least"
            )

    def _judge_close(self):
        row = self._row
        closes = [f for f in self._frames if f.opcode == CLOSE]
        expect("number of Closes", len(closes), 1 if row.close != () else 0)
        if not closes:
            return
        expect("nothing behind the Close", self._frames[-1].opcode, CLOSE)
        expect("close code", closes[0].code(), row.close)
        expect("close reason", closes[0].payload[2:], row.reason)
        least, most = row.within
        took = self._ended_at - self._closed_at
        if not least <= took <= most:
            raise Failed(f"time to the end\n    got      {took:.1f} s\n    expected {row.within}")


def shut(s):
    try:
        s.shutdown(socket.SHUT_WR)
    except OSError:  # it has ended already
        pass


def status_of(got):
    found = re.match(rb"HTTP/1\.1 (\d{3}) [ -~]+\r\n", got)
    return int(found.group(1)) if found else show(got)


def length_of(got):
    found = re.search(rb"\r\ncontent-length: (\d+)\r\n", got, re.IGNORECASE)
    return int(found.group(1)) if found else 0


def read_head(client, received):
    while b"\r\n\r\n" not in received:
        try:
            more = client.recv(65536)
        except OSError:
            more = b""
        if not more:
            return received, b""
        received += more
    end = received.index(b"\r\n\r\n") + 4
    return received[:end], received[end:]
