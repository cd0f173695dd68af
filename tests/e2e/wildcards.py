#!/usr/bin/env python3
# Who is heard at *, 0.0.0.0 and [::], wherever they can be written: wildcards.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import errno
import os
import socket
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.namespaces import enter
from harness.patience import PATIENCE
from harness.processes import Program
from harness.sandbox import without

PORT = 7000  # in a network of our own
EVERY, IPV4, IPV6 = {"127.0.0.1", "::1"}, {"127.0.0.1"}, {"::1"}
TUNNEL = ("tunnel", "--url", "ws://127.0.0.1:9/wsServer")


def bind(address):
    return [REPEATER, "-s", "9000", "-c", str(PORT), "--log-format", "text", "--bind", address]


def listen(address):
    return [WSGATE, "--listen", f"{address}:{PORT}"]


def admin(address):
    allowed = ("--listen", "127.0.0.1:9000", "--admin-allow", "10.0.0.0/8")
    return [WSGATE, *allowed, "--admin-listen", f"{address}:{PORT}"]


def tunnel(address):
    return [WSGATE, *TUNNEL, "--listen", f"{address}:{PORT}"]


def websockify(address):
    return [LINK, f"{address}:{PORT}", "127.0.0.1:9"]


OURS = (bind, listen, admin, tunnel)


def hears(address):
    try:
        socket.create_connection((address, PORT), PATIENCE).close()
        return True
    except OSError:
        return False


class Wildcards(unittest.TestCase):
    def heard(self, command, before=()):
        program = Program(*before, *command)
        self.addCleanup(program.kill)
        program.says(rf"listening .*:{PORT}\b")  # all are bound before the first is told
        seen = {address for address in EVERY if hears(address)}
        program.kill()
        program.wait()
        return seen

    def test_a_star_is_every_address_everywhere(self):
        for place in (*OURS, websockify):
            self.assertEqual(self.heard(place("*")), EVERY, place.__name__)

    def test_one_family_is_one_family(self):
        for place in OURS:
            self.assertEqual(self.heard(place("0.0.0.0")), IPV4, place.__name__)
            self.assertEqual(self.heard(place("[::]")), IPV6, place.__name__)

    def test_websockifys_form_means_what_pythons_does(self):
        for address in ("[::]", "::"):
            self.assertEqual(self.heard(websockify(address)), EVERY, address)
        self.assertEqual(self.heard(websockify("0.0.0.0")), IPV4)
        self.assertEqual(self.heard([LINK, str(PORT), "127.0.0.1:9"]), EVERY)

    def test_without_ipv6_a_star_is_ipv4(self):
        before = [sys.executable, __file__, "--without-ipv6"]
        for place in (*OURS, websockify):
            self.assertEqual(self.heard(place("*"), before), IPV4, place.__name__)
        self.assertEqual(self.heard(websockify("[::]"), before), IPV4)

    def test_a_port_that_is_taken_on_one_family_is_named(self):
        for family, taken in ((socket.AF_INET6, "::"), (socket.AF_INET, "0.0.0.0")):
            with socket.socket(family) as other:
                if family == socket.AF_INET6:
                    other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                other.bind((taken, PORT))
                other.listen()
                where = f"[{taken}]:{PORT}" if ":" in taken else f"{taken}:{PORT}"
                for place in (*OURS, websockify):
                    program = Program(*place("*"))
                    self.addCleanup(program.kill)
                    self.assertNotEqual(program.wait(), 0, place.__name__)
                    self.assertIn(where, program.all_said(), place.__name__)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--without-ipv6"]:
        without("socket", errno.EAFNOSUPPORT, socket.AF_INET6)()
        os.execv(sys.argv[2], sys.argv[2:])
    enter("--net")
    REPEATER, WSGATE = (os.path.abspath(program) for program in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as directory:
        LINK = os.path.join(directory, "websockify")
        os.symlink(WSGATE, LINK)
        unittest.main(argv=sys.argv[:1])
