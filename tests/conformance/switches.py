# What is off unless somebody asks for it: text as data, a status in JSON, targets before sessions.
# SPDX-License-Identifier: EUPL-1.2
import base64
import os
import re
import socket
import threading

from harness.http import get
from harness.sockets import until_the_end
from harness.websocket import (
    CLOSE,
    CONTINUATION,
    PING,
    TEXT,
    FrameReader,
    binary,
    close,
    fragments,
    frame,
    noise,
    opening,
)

from cases import Answer, Ask, Talk, ask, breaks, carries
from gate import Gate, expect, read_head, status_of
from utf8 import BAD, GOOD

FORWARD = ("--text-frames", "forward")
STATUS = ("--legacy-status", "/websockify", "--legacy-status", "/wsServer")
FIRST = ("--connect-first",)
VERBOSE = ("--verbose-close",)
BASE64 = ("--base64",)
PAGES = ("--web", "{folder}/pages")
BEHIND = (*PAGES, "--prefix", "/vnc")
BY_TOKEN = (*PAGES, "--token-source", "{folder}/tokens")
OFFERING = opening("/websockify", ("Sec-WebSocket-Protocol", "base64"))
PLENTY = noise(2 << 20)
READY = b'{"status":"ready","details":"Upstream socket connected"}'
ERROR = (
    b'{"status":"error","details":"Upstream socket error; '
    b'Failed to connect to downstream server"}'
)
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
    *(
        carries(f"forwarded: {why}", frame(TEXT, text), text, options=FORWARD)
        for why, text in GOOD.items()
    ),
    *(
        carries(f"forwarded, byte by byte: {why}", frame(TEXT, text), text, cut=1, options=FORWARD)
        for why, text in GOOD.items()
    ),
    *(
        carries(f"forwarded, in fragments: {why}", fragments(text, 1, TEXT), text, options=FORWARD)
        for why, text in GOOD.items()
    ),
    *(
        breaks(f"no UTF-8: {why}", frame(TEXT, text), 1007, beginning(text), options=FORWARD)
        for why, text in BAD.items()
    ),
    *(
        breaks(
            f"no UTF-8, byte by byte: {why}",
            frame(TEXT, text),
            1007,
            beginning(text),
            cut=1,
            options=FORWARD,
        )
        for why, text in BAD.items()
    ),
    *(
        breaks(
            f"no UTF-8, in fragments: {why}",
            fragments(text, 1, TEXT),
            1007,
            beginning(text),
            options=FORWARD,
        )
        for why, text in BAD.items()
    ),
    carries(
        "text between binary",
        binary(b"\xff") + frame(TEXT, b"text") + binary(b"\x80"),
        b"\xfftext\x80",
        options=FORWARD,
    ),
    carries(
        "a ping within a character",
        frame(TEXT, b"\xc3", fin=0) + frame(PING, b"!") + frame(CONTINUATION, b"\xbc"),
        b"\xc3\xbc",
        pongs=(b"!",),
        options=FORWARD,
    ),
]
STATUS_TOLD = [
    Talk(
        "ready, then data",
        target="ends",
        says=b"RFB 003.008\n",
        data=b"RFB 003.008\n",
        texts=(READY,),
        options=STATUS,
    ),
    Talk(
        "an error and nothing else",
        binary(b"hello"),
        request=opening("/wsServer"),
        texts=(ERROR,),
        target="absent",
        close=1011,
        options=STATUS,
    ),
    Talk(
        "elsewhere nothing",
        binary(b"x") + close(1000),
        b"x",
        request=opening("/wsClient"),
        options=STATUS,
    ),
]
CONNECTED_FIRST = [
    Talk("a session as any other", binary(b"x") + close(1000), b"x", options=FIRST),
    Talk(
        "data beside the request",
        binary(b"early") + close(1000),
        b"early",
        early=True,
        options=FIRST,
    ),
    Talk("target ends", target="ends", says=b"bye", data=b"bye", options=FIRST),
    ask(
        "nobody at the target",
        opening("/wsServer"),
        502,
        options=FIRST,
        ends=True,
        lacks=(b"127.0.0.1",),
        logged=r"unreachable.* target=127\.0\.0\.1:\d+ ",
    ),
]
WITH_ADDRESSES = [
    Talk(
        "nobody at the target",
        binary(b"x"),
        target="absent",
        close=1011,
        request=opening("/wsServer"),
        options=VERBOSE,
        reason=re.compile(rb"Failed to connect to downstream server: " + ADDRESS + rb": .+"),
    ),
    Talk(
        "target resets",
        target="resets",
        says=b"x",
        data=b"x",
        close=1011,
        options=VERBOSE,
        reason=re.compile(rb"Target connection lost: " + ADDRESS + rb": .+"),
    ),
    Talk("target ends", target="ends", reason=b"Target closed", options=VERBOSE),
]


# To the client each message is base64 by itself, of at most --max-frame characters.
BASE64_SPOKEN = [
    *(
        ask(
            f"offered: {offer}",
            opening("/websockify", ("Sec-WebSocket-Protocol", offer)),
            101,
            b"\r\nSec-WebSocket-Protocol: " + answer + b"\r\n",
            options=BASE64,
        )
        for offer, answer in (
            ("base64", b"base64"),
            ("chat, base64", b"base64"),
            ("base64, binary", b"binary"),
        )
    ),
    carries(
        "messages and fragments",
        frame(TEXT, b"Zm9v") + fragments(b"YmFy", 1, TEXT) + frame(TEXT, b"Zg=="),
        b"foobarf",
        request=OFFERING,
        options=BASE64,
    ),
    carries(
        "2 MiB in pieces of 1000",
        frame(TEXT, base64.b64encode(PLENTY)),
        PLENTY,
        cut=1000,
        request=OFFERING,
        options=BASE64,
    ),
    breaks("no base64", frame(TEXT, b"Zm9v!"), 1007, b"foo", request=OFFERING, options=BASE64),
    breaks("cut short", frame(TEXT, b"Zm9vZg"), 1007, b"foof", request=OFFERING, options=BASE64),
    Talk(
        "from the target",
        target="ends",
        says=b"RFB 003.008\n",
        texts=(b"UkZCIDAwMy4wMDgK",),
        request=OFFERING,
        options=BASE64,
    ),
    breaks(
        "with binary spoken text is refused as ever", frame(TEXT, b"Zg=="), 1003, options=BASE64
    ),
]


def says_much(program, folder):
    """2 MiB from the target in base64: each message by itself, in its limits, and all of it"""
    gate = Gate(program, (*BASE64, "--max-frame", "1001"), folder)
    try:
        with gate.connect() as client:
            client.sendall(OFFERING)
            got, rest = read_head(client, b"")
            expect("status", status_of(got), 101)
            with gate.accept_target() as target:
                speaker = threading.Thread(
                    target=lambda: (target.sendall(PLENTY), target.shutdown(socket.SHUT_WR))
                )
                speaker.start()
                reader = FrameReader()
                frames = list(reader.feed(rest))
                while not frames or frames[-1].opcode != CLOSE:
                    more = client.recv(1 << 16)
                    expect("the end", more or "EOF", None if more else "a Close before it")
                    frames += reader.feed(more)
                speaker.join()
        texts = [f.payload for f in frames[:-1]]
        expect("kinds of frames", {f.opcode for f in frames[:-1]}, {TEXT})
        expect("longest", max(map(len, texts)) <= 1001, True)
        decoded = b"".join(base64.b64decode(t, validate=True) for t in texts)
        expect("all of it", decoded, PLENTY)
    finally:
        gate.stop()


def does_not_answer(program, folder):
    """a target that does not answer in time: 504, and with --verbose-close who it was"""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]  # more than its queue takes
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        route = f"/stuck=127.0.0.1:{address[1]}"
        gate = Gate(
            program, (*FIRST, *VERBOSE, "--route", route, "--connect-timeout", "0.3"), folder
        )
        try:
            with gate.connect() as client:
                client.sendall(opening("/stuck"))
                got, body = read_head(client, b"")
                body += until_the_end(client)
            expect("status", status_of(got), 504)
            expect(
                "body",
                body,
                re.compile(rb"the target does not answer: " + ADDRESS + rb": .+", re.DOTALL),
            )
        finally:
            gate.stop()
            for one in waiting:
                one.close()


# Nobody can tell how many threads there are.
THREADS = [
    carries(
        f"{count} threads, {what}",
        frames,
        data,
        data=data,
        target="echo",
        options=("--threads", str(count)),
    )
    for count in (1, 2, 7)
    for what, frames, data in (
        ("one frame", binary(PLENTY), PLENTY),
        ("fragments", fragments(PLENTY, 100_000), PLENTY),
    )
]
# What a page of noVNC asks for by an address relative to its own, by its version and `path`.
BESIDE_PAGES = [
    *(
        ask(f"beside the page: {path}", opening(path), status, options=options)
        for options, path, status in (
            (PAGES, "/novnc/websockify", 101),
            (PAGES, "/novnc/wsClient", 101),
            (PAGES, "/app/websockify", 404),  # a directory without a page
            (PAGES, "/.git/websockify", 404),
            (PAGES, "/novnc/x/websockify", 404),
            (BEHIND, "/vnc/websockify", 101),
            (BEHIND, "/vnc/novnc/websockify", 101),
            (BEHIND, "/websockify", 101),
            (BEHIND, "/other/websockify", 404),
            (BY_TOKEN, "/?token=b", 403),
            (BY_TOKEN, "/vnc.html?token=b", 403),
            (BY_TOKEN, "/vnc.html", 404),
        )
    ),
    *(
        Ask(f"behind the prefix: {path}", get(path), (Answer(status, has),), options=BEHIND)
        for path, status, has in (
            ("/vnc", 301, (b"\r\nlocation: ./vnc/\r\n",)),
            ("/vnc/", 200, ()),
            ("/vnc/novnc/vnc.html", 200, ()),
            ("/novnc/vnc.html", 200, ()),
            ("/vnc/healthz", 200, ()),
            ("/healthz", 200, ()),
            ("/vnc/none", 404, ()),
        )
    ),
]


def prepare(folder):
    for directory in ("", "/novnc", "/app"):
        os.makedirs(f"{folder}/pages{directory}")
    for page in ("vnc.html", "novnc/vnc.html"):
        with open(f"{folder}/pages/{page}", "w", encoding="ascii") as file:
            file.write("page")
    with open(f"{folder}/tokens", "w", encoding="ascii") as file:
        file.write("a: 127.0.0.1:1\n")


ROWS = [
    *BESIDE_PAGES,
    *TEXT_FORWARDED,
    *STATUS_TOLD,
    *CONNECTED_FIRST,
    *WITH_ADDRESSES,
    *BASE64_SPOKEN,
    *THREADS,
]
STORIES = (does_not_answer, says_much)
