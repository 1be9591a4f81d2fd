"""The main job: build, run the notebooks, compare, store, print the ledger."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import sys
from pathlib import Path

from . import against, build, check, jupyter, manifests, notebooks, readme, results, revisions, state, texts
from .console import Problem, say, sentence, settle_environment
from .paths import FIGURES, JUPYTER, RESULTS

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
  reproduce --check --touched     the same for what was touched since it was stored, and one more
  reproduce --why 01              what makes a notebook's stored results stale
  reproduce --data-only 01        data, raw values and ledger; pictures and notebook stay
  reproduce --preset smoke        every cell with tiny settings; results in environment/results/smoke
  reproduce --formats pdf,png 01  the stored figures for a paper, in environment/results/formats
  reproduce --stored --against v1 --renames lib/RENAMES.tsv
                                  what is stored now beside what revision v1 stored
  reproduce 01 --set batches=400  other settings; the results go to environment/results

Only a quick run without --set in the project's own kernel changes notebooks/ and figures/, and only
from committed sources, as results name the revision that made them. What changed in a notebook's
file while it ran is kept: the result is then beside it, in NOTEBOOK.new.ipynb. Real data:
STRETTO_DATA names a folder of it, STRETTO_MANIFEST a manifest of your own.

Texts and tables in notebooks are compared exactly, whole numbers too; other numbers within 2 %.
A cell's tags say otherwise: 'wall' (it shows times, whose numbers are not compared), 'within:0.1'."""


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="reproduce",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("notebooks", nargs="*", metavar="NOTEBOOK", help="for example 01; all by default")
    add("--only", metavar="NN[/FIGURE]", help="one notebook, or one figure of it")
    add("--preset", choices=results.PRESETS, help="how much to spend")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the notebook; repeatable")
    add("--check", action="store_true", help="compare with what is stored and change nothing")
    add("--touched", action="store_true", help="of the notebooks, those whose stored results are stale, and one more in turn")
    add("--why", action="store_true", help="run nothing: say what makes stored results stale")
    add("--data-only", action="store_true", help="store data, raw values and ledger; pictures and notebooks stay")
    add("--wall", action="store_true", help="store figures of wall-clock data, too, where nothing else changed in them")
    add("--formats", metavar="pdf,png", help="run nothing: make these files of the stored figures")
    add("--against", metavar="REV", help="compare figures' data and ledger with those stored at a git revision")
    add("--renames", metavar="FILE", type=Path, help="with --against: what was renamed since (kind, old, new)")
    add("--stored", action="store_true", help="with --against: run nothing, compare what is stored now")
    add("--fresh", nargs="?", const="all", metavar="NN[,NN]", help="train models again instead of loading stored ones, and compare; runs the notebooks named")
    add("--force", action="store_true", help="run notebooks that are up to date, too")
    add("--force-dirty", action="store_true", help="store results of sources that are not committed")
    add("--timeout", type=int, default=1800, metavar="SECONDS", help="for one cell (default 1800)")
    add("--kernel", default="stretto", metavar="NAME", help="run in another Java kernel; rapaio is fetched")
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
    if (options.renames or options.stored) and not options.against:
        parser.error("--renames and --stored go with --against REV")
    if options.against and not (options.check or options.stored):
        parser.error("--against goes with --check (run, then compare) or --stored (compare what is stored)")
    if options.data_only and (options.check or options.figure):
        parser.error("--data-only stores, so it goes neither with --check nor with a figure")
    if options.formats and not set(options.formats.split(",")) <= {"pdf", "png"}:
        parser.error("--formats makes pdf and png, not '%s'" % options.formats)
    return options


def settings(options):
    """The variables STRETTO_... that decide what a run does, and all others."""
    environment = dict(os.environ)
    for name in ("STRETTO_FIGURES", "STRETTO_ONLY", "STRETTO_FRESH", "STRETTO_CHECKPOINTS"):
        environment.pop(name, None)
    if options.preset:
        environment["STRETTO_PRESET"] = options.preset
    if options.set:
        environment["STRETTO_SET"] = ",".join(options.set)
    if options.fresh:
        environment["STRETTO_FRESH"] = options.fresh
    for name in ("STRETTO_DATA", "STRETTO_MANIFEST"):
        value = environment.get(name)
        if not value:
            continue
        missing = [place for place in manifests.places(value) if not place.exists()]
        if missing and str(missing[0]) == value:
            raise Problem("%s is '%s', which does not exist" % (name, value))
        if missing:
            raise Problem("%s is '%s', whose file '%s' does not exist" % (name, value, missing[0]))
        environment[name] = os.path.abspath(value)
    return environment


def kernel_environment(options, jdk):
    """The environment that notebooks see."""
    environment = settings(options)
    environment["STRETTO_REVISION"] = revisions.revision()
    environment["JAVA%d_HOME" % build.JAVA] = str(jdk)
    environment["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(JUPYTER / "share/jupyter"), environment.get("JUPYTER_PATH")])
    )
    # what the other Java kernels read
    for name in ("IJAVA_CLASSPATH", "JJAVA_CLASSPATH"):
        environment.setdefault(name, build.classpath())
    return environment


def variant(options, environment):
    """A name for a run whose results are not the stored ones; empty for one whose results are."""
    preset = environment.get("STRETTO_PRESET", "quick") or "quick"
    parts = [] if preset == "quick" else [preset]
    parts += filter(None, environment.get("STRETTO_SET", "").split(","))
    parts += [] if options.kernel == "stretto" else [options.kernel]
    return re.sub(r"[^\w=.:,-]", "_", ",".join(parts))


def run(options, work):
    chosen = notebooks.choose(options.notebooks)
    if not chosen:
        raise Problem("there is no notebook in notebooks/")
    if options.why:
        return why(options, chosen)
    if options.stored:
        return compare_with_revision(options, FIGURES, [path.stem for path in chosen], work)
    jdk = build.java_home()
    if options.formats:
        build.build(jdk)
        return formats(options, jdk, chosen)
    python = jupyter.ensure()
    build.build(jdk)
    build.fetch_plotly()
    if options.kernel == "rapaio":
        build.rapaio(jdk)
    environment = kernel_environment(options, jdk)
    if not options.fresh:
        # small models decode as fast on one thread, and two wait for each other on a busy machine
        environment.setdefault("STRETTO_THREADS", "1")
    if options.touched:
        chosen = touched(chosen, environment, options.kernel)
    runner = notebooks.Runner(python, options.kernel, options.timeout, environment)
    name = variant(options, environment)
    plain = not name and not options.check
    if options.data_only and not plain:
        raise Problem("--data-only stores a quick run in the project's own kernel, without --set")
    if options.figure:
        if not name:
            refuse_changed_sources(options, environment)
        return one_figure(options, runner, chosen[0], work)
    if options.check or name not in ("", "extended", "full"):
        # such a run changes nothing that is stored, so what it trains goes elsewhere
        environment["STRETTO_CHECKPOINTS"] = str(RESULTS / "checkpoints")
    failures, ran = [], []
    figures = results.new_figures(work / "figures")
    (work / "read").mkdir()
    for notebook in chosen:
        now = state.parts(notebook, environment, options.kernel)
        forced = options.force or options.fresh or options.data_only or options.wall
        if plain and not forced and state.up_to_date(notebook, state.here(now, environment)):
            say(
                "%s  up to date: its code, the library, settings, data and stored results are those"
                " of its last run (--force runs it anyway)" % notebook.stem
            )
            continue
        if not options.check and name in ("", "extended", "full"):
            refuse_changed_sources(options, environment)
        try:
            this = execute(notebook, runner, figures, work)
        except Problem as problem:
            failures.append(str(problem))
            say("%s  failed" % notebook.stem)
            continue
        ran.append(notebook.stem)
        if options.check and options.against:
            continue
        if not name:
            parted, sentences = compare(jdk, this, options, work)
            failures += sentences
        if plain:
            kept = set() if options.wall else results.wall_figures(notebook) - parted
            try:
                older = results.store_data(this) if options.data_only else results.store(this, kept)
            except Problem as problem:
                failures.append(str(problem))
                continue
            finally:
                figures = refreshed(figures, work)
            now = state.parts(notebook, environment, options.kernel)
            state.keep(notebook, now, older or [], runner.seconds)
            if not options.data_only:
                state.remember(notebook, state.here(now, environment))
        elif not options.check:
            keep_variant(name, this)
    if options.check and options.against:
        failures += compare_with_revision(options, figures, ran, work, not environment.get("STRETTO_DATA"))
    else:
        failures += generated(options, name)
    ledger = figures / results.LEDGER if options.check or name else FIGURES / results.LEDGER
    table = results.ledger_text(ledger, {path.stem for path in chosen})
    if table:
        say("\n" + table + "\n")
    return failures


def execute(notebook, runner, figures, work):
    """Runs a notebook as it is now; what happens to its file meanwhile is seen when it is stored."""
    source, executed = work / "read" / notebook.name, work / notebook.name
    source.write_bytes(notebook.read_bytes())
    try:
        skipped = runner.run(source, executed, figures)
    except Problem:
        raise
    except BaseException:
        runner.stop()
        raise
    for tag, count in skipped.items():
        say("%s  %s" % (notebook.stem, skipped_sentence(tag, count)))
    preset = runner.environment.get("STRETTO_PRESET") or "quick"
    data = bool(runner.environment.get("STRETTO_DATA"))
    return results.Run(notebook, source.read_bytes(), executed, figures, preset, data)


def refuse_changed_sources(options, environment):
    if environment["STRETTO_REVISION"].endswith("-dirty") and not options.force_dirty:
        raise Problem(
            "the sources differ from their last commit, and what is stored names the revision that made"
            " it: commit first (or --check, which stores nothing; --force-dirty stores it anyway)"
        )


def why(options, chosen):
    """Says of each notebook which parts are not those of its stored results."""
    environment = settings(options)
    for notebook in chosen:
        before = state.stored(notebook)
        now = state.parts(notebook, environment, options.kernel)
        reasons = state.stale(before["parts"], now, bool(environment.get("STRETTO_DATA")))
        if not before["parts"]:
            say("%s  stale: nothing is stored of what made its results" % notebook.stem)
        elif reasons:
            say("%s  stale: %s" % (notebook.stem, state.why(reasons)))
        else:
            say("%s  up to date" % notebook.stem)
        if before["older"]:
            say("%s  older than their data: %s" % (notebook.stem, ", ".join(before["older"])))
    return []


# where what is touched takes longer, the cheapest notebooks that cover the changes run
MOST_SECONDS = 20 * 60


def touched(chosen, environment, kernel):
    """The notebooks whose stored results are stale, or the cheapest that cover them; and one more in turn."""
    turn = chosen[revisions.commits() % len(chosen)]
    reasons, changed, seconds = {}, {}, {}
    for notebook in chosen:
        kept = state.stored(notebook)
        now = state.parts(notebook, environment, kernel)
        with_data = bool(environment.get("STRETTO_DATA"))
        stale = state.stale(kept["parts"], now, with_data)
        if stale:
            reasons[notebook] = stale
            changed[notebook] = state.changes(kept["parts"], now, with_data, notebook.stem)
            seconds[notebook] = kept["seconds"]
    picked = set(reasons)
    if sum(seconds.values()) > MOST_SECONDS:
        picked = set(state.covering(seconds, changed))
    for notebook in chosen:
        if notebook in picked:
            say("%s  touched: %s" % (notebook.stem, state.why(reasons[notebook])))
        elif notebook == turn:
            say("%s  in turn" % notebook.stem)
        elif notebook in reasons:
            say("%s  touched, and left to those that cover its changes in less time" % notebook.stem)
    return [notebook for notebook in chosen if notebook in picked or notebook == turn]


def compare(jdk, this, options, work):
    """Names of figures that parted from what is stored, and sentences; a page shows them."""
    stem = this.notebook.stem
    page = RESULTS / "check.html"
    older = state.stored(this.notebook)["older"]
    figures = check.Check(
        FIGURES, this.figures, stem, not this.had_data, not options.check, [name for name in older if name != "texts"]
    ).run(jdk, work / "differences")
    for sentence in figures.sentences():
        say(sentence)
    if options.check and older:
        say("%s  older than their data, and accepted: %s" % (stem, ", ".join(older)))
    failures = []
    if options.check or figures.parted:
        figures.page(page)
    if figures.parted and options.check:
        failures.append("%s: figures or ledger differ from the stored ones; see %s" % (stem, page))
    elif figures.parted:
        failures.append(
            "%s: figures differ from those stored before, which they replace; see %s and 'git diff figures'"
            % (stem, page)
        )
    if options.check:
        found = results.row_differences(this)
        for difference in found[:10]:
            say("%s, %s" % (stem, difference))
        if found:
            failures.append("%s: %d series of raw values differ from those in rows.csv" % (stem, len(found)))
    if options.check and "texts" not in older:
        found = texts.differences(this.notebook, this.executed)
        for difference in found:
            say("%s, %s" % (stem, difference))
        if found:
            failures.append("%s: texts or tables differ from those in the stored notebook" % stem)
    parted = {name.partition("/")[2] for name in figures.parted} - {""}
    return parted, failures


def compare_with_revision(options, figures, stems, work, without_data=False):
    """Compares a tree of figures with the stored one of a git revision."""
    renames = against.Renames(options.renames)
    old = revisions.extract(options.against, work / "against", FIGURES.name)
    found = against.Comparison(renames)
    for stem in stems:
        found.figures(old, figures, stem, without_data)
    found.ledger(old, figures, set(stems), without_data)
    for difference in found.sentences():
        say(difference)
    say("Against %s, %s" % (options.against, found.verdict()))
    return [] if found.agrees() else ["figures or ledger differ from those of %s" % options.against]


def formats(options, jdk, chosen):
    """Makes PDF or PNG files of the stored drawings."""
    failures = []
    for notebook in chosen:
        drawings = sorted((FIGURES / notebook.stem).glob("*.svg"))
        folder = RESULTS / "formats" / notebook.stem
        folder.mkdir(parents=True, exist_ok=True)
        status, output = build.tool(jdk, "figures.Formats", folder, options.formats, *drawings) if drawings else (0, "")
        if status:
            failures.append("the figures of %s could not be made: %s" % (notebook.stem, output))
        elif drawings:
            say("%s  %d figures as %s are in %s" % (notebook.stem, len(drawings), options.formats, folder))
    return failures


def refreshed(figures, work):
    """A new folder for the next notebook's figures, with the ledger as it is stored now."""
    shutil.rmtree(figures)
    return results.new_figures(work / "figures")


def keep_variant(name, this):
    """A run with other settings: a folder of its own; extended and full lines also stand in the ledger."""
    folder = RESULTS / name
    stem = this.notebook.stem
    target = folder / "figures" / stem
    with results.uninterrupted():
        shutil.rmtree(target, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        if (this.figures / stem).exists():
            shutil.copytree(this.figures / stem, target)
        os.replace(this.executed, folder / this.notebook.name)
        if (this.figures / results.LEDGER).exists():
            shutil.copy(this.figures / results.LEDGER, folder / results.LEDGER)
    if name in ("extended", "full"):
        results.store_lines(this)
    say("%s  results are in %s" % (stem, folder))


def one_figure(options, runner, notebook, work):
    """Redraws one figure and leaves the notebook and everything else as it was."""
    name = notebooks.figure_files(notebook, options.figure)
    figures = results.new_figures(work / "figures")
    drawn = figures / notebook.stem / (name + ".csv")
    try:
        runner.run(notebook, work / notebook.name, figures, stop_file=drawn, only=name)
    except Problem:
        raise
    except BaseException:
        runner.stop()
        raise
    if not drawn.exists():
        return ["no cell of %s draws %s" % (notebook.stem, name)]
    other = variant(options, runner.environment)
    if other:
        keep_variant(other, results.Run(notebook, b"", work / notebook.name, figures, "", False))
        return []
    results.store_one(notebook, figures, name)
    kept = state.stored(notebook)
    if kept["parts"]:
        now = state.parts(notebook, runner.environment, options.kernel)
        parts, older = dict(kept["parts"], results=now["results"]), set(kept["older"]) - {name}
        state.keep(notebook, parts, older, kept["seconds"])
    say("%s is in %s" % (name, FIGURES / notebook.stem))
    return []


def generated(options, name):
    """The README's generated blocks follow the ledger."""
    return [] if name or not readme.FILE.exists() else readme.renew(options.check)


def skipped_sentence(tag, count):
    cells = "1 cell needs" if count == 1 else "%d cells need" % count
    kept = "keeps its" if count == 1 else "keep their"
    return "%s %s and %s stored outputs" % (cells, notebooks.SECTIONS[tag][1], kept)


def main(arguments):
    options = parse(arguments)
    failures = []

    def interrupted(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    try:
        settle_environment()
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
    except OSError as failure:
        failures = [sentence(failure)]
    for failure in failures:
        say("Failed: " + failure)
    if options.check or options.stored:
        say("Verdict: " + ("does not agree, for what is said above" if failures else "everything agrees"))
    return 1 if failures else 0
