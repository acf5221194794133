"""This host, judged from what the states of its logs know: as checks and doctor judge it."""

from dataclasses import dataclass

from sqmail_command.text import destination, sender
from sqmail_judge.host import HostLogs
from sqmail_log.errors import SqmailError
from sqmail_log.figures.minutes import AHEAD
from sqmail_log.glance import glance
from sqmail_log.spool import Spool
from sqmail_log.tai64n import MULTILOG_OFFSET
from sqmail_log.units import SECOND, Nanoseconds, Seconds
from sqmail_log.watch import View
from sqmail_rrd.status.model import LATE, LOGS, UNKNOWN, HostStatus, Problem, ordered, problem
from sqmail_rrd.status.words import clock


@dataclass(frozen=True, slots=True)
class HostStates:
    """The logs of a host by instance, where their states lie, and the spools that are looked at too."""

    host: str
    logs: tuple[tuple[str, str], ...]
    state_dir: str
    queues: tuple[str, ...] = ()
    tai_offset: Seconds = MULTILOG_OFFSET
    zone: str = ""


def judged(logs: HostStates, now: Nanoseconds) -> HostStatus | None:
    """Return how the host is at `now`; None where its logs know of later times only.

    Logs are not read.  What was not read for ten minutes is unknown.
    """
    views, problems = _views(logs, now)
    if any(view.newest > now + AHEAD for view in views):
        return None
    moment = Nanoseconds(min((view.now for view in views), default=now))
    for view in views:
        # All are judged as of one moment: what came later in one of them counts in its last minute.
        view.now = moment
    seconds = int(moment // SECOND)
    spools = []
    for directory in logs.queues:
        try:
            spools.append(Spool(directory))
        except SqmailError as error:
            problems.append(Problem(UNKNOWN, "unknown", str(error)))
    host = HostLogs(views)
    try:
        findings = host.everything(spools, now / SECOND, destination, sender)
        causes, changed = host.causes(destination), host.changes()
    except SqmailError as error:
        problems.append(Problem(UNKNOWN, "unknown", str(error)))
        findings, causes, changed = [], {}, {}
    problems += [problem(finding, seconds) for finding in findings]
    instances = {log: instance for instance, log in logs.logs}
    return HostStatus(logs.host, LOGS, seconds, ordered(problems), causes, changed, instances)


def _views(logs: HostStates, now: Nanoseconds) -> tuple[list[View], list[Problem]]:
    """Return the views of the logs that are known up to now or nearly so, and what is wrong with the others."""
    views: list[View] = []
    problems: list[Problem] = []
    for instance, log in logs.logs:
        try:
            view = glance(log, logs.state_dir, now, tai_offset=logs.tai_offset, zone=logs.zone)
        except SqmailError as error:
            problems.append(Problem(UNKNOWN, "unknown", str(error), log=log))
            continue
        if now - view.now > LATE * SECOND:
            problems.append(_unread(instance, log, view, now))
        elif not view.kinds:
            words = f"{log}: no line of a qmail program in it; is this the right log?"
            problems.append(Problem(UNKNOWN, "unknown", words, log=log))
        else:
            views.append(view)
    return views, problems


def _unread(instance: str, log: str, view: View, now: Nanoseconds) -> Problem:
    since = int(view.now // SECOND)
    words = f"{instance}: the log was not read since {clock(since, int(now // SECOND))}"
    step = "does sqmail-rrd update, collectd or the check still run there?"
    return Problem(UNKNOWN, "unknown", words, since, step, log)
