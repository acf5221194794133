"""The lines of a message or a session as events: when, what, which number, about whom, in which words."""

from __future__ import annotations

from contextlib import suppress

from sqmail_log import tai64n
from sqmail_log.lines import causes
from sqmail_report.messages.tables import shown
from sqmail_report.sessions.ledger import Record
from sqmail_report.sessions.tables import masked

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
    recipients: dict[bytes, tuple[str, int]] = {}
    message = f"msg {shown(story.number)}"
    for now, line in _timed(story.lines, story.born):
        when = now / tai64n.SECOND
        words = line[26:].split(b" ", 5)
        match words:
            case [b"info", *_]:
                sender = f"<{shown(story.sender or b'')}>"
                what = "bounce or copy queued" if story.parent is not None else "queued"
                detail = f"{story.size} bytes, qp {shown(story.qp)}, uid {shown(story.uid)}"
                if story.parent is not None:
                    detail += f", of msg {shown(story.parent.number)}"
                yield when, what, message, None, sender, detail
            case [b"starting", _, delivery, _, _, address]:
                channel, _, recipient = address[3:].partition(b" ")
                recipients[delivery] = shown(recipient), now
                yield (
                    when,
                    "attempt",
                    f"{message} delivery {shown(delivery[:-1])}",
                    None,
                    shown(recipient),
                    shown(channel),
                )
            case [b"delivery", delivery, *_]:
                recipient_, start = recipients.pop(delivery, ("?", now))
                result, _, report = line[26:].partition(b": ")[2].partition(b": ")
                cause = "" if result == b"success" else f"{causes.cause(report)}: "
                yield (
                    when,
                    shown(result),
                    f"{message} delivery {shown(delivery[:-1])}",
                    None,
                    recipient_,
                    f"{(now - start) / tai64n.SECOND:.3f} s, {cause}{shown(report)}",
                )
            case [b"bounce", *_]:
                yield when, "bounced", message, None, None, f"by qp {shown(words[4])}"
            case [b"double" | b"triple", *_]:
                yield when, f"{shown(words[0])} bounce discarded", message, None, None, None
            case [b"end", *_]:
                yield (
                    when,
                    "ended",
                    message,
                    None,
                    None,
                    f"{when - story.born / tai64n.SECOND:.3f} s in the queue",
                )


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
