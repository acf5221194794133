"""What was found, in a screenful of text that can be pasted into a ticket, or as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from textwrap import wrap

from sqmail_command.text import terminal
from sqmail_judge.finding import STATES, counted, span
from sqmail_judge.story.advice import advice
from sqmail_log.tai64n import SECOND
from sqmail_report.doctor import more
from sqmail_report.doctor.shape import AGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_judge.finding import Finding
    from sqmail_judge.story.causes import Explained
    from sqmail_report.doctor.examination import Examination
    from sqmail_report.doctor.shape import Waiting
    from sqmail_report.doctor.trends import Trend

_STEPS = 3
_MINUTE = 60
_HEADINGS = ("total", *(f"<{name}" for _, name in AGES), "older")


def lines(found: Examination, width: int) -> Iterator[str]:
    """Yield the lines, each with its newline, none longer than `width` but commands, which are to be pasted."""
    yield f"{_time(found.now)}  {counted(len(found.logs), 'log')}, {STATES[found.state]}\n"
    if found.read:
        ages = ", ".join(f"{terminal(log.log)} {_age(log.age)}" for log in found.read)
        yield from _wrapped("Newest lines: ", f"{ages} ago", width)
    if found.findings:
        things = len(found.findings)
        yield "1 thing is wrong\n" if things == 1 else f"{things} things are wrong, worst first\n"
    elif not found.unread:
        yield "Nothing is wrong.\n"
    for number, (finding, trend) in enumerate(zip(found.findings, found.trends, strict=True), 1):
        yield "\n"
        yield from _finding(number, finding, trend, found, width)
    for text in found.unread:
        yield "\n"
        yield from _wrapped("Not known: ", terminal(text), width)
    yield "\n"
    yield from _queue(found, width)


def _finding(
    number: int, finding: Finding, trend: Trend | None, found: Examination, width: int
) -> Iterator[str]:
    yield from _wrapped(f"{number}. {STATES[finding.state]}  ", terminal(finding.words), width)
    if finding.log:
        yield f"   log      {terminal(finding.log)}\n"
    if finding.minutes:
        begun = datetime.fromtimestamp(found.now / SECOND - 60 * finding.minutes, UTC)
        yield f"   since    {begun:%H:%M} UTC ({span(finding.minutes)})\n"
    if trend:
        yield from _wrapped("   trend    ", trend.words, width)
    known = advice(finding)
    steps = [finding.step] if finding.step else []
    if known is not None:
        whose = ", ".join(filter(None, (known.side, known.retries)))
        if whose:
            yield from _wrapped("   trouble  ", whose, width)
        steps += known.steps
    for number_of_step, step in enumerate(steps[:_STEPS], 1):
        yield from _wrapped("   next     " if number_of_step == 1 else "            ", terminal(step), width)
    if known is not None and known.page:
        yield f"   page     {known.page}\n"
    if command := more.more(finding, found):
        yield f"   more     {terminal(command)}\n"


def _queue(found: Examination, width: int) -> Iterator[str]:
    if found.queue is not None:
        then, now = found.queue.counts
        change = f", {then} a quarter of an hour ago" if then != now else ""
        oldest = f", oldest {span(found.oldest // 60)}" if now else ""
        yield f"Queue: {counted(now, 'message')}{oldest}{change}\n"
    for spool in found.spools:
        yield (
            f"Spool {terminal(spool.directory)}: {counted(spool.messages, 'message')}, {spool.todo} not taken up, "
            f"{spool.free_space:g} % of space and {spool.free_inodes:g} % of inodes free\n"
        )
    for title, rows in (("by destination", found.destinations), ("by sender", found.senders)):
        if rows:
            yield "\n"
            yield from _shape(title, rows, width)
    if found.destinations:
        yield f"\n  more: {terminal(more.of_queue(found))}\n"
    if found.deferrals:
        yield "\nDeferrals in each quarter of the last hour\n"
        longest = min(width - 40, max(len(trend.name) for trend in found.deferrals))
        for trend in found.deferrals:
            counts = "".join(f"{count:7}" for count in trend.counts)
            yield f"  {trend.name[:longest]:{longest}}{counts}  {trend.direction}\n"
        yield f"  more: {terminal(more.of_deferrals(found))}\n"


def _shape(title: str, rows: Sequence[Waiting], width: int) -> Iterator[str]:
    columns = 7 * len(_HEADINGS)
    longest = max(len(title), min(width - columns - 2, max(len(row.name) for row in rows), 40))
    yield f"  {title:{longest}}{''.join(f'{heading:>7}' for heading in _HEADINGS)}\n"
    for row in rows:
        counts = "".join(f"{count or '.':>7}" for count in (row.total, *row.ages))
        yield f"  {terminal(row.name)[:longest]:{longest}}{counts}\n"


def _wrapped(head: str, text: str, width: int) -> Iterator[str]:
    for line in wrap(text, width, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False):
        yield f"{line}\n"


def as_json(found: Examination) -> str:
    """Return one JSON object."""
    return (
        json.dumps(
            {
                "host": found.host,
                "when": found.now // SECOND,
                "time": _time(found.now),
                "state": STATES[found.state],
                "logs": found.logs,
                "read": [
                    {
                        "log": log.log,
                        "newest": log.newest // SECOND,
                        "age_seconds": int(log.age),
                        "behind_bytes": log.behind,
                    }
                    for log in found.read
                ],
                "findings": [
                    {
                        "kind": finding.kind,
                        "state": STATES[finding.state],
                        "log": finding.log,
                        "since": found.now // SECOND - 60 * finding.minutes if finding.minutes else None,
                        "minutes": finding.minutes,
                        "count": finding.count,
                        "words": finding.words,
                        "next": finding.step,
                        "step": _step(finding),
                        "cause": finding.cause,
                        "named": finding.named,
                        "trouble": known.side if (known := advice(finding)) else "",
                        "retries": known.retries if known else "",
                        "steps": known.steps if known else (),
                        "trend": None
                        if trend is None
                        else {
                            "what": trend.name,
                            "before": trend.counts[-2],
                            "now": trend.counts[-1],
                            "direction": trend.direction,
                        },
                        "more": more.more(finding, found),
                    }
                    for finding, trend in zip(found.findings, found.trends, strict=True)
                ],
                "unread": found.unread,
                "queue": None
                if found.queue is None
                else {
                    "messages": found.queue.counts[-1],
                    "before": found.queue.counts[0],
                    "oldest_seconds": found.oldest,
                },
                "spools": [
                    {
                        "directory": spool.directory,
                        "messages": spool.messages,
                        "todo": spool.todo,
                        "readonly": spool.readonly,
                        "free_space_percent": spool.free_space,
                        "free_inodes_percent": spool.free_inodes,
                    }
                    for spool in found.spools
                ],
                "destinations": [_row(row) for row in found.destinations],
                "senders": [_row(row) for row in found.senders],
                "deferrals": [
                    {"destination": trend.name, "quarters": trend.counts, "direction": trend.direction}
                    for trend in found.deferrals
                ],
                "causes": {name: [_cause(row) for row in rows] for name, rows in found.causes.items()},
                "changes": {
                    name: [{"what": row.what, "now": row.now, "week_before": row.before} for row in rows]
                    for name, rows in found.changes.items()
                },
            },
            indent=1,
        )
        + "\n"
    )


def _step(finding: Finding) -> str:
    """Return the first thing to do: the finding's own, else the first step of its cause."""
    if finding.step:
        return finding.step
    known = advice(finding)
    return known.steps[0] if known and known.steps else ""


def _age(seconds: float) -> str:
    """Return an age in words: `6s`, `11m`, `2d 3h`."""
    return f"{int(seconds)}s" if seconds < _MINUTE else span(int(seconds // _MINUTE))


def _row(row: Waiting) -> dict[str, object]:
    return {"name": row.name, "total": row.total, "ages": dict(zip(_HEADINGS[1:], row.ages, strict=True))}


def _cause(row: Explained) -> dict[str, object]:
    return {
        "result": row.result,
        "cause": row.cause,
        "named": row.named,
        "count": row.count,
        "destinations": [{"name": name, "count": count} for name, count in row.places],
    }


def _time(now: int) -> str:
    return f"{datetime.fromtimestamp(now // SECOND, UTC):%Y-%m-%d %H:%M:%S} UTC"
