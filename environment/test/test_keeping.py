"""What the driver keeps and refuses: python3 environment/test/test_keeping.py.

On the scratch project of test_reproduce.py, with a Python kernel and without Maven.
"""

import fcntl
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from test_reproduce import CLEAN, ENVIRONMENT, FIGURE, LEDGER, Project, cell

from driver import build, state, texts

LINE = """
import os, pathlib
folder = pathlib.Path(os.environ["STRETTO_FIGURES"])
(folder / "ledger.csv").write_text(
    "paper,measure,dataset,paper_value,ours,unit,threshold,verdict,preset,notebook\\n"
    "%s,%s,,1,2,ratio,>= 1,REPRODUCED,quick,%s\\n")
(folder / "%s").mkdir(exist_ok=True)
(folder / "%s/rows.csv").write_text("paper,measure,dataset,preset,arm,seed,unit,value\\n%s,m,,quick,a,1,s,2\\n")
"""

DATA = "# revision: r1\n# column: n structural\n# column: loss measured 0.1\n# column: t wall\nn,loss,t\n%s,%s,%s\n"


class TextsTest(unittest.TestCase):
    def agree(self, old, new, **how):
        return texts.agree(old, new, **how)

    def test_numbers_move_within_their_tolerance_and_words_not_at_all(self):
        self.assertTrue(self.agree("tau 2.50 of 4", "tau 2.54 of 4"))
        self.assertFalse(self.agree("tau 2.50 of 4", "tau 2.56 of 4"))
        self.assertFalse(self.agree("tau 2.50 of 4", "tau 2.50 of 5"))
        self.assertFalse(self.agree("12,000 cuts", "12,100 cuts"))
        self.assertTrue(self.agree("error 0.031", "error 0.032"))
        self.assertFalse(self.agree("error 0.1", "error 0.2"))
        self.assertTrue(self.agree("69 %", "70 %"))
        self.assertFalse(self.agree("69 %", "73 %"))
        self.assertFalse(self.agree("a gain of 2.5", "a loss of 2.5"))
        self.assertFalse(self.agree("-0.31", "0.31"))
        self.assertFalse(self.agree("model-4e4d", "model-8e1d"))

    def test_a_tag_says_otherwise(self):
        self.assertTrue(self.agree("took 3.1 ms, 2 rounds", "took 980 us, 3 rounds", wall=True))
        self.assertFalse(self.agree("took 3.1 ms", "wasted 3.1 ms", wall=True))
        self.assertTrue(self.agree("100 steps", "105 steps", within=0.1))
        self.assertFalse(self.agree("2.500", "2.501", within=0))

    def test_a_ledger_row_of_wall_times_is_not_compared_beyond_its_words(self):
        self.assertTrue(self.agree("flover gain 2.0 WALL REPRODUCED", "flover gain 3.0 WALL WEAKER"))
        self.assertFalse(self.agree("flover gain 2.0 COUNT REPRODUCED", "flover gain 2.0 COUNT WEAKER"))
        self.assertTrue(self.agree("gain | 2.0 | not reproduced | wall", "gain | 3.0 | weaker | wall"))
        self.assertFalse(self.agree("gain on the wall clock | 2.0", "gain on the wall clock | 3.0"))

    def test_a_ledger_row_of_trained_or_predicted_numbers_moves_as_the_ledger_does(self):
        for kind in ("MODEL", "quality"):
            self.assertTrue(self.agree("gain | 2.94 | >= 2 | %s | x" % kind, "gain | 3 | >= 2 | %s | x" % kind))
            self.assertFalse(self.agree("gain | 2.94 | %s" % kind, "gain | 3.2 | %s" % kind))
        self.assertFalse(self.agree("gain | 2.84 | COUNT | x", "gain | 3 | COUNT | x"))

    def test_markup_and_alignment_are_no_text(self):
        def shown(**data):
            return texts.lines({"outputs": [{"output_type": "display_data", "data": data}]})

        self.assertEqual(["a | 1", "b 2"], shown(**{"text/html": "<tr style='x:1'><td>a</td><td>1</td></tr><tr><td>b<td>2"}))
        self.assertEqual(["a | 1", "---"], shown(**{"text/plain": "  a  |  1\n--------\n"}))


class KeepingTest(Project):
    def git(self, *words):
        subprocess.run(["git", *words], cwd=self.root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def commit(self):
        if not (self.root / ".git").exists():
            self.git("init")
            self.git("config", "user.name", "t")
            self.git("config", "user.email", "t@example.org")
            (self.root / ".gitignore").write_text(".work\nresults\n__pycache__\n")
        self.git("add", "-A")
        self.git("commit", "-m", "x")

    def change(self, old, new):
        self.notebook.write_text(self.notebook.read_text().replace(old, new))

    def start(self, *arguments):
        return subprocess.Popen(
            self.command(*arguments), env=CLEAN, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    # what was changed meanwhile

    def test_a_notebook_that_changed_while_it_ran_is_not_overwritten(self):
        edit = "p = pathlib.Path('01-batching.ipynb'); p.write_text(p.read_text().replace('mine', 'edited'))"
        self.write(cell(FIGURE), cell("figure('flover-gantt', 1)"), cell(edit), cell("'mi' + 'ne'  # mine"))
        self.write(cell("1"), name="02-other")
        status, said = self.reproduce()
        self.assertEqual(1, status, said)
        self.assertIn("02-other  done in", said)
        self.notebook = self.notebook.with_name("01-batching.ipynb")
        self.assertIn("01-batching.ipynb was changed while it ran, so what the run made of the old one is beside it", said)
        self.assertIn("# edited", self.notebook.read_text())
        self.assertEqual(
            {"notebooks/01-batching.ipynb", "notebooks/01-batching.new.ipynb"},
            {name for name in self.files() if "02-other" not in name},
        )
        self.assertIn("'mine'", (self.root / "notebooks/01-batching.new.ipynb").read_text())
        status, said = self.reproduce("--why")
        self.assertNotIn(".new", said)

    def test_two_runs_at_once_keep_each_others_lines_and_wait_for_each_other(self):
        wait = "import time\nwhile not os.path.exists('../go'): time.sleep(0.05)"
        one = LINE % ("flover", "makespan-gain", "01-batching", "01-batching", "01-batching", "flover")
        two = LINE % ("paraformer", "x", "02-other", "02-other", "02-other", "paraformer")
        self.write(cell(one), cell(wait))
        self.write(cell(two), name="02-other")
        first = self.start("01")
        status, said = self.reproduce("02")
        self.assertEqual(0, status, said)
        ledger = self.root / "figures/ledger.csv"
        self.assertIn("paraformer", ledger.read_text())
        with open(self.root / "environment/.work/store.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (self.root / "go").touch()
            for line in first.stdout:
                if "done in" in line:
                    break
            with self.assertRaises(subprocess.TimeoutExpired):
                first.wait(timeout=1)
            self.assertNotIn("flover", ledger.read_text())
        said, _ = first.communicate(timeout=60)
        self.assertEqual(0, first.returncode, said)
        lines = ledger.read_text().splitlines()
        self.assertEqual(["paper", "flover", "paraformer"], [line.split(",")[0] for line in lines])
        self.assertIn("flover,m,,quick,a,1,s,2", (self.root / "figures/01-batching/rows.csv").read_text())

    def test_a_run_replaces_only_its_own_notebooks_and_presets_lines(self):
        self.reproduce()
        ledger = self.root / "figures/ledger.csv"
        head, line = ledger.read_text().splitlines()
        others = [line.replace("quick", "extended"), line.replace("01-batching", "09-x").replace("makespan-gain", "y")]
        real = line.replace("makespan-gain,,", "makespan-gain,digits,")
        gone = line.replace("makespan-gain", "no-longer-measured")
        ledger.write_text("\n".join([head, gone, real, line.replace("12.5", "9"), *others]) + "\n")
        status, said = self.reproduce("--force")
        self.assertEqual(1, status, "what parted is said, and then replaced: " + said)
        self.assertIn("ledger: flover/no-longer-measured (quick) is stored but was not measured", said)
        self.assertEqual({head, line, real, *others}, set(ledger.read_text().splitlines()))

    def test_a_line_of_uncommitted_sources_gives_way_to_one_that_is_clean(self):
        ledger = LINE.replace("preset,notebook", "preset,notebook,provenance")
        self.write(cell(ledger.replace("quick,%s\\n", "quick,%s,seed=7;revision=new\\n")
                        % ("flover", "makespan-gain", "01-batching", "01-batching", "01-batching", "flover")))
        self.reproduce()
        table = self.root / "figures/ledger.csv"
        self.assertIn("revision=new", table.read_text())
        for stored, kept in (("0123-dirty", "new"), ("0123", "0123")):
            table.write_text(re.sub(r"revision=\S+", "revision=" + stored, table.read_text()))
            self.assertEqual(0, self.reproduce("--force")[0])
            self.assertIn("revision=%s\n" % kept, table.read_text())

    def test_check_compares_raw_values(self):
        self.write(cell(LINE % ("flover", "makespan-gain", "01-batching", "01-batching", "01-batching", "flover")))
        self.reproduce()
        self.assertEqual(0, self.reproduce("--check")[0])
        rows = self.root / "figures/01-batching/rows.csv"
        right = rows.read_text()
        rows.write_text(right.replace(",s,2", ",s,2.05"))
        self.assertEqual(0, self.reproduce("--check")[0], "2.5 % is within the tolerance of a measured value")
        rows.write_text(right.replace(",s,2", ",s,2.3"))
        status, said = self.reproduce("--check")
        self.assertEqual(1, status, said)
        self.assertIn("01-batching, flover m a 1: a raw value is 2 instead of 2.3", said)
        rows.write_text(right + right.splitlines()[-1] + "\n")
        self.assertIn("flover m a 1: 1 raw values instead of 2", self.reproduce("--check")[1])

    def test_where_much_is_touched_the_cheapest_notebooks_that_cover_it_run(self):
        changed = {
            "a": {("library", "x"), ("library", "y")},
            "b": {("library", "x")},
            "c": {("library", "z"), ("code", "c")},
        }
        self.assertEqual(["b", "c", "a"], state.covering({"a": 900, "b": 10, "c": 600}, changed))
        self.assertEqual(["a", "c"], state.covering({"a": 20, "b": 11, "c": 600}, changed))

    # texts and tables

    def test_check_finds_a_falsified_number_and_ignores_clock_readings(self):
        self.write(
            cell("print('tau', 2.5); 42"),
            cell("import time; print(time.perf_counter_ns(), 'ns')", "wall"),
            cell("print('loss', 0.5 + (time.perf_counter_ns() % 100) / 1e4)"),
        )
        self.reproduce()
        status, said = self.reproduce("--check")
        self.assertEqual((0, "Verdict: everything agrees"), (status, said.strip().splitlines()[-1]), said)
        self.change('"42"', '"43"')
        status, said = self.reproduce("--check")
        self.assertEqual(1, status, said)
        self.assertIn("01-batching, cell 1 (print('tau', 2.5); 42): '42' instead of '43'", said)
        self.assertEqual("Verdict: does not agree, for what is said above", said.strip().splitlines()[-1])
        self.change('"43"', '"42"')
        self.change("tau 2.5", "tau 2.7")
        status, said = self.reproduce("--check")
        self.assertEqual(1, status, said)
        self.assertIn("'tau 2.5' instead of 'tau 2.7'", said)

    # revisions

    def test_results_of_changed_sources_are_not_stored(self):
        self.commit()
        status, said = self.reproduce()
        self.assertEqual(0, status, said)
        self.assertRegex((self.root / "figures/01-batching/flover-gantt.csv").read_text(), r"# revision: \w{12}\n")
        # what a run writes is no changed source
        self.assertEqual(0, self.reproduce("--force")[0])
        self.change("figure('flover-gantt', 1)", "figure('flover-gantt', 1.5)")
        before = self.files()
        status, said = self.reproduce()
        self.assertEqual((1, before), (status, self.files()), said)
        self.assertIn("the sources differ from their last commit", said)
        self.assertIn("flover-gantt: column 'x' (structural): 1 of 1 values differ", self.reproduce("--check")[1])
        self.reproduce("--force-dirty")
        self.assertIn("-dirty", (self.root / "figures/01-batching/flover-gantt.csv").read_text())

    def figure(self, name, *values, data=DATA):
        folder = self.root / "figures/01-batching"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / (name + ".csv")).write_text(data % values)

    def test_what_is_stored_is_compared_with_a_revision_under_renames(self):
        head = "paper,measure,dataset,kind,ours,verdict,preset,notebook\n"
        ledger = self.root / "figures/ledger.csv"
        self.figure("flover-gantt", "Slips", 1, 5)
        self.figure("flover-law", 1, 1, 5)
        self.figure("flover-gone", 1, 1, 5)
        ledger.write_text(
            head + "flover,law,,COUNT,2,REPRODUCED,quick,01-batching\nflover,gain,,WALL,2,WEAKER,quick,01-batching\n"
            "flover,loss,,QUALITY,2,REPRODUCED,quick,01-batching\n"
        )
        self.commit()
        for old in ("law", "gone"):
            (self.root / ("figures/01-batching/flover-%s.csv" % old)).unlink()
        self.figure("flover-gantt", "PerturbedModel", 1.05, 9, data=DATA.replace("loss", "nll"))
        self.figure("flover-distribution", 1, 1, 5)
        self.figure("flover-fresh", 1, 1, 5)
        ledger.write_text(
            head + "flover,distribution,,COUNT,2,REPRODUCED,quick,01-batching\nflover,gain,,WALL,9,REPRODUCED,quick,01-batching\n"
            "flover,loss,,QUALITY,2.05,NOT_JUDGED,quick,01-batching\n"
        )
        renames = self.root / "renames.tsv"
        renames.write_text(
            "kind\told\tnew\nclass\tdev.stretto.a.Slips\tdev.stretto.b.PerturbedModel\nfigure\tflover-law\tflover-distribution\n"
            "measure\tflover/law\tflover/distribution\ncolumn\tflover-gantt/loss\tnll\n"
        )
        compare = ("--stored", "--against", "HEAD", "--renames", str(renames))
        status, said = self.reproduce(*compare)
        self.assertEqual(1, status, said)
        self.assertIn("missing: 01-batching/flover-gone", said)
        self.assertIn("new: 01-batching/flover-fresh", said)
        self.assertIn("judged otherwise: ledger line flover/loss (quick) is NOT_JUDGED instead of REPRODUCED", said)
        self.assertNotIn("changed:", said)
        self.assertIn("5 figures and ledger lines compared: 1 missing, 0 changed, 1 judged otherwise, 1 new", said)
        self.figure("flover-gone", 1, 1, 5)
        status, said = self.reproduce(*compare)
        self.assertEqual((0, "Verdict: everything agrees"), (status, said.strip().splitlines()[-1]), said)
        for values, what in (((1, 1.3, 5), "column 'loss'"), ((2, 1, 5), "column 'n'")):
            self.figure("flover-gone", *values)
            status, said = self.reproduce(*compare)
            self.assertEqual(1, status, said)
            self.assertIn("changed: 01-batching/flover-gone: " + what, said)
        renames.write_text("kind\told\tnew\nclass\tSlips\n")
        self.assertIn("renames.tsv, line 2: expected kind", self.reproduce(*compare)[1])
        self.assertIn("git knows no revision 'v9'", self.reproduce("--stored", "--against", "v9")[1])

    def test_a_run_is_compared_with_a_revision(self):
        self.reproduce()
        self.commit()
        self.change("figure('flover-makespan', 2)", "figure('flover-makespan', 3)")
        status, said = self.reproduce("--check", "--against", "HEAD")
        self.assertEqual(1, status, said)
        self.assertIn("changed: 01-batching/flover-makespan: column 'x' (structural)", said)

    # what made it stale

    def test_why_names_the_parts_and_touched_runs_them(self):
        sources = self.root / "lib/src/main/java/dev/stretto"
        for name, text in (("a/One", "package dev.stretto.a; class One { Two two; }"), ("a/Two", "class Two {}"),
                           ("b/Far", "package dev.stretto.b; class Far {}")):
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            (sources / (name + ".java")).write_text(text)
        model = self.root / "datasets/checkpoints/tiny-gpt-0123.safetensors"
        model.parent.mkdir(parents=True)
        model.write_text("1")
        self.write(cell('"""\nimport dev.stretto.a.*;\nOne\n"tiny-gpt"\n"""; 1'))
        self.assertIn("01-batching  stale: nothing is stored", self.reproduce("--why")[1])
        self.reproduce()
        self.write(cell("1"), name="02-other")
        self.reproduce("02")
        self.assertEqual(2, self.reproduce("--why")[1].count("up to date"))
        (sources / "b/Far.java").write_text("package dev.stretto.b; class Far { int x; }")
        self.assertEqual(2, self.reproduce("--why")[1].count("up to date"))
        (sources / "a/Two.java").write_text("/** One Two. */ class Two { int x; }")
        self.assertIn("01-batching  stale: library (dev.stretto.a)\n", self.reproduce("--why")[1])
        model.write_text("2")
        said = self.reproduce("--why", "01", STRETTO_SET="a=1")[1]
        self.assertIn("stale: library (dev.stretto.a), settings, models (tiny-gpt-0123.safetensors)\n", said)
        self.commit()
        status, said = self.reproduce("--check", "--touched")
        self.assertEqual(0, status, said)
        self.assertIn("01-batching  touched: library (dev.stretto.a), models", said)
        self.assertIn("02-other  in turn", said)

    def test_the_classes_that_a_cell_uses_are_followed_but_not_into_comments(self):
        used = state._used
        packages = {"dev.stretto.a": {"One": 1, "Two": 2}, "dev.stretto.b": {"Far": 3}, "dev.stretto.c": {"Law": 4}}
        text = 'import dev.stretto.b.Far;\nimport static dev.stretto.c.Law.of;\nOne x = "// no"; /* Two */ int y;'
        self.assertEqual({1, 3, 4}, used(state.COMMENT.sub(r"\1", text), "dev.stretto.a", packages))
        self.assertEqual({4}, used("dev.stretto.c.Law.of(1)", None, packages))

    # parts of a run

    def draw(self, *, loss, colour):
        return cell(
            FIGURE + "(place := pathlib.Path(os.environ['STRETTO_FIGURES']) / '01-batching').mkdir(exist_ok=True)\n"
            "for name in ('flover-gantt', 'flover-makespan'):\n"
            "    wall = '# column: t wall\\nt\\n' if name == 'flover-makespan' else ''\n"
            "    (place / (name + '.csv')).write_text(wall + '%s')\n"
            "    (place / (name + '.json')).write_text('{}')\n"
            "    for end in ('svg', 'pdf', 'png'): (place / (name + '.' + end)).write_text('%s')\n"
            "print(%s)" % (loss, colour, loss)
        )

    def text(self, name):
        return (self.root / "figures/01-batching" / name).read_text()

    def test_data_alone_are_stored_and_the_older_picture_is_accepted(self):
        self.write(self.draw(loss=1, colour="red"))
        self.reproduce()
        stored = self.files()
        self.assertNotIn("figures/01-batching/flover-gantt.pdf", stored)
        self.assertNotIn("figures/01-batching/flover-gantt.png", stored)
        notebook = json.loads(self.notebook.read_text())
        notebook["cells"][0]["source"] = self.draw(loss=2, colour="blue")["source"]
        self.notebook.write_text(json.dumps(notebook))
        before = self.notebook.read_bytes()
        status, said = self.reproduce("--data-only", "01")
        self.assertEqual(before, self.notebook.read_bytes())
        self.assertEqual(("2", "red"), (self.text("flover-gantt.csv"), self.text("flover-gantt.svg")), said)
        self.assertEqual(["flover-gantt", "flover-makespan", "texts"], json.loads(self.text("state.json"))["older"])
        status, said = self.reproduce("--check")
        self.assertEqual(0, status, said)
        self.assertIn("01-batching  older than their data, and accepted: flover-gantt, flover-makespan, texts", said)
        self.reproduce("--force", "--wall")
        self.assertEqual("blue", self.text("flover-gantt.svg"))
        self.assertEqual([], json.loads(self.text("state.json"))["older"])

    def test_wall_clock_figures_are_rewritten_on_request_alone(self):
        self.write(self.draw(loss=1, colour="red"))
        self.reproduce()
        self.write(self.draw(loss=1, colour="blue"))
        self.reproduce()
        self.assertEqual(("blue", "red"), (self.text("flover-gantt.svg"), self.text("flover-makespan.svg")))
        self.reproduce("--wall")
        self.assertEqual("blue", self.text("flover-makespan.svg"))

    def test_smoke_writes_nothing_that_is_stored(self):
        before = self.files()
        status, said = self.reproduce("--preset", "smoke")
        self.assertEqual((0, before), (status, self.files()), said)
        self.assertTrue((self.root / "environment/results/smoke/01-batching.ipynb").exists())

    def test_formats_are_made_of_the_stored_drawings(self):
        self.write(self.draw(loss=1, colour="red"))
        self.reproduce()
        status, said = self.reproduce("--formats", "pdf,png", "01")
        self.assertEqual(0, status, said)
        self.assertIn("2 figures as pdf,png are in", said)
        self.assertTrue((self.root / "environment/results/formats/01-batching").is_dir())

    # places that are not ours

    def test_a_full_disk_is_a_sentence(self):
        (self.root / "environment/.work/state").mkdir(parents=True)
        self.write(cell("import os; os.symlink('/dev/full', '../environment/.work/state/01-batching')"))
        status, said = self.reproduce()
        self.assertEqual(1, status, said)
        self.assertIn("Failed: the disk is full: ", said)

    @unittest.skipUnless(hasattr(os, "geteuid") and os.geteuid() == 0, "only root can be someone else")
    def test_someone_elses_checkout_and_a_user_without_a_home_are_sentences(self):
        os.chmod(self.root, 0o755)
        clean = {key: value for key, value in CLEAN.items() if key != "HOME"}
        clean.update(PATH="/usr/bin:/bin", PYTHONDONTWRITEBYTECODE="1")

        def reproduce(*arguments):
            done = subprocess.run(
                self.command(*arguments), env=clean, user=54321, group=54321, extra_groups=[], cwd="/",
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
            )
            self.assertNotIn("Traceback", done.stdout)
            return done.returncode, done.stdout

        self.commit()
        status, said = reproduce()
        self.assertEqual(1, status, said)
        self.assertRegex(said, r"Failed: \S+/environment/.work\S* may not be read or written: it is read-only or")
        for path in [self.root / "environment", *(self.root / "environment").rglob("*")]:
            os.chown(path, 54321, 54321)
        status, said = reproduce("--check")
        self.assertIn("There is no home folder that can be written: ", said)
        self.assertIn("git does not read this checkout, which belongs to another user", said)
        self.assertIn("01-batching  done in", said)
        status, said = reproduce()
        self.assertEqual(1, status, said)
        self.assertRegex(said, r"Failed: \S+/notebooks/01-batching.ipynb may not be read or written")


class PlacesTest(Project):
    def test_a_range_of_manifests_is_passed_on_and_its_missing_shard_is_named(self):
        self.write(cell("import os; print(os.environ['STRETTO_MANIFEST'])"))
        for name in ("m_OP_0..2_CL_.json", "m{00..02}.json"):
            manifest = str(self.root / name)
            status, said = self.reproduce("--check", STRETTO_MANIFEST=manifest)
            self.assertEqual(1, status)
            self.assertRegex(said, r"STRETTO_MANIFEST is '.*', whose file '.*/m0?0.json' does not exist")
        for shard in range(3):
            (self.root / ("m%d.json" % shard)).write_text("{}\n")
        status, said = self.reproduce(STRETTO_MANIFEST=str(self.root / "m_OP_0..2_CL_.json"))
        self.assertEqual(0, status, said)
        self.assertIn("m_OP_0..2_CL_.json", self.notebook.read_text())
        status, said = self.reproduce(STRETTO_MANIFEST=str(self.root / "m_OP_0..2_CL_.json"))
        self.assertIn("up to date", said)
        (self.root / "m1.json").write_text("{}\n{}\n")
        status, said = self.reproduce(STRETTO_MANIFEST=str(self.root / "m_OP_0..2_CL_.json"))
        self.assertNotIn("up to date", said)

    def test_names_beyond_ascii_are_read_under_the_locale_c(self):
        self.write(cell("import os; print(os.environ['LC_ALL'])"))
        for charset, seen in (("C", "C.UTF-8"), ("de_DE.ISO-8859-1", "C.UTF-8"), ("en_GB.utf8", "en_GB.utf8")):
            self.reproduce("--force", LC_ALL=charset)
            self.assertIn(seen + "\\n", self.notebook.read_text())


class BuildTest(unittest.TestCase):
    """Programs that the driver starts, with stand-ins for JDK and npm."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def program(self, path, text):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/bin/sh\n" + text)
        file.chmod(0o755)
        return file

    def test_the_kernel_finds_its_jdk_whatever_java_announces(self):
        noisy = "echo 'Picked up JAVA_TOOL_OPTIONS: -Dx=1' >&2\n"
        for version, release in (("25.0.1", True), ("25.0.1", False), ("24.0.2", True), ("24.0.2", False)):
            jdk = self.folder / ("jdk%s%s" % (version, release))
            self.program(jdk / "bin/javac", "")
            self.program(jdk / "bin/java", noisy + "echo 'openjdk version \"%s\"' >&2\n" % version)
            if release:
                (jdk / "release").write_text('IMPLEMENTOR="x"\nJAVA_VERSION="%s"\n' % version)
            install = (ENVIRONMENT / "kernel/install").read_text()
            check = install[install.index("is_25() {") : install.index('java=""')]
            status = subprocess.run(["bash", "-c", check + 'is_25 "$1"', "-", str(jdk)]).returncode
            self.assertEqual(version.startswith("25"), status == 0, jdk)

    def test_what_java_announces_is_no_output_of_a_tool(self):
        self.program("bin/java", "echo 'NOTE: Picked up JDK_JAVA_OPTIONS: -Xmx8g' >&2\necho said\nexit 3\n")
        with mock.patch.object(build, "classpath", lambda: ""):
            self.assertEqual((3, "said"), build.tool(self.folder, "x.Main"))

    def test_plotly_does_not_keep_anyone_waiting(self):
        npm = self.program("npm", 'echo "$@" >>%s/calls\nexit 1\n' % self.folder)
        said = []
        with mock.patch.multiple(build, WORK=self.folder / "work", say=said.append), mock.patch.dict(
            os.environ, {"STRETTO_CACHE": str(self.folder / "cache")}
        ), mock.patch.object(shutil, "which", lambda name: str(npm)):
            build.fetch_plotly()
            build.fetch_plotly()
        self.assertEqual(1, len((self.folder / "calls").read_text().splitlines()), "a failure is not repeated at each start")
        self.assertIn("--cache " + str(self.folder / "work/plotly/cache"), (self.folder / "calls").read_text())
        self.assertEqual("Fetching Plotly for interactive charts", said[0])
        self.assertIn("it is tried again tomorrow", said[1])

    def test_plotly_is_not_fetched_for_a_cache_that_cannot_be_written(self):
        npm = self.program("npm", "touch %s/called\n" % self.folder)
        (self.folder / "file").touch()
        with mock.patch.multiple(build, WORK=self.folder / "work", say=lambda text: None), mock.patch.dict(
            os.environ, {"STRETTO_CACHE": str(self.folder / "file/cache")}
        ), mock.patch.object(shutil, "which", lambda name: str(npm)):
            build.fetch_plotly()
        self.assertFalse((self.folder / "called").exists())


class LabTest(unittest.TestCase):
    def test_the_lab_leaves_the_number_of_threads_to_the_engine(self):
        root = Path(tempfile.mkdtemp(prefix="lab-test-"))
        self.addCleanup(shutil.rmtree, root, True)
        python = root / "python"
        python.write_text("#!/bin/sh\necho threads=$STRETTO_THREADS. $*\n")
        python.chmod(python.stat().st_mode | stat.S_IXUSR)
        code = (
            "import sys, runpy\nsys.path.insert(0, %r)\nfrom driver import build, jupyter\n"
            "build.java_home = lambda: '/jdk'\nbuild.build = build.fetch_plotly = lambda *a: None\n"
            "build.classpath = lambda: ''\njupyter.find = lambda what: %r\nsys.argv = ['lab', '--no-browser']\n"
            "runpy.run_path(%r, run_name='__main__')\n" % (str(ENVIRONMENT), str(python), str(ENVIRONMENT / "lab"))
        )
        done = subprocess.run([sys.executable, "-c", code], env=CLEAN, capture_output=True, text=True, timeout=60)
        self.assertRegex(done.stdout, r"^threads=\. -m jupyterlab .*--no-browser$", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
