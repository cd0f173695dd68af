# What a row of a table can say: a session or an exchange of HTTP, and what must come out.
# SPDX-License-Identifier: EUPL-1.2
from dataclasses import dataclass

from harness.websocket import binary, close, opening

PLAIN = ()  # options of a gateway that has no others


@dataclass(frozen=True)
class Talk:
    """A session. Both its sides must have ended afterwards, in time."""

    name: str
    send: bytes = b""  # by the client
    delivered: object = b""  # all that reaches the target: bytes, or a pattern; None: anything
    close: object = 1000  # the Close the client gets: a code or codes, () for none at all
    reason: object = None  # its text: bytes or a pattern; None: anything
    data: object = b""  # what the client gets as data, all frames together; None: anything
    texts: tuple = ()  # text frames the client gets
    pongs: tuple = ()  # pings that may be answered, in this order; the last one must be
    request: bytes = opening()
    goodbye: bytes = b""  # by the client, once it has all its data
    cut: int = 0  # the client sends pieces of so many bytes; 0: all at once
    early: bool = False  # the client's bytes leave together with its request
    client: str = "polite"  # answers a Close; "mute": does not; "leaves": FIN; "resets"
    target: str = "sink"  # "sink", "echo"; "speaks" `says`, then: "ends", "resets"; "absent"
    says: bytes = b""
    logged: str = ""  # a pattern that a line of the log must match
    options: tuple = PLAIN
    within: tuple = (0, 20)  # seconds from the gateway's Close to the end of the connection


@dataclass(frozen=True)
class Answer:
    """To one request."""

    status: object  # or several that would do
    has: tuple = ()  # parts of the head, case ignored
    lacks: tuple = ()
    body: object = None  # bytes; None: anything


@dataclass(frozen=True)
class Ask:
    """Requests and their answers, on one connection. No target may hear of it, but by a 101."""

    name: str
    send: bytes
    answers: tuple
    ends: bool = False  # the gateway closes the connection after the last answer
    asks_targets: bool = False  # whether they are there
    logged: str = ""
    options: tuple = PLAIN
    methods: tuple = ()  # of the requests, where one is HEAD


def ask(name, send, status, *has, lacks=(), **more):
    """One request."""
    return Ask(name, send, (Answer(status, has, lacks),), **more)


def carries(name, frames, delivered, **more):
    """A client that says what is right, then goodbye."""
    if more.get("data"):
        return Talk(name, frames, delivered, goodbye=close(1000), **more)
    return Talk(name, frames + close(1000), delivered, **more)


def breaks(name, frames, code, delivered=b"", **more):
    """A client that breaks the rules and goes on, which must come to nothing."""
    return Talk(name, frames + binary(b"too late"), delivered, code, **more)
