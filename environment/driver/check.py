"""Compares figures and ledger of a run with what is stored, and shows on a page what parted.

Structural columns and specifications are compared exactly, measured columns within their
tolerance, wall-clock ones not at all; pictures by the root mean square of their difference, and
drawings also colour by colour, as one thin line is lost in a mean over all pixels.
"""

from __future__ import annotations

import base64
import html
import json
import re

from . import build
from .against import Data, parted_values
from .console import Problem
from .results import LEDGER, NO_FIGURE, QUALITY_TOLERANCE, ROUNDING, close, read

# pictures whose data agree may still differ by this much, for instance in a font's hinting
PICTURE_TOLERANCE = 0.02
# a colour scale over measured values moves a little; another colour of a palette is far off
COLOUR_TOLERANCE = 26
COLOUR = re.compile(r"(?:fill|stroke)(?:=\"|: ?)(#[0-9a-fA-F]{6}|rgb\([\d, ]*\))")
MOST_SPEC_DIFFERENCES = 10
# a prediction may rest on the measured cost of a pass
MEASURED = ("QUALITY", "MODEL")

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Figures compared</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 96em; padding: 0 1em; }
h2 { border-top: 1px solid #8886; padding-top: .8em; }
.pictures { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1em; }
figure { margin: 0; } figcaption { opacity: .75; }
img { background: #fff; border: 1px solid #8886; max-width: 100%; }
</style></head><body><h1>Figures compared</h1>
"""


class Check:
    """One notebook's figures and ledger lines in two trees; what parted is in 'parted', by name."""

    def __init__(self, stored, fresh, stem, without_data=False, new_allowed=False, older=()):
        self.stored, self.fresh, self.stem = stored, fresh, stem
        self.without_data, self.new_allowed, self.older = without_data, new_allowed, older
        self.parted = {}
        self.rms = {}

    def run(self, jdk, work):
        """Compares; pictures of differences go to a folder."""
        names = {
            file.stem
            for tree in (self.stored, self.fresh)
            for file in (tree / self.stem).glob("*.csv")
            if file.name not in NO_FIGURE
        }
        self._rasterise(jdk, work, sorted(names - set(self.older)))
        for name in sorted(names):
            self._add("%s/%s" % (self.stem, name), self._figure(name))
        self._add("ledger", self._ledger())
        return self

    def _add(self, name, sentences):
        if sentences:
            self.parted[name] = sentences

    def _files(self, name, ending):
        return [tree / self.stem / (name + ending) for tree in (self.stored, self.fresh)]

    def _picture(self, name):
        """Both pictures of a figure, where they are of one kind."""
        for ending in (".svg", ".png"):
            pair = self._files(name, ending)
            if all(file.exists() for file in pair):
                return pair
        return None

    def _rasterise(self, jdk, work, names):
        pairs = {name: self._picture(name) for name in names}
        pairs = {name: pair for name, pair in pairs.items() if pair and pair[0].read_bytes() != pair[1].read_bytes()}
        if not pairs:
            return
        work.mkdir(parents=True, exist_ok=True)
        arguments = [str(place) for name, pair in pairs.items() for place in (*pair, work / (name + ".png"))]
        status, output = build.tool(jdk, "figures.PictureDifference", *arguments)
        if status != 0:
            raise Problem("the pictures could not be compared: " + output)
        self.rms = dict(zip(pairs, map(float, output.split())))
        self.differences = work

    def _figure(self, name):
        stored, fresh = self._files(name, ".csv")
        if not fresh.exists():
            excused = self.without_data and Data(stored).real
            return [] if excused else ["is stored but was not drawn"]
        if not stored.exists():
            return [] if self.new_allowed else ["was drawn but is not stored"]
        old, new = Data(stored), Data(fresh)
        if name in self.older:
            return data_differences(old, new)
        specs = self._files(name, ".json")
        missing = ["there is no file %s" % file for file in specs if not file.exists()]
        if missing:
            return missing
        sentences = spec_differences(*map(_spec, specs))
        return sentences + data_differences(old, new) + self._pictures(name, old)

    def _pictures(self, name, data):
        pair = self._picture(name)
        if not pair:
            return ["it has no picture, or not one of the same kind, here and there"]
        if any(kind == "wall" for kind, _ in data.columns.values()):
            return []
        sentences = colour_differences(*pair) if pair[0].suffix == ".svg" else []
        rms = self.rms.get(name, 0.0)
        if rms > PICTURE_TOLERANCE:
            sentences.append("its picture differs by %.3f (at most %s)" % (rms, PICTURE_TOLERANCE))
        return sentences

    def _ledger(self):
        stored, fresh = (self._lines(tree / LEDGER) for tree in (self.stored, self.fresh))
        sentences = []
        for key in {**stored, **fresh}:
            name = "%s/%s%s (%s)" % (key[0], key[1], " on " + key[2] if key[2] else "", key[3])
            if key not in fresh:
                if not (self.without_data and key[2]):
                    sentences.append(name + " is stored but was not measured")
            elif key not in stored:
                if not self.new_allowed:
                    sentences.append(name + " was measured but is not stored")
            else:
                sentences += ["%s %s" % (name, what) for what in line_differences(stored[key], fresh[key])]
        return sentences

    def _lines(self, file):
        rows = read(file)[1] if file.exists() else []
        return {
            (row["paper"], row["measure"], row["dataset"], row["preset"]): row
            for row in rows
            if row["notebook"] == self.stem
        }

    def sentences(self):
        return ["%s: %s" % (name, sentence) for name, found in self.parted.items() for sentence in found]

    def page(self, file):
        """Expected, actual and difference of whatever parted, in one file."""
        count = len(self.parted)
        said = "%d %s from what is stored." % (count, "part differs" if count == 1 else "parts differ")
        text = [HEAD, "<p>%s</p>\n" % (said if count else "Everything agrees with what is stored.")]
        for name, sentences in self.parted.items():
            text.append("<h2>%s</h2>\n<ul>" % html.escape(name))
            text += ["<li>%s</li>" % html.escape(sentence) for sentence in sentences]
            text.append("</ul>\n")
            text += self._shown(name.partition("/")[2])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(text) + "</body></html>\n", encoding="utf-8")

    def _shown(self, name):
        pictures = []
        for caption, tree in (("expected", self.stored), ("actual", self.fresh)):
            files = [tree / self.stem / (name + ending) for ending in (".svg", ".png")]
            pictures += [(caption, file) for file in files if name and file.exists()][:1]
        if name in self.rms:
            pictures.append(("difference, %.3f" % self.rms[name], self.differences / (name + ".png")))
        return ['<div class="pictures">', *(_image(caption, file) for caption, file in pictures), "</div>\n"]


def data_differences(old, new):
    """Sentences on columns, rows, then values by column class."""
    sentences = []
    if list(old.columns) != list(new.columns):
        sentences.append("columns are %s instead of %s" % (_list(new.columns), _list(old.columns)))
    if len(old.rows) != len(new.rows):
        return sentences + ["%d rows instead of %d" % (len(new.rows), len(old.rows))]
    for name, declared in old.columns.items():
        if name not in new.columns:
            continue
        if new.columns[name] != declared:
            sentences.append(
                "column '%s' is declared %s instead of %s" % (name, _declared(new.columns[name]), _declared(declared))
            )
        pairs = [(a[name], b[name]) for a, b in zip(old.rows, new.rows)]
        sentences += parted_values(name, declared[0], declared[1], pairs)
    return sentences


def _list(names):
    return "[%s]" % ", ".join(names)


def _declared(kind):
    return "measured %s" % kind[1] if kind[0] == "measured" else kind[0]


def _spec(file):
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise Problem("%s is no specification of a figure: %s" % (file, wrong)) from None


def spec_differences(old, new):
    """Sentences on two specifications, each with its place in the tree."""
    found = []
    _walk("spec", old, new, found)
    more = len(found) - MOST_SPEC_DIFFERENCES
    return found[:MOST_SPEC_DIFFERENCES] + (["the spec differs in %d more places" % more] if more > 0 else [])


def _walk(place, old, new, found):
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            _walk("%s.%s" % (place, key), old.get(key), new.get(key), found)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new)):
            _walk("%s[%d]" % (place, index), *pair, found)
    elif old != new:
        found.append("%s is %s instead of %s" % (place, _value(new), _value(old)))


def _value(value):
    return "absent" if value is None else "'%s'" % value if isinstance(value, str) else json.dumps(value)


def colour_differences(stored, fresh):
    """A sentence where two drawings of equally many coloured marks have another colour somewhere."""
    old, new = ([_colour(text) for text in COLOUR.findall(file.read_text(encoding="utf-8"))] for file in (stored, fresh))
    if len(old) == len(new):
        for a, b in zip(old, new):
            if max(abs(x - y) for x, y in zip(a, b)) > COLOUR_TOLERANCE:
                return ["a colour in its picture is #%02X%02X%02X instead of #%02X%02X%02X" % (*b, *a)]
    return []


def _colour(text):
    if text.startswith("#"):
        return tuple(int(text[at : at + 2], 16) for at in (1, 3, 5))
    return tuple(int(part) for part in re.findall(r"\d+", text))


def line_differences(stored, fresh):
    """What parted in a ledger line."""
    old, new = stored["ours"], fresh["ours"]
    if bool(old) != bool(new):
        return ["is measured now and was not" if new else "is no longer measured"]
    if stored.get("kind") == "WALL" or not new:
        return []
    sentences = []
    if not close(old, new, QUALITY_TOLERANCE if stored.get("kind") in MEASURED else ROUNDING):
        sentences.append("is %s instead of %s" % (new, old))
    if stored["verdict"] != fresh["verdict"]:
        sentences.append("is %s instead of %s" % (fresh["verdict"], stored["verdict"]))
    return sentences


def _image(caption, file):
    kind = "svg+xml" if file.suffix == ".svg" else "png"
    data = base64.b64encode(file.read_bytes()).decode()
    return '<figure><img alt="%s" src="data:image/%s;base64,%s"><figcaption>%s</figcaption></figure>' % (
        caption,
        kind,
        data,
        caption,
    )
