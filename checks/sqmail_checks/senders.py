"""check_qmail_senders: who sends much more than usual, from too many places, after guessing, or what comes back."""

from __future__ import annotations

from sqmail_checks.check import Logs, Summary, Threshold, run
from sqmail_checks.options import add_learning, add_range, add_volume, check_parser, outside
from sqmail_checks.plugin import nagios
from sqmail_checks.telling.findings import FindingContext, found, metrics, told
from sqmail_checks.telling.rules import volumes
from sqmail_checks.telling.wording import counted
from sqmail_command.arguments import typed, whole
from sqmail_command.text import sender
from sqmail_judge import senders, volume
from sqmail_judge.course import Course
from sqmail_log.figures import sums
from sqmail_log.figures.metrics import SEND, SESSIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from sqmail_checks.plugin.commandline import CheckParser

_LISTED = 20


class Senders(Logs):
    """Recipients that SMTP accepted of users who logged in, and of clients that need no login."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.recipients = 0
        self.places: dict[str, dict[str, int]] = {}
        self.returned: dict[str, int] = {}
        self.takes_logins = True

    def measure(self) -> Iterator[nagios.Metric]:
        """Yield recipients, senders and the most of one, then what is suspicious."""
        table = self.sums.top(sums.SENDER)
        self.recipients = sum(count for _, count in table)
        self.places = senders.networks_by_sender(self.sums)
        most = max((count for name, count in table if name != sums.OTHERS), default=0)
        yield nagios.Metric("recipients", self.recipients, min=0)
        yield nagios.Metric("senders", sum(1 for name, _ in table if name != sums.OTHERS), min=0)
        yield nagios.Metric("top_messages", most, min=0)
        yield nagios.Metric("top_networks", max(map(len, self.places.values()), default=0), min=0)
        queues = [view for view in self.views if SEND in view.kinds]
        self.takes_logins = len(queues) < len(self.views) or any(SESSIONS in view.kinds for view in queues)
        if queues:
            self.returned = senders.failures_by_sender(self.sums)
            yield nagios.Metric("top_failed", max(self.returned.values(), default=0), min=0)
        options = self.options
        thresholds = senders.Thresholds(
            (_judge(options.warning, senders.BURST_WARNING), _judge(options.critical, senders.BURST_CRITICAL)),
            (
                _judge(options.networks_warning, senders.NETWORKS_WARNING),
                _judge(options.networks_critical, senders.NETWORKS_CRITICAL),
            ),
            (
                _judge(options.failed_warning, senders.RETURNED_WARNING),
                _judge(options.failed_critical, senders.RETURNED_CRITICAL),
            ),
            options.failed_share,
            learn=options.warning is None and options.critical is None and not options.no_learning,
        )
        if all(view.can_be_judged for view in self.views):
            yield from metrics(volume.judge([Course(view) for view in queues], options.window, volumes(options)))
            yield from metrics(senders.judge(self.views, self.sums, options.window, thresholds, self.named))
            learnt = senders.Thresholds(
                thresholds.recipients,
                thresholds.networks,
                thresholds.returned,
                options.failed_share,
                learn=options.failed_warning is None and options.failed_critical is None and not options.no_learning,
            )
            yield from metrics(senders.returned(queues, self.sums, options.window, learnt, self.named))

    def named(self, name: str) -> str:
        """Return who sent as it may be shown."""
        return name if self.options.show_users else sender(name)


def _judge(given: nagios.Range | None, default: int) -> Callable[[int], bool]:
    return senders.at_least(default) if given is None else outside(given)


class SendersSummary(Summary):
    """`h**2@example.org has sent to 5101 recipients in 15m from 121 networks: change the password …`."""

    logs: Senders

    def sentence(self, results: nagios.Results) -> str:
        """Return who is suspicious; else how much was sent, and by whom most."""
        logs = self.logs
        # Who it is tells more than that it is much.
        findings = sorted(found(results), key=lambda finding: (-finding.state, finding.kind == "volume"))
        if findings:
            more = f"; {len(findings) - 1} more" if len(findings) > 1 else ""
            return told(findings[:1], logs.views) + more
        table = [row for row in logs.sums.top(sums.SENDER) if row[0] != sums.OTHERS]
        if not table and not logs.takes_logins:
            failed = sum(logs.returned.values())
            of = counted(len(logs.returned), "sender")
            return f"{counted(failed, 'remote recipient')} of {of} failed in {logs.window}"
        if not table:
            return f"nobody has sent mail in {logs.window}"
        name, count = table[0]
        # Where there are very many, those with fewest are kept as one.
        all_of_them = sums.OTHERS not in logs.sums.tables[sums.SENDER]
        number = counted(len(table), "sender") if all_of_them else f"{len(table)} or more senders"
        return (
            f"{counted(logs.recipients, 'recipient')} of {number} in {logs.window}, "
            f"most of {logs.named(name)} ({count})"
        )

    def details(self) -> Iterator[str]:
        """Yield senders with how many recipients and networks, most first."""
        for name, count in self.logs.sums.top(sums.SENDER)[:_LISTED]:
            places = self.logs.places.get(name, {})
            shown = self.logs.named(name) if name != sums.OTHERS else "others"
            yield f"{count} recipients of {shown}" + (f", {counted(len(places), 'network')}" if places else "")
        for name, count in sorted(self.logs.returned.items(), key=lambda row: (-row[1], row[0]))[:_LISTED]:
            yield f"{count} remote recipients of {self.logs.named(name)} failed"


def build(options: argparse.Namespace) -> tuple[object, ...]:
    """Return resource, contexts and summary."""
    logs = Senders(options)
    return (
        logs,
        *(Threshold(name) for name in ("recipients", "senders", "top_messages", "top_networks", "top_failed")),
        FindingContext(),
        SendersSummary(logs),
    )


def parser() -> CheckParser:
    """Return the command line's parser."""
    made = check_parser(
        "check_qmail_senders",
        "Whether somebody who may send anywhere (a user who logged in, a client that may relay) sends much more than "
        "usual, from too many networks, or from where passwords were guessed; with the log of qmail-send, too, whether "
        "most of what an envelope sender sends fails.",
        thresholds=f"recipients of one sender in the window (defaults: {senders.BURST_WARNING} and "
        f"{senders.BURST_CRITICAL}, less for a sender of whom that is unusual)",
    )
    add_range(
        made,
        "--networks-warning",
        what=f"WARNING outside this range: client networks of one sender (default: {senders.NETWORKS_WARNING} or more)",
    )
    add_range(
        made,
        "--networks-critical",
        what=f"CRITICAL outside this range of the same (default: {senders.NETWORKS_CRITICAL} or more)",
    )
    add_range(
        made,
        "--failed-warning",
        what="WARNING outside this range: remote recipients of one envelope sender that fail in the window, where most "
        f"of his do (default: {senders.RETURNED_WARNING} or more)",
    )
    add_range(
        made,
        "--failed-critical",
        what=f"CRITICAL outside this range of the same (default: {senders.RETURNED_CRITICAL} or more)",
    )
    made.add_argument(
        "--failed-share",
        type=typed(whole),
        default=senders.RETURNED_SHARE,
        metavar="PERCENT",
        help=f"and this share of them at least (default: {senders.RETURNED_SHARE})",
    )
    add_volume(made)
    add_learning(made)
    made.add_argument("--show-users", action="store_true", help="show users' names whole")
    return made


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_senders", build)


if __name__ == "__main__":
    main()
