# What the Python scenarios share: reading from a socket.
# SPDX-License-Identifier: EUPL-1.2


def exactly(size, peer):
    """The next `size` bytes, or fewer where the stream ends."""
    got = b""
    while len(got) < size and (part := peer.recv(size - len(got))):
        got += part
    return got
