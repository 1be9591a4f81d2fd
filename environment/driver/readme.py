"""The generated parts of the README, which come from the catalogue and the ledger and are never typed.

The table of papers between '<!-- papers:begin -->' and '<!-- papers:end -->'; measured numbers in
prose, '<!-- ledger:PAPER/MEASURE -->17.2<!-- /ledger -->' (with '@DATASET' after the measure for a
real data set); and how many papers are built, '<!-- built -->13 of 58<!-- /built -->'.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from .console import Problem
from .notebooks import catalogue, criteria, papers
from .paths import FIGURES, NOTEBOOKS, ROOT
from .results import LEDGER, PRESETS, read

FILE = ROOT / "README.md"
BEGIN, END = "<!-- papers:begin -->", "<!-- papers:end -->"
TABLE = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.S)
NUMBER = re.compile(r"(<!-- ledger:([\w-]+)/([\w-]+)(?:@([\w-]+))? -->).*?(<!-- /ledger -->)")
BUILT = re.compile("<!-- built -->.*?<!-- /built -->")
PAGE = "lib/src/main/java/dev/stretto/papers/%s/package-info.java"
# what was measured, and could have come out otherwise
COUNTED = ("COUNT", "QUALITY", "WALL")


def renew(check=False):
    """Brings the README up to date, or says that it is not."""
    file = FIGURES / LEDGER
    rows = read(file)[1] if file.exists() else []
    notebooks = {path.name[:2]: path.name for path in NOTEBOOKS.glob("[0-9][0-9]-*.ipynb") if ".new." not in path.name}
    text = FILE.read_text(encoding="utf-8")
    try:
        current = generate(text, rows, notebooks)
    except Problem as problem:
        return ["README.md cannot be generated: %s" % problem]
    if text == current:
        return []
    if check:
        return ["README.md: a generated table or number is not current; environment/reproduce renews it"]
    FILE.write_text(current, encoding="utf-8")
    return []


def generate(text, ledger, notebooks):
    """A text with its generated parts renewed, equal to the given one where it is current."""
    rows = papers()
    table = "%s\n%s%s" % (BEGIN, _table(rows, ledger, notebooks), END)
    built = sum(paper["status"] != "planned" for paper in rows)
    text = TABLE.sub(lambda _: table, text)
    text = BUILT.sub("<!-- built -->%d of %d<!-- /built -->" % (built, len(rows)), text)
    return NUMBER.sub(lambda marker: marker[1] + _number(ledger, *marker.group(2, 3, 4)) + marker[5], text)


def _number(ledger, paper, measure, dataset):
    lines = _lines(ledger, paper, measure, dataset or "")
    ours = next((lines[preset]["ours"] for preset in PRESETS[1:] if lines.get(preset, {}).get("ours")), None)
    if ours is None:
        raise Problem("the ledger has no measured %s/%s" % (paper, measure))
    return shown(ours)


def shown(number):
    """A number as prose shows it: three significant digits, whole numbers whole."""
    value = Decimal(number)
    digits = max(3, value.adjusted() + 1)
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(value).normalize()
    tiny = value and (abs(value) < Decimal("1e-4") or abs(value) >= Decimal("1e12"))
    return str(rounded) if tiny else format(rounded, "f")


def _lines(ledger, paper, measure, dataset):
    """A measure's ledger lines by preset."""
    return {
        row["preset"]: row
        for row in ledger
        if (row["paper"], row["measure"], row["dataset"]) == (paper, measure, dataset)
    }


def _table(rows, ledger, notebooks):
    """The built papers in full, then one line for each family's planned ones."""
    families = [(row["family"], row["name"]) for row in catalogue("families.tsv")]
    built = ["| paper | what it claims | scale here | claims judged here |\n|---|---|---|---|\n"]
    planned = []
    for family, name in families:
        title = "[%s](notebooks/%s)" % (name, notebooks[family]) if family in notebooks else name
        members = [paper for paper in rows if paper["family"] == family]
        lines = [_row(paper, ledger) for paper in members if paper["status"] != "planned"]
        built += ["| **%s** | | | |\n" % title] * bool(lines) + lines
        ids = [paper["id"] for paper in members if paper["status"] == "planned"]
        planned += ["- %s: %s\n" % (title, ", ".join(ids))] * bool(ids)
    return "".join(built) + "\nPlanned:\n\n" + "".join(planned)


def _row(paper, ledger):
    claims = [row for row in criteria() if row["paper"] == paper["id"] and row["kind"] in COUNTED]
    order = ("paper", "reduced", "toy")
    return "| [%s](%s) ([arXiv](https://arxiv.org/abs/%s))%s | %s | %s | %s |\n" % (
        paper["id"],
        PAGE % paper["id"].replace("-", ""),
        paper["arxiv"],
        ", in part" if paper["status"] == "part" else "",
        paper["claim"],
        ", ".join(sorted({row["scale"] for row in claims}, key=order.index)),
        _verdicts(claims, ledger),
    )


def _verdicts(claims, ledger):
    """How many of the paper's own claims are reproduced, real data sets counted each.

    What is not measured and criteria of the workbench do not count.
    """
    claims = [row for row in claims if row["paper_value"] != "own" and row["operator"] != "none"]
    if not claims:
        return "none with a number of the paper; own criteria in the notebook"
    asked, judged = 0, []
    for claim in claims:
        datasets = {row["dataset"]: 0 for row in ledger if (row["paper"], row["measure"]) == (claim["paper"], claim["measure"])}
        for dataset in {"": 0, **datasets}:
            asked += 1
            lines = _lines(ledger, claim["paper"], claim["measure"], dataset)
            verdicts = [lines[preset] for preset in reversed(PRESETS) if preset in lines]
            judged += [line for line in verdicts if line["verdict"] != "NOT_JUDGED"][:1]
    if not judged:
        return "none yet"
    counts = {verdict: sum(line["verdict"] == verdict for line in judged) for verdict in ("REPRODUCED", "WEAKER", "NOT_REPRODUCED")}
    text = "%d of %d" % (counts.pop("REPRODUCED"), asked)
    text += "".join(", %d %s" % (count, verdict.lower().replace("_", " ")) for verdict, count in counts.items() if count)
    seeds = sorted({int(line["seeds"]) for line in judged})
    several = str(seeds[0]) if len(seeds) == 1 else "%d to %d" % (seeds[0], seeds[-1])
    return "%s, at %s %s" % (text, several, "seed" if seeds[-1] == 1 else "seeds")
