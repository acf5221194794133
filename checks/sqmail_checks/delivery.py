"""check_qmail_delivery: how many delivery attempts fail or are deferred, and why."""

from __future__ import annotations

import nagiosplugin

from sqmail_checks.check import Logs, Summary, Threshold, percent, run, span, troubles
from sqmail_checks.options import add_min_events, add_range, check_parser, threshold
from sqmail_log.figures.metrics import SEND
from sqmail_log.figures.sums import in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqmail_checks.options import CheckParser
    from sqmail_log.figures.sums import Trouble

FAILURE_WARNING = "25"
FAILURE_CRITICAL = "50"
DEFERRAL_WARNING = "50"
DEFERRAL_CRITICAL = "80"
MIN_EVENTS = 20
_CHANNELS = ("local", "remote", "unknown")
_LISTED = 20


class Reason:
    """A cause of failures or deferrals: how often, at which hosts, at which stages of the dialog."""

    __slots__ = ("_hosts", "cause", "stages", "text", "times")

    def __init__(self, cause: str, named: str) -> None:
        self.cause = cause
        self.text = in_words(cause, named)
        self.times = 0
        self.stages: set[str] = set()
        self._hosts: dict[str, int] = {}

    def add(self, count: int, trouble: Trouble) -> None:
        """Count `count` more of a trouble that has this cause."""
        self.times += count
        self.stages |= set(trouble.stage.split(", ")) - {""}
        if trouble.host:
            self._hosts[trouble.host] = self._hosts.get(trouble.host, 0) + count

    def most(self) -> tuple[int, str]:
        """Return how often it came at its most frequent host, and the host; 0 and '' without any."""
        return max(((count, host) for host, count in self._hosts.items()), default=(0, ""))


class Delivery(Logs):
    """Finished delivery attempts by result."""

    needs = SEND

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.counts = {"success": 0, "failure": 0, "deferral": 0}
        self.attempts = 0

    def measure(self) -> Iterator[nagiosplugin.Metric]:
        """Yield counts by result, ratios in percent of all attempts, delays in seconds."""
        channels = [self.options.channel] if self.options.channel else _CHANNELS
        for result in self.counts:
            numbers = (self.sums.numbers.get(f"{result}_{channel}", 0) for channel in channels)
            self.counts[result] = sum(numbers)
            yield nagiosplugin.Metric(result, self.counts[result], min=0)
        self.attempts = sum(self.counts.values())
        for result in ("failure", "deferral"):
            share = percent(self.counts[result], self.attempts)
            yield nagiosplugin.Metric(f"{result}_ratio", share, "%", min=0, max=100)
        for name, share in (("delay_p50", 50), ("delay_p95", 95)):
            yield nagiosplugin.Metric(name, self.sums.delays.percentile(share), "s", min=0)

    def enough(self) -> bool:
        """Tell whether there were attempts enough to judge a ratio."""
        least: int = self.options.min_events
        return self.attempts >= least

    def reasons(self, result: str) -> list[Reason]:
        """Return what explains a result, most frequent first."""
        found: dict[tuple[str, str], Reason] = {}
        for count, trouble in troubles(self.sums):
            if trouble.result == result and self.options.channel in {None, trouble.channel}:
                key = trouble.cause, trouble.named
                found.setdefault(key, Reason(*key)).add(count, trouble)
        return sorted(found.values(), key=lambda reason: (-reason.times, reason.cause))


class DeliverySummary(Summary):
    """`57.2 % of 812 attempts failed: recipient refused by remote host (410 of 464, mostly rcpt5.example)`."""

    logs: Delivery

    def sentence(self, results: nagiosplugin.Results) -> str:
        """Return the ratio that matters and its most frequent cause."""
        logs = self.logs
        within = f"in {logs.window}"
        if not logs.attempts:
            return f"no delivery attempt {within}"
        if not logs.enough():
            attempts = "attempt" if logs.attempts == 1 else "attempts"
            return f"{logs.attempts} delivery {attempts} {within}, too few to judge"
        parts = []
        for result, words in (("failure", "failed"), ("deferral", "were put off")):
            share = results[f"{result}_ratio"].metric.value
            bad = results[f"{result}_ratio"].state != nagiosplugin.Ok
            parts.append((not bad, -share, f"{share:g} % {words}{self._cause(result)}"))
        parts.sort()
        return f"of {logs.attempts} delivery attempts {within} " + ", ".join(text for _, _, text in parts)

    def _cause(self, result: str) -> str:
        total = self.logs.counts[result]
        for reason in self.logs.reasons(result):
            there, host = reason.most()
            mostly = f", mostly {host}" if 2 * there > reason.times else ""
            return f": {reason.text} ({reason.times} of {total}{mostly})"
        return ""

    def details(self) -> Iterator[str]:
        """Yield causes with their hosts and stages, most frequent first, and whose trouble they are."""
        counts: dict[str, int] = {}
        for result in ("failure", "deferral"):
            reasons = self.logs.reasons(result)
            for reason in reasons[:_LISTED]:
                there, host = reason.most()
                where = f", {there} of them {host}" if host else ""
                stages = f", at {' and '.join(sorted(reason.stages))}" if reason.stages else ""
                yield f"{result}: {reason.times} {reason.text}{where}{stages}"
            if reasons:
                from sqmail_log.answers.whose import whose  # noqa: PLC0415 - an idle check has no reasons

                for reason in reasons:
                    counts[whose(reason.cause)] = counts.get(whose(reason.cause), 0) + reason.times
        if counts:
            ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            yield "whose trouble: " + ", ".join(f"{side} {count}" for side, count in ordered)
        delay = self.logs.sums.delays.percentile(50)
        if delay is not None:
            most = self.logs.sums.delays.percentile(95) or 0
            yield f"delay: half within {delay:g}s, 95 % within {span(most) if most >= 60 else f'{most:g}s'}"


def build(options: argparse.Namespace) -> tuple[object, ...]:
    """Return resource, contexts and summary."""
    logs = Delivery(options)
    return (
        logs,
        *(Threshold(name) for name in ("success", "failure", "deferral", "delay_p50", "delay_p95")),
        Threshold(
            "failure_ratio",
            threshold(options.warning, FAILURE_WARNING),
            threshold(options.critical, FAILURE_CRITICAL),
            logs.enough,
        ),
        Threshold(
            "deferral_ratio",
            threshold(options.deferral_warning, DEFERRAL_WARNING),
            threshold(options.deferral_critical, DEFERRAL_CRITICAL),
            logs.enough,
        ),
        DeliverySummary(logs),
    )


def parser() -> CheckParser:
    """Return the command line's parser."""
    made = check_parser(
        "check_qmail_delivery",
        "How many of qmail-send's delivery attempts failed or were put off, and why.",
        thresholds=f"failures, %% of finished attempts (defaults: {FAILURE_WARNING} and {FAILURE_CRITICAL})",
    )
    add_range(
        made,
        "--deferral-warning",
        what=f"WARNING outside this range: deferrals, %% of finished attempts (default: {DEFERRAL_WARNING})",
    )
    add_range(
        made, "--deferral-critical", what=f"CRITICAL outside this range of the same (default: {DEFERRAL_CRITICAL})"
    )
    made.add_argument("--channel", choices=("local", "remote"), help="only local or only remote deliveries")
    add_min_events(made, MIN_EVENTS, "attempts")
    return made


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_delivery", build)


if __name__ == "__main__":
    main()
