# Autobahn's group 9: much data, few and many fragments, many round trips. Spec F1, F2, F3.
# SPDX-License-Identifier: EUPL-1.2
from harness.websocket import BINARY, FrameReader, binary, fragments, frame, noise, opening

from cases import Talk, carries
from gate import Gate, expect, read_head

KIB, MIB = 1 << 10, 1 << 20

ROWS = [
    *(
        carries(
            f"one frame of {n // KIB} KiB, echoed",
            binary(noise(n)),
            noise(n),
            target="echo",
            data=noise(n),
        )
        for n in (64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB)
    ),
    *(
        carries(f"4 MiB in fragments of {n}", fragments(noise(4 * MIB), n), noise(4 * MIB))
        for n in (64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB)
    ),
    *(
        carries(f"1 MiB, sent in pieces of {n}", binary(noise(MIB)), noise(MIB), cut=n)
        for n in (64, 128, 256, 512, KIB, 2 * KIB)
    ),
    Talk("16 MiB toward the client", target="ends", says=noise(16 * MIB), data=noise(16 * MIB)),
    Talk(
        "a frame of 2^40 bytes, of which few come",
        frame(BINARY, b"few", form=2, length=1 << 40),
        b"few",
        (),
        client="leaves",
    ),
]


def round_trips(program, folder):
    """1000 round trips of 1 byte, 100 of 64 KiB"""
    gate = Gate(program, (), folder)
    try:
        with gate.connect() as client:
            client.sendall(opening())
            read_head(client, b"")
            with gate.accept_target() as target:
                reader = FrameReader()
                for message, times in ((b"x", 1000), (noise(64 * KIB), 100)):
                    for _ in range(times):
                        client.sendall(binary(message))
                        left = len(message)
                        while left:
                            got = target.recv(left)
                            left -= len(got)
                            target.sendall(got)
                        back = b""
                        while len(back) < len(message):
                            for one in reader.feed(client.recv(1 << 20)):
                                expect("flaw of a frame", one.flaw, "")
                                back += one.payload
                        expect("what came back", back, message)
    finally:
        gate.stop()


STORIES = (round_trips,)
