"""The log: severities, and messages shown on standard error."""

import sys
from collections.abc import Callable
from typing import Final

__all__ = ["DEBUG", "ERROR", "INFO", "NOTICE", "WARNING", "Log", "to_stderr"]

ERROR: Final = 3
WARNING: Final = 4
NOTICE: Final = 5
INFO: Final = 6
DEBUG: Final = 7

Log = Callable[[int, str], None]
"""Takes a severity and a message; the message may hold anything that a log line held."""


def to_stderr(severity: int, message: str) -> None:
    """Print warnings and errors, a line each, with control characters shown as Python writes them."""
    if severity <= WARNING:
        shown = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in message)
        print(f"collectd_shim: {shown}", file=sys.stderr)
