# Autobahn's group 7: what a client's Close may hold, and what counts behind it. Spec section 4.
# SPDX-License-Identifier: EUPL-1.2
from harness.websocket import BINARY, CLOSE, CONTINUATION, PING, binary, close, frame

from cases import Talk, breaks
from utf8 import BAD, GOOD

ECHOED = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
EITHER = (1012, 1013, 1014)  # registered since, or not: answered or refused
REFUSED = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)

ROWS = [
    *(Talk(f"code {c}", binary(b"data") + close(c, b"bye"), b"data", c) for c in ECHOED),
    *(Talk(f"code {c}, byte by byte", close(c, b"bye"), b"", c, cut=1) for c in (1000, 4999)),
    *(Talk(f"code {c}", close(c), b"", (c, 1002)) for c in EITHER),
    *(breaks(f"code {c}", close(c), 1002) for c in REFUSED),
    *(
        breaks(f"code {c} behind data", binary(b"data") + close(c, b"why"), 1002, b"data")
        for c in (0, 1005, 65535)
    ),
    Talk("no code", close(), b"", (None, 1000)),
    breaks("half a code", frame(CLOSE, b"\x03"), 1002),
    *(Talk(f"reason: {why}", close(1000, text), b"", 1000) for why, text in GOOD.items()),
    *(breaks(f"reason: {why}", close(1000, text), 1007) for why, text in BAD.items()),
    Talk("reason of 123 bytes", close(1000, b"r" * 123), b"", 1000),
    breaks("reason of 124 bytes", close(1000, b"r" * 124), 1002),
    Talk("data behind the Close", close(1000) + binary(b"late"), b"", 1000),
    Talk("a second Close", close(1000) + close(1001), b"", 1000),
    Talk("ping behind the Close", close(1000) + frame(PING, b"late"), b"", 1000),
    Talk("rubbish behind the Close", close(1000) + b"\xff" * 1000, b"", 1000),
    Talk(
        "256 KiB behind the Close",
        binary(b"data") + close(1000) + binary(b"x" * 262144),
        b"data",
        1000,
    ),
    Talk(
        "Close inside a message",
        frame(BINARY, b"a", fin=0) + close(1000) + frame(CONTINUATION, b"late"),
        b"a",
        1000,
    ),
    Talk("ping, then Close", frame(PING, b"p") + close(1000), b"", 1000, pongs=(b"p",)),
    breaks("Close without a mask", frame(CLOSE, b"\x03\xe8", mask=False), 1002),
]
