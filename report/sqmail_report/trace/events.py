"""The lines of a message or a session as events: when, what, which number, about whom, in which words."""

from __future__ import annotations

from contextlib import suppress

from sqmail_log import tai64n
from sqmail_log.lines import causes
from sqmail_log.lines.events import (
    BOUNCED,
    DISCARDED,
    ENDED,
    QUEUED,
    REPORTED,
    RESULTS,
    STARTED,
    SUCCESS,
    channel_and_address,
)
from sqmail_report.sessions.ledger import Record
from sqmail_report.sessions.tables import masked
from sqmail_report.tables.words import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqmail_report.tables.table import Row
    from sqmail_report.trace.messages import Story
    from sqmail_report.trace.sessions import Visit

_ACTIONS = {"accept": "accepted", "reject": "rejected", "deferred": "put off", "info": "noted"}
_SESSION_EVENTS = {
    b"pid": "connected",
    b"ok": "let in",
    b"deny": "denied",
    b"tls": "TLS",
    b"ssl": "TLS",
    b"end": "ended",
}


def of_story(story: Story) -> Iterator[Row]:
    """Yield a message's events: time (Unix seconds), event, id, client, address, detail."""
    message = f"msg {shown(story.number)}"
    now = story.born
    for kind, line, number, *fields in story.events:
        now = _time(line, now)
        when = now / tai64n.SECOND
        if kind == QUEUED:
            what = "bounce or copy queued" if story.parent is not None else "queued"
            detail = f"{story.size} bytes, qp {shown(story.qp)}, uid {shown(story.uid)}"
            if story.parent is not None:
                detail += f", of msg {shown(story.parent.number)}"
            yield when, what, message, None, f"<{shown(story.sender or b'')}>", detail
        elif kind == STARTED:
            delivery, recipient = fields
            channel, address = channel_and_address(recipient)
            yield when, "attempt", _delivery(number, delivery), None, shown(address), shown(channel)
        elif kind == REPORTED:
            delivery, recipient, start, result, text = fields
            cause = "" if result == SUCCESS else f"{causes.cause(text)}: "
            detail = f"{(now - _time(start, now)) / tai64n.SECOND:.3f} s, {cause}{shown(text)}"
            address = channel_and_address(recipient)[1]
            yield when, RESULTS[result], _delivery(number, delivery), None, shown(address), detail
        elif kind == BOUNCED:
            yield when, "bounced", message, None, None, f"by qp {shown(fields[0])}"
        elif kind == DISCARDED:
            yield when, f"{fields[0]} bounce discarded", message, None, None, None
        elif kind == ENDED:
            detail = f"{when - story.born / tai64n.SECOND:.3f} s in the queue"
            yield when, "ended", message, None, None, detail


def _delivery(number: bytes, delivery: bytes) -> str:
    return f"msg {shown(number)} delivery {shown(delivery[:-1])}"


def _time(line: bytes, before: int) -> int:
    """Return the time of a line, Unix nanoseconds; of one with a torn label that of the line before it."""
    try:
        return tai64n.nanoseconds(line)
    except ValueError:
        return before


def _timed(lines: Iterable[bytes], before: int) -> Iterator[tuple[int, bytes]]:
    """Yield lines with their times, Unix nanoseconds; one with a torn label has that of the line before it."""
    for line in lines:
        with suppress(ValueError):
            before = tai64n.nanoseconds(line)
        yield before, line


def of_visit(visit: Visit, *, show_users: bool) -> Iterator[Row]:
    """Yield a session's events, as `of_story` does; user names masked unless `show_users`."""
    session = f"pid {shown(visit.pid)}"
    client = shown(visit.client) or None
    for now, line in _timed(visit.lines, visit.began):
        when = now / tai64n.SECOND
        program, _, text = line[26:].partition(b" ")
        if program in {b"qmail-smtpd:", b"qmail-popup:"}:
            yield when, *_of_record(Record(text.partition(b"pid ")[2]), session, show_users=show_users)
        elif program == b"rblsmtpd:":
            answer = text.partition(b": ")[2]
            delayed = answer.startswith(b"greetdelay:")
            yield when, "greeting held back" if delayed else "refused", session, client, None, shown(answer)
        else:
            verb, _, rest = text.partition(b" ")
            detail = shown(rest.partition(b" ")[2])
            if verb in {b"ok", b"deny"}:
                detail = _user_bracketed(detail)
            yield when, _SESSION_EVENTS.get(verb, shown(verb)), session, client, None, detail or None


def _of_record(record: Record, session: str, *, show_users: bool) -> Row:
    action, _, reason = shown(record.triple).partition("::")
    sender, recipient, user = shown(record.sender), shown(record.recipient), shown(record.user)
    detail = f"{reason}, {shown(record.protocol)}"
    if recipient:
        detail += f", from {_bracketed(sender)}"
    helo = shown(record.rest).partition(" H:")[2].partition(" ")[0]
    if helo:
        detail += f", HELO {helo}"
    if user:
        detail += f", user {_bracketed(user if show_users else masked(user))}"
    return _ACTIONS.get(action.lower(), action), session, shown(record.client), recipient or None, detail


def _bracketed(address: str) -> str:
    """Return an address or user so that it is clear where it ends, whatever a client has put into it."""
    return f"<{address.replace('<', '_').replace('>', '_')}>"


def _user_bracketed(ends: str) -> str:
    """Return `HOST:IP:PORT HOST:IP:USER:PORT` with the user that the client's identd named in brackets."""
    before, _, port = ends.rpartition(":")
    before, _, user = before.rpartition(":")
    return f"{before}:{_bracketed(user)}:{port}" if user and " " not in user else ends
