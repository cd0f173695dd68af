# Autobahn's group 1: frames of each length and each form of it, in any pieces. Spec F1, F5, F8, H4.
# SPDX-License-Identifier: EUPL-1.2
from harness.websocket import BINARY, binary, frame, noise, opening

from cases import breaks, carries

SIZES = (0, 1, 125, 126, 127, 128, 65535, 65536, 70000)

ROWS = [
    *(
        carries(f"{n} bytes", binary(noise(n)), noise(n), target="echo", data=noise(n))
        for n in SIZES
    ),
    *(
        carries(f"65536 bytes in pieces of {cut}", binary(noise(65536)), noise(65536), cut=cut)
        for cut in (997, 4096, 65535)
    ),
    *(
        carries(f"{n} bytes, byte by byte", binary(noise(n)), noise(n), cut=1)
        for n in (0, 5, 125, 126, 300)
    ),
    carries("two frames in one piece", binary(b"one") + binary(b"two"), b"onetwo"),
    carries("1000 frames of one byte", binary(b"x") * 1000, b"x" * 1000),
    carries("50 empty frames, then one with data", binary(b"") * 50 + binary(b"z"), b"z"),
    carries("behind the request, in its segment", binary(b"coalesced"), b"coalesced", early=True),
    carries("much behind the request", binary(noise(200_000)), noise(200_000), early=True),
    carries(
        "by an absolute target",
        binary(b"x"),
        b"x",
        request=opening(line="GET http://gate.example/websockify HTTP/1.1"),
    ),
    breaks("16 bits of length for 1 byte", binary(b"x", form=1), 1002),
    breaks("16 bits of length for 125 bytes", binary(b"x" * 125, form=1), 1002),
    breaks("64 bits of length for 1 byte", binary(b"x", form=2), 1002),
    breaks("64 bits of length for 65535 bytes", binary(b"x" * 65535, form=2), 1002),
    breaks("the length's top bit", frame(BINARY, b"x", form=2, length=1 << 63), (1002, 1009)),
    breaks(
        "all bits of the length", frame(BINARY, b"x", form=2, length=(1 << 64) - 1), (1002, 1009)
    ),
    breaks("no mask", binary(b"x", mask=False), 1002),
    breaks(
        "no mask, behind a good frame", binary(b"good") + binary(b"x", mask=False), 1002, b"good"
    ),
]
