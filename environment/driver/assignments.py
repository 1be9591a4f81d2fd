"""Makes nbgrader assignments of the exercises in the notebooks, without nbgrader."""

from __future__ import annotations

import argparse
import hashlib
import json
import re

from .console import Problem, say, sentence, settle_environment
from .notebooks import choose
from .paths import NOTEBOOKS, ROOT

DESCRIPTION = """\
Makes an nbgrader assignment of each notebook that has exercises. In notebooks/assignments, source/
has the instructor's version, with solutions and hidden tests; release/ has the student's, the one
that nbgrader makes of it with the nbgrader_config.py beside them."""

EPILOG = """\
An exercise begins with a Markdown cell tagged exercise:NAME. It goes on while the cells are tagged
  given      stays as it is, and is locked
  solution   code; a stub that throws replaces what stands between the lines // BEGIN SOLUTION and
             // END SOLUTION: a method's last return belongs behind them
  tests      code that throws where an answer is wrong, and has no value; a tag points:N says what it
             is worth; students do not see what stands between the lines // BEGIN HIDDEN TESTS and
             // END HIDDEN TESTS"""

KINDS = ("given", "solution", "tests")
ASSIGNMENTS = NOTEBOOKS / "assignments"
# 'if (true)' keeps what follows reachable: the cell compiles, and the tests say what is missing
STUB = """\
// YOUR CODE HERE
if (true) throw new UnsupportedOperationException("not solved yet: your code goes here");"""

CONFIG = '''\
"""How nbgrader treats the assignments; written by environment/assignments."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "stretto"
c.ClearSolutions.code_stub = {
    "java": """\\
%s"""
}
# a JVM on a busy machine starts slowly; one that died is tried again
c.Execute.timeout = 120
c.Execute.startup_timeout = 120
c.Execute.execute_retries = 2
'''

INTRODUCTION = """\
# Exercises of notebook %s

Write your code where it says `YOUR CODE HERE`, then run all cells: a cell with tests throws where an
answer is wrong, and some tests are hidden. You may add cells of your own anywhere."""


# the instructor's version


def source(notebook):
    """The exercises of a notebook, with solutions and hidden tests; None where it has none."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    exercises = _exercises(notebook, content)
    title = {"cell_type": "markdown", "id": "introduction", "source": [INTRODUCTION % notebook.stem]}
    cells = [_graded(title, "introduction", "given")]
    for exercise, members in exercises.items():
        counts = dict.fromkeys(KINDS, 0)
        for kind, points, cell in members:
            counts[kind] += 1
            cells.append(_graded(cell, "%s-%s-%d" % (exercise, kind, counts[kind]), kind, points))
    return dict(content, cells=cells) if exercises else None


def _exercises(notebook, content):
    """The cells of each exercise, by its name, as (kind, points, cell)."""
    found = {}
    name = None
    for number, cell in enumerate(content["cells"], 1):
        tags = cell["metadata"].get("tags", [])
        names, points = _values(tags, "exercise:"), _values(tags, "points:")
        kinds = [tag for tag in tags if tag in KINDS]
        code = cell["cell_type"] == "code"

        def need(condition, sentence):
            if not condition:
                raise Problem("%s, cell %d: %s" % (notebook.name, number, sentence))

        if not names and not kinds:
            name = None
            continue
        need(len(names + kinds) == 1, "tagged %s, expected one tag of an exercise" % ", ".join(tags))
        kind = kinds[0] if kinds else "given"
        if names:
            name = names[0]
            need(re.fullmatch(r"[\w-]+", name, re.ASCII), "'%s' is no name of letters, digits, _ and -" % name)
            need(name not in found, "there are two exercises '%s'" % name)
            need(not code, "an exercise begins with a Markdown cell")
            found[name] = []
        need(name, "'%s' stands in no exercise; a cell tagged exercise:NAME begins one" % kind)
        need(code or kind == "given", "'%s' is a tag of code cells" % kind)
        need(len(points) == (kind == "tests"), "cells tagged tests, and no others, have one tag points:N")
        need(not points or re.fullmatch(r"\d+(\.\d+)?", points[0]), "points:%s, expected a number" % "".join(points))
        for region, owner in (("SOLUTION", "solution"), ("HIDDEN TESTS", "tests")):
            # nbgrader too sees these marks anywhere in a line
            marks = re.findall("(BEGIN|END) " + region, "".join(cell["source"]))
            pairs = ["BEGIN", "END"] * (len(marks) // 2)
            need(marks == pairs, "BEGIN %s and END %s do not alternate" % (region, region))
            need(kind == owner or not marks, "BEGIN %s belongs into a cell tagged %s" % (region, owner))
            need(marks or kind != "solution" or owner != kind, "the solution has no BEGIN and END SOLUTION")
        found[name].append((kind, float(points[0]) if points else None, cell))
    for name, members in found.items():
        for kind in ("solution", "tests"):
            if kind not in [member[0] for member in members]:
                raise Problem("%s: exercise '%s' has no cell tagged %s" % (notebook.name, name, kind))
    if found and content["metadata"].get("kernelspec", {}).get("language") != "java":
        raise Problem("%s: exercises need a notebook whose kernelspec has the language java" % notebook.name)
    return found


def _values(tags, prefix):
    return [tag[len(prefix) :] for tag in tags if tag.startswith(prefix)]


def _graded(cell, grade_id, kind, points=None):
    """The cell without outputs, with nbgrader's metadata, schema version 3."""
    metadata = {"schema_version": 3, "grade_id": grade_id, "task": False}
    metadata.update(grade=kind == "tests", solution=kind == "solution", locked=kind != "solution")
    if points is not None:
        metadata["points"] = points
    made = {"cell_type": cell["cell_type"], "id": cell["id"], "metadata": {"nbgrader": metadata}}
    if cell["cell_type"] == "code":
        made.update(execution_count=None, outputs=[])
    return dict(made, source="".join(cell["source"]))


# the student's version: what nbgrader's generate_assignment makes of the instructor's


def release(instructor):
    """The same with stubs for solutions, without hidden tests, with locks and checksums."""
    cells = []
    for cell in instructor["cells"]:
        graded = dict(cell["metadata"]["nbgrader"], cell_type=cell["cell_type"])
        text = _replaced(cell["source"], "SOLUTION", STUB.split("\n"))
        text = _replaced(text, "HIDDEN TESTS", [])
        graded["checksum"] = checksum(text, graded)
        metadata = {"deletable": False, "nbgrader": graded}
        if not graded["solution"]:
            metadata["editable"] = False
        cells.append(dict(cell, source=text, metadata=metadata))
    return dict(instructor, cells=cells)


def _replaced(text, region, stub):
    lines, inside = [], False
    for line in text.split("\n"):
        if "BEGIN " + region in line:
            inside = True
            lines += [re.match(r"\s*", line).group(0) + new for new in stub]
        elif "END " + region in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def checksum(text, graded):
    """nbgrader's checksum of a cell."""
    parts = [text, graded["cell_type"]]
    parts += [str(graded[name]) for name in ("grade", "solution", "locked")] + [graded["grade_id"]]
    parts += [str(float(graded["points"]))] if graded["grade"] else []
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


# files


def files(notebooks):
    """What there is to store, by path."""
    made = {}
    for notebook in notebooks:
        instructor = source(notebook)
        if instructor:
            for step, content in (("source", instructor), ("release", release(instructor))):
                made[ASSIGNMENTS / step / notebook.stem / notebook.name] = _text(content)
    made[ASSIGNMENTS / "nbgrader_config.py"] = CONFIG % STUB
    return made


def _text(content):
    """As nbformat writes a notebook."""
    cells = [dict(cell, source=cell["source"].splitlines(True)) for cell in content["cells"]]
    return json.dumps(dict(content, cells=cells), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def run(options):
    """Writes the assignments, or compares; returns sentences on what parted."""
    made = files(choose(options.notebooks))
    parted = []
    for path, text in made.items():
        name = path.relative_to(ROOT)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if options.check:
            parted.append("%s differs from what its notebook gives: run environment/assignments" % name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        say("%s is written" % name)
    if not options.notebooks:
        for step in ("source", "release"):
            for path in sorted((ASSIGNMENTS / step).rglob("*.ipynb")):
                if path not in made:
                    parted.append("%s belongs to no notebook's exercises: remove it" % path.relative_to(ROOT))
    if not parted:
        count = len(made) // 2
        say("%d assignment%s up to date" % (count, " is" if count == 1 else "s are"))
    return parted


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="assignments",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="for example 01; all by default")
    parser.add_argument("--check", action="store_true", help="compare with what is stored and change nothing")
    options = parser.parse_args(arguments)
    try:
        settle_environment()
        failures = run(options)
    except Problem as problem:
        failures = [str(problem)]
    except OSError as failure:
        failures = [sentence(failure)]
    for failure in failures:
        say("Failed: " + failure)
    return 1 if failures else 0
