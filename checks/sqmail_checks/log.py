"""check_qmail_log: whether the log itself is alive, complete and free of alarms."""

from __future__ import annotations

from sqmail_checks.check import Logs, Summary, Threshold, run
from sqmail_checks.options import check_parser, range_of_ages
from sqmail_checks.plugin import nagios
from sqmail_checks.telling.wording import other_zone, span, stamps_ahead

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqmail_checks.plugin.commandline import CheckParser

WARNING = "3d"
CRITICAL = "7d"
_LISTED = 10
# Metric, words, table with the texts.
_TROUBLES = (
    ("alerts", "alert", "alert"),
    ("fatal", "fatal error", "fatal"),
    ("gaps", "gap", ""),
    ("warnings", "warning", "warning"),
)


class Log(Logs):
    """Age of the newest line, and lines that speak of trouble."""

    trusts_stamps = False

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.age = 0.0
        self.zones: list[str] = []

    def measure(self) -> Iterator[nagios.Metric]:
        """Yield age and counts of lines."""
        self.age = max(view.age() for view in self.views)
        yield nagios.Metric("age", round(self.age, 3), "s", min=0)
        for view in self.views:
            if hint := other_zone(view):
                self.zones.append(hint)
                yield nagios.Metric("zone", hint, context="zone")
        for name in ("lines", "unrecognised", "alerts", "fatal", "warnings", "gaps"):
            yield nagios.Metric(name, self.sums.numbers.get(name, 0), min=0)


class OtherZone(nagios.Context):
    """Judges dates that are of another time zone than the file's."""

    def evaluate(self, metric: nagios.Metric, resource: object) -> nagios.Result:
        """Return WARNING with the hint."""
        del resource
        return nagios.Result(nagios.Warn, metric.value, metric)


class LogSummary(Summary):
    """`alert: cannot start: qmail-send is already running (6 times in 15m); newest line 12s ago`."""

    logs: Log

    def sentence(self, results: nagios.Results) -> str:
        """Return what the lines warn of, worst first, and the newest line's age."""
        logs = self.logs
        parts = []
        for name, words, table in _TROUBLES:
            count = logs.sums.numbers.get(name, 0)
            if not count:
                continue
            if name == "gaps":
                parts.append(f"lines lost before they were read, {_times(count)} in {logs.window}")
                continue
            text, times = logs.sums.top(table)[0]
            more = f", {count} {words}s in all" if times < count else ""
            parts.append(f"{words}: {text} ({_times(times)} in {logs.window}{more})")
        parts.append(f"newest line {span(logs.age)} ago")
        unrecognised = logs.sums.numbers.get("unrecognised", 0)
        if unrecognised:
            parts.append(f"{unrecognised} of {logs.sums.numbers['lines']} lines unrecognised")
        parts.extend(logs.zones or [hint for view in logs.views if (hint := stamps_ahead(view))])
        if "age" in results and results["age"].state != nagios.Ok:
            parts.insert(0, parts.pop(parts.index(f"newest line {span(logs.age)} ago")))
        return "; ".join(parts)

    def details(self) -> Iterator[str]:
        """Yield the texts of alerts, fatal errors and warnings, what was not recognised, and how sessions ended."""
        for name, words, table in (*_TROUBLES, ("unrecognised", "unrecognised", "unknown")):
            if table and self.logs.sums.numbers.get(name):
                for text, count in self.logs.sums.top(table)[:_LISTED]:
                    yield f"{words}: {text} ({_times(count)})"
        from sqmail_checks.telling import endings  # noqa: PLC0415 - only with -v

        yield from endings.listed(self.logs.sums)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def build(options: argparse.Namespace) -> tuple[object, ...]:
    """Return resource, contexts and summary."""
    logs = Log(options)
    never = nagios.Range("0")
    return (
        logs,
        Threshold(
            "age",
            options.warning or range_of_ages(WARNING),
            options.critical or range_of_ages(CRITICAL),
        ),
        OtherZone("zone"),
        Threshold("lines"),
        Threshold("unrecognised"),
        Threshold("alerts", critical=never),
        Threshold("fatal", critical=never),
        Threshold("warnings", warning=never),
        Threshold("gaps", warning=never),
        LogSummary(logs),
    )


def parser() -> CheckParser:
    """Return the command line's parser."""
    return check_parser(
        "check_qmail_log",
        "Whether a log grows, was read without a gap, and says anything alarming: alert: and fatal: lines are "
        "CRITICAL, warning: lines and gaps WARNING while they are in the window.",
        thresholds=f"age of the newest line, in seconds or as 15m, 6h, 2d (defaults: {WARNING} and {CRITICAL})",
        read=range_of_ages,
    )


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_log", build)


if __name__ == "__main__":
    main()
