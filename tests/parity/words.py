# What was seen, in words that are the same on a busy machine.
# SPDX-License-Identifier: EUPL-1.2
import re

AT_ONCE = 0.6  # seconds at most, on a busy machine too; the original's shortest pause is longer


def how_long(seconds):
    """Coarse, so that a busy machine gives the same word."""
    for limit, word in (
        (AT_ONCE, "at once"),
        (2.6, "about 1 s"),
        (3.8, "about 3 s"),
        (7.5, "about 5 s"),
        (13, "about 10 s"),
    ):
        if seconds < limit:
            return word
    return "later"


def show(data):
    """Bytes as text; long runs of one byte are counted."""
    text = data.decode("latin-1")
    return re.sub(
        r"(.)\1{15,}", lambda m: f"<{len(m.group())} x {ascii(m.group(1))}>", text, flags=re.DOTALL
    )
