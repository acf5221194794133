"""check_qmail: every check of a host in one run, as one service or as one line for each."""

from __future__ import annotations

import sys
from types import SimpleNamespace

from sqmail_checks import check as checking
from sqmail_checks.check import LogContext
from sqmail_checks.options import check_parser, refuse_crossed
from sqmail_checks.plugin import nagios
from sqmail_checks.plugin.controller import Check, within
from sqmail_checks.telling.wording import counted
from sqmail_command.arguments import typed
from sqmail_command.text import status_line
from sqmail_log import tai64n
from sqmail_log.errors import SqmailError
from sqmail_log.figures.metrics import SEND, SESSIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from sqmail_checks.plugin.commandline import CheckParser
    from sqmail_log.watch import View

EACH = "each log by itself"
TOGETHER = "all logs together"
CHECKS = (
    # check, kinds of logs that it is asked about ('' for any), in which way
    ("flow", (SEND, SESSIONS), TOGETHER),
    ("delivery", (SEND,), EACH),
    ("queue", (SEND,), EACH),
    ("smtpd", (SESSIONS,), EACH),
    ("senders", (SEND, SESSIONS), TOGETHER),
    ("auth", (SESSIONS,), TOGETHER),
    ("concurrency", (SEND, SESSIONS), EACH),
    ("log", (SEND, SESSIONS), EACH),
)
"""Which logs each check is asked about."""
_ORDER = (nagios.Critical, nagios.Unknown, nagios.Warn, nagios.Ok)
_LONGEST = 1200
_SHARED = ("window", "at", "state_dir", "tai_offset", "timeout")


class Answer:
    """What one check said: its name, the log where it was asked about one, its state and texts."""

    __slots__ = ("figures", "log", "name", "state", "text")

    def __init__(self, name: str, log: str, state: nagios.ServiceState, text: str, figures: list[str]) -> None:
        self.name = name
        self.log = log
        self.state = state
        self.text = text
        self.figures = figures

    @property
    def service(self) -> str:
        """The name of the service: `qmail flow`, `qmail log qmail-smtpd`."""
        return " ".join(filter(None, ("qmail", self.name, self.log.rstrip("/").rpartition("/")[2])))


class Known:
    """The views that were looked at, so that each log is read once."""

    def __init__(self) -> None:
        self._views: dict[str, View | SqmailError] = {}

    def view(self, resource: checking.Logs, log: str) -> View:
        """Return the view of a log; raises SqmailError, the same for each check that asks."""
        found = self._views.get(log)
        if found is None:
            try:
                found = resource.look(log)
            except SqmailError as error:
                found = error
            self._views[log] = found
        if isinstance(found, SqmailError):
            raise found
        return found


def answers(options: Namespace) -> Iterator[Answer]:
    """Yield the answer of each check to the logs that it speaks of, a log that cannot be read once as `log`."""
    known = Known()
    kinds: dict[str, frozenset[str]] = {}
    probe = checking.Logs(options)
    for log in options.log:
        try:
            kinds[log] = known.view(probe, log).kinds
        except SqmailError:
            kinds[log] = frozenset()
    for name, wanted, way in CHECKS:
        logs = [log for log in options.log if kinds[log] & set(wanted) or (name == "log")]
        for group in ([log] for log in logs) if way is EACH else [logs] if logs else []:
            yield _ask(name, group, options, known, many=len(logs) > 1 and way is EACH)


def _ask(name: str, logs: Sequence[str], options: Namespace, known: Known, *, many: bool) -> Answer:
    module = getattr(__import__("sqmail_checks", fromlist=(name,)), name)
    words = [word for log in logs for word in ("--log", log)]
    if name == "queue":
        words += [word for directory in options.queue or () for word in ("--queue", directory)]
    # What stands in the namespace before is a default: --set comes before it.
    given = SimpleNamespace(**{shared: getattr(options, shared) for shared in _SHARED}, known=known)
    parser = module.parser()
    parser.parse_args([*words, *options.set.get(name, ())], given)
    refuse_crossed(parser, given)
    made = Check(LogContext(), *module.build(given))
    made.ask()
    return Answer(name, logs[0] if many else "", made.state, made.sentence, made.perfdata)


def _worst_first(found: Sequence[Answer]) -> list[Answer]:
    return sorted(found, key=lambda answer: _ORDER.index(answer.state))


def as_one(found: Sequence[Answer]) -> tuple[str, int]:
    """Return one service's output, what is wrong first, with a line for each check; and the exit status."""
    ordered = _worst_first(found)
    wrong = [answer for answer in ordered if answer.state != nagios.Ok]
    worst = ordered[0].state
    head = "; ".join(f"{_short(answer)}: {answer.text}" for answer in wrong) or f"{counted(len(found), 'check')} well"
    lines = [f"QMAIL {_word(worst)} - {status_line(head, _LONGEST)}"]
    lines += [status_line(f"{_word(answer.state)}: {_short(answer)}: {answer.text}", _LONGEST) for answer in ordered]
    return "\n".join(lines) + "\n", int(worst.code)


def as_passive(found: Sequence[Answer], host: str, seconds: int) -> tuple[str, int]:
    """Return lines for Nagios' command file, `[time] PROCESS_SERVICE_CHECK_RESULT;host;service;code;output`."""
    lines = [
        f"[{seconds}] PROCESS_SERVICE_CHECK_RESULT;{host};{answer.service};{answer.state.code};"
        f"{status_line(answer.text, _LONGEST).replace(';', ',')}{_figures(answer)}\n"
        for answer in found
    ]
    return "".join(lines), 0


def as_checkmk(found: Sequence[Answer]) -> tuple[str, int]:
    """Return lines as Checkmk's local checks print them: `state "service" metrics text`."""
    lines = []
    for answer in found:
        figures = "|".join(_number(figure) for figure in answer.figures if "=U" not in figure)
        text = status_line(answer.text, _LONGEST)
        lines.append(f'{answer.state.code} "{answer.service}" {figures or "-"} {text}\n')
    return "".join(lines), 0


def as_json(found: Sequence[Answer], host: str) -> tuple[str, int]:
    """Return a line of JSON for each check, with the fields of Icinga's `/v1/actions/process-check-result`."""
    import json  # noqa: PLC0415 - one form of four

    lines = [
        json.dumps(
            {
                "type": "Service",
                # Its name alone finds no service, and a host named beside it would get the result as well.
                "service": f"{host}!{answer.service}",
                "exit_status": answer.state.code,
                "plugin_output": status_line(answer.text, _LONGEST),
                "performance_data": answer.figures,
            }
        )
        + "\n"
        for answer in found
    ]
    return "".join(lines), 0


def _short(answer: Answer) -> str:
    return answer.service.removeprefix("qmail ")


def _word(state: nagios.ServiceState) -> str:
    word: str = state.text.upper()
    return word


def _number(figure: str) -> str:
    """Return a figure without its unit: Checkmk takes numbers alone."""
    value, mark, rest = figure.partition(";")
    return (value.rstrip("s%") + mark + rest).rstrip(";")


def _figures(answer: Answer) -> str:
    return f" | {' '.join(answer.figures)}" if answer.figures else ""


def parser() -> CheckParser:
    """Return the command line's parser."""
    made = check_parser(
        "check_qmail",
        "All checks of a host in one run: each log is read once and each check answers. As one service with the worst "
        "state, or as one line for each check.",
        thresholds=None,
    )
    made.add_argument("--queue", action="append", metavar="DIR", help="look at the spool too; repeatable")
    made.add_argument(
        "--format",
        choices=("one", "passive", "checkmk", "json"),
        default="one",
        help="one service (default), Nagios' command file, Checkmk's local checks, or JSON for Icinga's API",
    )
    made.add_argument("--host", metavar="NAME", help="name of the host in passive results (default: this machine's)")
    made.add_argument(
        "--set",
        action="append",
        default=[],
        type=typed(_setting),
        metavar="CHECK=OPTIONS",
        help='options of one check, for example --set "delivery=-w 30 -c 60"; repeatable',
    )
    return made


def _setting(text: str) -> tuple[str, list[str]]:
    """Parse CHECK=OPTIONS; raise ValueError."""
    name, mark, words = text.partition("=")
    if not mark or name not in {check for check, _, _ in CHECKS}:
        raise ValueError(f"{status_line(text)!r} names no check; they are {', '.join(check for check, _, _ in CHECKS)}")
    import shlex  # noqa: PLC0415 - only where options are given

    return name, shlex.split(words)


def main() -> None:
    """Run the command."""
    checking.guarded("qmail", _answer)


def _answer() -> int:
    options = parser().parse_args()
    options.set = {
        check: [word for name, words in options.set if name == check for word in words] for check, _, _ in CHECKS
    }
    found: list[Answer] = []
    within(options.timeout, lambda: found.extend(answers(options)))
    host = options.host or _this_host()
    if options.format == "passive":
        text, code = as_passive(found, host, int(tai64n.now() // tai64n.SECOND))
    elif options.format == "checkmk":
        text, code = as_checkmk(found)
    elif options.format == "json":
        text, code = as_json(found, host)
    else:
        text, code = as_one(found)
    sys.stdout.write(text)
    return code


def _this_host() -> str:
    from os import uname  # noqa: PLC0415 - only where no name was given

    return uname().nodename


if __name__ == "__main__":
    main()
