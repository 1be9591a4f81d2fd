"""Compares the texts and tables that two runs of a notebook show, cell by cell.

Text is compared exactly but for white space, and so are whole numbers. A number with a decimal
point or a percent sign may move by TOLERANCE, or by one unit of its last place where it has two
digits or more. A cell's tags say otherwise: 'wall' (it shows times: its numbers are not compared),
'within:0.1' (this tolerance, for whole numbers too; 'within:0' is exact). A table's row of the kind
WALL is compared without its numbers and verdict, and one of QUALITY or MODEL as the ledger's line
is: within five per cent. Pictures are compared as figures, not here.
"""

from __future__ import annotations

import html
import json
import re

TOLERANCE = 0.02
# trained measures may move by this share from machine to machine
QUALITY_TOLERANCE = 0.05
MOST = 10
SHOWN = ("text/plain", "text/markdown", "text/html")

NUMBER = re.compile(r"(?<![\w.])[-+\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?: ?%)?")
UNIT = re.compile(r"# ?(?:ns|us|\u00b5s|\u03bcs|ms|s|min|h)\b")
VERDICT = re.compile(r"(?i)\b(?:not[_ ])?(?:reproduced|judged)\b|\bweaker\b")
WALL = re.compile(r"\bWALL\b|(?:^|\| )wall(?: \||$)")
TRAINED = re.compile(r"(?i)(?:^|\| )(?:quality|model)(?: \||$)")
REVISION = re.compile(r"revision[:=] ?[0-9a-z]+(?:-dirty)?")


def differences(stored, fresh):
    """Sentences on the cells whose texts parted; both are files of the same notebook."""
    found = []
    for number, (before, now) in enumerate(zip(_code(stored), _code(fresh)), 1):
        sentence = _cell(before, now)
        if sentence:
            found.append("cell %d (%s): %s" % (number, _title(now), sentence))
    more = len(found) - MOST
    return found[:MOST] + (["and %d more cells" % more] if more > 0 else [])


def _code(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def _title(cell):
    line = next(line.strip() for line in "".join(cell["source"]).splitlines() if line.strip())
    return line if len(line) <= 48 else line[:45] + "..."


def _cell(before, now):
    tags = now.get("metadata", {}).get("tags", [])
    within = [float(tag.partition(":")[2]) for tag in tags if re.fullmatch(r"within:[\d.]+", tag)]
    old, new = lines(before), lines(now)
    if old and not new:
        return "shows nothing, and what is stored is '%s'" % _short(old[0])
    if new and not old:
        return "shows '%s', and nothing is stored" % _short(new[0])
    for left, right in zip(old, new):
        if not agree(left, right, "wall" in tags, within[0] if within else None):
            times = _masked(left) == _masked(right)
            return "'%s' instead of '%s'" % _apart(left, right) + (
                " (numbers alone: where they are times, tag the cell 'wall')" if times else ""
            )
    if len(old) != len(new):
        return "%d lines instead of %d" % (len(new), len(old))
    return ""


def lines(cell):
    """What the cell's outputs say, line by line, without markup and alignment."""
    texts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {"text/plain": output.get("text", "")})
        for kind in SHOWN:
            text = "".join(data.get(kind, ""))
            if kind == "text/html":
                text = re.sub(r"(?s)<(style|script)\b.*?</\1>", "", text)
                text = re.sub(r"</t[dh]>(?=\s*<t[dh])", " | ", text)
                text = re.sub(r"</(?:tr|p|div|caption|h\d|li)>|<br ?/?>", "\n", text)
                text = html.unescape(re.sub(r"<[^>]*>", " ", text))
            texts.append(text)
    plain = re.sub(r"-{3,}", "---", REVISION.sub("revision", "\n".join(texts)))
    return [line for line in (" ".join(line.split()) for line in plain.splitlines()) if line]


def agree(old, new, wall=False, within=None):
    """Whether two lines say the same."""
    if old == new:
        return True
    if wall or (WALL.search(old) and WALL.search(new)):
        return _masked(old) == _masked(new)
    if NUMBER.sub("#", old) != NUMBER.sub("#", new):
        return False
    usual = QUALITY_TOLERANCE if TRAINED.search(old) and TRAINED.search(new) else TOLERANCE
    return all(_close(a, b, within, usual) for a, b in zip(NUMBER.findall(old), NUMBER.findall(new)))


def _masked(line):
    return VERDICT.sub("?", UNIT.sub("#", NUMBER.sub("#", line)))


def _close(old, new, within, usual):
    a, b = (re.sub(r"[, %]", "", text).replace("\u2212", "-") for text in (old, new))
    x, y = float(a), float(b)
    if x == y:
        return True
    if within is None and not any(mark in a + b + old for mark in ".eE%"):
        return False
    tolerance = usual if within is None else within
    places = [len(text.partition(".")[2]) for text in (a, b)]
    digits = min(len(re.sub(r"\D", "", text).lstrip("0")) for text in (a, b))
    rounded = tolerance > 0 and digits >= 2 and places[0] == places[1] and "e" not in (a + b).lower()
    return abs(x - y) <= max(tolerance * max(abs(x), abs(y)), 1.000001 * 10.0 ** -places[0] if rounded else 0)


def _short(text, most=60):
    return text if len(text) <= most else text[: most - 3] + "..."


def _apart(left, right):
    """The place where two lines part, new before old."""
    at = next((i for i, (a, b) in enumerate(zip(left, right)) if a != b), min(len(left), len(right)))
    start = max(0, at - 24)
    mark = "..." if start else ""
    return mark + _short(right[start:]), mark + _short(left[start:])
