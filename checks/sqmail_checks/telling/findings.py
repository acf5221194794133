"""What was judged to be wrong, among a check's results."""

from __future__ import annotations

from sqmail_checks.plugin import nagios
from sqmail_judge.finding import CRITICAL, worst_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqmail_judge.finding import Finding
    from sqmail_log.watch import View

CONTEXT = "finding"


def metrics(findings: Iterable[Finding]) -> Iterator[nagios.Metric]:
    """Yield a metric for each finding; it has no performance data."""
    for finding in worst_first(list(findings)):
        yield nagios.Metric(finding.kind, finding, context=CONTEXT)


class FindingContext(nagios.Context):
    """Takes over the state of a finding."""

    def __init__(self) -> None:
        super().__init__(CONTEXT)

    def evaluate(self, metric: nagios.Metric, resource: object) -> nagios.Result:
        """Return the finding's state."""
        del resource
        state = nagios.Critical if metric.value.state == CRITICAL else nagios.Warn
        return nagios.Result(state, metric.value.sentence, metric)

    def performance(self, metric: nagios.Metric, resource: object) -> None:
        """Return nothing: a sentence is no number."""
        del metric, resource


def found(results: nagios.Results) -> list[Finding]:
    """Return the findings among results, worst first."""
    return worst_first(
        [result.metric.value for result in results if result.metric and result.metric.context == CONTEXT]
    )


def told(findings: list[Finding], views: list[View]) -> str:
    """Return the sentences of findings, with the log's name where there are several."""
    return "; ".join(
        f"{finding.log}: {finding.sentence}" if finding.log and len(views) > 1 else finding.sentence
        for finding in findings
    )
