"""Keeps what a complete run produced, and knows when nothing has changed since."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path

from .build import digest
from .notebooks import code
from .paths import ENVIRONMENT, FIGURES, ROOT, WORK

LEDGER = "ledger.csv"


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


def new_figures(folder):
    """A folder for a run's figures, with a copy of the ledger to merge into."""
    folder.mkdir(parents=True)
    if (FIGURES / LEDGER).exists():
        shutil.copy(FIGURES / LEDGER, folder / LEDGER)
    return folder


def store(notebook, executed, figures, had_data):
    """Moves a complete run's outputs, figures and ledger lines to where they are kept."""
    target = FIGURES / notebook.stem
    with uninterrupted():
        if executed.read_bytes() != notebook.read_bytes():
            os.replace(executed, notebook)
        kept = _move(figures / notebook.stem, target)
        for old in target.iterdir() if target.exists() else []:
            if old.is_file() and old.name not in kept and (had_data or not _from_data(old)):
                old.unlink()
        if (figures / LEDGER).exists():
            _replace(figures / LEDGER, FIGURES / LEDGER)


def store_one(notebook, figures, name):
    """Moves the files of one figure."""
    folder = figures / notebook.stem
    for file in list(folder.iterdir()):
        if not file.name.startswith(name + "."):
            file.unlink()
    with uninterrupted():
        _move(folder, FIGURES / notebook.stem)


def _move(source, target):
    names = set()
    for file in sorted(source.iterdir()) if source.exists() else []:
        if file.is_file():
            names.add(file.name)
            target.mkdir(parents=True, exist_ok=True)
            _replace(file, target / file.name)
    return names


def _replace(fresh, stored):
    """Moves a file, unless it is the stored one but for the revision that it names."""
    if not (stored.exists() and _same(fresh, stored)):
        stored.parent.mkdir(parents=True, exist_ok=True)
        os.replace(fresh, stored)


def _same(fresh, stored):
    drawings = [file.with_suffix(".svg") for file in (fresh, stored)]
    if fresh.suffix == ".pdf" and all(file.exists() for file in drawings):
        # the same drawing makes another file each time: its document id is a random one
        fresh, stored = drawings
    return _text(fresh) == _text(stored)


def _text(file):
    return re.sub(rb"revision[:=] ?[0-9a-z]+(-dirty)?", b"", file.read_bytes())


def _from_data(file):
    """Whether a figure was drawn from a real data set: its data's header says so."""
    table = file.with_name(file.name.split(".")[0] + ".csv")
    if not table.exists():
        return False
    with open(table, encoding="utf-8", errors="replace") as lines:
        return any(line.startswith("# data:") for line in lines)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


# what is provably up to date


def state(notebook, sources, environment, kernel):
    """A hash of all that a notebook's results depend on and one of the results themselves."""
    # a model that was trained again stands for itself, in the data sets
    passing = ("STRETTO_REVISION", "STRETTO_FRESH", "STRETTO_CHECKPOINTS", "STRETTO_THREADS")
    names = sorted(name for name in environment if name.startswith(("STRETTO_", "JAVA")))
    inputs = {
        "sources": sources,
        "code": code(notebook),
        "kernel": kernel,
        "driver": digest([ENVIRONMENT / "driver"]),
        "datasets": digest([ROOT / "datasets"]),
        "environment": {name: environment[name] for name in names if name not in passing},
        "data": [_listing(environment.get(name)) for name in ("STRETTO_DATA", "STRETTO_MANIFEST")],
    }
    lines = []
    if (FIGURES / LEDGER).exists():
        with open(FIGURES / LEDGER, encoding="utf-8", newline="") as table:
            lines = [row for row in csv.DictReader(table) if row["notebook"] == notebook.stem]
    outputs = [digest([notebook, FIGURES / notebook.stem]), lines]
    return [_hash(inputs), _hash(outputs)]


def up_to_date(notebook, now):
    """Whether the last complete run saw the same and left what is there."""
    try:
        return json.loads(_state_file(notebook).read_text()) == now
    except (OSError, ValueError):
        return False


def remember(notebook, now):
    _state_file(notebook).parent.mkdir(parents=True, exist_ok=True)
    _state_file(notebook).write_text(json.dumps(now))


def _state_file(notebook):
    return WORK / "state" / (notebook.stem + ".json")


def _listing(place):
    if not place:
        return None
    top = Path(place)
    files = sorted(top.rglob("*")) if top.is_dir() else [top]
    return [
        [str(file), file.stat().st_size, file.stat().st_mtime_ns] for file in files if file.is_file()
    ]


def _hash(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


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
