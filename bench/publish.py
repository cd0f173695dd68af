#!/usr/bin/env python3
# Puts a run's tables into a page, between its two marker lines.
# SPDX-License-Identifier: EUPL-1.2
"""usage: publish.py TABLES.md PAGE.md"""
import sys

BEGIN, END = "<!-- results: written by scripts/bench --publish -->", "<!-- end of results -->"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tables, page = sys.argv[1:]
    with open(tables, encoding="utf-8") as f:
        new = f.read().strip()
    with open(page, encoding="utf-8") as f:
        text = f.read()
    if BEGIN not in text or END not in text:
        sys.exit(f"{page} lacks the line {BEGIN} or {END}")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    with open(page, "w", encoding="utf-8") as f:
        f.write(f"{before}{BEGIN}\n\n{new}\n\n{END}{after}")


if __name__ == "__main__":
    main()
