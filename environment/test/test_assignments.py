"""The assignments: python3 environment/test/test_assignments.py.

What is stored follows from the notebooks, obeys nbgrader's rules, and does what it should in the real
kernel, which is built where it is not up to date. The part with the kernel is skipped where no Python
has Jupyter.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ENVIRONMENT))

from driver import assignments, build, jupyter  # noqa: E402
from driver.paths import JUPYTER, NOTEBOOKS  # noqa: E402

STORED = NOTEBOOKS / "assignments"
PYTHON = jupyter.find()

# a notebook on standard input, executed on standard output; like nbgrader it goes on after an error
EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.stdin, as_version=4)
NotebookClient(notebook, kernel_name="stretto", allow_errors=True, timeout=120, startup_timeout=120).execute()
nbformat.write(notebook, sys.stdout)
"""

# nbgrader's schema of a cell's metadata, version 3
REQUIRED = {"schema_version": int, "grade": bool, "locked": bool, "solution": bool}
OPTIONAL = {"task": bool, "grade_id": str, "points": (int, float), "checksum": str, "cell_type": str}


def notebooks(step):
    paths = sorted((STORED / step).rglob("*.ipynb"))
    return {path: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def source(cell):
    return "".join(cell["source"])


def marks(cell):
    return cell["metadata"]["nbgrader"]


class StoredTest(unittest.TestCase):
    def test_what_is_stored_is_what_the_notebooks_give(self):
        self.assertEqual(0, assignments.main(["--check"]))
        self.assertTrue(notebooks("source"))
        self.assertEqual(len(notebooks("source")), len(notebooks("release")))

    def test_metadata_obeys_the_schema_of_nbgrader(self):
        for step in ("source", "release"):
            for path, notebook in notebooks(step).items():
                self.assertEqual("java", notebook["metadata"]["kernelspec"]["language"])
                self.assertEqual((4, 5), (notebook["nbformat"], notebook["nbformat_minor"]))
                ids = [marks(cell)["grade_id"] for cell in notebook["cells"]]
                self.assertEqual(len(ids), len(set(ids)), path)
                for cell in notebook["cells"]:
                    self.valid(cell, marks(cell), step == "release")

    def valid(self, cell, found, released):
        self.assertLessEqual(set(REQUIRED), set(found))
        for name, value in found.items():
            kind = dict(REQUIRED, **OPTIONAL).get(name)
            self.assertIsInstance(value, kind or (), name)
            self.assertTrue(kind is bool or not isinstance(value, bool), name)
        self.assertEqual(3, found["schema_version"])
        self.assertRegex(found["grade_id"], r"^[a-zA-Z0-9_\-]+$")
        self.assertEqual(found["grade"], "points" in found)
        self.assertGreaterEqual(found.get("points", 0), 0)
        # answers, autograder tests and read-only cells: the three kinds made here
        kinds = [(False, True, False), (True, False, True), (False, False, True)]
        self.assertIn((found["grade"], found["solution"], found["locked"]), kinds)
        self.assertFalse(found["task"])
        self.assertTrue(cell["cell_type"] == "code" or not (found["grade"] or found["solution"]))
        if cell["cell_type"] == "code":
            self.assertEqual((None, []), (cell["execution_count"], cell["outputs"]))
        self.assertEqual(released, "checksum" in found and "cell_type" in found)
        self.assertIs(cell["metadata"].get("deletable"), False if released else None)
        self.assertIs(cell["metadata"].get("editable"), False if released and found["locked"] else None)
        if released:
            self.assertEqual(cell["cell_type"], found["cell_type"])
            self.assertEqual(assignments.checksum(source(cell), found), found["checksum"])
            self.assertNotRegex(source(cell), "(BEGIN|END) (SOLUTION|HIDDEN TESTS)")

    def test_checksums_are_those_that_nbgrader_computes(self):
        tests = {"grade": True, "solution": False, "locked": True, "grade_id": "a-tests-1", "points": 2}
        answer = {"grade": False, "solution": True, "locked": False, "grade_id": "a-solution-1"}
        tests["cell_type"] = answer["cell_type"] = "code"
        self.assertEqual("f87a70d7d015e7f6ca95bdfd90d452ba", assignments.checksum("check(1);\nü", tests))
        self.assertEqual("2157a60bf82a2e5e98536d9daa5353ed", assignments.checksum("check(1);\nü", answer))

    def test_nbgrader_is_told_the_stub_that_the_release_has(self):
        class Section(dict):
            def __getattr__(self, name):
                return self.setdefault(name, Section())

            __setattr__ = dict.__setitem__

        config = Section()
        exec((STORED / "nbgrader_config.py").read_text(), {"get_config": lambda: config})
        self.assertEqual({"java": assignments.STUB}, config.ClearSolutions.code_stub)
        self.assertGreaterEqual(config.Execute.timeout, 120)
        for notebook in notebooks("release").values():
            stubs = [source(cell) for cell in notebook["cells"] if marks(cell)["solution"]]
            for stub in stubs:
                self.assertIn("\n".join("  " + line for line in assignments.STUB.split("\n")), stub)


class MakingTest(unittest.TestCase):
    """The command on a scratch copy of the project with a notebook of its own."""

    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="assignments-test-"))
        self.addCleanup(shutil.rmtree, self.root, True)
        shutil.copytree(ENVIRONMENT / "driver", self.root / "environment/driver")
        shutil.copy(ENVIRONMENT / "assignments", self.root / "environment/assignments")
        (self.root / "notebooks").mkdir()
        answer = "int two() {\n  int it;\n  // BEGIN SOLUTION\n  it = 2;\n  // END SOLUTION\n  return it;\n}"
        tests = "check(two() > 0);\n// BEGIN HIDDEN TESTS\ncheck(two() == 2);\n// END HIDDEN TESTS"
        self.cells = [
            ["code", "int before;"],
            ["markdown", "Write `two`.", "exercise:two"],
            ["code", answer, "solution"],
            ["code", tests, "tests", "points:1.5"],
            ["code", "int behind;"],
        ]

    def make(self, *arguments, language="java"):
        cells = [
            dict({"cell_type": kind, "id": "c%d" % i, "metadata": {"tags": tags}, "source": text.splitlines(True)})
            for i, (kind, text, *tags) in enumerate(self.cells)
        ]
        metadata = {"kernelspec": {"name": "stretto", "display_name": "Java", "language": language}}
        notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        (self.root / "notebooks/01-some.ipynb").write_text(json.dumps(notebook))
        command = [sys.executable, str(self.root / "environment/assignments"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual("", done.stderr)
        return done.returncode, done.stdout

    def stored(self, step):
        path = self.root / "notebooks/assignments" / step / "01-some/01-some.ipynb"
        return [source(cell) for cell in json.loads(path.read_text())["cells"]]

    def test_solutions_become_stubs_and_hidden_tests_go(self):
        status, said = self.make()
        self.assertEqual(0, status, said)
        self.assertEqual([text for _, text, *tags in self.cells if tags], self.stored("source")[1:])
        stub = "\n".join("  " + line for line in assignments.STUB.split("\n"))
        answer = "int two() {\n  int it;\n%s\n  return it;\n}" % stub
        self.assertEqual(["Write `two`.", answer, "check(two() > 0);"], self.stored("release")[1:])

    def test_check_finds_what_parted_and_changes_nothing(self):
        self.assertEqual(1, self.make("--check")[0])
        self.assertFalse((self.root / "notebooks/assignments").exists())
        self.make()
        self.assertEqual(0, self.make("--check")[0])
        before = self.stored("release")
        self.cells[3][1] = self.cells[3][1].replace("two() > 0", "two() > 1")
        status, said = self.make("--check", "01")
        self.assertEqual(1, status)
        self.assertIn("release/01-some/01-some.ipynb differs from what its notebook gives", said)
        self.assertEqual(before, self.stored("release"))
        del self.cells[1:4]
        status, said = self.make()
        self.assertEqual(1, status)
        self.assertIn("source/01-some/01-some.ipynb belongs to no notebook's exercises", said)

    def test_a_wrong_tag_is_a_sentence_that_names_the_cell(self):
        begin, end = "// BEGIN SOLUTION\n", "// END SOLUTION\n"
        for number, cell, sentence in [
            (1, ["code", "int a;", "given"], "cell 1: 'given' stands in no exercise"),
            (2, ["code", "int a;", "exercise:two"], "cell 2: an exercise begins with a Markdown cell"),
            (2, ["markdown", "a", "exercise:two words"], "cell 2: 'two words' is no name of"),
            (2, ["markdown", "a", "exercise:two", "given"], "cell 2: tagged exercise:two, given, expected one"),
            (2, ["markdown", "a", "exercise:two", "points:1"], "cell 2: cells tagged tests, and no others,"),
            (3, ["code", "int two;", "solution"], "cell 3: the solution has no BEGIN and END SOLUTION"),
            (3, ["code", begin + begin + end, "solution"], "cell 3: BEGIN SOLUTION and END SOLUTION do not alternate"),
            (3, ["code", begin, "solution"], "cell 3: BEGIN SOLUTION and END SOLUTION do not alternate"),
            (3, ["markdown", begin + end, "solution"], "cell 3: 'solution' is a tag of code cells"),
            (3, ["code", begin + end, "given"], "cell 3: BEGIN SOLUTION belongs into a cell tagged solution"),
            (3, ["code", "int two;", "given"], "exercise 'two' has no cell tagged solution"),
            (4, ["code", "int two;", "tests"], "cell 4: cells tagged tests, and no others, have one tag points:N"),
            (4, ["code", "int two;", "tests", "points:two"], "cell 4: points:two, expected a number"),
            (4, ["code", "int two;"], "exercise 'two' has no cell tagged tests"),
            (5, ["markdown", "a", "exercise:two"], "cell 5: there are two exercises 'two'"),
        ]:
            with self.subTest(sentence):
                kept, self.cells[number - 1] = self.cells[number - 1], cell
                status, said = self.make()
                self.cells[number - 1] = kept
                self.assertEqual(1, status)
                self.assertIn("Failed: 01-some.ipynb", said)
                self.assertIn(sentence, said)
        status, said = self.make(language="python")
        self.assertEqual(1, status)
        self.assertIn("exercises need a notebook whose kernelspec has the language java", said)


# plausible answers to the exercise of notebook 01, and the points that they should get of 4
RIGHT = """
double padCost(List<Batch> run, SpeechCost cost) {
  double padding = 0, all = 0;
  for (var batch : run) {
    int longest = 0, most = 0;
    for (var cut : batch.cuts()) {
      longest = Math.max(longest, cost.frames(cut));
      most = Math.max(most, cut.tokens());
    }
    for (var cut : batch.cuts()) {
      padding += cost.macs(longest, most) - cost.macs(cut);
      all += cost.macs(longest, most);
    }
  }
  return padding / all;
}"""
MEAN_OF_SHARES = """
double padCost(List<Batch> run, SpeechCost cost) {
  return run.stream().mapToDouble(batch -> {
    int longest = batch.cuts().stream().mapToInt(cost::frames).max().getAsInt();
    int most = batch.cuts().stream().mapToInt(Cut::tokens).max().getAsInt();
    return 1 - batch.cuts().stream().mapToDouble(cost::macs).sum() / batch.size() / cost.macs(longest, most);
  }).average().getAsDouble();
}"""
COSTLIEST_CUT = """
double padCost(List<Batch> run, SpeechCost cost) {
  double useful = 0, executed = 0;
  for (var batch : run) {
    useful += batch.cuts().stream().mapToDouble(cost::macs).sum();
    executed += batch.size() * batch.cuts().stream().mapToDouble(cost::macs).max().getAsDouble();
  }
  return 1 - useful / executed;
}"""
NO_NUMBER = "double padCost(List<Batch> run, SpeechCost cost) { return 0. / 0; }"
NO_JAVA = "double padCost(List<Batch> run, SpeechCost cost) { return 1 - useful; }"
ATTEMPTS = [
    (RIGHT, [1, 1, 1, 1]),
    (MEAN_OF_SHARES, [1, 1, 1, 0]),
    (COSTLIEST_CUT, [1, 0, 1, 0]),
    (NO_NUMBER, [0, 0, 0, 0]),
    (NO_JAVA, [0, 0, 0, 0]),
]


def grade(cell):
    """The points that nbgrader gives to an executed cell of tests."""
    for output in cell["outputs"]:
        if output["output_type"] == "error" or output.get("name") == "stderr":
            return 0
        if output["output_type"] == "execute_result":
            raise AssertionError("a cell of tests has a value, which nbgrader takes for points")
    return marks(cell)["points"]


@unittest.skipUnless(PYTHON, "no Python here has Jupyter")
class KernelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        jdk = build.java_home()
        build.build(jdk)
        paths = [str(JUPYTER / "share/jupyter"), os.environ.get("JUPYTER_PATH")]
        changes = {"JUPYTER_PATH": os.pathsep.join(filter(None, paths)), "JAVA%d_HOME" % build.JAVA: str(jdk)}
        cls.environment = dict(os.environ, **changes)

    def execute(self, notebook, cells):
        cells = [dict(cell, id="cell%d" % number) for number, cell in enumerate(cells)]
        done = subprocess.run(
            [PYTHON, "-c", EXECUTE],
            input=json.dumps(dict(notebook, cells=cells)),
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
        )
        self.assertEqual(0, done.returncode, done.stderr)
        executed = [cell for cell in json.loads(done.stdout)["cells"] if cell["cell_type"] == "code"]
        for cell in executed:
            names = [output.get("name", output["output_type"]) for output in cell["outputs"]]
            self.assertLessEqual(set(names), {"stdout", "error"}, source(cell))
        return executed

    def test_stubs_compile_and_get_no_points_with_an_error_that_names_what_is_missing(self):
        for notebook in notebooks("release").values():
            executed = self.execute(notebook, notebook["cells"])
            methods = [re.search(r"(\w+)\(", source(cell)).group(1) for cell in executed if marks(cell)["solution"]]
            for cell in executed:
                if not marks(cell)["grade"]:
                    self.assertEqual([], cell["outputs"], source(cell))
                    continue
                self.assertEqual(0, grade(cell))
                (error,) = cell["outputs"]
                self.assertEqual("java.lang.UnsupportedOperationException", error["ename"])
                self.assertIn("not solved yet: your code goes here", error["evalue"])
                self.assertRegex("\n".join(error["traceback"]), r"at (%s) \(cell" % "|".join(methods))

    def test_solutions_get_all_points_without_a_word_and_wrong_answers_lose_those_of_hidden_tests(self):
        for path, instructor in notebooks("source").items():
            cells, expected = list(instructor["cells"]), []

            def attempt(answer, tests, points):
                """Like grading: the student's answer in its cell, the tests as they are stored."""
                cells.extend(dict(cell, source=answer) if marks(cell)["solution"] else cell for cell in tests["cells"])
                expected.extend(points)

            if path.stem == "01-batching":
                for answer, points in ATTEMPTS:
                    attempt(answer, instructor, points)
                student = notebooks("release")[STORED / "release" / path.stem / path.name]
                # without hidden tests the mean of shares is still found out, the costliest cut is not
                for answer, last in ((RIGHT, 1), (MEAN_OF_SHARES, 0), (COSTLIEST_CUT, 1)):
                    attempt(answer, student, [1, 1, 1, last])
            executed = self.execute(instructor, cells)
            own = sum(cell["cell_type"] == "code" for cell in instructor["cells"])
            for cell in executed[:own]:
                self.assertEqual([], cell["outputs"], source(cell))
            self.assertEqual(expected, [grade(cell) for cell in executed[own:] if marks(cell)["grade"]])


if __name__ == "__main__":
    unittest.main(verbosity=1)
