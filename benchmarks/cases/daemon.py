"""What the plugin costs inside the real collectd: processor time of a read, memory on top."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bench import Row
from benchmarks.measure import Command, CommandFailedError, Runs, Usage, differences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench

_INTERVAL = 0.1
_MEASURED = 8.0
_PATIENCE = 300.0
_AIM = 0.001
_NAME = "sqmail_collectd"
_NOTHING = "plugin that does nothing"
_NOTHING_SOURCE = f"import collectd\n\ncollectd.register_read(lambda: None, {_INTERVAL})\n"
_FIND = f"import importlib.util as u; s = u.find_spec('{_NAME}'); print(s.origin if s else '')"


def plugin(bench: Bench) -> Iterator[Row]:
    """Measure an idle read in collectd against one that does nothing, each in its own daemon."""
    subject = f"read with nothing new, {bench.live_size / 1e6:.0f} MB log"
    collectd = shutil.which("collectd", path="/usr/sbin:/usr/local/sbin:/opt/collectd/sbin")
    found = subprocess.run([bench.python(), "-c", _FIND], capture_output=True, text=True, check=False)
    origin = found.stdout.strip()
    row = Row("plugin", subject, _NAME, peer=_NOTHING, target=_AIM)
    if collectd is None:
        yield replace(row, note="collectd is not installed: apt install collectd")
        return
    if not origin:
        yield replace(row, note=f"{_NAME} is not installed: not importable by {bench.python()}")
        return
    log = bench.datasets.send(bench.live_size).log
    scratch = bench.scratch("plugin")
    (scratch / "nothing.py").write_text(_NOTHING_SOURCE)
    ours = _module(
        Path(origin).parent.parent,
        _NAME,
        f'Instance "send"\nLog "{log}"\nStateDir "{scratch}/state"\nInterval {_INTERVAL}\n',
    )
    nothing = _module(scratch, "nothing", "")
    pairs = []
    try:
        for turn in range(min(bench.rounds, 3)):
            bench.say(f"plugin: {subject}, turn {turn + 1}")
            pairs.append((_measured(collectd, scratch, ours), _measured(collectd, scratch, nothing)))
    except CommandFailedError as error:
        yield replace(row, note=f"failed: {error}")
        return
    runs = Runs(Command(_NAME, (collectd,)), tuple(a for a, _ in pairs))
    others = Runs(Command(_NOTHING, (collectd,)), tuple(b for _, b in pairs))
    more = max(a.memory - b.memory for a, b in pairs) / 1e6
    yield replace(
        row,
        runs=runs,
        peer_runs=others,
        difference=differences(runs, others),
        note=f"{more:.1f} MB on top of collectd with its Python (aim: <= 20 MB)",
    )


def _module(folder: Path, name: str, block: str) -> str:
    inside = f"<Module {name}>\n{block}</Module>\n" if block else ""
    return f'<Plugin python>\nModulePath "{folder}"\nImport "{name}"\n{inside}</Plugin>\n'


def _measured(collectd: str, scratch: Path, module: str) -> Usage:
    """Run one daemon until its reads are idle; processor seconds of one read, resident bytes."""
    configuration = scratch / "collectd.conf"
    configuration.write_text(
        f'Hostname "benchmark"\nFQDNLookup false\nBaseDir "{scratch}"\nPIDFile "{scratch}/pid"\n'
        f"Interval {_INTERVAL}\nReadThreads 1\nWriteThreads 1\nLoadPlugin logfile\nLoadPlugin csv\n"
        f'LoadPlugin python\n<Plugin logfile>\nLogLevel "warning"\nFile "{scratch}/messages"\n</Plugin>\n'
        f'<Plugin csv>\nDataDir "{scratch}/csv"\n</Plugin>\n{module}'
    )
    daemon = subprocess.Popen([collectd, "-f", "-C", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        _settle(daemon)
        began = time.monotonic()
        before = _reader_seconds(daemon)
        time.sleep(_MEASURED)
        spent = _reader_seconds(daemon) - before
        wall = time.monotonic() - began
        status = Path(f"/proc/{daemon.pid}/status").read_text()
    finally:
        daemon.terminate()
        daemon.wait()
    resident = int(status.partition("VmRSS:")[2].split()[0]) * 1024
    return Usage(spent / (wall / _INTERVAL), 0.0, wall, resident, "")


def _settle(daemon: subprocess.Popen[bytes]) -> None:
    """Wait until two seconds in a row cost about the same: the history has been read."""
    deadline = time.monotonic() + _PATIENCE
    last = spent = float("inf")
    while time.monotonic() < deadline:
        before = _reader_seconds(daemon)
        time.sleep(1.0)
        last, spent = spent, _reader_seconds(daemon) - before
        if spent < 0.5 and abs(spent - last) < 0.3 * max(spent, last):
            return
    raise CommandFailedError(f"collectd: its reads still cost {spent:.2f} s a second after {_PATIENCE:.0f} s")


def _reader_seconds(daemon: subprocess.Popen[bytes]) -> float:
    """Return the processor seconds of the threads that read, as the kernel counts them."""
    if daemon.poll() is not None:
        raise CommandFailedError(f"collectd: exit code {daemon.returncode}")
    total = 0
    for task in Path(f"/proc/{daemon.pid}/task").iterdir():
        if (task / "comm").read_text().startswith("reader"):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9
