"""Builds the library and the kernel where their sources changed, and installs the kernel."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from .console import Problem, say
from .paths import ENVIRONMENT, JUPYTER, ROOT, WORK

STAMP = WORK / "build.json"
CLASSPATH = ENVIRONMENT / "kernel/target/classpath.txt"
JAVA = 25
RAPAIO = "3.0.1"
SOURCES = (
    "pom.xml",
    "lib/pom.xml",
    "lib/src/main",
    "environment/kernel/pom.xml",
    "environment/kernel/install",
    "environment/kernel/src/main",
)


def digest(paths):
    """A hash over names and contents of files and folders."""
    total = hashlib.sha256()
    for top in paths:
        top = Path(top)
        files = sorted(top.rglob("*")) if top.is_dir() else [top]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(str(file).encode() + b"\0")
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def java_home():
    """The home of a JDK of the right version."""
    homes = [os.environ.get("JAVA%d_HOME" % JAVA), os.environ.get("JAVA_HOME")]
    for java in filter(None, [shutil.which("java")]):
        homes.append(Path(java).resolve().parent.parent)
    for pattern in (
        "/usr/lib/jvm/*",
        "/opt/java/*",
        "/opt/*jdk*",
        "/Library/Java/JavaVirtualMachines/*/Contents/Home",
        "~/.sdkman/candidates/java/*",
        "~/.jdks/*",
        "~/.jbang/cache/jdks/*",
    ):
        base = Path(pattern).expanduser()
        homes += sorted(Path(base.anchor).glob(str(base.relative_to(base.anchor))))
    for home in filter(None, homes):
        release = Path(home) / "release"
        compiler = Path(home) / "bin" / ("javac.exe" if os.name == "nt" else "javac")
        if release.is_file() and compiler.is_file():
            if re.search(r'JAVA_VERSION="%d\b' % JAVA, release.read_text(errors="replace")):
                return Path(home)
    raise Problem(
        "JDK %d is needed: install one (for example Temurin %d) or point JAVA%d_HOME at it"
        % (JAVA, JAVA, JAVA)
    )


def sources():
    """A hash of everything that the library and the kernel are built from."""
    return digest([ROOT / name for name in SOURCES if (ROOT / name).exists()])


def build(jdk):
    """Builds library, kernel and kernelspec; says so, or that they are up to date."""
    key = {"sources": sources(), "jdk": str(jdk)}
    if _stamped(key):
        say("Library and kernel are up to date")
        return
    maven = shutil.which("mvn")
    if not maven:
        raise Problem("Maven is needed: install it (apt-get install maven) and run this again")
    say("Building library and kernel")
    _run(
        [maven, "-B", "-q", "-ntp", "-Dmaven.test.skip=true", "-Dexec.skip=true", "package"],
        "the build failed",
    )
    _run(
        [str(ENVIRONMENT / "kernel/install"), "--prefix", str(JUPYTER)],
        "the kernel could not be installed",
        {"JAVA%d_HOME" % JAVA: str(jdk)},
    )
    artefacts = sorted((ROOT / "lib/target").glob("*.jar")) + [CLASSPATH]
    artefacts += sorted(path for path in JUPYTER.rglob("*") if path.is_file())
    artefacts += sorted((ENVIRONMENT / "kernel/target").glob("*.jar"))
    WORK.mkdir(parents=True, exist_ok=True)
    STAMP.write_text(json.dumps({"key": key, "artefacts": {str(path): _mark(path) for path in artefacts}}))


def rapaio(jdk):
    """Installs the one complete Java kernel that Maven's registry has, to run notebooks in it."""
    spec = JUPYTER / "share/jupyter/kernels/rapaio"
    jar = "rapaio-jupyter-kernel-%s.jar" % RAPAIO
    if not (spec / jar).exists():
        artifact = "io.github.padreati:rapaio-jupyter-kernel:" + RAPAIO
        _run(
            ["mvn", "-B", "-q", "-ntp", "-N", "dependency:copy", "-Dartifact=" + artifact]
            + ["-DoutputDirectory=" + str(spec)],
            "rapaio's kernel could not be fetched",
        )
    java = [str(jdk / "bin/java"), "--enable-native-access=ALL-UNNAMED", "-Djava.awt.headless=true"]
    java += ["--sun-misc-unsafe-memory-access=allow", "-Dai.djl.offline=true", "-cp"]
    java += [os.pathsep.join([str(spec / jar), classpath()]), "org.rapaio.jupyter.kernel.MainApp"]
    kernel = {"argv": java + ["{connection_file}"], "display_name": "Java (rapaio)", "language": "java"}
    (spec / "kernel.json").write_text(json.dumps(dict(kernel, interrupt_mode="message")))


def classpath():
    """The library's jar and everything it needs to run."""
    return CLASSPATH.read_text().strip()


def tool(jdk, main, *arguments):
    """Runs one of the library's programs; returns its exit status and what it printed."""
    result = subprocess.run(
        [str(jdk / "bin/java"), "--enable-native-access=ALL-UNNAMED", "-Djava.awt.headless=true"]
        + ["--sun-misc-unsafe-memory-access=allow", "-cp", classpath()]
        + ["dev.stretto." + main]
        + [str(argument) for argument in arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # a JVM announces the options that it finds in the environment
    lines = [line for line in result.stdout.splitlines() if not re.match(r"(?:NOTE: )?Picked up \w+: ", line)]
    return result.returncode, "\n".join(lines).strip()


def fetch_plotly():
    """Puts Plotly into the user's cache where npm is there; interactive charts need it offline."""
    version = "2.35.2"
    cache = Path(os.environ.get("STRETTO_CACHE") or Path.home() / ".cache/stretto")
    target, tried = cache / "plotly.min.js", WORK / "plotly-tried"
    npm = shutil.which("npm")
    if target.exists() or not npm or _lately(tried):
        return
    say("Fetching Plotly for interactive charts")
    work = WORK / "plotly"
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "plotly.part").touch()
        # a cache of its own: npm waits for minutes where it cannot write its user's
        subprocess.run(
            [npm, "pack", "--silent", "--cache", str(work / "cache"), "--fetch-retries=1"]
            + ["--fetch-timeout=15000", "plotly.js-dist-min@" + version],
            cwd=work,
            check=True,
            timeout=45,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        shutil.unpack_archive(str(next(work.glob("*.tgz"))), str(work), "gztar")
        shutil.copy(work / "package/plotly.min.js", cache / "plotly.part")
        os.replace(cache / "plotly.part", target)
    except (OSError, StopIteration, subprocess.SubprocessError, shutil.ReadError):
        say("Plotly could not be fetched: interactive charts stay pictures; it is tried again tomorrow")
        WORK.mkdir(parents=True, exist_ok=True)
        tried.touch()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _lately(tried):
    return tried.exists() and time.time() - tried.stat().st_mtime < 24 * 3600


def _stamped(key):
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    artefacts = stamp.get("artefacts", {})
    return stamp.get("key") == key and all(
        Path(path).exists() and _mark(Path(path)) == mark for path, mark in artefacts.items()
    )


def _mark(path):
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _run(command, what, environment=None):
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=dict(os.environ, **(environment or {})),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode != 0:
        lines = [line for line in result.stdout.splitlines() if line.strip()]
        raise Problem("%s:\n  %s" % (what, "\n  ".join(lines[:15])))
