# The base of test cases that start programs: a folder, and what is ended after each test.
# SPDX-License-Identifier: EUPL-1.2
import os
import tempfile
import unittest

from . import sockets
from .files import contents
from .processes import Program


class ProgramCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix=f"{type(self).__name__}-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        """The file's path."""
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def read(self, name):
        return contents(self.path(name))

    def start(self, *command, **how):
        return self.ending(Program(*command, **how))

    def start_display(self, *command, **how):
        """Starts an X server; returns it and its display."""
        read, write = os.pipe()
        server = self.start(*command, "-displayfd", str(write), pass_fds=[write], **how)
        os.close(write)
        with os.fdopen(read) as said:
            return server, ":" + said.readline().strip()

    def ending(self, program):
        """It ends after the test at the latest."""
        self.addCleanup(program.kill)
        return program

    def closing(self, peer):
        """It is closed after the test."""
        self.addCleanup(peer.close)
        return peer

    def listen(self, **how):
        return self.closing(sockets.listen(**how))

    def accept(self, listener):
        return self.closing(sockets.accept(listener))

    def connect(self, port, **how):
        return self.closing(sockets.connect(port, **how))

    def connect_unix(self, path):
        return self.closing(sockets.connect_unix(path))
