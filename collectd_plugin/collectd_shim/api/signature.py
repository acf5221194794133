"""Arguments as collectd's C functions take them, errors word for word.

collectd's module is written in C: its functions parse their arguments with CPython's own parser, whose
messages and conversions differ from those of a function written in Python.  A plugin may see these
messages (in its log), so the stand-in words them alike.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, SupportsFloat, SupportsIndex

UNSET: Any = object()
"""The default of a parameter that was not given; None is a value, and most often a wrong one."""

NAME_SIZE = 128
"""Bytes that collectd keeps of a name, the closing NUL included: 127 bytes of UTF-8 are left."""


def public(raw: bytes, size: int = NAME_SIZE) -> str | bytes:
    """Return what collectd gives back of a text that it kept in `size` bytes, one of them the closing NUL.

    Cutting may leave half a character: then the answer is bytes, as it is for any text that is not UTF-8.
    """
    kept = raw[: size - 1]
    try:
        return kept.decode()
    except UnicodeDecodeError:
        return kept


def text(value: object, position: int) -> bytes:
    """Convert the text argument at `position` (from 1); str, bytes and bytearray are taken.

    Raises TypeError for other types and for an embedded NUL, UnicodeEncodeError for lone surrogates.
    """
    if isinstance(value, str):
        raw = value.encode()
    elif isinstance(value, bytes | bytearray):
        raw = bytes(value)
    else:
        kind = "None" if value is None else type(value).__name__
        raise TypeError(f"argument {position} must be str, bytes or bytearray, not {kind}")
    if b"\0" in raw:
        kind = type(value).__name__
        raise TypeError(f"argument {position} must be encoded string without null bytes, not {kind}")
    return raw


def attribute_text(value: object) -> bytes:
    """Convert a text that is assigned to an attribute: only str and bytes, and a NUL ends it.

    Raises TypeError for other types, UnicodeEncodeError for lone surrogates.
    """
    if isinstance(value, str):
        raw = value.encode()
    elif isinstance(value, bytes):
        raw = value
    else:
        raise TypeError(f"expected bytes, {type(value).__name__} found")
    return raw.split(b"\0", 1)[0]


def real(value: object, _position: int = 0) -> float:
    """Convert a number to float; a text is no number here.  Raises TypeError."""
    # The classes first: asking the protocols takes as long as all the rest of a dispatch().
    if value.__class__ is float or value.__class__ is int or isinstance(value, SupportsFloat | SupportsIndex):
        return float(value)
    raise TypeError(f"must be real number, not {type(value).__name__}")


def integer(value: Any, _position: int = 0) -> int:
    """Convert to a whole number; a float is refused.  Raises TypeError."""
    return operator.index(value)


def anything(value: object, _position: int = 0) -> object:
    """Take any object as it is."""
    return value


def native_text(value: object, position: int) -> str:
    """Take a str and nothing else.  Raises TypeError."""
    if isinstance(value, str):
        return value
    raise TypeError(f"argument {position} must be str")


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of one C function: their names, how each is converted, how many must be given."""

    parameters: Mapping[str, Callable[[object, int], Any]]
    required: int = 0

    def bind(self, positional: Sequence[object], keywords: Mapping[str, object]) -> dict[str, Any]:
        """Convert the arguments of one call; parameters that were not given are missing in the answer.

        Raises TypeError, or what a conversion raises, in the order in which C would have met the faults.
        """
        given = len(positional) + len(keywords)
        if given > len(self.parameters):
            plural = "" if len(self.parameters) == 1 else "s"
            raise TypeError(f"function takes at most {len(self.parameters)} argument{plural} ({given} given)")
        bound: dict[str, Any] = {}
        for position, (name, convert) in enumerate(self.parameters.items(), 1):
            if position <= len(positional):
                if name in keywords:
                    raise TypeError(
                        f"argument for function given by name ('{name}') and position ({position})"
                    )
                bound[name] = convert(positional[position - 1], position)
            elif name in keywords:
                bound[name] = convert(keywords[name], position)
            elif position <= self.required:
                raise TypeError(f"function missing required argument '{name}' (pos {position})")
        for name in keywords:
            if name not in self.parameters:
                raise TypeError(f"'{name}' is an invalid keyword argument for this function")
        return bound
