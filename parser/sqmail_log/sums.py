"""What is added up for a stretch of time, and how stretches add up."""

from __future__ import annotations

import json

from sqmail_log.metrics import LAST, METRICS, SUM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DELIVERY = "delivery"
CLIENT = "client"
REFUSED = "refused"
LOGIN = "login"
ALERT = "alert"
WARNING = "warning"
FATAL = "fatal"
UNKNOWN = "unknown"
OTHERS = "others"
_KEYS_PER_TABLE = 64
_KEYS_PER_SUM = 512
_SEPARATOR = "|"
_BOUNDED_KEY = 100
_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_PARTS = 4


class Sums:
    """Counts of one minute, or of a longer stretch once others were added.

    `numbers` holds values by metric name.  `delays` counts successes by
    delivery delay in milliseconds, to three digits.  `tables` counts what
    explains a number: by table (DELIVERY: result|channel|cause|host; CLIENT,
    REFUSED, LOGIN: client network; ALERT, WARNING, FATAL, UNKNOWN: the text).
    A table keeps 64 keys a minute and 512 of a longer stretch; what is over
    loses the last part of its key, never its count.
    """

    __slots__ = ("delays", "numbers", "tables")

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.delays: dict[int, int] = {}
        self.tables: dict[str, dict[str, int]] = {}

    def add(self, name: str, count: int) -> None:
        """Count `count` more of a SUM metric."""
        if count:
            self.numbers[name] = self.numbers.get(name, 0) + count

    def peak(self, name: str, value: int) -> None:
        """Note a value of a PEAK metric."""
        if value > self.numbers.get(name, -1):
            self.numbers[name] = value

    def last(self, name: str, value: int) -> None:
        """Note the present value of a LAST metric."""
        self.numbers[name] = value

    def explain(self, table: str, key: str, count: int = 1, limit: int = _KEYS_PER_TABLE) -> None:
        """Count `count` more of `key` in a table that may have `limit` keys."""
        rows = self.tables.setdefault(table, {})
        key = key[:_BOUNDED_KEY]
        if key not in rows and len(rows) >= limit:
            kept, separator, _ = key.rpartition(_SEPARATOR)
            key = kept + _SEPARATOR if separator else OTHERS
        rows[key] = rows.get(key, 0) + count

    def add_delays(self, milliseconds: list[int]) -> None:
        """Count successes that took this long from queueing."""
        delays = self.delays
        for delay in milliseconds:
            if delay >= 1000:
                unit = 10 if delay < 10000 else 100 if delay < 100000 else 10 ** (len(str(delay)) - 3)
                delay = (delay + unit // 2) // unit * unit  # noqa: PLW2901
            elif delay < 0:
                delay = 0  # noqa: PLW2901 - the clock was set back
            delays[delay] = delays.get(delay, 0) + 1

    def merge(self, later: Sums) -> None:
        """Add a later stretch to this one."""
        numbers = self.numbers
        for name, value in later.numbers.items():
            merge = METRICS[name].merge
            if merge == SUM:
                numbers[name] = numbers.get(name, 0) + value
            elif merge == LAST or value > numbers.get(name, -1):
                numbers[name] = value
        if self.delays:
            for milliseconds, count in later.delays.items():
                self.delays[milliseconds] = self.delays.get(milliseconds, 0) + count
        else:
            self.delays = later.delays.copy()
        for table, rows in later.tables.items():
            for key, count in rows.items():
                self.explain(table, key, count, _KEYS_PER_SUM)

    def percentile(self, percent: float) -> float | None:
        """Return the delay in seconds that `percent` of the successes kept within; None without any."""
        total = sum(self.delays.values())
        reached = 0
        for milliseconds in sorted(self.delays):
            reached += self.delays[milliseconds]
            if reached * 100 >= total * percent:
                return milliseconds / 1000
        return None

    def top(self, table: str) -> list[tuple[str, int]]:
        """Return a table's keys, most frequent first."""
        return sorted(self.tables.get(table, {}).items(), key=lambda item: (-item[1], item[0]))

    def dump(self) -> str:
        """Return the text that `load` understands."""
        # Lists of integers are JSON as Python shows them, and dearer to encode and to read back as an object.
        numbers, tables = _ENCODER.encode(self.numbers), _ENCODER.encode(self.tables)
        return f"[{numbers},{list(self.delays)},{list(self.delays.values())},{tables}]"

    @classmethod
    def load(cls, text: str) -> Sums:
        """Return what `dump` wrote.  Names that are no metrics any more are dropped.

        Raises ValueError, TypeError and AttributeError for what it did not write.
        """
        sums = cls()
        numbers, delays, times, sums.tables = json.loads(text)
        sums.numbers = {name: value for name, value in numbers.items() if name in METRICS}
        sums.delays = dict(zip(delays, times, strict=True))
        if any(key.count(_SEPARATOR) < _PARTS - 1 for key in sums.tables.get(DELIVERY, ())):
            raise ValueError("a cause without its parts")
        return sums


def total(parts: Iterable[Sums]) -> Sums:
    """Return the sum of several stretches, given in order of time."""
    whole = Sums()
    for part in parts:
        whole.merge(part)
    return whole


def counts(numbers: Mapping[str, int]) -> dict[str, int]:
    """Return only the SUM metrics."""
    return {name: value for name, value in numbers.items() if METRICS[name].merge == SUM}
