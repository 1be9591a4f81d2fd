"""The measured sizes: python3 environment/test/test_sizes.py."""

import importlib.machinery
import importlib.util
import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
SCRIPT = str(Path(__file__).resolve().parent.parent / "sizes")
LOADER = importlib.machinery.SourceFileLoader("sizes", SCRIPT)
sizes = importlib.util.module_from_spec(importlib.util.spec_from_loader("sizes", LOADER))
LOADER.exec_module(sizes)

JAVA = """\
package dev.stretto.papers.x;

import java.util.List;

/**
 * A class.
 */
class X { // counts
  /* no */
  int a = 1; /** yes: code stands before it */
  // no
}
"""


class SizesTest(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="sizes-test-"))
        self.addCleanup(shutil.rmtree, self.root, True)
        self.file("lib/src/main/java/dev/stretto/papers/hiddentransfer/X.java", JAVA)
        self.file("lib/src/main/java/dev/stretto/papers/hiddentransfer/package-info.java", "a\n" * 99)
        papers = "id\tfamily\nhidden-transfer\t03\nnot-built\t03\n"
        self.file("lib/src/main/resources/dev/stretto/experiments/papers.tsv", papers)
        self.notebook()
        self.file("README.md", "")

    def file(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def notebook(self, *cells):
        content = [
            {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)}} for kind, source, *tags in cells
        ]
        self.file("notebooks/03-x.ipynb", json.dumps({"cells": content}))

    def found(self, word):
        return next(found for name, found in sizes.measure(self.root)[0].items() if word in name)

    def test_code_is_what_is_no_blank_comment_or_import(self):
        self.assertEqual(3, self.found("code lines of lib")[0])
        self.assertEqual((3, ["hidden-transfer: 3"]), self.found("mean"))

    def test_a_long_file_passes_unless_it_is_one_of_two(self):
        for name in ("Transformer", "Long"):
            self.file("lib/src/main/java/dev/stretto/models/%s.java" % name, "x\n" * 451)
        self.assertEqual((1, ["Long.java: 451"]), self.found("files above"))

    def test_one_mechanism_a_section_may_be_long(self):
        code = "x\n"
        section = ("markdown", "# A\n```\n# no heading\n```")
        self.notebook(section, ("code", code * 12), ("code", code * 25, "mechanism"))
        self.assertEqual(0, self.found("above 12 lines")[0])
        self.notebook(section, ("code", code * 13))
        self.assertEqual((1, ["03-x, cell 2: 13 lines"]), self.found("above 12 lines"))
        self.notebook(section, ("code", code * 26, "mechanism"))
        self.assertEqual(1, self.found("above 12 lines")[0])
        self.notebook(section, ("code", code * 25, "mechanism"), ("code", code * 25, "mechanism"))
        self.assertEqual(1, self.found("above 12 lines")[0])
        self.notebook(section, *[("code", code * 25, "mechanism"), ("markdown", "# B")] * 2)
        self.assertEqual(0, self.found("above 12 lines")[0])

    def test_sections_and_lines_have_their_limits_and_exercises_are_no_cells_of_a_section(self):
        cells = [("code", "x")] * 8
        self.notebook(("markdown", "# A"), *cells, ("code", "x", "solution"), ("markdown", "## B"))
        self.assertEqual(0, self.found("sections")[0])
        self.notebook(("markdown", "# A"), *cells, ("markdown", "## B"), ("code", "y" * 101))
        self.assertEqual((1, ["03-x: 'A'"]), self.found("sections"))
        self.assertEqual((1, ["03-x, cell 11: 101 columns"]), self.found("columns"))

    def test_heavy_and_older_pictures_are_named(self):
        self.file("figures/03-x/a.svg", "x" * 60_001)
        self.file("figures/03-x/a.png", "x" * 150_001)
        self.file("figures/03-x/b.png", "x" * 150_001)
        self.file("figures/03-x/state.json", '{"older": ["a"]}')
        self.assertEqual(2, self.found("drawings")[0])
        self.assertEqual((1, ["03-x/a"]), self.found("newer"))

    def test_every_limit_is_measured(self):
        self.assertEqual(list(sizes.LIMITS), list(sizes.measure(self.root)[0]))


if __name__ == "__main__":
    unittest.main(verbosity=1)
