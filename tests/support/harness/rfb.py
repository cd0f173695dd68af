# What is said on the way to a session: greetings, and the hello that names an ID.
# SPDX-License-Identifier: EUPL-1.2

BANNER = b"RFB 000.000\n"  # the repeater's greeting
SERVER_BANNER = b"RFB 003.008\n"


def hello(text, size=250, pad=b"\0"):
    """An ID, or a destination, in the frame that the repeater reads."""
    return (text if isinstance(text, bytes) else text.encode()).ljust(size, pad)
