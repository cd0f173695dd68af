# Autobahn's group 2: pings and pongs. Spec F6: answered at once, of a flood the newest at least.
# SPDX-License-Identifier: EUPL-1.2
from harness.websocket import BINARY, CONTINUATION, PING, PONG, binary, frame, noise

from cases import breaks, carries

TEN = tuple(b"ping %d" % i for i in range(10))
TEN_PINGS = b"".join(frame(PING, p) for p in TEN)

ROWS = [
    *(
        carries(f"ping of {n} bytes", frame(PING, noise(n)), b"", pongs=(noise(n),))
        for n in (0, 1, 5, 124, 125)
    ),
    carries(
        "ping of no text",
        frame(PING, b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"),
        b"",
        pongs=(b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff",),
    ),
    carries(
        "ping of 125 bytes, byte by byte", frame(PING, noise(125)), b"", cut=1, pongs=(noise(125),)
    ),
    *(
        breaks(f"{kind} of {n} bytes", frame(opcode, noise(n)), 1002)
        for kind, opcode in (("ping", PING), ("pong", PONG))
        for n in (126, 127, 65536)
    ),
    carries("a pong nobody asked for", frame(PONG, b""), b""),
    carries("a pong nobody asked for, with payload", frame(PONG, b"why") + binary(b"d"), b"d"),
    carries(
        "such a pong, then a ping", frame(PONG, b"why") + frame(PING, b"p"), b"", pongs=(b"p",)
    ),
    carries("ten pings", TEN_PINGS, b"", pongs=TEN),
    carries("ten pings, byte by byte", TEN_PINGS, b"", cut=1, pongs=TEN),
    carries(
        "data between pings",
        frame(PING, b"a") + binary(b"d") + frame(PING, b"b"),
        b"d",
        pongs=(b"a", b"b"),
    ),
    carries(
        "a ping between fragments",
        frame(BINARY, b"a", fin=0) + frame(PING, b"p") + frame(CONTINUATION, b"b"),
        b"ab",
        pongs=(b"p",),
    ),
    carries(
        "10000 pings at once",
        frame(PING, b"old") * 9999 + frame(PING, b"new"),
        b"",
        pongs=(*(b"old",) * 9999, b"new"),
    ),
    breaks("a ping without a mask", frame(PING, b"p", mask=False), 1002),
]
