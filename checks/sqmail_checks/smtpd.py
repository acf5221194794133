"""check_qmail_smtpd: which share of SMTP (and POP3) records are rejects, and why."""

from __future__ import annotations

from sqmail_checks.check import Logs, Summary, Threshold, run
from sqmail_checks.options import add_accept_silent, add_learning, add_min_events, add_silence, check_parser
from sqmail_checks.plugin import nagios
from sqmail_checks.telling.findings import FindingContext, found, metrics, told
from sqmail_checks.telling.rules import limits
from sqmail_checks.telling.wording import percent
from sqmail_command.arguments import typed
from sqmail_command.text import status_line
from sqmail_judge.course import Course
from sqmail_judge.standstill import clients
from sqmail_log.figures.metrics import METRICS, REASONS, RECORDS, SESSIONS, title
from sqmail_log.figures.sums import DIALECT, OTHERS
from sqmail_log.units import DAY

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqmail_checks.plugin.commandline import CheckParser
    from sqmail_judge.finding import Finding
    from sqmail_log.figures.sums import Sums

MIN_EVENTS = 50
_REJECT = "reject::"


class Smtpd(Logs):
    """Records of qmail-smtpd by action, and rejects by reason."""

    needs = SESSIONS
    wants = RECORDS

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.rejected = 0
        self.records = 0
        self.one_sided = ""
        self.reasons: list[tuple[int, str]] = []

    def measure(self) -> Iterator[nagios.Metric]:
        """Yield accept, reject, deferred and the rejects' share in percent."""
        numbers = self.sums.numbers
        wanted = self._wanted()
        self.reasons = sorted(
            ((count, name) for name, count in numbers.items() if name in wanted), key=lambda row: (-row[0], row[1])
        )
        accepted, deferred = numbers.get("accept", 0), numbers.get("deferred", 0)
        self.records = accepted + numbers.get("reject", 0) + deferred
        self.rejected = sum(count for count, _ in self.reasons)
        if DIALECT in self.sums.tables and not _accepted(self.sums):
            self.one_sided = self._one_sided()
        yield nagios.Metric("accept", accepted, min=0)
        yield nagios.Metric("reject", self.rejected, min=0)
        yield nagios.Metric("deferred", deferred, min=0)
        share = None if self.one_sided else percent(self.rejected, self.records)
        yield nagios.Metric("reject_ratio", share, "%", min=0, max=100)
        if not self.options.only:
            yield from metrics(self._findings())

    def _findings(self) -> Iterator[Finding]:
        for view in self.views:
            if view.can_be_judged:
                course = Course(view)
                rules = limits(self.options)
                yield from [*clients.unrecorded(course, rules)] or clients.unaccepted(course, rules)

    def enough(self) -> bool:
        """Tell whether there were records enough to judge a ratio, and such as tell what was accepted, too."""
        least: int = self.options.min_events
        return self.records >= least and not self.one_sided

    def _one_sided(self) -> str:
        """Return whose lines these are, in words, where they tell only what is refused: in a day nothing else was."""
        from sqmail_log.dialects.names import PROGRAMS, RECORDS  # noqa: PLC0415 - few logs have lines of other programs

        spoken = [PROGRAMS[name] for name, _ in self.sums.top(DIALECT) if name in PROGRAMS]
        if any(RECORDS in program.tells for program in spoken) or any(_accepted(view.sums(DAY)) for view in self.views):
            return ""
        return " and ".join(program.words for program in spoken if program.tells)

    def _wanted(self) -> set[str]:
        if not self.options.only:
            return {name for condition, name in REASONS.items() if condition.startswith(_REJECT)} | {"reject_other"}
        return {name for names in self.options.only for name in names}


class SmtpdSummary(Summary):
    """`92 % of 1300 records rejected: recipient unknown (534 of 1196)`."""

    logs: Smtpd

    def sentence(self, results: nagios.Results) -> str:
        """Return who gets nothing; else the rejects' share and their most frequent reason."""
        logs = self.logs
        findings = found(results)
        if findings:
            return told(findings, logs.views)
        within = f"in {logs.window}"
        if not logs.records:
            from sqmail_checks.telling import endings  # noqa: PLC0415 - a busy log has records

            sums = logs.sums
            return f"no record {within}" + (f", {endings.most(sums)}" if endings.ended(sums.numbers) else "")
        if not logs.enough() and not logs.one_sided:
            records = "record" if logs.records == 1 else "records"
            return f"{logs.rejected} of {logs.records} {records} rejected {within}, too few to judge"
        if logs.one_sided:
            text = f"{logs.rejected} {'reject' if logs.rejected == 1 else 'rejects'} {within}"
        else:
            text = f"{results['reject_ratio'].metric.value:g} % of {logs.records} records rejected {within}"
        for count, name in logs.reasons[:1]:
            text += f": {title(name)} ({count} of {logs.rejected}, {_condition(name)})"
        networks = [row for row in logs.sums.top("refused") if 2 * row[1] > logs.rejected]
        if networks and not logs.options.only and networks[0][0] != OTHERS:
            text += f", mostly from {networks[0][0]}"
        text += f"; no share, {logs.one_sided} need not log what is accepted" if logs.one_sided else ""
        return text + self._endings()

    def _endings(self) -> str:
        """Return how sessions ended, where nearly all ended alike and none well: a filter may be broken."""
        sums = self.logs.sums
        if not any(sums.numbers.get(name, 0) for name in ("exit_1", "exit_100", "exit_111", "exit_other", "crashed")):
            return ""
        from sqmail_checks.telling import endings  # noqa: PLC0415 - few sessions end so

        found = endings.amiss(sums, self.logs.options.min_events)
        return f"; {found}" if found else ""

    def details(self) -> Iterator[str]:
        """Yield a line per reason, most frequent first, then networks and how sessions ended."""
        from sqmail_checks.telling import endings  # noqa: PLC0415 - only with -v

        for count, name in self.logs.reasons:
            yield f"{count} {_condition(name)}: {title(name)}"
        yield from endings.listed(self.logs.sums)
        if self.logs.options.only:
            return
        for network, count in self.logs.sums.top("refused")[:10]:
            yield f"{count} rejects from {network}"


def _accepted(sums: Sums) -> int:
    """Return how many recipients or messages were accepted: logins say nothing of these."""
    return sums.numbers.get("accept", 0) - sums.numbers.get("auth_accept", 0)


def only(text: str) -> frozenset[str]:
    """Parse TYPE or TYPE::CONDITION; return the names of the metrics it speaks of.  Raises ValueError."""
    prefix = _REJECT + text.lower().removeprefix(_REJECT)
    found = frozenset(
        name for condition, name in REASONS.items() if condition == prefix or condition.startswith(prefix + "::")
    )
    if not found:
        types = sorted({name.split("_")[1] for condition, name in REASONS.items() if condition.startswith(_REJECT)})
        raise ValueError(f"no reject is called {status_line(text)!r}; the types are {', '.join(types)}")
    return found


def _condition(name: str) -> str:
    """Return a reason as the log has it: Reject::RCPT::Failed_Rcptto."""
    return METRICS[name].help.rpartition(": ")[0] or "a condition without a name here"


def build(options: argparse.Namespace) -> tuple[object, ...]:
    """Return resource, contexts and summary."""
    logs = Smtpd(options)
    return (
        logs,
        *(Threshold(name) for name in ("accept", "reject", "deferred")),
        Threshold("reject_ratio", options.warning, options.critical, logs.enough),
        FindingContext(),
        SmtpdSummary(logs),
    )


def parser() -> CheckParser:
    """Return the command line's parser."""
    made = check_parser(
        "check_qmail_smtpd",
        "Which share of the records of s/qmail's qmail-smtpd (or qmail-popup) are rejects, and why. "
        "Records are not sessions: one recipient accepted is one record, and so is one reject.",
        thresholds="rejects, %% of accept + reject + deferred records (default: none; that nothing is accepted "
        "is told)",
    )
    made.add_argument(
        "--only",
        action="append",
        type=typed(only),
        metavar="TYPE[::CONDITION]",
        help="count only these as rejects, for example RCPT or DATA::Virus_Infected; repeatable",
    )
    add_min_events(made, MIN_EVENTS, "records")
    add_silence(made)
    add_learning(made)
    add_accept_silent(made, "records")
    return made


def main() -> None:
    """Run the command."""
    run(parser(), "qmail_smtpd", build)


if __name__ == "__main__":
    main()
