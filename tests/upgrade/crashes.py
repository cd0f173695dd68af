#!/usr/bin/env python3
# The child of a keeper is killed, at any moment and at any call: crashes.py REPEATER
# SPDX-License-Identifier: EUPL-1.2
#
# Who waits is met afterwards, with the bytes that it had sent; ports refuse nobody and answer again
# at once. Live pairs end with the child, unless an upgrade had moved them.
import os
import random
import signal
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.crowds import Waiting, seconds_until_it_answers, serving_child
from harness.daemons import Repeater
from harness.faults import Faults
from harness.figures import LONG, descriptors, figure
from harness.patience import eventually

KILLS = 50 if LONG else 8
SEEDS = 300 if LONG else 25
SETTLED = 0.1  # seconds after which a peer that has said hello waits, as far as the keeper knows
# Calls that only children make, or that the keeper makes as well: it is spared.
CALLS = ("allocate", "read", "write", "epoll_ctl", "epoll_wait", "socket_option", "make_descriptor")


def start(env=None):
    options = "--bind", "127.0.0.1", "--log-format", "text", "--keeper"
    return Repeater(sys.argv[1], *options, env=env, start_new_session=True)


def killed_at_any_moment():
    chance = random.Random(1)
    repeater = start()
    waiting = Waiting(repeater)
    waiting.add(200)
    time.sleep(SETTLED)
    held, longest = descriptors(repeater.pid), 0.0
    for _ in range(KILLS):
        time.sleep(chance.random() * 0.4)
        os.kill(serving_child(repeater.pid), signal.SIGKILL)
        longest = max(longest, seconds_until_it_answers(repeater.viewer_port))
        waiting.meet(chance.choice(list(waiting.peers)))
        waiting.add(1)
        time.sleep(SETTLED)
    figure(f"killed {KILLS} times, the longest until it answers", 1000 * longest, "ms",
           at_most=300 if LONG else 2000)  # fmt: skip
    met = len(waiting.peers)
    waiting.meet_all()
    figure("who waited and was met", met, at_least=200)
    eventually("the keeper holds nobody", lambda: descriptors(repeater.pid) <= held - 200)
    repeater.stop()


def killed_at_any_call():
    """While an upgrade is under way; whoever makes the call, the old process or the new one."""
    faults = Faults(sys.argv[1])
    environment = {**os.environ, **faults.environment, "FAULTS_SPARE": str(os.getpid())}
    repeater = start(environment)
    waiting = Waiting(repeater)
    waiting.add(40)
    time.sleep(SETTLED)
    longest = 0.0
    for seed in range(SEEDS):
        chance = random.Random(seed)
        call = chance.choice(CALLS)
        most = 4000 if call == "allocate" else 120
        faults.arm((call, chance.randint(1, most), "KILL", 1))
        os.kill(repeater.pid, signal.SIGUSR2)
        time.sleep(chance.random() * 0.3)
        longest = max(longest, seconds_until_it_answers(repeater.viewer_port))
        faults.disarm()
        eventually("one process serves", lambda: serving_child(repeater.pid))
        waiting.meet(chance.choice(list(waiting.peers)))
        waiting.add(1)
        time.sleep(SETTLED)
    figure(f"killed at a call of each of {SEEDS} upgrades, the longest until it answers",
           1000 * longest, "ms", at_most=300 if LONG else 2000)  # fmt: skip
    met = len(waiting.peers)
    waiting.meet_all()
    figure("who waited and was met", met, at_least=40)
    repeater.stop()
    faults.close()


if __name__ == "__main__":
    killed_at_any_moment()
    killed_at_any_call()
