"""What is stored of metrics in a set of RRD files, read once for all that is asked of the same rows."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from rrd_files import values
from rrd_files.rows import Rows
from sqmail_rrd.arithmetic.columns import Column, Value, apply, calculated, column


class Stored:
    """The values of a set's `files`, kept until they are told to `forget`: a day's are 12 KB a metric.

    `join` gives for each metric the operator that adds up those of several hosts.
    """

    def __init__(self, files: Mapping[str, Sequence[str]], join: Callable[[str], str]) -> None:
        self._files = files
        self._join = join
        self._lacking: dict[Rows, tuple[Value, Value]] = {}
        self._expected: tuple[Rows, ...] = ()
        self._kept: dict[tuple[tuple[str, ...], str, Rows], Value] = {}

    def expect(self, rows: Iterable[Rows]) -> None:
        """Read all of these rows of a metric when it is asked of one of them: each file is opened once."""
        self._expected = tuple(rows)

    def forget(self) -> None:
        """Drop what is kept."""
        self._kept.clear()
        self._lacking.clear()

    def lacking(self, pulse: Iterable[tuple[str, int]], rows: Rows) -> tuple[Value, Value]:
        """Return 1 where no file of the set's pulse has a value, and how many have none any more.

        Of each file it is told when it began (Unix seconds).  Raises RrdError.
        """
        if rows not in self._lacking:
            every: Value = 1.0
            number: Value = 0.0
            for path, begin in pulse:
                (found,) = values.read(path, "AVERAGE", [rows])
                (lacks,) = calculated([column(found)], "UN")
                (every,) = calculated([every, lacks], "*")
                (number,) = calculated([number, lacks, Column(rows.ends, whole=True), float(begin)], "GT", "*", "+")
            self._lacking[rows] = _packed(every), _packed(number)
        return self._lacking[rows]

    def metrics(self, names: tuple[str, ...], function: str, rows: Rows) -> Value:
        """Return the sum of metrics of all hosts, where what is unknown counts as nothing; raises RrdError.

        There must be a file of some of them.
        """
        key = names, function, rows
        if key not in self._kept and not self._is_made_of_finer(key):
            wanted = [rows]
            if rows in self._expected:
                wanted += [one for one in self._expected if one != rows and (names, function, one) not in self._kept]
            for one, value in zip(wanted, self._joined(names, function, wanted), strict=True):
                self._kept[names, function, one] = _packed(value)
        return self._kept[key]

    def _is_made_of_finer(self, key: tuple[tuple[str, ...], str, Rows]) -> bool:
        """Make rows of those that were read already; of what is added up that is not the same."""
        names, function, rows = key
        stored = self._kept.get((names, function, replace(rows, step=rows.stored, fine=0))) if rows.fine else None
        if stored is None or sum(len(self._files.get(name, ())) for name in names) > 1:
            return False
        if isinstance(stored, Column):
            stored = column(values.thinned(stored.values, function, rows))
        self._kept[key] = stored
        return True

    def _joined(self, names: Iterable[str], function: str, wanted: list[Rows]) -> list[Value]:
        stacks: list[list[Value]] = [[] for _ in wanted]
        for name in names:
            join = self._join(name)
            for path in self._files.get(name, ()):
                for stack, found in zip(stacks, values.read(path, function, wanted), strict=True):
                    stack.append(column(found))
                    if len(stack) > 1:
                        apply(join, stack)
        return [value for (value,) in stacks]


def _packed(value: Value) -> Value:
    """Return a column in a quarter of the memory that a list of numbers takes."""
    if isinstance(value, Column) and isinstance(value.values, list):
        return Column(array("d", value.values), whole=value.whole)
    return value
