"""RRD files read back as counts and states of minutes."""

import math

import rrdtool

from rrd_files.header import last_update


def last(path):
    """Return the Unix time of a file's last update, without librrd's lock, which would turn a writer away."""
    return last_update(path)


def minutes(path, first, last):
    """Return the stored value of each minute from `first` to `last`, None where it is unknown."""
    assert path.exists(), path  # rrdtool's module aborts the process
    (start, _, step), _, rows = rrdtool.fetch(
        str(path), "AVERAGE", "-r", "60", "-s", str(first * 60), "-e", str(last * 60 + 1)
    )
    assert step == 60, f"{path}: no minutes so long ago"
    values = {(start + step * (index + 1)) // 60 - 1: row[0] for index, row in enumerate(rows)}
    return {
        minute: None if values[minute] is None or math.isnan(values[minute]) else values[minute]
        for minute in range(first, last + 1)
    }


def counts(path, first, last):
    """Return what was counted in each minute from `first` to `last`, None where that is unknown."""
    return {
        minute: None if value is None else round(value * 60, 6) for minute, value in minutes(path, first, last).items()
    }
