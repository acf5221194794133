"""What Graphite gets from collectd, by the names of docs/prometheus.md."""

import socket
import threading
from contextlib import contextmanager

import pytest

from plugin.daemon import HOST, ROOT, SAMPLES, Collectd, module, needs_collectd, needs_faketime

pytestmark = [needs_collectd, needs_faketime]

PAGE = (ROOT / "docs" / "prometheus.md").read_text()
# 2026-11-22 07:30 UTC
NOW = 29922210


@contextmanager
def listening():
    """Yield a port and the list of the lines that come there."""
    lines = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def read():
            connection, _ = server.accept()
            with connection, connection.makefile() as file:
                lines.extend(file)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        yield server.getsockname()[1], lines
        thread.join(10)


def parts(host, log, kind, metric, form):
    """Return a name of the page's table with its words filled in."""
    assert f"`{form}`" in PAGE
    for word, value in (("HOST", host), ("LOG", log), ("TYPE", kind), ("METRIC", metric)):
        form = form.replace(word, value)
    return form


@pytest.mark.parametrize(
    ("separate", "form"), [("", "HOST.qmail-LOG.TYPE-METRIC"), ("SeparateInstances true", "HOST.qmail.LOG.TYPE.METRIC")]
)
def test_graphite(tmp_path, separate, form):
    name = parts(HOST.replace(".", "_"), "pop3d", "total_events", "reject", form)
    with listening() as (port, lines):
        writer = f'<Node "a">\n Host "127.0.0.1"\n Port "{port}"\n Protocol "tcp"\n {separate}\n</Node>'
        more = f"LoadPlugin write_graphite\n<Plugin write_graphite>\n{writer}\n</Plugin>"
        modules = module("pop3d", SAMPLES / "pop3d", tmp_path / "state")
        with Collectd(tmp_path, modules, at=NOW * 60 + 10, rrdtool=False, more=f"WriteThreads 1\n{more}") as daemon:
            daemon.until_handed_on(SAMPLES / "pop3d", tmp_path / "state", NOW)
            daemon.stop()
    stated = [line.split() for line in lines]
    seconds = [int(second) for called, _, second in stated if called == name]
    # Each minute of the past, once, in order.
    assert seconds == sorted(set(seconds))
    assert len(seconds) > 30
