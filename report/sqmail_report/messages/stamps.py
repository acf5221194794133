"""The time stamps of many lines at once."""

from __future__ import annotations

import sys
from array import array
from binascii import unhexlify
from operator import itemgetter
from struct import pack

from sqmail_log import tai64n

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Of a double this great the lower half is the integer that was added to it.
ZERO = 2.0**52
EPOCH = ZERO + tai64n.MULTILOG_OFFSET
"""What the seconds of Unix time 0 are given as."""
_ZEROS = pack("2d", ZERO, ZERO)
_LOWER_HALF = int(sys.byteorder == "big")
_label_of = itemgetter(slice(9, 25))


def of(lines: list[bytes]) -> Iterator[float]:
    """Return the lines' seconds (10 of them the label's offset) and nanoseconds, by turns, each plus `ZERO`.

    All labels are converted at once, and reckoned with as doubles alone: one by
    one, or as integers, takes longer (benchmark: report).  Raises ValueError
    where a label is torn.
    """
    packed = unhexlify(b"".join(map(_label_of, lines)))
    if len(packed) != 8 * len(lines):
        raise ValueError("a torn label")
    numbers = array("I", packed)
    if sys.byteorder == "little":
        numbers.byteswap()
    doubles = array("I", _ZEROS * len(lines))
    doubles[_LOWER_HALF::2] = numbers
    return iter(array("d", doubles.tobytes()))
