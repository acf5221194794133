"""What turns views of logs into a plugin's answer."""

from __future__ import annotations

import os
import sys
import time

from sqmail_checks.options import LONGEST_WINDOW, UNKNOWN, refuse_crossed, state_dir
from sqmail_checks.plugin import nagios
from sqmail_checks.plugin.controller import Check, within
from sqmail_checks.telling.wording import date, other_zone, progress, span
from sqmail_command.text import status_line
from sqmail_log import tai64n, watch
from sqmail_log.errors import LogError, SqmailError
from sqmail_log.figures.sums import total
from sqmail_log.units import DAY, NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from sqmail_checks.host import Known
    from sqmail_checks.plugin.commandline import CheckParser
    from sqmail_log.figures.sums import Sums
    from sqmail_log.units import Nanoseconds
    from sqmail_log.watch import View

_PROGRAMS = {"send": "qmail-send", "sessions": "tcpserver, sslserver, qmail-smtpd or qmail-popup"}
_HOUR = 3600 * tai64n.SECOND
# Of --timeout, the share that reading all logs may take; the rest is for answering.
_READING = 0.6
_ALL = 0.9
# Each log may take so many seconds, however long the others took.
_LEAST = 0.1
_LONGEST = 1200


class Logs(nagios.Resource):
    """The logs of one check: brought up to date, looked at, added up.

    `needs` names the kind of log the check speaks of (a kind of sqmail_log.metrics; '' for any),
    `wants` what of it (metrics.RECORDS or LOGINS; '' for any): a log that never tells of it is
    no good news.  `silent` says of such logs beside others that tell.
    """

    needs = ""
    wants = ""
    trusts_stamps = True
    """Whether stamps of another time zone make what it would say untrue."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.known: Known | None = getattr(options, "known", None)
        self.views: list[View] = []
        self.silent: list[str] = []
        self._deadline = time.monotonic() + options.timeout * _READING
        self._end = time.monotonic() + options.timeout * _ALL

    @property
    def sums(self) -> Sums:
        """What all logs counted in the window."""
        views = [view.sums(self.options.window) for view in self.views]
        return views[0] if len(views) == 1 else total(views)

    @property
    def window(self) -> str:
        """The window in words."""
        return span(self.options.window // tai64n.SECOND)

    def known_only_since(self) -> Nanoseconds:
        """Return from when on all logs are known (Unix time) where that is less than a window of days, else 0."""
        if self.options.window <= DAY:
            return NOTHING
        known = max((view.known_since() for view in self.views), default=NOTHING)
        begin = max((view.now for view in self.views), default=NOTHING) - self.options.window
        return known if known > begin + _HOUR else NOTHING

    def probe(self) -> Iterator[nagios.Metric]:
        """Yield what is wrong with a log, then what the check measures of the others."""
        for log in _distinct(self.options.log):
            try:
                view = self.look(log) if self.known is None else self.known.view(self, log)
                if not view.behind:  # else what it holds is seen when more of it is read
                    self._refuse_other_log(log, view)
                    if self.trusts_stamps and (hint := other_zone(view)):
                        raise LogError(f"{log}: {hint}")
                # Where they are damaged the other logs are judged all the same.
                view.sums(self.options.window)
            except SqmailError as error:
                yield nagios.Metric("log", status_line(str(error), _LONGEST), context="log")
                continue
            self.views.append(view)
            if view.behind:
                yield nagios.Metric("log", progress(view), context="log")
        for fault in self._silent_logs():
            yield nagios.Metric("log", status_line(fault, _LONGEST), context="log")
        if self.views:
            yield from self.measure()

    def measure(self) -> Iterator[nagios.Metric]:
        """Yield the check's metrics from `views` and `sums`."""
        raise NotImplementedError

    def look(self, log: str) -> View:
        """Bring a log's state up to date and return what is known of it.  Raises SqmailError."""
        options = self.options
        if options.at is not None:
            return watch.at(log, options.at, options.window, tai_offset=options.tai_offset, zone=options.timezone)
        return watch.watch(
            log,
            state_dir(options.state_dir),
            history=max(DAY, options.window),
            window=options.window,
            tai_offset=options.tai_offset,
            zone=options.timezone,
            seconds=max(_LEAST, self._deadline - time.monotonic()),
            limit=max(_LEAST, self._end - time.monotonic()),
        )

    def _silent_logs(self) -> list[str]:
        """Return what is wrong with logs that never tell of what the check counts, and leave them out.

        Beside a log that tells they are no fault.
        """
        untold = [view for view in self.views if not view.behind and self.wants and self.wants not in view.kinds]
        if not untold or self.options.accept_silent:
            return []
        from sqmail_checks.telling import silent  # noqa: PLC0415 - few logs are silent

        found = {view: why for view in untold if (why := silent.reason(view, self.wants, self.options.window))}
        if any(self.wants in view.kinds for view in self.views):
            self.silent = list(found.values())
            return []
        self.views = [view for view in self.views if view not in found]
        return list(found.values())

    def _refuse_other_log(self, log: str, view: View) -> None:
        """Raise LogError for a log without lines of the programs that the check speaks of."""
        if not view.newest:
            raise LogError(f"{log}: no line in it yet; does its service log here?")
        if not view.kinds:
            raise LogError(f"{log}: not one line of a qmail program in it; is this the right log?")
        if self.needs and self.needs not in view.kinds:
            raise LogError(f"{log}: no line of {_PROGRAMS[self.needs]} in it; is this the right log?")


class LogContext(nagios.Context):
    """Judges a log that could not be read, or not to its end."""

    def __init__(self) -> None:
        super().__init__("log")

    def evaluate(self, metric: nagios.Metric, resource: object) -> nagios.Result:
        """Return UNKNOWN with the reason."""
        del resource
        return nagios.Result(nagios.Unknown, metric.value, metric)


class Threshold(nagios.ScalarContext):
    """Compares with ranges; `enough` says whether there are events enough to judge.

    A value of None is "U" in the performance data and no reason for alarm;
    NaN is UNKNOWN.
    """

    def __init__(
        self,
        name: str,
        warning: nagios.Range | None = None,
        critical: nagios.Range | None = None,
        enough: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(name, warning, critical)
        self._given = warning, critical
        self._enough = enough

    def evaluate(self, metric: nagios.Metric, resource: object) -> nagios.Result:
        """Return the state; UNKNOWN for what is no number."""
        if metric.value is None:
            return nagios.Result(nagios.Ok, None, metric)
        if metric.value != metric.value:  # only NaN differs from itself
            return nagios.Result(nagios.Unknown, f"{metric.name} is not a number", metric)
        if not self._enough():
            return nagios.Result(nagios.Ok, None, metric)
        return super().evaluate(metric, resource)

    def performance(self, metric: nagios.Metric, resource: object) -> nagios.Performance:
        """Return value, thresholds that were set, least and greatest."""
        del resource
        warning, critical = ("" if given is None else given for given in self._given)
        if metric.value is None:
            return nagios.Performance(metric.name, "U")
        return nagios.Performance(
            metric.name, metric.value, metric.uom, warning, critical, metric.min, metric.max
        )


class Summary(nagios.Summary):
    """Words the first line; `sentence` and `details` are the check's own."""

    def __init__(self, logs: Logs) -> None:
        self.logs = logs

    def sentence(self, results: nagios.Results) -> str:
        """Return the number that matters and its cause."""
        raise NotImplementedError

    def details(self) -> Iterator[str]:
        """Yield lines for -v."""
        return iter(())

    def ok(self, results: nagios.Results) -> str:
        """Return the first line's text when all is well."""
        return status_line(self._short(self.sentence(results)), _LONGEST)

    def problem(self, results: nagios.Results) -> str:
        """Return the first line's text: what is wrong first, then the rest."""
        faults = [str(result.hint) for result in results if result.metric and result.metric.context == "log"]
        if not self.logs.views:
            return status_line("; ".join(faults), _LONGEST)
        sentence = self._short(self.sentence(results))
        parts = [sentence, *faults]
        if results.most_significant_state == nagios.Unknown:
            parts = [*faults, sentence]
        return status_line("; ".join(part for part in parts if part), _LONGEST)

    def _short(self, sentence: str) -> str:
        """Return a sentence that says where less than the window is known."""
        since = self.logs.known_only_since()
        return f"{sentence} (only since {date(since)})" if since else sentence

    def verbose(self, results: nagios.Results) -> list[str]:
        """Return the lines for -v."""
        del results
        if not self.logs.views:
            return []
        return [status_line(line, 300) for line in (*self.details(), *self.logs.silent)]


def run(
    parser: CheckParser,
    name: str,
    build: Callable[[argparse.Namespace], tuple[object, ...]],
) -> None:
    """Run a check to its end: parse, build resource, contexts and summary, answer, exit."""

    def answer() -> int:
        options = parser.parse_args()
        refuse_crossed(parser, options)
        if options.window > LONGEST_WINDOW * tai64n.SECOND and options.at is None:
            parser.error("--window: at most 366d is remembered; sqmail-report reads longer times from the archives")
        check = Check(LogContext(), *build(options))
        texts: list[str] = []

        def ask() -> None:
            check.ask()
            texts.append(check.output(name, verbose=bool(options.verbose)))

        within(options.timeout, ask)
        print(texts[0], end="")
        code: int = check.state.code
        return code

    guarded(name, answer)


def guarded(name: str, answer: Callable[[], int]) -> None:
    """End the process with what `answer` returns, or raises; print why where it is no answer."""
    code = given = UNKNOWN
    try:
        try:
            given = answer()
        except SystemExit as done:
            given = done.code if isinstance(done.code, int) else UNKNOWN
        except nagios.Timeout as late:
            _give_up(name, f"not done after {late}; a longer --timeout, or a shorter time to look at, may help")
        except SqmailError as error:
            _give_up(name, str(error))
        except Exception as error:  # noqa: BLE001 - a monitor shows one line, and no traceback
            _give_up(name, f"{type(error).__name__}: {error}; this should not happen, please report it")
        if sys.stdout is not None:
            sys.stdout.flush()
            code = given
    except OSError:
        code = UNKNOWN  # nobody reads the answer any more
    # Nothing is left to clean up, and the interpreter's own farewell would cost each run (benchmark: idle).
    os._exit(code)


def _give_up(name: str, why: str) -> None:
    print(f"{name.upper()} UNKNOWN - {status_line(why, _LONGEST)}")


def _distinct(logs: list[str]) -> list[str]:
    """Return the logs, each once: one that is named twice, by whatever names, must not count twice."""
    if len(logs) == 1:
        return logs
    from sqmail_log.places import distinct  # noqa: PLC0415 - most checks have one log, and start often

    return distinct(logs)
