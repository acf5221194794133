"""Several qmail-sends that write one log, as indimail's do: `… queue1` names the queue at a line's end.

Each counts its deliveries from 1, ends by itself and speaks of its own
concurrency.  `plain` makes of these lines what one qmail-send would have
written: the queue's name goes, delivery `7` of queue2 becomes `7.2`, and a
status is that of all queues together.
"""

from __future__ import annotations

import re

from sqmail_log.lines.fields import figure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# What a queue's directory is called; of `nqueue` and `slowq` there is one, without a number.
_NAME = re.compile(rb"(?:n?queue|slowq)(\d{0,4})")
# With the blank: `…_in_the_queue_too_long./` is what any qmail-send writes.
_NAMED = re.compile(rb" " + _NAME.pattern + rb"(?: exitasap)?\n")
_TAIL = slice(-24, None)
_STAMP_AND_BLANK = slice(26)
_WORD = slice(26, 34)
_BUT_NEWLINE = slice(-1)
_STATUS = b"status: "
_AFTER_STATUS = slice(34, -1)
# Where the number of a delivery begins, by the word of the line.
_NUMBER_AT = {b"starting": 44, b"delivery": 35}
_WORDS = frozenset((*_NUMBER_AT, b"new msg ", b"end msg ", b"info msg", b"bounce m"))
_RARE = (b"local: ", b"remote: ", b"double bounce: ", b"triple bounce: ")
_RARE_AT = 26
_DELAYED = (b"delayed", b"(held)")
# No line of a log has a newline in it: what has is ours.
BEGUN = b"status: \nbegun "
ENDED = b"status: \nended "
"""The text of lines that `plain` adds where one of the qmail-sends begins or ends; behind it, how the numbers of its
deliveries end."""

NOTES = (b"qmail-daemon: qStart/qCount ", b"qmail-daemon: pid ", b"info: qscheduler: ", b"info: slowq-send: ")
"""How lines begin that tell of the qmail-sends' start."""
_SPAWNS = (b"local:", b"remote:")
_SPAWN_WORDS = 4


def are_named(lines: list[bytes]) -> bool:
    """Tell whether some of the lines name their queue: a look at three, for all logs pay it."""
    tails = lines[0][_TAIL] + lines[len(lines) >> 1][_TAIL] + lines[-1][_TAIL]
    return (b"queue" in tails or b"slowq" in tails) and _NAMED.search(tails) is not None


def is_of_spawn(payload: bytes) -> bool:
    """Tell whether a line is what indimail's qmail-lspawn and qmail-rspawn say: `local: SENDER RECIPIENT BYTES`."""
    words = payload.split(b" ")
    return words[0] in _SPAWNS and len(words) == _SPAWN_WORDS and words[-1].isdigit()


class Queues:
    """What the qmail-send of each queue said last, `local 3/10 remote 5/20`, by the queue's name.

    `text` is what `kept` returned in an earlier run.  Raises ValueError for another.
    """

    def __init__(self, text: str = "") -> None:
        # How the numbers of a queue's deliveries end.
        self._endings: dict[bytes, bytes] = {}
        self._uses: dict[bytes, tuple[int, ...]] = {}
        for row in text.split():
            name, *numbers = row.split(":")
            self._uses[name.encode()] = tuple(map(int, numbers))

    def kept(self) -> str:
        """Return what another run needs to know."""
        return " ".join(":".join((name.decode(), *map(str, numbers))) for name, numbers in self._uses.items())

    def plain(self, lines: Iterable[bytes]) -> list[bytes]:
        """Return the lines without queues, and with a line more where a qmail-send begins or ends."""
        plain: list[bytes] = []
        for line in lines:
            word = line[_WORD]
            if word == _STATUS:
                plain += self._status(line)
                continue
            if word not in _WORDS and not line.startswith(_RARE, _RARE_AT):
                plain.append(line)
                continue
            head, _, last = line[_BUT_NEWLINE].rpartition(b" ")
            ending = self._ending(last)
            if ending is None:
                head = line[_BUT_NEWLINE]
            elif head.endswith(b"-send:"):
                head = head.rpartition(b" ")[0]
            at = _NUMBER_AT.get(word)
            if at is None:
                plain.append(head + b"\n")
                continue
            number, colon, rest = head[at:].partition(b":")
            own, dot, of_queue = number.partition(b".")
            if dot and of_queue.isdigit():
                if ending is not None:
                    self._endings[last] = b"." + of_queue
                ending = b"." + of_queue
            elif ending is not None:
                own = number
            else:
                plain.append(line)
                continue
            if own == b"1" and word == b"starting":
                plain += self._told(line, BEGUN + ending)
            plain.append(head[:at] + own + ending + colon + rest + b"\n")
        return plain

    def _status(self, line: bytes) -> list[bytes]:
        """Return lines for a status: that of all queues, or the end of one."""
        words = line[_AFTER_STATUS].split(b" ")
        named = [word for word in words if self._ending(word) is not None]
        if not named:
            return [line]
        name = named[0]
        rest = [word for word in words if word != name]
        if rest[:1] == [b"local"]:
            found = use([word for word in rest if not word.startswith(_DELAYED) and not word.startswith(b"jobs=")])
            if not found:
                return [line]
            self._uses[name] = found
            return [self._sum(line, b" exitasap" if rest[-1] == b"exitasap" else b"")]
        if rest[-1:] == [b"exiting"] and (len(rest) == 1 or rest[0].endswith(b"-send")):
            self._uses.pop(name, None)
            return self._told(line, ENDED + self._endings[name])
        return [line[_STAMP_AND_BLANK] + _STATUS + b" ".join(rest) + b"\n"]

    def _told(self, line: bytes, text: bytes) -> list[bytes]:
        """Return a line of ours, and the status of all queues behind it."""
        told = [line[_STAMP_AND_BLANK] + text + b"\n"]
        return [*told, self._sum(line)] if self._uses else told

    def _sum(self, line: bytes, more: bytes = b"") -> bytes:
        """Return the status of all queues together."""
        local, local_limit, remote, remote_limit = map(sum, zip(*self._uses.values(), strict=True))
        text = b"local %d/%d remote %d/%d" % (local, local_limit, remote, remote_limit)
        return line[_STAMP_AND_BLANK] + _STATUS + text + more + b"\n"

    def _ending(self, name: bytes) -> bytes | None:
        """Return how the numbers of a queue's deliveries end, None for what is no queue's name."""
        ending = self._endings.get(name)
        if ending is None:
            found = _NAME.fullmatch(name)
            if found is None:
                return None
            ending = self._endings[name] = b"." + (found[1] or name)
        return ending


def use(words: list[bytes]) -> tuple[int, ...]:
    """Return the numbers of `local 3/10 remote 5/20`, with or without `exitasap`; none of another text."""
    try:
        if words[0] == b"local" and words[2] == b"remote":
            local, local_limit = words[1].split(b"/")
            remote, remote_limit = words[3].split(b"/")
            return figure(local), figure(local_limit), figure(remote), figure(remote_limit)
    except (ValueError, IndexError):
        pass
    return ()
