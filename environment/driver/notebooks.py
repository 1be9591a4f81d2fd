"""Which notebooks there are, and executing one of them."""

from __future__ import annotations

import csv
import json
import os
import queue
import signal
import subprocess
import threading

from .console import Problem, Progress, minutes, say
from .paths import ENVIRONMENT, FIGURES, NOTEBOOKS, RESOURCES

# what a run ends in whose notebook was changed meanwhile
NEW = ".new.ipynb"

SECTIONS = {
    "needs-data": ("STRETTO_DATA", "real data sets (STRETTO_DATA is unset)"),
    "needs-manifest": ("STRETTO_MANIFEST", "a manifest of your own (STRETTO_MANIFEST is unset)"),
}


def choose(names):
    """The notebooks of these names ('01', '01-batching', a path), all where none is named."""
    known = sorted(path for path in NOTEBOOKS.glob("*.ipynb") if not path.name.endswith(NEW))
    if not names:
        return known
    chosen = []
    for name in names:
        stem = os.path.basename(name)
        stem = stem[: -len(".ipynb")] if stem.endswith(".ipynb") else stem
        found = [path for path in known if path.stem == stem or path.stem.startswith(stem + "-")]
        if not found:
            raise Problem(
                "there is no notebook '%s'; there are %s"
                % (name, ", ".join(path.stem for path in known) or "none")
            )
        chosen += [path for path in found if path not in chosen]
    return chosen


def papers():
    """The rows of the catalogue of papers."""
    return catalogue("papers.tsv")


def criteria():
    """The claims of the papers, each with its kind and threshold."""
    return catalogue("criteria.tsv")


def catalogue(name):
    """The rows of one of the library's tables."""
    with open(RESOURCES / name, encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def figure_files(notebook, figure):
    """The stored names of a figure, '<paper>-<figure>', of the family of a notebook."""
    family = [row for row in papers() if row["family"] == notebook.stem[:2]]
    names = [(row["id"], name) for row in family for name in row["figures"].split()]
    # those of no paper are known once they are stored
    own = sorted((FIGURES / notebook.stem).glob("own-*.csv"))
    names += [("own", path.stem[len("own-") :]) for path in own]
    found = ["%s-%s" % pair for pair in names if figure in (pair[1], "%s-%s" % pair)]
    if not found:
        raise Problem(
            "%s has no figure '%s'; it has %s"
            % (notebook.stem, figure, ", ".join("%s-%s" % pair for pair in names) or "none")
        )
    if len(found) > 1:
        raise Problem("'%s' is %s: name one of them" % (figure, " and ".join(found)))
    return found[0]


def code(notebook):
    """Sources and tags of the code cells: what a run depends on."""
    return code_of(json.loads(notebook.read_text(encoding="utf-8")))


def code_of(content):
    """The same of a notebook's content."""
    return [
        ["".join(cell["source"]), sorted(cell.get("metadata", {}).get("tags", []))]
        for cell in content["cells"]
        if cell["cell_type"] == "code"
    ]


class Runner:
    """Executes notebooks with one Python, kernel and environment."""

    def __init__(self, python, kernel, timeout, environment):
        self.python = python
        self.kernel = kernel
        self.timeout = timeout
        self.environment = environment
        self.process = None
        self.kernel_pid = None
        self.seconds = 0

    def skip_tags(self):
        return [tag for tag, (name, _) in SECTIONS.items() if not self.environment.get(name)]

    def run(self, notebook, result, figures, stop_file=None, only=None):
        """Executes a notebook; its figures go to a folder, the executed notebook to a file."""
        job = {
            "notebook": str(notebook),
            "result": str(result),
            "cwd": str(NOTEBOOKS),
            "kernel": self.kernel,
            "timeout": self.timeout,
            "startup_timeout": 60 if self.kernel == "stretto" else 30,
            "skip_tags": self.skip_tags(),
            "stop_file": str(stop_file) if stop_file else None,
        }
        environment = dict(self.environment, STRETTO_FIGURES=str(figures))
        if only:
            environment["STRETTO_ONLY"] = only
        progress = Progress(notebook.stem)
        progress.show("starting the kernel")
        with open(str(result) + ".log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [self.python, str(ENVIRONMENT / "driver/execute.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                # an interrupt at the terminal comes to us, and we end it
                start_new_session=True,
            )
            self.process.stdin.write((json.dumps(job) + "\n").encode())
            self.process.stdin.flush()
            where, failure, ended = "starting the kernel", None, None
            for event in self._events():
                if event is None:
                    progress.show(where)
                elif event["event"] == "cell":
                    where = "cell %d of %d" % (event["number"], event["of"])
                    progress.show(where)
                elif event["event"] == "ready":
                    self.kernel_pid = event["pid"]
                elif event["event"] == "failed":
                    failure = event["reason"]
                elif event["event"] == "done":
                    ended = event
            status = self.process.wait()
            self.process = None
        if ended is None:
            reason = failure or _last_line(str(result) + ".log") or "ended with status %d" % status
            raise Problem(
                "%s, %s, failed after %s: %s"
                % (notebook.stem, where, minutes(progress.elapsed()), _indented(reason))
            )
        self.seconds = progress.elapsed()
        say("%s  done in %s" % (notebook.stem, minutes(self.seconds)))
        return ended["skipped"]

    def stop(self):
        """Ends a run that is going on, and its kernel."""
        process, self.process = self.process, None
        if process is None:
            return
        process.stdin.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            if self.kernel_pid:
                os.kill(self.kernel_pid, signal.SIGTERM)

    def _events(self):
        """The run's events; None twice a second while there is none."""
        lines = queue.Queue()
        output = self.process.stdout

        def read():
            for line in output:
                lines.put(line)
            lines.put(b"")

        threading.Thread(target=read, daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=0.5)
            except queue.Empty:
                yield None
                continue
            if not line:
                return
            yield json.loads(line)


def _indented(text):
    lines = text.strip().splitlines()
    shown = lines[:12] + (["..."] if len(lines) > 12 else [])
    return shown[0] if len(shown) == 1 else "\n    " + "\n    ".join(shown)


def _last_line(path):
    with open(path, encoding="utf-8", errors="replace") as log:
        lines = [line.strip() for line in log if line.strip()]
    return lines[-1] if lines else ""
