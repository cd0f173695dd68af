# Autobahn's groups 5 and 10: messages in fragments, what may come between, and what may not.
# SPDX-License-Identifier: EUPL-1.2
from harness.websocket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    binary,
    fragments,
    frame,
    noise,
)

from cases import breaks, carries

PIECES = tuple(b"f%d" % i for i in range(10))


def first(payload):
    return frame(BINARY, payload, fin=0)


def middle(payload):
    return frame(CONTINUATION, payload, fin=0)


def last(payload):
    return frame(CONTINUATION, payload)


ROWS = [
    carries("two fragments", first(b"a") + last(b"b"), b"ab"),
    carries("two fragments, byte by byte", first(b"a") + last(b"b"), b"ab", cut=1),
    carries("ten fragments", fragments(b"".join(PIECES), 2), b"".join(PIECES)),
    carries(
        "ping between fragments", first(b"a") + frame(PING, b"p") + last(b"b"), b"ab", pongs=(b"p",)
    ),
    carries(
        "ping and pong between fragments",
        first(b"a")
        + frame(PING, b"p")
        + frame(PONG)
        + middle(b"b")
        + frame(PING, b"q")
        + last(b"c"),
        b"abc",
        pongs=(b"p", b"q"),
    ),
    carries(
        "the same, byte by byte",
        first(b"a")
        + frame(PING, b"p")
        + frame(PONG)
        + middle(b"b")
        + frame(PING, b"q")
        + last(b"c"),
        b"abc",
        pongs=(b"p", b"q"),
        cut=1,
    ),
    carries("empty first fragment", first(b"") + last(b"x"), b"x"),
    carries("empty middle fragments", first(b"a") + middle(b"") * 10 + last(b"b"), b"ab"),
    carries("empty last fragment", first(b"a") + last(b""), b"a"),
    carries("all fragments empty", first(b"") + middle(b"") + last(b""), b""),
    carries("a message behind a fragmented one", first(b"a") + last(b"b") + binary(b"c"), b"abc"),
    carries("a message that never ends", first(b"a") + middle(b"b"), b"ab"),
    carries(
        "65536 bytes in fragments of 1300 (group 10)",
        fragments(noise(65536), 1300),
        noise(65536),
        target="echo",
        data=noise(65536),
    ),
    breaks("fragmented ping", frame(PING, b"a", fin=0) + last(b"b"), 1002),
    breaks("fragmented pong", frame(PONG, b"a", fin=0) + last(b"b"), 1002),
    breaks("fragmented close", frame(CLOSE, b"\x03\xe8", fin=0) + last(b""), 1002),
    breaks("fragmented ping inside a message", first(b"a") + frame(PING, b"p", fin=0), 1002, b"a"),
    *(breaks(f"last fragment of nothing, {p!r}", last(p), 1002) for p in (b"", b"x")),
    *(breaks(f"middle fragment of nothing, {p!r}", middle(p), 1002) for p in (b"", b"x")),
    breaks("fragment of nothing, byte by byte", last(b"x"), 1002, cut=1),
    breaks("fragment behind a whole message", binary(b"a") + last(b"x"), 1002, b"a"),
    breaks(
        "fragment behind a finished message", first(b"a") + last(b"b") + last(b"x"), 1002, b"ab"
    ),
    breaks("new message inside a message", first(b"a") + binary(b"b"), 1002, b"a"),
    breaks("new fragmented message inside one", first(b"a") + first(b"b"), 1002, b"a"),
    breaks("text inside a binary message", first(b"a") + frame(TEXT, b"b"), 1002, b"a"),
]
