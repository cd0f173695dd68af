# Pairs through a repeater, made one after the other and timed.
# SPDX-License-Identifier: EUPL-1.2
import socket
import threading
import time

from .figures import quantile
from .patience import PATIENCE
from .rfb import BANNER, SERVER_BANNER, hello
from .sockets import all_of, connect


def make_pair(repeater, name, source=None, host="127.0.0.1", connect_viewer=None):
    """Both ends, joined: the server's greeting has reached the viewer. `connect_viewer`: how to
    connect to the viewers' port, where that is another way."""
    server = connect(repeater.server_port, host, source)
    try:
        server.sendall(hello(f"ID:{name}") + SERVER_BANNER)
        viewer = (connect_viewer or (lambda port: connect(port, host, source)))(
            repeater.viewer_port
        )
        try:
            viewer.sendall(hello(f"ID:{name}"))
            all_of(len(BANNER) + len(SERVER_BANNER), viewer)
        except BaseException:
            viewer.close()
            raise
    except BaseException:
        server.close()
        raise
    return server, viewer


def close_all(*groups):
    for group in groups:
        for peer in group:
            peer.close()


class Meanwhile:
    """Something that is done on a thread, once and again as long as the block lasts."""

    def __init__(self, pause):
        self._pause = pause
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _run(self):
        self.once()
        while not self._over.wait(self._pause):
            self.once()

    def once(self):
        raise NotImplementedError


class PairsMeanwhile(Meanwhile):
    """Makes pairs while something else happens, and says how long they took."""

    def __init__(self, repeater, source=None, host="127.0.0.1", pause=0.01):
        super().__init__(pause)
        self.times, self.failures = [], []
        self._where = repeater, source, host
        self._number = 0

    def once(self):
        repeater, source, host = self._where
        self._number += 1
        began = time.monotonic()
        try:
            close_all(make_pair(repeater, f"meanwhile_{self._number}", source, host))
            self.times.append(time.monotonic() - began)
        except (OSError, AssertionError) as e:
            self.failures.append(e)

    def milliseconds(self, share):
        return 1000 * quantile(self.times, share)


def is_closed(peer, within=PATIENCE):
    """Whether the other end closes it in time; what comes before is passed over."""
    peer.settimeout(within)
    try:
        while peer.recv(4096):
            pass
    except ConnectionResetError:
        return True
    except (socket.timeout, BlockingIOError):
        return False
    return True
