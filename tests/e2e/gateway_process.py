#!/usr/bin/env python3
# The gateway as a process: its service manager, its sockets, its signals: gateway_process.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import grp
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Gateway
from harness.http import get
from harness.patience import PATIENCE, eventually
from harness.pipes import full_pipe
from harness.ports import free_port
from harness.processes import hang_up, is_alive, outcome
from harness.sockets import address_of, all_of, listens, port_of
from harness.websocket import close, open_session, opening

WSGATE = ""


class GatewayTest(ProgramCase):
    def status(self, connection):
        connection.sendall(get("/healthz"))
        return connection.recv(100).split(b" ")[1].decode()

    def status_at(self, port):
        with self.connect(port) as connection:
            return self.status(connection)


class ManagerTest(GatewayTest):
    def manager(self):
        s = self.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        s.bind(self.path("notify"))
        s.settimeout(PATIENCE)
        return s

    def environment(self, **more):
        return {**os.environ, "NOTIFY_SOCKET": self.path("notify"), **more}

    def test_hears_of_readiness_reloads_and_the_end(self):
        manager = self.manager()
        gateway = self.start(WSGATE, "--listen", "127.0.0.1:0", env=self.environment())
        self.assertEqual(manager.recv(100), b"READY=1")
        hang_up(gateway)
        self.assertEqual(manager.recv(100), b"RELOADING=1")
        self.assertEqual(manager.recv(100), b"READY=1")
        gateway.terminate()
        self.assertEqual(manager.recv(100), b"STOPPING=1")
        self.assertEqual(gateway.wait(), 0)

    def test_hears_signs_of_life_where_it_asks(self):
        manager = self.manager()
        gateway = self.start(
            WSGATE, "--listen", "127.0.0.1:0", env=self.environment(WATCHDOG_USEC="100000")
        )
        self.assertEqual(manager.recv(100), b"READY=1")
        for _ in range(3):
            self.assertEqual(manager.recv(100), b"WATCHDOG=1")
        gateway.stop()

    def test_opens_sockets_whose_names_are_modes(self):
        for_routes, for_viewers = self.listen(), self.listen()
        for each in (for_routes, for_viewers):
            each.setblocking(True)  # as others make theirs
        sockets = f"3<&{for_routes.fileno()} 4<&{for_viewers.fileno()}"
        gateway = self.start(
            *("/bin/sh", "-c", f"export LISTEN_PID=$$; exec '{WSGATE}' {sockets}"),
            pass_fds=[for_routes.fileno(), for_viewers.fileno()],
            env={**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "wsgate.socket:viewer"},
        )
        self.assertIn(address_of(for_routes), gateway.line_with("listening on"))
        self.assertIn(" for viewer", gateway.line_with("listening on", 2))
        self.assertEqual(self.status_at(port_of(for_routes)), "200")
        gateway.stop()
        # The socket is the manager's: who comes now waits for the next gateway.
        self.connect(port_of(for_routes))


class ProcessTest(GatewayTest):
    def open_session(self, gateway, path="/websockify"):
        return open_session(self.connect(gateway.port), path)

    def close_code(self, peer):
        """Of the Close that comes."""
        data = all_of(4, peer)
        self.assertEqual(data[0], 0x88)
        return int.from_bytes(data[2:4], "big")

    def gateway(self, *options, **how):
        return self.ending(Gateway(WSGATE, *options, **how))

    def with_target(self, *options):
        target = self.listen()
        return self.gateway("--viewer-target", address_of(target), *options), target

    def test_takes_the_socket_on_standard_input(self):
        s = self.listen()
        s.setblocking(True)  # as others make theirs
        gateway = self.start(WSGATE, "--inetd", stdin=s)
        self.assertIn(address_of(s), gateway.line_with("listening on"))
        self.assertEqual(self.status_at(port_of(s)), "200")
        gateway.stop()

    def test_refuses_any_other_standard_input(self):
        gateway = self.start(WSGATE, "--inetd", stdin=subprocess.DEVNULL)
        gateway.line_with("is no stream socket that listens")
        self.assertEqual(gateway.wait(), 78)

    def test_ends_after_one_session(self):
        gateway, target = self.with_target("--run-once")
        self.assertEqual(self.status_at(gateway.port), "200")
        session = self.open_session(gateway)
        with self.connect(gateway.port) as second:  # one at a time
            second.sendall(opening())
            self.assertIn(b" 503 ", second.recv(100))
        self.accept(target).close()
        session.close()
        self.assertEqual(gateway.wait(), 0)

    def test_ends_when_nobody_was_there_for_long(self):
        gateway = self.gateway("--idle-exit", "0.1")
        gateway.line_with("ends_itself")
        self.assertEqual(gateway.wait(), 0)

    def test_does_not_end_while_somebody_is_there(self):
        gateway, target = self.with_target("--idle-exit", "2")
        session = self.open_session(gateway)
        there = self.accept(target)
        with self.assertRaises(subprocess.TimeoutExpired):
            gateway.wait(2.5)
        there.close()
        session.close()
        gateway.line_with("ends_itself")
        self.assertEqual(gateway.wait(), 0)

    def test_accepts_nobody_after_its_time_and_ends_with_the_last(self):
        gateway, target = self.with_target("--timeout", "2")
        session = self.open_session(gateway)
        there = self.accept(target)
        gateway.line_with("ends_itself")
        with self.assertRaises(ConnectionRefusedError):
            self.connect(gateway.port)
        there.sendall(b"still here")
        self.assertEqual(session.recv(12)[2:], b"still here")
        there.close()
        session.close()
        self.assertEqual(gateway.wait(), 0)

    def test_term_and_int_close_the_sessions(self):
        for which in (signal.SIGTERM, signal.SIGINT):
            gateway, _ = self.with_target()
            session = self.open_session(gateway)
            gateway.send_signal(which)
            self.assertEqual(self.close_code(session), 1001)
            session.sendall(close(1001))
            self.assertEqual(gateway.wait(), 0)

    def test_a_second_one_ends_them_at_once(self):
        gateway, _ = self.with_target()
        session = self.open_session(gateway)
        gateway.terminate()
        self.assertEqual(self.close_code(session), 1001)
        began = time.monotonic()
        gateway.send_signal(signal.SIGINT)
        self.assertEqual(gateway.wait(), 0)
        self.assertLess(time.monotonic() - began, 4, "not the 5 s that its answer is waited for")

    def test_closes_idle_sessions(self):
        gateway, target = self.with_target("--session-idle", "0.2", "--ping-interval", "0")
        session = self.open_session(gateway)
        there = self.accept(target)
        self.assertEqual(self.close_code(session), 1001)
        self.assertEqual(there.recv(1), b"")
        there.close()
        session.close()
        self.assertIn("reason=idle", gateway.line_with(" end "))
        gateway.stop()

    def test_tells_who_is_there_and_no_secrets(self):
        gateway, target = self.with_target()
        session = self.open_session(gateway, "/websockify?token=secret")
        there = self.accept(target)
        there.sendall(b"payload")
        self.assertEqual(session.recv(9)[2:], b"payload")
        gateway.send_signal(signal.SIGUSR1)
        gateway.says(r" sessions .*\bconnections=1\b")
        line = gateway.line_with(" carries ")
        self.assertIn("route=viewer client=127.0.0.1", line)
        self.assertIn(" down=7", line)
        self.assertNotIn("secret", line)
        self.assertNotIn("payload", line)
        there.close()
        session.close()
        gateway.stop()

    def test_goes_to_the_background_once_it_listens(self):
        log = self.path("log")
        port = free_port()
        gateway = self.start(WSGATE, "-D", "--listen", f"127.0.0.1:{port}", "--log-file", log)
        self.assertEqual(gateway.wait(), 0)
        self.assertEqual(gateway.all_said(), "")  # it has let go of it
        s = self.connect(port)
        child = process_at(port)
        self.addCleanup(end, child)
        self.assertEqual(self.status(s), "200")
        self.assertEqual(os.getsid(child), child)
        # The log is written by a thread of its own, so its line may come after the answer.
        eventually("the log says so", lambda: "listening on" in self.read("log"))
        second = self.start(WSGATE, "-D", "--listen", f"127.0.0.1:{port}")
        self.assertEqual(second.wait(), 71)
        self.assertIn("Address already in use", second.all_said())

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_becomes_another_user_once_it_listens(self):
        gateway = self.gateway("--user", "nobody")
        self.assertEqual(self.status_at(gateway.port), "200")
        who = pwd.getpwnam("nobody")
        for task in os.listdir(f"/proc/{gateway.pid}/task"):
            status = status_of(f"{gateway.pid}/task/{task}")
            self.assertEqual(set(status["Uid"].split()), {str(who.pw_uid)})
            self.assertEqual(set(status["Gid"].split()), {str(who.pw_gid)})
            self.assertEqual(int(status["CapPrm"], 16), 0)
        gateway.stop()

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_nobody_can_connect_before_it_is_another_user(self):
        for _ in range(5):
            port = free_port()
            line = ("--listen", f"127.0.0.1:{port}", "--user", "nobody")
            gateway = self.start(WSGATE, *line)
            while not listens(port):
                pass
            self.assertNotIn("0", status_of(gateway.pid)["Uid"].split())
            gateway.stop()

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_takes_names_and_numbers_of_users_and_groups(self):
        daemon = pwd.getpwnam("daemon")
        group = grp.getgrnam("daemon").gr_gid
        further = os.getgrouplist("daemon", daemon.pw_gid)
        with_group = os.getgrouplist("daemon", 54322)
        for text, user, group, groups in (
            (str(daemon.pw_uid), daemon.pw_uid, daemon.pw_gid, further),
            ("daemon:54322", daemon.pw_uid, 54322, with_group),
            ("54321", 54321, 54321, []),  # nobody has this number
            ("54321:daemon", 54321, group, []),
            ("54321:54322", 54321, 54322, []),
        ):
            with self.subTest(text):
                gateway = self.gateway("--user", text)
                status = status_of(gateway.pid)
                self.assertEqual(set(status["Uid"].split()), {str(user)})
                self.assertEqual(set(status["Gid"].split()), {str(group)})
                self.assertEqual({int(g) for g in status["Groups"].split()}, set(groups))
                gateway.stop()

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_is_content_to_be_that_user_already(self):
        def someone():
            os.setgroups([])
            os.setresgid(54321, 54321, 54321)
            os.setresuid(54321, 54321, 54321)

        for text in ("54321", "54321:54321"):
            self.gateway("--user", text, preexec_fn=someone).stop()
        for text in ("54321:54322", "54322", "root", "nobody"):
            line = ("--listen", "127.0.0.1:0", "--user", text)
            gateway = self.start(WSGATE, *line, preexec_fn=someone)
            gateway.line_with(rf"cannot become user {text}: .* \(only root can\)")
            self.assertEqual(gateway.wait(), 78)

    def test_names_a_user_that_does_not_exist(self):
        for text, why in (
            ("no-such-user", "no such user"),
            ("root:no-such-group", "no such group: no-such-group"),
            (":daemon", "no such user"),
            ("0x10", "no such user"),
            ("-1", "no such user"),
            ("4294967295", "no such user"),  # which setuid(2) takes for "no change"
            ("4294967296", "no such user"),
            ("0:", "no such group: "),
        ):
            gateway = self.start(WSGATE, "--listen", "127.0.0.1:0", f"--user={text}")
            gateway.line_with(f"cannot become user {text}: {why}$")
            self.assertEqual(gateway.wait(), 78)

    def test_has_a_pid_file_while_it_serves(self):
        path = self.write("pid", "4194999999\nof a process long gone\n")
        gateway = self.gateway("--pid-file", path)
        self.assertEqual(self.read("pid"), f"{gateway.pid}\n")
        busy = f"127.0.0.1:{gateway.port}"
        second = self.start(WSGATE, "--listen", busy, "--pid-file", path)
        self.assertEqual(second.wait(), 71)
        self.assertEqual(self.read("pid"), f"{gateway.pid}\n")
        gateway.stop()
        self.assertFalse(os.path.exists(path))

    def test_has_the_number_of_its_background_in_the_pid_file(self):
        path = self.path("pid")
        user = ("--user", "nobody") if os.geteuid() == 0 else ()
        line = ("--listen", f"127.0.0.1:{free_port()}", "--pid-file", path, *user)
        launcher = self.start(WSGATE, "-D", *line)
        self.assertEqual(launcher.wait(), 0)
        child = int(self.read("pid"))
        self.assertNotEqual(child, launcher.pid)
        end(child)

    def test_serves_without_a_pid_file_where_it_cannot_be_written(self):
        os.mkfifo(self.path("fifo"))
        for path, why in (
            ("/no/such/folder/pid", "No such file or directory"),
            (self.folder, "Is a directory"),
            (self.path("fifo"), "No such device or address"),  # which nobody reads
        ):
            gateway = self.gateway("--pid-file", path)
            gateway.line_with(f'warning what="goes on without --pid-file {path}: {why}"')
            gateway.stop()

    def test_cuts_who_does_not_answer_its_close_in_time(self):
        gateway, _ = self.with_target("--drain-timeout", "0.1")
        session = self.open_session(gateway)
        began = time.monotonic()
        gateway.terminate()
        self.assertEqual(self.close_code(session), 1001)
        self.assertEqual(gateway.wait(), 0)
        self.assertLess(time.monotonic() - began, 4, "not the 5 s that are the default")

    def test_logs_to_syslog(self):
        path = self.path("syslog")
        for kind, address, where in [
            (socket.AF_UNIX, path, path),
            (socket.AF_INET, ("127.0.0.1", 0), None),
        ]:
            with socket.socket(kind, socket.SOCK_DGRAM) as daemon:
                daemon.bind(address)
                daemon.settimeout(PATIENCE)
                where = where or address_of(daemon)
                quiet = ("--listen", "127.0.0.1:0", "--allow-root", "--sandbox", "off")
                gateway = self.start(WSGATE, *quiet, "--syslog", where)
                line = daemon.recv(1000).decode()
                self.assertRegex(line, r"^<28>\w{3} [ \d]\d \d\d:\d\d:\d\d .* any_origin ")
                while "any_origin" in line:
                    line = daemon.recv(1000).decode()
                self.assertRegex(line, rf"^<30>.* wsgate\[{gateway.pid}\]: listening on 127.0.0.1:")
                gateway.stop()
                self.assertEqual(gateway.all_said(), "")

    def test_says_where_syslog_is_not(self):
        for where in ["/nonexistent/log", "nowhere", ":514"]:
            gateway = self.start(WSGATE, "--listen", "127.0.0.1:0", "--syslog", where)
            gateway.line_with(f"cannot log to syslog at {where}: ")
            self.assertEqual(gateway.wait(), 78)

    def test_opens_its_log_anew(self):
        log = self.path("log")
        gateway = self.start(WSGATE, "--listen", "127.0.0.1:0", "--log-file", log)
        eventually("there is a log", lambda: os.path.exists(log))
        os.rename(log, log + ".1")
        hang_up(gateway)
        eventually("there is another", lambda: "reloaded" in self.read("log"))
        gateway.stop()

    def test_reads_its_file_again(self):
        first, second = self.listen(), self.listen()
        conf = self.path("wsgate.conf")

        def write(target, *more):
            lines = ("listen = 127.0.0.1:0", f"viewer-target = {address_of(target)}", *more, "")
            self.write("wsgate.conf", "\n".join(lines))

        write(first)
        gateway = self.start(WSGATE, "--config", conf)
        gateway.port = int(gateway.says(r"listening on 127\.0\.0\.1:(\d+)").group(1))
        sessions = [self.open_session(gateway)]
        ends = [self.accept(first)]
        write(second, "no-such-option = 1")
        hang_up(gateway)
        line = gateway.line_with("reload_failed")
        self.assertIn(f"{conf}:3: no such option: no-such-option", line)
        sessions.append(self.open_session(gateway))
        ends.append(self.accept(first))
        write(second, "threads = 999")
        hang_up(gateway)
        self.assertIn("needs_restart=threads", gateway.line_with(" reloaded"))
        sessions.append(self.open_session(gateway))
        ends.append(self.accept(second))
        for each in ends + sessions:
            each.close()
        gateway.stop()

    def test_checks_what_is_configured_and_listens_nowhere(self):
        busy = address_of(self.listen())
        for check in ["--check", "--check-config"]:
            good = outcome(WSGATE, check, "--listen", busy, "--web", self.folder)
            self.assertEqual(
                (good.returncode, good.stdout), (0, "wsgate: all this could be used\n")
            )
        for arguments, code, words in [
            (["--web", "/nonexistent"], 78, "cannot serve files from /nonexistent"),
            (["--auth-file", "/nonexistent"], 78, "/nonexistent: cannot read passwords"),
            (["--cert", "/nonexistent"], 78, "/nonexistent"),
            (["--listen", "nowhere"], 78, "nowhere is not ADDRESS:PORT"),
            (["--user", "no-such-user"], 78, "cannot become user no-such-user: no such user"),
        ]:
            bad = outcome(WSGATE, "--check", *arguments)
            self.assertEqual(bad.returncode, code, bad.stderr)
            self.assertIn(words, bad.stderr)


class LogTest(GatewayTest):
    def test_nobody_waits_for_a_log_that_nobody_reads(self):
        target = self.listen()
        for blocking in (True, False):
            for last_words in ([signal.SIGTERM], [signal.SIGTERM, signal.SIGINT]):
                with self.subTest(blocking=blocking, signals=last_words):
                    port = free_port()
                    gateway = self.start(
                        *(WSGATE, "--listen", f"127.0.0.1:{port}"),
                        *("--viewer-target", address_of(target)),
                        stderr=full_pipe(self, blocking),
                    )
                    eventually("it listens", lambda port=port: listens(port))
                    session = open_session(self.connect(port))
                    there = self.accept(target)
                    for _ in range(3):
                        hang_up(gateway)
                        self.assertEqual(self.status_at(port), "200")
                        there.sendall(b"on")
                        self.assertEqual(all_of(4, session)[2:], b"on")
                    if len(last_words) == 1:
                        session.close()
                    for each in last_words:
                        gateway.send_signal(each)
                    self.assertEqual(gateway.wait(), 0)

    def test_a_reader_that_has_gone_loses_lines_only(self):
        for reader, writer in (os.pipe(), os.openpty()):
            port = free_port()
            gateway = self.start(WSGATE, "--listen", f"127.0.0.1:{port}", stderr=writer)
            os.close(writer)
            os.close(reader)
            eventually("it listens", lambda port=port: listens(port))
            hang_up(gateway)
            self.assertEqual(self.status_at(port), "200")
            gateway.stop()

    def test_a_terminal_that_is_not_read_stops_nobody(self):
        reader, writer = os.openpty()
        self.addCleanup(os.close, reader)
        port = free_port()
        options = ("--listen", f"127.0.0.1:{port}", "--log-level", "debug")
        gateway = self.start(WSGATE, *options, stderr=writer)
        os.close(writer)
        eventually("it listens", lambda: listens(port))
        for _ in range(300):  # more than the terminal holds
            with self.connect(port) as peer:
                peer.sendall(get("/nothing"))
                peer.recv(100)
        hang_up(gateway)
        self.assertEqual(self.status_at(port), "200")
        gateway.stop()

    def test_a_full_syslog_daemon_stops_nobody(self):
        path = self.path("syslog")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
            daemon.bind(path)
            port = free_port()
            options = ("--listen", f"127.0.0.1:{port}", "--syslog", path, "--log-level", "debug")
            gateway = self.start(WSGATE, *options)
            eventually("it listens", lambda: listens(port))
            for _ in range(600):  # more than its queue holds
                with self.connect(port) as peer:
                    peer.sendall(get("/nothing"))
                    peer.recv(100)
            hang_up(gateway)
            self.assertEqual(self.status_at(port), "200")
            gateway.stop()
            self.assertRegex(gateway.all_said(), r"^wsgate: \d+ lines of the log were lost")

    def test_logs_to_a_descriptor_that_is_a_socket(self):
        for options in ((), ("-D",)):
            ours, theirs = socket.socketpair()
            self.closing(ours).settimeout(PATIENCE)
            port = free_port()
            where = ("--listen", f"127.0.0.1:{port}", "--log-file", "/dev/stdout")
            with theirs:
                gateway = self.start(WSGATE, *where, *options, stdout=theirs)
            heard = b""
            while b"listening on" not in heard:
                heard += ours.recv(4096)
            eventually("it listens", lambda port=port: listens(port))
            pid = process_at(port)
            os.kill(pid, signal.SIGHUP)
            while b" reloaded" not in heard:
                heard += ours.recv(4096)
            end(pid)
            gateway.wait()

    def test_tells_of_a_log_that_cannot_be_opened_anew(self):
        log = self.path("log")
        gateway = self.start(WSGATE, "--listen", "127.0.0.1:0", "--log-file", log)
        eventually("there is a log", lambda: "listening" in self.read("log"))
        os.rename(log, log + ".1")
        os.mkdir(log)
        hang_up(gateway)
        eventually("it is reloaded", lambda: " reloaded" in self.read("log.1"))
        self.assertRegex(self.read("log.1"), r"error log_not_reopened why=.*Is a directory")
        gateway.stop()

    def test_a_fifo_in_the_place_of_a_file_stops_nobody(self):
        conf = self.write("conf", "listen = 127.0.0.1:0\n")
        gateway = self.start(WSGATE, "--config", conf)
        port = int(gateway.says(r"listening on 127\.0\.0\.1:(\d+)").group(1))
        os.remove(conf)
        os.mkfifo(conf)
        hang_up(gateway)
        self.assertIn("it is no regular file", gateway.line_with("reload_failed"))
        self.assertEqual(self.status_at(port), "200")
        gateway.stop()
        for option in ("--config", "--cert", "--auth-file"):
            done = outcome(WSGATE, "--check", option, conf)
            self.assertEqual(done.returncode, 78, option)

    def test_a_configuration_from_a_pipe_is_read_once(self):
        reader, writer = os.pipe()
        os.write(writer, b"listen = 127.0.0.1:0\n")
        os.close(writer)
        gateway = self.start(WSGATE, "--config", f"/dev/fd/{reader}", pass_fds=[reader])
        os.close(reader)
        port = int(gateway.says(r"listening on 127\.0\.0\.1:(\d+)").group(1))
        hang_up(gateway)
        self.assertIn("this pipe has been read already", gateway.line_with("reload_failed"))
        self.assertEqual(self.status_at(port), "200")
        gateway.stop()


def status_of(task):
    with open(f"/proc/{task}/status", encoding="utf-8") as text:
        return dict(line.split(":", 1) for line in text)


def process_at(port):
    """Who has that port of loopback: by the inode of the socket that listens."""
    with open("/proc/net/tcp", encoding="utf-8") as table:
        inode = next(
            line.split()[9]
            for line in table
            if line.split()[1] == f"0100007F:{port:04X}" and line.split()[3] == "0A"
        )
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for fd in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{fd}") == f"socket:[{inode}]":
                    return int(pid)
        except OSError:  # it has gone, or is another user's
            pass
    raise AssertionError(f"nobody has port {port}")


def end(pid):
    os.kill(pid, signal.SIGTERM)
    eventually("it has ended", lambda: not is_alive(pid))


class UnixSocketTest(GatewayTest):
    def test_is_there_while_the_gateway_is(self):
        path = self.path("gate")
        gateway = self.start(WSGATE, "--listen", f"unix:{path}", "--unix-listen-mode", "0660")
        gateway.line_with(f"listening on unix:{path}")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o660)
        s = self.closing(socket.socket(socket.AF_UNIX))
        s.settimeout(PATIENCE)
        s.connect(path)
        self.assertEqual(self.status(s), "200")
        second = self.start(WSGATE, "--listen", f"unix:{path}")
        self.assertEqual(second.wait(), 71)
        gateway.stop()
        self.assertFalse(os.path.exists(path))

    def test_takes_the_place_of_one_that_was_left_behind(self):
        path = self.path("gate")
        gateway = self.start(WSGATE, "--unix-listen", path)
        gateway.line_with("listening on")
        gateway.kill()
        self.assertTrue(os.path.exists(path))
        again = self.start(WSGATE, "--unix-listen", path)
        again.line_with("listening on")
        again.stop()


if __name__ == "__main__":
    WSGATE = sys.argv.pop(1)
    unittest.main()
