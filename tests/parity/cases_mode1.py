# Mode I: where a viewer's host and port lead. Ours runs with the original's policy, --mode1 any.
# SPDX-License-Identifier: EUPL-1.2
import random
import socket
import time

from harness.ports import free_port, has_ipv6
from harness.rfb import SERVER_BANNER

from registry import Skip, case, rows

ANY = ["--mode1", "any"]


def ask(t, text, target, **how):
    """A viewer's wish, and what becomes of it."""
    r = t.start(ours=ANY)
    viewer = r.viewer(text, **how)
    viewer.read(12)
    far = target.accept(within=1.5) if target else None
    t.fact("connected", far is not None)
    if far:
        far.say(SERVER_BANNER)
        t.fact("viewer", viewer.take(12))
        viewer.say(b"hello")
        t.fact("target", far.take(5))
    else:
        t.fact("viewer", viewer.end())
    t.fact("log", r.log())


# PORT becomes the number of a port that listens.
@rows(
    [
        ("NULs behind", b"127.0.0.1:PORT", b"\0"),
        ("blanks behind", b"127.0.0.1:PORT", b" "),
        ("newline and NULs", b"127.0.0.1:PORT\n", b"\0"),
        ("newline and blanks", b"127.0.0.1:PORT\n", b" "),
        ("blank and NULs", b"127.0.0.1:PORT ", b"\0"),
        ("garbage behind NUL", b"127.0.0.1:PORT\0garbage", b"\0"),
        ("two colons", b"127.0.0.1::PORT", b"\0"),
        ("second number", b"127.0.0.1:PORT:7", b"\0"),
        ("leading blank", b" 127.0.0.1:PORT", b"\0"),
        ("leading zeros", b"127.0.0.1:00PORT", b"\0"),
        ("name", b"localhost:PORT", b"\0"),
        ("upper case name", b"LOCALHOST:PORT", b"\0"),
        ("short address", b"127.1:PORT", b"\0"),
    ]
)
def host_and_port(t, text, pad):
    target = t.target()
    t.name(f"00{target.port}", "00TPORT")
    ask(t, text.replace(b"PORT", b"%d" % target.port), target, pad=pad)


def own_host():
    """A loopback address nobody else uses, for the ports that Mode I prescribes."""
    return "127.{}.{}.{}".format(*(random.randrange(2, 250) for _ in range(3)))


@case
def port_beyond_65535(t):
    target = t.target()
    t.name(target.port + 65536, "TPORT+65536")
    ask(t, b"127.0.0.1:%d" % (target.port + 65536), target)


@case
def negative_port(t):
    target = t.target()
    ask(t, b"127.0.0.1:-%d" % target.port, target)


@rows([("bracketed", b"[::1]:PORT"), ("bare", b"::1:PORT")])
def ipv6(t, text):
    if not has_ipv6():
        raise Skip("no ::1")
    target = t.target("::1")
    ask(t, text.replace(b"PORT", b"%d" % target.port), target)


# HOST becomes an address of 127/8 that nobody else uses.
@rows(
    [
        ("0", b"HOST:0", 5900),
        ("5", b"HOST:5", 5905),
        ("99", b"HOST:99", 5999),
        ("100", b"HOST:100", 6000),
        ("199", b"HOST:199", 6099),
        ("000000199", b"HOST:000000199", 6099),
        ("none", b"HOST", 5900),
        ("colon alone", b"HOST:", 5900),
    ]
)
def display(t, text, port):
    t.take_well_known_ports()
    target = t.target(own_host(), port)
    ask(t, text.replace(b"HOST", target.host.encode()), target)


@case
def port_200_is_no_display(t):
    host = own_host()
    t.name(host, "HOST")
    ask(t, b"%s:200" % host.encode(), None)


@rows(
    [
        ("none", b""),
        ("blanks", b" " * 250),
        ("colon", b":"),
        ("port alone", b":5901"),
        ("ID without name", b"ID:"),
    ]
)
def no_host(t, text):
    ask(t, text, None)


@case
def nobody_listens(t):
    port = free_port()
    t.name(port, "TPORT")
    ask(t, b"127.0.0.1:%d" % port, None)


@case
def early_bytes_arrive(t):
    target = t.target()
    r = t.start(ours=ANY)
    r.viewer(b"127.0.0.1:%d" % target.port, after=b"early viewer")
    t.fact("target", target.accept().take(12))


@case
def target_need_not_speak_first(t):
    target = t.target()
    r = t.start(ours=ANY)
    viewer = r.viewer(b"127.0.0.1:%d" % target.port, after=b"GET / HTTP/1.0\r\n\r\n")
    far = target.accept()
    t.fact("target", far.take(18))
    far.say(b"HTTP/1.0 200 OK\r\n")
    t.fact("viewer", viewer.take(29))


@case
def target_closes(t):
    target = t.target()
    r = t.start(ours=ANY)
    viewer = r.viewer(b"127.0.0.1:%d" % target.port)
    far = target.accept()
    r.wait("child  2 -> 1.")
    viewer.read(12)
    far.say(b"last words")
    far.close()
    t.fact("viewer", viewer.end())


@case
def relay_lines(t):
    target = t.target()
    r = t.start(ours=ANY)
    r.viewer(b"127.0.0.1:%d" % target.port)
    target.accept()
    r.wait("child  2 -> 1.")
    t.fact("relay log", r.relay_log())


@case
def two_viewers_at_one_target(t):
    target = t.target()
    r = t.start(ours=ANY)
    ends = []
    for n in range(2):
        viewer = r.viewer(b"127.0.0.1:%d" % target.port)
        viewer.read(12)
        far = target.accept()
        far.say(b"far %d" % n)
        ends.append((viewer, far))
    t.fact("viewers", [viewer.take(5) for viewer, _ in ends])


@case
def not_on_the_server_port(t):
    target = t.target()
    r = t.start(ours=ANY)
    server = r.server(b"127.0.0.1:%d" % target.port)
    t.fact("server", server.end())
    t.fact("reached", target.accept(within=0.2) is not None)


@case
def slow_target_keeps_nobody_waiting(t):
    target = t.target(backlog=0)
    full = []
    while len(full) < 4:  # until the queue takes no more
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", target.port))
        t.closing.append(sock)
        full.append(sock)
    r = t.start(ours=ANY)
    r.viewer(b"127.0.0.1:%d" % target.port)
    r.wait("making vnc client connection directly")
    time.sleep(0.1)  # the connect is under way
    other = r.viewer()
    t.fact("another viewer", other.take(12, within=1.5))


@case
def default_policy(t):
    target = t.target()
    r = t.start()
    viewer = r.viewer(b"127.0.0.1:%d" % target.port)
    viewer.read(12)
    t.fact("connected", target.accept(within=0.5) is not None)
    t.fact("viewer", viewer.state(1.5))
    t.fact("log", r.log())
