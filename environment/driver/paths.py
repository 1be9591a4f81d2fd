"""Where things are in the project."""

from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().parent.parent
ROOT = ENVIRONMENT.parent
NOTEBOOKS = ROOT / "notebooks"
FIGURES = ROOT / "figures"
WORK = ENVIRONMENT / ".work"
RESULTS = ENVIRONMENT / "results"
JUPYTER = ENVIRONMENT / ".jupyter"
RESOURCES = ROOT / "lib/src/main/resources/dev/stretto/experiments"
LIBRARY = ROOT / "lib/src/main/java"
