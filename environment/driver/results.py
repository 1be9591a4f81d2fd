"""Keeps what a complete run produced, beside what other runs keep at the same time."""

from __future__ import annotations

import csv
import io
import math
import os
import re
import shutil
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: two runs at once are not guarded there
    fcntl = None

from . import texts
from .console import Problem
from .notebooks import NEW, criteria, papers
from .paths import FIGURES, WORK
from .texts import QUALITY_TOLERANCE

LEDGER = "ledger.csv"
ROWS = "rows.csv"
SERIES = ("paper", "measure", "dataset", "arm", "seed")
ROUNDING = 2e-5
PRESETS = ("smoke", "quick", "extended", "full")
# what lies in a notebook's folder of figures and is none
NO_FIGURE = (ROWS, "state.json")


@contextmanager
def uninterrupted():
    """Interrupts wait until the block is done: moving files into place is not left half done."""
    waiting = []
    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, lambda got, frame: waiting.append(got))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if waiting:
        raise KeyboardInterrupt


@contextmanager
def scratch():
    """A folder on the same disk, removed afterwards; those of runs that were killed go too."""
    WORK.mkdir(parents=True, exist_ok=True)
    for old in WORK.glob("run-*"):
        if not _alive(int(old.name[len("run-") :])):
            shutil.rmtree(old, ignore_errors=True)
    folder = WORK / ("run-%d" % os.getpid())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked():
    """One run at a time puts its results into notebooks/ and figures/."""
    WORK.mkdir(parents=True, exist_ok=True)
    with open(WORK / "store.lock", "w") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def new_figures(folder):
    """A folder for a run's figures, with a copy of the ledger to merge into."""
    folder.mkdir(parents=True)
    if (FIGURES / LEDGER).exists():
        shutil.copy(FIGURES / LEDGER, folder / LEDGER)
    return folder


@dataclass
class Run:
    """A complete run of a notebook: what it read, and where its results lie."""

    notebook: Path
    read: bytes
    executed: Path
    figures: Path
    preset: str
    had_data: bool


def store(run, kept=()):
    """Moves a run's outputs, figures and lines to where they are kept; figures named stay as they are."""
    target = FIGURES / run.notebook.stem
    with uninterrupted(), locked():
        _refuse_changed(run)
        if run.executed.read_bytes() != run.read:
            os.replace(run.executed, run.notebook)
        fresh = _files(run.figures / run.notebook.stem)
        for file in fresh:
            if _figure(file) not in kept:
                _replace(file, target / file.name)
        _remove(target, {file.name for file in fresh}, kept, run.had_data)
        _lines(run)


def store_data(run):
    """Moves a run's data and lines; pictures and notebook stay. Returns the names of those now older."""
    target = FIGURES / run.notebook.stem
    older = set()
    with uninterrupted(), locked():
        _refuse_changed(run)
        fresh = _files(run.figures / run.notebook.stem)
        new = {_figure(file) for file in fresh if not (target / (_figure(file) + ".csv")).exists()}
        for file in fresh:
            if _figure(file) in new:
                _replace(file, target / file.name)
            elif file.suffix == ".csv" and not _same(file, target / file.name):
                _replace(file, target / file.name)
                older.add(_figure(file))
        drawn = {_figure(file) for file in fresh}
        _remove(target, set(), drawn, run.had_data)
        _lines(run)
        if texts.differences(run.notebook, run.executed):
            older.add("texts")
    return older


def store_lines(run):
    """Moves the ledger lines and raw values alone."""
    with uninterrupted(), locked():
        _lines(run)


def store_one(notebook, figures, name):
    """Moves the files of one figure."""
    with uninterrupted(), locked():
        for file in _files(figures / notebook.stem):
            if _figure(file) == name:
                _replace(file, FIGURES / notebook.stem / file.name)


def wall_figures(notebook):
    """The stored figures that show wall-clock data."""
    tables = [file for file in (FIGURES / notebook.stem).glob("*.csv") if file.name not in NO_FIGURE]
    return {file.stem for file in tables if _says(file, r"# column: .* wall$")}


def _refuse_changed(run):
    if run.notebook.read_bytes() == run.read:
        return
    beside = run.notebook.with_name(run.notebook.stem + NEW)
    os.replace(run.executed, beside)
    raise Problem(
        "%s was changed while it ran, so what the run made of the old one is beside it, in %s; figures"
        " and ledger are as they were" % (run.notebook.name, beside.name)
    )


def _files(folder):
    """The files of a run's figures that are kept: no PDF, and a picture where there is no drawing."""
    files = [file for file in sorted(folder.iterdir()) if file.is_file()] if folder.exists() else []
    drawings = {file.stem for file in files if file.suffix == ".svg"}
    return [
        file
        for file in files
        if file.suffix in (".svg", ".csv", ".json") and file.name not in NO_FIGURE
        or file.suffix == ".png" and file.stem not in drawings
    ]


def _figure(file):
    return file.name.split(".")[0]


def _remove(target, names, figures, had_data):
    """Removes what no longer is drawn, unless it would need data that the run did not have."""
    for old in target.iterdir() if target.exists() else []:
        wanted = old.name in names or old.name in NO_FIGURE or _figure(old) in figures
        if old.is_file() and not wanted and (had_data or not _from_data(old)):
            old.unlink()


def _replace(fresh, stored):
    """Moves a file, unless it is the stored one but for the revision that it names."""
    if not (stored.exists() and _same(fresh, stored)):
        stored.parent.mkdir(parents=True, exist_ok=True)
        os.replace(fresh, stored)


def _same(fresh, stored):
    return _text(fresh.read_bytes()) == _text(stored.read_bytes())


def _text(content):
    return re.sub(rb"revision[:=] ?[0-9a-z]+(-dirty)?", b"", content)


def _from_data(file):
    """Whether a figure was drawn from a real data set: its data's header says so."""
    return _says(file.with_name(_figure(file) + ".csv"), r"# data:")


def _says(table, pattern):
    if not table.exists():
        return False
    with open(table, encoding="utf-8", errors="replace") as lines:
        return any(re.match(pattern, line) for line in lines)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


# ledger lines and raw values


def _lines(run):
    """Puts the run's lines of its notebook and preset in the place of those that are stored now."""
    _merge(run, run.figures / LEDGER, FIGURES / LEDGER)
    _merge(run, run.figures / run.notebook.stem / ROWS, FIGURES / run.notebook.stem / ROWS)


def _merge(run, fresh, stored):
    if not fresh.exists():
        return

    def replaced(row):
        own = row.get("notebook", run.notebook.stem) == run.notebook.stem and row["preset"] == run.preset
        return own and (run.had_data or not row.get("dataset"))

    columns, new = read(fresh)
    old = read(stored)[1] if stored.exists() else []
    known = {_line(row): row for row in old}
    merged = [row for row in old if not replaced(row)]
    merged += [_older(known.get(_line(row), row), row) for row in new if replaced(row)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(merged, key=_order()))
    part = WORK / ("%s.%d.part" % (stored.name, os.getpid()))
    part.write_text(text.getvalue(), encoding="utf-8")
    stored.parent.mkdir(parents=True, exist_ok=True)
    os.replace(part, stored)


def _line(row):
    """A row's text without the revision that made it."""
    return _text(str(sorted(row.items())).encode())


def _older(stored, fresh):
    """Of two rows that differ only in their revision the stored one, but none of uncommitted sources."""
    return fresh if "-dirty" in stored.get("provenance", "") else stored


def row_differences(run):
    """Sentences on measures whose raw values are not those stored; wall-clock ones are not compared."""
    fresh, stored = (folder / run.notebook.stem / ROWS for folder in (run.figures, FIGURES))
    wall = {(row["paper"], row["measure"]) for row in criteria() if row["kind"] == "WALL"}

    def values(file):
        found = {}
        for row in read(file)[1] if file.exists() else []:
            measure = (row["paper"], row["measure"])
            if row["preset"] == run.preset and measure not in wall and (run.had_data or not row["dataset"]):
                found.setdefault(tuple(row[name] for name in SERIES), []).append(float(row["value"]))
        return found

    before, now = values(stored), values(fresh)
    found = []
    for series in sorted({*before, *now}):
        old, new = before.get(series, []), now.get(series, [])
        if len(old) != len(new):
            found.append("%s: %d raw values instead of %d" % (_series(series), len(new), len(old)))
            continue
        apart = [(a, b) for a, b in zip(old, new) if not math.isclose(a, b, rel_tol=QUALITY_TOLERANCE)]
        if apart:
            found.append("%s: a raw value is %.6g instead of %.6g" % (_series(series), apart[0][1], apart[0][0]))
    return found


def close(old, new, tolerance):
    """Whether two cells are equal as texts, or as numbers within a share of the larger one."""
    if old == new:
        return True
    try:
        x, y = float(old), float(new)
    except ValueError:
        return False
    return x == y or abs(x - y) <= tolerance * max(abs(x), abs(y))


def _series(series):
    return " ".join(name for name in series if name)


def read(file):
    """Columns and rows of a table."""
    with open(file, encoding="utf-8", newline="") as table:
        reader = csv.DictReader(table)
        return list(reader.fieldnames or []), list(reader)


def _order():
    """The catalogue's order: paper, measure, data set, preset."""
    ids = [row["id"] for row in papers()]
    measures = [(row["paper"], row["measure"]) for row in criteria()]

    def place(order, name):
        return order.index(name) if name in order else len(order)

    return lambda row: (
        place(ids, row["paper"]),
        place(measures, (row["paper"], row["measure"])),
        row["measure"],
        row.get("dataset", ""),
        place(PRESETS, row["preset"]),
    )


# the ledger, for reading


def ledger_text(file, notebooks):
    """The ledger's lines of these notebooks as a table."""
    if not file.exists():
        return ""
    with open(file, encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["notebook"] in notebooks]
    columns = ("paper", "measure", "dataset", "paper_value", "ours", "unit", "threshold", "verdict", "preset")
    titles = ("paper", "measure", "data", "claim", "here", "unit", "target", "verdict", "preset")
    cells = [titles] + [tuple(row[name] or "-" for name in columns) for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(titles))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells]
    return "\n".join(lines[:1] + ["  ".join("-" * width for width in widths)] + lines[1:]) if rows else ""
