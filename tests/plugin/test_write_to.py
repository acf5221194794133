"""Where the system does not tell which plugins the daemon has loaded, the configuration does."""

import os
import subprocess
from types import SimpleNamespace
from typing import ClassVar

import pytest

from plugin.daemon import SAMPLES, Collectd, module, needs_collectd, needs_faketime
from sqmail_collectd import settings, writer

series = pytest.importorskip("plugin.series", reason="the Python module rrdtool is not installed")

# 2026-11-22 07:30 UTC
NOW = 29922210
FIRST = NOW - 39
WITHOUT_PROC = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]


def can_hide_proc():
    return os.geteuid() == 0 and not subprocess.run([*WITHOUT_PROC, "true"], capture_output=True, check=False).returncode


needs_mount = pytest.mark.skipif(not can_hide_proc(), reason="nothing may be mounted here")


def collected(directory, log="pop3d", wait=None, **options):
    """Have collectd without /proc read a log; return what it logged and what the files have of rejects by minute."""
    modules = module(log, SAMPLES / log, directory / "state", **options)
    with Collectd(directory, modules, at=NOW * 60 + 10, under=WITHOUT_PROC) as daemon:
        daemon.until_handed_on(SAMPLES / log, directory / "state", NOW)
        if wait is None:
            daemon.until_stored(log, NOW)
        # It complains of threads that it cannot name without /proc.
        said = [line for line in daemon.stop() if "sqmail" in line]
    return said, daemon.rrd / f"qmail-{log}" / "total_events-reject.rrd"


@needs_collectd
@needs_faketime
@needs_mount
def test_named_by_the_configuration_they_get_each_minute(tmp_path):
    said, file = collected(tmp_path, WriteTo="rrdtool")
    assert said == []
    counts = series.counts(file, FIRST, NOW - 1)
    assert sum(counts.values()) == 99
    assert None not in counts.values()


@needs_collectd
@needs_faketime
@needs_mount
def test_without_it_the_past_is_left_out_and_that_is_told(tmp_path):
    said, file = collected(tmp_path, wait=False)
    assert said == [
        "sqmail_collectd: pop3d: /proc/self/maps: No such file or directory, so nobody knows which plugins store the "
        'values, and minutes that have passed are left out; name the plugins: WriteTo "rrdtool" "rrdcached" "network", '
        'those that are loaded, or WriteTo "dispatch"'
    ]
    assert series.last(file) == NOW * 60


class Values:
    """What a plugin hands to the daemon, kept in a list that all share."""

    handed: ClassVar = []

    def __init__(self, **names):
        self.names = names

    def dispatch(self, **more):
        self.handed.append(("dispatch", more["time"]))

    def write(self, destination, **more):
        self.handed.append((destination, more["time"]))


@pytest.mark.parametrize(
    ("named", "ways"),
    [
        (None, ["dispatch"]),
        ((), ["dispatch"] * 4),
        (("rrdtool",), ["rrdtool"] * 3 + ["dispatch"]),
        (("rrdtool", "network"), ["rrdtool"] * 3 + ["network"] * 3 + ["dispatch"]),
    ],
)
def test_who_gets_the_past(monkeypatch, tmp_path, named, ways):
    monkeypatch.setattr(writer, "_MAPS", tmp_path / "maps")
    monkeypatch.setattr(Values, "handed", [])
    warnings = []
    collectd = SimpleNamespace(Values=Values, warning=warnings.append, flush=lambda **_: None)
    put = writer.Writer(collectd, "a", None, None, named)
    put.put([(NOW + number, {"lines": number}) for number in range(4)], live=True)
    assert [way for way, _ in Values.handed] == ways
    assert Values.handed[-1] == ("dispatch", (NOW + 4) * 60)
    assert len(warnings) == (named is None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["rrdtool"], ("rrdtool",)),
        (["network", "rrdcached"], ("network", "rrdcached")),
        (["dispatch"], ()),
        (["csv"], "WriteTo 'csv' takes no values by name; those that do are \"rrdtool\", \"rrdcached\", \"network\", and \"dispatch\" means all others"),
        (["dispatch", "rrdtool"], 'WriteTo takes one or more of "rrdtool", "rrdcached", "network", or "dispatch" alone'),
        ([], 'WriteTo takes one or more of "rrdtool", "rrdcached", "network", or "dispatch" alone'),
        ([5.0], "WriteTo takes a text in quotes"),
    ],
)
def test_what_the_option_takes(given, said):
    options = [("Instance", ["a"]), ("Log", ["/a"]), ("WriteTo", given)]
    block = SimpleNamespace(children=[SimpleNamespace(key=key, values=values) for key, values in options])
    if isinstance(said, tuple):
        assert settings.read(block)[0].write_to == said
    else:
        with pytest.raises(settings.SettingsError) as refused:
            settings.read(block)
        assert str(refused.value) == said
