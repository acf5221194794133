"""nagiosplugin's classes, without what its own Check and Runtime need.

To import the package is to import logging, json and tempfile, too: more than
half of what an idle check would cost (benchmark: idle).  So its modules are
loaded without the package's own code, which still runs for whoever imports
the package later: with these same classes.  What they import of the standard
library and name in functions alone is loaded by the first one that uses it.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any
else:
    ModuleType = type(sys)

PACKAGE = "nagiosplugin"
_LATER = ("numbers", "re", "warnings")


class _Later(ModuleType):
    """Stands for a module until somebody wants something of it."""

    def __getattr__(self, name: str) -> Any:
        """Load it."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(__import__(self.__name__), name)


class _Bare:
    """Lets modules of a package be imported inside, without the code of the package itself, or all that they import."""

    def __enter__(self) -> None:
        self._made = False
        self._later = {name: _Later(name) for name in _LATER if name not in sys.modules}
        sys.modules.update(self._later)
        if PACKAGE in sys.modules:
            return
        for finder in sys.meta_path:
            found = finder.find_spec(PACKAGE, None)
            if found is not None and found.submodule_search_locations is not None:
                package = type(sys)(PACKAGE)
                package.__path__ = found.submodule_search_locations
                sys.modules[PACKAGE] = package
                self._made = True
                return

    def __exit__(self, *_: object) -> None:
        if self._made:
            del sys.modules[PACKAGE]
        for name, module in self._later.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


with _Bare():
    from nagiosplugin.context import Context, Contexts, ScalarContext
    from nagiosplugin.error import CheckError, Timeout
    from nagiosplugin.metric import Metric
    from nagiosplugin.performance import Performance
    from nagiosplugin.range import Range
    from nagiosplugin.resource import Resource
    from nagiosplugin.result import Result, Results
    from nagiosplugin.state import Critical, Ok, ServiceState, Unknown, Warn
    from nagiosplugin.summary import Summary

__all__ = [
    "CheckError",
    "Context",
    "Contexts",
    "Critical",
    "Metric",
    "Ok",
    "Performance",
    "Range",
    "Resource",
    "Result",
    "Results",
    "ScalarContext",
    "ServiceState",
    "Summary",
    "Timeout",
    "Unknown",
    "Warn",
]
