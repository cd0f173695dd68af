# A network of our own: loopback alone, where every port is free and no name leaves the machine.
# SPDX-License-Identifier: EUPL-1.2
import fcntl
import os
import socket
import struct
import subprocess
import sys

INSIDE = "PARITY_PRIVATE_NETWORK"
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def start_loopback():
    with socket.socket() as s:
        flags = struct.unpack("16sh", fcntl.ioctl(s, SIOCGIFFLAGS, struct.pack("16sh", b"lo", 0)))
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags[1] | IFF_UP))


def enter():
    """Starts this program again inside such a network, where the system lets us; True inside."""
    if os.environ.get(INSIDE):
        start_loopback()
        return True
    for how in (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"]):
        try:
            if subprocess.run([*how, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
                continue
        except FileNotFoundError:
            return False
        os.environ[INSIDE] = "1"
        os.execvp(how[0], [*how, sys.executable, *sys.argv])
    return False
