# IDs: which blocks name one, and which names are the same.
# SPDX-License-Identifier: EUPL-1.2
from registry import case, rows

NAMES = [
    ("digits", b"ID:1234"),
    ("leading zeros", b"ID:007"),
    ("word", b"ID:abc_9"),
    ("one letter", b"ID:a"),
    ("underscore", b"ID:_"),
    ("upper case", b"ID:ABC"),
    ("dash", b"ID:a-b"),
    ("plus", b"ID:A+B"),
    ("dot", b"ID:12.34"),
    ("colon", b"ID:alpha:5900"),
    ("blank inside", b"ID:a b"),
    ("newline", b"ID:a\nb"),
    ("carriage return", b"ID:a\r\n"),
    ("byte above 7F", b"ID:a\xe9"),
    ("UTF-8 inside", "ID:gr\u00fcn".encode()),
    ("text behind NUL", b"ID:a\0ID:b"),
    ("twice", b"ID:ID:5"),
    ("247 letters", b"ID:" + b"x" * 247),
    ("246 letters", b"ID:" + b"y" * 246),
]

NO_NAMES = [
    ("empty", b"ID:"),
    ("blank first", b"ID: 5"),
    ("lower case", b"id:1"),
    ("mixed case", b"Id:1"),
    ("leading blank", b" ID:1"),
    ("leading letter", b"XID:5"),
    ("leading newline", b"\nID:1"),
    ("byte above 7F first", b"ID:\xe9"),
    ("dash first", b"ID:-5"),
    ("no colon", b"ID5"),
    ("NULs", b""),
    ("RFB banner", b"RFB 003.008\n"),
    ("Mode I", b"127.0.0.1:5901"),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    ("HTTP", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
]


@rows(NAMES)
def server(t, text):
    r = t.start()
    peer = r.server(text)
    r.wait("storing new vnc server")
    t.fact("log", r.log())
    t.fact("server", peer.state(0.1))


@rows(NO_NAMES)
def not_from_a_server(t, text):
    r = t.start()
    t.fact("end", r.server(text).end())
    t.fact("log", r.log())


@rows(
    [
        row
        for row in NAMES
        if row[0]
        in (
            "digits",
            "leading zeros",
            "dash",
            "colon",
            "twice",
            "247 letters",
            "byte above 7F",
            "text behind NUL",
        )
    ]
)
def viewer(t, text):
    r = t.start()
    peer = r.viewer(text)
    peer.read(12)
    r.wait("storing new vnc client")
    t.fact("log", r.log())
    t.fact("viewer", peer.state(0.1))


# What each needs from name resolution stays on this machine.
@rows([row for row in NO_NAMES if row[0] in ("empty", "NULs")])
def not_from_a_viewer(t, text):
    r = t.start(ours=["--mode1", "any"])
    peer = r.viewer(text)
    peer.read(12)
    t.fact("end", peer.end(within=8))
    t.fact("log", r.log())


# Do they?
@rows(
    [
        ("case", b"ID:abc", b"ID:ABC"),
        ("leading zero", b"ID:7", b"ID:07"),
        ("UltraVNC display", b"ID:12", b"ID:5912"),
        ("dash", b"ID:a-b", b"ID:a-c"),
        ("port behind", b"ID:alpha", b"ID:alpha:5900"),
        ("dirty tail", b"ID:1234", b"ID:1234\0\xff\x01garbage"),
        ("blank padding", b"ID:1234", b"ID:1234" + b" " * 243),
        ("longest", b"ID:" + b"x" * 247, b"ID:" + b"x" * 247),
        ("one letter more", b"ID:" + b"x" * 20, b"ID:" + b"x" * 21),
        ("prefix", b"ID:ab", b"ID:a"),
    ]
)
def meet(t, server_text, viewer_text):
    r = t.start()
    server = r.server(server_text)
    r.wait("storing new vnc server")
    viewer = r.viewer(viewer_text)
    viewer.read(12)
    server.say(b"hello")
    t.fact("viewer", viewer.take(5, within=0.5))
    t.fact("log", r.log())


@case
def cut_names_collide(t):
    r = t.start()
    first = r.server("ID:a-b")
    r.wait("storing new vnc server")
    r.server("ID:a-c")
    r.wait("storing new vnc server", 2)
    t.fact("first", first.end())
    t.fact("log", r.log())
