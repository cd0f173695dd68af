#!/usr/bin/env python3
# Runs scripted transcripts against our repeater and the original, and judges the differences.
# SPDX-License-Identifier: EUPL-1.2
"""run.py --ours COMMAND [--perl SCRIPT] [--record] [--only PATTERN] [-j N]; see README.md."""
import argparse
import concurrent.futures
import fnmatch
import importlib
import json
import os
import re
import signal
import sys
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.namespaces import can_enter

import trial
from registry import CASES, Skip

TOPICS = ("handshake", "ids", "mode1", "pairing", "relay", "cli", "supervisor", "log", "signals")
REFERENCE = 2011
ABSENT = "(absent)"


def load(name, otherwise):
    try:
        with open(os.path.join(HERE, name), encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return otherwise


def store(name, value):
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as f:
        json.dump(value, f, indent=1, ensure_ascii=True, sort_keys=False)
        f.write("\n")


def detect_version(script):
    """2011 knows -L and reads its ports from the environment; 2010 does not."""
    with open(script, encoding="latin-1") as f:
        return 2011 if "ULTRAVNC_REPEATER_CLIENT_PORT" in f.read() else 2010


def observe(program, one):
    try:
        return trial.observe(program, one)
    except Skip as e:
        return {"skipped": str(e)}
    except Exception:  # the case itself is wrong
        return {"broken case": traceback.format_exc()}


def observe_all(jobs, cases, programs):
    """{case: {kind: facts}}"""
    seen = {one.name: {} for one in cases}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {
            pool.submit(observe, program, one): (one.name, program.kind)
            for one in sorted(cases, key=lambda one: not one.slow)
            for program in programs
        }
        for n, done in enumerate(concurrent.futures.as_completed(running), 1):
            name, kind = running[done]
            seen[name][kind] = done.result()
            if sys.stderr.isatty():
                print(f"\r{n} of {len(running)}", end="", file=sys.stderr)
    return seen


class Judge:
    """Compares facts with the reference, and the differences with the list of allowed ones."""

    def __init__(self, allowed, version):
        self.reasons = allowed.get("reasons", {})
        self.version = version
        self.entries = {
            name: [e for e in entries if e.get("version", version) == version]
            for name, entries in allowed.get("cases", {}).items()
        }

    def of(self, name, reference, ours):
        """(allowed, unexpected): lists of texts."""
        entries = list(self.entries.get(name, []))
        allowed, unexpected = [], []
        for field in [*reference, *(f for f in ours if f not in reference)]:
            theirs, mine = reference.get(field, ABSENT), ours.get(field, ABSENT)
            if theirs == mine:
                continue
            match = [
                e
                for e in entries
                if e["field"] == field and e["perl"] == theirs and e["ours"] == mine
            ]
            if match:
                entries.remove(match[0])
                allowed.append(f"{field}: {self.reasons[match[0]['reason']]}")
            else:
                unexpected.append(
                    f"{field}\n      perl: {json.dumps(theirs)}\n" f"      ours: {json.dumps(mine)}"
                )
        unexpected += [f"{e['field']}: this allowed difference no longer occurs" for e in entries]
        return allowed, unexpected


def table(results):
    """One row a topic."""
    rows = [("topic", "cases", "same", "allowed", "unexpected", "skipped")]
    total = [0] * 5
    for topic in TOPICS:
        mine = [r for name, r in results.items() if name.split(".")[0] == topic]
        if mine:
            numbers = [
                len(mine),
                *(
                    sum(r == kind for r in mine)
                    for kind in ("same", "allowed", "unexpected", "skipped")
                ),
            ]
            total = [a + b for a, b in zip(total, numbers)]
            rows.append((topic, *map(str, numbers)))
    rows.append(("all", *map(str, total)))
    return "\n".join(
        "  ".join(f"{cell:<11}" if n == 0 else f"{cell:>10}" for n, cell in enumerate(row))
        for row in rows
    )


def judge_one(judge, name, seen, recorded):
    """(verdict, lines to print)"""
    ours = seen["ours"]
    reference = seen.get("perl", recorded.get(name))
    for facts in (ours, reference or {}):
        if "skipped" in facts:
            return "skipped", [facts["skipped"]]
        if "broken case" in facts:
            return "unexpected", [facts["broken case"]]
    if reference is None:
        return "unexpected", ["no expectation is recorded: run with --perl SCRIPT --record"]
    allowed, unexpected = judge.of(name, reference, ours)
    if unexpected:
        return "unexpected", unexpected
    return ("allowed", allowed) if allowed else ("same", [])


def record(version, seen, everything):
    """Writes what the Perl did; of 2010 only what differs from 2011."""
    expected = load(f"expected_{version}.json", {})
    base = load(f"expected_{REFERENCE}.json", {}) if version != REFERENCE else {}
    for name, facts in seen.items():
        facts = facts["perl"]
        if "skipped" in facts or "broken case" in facts or "could not go on" in facts:
            print(f"not recorded: {name}: {json.dumps(facts)}")
        elif facts == base.get(name):
            expected.pop(name, None)
        else:
            expected[name] = facts
    store(
        f"expected_{version}.json",
        {name: expected[name] for name in everything if name in expected},
    )


def print_differences(seen, drafts):
    """Entries for allowed_differences.json, to be given a reason each."""
    draft = {}
    for name in drafts:
        theirs, mine = seen[name]["reference"], seen[name]["ours"]
        draft[name] = [
            {"field": f, "perl": theirs.get(f, ABSENT), "ours": mine.get(f, ABSENT), "reason": ""}
            for f in [*theirs, *(f for f in mine if f not in theirs)]
            if theirs.get(f, ABSENT) != mine.get(f, ABSENT)
        ]
    print(json.dumps(draft, indent=1))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", required=True, metavar="COMMAND")
    parser.add_argument("--perl", metavar="SCRIPT")
    parser.add_argument("--perl-version", type=int, choices=(2010, 2011))
    parser.add_argument("--only", metavar="PATTERN", default="*", help="as in 'mode1.*'")
    parser.add_argument("--record", action="store_true", help="write what the Perl does")
    parser.add_argument(
        "--draft",
        action="store_true",
        help="print unexpected differences in the form of the allowed ones",
    )
    parser.add_argument(
        "--shared-network",
        action="store_true",
        help="stay beside whatever else listens on this machine",
    )
    parser.add_argument("-v", action="store_true", help="print allowed differences as well")
    parser.add_argument("-j", type=int, default=8, metavar="N")
    arguments = parser.parse_args()
    if arguments.record and not arguments.perl:
        parser.error("--record needs --perl")
    return arguments


def select(pattern, version):
    for topic in TOPICS:
        importlib.import_module("cases_" + topic)
    pattern = re.compile(fnmatch.translate(pattern.replace("[", "[[]")))
    return [one for one in CASES.values() if one.since <= version and pattern.match(one.name)]


def main():
    # Whoever started us may have had signals ignored, and the repeaters would inherit that.
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments = parse_arguments()
    if not arguments.shared_network and not can_enter("--net"):
        print("no network of our own: cases that need a taken port are skipped")
    started = time.monotonic()
    version = REFERENCE
    programs = [trial.Program("ours", arguments.ours)]
    if arguments.perl:
        version = arguments.perl_version or detect_version(arguments.perl)
        programs.append(trial.Program("perl", os.path.abspath(arguments.perl)))
    cases = select(arguments.only, version)
    recorded = {**load(f"expected_{REFERENCE}.json", {}), **load(f"expected_{version}.json", {})}
    judge = Judge(load("allowed_differences.json", {}), version)
    seen = observe_all(arguments.j, cases, programs)
    if arguments.record:
        record(version, seen, list(CASES))

    verdicts = {one.name: judge_one(judge, one.name, seen[one.name], recorded) for one in cases}
    doubtful = [one for one in cases if verdicts[one.name][0] == "unexpected"]
    # Once more and less crowded: a busy machine shifts times, a fault stays.
    for name, again in observe_all(2, doubtful, programs).items():
        second = judge_one(judge, name, again, recorded)
        if second[0] != "unexpected":
            print(f"{name}: as expected only in a second run; at first: {verdicts[name][1]}")
        verdicts[name], seen[name] = second, again

    drafts = []
    for name, (verdict, lines) in verdicts.items():
        if verdict in ("unexpected", "skipped") or (verdict == "allowed" and arguments.v):
            print(f"{verdict}: {name}")
            for line in lines:
                print("    " + line)
        if verdict == "unexpected":
            seen[name]["reference"] = seen[name].get("perl", recorded.get(name, {}))
            drafts.append(name)
        elif (
            arguments.perl
            and not arguments.record
            and verdict != "skipped"
            and seen[name]["perl"] != recorded.get(name)
        ):
            print(f"note: {name}: this Perl differs from the recorded one")
    results = {name: verdict for name, (verdict, _) in verdicts.items()}
    if arguments.draft:
        print_differences(seen, drafts)
    stale = set(judge.entries) - set(CASES)
    for name in sorted(stale):
        print(f"allowed_differences.json names an unknown case: {name}")
    reference = f"the Perl of {version}" if arguments.perl else f"recorded Perl of {version}"
    print(f"\nours beside {reference}, {time.monotonic() - started:.0f} s\n{table(results)}")
    return 1 if stale or "unexpected" in results.values() else 0


if __name__ == "__main__":
    sys.exit(main())
