"""What is added up for a stretch of time, and how stretches add up."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter

from sqmail_log.figures.delays import Delays
from sqmail_log.figures.metrics import LAST, METRICS, SUM
from sqmail_log.notation import loaded

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
THROUGH = "through"
SENDER = "sender"
PLACE = "place"
RETURNED = "returned"
STATUS = "status"
DIALECT = "dialect"
OTHERS = "others"
_KEYS_PER_TABLE = 64
_KEYS_PER_SUM = 512
_SEPARATOR = "|"
_BOUNDED_KEY = 120
_PARTS = 4
_KNOWN_TROUBLES = 1024
_COUNT = itemgetter(1)


class Cause:
    """Why one delivery failed or was deferred: the cause, what it names (a block list, a check), the dialog's stage.

    `named` and `stage` are '' where there is none.
    """

    __slots__ = ("named", "stage", "text")

    def __init__(self, text: str, named: str = "", stage: str = "") -> None:
        self.text = text
        self.named = named
        self.stage = stage

    def coded(self) -> str:
        """Return all of it as one text: `cause (named) @stage`."""
        stage = f" @{self.stage}" if self.stage else ""
        return f"{in_words(self.text, self.named)}{stage}"

    @classmethod
    def decoded(cls, coded: str) -> Cause:
        """Return what such a text says; one without name or stage is the cause alone."""
        text, _, stage = coded.partition(" @")
        text, _, named = text.partition(" (")
        return cls(text, named.removesuffix(")"), stage)


class Trouble:
    """Why deliveries failed or were deferred: result, channel, cause with name and stage, and the remote host or ''."""

    __slots__ = ("cause", "channel", "host", "named", "result", "stage")

    def __init__(self, result: str, channel: str, why: Cause, host: str) -> None:
        self.result = result
        self.channel = channel
        self.cause = why.text
        self.named = why.named
        self.stage = why.stage
        self.host = host

    @classmethod
    def decoded(cls, key: str) -> Trouble:
        """Return what a key of the table DELIVERY speaks of."""
        result, channel, cause, host = parts_of(key, _PARTS)
        return cls(result, channel, Cause.decoded(cause), host)

    def at(self, host: str) -> Trouble:
        """Return the same trouble of another host."""
        return Trouble(self.result, self.channel, Cause(self.cause, self.named, self.stage), host)


# The same few come in each minute (benchmark: idle).
_decoded = lru_cache(_KNOWN_TROUBLES)(Trouble.decoded)


def in_words(cause: str, named: str) -> str:
    """Return `cause (named)`, or the cause alone."""
    return f"{cause} ({named})" if named else cause


def key_of(*parts: str) -> str:
    """Return a key of a table that has parts; the last one may hold anything."""
    return _SEPARATOR.join(parts)


def parts_of(key: str, number: int) -> list[str]:
    """Return the parts of a key that has so many."""
    return key.split(_SEPARATOR, number - 1)


def trouble_key(result: str, channel: str, cause: str, host: str) -> str:
    """Return the key that a trouble is counted by in the table DELIVERY, from a coded cause."""
    return key_of(result, channel, cause, host)


class Sums:
    """Counts of one minute, or of a longer stretch once others were added.

    `numbers` holds values by metric name, `delays` those of successes, from
    queueing.  `tables` counts what explains a number: by table (DELIVERY:
    `trouble_key`; THROUGH: channel and destination of successes where
    something had failed; SENDER: user that mail was taken from, or network of
    a client that needs no login; PLACE: the same, a blank, network; RETURNED:
    result, cause and envelope sender of remote deliveries, where a sender's
    fail; CLIENT,
    REFUSED, LOGIN: client network; ALERT, WARNING, FATAL, UNKNOWN: the text;
    STATUS: the wait status of a session's end;
    DIALECT: the name of a dialect whose lines these are).
    A table keeps 64 keys a minute and 512 of a longer stretch; what is over
    loses the last part of its key, never its count.
    """

    __slots__ = ("delays", "numbers", "tables")

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.delays = Delays()
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

    def explain(self, table: str, key: str, count: int = 1) -> None:
        """Count `count` more of `key` in a table of a minute."""
        self.explain_all(table, {key: count})

    def explain_all(self, table: str, counts: Mapping[str, int], limit: int = _KEYS_PER_TABLE) -> None:
        """Count more of several keys in a table that may have `limit` of them: the most frequent get in first."""
        if not counts:
            return
        if table not in self.tables and len(counts) <= limit and max(map(len, counts)) <= _BOUNDED_KEY:
            # Most often: a table's first keys, whole and each by itself.
            self.tables[table] = dict(counts)
            return
        rows = self.tables.setdefault(table, {})
        ordered = list(counts.items())
        if len(rows) + len(ordered) > limit:
            ordered.sort(key=_COUNT, reverse=True)
        for key, count in ordered:
            name = key if len(key) <= _BOUNDED_KEY else key[:_BOUNDED_KEY]
            if name not in rows and len(rows) >= limit:
                kept, separator, _ = name.rpartition(_SEPARATOR)
                name = kept + _SEPARATOR if separator else OTHERS
            rows[name] = rows.get(name, 0) + count

    def merge(self, later: Sums) -> None:
        """Add a later stretch to this one."""
        numbers = self.numbers
        for name, value in later.numbers.items():
            merge = METRICS[name].merge
            if merge == SUM:
                numbers[name] = numbers.get(name, 0) + value
            elif merge == LAST or value > numbers.get(name, -1):
                numbers[name] = value
        self.delays.merge(later.delays)
        for table, rows in later.tables.items():
            self.explain_all(table, rows, _KEYS_PER_SUM)

    def top(self, table: str) -> list[tuple[str, int]]:
        """Return a table's keys, most frequent first."""
        return sorted(self.tables.get(table, {}).items(), key=lambda item: (-item[1], item[0]))

    def troubles(self) -> list[tuple[int, Trouble]]:
        """Return what explains failures and deferrals with how often it came, most frequent first.

        Others are given the same objects.
        """
        return [(count, _decoded(key)) for key, count in self.top(DELIVERY)]

    def dump(self) -> bytes:
        """Return what `load` understands: a line of JSON, a line for each key of a table, and the delays."""
        # Integers are JSON as Python shows them, and names need no escape: an encoder takes longer (benchmark:
        # cold-send).
        names, values = '","'.join(self.numbers), list(self.numbers.values())
        names = f'["{names}"]' if values else "[]"
        tables = ",".join([f'"{table}":{list(rows.values())}' for table, rows in self.tables.items()])
        keys = "\n".join(chain.from_iterable(self.tables.values())).encode()
        head = f"[{names},{values},{{{tables}}},{len(keys)},{len(self.delays.counts)}]\n"
        return head.encode("ascii") + keys + self.delays.dump()

    @classmethod
    def load(cls, dumped: bytes) -> Sums:
        """Return what `dump` wrote.  Names that are no metrics any more are dropped.

        Raises ValueError, TypeError and AttributeError for what it did not write.
        """
        sums = cls()
        end = dumped.find(b"\n")
        names, values, tables, size, counts = loaded(dumped[:end].decode("ascii"))
        sums.numbers = {name: value for name, value in zip(names, values, strict=True) if name in METRICS}
        size += end + 1
        keys = iter(dumped[end + 1 : size].decode().split("\n"))
        for table, numbers in tables.items():
            sums.tables[table] = dict(zip(islice(keys, len(numbers)), numbers, strict=True))
        sums.delays = Delays.load(dumped[size:], counts)
        # A damaged key is told here, and not where it is asked for.
        if any(key.count(_SEPARATOR) < _PARTS - 1 for key in sums.tables.get(DELIVERY, ())):
            raise ValueError("a cause without its parts")
        return sums


def numbers_of(dumped: bytes) -> dict[str, int]:
    """Return the numbers alone of what `Sums.dump` wrote: a tenth of what loading all takes.

    Raises as `Sums.load` does.
    """
    names, values, _, _, _ = loaded(dumped[: dumped.find(b"\n")].decode("ascii"))
    return dict(zip(names, values, strict=True))


def total(parts: Iterable[Sums]) -> Sums:
    """Return the sum of several stretches, given in order of time."""
    whole = Sums()
    for part in parts:
        whole.merge(part)
    return whole


def counts(numbers: Mapping[str, int]) -> dict[str, int]:
    """Return only the SUM metrics."""
    return {name: value for name, value in numbers.items() if METRICS[name].merge == SUM}
