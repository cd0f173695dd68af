# Namespaces of a script's own: networks where every port is free and no name leaves the machine.
# SPDX-License-Identifier: EUPL-1.2
import ctypes
import os
import queue
import subprocess
import sys
import threading

from .patience import PATIENCE

INSIDE = "TEST_IS_IN_ITS_NAMESPACES"
NEW_NETWORK = 0x40000000  # of unshare(2)


def run(*command):
    subprocess.run(command, check=True, timeout=PATIENCE)


def can_enter(*kinds):
    """Starts this script again in such namespaces ("--net", "--mount"), as root there, and with
    loopback up. True inside; False where the system lets us have none."""
    if os.environ.pop(INSIDE, None):
        run("ip", "link", "set", "lo", "up")
        return True
    # A user namespace makes an ordinary user root over networks and mounts of its own.
    for how in (["unshare", *kinds], ["unshare", "--user", "--map-root-user", *kinds]):
        try:
            if subprocess.run([*how, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
                continue
        except FileNotFoundError:
            return False
        os.environ[INSIDE] = "yes"
        # The arguments as they were given, also those that a module has taken since.
        os.execvp(how[0], [*how, sys.executable, *sys.orig_argv[1:]])
    return False


def enter(*kinds):
    """The same for a script that cannot do without."""
    if not can_enter(*kinds):
        sys.exit(f"this needs namespaces of its own: unshare {' '.join(kinds)} is not allowed here")


def in_another_network(work):
    """Runs work() on a thread in one more network namespace, and returns what it returns; sockets
    that it opens stay there. It gets a function that connects its network to ours:
    join("near", "far") makes a pair of interfaces, the first one here."""
    outcome, asked, joined = queue.Queue(), queue.Queue(), queue.Queue()

    def join(near, far):
        asked.put((near, far, threading.get_native_id()))
        joined.get(timeout=PATIENCE)

    def run_there():
        try:
            if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK) != 0:
                raise OSError(ctypes.get_errno(), "no network namespace")
            run("ip", "link", "set", "lo", "up")
            outcome.put((work(join), None))
        except BaseException as e:
            outcome.put((None, e))
        asked.put(None)

    threading.Thread(target=run_there, daemon=True).start()
    while (wish := asked.get(timeout=PATIENCE)) is not None:
        near, far, there = wish
        run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", str(there))
        joined.put(True)
    result, failure = outcome.get()
    if failure:
        raise failure
    return result
