"""check_qmail_queue: how many messages wait, and since when."""

from __future__ import annotations

from sqmail_checks.check import Logs, Summary, Threshold, run
from sqmail_checks.options import add_queue, check_parser, threshold
from sqmail_checks.plugin import nagios
from sqmail_checks.telling.findings import FindingContext, found, told
from sqmail_checks.telling.wording import counted, span, troubles
from sqmail_command.arguments import duration, typed
from sqmail_log import tai64n
from sqmail_log.figures.metrics import SEND
from sqmail_log.figures.sums import in_words
from sqmail_log.units import Seconds, whole_seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqmail_checks.plugin.commandline import CheckParser
    from sqmail_checks.telling.spools import Spools

WARNING = "1000"
CRITICAL = "10000"
# qmail gives a message up after a week: what is older shows a queue that is not worked on.
OLDEST_WARNING = "8d"
_LISTED = 10
_NEW = Seconds(0)


class Queue(Logs):
    """Messages in the queue by the log, and with --queue by the spool."""

    needs = SEND

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.messages = 0
        # Age, number, whether the age is from its birth, and its log where there are several.
        self.oldest: list[tuple[Seconds, str, bool, str]] = []
        self.spools: Spools | None = None

    def measure(self) -> Iterator[nagios.Metric]:
        """Yield messages and oldest, with --queue spool and todo."""
        self.messages = sum(view.queue for view in self.views)
        oldest = [
            (max(_NEW, whole_seconds(view.now - since)), str(number), known, view.log if len(self.views) > 1 else "")
            for view in self.views
            for number, since, known in view.oldest(_LISTED)
        ]
        self.oldest = sorted(oldest, reverse=True)[:_LISTED]
        yield nagios.Metric("messages", self.messages, min=0)
        yield nagios.Metric("oldest", self.oldest[0][0] if self.oldest else 0, "s", min=0)
        if self.options.queue:
            yield from self._spools(self.options.queue)

    def _spools(self, directories: list[str]) -> Iterator[nagios.Metric]:
        from sqmail_checks.telling.spools import Spools  # noqa: PLC0415 - only with --queue

        spools = self.spools = Spools()
        yield from spools.look(directories)
        if seen := spools.seen:
            yield nagios.Metric("spool", sum(spool.messages for spool in seen), min=0)
            yield nagios.Metric("todo", sum(spool.todo for spool in seen), min=0)
            yield nagios.Metric("todo_age", spools.oldest_todo(), "s", min=0)
            yield nagios.Metric("spool_free", min(spool.free_space for spool in seen), "%", min=0, max=100)


class QueueSummary(Summary):
    """`124 messages, oldest 2h 5m (#2412501)`."""

    logs: Queue

    def sentence(self, results: nagios.Results) -> str:
        """Return the queue's length and its oldest message, what is wrong with the spool before them."""
        text = counted(self.logs.messages, "message")
        if self.logs.oldest:
            age, number, known, _ = self.logs.oldest[0]
            text += f", oldest {'' if known else 'at least '}{span(age)} (#{number})"
        if self.logs.spools and self.logs.spools.seen:
            text += f", {self.logs.spools.counted()}"
        if results.most_significant_state != nagios.Ok:
            text += self._waiting()
        findings = found(results)
        return f"{told(findings, self.logs.views)}; {text}" if findings else text

    def _waiting(self) -> str:
        for count, trouble in troubles(self.logs.sums):
            if trouble.result == "deferral":
                where = f" ({trouble.host})" if trouble.host else ""
                why = f"{trouble.channel} {in_words(trouble.cause, trouble.named)}{where}"
                return f"; deferred most: {why}, {count} times in {self.logs.window}"
        return ""

    def details(self) -> Iterator[str]:
        """Yield the oldest messages, then the spools."""
        for age, number, known, log in self.logs.oldest:
            yield f"#{number} waits {'for' if known else 'for at least'} {span(age)}" + (f" in {log}" if log else "")
        if self.logs.spools:
            yield from self.logs.spools.details()


def build(options: argparse.Namespace) -> tuple[object, ...]:
    """Return resource, contexts and summary."""
    logs = Queue(options)
    spooled = threshold(options.warning, WARNING), threshold(options.critical, CRITICAL)
    return (
        logs,
        Threshold("messages", *spooled),
        Threshold(
            "oldest",
            nagios.Range(str(options.oldest_warning // tai64n.SECOND)),
            options.oldest_critical and nagios.Range(str(options.oldest_critical // tai64n.SECOND)),
        ),
        Threshold("spool", *spooled),
        *(Threshold(name) for name in ("todo", "todo_age", "spool_free")),
        FindingContext(),
        QueueSummary(logs),
    )


def parser() -> CheckParser:
    """Return the command line's parser."""
    made = check_parser(
        "check_qmail_queue",
        "How many messages wait in the queue and since when, followed in qmail-send's log.",
        thresholds=f"messages in the queue (defaults: {WARNING} and {CRITICAL})",
    )
    made.add_argument(
        "--oldest-warning",
        type=typed(duration),
        default=duration(OLDEST_WARNING),
        metavar="DURATION",
        help=f"WARNING when the oldest message is older (default: {OLDEST_WARNING})",
    )
    made.add_argument(
        "--oldest-critical",
        type=typed(duration),
        metavar="DURATION",
        help="CRITICAL when the oldest message is older",
    )
    add_queue(made)
    return made


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_queue", build)


if __name__ == "__main__":
    main()
