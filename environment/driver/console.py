"""What the user sees: sentences, and one line of progress."""

from __future__ import annotations

import sys
import time


class Problem(Exception):
    """Something that stops the work, said in a sentence; never shown as a traceback."""


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
