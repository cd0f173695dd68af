# One trial of a repeater: its processes, its peers, its log, and the facts that were seen.
# SPDX-License-Identifier: EUPL-1.2
"""A case gets a Trial, drives a repeater through it and notes facts; two lists of facts compare."""
import os
import random
import re
import resource
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

BANNER = b"RFB 000.000\n"
SERVER_BANNER = b"RFB 003.008\n"
QUIET = 0.3  # seconds that count as silence
CASE_LIMIT = 15.0

# The suite looks the same whether or not this optional module is installed.
HIDDEN_MODULE = ("IO/Socket/INET6.pm", "die 'hidden from the parity suite';\n")
HIDDEN_LINE = "perl module IO::Socket::INET6 not available: no IPv6 support."

STAMP = re.compile(
    r"(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov"
    r"|Dec) [ 1-3]\d \d\d:\d\d:\d\d \d{4}: "
)


class Skip(Exception):
    """This machine cannot run the case."""


class Failed(Exception):
    """The case cannot go on; what it says is itself a fact."""


# --- cases ---------------------------------------------------------------------------------------

CASES = {}


class Case:
    def __init__(self, name, function, arguments, since, slow):
        self.name, self.function, self.arguments = name, function, arguments
        self.since, self.slow = since, slow
        self.topic = name.split(".")[0]


def case(function=None, since=2010, slow=False):
    """Registers a case under its file's topic. `since`: the oldest script that knows its options;
    `slow`: it waits for seconds, so it is begun before the others."""

    def register(f):
        add(f, f.__name__, (), since, slow)
        return f

    return register(function) if function else register


def rows(table, since=2010, slow=False):
    """Registers one case a row: the row's first item ends its name, the rest are arguments."""

    def register(f):
        for name, *arguments in table:
            add(f, f"{f.__name__}[{name}]", arguments, since, slow)
        return f

    return register


def add(function, name, arguments, since, slow):
    topic = function.__module__.removeprefix("cases_")
    full = f"{topic}.{name}"
    assert full not in CASES, full
    CASES[full] = Case(full, function, arguments, since, slow)


# --- text ----------------------------------------------------------------------------------------

AT_ONCE = 0.6  # seconds at most, on a busy machine too; the original's shortest pause is longer


def how_long(seconds):
    """Coarse, so that a busy machine gives the same word."""
    for limit, word in (
        (AT_ONCE, "at once"),
        (2.6, "about 1 s"),
        (3.8, "about 3 s"),
        (7.5, "about 5 s"),
        (13, "about 10 s"),
    ):
        if seconds < limit:
            return word
    return "later"


def show(data):
    """Bytes as text; long runs of one byte are counted."""
    text = data.decode("latin-1")
    return re.sub(
        r"(.)\1{15,}", lambda m: f"<{len(m.group())} x {ascii(m.group(1))}>", text, flags=re.DOTALL
    )


# --- ports ---------------------------------------------------------------------------------------

_ports = set()
_ports_lock = threading.Lock()
_well_known_ports = threading.Lock()


def free_port():
    """Below the range that outgoing connections use, never handed out twice, free right now."""
    with _ports_lock:
        for _ in range(1000):
            port = random.randrange(10000, 30000)
            if port not in _ports and can_bind("0.0.0.0", port) and can_bind("::", port):
                _ports.add(port)
                return port
    raise Skip("no free port")


def can_bind(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind((address, port))
        return True
    except OSError:
        return family == socket.AF_INET6 and not has_ipv6()


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def own_host():
    """A loopback address nobody else uses, for the ports that Mode I prescribes."""
    return "127.{}.{}.{}".format(*(random.randrange(2, 250) for _ in range(3)))


# --- processes -----------------------------------------------------------------------------------


def processes_with(token):
    """Live processes that inherited the trial's token, wherever they have moved since."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                if token.encode() in f.read():
                    found.append(int(pid))
        except OSError:
            pass
    return found


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(each) for each in f.read().split()]
    except OSError:
        return []


def is_alive(pid):
    """A zombie does not count."""
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Program:
    """What is tested: our command, or a path to the Perl script."""

    def __init__(self, kind, command):
        self.kind, self.text = kind, command

    @property
    def is_ours(self):
        return self.kind == "ours"

    def command(self, directory, direct):
        """`direct`: started as an executable file, as its own supervisor will start it again."""
        if self.is_ours:
            words = shlex.split(self.text)
            return [os.path.abspath(words[0]) if os.path.exists(words[0]) else words[0], *words[1:]]
        if not direct:
            return ["perl", self.text]
        copy = os.path.join(directory, "ultravnc_repeater.pl")
        shutil.copy(self.text, copy)
        os.chmod(copy, 0o755)
        return [copy]


# --- peers ---------------------------------------------------------------------------------------


class Peer:
    """One TCP connection of the case's own."""

    def __init__(self, trial, sock):
        self.trial, self.sock = trial, sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def say(self, data):
        self.sock.settimeout(self.trial.left(10))
        try:
            self.sock.sendall(data)
        except OSError:
            pass  # what follows sees the end of the connection

    def introduce(self, text, after=b"", pad=b"\0", size=250):
        data = text if isinstance(text, bytes) else text.encode()
        self.say(data.ljust(size, pad) + after)
        return self

    def read(self, count, within=5.0):
        """Up to `count` bytes; fewer where the stream ends or stays silent."""
        got, end = b"", time.monotonic() + self.trial.left(within)
        while len(got) < count:
            self.sock.settimeout(max(0.001, end - time.monotonic()))
            try:
                part = self.sock.recv(min(count - len(got), 1 << 20))
            except OSError:
                break
            if not part:
                break
            got += part
        return got

    def take(self, count, within=5.0):
        return show(self.read(count, within))

    def state(self, within=QUIET):
        """ "open", or what broke the silence."""
        self.sock.settimeout(self.trial.left(within))
        try:
            part = self.sock.recv(65536)
        except TimeoutError:
            return "open"
        except ConnectionError as e:
            return "reset" if isinstance(e, ConnectionResetError) else e.strerror
        return "got " + show(part) if part else "eof"

    def end(self, within=4.0, since=None):
        """How and when the stream ends, and what came before: "eof, at once"."""
        start = since or time.monotonic()
        end = time.monotonic() + self.trial.left(within)
        got, how = b"", None
        while how is None:
            self.sock.settimeout(max(0.001, end - time.monotonic()))
            try:
                part = self.sock.recv(65536)
                got += part
                how = None if part else "eof"
            except TimeoutError:
                how = "open"
            except ConnectionError:
                how = "reset"
        before = f" after {show(got)}" if got else ""
        when = "" if how == "open" else ", " + how_long(time.monotonic() - start)
        return how + when + before

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def close(self):
        self.sock.close()

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Target:
    """A listening port that Mode I may be sent to."""

    def __init__(self, trial, host, port, backlog=5):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.trial, self.sock = trial, socket.socket(family, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.sock.bind((host, port))
        except OSError as e:
            self.sock.close()
            raise Skip(f"{host}:{port}: {e.strerror}") from e
        self.sock.listen(backlog)
        trial.closing.append(self.sock)
        self.host, self.port = host, self.sock.getsockname()[1]

    def accept(self, within=2.0):
        """The connection, or None."""
        self.sock.settimeout(self.trial.left(within))
        try:
            sock, _ = self.sock.accept()
        except OSError:
            return None
        self.trial.closing.append(sock)
        return Peer(self.trial, sock)


# --- repeater ------------------------------------------------------------------------------------


class Repeater:
    def __init__(self, trial, process, log, viewer_port, server_port):
        self.trial, self.process, self.log_path = trial, process, log
        self.viewer_port, self.server_port = viewer_port, server_port
        self.pid = process.pid

    def connect(self, port, address="127.0.0.1"):
        try:
            sock = socket.create_connection((address, port), timeout=self.trial.left(8))
        except OSError as e:
            raise Failed(f"connect: {e.strerror or e}") from e
        self.trial.closing.append(sock)
        return Peer(self.trial, sock)

    def viewer(self, text=None, **how):
        """A viewer; with `text` one that has introduced itself."""
        peer = self.connect(self.viewer_port)
        return peer if text is None else peer.introduce(text, **how)

    def server(self, text=None, **how):
        peer = self.connect(self.server_port)
        return peer if text is None else peer.introduce(text, **how)

    def listens(self, port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return True
        except OSError:
            return False

    def waiting_server(self, name, **how):
        count = self.count(f"storing new vnc server with ID:{name}.") + 1
        peer = self.server("ID:" + name, **how)
        self.wait(f"storing new vnc server with ID:{name}.", count)
        return peer

    def waiting_viewer(self, name, **how):
        count = self.count(f"storing new vnc client with ID:{name}.") + 1
        peer = self.viewer("ID:" + name, **how)
        peer.read(len(BANNER))
        self.wait(f"storing new vnc client with ID:{name}.", count)
        return peer

    def pair(self, name="a", newcomer="viewer"):
        """A session that both of its relay processes, where there are such, have begun."""
        begun = self.count("child  2 -> 1.") + 1
        if newcomer == "viewer":
            server = self.waiting_server(name)
            viewer = self.viewer("ID:" + name)
            viewer.read(len(BANNER))
        else:
            viewer = self.waiting_viewer(name)
            server = self.server("ID:" + name)
        self.wait("child  2 -> 1.", begun)
        return server, viewer

    # The log

    def raw_log(self):
        try:
            with open(self.log_path, "rb") as f:
                return f.read().decode("latin-1")
        except FileNotFoundError:
            return ""

    def lines(self):
        """All lines, times stripped, numbers named; a line without a time says so."""
        return self.trial.normalised(self.raw_log(), self.pid)

    def count(self, text):
        return self.raw_log().count(text)

    def wait(self, text, count=1, within=5.0):
        end = time.monotonic() + self.trial.left(within)
        while time.monotonic() < end:
            if self.count(text) >= count:
                return
            time.sleep(0.005)
        raise Failed(f"log never said {count} x {text!r}: {self.lines()}")

    def settled_lines(self, quiet=0.25):
        """The lines, once none has come for a while."""
        before, since = self.raw_log(), time.monotonic()
        end = since + self.trial.left(3)
        while time.monotonic() < min(end, since + quiet):
            time.sleep(0.01)
            now = self.raw_log()
            if now != before:
                before, since = now, time.monotonic()
        return self.lines()

    def start_log(self):
        lines = self.settled_lines()
        return lines[: self.past_start(lines)]

    @staticmethod
    def past_start(lines):
        """Behind the last of the first run of lines that name the ports."""
        watching = [n for n, line in enumerate(lines) if line.startswith("watching for ")]
        return watching[-1] + 1 if watching else len(lines)

    def log(self):
        """What the main process said after its start."""
        lines = self.settled_lines()
        return [line for line in lines[self.past_start(lines) :] if not line.startswith("[P/")]

    def relay_log(self):
        """What sessions said."""
        return [line for line in self.settled_lines() if line.startswith("[P/")]

    # The process

    def kill(self, number, pid=None):
        os.kill(pid or self.pid, number)

    def exit(self, within=3.0):
        """Exit code, "signal N" or "running"."""
        try:
            code = self.process.wait(self.trial.left(within))
        except subprocess.TimeoutExpired:
            return "running"
        return code if code >= 0 else f"signal {-code}"

    def ended(self, within=3.0):
        """The exit, and when."""
        start = time.monotonic()
        code = self.exit(within)
        return code if code == "running" else f"{code}, {how_long(time.monotonic() - start)}"

    def sockets(self):
        """How many the main process holds."""
        names = []
        for fd in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                names.append(os.readlink(f"/proc/{self.pid}/fd/{fd}"))
            except OSError:
                pass
        return sum(name.startswith("socket:") for name in names)

    def limit_descriptors(self, count):
        hard = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (count, hard))


# --- trial ---------------------------------------------------------------------------------------


class Trial:
    """One run of one case against one program."""

    def __init__(self, program):
        self.program = program
        self.facts = {}
        self.closing = []
        self.processes = []
        self.names = {}
        self.holds_well_known_ports = False
        self.own_ports = None
        self.dir = tempfile.mkdtemp(prefix="parity-")
        self.token = "PARITY_TRIAL=" + os.path.basename(self.dir)
        self.deadline = time.monotonic() + CASE_LIMIT

    @property
    def is_ours(self):
        return self.program.is_ours

    def left(self, wanted):
        """At most `wanted` seconds, and no more than the case has left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Failed(f"the case took more than {CASE_LIMIT:.0f} s")
        return min(wanted, left)

    def fact(self, name, value):
        assert name not in self.facts, name
        self.facts[name] = value

    def take_well_known_ports(self):
        """Ports that are prescribed, as 5900, are for one trial at a time."""
        _well_known_ports.acquire()
        self.holds_well_known_ports = True
        self.deadline = time.monotonic() + CASE_LIMIT

    def path(self, name):
        return os.path.join(self.dir, name)

    def file(self, name, pid=0):
        """A file's text, or None where there is none."""
        try:
            with open(self.path(name), "rb") as f:
                text = f.read().decode("latin-1")
        except OSError:
            return None
        return text.replace(str(pid), "P") if pid else text

    def target(self, host="127.0.0.1", port=None, backlog=5):
        target = Target(self, host, port or free_port(), backlog)
        self.names[str(target.port)] = "TPORT" if port is None else str(port)
        if host.startswith("127.") and host != "127.0.0.1":
            self.names[host] = "HOST"
        return target

    def name(self, value, word):
        self.names[str(value)] = word

    def normalised(self, text, pid):
        lines = []
        for line in text.split("\n")[:-1] if text.endswith("\n") else text.split("\n"):
            if line == HIDDEN_LINE or not (line or text):
                continue
            stamped = STAMP.match(line)
            line = line[stamped.end() :] if stamped else "(bare) " + line
            line = re.sub(r"^\[\d+/", "[P/", line)
            line = re.sub(r"(kill TERM (?:child|parent)) \d+", r"\1 P", line)
            line = re.sub(
                r"(pid: |pid=|^TERM:\t|^INT:\t)(\d+)",
                lambda m: m[1] + ("P" if int(m[2]) == pid else "Q"),
                line,
            )
            line = re.sub(r" at \S+ line \d+(, <\w+> line \d+)?\.$", " at SCRIPT line N.", line)
            line = line.replace(self.dir, "DIR")
            for value, word in self.names.items():
                line = re.sub(rf"(?<![\d.]){re.escape(value)}(?!\d)", word, line)
            lines.append(show(line.encode("latin-1")))
        return lines if text else []

    def environment(self, extra):
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in ("PATH", "HOME", "LLVM_PROFILE_FILE") or name.endswith("SAN_OPTIONS")
        }
        hidden = self.path("perl-library")
        path = os.path.join(hidden, HIDDEN_MODULE[0])
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path))
            with open(path, "w", encoding="ascii") as f:
                f.write(HIDDEN_MODULE[1])
        name, value = self.token.split("=")
        return {**kept, "LC_ALL": "C", "TZ": "UTC", "PERL5LIB": hidden, name: value, **extra}

    def launch(self, arguments, env, direct, ours, command=None, executable=None, feed=b""):
        words = command or self.program.command(self.dir, direct)
        if self.is_ours:
            words = [*words, *ours]
        with open(self.path("stdin"), "wb") as given:
            given.write(feed)
        with open(self.path("stdin"), "rb") as given, open(self.path("stdout"), "wb") as out, open(
            self.path("stderr"), "wb"
        ) as err:
            process = subprocess.Popen(
                [*words, *map(str, arguments)],
                cwd=self.dir,
                env=self.environment(env),
                stdin=given,
                stdout=out,
                stderr=err,
                start_new_session=True,
                executable=executable,
            )
        self.processes.append(process)
        return process

    def ports(self):
        """The two ports of the case's repeater."""
        if not self.own_ports:
            self.own_ports = free_port(), free_port()
            for port, word in zip(self.own_ports, ("VPORT", "SPORT")):
                self.names[str(port)] = word
        return self.own_ports

    def start(
        self,
        *options,
        arguments=None,
        env=None,
        ours=(),
        direct=False,
        log="stderr",
        ready=True,
        command=None,
        executable=None,
    ):
        """Options, then the two ports; or exactly `arguments`. `ours`: options for ours alone,
        where it is safer than the Perl unless told otherwise."""
        viewer_port, server_port = self.ports()
        words = [*options, viewer_port, server_port] if arguments is None else arguments
        process = self.launch(words, env or {}, direct, ours, command, executable)
        repeater = Repeater(self, process, self.path(log), viewer_port, server_port)
        if ready:
            self.until_ready(repeater)
        return repeater

    def until_ready(self, repeater):
        marks = [
            f"watching for IPv4 connections on {port}/"
            for port in (repeater.viewer_port, repeater.server_port)
        ]
        end = time.monotonic() + self.left(8)
        while time.monotonic() < end:
            if all(repeater.count(mark) for mark in marks):
                return
            if repeater.process.poll():  # 0: it has gone into the background
                break
            time.sleep(0.01)
        raise Failed(
            f"did not start: exit {repeater.exit(0.1)}, said {repeater.lines()}, "
            f"{self.file('stderr')!r}"
        )

    def run(self, *arguments, env=None, within=5.0, feed=b""):
        """Runs a command that should end by itself: (exit, lines on standard error)."""
        process = self.launch(arguments, env or {}, False, (), feed=feed)
        repeater = Repeater(self, process, self.path("stderr"), 0, 0)
        return repeater.exit(within), repeater.lines()

    def close(self):
        for sock in self.closing:
            sock.close()
        for _ in range(20):
            left = processes_with(self.token)
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            for process in self.processes:
                process.poll()
            if not left:
                break
            time.sleep(0.02)
        if self.holds_well_known_ports:
            _well_known_ports.release()
        shutil.rmtree(self.dir, ignore_errors=True)


def observe(program, one):
    """Runs one case; returns its facts. Raises Skip."""
    trial = Trial(program)
    try:
        one.function(trial, *one.arguments)
    except Failed as e:
        trial.facts["could not go on"] = str(e)
    finally:
        trial.close()
    return trial.facts
