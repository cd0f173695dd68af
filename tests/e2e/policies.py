#!/usr/bin/env python3
# The recipes of docs/policies.md, as they stand there: policies.py REPEATER DOCUMENT
# SPDX-License-Identifier: EUPL-1.2
import json
import re
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Repeater
from harness.patience import eventually
from harness.processes import outcome
from harness.rfb import NONE, PASSWORD, hello, log_in, say_by_turns, versions
from harness.sockets import all_of, connect_unix, until_the_end

REPEATER = ""
RECIPES = {}

KEY = bytes.fromhex("04010000 0000ff0d")
KEY_UP = bytes.fromhex("04000000 0000ff0d")
REQUEST = bytes.fromhex("03010000 0000 03200258")
TEXT_TO_SERVER = bytes.fromhex("06000000 00000002 6869")
TEXT_TO_VIEWER = bytes.fromhex("03000000 00000002 6869")
FILE = bytes.fromhex("07060000 00000000 00000000")
BELL = b"\x02"


def recipes_of(document):
    """The first block of each section, by its heading."""
    text = Path(document).read_text(encoding="utf-8")
    found = re.findall(r"^### (.+?)\n\n```ini\n(.*?)```", text, re.M | re.S)
    return dict(found)


class RecipeTest(ProgramCase):
    def repeater(self, heading, instead=()):
        text = RECIPES[heading]
        for old, new in instead:
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.events = self.path("events")
        return self.ending(
            Repeater(
                *(REPEATER, "--config", self.write("config", text)),
                *("--event-file", self.events, "--event-ids", "full", "--bind", "127.0.0.1"),
            )
        )

    def event(self, name):
        def found():
            lines = Path(self.events).read_text(encoding="utf-8").splitlines()
            return next((one for one in map(json.loads, lines) if one["event"] == name), None)

        return eventually(name, found)

    def meet(self, repeater, name):
        server = self.connect(repeater.server_port)
        server.sendall(hello(f"ID:{name}"))
        viewer = self.connect(repeater.viewer_port)
        self.assertEqual(all_of(12, viewer), b"RFB 000.000\n")
        viewer.sendall(hello(f"ID:{name}"))
        return server, viewer

    def assert_passes(self, speaker, listener, said, expected=None):
        expected = said if expected is None else expected
        speaker.sendall(said)
        self.assertEqual(all_of(len(expected), listener), expected)

    def test_every_recipe_is_good(self):
        self.assertEqual(len(RECIPES), 6)
        for heading, text in RECIPES.items():
            with self.subTest(heading):
                done = outcome(REPEATER, "--check", "--config", self.write("config", text))
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_trainee_watches(self):
        server, viewer = self.meet(self.repeater("A trainee watches"), "trainee-7")
        say_by_turns(server, viewer, log_in())
        self.assert_passes(
            viewer, server, KEY + TEXT_TO_SERVER + REQUEST + KEY + REQUEST, REQUEST * 2
        )
        self.assert_passes(server, viewer, BELL + TEXT_TO_VIEWER)

    def test_others_are_not_held_to_it(self):
        server, viewer = self.meet(self.repeater("A trainee watches"), "technician")
        say_by_turns(server, viewer, log_in())
        self.assert_passes(viewer, server, KEY + FILE + TEXT_TO_SERVER)

    def test_view_first_control_after_consent(self):
        admin = self.path("admin")
        repeater = self.repeater(
            "View first, control after consent", (("/run/ultravnc_repeater/admin.sock", admin),)
        )
        server, viewer = self.meet(repeater, "help-1")
        say_by_turns(server, viewer, log_in())
        number = self.event("paired")["pair"]

        def tell(path, method="POST"):
            operator = self.closing(connect_unix(admin))
            request = f"{method} {path} HTTP/1.1\r\nHost: -\r\nConnection: close\r\n\r\n"
            operator.sendall(request.encode())
            return until_the_end(operator).decode()

        self.assert_passes(viewer, server, KEY + REQUEST, REQUEST)
        path = f"/sessions/{number}/policy"
        self.assertIn(" 200 ", tell(f"{path}?view-only=no"))
        self.assert_passes(viewer, server, KEY)
        self.assertIn(" 200 ", tell(f"{path}?view-only=yes"))
        self.assertEqual(all_of(len(KEY_UP), server), KEY_UP)
        self.assert_passes(viewer, server, KEY + REQUEST, REQUEST)
        self.assertIn(" 404 ", tell("/sessions/4711/policy?view-only=no"))
        self.assertIn(" 404 ", tell("/sessions/x/policy?view-only=no"))
        self.assertIn(" 400 ", tell(f"{path}?view-only=perhaps"))
        self.assertIn(" 400 ", tell(path))
        self.assertIn(" 409 ", tell(f"{path}?chat=no"))
        self.assertIn(" 404 ", tell(f"{path}?view-only=no", "GET"))

    def test_a_vendor_gets_no_clipboard(self):
        server, viewer = self.meet(self.repeater("A vendor gets no clipboard"), "vendor-acme")
        say_by_turns(server, viewer, log_in())
        self.assert_passes(viewer, server, KEY + TEXT_TO_SERVER + FILE + KEY, KEY + KEY)
        self.assert_passes(server, viewer, BELL + TEXT_TO_VIEWER + BELL, BELL + BELL)

    def test_a_kiosk_must_have_a_password(self):
        repeater = self.repeater("A kiosk that must have a password")
        server, viewer = self.meet(repeater, "kiosk-1")
        say_by_turns(server, viewer, versions())
        server.sendall(b"\x01" + NONE)
        self.assertIn(b"does not admit", until_the_end(viewer))
        self.assertEqual(until_the_end(server), b"")
        self.assertIn("does not admit", self.event("policy_broken")["why"])
        server, viewer = self.meet(repeater, "kiosk-2")
        say_by_turns(server, viewer, log_in(PASSWORD))
        self.assert_passes(viewer, server, TEXT_TO_SERVER)
        self.assert_passes(server, viewer, TEXT_TO_VIEWER + BELL, BELL)

    def test_encrypted_or_not_at_all(self):
        repeater = self.repeater("Encrypted from end to end, or not at all")
        server, viewer = self.meet(repeater, "bank-1")
        say_by_turns(server, viewer, versions())
        self.assert_passes(server, viewer, b"\x03\x01\x02\x13", b"\x01\x13")
        for speaker, listener, said in (
            (viewer, server, b"\x13"),
            (server, viewer, b"\x00\x02"),
            (viewer, server, b"\x00\x02"),
            (server, viewer, b"\x00"),
        ):
            self.assert_passes(speaker, listener, said)
        both = b"\x02" + bytes.fromhex("00000100 00000106")
        self.assert_passes(server, viewer, both, b"\x01" + bytes.fromhex("00000106"))
        self.assert_passes(viewer, server, bytes.fromhex("00000106"))
        self.assert_passes(server, viewer, b"\x01\x16\x03\x01")
        self.assert_passes(viewer, server, b"\x16\x03\x01" + bytes(range(256)))


if __name__ == "__main__":
    REPEATER = sys.argv.pop(1)
    RECIPES = recipes_of(sys.argv.pop(1))
    unittest.main()
