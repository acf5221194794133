"""A collectd plugin: from a certain value on, the write threads go no further than here."""

import threading

import collectd

_left = []
_lock = threading.Lock()


def configure(block):
    """Take the option After: how many of qmail's values pass."""
    _left.append(int(block.children[0].values[0]))


def write(values):
    """Let a value pass, or never return."""
    if values.plugin != "qmail":
        return
    with _lock:
        _left[0] -= 1
    if _left[0] < 0:
        threading.Event().wait()


collectd.register_config(configure)
collectd.register_write(write)
