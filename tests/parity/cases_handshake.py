# Handshake: the banner, the 250 bytes, their segments, their time, their length.
# SPDX-License-Identifier: EUPL-1.2
import time

from harness.rfb import BANNER, SERVER_BANNER

from registry import case, rows
from words import AT_ONCE


@case
def banner_at_once_then_silence(t):
    r = t.start()
    viewer = r.viewer()
    t.fact("first bytes", viewer.take(12, within=1))
    t.fact("then", viewer.state())


@case
def viewer_hears_nothing_more_while_it_waits(t):
    r = t.start()
    viewer = r.waiting_viewer("a")
    t.fact("viewer", viewer.state())


@case
def server_hears_nothing_before_a_viewer(t):
    r = t.start()
    server = r.server()
    t.fact("before its introduction", server.state())
    server.introduce("ID:a")
    t.fact("while it waits", server.state())


@rows([("1", "1"), ("0", "0"), ("nothing", ""), ("yes", "yes")])
def no_rfb_variable(t, value):
    r = t.start(env={"ULTRAVNC_REPEATER_NO_RFB": value})
    viewer = r.viewer("ID:a")
    r.wait("storing new vnc client")
    t.fact("viewer", viewer.take(12, within=0.3))
    t.fact("log", r.log())


@case
def no_rfb_still_pairs(t):
    r = t.start(env={"ULTRAVNC_REPEATER_NO_RFB": "1"})
    r.waiting_server("a", after=b"hello viewer")
    viewer = r.viewer("ID:a", after=b"x")
    t.fact("viewer", viewer.take(12))


@case
def viewer_need_not_read_the_banner_first(t):
    r = t.start()
    server = r.waiting_server("a")
    viewer = r.viewer("ID:a", after=b"RFB 003.008\n")
    t.fact("server", server.take(12))
    server.say(b"RFB 003.003\n")
    t.fact("viewer", viewer.take(24))


@rows([("server", "server"), ("viewer", "viewer")], slow=True)
def four_bytes_and_silence(t, side):
    r = t.start()
    peer = r.connect(getattr(r, side + "_port"))
    if side == "viewer":
        peer.read(12)
    peer.say(b"ID:a")
    t.fact("end", peer.end(within=12))
    t.fact("log", r.log())


@rows([("server", "server"), ("viewer", "viewer")], slow=True)
def silence(t, side):
    r = t.start()
    peer = r.connect(getattr(r, side + "_port"))
    t.fact("end", peer.end(within=12))
    t.fact("log", r.log())


@rows([("nothing", 0), ("one byte", 1), ("100 bytes", 100), ("249 bytes", 249)])
def server_ends_after(t, count):
    r = t.start()
    server = r.server()
    server.say(b"ID:a".ljust(250, b"\0")[:count])
    server.half_close()
    t.fact("end", server.end())
    t.fact("log", r.log())


@rows([("nothing", 0), ("100 bytes", 100)])
def viewer_ends_after(t, count):
    r = t.start()
    viewer = r.viewer()
    viewer.read(12)
    viewer.say(b"ID:a".ljust(250, b"\0")[:count])
    viewer.half_close()
    t.fact("end", viewer.end())
    t.fact("log", r.log())


@rows([("server", "server"), ("viewer", "viewer")])
def reset_before_any_byte(t, side):
    r = t.start()
    peer = r.connect(getattr(r, side + "_port"))
    if side == "viewer":
        peer.read(12)
    else:
        r.wait("new vnc server connecting.")
        time.sleep(0.05)  # accepted, and being read
    peer.reset()
    r.wait("read error")
    t.fact("log", r.log())


@rows([("100 and 150", [100, 250]), ("1 and 249", [1, 250]), ("3 and 247", [3, 250])])
def segments(t, cuts):
    r = t.start()
    server = r.server()
    block, begin = b"ID:a".ljust(250, b"\0"), 0
    for cut in cuts:
        server.say(block[begin:cut])
        begin = cut
        time.sleep(0.1)
    t.fact("server", server.state())
    t.fact("log", r.log())


@case
def segmented_viewer_pairs(t):
    r = t.start()
    server = r.waiting_server("a", after=b"hello")
    viewer = r.viewer()
    viewer.say(b"ID:")
    time.sleep(0.1)
    viewer.say(b"a".ljust(247, b"\0"))
    t.fact("viewer", viewer.take(17, within=1.5))
    t.fact("server", server.state(0.1))


@case
def server_banner_sent_early_arrives_first(t):
    r = t.start()
    server = r.waiting_server("a", after=SERVER_BANNER)
    viewer = r.viewer("ID:a")
    t.fact("first", viewer.take(24))
    server.say(b"more")
    t.fact("then", viewer.take(4))


@case
def early_bytes_in_segments_of_their_own(t):
    r = t.start()
    server = r.waiting_server("a")
    for part in (b"RFB ", b"003.", b"008\n"):
        server.say(part)
        time.sleep(0.03)
    viewer = r.viewer("ID:a")
    t.fact("viewer", viewer.take(24))


@case
def early_bytes_of_a_viewer_arrive(t):
    r = t.start()
    viewer = r.waiting_viewer("a", after=b"early viewer")
    server = r.server("ID:a", after=SERVER_BANNER)
    t.fact("server", server.take(12))
    t.fact("viewer", viewer.take(12))


@case
def early_bytes_on_both_sides(t):
    r = t.start()
    server = r.waiting_server("a", after=b"from the server")
    viewer = r.viewer("ID:a", after=b"from the viewer")
    t.fact("server", server.take(15))
    t.fact("viewer", viewer.take(27))


@case
def much_early_data(t):
    r = t.start()
    early = bytes(range(256)) * 128
    r.waiting_server("a", after=early)
    viewer = r.viewer("ID:a")
    t.fact("whole", viewer.read(12 + len(early)) == BANNER + early)


@case
def write_of_303_bytes(t):
    r = t.start()
    viewer = r.waiting_viewer("a", after=b"x" * 53)
    server = r.server("ID:a")
    t.fact("server", server.take(53))
    t.fact("viewer", viewer.state(0.1))


def sized(t, size, **how):
    return t.start(env={"ULTRAVNC_REPEATER_BUFSIZE": size, "BUFSIZE": size}, **how)


@case
def block_of_ten(t):
    r = sized(t, "10")
    r.waiting_server("a", size=10)
    r.viewer("ID:a", size=10)
    r.wait("hooking up")
    t.fact("log", r.log())


@case
def block_of_ten_passes_the_rest_on(t):
    r = sized(t, "10")
    server = r.waiting_server("a", size=10)
    r.viewer(b"ID:a".ljust(10, b"\0") + b"ABCD" * 60)
    t.fact("server", server.take(240))


@case
def block_of_ten_short(t):
    r = sized(t, "10")
    server = r.server(b"ID:a", size=9)
    server.half_close()
    t.fact("end", server.end())
    t.fact("log", r.log())


@case
def block_of_thousand(t):
    r = sized(t, "1000")
    server = r.waiting_server("a", size=1000, after=SERVER_BANNER)
    viewer = r.viewer("ID:a", size=1000)
    t.fact("viewer", viewer.take(24))
    t.fact("server", server.state(0.1))


@case
def block_of_thousand_takes_no_250(t):
    r = sized(t, "1000")
    server = r.server("ID:a")
    server.half_close()
    t.fact("end", server.end())
    t.fact("log", r.log())


@rows(
    [
        ("line", b"ID:q\n"),
        ("bare", b"ID:q"),
        ("padded", b"ID:q".ljust(250, b"\0")),
        ("NUL", b"ID:q\0"),
    ]
)
def no_size(t, text):
    r = sized(t, "0")
    server = r.server(text, size=0)
    r.wait("storing new vnc server")
    viewer = r.viewer(text, size=0)
    r.wait("hooking up")
    server.say(b"hello")
    t.fact("viewer", viewer.take(17))
    t.fact("log", r.log())


@case
def no_size_early_bytes_in_the_same_segment(t):
    r = sized(t, "0")
    r.server(b"ID:q\nRFB 003.008\n", size=0)
    r.wait("storing new vnc server")
    viewer = r.viewer(b"ID:q\n", size=0)
    t.fact("viewer", viewer.take(24, within=0.5))


@case
def no_size_early_bytes_behind(t):
    r = sized(t, "0")
    server = r.server(b"ID:q\n", size=0)
    r.wait("storing new vnc server")
    server.say(SERVER_BANNER)
    viewer = r.viewer(b"ID:q\n", size=0)
    t.fact("viewer", viewer.take(24))


@rows([("server", "server"), ("viewer", "viewer")])
def no_size_and_no_data(t, side):
    r = sized(t, "0", ours=["--mode1", "any"])
    peer = r.connect(getattr(r, side + "_port"))
    if side == "viewer":
        peer.read(12)
    peer.half_close()
    t.fact("end", peer.end(within=6))
    t.fact("log", r.log())


@case(slow=True)
def silent_viewer_keeps_nobody_waiting(t):
    r = t.start()
    r.viewer().read(12)
    start = time.monotonic()
    other = r.viewer()
    t.fact("banner", other.take(12, within=8))
    t.fact("after", "at once" if time.monotonic() - start < AT_ONCE else "some seconds")


@case(slow=True)
def silent_server_keeps_nobody_waiting(t):
    r = t.start()
    r.server()
    r.wait("new vnc server connecting.")
    start = time.monotonic()
    other = r.viewer()
    t.fact("banner", other.take(12, within=8))
    t.fact("after", "at once" if time.monotonic() - start < AT_ONCE else "some seconds")


@case
def refusal_is_a_bare_close(t):
    r = t.start()
    server = r.server("nonsense")
    t.fact("server", server.end())


@case
def after_a_bad_peer_the_next_is_served(t):
    r = t.start()
    r.server("nonsense").end()
    bad = r.viewer()
    bad.half_close()
    bad.end()
    r.waiting_server("a", after=SERVER_BANNER)
    t.fact("viewer", r.viewer("ID:a").take(24))


@case
def padding_is_ignored(t):
    r = t.start()
    r.server(b"ID:a\0" + bytes(range(1, 246)))
    r.wait("storing new vnc server")
    r.viewer("ID:a", pad=b" ")
    r.wait("hooking up")
    t.fact("log", r.log())
