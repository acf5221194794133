"""What the reports of deliveries count as (results by channel, causes, ways out), and what qmail-send seldom says."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from sqmail_log.figures import sums
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
_DOUBLE = ord("d")
_REMOTE = ord("r")
_KNOWN_REST = (*NOTES, *queues.NOTES)


def note_ways_out(heads: list[bytes], minute: Sums) -> None:
    """Count successes by protocol where that is not plain SMTP."""
    clear = [head for head in heads if b"_TLS_transmitted" not in head]
    minute.add("tls_out", len(heads) - len(clear))
    text = b"\n".join((b"", *clear))
    qmtps = text.count(b"\nqmtps")
    minute.add("qmtps_out", qmtps)
    minute.add("qmtp_out", text.count(b"\nqmtp") - qmtps)


def destination(recipient: bytes) -> bytes:
    """Return the host of `remote RECIPIENT`, the mailbox of `local RECIPIENT`, b"" of `?`; of nobody the whole."""
    if recipient[0] != _REMOTE:
        return recipient[6:]
    return _NOBODY if recipient == _TO_NOBODY else recipient.rpartition(b"@")[2]


def note_troubles(troubles: list[tuple[bytes, int, bytes]], minute: Sums) -> dict[tuple[int, bytes], int]:
    """Count failures and deferrals, each a report with channel and destination as `_named` takes them.

    Return how many there were by channel and destination.
    """
    places: dict[tuple[int, bytes], int] = {}
    numbers = minute.numbers
    named: dict[str, int] = {}
    known, alike, said, codes = _known, causes.DIGITS_ALIKE, causes.SAID, causes.CODES
    # As `causes.told` does; a call per report shows (benchmark: cold-send).
    whys = [
        (
            known.get(key := report.translate(alike) + report[(at := report.find(said)) : at + codes])
            or known.get(report)
            or _learned(key, report),
            channel,
            destination,
        )
        for report, channel, destination in troubles
    ]
    for (about, channel, destination), times in Counter(whys).items():
        metric, cause = _named(about, channel, destination)
        numbers[metric] = numbers.get(metric, 0) + times
        named[cause] = named.get(cause, 0) + times
        place = channel, destination
        places[place] = places.get(place, 0) + times
        if about[2]:
            minute.add("expired", times)
    minute.explain_all(sums.DELIVERY, named)
    return places


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
    return causes.TO_NOBODY if recipient == _TO_NOBODY else causes.cause(text)


def told(recipient: bytes, text: bytes) -> str:
    """Return the same with what it names and the stage where it came, as `Cause.coded` has it."""
    return causes.TO_NOBODY if recipient == _TO_NOBODY else causes.told(text)


@lru_cache(KNOWN_TEXTS)
def _named(about: tuple[str, str, bool], channel: int, destination: bytes) -> tuple[str, str]:
    """Return the metric that counts a failure or deferral, and its key in the table DELIVERY.

    `channel` is its first letter, `destination` the recipient's host where
    delivery is remote, else the mailbox, where there is one.  A bounce to
    nobody says nothing of deliveries: it counts in a channel of its own.
    """
    result, cause, _ = about
    if destination == _NOBODY:
        return f"{result}_{_DISCARDED}", sums.trouble_key(result, _DISCARDED, causes.TO_NOBODY, "")
    name = _CHANNELS[channel]
    place = "" if cause == causes.NO_MAILBOX else shown(destination[:_HOST_LENGTH])
    return f"{result}_{name}", sums.trouble_key(result, name, cause, place)


def rare(payload: bytes, line: bytes, minute: Sums, tell: Callable[[Event], object] | None) -> bool:
    """Count a line that is no delivery's and no message's; tell whether qmail-send can have written it."""
    if payload.startswith(b"bounce msg "):
        minute.add("bounces", 1)
        if tell is not None:
            message, _, qp = payload[11:].partition(b" qp ")
            tell((events.BOUNCED, line, message, qp))
    elif payload.startswith((b"double bounce: discarding ", b"triple bounce: discarding ")):
        times = "double" if payload[0] == _DOUBLE else "triple"
        minute.add(f"{times}_bounces", 1)
        if tell is not None:
            tell((events.DISCARDED, line, payload.rpartition(b"/")[2], times))
    elif payload.startswith((b"warning: ", b"warn: ")):
        minute.add("warnings", 1)
        minute.explain(sums.WARNING, plain(payload.partition(b" ")[2]))
    elif payload.startswith(b"alert: "):
        minute.add("alerts", 1)
        minute.explain(sums.ALERT, shown(payload[7:]))
    else:
        return payload.startswith(_KNOWN_REST) or queues.is_of_spawn(payload)
    return True
