"""The Python module rrdtool, loaded when something is drawn and not before."""

import os
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

from rrd_files import librrd
from sqmail_log.errors import SqmailError

__all__ = ["NO_FONT", "RrdError", "fonts_missing", "load"]

NO_FONT = (
    "no font is installed, the pictures show boxes instead of letters: apt install fonts-dejavu-core, "
    "or install any TrueType font that fc-list shows"
)


class RrdError(SqmailError):
    """Something about RRD files, rrdtool or the pages; the text is one line that says what to do."""


def load() -> ModuleType:
    """Return the module rrdtool; raises RrdError that says how to install it."""
    try:
        return librrd.load()
    except ImportError as error:
        raise RrdError(
            f"the Python module rrdtool does not load ({error}): apt install python3-rrdtool, "
            "or pip install 'sqmail-monitoring[rrd]' (which needs a C compiler and librrd-dev)"
        ) from None


def fonts_missing() -> bool:
    """Return whether fontconfig knows no font at all; rrdtool would draw boxes and report success."""
    lister = shutil.which("fc-list")
    if lister is not None:
        run = subprocess.run([lister], capture_output=True, check=False)  # noqa: S603 - found on PATH
        return run.returncode == 0 and not run.stdout.strip()
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")  # noqa: PTH111
    places = ("/usr/share/fonts", "/usr/local/share/fonts", f"{data}/fonts")
    return not any(next(Path(place).glob("**/*.[ot]t[fc]"), None) for place in places)
