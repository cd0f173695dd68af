#!/usr/bin/env python3
# nginx and HAProxy in front as people set them up, wrong and right: behind_proxies.py WSGATE
# SPDX-License-Identifier: EUPL-1.2
import os
import re
import shutil
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.case import ProgramCase
from harness.daemons import Gateway
from harness.http import get, head_of
from harness.patience import eventually
from harness.ports import free_port
from harness.sockets import address_of, listens, until_the_end
from harness.websocket import open_session, opening

UPGRADE = "proxy_set_header Upgrade $http_upgrade;"
CONNECTION = 'proxy_set_header Connection "upgrade";'
WSGATE = ""


def found(program):
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not path:
        raise AssertionError(f"{program} is not installed")
    return path


class BehindProxies(ProgramCase):
    def setUp(self):
        super().setUp()
        self.target = self.listen()
        self.front = free_port()

    def start_gateway(self, *options):
        to = ("--viewer-target", address_of(self.target))
        self.gateway = self.ending(Gateway(WSGATE, *to, *options))

    def start_nginx(self, *settings, location="/", to="/"):
        places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "\n".join(f"{name}_temp_path {self.path(name)};" for name in places)
        user = "user root;" if os.getuid() == 0 else ""
        lines = "\n".join(settings)
        configuration = self.write(
            "nginx.conf",
            f"""{user}
master_process off;
daemon off;
pid {self.path("nginx.pid")};
error_log stderr;
events {{}}
http {{
    access_log off;
    {temporary}
    server {{
        listen 127.0.0.1:{self.front};
        location {location} {{
            proxy_pass http://127.0.0.1:{self.gateway.port}{to};
            {lines}
        }}
    }}
}}
""",
        )
        self.start(found("nginx"), "-p", self.folder, "-e", "stderr", "-c", configuration)
        eventually("nginx listens", lambda: listens(self.front))

    def answer(self, path="/websockify?token=secret"):
        peer = self.connect(self.front)
        peer.sendall(opening(path))
        return head_of(peer)

    def test_nginx_as_it_is_without_settings(self):
        self.start_gateway()
        self.start_nginx()
        self.assertIn(" 400 ", self.answer())
        line = self.gateway.says("info refused .*path=/websockify .*HTTP/1.0").string
        self.assertIn("proxy_http_version 1.1", line)
        self.assertNotIn("secret", line)

    def test_nginx_that_loses_upgrade(self):
        self.start_gateway()
        self.start_nginx("proxy_http_version 1.1;")
        self.assertIn(" 426 ", self.answer())
        self.gateway.says("info refused .*status=426 .*proxy_set_header Upgrade")

    def test_nginx_that_loses_connection(self):
        self.start_gateway()
        self.start_nginx("proxy_http_version 1.1;", UPGRADE)
        self.assertIn(" 400 ", self.answer())
        self.gateway.says("info refused .*status=400 .*proxy_set_header Connection upgrade")

    def test_nginx_that_keeps_the_path(self):
        self.start_gateway("--prefix", "/vnc")
        where = {"location": "/vnc/", "to": "/vnc/"}
        self.start_nginx("proxy_http_version 1.1;", UPGRADE, CONNECTION, **where)
        open_session(self.connect(self.front), "/vnc/websockify")
        peer = self.connect(self.front)
        peer.sendall(get("/vnc/healthz"))
        self.assertIn(" 200 ", head_of(peer))

    def test_haproxy_finds_it_healthy_by_its_plain_check(self):
        self.start_gateway()
        state = free_port()
        configuration = self.write(
            "haproxy.cfg",
            f"""
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend state
  bind 127.0.0.1:{state}
  stats enable
  stats uri /
listen front
  bind 127.0.0.1:{self.front}
  option httpchk
  server gate 127.0.0.1:{self.gateway.port} check inter 100ms
""",
        )
        self.start(found("haproxy"), "-db", "-f", configuration)
        eventually("HAProxy listens", lambda: listens(state))

        def verdict():
            peer = self.connect(state)
            peer.sendall(get("/;csv", ("Connection", "close")))
            return re.search(rb"gate,.*,(L7[A-Z]+),", until_the_end(peer))

        self.assertEqual(eventually("HAProxy has asked", verdict).group(1), b"L7OK")
        open_session(self.connect(self.front), "/websockify")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: behind_proxies.py WSGATE")
    WSGATE = os.path.abspath(sys.argv.pop())
    unittest.main(verbosity=2)
