"""Calculation: the values of expressions in rows of RRD files, and single numbers of them, without rrdtool."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rrd_files.rows import Rows
from sqmail_rrd.arithmetic.columns import Column, Value, apply
from sqmail_rrd.arithmetic.stored import Stored

ALL_LACK = "all lack"
SO_MANY_LACK = "so many lack"


@dataclass(frozen=True, slots=True)
class Definitions:
    """What variables stand for: metrics and a function, an expression of variables, a function of their values.

    Others stand for what the files of the `pulse` lack, of which it has path and beginning: ALL_LACK is 1 where none
    has a value, SO_MANY_LACK the number of those that have none any more.
    """

    stored: Stored
    pulse: list[tuple[str, int]] = field(default_factory=list)
    gaps: dict[str, str] = field(default_factory=dict)
    sums: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    expressions: dict[str, str] = field(default_factory=dict)
    functions: dict[str, tuple[tuple[str, ...], Callable[[Sequence[Value]], Value]]] = field(default_factory=dict)


class Calculation:
    """What variables are in some rows, also those that are defined later.

    All methods raise RrdError if a file cannot be read.
    """

    def __init__(self, defined: Definitions, rows: Rows) -> None:
        self._defined = defined
        self._rows = rows
        self._ends = rows.ends
        self._known: dict[str, Value] = {}

    def column(self, name: str) -> Sequence[float]:
        """Return a variable's number in each row, NaN where it is unknown."""
        value = self._value(name)
        return value.values if isinstance(value, Column) else [value] * len(self._ends)

    def total(self, name: str) -> float:
        """Return the sum over the seconds of all rows, NaN where nothing is known."""
        value = self._value(name)
        return self._rows.step * (value.total if isinstance(value, Column) else value * len(self._ends))

    def maximum(self, name: str) -> float:
        """Return the greatest number, NaN where nothing is known."""
        value = self._value(name)
        return max(value.known, default=math.nan) if isinstance(value, Column) else value

    def last(self, name: str) -> float:
        """Return the last number that is known, NaN where none is."""
        value = self._value(name)
        if not isinstance(value, Column):
            return value
        return next((number for number in reversed(value.values) if not math.isnan(number)), math.nan)

    def _value(self, name: str) -> Value:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._calculated(name)
        return found

    def _calculated(self, name: str) -> Value:
        defined = self._defined
        if name in defined.sums:
            return defined.stored.metrics(*defined.sums[name], self._rows)
        if name in defined.gaps:
            every, number = defined.stored.lacking(defined.pulse, self._rows)
            return every if defined.gaps[name] == ALL_LACK else number
        if name in defined.functions:
            names, function = defined.functions[name]
            return function([self._value(one) for one in names])
        stack: list[Value] = []
        for word in _words(defined.expressions[name]):
            if isinstance(word, float):
                stack.append(word)
            elif word == "TIME":
                stack.append(Column(self._ends, whole=True))
            elif word in defined.sums or word in defined.expressions or word in defined.gaps:
                stack.append(self._value(word))
            else:
                apply(word, stack)
        (value,) = stack
        return value


@lru_cache(maxsize=1024)
def _words(expression: str) -> tuple[str | float, ...]:
    """Return the words of an expression, numbers as such."""
    return tuple(map(_word, expression.split(",")))


def _word(word: str) -> str | float:
    if word == "UNKN":
        return math.nan
    try:
        return float(word)
    except ValueError:
        return word
