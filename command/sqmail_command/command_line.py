"""The manners that the smaller commands' command lines share."""

from __future__ import annotations

import argparse
import os
import sys

from sqmail_log.errors import SqmailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, NoReturn, TypeVar

    T = TypeVar("T")

DONE, FAILED, MISUSED = range(3)
INTERRUPTED = 130
"""Exit statuses."""


class Parser(argparse.ArgumentParser):
    """An argument parser that says in one line what is wrong with a command line."""

    def error(self, message: str) -> NoReturn:
        """Print the line and exit with `MISUSED`."""
        self.exit(MISUSED, f"{self.prog}: {printable(message)}; see {self.prog} --help\n")


class Version(argparse.Action):
    """Prints the version of the distribution."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002 - argparse's signature
        values: str | Sequence[Any] | None,  # noqa: ARG002
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        """Print it and exit."""
        from importlib import metadata  # noqa: PLC0415 - costs 10 ms

        try:
            version = metadata.version("sqmail-monitoring")
        except metadata.PackageNotFoundError:
            version = "from a checkout, not installed"
        print(parser.prog, version)
        parser.exit(DONE)


def typed(parse: Callable[[str], T]) -> Callable[[str], T]:
    """Return `parse` as argparse wants it: with the words of its ValueError kept."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parsed


def count(text: str) -> int:
    """Parse a whole number from 1 to 999999999; raise ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise ValueError(f"{text!r} is no whole number above 0")
    return int(text)


def put(parts: Iterable[str]) -> None:
    """Write to standard output.

    Raises SqmailError where that cannot be done, BrokenPipeError where nobody
    reads any more.
    """
    if sys.stdout is None:
        raise SqmailError("standard output is closed")
    try:
        sys.stdout.writelines(parts)
        sys.stdout.flush()
    except OSError as error:
        # Python would try once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise SqmailError(f"standard output: {error.strerror}") from error


def complain(prog: str, message: str) -> None:
    """Print a line on standard error."""
    print(f"{prog}: {printable(message)}", file=sys.stderr)


def complain_of_damage(path: str) -> None:
    """Say on standard error that the rest of a packed file is missing in the figures."""
    complain("warning", f"{path}: damaged; the lines behind the damage are lost, and missing here")


def printable(text: str) -> str:
    """Return text that a terminal shows as it is: what is not printable becomes `?`."""
    return "".join(c if c.isprintable() else "?" for c in text)
