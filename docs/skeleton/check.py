"""check_qmail_example: how many bounces qmail-send wrote."""

from __future__ import annotations

from sqmail_checks.check import Logs, Summary, Threshold, run
from sqmail_checks.options import check_parser, threshold
from sqmail_checks.plugin import nagios
from sqmail_checks.telling.wording import counted
from sqmail_log.figures.metrics import SEND

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqmail_checks.plugin.commandline import CheckParser

# The fact sheet of the page names the defaults; what is given on the command line comes before them.
WARNING = "500"
CRITICAL = "2000"


class Example(Logs):
    """Bounces, and the messages that they are among."""

    needs = SEND

    def measure(self) -> Iterator[nagios.Metric]:
        """Yield bounces and messages, counted in the window."""
        numbers = self.sums.numbers
        yield nagios.Metric("bounces", numbers.get("bounces", 0), min=0)
        yield nagios.Metric("messages", numbers.get("messages", 0), min=0)


class ExampleSummary(Summary):
    """`222 bounces among 1879 new messages in 15m`."""

    logs: Example

    def sentence(self, results: nagios.Results) -> str:
        """Return the number of bounces, and of what."""
        bounces, messages = (results[name].metric.value for name in ("bounces", "messages"))
        return f"{counted(bounces, 'bounce')} among {counted(messages, 'new message')} in {self.logs.window}"

    def details(self) -> Iterator[str]:
        """Yield how many bounces could not be delivered either."""
        yield f"{counted(self.logs.sums.numbers.get('double_bounces', 0), 'double bounce')} discarded"


def build(options: argparse.Namespace) -> tuple[object, ...]:
    """Return resource, contexts and summary."""
    logs = Example(options)
    return (
        logs,
        Threshold("bounces", threshold(options.warning, WARNING), threshold(options.critical, CRITICAL)),
        Threshold("messages"),
        ExampleSummary(logs),
    )


def parser() -> CheckParser:
    """Return the command line's parser."""
    return check_parser(
        "check_qmail_example",
        "How many bounces qmail-send wrote.",
        thresholds=f"bounces in the window (defaults: {WARNING} and {CRITICAL})",
    )


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_example", build)


if __name__ == "__main__":
    main()
