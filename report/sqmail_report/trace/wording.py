"""The lines of a message or a session as events: when, what, which number, about whom, in which words."""

from __future__ import annotations

from sqmail_log import tai64n
from sqmail_log.files.blocks import stamp_of
from sqmail_log.lines import events, outcomes, servers
from sqmail_log.lines.records import Record
from sqmail_log.units import Nanoseconds
from sqmail_report.sessions.tables import masked
from sqmail_report.tables.words import shown
from sqmail_report.trace.connections import CONNECTED, DENIED, ENDED, HELD_BACK, LET_IN, SECURED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_report.tables.table import Row
    from sqmail_report.trace.connections import Session
    from sqmail_report.trace.journeys import Journey

_ACTIONS = {"accept": "accepted", "reject": "rejected", "deferred": "deferred", "info": "noted"}
_DETAILS = {CONNECTED: "from {}", SECURED: "accept {}", HELD_BACK: "greetdelay: {}", ENDED: "status {}"}


def of_journey(journey: Journey) -> Iterator[Row]:
    """Yield a message's events: time (Unix seconds), event, id, client, address, detail."""
    message = f"msg {shown(journey.number)}"
    now = Nanoseconds(journey.born)
    for kind, line, number, *fields in journey.events:
        now = stamp_of(line, now)
        when = now / tai64n.SECOND
        if kind == events.QUEUED:
            what = "bounce or copy queued" if journey.parent is not None else "queued"
            detail = f"{journey.size} bytes, qp {shown(journey.qp)}, uid {shown(journey.uid)}"
            if journey.parent is not None:
                detail += f", of msg {shown(journey.parent.number)}"
            yield when, what, message, None, f"<{shown(journey.sender or b'')}>", detail
        elif kind == events.STARTED:
            delivery, recipient = fields
            channel, address = events.channel_and_address(recipient)
            yield when, "attempt", _delivery(number, delivery), None, shown(address), shown(channel)
        elif kind == events.REPORTED:
            delivery, recipient, start, result, text = fields
            cause = "" if result == events.SUCCESS else f"{outcomes.cause(recipient, text)}: "
            detail = f"{(now - stamp_of(start, now)) / tai64n.SECOND:.3f} s, {cause}{shown(text)}"
            address = events.channel_and_address(recipient)[1]
            yield when, events.RESULTS[result], _delivery(number, delivery), None, shown(address), detail
        elif kind == events.BOUNCED:
            yield when, "bounced", message, None, None, f"by qp {shown(fields[0])}"
        elif kind == events.DISCARDED:
            yield when, f"{fields[0]} bounce discarded", message, None, None, None
        elif kind == events.ENDED:
            detail = f"{when - journey.born / tai64n.SECOND:.3f} s in the queue"
            yield when, "ended", message, None, None, detail


def _delivery(number: bytes, delivery: bytes) -> str:
    return f"msg {shown(number)} delivery {shown(delivery[:-1])}"


def of_session(session: Session, *, show_users: bool) -> Iterator[Row]:
    """Yield a session's events, as `of_journey` does; user names masked unless `show_users`."""
    process = f"pid {shown(session.pid)}"
    client = shown(session.client) or None
    for time, event, detail in session.events:
        when = time / tai64n.SECOND
        if isinstance(detail, Record):
            yield when, *_of_record(detail, process, show_users=show_users)
        else:
            words = _user_bracketed(detail) if event in {LET_IN, DENIED} else shown(detail)
            if event in _DETAILS:
                words = _DETAILS[event].format(words).rstrip()
            yield when, event, process, client, None, words or None


def _of_record(record: Record, process: str, *, show_users: bool) -> Row:
    meaning = record.meaning
    reason = shown(meaning.triple).partition("::")[2]
    sender, recipient = map(shown, record.envelope)
    user = shown(record.user)
    detail = f"{reason}, {shown(meaning.protocol)}"
    if recipient:
        detail += f", from {_bracketed(sender)}"
    helo = shown(record.helo)
    if helo:
        detail += f", HELO {helo}"
    if user:
        detail += f", user {_bracketed(user if show_users else masked(user))}"
    return _ACTIONS[meaning.action], process, shown(record.client), recipient or None, detail


def _bracketed(address: str) -> str:
    """Return an address or user so that it is clear where it ends, whatever a client has put into it."""
    return f"<{address.replace('<', '_').replace('>', '_')}>"


def _user_bracketed(ends: bytes) -> str:
    """Return the ends of a connection with the user that the client's identd named in brackets."""
    before, user, after = servers.identified(ends)
    return f"{shown(before)}{_bracketed(shown(user))}{shown(after)}" if user else shown(ends)
