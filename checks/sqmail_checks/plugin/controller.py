"""What asks a check's objects, puts its answer together, and ends it when time is up.

It does what Check and Runtime of nagiosplugin do, which log, trace and read
the name of the platform: more than an idle check has time for (benchmark:
idle).
"""

from __future__ import annotations

# The C half of the signal module: the other makes enumerations of it (benchmark: idle).
import _signal as signals  # type: ignore[import-not-found]

from sqmail_checks.plugin import nagios

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Results(nagios.Results):
    """Results among which UNKNOWN does not hide CRITICAL."""

    @property
    def most_significant_state(self) -> nagios.ServiceState:
        """The worst state: critical, then unknown, warning, ok."""
        if nagios.Critical in self.by_state:
            return nagios.Critical
        return super().most_significant_state

    def __getitem__(self, item: int | str) -> nagios.Result:
        """Return the result with a number or a name."""
        return self.by_name[item] if isinstance(item, str) else self.results[item]


class Check:
    """One question to a log: a resource, contexts by name, a summary; after `ask` the results and performance data."""

    def __init__(self, *objects: object) -> None:
        self.results = Results()
        self.perfdata: list[str] = []
        self._resources: list[nagios.Resource] = []
        self._contexts = nagios.Contexts()
        self._summary = nagios.Summary()
        for thing in objects:
            if isinstance(thing, nagios.Resource):
                self._resources.append(thing)
            elif isinstance(thing, nagios.Context):
                self._contexts.add(thing)
            elif isinstance(thing, nagios.Summary):
                self._summary = thing
            else:
                raise TypeError(f"{type(thing).__name__} is no part of a check")

    def ask(self) -> None:
        """Have everything measured and judged."""
        for resource in self._resources:
            metric = None
            try:
                for measured in resource.probe():
                    context = self._contexts[measured.context]
                    metric = measured.replace(contextobj=context, resource=resource)
                    result = context.evaluate(metric, resource)
                    if not isinstance(result, nagios.Result):
                        result = nagios.Result(result, metric=metric)
                    self.results.add(result)
                    self.perfdata.append(written(context.performance(metric, resource)))
            except nagios.CheckError as error:
                self.results.add(nagios.Result(nagios.Unknown, str(error), metric))
        self.perfdata = sorted(filter(None, self.perfdata))

    @property
    def state(self) -> nagios.ServiceState:
        """The worst state of all results; UNKNOWN where there is none."""
        return self.results.most_significant_state if self.results else nagios.Unknown

    @property
    def sentence(self) -> str:
        """The first line's text, without the state."""
        results, summary = self.results, self._summary
        if not results:
            return summary.empty() or ""
        return (summary.ok if self.state == nagios.Ok else summary.problem)(results) or ""

    def output(self, name: str, *, verbose: bool) -> str:
        """Return what a monitor reads: the state in a line, then details where they are wanted; performance data."""
        text = self.sentence.strip()
        lines = [f"{name.upper()} {self.state.text.upper()}{' - ' if text else ''}{text}"]
        figures = f"| {' '.join(self.perfdata)}" if self.perfdata else ""
        if verbose:
            lines += [*self._summary.verbose(self.results), figures]
        elif figures:
            lines[0] += f" {figures}"
        return "\n".join(filter(None, lines)) + "\n"


def written(data: nagios.Performance | None) -> str:
    """Return performance data as they print themselves, by regular expressions; '' for none."""
    if data is None:
        return ""
    label = data.label if data.label.replace("_", "a").isalnum() else f"'{data.label}'"
    parts = f"{label}={data.value}{data.uom}", data.warn, data.crit, data.min, data.max
    return ";".join(map(str, parts)).rstrip(";")


def within(seconds: int, work: Callable[[], object]) -> None:
    """Do some work; after so many seconds it ends with nagiosplugin's Timeout, wherever it is."""

    def late(*_: object) -> None:
        raise nagios.Timeout(f"{seconds}s")

    signals.signal(signals.SIGALRM, late)
    signals.alarm(seconds)
    try:
        work()
    finally:
        signals.alarm(0)
