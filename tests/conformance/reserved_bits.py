# Autobahn's group 3: reserved bits, of which no extension was agreed. Spec F7.
# SPDX-License-Identifier: EUPL-1.2
from harness.websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, binary, frame

from cases import breaks

KINDS = (("binary", BINARY), ("text", TEXT), ("ping", PING), ("pong", PONG), ("close", CLOSE))

ROWS = [
    *(breaks(f"bits {rsv:03b} alone", binary(b"x", rsv=rsv), 1002) for rsv in range(1, 8)),
    *(
        breaks(
            f"bits {rsv:03b} behind good data",
            binary(b"good") + binary(b"x", rsv=rsv),
            1002,
            b"good",
        )
        for rsv in range(1, 8)
    ),
    *(
        breaks(
            f"bits {rsv:03b}, byte by byte",
            binary(b"good") + binary(b"x", rsv=rsv),
            1002,
            b"good",
            cut=1,
        )
        for rsv in range(1, 8)
    ),
    *(
        breaks(f"bits {rsv:03b} on {kind}", frame(opcode, b"", rsv=rsv), 1002)
        for kind, opcode in KINDS
        for rsv in (1, 2, 4, 7)
    ),
    *(
        breaks(
            f"bits {rsv:03b} on a later fragment",
            frame(BINARY, b"a", fin=0) + frame(CONTINUATION, b"b", rsv=rsv),
            1002,
            b"a",
        )
        for rsv in (1, 2, 4)
    ),
]
