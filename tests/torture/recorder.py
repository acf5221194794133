"""Writes which lines of the sources each process runs; a copy of the sources loads it as `sitecustomize`.

Processes that tests start get a clean environment, so the place to write to is known by where this file lies.  Some
tests copy the packages to where another user may read them: what ends in the same path is the same source.  A line is
written when it first runs, since checks end by `os._exit` and tests kill.  Loops are followed for a while only.
"""

import os
import sys
import threading
from contextlib import suppress

_ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_OUT = os.path.join(_ROOT, "lines")
_WATCHED = {"/sqmail_log/": "parser", "/sqmail_checks/": "checks", "/sqmail_report/": "report"}
_MOST = 300
_open, _write, _close = os.open, os.write, os.close

_seen = set()
_left = {}
_known = {}


def begin(test):
    """Have what follows belong to a test."""
    _seen.clear()
    _left.clear()
    _say(f"\n# {test}\n")


def _say(text):
    with suppress(OSError):
        file = _open(_OUT, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        try:
            _write(file, text.encode())
        finally:
            _close(file)


def _path(code):
    """Return a source's path in the copy; none of what is not watched."""
    name = code.co_filename
    if name not in _known:
        _known[name] = ""
        for package, folder in _WATCHED.items():
            _, found, inner = name.rpartition(package)
            if found:
                _known[name] = folder + package + inner
    return _known[name]


def _called(frame, _event, _argument):
    code = frame.f_code
    path = _path(code)
    if not path:
        return None
    _note(path, frame.f_lineno)
    return _line if _left.setdefault(code, _MOST) > 0 else None


def _line(frame, event, _argument):
    if event == "line":
        code = frame.f_code
        left = _left.get(code, _MOST)
        _note(_path(code), frame.f_lineno)
        _left[code] = left - 1
        if left <= 0:
            return None
    return _line


def _note(path, line):
    if (path, line) not in _seen:
        _seen.add((path, line))
        _say(f"{path}:{line}\n")


if os.path.exists(_OUT):
    threading.settrace(_called)
    sys.settrace(_called)
