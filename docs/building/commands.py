"""The commands of the distribution, and the parsers of their command lines."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from project import SCRIPTS

_CHECK_STATUS = (
    ("0", "OK"),
    ("1", "WARNING"),
    ("2", "CRITICAL"),
    ("3", "UNKNOWN: what could not be judged, wrong usage, --help and --version"),
)
_STATUS = (
    ("0", "done"),
    ("1", "failed, with the reason in one line on standard error"),
    ("2", "wrong command line"),
)


@dataclass(frozen=True, slots=True)
class Command:
    """A console script: `module` holds the function `function`, which runs it, and `parser`, for its command line."""

    name: str
    module: str
    function: str

    @property
    def is_check(self) -> bool:
        """Whether it is a check for Nagios and Icinga."""
        return self.name.startswith("check_")

    @property
    def statuses(self) -> tuple[tuple[str, str], ...]:
        """Its exit statuses and what they mean."""
        return _CHECK_STATUS if self.is_check else _STATUS

    def parser(self) -> argparse.ArgumentParser:
        """Return the parser that the command makes when it runs."""
        made: argparse.ArgumentParser = import_module(self.module).parser()
        # Checks make argparse's only for unusual command lines.
        return made if isinstance(made, argparse.ArgumentParser) else made.whole()


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of a command's own commands by name; none if it has none."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            found.update(action.choices)
    return found


def help_of(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    """Return an option's help text as --help has it."""
    values: dict[str, Any] = {**vars(action), "prog": parser.prog}
    return (action.help or "") % values


COMMANDS = {name: Command(name, *place.split(":")) for name, place in sorted(SCRIPTS.items())}
"""Every command by name."""
