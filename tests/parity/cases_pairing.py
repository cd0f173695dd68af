# Pairing: who meets whom, in which order, and what a second of the same kind means.
# SPDX-License-Identifier: EUPL-1.2
import time

from harness.rfb import SERVER_BANNER

from registry import case, rows


@case
def server_first(t):
    r = t.start()
    server = r.waiting_server("a")
    viewer = r.viewer("ID:a")
    viewer.read(12)
    r.wait("hooking up")
    server.say(b"from server")
    viewer.say(b"from viewer")
    t.fact("viewer", viewer.take(11))
    t.fact("server", server.take(11))
    t.fact("log", r.log())


@case
def viewer_first(t):
    r = t.start()
    viewer = r.waiting_viewer("a")
    server = r.server("ID:a")
    r.wait("hooking up")
    server.say(b"from server")
    viewer.say(b"from viewer")
    t.fact("viewer", viewer.take(11))
    t.fact("server", server.take(11))
    t.fact("log", r.log())


def join(r, side, name="a"):
    """One more of `side`, introduced."""
    peer = r.connect(getattr(r, side + "_port")).introduce("ID:" + name)
    if side == "viewer":
        peer.read(12)
    return peer


def word(side):
    return "client" if side == "viewer" else "server"


SIDES = [("server", "server", "viewer"), ("viewer", "viewer", "server")]


@rows(SIDES)
def duplicate_replaces(t, side, other):
    r = t.start()
    first = join(r, side)
    r.wait("storing new vnc")
    second = join(r, side)
    r.wait("storing new vnc", 2)
    t.fact("first", first.end())
    t.fact("second", second.state(0.1))
    t.fact("log", r.log())
    partner = join(r, other)
    r.wait("hooking up")
    second.say(b"I am second")
    t.fact("partner", partner.take(11))


@rows(SIDES)
def duplicate_replaces_twice(t, side, other):
    r = t.start()
    peers = []
    for n in range(3):
        peers.append(join(r, side))
        r.wait("storing new vnc", n + 1)
    t.fact("peers", [peer.state(0.15) for peer in peers])
    t.fact("log", r.log())


@rows(SIDES)
def duplicate_refused(t, side, other):
    r = t.start("-r")
    first = join(r, side)
    r.wait("storing new vnc")
    second = join(r, side)
    r.wait("refusing extra")
    t.fact("second", second.end())
    t.fact("first", first.state(0.1))
    t.fact("log", r.log())
    partner = join(r, other)
    r.wait("hooking up")
    first.say(b"I am first")
    t.fact("partner", partner.take(10))


@rows(SIDES)
def refusing_mode_pairs(t, side, other):
    r = t.start("-r")
    join(r, side)
    r.wait("storing new vnc")
    join(r, other)
    r.wait("hooking up")
    t.fact("log", r.log())


@rows(SIDES)
def partner_closed_meanwhile(t, side, other):
    r = t.start()
    gone = join(r, side)
    r.wait("storing new vnc")
    gone.close()
    time.sleep(0.05)
    late = join(r, other)
    r.wait("storing new vnc", 2)
    t.fact("late", late.state(0.2))
    t.fact("log", r.log())


@case
def bytes_of_a_server_that_left_are_dropped(t):
    r = t.start()
    r.waiting_server("a", after=SERVER_BANNER).close()
    time.sleep(0.05)
    viewer = r.waiting_viewer("a")
    t.fact("viewer", viewer.state())


@case
def half_closed_server_counts_as_gone(t):
    r = t.start()
    server = r.waiting_server("a")
    server.half_close()
    time.sleep(0.05)
    r.waiting_viewer("a")
    t.fact("server", server.end())


@rows(SIDES)
def partner_reset_meanwhile(t, side, other):
    r = t.start()
    gone = join(r, side)
    r.wait("storing new vnc")
    gone.reset()
    time.sleep(0.05)
    late = join(r, other)
    t.fact("late", late.end(within=2.5))
    t.fact("log", r.log())


@rows(SIDES)
def duplicate_of_a_closed_one_replaces(t, side, other):
    r = t.start()
    join(r, side).close()
    r.wait("storing new vnc")
    time.sleep(0.05)
    second = join(r, side)
    r.wait("storing new vnc", 2)
    t.fact("second", second.state(0.1))
    t.fact("log", r.log())


@rows(SIDES)
def duplicate_of_a_closed_one_is_not_refused(t, side, other):
    r = t.start("-r")
    gone = join(r, side)
    r.wait("storing new vnc")
    gone.close()
    time.sleep(0.05)
    second = join(r, side)
    r.wait("storing new vnc", 2)
    t.fact("second", second.state(0.1))
    t.fact("log", r.log())


@rows(SIDES)
def duplicate_of_a_reset_one_is_not_refused(t, side, other):
    r = t.start("-r")
    gone = join(r, side)
    r.wait("storing new vnc")
    gone.reset()
    time.sleep(0.05)
    second = join(r, side)
    t.fact("second", second.state())
    t.fact("log", r.log())


@case
def left_peers_keep_no_descriptors(t):
    r = t.start()
    before = r.sockets()
    for n in range(5):
        r.waiting_server(f"n{n}").close()
    last = r.waiting_server("last")  # woken once more
    time.sleep(0.05)
    t.fact("sockets held", r.sockets() - before)
    t.fact("last", last.state(0.1))


@rows([("option", ["-C"], {}), ("variable", [], {"ULTRAVNC_REPEATER_CLEAN": "1"})], since=2011)
def cleaning(t, options, env):
    r = t.start(*options, env=env)
    before = r.sockets()
    r.waiting_server("gone").close()
    time.sleep(0.05)
    r.waiting_server("stays")
    r.wait("socket for ID:gone is no longer established, closing it.")
    t.fact("log", sorted(r.log()))
    t.fact("sockets held", r.sockets() - before)


@case(since=2011)
def cleaning_frees_the_id_in_refuse_mode(t):
    r = t.start("-C", "-r")
    r.waiting_server("a").close()
    time.sleep(0.05)
    r.waiting_server("b")
    r.wait("socket for ID:a is no longer established, closing it.")
    second = r.waiting_server("a")
    t.fact("second", second.state(0.1))


@case
def the_id_is_free_again_once_paired(t):
    r = t.start()
    server, viewer = r.pair("a")
    second_viewer = r.waiting_viewer("a")
    t.fact("second viewer", second_viewer.state(0.2))
    second_server = r.server("ID:a")
    r.wait("hooking up", 2)
    second_server.say(b"second")
    server.say(b"first")
    t.fact("second viewer gets", second_viewer.take(6))
    t.fact("first viewer gets", viewer.take(5))
    t.fact("log", r.log())


@case
def refuse_mode_spares_a_running_session(t):
    r = t.start("-r")
    server, viewer = r.pair("a")
    extra = r.waiting_server("a")
    t.fact("extra", extra.state(0.1))
    server.say(b"still here")
    t.fact("viewer", viewer.take(10))


@case
def different_ids_do_not_meet(t):
    r = t.start()
    server = r.waiting_server("a", after=SERVER_BANNER)
    viewer = r.waiting_viewer("b")
    t.fact("viewer", viewer.state(0.2))
    t.fact("server", server.state(0.1))


@case
def twenty_pairs_in_any_order(t):
    r = t.start()
    numbers = list(range(20))
    for n in numbers[::2]:
        r.waiting_server(f"n{n}", after=b"server %02d" % n)
    viewers = {n: r.viewer(f"ID:n{n}") for n in reversed(numbers)}
    for n in numbers[1::2]:
        r.server(f"ID:n{n}", after=b"server %02d" % n)
    t.fact("viewers", [viewers[n].take(21)[-9:] for n in numbers])


@case
def same_id_again_after_the_end(t):
    r = t.start()
    server, viewer = r.pair("a")
    server.close()
    viewer.end()
    viewer.close()
    server, viewer = r.pair("a")
    server.say(b"again")
    t.fact("viewer", viewer.take(5))


@case
def reconnecting_server_takes_over(t):
    r = t.start()
    r.waiting_server("a", after=b"old")
    r.waiting_server("a", after=b"new")
    viewer = r.viewer("ID:a")
    t.fact("viewer", viewer.take(15))


@case
def a_viewer_waits_for_long(t):
    r = t.start()
    viewer = r.waiting_viewer("a")
    t.fact("viewer", viewer.state(6))
