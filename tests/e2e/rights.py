#!/usr/bin/env python3
# What both daemons and the tunnel give up once they listen: rights.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import errno
import os
import pwd
import re
import resource
import signal
import socket
import stat
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Gateway, Repeater, Tunnel
from harness.patience import eventually
from harness.processes import hang_up, outcome
from harness.rfb import hello
from harness.sandbox import without

REPEATER = WSGATE = ""
FREE_PORTS = ("--viewer-port", "0", "--server-port", "0")
# ThreadSanitizer's own thread is as it was started, and sanitizers handle crashes themselves.
HAS_OWN_THREAD = "TSAN_OPTIONS" in os.environ
IS_SANITIZED = HAS_OWN_THREAD or "UBSAN_OPTIONS" in os.environ
WARNING = r"runs as root, without root's capabilities: .*--user NAME .*--allow-root"
AS_ROOT = unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")


def statuses(pid):
    """Of every thread the fields of proc(5)'s status."""
    for task in [pid] if HAS_OWN_THREAD else os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="utf-8") as text:
            yield dict(line.split(":", 1) for line in text)


def capabilities(status):
    return {int(status[one], 16) for one in ("CapInh", "CapPrm", "CapEff", "CapAmb")}


def core_limit(pid):
    return resource.prlimit(pid, resource.RLIMIT_CORE)[0]


def free_low_port():
    for port in range(700, 1024):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    raise unittest.SkipTest("no port below 1024 is free")


class RightsTest(ProgramCase):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)  # so that other users can enter it

    def repeater(self, *options, **how):
        return self.ending(Repeater(REPEATER, "--bind", "127.0.0.1", *options, **how))

    def gateway(self, *options, **how):
        return self.ending(Gateway(WSGATE, "--threads", "2", *options, **how))

    def tunnel(self, *options, **how):
        url = ("--url", "ws://127.0.0.1:1/")
        return self.ending(Tunnel(WSGATE, *url, *options, **how))

    def each(self, *options, **how):
        """Each of the three, as it runs."""
        for kind in (self.repeater, self.gateway, self.tunnel):
            with self.subTest(kind.__name__):
                program = kind(*options, **how)
                yield program
                program.stop()


@AS_ROOT
class RootTest(RightsTest):
    def test_has_no_capabilities_in_any_thread_and_says_so_once(self):
        for program in self.each():
            program.says(WARNING)
            for status in statuses(program.pid):
                self.assertEqual(capabilities(status), {0})
                self.assertEqual(int(status["CapBnd"], 16), 0)
                self.assertEqual(status["NoNewPrivs"].strip(), "1")
            self.assertEqual(program.said().count("--allow-root"), 1)

    def test_keeps_them_where_it_is_told_to(self):
        for program in self.each("--allow-root", "--sandbox", "off"):
            for status in statuses(program.pid):
                self.assertGreater(int(status["CapEff"], 16), 0)
                self.assertEqual(status["NoNewPrivs"].strip(), "0")
            self.assertNotIn("runs as root", program.said())

    def test_the_supervisor_keeps_what_the_next_child_needs_for_its_ports(self):
        repeater = self.repeater("-L", start_new_session=True)
        with open(f"/proc/{repeater.pid}/task/{repeater.pid}/children", encoding="ascii") as text:
            (child,) = text.read().split()
        self.assertEqual({max(capabilities(one)) for one in statuses(child)}, {0})
        (parent,) = statuses(repeater.pid)
        self.assertGreater(int(parent["CapEff"], 16), 0)

    def test_a_log_that_is_somebody_elses_is_written_all_the_same(self):
        log = self.write("log", "")
        os.chown(log, 54321, 54321)
        os.chmod(log, 0o600)
        repeater = self.start(REPEATER, "--bind", "127.0.0.1", "-l", log, *FREE_PORTS)
        eventually("it is written", lambda: "/server" in self.read("log"))
        repeater.stop()


@AS_ROOT
class UserTest(RightsTest):
    def test_is_that_user_in_every_thread_without_a_way_back(self):
        who = pwd.getpwnam("nobody")
        for program in self.each("--user", "nobody"):
            for status in statuses(program.pid):
                self.assertEqual(set(status["Uid"].split()), {str(who.pw_uid)})
                self.assertEqual(set(status["Gid"].split()), {str(who.pw_gid)})
                groups = os.getgrouplist("nobody", who.pw_gid)
                self.assertEqual({int(g) for g in status["Groups"].split()}, set(groups))
                self.assertEqual(capabilities(status), {0})
                self.assertEqual(status["NoNewPrivs"].strip(), "1")
            self.assertNotIn("runs as root", program.said())

    def test_is_that_user_also_after_an_upgrade(self):
        who = str(pwd.getpwnam("nobody").pw_uid)
        for kind, more in (
            (self.repeater, ("--log-format", "text")),
            (self.repeater, ("--log-format", "text", "--keeper")),
            (self.repeater, ("--log-format", "text", "--sandbox", "off")),
            (self.gateway, ()),
        ):
            with self.subTest(kind.__name__, options=more):
                program = kind("--user", "nobody", *more, start_new_session=True)
                program.send_signal(signal.SIGUSR2)
                successor = int(program.says(r" upgraded .*to_pid=(\d+) ")[1])
                for status in statuses(successor):
                    self.assertEqual(set(status["Uid"].split()), {who})
                program.kill()

    def test_keeps_no_capabilities_of_its_own(self):
        """As those of AmbientCapabilities= in a unit."""
        before = ("setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups")
        before += ("--inh-caps", "+net_bind_service", "--ambient-caps", "+net_bind_service")
        port = free_low_port()
        repeater = self.ending(
            Repeater(REPEATER, "--listen", f"127.0.0.1:{port}=server", before=before)
        )
        for status in statuses(repeater.pid):
            self.assertEqual(capabilities(status), {0})
        repeater.stop()

    def test_has_ports_that_only_root_can_open(self):
        port = free_low_port()
        self.repeater("--user", "nobody", "--listen", f"127.0.0.1:{port}=server")
        self.connect(port).close()

    def test_comes_back_as_that_user_with_its_ports_under_a_supervisor(self):
        port = free_low_port()
        more = ("-L", "--user", "nobody", "--listen", f"127.0.0.1:{port}=server")
        repeater = self.repeater(*more, start_new_session=True)
        children = f"/proc/{repeater.pid}/task/{repeater.pid}/children"

        def child():
            with open(children, encoding="ascii") as text:
                return text.read().split()

        first = child()
        for status in statuses(first[0]):
            self.assertNotIn("0", status["Uid"].split())
        os.kill(int(first[0]), signal.SIGKILL)
        repeater.says(r"watching .*/server", 4)
        self.assertNotEqual(child(), first)
        self.connect(port).close()

    def test_owns_the_files_that_it_makes_and_no_others(self):
        user = pwd.getpwnam("nobody").pw_uid
        theirs = self.write("theirs", "")
        files = ("--log-file", self.path("log"), "--pid-file", self.path("pid"))
        for line, more in (
            (
                (REPEATER, *FREE_PORTS, "--bind", "127.0.0.1"),
                ("--listen", f"unix:{self.path('socket')}=viewer", "--event-file", self.path("e")),
            ),
            ((WSGATE, "--listen", "127.0.0.1:0"), ("--listen", f"unix:{self.path('socket')}")),
        ):
            program = self.start(*line, "--user", "nobody", *files, *more)
            eventually(
                "it listens", lambda: "isten" in self.read("log") or "watch" in self.read("log")
            )
            for name in set(os.listdir(self.folder)) - {"theirs"}:
                self.assertEqual(os.stat(self.path(name)).st_uid, user, name)
            self.assertEqual(self.read("pid"), f"{program.pid}\n")
            mode = os.stat(self.path("socket")).st_mode
            self.assertTrue(stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600)
            program.stop()
            for name in set(os.listdir(self.folder)) - {"theirs"}:
                os.remove(self.path(name))
        self.start(REPEATER, *FREE_PORTS, "--user", "nobody", "-l", theirs)
        eventually("it logs", lambda: "watch" in self.read("theirs"))
        self.assertEqual(os.stat(theirs).st_uid, 0, "it was there before")

    def test_opens_its_log_anew_after_a_rotation(self):
        user = pwd.getpwnam("nobody").pw_uid
        os.chown(self.folder, user, -1)
        log = self.path("log")
        line = (REPEATER, *FREE_PORTS, "--user", "nobody", "-l", log)
        repeater = self.start(*line, stderr=subprocess.DEVNULL)
        eventually("it logs", lambda: "/server" in self.read("log"))
        os.rename(log, self.path("log.1"))
        hang_up(repeater)
        eventually("it goes on in a new one", lambda: "HUP" in self.read("log"))
        self.assertEqual(os.stat(log).st_uid, user)
        repeater.stop()


class RefusedTest(RightsTest):
    def test_a_user_that_does_not_exist(self):
        why = "cannot become user no-such-user: no such user"
        for line in (
            (REPEATER, *FREE_PORTS),
            (REPEATER, "--check"),
            (WSGATE, "--listen", "127.0.0.1:0"),
            (WSGATE, "--check"),
            (WSGATE, "tunnel", "--url", "ws://127.0.0.1:1/", "--listen", "127.0.0.1:0"),
        ):
            with self.subTest(line):
                done = outcome(*line, "--user", "no-such-user")
                self.assertEqual(done.returncode, 78)
                self.assertIn(why, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)

    @AS_ROOT
    def test_a_user_that_it_cannot_become(self):
        def someone():
            os.setgroups([])
            os.setresgid(54321, 54321, 54321)
            os.setresuid(54321, 54321, 54321)

        line = (REPEATER, *FREE_PORTS, "--bind", "127.0.0.1", "--user", "nobody")
        done = outcome(*line, preexec_fn=someone)
        self.assertEqual(done.returncode, 71)
        self.assertRegex(done.stderr, r"cannot become user nobody: .* \(only root can\)")


@unittest.skipIf(IS_SANITIZED, "a build with sanitizers has no sandbox")
class SandboxTest(RightsTest):
    def test_is_there_in_every_thread(self):
        for options, mode in (((), "2"), (("--sandbox", "on"), "2"), (("--sandbox", "off"), "0")):
            for program in self.each(*options):
                for status in statuses(program.pid):
                    self.assertEqual(status["Seccomp"].strip(), mode)
                self.assertNotIn("sandbox", program.said())

    def test_lets_the_log_be_rotated_and_what_was_made_be_removed(self):
        files = ("--log-file", self.path("log"))
        daemons = ("--pid-file", self.path("pid"))
        socket_at = f"unix:{self.path('socket')}"
        for line in (
            (
                REPEATER,
                *FREE_PORTS,
                "--bind",
                "127.0.0.1",
                *daemons,
                "--listen",
                f"{socket_at}=viewer",
            ),
            (WSGATE, "--listen", "127.0.0.1:0", *daemons, "--listen", socket_at),
            (WSGATE, "tunnel", "--url", "ws://127.0.0.1:1/", "--listen", "127.0.0.1:0"),
        ):
            with self.subTest(line):
                program = self.start(*line, *files, "--sandbox", "on")
                eventually("it listens", lambda: re.search("/server|istening on", self.read("log")))
                os.rename(self.path("log"), self.path("log.1"))
                hang_up(program)
                if line[1] == "tunnel":
                    os.kill(program.pid, signal.SIGUSR1)  # it says nothing of a reload
                eventually("it goes on in a new one", lambda: self.read("log"))
                program.stop()
                self.assertEqual(set(os.listdir(self.folder)), {"log", "log.1"})
                os.remove(self.path("log.1"))
                os.remove(self.path("log"))

    def test_lets_events_be_appended_to_a_file_that_is_rotated(self):
        events = self.path("events")
        repeater = self.repeater("--sandbox", "on", "--event-file", events)
        eventually("it has started", lambda: "started" in self.read("events"))
        os.rename(events, self.path("events.1"))
        self.connect(repeater.server_port).sendall(hello("ID:1"))
        eventually("it goes on in a new one", lambda: "waiting" in self.read("events"))
        repeater.stop()

    def test_is_not_there_where_programs_are_run(self):
        why = "--event-exec runs programs, which need more"
        repeater = self.repeater("--event-exec", f"/bin/sh -c 'echo >> {self.path('ran')}'")
        repeater.says(f"there is no sandbox: {why}")
        eventually("it has run", lambda: self.read("ran"))
        for status in statuses(repeater.pid):
            self.assertEqual(status["Seccomp"].strip(), "0")
        repeater.stop()
        line = (REPEATER, *FREE_PORTS, "--sandbox", "on", "--event-exec", "/bin/true")
        done = outcome(*line)
        self.assertEqual(done.returncode, 71)
        self.assertIn(f"--sandbox on: {why}", done.stderr)

    def test_goes_as_far_as_the_kernel_lets_it(self):
        how = {"preexec_fn": without("landlock_create_ruleset", errno.EPERM)}
        for program in self.each(**how):
            program.says(
                "there is no sandbox: no Landlock: Operation not permitted; what it has is"
            )
            self.assertEqual(program.said().count("sandbox:"), 1)
            for status in statuses(program.pid):
                self.assertEqual(status["Seccomp"].strip(), "2")
        for line in (
            (REPEATER, *FREE_PORTS),
            (WSGATE, "--listen", "127.0.0.1:0"),
            (WSGATE, "tunnel", "--url", "ws://127.0.0.1:1/", "--listen", "127.0.0.1:0"),
        ):
            done = outcome(*line, "--sandbox", "on", **how)
            self.assertIn(done.returncode, (71, 78))
            self.assertIn("--sandbox on: no Landlock: Operation not permitted", done.stderr)


class CoreDumpTest(RightsTest):
    def ended_by_a_crash(self, *line):
        """Whether that left a core file, or would have for the program that takes them here."""

        def unlimited():
            most = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (most, most))
            os.chdir(self.folder)

        process = subprocess.Popen(line, stderr=subprocess.PIPE, preexec_fn=unlimited)
        with process.stderr as lines:
            if line[0] != "sleep":
                self.assertTrue(any(b"/server." in one or b"istening on" in one for one in lines))
            process.send_signal(signal.SIGSEGV)
            _, status = os.waitpid(process.pid, 0)
            process.returncode = os.WTERMSIG(status)
        self.assertEqual(os.WTERMSIG(status), signal.SIGSEGV)
        return os.WCOREDUMP(status)

    @unittest.skipIf(IS_SANITIZED, "sanitizers turn crashes into reports")
    def test_a_crash_leaves_none_unless_it_is_told_to(self):
        user = ("--user", "nobody") if os.geteuid() == 0 else ()
        os.chmod(self.folder, 0o777)
        is_possible = self.ended_by_a_crash("sleep", "60")
        # Without --sandbox off the system may make the file only where we may make one.
        dumps = ("--core-dumps", "--sandbox", "off")
        for line in (
            (REPEATER, *FREE_PORTS, "--bind", "127.0.0.1"),
            (WSGATE, "--listen", "127.0.0.1:0"),
            (WSGATE, "tunnel", "--url", "ws://127.0.0.1:1/", "--listen", "127.0.0.1:0"),
        ):
            for who in {(), user}:
                with self.subTest(line=line, user=who):
                    self.assertFalse(self.ended_by_a_crash(*line, *who))
                    left = self.ended_by_a_crash(*line, *who, *dumps)
                    self.assertEqual(left, is_possible)

    def test_the_limit_is_nothing_and_the_memory_is_roots(self):
        for program in self.each():
            self.assertEqual(core_limit(program.pid), 0)
        if os.geteuid() != 0:
            return
        user = pwd.getpwnam("nobody").pw_uid
        for options, owner in (((), 0), (("--core-dumps",), user)):
            for program in self.each("--user", "nobody", *options):
                self.assertEqual(os.stat(f"/proc/{program.pid}/environ").st_uid, owner)


if __name__ == "__main__":
    REPEATER, WSGATE = map(os.path.abspath, (sys.argv.pop(1), sys.argv.pop(1)))
    unittest.main()
