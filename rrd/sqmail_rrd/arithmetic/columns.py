"""Columns: a number for each row of a time, and what rrdtool's expressions do with them, without rrdtool.

What is the same in every row is one number, which most operators keep: most files hold nothing but zeros.
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from math import copysign, inf, isnan, nan

from rrd_files.values import Values

_Binary = Callable[[float, float], float]


class Column:
    """Numbers of rows in order of time, NaN where nothing is known; `whole` tells that none is NaN."""

    __slots__ = ("_total", "values", "whole")

    def __init__(self, values: Sequence[float], *, whole: bool, total: float | None = None) -> None:
        self.values = values
        self.whole = whole
        self._total = total

    @property
    def known(self) -> Sequence[float]:
        """The numbers that are not NaN."""
        return self.values if self.whole else [number for number in self.values if not isnan(number)]

    @property
    def total(self) -> float:
        """The sum of what is known, NaN where nothing is."""
        if self._total is None:
            known = self.known
            self._total = sum(known) if known else nan
        return self._total


Value = float | Column
"""A column, or the number that stands in each row."""


def column(values: Values) -> Value:
    """Return what was read from a file."""
    if isinstance(values, float):
        return values
    total = sum(values)
    return Column(values, whole=False) if isnan(total) else Column(values, whole=True, total=total)


def apply(word: str, stack: list[Value]) -> None:
    """Do with the top of a stack what an operator of rrdtool's notation means.  Raises KeyError for others."""
    if word == "IF":
        otherwise, then, test = stack.pop(), stack.pop(), stack.pop()
        stack.append(_chosen(test, then, otherwise))
    elif word == "UN":
        stack.append(_unknown(stack.pop()))
    else:
        other, one = stack.pop(), stack.pop()
        exact, fast = _OPERATORS[word]
        stack.append(_joined(one, other, exact, fast))


def calculated(stack: list[Value], *words: str) -> list[Value]:
    """Return a stack after some operators, as `apply` does them."""
    for word in words:
        apply(word, stack)
    return stack


def by_row(function: Callable[..., float], some: Sequence[Value]) -> Value:
    """Return what a function gives for the numbers of some columns in each row."""
    if not any(isinstance(one, Column) for one in some):
        return function(*some)
    return Column(list(map(function, *map(_each, some))), whole=False)


def _joined(one: Value, other: Value, exact: _Binary, fast: _Binary | None) -> Value:
    """Return an operator's result; `fast` does the same where nothing is NaN, and then has none."""
    if not isinstance(one, Column) and not isinstance(other, Column):
        return exact(one, other)
    if isinstance(one, Column) != isinstance(other, Column):
        same = _by_number(one, other, exact, fast)
        if same is not None:
            return same
    whole = fast is not None and _is_whole(one) and _is_whole(other)
    function = fast if fast is not None and whole else exact
    return Column(list(map(function, _each(one), _each(other))), whole=whole)


def _by_number(one: Value, other: Value, exact: _Binary, fast: _Binary | None) -> Value | None:
    """Return what a column and a number give where no row needs to be looked at, else None."""
    if isinstance(one, Column) and not isinstance(other, Column):
        some, number = one, other
    elif isinstance(other, Column) and not isinstance(one, Column):
        some, number = other, one
    else:
        return None
    if exact in {_added, _greater} and isnan(number):
        return some
    if not some.whole or isnan(number) or fast is None:
        return None
    if number == 0 and fast in {operator.add, operator.mul}:
        return some if fast is operator.add else 0.0
    return _compared_times(some.values, number, fast) if some is one and isinstance(some.values, range) else None


def _compared_times(times: range, other: float, fast: _Binary) -> float | None:
    """Return what comparing all these times gives, None where not all give the same."""
    first, last = (fast(time, other) for time in (times.start, times.stop - times.step))
    return float(first) if first == last and isinstance(first, bool) and fast is not operator.eq else None


def _chosen(test: Value, then: Value, otherwise: Value) -> Value:
    if not isinstance(test, Column):
        return otherwise if isnan(test) or test == 0 else then
    values = [
        yes if choice and not isnan(choice) else no
        for choice, yes, no in zip(test.values, _each(then), _each(otherwise), strict=False)
    ]
    return Column(values, whole=_is_whole(then) and _is_whole(otherwise))


def _unknown(value: Value) -> Value:
    if not isinstance(value, Column):
        return 1.0 if isnan(value) else 0.0
    if value.whole:
        return 0.0
    return Column([1.0 if isnan(number) else 0.0 for number in value.values], whole=True)


def _each(value: Value) -> Iterable[float]:
    return value.values if isinstance(value, Column) else repeat(value)


def _is_whole(value: Value) -> bool:
    return value.whole if isinstance(value, Column) else not isnan(value)


def _divided(one: float, other: float) -> float:
    if other:
        return one / other
    return nan if not one or isnan(one) else copysign(inf, one)


def _added(one: float, other: float) -> float:
    return other if isnan(one) else one if isnan(other) else one + other


def _greater(one: float, other: float) -> float:
    return other if isnan(one) or other > one else one


def _compared(test: Callable[[float, float], bool]) -> _Binary:
    return lambda one, other: nan if isnan(one) or isnan(other) else float(test(one, other))


_OPERATORS: dict[str, tuple[_Binary, _Binary | None]] = {
    "+": (operator.add, operator.add),
    "*": (operator.mul, operator.mul),
    "/": (_divided, None),
    "ADDNAN": (_added, operator.add),
    "MAXNAN": (_greater, max),
    "GT": (_compared(operator.gt), operator.gt),
    "GE": (_compared(operator.ge), operator.ge),
    "LE": (_compared(operator.le), operator.le),
    "EQ": (_compared(operator.eq), operator.eq),
}
