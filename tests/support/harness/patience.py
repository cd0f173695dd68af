# How long a test waits, and how it waits.
# SPDX-License-Identifier: EUPL-1.2
import time

PATIENCE = 30  # seconds for anything to happen


def eventually(what, probe):
    """Asks again and again until the answer is true; returns it. `what` says what is waited for, or
    is called for the whole text of the failure."""
    deadline = time.monotonic() + PATIENCE
    while not (found := probe()):
        if time.monotonic() > deadline:
            failure = what() if callable(what) else f"waited until {what}"
            raise AssertionError(f"in vain: {failure}")
        time.sleep(0.02)
    return found
