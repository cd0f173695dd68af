# One run of one case: what it starts and opens, its files, and the facts that were seen.
# SPDX-License-Identifier: EUPL-1.2
"""A case gets a Trial, drives a repeater through it and notes facts; two lists of facts compare."""
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from harness.ports import free_port

from peers import Target
from registry import Failed
from repeater import Repeater
from words import show

CASE_LIMIT = 15.0

# The suite looks the same whether or not this optional module is installed.
HIDDEN_MODULE = ("IO/Socket/INET6.pm", "die 'hidden from the parity suite';\n")
HIDDEN_LINE = "perl module IO::Socket::INET6 not available: no IPv6 support."
# ... and whoever runs it, on whatever kernel: ours warns of root, and where there is no sandbox.
RIGHTS_LINE = re.compile(r".* WARNING: (it runs as root, without|there is no sandbox: )")

STAMP = re.compile(
    r"(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov"
    r"|Dec) [ 1-3]\d \d\d:\d\d:\d\d \d{4}: "
)

_well_known_ports = threading.Lock()


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
            if line == HIDDEN_LINE or RIGHTS_LINE.match(line) or not (line or text):
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
