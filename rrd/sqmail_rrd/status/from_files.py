"""Other hosts, from what they reported: a folder with HOST.json each, as `sqmail-report doctor --format json` prints.

Whoever may write there may say what he likes of a host: everything is text,
of bounded length, and what is not understood is unknown.
"""

import calendar
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rrd_files.errors import RrdError
from sqmail_judge.finding import CRITICAL, WARNING
from sqmail_judge.story.causes import Explained
from sqmail_judge.story.changes import SPANS, Change
from sqmail_rrd.page import website
from sqmail_rrd.status.model import REPORT, UNKNOWN, HostStatus, Problem, ordered
from sqmail_rrd.status.words import clock

END = ".json"
STALE = 900
"""Seconds after which a report is old: three of a run each five minutes."""
_AHEAD = 300
_LONGEST = 1 << 20
_LENGTH = 400
_MOST = 50
_STATES = {"WARNING": WARNING, "CRITICAL": CRITICAL}
_STEP = "does the job that makes and copies it still run there?"


def judged(folder: Path, now: int) -> dict[str, HostStatus]:
    """Return how each host is that has a report in a folder; raises RrdError if that cannot be read."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise RrdError(f"{folder}: {error.strerror}; --status is the folder with a HOST.json for each host") from None
    hosts = [name.removesuffix(END) for name in names if name.endswith(END) and not name.startswith(".")]
    return {host: _judged(host, folder / f"{host}{END}", now) for host in hosts if _is_text(host)}


def _judged(host: str, path: Path, now: int) -> HostStatus:
    try:
        if path.lstat().st_size > _LONGEST:
            return _unknown(host, now, "its report is longer than one of sqmail-report doctor")
        found = website.read(path)
        if found is None:
            return _unknown(host, now, "its report is no regular file")
        return _understood(host, json.loads(found[0]), now)
    except RrdError as error:
        return _unknown(host, now, str(error))
    except OSError as error:
        return _unknown(host, now, f"its report cannot be read: {error.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return _unknown(host, now, "its report is not what sqmail-report doctor --format json prints")


def _unknown(host: str, moment: int, words: str, since: int | None = None) -> HostStatus:
    return HostStatus(host, REPORT, moment, (Problem(UNKNOWN, "unknown", words, since, _STEP),))


def _understood(host: str, report: dict[str, Any], now: int) -> HostStatus:
    moment = calendar.timegm(time.strptime(report["time"], "%Y-%m-%d %H:%M:%S UTC"))
    if now - moment > STALE:
        return _unknown(host, moment, f"no report since {clock(moment, now)}", moment)
    if moment - now > _AHEAD:
        return _unknown(host, now, f"its report is of {clock(moment, now)}: its clock is ahead, or this one behind")
    problems = [_problem(finding, moment) for finding in report["findings"][:_MOST]]
    problems += [Problem(UNKNOWN, "unknown", _text(words)) for words in report["unread"][:_MOST]]
    state = report["state"]
    if not problems and state != "OK":
        problems = [Problem(_STATES[state], "unknown", f"its report says {state}, and of nothing what is wrong")]
    causes = {name: tuple(_causes(report, name)) for name in SPANS}
    changed = {name: tuple(_changes(report, name)) for name in SPANS}
    return HostStatus(host, REPORT, moment, ordered(problems), causes, changed)


def _problem(finding: dict[str, Any], moment: int) -> Problem:
    minutes = _number(finding["minutes"])
    steps = [finding["next"], *finding.get("steps", ())]
    return Problem(
        state=_STATES[finding["state"]],
        kind=_text(finding["kind"]),
        words=_text(finding["words"]),
        since=moment - 60 * minutes if minutes else None,
        step=next((_text(step) for step in steps if step), ""),
        log=_text(finding["log"]),
        count=_number(finding["count"]),
        cause=_text(finding["cause"]),
        named=_text(finding["named"]),
    )


def _causes(report: dict[str, Any], name: str) -> Iterator[Explained]:
    for row in report.get("causes", {}).get(name, ())[:_MOST]:
        places = [(_text(place["name"]), _number(place["count"])) for place in row["destinations"][:_MOST]]
        yield Explained(
            _text(row["result"]), _text(row["cause"]), _text(row["named"]), _number(row["count"]), places
        )


def _changes(report: dict[str, Any], name: str) -> Iterator[Change]:
    for row in report.get("changes", {}).get(name, ())[:_MOST]:
        yield Change(_text(row["what"]), SPANS[name], _number(row["now"]), _number(row["week_before"]))


def _text(value: object) -> str:
    """Return a text of bounded length; raises TypeError for what is none."""
    if not isinstance(value, str):
        raise TypeError
    return value if len(value) <= _LENGTH else f"{value[: _LENGTH - 1]}…"


def _number(value: object) -> int:
    """Return a count; raises TypeError for what is none."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise TypeError
    return value


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
