# Command line, environment and CGI: what is understood, what is refused, with which exit code.
# SPDX-License-Identifier: EUPL-1.2
from harness.ports import can_bind, free_port
from harness.rfb import SERVER_BANNER

from registry import Skip, case, rows


def works(t, r):
    """Pairs through exactly these two ports?"""
    r.waiting_server("a", after=SERVER_BANNER)
    t.fact("viewer", r.viewer("ID:a").take(24))
    t.fact("start", [line for line in r.start_log() if "IPv6" not in line])


@case
def ports_by_position(t):
    works(t, t.start())


# V and S become the ports to be used, X and Y others that are free.
PORTS = [
    ("-c and -s", ["-c", "V", "-s", "S"], {}),
    ("-s and -c", ["-s", "S", "-c", "V"], {}),
    ("-c twice", ["-c", "X", "-c", "V", "-s", "S"], {}),
    ("variables", [], {"CLIENT_PORT": "V", "SERVER_PORT": "S"}),
    ("position over options", ["-c", "X", "-s", "Y", "V", "S"], {}),
    ("position over variables", ["V", "S"], {"CLIENT_PORT": "X", "SERVER_PORT": "Y"}),
    ("option over variable", ["-c", "V", "-s", "S"], {"CLIENT_PORT": "X", "SERVER_PORT": "Y"}),
    ("one by position", ["-s", "S", "V"], {}),
    ("one by position, one variable", ["V"], {"SERVER_PORT": "S"}),
    ("zero by position", ["-c", "V", "0", "S"], {}),
    ("nothing by position", ["-c", "V", "", "S"], {}),
    ("two zeros by position", ["-c", "V", "-s", "S", "0", "0"], {}),
    ("assignments", ["ULTRAVNC_REPEATER_CLIENT_PORT=V", "ULTRAVNC_REPEATER_SERVER_PORT=S"], {}),
    ("assignment with dashes", ["--ULTRAVNC_REPEATER_CLIENT_PORT=V", "-s", "S"], {}),
    ("assignment with many dashes", ["-----ULTRAVNC_REPEATER_CLIENT_PORT=V", "-s", "S"], {}),
    ("assignment, then option", ["ULTRAVNC_REPEATER_CLIENT_PORT=X", "-c", "V", "-s", "S"], {}),
    ("option, then assignment", ["-c", "X", "ULTRAVNC_REPEATER_CLIENT_PORT=V", "-s", "S"], {}),
    (
        "assignment over variable",
        ["ULTRAVNC_REPEATER_CLIENT_PORT=V", "-s", "S"],
        {"CLIENT_PORT": "X"},
    ),
    ("three ports", ["V", "S", "X"], {}),
    ("empty variable", ["V", "S"], {"CLIENT_PORT": ""}),
    ("unknown variable", ["ULTRAVNC_REPEATER_COLOUR=red", "V", "S"], {}),
]


@rows(PORTS, since=2011)
def ports(t, words, env):
    v, s = t.ports()
    named = {"V": str(v), "S": str(s), "X": str(free_port()), "Y": str(free_port())}
    t.name(named["X"], "XPORT")
    t.name(named["Y"], "YPORT")

    def fill(text):
        head, equals, tail = text.rpartition("=")
        return head + equals + named.get(tail, tail)

    works(
        t,
        t.start(
            arguments=[fill(word) for word in words],
            env={"ULTRAVNC_REPEATER_" + k: fill(value) for k, value in env.items()},
        ),
    )


@case
def default_ports(t):
    t.take_well_known_ports()
    if not all(can_bind(a, p) for a in ("0.0.0.0", "::") for p in (5900, 5500)):
        raise Skip("5900 or 5500 is taken")
    t.own_ports = 5900, 5500
    works(t, t.start(arguments=[]))


def refuses(r):
    """Is a second server with an ID refused?"""
    r.waiting_server("a")
    second = r.server("ID:a")
    return second.state()


@case
def refuse_variable(t):
    """The script of 2010 knew the option alone."""
    t.fact("second server", refuses(t.start(env={"ULTRAVNC_REPEATER_REFUSE": "1"})))


@case
def size_variable_without_prefix(t):
    """The name of 2010."""
    r = t.start(env={"BUFSIZE": "10"})
    r.server("ID:a", size=10)
    t.fact("log", r.log())


@case
def size_variable_with_prefix(t):
    """The name since 2011."""
    r = t.start(env={"ULTRAVNC_REPEATER_BUFSIZE": "10"})
    r.server("ID:a", size=10)
    t.fact("log", r.log())


REFUSAL = [
    ("-r", ["-r"], {}),
    ("-r 1", ["-r", "1"], {}),
    ("-r 0", ["-r", "0"], {}),
    ("-r twice", ["-r", "1", "-r", "0"], {}),
    ("variable 1", [], {"REFUSE": "1"}),
    ("variable 0", [], {"REFUSE": "0"}),
    ("variable empty", [], {"REFUSE": ""}),
    ("variable no", [], {"REFUSE": "no"}),
    ("-r 0 over variable 1", ["-r", "0"], {"REFUSE": "1"}),
    ("assignment 1", ["ULTRAVNC_REPEATER_REFUSE=1"], {}),
    ("assignment 0", ["ULTRAVNC_REPEATER_REFUSE=0"], {}),
]


@rows(REFUSAL, since=2011)
def refusing(t, options, env):
    r = t.start(*options, env={"ULTRAVNC_REPEATER_" + k: v for k, v in env.items()})
    t.fact("second server", refuses(r))
    t.fact("log", [line for line in r.settled_lines() if "refus" in line])


GREETING = [
    ("-R", ["-R"], {}),
    ("-R 1", ["-R", "1"], {}),
    ("-R 0", ["-R", "0"], {}),
    ("-R 0 over variable 1", ["-R", "0"], {"NO_RFB": "1"}),
    ("assignment", ["ULTRAVNC_REPEATER_NO_RFB=1"], {}),
]


@rows(GREETING, since=2011)
def greeting(t, options, env):
    r = t.start(*options, env={"ULTRAVNC_REPEATER_" + k: v for k, v in env.items()})
    viewer = r.viewer("ID:a")
    r.wait("storing new vnc client")
    t.fact("viewer", viewer.take(12, within=0.3))
    t.fact("log", r.log())


@rows(
    [
        ("-C", ["-C"]),
        ("-C 1", ["-C", "1"]),
        ("-C 0", ["-C", "0"]),
        ("-C -r -R", ["-C", "-r", "-R"]),
    ],
    since=2011,
)
def accepted(t, options):
    r = t.start(*options)
    t.fact("start", [line for line in r.start_log() if "IPv6" not in line])


@case(since=2011)
def options_behind_a_port(t):
    v, s = t.ports()
    r = t.start(arguments=[v, s, "-r"])
    t.fact("second server", refuses(r))
    t.fact("log", r.lines()[0])


@case(since=2011)
def empty_assignment_ends_the_options(t):
    """The word is a port then, which it cannot be."""
    code, lines = t.run("ULTRAVNC_REPEATER_REFUSE=", *t.ports(), within=1)
    t.fact("exit", code)


@rows([("-h", ["-h"]), ("--help", ["--help"]), ("my-host", ["my-host"]), ("-help", ["-help"])])
def usage(t, words):
    code, lines = t.run(*words)
    text = t.file("stdout")
    t.fact("exit", code)
    t.fact("usage on standard output", "client_port" in text and "server_port" in text)
    t.fact("said", lines)


@case(since=2011)
def usage_behind_an_option(t):
    code, _ = t.run("-r", "-h")
    t.fact("exit", code)
    t.fact("usage on standard output", "client_port" in t.file("stdout"))


@rows(
    [
        ("unknown option", ["-X"]),
        ("unknown long option", ["--colour"]),
        ("name", ["foo"]),
        ("too large", ["70000"]),
        ("negative", ["-5"]),
    ]
)
def bad_client_port(t, words):
    code, lines = t.run(*words, t.ports()[1], within=1)
    t.fact("exit", code)
    t.fact("names the word", any(words[0] in line for line in lines))


@case
def bad_server_port(t):
    code, lines = t.run(t.ports()[0], "foo")
    t.fact("exit", code)
    t.fact("names the word", "foo" in lines[0])


@rows([("client", 0), ("server", 1)])
def port_taken(t, which):
    target = t.target(host="0.0.0.0")
    ports = [free_port(), free_port()]
    t.name(ports[1 - which], "OTHER")
    ports[which] = target.port
    code, lines = t.run(*ports)
    t.fact("exit", code)
    t.fact("said", [line.split(" - ")[0] for line in lines])


@case
def log_file_by_variable(t):
    r = t.start(env={"ULTRAVNC_REPEATER_LOGFILE": t.path("log")}, log="log")
    works(t, r)
    t.fact("standard error", t.file("stderr"))
    t.fact("standard output", t.file("stdout"))


@rows([("-l", ["-l", "@"]), ("assignment", ["ULTRAVNC_REPEATER_LOGFILE=@"])], since=2011)
def log_file(t, options):
    r = t.start(*(word.replace("@", t.path("log")) for word in options), log="log")
    works(t, r)
    t.fact("standard error", t.file("stderr"))


@case
def log_file_is_appended_to(t):
    with open(t.path("log"), "w", encoding="ascii") as f:
        f.write("before\n")
    r = t.start(env={"ULTRAVNC_REPEATER_LOGFILE": t.path("log")}, log="log")
    t.fact("first line", r.lines()[0])


@case
def relative_log_file(t):
    r = t.start(env={"ULTRAVNC_REPEATER_LOGFILE": "log"}, log="log")
    t.fact("lines", len([line for line in r.start_log() if "IPv4" in line]))


@rows([("no directory", "no/such/log"), ("a directory", ".")])
def bad_log_file(t, path):
    code, lines = t.run(*t.ports(), env={"ULTRAVNC_REPEATER_LOGFILE": path})
    t.fact("exit", code)
    t.fact("said", lines)


@rows(
    [
        ("-p", ["-p", "pid"], {}),
        ("variable", [], {"ULTRAVNC_REPEATER_PIDFILE": "pid"}),
        ("assignment", ["ULTRAVNC_REPEATER_PIDFILE=pid"], {}),
    ],
    since=2011,
)
def pid_file(t, options, env):
    r = t.start(*options, env=env)
    t.fact("file", t.file("pid", r.pid))


@case
def pid_file_is_overwritten(t):
    with open(t.path("pid"), "w", encoding="ascii") as f:
        f.write("12345678901234567890\n")
    r = t.start(env={"ULTRAVNC_REPEATER_PIDFILE": "pid"})
    t.fact("file", t.file("pid", r.pid))


@case
def bad_pid_file_is_not_fatal(t):
    r = t.start(env={"ULTRAVNC_REPEATER_PIDFILE": "no/such/pid"})
    works(t, r)


@rows([("0", "0"), ("yes", "yes"), ("bg", "bg"), ("empty", "")])
def loop_variable(t, value):
    code, lines = t.run(*t.ports(), env={"ULTRAVNC_REPEATER_LOOP": value}, within=1)
    t.fact("exit", code)
    t.fact("names the setting", any("loop" in line.lower() for line in lines))
    t.fact("listens", any("watching" in line for line in lines))


@case(since=2011)
def loop_0(t):
    code, lines = t.run("-L", "0", *t.ports(), within=1)
    t.fact("exit", code)
    t.fact("listens", any("watching" in line for line in lines))


# As a line "NAME=" of a service's environment file; the words next to it must not suffer.


@rows(
    [
        ("PIDFILE", "PIDFILE"),
        ("BUFSIZE", "BUFSIZE"),
        ("NO_RFB", "NO_RFB"),
        ("CLEAN", "CLEAN"),
        ("REFUSE", "REFUSE"),
    ],
    since=2011,
)
def empty_variable(t, name):
    r = t.start(env={"ULTRAVNC_REPEATER_" + name: ""}, ready=False)
    r.wait("watching for IPv4 connections", 2)
    t.fact("ports", [line for line in r.start_log() if line.startswith("watching for IPv4")])
    r.server("ID:a", after=SERVER_BANNER)
    r.wait("storing new vnc server")
    t.fact("viewer", r.viewer("ID:a").take(24, within=2))


@case
def empty_log_file_variable(t):
    code, lines = t.run(*t.ports(), env={"ULTRAVNC_REPEATER_LOGFILE": ""}, within=1)
    t.fact("exit", code)
    t.fact("ports", [line for line in lines if line.startswith("watching for IPv4")])


@rows(
    [("variable", [], {"ULTRAVNC_REPEATER_CLIENT_PORT": "0"}), ("option", ["-c", "0"], {})],
    since=2011,
)
def zero_is_no_port(t, options, env):
    t.take_well_known_ports()
    if not all(can_bind(a, 5900) for a in ("0.0.0.0", "::")):
        raise Skip("5900 is taken")
    r = t.start(arguments=[*options, "-s", t.ports()[1]], env=env, ready=False)
    r.wait("watching for IPv4 connections on %d/server." % t.ports()[1])
    t.fact("start", [line for line in r.start_log() if "IPv6" not in line])
    t.fact("listens on 5900", r.listens(5900))


@rows(
    [
        ("nothing", {}),
        ("blank query", {"REQUEST_METHOD": "GET", "QUERY_STRING": "  "}),
        ("no query", {"REQUEST_METHOD": "GET"}),
        ("POST without length", {"REQUEST_METHOD": "POST"}),
        ("other method", {"REQUEST_METHOD": "PUT", "QUERY_STRING": "help=1"}),
    ],
    since=2011,
)
def no_web_request(t, env):
    works(t, t.start(env=env))


@case(since=2011)
def web_form_that_asks_for_help(t):
    code, _ = t.run(env={"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "6"}, feed=b"help=1")
    t.fact("exit", code)
    t.fact("usage", "client_port" in t.file("stdout"))


@rows(
    [
        ("1", "help=1"),
        ("true", "help=true"),
        ("TRUE", "help=TRUE"),
        ("among others", "cport=5999&help=1"),
    ],
    since=2011,
)
def web_request_for_help(t, query):
    code, lines = t.run(env={"REQUEST_METHOD": "GET", "QUERY_STRING": query})
    text = t.file("stdout")
    t.fact("exit", code)
    t.fact("header", text.startswith("Content-type: text/html\n\n"))
    t.fact("usage", "client_port" in text)
    t.fact("said", lines)


@case(since=2011)
def web_request_that_starts_one(t):
    v, s = t.ports()
    code, lines = t.run(
        env={"REQUEST_METHOD": "GET", "QUERY_STRING": f"cport={v}&sport={s}"}, within=1
    )
    t.fact("exit", code)
    t.fact("listens", any("watching" in line for line in lines))


@case(since=2011)
def debug_variable(t):
    r = t.start(env={"ULTRAVNC_REPEATER_DEBUG": "1"})
    t.fact(
        "first words",
        [
            line.removeprefix("(bare) ").split(":")[0]
            for line in r.start_log()
            if line.startswith("(bare)")
        ],
    )
