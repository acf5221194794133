"""What stores the values: collectd's rrdtool plugin, or its rrdcached plugin with a real rrdcached."""

import pytest

from plugin.daemon import RRDCACHED, eventually
from processes import Program


class Files:
    """Files written by the daemon itself."""

    address = None
    options = {}  # noqa: RUF012

    def flush(self):
        """Bring all values into the files."""


class Cached:
    """Files written by an rrdcached whose base is a folder."""

    def __init__(self, directory, folder="rrd"):
        self._tree = directory / folder
        journal = directory / "journal"
        for folder in (self._tree, journal):
            folder.mkdir()
        socket = directory / "rrdcached.sock"
        self.address = f"unix:{socket}"
        plugin = f'<Plugin rrdcached>\n  DaemonAddress "{self.address}"\n  DataDir "{self._tree}"\n</Plugin>'
        self.options = {"tree": self._tree, "rrdtool": False, "more": f"LoadPlugin rrdcached\n{plugin}"}
        self._process = Program(
            [RRDCACHED, "-g", "-l", self.address, "-b", self._tree, "-B", "-j", journal,
             "-w", "300", "-p", directory / "rrdcached.pid"],
        )  # fmt: skip
        eventually(socket.exists, "rrdcached's socket")

    def end(self):
        self._process.terminate()
        self._process.wait(60)

    def flush(self):
        """Bring all values into the files."""
        rrdtool = pytest.importorskip("rrdtool")
        for path in self._tree.rglob("*.rrd"):
            rrdtool.flushcached("--daemon", self.address, str(path))


@pytest.fixture
def rrdcached(tmp_path):
    """A running rrdcached."""
    yield from _cached(tmp_path, "rrd")


@pytest.fixture
def elsewhere(tmp_path):
    """A running rrdcached whose files the plugin does not find."""
    yield from _cached(tmp_path, "elsewhere")


@pytest.fixture(params=["rrdtool", "rrdcached"])
def writer(request):
    """What the daemon is to write with."""
    return Files() if request.param == "rrdtool" else request.getfixturevalue(request.param)


def _cached(directory, folder):
    if RRDCACHED is None:
        pytest.skip("rrdcached is not installed: apt install rrdcached")
    cached = Cached(directory, folder)
    yield cached
    cached.end()
