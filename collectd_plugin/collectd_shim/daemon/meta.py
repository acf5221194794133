"""Meta data: what a plugin hangs on a value or a notification, as the daemon passes it on."""

from collections.abc import Callable
from typing import Any

Meta = dict[str, Any]


class Signed(int):
    """A whole number to be stored as signed."""

    __slots__ = ()


class Unsigned(int):
    """A whole number to be stored as unsigned."""

    __slots__ = ()


# In the daemon both belong to the module `collectd`, and their name is what a plugin prints.
Signed.__module__ = Unsigned.__module__ = "collectd"


def build(meta: Any, failed: Callable[[BaseException], None], *, fold: bool) -> Meta:
    """Return `meta` as a callback will receive it, in the daemon's order.

    Keys that are no text are left out; a number that fits no 64 bits is handed to `failed` as an error
    and left out; other objects become their str().  With `fold`, as for values, keys that differ only in
    case are one: the later entry takes the earlier one's place.
    """
    entries: dict[str, tuple[str, Any]] = {}
    for raw_key, value in meta.items():
        key = _text(raw_key)
        if key is None:
            continue
        try:
            entries[key.lower() if fold else key] = (key, _stored(value))
        except OverflowError as error:
            failed(error)
    return dict(entries.values())


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else None


def _stored(value: Any) -> Any:
    if isinstance(value, bool | float):
        return value
    if isinstance(value, str | bytes):
        return _text(value)
    if hasattr(value, "__int__") or hasattr(value, "__index__"):
        number = int(value)
        unsigned = isinstance(value, Unsigned) or (number >= 2**63 and not isinstance(value, Signed))
        low, high = (0, 2**64) if unsigned else (-(2**63), 2**63)
        if not low <= number < high:
            raise OverflowError(
                "can't convert negative int to unsigned" if number < low == 0 else "int too big to convert"
            )
        return Unsigned(number) if unsigned else Signed(number)
    return str(value)
