# A program under test or beside it: its lines, its end, its signals; waits are bounded in time.
# SPDX-License-Identifier: EUPL-1.2
import contextlib
import os
import re
import signal
import subprocess
import threading
import time

from .patience import PATIENCE, eventually


class Program:
    """`how` is Popen's. Standard error is read by lines, and standard output where both are one;
    neither where standard error is said to go elsewhere."""

    def __init__(self, *command, **how):
        self.lines = []  # of standard error, as they came
        self._is_a_group = how.get("start_new_session", False)
        how = {"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, **how}
        self._process = subprocess.Popen(command, **how)
        self.pid, self.stdin = self._process.pid, self._process.stdin
        self.stdout = self._process.stdout
        said = self._process.stderr
        if how["stderr"] == subprocess.STDOUT:
            said, self.stdout = self.stdout, None
        self._news = threading.Condition()
        self._is_silent = said is None
        self._reader = threading.Thread(target=self._read, args=[said], daemon=True)
        self._reader.start()

    def _read(self, said):
        with said or contextlib.nullcontext([]) as lines:
            for line in lines:
                with self._news:
                    self.lines.append(line.decode(errors="replace"))
                    self._news.notify_all()
        with self._news:
            self._is_silent = True
            self._news.notify_all()

    def says(self, pattern, count=1, since=0):
        """The match in the line that is the `count`-th to match, of those from number `since` on.
        Fails when the program has nothing more to say, or not in time."""
        found = []

        def is_there():
            found[:] = filter(None, (re.search(pattern, line) for line in self.lines[since:]))
            return len(found) >= count or self._is_silent

        with self._news:
            self._news.wait_for(is_there, PATIENCE)
        if len(found) < count:
            raise AssertionError(f"{pattern!r} was not said {count} times, but: {self.said()}")
        return found[count - 1]

    def line_with(self, pattern, count=1):
        return self.says(pattern, count).string

    def said(self):
        return "".join(self.lines)

    def all_said(self):
        """Its last words too: waits until it has closed its standard error."""
        self._reader.join(PATIENCE)
        if self._reader.is_alive():
            raise AssertionError("somebody holds its standard error open")
        return self.said()

    def poll(self):
        return self._process.poll()

    def wait(self, seconds=PATIENCE):
        """Its exit code."""
        return self._process.wait(seconds)

    def stop(self, seconds=PATIENCE):
        """Ends it with TERM, and it must end well."""
        if "TSAN_OPTIONS" in os.environ:
            rests_by(self.pid, time.monotonic() + 5)
        self.terminate()
        code = self.wait(seconds)
        if code != 0:
            raise AssertionError(f"it ended with {code}: {self.all_said()}")

    def send_signal(self, number):
        self._process.send_signal(number)

    def terminate(self):
        self._process.terminate()

    def kill(self):
        """And waits; with it goes the group that it leads."""
        if self._is_a_group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        for pipe in filter(None, (self.stdin, self.stdout)):
            with contextlib.suppress(BrokenPipeError):  # nobody takes what is left to be written
                pipe.close()
        self._reader.join(PATIENCE)


def outcome(*command, **how):
    """Runs a command that ends by itself; it has `returncode`, `stdout`, `stderr`."""
    how = {"capture_output": True, "text": True, "timeout": PATIENCE, **how}
    if "input" not in how:
        how["stdin"] = subprocess.DEVNULL
    return subprocess.run(command, check=False, **how)


def hang_up(process):
    signal_at_rest(process.pid, signal.SIGHUP)


def signal_at_rest(pid, number):
    """Sends a signal. ThreadSanitizer's runtime now and then loses one that meets a busy thread (a
    second one comes through, once): there, only when the main thread has come to rest."""
    if "TSAN_OPTIONS" in os.environ:
        eventually("the main thread rests", lambda: rests(pid))
    os.kill(pid, number)


def rests_by(pid, end):
    """Waits for that, but not longer, nor for a process that has ended."""
    with contextlib.suppress(OSError):
        while is_alive(pid) and not rests(pid) and time.monotonic() < end:
            pass


def rests(pid):
    """Its main thread has slept at each of five looks."""
    for _ in range(5):
        time.sleep(0.01)
        if stat_of(pid)[0] != "S":
            return False
    return True


def stat_of(pid):
    """The fields of proc(5)'s stat behind the name: the state comes first."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        return stat.read().rpartition(")")[2].split()


def is_alive(pid):
    """A zombie does not count."""
    try:
        return stat_of(pid)[0] != "Z"
    except OSError:
        return False


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as text:
        return [int(word) for word in text.read().split()]
