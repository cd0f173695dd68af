# Files that a program writes while they are read.
# SPDX-License-Identifier: EUPL-1.2
import json


def contents(path):
    """The text; nothing where there is no file."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def json_lines(path):
    """Of each whole line its JSON."""
    return [json.loads(line) for line in contents(path).split("\n")[:-1]]
