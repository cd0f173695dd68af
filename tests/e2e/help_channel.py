#!/usr/bin/python3
# Help-Channel's hook with a real MariaDB: help_channel.py REPEATER HOOK | --hook-only HOOK
# SPDX-License-Identifier: EUPL-1.2
#
# First the hook alone, fed with events; then a repeater that runs it, and real sockets. The
# database is a private one in a temporary directory, reached through a UNIX socket only.
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

try:
    import pymysql
except ImportError:
    sys.exit(f"{sys.executable} has no pymysql: use /usr/bin/python3 with Debian's python3-pymysql")

from harness import daemons
from harness.files import json_lines
from harness.patience import PATIENCE, eventually
from harness.processes import outcome
from harness.rfb import BANNER, hello
from harness.sockets import connect, exactly, reset

AT_ONCE = 1  # seconds that a database out of reach may not cost anybody
KILLED_AFTER = 5  # seconds that the repeater gives the hook

CANCELLED, PENDING, ESTABLISHED, ACCEPTED, BY_USER, REJECTED = 2, 3, 4, 5, 6, 7
CANCELLED_BY_TECHNICIAN, BY_TECHNICIAN, ABORTED, EXPIRED = 8, 9, 10, 11
OPEN = (1, PENDING, ACCEPTED, REJECTED)
FINAL = (CANCELLED, BY_USER, CANCELLED_BY_TECHNICIAN, BY_TECHNICIAN, ABORTED, EXPIRED)

PASSWORD = secrets.token_hex(16)

# What the hook's user may do is all that docs/help-channel.md tells admins to grant.
SET_UP = f"""
CREATE DATABASE helpchannel CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci;
USE helpchannel;
CREATE TABLE helpchannel_connection (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    creation_date DATETIME NOT NULL,
    modification_date DATETIME NULL,
    start_date DATETIME NULL,
    end_date DATETIME NULL,
    connection_code VARCHAR(255) NOT NULL UNIQUE,
    user_id INT NOT NULL,
    technician_id INT NULL,
    status_id INT NOT NULL,
    creator_id INT NOT NULL
) ENGINE = InnoDB;
CREATE USER 'repeater'@'localhost' IDENTIFIED BY '{PASSWORD}';
GRANT SELECT (connection_code, status_id, start_date),
      UPDATE (status_id, start_date, end_date, modification_date)
   ON helpchannel.helpchannel_connection TO 'repeater'@'localhost';
"""

# Dies with this process, however that ends.
TIED = ["setpriv", "--pdeathsig", "KILL"]


class Database:
    """A MariaDB server that nobody else sees."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="help-channel-")
        self.socket = self.home + "/socket"
        self.tied = list(TIED)
        if os.geteuid() == 0:
            # Not "mysql": that user is there only where the package with the service is.
            shutil.chown(self.home, "nobody", "nogroup")
            self.tied += ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
        with open(self.home + "/log", "wb") as log:
            installed = subprocess.run(
                [
                    *self.tied,
                    "mariadb-install-db",
                    "--no-defaults",
                    f"--datadir={self.home}/data",
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db",
                ],
                timeout=2 * PATIENCE,
                stdout=log,
                stderr=log,
            )
        assert installed.returncode == 0, self.log()
        self.start()
        for statement in SET_UP.split(";\n"):
            if statement.strip():
                self.run(statement)

    def start(self):
        program = shutil.which("mariadbd", path=os.environ["PATH"] + ":/usr/sbin")
        with open(self.home + "/log", "ab") as log:
            self.process = subprocess.Popen(
                [
                    *self.tied,
                    program,
                    "--no-defaults",
                    f"--datadir={self.home}/data",
                    f"--socket={self.socket}",
                    f"--pid-file={self.home}/pid",
                    "--skip-networking",
                    "--innodb-buffer-pool-size=16M",
                ],
                stdout=log,
                stderr=log,
            )
        eventually(self.log, self.answers)

    def log(self):
        with open(self.home + "/log", encoding="utf-8", errors="replace") as log:
            return "MariaDB is not there:\n" + log.read()[-2000:]

    def answers(self):
        try:
            self.connection = pymysql.connect(
                unix_socket=self.socket,
                user="root",
                autocommit=True,
                connect_timeout=PATIENCE,
                read_timeout=PATIENCE,
                cursorclass=pymysql.cursors.DictCursor,
            )
            return True
        except pymysql.MySQLError:
            assert self.process.poll() is None, self.log()
            return False

    def stop(self):
        self.connection.close()
        self.process.terminate()
        self.process.wait(PATIENCE)

    @contextlib.contextmanager
    def stopped(self):
        self.stop()
        try:
            yield
        finally:
            self.start()
            self.run("USE helpchannel")

    @contextlib.contextmanager
    def frozen(self):
        """It takes connections and says nothing."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def remove(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.home)

    def run(self, statement, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()

    def new_row(self, status=ACCEPTED, code=None):
        code = code or secrets.token_hex(20)
        self.run(
            "INSERT INTO helpchannel_connection (creation_date, connection_code, user_id,"
            " status_id, creator_id) VALUES (NOW(), %s, 1, %s, 1)",
            code,
            status,
        )
        return code

    def row(self, code):
        return self.run("SELECT * FROM helpchannel_connection WHERE connection_code = %s", code)[0]

    def set(self, code, **columns):
        assignments = ", ".join(f"{name} = %s" for name in columns)
        self.run(
            f"UPDATE helpchannel_connection SET {assignments} WHERE connection_code = %s",
            *columns.values(),
            code,
        )


DATABASE = None
OPTIONS = None  # the hook's option file


def setUpModule():
    global DATABASE, OPTIONS
    DATABASE = Database()
    unittest.addModuleCleanup(DATABASE.remove)
    OPTIONS = option_file("options", database="helpchannel")


def option_file(file_name, **more):
    values = {"user": "repeater", "password": PASSWORD, "socket": DATABASE.socket} | more
    path = f"{DATABASE.home}/{file_name}.cnf"
    with open(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
    ) as file:
        file.write("[client]\n" + "".join(f"{k} = {v}\n" for k, v in values.items()))
    return path


class Steps(unittest.TestCase):
    """What both parts ask of a row."""

    def status(self, code):
        return DATABASE.row(code)["status_id"]

    def assert_dates(self, row, *, started, ended):
        told = {name: row[name] is not None for name in ("start_date", "end_date")}
        self.assertEqual(told, {"start_date": started, "end_date": ended}, row)
        self.assertIsNotNone(row["modification_date"], row)


def paired(code):
    return {
        "event": "paired",
        "pair": 1,
        "newcomer": "viewer",
        "id": code,
        "viewer": "127.0.0.1:1",
        "server": "127.0.0.1:2",
    }


def ended(code, first, how="eof"):
    return {
        "event": "ended",
        "pair": 1,
        "first": first,
        "how": how,
        "viewer_to_server": 1,
        "server_to_viewer": 1,
        "seconds": 0.5,
        "id": code,
    }


def aborted(code, side="server", why="left"):
    return {
        "event": "aborted",
        "session": 1,
        "side": side,
        "peer": "127.0.0.1:2",
        "id": code,
        "why": why,
    }


class HookAlone(Steps):
    def run_hook(self, event, *arguments):
        text = event if isinstance(event, str) else json.dumps(event)
        return outcome(HOOK, *(arguments or [OPTIONS]), input=text)

    def tell(self, event, *arguments):
        """The hook is content and has nothing to say."""
        done = self.run_hook(event, *arguments)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), event)

    def assert_fails(self, done, words):
        """In one line, without a traceback and without the password."""
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, words)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertNotIn(PASSWORD, done.stderr)

    def test_paired_is_established_from_every_open_status(self):
        for status in OPEN:
            with self.subTest(status):
                code = DATABASE.new_row(status)
                self.tell(paired(code))
                row = DATABASE.row(code)
                self.assertEqual(row["status_id"], ESTABLISHED)
                self.assert_dates(row, started=True, ended=False)

    def test_the_end_says_who_ended(self):
        for first, how, status in (
            ("server", "eof", BY_USER),
            ("viewer", "eof", BY_TECHNICIAN),
            ("server", "read_error", ABORTED),
            ("viewer", "read_error", ABORTED),
            ("server", "write_error", ABORTED),
            ("viewer", "stopped", ABORTED),
            ("server", "lingered", ABORTED),
            ("viewer", "something new", ABORTED),
        ):
            with self.subTest(first=first, how=how):
                code = DATABASE.new_row()
                self.tell(paired(code))
                self.tell(ended(code, first, how))
                row = DATABASE.row(code)
                self.assertEqual(row["status_id"], status)
                self.assert_dates(row, started=True, ended=True)

    def test_an_end_without_its_beginning_counts(self):
        code = DATABASE.new_row(PENDING)
        self.tell(ended(code, "viewer"))
        self.assertEqual(self.status(code), BY_TECHNICIAN)

    def test_a_server_that_goes_before_a_viewer_came_is_aborted(self):
        for why in ("left", "reset", "stopped", "expired"):
            with self.subTest(why):
                code = DATABASE.new_row(ACCEPTED)
                self.tell(aborted(code, why=why))
                row = DATABASE.row(code)
                self.assertEqual(row["status_id"], ABORTED)
                self.assert_dates(row, started=False, ended=True)

    def test_what_aborts_nothing(self):
        for status, event in (
            (ACCEPTED, {"side": "viewer"}),
            (ACCEPTED, {"why": "replaced"}),
            (1, {}),
            (PENDING, {}),
            (ESTABLISHED, {}),
            (REJECTED, {}),
        ):
            with self.subTest(status=status, **event):
                code = DATABASE.new_row(status)
                before = DATABASE.row(code)
                self.tell(aborted(code, **event))
                self.assertEqual(DATABASE.row(code), before)

    def test_the_first_final_status_stays(self):
        for status in FINAL:
            code = DATABASE.new_row(status)
            before = DATABASE.row(code)
            for event in (
                paired(code),
                ended(code, "server"),
                ended(code, "viewer"),
                ended(code, "viewer", "read_error"),
                aborted(code),
            ):
                with self.subTest(status=status, event=event["event"]):
                    self.tell(event)
                    self.assertEqual(DATABASE.row(code), before)

    def test_an_event_that_comes_twice_changes_nothing(self):
        code = DATABASE.new_row()
        for event in (paired(code), ended(code, "viewer")):
            self.tell(event)
            # A second change would show in a date.
            DATABASE.set(code, modification_date="2001-02-03 04:05:06")
            before = DATABASE.row(code)
            self.tell(event)
            self.assertEqual(DATABASE.row(code), before)

    def test_a_late_accept_does_not_move_the_start(self):
        code = DATABASE.new_row()
        self.tell(paired(code))
        DATABASE.set(code, status_id=ACCEPTED, start_date="2001-02-03 04:05:06")
        self.tell(paired(code))
        row = DATABASE.row(code)
        self.assertEqual(
            (row["status_id"], str(row["start_date"])), (ESTABLISHED, "2001-02-03 04:05:06")
        )

    def test_an_unknown_id_is_said_and_is_no_failure(self):
        DATABASE.new_row(code="Ab1-" + secrets.token_hex(8))
        before = DATABASE.run("SELECT * FROM helpchannel_connection")
        known = before[-1]["connection_code"]
        for code in (
            "nobody",
            known.upper(),
            known + " ",
            known[:-1],
            "%",
            "' OR '1'='1",
            "",
            "1234~a1b2c3",
            0,
        ):
            with self.subTest(code):
                done = self.run_hook(paired(code))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(done.stderr, r"^help-channel hook: no row .*--raw-id\)\n$")
        self.assertEqual(DATABASE.run("SELECT * FROM helpchannel_connection"), before)

    def test_what_concerns_no_row_needs_no_database(self):
        mode1 = paired(None) | {"host": "192.0.2.7", "port": 5900}
        del mode1["id"]
        peer = {"session": 1, "peer": "127.0.0.1:2", "id": "a"}
        for event in (
            {"event": "started", "pid": 1},
            {"event": "stopped"},
            mode1,
            {"event": "waiting", "side": "server"} | peer,
            {"event": "refused", "side": "server", "why": "duplicate"} | peer,
            {"event": "not thought of yet"},
        ):
            with self.subTest(event["event"]):
                self.tell(event, "/nonexistent")

    def test_the_database_has_a_usual_name(self):
        code = DATABASE.new_row()
        self.tell(paired(code), option_file("no-database"))
        self.assertEqual(self.status(code), ESTABLISHED)

    def test_a_database_out_of_reach_is_a_failure_in_time(self):
        code = DATABASE.new_row()
        away = option_file("away", socket=DATABASE.home + "/nobody")
        self.assert_fails(self.run_hook(paired(code), away), "database: .*No such file")
        began = time.monotonic()
        with DATABASE.frozen():
            self.assert_fails(self.run_hook(paired(code)), "database: .*time")
        self.assertLess(time.monotonic() - began, KILLED_AFTER)

    def test_a_row_that_somebody_holds_is_a_failure_in_time(self):
        code = DATABASE.new_row()
        DATABASE.run("BEGIN")
        self.addCleanup(DATABASE.run, "ROLLBACK")
        DATABASE.set(code, technician_id=7)
        began = time.monotonic()
        self.assert_fails(self.run_hook(paired(code)), "database: .*time")
        self.assertLess(time.monotonic() - began, KILLED_AFTER)
        DATABASE.run("COMMIT")
        self.tell(paired(code))
        self.assertEqual(self.status(code), ESTABLISHED)

    def test_mistakes_of_the_set_up_are_said(self):
        event = paired("a")
        with open(DATABASE.home + "/bad.cnf", "w", encoding="ascii") as file:
            file.write(f"password = {PASSWORD}\n")
        for event, arguments, words in (
            (event, ["/nonexistent"], "/nonexistent.*No such file"),
            (event, [file.name], "bad.cnf.*no section headers"),
            (event, [option_file("port", port="x")], "port.cnf.*'x'"),
            (event, [option_file("wrong", password="wrong")], "Access denied"),
            (event, [option_file("other", database="mysql")], "denied"),
            (event, [OPTIONS, "more"], "usage: "),
            ("", [OPTIONS], "no event"),
            ("[]", [OPTIONS], "no event"),
            ({"event": "ended", "id": "a"}, [OPTIONS], "no event.*first|how"),
        ):
            with self.subTest(words):
                self.assert_fails(self.run_hook(event, *arguments), words)


class Repeater(daemons.Repeater):
    """One that runs the hook, on free ports of 127.0.0.1."""

    def __init__(self, name):
        self.events_file = f"{DATABASE.home}/{name}.jsonl"
        ids = ("--raw-id", "--event-ids", "full", "--event-file", self.events_file)
        hook = ("--event-exec", f'"{HOOK}" "{OPTIONS}"')
        rights = ["--allow-root"]  # the database's folder is another user's
        super().__init__(REPEATER, "--bind", "127.0.0.1", *rights, *ids, *hook, before=TIED)

    def stop(self):
        self.send_signal(signal.SIGINT)
        self.wait()
        self.all_said()

    def events(self, code):
        return [event for event in json_lines(self.events_file) if event.get("id") == code]

    def await_event(self, code, name):
        eventually(self.said, lambda: any(e["event"] == name for e in self.events(code)))


class WithRepeater(Steps):
    @classmethod
    def setUpClass(cls):
        cls.repeater = Repeater("events")

    @classmethod
    def tearDownClass(cls):
        cls.repeater.stop()

    def viewer(self, code, prefix="", repeater=None):
        peer = connect((repeater or self.repeater).viewer_port)
        self.addCleanup(peer.close)
        self.assertEqual(exactly(len(BANNER), peer), BANNER)
        peer.sendall(hello(prefix + code))
        return peer

    def server(self, code, repeater=None):
        peer = connect((repeater or self.repeater).server_port)
        self.addCleanup(peer.close)
        peer.sendall(hello(f"ID:{code}"))
        return peer

    def await_status(self, code, status):
        """Returns the row."""
        eventually(
            lambda: f"{DATABASE.row(code)}\n{self.repeater.said()}",
            lambda: self.status(code) == status,
        )
        return DATABASE.row(code)

    def assert_talk(self, viewer, server):
        for sender, receiver in ((server, viewer), (viewer, server)):
            said = secrets.token_bytes(12)
            sender.sendall(said)
            self.assertEqual(exactly(len(said), receiver), said)

    def session(self, code):
        """A pair, its row established."""
        server = self.server(code)
        self.repeater.await_event(code, "waiting")
        viewer = self.viewer(code)
        self.assert_talk(viewer, server)
        self.await_status(code, ESTABLISHED)
        return viewer, server

    def await_quiet(self):
        """All that the repeater has reported by now has been through the hook: events are delivered
        in order, so a later one is waited for."""
        self.session(DATABASE.new_row())

    def test_server_first(self):
        code = DATABASE.new_row()
        self.session(code)
        self.assert_dates(DATABASE.row(code), started=True, ended=False)

    def test_viewer_first(self):
        code = DATABASE.new_row()
        viewer = self.viewer(code)
        self.repeater.await_event(code, "waiting")
        self.assert_talk(viewer, self.server(code))
        self.assert_dates(self.await_status(code, ESTABLISHED), started=True, ended=False)

    def test_viewer_links_old_and_new(self):
        for prefix in ("", "ID:", "ID:ID:"):
            with self.subTest(prefix):
                code = DATABASE.new_row()
                server = self.server(code)
                self.assert_talk(self.viewer(code, prefix), server)
                self.await_status(code, ESTABLISHED)

    def test_viewer_closes(self):
        code = DATABASE.new_row()
        viewer, _ = self.session(code)
        viewer.close()
        self.assert_dates(self.await_status(code, BY_TECHNICIAN), started=True, ended=True)

    def test_server_closes(self):
        code = DATABASE.new_row()
        _, server = self.session(code)
        server.close()
        self.assert_dates(self.await_status(code, BY_USER), started=True, ended=True)

    def test_server_or_viewer_is_reset(self):
        for which in (0, 1):
            code = DATABASE.new_row()
            reset(self.session(code)[which])
            self.assert_dates(self.await_status(code, ABORTED), started=True, ended=True)

    def test_server_leaves_before_the_viewer(self):
        for go in (socket.socket.close, reset):
            code = DATABASE.new_row()
            server = self.server(code)
            self.repeater.await_event(code, "waiting")
            go(server)
            self.assert_dates(self.await_status(code, ABORTED), started=False, ended=True)

    def test_viewer_leaves_before_the_server(self):
        code = DATABASE.new_row()
        before = DATABASE.row(code)
        viewer = self.viewer(code)
        self.repeater.await_event(code, "waiting")
        viewer.close()
        self.repeater.await_event(code, "aborted")
        self.await_quiet()
        self.assertEqual(DATABASE.row(code), before)
        self.session(code)

    def test_server_is_replaced(self):
        code = DATABASE.new_row()
        before = DATABASE.row(code)
        self.server(code)
        self.repeater.await_event(code, "waiting")
        newer = self.server(code)
        self.repeater.await_event(code, "aborted")
        self.await_quiet()
        self.assertEqual(DATABASE.row(code), before)
        self.assert_talk(self.viewer(code), newer)
        self.await_status(code, ESTABLISHED)

    def test_nothing_later_changes_a_final_status(self):
        code = DATABASE.new_row()
        viewer, server = self.session(code)
        viewer.close()
        server.close()
        before = self.await_status(code, BY_TECHNICIAN)
        again = self.server(code)
        viewer = self.viewer(code)
        self.assert_talk(viewer, again)
        reset(again)
        eventually(
            self.repeater.said,
            lambda: len([e for e in self.repeater.events(code) if e["event"] == "ended"]) == 2,
        )
        self.await_quiet()
        self.assertEqual(DATABASE.row(code), before)

    def test_two_sessions_at_once(self):
        one, two = DATABASE.new_row(), DATABASE.new_row()
        viewer_1, server_1 = self.session(one)
        viewer_2, server_2 = self.session(two)
        self.assert_talk(viewer_1, server_1)
        viewer_1.close()
        self.await_status(one, BY_TECHNICIAN)
        self.assertEqual(self.status(two), ESTABLISHED)
        self.assert_talk(viewer_2, server_2)
        server_2.close()
        self.await_status(two, BY_USER)
        self.assertEqual(self.status(one), BY_TECHNICIAN)

    def failures_of_the_hook(self):
        return sum("hook: database: " in line for line in self.repeater.lines)

    def pair_at_once(self, code, viewer_first=False):
        began = time.monotonic()
        if viewer_first:
            viewer = self.viewer(code)
            server = self.server(code)
        else:
            server = self.server(code)
            viewer = self.viewer(code)
        self.assert_talk(viewer, server)
        self.assertLess(time.monotonic() - began, AT_ONCE)
        return viewer, server

    def test_a_database_that_is_stopped_delays_nobody(self):
        before, one, two = (DATABASE.new_row() for _ in range(3))
        old = self.session(before)
        with DATABASE.stopped():
            self.assert_talk(*old)
            viewer_1, _ = self.pair_at_once(one)
            self.pair_at_once(two, viewer_first=True)
            self.repeater.await_event(two, "paired")
            viewer_1.close()
            self.assert_talk(*old)
        self.await_status(one, BY_TECHNICIAN)
        self.await_status(two, ESTABLISHED)
        old[1].close()
        self.await_status(before, BY_USER)

    def test_a_database_that_is_stuck_delays_nobody(self):
        code = DATABASE.new_row()
        failures = self.failures_of_the_hook()
        with DATABASE.frozen():
            viewer, _ = self.pair_at_once(code)
            self.repeater.await_event(code, "paired")
            eventually(self.repeater.said, lambda: self.failures_of_the_hook() > failures)
        self.await_status(code, ESTABLISHED)
        viewer.close()
        self.await_status(code, BY_TECHNICIAN)

    def test_the_event_file_repairs_rows(self):
        code, other = DATABASE.new_row(), DATABASE.new_row()
        viewer, _ = self.session(code)
        self.session(other)
        viewer.close()
        self.await_status(code, BY_TECHNICIAN)
        known = {e["id"]: DATABASE.row(e["id"]) for e in self.repeater.events(other)}
        DATABASE.set(code, status_id=ACCEPTED, start_date=None, end_date=None)
        for event in self.repeater.events(code) + self.repeater.events(other):
            subprocess.run(
                [HOOK, OPTIONS], input=json.dumps(event), text=True, check=True, timeout=PATIENCE
            )
        self.assertEqual(self.status(code), BY_TECHNICIAN)
        self.assertEqual({each: DATABASE.row(each) for each in known}, known)

    def test_a_repeater_that_is_stopped_says_so(self):
        repeater = Repeater("stopped")
        waits, talks = DATABASE.new_row(), DATABASE.new_row()
        self.server(waits, repeater)
        server = self.server(talks, repeater)
        self.assert_talk(self.viewer(talks, repeater=repeater), server)
        repeater.await_event(waits, "waiting")
        self.await_status(talks, ESTABLISHED)
        repeater.stop()
        self.await_status(talks, ABORTED)
        self.await_status(waits, ABORTED)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: help_channel.py REPEATER HOOK | --hook-only HOOK")
    REPEATER, HOOK = sys.argv[1], os.path.abspath(sys.argv[2])
    parts = ["HookAlone"] if REPEATER == "--hook-only" else ["HookAlone", "WithRepeater"]
    unittest.main(argv=[sys.argv[0], *parts], verbosity=2)
