# What a program takes of the machine, and figures that are held against their bars.
# SPDX-License-Identifier: EUPL-1.2
import contextlib
import os
import sys

from .processes import stat_of

# The full form of a script that measures: more peers, more seeds, more time.
LONG = "--long" in sys.argv
if LONG:
    sys.argv.remove("--long")


def memory(pid):
    """MB that are resident."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_time(pid):
    """Seconds of CPU that all threads have taken."""
    user, kernel = stat_of(pid)[11:13]
    return (int(user) + int(kernel)) / os.sysconf("SC_CLK_TCK")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def tcp_memory():
    """MB that the kernel keeps for TCP, of all sockets on the machine."""
    with open("/proc/net/sockstat", encoding="ascii") as stat:
        words = next(line for line in stat if line.startswith("TCP:")).split()
    return int(words[words.index("mem") + 1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def quantile(values, share):
    """The least of the values that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def figure(what, value, unit="", at_most=None, at_least=None):
    """Prints it beside its bars, and fails where it misses one."""
    bars = [f"at most {at_most:g}"] if at_most is not None else []
    bars += [f"at least {at_least:g}"] if at_least is not None else []
    line = f"{what}: {value:.4g} {unit}".rstrip() + (f" ({', '.join(bars)})" if bars else "")
    print(line, flush=True)
    missed = (at_most is not None and value > at_most) or (
        at_least is not None and value < at_least
    )
    if missed:
        raise AssertionError(line)
    return value


@contextlib.contextmanager
def closing_all(sockets):
    """Closes what is in the list at the end, however much has been added by then."""
    try:
        yield sockets
    finally:
        for each in sockets:
            each.close()
