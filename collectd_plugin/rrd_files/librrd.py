"""The Python module rrdtool, and what it and librrd below it leave to those who use them."""

import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

from rrd_files.errors import RrdError

_P = ParamSpec("_P")
_R = TypeVar("_R")
_BUSY = "could not lock RRD"
# Seconds for which a locked file is tried again, and between two tries.
_PATIENCE = 10.0
_PAUSE = 0.002


def load() -> ModuleType:
    """Return the module rrdtool; raises RrdError that says how to install it.  A Ctrl-C meanwhile is not lost."""
    # While rrdtool is loaded, which takes long, it asks for datetime, and would swallow a Ctrl-C there.
    import datetime  # noqa: F401, ICN001, PLC0415

    try:
        import rrdtool  # noqa: PLC0415 - only those who read or write RRD files need it
    except ImportError as error:
        raise RrdError(
            f"the Python module rrdtool does not load ({error}): apt install python3-rrdtool (a virtual environment "
            "sees it only if it was made with --system-site-packages), or pip install 'sqmail-monitoring[rrd]' in the "
            "environment (which needs a C compiler, Python's headers and librrd-dev)"
        ) from None
    module: ModuleType = rrdtool
    return module


def asked(function: str, *arguments: str, doing: str) -> Any:
    """Return what a function of the module rrdtool answers, asked `patiently`.

    Raises RrdError with rrdtool's text, behind what was being done.
    """
    rrdtool = load()
    try:
        return patiently(getattr(rrdtool, function), *arguments)
    except (rrdtool.OperationalError, rrdtool.ProgrammingError) as error:
        raise RrdError(f"{doing}: {error}") from None


def patiently(function: Callable[_P, _R], *arguments: _P.args, **keywords: _P.kwargs) -> _R:
    """Call a function of the module rrdtool, again while another process reads or writes the file.

    Readers and writers of librrd 1.7 refuse each other: whoever comes second fails at once.  After ten
    seconds that is raised as any other error.
    """
    return retried(lambda: function(*arguments, **keywords), lambda error: _BUSY in str(error))


def retried(attempt: Callable[[], _R], is_busy: Callable[[Exception], bool]) -> _R:
    """Return what an attempt gives, made again for ten seconds while its error says that a file is locked."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return attempt()
        except Exception as error:  # the module's own class, known only where it is loaded
            if not is_busy(error) or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)
