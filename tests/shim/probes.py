"""A plugin that asks collectd's Python module many questions and writes down the answers.

It runs in the real daemon (which imports it, with CONTRACT_PROBES in the environment) and in the stand-in
(which calls register). Not asked is what has no one answer: dispatch() without a type but with other names
and get_dataset() of an unknown type use freed memory in collectd 5.12, write() with meta data that is no
dict words a line of CPython's own source, and an argument of dispatch() and write() that is given twice, by
place and by name, is refused by Python itself before the stand-in sees it.
"""

import ast
import json
import os
import sys
import threading
import time
from pathlib import Path

T = 1_700_000_000
HERE = Path(__file__).parent

# Of the daemon's threads and plugins, not of its Python module.
LIFECYCLE = (
    "Initialization complete",
    "Exiting normally",
    "collectd: Stopping",
    "rrdtool plugin: Shutting down",
    "plugin_load:",
    "plugin_read_thread:",
)

KINDS = ("config", "init", "read", "write", "flush", "log", "notification", "shutdown")

# Plugins that keep the daemon from starting, or nearly: source, blocks after Import.
STARTS = {
    "import raises": ("raise ValueError('imported')", ""),
    "import of a missing module": ("import no_such_module", ""),
    "import exits": ("import sys\nsys.exit(3)", ""),
    "config raises": (
        "import collectd\ndef config(node): raise ValueError('configured')\ncollectd.register_config(config)",
        "<Module started>\nA 1\n</Module>",
    ),
    "config raises CollectdError": (
        (
            "import collectd\n"
            "def config(node): raise collectd.CollectdError('configured')\n"
            "collectd.register_config(config)"
        ),
        "<Module started>\nA 1\n</Module>",
    ),
    "block of another": (
        "import collectd\ndef config(node): raise ValueError('configured')\ncollectd.register_config(config)",
        "<Module other>\nA 1\n</Module>",
    ),
    "block of another case": (
        (
            "import collectd\n"
            "def config(node): collectd.warning(repr(node.values))\n"
            "collectd.register_config(config)"
        ),
        "<Module STARTED>\nA 1\n</Module>",
    ),
    "the last config callback wins": (
        (
            "import collectd\n"
            "def first(node): collectd.warning('first')\n"
            "def second(node): collectd.warning('second')\n"
            "collectd.register_config(first)\n"
            "collectd.register_config(second)"
        ),
        "<Module started>\nA 1\n</Module>",
    ),
}


class Recorder:
    """Asks, listens, and keeps what it heard as events."""

    def __init__(self, collectd, out, hide, now=time.time):
        self.collectd = collectd
        self.out = Path(out)
        self.hide = hide
        self.now = now
        self.events = []
        self.answers = {}
        self.reads = 0
        self.markers = 1_000_000_000
        self.marker_seen = threading.Event()

    def event(self, *what):
        self.events.append(list(what))

    def clean(self, text):
        for secret, shown in self.hide.items():
            text = text.replace(secret, shown)
        kept = [line for line in text.split("\n") if not line.strip() or line.strip(" ^~")]
        return "\n".join(kept)

    # What the daemon calls.

    def config(self, node, data=None):
        parents = [child.parent is node for child in node.children]
        self.event("config", node.key, list(node.values), repr(node), parents, data)
        for child in node.children:
            self.config(child)

    def init(self, data=None):
        self.event("init", data)

    def init_raises(self):
        raise ValueError("in init")

    def read(self):
        self.reads += 1
        self.event("read", self.reads)
        if self.reads == 1:
            self.ask()
            self.walk()
            raise ValueError("in read\nsecond line")
        if self.reads == 2:
            raise self.collectd.CollectdError("quiet")
        if self.reads == 3:
            sys.exit(3)
        self.collectd.unregister_read("python.probes")
        self.out.with_suffix(".done").touch()

    def read_with_data(self, data):
        self.event("read with data", data)
        self.collectd.unregister_read("python.data")

    def write(self, values, data=None):
        if values.plugin == "marker":
            return
        if abs(values.time - self.now()) < 3600:
            self.event("write", values.plugin, "now", round(values.interval, 6), data)
        else:
            self.event("write", repr(values), repr(values.values), kinds(values.meta), data)

    def write_raises(self, values):
        if values.plugin == "raises":
            raise ValueError("in write")

    def write_marker(self, values):
        if values.plugin == "marker" and values.time == self.markers:
            self.marker_seen.set()

    def notification(self, notification, data=None):
        if abs(notification.time - self.now()) < 3600:
            self.event("notification", notification.message, "now", data)
        else:
            self.event("notification", repr(notification), kinds(notification.meta), data)

    def flush(self, timeout, identifier, data=None):
        self.event("flush", timeout, identifier, data)

    def flush_raises(self, _timeout, _identifier):
        raise ValueError("in flush")

    def log(self, severity, message, data=None):
        if not message.startswith(LIFECYCLE):
            self.event("log", severity, self.clean(message), data)

    def shutdown(self, data=None):
        self.event("shutdown", data)
        self.save()

    def shutdown_raises(self):
        raise ValueError("in shutdown")

    # Asking.

    def ask(self):
        def f(*_):
            """Do nothing."""

        f.__module__ = "m"
        for code in lines("questions.txt"):
            before = len(self.events)
            answer = self.clean(evaluate(code, {"collectd": self.collectd, "f": f, "KINDS": KINDS}))
            self.answers[code] = [answer, *(event[1:] for event in self.events[before:])]
            del self.events[before:]

    def walk(self):
        given = {"collectd": self.collectd, "values": self.collectd.Values, "T": T}
        given |= {"event": self.event, "alone": self.alone, "settle": self.settle}
        for code in lines("steps.txt"):
            self.event("step", code)
            answer = evaluate(code, given)
            if answer not in {"None", "done"}:
                self.event("answer", answer)
            self.settle()

    def settle(self):
        """Wait until all that was dispatched so far is through the write callbacks and the log."""
        self.marker_seen.clear()
        # What the daemon logs after the callbacks of the first marker comes before those of the second.
        self.markers += 120
        for when in (self.markers - 60, self.markers):
            marker = self.collectd.Values(type="gauge", plugin="marker", time=when, interval=60)
            marker.dispatch(values=[1])
        assert self.marker_seen.wait(20), "a dispatched value did not come back"

    def alone(self, dispatch):
        """Dispatch without a write callback of ours, when the rrdtool plugin alone decides."""
        for name in ("probes", "data", "raises", "marker"):
            self.collectd.unregister_write(f"python.{name}")
        dispatch()
        self.await_log("to all write plugins failed")
        self.register_writes()

    def await_log(self, text):
        deadline = time.monotonic() + 20
        pause = threading.Event()
        while not any(event[0] == "log" and text in event[2] for event in self.events):
            assert time.monotonic() < deadline, f"the log does not say: {text}"
            pause.wait(0.005)

    def register_writes(self):
        self.collectd.register_write(self.write)
        self.collectd.register_write(self.write, "DATA", "data")
        self.collectd.register_write(self.write_raises, name="raises")
        self.collectd.register_write(self.write_marker, name="marker")

    def register(self):
        collectd = self.collectd
        collectd.register_log(self.log)
        collectd.register_log(self.log, "DATA", "data")
        collectd.unregister_log("python.data")
        collectd.register_config(self.config, data="DATA")
        collectd.register_config(self.config, name="elsewhere")
        collectd.register_init(self.init)
        collectd.register_init(self.init, None)
        collectd.register_init(self.init_raises)
        collectd.register_read(self.read, 0.05)
        collectd.register_read(self.read_with_data, 0.05, {"a": 1}, "data")
        self.register_writes()
        collectd.register_notification(self.notification)
        collectd.register_notification(self.notification, name="data", data=5)
        collectd.register_flush(self.flush)
        collectd.register_flush(self.flush_raises, name="raises")
        collectd.register_shutdown(self.shutdown)
        collectd.register_shutdown(self.shutdown_raises)

    def save(self):
        python = ".".join(map(str, sys.version_info[:2]))
        contract = {"python": python, "answers": self.answers, "events": self.events}
        self.out.write_text(json.dumps(contract, ensure_ascii=False))


def lines(name):
    text = (HERE / name).read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def kinds(meta):
    return {key: type(value).__name__ for key, value in meta.items()}


def names(cls):
    # The stand-in binds its classes to one host by an heir of the same name.
    return [
        f"{base.__module__}.{base.__name__}"
        for base in cls.__mro__
        if not base.__module__.startswith("collectd_shim.")
    ]


def members(cls):
    return [name for name in dir(cls) if not name.startswith("_")]


def evaluate(code, given):
    """Return repr() of the last expression's value, or the exception in words."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    scope = {**given, "__name__": "question", "names": names, "members": members}
    try:
        exec(compile(tree, "question", "exec"), scope)
        if last is None:
            return "done"
        return repr(eval(compile(ast.Expression(last.value), "question", "eval"), scope))
    except Exception as error:  # noqa: BLE001 - the exception is the answer
        words = str(error)
        if isinstance(error, AttributeError):
            # A class written in C is named with its module there, one written in Python is not.
            words = words.replace("'collectd.", "'")
        return f"{type(error).__name__}: {words}"


def register(collectd, out, hide, now=time.time):
    """Register a recorder; it saves what it heard to *out* at shutdown."""
    recorder = Recorder(collectd, out, {f"{HERE}/": "", **hide}, now)
    recorder.register()
    return recorder


if "CONTRACT_PROBES" in os.environ:
    import collectd

    register(collectd, **json.loads(os.environ["CONTRACT_PROBES"]))
