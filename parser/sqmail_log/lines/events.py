"""What qmail-send's log tells of messages and deliveries, one event after the other, for those who keep accounts.

An event is a tuple: what happened, the line that says so, and its fields.

| event | fields |
|---|---|
| `NEW` | message; only where the next line is not the one that says more of it |
| `QUEUED` | message, size in bytes, sender with `<>`, qp, uid (all three `?` in a torn line), line of its `new msg` |
| `STARTED` | message, delivery, `local RECIPIENT` or `remote RECIPIENT` |
| `REPORTED` | message, delivery, recipient, line of its start, result, text |
| `BOUNCED` | message, qp of the process that queues the bounce |
| `DISCARDED` | message, `double` or `triple` |
| `ENDED` | message |
| `STOPPED` | number of the running deliveries that will never report, how their numbers end (`.2:`; empty: all) |

Message and delivery are numbers as they stand in the log.  A report whose
start was not seen, or whose daemon has stopped, has no message and no start
(empty bytes); its recipient is `?`.  `new msg` is empty where it does not stand
right before.  The result is one of `SUCCESS`, `FAILURE`
and `DEFERRAL`; a mangled report is a deferral.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Event = tuple[Any, ...]

NEW, QUEUED, STARTED, REPORTED, BOUNCED, DISCARDED, ENDED, STOPPED = range(8)
SUCCESS, FAILURE, DEFERRAL = range(3)
RESULTS = ("success", "failure", "deferral")
UNKNOWN = b"?"


def is_local(recipient: bytes) -> bool:
    """Tell whether a recipient is one of qmail-local's."""
    return recipient[:6] == b"local "


def channel_and_address(recipient: bytes) -> tuple[bytes, bytes]:
    """Return `local` or `remote`, and the address."""
    channel, _, address = recipient.partition(b" ")
    return channel, address
