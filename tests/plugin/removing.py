"""A collectd plugin: removes a file when a certain value is on its way to it, behind every look at the files."""

from pathlib import Path

import collectd

_left = {}


def configure(block):
    """Take a block's options: File, and At, the number of the dispatched value of its series that finds it gone."""
    options = {option.key: option.values[0] for option in block.children}
    path = Path(options["File"])
    _left[path.stem] = [int(options["At"]), path]


def write(values):
    """Let a value pass; the one that was named finds no file."""
    order = _left.get(f"{values.type}-{values.type_instance}")
    if values.plugin == "qmail" and order is not None:
        order[0] -= 1
        if order[0] == 0:
            order[1].unlink()


collectd.register_config(configure)
collectd.register_write(write)
