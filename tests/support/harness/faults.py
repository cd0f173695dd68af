# Makes calls of a running program fail: arms faults in a page that it shares with the test.
# SPDX-License-Identifier: EUPL-1.2
import errno
import mmap
import os
import struct
import tempfile
from pathlib import Path

# As in tests/support/faults/control.hpp, in that order; with each call, the errors that the system
# may answer it with at any time.
ERRORS = {
    "allocate": ("ENOMEM",),
    "accept": ("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ECONNABORTED", "EINTR", "EPERM"),
    "socket": ("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"),
    "connect": ("ECONNREFUSED", "ETIMEDOUT", "EADDRNOTAVAIL", "ENETUNREACH", "ENOBUFS", "EAGAIN"),
    "read": ("ECONNRESET", "EINTR", "ENOMEM", "EIO", "ETIMEDOUT"),
    "write": ("ECONNRESET", "EPIPE", "EINTR", "ENOBUFS", "ENOMEM", "ENOSPC", "EIO"),
    "splice": ("ENOMEM", "EINVAL", "EINTR", "EPIPE", "ECONNRESET"),
    "epoll_ctl": ("ENOMEM", "ENOSPC"),
    "epoll_wait": ("EINTR",),
    "open": ("EMFILE", "ENFILE", "ENOMEM", "EACCES", "ENOENT", "ENOSPC", "EIO"),
    "make_descriptor": ("EMFILE", "ENFILE", "ENOMEM"),
    "socket_option": ("ENOBUFS", "ENOMEM"),
    "thread": ("EAGAIN",),
}
CALLS = tuple(ERRORS)
KILL = 4095  # in place of an error: the process ends at that call
FAULTS = 16
OFFSETS = 8 * (len(CALLS) + 1)  # the clocks'
FIRST_FAULT = 128
SIZE_OF_FAULT = 24
SIZE = FIRST_FAULT + FAULTS * SIZE_OF_FAULT


def library_for(program):
    """What tests/support/faults is built as: beside the program, unless FAULTS_LIBRARY says where.
    The system would go on without a library that is not there, and no call would fail."""
    beside = Path(program).resolve().parents[1] / "lib" / "libfaults.so"
    library = Path(os.environ.get("FAULTS_LIBRARY") or beside)
    if not library.is_file():
        raise FileNotFoundError(f"{library}: build the target faults, or set FAULTS_LIBRARY")
    return str(library)


class Faults:
    """The page, and the environment that makes a program use it."""

    def __init__(self, program):
        with tempfile.NamedTemporaryFile(prefix="faults-") as file:
            file.truncate(SIZE)
            self._page = mmap.mmap(file.fileno(), SIZE)
            self._name = f"/proc/{os.getpid()}/fd/{os.dup(file.fileno())}"
        self.environment = {"LD_PRELOAD": library_for(program), "FAULTS_CONTROL": self._name}

    def close(self):
        self._page.close()
        os.close(int(self._name.rpartition("/")[2]))

    def counts(self):
        """How many calls of each kind there have been."""
        return dict(zip(CALLS, struct.unpack_from(f"{len(CALLS)}Q", self._page)))

    @property
    def failed(self):
        """How many calls were made to fail."""
        return struct.unpack_from("Q", self._page, 8 * len(CALLS))[0]

    def arm(self, *faults):
        """Each is (call, which one, the name of an error, how many in a row): the first call from
        now is number 1. "KILL" is no error but the end of the process. Replaces those that were
        armed before."""
        if len(faults) > FAULTS:
            raise ValueError("too many faults")
        self.disarm()
        now = self.counts()
        for place, (call, number, error, times) in enumerate(faults):
            at = FIRST_FAULT + place * SIZE_OF_FAULT
            first = now[call] + number
            struct.pack_into("QQ", self._page, at + 8, first, times)
            struct.pack_into("I", self._page, at, CALLS.index(call))
            value = KILL if error == "KILL" else getattr(errno, error)
            struct.pack_into("i", self._page, at + 4, value)

    def disarm(self):
        for place in range(FAULTS):
            struct.pack_into("i", self._page, FIRST_FAULT + place * SIZE_OF_FAULT + 4, 0)

    def move_clocks(self, realtime=None, monotonic=None):
        """Seconds by which they are ahead. The monotonic one is moved before the program starts."""
        for place, seconds in enumerate((realtime, monotonic)):
            if seconds is not None:
                struct.pack_into("q", self._page, OFFSETS + 8 * place, int(seconds * 1e9))
