"""The ranges of time that are drawn."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The `seconds` before the moment asked for.

    `title` completes "…, ": "last day".  A picture is drawn again when it is `redraw` seconds old.
    `grid` is rrdtool's --x-grid, whose own choice has labels too long for the margin.
    """

    name: str
    title: str
    seconds: int
    redraw: int = 0
    grid: str = ""


RANGES: dict[str, TimeRange] = {
    time_range.name: time_range
    for time_range in (
        TimeRange("hour", "last hour", 3600, grid="MINUTE:5:MINUTE:10:MINUTE:10:0:%H:%M"),
        TimeRange("day", "last day", 86400, grid="HOUR:1:HOUR:4:HOUR:4:0:%H:%M"),
        TimeRange("week", "last week", 7 * 86400, redraw=1800, grid="HOUR:6:DAY:1:DAY:1:86400:%a %d"),
        TimeRange("month", "last month", 31 * 86400, redraw=2 * 3600, grid="DAY:1:WEEK:1:WEEK:1:0:%d %b"),
        TimeRange("year", "last year", 366 * 86400, redraw=12 * 3600, grid="MONTH:1:MONTH:1:MONTH:1:2592000:%b"),
    )
}
"""Hour, day, week, month and year: what collectd's archives are made for."""
