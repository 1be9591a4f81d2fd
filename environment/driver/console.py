"""What the user sees: sentences, and one line of progress."""

from __future__ import annotations

import errno
import os
import re
import sys
import time
from pathlib import Path

from .paths import WORK


class Problem(Exception):
    """Something that stops the work, said in a sentence; never shown as a traceback."""


def sentence(failure):
    """What an error of the operating system means for the user."""
    place = failure.filename2 or failure.filename or "a file"
    if failure.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return "the disk is full: %s could not be written; make room and run this again" % place
    if failure.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            "%s may not be read or written: it is read-only or belongs to another user; run this in a"
            " clone of your own" % place
        )
    return "%s: %s" % (place, failure.strerror or failure)


def settle_environment():
    """Sees to what every later program needs: a home folder, and file names in UTF-8."""
    _settle_encoding()
    _settle_home()


def _settle_home():
    """Sees to a home folder that can be written: Maven, Jupyter and the caches need one."""
    try:
        home = Path.home()
    except RuntimeError:  # no HOME, and a user whom the system does not know
        home = None
    if os.name == "nt":
        return
    if not (home and os.access(home, os.W_OK)):
        home = WORK / "home"
        home.mkdir(parents=True, exist_ok=True)
        options = os.environ.get("MAVEN_OPTS", "")
        os.environ["MAVEN_OPTS"] = (options + " -Duser.home=%s" % home).strip()
        say("There is no home folder that can be written: %s takes its place" % home)
    os.environ["HOME"] = str(home)


def _settle_encoding():
    """Sees to file names in UTF-8: under LC_ALL=C Java reads no path with a letter beyond ASCII."""
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    charset = next((os.environ[name] for name in names if os.environ.get(name)), "")
    if sys.platform.startswith("linux") and not re.search("utf-?8", charset, re.I):
        os.environ["LC_ALL"] = "C.UTF-8"


def say(text=""):
    clear()
    print(text, flush=True)


def clear():
    if sys.stdout.isatty():
        sys.stdout.write("\r\x1b[K")


def minutes(seconds):
    return "%d:%02d" % (seconds // 60, seconds % 60)


class Progress:
    """Notebook, cell n of m, elapsed: in place on a terminal, else a line every few seconds."""

    EVERY = 5.0

    def __init__(self, notebook):
        self.notebook = notebook
        self.started = time.monotonic()
        self.last_line = -self.EVERY
        self.shown = ""

    def elapsed(self):
        return time.monotonic() - self.started

    def show(self, what):
        now = self.elapsed()
        line = "%s  %s  %s" % (self.notebook, what, minutes(now))
        if sys.stdout.isatty():
            clear()
            sys.stdout.write(line)
            sys.stdout.flush()
        elif now - self.last_line >= self.EVERY:
            self.last_line = now
            print(line, flush=True)
