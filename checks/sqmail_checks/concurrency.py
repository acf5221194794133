"""check_qmail_concurrency: how near deliveries and connections came to their limits."""

from __future__ import annotations

from sqmail_checks.check import Logs, Summary, Threshold, run
from sqmail_checks.options import check_parser
from sqmail_checks.plugin import nagios
from sqmail_checks.telling.findings import FindingContext, found, metrics, told
from sqmail_checks.telling.wording import destination, percent
from sqmail_command.arguments import duration, typed
from sqmail_judge import slots
from sqmail_judge.course import Course
from sqmail_judge.standstill.silence import lasting
from sqmail_log.figures.metrics import SEND, SESSIONS
from sqmail_log.figures.sums import CLIENT, OTHERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqmail_checks.plugin.commandline import CheckParser
    from sqmail_log.watch import View

_NAMES = {"local": SEND, "remote": SEND, "connections": SESSIONS}


class Concurrency(Logs):
    """The highest use of each channel in the window, and its limit."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.uses: list[tuple[float, str, int, int]] = []

    def measure(self) -> Iterator[nagios.Metric]:
        """Yield local, remote and connections as the logs have them; of several logs the nearest to its limit."""
        for name, kind in _NAMES.items():
            uses = [use for view in self.views if kind in view.kinds and (use := self._use(view, name))]
            if uses:
                use = max(uses)
                self.uses.append(use)
                yield nagios.Metric(name, use[2], min=0, max=use[3], context="concurrency")
        if self.options.warning is None and self.options.critical is None:
            limits = lasting(self.options.full_warning, self.options.full_critical)
            for view in self.views:
                if view.can_be_judged:
                    yield from metrics(slots.judge(Course(view), tuple(view.kinds), destination, limits))
        if not self.uses:
            yield nagios.Metric("none", value=True, context="null")

    def _use(self, view: View, name: str) -> tuple[float, str, int, int] | None:
        """Return share, name, highest use and limit; without a status line in the window what the last one said."""
        numbers = view.sums(self.options.window).numbers
        used = numbers[name] if name in numbers else view.latest(f"{name}_now")
        limit = numbers[f"{name}_limit"] if f"{name}_limit" in numbers else view.latest(f"{name}_limit")
        if used is None or limit is None:
            return None
        return percent(used, limit) or 0.0, name, used, limit


class ShareOfLimit(Threshold):
    """Compares use in percent of its limit."""

    def evaluate(self, metric: nagios.Metric, resource: object) -> nagios.Result:
        """Return the state of the share."""
        share = percent(metric.value, metric.max) or 0.0
        judged = super().evaluate(metric.replace(value=share), resource)
        return nagios.Result(judged.state, judged.hint, metric)

    def performance(self, metric: nagios.Metric, resource: object) -> nagios.Performance:
        """Return the use itself with its limit as maximum, and what the thresholds' percent are of that limit."""
        del resource
        warning, critical = (_part(given, metric.max) for given in self._given)
        return nagios.Performance(metric.name, metric.value, "", warning, critical, metric.min, metric.max)


def _part(given: nagios.Range | None, limit: int) -> nagios.Range | str:
    """Return a range of percent as one of what they are percent of; '' for none."""
    if given is None:
        return ""
    start, end = (round(bound * limit / 100, 3) for bound in (given.start, given.end))
    return nagios.Range(f"{'@' * given.invert}{_bound(start)}:{_bound(end)}")


def _bound(number: float) -> str:
    """Return a range's bound as the guidelines write it, without an exponent."""
    if number in {float("inf"), float("-inf")}:
        return "~" if number < 0 else ""
    return f"{number:.3f}".rstrip("0").rstrip(".")


class ConcurrencySummary(Summary):
    """`remote 20 of 20 (100 %), local 3 of 10 (30 %)`."""

    logs: Concurrency

    def sentence(self, results: nagios.Results) -> str:
        """Return the uses, nearest to the limit first, and what keeps the nearest busy."""
        findings = found(results)
        if findings:
            return told(findings, self.logs.views)
        uses = sorted(self.logs.uses, reverse=True)
        if not uses:
            return f"no delivery and no connection in {self.logs.window}"
        text = ", ".join(f"{name} {used} of {limit} ({share:g} %)" for share, name, used, limit in uses)
        if results.most_significant_state != nagios.Ok and uses[0][1] == "connections":
            text += self._most_clients()
        return f"{text} in {self.logs.window}"

    def _most_clients(self) -> str:
        clients = self.logs.sums.top(CLIENT)
        if clients and clients[0][0] != OTHERS and 2 * clients[0][1] > sum(count for _, count in clients):
            return f", {clients[0][1]} connections from {clients[0][0]}"
        return ""

    def details(self) -> Iterator[str]:
        """Yield the client networks with the most connections."""
        for network, count in self.logs.sums.top("client")[:10]:
            yield f"{count} connections from {network}"


def build(options: argparse.Namespace) -> tuple[object, ...]:
    """Return resource, contexts and summary."""
    logs = Concurrency(options)
    return (
        logs,
        ShareOfLimit("concurrency", options.warning, options.critical),
        FindingContext(),
        ConcurrencySummary(logs),
    )


def parser() -> CheckParser:
    """Return the command line's parser."""
    made = check_parser(
        "check_qmail_concurrency",
        "How near qmail-send's deliveries and tcpserver's or sslserver's connections came to their limits.",
        thresholds="highest use in the window, %% of the limit (default: none; minutes at the limit are judged, "
        "and whether mail waits)",
    )
    for name, state, default in (
        ("--full-warning", "WARNING", "4 of the last 5 minutes; for deliveries where mail waits meanwhile"),
        ("--full-critical", "CRITICAL", "15m for connections, never for deliveries"),
    ):
        made.add_argument(
            name,
            type=typed(duration),
            metavar="DURATION",
            help=f"{state} when no slot was free, or no delivery ended, for this long, whether mail waits or not "
            f"(default: {default})",
        )
    return made


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_concurrency", build)


if __name__ == "__main__":
    main()
