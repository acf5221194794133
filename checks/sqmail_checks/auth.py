"""check_qmail_auth: how many logins fail, and from where."""

from __future__ import annotations

from sqmail_checks.check import Logs, Summary, Threshold, run
from sqmail_checks.options import add_accept_silent, add_learning, add_silence, check_parser, threshold
from sqmail_checks.plugin import nagios
from sqmail_checks.telling.findings import FindingContext, found, metrics, told
from sqmail_checks.telling.rules import limits
from sqmail_judge import logins
from sqmail_judge.course import Course
from sqmail_judge.standstill import clients
from sqmail_log.figures.metrics import LOGINS, SESSIONS, title
from sqmail_log.figures.sums import LOGIN
from sqmail_log.units import MINUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqmail_checks.plugin.commandline import CheckParser
    from sqmail_judge.finding import Finding

WARNING = str(logins.FAILED_WARNING)
CRITICAL = str(logins.FAILED_CRITICAL)
_PREFIX = "reject_AUTH_"


class Auth(Logs):
    """Accept::AUTH and Reject::AUTH records of qmail-smtpd and qmail-popup."""

    needs = SESSIONS
    wants = LOGINS

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.failed = 0
        self.usual: int | None = None
        self.is_fixed = options.no_learning or options.warning is not None or options.critical is not None
        self.reasons: list[tuple[int, str]] = []

    def measure(self) -> Iterator[nagios.Metric]:
        """Yield accept and reject."""
        numbers = self.sums.numbers
        self.failed = numbers.get("auth_reject", 0)
        reasons = ((count, name) for name, count in numbers.items() if name.startswith(_PREFIX))
        self.reasons = sorted(reasons, key=lambda row: (-row[0], row[1]))
        if self.failed > logins.FAILED_WARNING and not self.is_fixed and all(view.can_be_judged for view in self.views):
            self.usual = logins.usual([Course(view) for view in self.views], self.options.window // MINUTE)
        yield nagios.Metric("accept", numbers.get("auth_accept", 0), min=0)
        yield nagios.Metric("reject", self.failed, min=0)
        yield from metrics(self._findings())

    def unusual(self) -> bool:
        """Tell whether more logins fail than usually do at this time of day, or where so many succeed."""
        return self.is_fixed or not (logins.is_usual(self.failed, self.usual) or logins.are_mistyped(self.sums))

    def _findings(self) -> Iterator[Finding]:
        rules = limits(self.options)
        for view in self.views:
            if view.can_be_judged:
                yield from (found for found in clients.unaccepted(Course(view), rules) if found.kind == "no-login")


class AuthSummary(Summary):
    """`57 failed logins in 15m: wrong credentials by PLAIN (50), 52 from 203.0.113.0/24`."""

    logs: Auth

    def sentence(self, results: nagios.Results) -> str:
        """Return the number of failed logins, how they failed and where from."""
        logs = self.logs
        text = f"{logs.failed} failed {'login' if logs.failed == 1 else 'logins'} in {logs.window}"
        text += logins.told(logs.usual)
        findings = found(results)
        if logs.reasons:
            count, name = logs.reasons[0]
            # Where nobody can log in those who fail are no guessers.
            text += f": {title(name)} ({count}){'' if findings else logins.whence(logs.sums, logs.failed)}"
        return f"{told(findings, logs.views)}; {text}" if findings else text

    def details(self) -> Iterator[str]:
        """Yield reasons and client networks, most frequent first."""
        for count, name in self.logs.reasons:
            yield f"{count} {title(name)}"
        for network, count in self.logs.sums.top(LOGIN)[:10]:
            yield f"{count} from {network}"


def build(options: argparse.Namespace) -> tuple[object, ...]:
    """Return resource, contexts and summary."""
    logs = Auth(options)
    return (
        logs,
        Threshold("accept"),
        FindingContext(),
        Threshold("reject", threshold(options.warning, WARNING), threshold(options.critical, CRITICAL), logs.unusual),
        AuthSummary(logs),
    )


def parser() -> CheckParser:
    """Return the command line's parser."""
    made = check_parser(
        "check_qmail_auth",
        "How many logins failed (Reject::AUTH records of qmail-smtpd and qmail-popup), and where from.",
        thresholds=f"failed logins in the window (defaults: {WARNING} and {CRITICAL})",
    )
    add_silence(made)
    add_learning(made)
    add_accept_silent(made, "logins")
    return made


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_auth", build)


if __name__ == "__main__":
    main()
