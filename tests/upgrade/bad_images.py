#!/usr/bin/env python3
# New images of no use: the old process goes on, and says why: bad_images.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.crowds import Stream, Upgrades, Waiting, WebStream, processes_of
from harness.daemons import Gateway, Repeater
from harness.figures import LONG, figure
from harness.pairs import make_pair
from harness.patience import eventually
from harness.sessions import Echo
from harness.sockets import connect
from harness.websocket import open_session

SHELL = "#!/bin/sh\n"
PYTHON = "#!/usr/bin/env python3\n"
# What the first record of a later version might be: a kind that nobody knows.
SPEAKS_OTHERWISE = PYTHON + "\n".join([
    "import os, socket, struct, time",
    "name = next(n for n in os.environ if n.endswith('_PASSED'))",
    "names = os.environ[name].split(':')",
    "fd = 3 + names.index('predecessor')",
    "with socket.socket(fileno=fd) as old:",
    "    old.send(struct.pack('>BBI', 2, 0, 12) + struct.pack('>I', 8) + b'too late')",
    "    time.sleep(1)",
])  # fmt: skip
NONSENSE = SPEAKS_OTHERWISE.replace("struct.pack('>BBI', 2, 0, 12)", "b'nonsense'")

# Each image, and what the log says of it. {} is the program.
IMAGES = [
    ("that exits at once", SHELL + "exit 3\n", "it has ended"),
    ("that is no program", "nothing\n", "."),
    ("that hangs", SHELL + "exec sleep 30\n", "does not answer"),
    ("that refuses", SPEAKS_OTHERWISE, "too late"),
    ("that talks nonsense", NONSENSE, "."),
    ("without memory", SHELL + "ulimit -v 20000; exec {} \"$@\"\n", "."),
    ("without descriptors", SHELL + "ulimit -n 12; exec {} \"$@\"\n", "."),
    ("with another configuration", SHELL + "exec {} \"$@\" --no-such-option\n", "no-such-option"),
]  # fmt: skip


def put(path, text):
    """Another file takes its name, as an upgrade of a package has it."""
    made = Path(f"{path}.new")
    made.write_text(text, "ascii")
    made.chmod(0o755)
    made.rename(path)


COMMON = "--bind", "127.0.0.1", "--log-format", "text"


def try_all(what, program, path, upgrades, check):
    """Has the program at `path` replaced by each image in turn, in vain, and by itself at last."""
    program = os.path.abspath(program)
    for image, text, why in IMAGES:
        if image == "that hangs" and not LONG:
            continue
        put(path, text.replace("{}", program))
        began = time.monotonic()
        line = upgrades.in_vain()
        figure(f"{what}: an image {image}, told after", time.monotonic() - began, "s", at_most=15)
        if why not in line:
            raise AssertionError(f"an image {image}: {line}")
        check(image)
    put(path, SHELL + f'exec {program} "$@"\n')
    upgrades.once()


def end(what, streams, session, pid):
    for each in streams:
        each.close()
    broken = [each.failure for each in streams if each.failure]
    figure(f"{what}: live sessions that were cut or got wrong bytes", len(broken), at_most=0)
    os.kill(pid, 15)
    eventually("all have ended", lambda: not processes_of(session))


def repeater(*options):
    has_keeper = "--keeper" in options
    what = "a repeater with a keeper" if has_keeper else "a repeater"
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/ultravnc_repeater"
        os.symlink(os.path.abspath(sys.argv[1]), path)
        serves = Repeater(path, *COMMON, *options, start_new_session=True)
        waiting = Waiting(serves)
        waiting.add(20)
        streams = [Stream(f"s{n}", make_pair(serves, f"s{n}"), 0.05) for n in range(5)]
        upgrades = Upgrades(serves, has_keeper)

        def check(image):
            waiting.meet(next(iter(waiting.peers)))
            if any(each.failure for each in streams):
                raise AssertionError(f"an image {image} has cut a session")

        try_all(what, sys.argv[1], path, upgrades, check)
        met = len(waiting.peers)
        waiting.meet_all()
        figure(f"{what}: who still waited, and was met after a good upgrade", met, at_least=10)
        end(what, streams, serves.pid, upgrades.pid)


def gateway():
    what = "a gateway"
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/wsgate"
        os.symlink(os.path.abspath(sys.argv[2]), path)
        target = "--viewer-target", f"127.0.0.1:{Echo().port}"
        serves = Gateway(path, *target, start_new_session=True)

        def session(name):
            return WebStream(name, open_session(connect(serves.port)), 0.05)

        streams = [session(f"s{n}") for n in range(5)]
        upgrades = Upgrades(serves, has_keeper=False)

        def check(image):
            streams.append(session(f"after an image {image}"))
            before = [each.blocks for each in streams]
            eventually(
                "all sessions go on", lambda: all(now.blocks > n for now, n in zip(streams, before))
            )

        try_all(what, sys.argv[2], path, upgrades, check)
        check("that is good")
        end(what, streams, serves.pid, upgrades.pid)


if __name__ == "__main__":
    repeater("--keeper")
    repeater()
    gateway()
