#!/usr/bin/env python3
# The repeater as a process: signals, files, configuration, supervisor: daemon.py REPEATER
# SPDX-License-Identifier: EUPL-1.2
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.files import json_lines
from harness.patience import PATIENCE, eventually
from harness.pipes import full_pipe
from harness.ports import free_ports
from harness.processes import hang_up, is_alive, outcome
from harness.rfb import BANNER, hello
from harness.sockets import exactly, listen, listens

repeater = ""


class DaemonTest(ProgramCase):
    def setUp(self):
        super().setUp()
        self.log = self.path("log")
        self.viewer_port, self.server_port = free_ports(2)

    def says(self, pattern, count=1):
        """Waits until the log has so many lines that match."""

        def enough():
            found = re.findall(pattern, self.read("log"), re.MULTILINE)
            return found if len(found) >= count else None

        return eventually(
            lambda: f"{pattern} is there {count} times in\n{self.read('log')}", enough
        )

    def start_repeater(self, *options, log=None, stderr=None, **how):
        ports = str(self.viewer_port), str(self.server_port)
        return self.start(
            *(repeater, "--bind", "127.0.0.1", "-l", log or self.log, *options, *ports),
            start_new_session=True,  # so that a supervisor ends with its child
            stderr=stderr,
            **how,
        )

    def ready(self, count=1):
        self.says(r"/server\.$", count)

    def child_of(self, count=1):
        return int(self.says(r"starting up\.  pid: (\d+)", count)[-1])

    def introduce(self, port, text, early=b""):
        peer = self.connect(port)
        peer.sendall(hello(text) + early)
        return peer

    def pair(self, name):
        server = self.introduce(self.server_port, f"ID:{name}", b"x")
        viewer = self.introduce(self.viewer_port, f"ID:{name}")
        self.assertEqual(exactly(len(BANNER) + 1, viewer), BANNER + b"x")
        return server, viewer

    def assert_joined(self, pair):
        server, viewer = pair
        server.sendall(b"on")
        self.assertEqual(exactly(2, viewer), b"on")


class Signals(DaemonTest):
    def test_term_drains_and_a_second_one_stops(self):
        process = self.start_repeater("-p", self.path("pid"))
        self.ready()
        live = self.pair("live")
        waiting = self.introduce(self.server_port, "ID:waits")
        self.says("storing new vnc server with ID:waits")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(waiting.recv(1), b"")
        eventually("nobody listens", lambda: not listens(self.viewer_port))
        self.assert_joined(live)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(), 0)
        self.assertEqual(live[1].recv(1), b"")
        self.assertFalse(os.path.exists(self.path("pid")))

    def test_int_stops_at_once(self):
        process = self.start_repeater()
        self.ready()
        live = self.pair("live")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 0)
        self.assertEqual(live[0].recv(1), b"")


class UnreadLog(DaemonTest):
    """Standard error is a pipe that is full and that nobody reads."""

    def start_unread(self, *options, blocking=True):
        process = self.start(
            *(repeater, "--bind", "127.0.0.1", *options),
            *(str(self.viewer_port), str(self.server_port)),
            start_new_session=True,
            stderr=full_pipe(self, blocking),
        )
        eventually("it listens", lambda: listens(self.server_port))
        return process

    def test_stops_nobody(self):
        for blocking in (True, False):
            for last_words in ([signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]):
                with self.subTest(blocking=blocking, signals=last_words):
                    process = self.start_unread(blocking=blocking)
                    live = self.pair("live")
                    for _ in range(3):
                        hang_up(process)
                        self.assert_joined(live)
                    self.assert_joined(self.pair("new"))
                    for each in last_words:
                        process.send_signal(each)
                        eventually("nobody listens", lambda: not listens(self.viewer_port))
                    self.assertEqual(process.wait(), 0)

    def test_stops_no_supervisor(self):
        process = self.start_unread("-L")
        children = f"/proc/{process.pid}/task/{process.pid}/children"

        def child():
            with open(children, encoding="utf-8") as numbers:
                return numbers.read().split()

        first = child()
        os.kill(int(first[0]), signal.SIGKILL)
        eventually("there is another", lambda: child() not in ([], first))
        eventually("it listens", lambda: listens(self.server_port))
        self.assert_joined(self.pair("1"))
        process.terminate()
        self.assertEqual(process.wait(), 0)
        eventually("nobody listens", lambda: not listens(self.server_port))

    def test_neither_does_a_fifo_that_nobody_reads(self):
        os.mkfifo(self.log)
        process = self.start_repeater("--event-file", self.log)
        eventually("it listens", lambda: listens(self.server_port))
        hang_up(process)
        self.assert_joined(self.pair("1"))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 0)

    def test_a_program_that_cannot_start_says_so_to_nobody(self):
        process = self.start(repeater, "--no-such-option", stderr=full_pipe(self))
        self.assertEqual(process.wait(), 64)


class Descriptors(DaemonTest):
    def lines_at(self, name, *options):
        """What a socket hears that is standard output and to which `name` leads."""
        ours, theirs = socket.socketpair()
        self.closing(ours).settimeout(PATIENCE)
        with theirs:
            process = self.start_repeater(*options, log=name, stdout=theirs)
        heard = b""
        while b"/server.\n" not in heard:
            heard += ours.recv(4096)
        hang_up(process)
        while b"HUP: configuration read again." not in heard:
            heard += ours.recv(4096)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 0)
        with ours.makefile("rb") as rest:
            return heard + rest.read()

    def test_a_log_that_is_a_socket(self):
        os.symlink("/dev/stdout", self.path("link"))
        for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", self.path("link")):
            with self.subTest(name):
                self.lines_at(name)

    def test_events_to_a_socket(self):
        heard = self.lines_at("/dev/stdout", "--event-file", "/dev/stdout")
        self.assertIn(b'{"event":"started"', heard)
        self.assertIn(b'{"event":"stopped"', heard)


class Files(DaemonTest):
    def test_a_full_disk_leaves_whole_lines(self):
        limit = 2000

        def limited():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

        process = self.start_repeater("--event-file", self.path("events"), preexec_fn=limited)
        eventually("it listens", lambda: listens(self.server_port))
        for n in range(30):
            self.assert_joined(self.pair(str(n)))
        self.assertIsNone(process.poll(), "SIGXFSZ does not end it")
        for name in ("log", "events"):
            eventually("it is full", lambda name=name: len(self.read(name)) > limit - 400)
            self.assertTrue(self.read(name).endswith("\n"), self.read(name))
        lines = self.read("log").count("\n")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
        self.assert_joined(self.pair("last"))
        self.says(r"WARNING: \d+ lines of this log were lost: File too large$")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 0)
        self.assertGreater(self.read("log").count("\n"), lines)
        for line in self.read("log").splitlines():
            self.assertRegex(line, r"^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}: \S")
        json_lines(self.path("events"))

    def test_a_log_that_cannot_be_opened_anew_is_told(self):
        process = self.start_repeater()
        self.ready()
        os.rename(self.log, self.path("log.1"))
        os.mkdir(self.log)
        hang_up(process)
        eventually("both are told", lambda: "read again" in self.read("log.1"))
        self.assertRegex(self.read("log.1"), r"HUP: the old log file stays: .*Is a directory\n")

    def test_a_fifo_as_configuration_is_refused_at_once(self):
        conf = self.write("conf", "threads = 2\n")
        process = self.start_repeater("--config", conf)
        self.ready()
        os.remove(conf)
        os.mkfifo(conf)
        hang_up(process)
        self.says(r"HUP: the old configuration stays: .*it is no regular file ")
        self.assert_joined(self.pair("1"))
        done = outcome(repeater, "--config", conf)
        self.assertEqual(done.returncode, 78, done)

    def test_hup_opens_a_rotated_log_anew(self):
        process = self.start_repeater()
        self.ready()
        os.rename(self.log, self.path("log.1"))
        hang_up(process)
        self.says(r"HUP: configuration read again\.$")
        self.introduce(self.server_port, "ID:1").close()
        self.says("storing new vnc server with ID:1")
        self.assertNotIn("storing", self.read("log.1"))

    def test_a_full_disk_stops_no_session(self):
        process = self.start_repeater(log="/dev/full")
        eventually("it listens", lambda: listens(self.viewer_port))
        for n in range(50):
            self.assert_joined(self.pair(str(n)))
        self.assertIsNone(process.poll())

    def test_a_log_that_cannot_be_opened_is_told_and_nothing_starts(self):
        done = outcome(repeater, "-l", "/no/such/folder/log")
        self.assertEqual(done.returncode, 78)
        self.assertEqual(
            done.stderr, "ultravnc_repeater.pl: /no/such/folder/log No such file or directory\n"
        )

    def test_closed_standard_descriptors_are_no_reason_to_end(self):
        # Else the first sockets would be standard input, output and error.
        self.start_repeater(preexec_fn=lambda: [os.close(fd) for fd in (0, 1, 2)])
        self.ready()
        self.assert_joined(self.pair("1"))

    def test_a_pid_file_that_cannot_be_written_is_no_reason_to_end(self):
        self.start_repeater("-p", "/no/such/folder/pid")
        self.says(
            r"could not open pidfile: /no/such/folder/pid - No such file or directory"
            r" - continuing\.\.\.$"
        )
        self.ready()

    def test_a_pid_file_of_another_process_is_left_alone(self):
        process = self.start_repeater("-p", self.path("pid"))
        self.ready()
        self.assertEqual(self.read("pid"), f"{process.pid}\n")
        self.write("pid", "1\n")
        process.terminate()
        self.assertEqual(process.wait(), 0)
        self.assertEqual(self.read("pid"), "1\n")

    def test_a_port_that_is_taken_is_told_in_the_perls_words(self):
        with listen(port=self.viewer_port):
            process = self.start_repeater(stderr=subprocess.PIPE)
            self.assertEqual(process.wait(), 71)
            said = process.all_said()
        self.assertEqual(said.count("\n"), 1, said)
        self.assertIn(
            f"ultravnc_repeater: error: client listen on port {self.viewer_port}: "
            "Address already in use - ",
            said,
        )
        self.assertEqual(self.read("log"), said)


class Configuration(DaemonTest):
    def hup(self, process, count):
        hang_up(process)
        self.says(r"HUP: ", count)

    def test_hup_reads_the_file_all_or_nothing(self):
        self.write("conf", "duplicates = replace\n")
        process = self.start_repeater("--config", self.path("conf"))
        self.ready()
        first = self.introduce(self.server_port, "ID:1")
        self.says("storing new vnc server with ID:1")

        self.write("conf", "duplicates = refuse\nno-such-option = 1\n")
        self.hup(process, 1)
        self.says(r"HUP: the old configuration stays: .*no-such-option")
        second = self.introduce(self.server_port, "ID:1")
        self.assertEqual(first.recv(1), b"", "still replace")

        self.write("conf", "duplicates = refuse\nthreads = 7\n")
        self.hup(process, 2)
        self.says(r"HUP: changed, but in effect only after a restart: threads$")
        third = self.introduce(self.server_port, "ID:1")
        self.assertEqual(third.recv(1), b"", "refuse now")
        self.says("refusing extra vnc server for ID:1")
        viewer = self.introduce(self.viewer_port, "ID:1")
        self.assertEqual(exactly(len(BANNER), viewer), BANNER)
        second.sendall(b"x")
        self.assertEqual(exactly(1, viewer), b"x")

    def test_a_failed_reload_is_told_even_where_only_errors_are(self):
        for form in ("text", "json"):
            with self.subTest(form):
                self.write("conf", f"log-format = {form}\nlog-level = error\n")
                self.write("log", "")
                process = self.start_repeater("--config", self.path("conf"))
                eventually("it serves", lambda: listens(self.server_port))
                self.write("conf", "no-such-option = 1\n")
                hang_up(process)
                self.says(r"reload_failed.*no-such-option")
                self.assertEqual(self.read("log").count("\n"), 1, "and nothing else")
                process.terminate()
                self.assertEqual(process.wait(), 0)

    def test_debug_says_how_it_was_started(self):
        process = self.start_repeater(
            "ULTRAVNC_REPEATER_DEBUG=1",
            stderr=subprocess.PIPE,
            env={**os.environ, "ULTRAVNC_REPEATER_REFUSE": "1"},
        )
        self.ready()
        process.terminate()
        said = process.all_said()
        self.assertIn(f"pwd:  {os.getcwd()}\n", said)
        self.assertIn("--refuse=true", said)


class Outputs(DaemonTest):
    def test_events_reach_a_file_in_order_up_to_the_end(self):
        process = self.start_repeater("--event-file", self.path("events"), "--event-ids", "full")
        self.ready()
        server, viewer = self.pair("1")
        viewer.close()
        self.assertEqual(server.recv(1), b"")
        server.close()
        self.says("finished xfer", 2)
        self.introduce(self.server_port, "ID:2")
        self.says("storing new vnc server with ID:2")
        process.terminate()
        self.assertEqual(process.wait(), 0)
        events = json_lines(self.path("events"))
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))
        self.assertEqual(len({e["boot"] for e in events}), 1)
        names = [e["event"] for e in events]
        self.assertEqual(
            names, ["started", "waiting", "paired", "ended", "waiting", "aborted", "stopped"]
        )
        ended, aborted = events[3], events[5]
        self.assertEqual((ended["first"], ended["how"], ended["id"]), ("viewer", "eof", "1"))
        self.assertEqual((ended["server_to_viewer"], ended["viewer_to_server"]), (1, 0))
        self.assertEqual(
            (aborted["side"], aborted["why"], aborted["id"]), ("server", "stopped", "2")
        )

    def test_a_program_that_hangs_stalls_nobody(self):
        process = self.start_repeater("--event-exec", "sleep 60")
        self.ready()
        for n in range(20):
            began = time.monotonic()
            self.assert_joined(self.pair(str(n)))
            self.assertLess(time.monotonic() - began, 4, "not the 5 s that the program may take")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 0, "which ends the program too")

    def test_the_documented_filter_for_fail2ban_finds_the_peer_and_nobody_else(self):
        manual = Path(__file__).resolve().parents[2] / "docs" / "migrating-from-perl.md"
        rule = re.search(r"^failregex = (.*)$", manual.read_text(encoding="utf-8"), re.MULTILINE)[1]
        offender = re.compile(rule.replace("<ADDR>", r"(?P<addr>[0-9.]+)"))
        self.start_repeater("--log-format", "text", "--log-ids", "full")
        eventually("it serves", lambda: listens(self.server_port))
        forged = "refused session=1 side=viewer peer=192.0.2.1:1 why=bad_hello"
        bad = self.introduce(self.server_port, "ID: " + forged)
        self.assertEqual(bad.recv(1), b"")
        address, port = bad.getsockname()
        line = self.says(rf"^.* peer={re.escape(address)}:{port} why=bad_hello .*$")[0]
        self.assertEqual(offender.search(line)["addr"], address)
        without_date = line.split("Z", 1)[1]  # as fail2ban looks at it
        self.assertEqual(offender.search(without_date)["addr"], address)
        self.assertIsNone(offender.search(line.replace("warning refused", "info described")))


class Supervisor(DaemonTest):
    def test_it_starts_again_what_has_crashed(self):
        process = self.start_repeater("-L", "-p", self.path("pid"))
        self.says(rf"starting service\. master-pid={process.pid}$")
        first = self.child_of()
        self.assertEqual(self.read("pid"), f"{process.pid}\n")
        self.ready()
        os.kill(first, signal.SIGKILL)
        self.says(rf"re-starting service\.  master-pid={process.pid}$")
        second = self.child_of(2)
        self.assertNotEqual(first, second)
        self.ready(2)
        self.assert_joined(self.pair("1"))

    def test_term_ends_it_and_leaves_live_sessions_to_themselves(self):
        process = self.start_repeater("-L", "1", "-p", self.path("pid"))
        child = self.child_of()
        self.ready()
        live = self.pair("live")
        process.terminate()
        self.assertEqual(process.wait(), 0)
        self.says(rf"TERM:\t{process.pid} looppid={child}$")
        self.assertFalse(os.path.exists(self.path("pid")))
        eventually("nobody listens", lambda: not listens(self.viewer_port))
        self.assert_joined(live)
        live[0].close()
        eventually("the child has ended", lambda: not is_alive(child))

    def test_a_child_that_drains_has_a_successor_at_once(self):
        self.start_repeater("-L")
        child = self.child_of()
        self.ready()
        live = self.pair("live")
        os.kill(child, signal.SIGTERM)
        self.ready(2)
        self.assert_joined(live)
        self.assert_joined(self.pair("new"))

    def test_whoever_serves_has_the_unix_socket(self):
        path = self.path("socket")

        def serves():
            viewer = self.connect_unix(path)
            viewer.sendall(b"PROXY UNKNOWN\r\n")
            self.assertEqual(exactly(len(BANNER), viewer), BANNER)

        process = self.start_repeater("-L", "--listen", f"unix:{path}=viewer")
        self.ready()
        serves()
        os.kill(self.child_of(), signal.SIGKILL)  # which leaves the file behind
        self.ready(2)
        serves()
        live = self.pair("live")
        old = self.child_of(2)
        os.kill(old, signal.SIGTERM)
        self.ready(3)
        serves()
        for peer in live:
            peer.close()
        eventually("the child that drained has ended", lambda: not is_alive(old))
        serves()
        process.terminate()
        self.assertEqual(process.wait(), 0)
        eventually("the file has gone", lambda: not os.path.exists(path))

    def test_hup_reaches_the_child(self):
        process = self.start_repeater("-L")
        self.ready()
        hang_up(process)
        self.says(r"HUP: configuration read again")
        self.assertIsNone(process.poll())

    def test_failure_at_once_is_tried_again_with_growing_pauses(self):
        with listen(port=self.viewer_port):
            process = self.start_repeater("-L", stderr=subprocess.DEVNULL)
            began = time.monotonic()
            self.says(r"Address already in use", 3)
            self.assertGreater(time.monotonic() - began, 2.5, "pauses of 1 s and 2 s")
        self.ready()  # the port is free now: 4 s later
        self.assertIsNone(process.poll())

    def test_in_the_background_the_launcher_returns_at_once(self):
        launcher = self.start_repeater("-L", "BG", "-p", self.path("pid"))
        self.assertEqual(launcher.wait(), 0)
        self.ready()
        master = int(self.says(r"starting service\. master-pid=(\d+)")[0])
        child = self.child_of()
        try:
            self.assertEqual(self.read("pid"), f"{master}\n")
            self.assertEqual(os.getpgid(master), master)
            self.assertEqual(os.readlink(f"/proc/{master}/fd/0"), "/dev/null")
            pair = self.pair("1")
            self.assert_joined(pair)
            for peer in pair:
                peer.close()
        finally:
            os.kill(master, signal.SIGINT)
            eventually("it has ended", lambda: not is_alive(master))
            eventually("its child too", lambda: not is_alive(child))
        self.says(rf"INT:\t{master} looppid={child}$")
        self.assertFalse(os.path.exists(self.path("pid")))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: daemon.py REPEATER")
    repeater = os.path.abspath(sys.argv.pop(1))
    unittest.main()
