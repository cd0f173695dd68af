# Connections of the test's own on loopback, and bytes off them.
# SPDX-License-Identifier: EUPL-1.2
import socket
import struct

from .patience import PATIENCE


def listen(host="127.0.0.1", port=0, **how):
    """A listener; 0: on a port that the system picks."""
    listener = socket.create_server((host, port), **how)
    listener.settimeout(PATIENCE)
    return listener


def accept(listener):
    peer, _ = listener.accept()
    peer.settimeout(PATIENCE)
    return peer


def port_of(listener):
    return listener.getsockname()[1]


def address_of(listener):
    host, port = listener.getsockname()
    return f"{host}:{port}"


def connect(port, host="127.0.0.1", source=None):
    """`source`: the address it comes from."""
    return socket.create_connection(
        (host, port), timeout=PATIENCE, source_address=(source, 0) if source else None
    )


def connect_unix(path):
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(PATIENCE)
    peer.connect(path)
    return peer


def listens(port):
    try:
        connect(port).close()
        return True
    except (ConnectionRefusedError, ConnectionResetError):  # reset: it ends at this moment
        return False


def reset(peer):
    """Closes with RST."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


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


def until_the_end(peer):
    """All that comes until the stream ends. A reset is an end: what we sent was not all read."""
    got = b""
    try:
        while part := peer.recv(1 << 16):
            got += part
    except ConnectionResetError:
        pass
    return got
