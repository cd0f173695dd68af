# What is said on the way to a session: greetings, and the hello that names an ID.
# SPDX-License-Identifier: EUPL-1.2

from .sockets import all_of

BANNER = b"RFB 000.000\n"  # the repeater's greeting
SERVER_BANNER = b"RFB 003.008\n"


def hello(text, size=250, pad=b"\0"):
    """An ID, or a destination, in the frame that the repeater reads."""
    return (text if isinstance(text, bytes) else text.encode()).ljust(size, pad)


NONE, PASSWORD = b"\x01", b"\x02"  # security types
# 800 x 600 pixels of 32 bits, called lab.
SERVER_INIT = bytes.fromhex("0320025820180001 00ff00ff00ff100800000000000000036c6162")


def say_by_turns(server, viewer, turns):
    """Pairs of who speaks, "server" or "viewer", and what the other one gets of it."""
    for side, said in turns:
        speaker, hearer = (server, viewer) if side == "server" else (viewer, server)
        speaker.sendall(said)
        got = all_of(len(said), hearer)
        if got != said:
            raise AssertionError(f"{side} said {said!r}, and {got!r} came")


def versions():
    return [("server", SERVER_BANNER), ("viewer", SERVER_BANNER)]


def log_in(security=NONE):
    """A whole handshake of version 3.8, its turns."""
    turns = [*versions(), ("server", b"\x01" + security), ("viewer", security)]
    if security == PASSWORD:
        turns += [("server", bytes(16)), ("viewer", bytes(16))]
    return [*turns, ("server", bytes(4)), ("viewer", b"\x01"), ("server", SERVER_INIT)]
