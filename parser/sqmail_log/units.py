"""The units that times come in, and the ways from one to another.

At run time they are plain integers.  For mypy each is a kind of its own: it
adds to, is compared with and is handed over as nothing else.  A plain number
multiplies a time; added to one it gives a plain number, and naming the unit
makes that a time again.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    class _Unit(int):
        def __add__(self, other: Self) -> Self: ...  # type: ignore[override]
        def __radd__(self, other: Self) -> Self: ...  # type: ignore[override]
        def __sub__(self, other: Self) -> Self: ...  # type: ignore[override]
        def __rsub__(self, other: Self) -> Self: ...  # type: ignore[override]
        def __mul__(self, other: int) -> Self: ...
        def __rmul__(self, other: int) -> Self: ...
        def __floordiv__(self, other: Self) -> int: ...  # type: ignore[override]
        def __mod__(self, other: Self) -> Self: ...  # type: ignore[override]
        def __lt__(self, other: Self) -> bool: ...  # type: ignore[override]
        def __le__(self, other: Self) -> bool: ...  # type: ignore[override]
        def __gt__(self, other: Self) -> bool: ...  # type: ignore[override]
        def __ge__(self, other: Self) -> bool: ...  # type: ignore[override]

    class Nanoseconds(_Unit):
        """A Unix time, or a length of time."""

    class Seconds(_Unit):
        """The same in whole seconds."""

    class Minute(_Unit):
        """A minute by its number: Unix time in whole minutes; or so many of them."""

else:
    Nanoseconds = Seconds = Minute = int

NOTHING = Nanoseconds(0)
SECOND = Nanoseconds(1_000_000_000)
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
_MINUTE = 60


def minute_of(time: Nanoseconds) -> Minute:
    """Return the minute that a time lies in."""
    return Minute(time // MINUTE)


def begin_of(minute: Minute) -> Nanoseconds:
    """Return the first nanosecond of a minute."""
    return int(minute) * MINUTE


def whole_seconds(time: Nanoseconds) -> Seconds:
    """Return the seconds that are over."""
    return Seconds(time // SECOND)


def seconds_of(minutes: Minute) -> Seconds:
    """Return a minute's first second, or how many seconds so many minutes are."""
    return Seconds(minutes * _MINUTE)


def minute_of_second(second: Seconds) -> Minute:
    """Return the minute that a second lies in."""
    return Minute(int(second) // _MINUTE)


def nanoseconds(seconds: float) -> Nanoseconds:
    """Return a length of time that is known in seconds."""
    return Nanoseconds(seconds * SECOND)
