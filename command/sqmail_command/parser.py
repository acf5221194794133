"""Parsers of command lines, and how they refuse one."""

from __future__ import annotations

import argparse
from shutil import get_terminal_size

from sqmail_command.text import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

MISUSED = 2
"""The exit status for a command line that is refused; checks have another."""


class Parser(argparse.ArgumentParser):
    """An argument parser that says in one line what is wrong with a command line."""

    def __init__(self, **terms: Any) -> None:
        super().__init__(**terms, formatter_class=_Formatter)
        self.register("action", "release", _Version)

    def error(self, message: str) -> NoReturn:
        """Print the line and exit with `MISUSED`."""
        self.exit(MISUSED, f"{self.prog}: {terminal(message)}; see {self.prog} --help\n")


class _Formatter(argparse.HelpFormatter):
    """Lays out a help text; the terminal is asked for its width once, not again for each option that is added."""

    _columns = 0

    def __init__(self, prog: str) -> None:
        if not _Formatter._columns:
            _Formatter._columns = get_terminal_size().columns
        super().__init__(prog, width=_Formatter._columns - 2)


class _Version(argparse.Action):
    """Prints the version of the distribution and exits."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002 - argparse's signature
        values: str | Sequence[Any] | None,  # noqa: ARG002
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        from importlib import metadata  # noqa: PLC0415 - --version alone needs it

        try:
            version = metadata.version("sqmail-monitoring")
        except metadata.PackageNotFoundError:
            version = "from a checkout, not installed"
        print(parser.prog, version)
        parser.exit()
