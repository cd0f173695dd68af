# The cases that there are, and the two ways in which one may not come to its end.
# SPDX-License-Identifier: EUPL-1.2


class Skip(Exception):
    """This machine cannot run the case."""


class Failed(Exception):
    """The case cannot go on; what it says is itself a fact."""


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
