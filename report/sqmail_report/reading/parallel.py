"""Passes over whole logs, on as many cores as there are."""

from __future__ import annotations

import os
from functools import partial

from sqmail_command.progress import Bar
from sqmail_command.workers import spread
from sqmail_log.units import Nanoseconds
from sqmail_report.messages.ledger import MessageLedger
from sqmail_report.messages.totals import Totals
from sqmail_report.tables.bounded import MOST_KEYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol, Self, TypeVar

    from sqmail_report.reading.logs import Log
    from sqmail_report.sessions.ledger import SessionLedger

    class Pass(Protocol):
        """What the pass over a piece of a log gives."""

        def join(self, later: Self) -> None:
            """Put the pass over the next piece behind this one."""

    P = TypeVar("P", bound=Pass)

# Putting parts together costs as much as reading a small log (benchmark: report).
_WORTH_A_PROCESS = 64_000_000


class Plan:
    """How to pass over logs.

    `lookback` nanoseconds before the period are read too, without counting,
    to know the messages that are in the queue then.  With `nameless` texts do
    not tell who the recipient was; without `distribution` the delays are summed
    alone; with `hours` what happened is counted by time.  `limit` bounds the
    recipients, senders, hosts and texts kept, `keys` the networks, users and
    texts of sessions; `jobs` sets the number of processes (None: one for each
    core we may use, where the log is worth it).
    """

    def __init__(
        self,
        *,
        verbatim: bool = False,
        nameless: bool = False,
        distribution: bool = True,
        hours: bool = False,
        limit: int | None = None,
        keys: int = MOST_KEYS,
        lookback: int = 0,
        jobs: int | None = None,
        bar: bool = True,
    ) -> None:
        self.verbatim = verbatim
        self.nameless = nameless
        self.distribution = distribution
        self.hours = hours
        self.limit = limit
        self.keys = keys
        self.lookback = lookback
        self.jobs = jobs
        self.bar = bar

    def processes(self, size: int) -> int:
        """Return the number of processes for a log of so many bytes."""
        if self.jobs is not None:
            return self.jobs
        return max(1, min(len(os.sched_getaffinity(0)), size // _WORTH_A_PROCESS))


def follow_messages(logs: Sequence[Log], plan: Plan) -> list[tuple[Log, MessageLedger]]:
    """Return each log with the pass over all of it; the first one's totals are those of all.

    Raises LogError where a file cannot be read.
    """
    passes = list(zip(logs, _follow(logs, plan, _pass_messages), strict=True))
    for _, each in passes[1:]:
        passes[0][1].totals.merge(each.totals)
    return passes


def follow_connections(logs: Sequence[Log], plan: Plan, *, addresses: bool = False) -> SessionLedger:
    """Return what a pass over the logs of sessions adds up; with `addresses` also who was rejected.

    Raises LogError where a file cannot be read.
    """
    from sqmail_report.sessions.ledger import SessionLedger  # noqa: PLC0415 - most reports do without

    whole = SessionLedger(addresses=addresses, limit=plan.keys)
    for each in _follow(logs, plan, partial(_pass_connections, addresses=addresses)):
        whole.add(each)
    return whole


def _follow(logs: Sequence[Log], plan: Plan, work: Callable[..., P]) -> list[P]:
    """Return the pass over each log, put together from its pieces."""
    with Bar(sum(log.size() for log in logs), wanted=plan.bar) as bar:
        passes = []
        for log in logs:
            pieces = log.pieces(plan.processes(log.size()))
            bar.processes = len(pieces)
            tasks = [
                partial(work, piece, plan, None if number else bar, first=not number)
                for number, piece in enumerate(pieces)
            ]
            whole, *later = spread(tasks)
            for each in later:
                whole.join(each)
            passes.append(whole)
        return passes


def _pass_connections(log: Log, plan: Plan, bar: Bar | None, *, first: bool, addresses: bool) -> SessionLedger:
    from sqmail_log.figures.metrics import SEND, SESSIONS  # noqa: PLC0415 - as above
    from sqmail_log.figures.sums import Sums  # noqa: PLC0415
    from sqmail_log.lines import shapes  # noqa: PLC0415
    from sqmail_log.lines.send import SendLog  # noqa: PLC0415
    from sqmail_log.lines.sessions import SessionLog  # noqa: PLC0415
    from sqmail_log.queue import Queue  # noqa: PLC0415
    from sqmail_report.sessions.ledger import SessionLedger  # noqa: PLC0415

    ledger = SessionLedger(first=first, addresses=addresses, limit=plan.keys)
    sessions, send = SessionLog(), SendLog(Queue(), {})
    feeds: list[tuple[str, shapes.Feed]] = [
        (SESSIONS, partial(sessions.feed, ledger=ledger)),
        (SEND, lambda left, _: send.feed(left, Sums())),
    ]
    for lines in log.lines(bar):
        unknown = shapes.unknown(lines, ledger.sums, feeds)
        ledger.settle(len(lines), unknown)
    return ledger


def _pass_messages(log: Log, plan: Plan, bar: Bar | None, *, first: bool) -> MessageLedger:
    """Pass over a piece of a log, beginning with what the first piece needs to know from before."""
    ledger = MessageLedger(_totals(plan), first=first)
    if first and plan.lookback and log.period.since is not None:
        for lines in log.over(log.period.before(Nanoseconds(plan.lookback))).lines():
            ledger.feed(lines)
        ledger.forget_totals(_totals(plan))
    for lines in log.lines(bar):
        ledger.feed(lines)
        ledger.totals.counts.lines += len(lines)
        if plan.limit is not None:
            ledger.prune(plan.limit)
    ledger.newest = log.newest
    return ledger


def _totals(plan: Plan) -> Totals:
    return Totals(
        verbatim=plan.verbatim, nameless=plan.nameless, distribution=plan.distribution, hours=plan.hours
    )
