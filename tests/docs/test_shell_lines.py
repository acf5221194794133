"""Every shell line of every page is run, on a mail host that is made in layers over this machine."""

import fcntl
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from docs.printed import EFFECTS, NOTHING, agrees, shape_of
from processes import Program
from project import SCRIPTS
from support import ROOT

DOCS = ROOT / "docs"
HOST = Path(__file__).parent / "host"
PAGES = {str(path.relative_to(ROOT)): path.read_text() for path in [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]}
BLOCK = re.compile(r"^(?:<!-- recipe: (?P<recipe>\S+) -->\n)?```sh\n(?P<lines>.*?)^```", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
CRONTAB = re.compile(r"^(?:[*/\d,-]+ +){5}(?P<user>\S+) +(?P<command>.+)$")

# Pages of which each line is run elsewhere: in a clean Debian, or as the tests themselves.
ELSEWHERE = {"docs/whole-server.md", "docs/benchmarks.md", "docs/reliability.md"}
# Lines, and recipes by name, that are run elsewhere or that nothing here can run, by page.
LEFT_OUT = {
    "README.md": ("git clone", "./quickstart", "./run-tests", ".venv/"),
    "docs/install.md": ("deb-build", "deb-install", "rpm"),
    "docs/systems.md": ("rhel", "freebsd"),
    # Here no daemon listens: tests/plugin/test_prometheus.py asks it.
    "docs/prometheus.md": ("curl ",),
    # There is no journal: tests/follow has one of its own.
    "docs/stamps.md": ("check_qmail_delivery --log journal:",),
}
# The host has what these brought: users, folders, rights, the environment, and an hour of checks and values.
BEFORE = (("docs/install.md", "venv"), ("docs/install.md", "cron"), ("docs/permissions.md", "state"))
MORE_BEFORE = """\
/opt/sqmail-monitoring/bin/python -m pip install -q 'pyarrow>=20' 'duckdb>=1.4'
setfacl -m u:nagios:rX,u:sqmail:rX /var/log/qmail-*
setfacl -m u:sqmail:rX /var/lib/collectd/rrd
install -d /usr/lib/nagios/plugins
ln -sf /opt/sqmail-monitoring/bin/check_qmail* /usr/lib/nagios/plugins/
for log in send smtpd; do
    sudo -u nagios check_qmail_log --log /var/log/qmail-$log > /dev/null
    sqmail-rrd update --log /var/log/qmail-$log --instance $log --rrd /var/lib/collectd/rrd --state-dir /var/lib/collectd/sqmail
done
"""
# Each page finds the daemons at work.
DAEMONS = """\
rrdcached -l unix:/run/rrdcached.sock -b /var/lib/collectd/rrd -p /run/rrdcached.pid 8>&- 9>&-
for log in send smtpd smtpsub pop3d; do
    setpriv --reuid=qmaill --regid=qmaill --clear-groups multilog t n100 /var/log/qmail-$log < <(cat /srv/last/$log; sleep 3600) > /dev/null 2>&1 8>&- 9>&- &
done
for log in send smtpd; do
    # multilog puts the file that it finds aside.
    until [ -s /var/log/qmail-$log/current ] && [ "$(wc -l < /var/log/qmail-$log/current)" -le 6 ]; do sleep 0.1; done
done
"""
_CHECKS = r"(sudo -u nagios |setpriv .*)?(\S*/)?(check_qmail\w*|sqmail-report doctor) "
# What tells of the host by another exit status than 0: alarms of the samples; nothing found; no network and no daemons.
STATUSES = {
    # The host has written the log's minutes already, under a shorter name.
    r"sqmail-rrd import --log /var/archive/qmail/2025/": {"1"},
    _CHECKS: {"1", "2"},
    r"getent (ahosts|hosts) ": {"2"},
    r"timeout 10 bash -c 'exec 3<>/dev/tcp/": {"1"},
    r"openssl s_client ": {"1"},
    r"grep ": {"1"},
    r"ps -o \S+ -p 4242": {"1"},
    r"crontab -l": {"1"},
}


def crontab(line):
    """Return how a line of /etc/crontab is run, None for another line."""
    found = CRONTAB.match(line)
    # cron gives the command to sh, and mails what it prints.
    return found and f"setpriv --reuid={found['user']} --regid=$(id -gn {found['user']}) --init-groups sh -c {quoted(found['command'])}"


def quoted(words):
    return "'" + words.replace("'", "'\\''") + "'"


def indented(text):
    """Yield the pieces of shell among the indented blocks of a page: crontabs, and those that begin with a command of ours."""
    for block in INDENTED.findall(FENCED.sub("", text)):
        lines = [line[4:] for line in block.splitlines()]
        if crontab(lines[0]):
            yield "\n".join(crontab(line) for line in lines)
        elif lines[0].removeprefix("sudo -u nagios ").partition(" ")[0].rpartition("/")[2] in SCRIPTS:
            yield "\n".join(lines)


def pieces(page):
    """Return the pieces of shell of a page that are run here."""
    left_out = LEFT_OUT.get(page, ())
    before = {name for _, name in BEFORE}
    blocks = [block["lines"] for block in BLOCK.finditer(PAGES[page]) if block["recipe"] not in {*left_out, *before}]
    lines = ["".join(line for line in piece.splitlines(keepends=True) if not line.startswith(left_out)) for piece in [*blocks, *indented(PAGES[page])]]
    return [piece for piece in lines if piece.strip()]


def recipe(page, name):
    return next(block["lines"] for block in BLOCK.finditer(PAGES[page]) if block["recipe"] == name)


RUN = {page: found for page in PAGES if page not in ELSEWHERE and (found := pieces(page))}


def test_each_page_with_shell_lines_is_run():
    with_lines = {page for page, text in PAGES.items() if BLOCK.search(text)}
    assert with_lines - RUN.keys() == ELSEWHERE


def test_one_block_installs_wherever_it_stands():
    blocks = {page: recipe(page, "venv") for page in ("README.md", "docs/install.md", "docs/collectd.md")}
    assert len(set(blocks.values())) == 1


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What the lines of each page said, and which failed; run once for all workers of a run."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if folder.name.startswith("popen-") else folder) / "shell-lines"
    folder.mkdir(exist_ok=True)
    told = folder / "results.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            _run(folder, told)
    return json.loads(told.read_text())


def _run(folder, told):
    pages = {"": [*(recipe(*one) for one in BEFORE), MORE_BEFORE]}
    for page, found in RUN.items():
        looks = "\n".join(look for look, _ in EFFECTS.get(page, ()))
        pages[page] = [DAEMONS, *found, looks]
    (folder / "pages.json").write_text(json.dumps(pages))
    (folder / "layers").mkdir()
    words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "/usr/bin/python3", HOST / "drive.py"]
    driver = Program([*words, ROOT, folder / "layers", folder / "pages.json", told])
    assert driver.wait(900) == 0, driver.last_words()


def can_be_made():
    """Tell whether layers may be mounted over this machine's files."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "pivot_root", "setfacl", "multilog", "ip", "rrdcached", "promtool"))):
        return False
    probe = "d=$(mktemp -d) && mount -t tmpfs none $d && mkdir $d/u $d/w $d/m && mount -t overlay overlay -o lowerdir=/,upperdir=$d/u,workdir=$d/w $d/m"
    return subprocess.run(["unshare", "--mount", "sh", "-c", probe], capture_output=True, check=False).returncode == 0


def unexpected(failed):
    """Return the failures that a healthy host does not have."""
    return [
        (status, command)
        for status, command in failed
        # Of a piece, and of what cron's line is given to, the command itself has told.
        if not command.startswith('. "$piece"') and not any(re.match(known, command) and status in ends for known, ends in STATUSES.items())
    ]


needs_layers = pytest.mark.skipif(not can_be_made(), reason="a host is made by root, with unshare, overlays, setfacl, multilog, rrdcached and promtool")


@needs_layers
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("page", ["", *RUN])
def test_each_line_does_what_the_page_says(results, page):
    found = results[page]
    assert unexpected(found["failed"]) == [], found["said"][-3000:]
    for wrong in ("Traceback", "usage:", "command not found", "no unit "):
        assert wrong not in found["said"], found["said"][-3000:]


@needs_layers
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("page", RUN)
def test_each_line_prints_what_it_should(results, page):
    lines = [(line, printed) for line, printed in results[page]["lines"] if line not in DAEMONS.splitlines()]
    run = {line for line, _ in lines}
    assert [line for piece in RUN[page] for line in piece.splitlines() if not re.match(r"\s|while |done", line) and line not in run] == []
    assert [line for line, _ in lines if shape_of(page, line) is None] == []
    assert [(line, printed) for line, printed in lines if not agrees(shape_of(page, line), printed)] == []


def test_what_prints_nothing_is_looked_at_afterwards():
    """A page of which no line prints has lines that look."""
    silent = {page for page, found in RUN.items() if all(shape_of(page, line) == NOTHING for piece in found for line in piece.splitlines())}
    assert silent - EFFECTS.keys() == set()
