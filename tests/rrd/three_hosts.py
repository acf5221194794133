"""Three mail hosts with eight days of their life, one of them in trouble: logs, states, RRD files, reports.

Their traffic is that of the drills.
"""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from drills.hosts.host import Host
from drills.hosts.kinds import BUSY, OFFICE
from drills.hosts.sender import REMOTE
from sqmail_rrd.update import Source, Target, Update

NOW = 1788950100
"""2026-09-09 10:35 UTC, a Wednesday."""
DAYS = 8
SICK, REPORTING, BARE = "mx2.example.org", "mx1.example.org", "mx3.example.org"
_LISTED = "Connected_to_192.0.2.55_but_greeting_failed./Remote_host_said:_554_5.7.1_blocked_using_zen.spamhaus.org/"
_THROTTLED = "192.0.2.61_does_not_like_recipient./Remote_host_said:_421_4.7.0_too_many_messages_from_your_address,_slow_down/"
_MINUTE = 60
_KINDS = {SICK: BUSY, REPORTING: replace(BUSY, name="mx1", incoming=140, submitted=120), BARE: OFFICE}


def instances(host):
    """Return the logs of a host and what they are called in the tree."""
    return {service.removeprefix("qmail-"): service for service in _KINDS[host].services}


def make(folder, *, hosts=(SICK, REPORTING, BARE), days=DAYS):
    """Make logs, states, the tree and a report below a folder; return the words for `sqmail-rrd page`."""
    for name in hosts:
        _life(name, folder / "logs" / name, days)
        _update(folder, name, days)
    reports = folder / "reports"
    reports.mkdir()
    if REPORTING in hosts:
        report = _run("sqmail_report.cli", "doctor", "--format", "json", "--at", NOW, *_logs(folder, REPORTING, named=False))
        (reports / f"{REPORTING}.json").write_text(report)
    own = ["--hostname", SICK, "--state-dir", folder / "state" / SICK, *_logs(folder, SICK)]
    return ["--rrd", folder / "rrd", "--status", reports, *own, "--until", NOW]


def _update(folder, name, days):
    """Bring the tree up to date as `sqmail-rrd update` does, at NOW."""
    sources = [Source(instance, str(folder / "logs" / name / service)) for instance, service in instances(name).items()]
    target = Target(str(folder / "rrd"), str(folder / "state" / name), name)
    said = []
    Update(sources, target, log=said.append, history=(days + 1) * 86400, clock=lambda: NOW * 10**9).run()
    if said:
        raise RuntimeError(said)


def _logs(folder, name, *, named=True):
    words = []
    for instance, service in instances(name).items():
        words += ["--log", folder / "logs" / name / service]
        words += ["--instance", instance] if named else []
    return words


def _life(name, folder, days):
    """Write the logs of a host; of the sick one remote hosts refuse our address for the last 37 minutes."""
    host = Host(_KINDS[name], folder, NOW - days * 86400 - NOW % 3600, seed=name)
    if name == SICK:
        host.run(NOW - 3 * 3600)
        host.answers.rules.append(_to("big.example", "deferral", _THROTTLED))
        host.run(NOW - 37 * _MINUTE)
        host.answers.rules.insert(0, _to("", "deferral", _LISTED))
        host.run(NOW - 22 * _MINUTE)
        for client in ("198.51.100.9", "198.51.100.23"):
            host.spread(host.guess, 0.12, 22 * _MINUTE, client, "qmail-smtpsub")
    host.run(NOW)


def _to(domain, result, text):
    def rule(channel, message, recipient, tries):
        del message, tries
        return (result, text, 1.5) if channel == REMOTE and recipient.endswith(domain) else None

    return rule


def _run(module, *words):
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, words)], check=False, capture_output=True, text=True
    )
    if done.returncode not in {0, 1, 2} or done.stderr:
        raise RuntimeError(f"{module}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    print(*make(Path(sys.argv[1])))
