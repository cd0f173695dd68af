# A name server of the test's own, and a system that asks nobody else.
# SPDX-License-Identifier: EUPL-1.2
import os
import socket
import struct
import tempfile
import threading
from collections import Counter

from .namespaces import run

ADDRESS, ADDRESS_OF_IPV6 = 1, 28  # types of records
ANSWERED, NO_SUCH_NAME = 0x8180, 0x8183


def mount_over(path, text, folder):
    """Only in a mount namespace of one's own."""
    file = os.path.join(folder, os.path.basename(path))
    with open(file, "w", encoding="ascii") as f:
        f.write(text)
    run("mount", "--bind", file, path)


def ask_only_loopback(options="", hosts="127.0.0.1 localhost\n"):
    """The system's resolver asks /etc/hosts and the name server at 127.0.0.1. Returns the folder
    with the files, to be kept."""
    folder = tempfile.TemporaryDirectory(prefix="names-")
    mount_over("/etc/resolv.conf", f"nameserver 127.0.0.1\n{options}", folder.name)
    mount_over("/etc/nsswitch.conf", "hosts: files dns\n", folder.name)
    mount_over("/etc/hosts", hosts, folder.name)
    return folder


class NameServer:
    """`names`: for each name the lists of addresses that it has at its first, second ... look-up,
    of which the last one stays; None: no answer at all. Counts the look-ups."""

    def __init__(self, names):
        self.lookups = Counter()
        self._names = names
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, client = self._socket.recvfrom(512)
            answer = self._answer(query)
            if answer:
                self._socket.sendto(answer, client)

    def _answer(self, query):
        name, end = name_at(query, 12)
        (kind,) = struct.unpack_from("!H", query, end)
        question = query[12 : end + 4]
        if name not in self._names:
            return query[:2] + struct.pack("!HHHHH", NO_SUCH_NAME, 1, 0, 0, 0) + question
        turns = self._names[name]
        if turns is None:
            return None
        # Both families are asked for at once; each look-up has one query of either.
        number = self.lookups[name, kind]
        self.lookups[name, kind] += 1
        records = [
            record(address)
            for address in turns[min(number, len(turns) - 1)]
            if kind == (ADDRESS_OF_IPV6 if ":" in address else ADDRESS)
        ]
        head = struct.pack("!HHHHH", ANSWERED, 1, len(records), 0, 0)
        return query[:2] + head + question + b"".join(records)


def name_at(message, offset):
    labels = []
    while size := message[offset]:
        labels.append(message[offset + 1 : offset + 1 + size].decode().lower())
        offset += 1 + size
    return ".".join(labels), offset + 1


def record(address):
    """For the name in the question, and not to be kept."""
    is_ipv6 = ":" in address
    packed = socket.inet_pton(socket.AF_INET6 if is_ipv6 else socket.AF_INET, address)
    kind = ADDRESS_OF_IPV6 if is_ipv6 else ADDRESS
    return struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(packed)) + packed
