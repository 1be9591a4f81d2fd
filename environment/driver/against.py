"""Compares figures and ledger with those of an older revision, under a table of renames.

The table has the columns kind, old and new, with tabs between. Kinds: 'figure' (a figure's name
without folder and ending), 'column' and 'value' (whole names and cells; 'FIGURE/NAME' means that
figure alone), 'class' (a value that is a class name, with or without its package), 'measure'
('paper/measure', or the measure of any paper). Structural columns are compared exactly, measured
ones within their tolerance, wall-clock ones not at all; ledger lines by kind. Verdicts follow rules
that may change: they are said, not counted. Specifications and pictures are not compared.
"""

from __future__ import annotations

import csv
import io
import re

from .console import Problem
from .results import LEDGER, NO_FIGURE, QUALITY_TOLERANCE, ROUNDING, close

KINDS = ("class", "column", "value", "measure", "figure")
TOLERANCES = {"QUALITY": QUALITY_TOLERANCE}


class Renames:
    """Old names to new ones."""

    def __init__(self, file=None):
        self.tables = {kind: {} for kind in KINDS}
        lines = file.read_text(encoding="utf-8").splitlines() if file else []
        for number, line in enumerate(lines, 1):
            cells = line.split("\t")
            if number == 1 and cells != ["kind", "old", "new"]:
                raise Problem("%s, line 1: expected the columns kind, old and new, with tabs between" % file)
            if number == 1 or not line.strip():
                continue
            if len(cells) != 3 or cells[0] not in KINDS or not cells[1] or not cells[2]:
                raise Problem(
                    "%s, line %d: expected kind (%s), old and new, with tabs between" % (file, number, ", ".join(KINDS))
                )
            if self.tables[cells[0]].setdefault(cells[1], cells[2]) != cells[2]:
                raise Problem("%s, line %d: %s is renamed twice" % (file, number, cells[1]))
            if cells[0] == "class":  # figures show a class by its name alone
                self.tables["class"].setdefault(cells[1].rpartition(".")[2], cells[2].rpartition(".")[2])

    def figure(self, name):
        return self.tables["figure"].get(name, name)

    def column(self, name, figure=""):
        return self._of("column", name, figure)

    def value(self, text, figure=""):
        new = self._of("value", text, figure)
        return new if new != text else self.tables["class"].get(text, text)

    def measure(self, paper, measure):
        table = self.tables["measure"]
        new = table.get("%s/%s" % (paper, measure), table.get(measure, measure))
        paper, _, measure = new.rpartition("/") if "/" in new else (paper, "", new)
        return paper, measure

    def _of(self, kind, name, figure):
        table = self.tables[kind]
        return table.get("%s/%s" % (figure, name), table.get(name, name))


class Comparison:
    """What is missing, changed or new in one tree of figures, seen from an older one."""

    def __init__(self, renames):
        self.renames = renames
        self.missing, self.changed, self.new, self.judged = [], [], [], []
        self.compared = 0

    def sentences(self):
        parts = (("missing", self.missing), ("changed", self.changed), ("judged otherwise", self.judged), ("new", self.new))
        return ["%s: %s" % (word, what) for word, found in parts for what in found]

    def agrees(self):
        return not (self.missing or self.changed)

    def verdict(self):
        return "%d figures and ledger lines compared: %d missing, %d changed, %d judged otherwise, %d new" % (
            self.compared,
            len(self.missing),
            len(self.changed),
            len(self.judged),
            len(self.new),
        )

    def figures(self, old, new, stem, without_data=False):
        """Compares one notebook's figures; both are folders of notebooks' folders."""
        before = {self.renames.figure(name): (name, table) for name, table in _tables(old / stem).items()}
        now = _tables(new / stem)
        for name, (old_name, table) in sorted(before.items()):
            place = "%s/%s" % (stem, name)
            if name in now:
                self.compared += 1
                sentences = self._data(Data(table), Data(now[name]), old_name)
                self.changed += ["%s: %s" % (place, sentence) for sentence in sentences]
            elif not (without_data and Data(table).real):
                self.missing.append(place)
        self.new += ["%s/%s" % (stem, name) for name in sorted(set(now) - set(before))]

    def _data(self, old, new, figure):
        columns = {self.renames.column(name, figure): name for name in old.columns}
        lost = [name for name in columns if name not in new.columns]
        sentences = ["column '%s' is missing" % name for name in lost]
        added = [name for name in new.columns if name not in columns]
        self.new += ["%s, column '%s'" % (figure, name) for name in added]
        if len(old.rows) != len(new.rows):
            return sentences + ["%d rows instead of %d" % (len(new.rows), len(old.rows))]
        for name, old_name in columns.items():
            kind, tolerance = new.columns.get(name, ("wall", 0.0))
            if kind == "wall" or old.columns[old_name][0] == "wall":
                continue
            tolerance = max(tolerance, old.columns[old_name][1])
            pairs = [(self.renames.value(a[old_name], figure), b[name]) for a, b in zip(old.rows, new.rows)]
            sentences += parted_values(name, kind, tolerance, pairs)
        return sentences

    def ledger(self, old, new, stems, without_data=False):
        """Compares the ledger lines of these notebooks."""
        before, now = (self._keyed(tree / LEDGER, stems, tree is old) for tree in (old, new))
        for key, row in before.items():
            name = "%s/%s%s (%s)" % (key[0], key[1], " on " + key[2] if key[2] else "", key[3])
            if key not in now:
                if not (without_data and key[2]):
                    self.missing.append("ledger line " + name)
                continue
            self.compared += 1
            other = now[key]
            a, b = row["ours"], other["ours"]
            kinds = {row.get("kind", ""), other.get("kind", "")}
            tolerance = max(TOLERANCES.get(kind, ROUNDING) for kind in kinds)
            if bool(a) != bool(b) or ("WALL" not in kinds and not close(a, b, tolerance)):
                self.changed.append("ledger line %s is %s instead of %s" % (name, b or "empty", a or "empty"))
            elif "WALL" not in kinds and row["verdict"] != other["verdict"]:
                self.judged.append("ledger line %s is %s instead of %s" % (name, other["verdict"], row["verdict"]))
        for key in now:
            if key not in before:
                self.new.append("ledger line %s/%s%s (%s)" % (key[0], key[1], " on " + key[2] if key[2] else "", key[3]))

    def _keyed(self, file, stems, old):
        lines = {}
        if not file.exists():
            return lines
        with open(file, encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table):
                paper, measure = row["paper"], row["measure"]
                if old:
                    row = {self.renames.column(name): self.renames.value(cell) for name, cell in row.items()}
                    paper, measure = self.renames.measure(paper, measure)
                if row["notebook"] in stems:
                    lines[paper, measure, row.get("dataset", ""), row["preset"]] = row
        return lines


class Data:
    """A figure's stored data: columns to (class, tolerance), rows, and whether real data made it."""

    def __init__(self, file):
        text = file.read_text(encoding="utf-8")
        self.columns, self.real = {}, False
        number, start = 0, 0
        while text.startswith("#", start):
            number, end = number + 1, text.find("\n", start) + 1 or len(text)
            self._declare(text[start:end].rstrip("\n"), "%s, line %d" % (file, number))
            start = end
        reader = csv.DictReader(io.StringIO(text[start:], newline=""), restval="")
        self.rows = list(reader)
        names = reader.fieldnames or []
        lost = set(self.columns) - set(names)
        if lost:
            raise Problem("%s, line %d: no column '%s', which is declared above" % (file, number + 1, min(lost)))
        self.columns = {name: self.columns.get(name, ("structural", 0.0)) for name in names}

    def _declare(self, line, place):
        self.real |= line.startswith("# data:")
        if not line.startswith("# column: "):
            return
        found = re.fullmatch(r"# column: (.+) (structural|wall|measured ([\d.eE+-]+))", line)
        if not found:
            raise Problem("%s: a column is structural, measured TOLERANCE or wall, not '%s'" % (place, line[10:]))
        self.columns[found[1]] = (found[2].split()[0], float(found[3] or 0))


def parted_values(name, kind, tolerance, pairs):
    """A sentence on a column whose values, as pairs of old and new, are not all equal."""
    parted = [(row, a, b) for row, (a, b) in enumerate(pairs, 1) if kind != "wall" and not close(a, b, tolerance)]
    if not parted:
        return []
    declared = "%s %s" % (kind, tolerance) if kind == "measured" else kind
    row, old, new = parted[0]
    return [
        "column '%s' (%s): %d of %d values differ, first in row %d: %s instead of %s"
        % (name, declared, len(parted), len(pairs), row, new or "nothing", old or "nothing")
    ]


def _tables(folder):
    files = sorted(folder.glob("*.csv")) if folder.exists() else []
    return {file.stem: file for file in files if file.name not in NO_FIGURE}
