#!/usr/bin/python3
# Keeps Help-Channel's connection table up to date: hook.py OPTION-FILE < one event as JSON
# SPDX-License-Identifier: EUPL-1.2
#
# For `ultravnc_repeater --event-exec`. Exits with 0 when it is done or nothing is to do; with
# anything else the repeater tries again. An event may come twice: the second changes nothing.
# Each change is one UPDATE that names the statuses it may replace, so that the first final status
# stays, whoever writes at the same moment.
import configparser
import json
import os
import sys

REQUESTED, PENDING, ESTABLISHED, ACCEPTED, REJECTED = 1, 3, 4, 5, 7
FINISHED_BY_USER, FINISHED_BY_TECHNICIAN, ABORTED = 6, 9, 10
# Not final. "Rejected" is one only for a moment: the web application goes on to "requested".
OPEN = (REQUESTED, PENDING, ESTABLISHED, ACCEPTED, REJECTED)

START = "start_date = COALESCE(start_date, NOW())"
END = "end_date = NOW()"
# The table compares without case; an ID is exact. The first half is for the index.
THIS_ROW = "connection_code = %s AND BINARY connection_code = %s"

SECONDS = 2  # for each step of the talk with the database; the repeater waits 5 for all of it


def change_for(event):
    """(new status, the date that goes with it, statuses it may replace), or None."""
    kind = event["event"]
    if kind == "paired":
        return ESTABLISHED, START, [s for s in OPEN if s != ESTABLISHED]
    if kind == "ended":
        closed_by = event["first"] if event["how"] == "eof" else None
        status = {"server": FINISHED_BY_USER, "viewer": FINISHED_BY_TECHNICIAN}
        return status.get(closed_by, ABORTED), END, OPEN
    if kind == "aborted" and event["side"] == "server" and event["why"] != "replaced":
        return ABORTED, END, [ACCEPTED]
    return None


def connect(option_file):
    import pymysql  # only here: most events need no database

    connection = pymysql.connect(
        read_default_file=option_file,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=SECONDS,
        read_timeout=SECONDS,
        write_timeout=SECONDS,
    )
    if not connection.db:
        connection.select_db("helpchannel")
    return connection


def write(connection, code, change):
    """Returns whether there is a row with that code."""
    status, date, replaceable = change
    with connection.cursor() as cursor:
        changed = cursor.execute(
            f"UPDATE helpchannel_connection SET status_id = %s, {date}, modification_date = NOW() "
            f"WHERE {THIS_ROW} AND status_id IN %s",
            (status, code, code, replaceable),
        )
        return changed or cursor.execute(
            f"SELECT status_id FROM helpchannel_connection WHERE {THIS_ROW}", (code, code)
        )


def fail(exit_code, text):
    print(f"help-channel hook: {text}", file=sys.stderr)
    sys.exit(exit_code)


def main():
    if len(sys.argv) != 2:
        fail(os.EX_USAGE, "usage: hook.py OPTION-FILE < one event as JSON")
    try:
        event = json.load(sys.stdin.buffer)
        change = change_for(event)
    except (ValueError, KeyError, TypeError) as error:
        fail(os.EX_DATAERR, f"this is no event of the repeater: {error!r}")
    code = event.get("id")
    if change is None or code is None:  # Mode I has no ID
        return
    try:
        with open(sys.argv[1], encoding="utf-8"):
            pass  # PyMySQL would silently go on without it
        with connect(sys.argv[1]) as connection:
            known = write(connection, str(code), change)
    except ImportError:
        fail(os.EX_CONFIG, "needs Debian's package python3-pymysql")
    except (OSError, ValueError, configparser.Error) as error:
        # Its first line only: the next ones may show the password.
        fail(os.EX_CONFIG, f"option file {sys.argv[1]}: {str(error).splitlines()[0]}")
    except Exception as error:  # PyMySQL's own errors, and what a confused server makes of it
        fail(os.EX_TEMPFAIL, f"database: {error}")
    if not known:
        fail(
            os.EX_OK,
            f"no row has the connection_code {ascii(code)}"
            " (the repeater needs --event-ids full and --raw-id)",
        )


if __name__ == "__main__":
    main()
