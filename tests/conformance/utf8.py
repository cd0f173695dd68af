# Autobahn's group 6: text, which is refused here whether it is UTF-8 or not. Spec F9.
# SPDX-License-Identifier: EUPL-1.2
from harness.websocket import CONTINUATION, TEXT, binary, fragments, frame

from cases import breaks

GOOD = {
    "empty": b"",
    "ASCII": b"Good day",
    "NUL": b"\x00",
    "two bytes": "Grüße".encode(),
    "three bytes": "東京".encode(),
    "four bytes": "🛰".encode(),
    "mixed": "Zürich, Αθήνα, 東京, 🛰".encode(),
    "first of two bytes": b"\xc2\x80",
    "last of two bytes": b"\xdf\xbf",
    "first of three bytes": b"\xe0\xa0\x80",
    "before the surrogates": b"\xed\x9f\xbf",
    "behind the surrogates": b"\xee\x80\x80",
    "no character": b"\xef\xbf\xbf",
    "first of four bytes": b"\xf0\x90\x80\x80",
    "last of all": b"\xf4\x8f\xbf\xbf",
}
BAD = {
    "lone continuation": b"\x80",
    "lone start of two": b"\xc3",
    "lone start of three": b"\xe6\x9d",
    "lone start of four": b"\xf0\x9f\x9b",
    "start, then ASCII": b"\xc3A",
    "two bytes, overlong": b"\xc0\xaf",
    "three bytes, overlong": b"\xe0\x80\xaf",
    "four bytes, overlong": b"\xf0\x80\x80\xaf",
    "high surrogate": b"\xed\xa0\x80",
    "low surrogate": b"\xed\xbf\xbf",
    "beyond the last": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "FE": b"\xfe",
    "FF": b"\xff",
    "good, then bad": "Grüße".encode() + b"\xed\xa0\x80edited",
}

ROWS = [
    *(breaks(f"refused: {why}", frame(TEXT, text), 1003) for why, text in GOOD.items()),
    *(
        breaks(f"refused, byte by byte: {why}", frame(TEXT, text), 1003, cut=1)
        for why, text in GOOD.items()
    ),
    *(
        breaks(f"refused, in fragments: {why}", fragments(text, 1, TEXT), 1003)
        for why, text in GOOD.items()
    ),
    *(breaks(f"refused: {why}", frame(TEXT, text), (1003, 1007)) for why, text in BAD.items()),
    breaks("refused behind good data", binary(b"good") + frame(TEXT, b"x"), 1003, b"good"),
    breaks(
        "refused at its first fragment", frame(TEXT, b"a", fin=0) + frame(CONTINUATION, b"b"), 1003
    ),
]
