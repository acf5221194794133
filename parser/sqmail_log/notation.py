"""JSON as a state has it, read without the json package.

To import that is to compile a handful of regular expressions (benchmark:
idle).  Its C half reads all of JSON by itself, but for blanks at either end.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class _Plain:
    """What a JSONDecoder without options says."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = parse_constant = float
    parse_int = int


try:
    from _json import make_scanner

    _read: Callable[[str, int], tuple[Any, int]] = make_scanner(_Plain)  # type: ignore[arg-type]
except (ImportError, AttributeError):
    from json import JSONDecoder

    _read = JSONDecoder().raw_decode


def loaded(text: str) -> Any:
    """Return what a text in JSON says.  Raises ValueError for any other text."""
    try:
        value, end = _read(text, 0)
    except StopIteration:
        raise ValueError("no JSON") from None
    if end != len(text):
        raise ValueError("more than JSON")
    return value


def dumped(value: object) -> str:
    """Return a value in JSON."""
    from json import dumps  # noqa: PLC0415 - an idle check keeps nothing

    return dumps(value)
