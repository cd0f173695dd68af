# Heads of HTTP as bytes, right and wrong ones alike.
# SPDX-License-Identifier: EUPL-1.2
from .sockets import all_of


def head(line, fields):
    return (line + "\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields) + "\r\n").encode("latin-1")


def get(path, *add, method="GET", version="1.1"):
    return head(f"{method} {path} HTTP/{version}", [("Host", "gate.example"), *add])


def head_of(peer):
    """The head of the answer that comes, blank line and all."""
    got = b""
    while not got.endswith(b"\r\n\r\n"):
        got += all_of(1, peer)
    return got.decode()
