"""check_qmail_queue: how many messages wait, and since when."""

from __future__ import annotations

from sqmail_checks.check import Logs, Summary, Threshold, run
from sqmail_checks.options import check_parser, threshold
from sqmail_checks.plugin import nagios
from sqmail_checks.telling.findings import FindingContext, found, metrics, told
from sqmail_checks.telling.wording import counted, span, troubles
from sqmail_command.arguments import duration, typed
from sqmail_log import tai64n
from sqmail_log.errors import SqmailError
from sqmail_log.figures.metrics import SEND
from sqmail_log.figures.sums import in_words
from sqmail_log.units import Seconds, whole_seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqmail_checks.plugin.commandline import CheckParser
    from sqmail_log.spool import Spool

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
        self.spools: list[Spool] = []

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
        for directory in self.options.queue or ():
            yield from self._spool(directory)
        if self.spools:
            yield nagios.Metric("spool", sum(spool.messages for spool in self.spools), min=0)
            yield nagios.Metric("todo", sum(spool.todo for spool in self.spools), min=0)
            since = min((spool.oldest_todo for spool in self.spools if spool.oldest_todo is not None), default=None)
            now = self._now()
            yield nagios.Metric("todo_age", 0 if since is None else max(0, int(now - since)), "s", min=0)
            yield nagios.Metric("spool_free", min(spool.free_space for spool in self.spools), "%", min=0, max=100)

    def _spool(self, directory: str) -> Iterator[nagios.Metric]:
        from sqmail_judge.spool import judge  # noqa: PLC0415 - only with --queue
        from sqmail_log.spool import Spool  # noqa: PLC0415 - as above

        try:
            spool = Spool(directory)
        except SqmailError as error:
            yield nagios.Metric("log", str(error), context="log")
            return
        self.spools.append(spool)
        yield from metrics(judge(spool, self._now()))

    def _now(self) -> float:
        """Return the Unix time in seconds: a spool is as it is now, whatever the log is asked about."""
        return tai64n.now() / tai64n.SECOND


class QueueSummary(Summary):
    """`124 messages, oldest 2h 5m (#2412501)`."""

    logs: Queue

    def sentence(self, results: nagios.Results) -> str:
        """Return the queue's length and its oldest message, what is wrong with the spool before them."""
        text = counted(self.logs.messages, "message")
        if self.logs.oldest:
            age, number, known, _ = self.logs.oldest[0]
            text += f", oldest {'' if known else 'at least '}{span(age)} (#{number})"
        if "spool" in results:
            text += f", spool {results['spool'].metric.value}"
            if results["todo"].metric.value:
                text += f" and {results['todo'].metric.value} not yet preprocessed"
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
        """Yield the oldest messages."""
        for age, number, known, log in self.logs.oldest:
            yield f"#{number} waits {'for' if known else 'for at least'} {span(age)}" + (f" in {log}" if log else "")


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
    made.add_argument(
        "--queue",
        action="append",
        metavar="DIR",
        help="look at the spool too, for example /var/qmail/queue: what lies there, since when qmail-send has left it, "
        "and the file system; repeatable",
    )
    return made


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_queue", build)


if __name__ == "__main__":
    main()
