"""What a notebook's stored results depend on, hashed part by part.

figures/NN-family/state.json is committed with the results: 'parts' maps code, library, settings,
data, models, kernel, driver and results to hashes (library: by package, models: by file), 'older'
names figures whose pictures are older than their data, and the word 'texts' where the notebook is;
'seconds' is how long the stored run took, rounded to ten.
Whether a run would do anything new on this machine is kept apart, in environment/.work.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re

from . import manifests
from .build import RAPAIO
from .notebooks import code, papers
from .paths import ENVIRONMENT, FIGURES, LIBRARY, RESOURCES, ROOT, WORK

PARTS = ("code", "library", "settings", "data", "models", "kernel", "driver", "results")
# these say where and how fast, not what
PASSING = ("REVISION", "FRESH", "CHECKPOINTS", "THREADS", "DATA", "MANIFEST", "FIGURES", "ONLY", "CACHE")


def parts(notebook, environment, kernel):
    """A hash, or hashes by name, of each part; the same on every machine."""
    sources = closure(notebook)
    return {
        "code": _hash(code(notebook)),
        "library": _library(sources),
        "settings": _hash(_settings(notebook, environment)),
        "data": _hash([_tree(ROOT / "datasets", "checkpoints"), _listing(environment)]),
        "models": _models(notebook, sources),
        "kernel": _hash(_kernel(kernel)),
        "driver": _hash(_tree(ENVIRONMENT / "driver/execute.py")),
        "results": _hash(_results(notebook)),
    }


def stale(stored, now, with_data):
    """Part to what changed in it, in words; empty where everything is as it was."""
    reasons = {}
    for part in PARTS:
        before, after = stored.get(part), now[part]
        if before == after or (part == "data" and not with_data):
            continue
        named = isinstance(before, dict) and isinstance(after, dict)
        names = [name for name in sorted({**before, **after}) if before.get(name) != after.get(name)] if named else []
        reasons[part] = ", ".join(names[:5]) + (" and %d more" % (len(names) - 5) if len(names) > 5 else "")
    return reasons


# parts that are a notebook's own: no other notebook stands in for it
OWN = ("code", "settings", "results")


def changes(stored, now, with_data, name):
    """The same as a set: (part, name of what changed in it)."""
    found = set()
    for part in stale(stored, now, with_data):
        before, after = stored.get(part), now[part]
        if isinstance(before, dict) and isinstance(after, dict):
            found |= {(part, key) for key in {**before, **after} if before.get(key) != after.get(key)}
        else:
            found.add((part, name if part in OWN else ""))
    return found


def covering(seconds, changed):
    """The cheapest names whose changes are together all changes, chosen greedily; both are by name."""
    left, chosen = set().union(*changed.values()), []
    while left:
        best = max(sorted(changed), key=lambda name: len(changed[name] & left) / max(1, seconds.get(name, 0)))
        chosen.append(best)
        left -= changed[best]
    return chosen


def why(reasons):
    """The reasons as words: 'library (dev.stretto.models), settings'."""
    return ", ".join(part + (" (%s)" % what if what else "") for part, what in reasons.items())


# where it is kept


def stored(notebook):
    """What is committed with the results; empty parts where nothing is."""
    try:
        kept = json.loads(_file(notebook).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    return {"parts": kept.get("parts", {}), "older": kept.get("older", []), "seconds": kept.get("seconds", 0)}


def keep(notebook, now, older, seconds):
    """Writes what is committed, where it changed, and that it was run here."""
    what = {"older": sorted(older), "parts": now, "seconds": int(round(seconds, -1))}
    text = json.dumps(what, indent=1, sort_keys=True) + "\n"
    if not _file(notebook).exists() or _file(notebook).read_text(encoding="utf-8") != text:
        _file(notebook).parent.mkdir(parents=True, exist_ok=True)
        _file(notebook).write_text(text, encoding="utf-8")


def remember(notebook, here):
    """Notes that a complete run on this machine saw this and left what is there."""
    _local(notebook).parent.mkdir(parents=True, exist_ok=True)
    _local(notebook).write_text(_hash(here))


def up_to_date(notebook, here):
    """Whether the last complete run on this machine saw the same and left what is there."""
    try:
        return _local(notebook).read_text() == _hash(here)
    except OSError:
        return False


def here(now, environment):
    """The parts, and what only this machine has: its JDK, when its data changed."""
    java = {name: value for name, value in environment.items() if name.startswith("JAVA")}
    return [now, java, _listing(environment, True), _hash(_tree(ENVIRONMENT / "driver"))]


def _file(notebook):
    return FIGURES / notebook.stem / "state.json"


def _local(notebook):
    return WORK / "state" / notebook.stem


# the parts


def _settings(notebook, environment):
    """Settings, preset, and the lines on this family's papers in the library's tables."""
    names = sorted(name for name in environment if name.startswith("STRETTO_"))
    chosen = {name: environment[name] for name in names if name[len("STRETTO_") :] not in PASSING}
    chosen["STRETTO_PRESET"] = environment.get("STRETTO_PRESET") or "quick"
    family = {row["id"] for row in papers() if row["family"] == notebook.stem[:2]}
    lines = []
    for table in sorted(RESOURCES.glob("*.tsv")):
        lines += [line for line in table.read_text(encoding="utf-8").splitlines() if line.split("\t")[0] in family]
    return [chosen, lines]


def _listing(environment, dated=False):
    """Names and sizes of the user's files, and when they changed."""
    found = []
    for name in ("STRETTO_DATA", "STRETTO_MANIFEST"):
        for top in manifests.places(environment[name]) if environment.get(name) else []:
            for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
                if file.is_file():
                    status = file.stat()
                    path = file.name if file == top else file.relative_to(top).as_posix()
                    found.append([name, path, status.st_size] + ([status.st_mtime_ns] if dated else []))
    return found


def _kernel(name):
    own = ("pom.xml", "src/main") if name == "stretto" else ()
    version = RAPAIO if name == "rapaio" else ""
    return [name, version] + [_tree(ENVIRONMENT / "kernel" / part) for part in own]


def _library(sources):
    """A hash a package of the classes used, and one of the versions of the libraries beneath."""
    packages = {}
    for file in sources:
        packages.setdefault(".".join(file.relative_to(LIBRARY).parent.parts), []).append(file)
    hashes = {name: _hash([_tree(file) for file in sorted(files)])[:12] for name, files in packages.items()}
    versions = []
    for pom in (ROOT / "pom.xml", ROOT / "lib/pom.xml"):
        if pom.exists():
            text = pom.read_text(encoding="utf-8").split("<build>")[0]
            versions += re.findall(r"<(?:artifactId|version|[\w.-]+\.version)>([^<]*)<", text)
    return dict(hashes, versions=_hash(versions)[:12])


def _models(notebook, sources):
    """The stored models whose name, or a beginning of it like "heads-", is quoted in the code used."""
    text = "\n".join([cell for cell, _ in code(notebook)] + [file.read_text(encoding="utf-8") for file in sources])
    quoted = set(re.findall(r'"([a-z][\w.-]*)', text))
    files = sorted((ROOT / "datasets/checkpoints").glob("*.safetensors"))
    return {file.name: _hash(_tree(file))[:12] for file in files if _named(file.stem.rpartition("-")[0], quoted)}


def _named(model, quoted):
    """Whether a quoted text is its name, the name before its shape, or a beginning up to a dash."""
    ends = [at + 1 for at, letter in enumerate(model) if letter == "-"] + [len(model)]
    ends += [at.start() for at in re.finditer(r"-\d", model)]
    return any(model[:end] in quoted for end in ends)


def _results(notebook):
    """Outputs, figures, raw values and ledger lines."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [cell.get("outputs") for cell in cells if cell["cell_type"] == "code"]
    lines = []
    if (FIGURES / "ledger.csv").exists():
        with open(FIGURES / "ledger.csv", encoding="utf-8", newline="") as table:
            lines = [row for row in csv.DictReader(table) if row["notebook"] == notebook.stem]
    return [outputs, _tree(FIGURES / notebook.stem, "state.json"), lines]


def _tree(top, but=None):
    """Relative names and contents of a folder's files, or of a file."""
    files = sorted(top.rglob("*")) if top.is_dir() else [top]
    kept = [file for file in files if file.is_file() and not {"__pycache__", but} & set(file.parts)]
    return [
        [file.name if file == top else file.relative_to(top).as_posix(), hashlib.sha256(file.read_bytes()).hexdigest()]
        for file in kept
    ]


def _hash(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


# the classes that a notebook uses, found by their names in the text

COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|/\*.*?\*/|//[^\n]*', re.S)
IMPORT = re.compile(r"^\s*import\s+(?:static\s+)?(dev\.stretto[\w.]*)(\.\*)?\s*;", re.M)
QUALIFIED = re.compile(r"\bdev\.stretto(?:\.[a-z]\w*)*\.[A-Z]\w*")


def closure(notebook):
    """The library's source files that a notebook's cells use, and those that these use."""
    packages = {}
    for file in sorted(LIBRARY.rglob("*.java")):
        packages.setdefault(".".join(file.relative_to(LIBRARY).parent.parts), {})[file.stem] = file
    found = {}
    waiting = [("\n".join(cell for cell, _ in code(notebook)), None)]
    while waiting:
        text, package = waiting.pop()
        for file in _used(COMMENT.sub(r"\1", text), package, packages) - set(found):
            found[file] = ".".join(file.relative_to(LIBRARY).parent.parts)
            waiting.append((file.read_text(encoding="utf-8"), found[file]))
    return sorted(found)


def _used(text, package, packages):
    visible = dict(packages.get(package, {}))
    names = [(name, bool(star)) for name, star in IMPORT.findall(text)]
    names += [(name, False) for name in QUALIFIED.findall(text)]
    direct = set()
    for name, star in names:
        if star and name in packages:
            visible.update(packages[name])
            continue
        words = name.split(".")
        for end in range(len(words) - 1, 1, -1):
            file = packages.get(".".join(words[:end]), {}).get(words[end])
            if file:
                visible[words[end]] = file
                direct.add(file)
    words = set(re.findall(r"\b[A-Z]\w*", IMPORT.sub("", text)))
    return direct | {file for name, file in visible.items() if name in words}
