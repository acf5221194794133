"""check_qmail_delivery: how many delivery attempts fail or are deferred, and why."""

from __future__ import annotations

from sqmail_checks.check import Logs, Summary, Threshold, run
from sqmail_checks.options import add_min_events, add_range, add_silence, check_parser, outside, threshold
from sqmail_checks.plugin import nagios
from sqmail_checks.telling.findings import FindingContext, found, metrics, told
from sqmail_checks.telling.wording import counted, destination, percent, span
from sqmail_judge import delivery
from sqmail_judge.course import Course
from sqmail_judge.standstill.silence import lasting
from sqmail_judge.story.reasons import reasons
from sqmail_log.figures.metrics import SEND

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from sqmail_checks.plugin.commandline import CheckParser
    from sqmail_judge.finding import Finding
    from sqmail_judge.story.reasons import Reason

FAILURE_WARNING = str(delivery.FAILURE_WARNING)
FAILURE_CRITICAL = str(delivery.FAILURE_CRITICAL)
DEFERRAL_WARNING = str(delivery.DEFERRAL_WARNING)
DEFERRAL_CRITICAL = str(delivery.DEFERRAL_CRITICAL)
_CHANNELS = ("local", "remote", "unknown")
# Bounces to nobody say nothing of how delivery works.
_DISCARDED = ("failure", "deferral")
_LISTED = 20


class Delivery(Logs):
    """Finished delivery attempts by result."""

    needs = SEND

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.counts = {"success": 0, "failure": 0, "deferral": 0}
        self.attempts = 0
        self._channels = (options.channel,) if options.channel else _CHANNELS

    def measure(self) -> Iterator[nagios.Metric]:
        """Yield counts by result, ratios in percent of all attempts, delays in seconds."""
        for result in self.counts:
            numbers = (self.sums.numbers.get(f"{result}_{channel}", 0) for channel in self._channels)
            self.counts[result] = sum(numbers)
            yield nagios.Metric(result, self.counts[result], min=0)
        self.attempts = sum(self.counts.values())
        for result in ("failure", "deferral"):
            share = percent(self.counts[result], self.attempts)
            yield nagios.Metric(f"{result}_ratio", share, "%", min=0, max=100)
        for name, share in (("delay_p50", 50), ("delay_p95", 95)):
            yield nagios.Metric(name, self.sums.delays.percentile(share), "s", min=0)
        yield from metrics(self._findings())

    def enough(self) -> bool:
        """Tell whether there were attempts enough to judge a ratio."""
        least: int = self.options.min_events
        return self.attempts >= least

    def reasons(self, result: str) -> list[Reason]:
        """Return what explains a result, most frequent first."""
        return reasons(self.sums, result, self.options.channel, destination)

    def _findings(self) -> Iterator[Finding]:
        thresholds = delivery.Thresholds(
            (_judge(self.options.warning, FAILURE_WARNING), _judge(self.options.critical, FAILURE_CRITICAL)),
            (
                _judge(self.options.deferral_warning, DEFERRAL_WARNING),
                _judge(self.options.deferral_critical, DEFERRAL_CRITICAL),
            ),
            self.options.min_events,
            lasting(self.options.silence_warning, self.options.silence_critical),
            (_given(self.options.destination_warning), _given(self.options.destination_critical)),
        )
        for view in self.views:
            if view.can_be_judged:
                yield from delivery.judge(
                    Course(view), self.options.window, thresholds, destination, self.options.channel
                )


def _judge(given: nagios.Range | None, default: str) -> Callable[[float], bool]:
    """Return what tells whether a share is too great: a range as given; the default is reached where it is equalled."""
    return delivery.at_least(float(default)) if given is None else outside(given)


def _given(given: nagios.Range | None) -> Callable[[int], bool] | None:
    """Return what tells whether so many attempts are too many, None where no range was given."""
    return None if given is None else outside(given)


class DeliverySummary(Summary):
    """`57.2 % of 812 attempts failed: recipient refused by remote host (410 of 464, mostly rcpt5.example)`."""

    logs: Delivery

    def sentence(self, results: nagios.Results) -> str:
        """Return the ratio that matters and its most frequent cause."""
        logs = self.logs
        findings = found(results)
        if findings:
            return told(findings, logs.views)
        within = f"in {logs.window}"
        if not logs.attempts:
            return f"no delivery attempt {within}"
        if not logs.enough():
            attempts = "attempt" if logs.attempts == 1 else "attempts"
            return f"{logs.attempts} delivery {attempts} {within}, too few to judge"
        parts = []
        for result, words in (("failure", "failed"), ("deferral", "were deferred")):
            share = results[f"{result}_ratio"].metric.value
            parts.append((-share, f"{share:g} % {words}{self._cause(result)}"))
        parts.sort()
        return f"of {logs.attempts} delivery attempts {within} " + ", ".join(text for _, text in parts)

    def _cause(self, result: str) -> str:
        for reason in self.logs.reasons(result)[:1]:
            return f": {reason.told(self.logs.counts[result])}"
        return ""

    def details(self) -> Iterator[str]:
        """Yield causes with their hosts and stages, most frequent first, and whose trouble they are."""
        counts: dict[str, int] = {}
        for result in ("failure", "deferral"):
            reasons = self.logs.reasons(result)
            for reason in reasons[:_LISTED]:
                there, place = reason.most()
                where = f", {there} of them {place}" if place else ""
                stages = f", at {' and '.join(sorted(reason.stages))}" if reason.stages else ""
                yield f"{result}: {reason.times} {reason.text}{where}{stages}"
            if reasons:
                from sqmail_log.answers.whose import whose  # noqa: PLC0415 - an idle check has no reasons

                for reason in reasons:
                    counts[whose(reason.cause)] = counts.get(whose(reason.cause), 0) + reason.times
        if counts:
            ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            yield "whose trouble: " + ", ".join(f"{side} {count}" for side, count in ordered)
        for result in _DISCARDED:
            count = self.logs.sums.numbers.get(f"{result}_discarded")
            if count:
                yield f"not counted: {counted(count, result)} to the double bounce address #@[], where nobody is"
        delay = self.logs.sums.delays.percentile(50)
        if delay is not None:
            most = self.logs.sums.delays.percentile(95) or 0
            yield f"delay: half within {delay:g}s, 95 % within {span(most) if most >= 60 else f'{most:g}s'}"


def _never() -> bool:
    """Tell that a number is shown with its thresholds, and judged elsewhere: channel by channel."""
    return False


def build(options: argparse.Namespace) -> tuple[object, ...]:
    """Return resource, contexts and summary."""
    logs = Delivery(options)
    return (
        logs,
        *(Threshold(name) for name in ("success", "failure", "deferral", "delay_p50", "delay_p95")),
        *(
            Threshold(f"{result}_ratio", threshold(warning, least), threshold(critical, most), enough=_never)
            for result, warning, least, critical, most in (
                ("failure", options.warning, FAILURE_WARNING, options.critical, FAILURE_CRITICAL),
                ("deferral", options.deferral_warning, DEFERRAL_WARNING, options.deferral_critical, DEFERRAL_CRITICAL),
            )
        ),
        FindingContext(),
        DeliverySummary(logs),
    )


def parser() -> CheckParser:
    """Return the command line's parser."""
    made = check_parser(
        "check_qmail_delivery",
        "How many of qmail-send's delivery attempts failed or were deferred, and why.",
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
    add_silence(made)
    add_range(
        made,
        "--destination-warning",
        what="WARNING outside this range: attempts at a destination that took none of them, however long that has "
        "lasted (default: 10 or more in 4 minutes, 100 in one, or fewer of three messages)",
    )
    add_range(
        made, "--destination-critical", what="CRITICAL outside this range of the same (default: 1000 in 3 minutes)"
    )
    made.add_argument("--channel", choices=("local", "remote"), help="only local or only remote deliveries")
    add_min_events(made, delivery.MIN_EVENTS, "attempts")
    return made


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_delivery", build)


if __name__ == "__main__":
    main()
