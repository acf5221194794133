"""What the services of the example have to show of logs, counted without the parser."""

import re

from monitors.independent import count, highest, percent, queue

SAMPLES = {"qmail-send": "send", "qmail-smtpd": "smtpd", "qmail-smtpsub": "smtpsub", "qmail-pop3d": "pop3d"}
"""The log directories that the examples name, and the sample that is written there."""

LOGS = {"send": "qmail-send", "smtpd": "qmail-smtpd", "submission": "qmail-smtpsub", "pop3d": "qmail-pop3d"}
PASSWORDS = ("qmail-smtpd", "qmail-smtpsub", "qmail-pop3d")

_LOCAL = rb"status: local (\d+)/"
_REMOTE = rb"status: local \d+/\d+ remote (\d+)/"
_CONNECTIONS = rb"tcpserver: status: (\d+)/"
_KNOWN = (
    rb"(tcpserver|sslserver|rblsmtpd|qmail-smtpd|qmail-popup): "
    rb"|(status|delivery|starting|(new|info|end|bounce) msg|(double|triple) bounce)\b"
)


def shown(data):
    """Return performance data with TIME for what depends on the clock."""
    return re.sub(r"\b(age|oldest|delay_p50|delay_p95)=[\d.]+s", r"\1=TIMEs", data)


def queue_data(lines, warning=1000, critical=10000, oldest="691200;"):
    return f"messages={queue(lines)};{warning};{critical};0 oldest=TIMEs;{oldest};0"


def delivery_data(lines):
    success, failure, deferral = (
        count(lines, rb"delivery \d+: " + result) for result in (b"success: ", b"failure: ", b"deferral: ")
    )
    attempts = success + failure + deferral
    return (
        f"deferral={deferral};;;0 deferral_ratio={percent(deferral, attempts)}%;50;80;0;100 "
        f"delay_p50=TIMEs;;;0 delay_p95=TIMEs;;;0 failure={failure};;;0 "
        f"failure_ratio={percent(failure, attempts)}%;25;50;0;100 success={success};;;0"
    )


def records_data(lines, warning=90, critical=98):
    accept, reject, deferred = (_records(lines, action) for action in (b"Accept", b"Reject", b"Deferred"))
    share = percent(reject, accept + reject + deferred)
    return (
        f"accept={accept};;;0 deferred={deferred};;;0 reject={reject};;;0 "
        f"reject_ratio={share}%;{warning};{critical};0;100"
    )


def auth_data(lines):
    accept, reject = _records(lines, b"Accept::AUTH"), _records(lines, b"Reject::AUTH")
    return f"accept={accept};;;0 reject={reject};100;500;0"


def deliveries_at_once(lines):
    return f"local={highest(lines, _LOCAL)};;;0;10 remote={highest(lines, _REMOTE)};;;0;20"


def connections_at_once(lines):
    return f"connections={highest(lines, _CONNECTIONS)};;;0;12"


def log_data(lines):
    alerts, fatal, warnings = (
        count(lines, b"alert: "),
        count(lines, rb"\w+: fatal: "),
        count(lines, rb"(\w+: )?warning: "),
    )
    unrecognised = len(lines) - count(lines, _KNOWN)
    return (
        f"age=TIMEs;86400;259200;0 alerts={alerts};;0;0 fatal={fatal};;0;0 gaps=0;0;;0 "
        f"lines={len(lines)};;;0 unrecognised={unrecognised};;;0 warnings={warnings};0;;0"
    )


def _records(lines, action):
    return count(lines, rb"qmail-(smtpd|popup): pid \d+ " + action + b"::")
