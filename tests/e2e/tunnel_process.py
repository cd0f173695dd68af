#!/usr/bin/env python3
# wsgate tunnel as a process: standard input and output as a session, exit codes.
# SPDX-License-Identifier: EUPL-1.2
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from peers import PATIENCE, eventually, free_ports, hang_up, listens

AT_ONCE = 4  # less than what a session's end is waited for
WSGATE = ""


def tunnel(*options, **more):
    return subprocess.Popen(
        [WSGATE, "tunnel", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


def exit_code(*options):
    done = subprocess.run(
        [WSGATE, "tunnel", *options],
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


class StandardInputTest(unittest.TestCase):
    def setUp(self):
        self.target = socket.create_server(("127.0.0.1", 0))
        self.target.settimeout(PATIENCE)
        port = self.target.getsockname()[1]
        self.gateway = subprocess.Popen(
            [WSGATE, "--listen", "127.0.0.1:0", "--viewer-target", f"127.0.0.1:{port}"],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log = ""
        while "listening on" not in self.log:
            self.log = self.gateway.stderr.readline()
            self.assertTrue(self.log, "wsgate ended")
        port = re.search(r"127\.0\.0\.1:(\d+)", self.log).group(1)
        self.log_reader = threading.Thread(target=self.gateway.stderr.read)
        self.log_reader.start()
        self.url = f"ws://127.0.0.1:{port}/websockify"

    def tearDown(self):
        self.gateway.kill()
        self.gateway.wait()
        self.log_reader.join()
        self.gateway.stderr.close()
        self.target.close()

    def open(self):
        child = tunnel("--url", self.url, "--listen", "-")
        for step in (
            child.stderr.close,
            child.stdout.close,
            child.stdin.close,
            child.wait,
            child.kill,
        ):  # the last one first
            self.addCleanup(step)
        there, _ = self.target.accept()
        there.settimeout(PATIENCE)
        self.addCleanup(there.close)
        return child, there

    def test_target_that_closes_ends_it_well(self):
        child, there = self.open()
        there.sendall(b"hello")
        self.assertEqual(child.stdout.read(5), b"hello")
        child.stdin.write(b"and back")
        child.stdin.flush()
        self.assertEqual(there.recv(8, socket.MSG_WAITALL), b"and back")
        there.close()
        self.assertEqual(child.stdout.read(), b"")
        self.assertEqual(child.wait(AT_ONCE), 0, "it waits for the end of its input")
        self.assertIn(b"closed_by=server", child.stderr.read())

    def test_end_of_input_ends_it_well(self):
        child, there = self.open()
        sent = random.Random(1).randbytes(3 << 20)
        writer = threading.Thread(target=lambda: (child.stdin.write(sent), child.stdin.close()))
        writer.start()
        got = b""
        while part := there.recv(1 << 20):
            got += part
        writer.join()
        self.assertEqual(got, sent)
        there.close()
        self.assertEqual(child.wait(PATIENCE), 0)

    def test_all_of_a_target_comes_out(self):
        child, there = self.open()
        sent = random.Random(2).randbytes(3 << 20)

        def speak():
            there.sendall(sent)
            there.shutdown(socket.SHUT_WR)

        speaker = threading.Thread(target=speak)
        speaker.start()
        self.assertEqual(child.stdout.read(), sent)
        speaker.join()
        self.assertEqual(child.wait(AT_ONCE), 0)

    def test_a_file_as_output(self):
        with tempfile.TemporaryFile() as heard:
            child = subprocess.Popen(
                [WSGATE, "tunnel", "--url", self.url, "--listen", "-"],
                stdin=subprocess.PIPE,
                stdout=heard,
                stderr=subprocess.DEVNULL,
            )
            self.addCleanup(child.wait)
            self.addCleanup(child.kill)
            self.addCleanup(child.stdin.close)
            there, _ = self.target.accept()
            there.sendall(b"to a file")
            there.close()
            self.assertEqual(child.wait(PATIENCE), 0)
            heard.seek(0)
            self.assertEqual(heard.read(), b"to a file")

    def test_a_file_as_input(self):
        with tempfile.TemporaryFile() as said:
            said.write(b"from a file")
            said.seek(0)
            child = subprocess.Popen(
                [WSGATE, "tunnel", "--url", self.url, "--listen", "-"],
                stdin=said,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self.addCleanup(child.wait)
            self.addCleanup(child.kill)
            there, _ = self.target.accept()
            there.settimeout(PATIENCE)
            self.assertEqual(there.recv(11, socket.MSG_WAITALL), b"from a file")
            there.close()
            self.assertEqual(child.wait(PATIENCE), 0)


class ProcessTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tunnel-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def stop(self, process):
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_opens_its_log_anew(self):
        log = self.path("log")
        process = self.start(
            WSGATE, "tunnel", "--url", "ws://h/", "--listen", "127.0.0.1:0", "--log-file", log
        )
        eventually("there is a log", lambda: os.path.exists(log))
        os.rename(log, log + ".1")
        hang_up(process)
        eventually("there is another", lambda: os.path.exists(log))
        self.stop(process)

    def test_is_what_helpchannel_starts(self):
        link, conf, log = self.path("hctunnel.py"), self.path("conf"), self.path("log")
        os.symlink(os.path.abspath(WSGATE), link)
        (port,) = free_ports(1)
        with open(conf, "w", encoding="ascii") as file:
            file.write(f"[TunnelConfig]\ntunnel_url: ws://127.0.0.1:1/\nlocal_port: {port}\n")
        process = self.start(link, "--config", conf, "--log-file", log)
        eventually("it listens", lambda: listens(port))
        self.stop(process)


class ExitCodeTest(unittest.TestCase):
    def test_no_session(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            url = f"ws://127.0.0.1:{nobody.getsockname()[1]}/wsServer"
            code, text = exit_code("--url", url, "--listen", "-", "--proxy", "none")
        self.assertEqual(code, 1)
        self.assertIn("stage=TCP", text)

    def test_wrong_command_line(self):
        for line in ((), ("--nonsense",), ("--url", "desk"), ("--url", "ws://h/", "--listen", "x")):
            self.assertEqual(exit_code(*line)[0], 64, line)

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            code, text = exit_code("--url", "ws://h/", "--listen", f"127.0.0.1:{port}")
        self.assertEqual(code, 71)
        self.assertIn("--listen", text)

    def test_unusable_files(self):
        with tempfile.TemporaryDirectory(prefix="tunnel-test-") as folder:
            conf = os.path.join(folder, "helpchannel.conf")
            with open(conf, "w", encoding="ascii") as file:
                file.write("[TunnelConfig]\ntunnel_url: nonsense\n")
            missing = os.path.join(folder, "missing")
            url = ("--url", "wss://h/")
            for line in (
                ("--config", conf),
                (*url, "--config", missing),
                (*url, "--proxy", "h:1", "--proxy-password-file", missing),
                (*url, "--cafile", missing),
                (*url, "--cert", missing),
                (*url, "--log-file", os.path.join(conf, "log")),
            ):
                code, text = exit_code(*line)
                self.assertEqual(code, 78, (line, text))
                self.assertEqual(text.count("\n"), 1, text)


if __name__ == "__main__":
    WSGATE = sys.argv.pop(1)
    unittest.main()
