#!/usr/bin/env python3
# Both daemons and the tunnel as they are started and stopped: lifecycle.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
#
# With closed descriptors, on a terminal, as the first process of a container, and by signals, also
# those that were meant for somebody else.
import contextlib
import fcntl
import itertools
import os
import resource
import pty
import signal
import subprocess
import sys
import tty
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Gateway, Repeater, Tunnel
from harness.http import get
from harness.patience import eventually
from harness.ports import free_port, free_ports
from harness.processes import children_of, is_alive, outcome, signal_at_rest
from harness.rfb import BANNER, hello
from harness.sockets import address_of, all_of, listens, port_of

REPEATER = WSGATE = ""

# Every signal that ends a process by default, but those that say "end" or tell of a defect.
STRAY = (
    *(signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGALRM),
    *(signal.SIGVTALRM, signal.SIGPROF, signal.SIGPOLL, signal.SIGPWR, signal.SIGSTKFLT),
    *(
        signal.SIGXFSZ,
        signal.SIGTTOU,
        signal.SIGWINCH,
        signal.SIGURG,
        signal.SIGCHLD,
        signal.SIGCONT,
    ),
    *range(signal.SIGRTMIN, signal.SIGRTMAX + 1),
)


def process_namespace():
    """What starts a program as PID 1; nothing where the system does not let us."""
    for how in ("-pf", "-Urpf"):
        try:
            if subprocess.run(["unshare", how, "true"], capture_output=True).returncode == 0:
                return ["unshare", how, "--kill-child"]
        except FileNotFoundError:
            pass
    return None


class LifecycleTest(ProgramCase):
    def repeater(self, *options, **how):
        return self.ending(Repeater(REPEATER, "--bind", "127.0.0.1", *options, **how))

    def gateway(self, *options, **how):
        return self.ending(Gateway(WSGATE, *options, **how))

    def pair(self, repeater, name="1"):
        """A server and a viewer that are joined."""
        server, viewer = self.connect(repeater.server_port), self.connect(repeater.viewer_port)
        server.sendall(hello(f"ID:{name}") + b"x")
        viewer.sendall(hello(f"ID:{name}"))
        self.assertEqual(all_of(len(BANNER) + 1, viewer), BANNER + b"x")
        return server, viewer

    def assert_joined(self, pair):
        pair[0].sendall(b"on")
        self.assertEqual(all_of(2, pair[1]), b"on")

    def serves_pages(self, port):
        with self.connect(port) as c:
            c.sendall(get("/healthz"))
            return b" 200 " in c.recv(100)

    def assert_failures_are_noticed(self, **how):
        """What a program of --event-exec did not take is offered again."""
        ran = self.path("ran")
        program = f"/bin/sh -c 'echo >> {ran}; exit 3'"
        repeater = self.repeater("--event-exec", program, **how)
        eventually("it has run twice", lambda: self.read("ran").count("\n") >= 2)
        repeater.kill()


class ClosedDescriptorsTest(LifecycleTest):
    """Nobody gets a socket of ours as standard input, output or error."""

    def each_way(self):
        for count in (1, 2, 3):
            for closed in itertools.combinations((0, 1, 2), count):
                with self.subTest(closed=closed):
                    yield {
                        "stderr": subprocess.DEVNULL,
                        "preexec_fn": lambda closed=closed: [os.close(fd) for fd in closed],
                    }

    def test_the_repeater_serves_with_and_without_a_supervisor(self):
        for how in self.each_way():
            for more in ((), ("-L",)):
                ports = free_ports(2)
                options = ("--bind", "127.0.0.1", "-l", self.path("log"), *more)
                line = (REPEATER, *options, *map(str, ports))
                repeater = self.start(*line, start_new_session=True, **how)
                eventually("it listens", lambda p=ports: listens(p[1]))
                repeater.viewer_port, repeater.server_port = ports
                self.assert_joined(self.pair(repeater))
                repeater.kill()

    def test_the_gateway_serves_and_its_background_is_told_apart(self):
        for how in self.each_way():
            for more in ((), ("-D",)):
                port, pid_file = free_port(), self.path("pid")
                line = ("--listen", f"127.0.0.1:{port}", "--pid-file", pid_file, *more)
                gateway = self.start(WSGATE, *line, **how)
                if more:
                    self.assertEqual(gateway.wait(), 0)
                eventually("it listens", lambda p=port: listens(p))
                self.assertTrue(self.serves_pages(port))
                pid = int(self.read("pid"))
                os.kill(pid, signal.SIGTERM)
                eventually("it has ended", lambda p=pid: not is_alive(p))
                gateway.kill()

    def test_the_tunnel_serves(self):
        target = self.listen()
        gateway = self.gateway("--viewer-target", address_of(target))
        url = f"ws://127.0.0.1:{gateway.port}/websockify"
        for how in self.each_way():
            port = free_port()
            line = ("tunnel", "--url", url, "--listen", f"127.0.0.1:{port}")
            tunnel = self.start(WSGATE, *line, **how)
            eventually("it listens", lambda p=port: listens(p))
            self.accept(target)  # of the look at it
            local = self.connect(port)
            local.sendall(b"hello")
            self.assertEqual(all_of(5, self.accept(target)), b"hello")
            tunnel.kill()

    def test_a_socket_in_place_of_input_is_missed(self):
        done = outcome(WSGATE, "--inetd", stdin=None, preexec_fn=lambda: os.close(0))
        self.assertEqual(done.returncode, 78)
        self.assertIn("is no stream socket that listens", done.stderr)

    def test_sockets_of_a_manager_are_taken_all_the_same(self):
        s = self.listen()
        script = f"export LISTEN_PID=$$; exec '{WSGATE}' 3<&{s.fileno()} <&- >&- 2>&-"
        environment = {**os.environ, "LISTEN_FDS": "1"}
        gateway = self.start("/bin/sh", "-c", script, pass_fds=[s.fileno()], env=environment)
        self.assertTrue(self.serves_pages(port_of(s)))
        gateway.stop()

    def test_a_token_that_reached_nobody_is_a_failure(self):
        key = self.write("key", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=\n")
        os.chmod(key, 0o600)
        line = (WSGATE, "make-token", "--key", key, "--target", "127.0.0.1:1")
        self.assertEqual(outcome(*line).returncode, 0)
        script = 'exec "$@" >&-'
        self.assertEqual(outcome("/bin/sh", "-c", script, "sh", *line).returncode, 1)

    def test_programs_of_ours_have_all_three(self):
        out = self.path("out")
        program = f"/bin/sh -c 'ls /proc/self/fd > {out}'"
        line = ("--bind", "127.0.0.1", "--event-exec", program, *map(str, free_ports(2)))
        self.start(REPEATER, *line, stderr=None, preexec_fn=lambda: os.closerange(0, 3))
        eventually("it has run", lambda: self.read("out") == "0\n1\n2\n3\n")


class StraySignalsTest(LifecycleTest):
    def send_all(self, pid, but=()):
        for number in STRAY:
            if number not in but:
                signal_at_rest(pid, number)

    def test_end_no_session_of_the_repeater(self):
        repeater = self.repeater("--log-format", "text")
        live = self.pair(repeater)
        self.send_all(repeater.pid, but=[signal.SIGUSR2])  # by which another process takes over
        self.assert_joined(live)
        repeater.terminate()
        eventually("nobody listens", lambda: not listens(repeater.viewer_port))
        self.send_all(repeater.pid)
        repeater.line_with("upgrade_failed .*this process is about to end")
        self.assert_joined(live)
        live[0].close()
        self.assertEqual(repeater.wait(), 0)

    def test_end_neither_a_supervisor_nor_its_child(self):
        repeater = self.repeater("-L", start_new_session=True)
        child = children_of(repeater.pid)[0]
        live = self.pair(repeater)
        self.send_all(repeater.pid, but=[signal.SIGUSR2])
        repeater.line_with("USR1: .* live sessions: 1")
        self.send_all(child, but=[signal.SIGUSR2])
        self.assert_joined(live)
        self.assertEqual(children_of(repeater.pid), [child])
        self.assertIsNone(repeater.poll())

    def test_end_no_session_of_the_gateway_and_the_tunnel(self):
        target = self.listen()
        gateway = self.gateway("--viewer-target", address_of(target))
        url = f"ws://127.0.0.1:{gateway.port}/websockify"
        tunnel = self.ending(Tunnel(WSGATE, "--url", url))
        local = self.connect(tunnel.port)
        there = self.accept(target)
        for program in (gateway, tunnel):
            # By USR2 another process takes over from the gateway.
            self.send_all(program.pid, but=[signal.SIGUSR2] if program is gateway else ())
            local.sendall(b"hello")
            self.assertEqual(all_of(5, there), b"hello")
        tunnel.line_with("USR2 has no effect")
        there.close()
        local.close()
        for program in (tunnel, gateway):
            program.stop()

    def test_before_it_serves_end_nothing(self):
        for line in (
            (REPEATER, "--bind", "127.0.0.1", "-L", "0", *map(str, free_ports(2))),
            (WSGATE, "--listen", "127.0.0.1:0"),
            (WSGATE, "tunnel", "--url", "ws://127.0.0.1:1/", "--listen", "127.0.0.1:0"),
        ):
            program = self.start(*line)
            eventually("it has got ready for signals", lambda p=program: ignores(p.pid, "USR2"))
            # Where one of the daemons serves already, another process takes over at USR2.
            self.send_all(program.pid, but=() if "tunnel" in line else [signal.SIGUSR2])
            program.says(r"watching for .*server|listening on")
            program.stop()

    def test_left_blocked_or_ignored_by_a_parent_work_all_the_same(self):
        def careless():
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.SIGRTMAX + 1))
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)

        self.repeater(preexec_fn=careless).stop()
        self.gateway(preexec_fn=careless).stop()
        self.assert_failures_are_noticed(preexec_fn=careless)


def ignores(pid, name):
    """By proc(5), where a signal that somebody handles counts as well."""
    with open(f"/proc/{pid}/status", encoding="ascii") as text:
        sets = dict(line.rstrip().split(":\t", 1) for line in text if line.startswith("Sig"))
    bit = 1 << signal.Signals[f"SIG{name}"] - 1
    return int(sets["SigIgn"], 16) & bit or int(sets["SigCgt"], 16) & bit


class ShownSessionsTest(LifecycleTest):
    def test_the_repeater_tells_who_is_there_and_no_secrets(self):
        repeater = self.repeater("--log-format", "text")
        server, _ = self.pair(repeater, "secret7")
        waiting = self.connect(repeater.server_port)
        waiting.sendall(hello("ID:secret8"))
        repeater.line_with(" waiting ")
        server.sendall(b"payload")
        signal_at_rest(repeater.pid, signal.SIGUSR1)
        repeater.line_with(r" sessions waiting_servers=1 waiting_viewers=0 live_pairs=1\b")
        address = "{}:{}".format(*waiting.getsockname())
        repeater.line_with(rf" waits session=\d+ side=server peer={address} id=\S+ seconds=\d")
        address = "{}:{}".format(*server.getsockname())
        line = repeater.line_with(rf" carries pair=\d+ viewer=\S+ server={address} ")
        self.assertRegex(line, r" server_to_viewer=[18] seconds=\d\S* id=\S+$")
        for secret in ("secret", "payload"):
            self.assertNotIn(secret, repeater.said())

    def test_the_tunnel_tells_what_it_carries_and_what_it_still_opens(self):
        target, mute = self.listen(), self.listen()
        gateway = self.gateway("--viewer-target", address_of(target))
        for port, name in ((gateway.port, "carries"), (port_of(mute), "opens")):
            url = f"ws://127.0.0.1:{port}/websockify?token=secret"
            tunnel = self.ending(Tunnel(WSGATE, "--url", url))
            local = self.connect(tunnel.port)
            if name == "carries":
                self.accept(target).sendall(b"payload")
                self.assertEqual(all_of(7, local), b"payload")
            else:
                self.accept(mute)
            signal_at_rest(tunnel.pid, signal.SIGUSR1)
            tunnel.line_with(r" sessions connections=1\b")
            line = tunnel.line_with(rf" {name} session=1 peer=127.0.0.1:\d+ seconds=\d")
            self.assertEqual("down=7" in line, name == "carries")
            self.assertNotIn("secret", tunnel.said())


class TerminalTest(LifecycleTest):
    def test_is_left_as_it_was_even_by_a_tunnel_that_is_killed(self):
        target = self.listen()
        gateway = self.gateway("--viewer-target", address_of(target))
        line = ("tunnel", "--url", f"ws://127.0.0.1:{gateway.port}/websockify", "--listen", "-")
        for number in (signal.SIGKILL, signal.SIGQUIT, signal.SIGTERM, signal.SIGINT):
            for what in ("terminal", "pipe"):
                with self.subTest(f"{number} {what}"), contextlib.ExitStack() as open_files:
                    if what == "terminal":
                        far, near = pty.openpty()
                        tty.setraw(near)
                        ends = far, near, far, near
                    else:
                        near_in, far_in = os.pipe()
                        far_out, near_out = os.pipe()
                        ends = far_in, near_in, far_out, near_out
                    for fd in set(ends):
                        open_files.callback(os.close, fd)
                    far_in, near_in, far_out, near_out = ends
                    tunnel = self.start(WSGATE, *line, stdin=near_in, stdout=near_out)
                    there = self.accept(target)
                    os.write(far_in, b"hello")
                    self.assertEqual(all_of(5, there), b"hello")
                    there.sendall(b"and back")
                    self.assertEqual(os.read(far_out, 8), b"and back")
                    tunnel.send_signal(number)
                    there.close()
                    tunnel.wait()
                    for fd in (near_in, near_out):
                        self.assertFalse(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK)

    def test_a_pipe_whose_reader_has_gone_ends_the_tunnel(self):
        target = self.listen()
        gateway = self.gateway("--viewer-target", address_of(target))
        line = ("tunnel", "--url", f"ws://127.0.0.1:{gateway.port}/websockify", "--listen", "-")
        far, near = os.pipe()
        os.close(far)
        tunnel = self.start(WSGATE, *line, stdin=subprocess.PIPE, stdout=near)
        os.close(near)
        there = self.accept(target)
        there.sendall(b"x")
        tunnel.wait()


@unittest.skipUnless(process_namespace(), "no process namespaces here")
class FirstProcessTest(LifecycleTest):
    """As PID 1, which the system treats in ways of its own."""

    def inside(self, program):
        """The number that PID 1 has outside."""
        return eventually("it runs", lambda: children_of(program.pid))[0]

    def contained(self, **how):
        return {"before": process_namespace(), "start_new_session": True, **how}

    def test_leaves_no_zombie_of_programs_that_leave_a_child(self):
        ran = self.path("ran")
        program = self.write("program", f"#!/bin/sh\n(sleep 0.1 &)\necho >> {ran}\n")
        os.chmod(program, 0o755)
        for more in ((), ("-L",)):
            self.write("ran", "")
            repeater = self.repeater("--event-exec", program, *more, **self.contained())
            for _ in range(10):
                with self.connect(repeater.server_port) as c:
                    c.sendall(b"x")
            eventually("all have run", lambda: self.read("ran").count("\n") >= 11)
            first, count = self.inside(repeater), len(more)
            eventually("nobody is left", lambda f=first, c=count: len(children_of(f)) == c)
            repeater.kill()

    def test_does_not_take_the_status_from_who_waits_for_it(self):
        self.assert_failures_are_noticed(**self.contained())

    @unittest.skipUnless(os.geteuid() == 0, "only root can enter a container")
    def test_leaves_no_zombie_of_strangers(self):
        tunnel = ("tunnel", "--url", "ws://127.0.0.1:1/", "--listen", "127.0.0.1:0")
        for line in ((WSGATE, "--listen", "127.0.0.1:0"), (WSGATE, *tunnel)):
            program = self.start(*process_namespace(), *line, start_new_session=True)
            program.line_with("listening on")
            first = self.inside(program)
            enter = ("nsenter", "-t", str(first), "-p", "/bin/sh", "-c")
            script = "for each in 1 2 3; do sleep 0.$each & done; (sleep 600 &)"
            self.assertEqual(subprocess.run([*enter, script], timeout=10).returncode, 0)
            eventually("one is left", lambda f=first: len(children_of(f)) == 1)
            program.kill()

    def test_lets_sessions_end_by_themselves_and_then_ends(self):
        for more in ((), ("-L",)):
            repeater = self.repeater(*more, **self.contained())
            first, live = self.inside(repeater), self.pair(repeater)
            os.kill(first, signal.SIGTERM)
            eventually("nobody listens", lambda r=repeater: not listens(r.viewer_port))
            self.assert_joined(live)
            self.assertIsNone(repeater.poll())
            live[0].close()
            self.assertEqual(repeater.wait(), 0)

    def test_ends_sessions_by_a_second_term_and_by_int(self):
        for numbers in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGTERM, signal.SIGINT)):
            for more in ((), ("-L",)):
                repeater = self.repeater(*more, **self.contained())
                first, live = self.inside(repeater), self.pair(repeater)
                for number in numbers:
                    self.assert_joined(live)
                    os.kill(first, number)
                    eventually("nobody listens", lambda r=repeater: not listens(r.viewer_port))
                self.assertEqual(live[1].recv(1), b"")
                self.assertEqual(repeater.wait(), 0)

    def test_int_alone_ends_sessions(self):
        for more in ((), ("-L",)):
            repeater = self.repeater(*more, **self.contained())
            live = self.pair(repeater)
            os.kill(self.inside(repeater), signal.SIGINT)
            self.assertEqual(live[1].recv(1), b"")
            self.assertEqual(repeater.wait(), 0)

    def test_waits_for_an_older_child_that_drains(self):
        repeater = self.repeater("-L", **self.contained())
        first = self.inside(repeater)
        older = children_of(first)[0]
        live = self.pair(repeater)
        os.kill(older, signal.SIGTERM)
        repeater.says(r"starting up", 2)
        os.kill(first, signal.SIGTERM)
        eventually("the younger ends", lambda: children_of(first) == [older])
        self.assert_joined(live)
        live[0].close()
        self.assertEqual(repeater.wait(), 0)

    def test_ends_sessions_at_the_limit(self):
        for more in ((), ("-L",)):
            options = ("--drain-timeout", "0.3", "--log-format", "text", *more)
            how = self.contained()
            ports = free_ports(2)
            line = (REPEATER, "--bind", "127.0.0.1", *options, *map(str, ports))
            repeater = self.start(*how.pop("before"), *line, **how)
            eventually("it listens", lambda p=ports: listens(p[1]))
            repeater.viewer_port, repeater.server_port = ports
            live = self.pair(repeater)
            os.kill(self.inside(repeater), signal.SIGTERM)
            self.assertEqual(live[1].recv(1), b"")
            self.assertEqual(repeater.wait(), 0)
            repeater.says("warning drained_too_long live_pairs=1")

    def test_has_no_background(self):
        repeater = self.repeater("--loop", "bg", **self.contained())
        repeater.line_with("PID 1 stays in the foreground")
        self.assert_joined(self.pair(repeater))
        gateway = self.gateway("-D", **self.contained())
        gateway.line_with("PID 1 stays in the foreground")
        self.assertTrue(self.serves_pages(gateway.port))
        os.kill(self.inside(gateway), signal.SIGTERM)
        self.assertEqual(gateway.wait(), 0)


class PlaceTest(LifecycleTest):
    def test_a_directory_that_has_gone_is_no_reason_to_end(self):
        gone = self.path("gone")
        script = f'mkdir {gone}; cd {gone}; rmdir {gone}; unset HOME; exec "$@"'
        shell = ("/bin/sh", "-c", script, "sh")
        repeater = self.repeater("--debug", before=shell)
        self.assertIn("pwd:  No such file or directory\n", repeater.said())
        self.assert_joined(self.pair(repeater))
        self.assertTrue(self.serves_pages(self.gateway(before=shell).port))

    def test_a_log_that_may_not_grow_ends_no_session(self):
        log, ports = self.path("log"), free_ports(2)
        line = (REPEATER, "--bind", "127.0.0.1", "-l", log, *map(str, ports))
        repeater = self.start(*line, stderr=subprocess.DEVNULL)
        repeater.viewer_port, repeater.server_port = ports
        eventually("it listens", lambda: listens(ports[1]))
        # As by ulimit -f 0, but for what a sanitizer writes when it starts.
        resource.prlimit(repeater.pid, resource.RLIMIT_FSIZE, (0, 0))
        self.assert_joined(self.pair(repeater))
        self.assertIsNone(repeater.poll())


class GroupTest(LifecycleTest):
    """A manager or a terminal tells all processes of a group at once."""

    def test_term_for_supervisor_and_child_lets_sessions_live(self):
        repeater = self.repeater("-L", start_new_session=True)
        child = children_of(repeater.pid)[0]
        live = self.pair(repeater)
        os.killpg(repeater.pid, signal.SIGTERM)
        self.assertEqual(repeater.wait(), 0)
        eventually("nobody listens", lambda: not listens(repeater.viewer_port))
        self.assert_joined(live)
        live[0].close()
        eventually("the child has ended", lambda: not is_alive(child))

    def test_int_for_both_ends_both(self):
        repeater = self.repeater("-L", start_new_session=True)
        child = children_of(repeater.pid)[0]
        live = self.pair(repeater)
        os.killpg(repeater.pid, signal.SIGINT)
        self.assertEqual(repeater.wait(), 0)
        self.assertEqual(live[1].recv(1), b"")
        eventually("the child has ended", lambda: not is_alive(child))


if __name__ == "__main__":
    REPEATER, WSGATE = map(os.path.abspath, (sys.argv.pop(1), sys.argv.pop(1)))
    unittest.main()
