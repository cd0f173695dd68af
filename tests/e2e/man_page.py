#!/usr/bin/env python3
# Compares a manual page with its program's --help, and asks mandoc whether the page is sound.
# SPDX-License-Identifier: EUPL-1.2
import os
import re
import shutil
import sys
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.processes import outcome

OPTION = re.compile(r"-[A-Za-z]\b|--[a-z][a-z0-9-]*")
SHORTENED = re.compile(r"(?<![A-Za-z0-9])_[A-Z][A-Z_]*\b")  # "..._LOGFILE, _PIDFILE"
LINTER = "mandoc"
MACROS = {"Ar", "Cm", "Ev", "No", "Ns", "Pa", "Ql"}  # they leave their words as they are
SAYS_A_DEFAULT = r"(?:The default is(?: to)?|By default it is)"
# What the environment may hold, besides variables that begin with the program's own name; nothing
# where the program is not here.
FOREIGN_VARIABLES = {
    "ultravnc_repeater": r"BUFSIZE",
    "wsgate": r"SSL_CERT_FILE|SSL_CERT_DIR|https_proxy|http_proxy|no_proxy",
}
PROGRAMS = {*FOREIGN_VARIABLES, "repeater-id"}

program, page = "", ""
commands = [""]  # the program itself, and what it does under a first word of its own


def name():
    return os.path.basename(program)


def prefix():
    return name().upper()


def help_text(command=""):
    # A bare environment: a variable of ours may change defaults, REQUEST_METHOD the whole program.
    bare = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    done = outcome(program, *command.split(), "--help", env=bare)
    if done.returncode != 0:
        raise AssertionError(f"{command} --help ended with {done.returncode}: {done.stderr}")
    return done.stdout


def all_help():
    return "".join(help_text(command) for command in commands)


def options_at_the_start(line):
    """Of a line: "  -c,--viewer-port PORT  Viewers connect here"."""
    head = re.match(r"\s+(-\S*?(?:,\s*-\S+)*)(?=[\s=\[]|$)", line)
    return set(OPTION.findall(head.group(1))) if head else set()


def options_of_help(text):
    return {option for line in text.splitlines() for option in options_at_the_start(line)}


def defaults_of_help(text):
    """Of each option the text in brackets at the end of what is said of it: "UINT  Here [5900]"."""
    found, options = {}, set()
    for line in text.splitlines():
        options = options_at_the_start(line) or (options if line.startswith(" ") else set())
        if default := re.search(r"\[([^\[\]]+)\]$", line):
            found.update((option, default.group(1)) for option in options)
    return found


def variables_in(text):
    foreign = FOREIGN_VARIABLES.get(name(), "(?!)")
    ours = re.compile(rf"\b(?:{prefix()}_[A-Z_]+|{foreign})\b")
    return set(ours.findall(text)) | {prefix() + end for end in SHORTENED.findall(text)}


def source_lines():
    """The page's lines without comments and with `\\-` as the plain `-` it stands for."""
    with open(page, encoding="utf-8") as file:
        for line in file:
            if not line.startswith('.\\"'):
                yield line.rstrip("\n").replace("\\-", "-")


def lines_about(command):
    """Those of the section named after the command; for the program itself, all others."""
    section = ""
    for line in source_lines():
        if line.startswith(".Sh "):
            section = line[4:].lower()
        if (section if section in commands else "") == command:
            yield line


def options_in(line):
    """What one line says of our options: `Fl c`, `Fl -viewer-port`, `--viewer-port`."""
    found = set()
    if line.startswith("."):
        for word in re.findall(r"\bFl\s+(-?[A-Za-z][a-z0-9-]*)", line):
            found.add("-" + word)
    if not any(line.startswith(other) for other in PROGRAMS if other != name()):
        found.update(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", line))
    for ours in re.findall(rf"\b{name()}(?:\.pl)?((?:\s+[^\s|;&]+)+)", line):
        found.update(re.findall(r"(?<=\s)-[A-Za-z](?=\s|$)", ours))
    return found


def described_options(command):
    """Options with an entry of their own: an `.It` line that begins with `Fl`."""
    found = set()
    for line in lines_about(command):
        if re.match(r"\.It Fl\b", line):
            found.update(options_in(line))
    return found


def plain(line):
    """A line's words: `.Fl -dial No or Cm at-once .` is "--dial or at-once."."""
    if line.startswith("."):
        line = re.sub(r"\bFl ", "-", line[1:])
        line = " ".join(word for word in line.split() if word not in MACROS)
        line = re.sub(r" (?=[.,:;](\s|$))", "", line)
    return line.replace("\\&", "")


def entries(command):
    """Of each option with an entry of its own, all that the entry says."""
    found, options, depth = {}, set(), 0
    for line in lines_about(command):
        depth += line.startswith(".Bl") - line.startswith(".El")
        if re.match(r"\.It Fl\b", line):
            options, outside = options_in(line), depth
        elif options and (depth < outside or line.startswith(".It") and depth == outside):
            options = set()
        for option in options:
            found[option] = f"{found.get(option, '')} {plain(line)}".strip()
    return found


def named_options():
    """All options the page names, mapped to the first line that does."""
    first = {}
    joined = ""
    for line in source_lines():
        if line.endswith("\\e"):  # an example goes on in the next line
            joined += line[:-2] + " "
            continue
        for option in options_in(joined + line):
            first.setdefault(option, joined + line)
        joined = ""
    return first


def described_variables():
    """Environment variables with an entry of their own: `.It Ev NAME , OTHER`."""
    found = set()
    for line in source_lines():
        if re.match(r"\.It Ev\b", line):
            found |= variables_in(line)
    return found


def named_variables():
    return {name for line in source_lines() for name in variables_in(line)}


class ManPage(unittest.TestCase):
    def test_help_is_understood(self):
        for command in commands:
            self.assertLessEqual({"-h", "--help"}, options_of_help(help_text(command)), command)
            self.assertGreater(len(options_of_help(help_text(command))), 2, command)
        self.assertEqual(
            any(v.startswith(prefix()) for v in variables_in(all_help())),
            name() in FOREIGN_VARIABLES,
            "whether --help names variables",
        )

    def test_every_option_has_an_entry(self):
        for command in commands:
            missing = options_of_help(help_text(command)) - described_options(command)
            self.assertFalse(
                missing,
                f"{name()} {command} --help has them, the page has no .It Fl "
                f"in its section: {sorted(missing)}",
            )

    def test_every_entry_is_an_option(self):
        for command in commands:
            unknown = described_options(command) - options_of_help(help_text(command))
            self.assertFalse(unknown, f"{name()} {command} does not have them: {sorted(unknown)}")

    def test_defaults_are_those_of_help(self):
        """In the words of SAYS_A_DEFAULT; where one side has none, the other has none either."""
        for command in commands:
            defaults = defaults_of_help(help_text(command))
            for option, text in entries(command).items():
                with self.subTest(option):
                    if option not in defaults:
                        self.assertNotRegex(text, SAYS_A_DEFAULT)
                        continue
                    default = re.escape(defaults[option])
                    self.assertRegex(text, rf"{SAYS_A_DEFAULT} {default}[.,:;]( |$)")

    def test_every_named_option_exists(self):
        known = options_of_help(all_help())
        named = named_options()
        unknown = {o: named[o] for o in named if o not in known}
        self.assertFalse(unknown, f"the program does not have them: {unknown}")

    def test_variables_are_those_of_the_program(self):
        known = variables_in(all_help())
        self.assertEqual(described_variables(), known)
        self.assertEqual(named_variables() - known, set())

    def test_mandoc_has_nothing_to_say(self):
        if not shutil.which(LINTER):
            self.fail("mandoc is not installed (apt-get install mandoc)")
        done = outcome(LINTER, "-T", "lint", "-W", "warning", page)
        said = done.stdout + done.stderr
        self.assertFalse(said.strip() or done.returncode, said)


def main():
    global program, page
    if len(sys.argv) < 3:
        print("usage: man_page.py PROGRAM MANPAGE [COMMAND...]", file=sys.stderr)
        return 64
    program, page = sys.argv[1:3]
    commands.extend(sys.argv[3:])
    unittest.main(argv=sys.argv[:1], verbosity=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
