"""The main job: build, run the notebooks, compare, store, print the ledger."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from . import build, jupyter, notebooks, results
from .console import Problem, say
from .paths import FIGURES, JUPYTER, RESULTS, ROOT, WORK

DESCRIPTION = """\
Runs the notebooks in fresh kernels, stores their outputs and figures, compares the figures' data
with what was stored, and prints the ledger: what the papers claim beside what was measured here.
Installs and builds what is missing first. The exit status is 0 when everything ran and agreed."""

EPILOG = """\
examples:
  reproduce                       every notebook
  reproduce 01                    one notebook
  reproduce --only 01/gantt       one figure
  reproduce --fresh 01            one notebook with its models trained again
  reproduce --check               change nothing, compare with what is stored
  reproduce 01 --set batches=400  other settings; the results go to environment/results

Only a quick run without --set in the project's own kernel changes notebooks/ and figures/. Real
data: STRETTO_DATA names a folder of it, STRETTO_MANIFEST a manifest of your own."""


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="reproduce",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="for example 01; all by default")
    parser.add_argument("--only", metavar="NN[/FIGURE]", help="one notebook, or one figure of it")
    parser.add_argument("--preset", choices=["smoke", "quick", "extended", "full"], help="how much to spend")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the notebook; repeatable")
    parser.add_argument("--check", action="store_true", help="compare with what is stored and change nothing")
    parser.add_argument("--fresh", nargs="?", const="all", metavar="NN[,NN]", help="train models again instead of loading stored ones, and compare; runs the notebooks named")
    parser.add_argument("--force", action="store_true", help="run notebooks that are up to date, too")
    parser.add_argument("--timeout", type=int, default=1800, metavar="SECONDS", help="for one cell (default 1800)")
    parser.add_argument("--kernel", default="stretto", metavar="NAME", help="run in another Java kernel; rapaio is fetched")
    options = parser.parse_args(arguments)
    if options.only:
        name, _, figure = options.only.partition("/")
        if options.notebooks or (figure and options.check):
            parser.error("--only stands for itself: name no notebook beside it, and no figure with --check")
        options.notebooks, options.figure = [name], figure
    else:
        options.figure = ""
        if options.fresh and options.fresh != "all" and not options.notebooks:
            options.notebooks = options.fresh.split(",")
    for setting in options.set:
        if not re.fullmatch(r"\w+=[^,]*", setting):
            parser.error("--set %s: a setting is KEY=VALUE without commas (lists: a=1:2:3)" % setting)
    if options.timeout <= 0:
        parser.error("--timeout must be positive")
    return options


def kernel_environment(options, jdk):
    """The environment that notebooks see."""
    environment = dict(os.environ)
    for name in ("STRETTO_FIGURES", "STRETTO_ONLY", "STRETTO_FRESH", "STRETTO_CHECKPOINTS"):
        environment.pop(name, None)
    if options.preset:
        environment["STRETTO_PRESET"] = options.preset
    if options.set:
        environment["STRETTO_SET"] = ",".join(options.set)
    if options.fresh:
        environment["STRETTO_FRESH"] = options.fresh
    else:
        # small models decode as fast on one thread, and two wait for each other on a busy machine
        environment.setdefault("STRETTO_THREADS", "1")
    for name in ("STRETTO_DATA", "STRETTO_MANIFEST"):
        value = environment.get(name)
        if value and not Path(value).exists():
            raise Problem("%s is '%s', which does not exist" % (name, value))
        if value:
            environment[name] = str(Path(value).resolve())
    environment["STRETTO_REVISION"] = revision()
    environment["JAVA%d_HOME" % build.JAVA] = str(jdk)
    environment["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(JUPYTER / "share/jupyter"), environment.get("JUPYTER_PATH")])
    )
    # what the other Java kernels read
    for name in ("IJAVA_CLASSPATH", "JJAVA_CLASSPATH"):
        environment.setdefault(name, build.classpath())
    return environment


def revision():
    """The revision of the sources, -dirty where they were changed."""

    def git(*words):
        try:
            done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    head = git("rev-parse", "--short=12", "HEAD")
    if head is None:
        return "unknown"
    changed = git("status", "--porcelain", "--untracked-files=no")
    return head + ("-dirty" if changed else "")


def variant(options, environment):
    """A name for a run whose results are not the stored ones; empty for one whose results are."""
    preset = environment.get("STRETTO_PRESET", "quick") or "quick"
    parts = [] if preset == "quick" else [preset]
    parts += filter(None, environment.get("STRETTO_SET", "").split(","))
    parts += [] if options.kernel == "stretto" else [options.kernel]
    return re.sub(r"[^\w=.:,-]", "_", ",".join(parts))


def run(options, work):
    failures = []
    python = jupyter.ensure()
    jdk = build.java_home()
    build.build(jdk)
    build.fetch_plotly()
    if options.kernel == "rapaio":
        build.rapaio(jdk)
    environment = kernel_environment(options, jdk)
    chosen = notebooks.choose(options.notebooks)
    if not chosen:
        raise Problem("there is no notebook in notebooks/")
    runner = notebooks.Runner(python, options.kernel, options.timeout, environment)
    if options.figure:
        return one_figure(options, runner, chosen[0], work, jdk)
    name = variant(options, environment)
    if options.check or name not in ("", "extended", "full"):
        # such a run changes nothing that is stored, so what it trains goes elsewhere
        environment["STRETTO_CHECKPOINTS"] = str(RESULTS / "checkpoints")
    sources = build.sources()
    compared = []
    figures = results.new_figures(work / "figures")
    for notebook in chosen:
        state = results.state(notebook, sources, environment, options.kernel)
        plain = not name and not options.check
        if plain and not options.force and not options.fresh and results.up_to_date(notebook, state):
            say(
                "%s  up to date: its code, the library, settings, data and stored results are those"
                " of its last run (--force runs it anyway)" % notebook.stem
            )
            continue
        executed = work / notebook.name
        try:
            skipped = runner.run(notebook, executed, figures)
        except Problem as problem:
            failures.append(str(problem))
            say("%s  failed" % notebook.stem)
            continue
        except (KeyboardInterrupt, BrokenPipeError):
            runner.stop()
            raise
        for tag, count in skipped.items():
            say("%s  %s" % (notebook.stem, skipped_sentence(tag, count)))
        compared.append(notebook.stem)
        if not name:
            failures += compare(jdk, figures, [notebook.stem], options, environment, work)
        if plain:
            results.store(notebook, executed, figures, bool(environment.get("STRETTO_DATA")))
            figures = refreshed(figures, work)
            results.remember(notebook, results.state(notebook, sources, environment, options.kernel))
        elif not options.check:
            keep_variant(name, notebook, executed, figures)
    if name and compared and not options.check:
        keep_ledger(name, options, environment, figures)
    failures += readme(jdk, options, name)
    ledger = figures / results.LEDGER if options.check or name else FIGURES / results.LEDGER
    table = results.ledger_text(ledger, {path.stem for path in chosen})
    if table:
        say("\n" + table + "\n")
    return failures


def compare(jdk, figures, stems, options, environment, work):
    """Sentences on whatever parted from what is stored; a page shows it."""
    page = RESULTS / "check.html" if options.check else work / "check.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    arguments = [FIGURES, figures, page] + stems
    if not environment.get("STRETTO_DATA"):
        arguments.insert(0, "--without-data")
    if not options.check:
        arguments.insert(0, "--new-allowed")
    status, output = build.tool(jdk, "FigureCheck", *arguments)
    if output:
        say(output)
    if status == 0:
        return []
    if status != 1:
        return ["the figures could not be compared: " + output]
    if options.check:
        return ["%s: figures differ from the stored ones; see %s" % (", ".join(stems), page)]
    kept = RESULTS / "check.html"
    RESULTS.mkdir(parents=True, exist_ok=True)
    shutil.copy(page, kept)
    return [
        "%s: figures differ from those stored before, which they replace; see %s and 'git diff figures'"
        % (", ".join(stems), kept)
    ]


def refreshed(figures, work):
    """A new folder for the next notebook's figures, with the ledger as it is stored now."""
    shutil.rmtree(figures)
    return results.new_figures(work / "figures")


def keep_variant(name, notebook, executed, figures):
    folder = RESULTS / name
    target = folder / "figures" / notebook.stem
    with results.uninterrupted():
        shutil.rmtree(target, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        if (figures / notebook.stem).exists():
            shutil.copytree(figures / notebook.stem, target)
        os.replace(executed, folder / notebook.name)
    say("%s  results are in %s" % (notebook.stem, folder))


def keep_ledger(name, options, environment, figures):
    """An extended or full run's lines stand in the ledger beside those of quick."""
    ledger = figures / results.LEDGER
    if not ledger.exists():
        return
    if name in ("extended", "full"):
        shutil.copy(ledger, WORK / "ledger.part")
        FIGURES.mkdir(exist_ok=True)
        os.replace(WORK / "ledger.part", FIGURES / results.LEDGER)
    else:
        (RESULTS / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(ledger, RESULTS / name / results.LEDGER)


def one_figure(options, runner, notebook, work, jdk):
    """Redraws one figure and leaves the notebook and everything else as it was."""
    name = notebooks.figure_files(notebook, options.figure)
    figures = results.new_figures(work / "figures")
    drawn = figures / notebook.stem / (name + ".csv")
    try:
        runner.run(notebook, work / notebook.name, figures, stop_file=drawn, only=name)
    except (KeyboardInterrupt, BrokenPipeError):
        runner.stop()
        raise
    if not drawn.exists():
        return ["no cell of %s draws %s" % (notebook.stem, name)]
    other = variant(options, runner.environment)
    if other:
        keep_variant(other, notebook, work / notebook.name, figures)
        return []
    results.store_one(notebook, figures, name)
    say("%s is in %s" % (name, FIGURES / notebook.stem))
    return []


def readme(jdk, options, name):
    """The README's generated blocks follow the ledger."""
    if name or not (ROOT / "README.md").exists():
        return []
    arguments = [ROOT] + (["--check"] if options.check else [])
    status, output = build.tool(jdk, "Readme", *arguments)
    return [] if status == 0 else [output]


def skipped_sentence(tag, count):
    cells = "1 cell needs" if count == 1 else "%d cells need" % count
    kept = "keeps its" if count == 1 else "keep their"
    return "%s %s and %s stored outputs" % (cells, notebooks.SECTIONS[tag][1], kept)


def main(arguments):
    options = parse(arguments)

    def interrupted(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    try:
        with results.scratch() as work:
            failures = run(options, work)
    except Problem as problem:
        failures = [str(problem)]
    except KeyboardInterrupt:
        say("Interrupted: notebooks and figures of unfinished runs are as they were")
        return 130
    except BrokenPipeError:
        # whoever read our output has gone, for instance 'head'
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    for failure in failures:
        say("Failed: " + failure)
    return 1 if failures else 0
