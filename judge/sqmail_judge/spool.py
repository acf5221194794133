"""Whether the spool takes mail, and qmail-send takes it up."""

from __future__ import annotations

from sqmail_judge.finding import CRITICAL, WARNING, Finding, counted, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.spool import Spool

TODO_WARNING = 5
TODO_CRITICAL = 10
"""Minutes that the oldest message waits to be taken up; qmail-send needs less than a second."""
FREE_WARNING = 10.0
FREE_CRITICAL = 2.0
"""Percent of space and inodes that are left to the spool."""


def judge(spool: Spool, now: float) -> Iterator[Finding]:
    """Yield what is wrong with a spool at `now` (Unix time in seconds)."""
    where = spool.directory
    if spool.readonly:
        yield Finding(
            "spool", CRITICAL, f"{where} is read-only, no mail can be queued",
            step="see dmesg for errors of the disk; qmail-smtpd answers 451 meanwhile",
        )  # fmt: skip
    for share, what in ((spool.free_space, "of its space"), (spool.free_inodes, "of its inodes")):
        if share < FREE_WARNING:
            state = CRITICAL if share < FREE_CRITICAL else WARNING
            yield Finding("spool", state, f"{where} has {share:g} % {what} left", step="see df and df -i")
    if spool.oldest_todo is not None:
        minutes = int((now - spool.oldest_todo) // 60)
        if minutes >= TODO_WARNING:
            left = counted(spool.todo, "message")
            words = f"{left} in {where} not taken up by qmail-send, the oldest for {span(minutes)}"
            yield Finding(
                "todo", CRITICAL if minutes >= TODO_CRITICAL else WARNING, words, minutes=minutes, count=spool.todo,
                step="is qmail-send running? see svstat of its service and of its log",
            )  # fmt: skip
