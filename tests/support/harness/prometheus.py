# Numbers of a daemon's admin listener as Prometheus reads them, and pages that describe them.
# SPDX-License-Identifier: EUPL-1.2
import re
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

from .patience import PATIENCE


def name_of(family):
    """As it is exposed: the parser takes _total away."""
    return family.name + ("_total" if family.type == "counter" else "")


def labels_of(family):
    return {name for s in family.samples for name in s.labels} - {"le"}


def values_of(family, label):
    return {s.labels[label] for s in family.samples}


class Families(dict):
    """Metrics by name."""

    def __init__(self, text):
        super().__init__((name_of(f), f) for f in text_string_to_metric_families(text))

    def value(self, name, **labels):
        for family in self.values():
            for s in family.samples:
                if s.name == name and s.labels == labels:
                    return s.value
        return None


def scrape(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
        kind, text = answer.headers["Content-Type"], answer.read().decode()
    if "version=0.0.4" not in kind:
        raise AssertionError(f"Prometheus does not read {kind}")
    return Families(text)


def described(page, prefix):
    """The rows of a page: {name: (type, labels, what)}."""
    rows = {}
    with open(page, encoding="utf-8") as lines:
        for line in lines:
            if row := re.match(rf"\| `({prefix}_\w+)` \| (\w+) \| ([\w, ]*)\| (.*) \|$", line):
                name, kind, labels, what = row.groups()
                rows[name] = (kind, set(re.findall(r"\w+", labels)), what)
    return rows


def exposed(families, prefix):
    """The same of what a daemon tells: {name: (type, labels)}."""
    return {
        name: (family.type, labels_of(family))
        for name, family in families.items()
        if name.startswith(prefix + "_")
    }


def words_in(what):
    """The values of labels that a row names."""
    return set(re.findall(r"`(\w+)`", what))
