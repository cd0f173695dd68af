#!/usr/bin/python3
# The repeater's numbers, health and signs of life: repeater_numbers.py REPEATER PAGE
# SPDX-License-Identifier: EUPL-1.2
import contextlib
import os
import signal
import socket
import sys
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Repeater
from harness.http import get
from harness.names import ask_only_loopback
from harness.namespaces import enter
from harness.pairs import close_all, is_closed, make_pair
from harness.patience import PATIENCE, eventually
from harness.ports import free_ports
from harness.processes import children_of, hang_up, outcome
from harness.prometheus import described, exposed, scrape, values_of, words_in
from harness.rfb import BANNER, SERVER_BANNER, hello
from harness.sockets import all_of, port_of, until_the_end

LIMIT = "repeater_limited_total"


class Numbers(ProgramCase):
    def repeater(self, *options):
        """With its port for operators in `admin`."""
        started = self.ending(
            Repeater(
                REPEATER,
                *("--bind", "127.0.0.1", "--log-format", "text", "--log-level", "debug"),
                *("--admin-listen", "127.0.0.1:0", *options),
            )
        )
        started.admin = int(started.says(r"admin_listening at=127\.0\.0\.1:(\d+)").group(1))
        return started

    def server(self, repeater, name):
        peer = self.connect(repeater.server_port)
        peer.sendall(hello(f"ID:{name}"))
        return peer

    def viewer(self, repeater, wish):
        peer = self.connect(repeater.viewer_port)
        with contextlib.suppress(ConnectionError):
            peer.sendall(hello(wish))
        return peer

    def pair(self, repeater, name):
        ends = make_pair(repeater, name)
        for end in ends:
            self.closing(end)
        return ends

    def status(self, port, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as got:
                return got.status, got.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()

    def assert_adds_up(self, now):
        accepted = now.value("repeater_connections_accepted_total")
        closed = now.value("repeater_connections_closed_total")
        self.assertEqual(accepted, closed + now.value("repeater_connections_open"))
        return accepted, closed


class PageTest(Numbers):
    def test_every_name_is_there_and_as_the_page_says(self):
        families = scrape(self.repeater().admin)
        rows = described(PAGE, "repeater")
        self.assertEqual(
            {name: row[:2] for name, row in rows.items()}, exposed(families, "repeater")
        )
        for name, (_, labels, what) in rows.items():
            for label in labels - {"version", "thread"}:
                self.assertEqual(words_in(what), values_of(families[name], label), name)
        self.assertIn("process_resident_memory_bytes", families)


class CountTest(Numbers):
    def test_a_session_from_its_start_to_its_end(self):
        repeater = self.repeater("--threads", "2")
        server, viewer = self.pair(repeater, "one")
        server.sendall(b"s" * 100_000)
        all_of(100_000, viewer)
        viewer.sendall(b"v" * 10)
        all_of(10, server)

        def carried(now):
            return [now.value("repeater_bytes_total", to=side) for side in ("server", "viewer")]

        expected = [10, len(SERVER_BANNER) + 100_000]
        eventually("all bytes are counted", lambda: carried(scrape(repeater.admin)) == expected)
        now = scrape(repeater.admin)
        self.assert_adds_up(now)
        self.assertEqual(now.value("repeater_connections_open"), 2)
        self.assertEqual(now.value("repeater_sessions"), 1)
        self.assertEqual(now.value("repeater_handovers_total"), 1)
        self.assertEqual(now.value("repeater_thread_sessions", thread="main"), 0)
        self.assertEqual(now.value("repeater_thread_sessions", thread="1"), 1)
        self.assertEqual(now.value("repeater_sessions_started_total", by="id"), 1)
        viewer.close()
        self.assertTrue(is_closed(server))
        repeater.says(" ended ")
        now = scrape(repeater.admin)
        self.assertEqual(now.value("repeater_sessions"), 0)
        self.assertEqual(now.value("repeater_sessions_ended_total", how="eof"), 1)
        self.assertEqual(now.value("repeater_waits_ended_total", how="matched"), 1)
        self.assertEqual(self.assert_adds_up(now), (2, 2))

    def test_they_add_up_at_any_moment(self):
        repeater = self.repeater("--max-connections", "20")
        for number in range(30):
            held = [self.server(repeater, f"many_{number}_{i}") for i in range(number % 10)]
            self.assert_adds_up(scrape(repeater.admin))
            close_all(held)
            self.assert_adds_up(scrape(repeater.admin))
        eventually(
            "all have gone", lambda: not scrape(repeater.admin).value("repeater_connections_open")
        )

    def test_peers_that_wait_and_leave(self):
        repeater = self.repeater("--duplicates", "refuse")
        first = self.server(repeater, "same")
        self.assertTrue(is_closed(self.server(repeater, "same")))
        now = scrape(repeater.admin)
        self.assertEqual(now.value("repeater_waiting", side="server"), 1)
        self.assertEqual(now.value("repeater_waiting", side="viewer"), 0)
        self.assertEqual(now.value("repeater_refused_total", reason="duplicate"), 1)
        first.close()
        repeater.says("aborted .*why=left")
        self.connect(repeater.viewer_port).close()
        repeater.says("probed")
        self.assertTrue(is_closed(self.viewer(repeater, "ID:")))
        now = scrape(repeater.admin)
        self.assertEqual(now.value("repeater_waiting", side="server"), 0)
        self.assertEqual(now.value("repeater_waits_total"), 1)
        self.assertEqual(now.value("repeater_waits_ended_total", how="left"), 1)
        self.assertEqual(now.value("repeater_probes_total"), 1)
        self.assertEqual(now.value("repeater_hello_failures_total", reason="bad_hello"), 1)

    def test_dials(self):
        far = self.listen()
        repeater = self.repeater("--mode1-allow", f"127.0.0.1:{port_of(far)}")
        viewer = self.viewer(repeater, f"127.0.0.1::{port_of(far)}")
        self.accept(far).sendall(SERVER_BANNER)
        all_of(len(BANNER) + len(SERVER_BANNER), viewer)
        self.assertTrue(is_closed(self.viewer(repeater, "127.0.0.1:5900")))
        port = port_of(far)
        far.close()
        self.assertTrue(is_closed(self.viewer(repeater, f"127.0.0.1::{port}")))
        now = scrape(repeater.admin)
        for result, count in (("connected", 1), ("address", 1), ("failed", 1), ("port", 0)):
            self.assertEqual(now.value("repeater_dials_total", result=result), count, result)
        failures = "repeater_dial_attempt_failures_total"
        self.assertEqual(now.value(failures, reason="unreachable"), 1)
        self.assertEqual(now.value("repeater_sessions_started_total", by="address"), 1)
        # Its server was dialled, and not accepted.
        self.assertEqual(now.value("repeater_connections_open"), 1)
        self.assert_adds_up(now)

    def test_lines_of_the_log_that_are_lost(self):
        admin = self.path("admin")
        repeater = self.start(
            *(REPEATER, "--bind", "127.0.0.1", "-c", "0", "-s", "0", "--log-file", "/dev/full"),
            *("--admin-listen", f"unix:{admin}"),
        )
        eventually("it listens", lambda: os.path.exists(admin))

        def lines_lost():
            with self.connect_unix(admin) as peer:
                peer.sendall(get("/metrics", ("Connection", "close")))
                text = until_the_end(peer).decode()
            return int(text.partition("\nrepeater_log_lines_lost_total ")[2].split("\n")[0])

        eventually("its first lines are lost", lambda: lines_lost() > 2)
        repeater.stop()
        self.assertFalse(os.path.exists(admin), "the socket's file is removed")


class LimitTest(Numbers):
    """Each limit, hit once, moves its own number."""

    def start_with(self, *options):
        return self.repeater("--source-exempt", "none", "--mode1", "any", *options)

    def hit_connections(self):
        repeater = self.start_with("--max-connections", "1")
        self.server(repeater, "one")
        repeater.says("waiting")
        return repeater, self.server(repeater, "two")

    def hit_handshakes(self):
        repeater = self.start_with("--max-handshakes", "1")
        oldest = self.connect(repeater.server_port)
        self.connect(repeater.server_port)
        return repeater, oldest

    def hit_source_handshakes(self):
        repeater = self.start_with("--max-handshakes-per-source", "1")
        self.connect(repeater.server_port)
        return repeater, self.connect(repeater.server_port)

    def hit_connection_rate(self):
        repeater = self.start_with("--connection-rate", "1/h,1")
        self.connect(repeater.server_port)
        return repeater, self.connect(repeater.server_port)

    def hit_waiting(self):
        repeater = self.start_with("--max-waiting-servers", "1")
        self.server(repeater, "one")
        return repeater, self.server(repeater, "two")

    def hit_source_waiting(self):
        repeater = self.start_with("--max-waiting-servers-per-source", "1")
        self.server(repeater, "one")
        return repeater, self.server(repeater, "two")

    def hit_sessions(self):
        repeater = self.start_with("--max-sessions", "1")
        self.pair(repeater, "one")
        self.server(repeater, "two")
        repeater.says("waiting", 2)
        return repeater, self.viewer(repeater, "ID:two")

    def hit_source_sessions(self):
        repeater = self.start_with("--max-sessions-per-source", "2")
        self.pair(repeater, "one")
        self.server(repeater, "two")
        repeater.says("waiting", 2)
        return repeater, self.viewer(repeater, "ID:two")

    def dial(self, repeater, to):
        return self.viewer(repeater, f"127.0.0.1::{port_of(to)}")

    def hit_dial_rate(self):
        repeater = self.start_with("--dial-rate", "1/h,1")
        far = self.listen()
        self.dial(repeater, far)
        self.accept(far)
        return repeater, self.dial(repeater, far)

    def hit_source_dials(self):
        repeater = self.start_with("--max-dials-per-source", "1")
        deaf = self.listen(backlog=0)
        for _ in range(2):  # its queue is full, so that who dials it waits
            peer = self.closing(socket.socket())
            peer.setblocking(False)
            peer.connect_ex(deaf.getsockname())
        self.dial(repeater, deaf)
        repeater.says("dialling")
        return repeater, self.dial(repeater, deaf)

    def hit_lookups(self):
        mute = self.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        mute.bind(("127.0.0.1", 53))
        mute.settimeout(PATIENCE)
        repeater = self.start_with("--lookups", "1", "--lookup-queue", "0")
        self.viewer(repeater, "mute.example:5900")
        mute.recv(512)
        return repeater, self.viewer(repeater, "mute.example:5900")

    def guess(self, repeater, count):
        for number in range(count):
            wrong = self.viewer(repeater, f"ID:wrong_{number}")
        return wrong

    def hit_wrong_ids(self):
        repeater = self.start_with("--wrong-ids", "1/h,1")
        return repeater, self.guess(repeater, 2)

    def hit_banned(self):
        repeater = self.start_with("--wrong-ids", "1/h,1")
        self.assertTrue(is_closed(self.guess(repeater, 2)))
        return repeater, self.connect(repeater.viewer_port)

    def test_each_is_counted_as_what_it_is(self):
        names = values_of(scrape(self.repeater().admin)[LIMIT], "limit")
        hits = {name[len("hit_") :] for name in dir(self) if name.startswith("hit_")}
        self.assertEqual(hits, names, "each limit has a test that hits it")
        for name in sorted(names):
            with self.subTest(name):
                repeater, refused = getattr(self, f"hit_{name}")()
                self.assertTrue(is_closed(refused))
                now = scrape(repeater.admin)
                counted = {s.labels["limit"]: s.value for s in now[LIMIT].samples}
                expected = dict.fromkeys(names, 0) | {name: 1}
                if name == "banned":
                    expected["wrong_ids"] = 1
                self.assertEqual(counted, expected)
                self.assertEqual(now.value("repeater_bans_total"), expected["wrong_ids"])
                self.assert_adds_up(now)
                repeater.kill()


class HealthTest(Numbers):
    def test_ready_until_it_drains(self):
        repeater = self.repeater()
        server, viewer = self.pair(repeater, "last")
        self.assertEqual(self.status(repeater.admin, "/healthz"), (200, b"ok\n"))
        self.assertEqual(self.status(repeater.admin, "/readyz"), (200, b"ready\n"))
        repeater.terminate()
        repeater.says("stopping")
        self.assertEqual(self.status(repeater.admin, "/readyz"), (503, b"shutting down\n"))
        self.assertEqual(self.status(repeater.admin, "/healthz"), (200, b"ok\n"))
        self.assertEqual(scrape(repeater.admin).value("repeater_sessions"), 1)
        close_all((server, viewer))
        self.assertEqual(repeater.wait(), 0)

    def test_the_successor_of_one_that_drains_has_the_port(self):
        (port,) = free_ports(1)
        parent = self.ending(
            Repeater(REPEATER, "--loop", "on", "--admin-listen", f"127.0.0.1:{port}")
        )
        ends = self.pair(parent, "last")
        (child,) = children_of(parent.pid)
        os.kill(child, signal.SIGTERM)
        parent.says("answering /metrics", 2)
        eventually("the successor answers", lambda: self.status(port, "/readyz")[0] == 200)
        close_all(ends)
        parent.terminate()
        self.assertEqual(parent.wait(), 0)

    def test_says_where_it_cannot_listen(self):
        taken = self.listen()
        ended = outcome(
            *(REPEATER, "--bind", "127.0.0.1", "-c", "0", "-s", "0"),
            *("--admin-listen", f"127.0.0.1:{port_of(taken)}"),
        )
        self.assertEqual(ended.returncode, 71)
        self.assertIn("--admin-listen", ended.stderr)

    def test_others_must_be_named(self):
        for words in (("--admin-listen", "*:0"), ("--admin-allow", "10.0.0.0/8")):
            self.assertEqual(outcome(REPEATER, *words).returncode, 64)


class ManagerTest(Numbers):
    def setUp(self):
        super().setUp()
        self.manager = self.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        self.manager.bind(self.path("notify"))
        self.manager.settimeout(PATIENCE)

    def start_under_manager(self, **more):
        return self.start(
            *(REPEATER, "--bind", "127.0.0.1", "-c", "0", "-s", "0", "--threads", "3"),
            env={**os.environ, "NOTIFY_SOCKET": self.path("notify"), **more},
        )

    def test_hears_of_readiness_reloads_and_the_end(self):
        repeater = self.start_under_manager()
        self.assertEqual(self.manager.recv(100), b"READY=1")
        hang_up(repeater)
        self.assertEqual(self.manager.recv(100), b"RELOADING=1")
        self.assertEqual(self.manager.recv(100), b"READY=1")
        repeater.terminate()
        self.assertEqual(self.manager.recv(100), b"STOPPING=1")
        self.assertEqual(repeater.wait(), 0)

    def test_hears_signs_of_life_where_it_asks(self):
        repeater = self.start_under_manager(WATCHDOG_USEC="100000")
        self.assertEqual(self.manager.recv(100), b"READY=1")
        for _ in range(3):
            self.assertEqual(self.manager.recv(100), b"WATCHDOG=1")
        repeater.stop()


if __name__ == "__main__":
    enter("--net", "--mount")  # where nobody else answers for names
    PAGE, REPEATER = os.path.abspath(sys.argv.pop()), os.path.abspath(sys.argv.pop())
    with ask_only_loopback("options timeout:30\n"):
        unittest.main(verbosity=2)
