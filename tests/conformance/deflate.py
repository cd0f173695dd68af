# Autobahn's groups 12 and 13: compression is declined, and what is compressed all the same refused.
# SPDX-License-Identifier: EUPL-1.2
import zlib

from harness.websocket import binary, opening

from cases import ask, breaks, carries

OFFERS = (
    "permessage-deflate",
    "permessage-deflate; client_max_window_bits",
    "permessage-deflate; client_max_window_bits=9; server_max_window_bits=9",
    "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; client_max_window_bits, permessage-deflate",
    "x-webkit-deflate-frame",
    "permessage-bzip2, permessage-snappy",
    "not an; extension=at all,,",
    "",
)


def deflated(payload):
    packer = zlib.compressobj(wbits=-15)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


ROWS = [
    *(
        ask(
            f"offer: {offer}",
            opening("/websockify", ("Sec-WebSocket-Extensions", offer)),
            101,
            lacks=(b"sec-websocket-extensions",),
        )
        for offer in OFFERS
    ),
    *(
        carries(
            f"plain frames behind: {offer}",
            binary(b"plain"),
            b"plain",
            request=opening("/websockify", ("Sec-WebSocket-Extensions", offer)),
        )
        for offer in OFFERS
    ),
    *(
        breaks(
            f"compressed frames behind: {offer}",
            binary(deflated(b"x" * 100), rsv=4),
            1002,
            request=opening("/websockify", ("Sec-WebSocket-Extensions", offer)),
        )
        for offer in OFFERS[:5]
    ),
]
