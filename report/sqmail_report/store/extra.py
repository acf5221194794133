"""The libraries that only the event store needs, and how to get them where they are missing."""

from __future__ import annotations

import sys
from importlib import import_module

from sqmail_log.errors import SqmailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def needed(module: str) -> ModuleType:
    """Return a library of the extra `store`; raise SqmailError, which says how to get it, where it is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        raise SqmailError(
            f"{name} is missing ({error}), which Debian 12 does not have; get it with: {command()}"
        ) from error


def command() -> str:
    """Return the line that installs what is missing, for the interpreter that runs this."""
    # Debian's own interpreter takes no packages from pip (PEP 668) but into a virtual environment.
    own = sys.prefix == sys.base_prefix
    made = f"{sys.executable} -m venv --system-site-packages /opt/sqmail-store && " if own else ""
    python = "/opt/sqmail-store/bin/python" if own else sys.executable
    return f"{made}{python} -m pip install 'pyarrow>=20' 'duckdb>=1.4'"
