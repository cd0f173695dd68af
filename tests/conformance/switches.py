# What is off unless somebody asks for it: text as data, a status in JSON, targets before sessions.
# SPDX-License-Identifier: EUPL-1.2
import re
import socket

from cases import Talk, ask, breaks, carries
from gate import Gate, expect, read_head, read_to_end, status_of
from utf8 import BAD, GOOD
from wire import CONTINUATION, PING, TEXT, binary, close, fragments, frame, opening

FORWARD = ("--text-frames", "forward")
STATUS = ("--legacy-status", "/websockify", "--legacy-status", "/wsServer")
FIRST = ("--connect-first",)
VERBOSE = ("--verbose-close",)
READY = b'{"status":"ready","details":"Upstream socket connected"}'
ERROR = (b'{"status":"error","details":"Upstream socket error; '
         b'Failed to connect to downstream server"}')
ADDRESS = rb"127\.0\.0\.1:\d+"


def beginning(text):
    """What of a text that is no UTF-8 comes before the byte that makes it so."""
    for size in range(len(text)):
        try:
            text[: size + 1].decode()
        except UnicodeDecodeError as e:
            if e.reason != "unexpected end of data":
                return text[:size]
    return text


TEXT_FORWARDED = [
    *(carries(f"forwarded: {why}", frame(TEXT, text), text, options=FORWARD)
      for why, text in GOOD.items()),
    *(carries(f"forwarded, byte by byte: {why}", frame(TEXT, text), text, cut=1, options=FORWARD)
      for why, text in GOOD.items()),
    *(carries(f"forwarded, in fragments: {why}", fragments(text, 1, TEXT), text, options=FORWARD)
      for why, text in GOOD.items()),
    *(breaks(f"no UTF-8: {why}", frame(TEXT, text), 1007, beginning(text), options=FORWARD)
      for why, text in BAD.items()),
    *(breaks(f"no UTF-8, byte by byte: {why}", frame(TEXT, text), 1007, beginning(text), cut=1,
             options=FORWARD) for why, text in BAD.items()),
    *(breaks(f"no UTF-8, in fragments: {why}", fragments(text, 1, TEXT), 1007, beginning(text),
             options=FORWARD) for why, text in BAD.items()),
    carries("text between binary", binary(b"\xff") + frame(TEXT, b"text") + binary(b"\x80"),
            b"\xfftext\x80", options=FORWARD),
    carries("a ping within a character", frame(TEXT, b"\xc3", fin=0) + frame(PING, b"!") +
            frame(CONTINUATION, b"\xbc"), b"\xc3\xbc", pongs=(b"!",), options=FORWARD),
]
STATUS_TOLD = [
    Talk("ready, then data", target="ends", says=b"RFB 003.008\n", data=b"RFB 003.008\n",
         texts=(READY,), options=STATUS),
    Talk("an error and nothing else", binary(b"hello"), request=opening("/wsServer"),
         texts=(ERROR,), target="absent", close=1011, options=STATUS),
    Talk("elsewhere nothing", binary(b"x") + close(1000), b"x", request=opening("/wsClient"),
         options=STATUS),
]
CONNECTED_FIRST = [
    Talk("a session as any other", binary(b"x") + close(1000), b"x", options=FIRST),
    Talk("data beside the request", binary(b"early") + close(1000), b"early", early=True,
         options=FIRST),
    Talk("target ends", target="ends", says=b"bye", data=b"bye", options=FIRST),
    ask("nobody at the target", opening("/wsServer"), 502, options=FIRST, ends=True,
        lacks=(b"127.0.0.1",), logged=r"unreachable.* target=127\.0\.0\.1:\d+ "),
]
WITH_ADDRESSES = [
    Talk("nobody at the target", binary(b"x"), target="absent", close=1011,
         request=opening("/wsServer"), options=VERBOSE,
         reason=re.compile(rb"Failed to connect to downstream server: " + ADDRESS + rb": .+")),
    Talk("target resets", target="resets", says=b"x", data=b"x", close=1011, options=VERBOSE,
         reason=re.compile(rb"Target connection lost: " + ADDRESS + rb": .+")),
    Talk("target ends", target="ends", reason=b"Target closed", options=VERBOSE),
]


def does_not_answer(program, folder):
    """a target that does not answer in time: 504, and with --verbose-close who it was"""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]  # more than its queue takes
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        route = f"/stuck=127.0.0.1:{address[1]}"
        gate = Gate(program, (*FIRST, *VERBOSE, "--route", route, "--connect-timeout", "0.3"),
                    folder)
        try:
            with gate.connect() as client:
                client.sendall(opening("/stuck"))
                got, body = read_head(client, b"")
                body += read_to_end(client)
            expect("status", status_of(got), 504)
            expect("body", body, re.compile(rb"the target does not answer: " + ADDRESS +
                                            rb": .+", re.DOTALL))
        finally:
            gate.stop()
            for one in waiting:
                one.close()


ROWS = [*TEXT_FORWARDED, *STATUS_TOLD, *CONNECTED_FIRST, *WITH_ADDRESSES]
STORIES = (does_not_answer,)
