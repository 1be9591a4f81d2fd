"""The driver on a project of two tiny Python notebooks: python3 environment/test/test_reproduce.py.

Nothing is built: the project is a scratch copy whose kernel 'stretto' is a Python kernel. Skipped
where no Python has Jupyter with ipykernel.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ENVIRONMENT))

from driver import build, jupyter  # noqa: E402

PYTHON = jupyter.find(jupyter.NEEDED + ", ipykernel")

# reproduce without Maven and the JVM: pictures agree when their files are equal
STAND_IN = """
import sys
from pathlib import Path
from driver import build, cli

def tool(jdk, main, *arguments):
    if main == "figures.Formats":
        print("formats", *[Path(a).name for a in map(str, arguments)])
    if main == "figures.PictureDifference":
        for picture in arguments[2::3]:
            Path(picture).write_bytes(b"")
        return 0, "\\n".join("1.0" for _ in arguments[::3])
    return 0, ""

build.java_home = lambda: Path("/jdk")
build.build = lambda jdk: None
build.fetch_plotly = lambda: None
build.classpath = lambda: ""
build.tool = tool
sys.exit(cli.main(sys.argv[1:]))
"""

FIGURE = """
import os, pathlib
def figure(name, value):
    folder, only = os.environ.get("STRETTO_FIGURES"), os.environ.get("STRETTO_ONLY")
    if folder and only in (None, name):
        place = pathlib.Path(folder) / "01-batching"
        place.mkdir(exist_ok=True, parents=True)
        (place / (name + ".json")).write_text("{}")
        (place / (name + ".svg")).write_text("<svg/>")
        (place / (name + ".csv")).write_text("# revision: %s\\nx\\n%s\\n" % (os.environ["STRETTO_REVISION"], value))
"""

LEDGER = """
import csv
if os.environ.get("STRETTO_FIGURES") and not os.environ.get("STRETTO_ONLY"):
    with open(os.environ["STRETTO_FIGURES"] + "/ledger.csv", "w") as file:
        file.write("paper,measure,dataset,paper_value,ours,unit,threshold,verdict,preset,notebook\\n")
        file.write("flover,makespan-gain,,10.9,12.5,ratio,>= 8,REPRODUCED,quick,01-batching\\n")
"""

CLEAN = {key: value for key, value in os.environ.items() if not key.startswith("STRETTO_")}


def cell(source, *tags, outputs=()):
    return {
        "cell_type": "code",
        "id": re.sub(r"\W", "", source)[:20] or "x",
        "execution_count": None,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": list(outputs),
        "source": source,
    }


KEPT = {"output_type": "stream", "name": "stdout", "text": "from an earlier run\n"}


@unittest.skipUnless(PYTHON, "no Python here has Jupyter with ipykernel")
class Project(unittest.TestCase):
    """A scratch project with one notebook, and the driver run on it."""

    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="reproduce-test-"))
        self.addCleanup(shutil.rmtree, self.root, True)
        shutil.copytree(ENVIRONMENT / "driver", self.root / "environment/driver")
        resources = "lib/src/main/resources/dev/stretto/experiments"
        shutil.copytree(ENVIRONMENT.parent / resources, self.root / resources)
        (self.root / "environment/stand_in.py").write_text(STAND_IN)
        spec = self.root / "environment/.jupyter/share/jupyter/kernels/stretto"
        spec.mkdir(parents=True)
        argv = [PYTHON, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (spec / "kernel.json").write_text(
            json.dumps({"argv": argv, "display_name": "Stand-in", "language": "python"})
        )
        self.write(
            cell(FIGURE),
            cell("print('a', end='\\r'); print('b'); print('c'); 6 * 7"),
            cell("print(open(os.environ['STRETTO_DATA']))", "needs-data", outputs=[KEPT]),
            cell("figure('flover-gantt', 1)"),
            cell("figure('flover-makespan', 2)"),
            cell(LEDGER),
        )

    def write(self, *cells, name="01-batching"):
        kernel = {"name": "stretto", "display_name": "Java (Stretto)", "language": "java"}
        self.notebook = self.root / "notebooks" / (name + ".ipynb")
        self.notebook.parent.mkdir(exist_ok=True)
        content = {"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        self.notebook.write_text(json.dumps(content))

    def command(self, *arguments):
        return [PYTHON, str(self.root / "environment/stand_in.py"), *arguments]

    def reproduce(self, *arguments, **environment):
        result = subprocess.run(
            self.command(*arguments),
            env=dict(CLEAN, **environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        self.assertNotIn("Traceback (most recent call last):\n", result.stdout)
        return result.returncode, result.stdout

    def files(self):
        kept = [self.root / "notebooks", self.root / "figures"]
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for top in kept
            for path in top.rglob("*")
            if path.is_file()
        }

    def outputs(self):
        cells = json.loads(self.notebook.read_text())["cells"]
        return [(c["execution_count"], c["outputs"], c["metadata"]) for c in cells]


class ReproduceTest(Project):
    def test_a_run_stores_outputs_figures_and_ledger_and_the_second_one_does_nothing(self):
        status, said = self.reproduce()
        self.assertEqual(0, status, said)
        self.assertIn("1 cell needs real data sets (STRETTO_DATA is unset) and keeps its stored outputs", said)
        self.assertRegex(said, r"flover +makespan-gain +- +10.9 +12.5 +ratio +>= 8 +REPRODUCED +quick")
        count, outputs, metadata = self.outputs()[1]
        self.assertEqual(2, count)
        self.assertEqual({}, metadata)
        self.assertEqual("b\nc\n", "".join(outputs[0]["text"]))
        self.assertEqual(["42"], outputs[1]["data"]["text/plain"])
        self.assertEqual([KEPT["text"]], self.outputs()[2][1][0]["text"])
        stored = self.files()
        self.assertEqual(
            {"notebooks/01-batching.ipynb", "figures/ledger.csv", "figures/01-batching/state.json"}
            | {
                "figures/01-batching/flover-%s.%s" % (name, ending)
                for name in ("gantt", "makespan")
                for ending in ("csv", "json", "svg")
            },
            set(stored),
        )
        status, said = self.reproduce()
        self.assertEqual(0, status, said)
        self.assertIn("01-batching  up to date", said)
        self.assertEqual(stored, self.files())
        status, said = self.reproduce("--force")
        self.assertNotIn("up to date", said)
        self.assertEqual(stored, self.files())
        self.notebook.write_bytes(stored["notebooks/01-batching.ipynb"].replace(b"gantt', 1", b"gantt', 3"))
        status, said = self.reproduce()
        self.assertEqual(1, status, said)
        self.assertIn("flover-gantt: column 'x' (structural): 1 of 1 values differ", said)
        self.assertNotIn("up to date", said)

    def test_check_finds_a_difference_and_changes_nothing(self):
        self.reproduce()
        status, said = self.reproduce("--check")
        self.assertEqual(0, status, said)
        figure = self.root / "figures/01-batching/flover-gantt.csv"
        figure.write_text(figure.read_text().replace("1", "7"))
        stored = self.files()
        status, said = self.reproduce("--check")
        self.assertEqual(1, status, said)
        self.assertIn("flover-gantt: column 'x' (structural): 1 of 1 values differ", said)
        self.assertRegex(said, r"see \S+check\.html")
        self.assertEqual(stored, self.files())

    def test_one_figure_is_redrawn_alone(self):
        before = self.notebook.read_bytes()
        status, said = self.reproduce("--only", "01/gantt")
        self.assertEqual(0, status, said)
        self.assertEqual(before, self.notebook.read_bytes())
        self.assertEqual(
            ["figures/01-batching/flover-gantt." + ending for ending in ("csv", "json", "svg")]
            + ["notebooks/01-batching.ipynb"],
            sorted(self.files()),
        )
        status, said = self.reproduce("--only", "01/gant")
        self.assertEqual(1, status)
        self.assertIn("has no figure 'gant'; it has ", said)

    def test_a_figure_of_no_paper_is_redrawn_by_its_name_and_a_chart_keeps_only_its_picture(self):
        chart = "from IPython.display import display\n"
        chart += "display({'image/png': 'aGk=', 'text/html': '<script>1</script>', 'text/plain': 'c'}, raw=True)"
        self.write(cell(FIGURE), cell(chart), cell("figure('own-mine', 1)"))
        self.reproduce()
        self.assertEqual(["image/png", "text/plain"], sorted(self.outputs()[1][1][0]["data"]))
        status, said = self.reproduce("--only", "01/mine")
        self.assertEqual(0, status, said)
        self.assertIn("own-mine is in", said)

    def test_a_failing_cell_is_said_with_its_error_and_nothing_is_stored(self):
        self.write(cell(FIGURE), cell("figure('flover-gantt', 1)"), cell("1/0"), cell("print('later')"))
        before = self.files()
        status, said = self.reproduce()
        self.assertEqual(1, status)
        self.assertIn("cell 3 of 4", said)
        self.assertIn("ZeroDivisionError: division by zero", said)
        self.assertEqual(before, self.files())

    def test_a_cell_that_takes_too_long_is_said(self):
        self.write(cell("import time; time.sleep(60)"))
        status, said = self.reproduce("--timeout", "1")
        self.assertEqual(1, status)
        self.assertIn("the cell ran longer than 1 s", said)

    def test_an_interrupt_leaves_everything_as_it_was_and_ends_the_kernel(self):
        self.reproduce()
        self.write(
            cell(FIGURE),
            cell("figure('flover-gantt', 9)"),
            cell("pathlib.Path('../pid').write_text(str(os.getpid()))\nimport time; time.sleep(600)"),
        )
        before = self.files()
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            pid = self.root / "pid"
            deadline = time.time() + 60
            while not (pid.exists() and pid.read_text()) and time.time() < deadline:
                time.sleep(0.1)
            kernel = int(pid.read_text())
            pid.unlink()
            process.send_signal(number)
            said, _ = process.communicate(timeout=30)
            self.assertEqual(130, process.returncode, said)
            self.assertIn("Interrupted", said)
            self.assertEqual(before, self.files())
            self.assertEqual([], list((self.root / "environment/.work").glob("run-*")))
            with self.assertRaises(ProcessLookupError):
                for _ in range(50):
                    os.kill(kernel, 0)
                    time.sleep(0.1)

    def test_other_settings_go_to_a_folder_of_their_own(self):
        self.reproduce()
        before = self.files()
        status, said = self.reproduce("01", "--set", "batches=400", "--preset", "smoke")
        self.assertEqual(0, status, said)
        self.assertEqual(before, self.files())
        self.assertTrue((self.root / "environment/results/smoke,batches=400/01-batching.ipynb").exists())

    def test_fresh_runs_the_notebooks_named_and_tells_them(self):
        other = self.notebook.with_name("02-other.ipynb")
        self.write(cell("import os; (os.environ.get('STRETTO_FRESH'), os.environ.get('STRETTO_CHECKPOINTS'))"))
        shutil.copy(self.notebook, other)
        status, said = self.reproduce()
        self.assertEqual(0, status, said)
        self.assertEqual(["(None, None)"], self.outputs()[0][1][0]["data"]["text/plain"])
        before = other.read_bytes()
        status, said = self.reproduce("--fresh", "01")
        self.assertEqual(0, status, said)
        self.assertEqual(["('01', None)"], self.outputs()[0][1][0]["data"]["text/plain"])
        self.assertNotIn("02-other", said)
        self.assertEqual(before, other.read_bytes())
        status, said = self.reproduce(STRETTO_FRESH="all")
        self.assertIn("01-batching  up to date", said)
        before = self.files()
        status, said = self.reproduce("01", "--fresh", "--check")
        self.assertIn("instead of '('01', None)'", said)
        self.assertEqual((1, before), (status, self.files()), said)

    def test_an_unknown_kernel_or_notebook_is_a_sentence(self):
        status, said = self.reproduce("--kernel", "nosuch")
        self.assertEqual(1, status)
        self.assertIn("no kernel is called 'nosuch'; installed: ", said)
        status, said = self.reproduce("99")
        self.assertEqual(1, status)
        self.assertIn("there is no notebook '99'; there are 01-batching", said)


class VersionsTest(unittest.TestCase):
    def text(self, name):
        return (ENVIRONMENT / name).read_text()

    def test_pip_and_conda_say_the_same_versions(self):
        pip = dict(line.split("==") for line in self.text("requirements.txt").split())
        conda = dict(re.findall(r"^  - ([\w-]+)=([\d.]+)$", self.text("environment.yml"), re.M))
        for name, version in pip.items():
            self.assertEqual(version, conda.get(name.replace("-", "_"), conda.get(name)), name)
        self.assertEqual(str(build.JAVA), conda["openjdk"])

    def test_the_container_installs_the_same_packages_and_jdk(self):
        container = self.text("Dockerfile")
        self.assertIn("environment/apt.txt", container)
        self.assertIn("eclipse-temurin:%d-jdk" % build.JAVA, container)
        pom = (ENVIRONMENT.parent / "pom.xml").read_text()
        self.assertIn("<maven.compiler.release>%d</maven.compiler.release>" % build.JAVA, pom)


if __name__ == "__main__":
    unittest.main(verbosity=1)
