"""What the reports of deliveries count as: results by channel, their causes, and the ways out."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from sqmail_log.figures import sums
from sqmail_log.figures.sums import Trouble
from sqmail_log.lines import causes, events
from sqmail_log.lines.fields import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.figures.sums import Sums

MANGLED = ord("r")
RESULTS = {ord("s"): events.SUCCESS, ord("f"): events.FAILURE, ord("d"): events.DEFERRAL, MANGLED: events.DEFERRAL}
"""Results by their first letter; a mangled report is a deferral."""
_CHANNELS = {ord("l"): "local", ord("r"): "remote", ord("?"): "unknown"}
_HOST_LENGTH = 64
# The sender of double bounces is `#@[]`: what is sent there, by a program that bounces by itself, cannot arrive.
_NOBODY = b"[]"
_AT_NOBODY = b"@" + _NOBODY
_DISCARDED = "discarded"
KNOWN_TEXTS = 4096
"""So many texts are remembered with what they mean."""


def note_ways_out(heads: list[bytes], minute: Sums) -> None:
    """Count successes by protocol where that is not plain SMTP."""
    clear = [head for head in heads if b"_TLS_transmitted" not in head]
    minute.add("tls_out", len(heads) - len(clear))
    text = b"\n".join((b"", *clear))
    qmtps = text.count(b"\nqmtps")
    minute.add("qmtps_out", qmtps)
    minute.add("qmtp_out", text.count(b"\nqmtp") - qmtps)


def note_troubles(troubles: list[tuple[tuple[str, str, bool], int, bytes]], minute: Sums) -> None:
    """Count failures and deferrals, each a `why` with channel and destination as `_named` takes them."""
    numbers = minute.numbers
    named: dict[str, int] = {}
    for (about, channel, destination), times in Counter(troubles).items():
        metric, cause = _named(about, channel, destination)
        numbers[metric] = numbers.get(metric, 0) + times
        named[cause] = named.get(cause, 0) + times
        if about[2]:
            minute.add("expired", times)
    minute.explain_all(sums.DELIVERY, named)


@lru_cache(KNOWN_TEXTS)
def why(report: bytes) -> tuple[str, str, bool]:
    """Return a report's result and cause, and whether it says that the queue lifetime is over."""
    result = RESULTS[report[0]]
    if report[0] == MANGLED:
        return events.RESULTS[result], causes.MANGLED, False
    reason = report.partition(b": ")[2]
    return events.RESULTS[result], causes.cause(reason), result == events.FAILURE and causes.is_expired(reason)


def cause(recipient: bytes, text: bytes) -> str:
    """Return the cause of a failure or deferral; the recipient is `local ADDRESS` or `remote ADDRESS`."""
    return causes.TO_NOBODY if recipient.endswith(_AT_NOBODY) else causes.cause(text)


@lru_cache(KNOWN_TEXTS)
def _named(about: tuple[str, str, bool], channel: int, destination: bytes) -> tuple[str, str]:
    """Return the metric that counts a failure or deferral, and its key in the table DELIVERY.

    `channel` is its first letter, `destination` the recipient's host where
    delivery is remote, else the mailbox, where there is one.  A bounce to
    nobody says nothing of deliveries: it counts in a channel of its own.
    """
    result, cause, _ = about
    if destination == _NOBODY:
        return f"{result}_{_DISCARDED}", Trouble(result, _DISCARDED, causes.TO_NOBODY, "").coded()
    name = _CHANNELS[channel]
    place = "" if cause == causes.NO_MAILBOX else shown(destination[:_HOST_LENGTH])
    return f"{result}_{name}", Trouble(result, name, cause, place).coded()
