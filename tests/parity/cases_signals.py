# Signals and exit codes.
# SPDX-License-Identifier: EUPL-1.2
import signal
import time

from harness.rfb import SERVER_BANNER

from registry import case, rows

NAMES = {
    "TERM": signal.SIGTERM,
    "INT": signal.SIGINT,
    "HUP": signal.SIGHUP,
    "USR1": signal.SIGUSR1,
    "USR2": signal.SIGUSR2,
    "ALRM": signal.SIGALRM,
    "PIPE": signal.SIGPIPE,
    "QUIT": signal.SIGQUIT,
    "CHLD": signal.SIGCHLD,
}


@rows([(name, number) for name, number in NAMES.items()])
def idle(t, number):
    r = t.start()
    r.kill(number)
    t.fact("exit", r.ended(within=0.7))
    t.fact("log", r.log())


ENDING = [("TERM", signal.SIGTERM), ("INT", signal.SIGINT)]


@rows(ENDING)
def waiting_peers_are_closed(t, number):
    r = t.start()
    server, viewer = r.waiting_server("a"), r.waiting_viewer("b")
    r.kill(number)
    t.fact("exit", r.ended())
    t.fact("server", server.end())
    t.fact("viewer", viewer.end())
    t.fact("log", r.log())


@rows(ENDING)
def waiting_peer_with_early_bytes(t, number):
    r = t.start()
    server = r.waiting_server("a", after=SERVER_BANNER)
    r.kill(number)
    t.fact("exit", r.ended())
    t.fact("server", server.end().split(",")[0])


@rows(ENDING)
def ports_are_closed(t, number):
    r = t.start()
    server, viewer = r.pair()
    r.kill(number)
    time.sleep(0.3)
    t.fact("viewer port", r.listens(r.viewer_port))
    t.fact("server port", r.listens(r.server_port))


@rows(ENDING)
def sessions_go_on(t, number):
    r = t.start()
    server, viewer = r.pair()
    r.kill(number)
    time.sleep(0.3)
    server.say(b"still here")
    t.fact("viewer", viewer.take(10, within=1))


@case
def exit_with_a_session(t):
    r = t.start()
    server, viewer = r.pair()
    r.kill(signal.SIGTERM)
    t.fact("at first", r.exit(0.5))
    server.close()
    viewer.end()
    viewer.close()
    t.fact("then", r.exit(3))


@case
def new_one_on_the_same_ports_beside_a_session(t):
    r = t.start()
    server, viewer = r.pair()
    r.kill(signal.SIGTERM)
    time.sleep(0.3)
    second = t.start(log="stderr")
    second.waiting_server("b", after=b"through the new")
    t.fact("new viewer", second.viewer("ID:b").take(27)[12:])
    server.say(b"through the old")
    t.fact("old viewer", viewer.take(15))


@case
def twice_term(t):
    r = t.start()
    server, viewer = r.pair()
    r.kill(signal.SIGTERM)
    time.sleep(0.2)
    try:
        r.kill(signal.SIGTERM)
    except ProcessLookupError:
        pass
    t.fact("exit", r.exit(2))
    server.say(b"still here")
    t.fact("viewer", viewer.take(10, within=0.5))


@case
def killed(t):
    r = t.start()
    server, viewer = r.pair()
    r.kill(signal.SIGKILL)
    t.fact("exit", r.exit())
    server.say(b"still here")
    t.fact("viewer", viewer.take(10, within=0.5))


@rows(ENDING)
def during_a_handshake(t, number):
    r = t.start()
    viewer = r.viewer()
    viewer.read(12)
    time.sleep(0.05)
    r.kill(number)
    t.fact("exit", r.ended(within=7))
    t.fact("viewer", viewer.end())


@case
def hangup_with_a_session(t):
    r = t.start()
    server, viewer = r.pair()
    r.kill(signal.SIGHUP)
    t.fact("exit", r.exit(0.5))
    server.say(b"still here")
    t.fact("viewer", viewer.take(10))


@rows(ENDING)
def pid_file_at_exit(t, number):
    r = t.start(env={"ULTRAVNC_REPEATER_PIDFILE": "pid"})
    t.fact("running", t.file("pid", r.pid))
    r.kill(number)
    t.fact("exit", r.exit())
    t.fact("left", t.file("pid", r.pid))


@case
def term_right_after_the_start(t):
    r = t.start()
    r.kill(signal.SIGTERM)
    t.fact("exit", r.ended())
    again = t.start()
    t.fact("ports are free again", again.listens(again.viewer_port))
