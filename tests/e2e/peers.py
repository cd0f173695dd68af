# What the Python scenarios share: ports, waiting, and bytes off and onto sockets.
# SPDX-License-Identifier: EUPL-1.2
import os
import signal
import socket
import time

PATIENCE = 30  # seconds for anything to happen


def eventually(what, probe):
    """Asks again and again until the answer is true; returns it."""
    deadline = time.monotonic() + PATIENCE
    while not (found := probe()):
        if time.monotonic() > deadline:
            raise AssertionError(f"in vain: waited until {what}")
        time.sleep(0.02)
    return found


def hang_up(process):
    """Sends HUP. ThreadSanitizer's runtime now and then loses a signal that meets a busy thread (a
    second one comes through, once): there, only when the main thread has come to rest."""
    if "TSAN_OPTIONS" in os.environ:
        eventually("the main thread rests", lambda: rests(process.pid))
    process.send_signal(signal.SIGHUP)


def rests(pid):
    """Its main thread has slept at each of five looks."""
    for _ in range(5):
        time.sleep(0.01)
        if stat_of(pid)[0] != "S":
            return False
    return True


def stat_of(pid):
    """The fields of proc(5)'s stat behind the name: the state comes first."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        return stat.read().rpartition(")")[2].split()


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def listens(port):
    try:
        connect(port).close()
        return True
    except ConnectionRefusedError:
        return False


def exactly(size, peer):
    """The next `size` bytes, or fewer where the stream ends."""
    got = b""
    while len(got) < size and (part := peer.recv(size - len(got))):
        got += part
    return got


def all_of(size, peer):
    """The next `size` bytes, which must come."""
    got = exactly(size, peer)
    if len(got) < size:
        raise AssertionError(f"the connection ended after {got!r}")
    return got


def head_of(peer):
    """Of an answer of HTTP, blank line and all."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += all_of(1, peer)
    return head.decode()


def masked(first, payload=b""):
    """A short frame of a client; the key is nil, since nobody is to be protected here."""
    return bytes([first, 0x80 | len(payload), 0, 0, 0, 0]) + payload
