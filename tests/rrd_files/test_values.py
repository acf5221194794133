"""Values that are read without librrd are those that librrd reads."""

import fcntl
import math
import random
import time
from array import array

import pytest

from rrd.trees import END, rrdtool
from rrd_files import values
from rrd_files.errors import RrdError
from rrd_files.rows import Rows, Rra, finest_rows, thinned

STEPS = {60: 1440, 480: 1260, 2220: 1207}
RRAS = [Rra(step, step * rows) for step, rows in STEPS.items()]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A file of ten days with stretches without values, some hours of zeros, and a last row that is not over."""
    path = tmp_path_factory.mktemp("values") / "a:b.rrd"
    archives = [f"RRA:{f}:0.1:{step // 60}:{rows}" for step, rows in STEPS.items() for f in ("AVERAGE", "MAX")]
    begin = END - 10 * 86400
    rrdtool.create(str(path), "--start", str(begin), "--step", "60", "DS:value:GAUGE:120:0:U", *archives)
    chance = random.Random(7)
    updates, minute = [], begin // 60
    while minute < END // 60 - 7:
        length = chance.choice((1, 3, 50, 700))
        kind = chance.choice(("values", "values", "zeros", "none"))
        stretch = range(minute + 1, min(minute + length, END // 60 - 7) + 1)
        minute = stretch[-1]
        if kind != "none":
            updates += (f"{60 * one}:{0 if kind == 'zeros' else chance.uniform(0, 1000)}" for one in stretch)
    for first in range(0, len(updates), 1000):
        rrdtool.update(str(path), *updates[first : first + 1000])
    return str(path)


def known(found, number):
    """Return rows, as they are compared."""
    return pytest.approx(list(found if isinstance(found, array) else [found] * number), rel=1e-12, nan_ok=True)


def fetched(rows):
    """Return what rrdtool gives, with NaN for what is unknown."""
    return [math.nan if value is None else value for (value,) in rows]


@pytest.mark.parametrize("function", ["AVERAGE", "MAX"])
@pytest.mark.parametrize("step", STEPS)
def test_stored_rows(path, function, step):
    end = END - END % step
    for first, last in ((1100, 0), (600, 599), (40, 10), (3, -2), (1, 0), (-1, -4)):
        rows = Rows(end - first * step, end - last * step, step)
        _, _, there = rrdtool.fetch(path, function, f"-s{rows.start}", f"-e{rows.end - 1}", f"-r{step}")
        (found,) = values.read(path, function, [rows])
        assert fetched(there) == known(found, first - last), (first, last)


def test_what_an_archive_has_no_more_is_unknown(path):
    last = rrdtool.last(path)
    newest = last - last % 60
    (found,) = values.read(path, "AVERAGE", [Rows(newest - 60 * 1500, newest, 60)])
    (there,) = values.read(path, "AVERAGE", [Rows(newest - 60 * 1440, newest, 60)])
    assert [math.nan] * 60 + list(there) == known(found, 1500)
    (none,) = values.read(path, "AVERAGE", [Rows(newest - 60 * 1500, newest - 60 * 1450, 60)])
    assert math.isnan(none)


@pytest.mark.parametrize("function", ["AVERAGE", "MAX"])
@pytest.mark.parametrize("seconds", [3600, 86400, 7 * 86400, 9 * 86400])
@pytest.mark.parametrize("late", [0, 60, 180, 3000])
def test_rows_of_a_picture(path, function, seconds, late):
    newest = rrdtool.last(path)
    start, end = END - late - seconds, END - late
    rows = thinned(RRAS, newest, start, end, seconds // 400)
    (found,) = values.read(path, function, [rows])
    answer = rrdtool.xport(
        "--start", str(start), "--end", str(end), "--maxrows", "400", f"DEF:v={path.replace(':', chr(92) + ':')}:value:{function}", "XPORT:v",
    )  # fmt: skip
    first, step = answer["meta"]["start"], answer["meta"]["step"]
    drawn = {first + step * number: value for number, value in enumerate(fetched(answer["data"]), 1)}
    mine = dict(zip(rows.ends, found, strict=True))
    assert step == rows.step
    # What lies partly before or behind the picture is of the minutes that do not.
    inner = [moment for moment in mine if start <= moment - step and moment <= end]
    assert len(inner) >= len(mine) - 2
    assert [drawn[moment] for moment in inner] == known(array("d", [mine[moment] for moment in inner]), 0)


def test_several_at_once_and_the_borders_of_all(path):
    wanted = finest_rows(RRAS, rrdtool.last(path), END - 9 * 86400, END - 600)
    together = values.read(path, "AVERAGE", wanted)
    for rows, found in zip(wanted, together, strict=True):
        (alone,) = values.read(path, "AVERAGE", [rows])
        assert list(alone) == known(found, 0)
    assert [len(one) for one in together] == [len(rows.ends) for rows in wanted]


def test_nothing_but_zeros_is_one_number(tmp_path):
    path = str(tmp_path / "zeros.rrd")
    rrdtool.create(path, "--start", str(END - 3600), "--step", "60", "DS:value:GAUGE:120:0:U", "RRA:AVERAGE:0.1:1:100")
    rrdtool.update(path, *(f"{END - 3600 + 60 * minute}:0" for minute in range(1, 61)))
    rows = [Rows(END - 3000, END, 60), Rows(END - 3000, END + 60, 60), Rows(END + 60, END + 120, 60)]
    zeros, some, none = values.read(path, "AVERAGE", rows)
    assert zeros == 0.0
    assert [0.0] * 50 + [math.nan] == known(some, 51)
    assert math.isnan(none)


def test_a_file_of_other_rows_gives_those_that_are_nearest(tmp_path):
    path = str(tmp_path / "coarse.rrd")
    rrdtool.create(path, "--start", str(END - 3600), "--step", "300", "DS:value:GAUGE:600:0:U", "RRA:AVERAGE:0.1:1:100")
    rrdtool.update(path, *(f"{END - 3600 + 300 * number}:{number}" for number in range(1, 13)))
    (found,) = values.read(path, "AVERAGE", [Rows(END - 600, END, 60)])
    assert list(found) == [11] * 5 + [12] * 5


def test_whoever_writes_is_waited_for(path):
    with open(path, "r+b") as file:
        # Locks are a process's own: another one holds it.
        from multiprocessing import get_context

        holder = get_context("fork").Process(target=_hold, args=(file.fileno(), 0.4))
        holder.start()
        while holder.is_alive() and not _is_locked(path):
            time.sleep(0.01)
        began = time.monotonic()
        values.read(path, "AVERAGE", [Rows(END - 600, END, 60)])
        assert time.monotonic() - began > 0.1
        holder.join()


def _hold(descriptor, seconds):
    fcntl.lockf(descriptor, fcntl.LOCK_EX)
    time.sleep(seconds)


def _is_locked(path):
    with open(path, "rb") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_what_cannot_be_read_is_told(path, tmp_path):
    rows = [Rows(END - 600, END, 60)]
    torn = tmp_path / "torn.rrd"
    with open(path, "rb") as file:
        torn.write_bytes(file.read()[:-8])
    for name, function, words in (
        (tmp_path / "none.rrd", "AVERAGE", "No such file or directory"),
        (torn, "AVERAGE", "torn: only "),
        (path, "LAST", "it has no archive of the function LAST"),
    ):
        with pytest.raises(RrdError) as error:
            values.read(str(name), function, rows)
        assert str(error.value).startswith(f"reading '{name}': {words}")
