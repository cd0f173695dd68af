# Relay: every byte, both ways, and how a session ends.
# SPDX-License-Identifier: EUPL-1.2
import hashlib
import threading
import time

from registry import case, rows
from words import how_long

MIB = 1 << 20
PATTERN = bytes(range(256)) * 4096  # 1 MiB


def pattern(size):
    return (PATTERN * (size // MIB + 1))[:size]


def sent_by(peer, data):
    """A thread that writes while the case reads."""
    thread = threading.Thread(target=peer.say, args=(data,), daemon=True)
    thread.start()
    return thread


def arrives(reader, data):
    got = reader.read(len(data), within=10)
    return (
        "whole"
        if hashlib.sha256(got).digest() == hashlib.sha256(data).digest()
        else f"{len(got)} of {len(data)} bytes, or others"
    )


@rows(
    [("1", 1), ("8191", 8191), ("8192", 8192), ("8193", 8193), ("1 MiB", MIB), ("32 MiB", 32 * MIB)]
)
def bytes_from_the_server(t, size):
    r = t.start()
    server, viewer = r.pair()
    data = pattern(size)
    sent_by(server, data)
    t.fact("viewer", arrives(viewer, data))


@rows([("1", 1), ("8192", 8192), ("8193", 8193), ("32 MiB", 32 * MIB)])
def bytes_from_the_viewer(t, size):
    r = t.start()
    server, viewer = r.pair(newcomer="server")
    data = pattern(size)
    sent_by(viewer, data)
    t.fact("server", arrives(server, data))


@case
def both_ways_at_once(t):
    r = t.start()
    server, viewer = r.pair()
    there, back = pattern(8 * MIB), pattern(8 * MIB)[::-1]
    sent_by(server, there)
    sent_by(viewer, back)
    results = {}
    reading = threading.Thread(target=lambda: results.update(server=arrives(server, back)))
    reading.start()
    t.fact("viewer", arrives(viewer, there))
    reading.join()
    t.fact("server", results["server"])


@case
def one_byte_at_a_time(t):
    r = t.start()
    server, viewer = r.pair()
    got = b""
    for n in range(50):
        server.say(bytes([n]))
        got += viewer.read(1)
    t.fact("viewer", got == bytes(range(50)))


@case
def answers_come_at_once(t):
    r = t.start()
    server, viewer = r.pair()
    best = 10.0
    for _ in range(5):
        start = time.monotonic()
        for _ in range(5):
            viewer.say(b"ping")
            server.read(4)
            server.say(b"pong")
            viewer.read(4)
        best = min(best, time.monotonic() - start)
    t.fact("five round trips", how_long(best))


@case
def slow_reader_loses_nothing(t):
    r = t.start()
    server, viewer = r.pair()
    data = pattern(16 * MIB)
    sent_by(server, data)
    time.sleep(0.5)  # the sender is held up by now
    t.fact("viewer", arrives(viewer, data))


@case
def slow_reader_holds_up_nobody_else(t):
    r = t.start()
    stuck, _ = r.pair("stuck")
    sent_by(stuck, pattern(16 * MIB))
    server, viewer = r.pair("free")
    server.say(b"hello")
    t.fact("another viewer", viewer.take(5, within=1))


@case
def whatever_the_bytes_are(t):
    """Nothing is understood, so nothing is changed: TLS, a second banner, a second introduction."""
    r = t.start()
    server, viewer = r.pair()
    data = b"\x16\x03\x01\0\x05hello" + b"RFB 000.000\n" * 2 + b"ID:b".ljust(350, b"\0")
    server.say(data)
    t.fact("viewer", arrives(viewer, data))
    viewer.say(data)
    t.fact("server", arrives(server, data))


ENDS = [
    ("viewer newcomer, server closes", "viewer", "server"),
    ("viewer newcomer, viewer closes", "viewer", "viewer"),
    ("server newcomer, server closes", "server", "server"),
    ("server newcomer, viewer closes", "server", "viewer"),
]


def session(t, newcomer, who):
    """(repeater, the side that acts, the other one)"""
    r = t.start(ours=["--linger", "1"])  # the original's second; ours is longer by default
    server, viewer = r.pair(newcomer=newcomer)
    return (r, server, viewer) if who == "server" else (r, viewer, server)


@rows(ENDS)
def close(t, newcomer, who):
    r, leaving, other = session(t, newcomer, who)
    leaving.close()
    t.fact("other", other.end())


@rows(ENDS)
def close_lines(t, newcomer, who):
    r, leaving, other = session(t, newcomer, who)
    leaving.close()
    r.wait("finished xfer.")
    other.end()
    time.sleep(0.3)
    t.fact("relay log", r.relay_log())


@rows(ENDS)
def reset(t, newcomer, who):
    r, leaving, other = session(t, newcomer, who)
    leaving.reset()
    t.fact("other", other.end())
    t.fact("relay log", r.relay_log())


@rows(ENDS)
def last_words_arrive(t, newcomer, who):
    r, leaving, other = session(t, newcomer, who)
    data = pattern(4 * MIB)
    sending = sent_by(leaving, data)
    t.fact("other", arrives(other, data[:MIB]))
    rest = threading.Thread(target=lambda: (sending.join(), leaving.half_close()))
    rest.start()
    t.fact("rest", arrives(other, data[MIB:]))
    rest.join()
    t.fact("then", other.end().split(",")[0])


@rows(ENDS)
def half_close_leaves_the_other_way_open(t, newcomer, who):
    r, leaving, other = session(t, newcomer, who)
    leaving.half_close()
    time.sleep(0.3)
    other.say(b"an answer")
    t.fact("answer", leaving.take(9))
    t.fact("end", leaving.end())


@case
def half_close_is_not_for_ever(t):
    r, leaving, other = session(t, "viewer", "viewer")
    leaving.half_close()
    t.fact("the one that closed", leaving.end())
    t.fact("the other", other.end(within=2).split(",")[0])


@case
def both_close(t):
    r, leaving, other = session(t, "viewer", "viewer")
    leaving.close()
    time.sleep(0.1)  # one after the other, so that their lines do not mix
    other.close()
    r.wait("finished xfer.", 2)
    t.fact("relay log", [line for line in r.relay_log() if "kill TERM" not in line])


@case
def reset_under_a_stream(t):
    r, leaving, other = session(t, "viewer", "viewer")
    sent_by(other, pattern(16 * MIB))
    leaving.read(MIB)
    leaving.reset()
    # Whether what was under way makes it a reset is up to chance.
    t.fact("other", other.end().replace("reset", "eof"))


@case
def one_end_leaves_other_sessions_alone(t):
    r = t.start()
    server, viewer = r.pair("a")
    leaving, _ = r.pair("b")
    leaving.close()
    time.sleep(0.1)
    server.say(b"still here")
    t.fact("viewer", viewer.take(10))


@case
def ten_sessions_at_once(t):
    r = t.start()
    pairs = [r.pair(f"n{n}") for n in range(10)]
    for n, (server, viewer) in enumerate(pairs):
        server.say(b"to viewer %d" % n)
        viewer.say(b"to server %d" % n)
    t.fact("viewers", [viewer.take(11) for _, viewer in pairs])
    t.fact("servers", [server.take(11) for server, _ in pairs])


@case
def idle_session_stays(t):
    r = t.start()
    server, viewer = r.pair()
    t.fact("viewer", viewer.state(6))
    server.say(b"good morning")
    t.fact("then", viewer.take(12))
