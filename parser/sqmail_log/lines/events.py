"""What qmail-send's log tells of messages and deliveries, one event after the other, for those who keep accounts.

An event is a tuple: what happened, the line that says so, and its fields.

| event | fields |
|---|---|
| `NEW` | message |
| `QUEUED` | message, size in bytes, sender with `<>`, qp, uid; the last three `?` where the line is torn |
| `STARTED` | message, delivery, `local RECIPIENT` or `remote RECIPIENT` |
| `REPORTED` | message, delivery, recipient, line of its start, result, text |
| `BOUNCED` | message, qp of the process that queues the bounce |
| `DISCARDED` | message, `double` or `triple` |
| `ENDED` | message |
| `STOPPED` | number of the running deliveries that will never report |

Message and delivery are numbers as they stand in the log.  A report whose
start was not seen, or whose daemon has stopped, has no message and no start
(empty bytes); its recipient is `?`.  The result is one of `SUCCESS`, `FAILURE`
and `DEFERRAL`; a mangled report is a deferral.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Event = tuple[Any, ...]

NEW, QUEUED, STARTED, REPORTED, BOUNCED, DISCARDED, ENDED, STOPPED = range(8)
SUCCESS, FAILURE, DEFERRAL = range(3)
