"""Finds a Python that has Jupyter, or installs one: apt, else pip, else conda."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from .console import Problem, say
from .paths import ENVIRONMENT

NEEDED = "import nbclient, nbformat, jupyter_client"
VENV = ENVIRONMENT / ".venv"
CONDA = "stretto"


def works(python, what=NEEDED):
    """Whether this Python imports what is needed."""
    if not python:
        return False
    try:
        return subprocess.run([python, "-c", what], capture_output=True).returncode == 0
    except OSError:
        return False


def find(what=NEEDED):
    """The first Python that has Jupyter, or None."""
    own = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    candidates = [sys.executable, str(own), "/usr/bin/python3"]
    candidates += [shutil.which(name) for name in ("python3", "python")]
    return next((python for python in candidates if works(python, what)), None)


def ensure(what=NEEDED):
    """A Python that has Jupyter; installs it where it is missing."""
    python = find(what)
    if python:
        return python
    failures = []
    for install in (_apt, _pip, _conda):
        try:
            python = install(what)
        except (OSError, subprocess.CalledProcessError) as failure:
            failures.append(_last_words(failure))
            continue
        if python:
            return python
    raise Problem(
        "Jupyter is missing and could not be installed (%s): install it with"
        " 'apt-get install --no-install-recommends %s' or 'pip install -r environment/requirements.txt'"
        % ("; ".join(failures) or "neither apt as root, pip nor conda is here", _packages())
    )


def _packages():
    return " ".join((ENVIRONMENT / "apt.txt").read_text().split())


def _apt(what):
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        return None
    say("Jupyter is missing: installing %s with apt-get" % _packages())
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-y", "-qq"]
    install = command + ["install", "--no-install-recommends"] + _packages().split()
    try:
        _quietly(install)
    except subprocess.CalledProcessError:
        _quietly(command + ["update"])
        _quietly(install)
    return "/usr/bin/python3" if works("/usr/bin/python3", what) else None


def _pip(what):
    say("Jupyter is missing: installing environment/requirements.txt into environment/.venv")
    try:
        _quietly([sys.executable, "-m", "venv", "--clear", str(VENV)])
        python = str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        _quietly([python, "-m", "pip", "install", "-q", "-r", str(ENVIRONMENT / "requirements.txt")])
    except (OSError, subprocess.CalledProcessError):
        shutil.rmtree(VENV, ignore_errors=True)
        raise
    return python if works(python, what) else None


def _conda(what):
    conda = next(filter(None, map(shutil.which, ("mamba", "micromamba", "conda"))), None)
    if not conda:
        return None
    say("Jupyter is missing: making the conda environment of environment/environment.yml")
    create = [conda, "env", "create"] if not conda.endswith("micromamba") else [conda, "create", "-y"]
    _quietly(create + ["-f", str(ENVIRONMENT / "environment.yml")])
    python = subprocess.run(
        [conda, "run", "-n", CONDA, "python", "-c", "import sys; print(sys.executable)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return python if works(python, what) else None


def _quietly(command):
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(
        command,
        check=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _last_words(failure):
    output = (getattr(failure, "output", None) or str(failure)).strip().splitlines()
    command = getattr(failure, "cmd", None)
    return "%s: %s" % (command[0] if command else "install", output[-1].strip() if output else "failed")
