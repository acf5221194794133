"""A host's logs and spools looked at once, with all that is wrong."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from sqmail_command.text import destination, sender, status_line
from sqmail_judge.finding import CRITICAL, WARNING, Finding
from sqmail_judge.host import HostLogs
from sqmail_log import tai64n, watch
from sqmail_log.errors import SqmailError
from sqmail_log.figures.metrics import SEND
from sqmail_log.spool import Spool
from sqmail_log.state.store import State
from sqmail_log.units import DAY, MINUTE, Nanoseconds
from sqmail_report.doctor import shape, trends
from sqmail_report.reading import logs
from sqmail_report.reading.logs import Period
from sqmail_report.reading.parallel import Plan, follow_messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from sqmail_judge.story.causes import Explained
    from sqmail_judge.story.changes import Change
    from sqmail_log.watch import View
    from sqmail_report.doctor.shape import Waiting
    from sqmail_report.doctor.trends import Trend
    from sqmail_report.messages.ledger import MessageLedger

_HISTORY = 8 * DAY
# Seconds that reading a log may take.
_PATIENCE = 600.0


@dataclass(frozen=True)
class Read:
    """How far a log was read: its newest line (Unix nanoseconds), that line's age in seconds, bytes that are unread.

    `kinds` are those of its lines.
    """

    log: str
    kinds: frozenset[str]
    newest: Nanoseconds
    age: float
    behind: int


@dataclass(frozen=True)
class Examination:
    """What was found on a host at the moment `now`, which somebody asked for where it `is_past`.

    `read` says of each log how far it was read; one that was not read to its
    end is not judged.  `findings` are worst first, `trends` say of each whether
    it gets worse (None where nothing counts it); `unread` says of which logs and spools nothing
    is known, and why; `queue` counts open messages now and a quarter of an
    hour ago; `oldest` is the age of the oldest in seconds.  `causes` and
    `changes` are those of the last hour and day.
    """

    host: str
    now: Nanoseconds
    is_past: bool
    logs: tuple[str, ...]
    read: tuple[Read, ...]
    findings: tuple[Finding, ...]
    trends: tuple[Trend | None, ...]
    unread: tuple[str, ...]
    queue: Trend | None
    oldest: int
    spools: tuple[Spool, ...]
    destinations: tuple[Waiting, ...]
    senders: tuple[Waiting, ...]
    deferrals: tuple[Trend, ...]
    causes: dict[str, tuple[Explained, ...]]
    changes: dict[str, tuple[Change, ...]]

    @property
    def state(self) -> int:
        """0 for well, else the worst state; what cannot be read is at least a warning."""
        worst = max((finding.state for finding in self.findings), default=0)
        return max(worst, WARNING) if self.unread else min(worst, CRITICAL)


def examine(options: argparse.Namespace) -> Examination:
    """Look at the logs and spools that the options name."""
    views, unread = _views(options)
    spools: list[Spool] = []
    for directory in options.queue or ():
        try:
            spools.append(Spool(directory))
        except SqmailError as error:
            unread.append(str(error))
    read = tuple(
        Read(view.log, view.kinds, view.newest, view.age() if view.newest else 0, view.behind) for view in views
    )
    unread += [_how_far(log) for log in read if log.behind]
    # Of what is not yet read nothing can be missed.
    views = [view for view in views if not view.behind]
    host = HostLogs(views)
    now = tai64n.now() if options.at is None else options.at
    findings = host.everything(
        spools, tai64n.now() / tai64n.SECOND, destination, str if options.show_users else sender
    )
    sends = [view.log for view in views if SEND in view.kinds]
    waiting = _waiting(sends, options)
    return Examination(
        host=os.uname().nodename,
        now=now,
        is_past=options.at is not None,
        logs=tuple(log.log for log in read),
        read=read,
        findings=tuple(findings),
        trends=tuple(trends.of_finding(finding, host) for finding in findings),
        unread=tuple(unread),
        queue=trends.of_queue(host.sends) if host.sends else None,
        oldest=max((_oldest(view) for view in views), default=0),
        spools=tuple(spools),
        destinations=tuple(shape.cut(shape.by_destination(waiting))),
        senders=tuple(shape.cut(shape.by_sender(waiting, show_users=options.show_users))),
        deferrals=tuple(trends.of_deferrals(host.sends)),
        causes=host.causes(destination),
        changes=host.changes(),
    )


def _how_far(log: Read) -> str:
    until = datetime.fromtimestamp(log.newest // tai64n.SECOND, UTC)
    how_far = f"read up to {until:%Y-%m-%d %H:%M:%S} UTC" if log.newest else "nothing is read yet"
    return (
        f"{log.log}: {how_far}, {log.behind / 1e6:.1f} MB are left, and it is not judged; "
        "the next run goes on where a --state-dir is given"
    )


def _views(options: argparse.Namespace) -> tuple[list[View], list[str]]:
    views, unread = [], []
    offset, zone = options.tai_offset, options.timezone
    for log in options.log:
        try:
            if options.at is not None:
                view = watch.at(log, options.at, trends.QUARTER * MINUTE, tai_offset=offset, zone=zone)
            elif options.state_dir:
                view = watch.watch(log, options.state_dir, history=_HISTORY, tai_offset=offset, zone=zone)
            else:
                memory = State(":memory:")
                view = watch.watch(
                    log, "", history=_HISTORY, tai_offset=offset, zone=zone, seconds=_PATIENCE, state=memory
                )
        except SqmailError as error:
            unread.append(str(error))
            continue
        if not view.kinds and not view.behind:  # else what it holds is seen when more of it is read
            unread.append(f"{log}: no line of a qmail program in it; is this the right log?")
            continue
        views.append(view)
    return views, [status_line(text, 300) for text in unread]


def _waiting(sends: Sequence[str], options: argparse.Namespace) -> list[MessageLedger]:
    if not sends:
        return []
    until = None if options.at is None else Nanoseconds(options.at + 1)
    opened = logs.opened(list(sends), Period(None, until), options.tai_offset, options.timezone)
    plan = Plan(
        verbatim=False, nameless=False, distribution=False, limit=30_000, keys=1000, lookback=0, jobs=None, bar=False
    )
    return [ledger for _, ledger in follow_messages(opened, plan)]


def _oldest(view: View) -> int:
    for _, since, _ in view.oldest():
        return max(0, int((view.now - since) // tai64n.SECOND))
    return 0
