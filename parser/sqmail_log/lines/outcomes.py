"""What the reports of deliveries count as (results by channel, causes, ways out), and what qmail-send seldom says."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from sqmail_log.figures import sums
from sqmail_log.figures.sums import Cause
from sqmail_log.lines import causes, events, queues
from sqmail_log.lines.fields import plain, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sqmail_log.figures.sums import Sums
    from sqmail_log.lines.events import Event

MANGLED = ord("r")
RESULTS = {ord("s"): events.SUCCESS, ord("f"): events.FAILURE, ord("d"): events.DEFERRAL, MANGLED: events.DEFERRAL}
"""Results by their first letter; a mangled report is a deferral."""
NOTES = (
    b"running",
    b"local deliveries will be put on hold",
    b"remote deliveries will be put on hold",
    b"number of deliveries left before exiting",
)
"""What begins lines that carry no figure of ours but belong to qmail-send."""
_CHANNELS = {ord("l"): "local", ord("r"): "remote", ord("?"): "unknown"}
_HOST_LENGTH = 64
# The sender of double bounces is `#@[]`: what is sent there, by a program that bounces by itself, cannot arrive.
_NOBODY = b"#@[]"
_TO_NOBODY = b"remote " + _NOBODY
_DISCARDED = "discarded"
KNOWN_TEXTS = causes.MOST_KNOWN
_REMOTE = ord("r")
_LOCAL = ord("l")
_LOCALLY = b"local "
_FAILED = ord("f")
_BOUNCES = (b"<> ", b"<#@[]> ")
_DOUBLE = ord("d")
_TLS = b"_TLS_transmitted"
_TLS_TWICE = re.compile(_TLS + rb"[^\n]*" + _TLS)
KNOWN_REST = (*NOTES, *queues.NOTES)


class _Row:
    """What alike troubles count as: a metric, a key of the table DELIVERY, a destination or b"".

    `own` is the metric that counts it where it is a bounce of this host, `lost`
    its cause where mail of a sender did not arrive at a remote host, else ''.
    """

    __slots__ = ("expired", "key", "lost", "metric", "own", "place")

    def __init__(self, metric: str, key: str, place: bytes, *, own: str, lost: str, expired: bool) -> None:
        self.metric = metric
        self.key = key
        self.place = place
        self.own = own
        self.lost = lost
        self.expired = expired


def note_ways_out(heads: list[bytes], minute: Sums) -> None:
    """Count successes by protocol where that is not plain SMTP."""
    text = b"\n".join((b"", *heads))
    if b"\nqmtp" not in text and not _TLS_TWICE.search(text):
        minute.add("tls_out", text.count(_TLS))
        return
    clear = [head for head in heads if _TLS not in head]
    minute.add("tls_out", len(heads) - len(clear))
    text = b"\n".join((b"", *clear))
    qmtps = text.count(b"\nqmtps")
    minute.add("qmtps_out", qmtps)
    minute.add("qmtp_out", text.count(b"\nqmtp") - qmtps)


def note_troubles(
    troubles: list[tuple[bytes, bytes, bytes | None]], minute: Sums
) -> tuple[dict[bytes, int], list[tuple[bytes, str]]]:
    """Count failures and deferrals, each a report with `local RECIPIENT`, `remote RECIPIENT` or `?`, and the sender.

    The sender is as in `Queue.senders`, None where it is not known.  Return
    how many there were by destination, `local MAILBOX` or `remote HOST`, where
    that is to be told; and the senders whose mail did not arrive at a remote
    host, each with the cause.
    """
    counts: dict[_Row, int] = {}
    lost: list[tuple[bytes, str]] = []
    alike, find, nobody, to_nobody, bounces = causes.DIGITS_ALIKE, _known_texts.get, _NOBODY, _TO_NOBODY, _BOUNCES
    for report, recipient, sender in troubles:
        text = report.translate(alike)
        channel = recipient[0]
        if channel != _REMOTE:
            destination = recipient[6:]
        else:
            destination = nobody if recipient == to_nobody else recipient.rpartition(b"@")[2]
        known = find(text)
        if known is None or (row := known[1].get((destination, channel, report[known[0]]))) is None:
            row = _row(text, report, channel, destination)
        counts[row] = counts.get(row, 0) + 1
        if sender is not None:
            if sender.startswith(bounces):
                minute.add(row.own, 1)
            elif row.lost:
                lost.append((sender, row.lost))
    numbers = minute.numbers
    keys: dict[str, int] = {}
    places: dict[bytes, int] = {}
    for row, times in counts.items():
        metric, key, place = row.metric, row.key, row.place
        numbers[metric] = numbers.get(metric, 0) + times
        keys[key] = keys.get(key, 0) + times
        if place:
            places[place] = places.get(place, 0) + times
        if row.expired:
            minute.add("expired", times)
    minute.explain_all(sums.DELIVERY, keys)
    return places, lost


# By the text of a report with all digits alike: where its codes are, and what it counts as by destination,
# channel and codes.  To find that takes half of what its parts take (benchmark: cold-send).
_known_texts: dict[bytes, tuple[slice, dict[tuple[bytes, int, bytes], _Row]]] = {}
_known_rows: list[_Row] = []
_NO_CODES = slice(0)


def _row(text: bytes, report: bytes, channel: int, destination: bytes) -> _Row:
    """Return what a trouble counts as; remember it where other digits than the codes decide nothing."""
    at = report.find(causes.SAID)
    codes = slice(at, at + causes.CODES) if at >= 0 else _NO_CODES
    key = text + report[codes]
    about = _known.get(key) or _known.get(report) or _learned(key, report)
    metric, trouble, has_place = _named(about, channel, destination)
    place = (b"remote " if channel == _REMOTE else b"local ") + destination if has_place else b""
    result, why, expired = about
    own = f"{result}_own_{'remote' if channel == _REMOTE else 'local'}"
    is_lost = channel == _REMOTE and report[0] == _FAILED
    lost = Cause.decoded(why).text if is_lost else ""
    row = _Row(metric, trouble, place, own=own, lost=lost, expired=expired)
    if key in _known:
        if len(_known_rows) >= KNOWN_TEXTS:
            _known_texts.clear()
            _known_rows.clear()
        _known_rows.append(row)
        _known_texts.setdefault(text, (codes, {}))[1][destination, channel, report[codes]] = row
    return row


_known: dict[bytes, tuple[str, str, bool]] = {}


def _learned(key: bytes, report: bytes) -> tuple[str, str, bool]:
    """Return a report's result and coded cause, and whether it says that the queue lifetime is over; remember it."""
    result = RESULTS[report[0]]
    if report[0] == MANGLED:
        return causes.remember(_known, key, (events.RESULTS[result], causes.MANGLED, False))
    reason = report.partition(b": ")[2]
    cause, numbered = causes.shaped(reason)
    found = events.RESULTS[result], cause, result == events.FAILURE and causes.is_expired(reason)
    return causes.remember(_known, report if numbered else key, found)


def cause(recipient: bytes, text: bytes) -> str:
    """Return the cause of a failure or deferral; the recipient is `local ADDRESS` or `remote ADDRESS`."""
    return Cause.decoded(told(recipient, text)).text


def told(recipient: bytes, text: bytes) -> str:
    """Return the same with what it names and the stage where it came, as `Cause.coded` has it."""
    if recipient == _TO_NOBODY:
        return causes.TO_NOBODY
    found = causes.told(text)
    return causes.LOCALLY.get(found, found) if recipient.startswith(_LOCALLY) else found


@lru_cache(KNOWN_TEXTS)
def _named(about: tuple[str, str, bool], channel: int, destination: bytes) -> tuple[str, str, bool]:
    """Return a failure's or deferral's metric, its key in the table DELIVERY, and whether that names a place.

    `channel` is its first letter, `destination` the recipient's host where
    delivery is remote, else the mailbox, where there is one.  A bounce to
    nobody says nothing of deliveries: it counts in a channel of its own.
    """
    result, cause, _ = about
    if destination == _NOBODY:
        return f"{result}_{_DISCARDED}", sums.trouble_key(result, _DISCARDED, causes.TO_NOBODY, ""), False
    name = _CHANNELS[channel]
    if channel == _LOCAL:
        cause = causes.LOCALLY.get(cause, cause)
    place = "" if cause == causes.NO_MAILBOX else shown(destination[:_HOST_LENGTH])
    return f"{result}_{name}", sums.trouble_key(result, name, cause, place), bool(place)


def rare(
    payload: bytes, line: bytes, minute: Sums, warned: list[bytes], tell: Callable[[Event], object] | None
) -> bool:
    """Count a line that is no delivery's and no message's; tell whether qmail-send can have written it.

    Texts of warnings go to `warned`.
    """
    if payload.startswith((b"warning: ", b"warn: ")):
        warned.append(payload.partition(b" ")[2])
    elif payload.startswith(b"bounce msg "):
        minute.add("bounces", 1)
        if tell is not None:
            message, _, qp = payload[11:].partition(b" qp ")
            tell((events.BOUNCED, line, message, qp))
    elif payload.startswith((b"double bounce: discarding ", b"triple bounce: discarding ")):
        times = "double" if payload[0] == _DOUBLE else "triple"
        minute.add(f"{times}_bounces", 1)
        if tell is not None:
            tell((events.DISCARDED, line, payload.rpartition(b"/")[2], times))
    elif payload.startswith(b"alert: "):
        minute.add("alerts", 1)
        minute.explain(sums.ALERT, shown(payload[7:]))
    else:
        return payload.startswith(KNOWN_REST) or queues.is_of_spawn(payload)
    return True


def note_warnings(texts: list[bytes], minute: Sums) -> None:
    """Count warnings, alike ones together."""
    minute.add("warnings", len(texts))
    counts: dict[str, int] = {}
    for text, times in Counter(texts).items():
        key = plain(text)
        counts[key] = counts.get(key, 0) + times
    minute.explain_all(sums.WARNING, counts)
