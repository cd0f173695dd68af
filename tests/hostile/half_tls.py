#!/usr/bin/env python3
# Thousands of handshakes and requests that stop half-way, at once: half_tls.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import resource
import ssl
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.certificates import make_certificate
from harness.daemons import Gateway
from harness.figures import LONG, closing_all, figure, memory
from harness.patience import eventually
from harness.sessions import Echo, SessionsMeanwhile
from harness.sockets import connect

COUNT = 8_000 if LONG else 1_500
TLS_HANDSHAKES = 1024  # the default of --max-tls-handshakes


def client_hello():
    """What a TLS client sends first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(
        incoming, outgoing, server_hostname="gate.example"
    )
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def burst(gateway, what, first, closed_at_least=0, tls=True):
    """All of them connect, send this, and stay; then all leave."""
    before = memory(gateway.pid)
    with SessionsMeanwhile(gateway.port, tls=tls) as good, closing_all([]) as peers:
        for _ in range(COUNT):
            peers.append(connect(gateway.port))
            peers[-1].sendall(first)
        time.sleep(1)
        eventually("the oldest are closed", lambda: closed(peers) >= closed_at_least)
        grown, gone = memory(gateway.pid) - before, closed(peers)
    figure(f"{COUNT} connections, {what}: memory more", grown, "MB", at_most=80)
    if closed_at_least:
        figure("of them closed, the oldest ones", gone, at_least=closed_at_least)
    eventually(f"memory comes back after {what}", lambda: memory(gateway.pid) - before < 15)
    figure("memory more when they have gone", memory(gateway.pid) - before, "MB", at_most=15)
    figure("good sessions: failures", len(good.failures), at_most=0)
    figure("good sessions: p99", good.milliseconds(0.99), "ms", at_most=250 if LONG else 2000)


def closed(peers):
    return sum(map(has_ended, peers))


def has_ended(peer):
    peer.setblocking(False)
    try:
        while peer.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    echo = Echo()
    with tempfile.TemporaryDirectory() as directory:
        certificate, key = f"{directory}/cert.pem", f"{directory}/key.pem"
        make_certificate(certificate, key, "gate.example")
        options = "--cert", certificate, "--key", key, "--viewer-target", f"127.0.0.1:{echo.port}"
        gateway = Gateway(sys.argv[2], *options)
        hello = client_hello()
        burst(gateway, "that say nothing", b"")
        burst(gateway, "half a ClientHello", hello[: len(hello) // 2])
        burst(gateway, "a whole ClientHello", hello, closed_at_least=COUNT - TLS_HANDSHAKES - 100)
        gateway.stop()
        gateway = Gateway(sys.argv[2], *options[4:])
        half_head = b"GET /websockify HTTP/1.1\r\nHost: gate"
        burst(gateway, "half the head of a request", half_head, tls=False)
        gateway.stop()


if __name__ == "__main__":
    main()
