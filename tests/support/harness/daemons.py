# The daemons under test, each on ports that it picks, once it listens.
# SPDX-License-Identifier: EUPL-1.2
import atexit
import contextlib
import subprocess

from .processes import Program


class DidNotStart(AssertionError):
    """`program` is what did not; it has ended, by itself or because it was killed."""

    def __init__(self, program, why):
        super().__init__(why)
        self.program = program


class Daemon(Program):
    """Ends with the script at the latest, however that ends."""

    def __init__(self, *command, **how):
        super().__init__(*command, **how)
        atexit.register(self.kill)

    def port_in(self, pattern):
        """The port that its log tells; without it, it ends."""
        try:
            return int(self.says(pattern).group(1))
        except AssertionError as e:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.wait(1)  # it has closed its standard error, and may be about to end
            self.kill()
            raise DidNotStart(self, str(e)) from None


class Repeater(Daemon):
    """`before`: a program that starts it, with its arguments."""

    def __init__(self, repeater, *options, before=(), **how):
        ports = ("--viewer-port", "0", "--server-port", "0")
        super().__init__(*before, repeater, *ports, *options, **how)
        self.viewer_port = self._port_of("client", "viewer")
        self.server_port = self._port_of("server", "server")

    def _port_of(self, perls_word, side):
        """Whatever its --log-format is."""
        return self.port_in(
            rf"(?:watching for IPv4 connections on (?=\d+/{perls_word})"
            rf"|listening side={side} at=[\d.]+:)(\d+)"
        )


class Gateway(Daemon):
    def __init__(self, wsgate, *options, before=(), **how):
        super().__init__(*before, wsgate, "--listen", "127.0.0.1:0", *options, **how)
        self.port = self.port_in(r"listening on 127\.0\.0\.1:(\d+)")


class Tunnel(Daemon):
    def __init__(self, wsgate, *options, **how):
        super().__init__(wsgate, "tunnel", "--listen", "127.0.0.1:0", *options, **how)
        self.port = self.port_in(r"listening on 127\.0\.0\.1:(\d+)")
