# Plain HTTP: the spec's section 8, from files to the requests that smuggle another one in.
# SPDX-License-Identifier: EUPL-1.2
import base64
import os

from harness.http import get, head
from harness.websocket import opening

from cases import Answer, Ask, ask

WEB = ("--web", "{folder}/web")
PASSWORD = (*WEB, "--auth-file", "{folder}/users", "--web-auth")
PAGE = b"<!doctype html><title>desk</title>"
DIGITS = b"0123456789" * 10
TYPES = {
    "html": "text/html",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "css": "text/css",
    "json": "application/json",
    "map": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "ico": "image/",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "wasm": "application/wasm",
    "mp3": "audio/mpeg",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "txt": "text/plain",
    "webmanifest": "application/manifest+json",
    "unknown": "application/octet-stream",
}


def prepare(folder):
    web = f"{folder}/web"
    os.makedirs(f"{web}/app/empty")
    files = {
        "index.html": PAGE,
        "app/index.html": PAGE,
        "digits.txt": DIGITS,
        ".hidden": b"secret",
        "app/.git": b"secret",
        "packed.js": b"plain" * 100,
        "packed.js.gz": b"\x1f\x8bpacked",
        "a b.txt": b"blank",
        "größe.txt": b"name",
        **{f"type.{end}": b"x" for end in TYPES},
    }
    for name, content in files.items():
        with open(f"{web}/{name}", "wb") as file:
            file.write(content)
    with open(f"{folder}/secret.txt", "wb") as file:
        file.write(b"secret")
    with open(f"{folder}/users", "w", encoding="ascii") as file:
        file.write("helper:let me in\n")
    os.symlink("../secret.txt", f"{web}/link.txt")
    os.symlink("..", f"{web}/up")
    os.symlink("digits.txt", f"{web}/inside.txt")


def file_is(name, path, body, *has, **more):
    return Ask(name, get(path), (Answer(200, has, body=body),), options=WEB, **more)


def file_not(path, status=404):
    return ask(f"no file: {path}", get(path), status, options=WEB)


def login(text):
    return "Authorization", "Basic " + base64.b64encode(text.encode()).decode()


def smuggle(name, *fields, body=b"", status=400):
    """What two readers would understand differently. It may not be followed by a second answer."""
    return ask(
        name,
        head("GET / HTTP/1.1", [("Host", "a"), *fields]) + body + get("/healthz"),
        status,
        options=WEB,
        ends=True,
    )


FILES = [
    file_is("index of the root", "/", PAGE, b"content-type: text/html"),
    file_is("index of a directory", "/app/", PAGE),
    file_is("a query changes nothing", "/digits.txt?path=x", DIGITS),
    file_is("percent-encoded", "/a%20b.txt", b"blank"),
    file_is("percent-encoded UTF-8", "/gr%C3%B6%C3%9Fe.txt", b"name"),
    file_is("a dot segment inside", "/app/../digits.txt", DIGITS),
    file_is("absolute form", "http://gate.example/digits.txt", DIGITS),
    file_is("two slashes in front", "//digits.txt", DIGITS),
    *(
        file_is(f"type of .{end}", f"/type.{end}", b"x", f"\r\ncontent-type: {kind}".encode())
        for end, kind in TYPES.items()
    ),
    *(
        file_not(path)
        for path in (
            "/none",
            "/app/empty/",
            "/.hidden",
            "/app/.git",
            "/.git/config",
            "/link.txt",
            "/up/secret.txt",
            "/digits.txt/",
            "/index.html/x",
            "/Digits.txt",
        )
    ),
    *(
        file_not(path, (400, 403, 404))
        for path in (
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/app/../../secret.txt",
            "/..%2fsecret.txt",
            "/%2e%2e%2fsecret.txt",
            "/..\\secret.txt",
            "/..%5csecret.txt",
            "/digits.txt%00.html",
            "/%ff",
            "/%c0%ae%c0%ae/secret.txt",
            "/a%0ab",
            "/%",
            "/%2",
            "/%zz",
            "/%252e%252e/secret.txt",
            "//etc/passwd",
            "/./../secret.txt",
        )
    ),
]
VALIDATORS = [
    Ask(
        "HEAD is GET without a body",
        get("/digits.txt", method="HEAD") + get("/healthz"),
        (Answer(200, (b"\r\ncontent-length: 100\r\n",)), Answer(200)),
        methods=("HEAD", "GET"),
        options=WEB,
    ),
    file_is(
        "validators and safety",
        "/digits.txt",
        DIGITS,
        b'\r\netag: "',
        b"\r\nlast-modified: ",
        b"\r\naccept-ranges: bytes\r\n",
        b"\r\nx-content-type-options: nosniff\r\n",
        b"\r\nreferrer-policy: no-referrer\r\n",
        b"\r\ncache-control: max-age=3600",
    ),
    file_is("pages are asked for again", "/", PAGE, b"\r\ncache-control: no-cache"),
    ask(
        "not changed since",
        get("/digits.txt", ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")),
        304,
        options=WEB,
    ),
    ask("any tag will do", get("/digits.txt", ("If-None-Match", "*")), 304, options=WEB),
    Ask(
        "another tag",
        get("/digits.txt", ("If-None-Match", '"other"')),
        (Answer(200, body=DIGITS),),
        options=WEB,
    ),
    *(
        Ask(
            f"range {r}",
            get("/digits.txt", ("Range", r)),
            (Answer(206, (b"\r\ncontent-range: bytes " + where + b"/100\r\n",), body=part),),
            options=WEB,
        )
        for r, where, part in (
            ("bytes=0-4", b"0-4", b"01234"),
            ("bytes=95-", b"95-99", b"56789"),
            ("bytes=-3", b"97-99", b"789"),
            ("bytes=98-500", b"98-99", b"89"),
        )
    ),
    *(
        ask(
            f"range {r}",
            get("/digits.txt", ("Range", r)),
            416,
            b"\r\ncontent-range: bytes */100",
            options=WEB,
        )
        for r in ("bytes=100-", "bytes=-0")
    ),
    *(
        Ask(
            f"range {r} is not for us",
            get("/digits.txt", ("Range", r)),
            (Answer(200, body=DIGITS),),
            options=WEB,
        )
        for r in ("lines=1-2", "bytes=5-1", "bytes=x-y")
    ),
    Ask(
        "packed neighbour",
        get("/packed.js", ("Accept-Encoding", "br, gzip")),
        (
            Answer(
                200,
                (
                    b"\r\ncontent-encoding: gzip\r\n",
                    b"\r\ncontent-type: text/javascript",
                    b"\r\nvary: accept-encoding\r\n",
                ),
                body=b"\x1f\x8bpacked",
            ),
        ),
        options=WEB,
    ),
    Ask(
        "packed neighbour not accepted",
        get("/packed.js"),
        (Answer(200, lacks=(b"content-encoding",), body=b"plain" * 100),),
        options=WEB,
    ),
]
CONNECTIONS = [
    Ask(
        "three requests on one connection",
        get("/") + get("/none") + get("/digits.txt"),
        (Answer(200, body=PAGE), Answer(404), Answer(200, body=DIGITS)),
        options=WEB,
    ),
    Ask(
        "the last of a connection",
        get("/", ("Connection", "close")),
        (Answer(200, body=PAGE),),
        ends=True,
        options=WEB,
    ),
    Ask("HTTP/1.0", get("/", version="1.0"), (Answer(200, body=PAGE),), ends=True, options=WEB),
    Ask(
        "an answer, then a WebSocket", get("/") + opening(), (Answer(200), Answer(101)), options=WEB
    ),
    ask("rubbish", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, ends=True),
    ask(
        "PROXY header of a stranger",
        b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get("/"),
        400,
        ends=True,
    ),
]
METHODS = [
    *(
        ask(f"{m}", get("/", method=m), 405, b"\r\nallow: GET, HEAD, OPTIONS\r\n", options=WEB)
        for m in ("POST", "PUT", "DELETE", "TRACE", "PATCH")
    ),
    *(
        ask(
            f"health as {line}",
            head(line, fields),
            204,
            b"\r\nallow: GET, HEAD, OPTIONS\r\n",
            lacks=(b"content-length",),
        )
        for line, fields in (
            ("OPTIONS / HTTP/1.0", []),
            ("OPTIONS * HTTP/1.1", [("Host", "a")]),
            ("OPTIONS /healthz HTTP/1.1", [("Host", "a")]),
        )
    ),
    ask(
        "CONNECT",
        head("CONNECT other.example:443 HTTP/1.1", [("Host", "other.example")]),
        (400, 405),
        options=WEB,
    ),
    ask("BREW", get("/", method="BREW"), 501, options=WEB),
    ask(
        "a body is not the next request",
        get("/", ("Content-Length", str(len(get("/healthz")))), method="POST") + get("/healthz"),
        405,
        options=WEB,
        ends=True,
    ),
    ask(
        "nor is a chunked one",
        get("/", ("Transfer-Encoding", "chunked"), method="POST")
        + b"5\r\nabcde\r\n0\r\n\r\n"
        + get("/healthz"),
        405,
        options=WEB,
        ends=True,
    ),
]
SMUGGLING = [
    smuggle("two Hosts", ("Host", "b")),
    smuggle("two lengths", ("Content-Length", "0"), ("Content-Length", "5")),
    smuggle("two lengths in one", ("Content-Length", "0, 5")),
    smuggle("a signed length", ("Content-Length", "+0")),
    smuggle("a length in words", ("Content-Length", "none")),
    smuggle("a huge length", ("Content-Length", "9" * 30)),
    smuggle("length and encoding", ("Content-Length", "5"), ("Transfer-Encoding", "chunked")),
    smuggle("unknown encoding", ("Transfer-Encoding", "gzip")),
    smuggle("encoding in disguise", ("Transfer-Encoding", "xchunked")),
    smuggle("two encodings", ("Transfer-Encoding", "gzip, chunked")),
    smuggle("encoding twice", ("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "identity")),
    smuggle("GET with a body", ("Content-Length", "5"), body=b"abcde"),
]
WITHOUT_FILES = [
    ask("no files: /", get("/"), 404),
    ask("no files: a file", get("/index.html"), 404),
    *(
        ask(
            f"{p} is for WebSockets",
            get(p),
            426,
            b"\r\nupgrade: websocket\r\n",
            b"\r\nconnection: upgrade",
        )
        for p in ("/websockify", "/wsClient", "/wsServer", "/websockify?token=x")
    ),
    Ask("health", get("/healthz"), (Answer(200, body=b"ok\n"),)),
    ask("readiness, as /wsServer's target is absent", get("/readyz"), 503, asks_targets=True),
    ask("metrics are for operators", get("/metrics"), 404),
]
PASSWORDS = [
    ask(
        "files want a password",
        get("/"),
        401,
        b"\r\nwww-authenticate: basic realm=",
        options=PASSWORD,
    ),
    ask("so do sessions", opening(), 401, b"\r\nwww-authenticate: basic realm=", options=PASSWORD),
    ask("a wrong one", get("/", login("helper:let me out")), 401, options=PASSWORD),
    Ask(
        "the right one, for a file",
        get("/", login("helper:let me in")),
        (Answer(200, body=PAGE),),
        options=PASSWORD,
    ),
    ask(
        "the right one, for a session",
        opening("/websockify", login("helper:let me in")),
        101,
        options=PASSWORD,
    ),
    ask("health is for all", get("/healthz"), 200, options=PASSWORD),
]
ROWS = [*FILES, *VALIDATORS, *CONNECTIONS, *METHODS, *SMUGGLING, *WITHOUT_FILES, *PASSWORDS]
