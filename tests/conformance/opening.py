# The opening handshake: the spec's section 2, with subprotocols, and what of section 1 is a path.
# SPDX-License-Identifier: EUPL-1.2
import base64

from harness.websocket import ACCEPT, KEY, opening

from cases import ask

HANDSHAKE = "/websockify"
UPGRADE_REQUIRED = (
    b"\r\nSec-WebSocket-Version: 13\r\n",
    b"\r\nUpgrade: websocket\r\n",
    b"\r\nConnection: Upgrade",
)


def with_line(line):
    """The request with one more line, as it is."""
    return opening()[:-2] + line + b"\r\n\r\n"


def offering(*fields):
    return opening(HANDSHAKE, *(("Sec-WebSocket-Protocol", f) for f in fields))


def key_of(size):
    return base64.b64encode(bytes(size)).decode()


REFUSED = [
    ask("POST", opening(line="POST /websockify HTTP/1.1"), (400, 405)),
    ask("HTTP/1.0", opening(line="GET /websockify HTTP/1.0"), 400),
    ask("HTTP/2.0 in words", opening(line="GET /websockify HTTP/2.0"), (400, 505)),
    ask("no Host", opening(without=("Host",)), 400),
    ask("two Hosts", opening(HANDSHAKE, ("Host", "other.example")), 400),
    ask("no Connection", opening(without=("Connection",)), 400),
    ask("Connection without upgrade", opening(connection="keep-alive"), 400),
    ask("no key", opening(without=("Sec-WebSocket-Key",)), 400),
    ask("two keys", opening(HANDSHAKE, ("Sec-WebSocket-Key", KEY)), 400),
    *(ask(f"key of {n} bytes", opening(sec_websocket_key=key_of(n)), 400) for n in (0, 15, 17, 32)),
    ask("key is no base64", opening(sec_websocket_key="!!!!!!!!!!!!!!!!!!!!!!=="), 400),
    ask("two versions", opening(HANDSHAKE, ("Sec-WebSocket-Version", "13")), 400),
    ask("with a body", opening(HANDSHAKE, ("Content-Length", "3")) + b"abc", 400),
    ask(
        "with a chunked body",
        opening(HANDSHAKE, ("Transfer-Encoding", "chunked")) + b"0\r\n\r\n",
        400,
    ),
    *(
        ask(f"version {v!r}", opening(sec_websocket_version=v), 426, *UPGRADE_REQUIRED)
        for v in ("0", "7", "8", "12", "14", "013", "13, 8", "")
    ),
    ask("no version", opening(without=("Sec-WebSocket-Version",)), 426, *UPGRADE_REQUIRED),
    ask(
        "no Upgrade", opening(without=("Upgrade", "Connection")), 426, b"\r\nUpgrade: websocket\r\n"
    ),
    ask("other Upgrade", opening(upgrade="h2c"), 426, b"\r\nUpgrade: websocket\r\n"),
    ask("head of 65 KiB", opening(HANDSHAKE, ("X-Long", "a" * 66000)), 431),
    ask("101 fields", opening(HANDSHAKE, *((f"X-{i}", "1") for i in range(96))), 431),
    ask("request line over 8 KiB", opening("/websockify?" + "a" * 8300), 414),
    ask("only base64 offered", offering("base64"), 400),
    ask("unknown and base64 offered", offering("chat, base64"), 400),
]
BAD_BYTES = [
    ask("control byte in a value", with_line(b"X: a\x01b"), 400),
    ask("DEL in a value", with_line(b"X: a\x7fb"), 400),
    ask("NUL in a value", with_line(b"X: a\0b"), 400),
    ask("NUL in a name", with_line(b"X\0: a"), 400),
    ask("bare LF", with_line(b"X: a\nY: b"), 400),
    ask("bare CR", with_line(b"X: a\rY: b"), 400),
    ask("blank before the colon", with_line(b"X : a"), 400),
    ask("no colon", with_line(b"X-without"), 400),
    ask("empty name", with_line(b": a"), 400),
    ask("folded line", with_line(b"X: a\r\n b"), 400),
    ask("control byte in the target", opening(line="GET /web\x01sockify HTTP/1.1"), 400),
    ask("two blanks in the request line", opening(line="GET  /websockify HTTP/1.1"), 400),
    ask("no version in the request line", opening(line="GET /websockify"), 400),
]
ACCEPTED = [
    ask(
        "as browsers do",
        opening(),
        101,
        b"HTTP/1.1 101 Switching Protocols\r\n",
        b"\r\nUpgrade: websocket\r\n",
        b"\r\nConnection: Upgrade\r\n",
        b"\r\nSec-WebSocket-Accept: " + ACCEPT + b"\r\n",
        b"\r\nServer: wsgate\r\n",
        lacks=(b"sec-websocket-extensions", b"keep-alive", b"sec-websocket-protocol"),
    ),
    ask(
        "lists, and letters' case",
        opening(connection="keep-alive, UPGRADE", upgrade="other/1, WebSocket"),
        101,
        b"\r\nConnection: Upgrade\r\n",
        lacks=(b"keep-alive",),
    ),
    ask(
        "two Connection fields",
        opening(HANDSHAKE, ("Connection", "keep-alive")),
        101,
        b"\r\nConnection: Upgrade\r\n",
        lacks=(b"keep-alive",),
    ),
    ask(
        "names in small letters",
        opening(without=("Sec-WebSocket-Key",)).replace(b"Host", b"hOST")[:-2]
        + f"sec-websocket-KEY: {KEY}\r\n\r\n".encode(),
        101,
    ),
    ask("an empty body", opening(HANDSHAKE, ("Content-Length", "0")), 101),
    ask("head of 63 KiB", opening(HANDSHAKE, ("Cookie", "a" * 64000)), 101),
    ask("100 fields", opening(HANDSHAKE, *((f"X-{i}", "1") for i in range(95))), 101),
    ask("bytes above ASCII in a value", with_line("X: Zürich".encode()), 101),
]
PROTOCOLS = [
    *(
        ask(f"offered: {fields}", offering(*fields), 101, b"\r\nSec-WebSocket-Protocol: binary\r\n")
        for fields in (
            ("binary",),
            ("base64, binary",),
            ("base64,binary",),
            ("base64", " binary "),
            ("a,b,\tbinary",),
            ("binary, binary",),
            (",binary,",),
        )
    ),
    *(
        ask(f"offered: {fields}", offering(*fields), 101, lacks=(b"sec-websocket-protocol",))
        for fields in ((), ("chat",), ("Binary",), ("chat, superchat",), ("",), ("binary2",))
    ),
]
PATHS = [
    *(
        ask(f"path {p}", opening(p), 101)
        for p in (
            "/wsClient",
            "/websockify",
            "/websockify/",
            "/%77ebsockify",
            "/wsClient?token=x",
            "/websockify?path=/wsServer",
            "http://gate.example/websockify",
            "ws://gate.example/websockify",
            "WSS://gate.example/websockify",
            "//websockify",
            "/websockify//",
            "/./websockify",
            "/x/../websockify",
        )
    ),
    *(
        ask(f"path {p}", opening(p), 404)
        for p in (
            "/",
            "/nope",
            "/WEBSOCKIFY",
            "/wsclient",
            "/websockify/x",
            "/x/websockify",
            "/../websockify",
            "/?/websockify",
        )
    ),
]
# What is refused leaves a line that says where it went and why; no query, since that holds tokens.
TOLD = [
    ask(
        name,
        head,
        status,
        logged=rf"info refused .* path=/websockify status={status} cause=.*{why}",
    )
    for name, head, status, why in (
        ("HTTP/1.0 is told", opening(line="GET /websockify?a HTTP/1.0"), 400, "proxy_http_version"),
        ("no Upgrade is told", opening(without=("Upgrade", "Connection")), 426, "Upgrade"),
        ("no Connection is told", opening(without=("Connection",)), 400, "Connection"),
        ("no Host is told", opening(without=("Host",)), 400, "Host"),
        ("base64 is told", offering("base64"), 400, "--base64"),
        ("a long head is told", opening(HANDSHAKE, ("X-Long", "a" * 66000)), 431, "--max-head"),
    )
]
ROWS = [*TOLD, *REFUSED, *BAD_BYTES, *ACCEPTED, *PROTOCOLS, *PATHS]
