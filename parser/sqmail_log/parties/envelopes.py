"""Which envelope senders' mail comes back: a bought list, a stolen account.

To count what becomes of every sender's mail would cost every run (benchmark:
cold-send).  So the table RETURNED holds failures of remote deliveries by
cause and sender, and successes of those senders alone of whom many failed
in minutes before, not long ago.  Bounces are none of it.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from sqmail_log.figures import sums
from sqmail_log.parties.watching import BURST, CHOSEN_EACH, LENGTH, most_often, turn_of
from sqmail_log.units import Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqmail_log.figures.sums import Sums
    from sqmail_log.state.timeline import Timeline

WATCHED_FOR = Minute(15)
"""So many minutes after failures a sender's successes are counted."""
MOST = 64
"""So many senders are watched, those that failed most."""
_LEAST = 10
_SPELLINGS = 4096
_NUMBER = 4
_FAILURE = "failure"
_NAMELESS = frozenset((b"", b"<>", b"<#@[]>"))


class Envelopes:
    """The senders that are watched.

    Who failed in earlier minutes is read from the state before the first one,
    so that it does not matter where one run ended and the next began.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline: Timeline | None = timeline
        self._minute = Minute(-1)
        # How often mail of a sender failed, by minute.
        self._failed: dict[int, dict[str, int]] = {}
        self._chosen = -1
        self.watched: frozenset[str] = frozenset()

    def begin(self, minute: Minute) -> None:
        """Take in that the next lines are of this minute, and choose who is watched in it."""
        if minute == self._minute:
            return
        self._minute = minute
        if self._timeline is not None:
            self._remember(self._timeline)
            self._timeline = None
        if not self._failed:
            self.watched = frozenset()
            return
        turn = turn_of(minute)
        if turn != self._chosen:
            self._chosen = turn
            self._failed = {number: names for number, names in self._failed.items() if number >= turn - WATCHED_FOR}
            before = (names for number, names in self._failed.items() if number < turn)
            self.watched = frozenset(most_often(before, _LEAST, MOST))
        # Where very much fails in a minute it is not waited for.
        for number in range(turn, int(minute)):
            names = self._failed.get(number)
            if names and max(names.values()) >= BURST:
                self.watched |= {name for name, count in names.items() if count >= BURST}

    def note(self, lost: Sequence[tuple[bytes, str]], won: Sequence[bytes], minute: Sums) -> None:
        """Count failures (sender and cause) and successes (sender), each sender as `Queue.senders` has it."""
        rows: dict[str, int] = {}
        names: dict[str, str] = {}
        watched = self.watched
        failures = Counter([(sender[: sender.find(b" ")], cause) for sender, cause in lost])
        for (sender, cause), count in failures.items():
            name, row = _failure(sender, cause)
            if name:
                names[row] = name
                rows[row] = rows.get(row, 0) + count
                if name in watched:
                    rows.setdefault(key("success", "", name), 0)
        for sender, count in Counter([sender[: sender.find(b" ")] for sender in won]).items():
            if (name := _name(sender)) in watched:
                row = key("success", "", name)
                rows[row] = rows.get(row, 0) + count
        if not rows:
            return
        minute.explain_all(sums.RETURNED, rows)
        kept = minute.tables[sums.RETURNED]
        self._add(int(self._minute), [(name, rows[row]) for row, name in names.items() if row in kept])

    def _add(self, number: int, failures: list[tuple[str, int]]) -> None:
        if failures:
            of_minute = self._failed.setdefault(number, {})
            for sender, count in failures:
                of_minute[sender] = of_minute.get(sender, 0) + count

    def _remember(self, timeline: Timeline) -> None:
        for number, past in timeline.sums(Minute(self._minute - WATCHED_FOR - CHOSEN_EACH), self._minute):
            rows = [(*decoded(row), count) for row, count in past.tables.get(sums.RETURNED, {}).items()]
            self._add(int(number), [(name, count) for result, _, name, count in rows if name and result == _FAILURE])


def key(result: str, cause: str, sender: str) -> str:
    """Return the key of a result in the table RETURNED."""
    return sums.key_of(result, cause, sender)


def decoded(row: str) -> tuple[str, str, str]:
    """Return result, cause and sender ('' for others) of such a key."""
    result, cause, sender = sums.parts_of(row, 3)
    return result, cause, sender


# The same senders' mail fails again and again (benchmark: cold-send).
@lru_cache(_SPELLINGS)
def _failure(sender: bytes, cause: str) -> tuple[str, str]:
    """Return a sender's name, '' for a bounce, and the key that a failure is counted by."""
    name = _name(sender)
    return name, key(_FAILURE, cause, name)


@lru_cache(_SPELLINGS)
def _name(sender: bytes) -> str:
    """Return a sender as a key, '' for a bounce; addresses that are made for one recipient each count as one."""
    if sender in _NAMELESS:
        return ""
    from sqmail_log.lines.fields import shown  # noqa: PLC0415 - who judges rows reads no lines

    text = shown(sender.removeprefix(b"<").removesuffix(b">"))
    local, at, host = text.rpartition("@")
    if text.endswith("-@[]"):  # each recipient stands behind it: qmail-send puts it there
        local, at, host = text.removesuffix("-@[]").rpartition("@")
        local = local.removesuffix("-")
    if local.startswith("prvs="):
        local = local.rpartition("=")[2]
    if "=" in local:
        before = local.partition("=")[0]
        cut = max(before.find("+"), before.rfind("-") if "+" not in before else -1)
        local = before[: cut + 1] if cut > 0 else before
    else:
        local = local.partition("+")[0] or local
    return f"{_without_numbers(local)}{at}{host}"[:LENGTH]


def _without_numbers(local: str) -> str:
    """Return a text with its long numbers as N: that of a message, or of a recipient."""
    if not any(letter.isdigit() for letter in local):
        return local
    parts: list[str] = []
    digits = ""
    for letter in f"{local} ":
        if letter.isdigit():
            digits += letter
            continue
        parts.append("N" if len(digits) >= _NUMBER else digits)
        parts.append(letter)
        digits = ""
    return "".join(parts)[:-1]
