# Namespaces of a script's own: networks where every port is free and no name leaves the machine.
# SPDX-License-Identifier: EUPL-1.2
import os
import subprocess
import sys

from .patience import PATIENCE

INSIDE = "TEST_IS_IN_ITS_NAMESPACES"


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
        os.execvp(how[0], [*how, sys.executable, *sys.argv])
    return False


def enter(*kinds):
    """The same for a script that cannot do without."""
    if not can_enter(*kinds):
        sys.exit(f"this needs namespaces of its own: unshare {' '.join(kinds)} is not allowed here")
