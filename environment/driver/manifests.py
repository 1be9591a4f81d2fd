"""The user's manifest: a file, a folder, or a name with a range, as the library reads it."""

import re
from pathlib import Path

RANGE = re.compile(r"(?:_OP_|\{)(\d+)\.\.(\d+)(?:_CL_|\})")
MOST = 100_000


def places(value):
    """The files or folders that a value of STRETTO_MANIFEST names; it is one itself without a range."""
    found = RANGE.search(value)
    if not found or Path(value).exists():
        return [Path(value)]
    first, last = found.groups()
    if int(last) - int(first) > MOST:
        return [Path(value)]
    digits = len(first) if first.startswith("0") else 0
    names = (value[: found.start()] + str(i).zfill(digits) + value[found.end() :] for i in range(int(first), int(last) + 1))
    return [place for name in names for place in places(name)]
