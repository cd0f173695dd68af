# Log: time stamps, and whole stories line by line.
# SPDX-License-Identifier: EUPL-1.2
import calendar
import os
import signal
import time

from harness.ports import has_ipv6
from harness.rfb import SERVER_BANNER

from registry import Failed, Skip, case, rows
from trial import STAMP


@case
def at_start(t):
    r = t.start()
    t.fact("lines", r.start_log())


@case
def at_start_without_ipv6(t):
    r = t.start(ours=["--bind", "0.0.0.0"])
    t.fact("lines", r.start_log())


@case
def at_start_when_refusing(t):
    r = t.start("-r", ours=["--bind", "0.0.0.0"])
    t.fact("lines", r.start_log())


@case
def goes_to_standard_error(t):
    r = t.start()
    r.settled_lines()
    t.fact(
        "standard output", [line for line in t.file("stdout").splitlines() if "INET6" not in line]
    )


@case
def listens_on_ipv6(t):
    if not has_ipv6():
        raise Skip("no ::1")
    r = t.start()
    r.settled_lines()
    try:
        viewer = r.connect(r.viewer_port, "::1").take(12, within=1)
    except Failed as e:
        viewer = str(e)
    t.fact("viewer", viewer)


@rows([("UTC", "UTC", 0), ("east", "XXX-05:30", 5.5), ("west", "XXX+08", -8)])
def stamps_are_local_time(t, zone, hours):
    r = t.start(env={"TZ": zone})
    stamps = [STAMP.match(line) for line in r.raw_log().splitlines() if "watching" in line]
    t.fact("all lines have one", all(stamps))
    when = calendar.timegm(time.strptime(stamps[0].group().rstrip(": "), "%a %b %d %H:%M:%S %Y"))
    t.fact("right", abs(when - hours * 3600 - time.time()) < 20)


@case
def stamps_are_english(t):
    r = t.start(env={"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"})
    t.fact("lines", [line for line in r.start_log() if "IPv4" in line])


@case
def story_of_a_session(t):
    r = t.start()
    server, viewer = r.pair("1234")
    t.fact("main", r.log())
    t.fact("relay", r.relay_log())


@case
def story_of_a_session_viewer_first(t):
    r = t.start()
    r.pair("1234", newcomer="server")
    t.fact("main", r.log())
    t.fact("relay", r.relay_log())


@case
def story_of_two_sessions(t):
    r = t.start()
    r.pair("a")
    r.pair("b", newcomer="server")
    t.fact("main", r.log())
    t.fact("relay", r.relay_log())


@case
def counters_balance(t):
    """Each begun direction is finished, even where the original is killed in between."""
    r = t.start()
    for n in range(3):
        server, viewer = r.pair(f"n{n}")
        server.close()
        viewer.end()
        viewer.close()
    r.settled_lines()
    lines = r.relay_log()
    t.fact("begun", sum(line.endswith("-> 2.") or line.endswith("-> 1.") for line in lines))
    t.fact("finished", sum(line.endswith("finished xfer.") for line in lines))


@case
def hooking_up_comes_before_the_relay(t):
    r = t.start()
    r.pair()
    lines = r.settled_lines()
    first = next(n for n, line in enumerate(lines) if line.startswith("[P/"))
    t.fact("the line before", lines[first - 1])


@rows([("server", "server"), ("viewer", "viewer")])
def connecting_is_said_before_anything_is_sent(t, side):
    r = t.start()
    r.connect(getattr(r, side + "_port"))
    r.wait("connecting.")
    t.fact("lines", r.log())


@case
def control_characters_in_a_bad_id(t):
    r = t.start()
    r.server(b"\x1b[31mred\x07\r\nSun Nov 22 22:37:23 2026: forged line\n").end()
    t.fact("lines", r.log())


def before_it_is_accepted(t, break_off):
    """A viewer that is gone again while the repeater has not yet looked."""
    r = t.start()
    os.kill(r.pid, signal.SIGSTOP)
    viewer = r.viewer()
    break_off(viewer)
    time.sleep(0.05)
    os.kill(r.pid, signal.SIGCONT)
    r.wait("new vnc client connecting.")
    t.fact("lines", r.log())
    t.fact("main", r.exit(0.2))


@case
def reset_before_it_is_accepted(t):
    before_it_is_accepted(t, lambda viewer: viewer.reset())


@case
def closed_before_it_is_accepted(t):
    before_it_is_accepted(t, lambda viewer: viewer.close())


@case
def fin_then_reset_before_it_is_accepted(t):
    def break_off(viewer):
        viewer.half_close()
        time.sleep(0.05)
        viewer.reset()

    before_it_is_accepted(t, break_off)


@case
def out_of_descriptors(t):
    r = t.start()
    r.limit_descriptors(len(os.listdir(f"/proc/{r.pid}/fd")) + 1)
    r.waiting_server("a")
    r.server("ID:b")
    r.wait("ultravnc_repeater: accept Too many open files")
    time.sleep(0.3)
    seen = r.count("ultravnc_repeater: accept Too many open files")
    t.fact("how often in 0.3 s", "a few times" if seen < 20 else "very often")
    t.fact("alive", r.exit(0.1))


@case
def out_of_descriptors_for_a_while(t):
    r = t.start()
    limit = len(os.listdir(f"/proc/{r.pid}/fd"))
    r.limit_descriptors(limit + 1)
    waiting = r.waiting_server("a", after=SERVER_BANNER)
    second = r.server("ID:b", after=b"second")
    r.wait("ultravnc_repeater: accept Too many open files")
    r.limit_descriptors(limit + 20)
    r.wait("storing new vnc server with ID:b.")
    t.fact("first", waiting.state(0.1))
    t.fact("second", second.state(0.1))
