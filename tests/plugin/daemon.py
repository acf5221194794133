"""Runs the real collectd with the plugin from this checkout, at a clock of the test's choosing."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import sqlite3
import time
from pathlib import Path

import pytest

import support
from processes import Program
from processes import until as eventually
from rrd_files.header import last_update
from sqmail_log.state.store import state_path

ROOT, SAMPLES = support.ROOT, support.SAMPLES
HOST = "mx1.example.org"
_PATH = f"{os.environ['PATH']}:/usr/sbin:/opt/collectd/sbin"
MODULE_PATHS = "\n".join(f'  ModulePath "{ROOT}/{folder}"' for folder in ("collectd_plugin", "parser", "command"))
COLLECTD = shutil.which("collectd", path=_PATH)
# The command of this name would start a child that outlives it.
FAKETIME = next(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"), None)
RRDCACHED = shutil.which("rrdcached", path=_PATH)

needs_collectd = pytest.mark.skipif(COLLECTD is None, reason="collectd is not installed: apt install collectd-core")
needs_faketime = pytest.mark.skipif(FAKETIME is None, reason="faketime is not installed: apt install faketime")
needs_rrdcached = pytest.mark.skipif(RRDCACHED is None, reason="rrdcached is not installed: apt install rrdcached")


def clock_from(second, speed=1):
    """Return the environment in which a program's clock begins at a Unix second, though not its waiting."""
    return {
        "TZ": "UTC",
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME": f"@{time.strftime('%F %T', time.gmtime(second))} x{speed}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def module(instance, log, state_dir, **options):
    """Return a <Module> block."""
    options = {"Instance": instance, "Log": log, "StateDir": state_dir, "Interval": 0.2, **options}
    lines = [
        f'  {key} "{value}"' if isinstance(value, str | Path) else f"  {key} {value}" for key, value in options.items()
    ]
    return "\n".join(["<Module sqmail_collectd>", *lines, "</Module>"])


def _between(name, **options):
    """Return the configuration of a plugin of this folder that sees values in front of all that write."""
    lines = "".join(f"    {key} {json.dumps(str(value)) if isinstance(value, Path) else value}\n" for key, value in options.items())
    return f"""LoadPlugin python
<Plugin python>
  ModulePath "{ROOT}/tests/plugin"
  Import "{name}"
  <Module {name}>
{lines}  </Module>
</Plugin>"""


def handed_on(log, state_dir):
    """Return the first minute of a log that was not handed on yet, 0 for none so far."""
    path = Path(state_path(str(state_dir), str(log)))
    with contextlib.suppress(sqlite3.OperationalError):
        state = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            row = state.execute("SELECT value FROM meta WHERE key = 'exported'").fetchone()
        finally:
            state.close()
        return int(row[0]) if row else 0
    return 0


def _is_locked(path):
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class Collectd:
    """A collectd in a directory of its own; RRD files go to its folder rrd, its log to the file messages.

    `tree` is where the files are if another plugin writes them than rrdtool.
    `under` is a program that starts it.  With `stalled` its write threads stand still after that many of our values, in front of all that write.
    `removing` is a file, and the number of the dispatched value that finds it gone.  The clock runs at `speed`.
    """

    def __init__(self, directory, modules, *, hostname=HOST, at=None, more="", rrdtool=True, tree=None, stalled=None, removing=None, speed=1, under=()):
        self.directory = Path(directory)
        self.directory.mkdir(exist_ok=True)
        self.rrd = (tree or self.directory / "rrd") / hostname
        self.log = self.directory / "messages"
        self._clock = {} if at is None else clock_from(at, speed)
        self._under = under
        self._process = None
        data_dir = f'DataDir "{self.directory}/rrd"'
        rrdtool_plugin = f"LoadPlugin rrdtool\n<Plugin rrdtool>\n  {data_dir}\n</Plugin>"
        between = []
        if stalled is not None:
            between.append(_between("stalled", After=stalled))
        if removing is not None:
            path, number = removing
            between.append(_between("removing", File=path, At=number))
        self.configuration = self.directory / "collectd.conf"
        self.configuration.write_text(f"""
Hostname "{hostname}"
FQDNLookup false
BaseDir "{self.directory}"
PIDFile "{self.directory}/pid"
TypesDB "/usr/share/collectd/types.db"
Interval 1
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File "{self.log}"
  Timestamp false
</Plugin>
{"".join(between)}
{rrdtool_plugin if rrdtool else ""}
{more}
LoadPlugin python
<Plugin python>
{MODULE_PATHS}
  LogTraces true
  Import "sqmail_collectd"
{modules}
</Plugin>
""")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def start(self):
        """Start the daemon in the foreground, its clock beginning at the time asked for."""
        command = [*self._under, COLLECTD, "-f", "-C", self.configuration]
        environment = {**os.environ, **self._clock}
        with (self.directory / "stderr").open("ab") as stderr:
            self._process = Program(command, stdout=stderr, stderr=stderr, env=environment, logs=[stderr.name, self.log])

    def stop(self):
        """End the daemon as a service manager does; return what it logged."""
        self._process.terminate()
        assert self._process.wait(60) == 0, self.logged()
        self._process = None
        return self.logged()

    def kill(self):
        """End the daemon without a chance to write anything, but for the file that librrd is at: it has no transactions."""
        self._stop()
        while any(map(_is_locked, self.rrd.glob("*/*.rrd"))):
            self._process.send_signal(signal.SIGCONT)
            time.sleep(0.001)
            self._stop()
        self._process.kill()
        self._process.wait()
        self._process = None

    def _stop(self):
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def wait(self, seconds):
        """Wait for the daemon to end; raises subprocess.TimeoutExpired."""
        self._process.wait(seconds)

    def logged(self):
        """Return the lines of its log that are not about its own life."""
        about_itself = (
            "plugin_load: ",
            "Initialization complete",
            "Exiting normally",
            "collectd: Stopping",
            "rrdtool plugin: Shutting down",
            "plugin_read_thread: read-function",
            # How many values dispatched in the last moment did not reach the files.
            "plugin: ",
        )
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return [line for line in lines if not line.startswith(about_itself)]

    def until_stored(self, instance, minute, flush=lambda: None):
        """Wait until all files of an instance hold the minute before `minute`; `flush` brings them up to date."""
        # A daemon killed while it makes a file leaves one with a longer name.
        files = list((self.rrd / f"qmail-{instance}").glob("*.rrd"))

        def reached():
            flush()
            return all(last_update(path) >= minute * 60 for path in files)

        eventually(reached, f"minute {minute} in the files")

    def until_handed_on(self, log, state_dir, minute):
        """Wait until all minutes of `log` before `minute` are handed on."""

        def reached():
            return handed_on(log, state_dir) >= minute

        eventually(reached, f"minute {minute} of {log}")
