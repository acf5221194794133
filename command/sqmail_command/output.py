"""What a command says, and the status that it ends with."""

from __future__ import annotations

import os
import sys

from sqmail_command.text import terminal
from sqmail_log.errors import SqmailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

DONE = 0
FAILED = 1
INTERRUPTED = 130
"""Exit statuses."""


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
    print(f"{prog}: {terminal(message)}", file=sys.stderr)


def complain_of_damage(path: str) -> None:
    """Say on standard error that the rest of a packed file is missing in the figures."""
    complain("warning", f"{path}: damaged; the lines behind the damage are lost, and missing here")
