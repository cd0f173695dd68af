#!/usr/bin/env python3
# What the gateway serves of --web, and what it never does: served_files.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import errno
import os
import re
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.certificates import make_certificate
from harness.daemons import Gateway
from harness.http import get
from harness.patience import eventually
from harness.processes import hang_up, outcome
from harness.sandbox import without
from harness.sockets import until_the_end

WSGATE = ""


class FilesTest(ProgramCase):
    def setUp(self):
        super().setUp()
        self.web = self.path("web")
        os.mkdir(self.web)
        self.page("vnc.html", "page")

    def page(self, name, text="text"):
        os.makedirs(os.path.dirname(os.path.join(self.web, name)), exist_ok=True)
        return self.write(os.path.join("web", name), text)

    def link(self, target, name):
        os.symlink(target, os.path.join(self.web, name))

    def serve(self, *options, web=None, **how):
        self.gateway = self.ending(Gateway(WSGATE, "--web", web or self.web, *options, **how))
        self.port = self.gateway.port

    def serve_with_log(self, log, *options, **how):
        """Its log is this file of --web."""
        self.gateway = self.start(WSGATE, *options, **how)
        pattern = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
        listening = eventually("it listens", lambda: pattern.search(self.read(f"web/{log}")))
        self.port = int(listening.group(1))

    def get(self, path, *fields):
        """The status, and the text where there is one."""
        peer = self.connect(self.port)
        peer.sendall(get(path, ("Connection", "close"), *fields))
        head, _, body = until_the_end(peer).partition(b"\r\n\r\n")
        return head.split(b" ")[1].decode(), body.decode()

    def statuses(self, *paths):
        return {path: self.get(path)[0] for path in paths}

    def expect(self, status, *paths):
        self.assertEqual(self.statuses(*paths), {path: status for path in paths})


class SecretsTest(FilesTest):
    """Files that options name, below --web as in many a how-to."""

    def setUp(self):
        super().setUp()
        make_certificate(self.page("self.pem"), self.page("self.pem"), "h")
        make_certificate(self.page("ca.pem"), self.path("ca.key"), "ca")
        self.key = self.page("token.key", "k" * 44 + "\n")
        os.chmod(self.key, 0o600)
        self.page("tokens/desk", "desk: 127.0.0.1:5900\n")
        self.page("users", "me:secret\n")
        self.page("desk.users", "you:secret\n")
        self.page("password", "opens sesame\n")
        self.config = self.page("wsgate.conf")
        options = {
            "cert": f"{self.web}/self.pem",
            "cafile": f"{self.web}/ca.pem",
            "key-password-file": f"{self.web}/password",
            "token-source": f"{self.web}/tokens",
            "token-key": self.key,
            "auth-file": f"{self.web}/users",
            "log-file": f"{self.web}/log",
        }
        lines = [f"{name} = {value}\n" for name, value in options.items()]
        with open(self.config, "w", encoding="utf-8") as file:
            file.writelines([*lines, f"auth-file = /websockify={self.web}/desk.users\n"])
        self.paths = ["/self.pem", "/tokens/desk", "/users", "/desk.users", "/password", "/log"]
        self.paths += ["/token.key", "/wsgate.conf"]
        plain = ("--listen", "plain:127.0.0.1:0")
        self.options = ("--config", self.config, "--web", self.web, *plain)

    def start_it(self):
        self.serve_with_log("log", *self.options)

    def test_are_not_served(self):
        self.start_it()
        self.expect("200", "/", "/ca.pem")
        self.expect("404", *self.paths)

    def test_are_not_served_under_names_of_copies_and_links(self):
        copies = ["/self.pem.bak", "/users~", "/log.1", "/log-20261129.gz", "/self-old.pem"]
        for path in copies:
            self.page(path[1:])
        os.link(f"{self.web}/users", f"{self.web}/hard.html")
        self.link("../web/users", "soft.html")
        self.link("tokens", "more")
        self.page("login.html")
        self.start_it()
        self.expect("200", "/login.html")
        self.expect("404", *copies, "/hard.html", "/soft.html", "/more/desk")

    def test_are_warned_of(self):
        checked = outcome(WSGATE, "--check", *self.options)
        self.assertEqual(
            (checked.returncode, checked.stdout), (0, "wsgate: all this could be used\n")
        )
        self.start_it()
        eventually("it warns", lambda: "any_origin" in self.read("web/log"))
        for said in checked.stderr, self.read("web/log"):
            for path in self.paths:
                self.assertRegex(said, f"{self.web}{path}|{self.web}{os.path.dirname(path)} ")
            self.assertNotIn(f"{self.web}/ca.pem", said)

    def test_are_those_of_a_reload_as_well(self):
        new = self.page("new.key", "n" * 44 + "\n")
        os.chmod(new, 0o600)
        self.start_it()
        self.expect("200", "/new.key")
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace("/token.key", "/new.key"))
        hang_up(self.gateway)
        eventually("it warns", lambda: "new.key" in self.read("web/log"))
        self.expect("404", "/new.key", "/token.key")

    def test_are_known_by_relative_names(self):
        form = ("--web", ".", "--cert", "self.pem", "--log-file", "gate.log", "127.0.0.1:0", "h:1")
        self.serve_with_log("gate.log", *form, cwd=self.web)
        self.expect("404", "/self.pem", "/gate.log")
        self.expect("200", "/vnc.html")

    def test_standard_error_is_a_log_too(self):
        options = ("--web", self.web, "--listen", "127.0.0.1:0")
        with open(self.page("nohup.out"), "w", encoding="utf-8") as file:
            self.serve_with_log("nohup.out", *options, stderr=file)
        self.expect("404", "/nohup.out")
        said = re.compile("warning .*nohup.out")
        eventually("it warns", lambda: said.search(self.read("web/nohup.out")))


class LinksTest(FilesTest):
    def make_volume(self):
        """As Kubernetes mounts a ConfigMap, with a start page as images of noVNC have it."""
        self.page("..2026_1/app.html", "app")
        self.link("..2026_1", "..data")
        self.link("..data/app.html", "app.html")
        self.link(f"{self.web}/vnc.html", "index.html")
        self.link("../outside", "out.html")
        self.write("outside", "secret")

    def test_are_followed_below_the_directory_in_every_sandbox(self):
        self.make_volume()
        for error in None, errno.EPERM, errno.ENOSYS:
            self.serve(preexec_fn=error and without("openat2", error))
            self.assertEqual(self.get("/"), ("200", "page"))
            self.assertEqual(self.get("/app.html"), ("200", "app"))
            self.expect("404", "/out.html", "/..data/app.html", "/..2026_1/app.html")
            self.gateway.stop()

    def test_to_the_directory_may_change(self):
        for release in "45":
            os.mkdir(self.path(release))
            self.write(f"{release}/index.html", release)
        current = self.path("current")
        os.symlink("4", current)
        self.serve(web=current)
        self.assertEqual(self.get("/"), ("200", "4"))
        os.symlink("5", self.path("next"))
        os.rename(self.path("next"), current)
        self.assertEqual(self.get("/"), ("200", "5"))
        os.remove(current)
        os.rename(self.web, current)
        self.assertEqual(self.get("/"), ("200", "page"))


class ReasonsTest(FilesTest):
    def expect_reason(self, path, cause):
        self.expect("404", path)
        line = self.gateway.line_with(f" refused .* path={path} ")
        self.assertIn(" info ", line)
        self.assertIn(f' status=404 cause="{cause}" advice=', line)

    def test_are_in_the_log(self):
        self.write("outside", "secret")
        self.link("../outside", "out.html")
        self.link("loop", "loop")
        os.mkfifo(os.path.join(self.web, "fifo"))
        os.mkdir(os.path.join(self.web, "empty"))
        key = self.page("token.key", "k" * 44)
        os.chmod(key, 0o600)
        self.serve("--token-key", key)
        self.expect_reason("/out.html", "a link leads out of --web")
        self.expect_reason("/loop", "too many links")
        self.expect_reason("/fifo", "it is no regular file")
        self.expect_reason(
            "/empty/", "directories are not listed, and this one has no index.html or vnc.html"
        )
        self.expect("404", "/none", "/.git/config")
        self.expect_reason("/token.key", "it is a secret or a log of wsgate, or a copy of one")
        self.assertNotIn("/none", self.gateway.said())

    def test_are_told_where_a_file_may_not_be_read(self):
        os.chmod(self.page("closed.html"), 0)
        os.mkdir(os.path.join(self.web, "shut"), 0)
        user = []
        if os.getuid() == 0:
            os.chmod(self.folder, 0o755)
            user = ["--user", "nobody"]
        self.serve(*user)
        self.expect("200", "/")
        self.expect_reason("/closed.html", "permission denied")
        self.expect_reason("/shut/page.html", "permission denied")

    @unittest.skipUnless(os.getuid() == 0, "only root may become another user")
    def test_are_not_needed_where_only_the_way_to_the_directory_is_closed(self):
        os.chmod(self.folder, 0o700)
        make_certificate(self.page("self.pem"), self.page("self.pem"), "h")
        os.chmod(f"{self.web}/self.pem", 0o644)
        log = self.page("gate.log", "")
        os.chmod(log, 0o644)
        self.page("gate.log.1")
        files = ("--cert", f"{self.web}/self.pem", "--log-file", log)
        plain = ("--listen", "plain:127.0.0.1:0")
        self.serve_with_log("gate.log", "--web", self.web, "--user", "nobody", *plain, *files)
        self.expect("200", "/", "/vnc.html")
        self.expect("404", "/self.pem", "/gate.log", "/gate.log.1")


class ChallengeTest(FilesTest):
    def test_of_a_certificate_authority_needs_no_password(self):
        self.page(".well-known/acme-challenge/aZ-_09", "proof")
        self.page(".well-known/security.txt")
        self.page(".well-known/.hidden")
        self.page(".git/config")
        self.serve()
        self.assertEqual(self.get("/.well-known/acme-challenge/aZ-_09"), ("200", "proof"))
        self.expect("200", "/.well-known/security.txt")
        self.expect("404", "/.well-known/.hidden", "/.git/config")
        self.gateway.stop()
        self.serve("--web-auth", "--auth-file", self.write("users", "me:secret\n"))
        self.expect("200", "/.well-known/acme-challenge/aZ-_09")
        self.expect("404", "/.well-known/acme-challenge/none")
        self.expect("401", "/", "/.well-known/security.txt", "/.well-known/acme-challenge/../x")


if __name__ == "__main__":
    WSGATE = os.path.abspath(sys.argv.pop())
    unittest.main(verbosity=2)
