#!/usr/bin/env python3
# A program or a web service is asked about peers, and its answer holds: authorize.py REPEATER
# SPDX-License-Identifier: EUPL-1.2
import json
import os
import signal
import socket
import sys
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Repeater
from harness.patience import PATIENCE, eventually
from harness.rfb import hello, log_in, say_by_turns
from harness.sockets import all_of, until_the_end

REPEATER = ""
KEY = b"\x04\x01\x00\x00\x00\x00\xff\x0d"
REQUEST = b"\x03\x01\x00\x00\x00\x00\x03\x20\x02\x58"


class Service:
    """Answers POSTs with what `answer` makes of the question: a status and a text."""

    def __init__(self, answer):
        self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.asked.append(question)
                status, text = answer(question)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        service = self
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/may"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class AuthorizeTest(ProgramCase):
    def repeater(self, *options):
        """Patient, unless told otherwise."""
        events = ("--event-file", self.path("events"), "--event-ids", "full")
        return self.ending(
            Repeater(REPEATER, *events, "--authorize-timeout", str(PATIENCE), *options)
        )

    def program(self, text):
        path = self.write("may", f"#!/bin/sh\n{text}\n")
        os.chmod(path, 0o755)
        return path

    def service(self, answer):
        made = Service(answer)
        self.addCleanup(made.close)
        return made

    def event(self, name, **members):
        def found():
            try:
                lines = Path(self.path("events")).read_text(encoding="utf-8").splitlines()
            except FileNotFoundError:
                return None
            return next(
                (
                    one
                    for one in map(json.loads, lines)
                    if one["event"] == name and members.items() <= one.items()
                ),
                None,
            )

        return eventually(f"{name} {members}", found)

    def server(self, repeater, name="ID:1"):
        peer = self.connect(repeater.server_port)
        peer.sendall(hello(name))
        return peer

    def viewer(self, repeater, name="ID:1"):
        peer = self.connect(repeater.viewer_port)
        self.assertEqual(all_of(12, peer), b"RFB 000.000\n")
        peer.sendall(hello(name))
        return peer

    def assert_joined(self, server, viewer):
        server.sendall(b"RFB 003.008\n")
        self.assertEqual(all_of(12, viewer), b"RFB 003.008\n")


class ServiceTest(AuthorizeTest):
    def test_is_asked_about_both_sides_with_all_that_is_known(self):
        service = self.service(lambda q: (200, '{"allow": true}'))
        repeater = self.repeater("--authorize-url", service.url)
        server, viewer = self.server(repeater), self.viewer(repeater)
        self.assert_joined(server, viewer)
        by_side = {one["side"]: one for one in service.asked}
        for side in ("server", "viewer"):
            expected = {"side": side, "id": "1", "address": "127.0.0.1", "transport": "tcp"}
            self.assertEqual(by_side[side], expected)

    def test_keeps_a_viewer_out_with_a_reason_that_it_shows(self):
        def answer(question):
            if question["side"] == "server":
                return 200, '{"allow": true}'
            return 403, '{"allow": false, "reason": "Come back tomorrow"}'

        service = self.service(answer)
        repeater = self.repeater("--authorize-url", service.url, "--explain")
        server, viewer = self.server(repeater), self.viewer(repeater)
        self.assertEqual(all_of(12, viewer), b"RFB 003.008\n")
        viewer.sendall(b"RFB 003.008\n")
        self.assertIn(b"Come back tomorrow", until_the_end(viewer))
        refused = self.event("refused", side="viewer")
        self.assertEqual(
            (refused["why"], refused["reason"]), ("not_authorized", "Come back tomorrow")
        )
        server.setblocking(False)
        with self.assertRaises(BlockingIOError):  # still waits
            server.recv(1)

    def test_may_give_a_policy_and_limits(self):
        def answer(question):
            policy = "view-only" if question["side"] == "viewer" else "session-max=600"
            return 200, json.dumps({"allow": True, "policy": policy})

        service = self.service(answer)
        repeater = self.repeater("--authorize-url", service.url)
        server, viewer = self.server(repeater), self.viewer(repeater)
        say_by_turns(server, viewer, log_in())
        viewer.sendall(KEY + REQUEST)
        self.assertEqual(all_of(len(REQUEST), server), REQUEST)
        self.assertEqual(self.event("paired")["policy"], "authorized")

    def test_may_say_with_whom_somebody_meets(self):
        keys = {("server", "4711"): "room", ("viewer", "door"): "room"}

        def answer(question):
            key = keys.get((question["side"], question["id"]), "")
            return 200, json.dumps({"allow": True, "key": key} if key else {"allow": False})

        service = self.service(answer)
        repeater = self.repeater("--authorize-url", service.url)
        server = self.server(repeater, "ID:4711")
        stranger = self.viewer(repeater, "ID:4711")
        self.assertEqual(until_the_end(stranger), b"")
        self.assert_joined(server, self.viewer(repeater, "ID:door"))

    def test_admits_nobody_where_it_does_not_answer(self):
        silent = self.listen()
        refusing = socket.socket()
        refusing.bind(("127.0.0.1", 0))
        nowhere = refusing.getsockname()[1]
        wrong = self.service(lambda q: (200, '{"allow": true, "sometimes": true}')).url
        broken = self.service(lambda q: (500, "")).url
        for url in (
            f"http://127.0.0.1:{silent.getsockname()[1]}/",
            f"http://127.0.0.1:{nowhere}/",
            wrong,
            broken,
        ):
            with self.subTest(url):
                repeater = self.repeater("--authorize-url", url, "--authorize-timeout", "0.3")
                began = time.monotonic()
                self.assertEqual(until_the_end(self.server(repeater)), b"")
                self.assertLess(time.monotonic() - began, 5)
                self.event("refused", why="authorization_failed")
                repeater.stop()
                os.unlink(self.path("events"))
        refusing.close()

    def test_admits_everybody_where_it_does_not_answer_if_told_so(self):
        broken = self.service(lambda q: (500, "")).url
        repeater = self.repeater("--authorize-url", broken, "--authorize-failure", "allow")
        self.assert_joined(self.server(repeater), self.viewer(repeater))

    def test_is_remembered_over_an_upgrade(self):
        def answer(question):
            return 200, json.dumps({"allow": True, "policy": "view-only"})

        service = self.service(answer)
        repeater = self.repeater("--authorize-url", service.url, "--log-format", "text")
        server = self.server(repeater)
        self.event("waiting", side="server")
        os.kill(repeater.pid, signal.SIGUSR2)
        successor = int(repeater.says(r" upgraded .*to_pid=(\d+) ")[1])
        self.addCleanup(os.kill, successor, signal.SIGKILL)
        viewer = self.viewer(repeater)
        say_by_turns(server, viewer, log_in())
        viewer.sendall(KEY + REQUEST)
        self.assertEqual(all_of(len(REQUEST), server), REQUEST)
        asked = [one["side"] for one in service.asked]
        self.assertEqual(asked, ["server", "viewer"], "the server was asked about once")


class ProgramTest(AuthorizeTest):
    def test_is_asked_on_standard_input_and_answers_on_standard_output(self):
        asked = self.path("asked")
        program = self.program(f"cat >> {asked}; echo '{{\"allow\": true}}'")
        repeater = self.repeater("--authorize-exec", program)
        self.assert_joined(self.server(repeater), self.viewer(repeater))
        lines = Path(asked).read_text(encoding="utf-8").splitlines()
        self.assertEqual({json.loads(one)["side"] for one in lines}, {"server", "viewer"})

    def test_admits_nobody_where_it_fails(self):
        for text in (
            "exit 1",
            "echo nonsense",
            "sleep 60",
            "cat; echo '{\"allow\": true}'; exit 3",
            "yes | head -c 100000",
        ):
            with self.subTest(text):
                program = self.program(text)
                repeater = self.repeater("--authorize-exec", program, "--authorize-timeout", "0.5")
                self.assertEqual(until_the_end(self.viewer(repeater)), b"")
                self.event("refused", why="authorization_failed")
                repeater.stop()
                os.unlink(self.path("events"))

    def test_that_is_slow_keeps_nobody_else_waiting(self):
        program = self.program(
            "read q; case $q in *slow*) sleep 6;; esac; echo '{\"allow\": true}'"
        )
        repeater = self.repeater("--authorize-exec", program, "--authorize-timeout", "8")
        for i in range(4):
            self.server(repeater, f"ID:slow{i}")
        began = time.monotonic()
        self.assert_joined(self.server(repeater, "ID:2"), self.viewer(repeater, "ID:2"))
        self.assertLess(time.monotonic() - began, 5)


if __name__ == "__main__":
    REPEATER = sys.argv.pop(1)
    unittest.main()
