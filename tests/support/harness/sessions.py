# Good WebSocket sessions to a target that echoes, timed while something else happens.
# SPDX-License-Identifier: EUPL-1.2
import multiprocessing
import selectors
import socket
import ssl
import time

from .figures import quantile
from .pairs import Meanwhile
from .sockets import all_of, connect, listen, port_of
from .websocket import binary, open_session


class Target:
    """Listens, and serves all who come in a process of its own: it costs the script no time."""

    def __init__(self):
        self._listener = listen(backlog=4096)
        self.port = port_of(self._listener)
        multiprocessing.Process(target=self._run, daemon=True).start()

    def _run(self):
        raise NotImplementedError


class Echo(Target):
    """Sends back whatever it gets, as fast as it is taken."""

    def _run(self):
        with selectors.DefaultSelector() as ready:
            self._listener.setblocking(False)
            ready.register(self._listener, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    if key.fileobj is self._listener:
                        self._accept(ready)
                    else:
                        self._echo(key.fileobj, ready)

    def _accept(self, ready):
        try:
            peer, _ = self._listener.accept()
        except OSError:
            return
        ready.register(peer, selectors.EVENT_READ)

    @staticmethod
    def _echo(peer, ready):
        try:
            data = peer.recv(1 << 16)
            if data:
                peer.settimeout(1)  # none of the clients here lets this wait for long
                peer.sendall(data)
                peer.setblocking(False)
                return
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            pass
        ready.unregister(peer)
        peer.close()


class Push(Target):
    """Sends to all who come, without end, whatever they take."""

    def _run(self):
        block = bytes(1 << 16)
        with selectors.DefaultSelector() as ready:
            self._listener.setblocking(False)
            ready.register(self._listener, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    peer = key.fileobj
                    try:
                        if peer is self._listener:
                            peer, _ = peer.accept()
                            peer.setblocking(False)
                            ready.register(peer, selectors.EVENT_WRITE)
                        else:
                            peer.send(block)
                    except BlockingIOError:
                        pass
                    except OSError:
                        ready.unregister(peer)
                        peer.close()


def unverified():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class SessionsMeanwhile(Meanwhile):
    """So many sessions are open as long as the block lasts; each sends a frame now and then, and
    the time until its echo is back is kept. `tls`: they are made through TLS."""

    def __init__(self, port, count=10, pause=0.02, tls=False, host="127.0.0.1", source=None):
        super().__init__(pause)
        self._peers = []
        self.times, self.failures = [], []
        for _ in range(count):
            peer = connect(port, host, source)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = unverified().wrap_socket(peer) if tls else peer
            self._peers.append(open_session(peer))

    def __exit__(self, *how):
        super().__exit__(*how)
        for each in self._peers:
            each.close()

    def once(self):
        said = binary(b"0123456789abcdef")
        for each in self._peers:
            began = time.monotonic()
            try:
                each.sendall(said)
                all_of(2 + 16, each)  # the header of a server's small frame takes 2 bytes
                self.times.append(time.monotonic() - began)
            except (OSError, AssertionError) as e:
                self.failures.append(e)
                self._over.set()
                return

    def milliseconds(self, share):
        return 1000 * quantile(self.times, share)
