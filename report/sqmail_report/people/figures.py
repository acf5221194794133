"""Numbers as people read them: thousands separated, kB and MB, s, min and h, percent, moments of one time zone."""

from __future__ import annotations

NOTHING = "-"
_KILO = 1000
_UNITS = ("kB", "MB", "GB", "TB", "PB")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_DAYS_FROM = 2 * _DAY


def number(value: float) -> str:
    """Return a whole number with its thousands separated: `12,345`."""
    return f"{value:,.0f}"


def ratio(value: float) -> str:
    """Return a number of three digits: `1.28`, `12.8`, `1,280`; what is not nothing is not 0."""
    if 0 < value < 0.005:
        return "<0.01"
    if 0 < abs(value) < 0.995:
        return f"{value:.2f}"
    return f"{value:.3g}" if abs(value) < _KILO else f"{value:,.0f}"


def size(value: float) -> str:
    """Return bytes in the unit that gives three digits: `987 B`, `1.20 kB`, `34.5 MB`."""
    if abs(value) < _KILO:
        return f"{value:.0f} B"
    for unit in _UNITS:
        value /= _KILO
        if abs(value) < _KILO - 0.5:
            return f"{value:.{_decimals(value)}f} {unit}"
    return f"{value:,.0f} {_UNITS[-1]}"


def _decimals(value: float) -> int:
    return 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0


def seconds(value: float) -> str:
    """Return a length of time: `0.06 s`, `12.3 s`, `4.5 min`, `3.2 h`, `2.5 d`."""
    if value < 0:
        return f"-{seconds(-value)}"
    if value < 0.005:
        return "<0.01 s" if value else "0 s"
    if value < 9.995:
        return f"{value:.2f} s"
    if value < _MINUTE - 0.05:
        return f"{value:.1f} s"
    for length, unit, until in ((_MINUTE, "min", _HOUR), (_HOUR, "h", _DAYS_FROM)):
        if value < until - length / 20:
            return f"{value / length:.1f} {unit}"
    return f"{value / _DAY:,.1f} d"


def percent(value: float) -> str:
    """Return a percentage: `12.3 %`; what is not nothing is not 0."""
    if 0 < value < 0.05:
        return "<0.1 %"
    return f"{value:.0f} %" if value in {0, 100} else f"{value:.1f} %"


def change(now: float, before: float) -> str:
    """Return how much more or less there is than before: `+12 %`, `x 3.4`, `new`; nothing where both are 0."""
    if not before:
        return "new" if now else ""
    times = now / before
    if times >= 2:
        return f"x {times:,.1f}"
    return f"{100 * (times - 1):+.0f} %" if round(100 * (times - 1)) else "="


class Zone:
    """The time zone that everything is told in: UTC, or with `local` this machine's."""

    __slots__ = ("local",)

    def __init__(self, *, local: bool = False) -> None:
        self.local = local

    def name(self, when: float) -> str:
        """Return what the zone is called at a moment in Unix seconds."""
        return self._write(when, "%Z") or "local time"

    def minute(self, when: float) -> str:
        """Return `2026-11-22 07:00`."""
        return self._write(when, "%Y-%m-%d %H:%M")

    def day(self, when: float) -> str:
        """Return `Sun 2026-11-22`."""
        return self._write(when, "%a %Y-%m-%d")

    def hour(self, when: float) -> str:
        """Return `07:00`."""
        return self._write(when, "%H:%M")

    def fine(self, when: float) -> str:
        """Return `07:00:01.250`: the time of day to the millisecond."""
        milliseconds = round(when * 1000)
        return f"{self._write(milliseconds // 1000, '%H:%M:%S')}.{milliseconds % 1000:03d}"

    def _write(self, when: float, form: str) -> str:
        from datetime import UTC, datetime  # noqa: PLC0415 - few tables need it

        try:
            date = datetime.fromtimestamp(when, UTC)
            return (date.astimezone() if self.local else date).strftime(form)
        except (OverflowError, ValueError, OSError):
            return NOTHING
