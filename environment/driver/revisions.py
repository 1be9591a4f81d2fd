"""What git knows: the revision of the sources, and files as an older revision had them."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile

from .console import Problem, say
from .notebooks import code_of
from .paths import ROOT

# what a run writes does not make its own revision a changed one
WRITTEN = (":!notebooks", ":!figures", ":!README.md")


def git(*words):
    """What git prints, as bytes; None where it cannot say."""
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True)
    except OSError:
        return None
    if b"dubious ownership" in done.stderr:
        say(
            "git does not read this checkout, which belongs to another user, so results name no"
            " revision ('git config --global --add safe.directory %s' changes that)" % ROOT
        )
    return done.stdout if done.returncode == 0 else None


def revision():
    """The revision of the sources, -dirty where sources or notebooks' code were changed."""
    head = git("rev-parse", "--short=12", "HEAD")
    if head is None:
        return "unknown"
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", *WRITTEN)
    return head.decode().strip() + ("-dirty" if changed or _code_changed() else "")


def _code_changed():
    names = git("diff", "--name-only", "--relative", "HEAD", "--", "notebooks") or b""
    for name in names.decode().splitlines():
        stored, file = git("show", "HEAD:./" + name), ROOT / name
        if name.count("/") == 1 and name.endswith(".ipynb") and stored and file.exists():
            if code_of(json.loads(stored)) != code_of(json.loads(file.read_text(encoding="utf-8"))):
                return True
    return False


def commits():
    """How many commits lead here."""
    return int(git("rev-list", "--count", "HEAD") or 0)


def extract(revision_, folder, what):
    """Puts a folder of the project, as a revision had it, into another folder."""
    if git("rev-parse", "--verify", "--quiet", revision_ + "^{commit}") is None:
        raise Problem("git knows no revision '%s'" % revision_)
    packed = git("archive", "--format=tar", revision_, what)
    if packed is None:
        raise Problem("revision %s has no %s/" % (revision_, what))
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        files = [member for member in archive.getmembers() if member.isfile() or member.isdir()]
        archive.extractall(folder, members=files)
    return folder / what
