#!/usr/bin/env python3
# wsgate tunnel as a process: standard input and output as a session: tunnel_process.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Gateway, Tunnel
from harness.http import head, head_of
from harness.patience import eventually
from harness.pipes import full_pipe
from harness.ports import free_port
from harness.processes import hang_up, outcome
from harness.sockets import address_of, all_of, exactly, listens, until_the_end
from harness.websocket import BINARY, accept_session, frame

AT_ONCE = 4  # less than what a session's end is waited for
WSGATE = ""


def exit_code(*options):
    done = outcome(WSGATE, "tunnel", *options)
    return done.returncode, done.stderr


class StandardInputTest(ProgramCase):
    def setUp(self):
        super().setUp()
        self.target = self.listen()
        options = ("--viewer-target", address_of(self.target))
        gateway = self.ending(Gateway(WSGATE, *options))
        self.url = f"ws://127.0.0.1:{gateway.port}/websockify"

    def open(self, **how):
        """The tunnel, and the target's end of the session."""
        how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **how}
        child = self.start(WSGATE, "tunnel", "--url", self.url, "--listen", "-", **how)
        return child, self.accept(self.target)

    def test_target_that_closes_ends_it_well(self):
        child, there = self.open()
        there.sendall(b"hello")
        self.assertEqual(child.stdout.read(5), b"hello")
        child.stdin.write(b"and back")
        child.stdin.flush()
        self.assertEqual(exactly(8, there), b"and back")
        there.close()
        self.assertEqual(child.stdout.read(), b"")
        self.assertEqual(child.wait(AT_ONCE), 0, "it waits for the end of its input")
        self.assertIn("closed_by=server", child.all_said())

    def test_end_of_input_ends_it_well(self):
        child, there = self.open()
        sent = random.Random(1).randbytes(3 << 20)
        writer = threading.Thread(target=lambda: (child.stdin.write(sent), child.stdin.close()))
        writer.start()
        got = until_the_end(there)
        writer.join()
        self.assertEqual(got, sent)
        there.close()
        self.assertEqual(child.wait(), 0)

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
            child, there = self.open(stdin=subprocess.PIPE, stdout=heard)
            there.sendall(b"to a file")
            there.close()
            self.assertEqual(child.wait(), 0)
            heard.seek(0)
            self.assertEqual(heard.read(), b"to a file")

    def test_a_file_as_input(self):
        with tempfile.TemporaryFile() as said:
            said.write(b"from a file")
            said.seek(0)
            child, there = self.open(stdin=said, stdout=subprocess.DEVNULL)
            self.assertEqual(exactly(11, there), b"from a file")
            there.close()
            self.assertEqual(child.wait(), 0)

    def test_a_log_that_nobody_reads_stops_no_session(self):
        child, there = self.open(stderr=full_pipe(self))
        hang_up(child)
        there.sendall(b"hello")
        self.assertEqual(child.stdout.read(5), b"hello")
        child.terminate()
        child.terminate()
        child.wait()


class AnswersTest(ProgramCase):
    """A server, or a proxy, that answers as HTTP allows it to."""

    HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"

    def setUp(self):
        super().setUp()
        self.listener = self.listen()

    def dial(self, *options, url=None):
        """The tunnel, its local connection, and the server's end, which has heard nothing yet."""
        url = url or f"ws://{address_of(self.listener)}/wsServer"
        self.tunnel = self.ending(Tunnel(WSGATE, "--url", url, *options))
        return self.connect(self.tunnel.port), self.accept(self.listener)

    def failure(self, answer, *options, url=None):
        """Why the tunnel failed; the local connection must have been closed."""
        local, server = self.dial(*options, url=url)
        head_of(server)
        server.sendall(answer)
        self.assertEqual(until_the_end(local), b"")
        self.tunnel.says("connect_failed")
        self.tunnel.stop()
        return self.tunnel.line_with("connect_failed")

    def test_interim_answers_and_early_frames(self):
        local, server = self.dial()
        early = frame(BINARY, b"early", mask=False)
        accept_session(
            server, before=b"HTTP/1.1 100 Continue\r\n\r\n" + 3 * self.HINT, behind=early
        )
        self.assertEqual(all_of(5, local), b"early")

    def test_cookies_of_a_sign_on(self):
        local, server = self.dial()
        cookies = [("Set-Cookie", f"a{i}=" + "x" * 4000) for i in range(16)]
        accept_session(server, *cookies, behind=frame(BINARY, b"in", mask=False))
        self.assertEqual(all_of(2, local), b"in")

    def test_a_redirection_is_told_and_not_followed(self):
        for status in (301, 302, 303, 307, 308):
            answer = head(f"HTTP/1.1 {status} X", [("Location", "https://new.example/wsServer")])
            said = self.failure(self.HINT + answer)
            self.assertIn("redirected to https://new.example/wsServer: use that as --url", said)
        answer = head("HTTP/1.0 302 X", [("Location", "/other/?key=secret")])
        said = self.failure(answer)
        url = f"ws://{address_of(self.listener)}/other/?..."
        self.assertIn(f"redirected to {url}: use that as --url", said)

    def test_pages_that_are_not_our_business(self):
        page = b"<html>" + b"x" * 200_000
        length = [("Content-Length", str(len(page)))]
        chunked = [("Transfer-Encoding", "chunked")]
        for fields in (length, chunked, []):
            said = self.failure(head("HTTP/1.1 403 Forbidden", fields) + page)
            self.assertIn("403 Forbidden", said)
            proxy = ("--proxy", f"http://{address_of(self.listener)}")
            answer = self.HINT + head("HTTP/1.1 403 Forbidden", fields) + page
            said = self.failure(answer, *proxy, url="ws://desk.example/")
            self.assertIn("the proxy answers 403 Forbidden", said)

    def test_a_proxys_yes(self):
        for yes in (
            head("HTTP/1.1 200 OK", [("Content-Length", "5")]),
            head("HTTP/1.1 204 No Content", [("Transfer-Encoding", "chunked")]),
            self.HINT + b"HTTP/1.0 299\n\n",
        ):
            proxy = ("--proxy", f"http://{address_of(self.listener)}")
            local, server = self.dial(*proxy, url="ws://desk.example/")
            self.assertTrue(head_of(server).startswith("CONNECT desk.example:80 HTTP/1.1\r\n"))
            server.sendall(yes)
            accept_session(server, before=self.HINT, behind=frame(BINARY, b"in", mask=False))
            self.assertEqual(all_of(2, local), b"in")

    def test_a_server_that_goes_mute_is_left(self):
        local, server = self.dial("--ping-interval", "0.1", "--pong-timeout", "0.3")
        accept_session(server)
        local.sendall(b"x")
        self.assertEqual(until_the_end(local), b"")
        self.tunnel.says('end session=1 .* closed_by=tunnel reason="No answer to ping"')


class ProcessTest(ProgramCase):
    def test_a_log_that_nobody_reads_does_not_stop_its_end(self):
        for last_words in (signal.SIGTERM, signal.SIGINT):
            port = free_port()
            options = ("--url", "ws://h/", "--listen", f"127.0.0.1:{port}")
            process = self.start(WSGATE, "tunnel", *options, stderr=full_pipe(self))
            eventually("it listens", lambda port=port: listens(port))
            hang_up(process)
            process.send_signal(last_words)
            self.assertEqual(process.wait(), 0)

    def test_opens_its_log_anew(self):
        log = self.path("log")
        process = self.start(
            WSGATE, "tunnel", "--url", "ws://h/", "--listen", "127.0.0.1:0", "--log-file", log
        )
        eventually("there is a log", lambda: os.path.exists(log))
        os.rename(log, log + ".1")
        hang_up(process)
        eventually("there is another", lambda: os.path.exists(log))
        process.stop()

    def test_is_what_helpchannel_starts(self):
        link, conf, log = map(self.path, ("hctunnel.py", "conf", "log"))
        os.symlink(os.path.abspath(WSGATE), link)
        port = free_port()
        self.write("conf", f"[TunnelConfig]\ntunnel_url: ws://127.0.0.1:1/\nlocal_port: {port}\n")
        process = self.start(link, "--config", conf, "--log-file", log)
        eventually("it listens", lambda: listens(port))
        process.stop()


class ExitCodeTest(ProgramCase):
    def test_no_session(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            url = f"ws://{address_of(nobody)}/wsServer"
            code, text = exit_code("--url", url, "--listen", "-", "--proxy", "none")
        self.assertEqual(code, 1)
        self.assertIn("stage=TCP", text)

    def test_wrong_command_line(self):
        for line in ((), ("--nonsense",), ("--url", "desk"), ("--url", "ws://h/", "--listen", "x")):
            self.assertEqual(exit_code(*line)[0], 64, line)

    def test_port_in_use(self):
        code, text = exit_code("--url", "ws://h/", "--listen", address_of(self.listen()))
        self.assertEqual(code, 71)
        self.assertIn("--listen", text)

    def test_unusable_files(self):
        conf = self.write("helpchannel.conf", "[TunnelConfig]\ntunnel_url: nonsense\n")
        missing = self.path("missing")
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
