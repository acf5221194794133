"""Which archives of a log were seen: what tells new ones from old ones, whatever their names sort like.

Clocks are set back, names sort by the clock, so the order of names says
nothing about what is new.  What was there when the directory was last listed
is known one by one.
"""

from __future__ import annotations

from sqmail_log.units import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Self

    from sqmail_log.units import Nanoseconds

NAMELESS = "="
"""What the key of an archive begins with that has no lasting name of its own, before what tells its first line."""

_AGAIN = "+"
_DONE = -1


class Seen:
    """The archives of a log as they were last listed, each by a key that no other one has.

    The key is the label in the archive's name, else what tells its first line.
    `done` are read or left out on purpose; `todo` were to be read, in this
    order.  A state that an older version wrote knows no keys: what was closed
    up to `floor` (Unix nanoseconds) is done with.  Among `done` there may be
    notes of `again`.
    """

    __slots__ = ("done", "floor", "todo")

    def __init__(self, done: Collection[str] = (), todo: Iterable[str] = (), floor: Nanoseconds = NOTHING) -> None:
        self.done = frozenset(done)
        self.todo = tuple(todo)
        self.floor = floor

    @classmethod
    def placed(cls, places: Iterable[tuple[str, int]], floor: Nanoseconds) -> Self:
        """Return what has these `places`, given in their order."""
        rows = list(places)
        done = [key for key, place in rows if place == _DONE]
        return cls(done, [key for key, place in rows if place != _DONE], floor)

    def places(self) -> dict[str, int]:
        """Return each archive's place among those that were to be read, -1 for one that is done with."""
        return {**dict.fromkeys(self.done, _DONE), **{key: place for place, key in enumerate(self.todo)}}

    def fields(self) -> tuple[list[str], list[str], int]:
        """Return the constructor's arguments, for keeping."""
        return sorted(self.done), list(self.todo), self.floor

    def all_keys(self) -> frozenset[str]:
        """Return all keys."""
        return self.done.union(self.todo)

    def named_again(self) -> dict[str, str]:
        """Return the lasting names of those that may get another one, by the keys they would have without."""
        notes = [key[1:].rpartition(" ") for key in self.done if key.startswith(_AGAIN)]
        return {nameless: label for nameless, _, label in notes}

    def has_nameless(self) -> bool:
        """Tell whether one of them may have got a lasting name since."""
        return any(key.startswith(NAMELESS) for key in self.all_keys())


def again(nameless: str, label: str) -> str:
    """Return the note that an archive may get another lasting name.

    A logger that was killed between the two system calls that rename a file
    leaves it under both names, and does it again when it starts.
    """
    return f"{_AGAIN}{nameless} {label}"
