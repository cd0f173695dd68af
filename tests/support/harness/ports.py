# Ports that are free: for programs that cannot pick one themselves.
# SPDX-License-Identifier: EUPL-1.2
import random
import socket
import threading

_given = set()
_lock = threading.Lock()


def free_port():
    """Below the range that outgoing connections use, never given twice, free right now."""
    with _lock:
        for _ in range(1000):
            port = random.randrange(10000, 30000)
            if port not in _given and can_bind("0.0.0.0", port) and can_bind("::", port):
                _given.add(port)
                return port
    raise RuntimeError("no free port")


def free_ports(count):
    return [free_port() for _ in range(count)]


def can_bind(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind((address, port))
        return True
    except OSError:
        return family == socket.AF_INET6 and not has_ipv6()


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False
