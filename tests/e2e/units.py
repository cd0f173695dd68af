#!/usr/bin/env python3
# The units that we ship find each other, and systemd likes them: units.py REPEATER GATEWAY
# SPDX-License-Identifier: EUPL-1.2
import os
import re
import shlex
import shutil
import stat
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/support"))

from harness.case import ProgramCase
from harness.files import json_lines
from harness.patience import eventually
from harness.ports import free_ports
from harness.processes import outcome
from harness.rfb import hello
from harness.sockets import listens
from harness.websocket import binary, open_session

UNITS = ROOT / "scripts/systemd"
RUNTIME = "/run/ultravnc_repeater"
PROGRAMS = {}  # the paths in the units, and those of the programs under test


def unit(name):
    """The text, with continued lines joined as systemd does."""
    return (UNITS / name).read_text(encoding="utf-8").replace("\\\n", " ")


def setting(name, key):
    return re.search(rf"^{key}=(.*)$", unit(name), re.M).group(1)


class Units(ProgramCase):
    def command(self, name, **variables):
        """The words of ExecStart=, as systemd makes them, below a folder of our own."""
        if "Environment=" in unit(name):
            (text,) = shlex.split(setting(name, "Environment"))
            variable, value = text.split("=", 1)
            variables = {variable: value, **variables}
        words = []
        for word in shlex.split(setting(name, "ExecStart")):
            words += variables[word[1:]].split() if word.startswith("$") else [word]
        words[0] = PROGRAMS[words[0]]
        return [word.replace(RUNTIME, self.folder) for word in words]

    def test_gateway_and_repeater_meet(self):
        viewers, servers, front = free_ports(3)
        log = f"--log-format json --log-file {self.path('log')}"
        options = f"--bind 127.0.0.1 -c {viewers} -s {servers} {log}"
        words = self.command("ultravnc_repeater.service", REPEATER_OPTIONS=options)
        self.start(*words, start_new_session=True)  # ends with the keeper
        eventually("the repeater listens", lambda: listens(viewers) and listens(servers))
        options = f"--listen 127.0.0.1:{front}"
        self.start(*self.command("wsgate.service", WSGATE_OPTIONS=options))
        eventually("the gateway listens", lambda: listens(front))
        ends = []
        for path in ("/wsServer", "/websockify"):
            ends.append(open_session(self.connect(front), path))
            ends[-1].sendall(binary(hello("ID:1")))

        def paired():
            lines = json_lines(self.path("log"))
            return next((one for one in lines if one["event"] == "paired"), None)

        pair = eventually("they are paired", paired)
        ours = ["{}:{}".format(*one.getsockname()) for one in ends]
        self.assertEqual([pair["server"], pair["viewer"]], ours)
        for name in ("viewer.sock", "server.sock"):
            mode = stat.S_IMODE(os.stat(self.path(name)).st_mode)
            self.assertEqual(mode, 0o660, "for the group alone")

    def test_both_have_the_group_that_the_sockets_let_in(self):
        name = "ultravnc_repeater.service"
        self.assertEqual(setting(name, "Group"), setting("wsgate.service", "Group"))
        self.assertEqual(setting(name, "RuntimeDirectoryMode"), "0750")
        self.assertEqual(f"/run/{setting(name, 'RuntimeDirectory')}", RUNTIME)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd")
    def test_systemd_finds_little_exposed(self):
        most = 1.6
        for each in UNITS.glob("*.service"):
            with self.subTest(each.name):
                line = ("systemd-analyze", "security", "--offline=true", "--no-pager", str(each))
                done = outcome(*line)
                level = re.search(r"Overall exposure level for .*: ([\d.]+) ", done.stdout)
                self.assertIsNotNone(level, done.stdout + done.stderr)
                self.assertLessEqual(float(level.group(1)), most, done.stdout)

    def test_nothing_that_it_calls_ends_it_but_what_its_own_sandbox_ends(self):
        """Where a unit forbids a call the call fails, as --sandbox auto expects it."""
        for each in UNITS.glob("*.service"):
            self.assertEqual(setting(each.name, "SystemCallErrorNumber"), "EPERM")
            self.assertRegex(
                unit(each.name), r"SystemCallFilter=.*\bseccomp .*\blandlock_restrict_self"
            )

    @unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd")
    def test_systemd_has_nothing_to_say(self):
        for each in UNITS.iterdir():
            text = each.read_text(encoding="utf-8")
            for shipped, ours in PROGRAMS.items():
                text = text.replace(shipped, ours)
            self.write(each.name, text)
        files = [self.path(each.name) for each in UNITS.iterdir()]
        done = outcome("systemd-analyze", "verify", "--man=no", *files)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: units.py REPEATER GATEWAY")
    PROGRAMS = dict(
        zip(("/usr/bin/ultravnc_repeater", "/usr/bin/wsgate"), map(os.path.abspath, sys.argv[1:]))
    )
    unittest.main(argv=sys.argv[:1])
