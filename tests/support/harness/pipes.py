# Pipes whose readers do not read.
# SPDX-License-Identifier: EUPL-1.2
import contextlib
import fcntl
import os


def full_pipe(case, blocking=True):
    """The number of a pipe's writing end, which takes nothing more; closed after the test. Nobody
    reads it."""
    reader, writer = os.pipe()
    for end in (reader, writer):
        case.addCleanup(os.close, end)
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    os.set_blocking(writer, blocking)
    return writer
