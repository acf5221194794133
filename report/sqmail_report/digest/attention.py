"""What of a day needs attention: what programs complain of, causes that are ours, what is missing, what has changed."""

from __future__ import annotations

from sqmail_command.text import terminal
from sqmail_log.answers.whose import US, whose
from sqmail_log.figures.sums import ALERT, WARNING, Cause
from sqmail_log.lines.events import DEFERRAL, FAILURE
from sqmail_log.tai64n import SECOND
from sqmail_report.people import figures
from sqmail_report.people.grid import CALM, NOTABLE, URGENT, Lines
from sqmail_report.tables.words import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_report.messages.ledger import MessageLedger
    from sqmail_report.messages.totals import Recipient, Totals
    from sqmail_report.people.figures import Zone
    from sqmail_report.reading.logs import Log, Period
    from sqmail_report.sessions.ledger import SessionLedger

TITLE = "Attention"
_MOST = 3
# A cause of ours that strikes more than this share of the attempts is urgent.
_URGENT_SHARE = 0.02
# A destination is told where it took none of so many attempts.
_LEAST_TRIES = 5
# Silence of so many seconds before the end of a period that is over, or after its beginning, is told.
_SILENCE = 3 * 3600
_OLD = 24 * 3600
_LEAST_LOGINS = 50
# What fell below this share of the same time before, and was that much then, is told.
_FALLEN = 0.5
LEAST_BEFORE = 50


def attention(found: Sequence[tuple[int, str, str]]) -> Lines:
    """Return what was found, the most urgent first; that there is nothing is said, too."""
    lines = [(level, terminal(words), terminal(step)) for level, words, step in sorted(found, key=_urgency)]
    return Lines(TITLE, lines or [(CALM, "Nothing needs attention.", "")])


def of_messages(totals: Totals) -> Iterator[tuple[int, str, str]]:
    """Yield what qmail-send complains of, and the causes of failures and deferrals that are ours."""
    counts = totals.counts
    for table, number, level in ((ALERT, counts.alerts, URGENT), (WARNING, counts.warnings, NOTABLE)):
        if number:
            said = totals.said.top(table)[:_MOST]
            words = "; ".join(f"{text} ({figures.number(times)})" if times > 1 else text for text, times in said)
            yield level, f"{_counted(number, table)} in qmail-send's log: {words or 'no text'}", ""
    yield from _ours(totals)
    if counts.expired:
        yield NOTABLE, f"{_counted(counts.expired, 'recipient')} given up: too long in the queue", ""
    if counts.restarts:
        cut = f", which cut off {_counted(counts.unreported, 'delivery', 'deliveries')}" if counts.unreported else ""
        yield NOTABLE, f"qmail-send ended {_counted(counts.restarts, 'time')}{cut}", ""
    if counts.triple_bounces:
        yield NOTABLE, f"{_counted(counts.triple_bounces, 'triple bounce')} discarded: somebody's mail is lost", ""
    yield from _dead(totals)


def of_queue(passes: Sequence[tuple[Log, MessageLedger]]) -> Iterator[tuple[int, str, str]]:
    """Yield how many messages wait for more than a day."""
    old = sum(
        ledger.newest / SECOND - message.birth > _OLD for _, ledger in passes for message in ledger.messages.values()
    )
    older = sum(len(ledger.older) for _, ledger in passes)
    if old + older:
        yield (
            NOTABLE,
            f"{_counted(old + older, 'message')} waiting for more than a day, or since before the log begins",
            "",
        )


def of_sessions(seen: SessionLedger) -> Iterator[tuple[int, str, str]]:
    """Yield what the servers complain of."""

    def number(metric: str) -> int:
        return seen.sums.numbers.get(metric, 0)

    if number("fatal"):
        yield URGENT, f"{_counted(number('fatal'), 'fatal error')} of servers", ""
    if number("connections_limit") and number("connections") >= number("connections_limit"):
        yield URGENT, f"the limit of {figures.number(number('connections_limit'))} connections was reached", ""
    if number("crashed"):
        yield NOTABLE, f"{_counted(number('crashed'), 'session')} ended by a signal", ""
    refused = sum(login.rejected for login in seen.logins.by_user.values()) + seen.logins.rest.rejected
    accepted = sum(login.accepted for login in seen.logins.by_user.values()) + seen.logins.rest.accepted
    if refused >= _LEAST_LOGINS and refused > accepted:
        yield NOTABLE, f"{figures.number(refused)} logins refused, {figures.number(accepted)} accepted: guessing?", ""


def of_coverage(log: Log, period: Period, begins: int | None, now: int, zone: Zone) -> Iterator[tuple[int, str, str]]:
    """Yield what of a period a log says nothing about; times are Unix nanoseconds."""
    name = log.path
    if period.since is not None and begins is not None and begins - period.since > _SILENCE * SECOND:
        yield NOTABLE, f"{name} begins at {zone.minute(begins // SECOND)}: what was before is not known", ""
    end = now if period.until is None else min(period.until, now)
    if period.since is not None and log.newest and end - log.newest > _SILENCE * SECOND:
        yield NOTABLE, f"{name} has no line after {zone.minute(log.newest // SECOND)}", ""


def of_change(totals: Totals, before: Totals, against: str) -> Iterator[tuple[int, str, str]]:
    """Yield what has become much less than at the same time before."""
    for words, now, then in (
        ("queued", totals.counts.messages, before.counts.messages),
        ("deliveries", _successes(totals), _successes(before)),
    ):
        if then >= LEAST_BEFORE and now < _FALLEN * then:
            yield NOTABLE, f"fewer {words} than {against}: {figures.number(now)}, then {figures.number(then)}", ""


def _ours(totals: Totals) -> Iterator[tuple[int, str, str]]:
    """Yield each cause that is ours, with what to do first."""
    struck: dict[tuple[str, str], list[int]] = {}
    attempts = 0
    for result in range(3):
        for coded, row in totals.causes[result].items():
            attempts += row.deliveries
            if result in {FAILURE, DEFERRAL}:
                why = Cause.decoded(coded)
                if whose(why.text) == US:
                    struck.setdefault((why.text, why.named), [0, 0, 0])[result] += row.deliveries
    ranked = sorted(struck.items(), key=lambda item: (-sum(item[1]), item[0]))
    for (text, named), counts in ranked[:_MOST]:
        parts = ", ".join(
            f"{figures.number(counts[result])} {word}"
            for result, word in ((FAILURE, "failed"), (DEFERRAL, "deferred"))
            if counts[result]
        )
        cause = f"{text} ({named})" if named else text
        level = URGENT if sum(counts) > _URGENT_SHARE * attempts else NOTABLE
        yield level, f"{cause}: {parts}", _step(text, named)
    if len(ranked) > _MOST:
        yield NOTABLE, f"{len(ranked) - _MOST} more causes that are ours: see failures and deferrals", ""


def _step(cause: str, named: str) -> str:
    from sqmail_judge.story.advice import steps  # noqa: PLC0415 - a quiet day needs none

    return next(iter(steps(cause, named)), "")


def _dead(totals: Totals) -> Iterator[tuple[int, str, str]]:
    """Yield the destinations that took no message at all."""
    rows = [row for row in totals.by_domain().values() if row.address.startswith(b"remote")]
    # Those without a domain are people's names.
    rows = [row for row in rows if not row.address.rpartition(b"@")[2].startswith(b"remote ")]
    dead = [row for row in rows if row.deferrals == row.tries >= _LEAST_TRIES]
    dead.sort(key=_tries, reverse=True)
    if dead:
        names = ", ".join(f"{shown(row.address.rpartition(b'@')[2])} ({row.tries})" for row in dead[:_MOST])
        more = f" and {len(dead) - _MOST} more" if len(dead) > _MOST else ""
        yield NOTABLE, f"every attempt deferred: {names}{more}", ""


def _tries(row: Recipient) -> int:
    return row.tries


def _successes(totals: Totals) -> int:
    return sum(row.successes for row in (*totals.by_domain().values(), *totals.channels.values()))


def _urgency(line: tuple[int, str, str]) -> int:
    return -line[0]


def _counted(number: int, noun: str, nouns: str = "") -> str:
    return f"{figures.number(number)} {noun if number == 1 else nouns or f'{noun}s'}"
