"""Prometheus's own tool runs the alert rules on series of which each alert has to come, or must not."""

import json
import re
import shutil
import subprocess

import pytest

from support import ROOT

RULES = ROOT / "examples" / "prometheus" / "sqmail-alerts.yml"
PROMTOOL = shutil.which("promtool")
ALERT = re.compile(r"- alert: (\w+)\n.*?severity: (\w+)\n.*?summary: '(.*?)'\n +runbook_url: (\S+)", re.DOTALL)
ALERTS = ALERT.findall(RULES.read_text())
EVENTS, LENGTH = "collectd_qmail_total_events_total", "collectd_qmail_queue_length"
AGE, AT_ONCE = "collectd_qmail_latency", "collectd_qmail_current_connections"
MANY = (EVENTS, "success_remote", "0+1x60")

needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed: apt install prometheus")

# What is seen each minute (of a silent log: each five), after how many minutes, and what is said then by severity.
SICK = {
    "a long queue": ("QmailQueueLong", [(LENGTH, "queue", "1001x60")], 10,
                     {"warning": "1001 messages in the queue"}),
    "a very long queue": ("QmailQueueLong", [(LENGTH, "queue", "10001x60")], 10,
                          dict.fromkeys(("warning", "critical"), "10001 messages in the queue")),
    "an old message": ("QmailQueueOld", [(AGE, "oldest", "700000x60")], 10,
                       {"warning": "the oldest message waits for 8d 2h 26m 40s"}),
    "failures": ("QmailDeliveriesFail", [MANY, (EVENTS, "failure_remote", "0+1x60")], 30,
                 {"warning": "50 % of the attempts have failed in 15 minutes"}),
    "failures alone": ("QmailDeliveriesFail", [(EVENTS, "success_remote", "0x60"), (EVENTS, "failure_local", "0+2x60")], 30,
                       dict.fromkeys(("warning", "critical"), "100 % of the attempts have failed in 15 minutes")),
    "deferrals": ("QmailDeliveriesDeferred", [MANY, (EVENTS, "deferral_remote", "0+3x60")], 30,
                  {"warning": "75 % of the attempts were deferred in 15 minutes"}),
    "failed logins": ("QmailLoginsFail", [(EVENTS, "auth_reject", "0+10x60")], 30,
                      {"warning": "150 failed logins in 15 minutes"}),
    "no slot free": ("QmailRemoteFull", [(AT_ONCE, "remote", "20x60"), (AT_ONCE, "remote_limit", "20x60")], 10,
                     {"warning": "remote deliveries: 20 at once, which is the limit"}),
    "no slot free for long": ("QmailLocalFull", [(AT_ONCE, "local", "10x60"), (AT_ONCE, "local_limit", "10x60")], 20,
                              dict.fromkeys(("warning", "critical"), "local deliveries: 10 at once, which is the limit")),
    "no connection free": ("QmailConnectionsFull", [(AT_ONCE, "connections", "40x60"), (AT_ONCE, "connections_limit", "40x60")],
                           10, {"warning": "connections: 40 at once, which is the limit"}),
    "a silent log": ("QmailLogSilent", [(EVENTS, "lines", "7x1000")], 4400, {"warning": "no line in the log for 3d"}),
    "an alert": ("QmailLogAlert", [(EVENTS, "alerts", "0x9 1x60")], 12, {"critical": "alert: or fatal: lines in the log"}),
    "a warning": ("QmailLogWarning", [(EVENTS, "warnings", "0x9 1x60")], 12, {"warning": "warning: lines in the log"}),
    "a gap": ("QmailLogGap", [(EVENTS, "gaps", "0x9 1x60")], 12, {"warning": "lines were lost before they were read"}),
    "no values": ("QmailNoValues", [("up", "", "0x60")], 10,
                  {"critical": "collectd's write_prometheus does not answer"}),
}  # fmt: skip
WELL = {
    "a queue at the threshold": ("QmailQueueLong", [(LENGTH, "queue", "1000x60")], 10),
    "a message of days": ("QmailQueueOld", [(AGE, "oldest", "690000x60")], 10),
    "an age that is not known": ("QmailQueueOld", [(AGE, "oldest", "NaN" + 19 * " NaN")], 10),
    "failures that are too few to judge": ("QmailDeliveriesFail", [(EVENTS, "failure_remote", "0+1x60")], 30),
    "few failures": ("QmailDeliveriesFail", [(EVENTS, "success_remote", "0+9x60"), (EVENTS, "failure_remote", "0+1x60")], 30),
    "few failed logins": ("QmailLoginsFail", [(EVENTS, "auth_reject", "0+1x60")], 30),
    "no slot free for a moment": ("QmailRemoteFull", [(AT_ONCE, "remote", "20x2 3x60"), (AT_ONCE, "remote_limit", "20x60")], 5),
    "no limit": ("QmailLocalFull", [(AT_ONCE, "local", "0x60"), (AT_ONCE, "local_limit", "0x60")], 20),
    "a log that was silent for two days": ("QmailLogSilent", [(EVENTS, "lines", "0+1x300 300x1000")], 4400),
    "a log that Prometheus has just met": ("QmailLogSilent", [(EVENTS, "lines", "7x1000")], 900),
    "an alert of an hour ago": ("QmailLogAlert", [(EVENTS, "alerts", "0x9 1x90")], 70),
    "values": ("QmailNoValues", [("up", "", "1x60")], 10),
}  # fmt: skip


def judged(directory, name, series, minute, expected):
    """Have promtool compare the alerts of a name, at a minute, with {severity: what it says}; return what it finds wrong."""
    labels = {"instance": "mx1.example.org", **({} if name == "QmailNoValues" else {"qmail": "send"})}
    told = " ".join(labels.values()) + (" " if name == "QmailNoValues" else "")
    runbooks = {severity: runbook for one, severity, _, runbook in ALERTS if one == name}
    alerts = [
        {
            "exp_labels": {"severity": severity, **labels, **more},
            "exp_annotations": {"summary": f"{told}: {words}", "runbook_url": runbooks[severity]},
        }
        for severity, words in expected.items()
        for more in [extra(name, series)]
    ]
    rows = [{"series": named(metric, kind), "values": values} for metric, kind, values in series]
    step = "1m" if minute < 900 else "5m"
    test = {"interval": step, "input_series": rows, "alert_rule_test": [{"eval_time": f"{minute}m", "alertname": name, "exp_alerts": alerts}]}
    file = directory / "tests.yml"
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": step, "tests": [test]}))
    done = subprocess.run([PROMTOOL, "test", "rules", file], capture_output=True, text=True, check=False, timeout=120)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def named(metric, kind):
    if metric == "up":
        return 'up{instance="mx1.example.org",job="qmail"}'
    return f'{metric}{{instance="mx1.example.org",qmail="send",type="{kind}"}}'


def extra(name, series):
    """Return the labels that are left of the series where nothing is added up."""
    if name == "QmailNoValues":
        return {"job": "qmail"}
    return {"type": series[0][1]} if series[0][0] in {LENGTH, AGE} else {}


@needs_promtool
@pytest.mark.parametrize("case", SICK)
def test_it_calls(tmp_path, case):
    name, series, minute, expected = SICK[case]
    assert judged(tmp_path, name, series, minute, expected) == ""


@needs_promtool
@pytest.mark.parametrize("case", WELL)
def test_it_is_quiet(tmp_path, case):
    assert judged(tmp_path, *WELL[case], {}) == ""


def test_each_alert_is_tried():
    assert {name for name, *_ in ALERTS} == {name for name, *_ in SICK.values()}


def test_each_leads_to_a_runbook():
    pages = {path.stem for path in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert {runbook.rpartition("/")[2].removesuffix(".html") for *_, runbook in ALERTS} <= pages
