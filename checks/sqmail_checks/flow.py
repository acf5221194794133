"""check_qmail_flow: whether mail moves, from the client's connection to the end of the delivery."""

from __future__ import annotations

from sqmail_checks.check import Logs, Summary, Threshold, run
from sqmail_checks.options import add_learning, add_queue, add_silence, add_volume, check_parser
from sqmail_checks.plugin import nagios
from sqmail_checks.telling.findings import FindingContext, found, metrics, told
from sqmail_checks.telling.rules import limits, volumes
from sqmail_checks.telling.wording import destination
from sqmail_judge import flow, volume
from sqmail_judge.course import Course
from sqmail_judge.standstill.deliveries import RESULTS
from sqmail_log.figures.metrics import SEND, SESSIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqmail_checks.plugin.commandline import CheckParser

_CHANNELS = ("local", "remote", "unknown")
# What is counted, by the kind of log that counts it.
_COUNTED = (
    ("sessions", SESSIONS, ("ok",)),
    ("turned_away", SESSIONS, ("deny", "rbl_451", "rbl_553", "tls_failed")),
    ("accepted", SESSIONS, ("accept",)),
    ("messages_in", SEND, ("messages",)),
    ("started", SEND, ("starts_local", "starts_remote")),
    ("finished", SEND, tuple(f"{result}_{channel}" for result in RESULTS for channel in _CHANNELS)),
    ("ended", SEND, ("ended",)),
)
_WAITING = "waiting"


class Flow(Logs):
    """Mail on its way through a host, judged by all of its logs together."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.counts: dict[str, int] = {}

    def measure(self) -> Iterator[nagios.Metric]:
        """Yield how much came by each station, and what stands still."""
        kinds = {kind for view in self.views for kind in view.kinds}
        numbers = self.sums.numbers
        for name, kind, of in _COUNTED:
            if kind in kinds:
                self.counts[name] = sum(numbers.get(metric, 0) for metric in of)
                yield nagios.Metric(name, self.counts[name], min=0)
        if SEND in kinds:
            yield nagios.Metric(_WAITING, sum(view.queue for view in self.views if SEND in view.kinds), min=0)
        if self.options.queue:
            from sqmail_checks.telling.spools import Spools  # noqa: PLC0415 - only with --queue

            yield from Spools().look(self.options.queue)
        # Of what is not yet read nothing can be missed.
        if all(view.can_be_judged for view in self.views):
            courses = [(view.kinds, Course(view)) for view in self.views]
            sends = [course for kinds, course in courses if SEND in kinds]
            still = flow.judge(courses, destination, limits(self.options))
            yield from metrics([*still, *volume.judge(sends, self.options.window, volumes(self.options))])


class FlowSummary(Summary):
    """`qmail-send has logged nothing for 12m, while SMTP accepted 87 recipients: is it running, and its multilog?`."""

    logs: Flow

    def sentence(self, results: nagios.Results) -> str:
        """Return what stands still, worst first; where all moves, how much."""
        findings = found(results)
        if findings:
            return told(findings, self.logs.views)
        counts = self.logs.counts
        parts = [
            f"{counts[name]} {words}"
            for name, words in (("sessions", "connections"), ("accepted", "accepted"), ("messages_in", "queued"))
            if name in counts
        ]
        if "ended" in counts:
            parts += [f"{counts['started']} deliveries started", f"{counts['ended']} messages ended"]
        return f"{', '.join(parts)} in {self.logs.window}"


def build(options: argparse.Namespace) -> tuple[object, ...]:
    """Return resource, contexts and summary."""
    logs = Flow(options)
    names = [*(name for name, _, _ in _COUNTED), _WAITING]
    return (logs, *map(Threshold, names), FindingContext(), FlowSummary(logs))


def parser() -> CheckParser:
    """Return the command line's parser."""
    made = check_parser(
        "check_qmail_flow",
        "Whether mail moves: clients get as far as a record, what SMTP accepts is queued, what is queued is started, "
        "and what is started ends. Give it all logs of a host. What is unusual is learnt from the days before.",
        thresholds=None,
    )
    add_queue(made)
    add_silence(made)
    add_volume(made)
    add_learning(made)
    return made


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_flow", build)


if __name__ == "__main__":
    main()
