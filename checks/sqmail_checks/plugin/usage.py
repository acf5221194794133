"""How a check's command line is explained, and refused."""

from __future__ import annotations

from sqmail_command.parser import Parser
from sqmail_command.text import status_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_UNKNOWN = 3
_LONGEST = 1000


class Usage(Parser):
    """An argument parser whose every exit is UNKNOWN: argparse's own 2 would be CRITICAL."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line and exit with 3."""
        print(f"UNKNOWN - usage: {status_line(message, _LONGEST)}; see {self.prog} --help")
        self.exit()

    def exit(self, status: int = _UNKNOWN, message: str | None = None) -> NoReturn:
        """Exit with 3, also after --help and --version, as the plugin guidelines ask."""
        if message:
            print(message, end="")
        raise SystemExit(max(status, _UNKNOWN))
