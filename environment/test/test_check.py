"""What the check of figures and the README's generated parts say: python3 environment/test/test_check.py."""

import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ENVIRONMENT = Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ENVIRONMENT))

from driver import build, check, readme  # noqa: E402
from driver.console import Problem  # noqa: E402
from driver.notebooks import papers  # noqa: E402

DATA = """# figure: gantt
# revision: %s
# column: step structural
# column: loss measured 0.01
# column: seconds wall
step,loss,seconds
1,%s,%s
2,0.25,7.5
"""
DRAWN = "# column: step structural\nstep\n%d\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="20" height="20" fill="%s"/></svg>'
LEDGER = "paper,measure,dataset,kind,ours,verdict,preset,notebook,seeds\n"
NAME = "flover-gantt"


class Trees(unittest.TestCase):
    """Two trees of figures that agree; pictures are as far apart as 'rms' says."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.stored, self.fresh = self.folder / "stored", self.folder / "fresh"
        self.rms, self.compared = 0.0, []
        self.figure(self.stored, DATA % ("r1", "0.5", "3"))
        self.figure(self.fresh, DATA % ("r2", "0.503", "4"))

    def figure(self, tree, csv, spec=None, colour="#0000ff", name=NAME):
        place = tree / "01-batching"
        place.mkdir(parents=True, exist_ok=True)
        (place / (name + ".csv")).write_text(csv)
        (place / (name + ".json")).write_text(json.dumps(spec or {"a": 1, "b": 2}))
        (place / (name + ".svg")).write_text(SVG % colour)

    def tool(self, jdk, main, *arguments):
        self.compared += arguments[::3]
        for picture in arguments[2::3]:
            Path(picture).write_bytes(b"difference")
        return 0, "\n".join(str(self.rms) for _ in arguments[::3])

    def run_check(self, **how):
        found = check.Check(self.stored, self.fresh, "01-batching", **how)
        with mock.patch.object(build, "tool", self.tool):
            return found.run("/jdk", self.folder / "differences")

    def sentences(self, **how):
        return self.run_check(**how).sentences()


class CheckTest(Trees):
    def test_revision_wall_time_small_moves_and_the_order_of_keys_are_no_difference(self):
        self.figure(self.fresh, DATA % ("r2", "0.503", "4"), {"b": 2, "a": 1})
        self.assertEqual([], self.sentences())
        self.assertEqual([], self.compared, "equal files need no rasteriser")

    def test_a_measured_number_beyond_its_tolerance_is_named_and_shown_on_the_page(self):
        self.figure(self.fresh, DATA % ("r2", "0.6", "4"), colour="#0000fe")
        found = self.run_check()
        self.assertEqual(
            [
                "01-batching/flover-gantt: column 'loss' (measured 0.01): 1 of 2 values differ,"
                " first in row 1: 0.6 instead of 0.5"
            ],
            found.sentences(),
        )
        page = self.folder / "page/check.html"
        found.page(page)
        text = page.read_text()
        self.assertEqual(2, text.count("data:image/svg+xml;base64,"))
        self.assertEqual(1, text.count("data:image/png;base64,"))
        self.assertNotIn('src="http', text)
        self.assertIn("1 part differs", text)

    def test_structural_numbers_are_compared_to_the_last_digit_and_texts_with_lines_in_them(self):
        for old, new in (("0.1", "0.10000000000000002"), ('"a\nb"', '"a\nc"')):
            self.figure(self.stored, "# column: x structural\nx\n%s\n" % old)
            self.figure(self.fresh, "# column: x structural\nx\n%s\n" % new)
            self.assertIn("1 of 1 values differ", "".join(self.sentences()))

    def test_columns_rows_and_classes_are_compared(self):
        for csv, said in (
            ((DATA % ("r", "0.5", "3")).replace("seconds", "time"), "columns are [step, loss, time] instead of"),
            (DATA % ("r", "0.5", "3") + "3,1,1\n", "3 rows instead of 2"),
            ((DATA % ("r", "0.5", "3")).replace("measured 0.01", "measured 0.1"), "declared measured 0.1 instead of measured 0.01"),
        ):
            self.figure(self.fresh, csv)
            self.assertIn(said, "".join(self.sentences()))

    def test_specification_and_picture_are_compared_but_no_picture_of_wall_times(self):
        self.rms = 0.3
        self.figure(self.fresh, DATA % ("r2", "0.5", "3"), {"a": 1}, "#ff0000")
        self.assertEqual(["01-batching/flover-gantt: spec.b is absent instead of 2"], self.sentences())
        self.figure(self.stored, DRAWN % 1)
        self.figure(self.fresh, DRAWN % 1, colour="#ff0000")
        self.assertEqual(
            [
                "01-batching/flover-gantt: a colour in its picture is #FF0000 instead of #0000FF",
                "01-batching/flover-gantt: its picture differs by 0.300 (at most 0.02)",
            ],
            self.sentences(),
        )

    def test_a_thin_line_in_another_colour_is_a_difference_and_a_slightly_other_shade_is_not(self):
        drawing = SVG.replace('fill="%s"', 'style="stroke: rgb(%d,94,0)"')
        for red, said in ((210, []), (0, ["a colour in its picture is #005E00 instead of #D55E00"])):
            for tree, shade in ((self.stored, 213), (self.fresh, red)):
                self.figure(tree, DRAWN % 1)
                (tree / "01-batching" / (NAME + ".svg")).write_text(drawing % shade)
            self.assertEqual(["01-batching/flover-gantt: " + sentence for sentence in said], self.sentences())

    def test_a_missing_picture_is_a_difference_and_an_older_one_is_not(self):
        (self.stored / "01-batching" / (NAME + ".svg")).unlink()
        self.assertIn("it has no picture, or not one of the same kind, here and there", self.sentences()[0])
        self.figure(self.stored, DRAWN % 1)
        self.figure(self.fresh, DRAWN % 1, {"a": 3}, "#ff0000")
        (self.fresh / "01-batching/rows.csv").write_text("paper,value\nflover,1\n")
        self.assertEqual([], self.sentences(older=[NAME]))
        self.figure(self.fresh, DRAWN % 2)
        self.assertEqual(1, len(self.sentences(older=[NAME])))

    def test_missing_and_new_figures_are_differences_unless_excused(self):
        self.figure(self.stored, "# data: digits (CC BY 4.0)\n" + DRAWN % 1, name="flover-gantt-digits")
        self.figure(self.fresh, DRAWN % 1, name="flover-makespan")
        self.assertEqual(
            ["01-batching/flover-gantt-digits: is stored but was not drawn", "01-batching/flover-makespan: was drawn but is not stored"],
            self.sentences(),
        )
        self.assertEqual([], self.sentences(without_data=True, new_allowed=True))

    def test_a_damaged_file_is_named_with_its_line(self):
        self.figure(self.fresh, "# seed: 7\n# column: x sometimes\nx\n1\n")
        with self.assertRaisesRegex(Problem, "gantt.csv, line 2: a column is structural, measured TOLERANCE or wall, not 'x sometimes'"):
            self.sentences()
        self.figure(self.fresh, "# column: x structural\ny\n1\n")
        with self.assertRaisesRegex(Problem, "line 2: no column 'x', which is declared above"):
            self.sentences()

    def test_ledger_lines_are_compared_by_kind(self):
        def ledger(tree, count, quality, wall, verdict="REPRODUCED"):
            lines = (("gain", "", "COUNT", count), ("loss", "", "QUALITY", quality), ("speed", "", "WALL", wall), ("gain", "digits", "COUNT", 1))
            rows = ["flover,%s,%s,%s,%s,%s,quick,01-batching,1\n" % (*line, verdict) for line in lines]
            (tree / "ledger.csv").write_text(LEDGER + "".join(rows))

        ledger(self.stored, 10, 10, 10)
        ledger(self.fresh, 10.3, 10.3, 99)
        self.assertEqual(["ledger: flover/gain (quick) is 10.3 instead of 10"], self.sentences())
        ledger(self.fresh, 10, 11, 99)
        self.assertEqual(["ledger: flover/loss (quick) is 11 instead of 10"], self.sentences())
        ledger(self.fresh, 10, 10, 99, "WEAKER")
        self.assertIn("ledger: flover/gain on digits (quick) is WEAKER instead of REPRODUCED", self.sentences())
        text = (self.stored / "ledger.csv").read_text()
        (self.fresh / "ledger.csv").write_text("".join(line for line in text.splitlines(True) if "digits" not in line))
        self.assertEqual(["ledger: flover/gain on digits (quick) is stored but was not measured"], self.sentences())
        self.assertEqual([], self.sentences(without_data=True))


class ReadmeTest(unittest.TestCase):
    TEXT = """# Title
**<!-- built -->0 of 0<!-- /built -->** papers are built.
<!-- papers:begin -->
old
<!-- papers:end -->
It is <!-- ledger:flover/makespan-gain -->?<!-- /ledger --> times shorter, on a real trace
<!-- ledger:flover/makespan-gain@trace -->9<!-- /ledger -->.
"""

    def lines(self, *lines):
        names = ("measure", "dataset", "preset", "ours", "verdict")
        rows = [dict(zip(names, map(str, line)), paper="flover") for line in lines]
        return [dict(row, seeds="1" if row["preset"] == "quick" else "3") for row in rows]

    def test_table_and_numbers_come_from_the_ledger_and_a_renewed_text_is_current(self):
        ledger = self.lines(
            ("makespan-gain", "", "quick", 12.5493, "HOLDS"),
            ("gap-speedup-last", "", "quick", 2, "WEAKER"),
            ("gap-speedup-last", "", "extended", 1.3, "REPRODUCED"),
            ("slot-steps-saved", "", "quick", 0.02, "WEAKER"),
            ("wall-prediction-error", "", "quick", 0.1, "REPRODUCED"),
            ("makespan-gain", "trace", "quick", 4096, "HOLDS"),
            ("slot-steps-saved", "trace", "quick", 0, "NOT_REPRODUCED"),
        )
        renewed = readme.generate(self.TEXT, ledger, {"01": "01-batching.ipynb"})
        for said in (
            "-->12.5<!-- /ledger --> times",
            "-->4096<!-- /ledger -->.",
            "| **[Batching and padding](notebooks/01-batching.ipynb)** |",
            "| [flover](lib/src/main/java/dev/stretto/papers/flover/package-info.java) ([arXiv](https://arxiv.org/abs/2305.13484)) |",
            "| reduced, toy | 1 of 5, 1 weaker, 1 not reproduced, at 1 to 3 seeds |",
            "-->%d of 58<!--" % sum(paper["status"] != "planned" for paper in papers()),
        ):
            self.assertIn(said, renewed)
        for paper in papers():
            self.assertIn(paper["id"], renewed)
        self.assertEqual(renewed, readme.generate(renewed, ledger, {"01": "01-batching.ipynb"}))

    def test_a_number_that_nobody_measured_is_a_sentence(self):
        with self.assertRaisesRegex(Problem, "the ledger has no measured flover/makespan-gain"):
            readme.generate(self.TEXT, [], {})

    def test_numbers_have_three_digits_and_whole_ones_all(self):
        for number, text in (("12.5493", "12.5"), ("4096", "4096"), ("123456", "123456"), ("0.0494", "0.0494"), ("1234.5", "1235"), ("0", "0"), ("-0.2", "-0.2")):
            self.assertEqual(text, readme.shown(number))

    def test_the_projects_readme_is_current(self):
        if readme.FILE.exists():
            self.assertEqual([], readme.renew(check=True))


if __name__ == "__main__":
    unittest.main()
