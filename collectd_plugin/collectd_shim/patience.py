"""Waiting for a file's lock, which librrd does not do."""

import time
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

__all__ = ["patiently"]

_P = ParamSpec("_P")
_R = TypeVar("_R")
_BUSY: Final = "could not lock RRD"
_PATIENCE: Final = 10.0
_PAUSE: Final = 0.002


def patiently(function: Callable[_P, _R], *arguments: _P.args, **keywords: _P.kwargs) -> _R:
    """Call a function of the module rrdtool, again while another process reads or writes the file.

    Readers and writers of librrd 1.7 refuse each other: whoever comes second fails at once. After ten
    seconds that is raised as any other error.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return function(*arguments, **keywords)
        except Exception as error:  # the module's own class, known only where it is loaded
            if _BUSY not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)
