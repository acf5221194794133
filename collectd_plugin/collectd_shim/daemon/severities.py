"""Severities, which are syslog's, and messages shown on standard error."""

import sys
from collections.abc import Callable
from syslog import LOG_DEBUG, LOG_ERR, LOG_INFO, LOG_NOTICE, LOG_WARNING

ERROR = LOG_ERR
WARNING = LOG_WARNING
NOTICE = LOG_NOTICE
INFO = LOG_INFO
DEBUG = LOG_DEBUG

LogFunction = Callable[[int, str], None]
"""Takes a severity and a message; the message may hold anything that a log line held."""


def to_stderr(severity: int, message: str) -> None:
    """Print warnings and errors, a line each, with control characters shown as Python writes them."""
    if severity <= WARNING:
        shown = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in message)
        print(f"collectd_shim: {shown}", file=sys.stderr)
