"""Fonts: rrdtool draws boxes for letters, and reports success, where there is none."""

import os
import shutil
import subprocess
from pathlib import Path

NO_FONT = (
    "no font is installed, the pictures show boxes instead of letters: apt install fonts-dejavu-core, "
    "or install any TrueType font that fc-list shows"
)


def fonts_missing() -> bool:
    """Return whether fontconfig knows no font at all."""
    lister = shutil.which("fc-list")
    if lister is not None:
        run = subprocess.run([lister], capture_output=True, check=False)  # noqa: S603 - found on PATH
        return run.returncode == 0 and not run.stdout.strip()
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")  # noqa: PTH111
    places = ("/usr/share/fonts", "/usr/local/share/fonts", f"{data}/fonts")
    return not any(next(Path(place).glob("**/*.[ot]t[fc]"), None) for place in places)
