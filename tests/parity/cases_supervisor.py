# Supervisor: -L, its child, its background, its pid file.
# SPDX-License-Identifier: EUPL-1.2
import os
import signal
import time

from harness.processes import is_alive
from harness.rfb import SERVER_BANNER

from registry import Failed, case, rows

LOOP = {"ULTRAVNC_REPEATER_LOOP": "1"}


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(each) for each in f.read().split()]
    except OSError:
        return []


def listener(t, r, other_than=None, within=5.0):
    """The supervisor's child."""
    end = time.monotonic() + t.left(within)
    while time.monotonic() < end:
        for child in children_of(r.pid):
            if child != other_than and is_alive(child):
                return child
        time.sleep(0.01)
    raise Failed(f"no child: {r.lines()}")


def without_ipv6(lines):
    return [line for line in lines if "IPv6" not in line]


@rows(
    [("-L", ["-L"]), ("-L 1", ["-L", "1"]), ("assignment", ["ULTRAVNC_REPEATER_LOOP=1"])],
    since=2011,
)
def options(t, words):
    r = t.start(*words, direct=True)
    t.fact("log", without_ipv6(r.settled_lines()))


@case
def variable(t):
    r = t.start(env=LOOP, direct=True)
    t.fact("log", without_ipv6(r.settled_lines()))
    r.waiting_server("a", after=SERVER_BANNER)
    t.fact("viewer", r.viewer("ID:a").take(24))


@case(since=2011)
def settings_reach_the_child(t):
    v, s = t.ports()
    r = t.start(arguments=["-L", "-r", "-R", "-c", v, "-s", s], direct=True)
    t.fact("log", without_ipv6(r.settled_lines()))
    viewer = r.viewer("ID:a")
    r.wait("storing new vnc client")
    t.fact("viewer", viewer.state())


@rows([("TERM", signal.SIGTERM), ("KILL", signal.SIGKILL), ("QUIT", signal.SIGQUIT)])
def child_ends(t, number):
    r = t.start(env=LOOP, direct=True)
    child = listener(t, r)
    start = time.monotonic()
    os.kill(child, number)
    r.wait("starting up.", 2)
    t.fact("after", "about 1 s" if 0.5 < time.monotonic() - start < 2.5 else "another time")
    t.fact("log", without_ipv6(r.settled_lines()))
    r.waiting_server("a", after=SERVER_BANNER)
    t.fact("viewer", r.viewer("ID:a").take(24))


@case
def port_taken(t):
    target = t.target(host="0.0.0.0")
    r = t.start(arguments=[target.port, t.ports()[1]], env=LOOP, direct=True, ready=False)
    r.wait("re-starting service.", 2)
    t.fact("first lines", [line.split(" - ")[0] for line in r.lines()[:3]])


@case
def port_freed_later(t):
    target = t.target(host="0.0.0.0")
    t.ports()
    r = t.start(arguments=[target.port, t.ports()[1]], env=LOOP, direct=True, ready=False)
    r.wait("re-starting service.")
    target.sock.close()
    r.wait("starting up.", within=8)
    t.fact("listens", r.listens(target.port))


def end_of(t, r, number):
    child = listener(t, r)
    os.kill(r.pid, number)
    t.fact("exit", r.ended())
    time.sleep(0.1)
    t.fact("child", "alive" if is_alive(child) else "gone")
    t.fact("last line", without_ipv6(r.settled_lines())[-1])


@rows([("TERM", signal.SIGTERM), ("INT", signal.SIGINT)])
def ends_by(t, number):
    r = t.start(env=LOOP, direct=True)
    waiting = r.waiting_server("a")
    end_of(t, r, number)
    t.fact("waiting server", waiting.end())


@case
def hangup(t):
    r = t.start(env=LOOP, direct=True)
    listener(t, r)
    os.kill(r.pid, signal.SIGHUP)
    t.fact("exit", r.exit(0.5))


@case
def pid_file(t):
    r = t.start(env={**LOOP, "ULTRAVNC_REPEATER_PIDFILE": "pid"}, direct=True)
    t.fact("holds the supervisor", t.file("pid", r.pid))
    os.kill(listener(t, r), signal.SIGKILL)
    r.wait("starting up.", 2)
    t.fact("after a restart", t.file("pid", r.pid))
    os.kill(r.pid, signal.SIGTERM)
    t.fact("exit", r.exit())
    t.fact("then", t.file("pid"))


@case
def session_outlives_its_supervisor(t):
    r = t.start(env=LOOP, direct=True)
    server, viewer = r.pair()
    os.kill(r.pid, signal.SIGTERM)
    t.fact("exit", r.exit(1))
    server.say(b"still here")
    t.fact("viewer", viewer.take(10))


@case
def session_outlives_the_child(t):
    r = t.start(env=LOOP, direct=True)
    server, viewer = r.pair()
    os.kill(listener(t, r), signal.SIGTERM)
    time.sleep(0.3)
    server.say(b"still here")
    t.fact("viewer", viewer.take(10))


@case
def log_file(t):
    r = t.start(env={**LOOP, "ULTRAVNC_REPEATER_LOGFILE": t.path("log")}, direct=True, log="log")
    t.fact("log", without_ipv6(r.settled_lines()))
    t.fact("standard error", t.file("stderr"))


@case
def refuse_option_alone(t):
    r = t.start("-r", env=LOOP, direct=True)
    t.fact("log", without_ipv6(r.settled_lines()))


@case
def started_by_a_bare_name(t):
    """Found through the interpreter or a path, but not under its own name."""
    executable = command = None
    if t.is_ours:
        command = ["ultravnc_repeater.pl"]
        executable = t.program.command(t.dir, True)[0]
    else:
        t.program.command(t.dir, True)
        command = ["perl", "ultravnc_repeater.pl"]
    r = t.start(env=LOOP, command=command, executable=executable, ready=False)
    r.wait("ultravnc_repeater.pl: starting service.")
    time.sleep(1)
    t.fact("listens", r.listens(r.viewer_port))


# Background


def background(t, log="log"):
    """What its launcher has left behind; `log`: "stderr" means no log file."""
    env = {"ULTRAVNC_REPEATER_LOOP": "BG", "ULTRAVNC_REPEATER_PIDFILE": t.path("pid")}
    if log != "stderr":
        env["ULTRAVNC_REPEATER_LOGFILE"] = t.path(log)
    r = t.start(env=env, direct=True, log=log, ready=False)
    t.fact("launcher", r.ended())
    return r


def daemon_pid(t):
    end = time.monotonic() + t.left(5)
    while time.monotonic() < end:
        text = t.file("pid")
        if text and text.endswith("\n"):
            return int(text)
        time.sleep(0.01)
    raise Failed("no pid file")


@case
def in_the_background(t):
    r = background(t)
    t.until_ready(r)
    t.fact("log", without_ipv6(r.settled_lines()))
    r.waiting_server("a", after=SERVER_BANNER)
    t.fact("viewer", r.viewer("ID:a").take(24))


@case(since=2011)
def in_the_background_by_option(t):
    r = t.start("-L", "BG", "-p", t.path("pid"), "-l", t.path("log"), direct=True, log="log")
    t.fact("launcher", r.ended())
    t.fact("log", without_ipv6(r.settled_lines()))
    t.fact(
        "pid file is the master's",
        f"master-pid={t.file('pid').strip()}" in r.raw_log().split("\n")[0],
    )


@case
def background_keeps_no_terminal(t):
    r = background(t)
    t.until_ready(r)
    pid = daemon_pid(t)
    with open(f"/proc/{pid}/stat", encoding="latin-1") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    t.fact("own process group", int(fields[2]) != r.pid)
    t.fact("parent is the launcher", int(fields[1]) == r.pid)
    t.fact(
        "standard input",
        os.path.exists(f"/proc/{pid}/fd/0") and os.readlink(f"/proc/{pid}/fd/0") != "/dev/null",
    )


@case
def background_without_a_log(t):
    r = background(t, log="stderr")
    end = time.monotonic() + t.left(5)
    while not r.listens(r.viewer_port) and time.monotonic() < end:
        time.sleep(0.05)
    t.fact("listens", r.listens(r.viewer_port))
    t.fact("standard error", r.lines())
    t.fact("standard output", t.file("stdout"))


@case
def background_ends_by_its_pid_file(t):
    r = background(t)
    t.until_ready(r)
    pid = daemon_pid(t)
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + t.left(3)
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    t.fact("daemon", "alive" if is_alive(pid) else "gone")
    t.fact("listens", r.listens(r.viewer_port))
    t.fact("pid file", t.file("pid"))
    t.fact("last line", without_ipv6(r.settled_lines())[-1])
