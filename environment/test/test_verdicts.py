"""Every number and verdict of the ledger, computed again from raw values and criteria by other code."""

import csv
import statistics
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CRITERIA = next((ROOT / "lib/src/main/resources").rglob("criteria.tsv"))
PRESETS = ["smoke", "quick", "extended", "full"]
HOLDS = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: abs(a - b) <= 1e-9 * max(1, abs(b)),
}


def table(file, delimiter=","):
    with open(file, encoding="utf-8", newline="") as text:
        quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
        return list(csv.DictReader(text, delimiter=delimiter, quoting=quoting))


def value(statistic, rows):
    arms = {}
    for row in rows:
        arms.setdefault(row["arm"], []).append(float(row["value"]))
    if statistic == "ratio of sums":
        return sum(arms["over"]) / sum(arms["under"])
    return (statistics.median if statistic == "median" else statistics.fmean)(arms[""])


def verdict(line, rule):
    kind, ours, neutral = rule["kind"], float(line["ours"]), rule["neutral"]
    least = max(PRESETS.index(rule["preset"]), PRESETS.index("extended") if kind == "QUALITY" else 0)
    met = HOLDS.get(rule["operator"], lambda a, b: False)(ours, float(rule["threshold"] or 0))
    if kind == "IDENTITY":
        return "HOLDS" if met else "BROKEN"
    if rule["operator"] == "none" or PRESETS.index(line["preset"]) < least or int(line["seeds"]) < int(rule["seeds"]):
        return "NOT_JUDGED"
    if kind in ("ARITHMETIC", "MODEL"):
        return "HOLDS" if met else "MISSED"
    if met:
        return "REPRODUCED"
    right = neutral and (ours - float(neutral)) * (float(rule["threshold"]) - float(neutral)) > 0
    return "WEAKER" if right else "NOT_REPRODUCED"


class Verdicts(unittest.TestCase):
    def test_every_line_follows_from_its_raw_values_and_criterion(self):
        rules = {(rule["paper"], rule["measure"]): rule for rule in table(CRITERIA, "\t")}
        raw = {}
        for file in (ROOT / "figures").glob("*/rows.csv"):
            for row in table(file):
                raw.setdefault((row["paper"], row["measure"], row["dataset"], row["preset"]), []).append(row)
        lines = table(ROOT / "figures/ledger.csv")
        self.assertTrue(lines)
        for line in lines:
            name = (line["paper"], line["measure"], line["dataset"], line["preset"])
            rows = raw.pop(name, [])
            if not line["ours"]:
                self.assertEqual(("NOT_JUDGED", []), (line["verdict"], rows), name)
                continue
            if rows:
                again = value(line["statistic"], rows)
                self.assertLessEqual(abs(again - float(line["ours"])), 2e-5 * abs(again) + 1e-12, name)
                self.assertEqual(int(line["n"]), len({row["seed"] for row in rows}), name)
            self.assertEqual(verdict(line, rules[name[:2]]), line["verdict"], name)
        self.assertFalse(raw, "raw values without a line")


if __name__ == "__main__":
    unittest.main()
