"""A trace as a story: a line for each thing that happened, with the day above it where that changes."""

from __future__ import annotations

from sqmail_command.text import terminal
from sqmail_log.lines.events import RESULTS
from sqmail_report.people import width
from sqmail_report.people.prefix import LOCAL, bare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqmail_report.people.screen import Screen
    from sqmail_report.tables.table import Row, Table, Value

_ATTEMPT, _QUEUED = "attempt", "queued"
_SUCCESS, _FAILURE, _DEFERRAL = RESULTS
# What the last that is known of a recipient means.
_ENDS = ((_SUCCESS, "delivered"), (_FAILURE, "failed"), (_DEFERRAL, "deferred"), (_ATTEMPT, "running"))
_TIME = len("07:00:01.250")
_GAP = "  "
_WORST = frozenset(("failure", "rejected", "denied", "bounced"))
_WAITS = frozenset(("deferral", "deferred", "greeting held back", "refused"))


def stories(tables: Sequence[Table], screen: Screen) -> Iterator[str]:
    """Yield the stories, a blank line between two."""
    for number, table in enumerate(tables):
        if number:
            yield "\n"
        yield f"{screen.bold(table.title)}\n\n"
        if table.rows:
            yield from _story(table.rows, screen)
        else:
            yield "nothing\n"
        for note in table.notes:
            yield f"{screen.dim(f'- {note}')}\n"


def _story(rows: Sequence[Row], screen: Screen) -> Iterator[str]:
    local = {str(address) for _, _, event, _, _, address, detail in rows if event == _ATTEMPT and detail == LOCAL}
    messages = {number for row in rows if (number := _message(row[3]))}
    if messages:
        for line in width.wrapped(_summary(rows, messages), screen.width):
            yield f"{terminal(line)}\n"
        yield "\n"
    longest = max(len(str(row[2])) for row in rows)
    indent = " " * (_TIME + longest + 2 * len(_GAP))
    room = screen.width - len(indent)
    day = client_told = ""
    for _, time, event, id_, client, address, detail in rows:
        when = float(time or 0)
        if day != (day := f"{screen.zone.day(when)} {screen.zone.name(when)}"):
            yield f"{screen.dim(day)}\n"
        number = str(id_ or "")
        if len(messages) == 1 and _message(number):
            # One message is named above.
            number = number.partition(" delivery ")[2]
            number = f"delivery {number}" if number else ""
        who = "" if address is None else bare(LOCAL, str(address)) if address in local else str(address)
        words = "" if detail is None else str(detail)
        if event in RESULTS:
            words = words.replace("_", " ")
        if client not in {None, client_told} and str(client) not in words:
            who = f"{who} from {client}" if who else f"from {client}"
        client_told = str(client or client_told)
        lines = list(_lines([number, terminal(who), terminal(words)], room))
        paint = screen.red if event in _WORST else screen.yellow if event in _WAITS else str
        head = paint(f"{event!s:{longest}}")
        yield f"{screen.zone.fine(when)}{_GAP}{head}{_GAP}{lines[0] if lines else ''}".rstrip() + "\n"
        for line in lines[1:]:
            yield f"{indent}{line}\n"


def _message(id_: Value) -> str:
    """Return the queue number of `msg 55` and `msg 55 delivery 9`; '' of a process."""
    kind, _, number = str(id_ or "").partition(" ")
    return number.partition(" ")[0] if kind == "msg" else ""


def _summary(rows: Sequence[Row], messages: set[str]) -> str:
    """Return which messages the story is of, who sent them, and what became of their recipients."""
    last = {(_message(row[3]), row[5]): row[2] for row in rows if row[2] in RESULTS or row[2] == _ATTEMPT}
    ends = list(last.values())
    told = [f"{ends.count(result)} {word}" for result, word in _ENDS if ends.count(result)]
    senders = [str(row[5]) for row in rows if row[2] == _QUEUED and row[5] is not None]
    from_ = f" from {senders[0]}" if senders else ""
    noun = "Message" if len(messages) == 1 else "Messages"
    numbers = ", ".join(sorted(messages, key=lambda each: (len(each), each)))
    return f"{noun} {numbers}{from_}: {', '.join(told) or 'no delivery'}"


def _lines(parts: list[str], room: int) -> Iterator[str]:
    """Yield number, who and words in one line where there is room, else the words below."""
    whole = _GAP.join(filter(None, parts))
    if width.columns(whole) <= room:
        yield whole
        return
    *head, words = parts
    first = _GAP.join(filter(None, head))
    if width.columns(first) <= room:
        yield first
    else:
        yield from width.wrapped(first, room)
    yield from width.wrapped(words, room)
