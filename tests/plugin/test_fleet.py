"""Two mail hosts send to a central collectd, which writes through rrdcached: the example configurations."""

import re
import shutil
import signal
import socket
import time

import pytest

from examples.replay import newest, replay
from plugin.daemon import COLLECTD, ROOT, RRDCACHED, SAMPLES, eventually, needs_collectd, needs_rrdcached
from plugin.logs import Log
from plugin.test_examples import installed_here
from plugin.trees import HOST, bring_up_to_date
from processes import Program
from sqmail_log.figures.metrics import METRICS, SUM
from sqmail_log.tai64n import SECOND

rrdtool = pytest.importorskip("rrdtool", reason="the Python module rrdtool is not installed")
series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

pytestmark = [needs_collectd, needs_rrdcached]

EXAMPLES = ROOT / "examples" / "fleet"


class Fleet:
    """Daemons in folders of one directory; they end with the test."""

    def __init__(self, directory):
        self.directory = directory
        self.tree = directory / "rrd"
        self.address = f"unix:{directory}/rrdcached.sock"
        self._processes = []
        self._senders = {}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as chosen:
            chosen.bind(("127.0.0.1", 0))
            self._port = chosen.getsockname()[1]

    def end(self):
        for process in reversed(self._processes):
            process.terminate()
            process.wait(60)

    def start_rrdcached(self):
        """Start rrdcached with the command line that the receiver's configuration names."""
        text = (EXAMPLES / "receiver.conf").read_text()
        (line,) = re.findall(r"^#   rrdcached (.*)$", text, re.MULTILINE)
        journal = self.directory / "journal"
        for folder in (self.tree, journal):
            folder.mkdir()
        line = line.replace("/run", str(self.directory)).replace("/var/lib/rrdcached/journal", str(journal))
        options = line.replace("/var/lib/collectd/rrd", str(self.tree)).split()
        self._start([RRDCACHED, "-g", "-p", self.directory / "rrdcached.pid", *options])
        eventually((self.directory / "rrdcached.sock").exists, "rrdcached's socket")

    def start_collectd(self, host, example, replaced):
        """Start a collectd with an example's configuration, some texts of it replaced."""
        place = self.directory / host
        place.mkdir()
        text = installed_here((EXAMPLES / example).read_text())
        here = f'Hostname "{host}"\nFQDNLookup false\nBaseDir "{place}"\nPIDFile "{place}/pid"'
        logfile = f'LoadPlugin logfile\n<Plugin logfile>\n  LogLevel warning\n  File "{place}/messages"\n</Plugin>'
        replaced = {
            "FQDNLookup true": here,
            "LoadPlugin syslog": logfile,
            '"192.0.2.10" "25826"': f'"127.0.0.1" "{self._port}"',
            **replaced,
        }
        for old, new in replaced.items():
            assert old in text
            text = text.replace(old, new)
        (place / "collectd.conf").write_text(text)
        self._start([COLLECTD, "-f", "-C", place / "collectd.conf"])

    def start_center(self):
        passwords = self.directory / "passwd"
        passwords.write_text("mx1: change me\n")
        replaced = {
            "/etc/collectd/passwd": str(passwords),
            'DaemonAddress "unix:/run/rrdcached.sock"': f'DaemonAddress "{self.address}"',
            'DataDir "/var/lib/collectd/rrd"': f'DataDir "{self.tree}"',
        }
        self.start_collectd("center.example.org", "receiver.conf", replaced)

    def start_sender(self, host, logs):
        state = self.directory / f"state-{host}"
        replaced = {
            f'Log "/var/log/qmail-{name}"': f'Log "{path}"\n    StateDir "{state}"\n    Interval 0.5'
            for name, path in logs.items()
        }
        self.start_collectd(host, "sender.conf", replaced)
        self._senders[host] = self._processes[-1]

    def have_reached(self, paths, second):
        """Whether all files are there and written up to a Unix second."""
        for host, process in self._senders.items():
            if (self.tree / host).exists():
                # What does not fill a packet is sent along with the next minute, or now.
                process.send_signal(signal.SIGUSR1)
        files = [self.tree / path for path in paths]
        if not all(file.exists() for file in files):
            return False
        for file in files:
            rrdtool.flushcached("--daemon", self.address, str(file))
        return min(map(series.last, files)) >= second

    def said(self):
        return {
            path.parent.name: [line for line in path.read_text().splitlines() if "plugin_read_thread" not in line]
            for path in self.directory.glob("*/messages")
        }

    def _start(self, command):
        with (self.directory / "stderr").open("ab") as stderr:
            self._processes.append(Program(command, stdout=stderr, stderr=stderr, logs=[stderr.name]))


@pytest.fixture
def fleet(tmp_path):
    fleet = Fleet(tmp_path)
    yield fleet
    fleet.end()


def counts(tree, first, last):
    """Return each minute of each count below a directory."""
    return {
        f"{folder.relative_to(tree)}/{name}": series.counts(path, first, last)
        for folder in tree.glob("*/qmail-*")
        for name, metric in METRICS.items()
        if metric.merge == SUM and (path := folder / f"{metric.type}-{name}.rrd").exists()
    }


def test_each_host_has_every_minute_at_the_center(fleet, tmp_path):
    now = time.time_ns() // (60 * SECOND)
    own = Log(tmp_path / "own")
    own.write(now - 100, now - 1)
    for name in ("send", "smtpd", "pop3d"):
        sample = SAMPLES / name
        replay(sample, tmp_path / name, (now - 3) * 60 * SECOND - newest(sample))
    logs = {
        "mx1.example.org": {"send": tmp_path / "send", "smtpd": tmp_path / "smtpd"},
        "mx2.example.org": {"send": own.directory, "smtpd": tmp_path / "pop3d"},
    }
    reference = tmp_path / "reference"
    reference.mkdir()
    for host, paths in logs.items():
        bring_up_to_date(tmp_path / f"alone-{host}", now, **paths)
        shutil.move(tmp_path / f"alone-{host}" / "rrd" / HOST, reference / host)
    fleet.start_rrdcached()
    fleet.start_center()
    for host, paths in logs.items():
        fleet.start_sender(host, paths)
    paths = [path.relative_to(reference) for path in reference.rglob("*.rrd")]
    eventually(lambda: fleet.have_reached(paths, now * 60), f"the values of all series; {fleet.said()}", 120)
    found, expected = counts(fleet.tree, now - 60, now - 1), counts(reference, now - 60, now - 1)
    assert found.keys() == expected.keys()
    assert {name for name in expected if found[name] != expected[name]} == set()
    assert not any(fleet.said().values())
