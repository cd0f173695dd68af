#!/usr/bin/env python3
# Puts a run's tables into a page, between the two marker lines of their section.
# SPDX-License-Identifier: EUPL-1.2
"""usage: publish.py SECTION TABLES.md PAGE.md"""
import sys


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    section, tables, page = sys.argv[1:]
    begin, end = (
        f"<!-- {section}: written by scripts/bench --publish -->",
        f"<!-- end of {section} -->",
    )
    with open(tables, encoding="utf-8") as f:
        new = f.read().strip()
    with open(page, encoding="utf-8") as f:
        text = f.read()
    if begin not in text or end not in text:
        sys.exit(f"{page} lacks the line {begin} or {end}")
    before, rest = text.split(begin, 1)
    after = rest.split(end, 1)[1]
    with open(page, "w", encoding="utf-8") as f:
        f.write(f"{before}{begin}\n\n{new}\n\n{end}{after}")


if __name__ == "__main__":
    main()
