"""Alert rules for Prometheus, with the defaults of the checks."""

from __future__ import annotations

from building.grafana import prometheus_name
from project import ROOT
from sqmail_checks import log, queue
from sqmail_command.arguments import duration
from sqmail_judge import delivery, logins, slots
from sqmail_log.units import SECOND

PATH = ROOT / "examples" / "prometheus" / "sqmail-alerts.yml"
_RUNBOOKS = "https://graphs.example.org/qmail/runbooks"
_WINDOW = "15m"
_EVENTS = prometheus_name("success_local")
_AT_ONCE = prometheus_name("remote")
_HEAD = """\
# Alert rules for Prometheus, with the thresholds that the checks have by default.  Written by docs/build.py.
# Put it where rule_files of prometheus.yml names it; `promtool check rules sqmail-alerts.yml` looks at it.
# The checks tell causes, and know what is usual; these rules know numbers.  See docs/prometheus.md.
groups:
  - name: sqmail
    rules:
"""


def rules() -> str:
    """Return the rules as YAML."""
    return _HEAD + "\n".join(_rule(*row) for row in _rows())


def _rows() -> list[tuple[str, str, str, str, str, str]]:
    """Return name, severity, expression, how long it must hold, summary and runbook of each alert."""
    age = duration(queue.OLDEST_WARNING) // SECOND
    length, oldest = prometheus_name("queue"), prometheus_name("oldest")
    rows = []
    for severity, most, failed, deferred, refused, full, silent in (
        ("warning", queue.WARNING, delivery.FAILURE_WARNING, delivery.DEFERRAL_WARNING, logins.FAILED_WARNING,
         slots.FULL_WARNING, log.WARNING),
        ("critical", queue.CRITICAL, delivery.FAILURE_CRITICAL, delivery.DEFERRAL_CRITICAL, logins.FAILED_CRITICAL,
         slots.FULL_CRITICAL, log.CRITICAL),
    ):  # fmt: skip
        rows += [
            ("QmailQueueLong", severity, f'{length}{{type="queue"}} > {most}', "5m",
             "{{ $value }} messages in the queue", "queue-long"),
            ("QmailDeliveriesFail", severity, _share("failure", failed), "5m",
             '{{ printf "%.0f" $value }} % of the attempts have failed in 15 minutes', "deliveries-fail"),
            ("QmailDeliveriesDeferred", severity, _share("deferral", deferred), "5m",
             '{{ printf "%.0f" $value }} % of the attempts were deferred in 15 minutes', "deliveries-deferred"),
            ("QmailLoginsFail", severity, f"{_increase('auth_reject')} > {refused}", "0m",
             '{{ printf "%.0f" $value }} failed logins in 15 minutes', "logins-fail"),
            *(
                (f"Qmail{name.capitalize()}Full", severity, _full(name), f"{full}m",
                 f"{what}: {{{{ $value }}}} at once, which is the limit", "concurrency-full")
                for name, what in (("local", "local deliveries"), ("remote", "remote deliveries"),
                                   ("connections", "connections"))
            ),
            ("QmailLogSilent", severity, f"{_increase('lines', silent)} == 0 and {_known_before(silent)}", "15m",
             f"no line in the log for {silent}", "log-silent"),
        ]  # fmt: skip
    return [
        *rows,
        ("QmailQueueOld", "warning", f'{oldest}{{type="oldest"}} > {age}', "5m",
         "the oldest message waits for {{ humanizeDuration $value }}", "queue-old"),
        ("QmailLogAlert", "critical", f"{_increase('alerts', 'fatal')} > 0", "0m",
         "alert: or fatal: lines in the log", "log-alert"),
        ("QmailLogWarning", "warning", f"{_increase('warnings')} > 0", "0m",
         "warning: lines in the log", "log-warning"),
        ("QmailLogGap", "warning", f"{_increase('gaps')} > 0", "0m",
         "lines were lost before they were read", "log-gap"),
        ("QmailNoValues", "critical", 'up{job="qmail"} == 0', "5m", "collectd's write_prometheus does not answer",
         "unknown"),
    ]  # fmt: skip


def _increase(*names: str) -> str:
    """Return by host and log how much totals have grown; a last name that is a duration is the window."""
    *types, window = names if names[-1][:1].isdigit() else (*names, _WINDOW)
    chosen = f'="{types[0]}"' if len(types) == 1 else f'=~"{"|".join(types)}"'
    return f"sum by (instance, qmail) (increase({_EVENTS}{{type{chosen}}}[{window}]))"


def _known_before(time: str) -> str:
    """Return what holds for hosts and logs that Prometheus has known for so long: what is new is not silent."""
    return f'sum by (instance, qmail) ({_EVENTS}{{type="lines"}} offset {time}) >= 0'


def _share(result: str, most: int) -> str:
    channels = ("local", "remote", "unknown")
    found = _increase(*(f"{result}_{channel}" for channel in channels))
    every = _increase(*(f"{one}_{channel}" for one in ("success", "failure", "deferral") for channel in channels))
    return f"100 * {found} / {every} > {most} and {every} >= {delivery.MIN_EVENTS}"


def _full(name: str) -> str:
    return f'{_AT_ONCE}{{type="{name}"}} >= on (instance, qmail) {_AT_ONCE}{{type="{name}_limit"}} > 0'


def _rule(name: str, severity: str, expression: str, lasting: str, summary: str, runbook: str) -> str:
    return f"""\
      - alert: {name}
        expr: >-
          {expression}
        for: {lasting}
        labels:
          severity: {severity}
        annotations:
          summary: '{{{{ $labels.instance }}}} {{{{ $labels.qmail }}}}: {summary.replace("'", "''")}'
          runbook_url: {_RUNBOOKS}/{runbook}.html
"""
