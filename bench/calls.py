#!/usr/bin/env python3
# Tells from strace's counts which system calls a pair or a session takes; prints Markdown tables.
# SPDX-License-Identifier: EUPL-1.2
"""usage: calls.py WHAT MOST DIRECTORY; there, files SUBJECT.* hold what `strace -c` wrote"""
import os
import sys
from collections import Counter

from bars import row

# Rarer calls a pair are those of the start, or of nobody's pair.
RARE = 0.05
ORDER = ("ours", "limit", "HAProxy")


def read_counts(path):
    """Calls by name, and how many of them failed."""
    calls, errors = Counter(), Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            # % time, seconds, usecs/call, calls, errors where there are any, name
            words = line.split()
            if len(words) not in (5, 6) or not words[3].isdigit() or words[-1] == "total":
                continue
            calls[words[-1]] += int(words[3])
            errors[words[-1]] += int(words[4]) if len(words) == 6 else 0
    return calls, errors


def pairs_in(calls, errors):
    """Each has two connections, accepted or made; one that is made may be under way, an error."""
    accepted = sum(calls[name] - errors[name] for name in ("accept", "accept4"))
    return (accepted + calls["connect"]) / 2


def calls_a_pair(directory):
    """By subject and name; runs of one subject count together."""
    calls, pairs = {}, Counter()
    for name in sorted(os.listdir(directory)):
        subject = name.rpartition(".")[0]
        counts, errors = read_counts(os.path.join(directory, name))
        calls.setdefault(subject, Counter()).update(counts)
        pairs[subject] += pairs_in(counts, errors)
    return {
        subject: {name: count / pairs[subject] for name, count in calls[subject].items()}
        for subject in ORDER
        if pairs[subject] >= 1
    }


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    what, most, directory = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    figures = calls_a_pair(directory)
    print(f"\n| calls a {what} | {' | '.join(figures)} |\n|---|{'---|' * len(figures)}")
    names = {name for counts in figures.values() for name in counts}
    for name in sorted(names, key=lambda n: -max(c.get(n, 0) for c in figures.values())):
        if any(counts.get(name, 0) >= RARE for counts in figures.values()):
            cells = [f"{c[name]:.2f}" if c.get(name, 0) >= RARE else "" for c in figures.values()]
            print(f"| `{name}` | {' | '.join(cells)} |")
    sums = {subject: sum(counts.values()) for subject, counts in figures.items()}
    print(f"| **all** | {' | '.join(f'{total:.1f}' for total in sums.values())} |")
    print("\n| what | bar | measured | |\n|---|---|---|---|")
    print(row(f"system calls a {what}", f"≤ {most:g}", sums.get("ours"), most))


if __name__ == "__main__":
    main()
