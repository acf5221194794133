"""What a read does and leaves alone: the spool, the budget, nothing where nothing is new."""

import itertools
import os
import subprocess
import sys

import collectd_shim
import sqmail_collectd
from plugin.daemon import ROOT, SAMPLES
from plugin.logs import Log, queued
from sqmail_log.figures.metrics import SEND
from sqmail_log.series import metrics_of

# 2026-11-20 12:00 UTC
START = 29919600


class Run:
    """The plugin in the stand-in for the daemon; what it dispatches and logs is kept."""

    def __init__(self, directory, budget=5.0, **options):
        self.now = (START + 10) * 60 * 10**9 + 10**10
        self.values = []
        self.logged = []
        self.host = collectd_shim.Host(
            hostname="mx1",
            clock=lambda: self.now / 1e9,
            log=lambda severity, text: self.logged.append((severity, text)),
        )
        self.host.load(
            lambda collectd: sqmail_collectd.register(collectd, clock=lambda: self.now, budget=budget),
            collectd_shim.block("Module", "sqmail_collectd", StateDir=str(directory / "state"), **options),
        )
        self.host.collectd.register_write(self._keep, name="keep")

    def read(self, seconds=0):
        """Let the clock go on and read once; return the values that came."""
        self.now += seconds * 10**9
        before = len(self.values)
        assert self.host.read()
        return self.values[before:]

    def _keep(self, values):
        name = f"{values.plugin_instance}/{values.type}-{values.type_instance}"
        self.values.append((name, int(values.time), values.interval, *values.values))


def of(name, values):
    return [value for value in values if value[0] == name]


def test_without_rrdtool_history_is_dispatched(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    run = Run(tmp_path, Instance="send", Log=str(log.directory))
    totals = itertools.accumulate(map(queued, range(START, START + 10)), initial=0)
    messages = [("send/total_events-messages", 60 * (START + n), 60, total) for n, total in enumerate(totals)]
    assert of("send/total_events-messages", run.read()) == messages


def test_each_minute_once(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    run = Run(tmp_path, Instance="send", Log=str(log.directory))
    run.read()
    names = [f"send/{metric.type}-{metric.name}" for metric in metrics_of({SEND})]
    for _ in range(5):
        assert run.read(10) == []
    minute = run.read(10)
    assert sorted(value[0] for value in minute) == sorted(names)
    assert {value[1] for value in minute} == {60 * (START + 11)}
    assert run.read(10) == []
    assert len(run.read(120)) == 2 * len(names)


def test_a_minute_waits_for_lines_that_are_under_way(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    run = Run(tmp_path, Instance="send", Log=str(log.directory))
    run.now = (START + 10) * 60 * 10**9 + 2 * 10**9
    assert max(value[1] for value in run.read()) == 60 * (START + 9)
    log.write(START + 10, START + 10)
    assert max(value[1] for value in run.read(1)) == 60 * (START + 10)


def test_an_idle_read_touches_nothing(tmp_path):
    run = Run(tmp_path, Instance="send", Log=str(SAMPLES / "send"), History=1e9)
    run.now = 29922210 * 60 * 10**9 + 10**10
    while run.read():
        pass
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "state").iterdir()}
    assert run.read() == []
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "state").iterdir()} == files
    assert run.logged == []


def test_a_first_run_takes_several_reads_when_its_time_is_short(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START - 1500, START + 9)
    run = Run(tmp_path, Instance="send", Log=str(log.directory), History=1e6, budget=0.0)
    parts = [run.read() for _ in range(60)]
    assert len([part for part in parts if part]) > 5
    messages = of("send/total_events-messages", run.values)
    assert [value[1] // 60 for value in messages] == list(range(START - 1500, START + 11))
    assert messages[-1][3] == sum(map(queued, range(START - 1500, START + 10)))


def test_the_spool_is_counted_once_a_minute(tmp_path):
    queue = tmp_path / "queue"
    for path in ("mess/0/23", "mess/1/24", "mess/22/45", "todo/45", "info/0/23"):
        (queue / path).parent.mkdir(parents=True, exist_ok=True)
        (queue / path).touch()
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    run = Run(tmp_path, Instance="send", Log=str(log.directory), Queue=str(queue))
    second = run.now // 10**9
    spooled = [("send/queue_length-spool", second, 60, 3), ("send/queue_length-todo", second, 60, 1)]
    assert [value for value in run.read() if value[0] in {name for name, *_ in spooled}] == spooled
    assert run.read(10) == []
    (queue / "mess/1/25").touch()
    assert of("send/queue_length-spool", run.read(50)) == [("send/queue_length-spool", second + 60, 60, 4)]


def test_a_spool_split_into_folders(tmp_path):
    queue = tmp_path / "queue"
    for path in ("mess/0/23", "todo/0/23", "todo/7/30"):
        (queue / path).parent.mkdir(parents=True, exist_ok=True)
        (queue / path).touch()
    run = Run(tmp_path, Instance="send", Log=str(Log(tmp_path / "log").directory), Queue=str(queue))
    assert [(name, value) for name, _, _, value in run.read()] == [
        ("send/queue_length-spool", 1),
        ("send/queue_length-todo", 2),
    ]


def test_a_spool_that_is_no_queue_is_told_once_and_the_log_goes_on(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    run = Run(tmp_path, Instance="send", Log=str(log.directory), Queue=str(tmp_path))
    assert run.read()
    assert run.read(60)
    assert run.read(60)
    told = f"sqmail_collectd: send: {tmp_path}/mess: no such folder; a qmail queue has mess and todo"
    assert run.logged == [(3, told)]


def test_an_error_nobody_thought_of_is_one_line(tmp_path, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("\x1b[2J\n")

    run = Run(tmp_path, Instance="send", Log=str(Log(tmp_path / "log").directory))
    monkeypatch.setattr("sqmail_collectd.instance.watch", broken)
    assert run.read() == run.read(60) == []
    said = "sqmail_collectd: send: unexpected ZeroDivisionError: ZeroDivisionError('\\x1b[2J\\n')"
    assert run.logged == [(3, said)]


def test_a_state_that_was_removed_is_begun_anew(tmp_path):
    log = Log(tmp_path / "log")
    log.write(START, START + 9)
    run = Run(tmp_path, Instance="send", Log=str(log.directory))
    run.read()
    for path in (tmp_path / "state").iterdir():
        path.unlink()
    run.read(60)
    messages = of("send/total_events-messages", run.values)
    assert messages[-1] == ("send/total_events-messages", 60 * (START + 11), 60, messages[10][3])


def test_another_module_called_collectd_is_left_alone(tmp_path):
    """On PyPI a client of collectd's network protocol has this name."""
    (tmp_path / "collectd.py").write_text("PORT = 25826\n")
    path = os.pathsep.join([str(tmp_path), str(ROOT / "collectd_plugin"), str(ROOT / "parser")])
    subprocess.run([sys.executable, "-c", "import sqmail_collectd"], env={"PYTHONPATH": path}, check=True)
