"""The stand-in answers as the real daemon does, and the recorded contract is still the daemon's."""

import importlib.util
import json
import sys
import time
from pathlib import Path

import pytest

from collectd_shim import Host, PluginError, block
from rrd_files.tree import RrdTree
from shim import harness
from shim.probes import STARTS
from shim.record_contract import CONTRACT, HERE, record

GOLDEN = json.loads(CONTRACT.read_text())


# What collectd makes of probes.conf and hands to the config callback.
PROBES = block(
    "Module", "probes",
    children=[
        block("Instance", "send", 1, 2.5, True, False, 'q"x\\y'),
        block(
            "Sub", "a", B=-17, C="1e3", D=True, E="yes", F=10, G="bare_word", H="10.0.0.1", I=16, J=(0.5, 3, -2.5),
            K=1500, L="two\nlines", M="", N=("Off", "TRUE"), children=[block("Named", "b"), block("Inner", A=1)],
        ),
        block("Multi", "a", "b"),
    ],
)  # fmt: skip
# What the blocks of STARTS come to.
BLOCKS = {"block of another": "other", "block of another case": "STARTED"}


def probes():
    """Load the probes under the name that they have in the daemon: it is in every identifier."""
    spec = importlib.util.spec_from_file_location("probes", HERE / "probes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Clock:
    """Goes on by a twentieth of a second when told."""

    def __init__(self):
        self.now = time.time()

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    pytest.importorskip("rrdtool", reason="the Python module rrdtool is not installed")
    directory = tmp_path_factory.mktemp("contract")
    out = directory / "contract.json"
    clock = Clock()
    host = Host(
        hostname=harness.HOSTNAME,
        clock=clock,
        writer=RrdTree(directory / "rrd"),
        traces=True,
        log=lambda _severity, _message: None,
    )
    module = probes()

    def register(collectd):
        return module.register(collectd, out, {f"{directory}/rrd": "DATADIR"}, clock)

    host.load(register, PROBES)
    for _ in range(100):
        host.read()
        clock.now += 0.05
    host.shutdown()
    return json.loads(out.read_text())


@pytest.mark.parametrize("question", GOLDEN["answers"])
def test_answer(answered, question):
    assert answered["answers"][question] == GOLDEN["answers"][question]


def test_events(answered):
    assert steps(answered["events"]) == steps(GOLDEN["events"])


def test_no_question_is_missing(answered):
    assert list(answered["answers"]) == list(GOLDEN["answers"])


def steps(events):
    """Group the events by step, so that a difference names the step that it is in."""
    groups = {"start": []}
    current = "start"
    for event in events:
        if event[0] in {"step", "read"}:
            current = str(event[1])
            groups[current] = []
        groups[current].append(event)
    return groups


@pytest.mark.parametrize("name", STARTS)
def test_start(monkeypatch, name):
    source, text = STARTS[name]
    blocks = [block("Module", BLOCKS.get(name, "started"), A=1)] if text else []
    lines = []
    host = Host(log=lambda _severity, message: lines.append(message))
    monkeypatch.setitem(sys.modules, "collectd", host.collectd)

    def started(_collectd):
        exec(compile(source, "started.py", "exec"), {"__name__": "started"})

    alive, *expected = GOLDEN["starts"][name]
    if alive:
        host.load(started, *blocks)
    else:
        with pytest.raises(PluginError) as caught:
            host.load(started, *blocks)
        assert str(caught.value) == expected[-1]
    assert lines == expected


@harness.needs_collectd
def test_contract_is_the_daemons(tmp_path):
    version = harness.collectd_version()
    if version != GOLDEN["collectd"]:
        pytest.skip(f"the contract was recorded from collectd {GOLDEN['collectd']}, here is {version}")
    recorded = record(Path(tmp_path))
    if recorded["python"] != GOLDEN["python"]:
        pytest.skip(f"recorded with Python {GOLDEN['python']}, this collectd has {recorded['python']}")
    assert recorded["starts"] == GOLDEN["starts"]
    assert recorded["answers"] == GOLDEN["answers"]
    assert steps(recorded["events"]) == steps(GOLDEN["events"])
