"""An older Python inside collectd is refused in one clear line, and the daemon goes on."""

import ast
import subprocess
from pathlib import Path

import pytest

from plugin.daemon import COLLECTD, SAMPLES, Collectd, eventually, module, needs_collectd
from project import ROOT

PACKAGE = ROOT / "collectd_plugin/sqmail_collectd"
LINE = (
    "sqmail_collectd: Python {} is too old, it needs 3.11 or newer: no log is read.  collectd brings the Python that its "
    "plugin python is linked to; sqmail-rrd update does the same without collectd"
)
DAEMON = """
import sys, types
collectd = types.ModuleType("collectd")
said, reads = [], []
class CollectdError(Exception):
    pass
collectd.CollectdError = CollectdError
collectd.error = said.append
collectd.register_config = lambda callback, name: callback(None)
collectd.register_read = lambda callback, interval, name: reads.append(callback)
if sys.argv[1:] == ["daemon"]:
    sys.modules["collectd"] = collectd
import sqmail_collectd
try:
    reads[0]()
except CollectdError as error:
    assert [str(error)] == said
print(said[0])
"""


def older():
    """Interpreters of other versions that are installed here, by version."""
    found = {}
    for path in [*Path("/usr/bin").glob("python3.*"), *Path.home().glob(".pyenv/versions/3.*/bin/python")]:
        done = subprocess.run([path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True, check=False)
        version = done.stdout.strip()
        if done.returncode == 0 and (3, 6) <= tuple(map(int, version.split("."))) < (3, 11):
            found[version] = path
    return found


OLDER = older()


@pytest.mark.parametrize("name", ["__init__", "python"])
def test_what_an_older_one_reads_has_only_what_it_knows(name):
    ast.parse((PACKAGE / f"{name}.py").read_text(), feature_version=(3, 6))


@pytest.mark.skipif(not OLDER, reason="no Python older than 3.11 is installed here")
@pytest.mark.parametrize("version", OLDER)
def test_an_older_one_refuses_the_plugin_in_one_line(version):
    def imported(*arguments):
        return subprocess.run(
            [OLDER[version], "-B", "-c", DAEMON, *arguments], capture_output=True, text=True, check=False, env={"PYTHONPATH": str(PACKAGE.parent)}
        )

    assert imported("daemon").stdout == f"{LINE.format(version)}\n"
    alone = imported()
    assert alone.returncode == 1
    assert alone.stderr.splitlines()[-1] == f"ImportError: {LINE.format(version)}"


def old_daemon(tmp_path):
    """A collectd whose Python says that it is 3.9, with a plugin that reads something else beside ours."""
    (tmp_path / "older.py").write_text(
        "import sys\nsys.version_info = (3, 9, 18, 'final', 0)\nimport collectd\n"
        "collectd.register_read(lambda: collectd.notice('another plugin reads'), name='other')\n"
    )
    older = f'LoadPlugin python\n<Plugin python>\n  ModulePath "{tmp_path}"\n  Import "older"\n</Plugin>'
    return Collectd(tmp_path, module("pop3d", SAMPLES / "pop3d", tmp_path / "state"), more=older)


@needs_collectd
def test_the_daemon_goes_on_without_the_plugin(tmp_path):
    with old_daemon(tmp_path) as daemon:
        eventually(lambda: "another plugin reads" in daemon.logged(), "the other plugin")
        said = daemon.stop()
    assert said[0] == LINE.format("3.9")
    assert not [line for line in said if "Traceback" in line or "Error:" in line]
    assert not (tmp_path / "state").exists()


@needs_collectd
def test_the_daemon_s_own_check_fails(tmp_path):
    daemon = old_daemon(tmp_path)
    assert subprocess.run([COLLECTD, "-T", "-C", daemon.configuration], capture_output=True, check=False).returncode == 1
