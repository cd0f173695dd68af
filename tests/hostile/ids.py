#!/usr/bin/env python3
# Who guesses IDs, claims those of others or shows bad ones learns nothing: ids.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import base64
import hashlib
import hmac
import itertools
import os
import selectors
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness import namespaces
from harness.daemons import Repeater
from harness.figures import LONG, closing_all, figure, quantile
from harness.pairs import close_all, is_closed, make_pair
from harness.processes import hang_up, outcome
from harness.rfb import BANNER, SERVER_BANNER, hello
from harness.sockets import all_of, connect

HOST = "10.255.255.1"  # every address of 10.0.0.0/8 is ours
STRANGER, NEIGHBOUR, MACHINE = "10.1.0.1", "10.2.0.1", "10.3.0.1"
KEY = b"0123456789abcdef0123456789abcdef"
SOURCES = (f"10.9.{n // 250}.{1 + n % 250}" for n in itertools.count())
SKEW = 60  # seconds that an ID is good for after its expiry


def signed(name, seconds, key=KEY):
    """As the manual page of repeater-id has it; it expires so many seconds from now."""
    text = f"{name}_{int(time.time()) + seconds:x}"
    signs = "|".join(text.rsplit("_", 1))
    mac = hmac.new(key, signs.encode(), hashlib.sha256).digest()
    return f"ID:{text}_{base64.b32encode(mac)[:26].decode().lower()}"


class Directory:
    """For the files of one part."""

    def __init__(self):
        self._where = tempfile.TemporaryDirectory()
        self.path = Path(self._where.name)

    def file(self, name, text):
        path = self.path / name
        path.write_bytes(text)
        os.chmod(path, 0o600)
        return str(path)


def start(*options):
    return Repeater(sys.argv[1], "--log-format", "text", *options)


def with_keys(where, *options):
    key_file = where.file("keys", KEY.hex().encode() + b"\n")
    return start("--id-policy", "signed", "--id-key-file", key_file, *options)


def come(repeater, side, named, source):
    """A peer that has named its ID; a viewer has been greeted."""
    peer = connect(repeater.viewer_port if side == "viewer" else repeater.server_port, HOST, source)
    try:
        if side == "viewer":
            all_of(len(BANNER), peer)
        peer.sendall(hello(named))
    except BaseException:
        peer.close()
        raise
    return peer


def answers(peers, patience=5):
    """Of each peer what comes until it is closed, and how many seconds that took from now on."""
    began, found = time.monotonic(), {}
    with selectors.DefaultSelector() as selector:
        for peer in peers:
            peer.setblocking(False)
            selector.register(peer, selectors.EVENT_READ, bytearray())
        while selector.get_map() and time.monotonic() < began + patience:
            for key, _ in selector.select(0.5):
                try:
                    part = key.fileobj.recv(4096)
                except ConnectionResetError:
                    key.data.extend(b"reset")
                    part = b""
                key.data.extend(part)
                if not part:
                    selector.unregister(key.fileobj)
                    found[key.fileobj] = bytes(key.data), time.monotonic() - began
    return [found[peer] for peer in peers]


def refusals_look_alike():
    """An unsigned, wrong, expired, malformed ID, and a repeater that is full: one answer."""
    where = Directory()
    repeater = with_keys(where, "--max-waiting-viewers", "1", "--max-waiting-servers", "1")
    kinds = {
        "unsigned": lambda: "ID:1234567890",
        "of a wrong key": lambda: signed("desk", 600, b"another key"),
        "expired": lambda: signed("desk", -SKEW - 10),
        "malformed": lambda: "ID:-",
        "full": lambda: signed("desk", 600),
    }
    rounds = 20 if LONG else 3
    times = {kind: [] for kind in kinds}
    seen = set()
    with closing_all([]) as held:
        for side in ("viewer", "server"):
            held.append(come(repeater, side, signed(f"holds_{side}", 600), NEIGHBOUR))
        repeater.says("waiting session=", 2)
        for _ in range(rounds):
            for side in ("viewer", "server"):
                asked = [(kind, named()) for kind, named in kinds.items()]
                peers = [come(repeater, side, named, next(SOURCES)) for _, named in asked]
                held += peers
                for (kind, _), (answer, seconds) in zip(asked, answers(peers)):
                    seen.add(answer)
                    times[kind].append(seconds)
    for kind, took in times.items():
        figure(f"refusal of an ID that is {kind}: median", quantile(took, 0.5), "s",
               at_least=0.95, at_most=2)  # fmt: skip
    medians = [quantile(took, 0.5) for took in times.values()]
    figure("between the medians", 1000 * (max(medians) - min(medians)), "ms", at_most=100)
    everything = [seconds for took in times.values() for seconds in took]
    figure("between all of them", 1000 * (max(everything) - min(everything)), "ms",
           at_most=100 if LONG else 1000)  # fmt: skip
    figure("different answers", len(seen), at_most=1)
    repeater.stop()


def list_tells_nothing():
    """Under a list, what is not on it looks like a repeater that is full."""
    where = Directory()
    ids = where.file("ids", b"held\nfull\n")
    repeater = start("--id-policy", "list", "--id-file", ids, "--max-waiting-servers", "1")
    with closing_all([come(repeater, "server", "ID:held", NEIGHBOUR)]) as held:
        repeater.says("waiting session=")
        peers = [come(repeater, "server", f"ID:{name}", next(SOURCES)) for name in ("full", "none")]
        held += peers
        (full, full_took), (none, none_took) = answers(peers)
        figure("an unknown ID and a full repeater: apart", 1000 * abs(full_took - none_took), "ms",
               at_most=100)  # fmt: skip
        figure("their answers differ", full != none, at_most=0)
    repeater.stop()


def guesses():
    """One source guesses on both ports, as fast as it can, under a list: each answer would be a yes
    or a no."""
    where = Directory()
    ids = where.file("ids", b"the_one\n")
    repeater = start("--id-policy", "list", "--id-file", ids, "--connection-rate", "0")
    number = 0
    seconds = 60 if LONG else 4
    with closing_all([]) as held:
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            peers = []
            for side in ("viewer", "server"):
                number += 1
                try:
                    peers.append(come(repeater, side, f"ID:guess_{number}", STRANGER))
                except (AssertionError, OSError):
                    pass  # shut out: closed at once
            # Whoever is shut out is closed before it has said anything.
            for peer in peers:
                if is_closed(peer, 0.1):
                    peer.close()
                else:
                    held.append(peer)
        taken = len(held)
        repeater.says(r"limited .*limit=wrong_ids")
        figure("tries of a source", number / seconds, "/s", at_least=2)
        figure("guesses of a source in the first minute", taken, at_most=30, at_least=15)
        pair = make_pair(repeater, "the_one", NEIGHBOUR, HOST)
        figure("pairs of a second source meanwhile", 1)
        close_all(pair)
    repeater.stop()


def claims():
    """Strangers claim the ID under which a machine waits; it comes again each time."""
    repeater = start("--connection-rate", "0")
    attempts = 100 if LONG else 20
    displaced = 0
    with closing_all([]) as held:
        machine = come(repeater, "server", "ID:desk", MACHINE)
        held.append(machine)
        repeater.says("waiting session=")
        for _ in range(attempts):
            held.append(come(repeater, "server", "ID:desk", next(SOURCES)))
            if is_closed(machine, 0.1):
                displaced += 1
                machine = come(repeater, "server", "ID:desk", MACHINE)
                held.append(machine)
                repeater.says("waiting session=", 1 + 2 * displaced)
        repeater.says("warning id_conflict ")
        figure("claims of a waiting ID by strangers", attempts)
        figure("times that one displaced the machine", displaced, at_most=3)
        figure("the machine waits at the end", not is_closed(machine, 0.1), at_least=1)
    repeater.stop()


def machine_that_moves():
    """It dials again and again from one address, and each time that it is gone from another one."""
    repeater = start("--connection-rate", "0")
    with closing_all([]) as held:
        for _ in range(20):
            held.append(come(repeater, "server", "ID:desk", MACHINE))
        repeater.says("why=replaced", 19)
        for _ in range(20):
            held.pop().close()
            held.append(come(repeater, "server", "ID:desk", next(SOURCES)))
        repeater.says("waiting session=", 40)
        figure("times that a machine came again", 40)
        figure("times that it was refused", repeater.said().count(" refused "), at_most=0)
    repeater.stop()


def expired_one_meets_nobody():
    where = Directory()
    repeater = with_keys(where)
    with closing_all([come(repeater, "server", signed("desk", 2 - SKEW), MACHINE)]) as held:
        repeater.says("waiting session=")
        time.sleep(3)
        held.append(come(repeater, "viewer", signed("desk", 600), NEIGHBOUR))
        figure("an expired server that waits is closed", is_closed(held[0]), at_least=1)
        held.append(come(repeater, "server", signed("desk", 700), MACHINE))
        held[-1].sendall(SERVER_BANNER)
        all_of(len(SERVER_BANNER), held[1])
        figure("the viewer meets one whose ID is good", 1)
    repeater.stop()


def tool_and_repeater_agree():
    where = Directory()
    tool = str(Path(sys.argv[1]).with_name("repeater-id"))
    keys = str(where.path / "keys")
    made = []
    for _ in range(2):
        outcome(tool, "keygen", "--key-file", keys).check_returncode()
        made.append(outcome(tool, "make", "--key-file", keys, "desk").stdout.strip())
    repeater = start("--id-policy", "signed", "--id-key-file", keys)
    server = come(repeater, "server", made[0], MACHINE)
    viewer = come(repeater, "viewer", made[1], NEIGHBOUR)
    with closing_all([server, viewer]):
        server.sendall(SERVER_BANNER)
        all_of(len(SERVER_BANNER), viewer)
        figure("IDs of two keys and one name meet", 1)
    repeater.stop()


def reload():
    where = Directory()
    ids = where.file("ids", b"old\n")
    repeater = start("--id-policy", "list", "--id-file", ids)
    where.file("ids", b"new\n-\n")
    hang_up(repeater)
    repeater.says("reload_failed .*line 2")
    close_all(make_pair(repeater, "old", NEIGHBOUR, HOST))
    where.file("ids", b"new\n")
    hang_up(repeater)
    repeater.says(" reloaded ")
    close_all(make_pair(repeater, "new", NEIGHBOUR, HOST))
    with come(repeater, "server", "ID:old", NEIGHBOUR) as peer:
        figure("an ID that was taken off the list waits", not is_closed(peer, 3), at_most=0)
    repeater.stop()


if __name__ == "__main__":
    namespaces.enter("--net")
    namespaces.run("ip", "route", "add", "local", "10.0.0.0/8", "dev", "lo")
    for part in (
        refusals_look_alike, list_tells_nothing, guesses, claims, machine_that_moves,
        expired_one_meets_nobody, tool_and_repeater_agree, reload,
    ):  # fmt: skip
        part()
