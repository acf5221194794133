"""What is read of RRD files without librrd: what stays the same of one, and from when on it knows something."""

import pytest

from rrd_files import header

rrdtool = pytest.importorskip("rrdtool", reason="the Python module rrdtool is not installed")

# A whole multiple of all steps.
BEGIN = 1_795_348_800
ARCHIVES = ["RRA:AVERAGE:0.1:1:100", "RRA:MAX:0.1:8:100", "RRA:AVERAGE:0.1:8:200"]


@pytest.fixture
def path(tmp_path):
    return create(tmp_path / "file.rrd")


def create(path):
    rrdtool.create(str(path), "--start", str(BEGIN), "--step", "60", "DS:value:GAUGE:120:U:U", *ARCHIVES)
    return path


def update(path, first, last, number="1"):
    rrdtool.update(str(path), *(f"{BEGIN + minute * 60}:{number}" for minute in range(first, last + 1)))


@pytest.mark.parametrize("minutes", [1, 7, 8, 9, 99, 101, 250])
def test_a_file_stays_what_it_is(path, minutes):
    made = header.made(path)
    update(path, 1, minutes)
    assert header.made(path) == made
    update(path, minutes + 1, minutes + 1, "U")
    update(path, minutes + 90, minutes + 90)
    assert header.made(path) == made


def test_a_file_that_is_made_anew_is_another(path):
    update(path, 1, 20)
    made = {header.made(path)}
    for count in range(2, 10):
        path.unlink()
        update(create(path), 1, 20)
        made.add(header.made(path))
        assert len(made) == count


def test_a_file_that_knows_nothing(path):
    assert header.span(path) == (BEGIN, None)
    update(path, 1, 30, "U")
    assert header.span(path) == (BEGIN + 30 * 60, None)


@pytest.mark.parametrize(
    ("unknown", "known", "first"),
    [
        (0, 1, 1),
        (5, 6, 6),
        (5, 101, 6),
        # The finest archive has its last 100 minutes; those of 8 minutes reach back further.
        (0, 105, 6),
        (0, 120, 8),
        (40, 400, 48),
        (0, 2000, 2000 - 199 * 8),
    ],
)
def test_the_first_that_a_file_knows(path, unknown, known, first):
    if unknown:
        update(path, 1, unknown, "U")
    update(path, unknown + 1, known)
    assert header.span(path) == (BEGIN + known * 60, BEGIN + first * 60)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.999])
def test_a_torn_file_says_nothing(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    for ask in (header.span, header.reach):
        with pytest.raises(header.DamagedError, match="torn"):
            ask(path)


@pytest.mark.parametrize("size", [0, 1, 100, 300, 400, 700])
def test_a_file_without_a_whole_head_is_none(path, size):
    path.write_bytes(path.read_bytes()[:size])
    for ask in (header.made, header.span, header.reach):
        with pytest.raises(header.DamagedError):
            ask(path)


@pytest.mark.parametrize("text", [b"no RRD" * 30000, b"RRD\0" + b"\xff" * 9000, b"\0" * 9000])
def test_what_is_no_rrd_file(path, text):
    path.write_bytes(text)
    for ask in (header.made, header.span, header.reach):
        with pytest.raises(header.DamagedError, match="no RRD file"):
            ask(path)
