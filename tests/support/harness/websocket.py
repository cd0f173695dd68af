# WebSocket handshakes and frames (RFC 6455) as bytes, right and wrong ones alike.
# SPDX-License-Identifier: EUPL-1.2
import base64
import hashlib
import random
import re
import struct
from dataclasses import dataclass

from .http import head, head_of

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455 1.3, and what it must be answered with
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
OPENING = (
    ("Host", "gate.example"),
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", KEY),
    ("Sec-WebSocket-Version", "13"),
)


def opening(path="/websockify", *add, line=None, without=(), **instead):
    """The client's part of the handshake: `without` some fields, others `instead`, and more."""
    instead = {name.replace("_", "-").lower(): value for name, value in instead.items()}
    fields = [(n, instead.get(n.lower(), v)) for n, v in OPENING if n not in without]
    return head(line or f"GET {path} HTTP/1.1", [*fields, *add])


def open_session(peer, path="/websockify", *fields):
    """The client's part of the handshake, which must come to a session."""
    peer.sendall(opening(path, *fields))
    answer = head_of(peer)
    if not answer.startswith("HTTP/1.1 101 "):
        raise AssertionError(f"no session: {answer}")
    return peer


def accept_session(peer, *fields, before=b"", behind=b""):
    """The server's part of the handshake; `before`: interim answers, `behind`: its first frames."""
    asked = head_of(peer)
    key = re.search(r"^Sec-WebSocket-Key: (\S+)\r$", asked, re.M | re.I).group(1)
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    accept = base64.b64encode(digest).decode()
    switch = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)]
    peer.sendall(before + head("HTTP/1.1 101 Switching Protocols", [*switch, *fields]) + behind)
    return asked


def masked(payload, key):
    if not payload:
        return b""
    long = (key * (len(payload) // 4 + 1))[: len(payload)]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(long, "big")
    return mixed.to_bytes(len(payload), "big")


def frame(opcode, payload=b"", fin=1, rsv=0, mask=True, form=None, length=None):
    """A client's frame. `form` 0, 1, 2: a length of 7, 16, 64 bits; `length`: what is claimed."""
    length = len(payload) if length is None else length
    form = form if form is not None else (length > 125) + (length > 0xFFFF)
    first = bytes([fin << 7 | rsv << 4 | opcode])
    top = 0x80 if mask else 0
    size = (
        bytes([top | length])
        if form == 0
        else bytes([top | (126, 127)[form - 1]]) + struct.pack((">H", ">Q")[form - 1], length)
    )
    if not mask:
        return first + size + payload
    key = b"\x11\x9a\x33\xf4"
    return first + size + key + masked(payload, key)


def binary(payload, **how):
    return frame(BINARY, payload, **how)


def close(code=None, reason=b""):
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason)


def fragments(payload, size, opcode=BINARY, between=b""):
    """One message in fragments of `size` bytes, with other frames between them."""
    cuts = range(0, max(len(payload), 1), size)
    return between.join(
        frame(
            CONTINUATION if at else opcode, payload[at : at + size], fin=at + size >= len(payload)
        )
        for at in cuts
    )


def noise(size):
    """The same bytes in every run."""
    return random.Random(size).randbytes(size)


@dataclass(frozen=True)
class Received:
    """A frame as the client got it."""

    opcode: int
    payload: bytes
    flaw: str = ""  # what no frame of a gateway may be

    def code(self):
        return struct.unpack(">H", self.payload[:2])[0] if self.payload else None


class FrameReader:
    """Bytes in, frames out."""

    def __init__(self):
        self._bytes = bytearray()

    def feed(self, data):
        self._bytes += data
        while (one := self._next()) is not None:
            yield one

    def rest(self):
        return bytes(self._bytes)

    def _next(self):
        b = self._bytes
        if len(b) < 2:
            return None
        size, form = b[1] & 0x7F, 0
        if size >= 126:
            form = size - 125
            width = 2 if form == 1 else 8
            if len(b) < 2 + width:
                return None
            size = int.from_bytes(b[2 : 2 + width], "big")
        begin = 2 + (0, 2, 8)[form]
        if b[1] & 0x80 or len(b) < begin + size:
            return Received(b[0] & 15, b"", "masked") if b[1] & 0x80 else None
        one = Received(b[0] & 15, bytes(b[begin : begin + size]), flaw_of(b[0], size, form))
        del b[: begin + size]
        return one


def flaw_of(first, size, form):
    if not first & 0x80:
        return "not final"
    if first & 0x70:
        return "reserved bits"
    if form != (size > 125) + (size > 0xFFFF):
        return "length not minimal"
    if first & 8:
        return "control frame over 125 bytes" if size > 125 else ""
    if first & 15 != BINARY:
        return "" if first & 15 == TEXT else "neither binary nor control"
    return "" if 1 <= size <= 65536 else f"{size} bytes of data"
