"""The host runs a plugin from its configuration to its shutdown."""

import types

import pytest

from collectd_shim import Host, PluginError, block
from collectd_shim.daemon import datasets


class Example:
    """A plugin that notes what is called, and fails when told."""

    def __init__(self):
        self.calls = []
        self.fails = False

    def register(self, collectd):
        self.collectd = collectd
        for kind in ("config", "init", "read", "flush", "shutdown"):
            getattr(collectd, f"register_{kind}")(getattr(self, kind), name="example")
        collectd.register_write(self.write, name="first")
        collectd.register_write(self.write, data="again", name="second")

    def config(self, node):
        self.calls.append({child.key: child.values for child in node.children})

    def init(self):
        self.calls.append("init")

    def read(self):
        if self.fails:
            raise ValueError("no log")
        values = self.collectd.Values(type="total_events", plugin="qmail", type_instance="messages")
        for minute in (1, 2):
            values.dispatch(values=[minute], time=60 * minute, interval=60)

    def write(self, values, data="once"):
        self.calls.append((values.time, values.values, data))

    def flush(self, timeout, identifier):
        self.calls.append(("flush", timeout, identifier))

    def shutdown(self):
        self.calls.append("shutdown")


@pytest.fixture
def lines():
    return []


@pytest.fixture
def host(lines):
    return Host(
        hostname="mx1", clock=lambda: 1000.0, log=lambda severity, text: lines.append((severity, text))
    )


def test_a_whole_life(host, lines):
    plugin = Example()
    with host:
        host.load(plugin.register, block("Module", "example", Instance="send", Interval=60))
        assert host.read()
        assert host.read()
    host.shutdown()
    values = [(60.0, [1], "once"), (60.0, [1], "again"), (120.0, [2], "once"), (120.0, [2], "again")]
    assert plugin.calls == [
        {"Instance": ("send",), "Interval": (60.0,)}, "init", *values, *values, ("flush", 0, None), "shutdown"
    ]  # fmt: skip
    assert [text.split(";")[0] for _severity, text in lines] == [
        "uc_update: Value too old: name = mx1/qmail/total_events-messages",
        "uc_update: Value too old: name = mx1/qmail/total_events-messages",
    ]


def test_each_block_goes_to_the_callback_of_its_name(host):
    plugin, other = Example(), Example()
    host.load(plugin.register, block("Module", "EXAMPLE", Instance="send"), block("Module", "example", Instance="smtpd"))
    assert plugin.calls == [{"Instance": ("send",)}, {"Instance": ("smtpd",)}]
    assert host.load(lambda _collectd: other) is other
    assert other.calls == []


def test_a_module_with_register_is_a_plugin(host):
    plugin = Example()
    module = types.ModuleType("example")
    module.register = plugin.register
    host.load(module, block("Module", "example", Instance="send"))
    assert plugin.calls == [{"Instance": ("send",)}]


def test_a_failing_read_is_held_back_ever_longer():
    times = iter([1000.0, 1019.9, 1020.0, 1059.9, 1060.0, 1139.9, 1140.0, 1140.1])
    lines = []
    plugin = Example()
    host = Host(clock=times.__next__, interval=10, log=lambda severity, text: lines.append((severity, text)))
    host.load(plugin.register)
    plugin.fails = True
    answers = [host.read() for _ in range(5)]
    plugin.fails = False
    answers += [host.read() for _ in range(3)]
    failed = (3, "Unhandled python exception in read callback: ValueError: no log")
    suspended = "read-function of plugin `python.example' failed. Will suspend it for"
    assert answers == [False, True, False, True, False, True, True, True]
    assert [line for line in lines if "uc_update" not in line[1]] == [
        failed, (5, f"{suspended} 20.000 seconds."),
        failed, (5, f"{suspended} 40.000 seconds."),
        failed, (5, f"{suspended} 80.000 seconds."),
    ]  # fmt: skip


def test_an_interval_not_given_is_that_of_the_read(host):
    seen = []
    host = Host(hostname="mx1", clock=lambda: 1000.25, interval=30)

    def register(collectd):
        def dispatch():
            collectd.Values(type="gauge").dispatch(values=[1])

        collectd.register_read(dispatch, name="default")
        collectd.register_read(dispatch, 7.5, name="own")
        collectd.register_write(lambda values: seen.append((values.time, values.interval, values.plugin)))

    host.load(register)
    host.read()
    assert seen == [(1000.25, 30.0, "python"), (1000.25, 7.5, "python")]


def test_an_interrupt_goes_through(host):
    def register(collectd):
        def interrupted():
            raise KeyboardInterrupt

        collectd.register_read(interrupted)

    host.load(register)
    with pytest.raises(KeyboardInterrupt):
        host.read()


def test_a_plugin_that_raises_in_config_ends_the_start(host):
    def register(collectd):
        def config(_node):
            raise ValueError("no such option: Lgo")

        collectd.register_config(config, name="x")

    with pytest.raises(PluginError, match=r"^Unhandled .* loading module: ValueError: no such option: Lgo$"):
        host.load(register, block("Module", "x"))


def test_two_hosts_do_not_meet():
    seen = []
    hosts = [Host(hostname=name) for name in ("mx1", "mx2")]
    for host in hosts:
        host.collectd.register_write(lambda values: seen.append(values.host))
    for host in hosts:
        host.collectd.Values(type="gauge").dispatch(values=[1])
    assert seen == ["mx1", "mx2"]


def test_messages_on_a_terminal_are_clean(capsys):
    host = Host()
    host.collectd.info("not shown")
    host.collectd.warning("HELO \x1b[2J\nä")
    assert capsys.readouterr().err == "collectd_shim: HELO \\x1b[2J\\nä\n"


def test_types_are_the_installed_ones(monkeypatch, tmp_path, lines):
    installed = tmp_path / "types.db"
    installed.write_text(
        "# ours\ngauge value:GAUGE:U:U\nbroken value:GAUGE:U\nodd value:OTHER:0:U\n\n"
        "mail  in:DERIVE:0:U,   out:DERIVE:0:U\n"
    )
    monkeypatch.setattr(datasets, "TYPES_DB", installed)
    host = Host(log=lambda severity, text: lines.append((severity, text)))
    assert host.collectd.get_dataset("mail") == [("in", "derive", 0.0, None), ("out", "derive", 0.0, None)]
    assert host.collectd.get_dataset("gauge") == [("value", "gauge", None, None)]
    with pytest.raises(TypeError, match=r"^Dataset latency not found$"):
        host.collectd.Values(type="latency")
    assert lines == [
        (4, "types.db: left out what is no type: broken value:GAUGE:U"),
        (4, "types.db: left out what is no type: odd value:OTHER:0:U"),
    ]
