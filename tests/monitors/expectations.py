"""What the services of the example have to show of logs, counted without the parser."""

import os
import re
import shutil
from collections import Counter

from judge.hosts import ACCEPT, START, Host
from monitors import independent
from monitors.independent import count, highest, percent, queue
from support import SAMPLES as SAMPLES_FOLDER

SAMPLES = {"qmail-send": "send", "qmail-smtpd": "smtpd", "qmail-smtpsub": "smtpsub", "qmail-pop3d": "pop3d"}
"""The log directories that the examples name, and the sample that is written there."""

LOGS = {"send": "qmail-send", "smtpd": "qmail-smtpd", "submission": "qmail-smtpsub", "pop3d": "qmail-pop3d"}
MAIL = ("qmail-smtpd", "qmail-smtpsub", "qmail-send")
"""The logs of services that take mail of users, and the one that says what becomes of it."""
PASSWORDS = ("qmail-smtpd", "qmail-smtpsub", "qmail-pop3d")

_LOCAL = rb"status: local (\d+)/"
_REMOTE = rb"status: local \d+/\d+ remote (\d+)/"
_TURNED_AWAY = rb"(tcp|ssl)server: deny |rblsmtpd: \S+ pid \d+: (451|553) "
_CONNECTIONS = rb"(?:tcp|ssl)server: status: (\d+)/"
_LIMIT = rb"(?:tcp|ssl)server: status: \d+/(\d+)"
_KNOWN = (
    rb"(tcpserver|sslserver|rblsmtpd|qmail-smtpd|qmail-popup): "
    rb"|(status|delivery|starting|(new|info|end|bounce) msg|(double|triple) bounce)\b"
)


def shown(data):
    """Return performance data with TIME for what depends on the clock, ROOM for the disk of the tests."""
    data = re.sub(r"\b(age|oldest|delay_p50|delay_p95|todo_age)=[\d.]+s", r"\1=TIMEs", data)
    # Whose failures are kept depends on when they come.
    data = re.sub(r"\btop_failed=\d+", "top_failed=FAILED", data)
    return re.sub(r"\bspool_free=[\d.]+%", "spool_free=ROOM%", data)


def has_room(site):
    """Tell whether the disk of the tests leaves a spool there in peace."""
    disk = os.statvfs(site)
    return disk.f_bavail > disk.f_blocks / 10 and (not disk.f_files or disk.f_favail > disk.f_files / 10)


def together(fed, names):
    """Return the lines of several logs."""
    return [line for name in names for line in fed[name]]


def queue_data(lines, spooled, todo):
    return (
        f"messages={queue(lines)};500;5000;0 oldest=TIMEs;691200;1209600;0 spool={spooled};500;5000;0 "
        f"spool_free=ROOM%;;;0;100 todo={todo};;;0 todo_age=TIMEs;;;0"
    )


def flow_data(lines):
    started, finished = count(lines, rb"starting delivery \d+: "), count(lines, rb"delivery \d+: (success|failure|deferral): ")
    return (
        f"accepted={_records(lines, b'Accept')};;;0 ended={count(lines, rb'end msg ')};;;0 finished={finished};;;0 "
        f"messages_in={count(lines, rb'new msg ')};;;0 sessions={count(lines, rb'(tcp|ssl)server: ok ')};;;0 "
        f"started={started};;;0 turned_away={count(lines, _TURNED_AWAY)};;;0 waiting={queue(lines)};;;0"
    )


def senders_data(lines):
    recipients, networks = Counter(), {}
    for sender, network in independent.senders(lines):
        recipients[sender] += 1
        networks.setdefault(sender, set()).add(network)
    return (
        f"recipients={recipients.total()};;;0 senders={len(recipients)};;;0 top_failed=FAILED;;;0 "
        f"top_messages={max(recipients.values(), default=0)};;;0 top_networks={max(map(len, networks.values()), default=0)};;;0"
    )


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


def records_data(lines, warning="", critical=""):
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
    return f"connections={highest(lines, _CONNECTIONS)};;;0;{highest(lines, _LIMIT)}"


def log_data(lines):
    alerts, fatal, warnings = (
        count(lines, b"alert: "),
        count(lines, rb"\w+: fatal: "),
        count(lines, rb"(\w+: )?warning: "),
    )
    unrecognised = len(lines) - count(lines, _KNOWN)
    return (
        f"age=TIMEs;259200;604800;0 alerts={alerts};;0;0 fatal={fatal};;0;0 gaps=0;0;;0 "
        f"lines={len(lines)};;;0 unrecognised={unrecognised};;;0 warnings={warnings};0;;0"
    )


def _records(lines, action):
    return count(lines, rb"qmail-(smtpd|popup): pid \d+ " + action + b"::")


SENT, TAKEN, GUESSED = "2026-11-22T07:15Z", "2026-11-22T07:15Z", "2026-11-22T07:04Z"
MOVING, SLOW, STUCK = (str(START + 60 * minute) for minute in (60, 65, 72))
"""Moments of a host whose qmail-send stands still since minute 60."""
STATES = {
    # check: its logs, the moment, options that make it WARNING, CRITICAL (a moment of their own for flow)
    "queue": (["send"], SENT, {"warning": "100"}, {"critical": "100"}),
    "delivery": (["send"], SENT, {"warning": "5"}, {"critical": "5"}),
    "smtpd": (["smtpd"], TAKEN, {"warning": "50"}, {"critical": "50"}),
    "senders": (["smtpd", "smtpsub"], TAKEN, {"warning": "100"}, {"critical": "100"}),
    "auth": (["smtpd", "smtpsub"], GUESSED, {"warning": "50"}, {"critical": "50"}),
    "concurrency": (["smtpd"], TAKEN, {"warning": "95"}, {"critical": "95"}),
    "log": (["send"], SENT, {"warning": "1"}, {"critical": "1"}),
    "flow": (["stuck/qmail-send", "stuck/qmail-smtpd"], MOVING, {"at": SLOW}, {"at": STUCK}),
    "host": (["smtpd"], TAKEN, {"set": "log=-w 1"}, {"set": "log=-c 1"}),
}
"""How each check is brought into each state, from logs that lie still: UNKNOWN is a log that is not there."""


def place_states(folder):
    """Put the logs that `STATES` names into a folder."""
    for name in ("send", "smtpd", "smtpsub"):
        shutil.copytree(SAMPLES_FOLDER / name, folder / name)
    (folder / "stuck").mkdir()
    host = Host(folder / "stuck")
    for minute in range(60, 72):
        host.smtpd.visit(minute, ACCEPT)
    host.write()


def cases():
    """Yield check, exit status, its logs and options, for each check in each state."""
    for check, (logs, moment, warning, critical) in STATES.items():
        for code, options, places in ((0, {}, logs), (1, warning, logs), (2, critical, logs), (3, {}, ["none"])):
            yield check, code, places, {"at": moment, **options}
