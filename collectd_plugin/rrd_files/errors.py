"""Errors of RRD files, each one line that says what to do, or in whose words it could not be done."""

from sqmail_log.errors import SqmailError


class RrdError(SqmailError):
    """Something about RRD files, rrdtool or the pages; the text is one line that says what to do."""


class WriterError(RrdError):
    """A value could not be written: the cause, and what could not be done, in the words of collectd's plugin."""

    def __init__(self, cause: str, consequence: str) -> None:
        super().__init__(f"{consequence}: {cause}")
        self.cause = cause
        self.consequence = consequence
