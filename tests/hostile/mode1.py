#!/usr/bin/env python3
# What must not be dialled, in every spelling, and how a refusal looks: mode1.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
#
# The network beside ours answers at every address, so that each dial that is made is counted there,
# or by the listeners of our own.
import errno
import ipaddress
import os
import selectors
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.daemons import Repeater
from harness.figures import LONG, closing_all, figure
from harness.names import NameServer, ask_only_loopback
from harness.namespaces import enter, in_another_network, run
from harness.pairs import close_all, make_pair
from harness.rfb import BANNER, SERVER_BANNER, hello
from harness.sandbox import without
from harness.sockets import all_of, connect, exactly

OURS, SECOND, LATER, LAST = "10.77.0.1", "10.77.0.3", "10.77.0.4", "10.77.0.9"
OURS6, BY_ROUTE, BY_ROUTE6 = "2600:77::1", "10.78.0.9", "2600:78::9"
FAR, FAR6 = "10.77.0.2", "2600:77::2"
NOT_RFB, SILENT, CLOSED = 5920, 5921, 5950
GREETINGS = {NOT_RFB: b"SSH-2.0-x\r\n\r\n", SILENT: b""}
PORTS = [22, 80, 443, 5500, 5899, *range(5900, 5912), 5999, 6000, 6099, 6100, NOT_RFB, SILENT]
AT_ONCE = 330
REPEATER = ""

NAMES = {
    "desk.example": [["8.8.8.8"]],
    "both.example": [["127.0.0.1", "8.8.4.4", "::1"]],
    "rebind.example": [["8.8.8.8"], ["127.0.0.1"]],
    "loopback.example": [["127.0.0.1"]],
    "ours.example": [[OURS]],
    "later.example": [[LATER]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "nat64.example": [["64:ff9b::7f00:1"]],
    "metadata.example": [["169.254.169.254"]],
    "none.example": [[]],
    "mute.example": None,
}

# A few addresses of each network that must not be dialled.
FORBIDDEN = [
    "0.0.0.0", "0.77.88.99", "127.0.0.1", "127.1.2.3", "127.255.255.254", "169.254.169.254",
    "169.254.0.1", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.31.196.1", "192.52.193.1",
    "192.88.99.1", "192.175.48.1", "198.18.0.1", "198.19.255.254", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16",
    OURS, SECOND, BY_ROUTE,
]  # fmt: skip
FORBIDDEN6 = [
    "::", "::1", "100::1", "100:0:0:1::1", "2001:1::1", "2001:2::1", "2001:4:112::1", "2001:10::1",
    "2001:20::1", "2001:30::1", "2001:1ff:ffff::1", "2001:db8::1", "2620:4f:8000::1", "3fff::1",
    "5f00::1", "fe80::1", "fec0::1", "ff02::1", "fd00:ec2::254", "fd20:ce::254", OURS6, BY_ROUTE6,
]  # fmt: skip
LEGAL = ["10.1.2.3", "172.16.9.1", "192.168.1.7", "100.64.0.1", "8.8.8.8", "1.1.1.1", FAR]
LEGAL6 = ["2600::1", "2a00:1450::5", "fc00::7", "fd12:3456::1", "2001:200::1", FAR6]


def hosts():
    """The names have 63 and 64 addresses that are forbidden, and one behind them."""
    lines = ["multi on", "127.0.0.1 localhost"]
    for name, forbidden in (("few.example", 63), ("many.example", 64)):
        lines += [f"127.0.1.{i} {name}" for i in range(forbidden)] + [f"8.8.8.8 {name}"]
    return "\n".join(lines) + "\n"


class Targets:
    """Listeners that greet whoever comes, and count."""

    def __init__(self):
        self.dialled = []  # addresses and ports
        self._ready = selectors.DefaultSelector()
        for port in PORTS:
            listener = socket.create_server(
                ("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512
            )
            self._ready.register(listener, selectors.EVENT_READ, port)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            for key, _ in self._ready.select():
                if key.data is None:
                    self._hear(key.fileobj)
                    continue
                peer, _ = key.fileobj.accept()
                self.dialled.append(peer.getsockname()[:2])
                peer.sendall(GREETINGS.get(key.data, SERVER_BANNER))
                self._ready.register(peer, selectors.EVENT_READ)

    def _hear(self, peer):
        try:
            if peer.recv(4096):
                return
        except ConnectionResetError:
            pass
        self._ready.unregister(peer)
        peer.close()


def far_network(join):
    """Every address is one of this network's, but those of the link."""
    join("near", "far")
    run("ip", "addr", "add", f"{FAR}/24", "dev", "far")
    run("ip", "addr", "add", f"{FAR6}/64", "dev", "far", "nodad")
    run("ip", "link", "set", "far", "up")
    # Linux answers IPv4 only from what its local table has; the other end of the link is left out.
    run("ip", "route", "add", "local", "0.0.0.0/0", "dev", "lo")
    run("ip", "rule", "add", "pref", "0", "to", OURS, "lookup", "main")
    run("ip", "rule", "add", "pref", "1", "lookup", "local")
    run("ip", "rule", "del", "pref", "0", "lookup", "local")
    run("ip", "-6", "rule", "add", "pref", "40000", "lookup", "100")
    run("ip", "-6", "route", "add", "local", "::/0", "dev", "lo", "table", "100")
    return Targets()


def near_network():
    for address in (OURS, SECOND):
        run("ip", "addr", "add", f"{address}/24", "dev", "near")
    run("ip", "addr", "add", f"{OURS6}/64", "dev", "near", "nodad")
    run("ip", "link", "set", "near", "up")
    run("ip", "route", "add", "default", "via", FAR)
    run("ip", "-6", "route", "add", "default", "via", FAR6)
    for address, prefix in ((BY_ROUTE, 24), (BY_ROUTE6, 64)):
        network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
        run(
            "ip", "-6" if prefix == 64 else "-4", "route", "add", "local", str(network), "dev", "lo"
        )


def inside(network, places, v4, flip=0):
    """The IPv6 address with the IPv4 one's bytes at these places."""
    packed = bytearray(ipaddress.ip_address(network).packed)
    for place, byte in zip(places, ipaddress.ip_address(v4).packed):
        packed[place] = byte ^ flip
    return str(ipaddress.ip_address(bytes(packed)))


LAST_BYTES = range(12, 16)


def in_ipv6(v4):
    """All that stands for an IPv4 address; in a site's own NAT64 zeros at its front do not."""
    forms = [
        f"::ffff:{v4}",
        inside("::ffff:0:0", LAST_BYTES, v4),
        f"::{v4}",
        inside("::ffff:0:0:0", LAST_BYTES, v4),
        inside("64:ff9b::", LAST_BYTES, v4),
        inside("64:ff9b:1::", LAST_BYTES, v4),
        inside("2002::", (2, 3, 4, 5), v4),
        inside("2001:0:4136:e378:8000:63bf::", LAST_BYTES, v4, 0xFF),
        inside("2001:0:0:0:8000:63bf:3f57:fef8", (4, 5, 6, 7), v4),
        inside("2600::5efe:0:0", LAST_BYTES, v4),
    ]
    if not v4.startswith("0."):
        forms.append(inside("64:ff9b:1::", (6, 7, 9, 10), v4))
        forms.append(inside("64:ff9b:1:aa00::", (7, 9, 10, 11), v4))
        forms.append(inside("64:ff9b:1:aaaa::", (9, 10, 11, 12), v4))
    return forms


def numeric(v4):
    """What inet_aton(3) takes for the address."""
    a, b, c, d = ipaddress.ip_address(v4).packed
    number = int(ipaddress.ip_address(v4))
    return [
        v4, str(number), hex(number), f"0{number:o}", f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{c << 8 | d}", f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"0x{a:02X}.{b}.0{c:o}.{d:#x}",
    ]  # fmt: skip


def spellings(v4s, v6s):
    """Hosts as viewers may write them, with the ports in turn in each form that there is."""
    hosts = [each for v4 in v4s for each in numeric(v4)]
    hosts += [f"[{each}]" for v4 in v4s for each in in_ipv6(v4)]
    for each in v6s:
        address = ipaddress.ip_address(each)
        hosts += [f"[{address}]", f"[{address.exploded}]", f"[{each.upper()}]"]
    ends = ("", ":0", ":5900", "::5901", ":5999", "::6099", ":11")
    return [host + ends[i % len(ends)] for i, host in enumerate(hosts)]


def start(*options, **how):
    return Repeater(REPEATER, "--log-format", "text", *options, **how)


def ask(repeater, destination):
    """A viewer that has named its destination, and when."""
    viewer = connect(repeater.viewer_port)
    all_of(len(BANNER), viewer)
    viewer.sendall(hello(destination))
    return viewer, time.monotonic()


def take_ready(ready, found, wait):
    """Of each viewer that has heard something: what it named, what it got, and after how long."""
    for key, _ in ready.select(wait):
        now = time.monotonic()
        try:
            got = key.fileobj.recv(4096)
        except ConnectionResetError:
            got = b"reset"
        found.append((key.data[0], got, now - key.data[1]))
        ready.unregister(key.fileobj)


def outcomes(repeater, destinations, seconds=25):
    """What each viewer got and after how long: of the server's greeting, or of the end."""
    found = []
    for first in range(0, len(destinations), AT_ONCE):
        with selectors.DefaultSelector() as ready, closing_all([]) as viewers:
            for each in destinations[first : first + AT_ONCE]:
                viewer, asked = ask(repeater, each)
                viewers.append(viewer)
                ready.register(viewer, selectors.EVENT_READ, (each, asked))
                take_ready(ready, found, 0)
            deadline = time.monotonic() + seconds
            while ready.get_map():
                if time.monotonic() > deadline:
                    left = [key.data[0] for key in ready.get_map().values()]
                    raise AssertionError(f"neither served nor closed: {left}")
                take_ready(ready, found, 0.1)
    return found


def must_be_refused(repeater, destinations, what, *targets):
    """Returns how long each took."""
    before = [len(each.dialled) for each in targets]
    found = outcomes(repeater, destinations)
    wrong = [(each, got) for each, got, _ in found if got]
    dials = [each.dialled[since:] for each, since in zip(targets, before)]
    figure(what, len(found), at_least=len(destinations))
    if wrong or any(dials):
        raise AssertionError(f"{what}: answered {wrong}, dialled {dials}")
    figure(f"{what}: dials", sum(map(len, dials)), at_most=0)
    return [seconds for _, _, seconds in found]


def must_be_dialled(repeater, destinations, what, targets):
    before = len(targets.dialled)
    found = outcomes(repeater, destinations)
    wrong = [(each, got) for each, got, _ in found if got != SERVER_BANNER]
    if wrong:
        raise AssertionError(f"{what}: {wrong}; {repeater.said()[-2000:]}")
    figure(what, len(found), at_least=len(destinations))
    figure(f"{what}: dials", len(targets.dialled) - before, at_least=len(destinations),
           at_most=len(destinations))  # fmt: skip


def names():
    some = ["localhost", "localhost.", "LocalHost", "localhost:5901", "loopback.example",
            "LOOPBACK.example.", "ours.example", "ours.example.", "mapped.example:5902",
            "nat64.example", "metadata.example::5900", "127.0.0.1.", "none.example"]  # fmt: skip
    return some + [f"{each}:5903" for each in some if ":" not in each]


def malformed():
    return ["[::1%lo]:5900", "fe80::1%near", "[fe80::1%25near]:5900", "::1%1", "[127.0.0.1]:5900",
            "[::1", "::1]:5900", "127.0.0.1:5900:5901", "127.0.0.1:-5900", "8.8.8.8:70000",
            "http://127.0.0.1:5900", "8.8.8.8@127.0.0.1:5900", "8.8.8.8#127.0.0.1:5900",
            "127.0.0.1/8:5900", "8.8.8.8::0"]  # fmt: skip


def bad_ports():
    return [f"{host}:{port}" for host in LEGAL for port in (443, 5500, 5899, 6100, 65535)] + [
        f"{FAR}::{port}" for port in (1, 22, 80, 199)
    ]


def limited(repeater):
    """How long a viewer takes that is kept out by a limit."""
    ask(repeater, f"{FAR}:{CLOSED}")[0].close()
    repeater.says("dialling")
    _, got, seconds = outcomes(repeater, [FAR])[0]
    repeater.says("limited .*limit=dial_rate")
    figure("kept out by a limit: bytes", len(got), at_most=0)
    return seconds


def refusals(here, far, servers):
    repeater = start()
    times = must_be_refused(
        repeater, spellings(FORBIDDEN, FORBIDDEN6), "forbidden spellings", here, far
    )
    times += must_be_refused(repeater, bad_ports(), "ports that are none of VNC's", here, far)
    times += must_be_refused(repeater, names(), "names of forbidden addresses", here, far)
    times += must_be_refused(repeater, malformed(), "malformed destinations", here, far)
    closed = [f"{each}:{CLOSED}" for each in LEGAL] + [f"[{each}]::{CLOSED}" for each in LEGAL6]
    times += must_be_refused(repeater, closed, "closed ports", here, far)
    unknown = ["nowhere.example", "nowhere.example.:5901", "no-such-host"]
    times += must_be_refused(repeater, unknown, "unknown names", here, far)
    found = outcomes(repeater, [f"{each}:{NOT_RFB}" for each in LEGAL])
    figure("bytes of what is not RFB", sum(len(got) for _, got, _ in found), at_most=0)
    times += [seconds for _, _, seconds in found]
    few = start("--source-exempt", "none", "--dial-rate", "1/h")
    times.append(limited(few))
    few.stop()
    figure("refusals", len(times), at_least=400)
    figure("their earliest", min(times), "s", at_least=0.95)
    # In the fast form other tests may keep the processor.
    figure("... and their latest after that", 1000 * (max(times) - min(times)), "ms",
           at_most=100 if LONG else 500)  # fmt: skip
    if servers.lookups["loopback.example", 1] != 4:
        raise AssertionError(f"a look-up for each dial, but: {servers.lookups}")
    repeater.stop()


def legal(far):
    repeater = start()
    destinations = spellings(LEGAL, LEGAL6) + [
        "desk.example", "desk.example.:5901", "DESK.Example::5902", "both.example",
    ]  # fmt: skip
    must_be_dialled(repeater, destinations, "legal spellings", far)
    repeater.stop()


def the_open_proxy(here, far):
    """What the others are refused is there to be dialled."""
    repeater = start("--mode1", "any")
    before = len(here.dialled), len(far.dialled)
    some = ["127.0.0.1", OURS, BY_ROUTE, f"[{BY_ROUTE6}]", "0x7f.1", "192.0.2.1", "169.254.169.254",
            "[64:ff9b::7f00:1]", "[2001:db8::1]", "198.18.0.1", "8.8.8.8::80"]  # fmt: skip
    outcomes(repeater, some)
    figure("without rules: dials here", len(here.dialled) - before[0], at_least=5, at_most=5)
    figure("without rules: dials elsewhere", len(far.dialled) - before[1], at_least=6, at_most=6)
    repeater.stop()


def rebinding(here, far, servers):
    repeater = start()
    must_be_dialled(repeater, ["rebind.example"], "a name that leads elsewhere", far)
    figure("... its look-ups", servers.lookups["rebind.example", 1], at_least=1, at_most=1)
    must_be_refused(
        repeater, ["rebind.example"] * 5, "... and to ourselves the next time", here, far
    )
    must_be_dialled(repeater, ["both.example"] * 5, "a name that leads to both", far)
    must_be_dialled(repeater, ["few.example"], "the 64th address of a name", far)
    must_be_refused(repeater, ["many.example"], "the 65th", here, far)
    repeater.stop()


def own_addresses(here, far, netlink):
    """They come while the repeater runs."""
    how = (
        {} if netlink else {"preexec_fn": without("socket", errno.EAFNOSUPPORT, socket.AF_NETLINK)}
    )
    what = "with AF_NETLINK" if netlink else "without AF_NETLINK"
    repeater = start(**how)
    ours = [OURS, SECOND, BY_ROUTE, "127.0.0.1", "127.9.9.9"]
    must_be_refused(
        repeater, spellings(ours, [OURS6, BY_ROUTE6, "::1"]), f"ours, {what}", here, far
    )
    must_be_dialled(repeater, spellings(LEGAL[:3], LEGAL6), f"others, {what}", far)
    run("ip", "addr", "add", f"{LATER}/24", "dev", "near")
    run("ip", "route", "add", "local", "8.8.0.0/16", "dev", "lo")
    must_be_refused(repeater, [LATER, "later.example", "8.8.8.8", f"[::ffff:{LATER}]"],
                    f"ours from now on, {what}", here, far)  # fmt: skip
    run("ip", "route", "del", "local", "8.8.0.0/16", "dev", "lo")
    run("ip", "addr", "del", f"{LATER}/24", "dev", "near")
    must_be_dialled(repeater, ["8.8.8.8"], f"ours no longer, {what}", far)
    while_connecting(repeater, here, what)
    repeater.stop()


def while_connecting(repeater, here, what):
    """An address becomes ours behind the first SYN: the second one comes to ourselves."""
    run("ip", "neigh", "replace", LAST, "lladdr", "02:00:00:00:00:09", "dev", "near")
    before = len(here.dialled)
    viewer, _ = ask(repeater, LAST)
    with viewer:
        repeater.says(f"dialling .*host={LAST}")
        time.sleep(0.2)
        run("ip", "addr", "add", f"{LAST}/24", "dev", "near")
        got = exactly(1, viewer)
    run("ip", "addr", "del", f"{LAST}/24", "dev", "near")
    figure(f"ours while we connect, {what}: connections", len(here.dialled) - before, at_least=1,
           at_most=1)  # fmt: skip
    figure(f"ours while we connect, {what}: bytes for the viewer", len(got), at_most=0)


def mute_names(far):
    repeater = start("--lookups", "2", "--lookup-queue", "2", "--lookup-timeout", "3")
    asked = [ask(repeater, "mute.example") for _ in range(6)]
    with closing_all([viewer for viewer, _ in asked]) as viewers:
        repeater.says("limited .*limit=lookups", count=2)
        began = time.monotonic()
        must_be_dialled(repeater, [FAR, f"[{FAR6}]"], "beside mute names", far)
        close_all(make_pair(repeater, "beside"))
        figure("... they took", time.monotonic() - began, "s", at_most=1)
        ends = []
        for viewer in viewers:
            figure("a mute name: bytes for the viewer", len(exactly(1, viewer)), at_most=0)
            ends.append(time.monotonic() - asked[0][1])
    figure("a mute name is given up", max(ends), "s", at_least=2.9, at_most=3.5 if LONG else 5)
    repeater.stop()


def silent_servers():
    repeater = start("--greeting-timeout", "2")
    _, got, seconds = outcomes(repeater, [f"{FAR}:{SILENT}"])[0]
    figure("a server that says nothing: bytes", len(got), at_most=0)
    figure("... is given up", seconds, "s", at_least=1.9, at_most=2.3 if LONG else 4)
    repeater.stop()


if __name__ == "__main__":
    enter("--net", "--mount")
    REPEATER = os.path.abspath(sys.argv[1])
    files = ask_only_loopback("options timeout:30 attempts:1\n", hosts())
    served = NameServer(NAMES)
    elsewhere = in_another_network(far_network)
    near_network()
    ourselves = Targets()
    the_open_proxy(ourselves, elsewhere)
    refusals(ourselves, elsewhere, served)
    legal(elsewhere)
    rebinding(ourselves, elsewhere, served)
    for has_netlink in (True, False):
        own_addresses(ourselves, elsewhere, has_netlink)
    mute_names(elsewhere)
    silent_servers()
