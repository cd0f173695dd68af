# Autobahn's group 4: opcodes that do not exist. Spec F7.
# SPDX-License-Identifier: EUPL-1.2
from harness.websocket import binary, frame

from cases import breaks

UNKNOWN = (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)

ROWS = [
    *(breaks(f"opcode {o}, empty", frame(o), 1002) for o in UNKNOWN),
    *(breaks(f"opcode {o}, with payload", frame(o, b"payload"), 1002) for o in UNKNOWN),
    *(
        breaks(f"opcode {o} behind good data", binary(b"good") + frame(o), 1002, b"good")
        for o in UNKNOWN
    ),
    *(
        breaks(f"opcode {o}, byte by byte", binary(b"good") + frame(o, b"x"), 1002, b"good", cut=1)
        for o in UNKNOWN
    ),
    *(
        breaks(f"opcode {o} inside a message", binary(b"a", fin=0) + frame(o, b"x"), 1002, b"a")
        for o in UNKNOWN
    ),
]
