#!/usr/bin/env python3
# The gateway as a process: its service manager, its sockets, its signals: gateway_process.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from peers import hang_up, masked, stat_of

PATIENCE = 20  # seconds for anything to happen


class GatewayTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gateway-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *arguments, program=None, **how):
        """Standard error is a pipe, to be read by lines."""
        gateway = subprocess.Popen(
            [*(program or [WSGATE]), *arguments], stderr=subprocess.PIPE, text=True, **how
        )
        self.addCleanup(gateway.stderr.close)
        self.addCleanup(gateway.wait)
        self.addCleanup(gateway.kill)
        watch = threading.Timer(PATIENCE, gateway.kill)  # then reading ends
        watch.start()
        self.addCleanup(watch.cancel)
        return gateway

    def line_with(self, gateway, text):
        seen = []
        for line in gateway.stderr:
            seen.append(line)
            if text in line:
                return line
        self.fail(f"no {text!r} in {''.join(seen)}")

    def stop(self, gateway):
        gateway.terminate()
        self.assertEqual(gateway.wait(PATIENCE), 0)

    def status(self, connection, path="/healthz"):
        with connection:
            connection.settimeout(PATIENCE)
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            return connection.recv(100).split(b" ")[1].decode()

    def listening_socket(self):
        s = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(s.close)
        return s


class ManagerTest(GatewayTest):
    def manager(self):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(s.close)
        s.bind(self.path("notify"))
        s.settimeout(PATIENCE)
        return s

    def environment(self, **more):
        return {**os.environ, "NOTIFY_SOCKET": self.path("notify"), **more}

    def test_hears_of_readiness_reloads_and_the_end(self):
        manager = self.manager()
        gateway = self.start("--listen", "127.0.0.1:0", env=self.environment())
        self.assertEqual(manager.recv(100), b"READY=1")
        hang_up(gateway)
        self.assertEqual(manager.recv(100), b"RELOADING=1")
        self.assertEqual(manager.recv(100), b"READY=1")
        gateway.terminate()
        self.assertEqual(manager.recv(100), b"STOPPING=1")
        self.assertEqual(gateway.wait(PATIENCE), 0)

    def test_hears_signs_of_life_where_it_asks(self):
        manager = self.manager()
        gateway = self.start(
            "--listen", "127.0.0.1:0", env=self.environment(WATCHDOG_USEC="100000")
        )
        self.assertEqual(manager.recv(100), b"READY=1")
        for _ in range(3):
            self.assertEqual(manager.recv(100), b"WATCHDOG=1")
        self.stop(gateway)

    def test_opens_sockets_whose_names_are_modes(self):
        for_routes, for_viewers = self.listening_socket(), self.listening_socket()
        gateway = self.start(
            program=[
                "/bin/sh",
                "-c",
                f"LISTEN_PID=$$; export LISTEN_PID; exec '{WSGATE}' "
                f"3<&{for_routes.fileno()} 4<&{for_viewers.fileno()}",
            ],
            pass_fds=[for_routes.fileno(), for_viewers.fileno()],
            env={**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "wsgate.socket:viewer"},
        )
        self.assertIn(str(for_routes.getsockname()[1]), self.line_with(gateway, "listening on"))
        self.assertIn(" for viewer", self.line_with(gateway, "listening on"))
        address = for_routes.getsockname()
        self.assertEqual(self.status(socket.create_connection(address, PATIENCE)), "200")
        self.stop(gateway)
        # The socket is the manager's: who comes now waits for the next gateway.
        socket.create_connection(address, PATIENCE).close()


class ProcessTest(GatewayTest):
    def address(self, gateway):
        port = self.line_with(gateway, "listening on 127.0.0.1:").split()[-1].split(":")[1]
        return ("127.0.0.1", int(port))

    def open_session(self, address, path="/websockify"):
        s = socket.create_connection(address, PATIENCE)
        self.addCleanup(s.close)
        s.sendall(
            f"GET {path} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += s.recv(1)
        self.assertIn(b" 101 ", head)
        return s

    def accept(self, target):
        target.settimeout(PATIENCE)
        s, _ = target.accept()
        self.addCleanup(s.close)
        return s

    def close_frame(self, s):
        """The code of the Close that comes."""
        data = b""
        while len(data) < 4:
            data += s.recv(4 - len(data))
        self.assertEqual(data[0], 0x88)
        return int.from_bytes(data[2:4], "big")

    def with_target(self, *more, **how):
        target = self.listening_socket()
        gateway = self.start(
            "--listen",
            "127.0.0.1:0",
            "--viewer-target",
            f"127.0.0.1:{target.getsockname()[1]}",
            *more,
            **how,
        )
        return gateway, self.address(gateway), target

    def test_takes_the_socket_on_standard_input(self):
        s = self.listening_socket()
        gateway = self.start("--inetd", stdin=s)
        self.assertIn(str(s.getsockname()[1]), self.line_with(gateway, "listening on"))
        self.assertEqual(self.status(socket.create_connection(s.getsockname(), PATIENCE)), "200")
        self.stop(gateway)

    def test_refuses_any_other_standard_input(self):
        gateway = self.start("--inetd", stdin=subprocess.DEVNULL)
        self.line_with(gateway, "is no stream socket that listens")
        self.assertEqual(gateway.wait(PATIENCE), 78)

    def test_ends_after_one_session(self):
        gateway, address, target = self.with_target("--run-once")
        self.assertEqual(self.status(socket.create_connection(address, PATIENCE)), "200")
        session = self.open_session(address)
        with socket.create_connection(address, PATIENCE) as second:  # one at a time
            second.sendall(
                b"GET /websockify HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade"
                b"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            self.assertIn(b" 503 ", second.recv(100))
        self.accept(target).close()
        session.close()
        self.assertEqual(gateway.wait(PATIENCE), 0)

    def test_ends_when_nobody_was_there_for_long(self):
        gateway = self.start("--listen", "127.0.0.1:0", "--idle-exit", "0.1")
        self.line_with(gateway, "ends_itself")
        self.assertEqual(gateway.wait(PATIENCE), 0)

    def test_does_not_end_while_somebody_is_there(self):
        gateway, address, target = self.with_target("--idle-exit", "2")
        session = self.open_session(address)
        there = self.accept(target)
        with self.assertRaises(subprocess.TimeoutExpired):
            gateway.wait(2.5)
        there.close()
        session.close()
        self.line_with(gateway, "ends_itself")
        self.assertEqual(gateway.wait(PATIENCE), 0)

    def test_accepts_nobody_after_its_time_and_ends_with_the_last(self):
        gateway, address, target = self.with_target("--timeout", "2")
        session = self.open_session(address)
        there = self.accept(target)
        self.line_with(gateway, "ends_itself")
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(address, PATIENCE)
        there.sendall(b"still here")
        self.assertEqual(session.recv(12)[2:], b"still here")
        there.close()
        session.close()
        self.assertEqual(gateway.wait(PATIENCE), 0)

    def test_term_and_int_close_the_sessions(self):
        for which in (signal.SIGTERM, signal.SIGINT):
            gateway, address, _ = self.with_target()
            session = self.open_session(address)
            gateway.send_signal(which)
            self.assertEqual(self.close_frame(session), 1001)
            session.sendall(masked(0x88, (1001).to_bytes(2, "big")))
            self.assertEqual(gateway.wait(PATIENCE), 0)

    def test_a_second_one_ends_them_at_once(self):
        gateway, address, _ = self.with_target()
        session = self.open_session(address)
        gateway.terminate()
        self.assertEqual(self.close_frame(session), 1001)
        began = time.monotonic()
        gateway.send_signal(signal.SIGINT)
        self.assertEqual(gateway.wait(PATIENCE), 0)
        self.assertLess(time.monotonic() - began, 4, "not the 5 s that its answer is waited for")

    def test_closes_idle_sessions(self):
        gateway, address, target = self.with_target("--session-idle", "0.2", "--ping-interval", "0")
        session = self.open_session(address)
        there = self.accept(target)
        self.assertEqual(self.close_frame(session), 1001)
        self.assertEqual(there.recv(1), b"")
        there.close()
        session.close()
        self.assertIn("reason=idle", self.line_with(gateway, " end "))
        self.stop(gateway)

    def test_tells_who_is_there_and_no_secrets(self):
        gateway, address, target = self.with_target()
        session = self.open_session(address, "/websockify?token=secret")
        there = self.accept(target)
        there.sendall(b"payload")
        self.assertEqual(session.recv(9)[2:], b"payload")
        gateway.send_signal(signal.SIGUSR1)
        self.assertIn("connections=1", self.line_with(gateway, " sessions "))
        line = self.line_with(gateway, " carries ")
        self.assertIn("route=viewer client=127.0.0.1", line)
        self.assertIn(" down=7", line)
        self.assertNotIn("secret", line)
        self.assertNotIn("payload", line)
        there.close()
        session.close()
        self.stop(gateway)

    def test_goes_to_the_background_once_it_listens(self):
        log = self.path("log")
        port = self.free_port()
        gateway = self.start("-D", "--listen", f"127.0.0.1:{port}", "--log-file", log)
        self.assertEqual(gateway.wait(PATIENCE), 0)
        self.assertEqual(gateway.stderr.read(), "")  # it has let go of it
        s = socket.create_connection(("127.0.0.1", port), PATIENCE)
        child = process_at(port)
        self.addCleanup(end, child)
        self.assertEqual(self.status(s), "200")
        self.assertEqual(os.getsid(child), child)
        self.assertIn("listening on", contents(log))
        second = self.start("-D", "--listen", f"127.0.0.1:{port}")
        self.assertEqual(second.wait(PATIENCE), 71)
        self.assertIn("Address already in use", second.stderr.read())

    def free_port(self):
        s = socket.create_server(("127.0.0.1", 0))
        with s:
            return s.getsockname()[1]

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_becomes_another_user_once_it_listens(self):
        gateway = self.start("--listen", "127.0.0.1:0", "--user", "nobody")
        address = self.address(gateway)
        self.assertEqual(self.status(socket.create_connection(address, PATIENCE)), "200")
        who = pwd.getpwnam("nobody")
        for task in os.listdir(f"/proc/{gateway.pid}/task"):
            with open(f"/proc/{gateway.pid}/task/{task}/status", encoding="utf-8") as text:
                status = dict(line.split(":", 1) for line in text)
            self.assertEqual(set(status["Uid"].split()), {str(who.pw_uid)})
            self.assertEqual(set(status["Gid"].split()), {str(who.pw_gid)})
            self.assertEqual(int(status["CapPrm"], 16), 0)
        self.stop(gateway)

    def test_names_a_user_that_does_not_exist(self):
        gateway = self.start("--listen", "127.0.0.1:0", "--user", "no-such-user")
        self.line_with(gateway, "cannot become user no-such-user: no such user")
        self.assertEqual(gateway.wait(PATIENCE), 78)

    def test_logs_to_syslog(self):
        path = self.path("syslog")
        for kind, address, where in [
            (socket.AF_UNIX, path, path),
            (socket.AF_INET, ("127.0.0.1", 0), None),
        ]:
            with socket.socket(kind, socket.SOCK_DGRAM) as daemon:
                daemon.bind(address)
                daemon.settimeout(PATIENCE)
                where = where or f"127.0.0.1:{daemon.getsockname()[1]}"
                gateway = self.start("--listen", "127.0.0.1:0", "--syslog", where)
                line = daemon.recv(1000).decode()
                self.assertRegex(line, r"^<28>\w{3} [ \d]\d \d\d:\d\d:\d\d .* any_origin ")
                while "any_origin" in line:
                    line = daemon.recv(1000).decode()
                self.assertRegex(line, rf"^<30>.* wsgate\[{gateway.pid}\]: listening on 127.0.0.1:")
                self.stop(gateway)
                self.assertEqual(gateway.stderr.read(), "")

    def test_says_where_syslog_is_not(self):
        for where in ["/nonexistent/log", "nowhere", ":514"]:
            gateway = self.start("--listen", "127.0.0.1:0", "--syslog", where)
            self.line_with(gateway, f"cannot log to syslog at {where}: ")
            self.assertEqual(gateway.wait(PATIENCE), 78)

    def test_opens_its_log_anew(self):
        log = self.path("log")
        gateway = self.start("--listen", "127.0.0.1:0", "--log-file", log)
        wait_for(lambda: os.path.exists(log))
        os.rename(log, log + ".1")
        hang_up(gateway)
        wait_for(lambda: os.path.exists(log) and "reloaded" in contents(log))
        self.stop(gateway)

    def test_reads_its_file_again(self):
        first, second = self.listening_socket(), self.listening_socket()
        conf = self.path("wsgate.conf")

        def write(target, *more):
            with open(conf, "w", encoding="utf-8") as text:
                port = target.getsockname()[1]
                print(
                    "listen = 127.0.0.1:0",
                    f"viewer-target = 127.0.0.1:{port}",
                    *more,
                    sep="\n",
                    file=text,
                )

        write(first)
        gateway = self.start("--config", conf)
        address = self.address(gateway)
        sessions = [self.open_session(address)]
        ends = [self.accept(first)]
        write(second, "no-such-option = 1")
        hang_up(gateway)
        line = self.line_with(gateway, "not_reloaded")
        self.assertIn(f"{conf}:3: no such option: no-such-option", line)
        sessions.append(self.open_session(address))
        ends.append(self.accept(first))
        write(second, "threads = 999")
        hang_up(gateway)
        self.assertIn("needs_restart=threads", self.line_with(gateway, " reloaded"))
        sessions.append(self.open_session(address))
        ends.append(self.accept(second))
        for each in ends + sessions:
            each.close()
        self.stop(gateway)

    def test_checks_what_is_configured_and_listens_nowhere(self):
        busy = self.listening_socket().getsockname()[1]
        good = subprocess.run(
            [WSGATE, "--check", "--listen", f"127.0.0.1:{busy}", "--web", self.folder],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        self.assertEqual((good.returncode, good.stdout), (0, "wsgate: all this could be used\n"))
        for arguments, code, words in [
            (["--web", "/nonexistent"], 78, "cannot serve files from /nonexistent"),
            (["--auth-file", "/nonexistent"], 78, "/nonexistent: cannot read passwords"),
            (["--cert", "/nonexistent"], 78, "/nonexistent"),
            (["--listen", "nowhere"], 78, "nowhere is not ADDRESS:PORT"),
        ]:
            bad = subprocess.run(
                [WSGATE, "--check", *arguments], capture_output=True, text=True, timeout=PATIENCE
            )
            self.assertEqual(bad.returncode, code, bad.stderr)
            self.assertIn(words, bad.stderr)


def contents(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not come true in time")
        time.sleep(0.01)


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
    wait_for(lambda: not os.path.exists(f"/proc/{pid}") or is_zombie(pid))


def is_zombie(pid):
    return stat_of(pid)[0] == "Z"


class UnixSocketTest(GatewayTest):
    def test_is_there_while_the_gateway_is(self):
        path = self.path("gate")
        gateway = self.start("--listen", f"unix:{path}", "--unix-listen-mode", "0660")
        self.line_with(gateway, f"listening on unix:{path}")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o660)
        s = socket.socket(socket.AF_UNIX)
        s.connect(path)
        self.assertEqual(self.status(s), "200")
        second = self.start("--listen", f"unix:{path}")
        self.assertEqual(second.wait(PATIENCE), 71)
        self.stop(gateway)
        self.assertFalse(os.path.exists(path))

    def test_takes_the_place_of_one_that_was_left_behind(self):
        path = self.path("gate")
        gateway = self.start("--unix-listen", path)
        self.line_with(gateway, "listening on")
        gateway.kill()
        gateway.wait(PATIENCE)
        self.assertTrue(os.path.exists(path))
        again = self.start("--unix-listen", path)
        self.line_with(again, "listening on")
        self.stop(again)


if __name__ == "__main__":
    WSGATE = sys.argv.pop(1)
    unittest.main()
