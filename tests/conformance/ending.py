# The closing map of the spec's section 4: who ends a session, and what the two sides get.
# SPDX-License-Identifier: EUPL-1.2
import re

from harness.sockets import reset, until_the_end
from harness.websocket import BINARY, CLOSE, TEXT, FrameReader, binary, close, frame, noise, opening

from cases import Talk, ask, breaks
from gate import Gate, expect, read_head, status_of

PLENTY = noise(4 << 20)
UNREACHABLE = re.compile(rb"Failed to connect to downstream server(?!.*\d).*", re.DOTALL)
STRICT = ("--origin", "https://desk.example", "--max-sessions", "1")
TOKENS = ("--token-source", "{folder}/tokens")


def prepare(folder):
    with open(f"{folder}/tokens", "w", encoding="ascii") as file:
        file.write("desk: 127.0.0.1:1\n")


ROWS = [
    Talk("target ends at once", target="ends", reason=b"Target closed"),
    Talk(
        "target ends behind 4 MiB", target="ends", says=PLENTY, data=PLENTY, reason=b"Target closed"
    ),
    Talk(
        "target ends, client has more to say",
        binary(b"x" * 1000),
        None,
        target="ends",
        says=b"bye",
        data=b"bye",
        reason=b"Target closed",
    ),
    Talk(
        "target resets",
        target="resets",
        says=b"x",
        data=b"x",
        close=(1011, 1014),
        reason=re.compile(rb".+"),
    ),
    Talk(
        "nobody at the target",
        binary(b"first data"),
        target="absent",
        close=1011,
        request=opening("/wsServer"),
        reason=UNREACHABLE,
    ),
    Talk("client closes behind 4 MiB", binary(PLENTY) + close(1000), PLENTY),
    Talk(
        "client closes, target says more",
        binary(b"x") + close(1000),
        b"x",
        target="speaks",
        says=b"hello",
        data=None,
    ),
    Talk("client ends without Close", binary(PLENTY), PLENTY, (), client="leaves"),
    Talk("client ends at once", b"", b"", (), client="leaves"),
    Talk(
        "client ends inside a frame",
        binary(b"whole") + binary(b"rest is missing")[:9],
        b"wholeres",
        (),
        client="leaves",
    ),
    Talk(
        "client ends inside a head",
        binary(b"whole") + binary(b"x")[:3],
        b"whole",
        (),
        client="leaves",
    ),
    Talk("client resets", binary(b"x"), None, (), client="resets"),
    breaks("one byte in the Close", frame(CLOSE, b"\x03"), 1002),
    breaks("reason is no UTF-8", close(1000, b"\xff"), 1007),
    breaks("protocol error", frame(3), 1002),
    breaks("text", frame(TEXT, b"hello"), 1003),
    Talk("client does not answer a Close: 5 s", target="ends", client="mute", within=(4, 9)),
    ask(
        "origin refused",
        opening("/websockify", ("Origin", "https://elsewhere.example")),
        403,
        options=STRICT,
        ends=True,
    ),
    ask("token refused", opening("/websockify?token=wrong"), 403, options=TOKENS, ends=True),
    ask("token missing", opening("/websockify"), 403, options=TOKENS, ends=True),
]


def too_many_sessions(program, folder):
    """too many sessions: 503 with Retry-After, and again after one has ended"""
    gate = Gate(program, STRICT, folder)
    try:
        with gate.connect() as first, gate.connect() as second:
            first.sendall(opening())
            expect("first", status_of(read_head(first, b"")[0]), 101)
            target = gate.accept_target()
            second.sendall(opening())
            got, _ = read_head(second, b"")
            expect("second", status_of(got), 503)
            expect("Retry-After in its head", b"\r\nretry-after: " in got.lower(), True)
            until_the_end(second)
            first.sendall(close(1000))
            until_the_end(first)
            target.close()
        gate.wait_for_log(r"\bend\b")
        gate.play(Talk("third", close(1000)))
    finally:
        gate.stop()


def going_away(program, folder):
    """shutdown: what the target said, then Close 1001, exit 0"""
    gate = Gate(program, (), folder)
    try:
        with gate.connect() as client:
            client.sendall(opening())
            _, rest = read_head(client, b"")
            with gate.accept_target() as target:
                target.sendall(b"hello")
                reader = FrameReader()
                frames = list(reader.feed(rest))
                while not frames:
                    frames += reader.feed(client.recv(65536))
                gate.terminate()
                while frames[-1].opcode != CLOSE:
                    frames += reader.feed(client.recv(65536))
                client.sendall(close(1001))
                expect("client's connection", until_the_end(client), b"")
                expect("target's connection", target.recv(100), b"")
        expect("frames", [f.opcode for f in frames], [BINARY, CLOSE])
        expect("Close", (frames[-1].code(), frames[-1].payload[2:]), (1001, b"going away"))
        expect("exit code", gate.exit_code(), 0)
    finally:
        gate.stop()


def mute_at_shutdown(program, folder):
    """shutdown with a client that answers nothing: exit 0 all the same"""
    gate = Gate(program, (), folder)
    try:
        with gate.connect() as client:
            client.sendall(opening())
            read_head(client, b"")
            with gate.accept_target():
                gate.terminate()
                expect("exit code", gate.exit_code(), 0)
    finally:
        gate.stop()


def target_of_a_reset_client(program, folder):
    """client resets: the target hears of it"""
    gate = Gate(program, (), folder)
    try:
        client = gate.connect()
        client.sendall(opening() + binary(b"x"))
        read_head(client, b"")
        with gate.accept_target() as target:
            target.settimeout(5)
            expect("at the target", target.recv(100), b"x")
            reset(client)
            expect("at the target, within 5 s", until_the_end(target), b"")
    finally:
        gate.stop()


STORIES = (too_many_sessions, going_away, mute_at_shutdown, target_of_a_reset_client)
