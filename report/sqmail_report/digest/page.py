"""A day on one page: what needs attention, ten numbers beside those of a time before, hours, destinations, causes."""

from __future__ import annotations

from sqmail_log import tai64n
from sqmail_log.lines.events import DEFERRAL, FAILURE
from sqmail_report.digest import attention
from sqmail_report.digest.earlier import earlier
from sqmail_report.digest.profile import profile
from sqmail_report.digest.silence import of_silence
from sqmail_report.messages import domains, reasons
from sqmail_report.messages import tables as messages
from sqmail_report.messages.totals import Totals
from sqmail_report.people import figures
from sqmail_report.people.grid import FIXED, NUMBER, Grid, Head
from sqmail_report.people.grids import grid, grids
from sqmail_report.reading.parallel import follow_connections, follow_messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqmail_report.digest.earlier import Earlier
    from sqmail_report.messages.ledger import MessageLedger
    from sqmail_report.people.figures import Zone
    from sqmail_report.people.grid import Block
    from sqmail_report.reading.logs import Log, Period
    from sqmail_report.reading.parallel import Plan
    from sqmail_report.sessions.ledger import SessionLedger
    from sqmail_report.tables.table import Table

    Passes = Sequence[tuple[Log, MessageLedger]]

TOP = 5
"""Rows of each table where nothing else is asked for."""
WAITING = "in the queue at the end"
_HALF, _MOST = 50, 95


class Digest:
    """What was read of a period, and of the one before.

    `shown` makes of a table what may be shown of it, `top` is how many rows.
    """

    def __init__(
        self, period: Period, plan: Plan, zone: Zone, shown: Callable[[Table], Table], top: int | None = None
    ) -> None:
        self._period = period
        self._plan = plan
        self._zone = zone
        self._shown = shown
        self._top = top or TOP
        self._now = tai64n.now()

    def overview(self, logs: Sequence[Log]) -> list[Block]:
        """Return what happened in logs of qmail-send: attention first, then all numbers."""
        passes = follow_messages(logs, self._plan)
        totals = passes[0][1].totals if passes else Totals()
        past = self._earlier(logs)
        before = follow_messages(past.logs, self._of_before()) if past else []
        table = self._shown(messages.overview(totals, totals.by_domain()))
        return [
            attention.attention([*self._found(passes, before, past)]),
            *grids(table, self._zone),
            *self._profile(totals, before, past),
            *self._where(totals),
        ]

    def day(
        self,
        passes: Passes,
        seen: SessionLedger | None,
        rejects: Sequence[Table],
        logs: Sequence[Sequence[Log]],
        name: str,
    ) -> list[Block]:
        """Return a page of logs of qmail-send and of sessions, each of which may be none."""
        totals = passes[0][1].totals if passes else None
        sends, sessions = logs
        past = self._earlier([*sends, *sessions])
        before: Passes = []
        seen_before = None
        if past:
            before = follow_messages(past.logs[: len(sends)], self._of_before()) if passes else []
            seen_before = follow_connections(past.logs[len(sends) :], self._of_before()) if seen else None
        found = [*self._found(passes, before, past)]
        if seen is not None:
            found += attention.of_sessions(seen)
        now = _numbers(passes, seen)
        compared = _compared(now, _numbers(before, seen_before), past, name)
        if passes and self._period.since is not None:
            read = self._zone.minute((self._period.since - self._plan.lookback) // tai64n.SECOND)
            compared.notes += (f"{WAITING}: of the messages with a line since {read}",)
        blocks: list[Block] = [attention.attention(found), compared]
        if totals is not None:
            blocks += [*self._profile(totals, before, past), *self._where(totals)]
        blocks += [grid(self._shown(table), self._zone, self._top) for table in rejects if table.rows]
        return blocks

    def _found(self, passes: Passes, before: Passes, past: Earlier | None) -> list[tuple[int, str, str]]:
        if not passes:
            return []
        totals = passes[0][1].totals
        found = [*attention.of_messages(totals), *attention.of_queue(passes)]
        for log, ledger in passes:
            log.newest = max(log.newest, ledger.newest)
            found += attention.of_coverage(log, self._period, log.begins(), self._now, self._zone)
        then = before[0][1].totals if past and before else None
        if past and then:
            found += attention.of_change(totals, then, f"the {past.words}")
        if totals.hours is not None:
            shift, words = (past.shift, f"the {past.words}") if past else (0, "")
            found += of_silence(totals.hours, self._zone, then.hours if then else None, shift, words)
        return found

    def _earlier(self, logs: Sequence[Log]) -> Earlier | None:
        return earlier(logs, self._period, self._now)

    def _of_before(self) -> Plan:
        """Return how to pass over the time before: names and texts of it are not shown."""
        from copy import copy  # noqa: PLC0415 - where there is one

        plan = copy(self._plan)
        plan.limit, plan.keys, plan.bar = 1000, 1000, False
        return plan

    def _profile(self, totals: Totals, before: Passes, past: Earlier | None) -> list[Block]:
        if totals.hours is None:
            return []
        then = before[0][1].totals.hours if before and past else None
        made = profile(
            totals.hours, self._zone, self._period, then, past.shift if past else 0, past.words if past else ""
        )
        return [made] if made else []

    def _where(self, totals: Totals) -> list[Block]:
        """Return the destinations, and why deliveries to them failed or were deferred."""
        tables = [domains.domains(totals)[1]]
        tables += [reasons.reasons(totals, result) for result in (FAILURE, DEFERRAL)]
        return [grid(self._shown(table), self._zone, self._top) for table in tables if table.rows]


def _numbers(passes: Passes, seen: SessionLedger | None) -> list[tuple[str, float | None, Callable[[float], str]]]:
    """Return ten numbers that tell how mail went: words, the number or None, how it is written."""
    numbers: list[tuple[str, float | None, Callable[[float], str]]] = []
    if passes:
        totals = passes[0][1].totals
        rows = [*totals.by_domain().values(), *totals.channels.values()]
        delays = {each.percent: each.done_by for each in totals.delays.percentiles()}
        numbers += [
            ("queued", totals.counts.messages, figures.number),
            ("delivered", sum(row.successes for row in rows), figures.number),
            ("failed", sum(row.failures for row in rows), figures.number),
            ("deferred", sum(row.deferrals for row in rows), figures.number),
            ("half delivered within", _within(delays, _HALF), figures.seconds),
            ("95 % delivered within", _within(delays, _MOST), figures.seconds),
            ("bounces sent", totals.counts.bounces, figures.number),
            (
                WAITING,
                sum(len(ledger.messages) + len(ledger.older) for _, ledger in passes),
                figures.number,
            ),
        ]
    if seen is not None:
        numbers += [
            ("connections", seen.clients.total(), figures.number),
            ("rejected", seen.sums.numbers.get("reject", 0), figures.number),
        ]
    return numbers


def _within(delays: dict[int, float], percent: int) -> float | None:
    return next((delays[each] for each in sorted(delays) if each >= percent), None)


def _compared(
    now: list[tuple[str, float | None, Callable[[float], str]]],
    before: list[tuple[str, float | None, Callable[[float], str]]],
    past: Earlier | None,
    name: str,
) -> Grid:
    """Return the numbers of a time called `name`, beside those of before where there are any."""
    then = {words: value for words, value, _ in before}
    columns = [
        [words for words, _, _ in now],
        [figures.NOTHING if value is None else write(value) for _, value, write in now],
    ]
    heads = [Head("", FIXED), Head(name if past else "", NUMBER)]
    if past:
        pairs = [(then.get(words), value, write) for words, value, write in now]
        columns.append([figures.NOTHING if old is None else write(old) for old, _, write in pairs])
        columns.append(["" if old is None or new is None else figures.change(new, old) for old, new, _ in pairs])
        heads += [Head(past.words, NUMBER), Head("change", NUMBER)]
    return Grid("In numbers", heads, columns)
