"""The recipes of docs/permissions.md, followed word for word, and what they survive."""

import os
import re
import shutil
import signal
import subprocess

import pytest

from monitors import growing
from monitors import site as sites
from support import ROOT, perfdata

PAGE = (ROOT / "docs" / "permissions.md").read_text()
LOG = "/var/log/qmail-send"
STATE = "/var/lib/nagios/sqmail-monitoring"
QUEUE = "/var/qmail/queue"
LINE = b"status: local 0/10 remote 0/20"
# More than a file of the logger holds.
MANY = 1000

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="gives files to other users: needs root"),
    *(
        pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed ({package})")
        for program, package in {"setfacl": "acl", "multilog": "daemontools"}.items()
    ),
    pytest.mark.skipif(
        subprocess.run(["id", "nagios"], capture_output=True, check=False).returncode != 0,
        reason="there is no user nagios (nagios4-common or icinga2-common)",
    ),
]


def follow_recipe(name, places):
    """Run the commands of the page's recipe, with its paths replaced."""
    commands = re.search(rf"<!-- recipe: {name} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)[1]
    for named, path in places.items():
        commands = commands.replace(named, str(path))
    subprocess.run(["sh", "-e", "-c", commands], check=True)


@pytest.fixture
def log(site):
    """A log of the user daemon's, as s/qmail's loggers have users of their own."""
    with growing.logs(site / "log", {"qmail-send": "send"}) as logs:
        log = logs["qmail-send"]
        log.write([LINE])
        shutil.chown(log.directory, "daemon", "daemon")
        yield log


def look(site, log):
    """Return the first line and the exit code of check_qmail_log as the monitor's user."""
    done = sites.as_user(site / "bin" / "check_qmail_log", "--log", log.directory)
    assert done.stderr == ""
    return done.stdout, done.returncode


def assert_read(site, log):
    """Assert that every line that was written has been read, once, without a gap."""
    output, code = look(site, log)
    assert code == 0, output
    assert perfdata(output)["lines"] == str(len(log.lines))
    assert perfdata(output)["gaps"] == "0"


def assert_kept_out(site, log):
    output, code = look(site, log)
    assert code == 3
    assert output.startswith("QMAIL_LOG UNKNOWN - ")
    assert output.endswith(f": nagios may not read it; setfacl -m u:nagios:rX {log.directory}\n")
    assert output.count("\n") == 1


def test_nobody_may_read_without(site, log):
    assert_kept_out(site, log)


def rotate(log):
    for _ in range(3):
        log.write([LINE] * MANY)


def restart(log):
    log.restart()
    log.write([LINE] * MANY)


def kill(log):
    log.restart(signal.SIGKILL)
    log.write([LINE] * MANY)
    assert list(log.directory.glob("@*.u"))


def chown(log):
    subprocess.run(["chown", "-R", "daemon", log.directory], check=True)


def chown_with_group(log):
    subprocess.run(["chown", "-R", "daemon:daemon", log.directory], check=True)


def chmod(log):
    log.directory.chmod(0o700)


def restore(log):
    archive = log.directory.with_suffix(".tar")
    subprocess.run(["tar", "-cf", archive, "-C", log.directory.parent, log.directory.name], check=True)
    log.restart(meanwhile=lambda: shutil.rmtree(log.directory))
    shutil.rmtree(log.directory)
    subprocess.run(["tar", "-xpf", archive, "-C", log.directory.parent], check=True)


def make_anew(log):
    log.restart(meanwhile=lambda: shutil.rmtree(log.directory))


SURVIVED = {
    "acl": (rotate, restart, kill, chown, chown_with_group),
    "group": (rotate, restart, kill, chown),
}
FATAL = {
    "acl": (chmod, restore, make_anew),
    "group": (chmod, chown_with_group, make_anew),
}
CASES = [(recipe, event) for recipe, events in SURVIVED.items() for event in events]
LOST = [(recipe, event) for recipe, events in FATAL.items() for event in events]


@pytest.mark.parametrize(("recipe", "event"), CASES, ids=lambda value: getattr(value, "__name__", value))
def test_what_a_recipe_survives(site, log, recipe, event):
    follow_recipe(recipe, {LOG: log.directory})
    assert_read(site, log)
    event(log)
    assert_read(site, log)


@pytest.mark.parametrize(("recipe", "event"), LOST, ids=lambda value: getattr(value, "__name__", value))
def test_what_a_recipe_does_not_survive(site, log, recipe, event):
    follow_recipe(recipe, {LOG: log.directory})
    assert_read(site, log)
    event(log)
    assert_kept_out(site, log)


def test_a_group_is_restored_with_the_log(site, log):
    follow_recipe("group", {LOG: log.directory})
    restore(log)
    assert_read(site, log)


def test_a_default_acl_above_does_not_help(site):
    subprocess.run(["setfacl", "-d", "-m", "u:nagios:rX", site / "log"], check=True)
    with growing.logs(site / "log", {"qmail-send": "send"}) as logs:
        logs["qmail-send"].write([LINE])
        assert_kept_out(site, logs["qmail-send"])


@pytest.mark.skipif(shutil.which("s6-log") is None, reason="s6-log is not installed (s6)")
@pytest.mark.parametrize(("umask", "code"), [("022", 0), ("077", 3)])
def test_s6_log_wants_an_open_umask(site, umask, code):
    log = site / "log" / "qmail-send"
    log.mkdir(mode=0o700)
    follow_recipe("acl", {LOG: log})
    lines = (LINE + b"\n") * MANY
    subprocess.run(
        ["sh", "-c", f"umask {umask}; exec s6-log t s4096 {log}"], input=lines, check=True, timeout=30
    )
    done = sites.as_user(site / "bin" / "check_qmail_log", "--log", log, "--tai-offset", "37")
    assert done.returncode == code, done.stdout


def test_the_state_directory(site, log):
    follow_recipe("acl", {LOG: log.directory})
    state = site / "lib-nagios" / "sqmail-monitoring"
    state.parent.mkdir()
    check = (site / "bin" / "check_qmail_log", "--log", log.directory, "--state-dir", state)
    refused = sites.as_user(*check)
    assert refused.returncode == 3
    assert f"mkdir -p {state} && chown -R" in refused.stdout
    follow_recipe("state", {STATE: state})
    assert sites.as_user(*check).returncode == 0
    assert {path.owner() for path in state.iterdir()} == {"nagios"}


def test_root_s_trial_stays_the_monitor_s(site, log):
    follow_recipe("acl", {LOG: log.directory})
    tried = subprocess.run(
        [site / "bin" / "check_qmail_log", "--log", log.directory], capture_output=True, text=True, check=True
    )
    assert perfdata(tried.stdout)["lines"] == "1"
    log.write([LINE] * MANY)
    assert_read(site, log)


def known(output):
    """Return the figures but those of the disk and the clock of this machine."""
    return {name: value for name, value in perfdata(output).items() if name not in {"spool_free", "todo_age"}}


def test_the_queue(site):
    queue = site / "queue"
    subprocess.run(["chown", "-R", "daemon:mail", queue], check=True)
    subprocess.run(["chmod", "-R", "u=rwX,g=rX,o=", queue], check=True)
    log = site / "log" / "qmail-send"
    subprocess.run(["multilog", "t", log], input=LINE + b"\n", check=True, timeout=30)
    follow_recipe("acl", {LOG: log})
    check = (site / "bin" / "check_qmail_queue", "--log", log, "--queue", queue)

    refused = sites.as_user(*check)
    assert refused.returncode == 3
    assert "/mess: nagios may not list it; usermod -aG mail nagios and start its service" in refused.stdout

    counted = {"messages": "0", "oldest": "0", "spool": str(sites.SPOOLED), "todo": str(sites.TODO)}
    member = sites.as_user(*check, groups="--groups=mail")
    # A disk that is nearly full is a WARNING here too.
    assert (member.returncode in {0, 1}, known(member.stdout)) == (True, counted)
    follow_recipe("queue", {QUEUE: queue})
    allowed = sites.as_user(*check)
    assert (allowed.returncode in {0, 1}, known(allowed.stdout)) == (True, counted)
