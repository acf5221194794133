"""The timers' services call commands as these want to be called, and the packages bring them all."""

import re
import shlex
from importlib import import_module

import pytest

from project import ROOT, SCRIPTS

FOLDER = ROOT / "examples" / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
DEFAULT = dict(re.findall(r'^(SQMAIL_\w+)="(.*)"$', (FOLDER / "sqmail-monitoring.default").read_text(), re.MULTILINE))
MANUAL = (ROOT / "docs" / "man7" / "sqmail-monitoring.7").read_text()
every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)


def command_line(service):
    """Return the words that a service calls, with what is installed in /etc/default, and the variable it takes."""
    line = re.search(r"^ExecStart=(.+)$", service.read_text(), re.MULTILINE)[1]
    variable = re.search(r" \$(SQMAIL_\w+)$", line)[1]
    return shlex.split(line.removesuffix(f"${variable}")) + shlex.split(DEFAULT[variable]), variable


@every_service
def test_the_command_takes_its_words(service, tmp_path):
    for log in ("qmail-send", "qmail-smtpd"):
        (tmp_path / log).mkdir()
    (path, *words), _ = command_line(service)
    name = path.removeprefix("/usr/bin/")
    here = [word.replace("/var/log", str(tmp_path)) for word in words]
    chosen = import_module(SCRIPTS[name].partition(":")[0]).parser().parse_args(here)
    assert str(tmp_path) in str(vars(chosen)) or "page" in words


def test_each_variable_is_one_service_s():
    assert sorted(command_line(service)[1] for service in SERVICES) == sorted(DEFAULT)


@every_service
def test_it_has_a_timer_and_stands_in_the_manual(service):
    timer = service.with_suffix(".timer").read_text()
    assert re.search(r"^OnCalendar=.+$", timer, re.MULTILINE)
    assert "\nWantedBy=timers.target\n" in timer
    escaped = service.stem.replace("-", "\\-")
    assert f"\n.B {escaped}.timer\n" in MANUAL
    assert f"\n.BR {command_line(service)[1]} .\n" in MANUAL


def test_what_mails_may_start_setuid_programs():
    """qmail-queue is setuid; these settings forbid it, or have systemd forbid it."""
    forbidding = re.compile(r"^(NoNewPrivileges|PrivateDevices|Protect(?:Clock|Hostname|Kernel\w+)|Restrict\w+|LockPersonality|MemoryDeny\w+|SystemCall\w+|CapabilityBoundingSet)=", re.MULTILINE)
    free = {service.stem for service in SERVICES if not forbidding.search(service.read_text())}
    assert free == {"sqmail-archive", "sqmail-report-daily"}


def test_the_packages_bring_them_all():
    files = sorted(path.name for kind in ("service", "timer") for path in FOLDER.glob(f"*.{kind}"))
    assert sorted(path.resolve().name for path in (ROOT / "debian").glob("*.*.*") if path.is_symlink()) == files
    units = sorted(service.stem for service in SERVICES)
    assert sorted(re.search(r"^UNITS = (.+)$", (ROOT / "debian" / "rules").read_text(), re.MULTILINE)[1].split()) == units
    spec = (ROOT / "packaging" / "sqmail-monitoring.spec").read_text()
    assert sorted(re.findall(r"\b(sqmail-[\w-]+)\.timer\b", spec)) == units
