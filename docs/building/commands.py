"""The commands of the distribution, and the parsers of their command lines."""

from __future__ import annotations

import argparse
import tomllib
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, NoReturn

from building import ROOT

_PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION: Final[str] = _PROJECT["version"]

_CHECK_STATUS: Final = (
    ("0", "OK"),
    ("1", "WARNING"),
    ("2", "CRITICAL"),
    ("3", "UNKNOWN: what could not be judged, wrong usage, --help and --version"),
)
_STATUS: Final = (
    ("0", "done"),
    ("1", "failed, with the reason in one line on standard error"),
    ("2", "wrong command line"),
)


@dataclass(frozen=True, slots=True)
class Command:
    """A console script: `module` holds the function `function`, which parses the command line and runs."""

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
        main = getattr(import_module(self.module), self.function)
        parse_args = argparse.ArgumentParser.parse_args
        argparse.ArgumentParser.parse_args = _hand_over  # type: ignore[method-assign,assignment]
        try:
            main()
        except _Handed as handed:
            return handed.parser
        finally:
            argparse.ArgumentParser.parse_args = parse_args  # type: ignore[method-assign]
        raise LookupError(f"{self.module}.{self.function} parses no command line")


class _Handed(BaseException):
    """Carries a parser out of a command that is about to use it."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        super().__init__()
        self.parser = parser


def _hand_over(parser: argparse.ArgumentParser, *_: object) -> NoReturn:
    raise _Handed(parser)


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


COMMANDS: Final = {
    name: Command(name, *place.split(":")) for name, place in sorted(_PROJECT["scripts"].items())
}
"""Every command by name."""
