"""The command that shows more of what was found, to be pasted."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime

from sqmail_log.figures.metrics import SEND, SESSIONS
from sqmail_log.tai64n import SECOND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqmail_judge.finding import Finding
    from sqmail_report.doctor.examination import Examination

_HOUR = 3600
_REPORT = "sqmail-report"
_WHAT_FAILED = (f"{_REPORT} failures", SEND)
_WHAT_WAITS = (f"{_REPORT} pending", SEND)
_WHAT_WAS_DEFERRED = (f"{_REPORT} deferrals", SEND)
_WHAT_CLIENTS_DID = (f"{_REPORT} sessions --show-users", SESSIONS)
_WHAT_LOGS_SAY = ("check_qmail_log -v", "")
_WHAT_LIES_THERE = ("check_qmail_queue -v", SEND)
MORE = {
    # kind of finding: a command, and of which logs where the finding names none
    "unqueued": _WHAT_LOGS_SAY,
    "unstarted": _WHAT_WAITS,
    "unended": _WHAT_WAITS,
    "unrecorded": _WHAT_CLIENTS_DID,
    "unaccepted": (f"{_REPORT} rejects", SESSIONS),
    "no-login": _WHAT_CLIENTS_DID,
    "unvisited": _WHAT_LOGS_SAY,
    "silent": _WHAT_LOGS_SAY,
    "volume": (f"{_REPORT} senders", SEND),
    "queue": _WHAT_WAITS,
    "oldest": _WHAT_WAITS,
    "no-local": _WHAT_WAS_DEFERRED,
    "no-remote": _WHAT_WAS_DEFERRED,
    "failure-local": _WHAT_FAILED,
    "failure-remote": _WHAT_FAILED,
    "deferral-local": _WHAT_WAS_DEFERRED,
    "deferral-remote": _WHAT_WAS_DEFERRED,
    "destination": _WHAT_WAS_DEFERRED,
    "full-local": _WHAT_WAITS,
    "full-remote": _WHAT_WAITS,
    "full-connections": _WHAT_CLIENTS_DID,
    "sender": _WHAT_CLIENTS_DID,
    "returned": _WHAT_FAILED,
    "guessing": _WHAT_CLIENTS_DID,
    "spool": _WHAT_LIES_THERE,
    "todo": _WHAT_LIES_THERE,
    "alerts": _WHAT_LOGS_SAY,
    "fatal": _WHAT_LOGS_SAY,
    "warnings": _WHAT_LOGS_SAY,
    "gap": _WHAT_LOGS_SAY,
}


def more(finding: Finding, found: Examination) -> str:
    """Return the command that shows more of a finding; '' where there is no log to show it of."""
    command, kind = MORE[finding.kind]
    logs = [finding.log] if finding.log else [log.log for log in found.read if not kind or kind in log.kinds]
    if not logs:
        return ""
    words = [command, *_options("--log", logs)]
    if (command, kind) == _WHAT_LIES_THERE:
        words += _options("--queue", [spool.directory for spool in found.spools])
    if command.startswith(_REPORT):
        words += _period(found, everything=(command, kind) == _WHAT_WAITS)
    elif found.is_past:
        words += ["--at", _moment(found.now // SECOND)]
    return " ".join(words)


def of_queue(found: Examination) -> str:
    """Return the command that shows the messages of the queue one by one."""
    logs = [log.log for log in found.read if SEND in log.kinds]
    return " ".join([_WHAT_WAITS[0], *_options("--log", logs), *_period(found, everything=True)])


def of_deferrals(found: Examination) -> str:
    """Return the command that shows what hosts said."""
    logs = [log.log for log in found.read if SEND in log.kinds]
    return " ".join([_WHAT_WAS_DEFERRED[0], "--verbatim", *_options("--log", logs), *_period(found)])


def _options(name: str, values: Sequence[str]) -> list[str]:
    return [word for value in values for word in (name, shlex.quote(value))]


def _period(found: Examination, *, everything: bool = False) -> list[str]:
    """Return the last hour as options; of what waits `everything`, up to then."""
    now = found.now // SECOND
    if not found.is_past:
        return [] if everything else ["--since", "1h"]
    since = [] if everything else ["--since", _moment(now - _HOUR)]
    return [*since, "--until", _moment(now + 1)]


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
