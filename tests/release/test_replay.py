"""The sample logs, distributed over a day: as many lines of each kind, each course as it was, and every hour has some."""

import re
from collections import Counter

import pytest

from examples.replay import distribute
from project import ROOT
from sqmail_log import tai64n

HOUR = 3600 * tai64n.SECOND
END = 1_795_000_000 * tai64n.SECOND
NUMBER = re.compile(rb"\d+")
DELIVERY = re.compile(rb"starting delivery (\d+): |delivery (\d+): ")
SESSION = re.compile(rb"tcpserver: (?:pid|end) (\d+)")


def rows(folder):
    """The lines of a folder in the order of its files, each with its moment."""
    files = [*sorted(path for path in folder.iterdir() if path.name.startswith("@")), folder / "current"]
    lines = [line for path in files for line in path.read_bytes().splitlines() if line.startswith(b"@")]
    return [(tai64n.nanoseconds(line[:25]), line[26:]) for line in lines]


def kinds(lines):
    return Counter(NUMBER.sub(b"N", text) for _, text in lines)


def durations(lines, pattern):
    """How long everything took that has a begin and an end, sorted."""
    begun, took = {}, []
    for stamp, text in lines:
        if found := pattern.match(text):
            key = found[1] or found[2]
            if key in begun:
                took.append(stamp - begun.pop(key))
            else:
                begun[key] = stamp
    return sorted(took)


@pytest.fixture(scope="module", params=[("send", DELIVERY), ("smtpd", SESSION), ("pop3d", SESSION)], ids=lambda row: row[0])
def day(request, tmp_path_factory):
    name, pattern = request.param
    folder = tmp_path_factory.mktemp("day") / name
    distribute(ROOT / "examples/logs" / name, folder, END, 24 * HOUR, 2)
    return rows(ROOT / "examples/logs" / name), rows(folder), folder, pattern


def test_every_line_is_there_as_often_as_asked(day):
    sample, lines, _, _ = day
    assert kinds(lines) == Counter({text: 2 * count for text, count in kinds(sample).items()})


def test_lines_are_in_order_and_the_newest_is_where_it_was_wanted(day):
    _, lines, _, _ = day
    stamps = [stamp for stamp, _ in lines]
    assert stamps == sorted(stamps)
    assert stamps[-1] == END


def test_every_hour_has_lines_and_noon_more_than_midnight(day):
    _, lines, _, pattern = day
    hours = Counter((END - stamp) // HOUR for stamp, text in lines if pattern.match(text))
    assert all(hours[hour] for hour in range(24))
    by_clock = Counter(stamp // HOUR % 24 for stamp, text in lines if pattern.match(text))
    assert sum(by_clock[hour] for hour in range(9, 15)) > 1.5 * sum(by_clock[hour % 24] for hour in range(21, 27))


def test_what_has_begun_takes_as_long_as_it_took(day):
    sample, lines, _, pattern = day
    assert durations(lines, pattern) == sorted(2 * durations(sample, pattern))


def test_a_status_tells_what_runs(day):
    _, lines, _, _ = day
    running, channels, told = set(), {}, 0
    for _, text in lines:
        if found := re.match(rb"tcpserver: (pid|end) (\d+)", text):
            running.symmetric_difference_update({found[2]})
        elif found := re.match(rb"starting delivery (\d+): msg \d+ to (\w+)", text):
            channels[found[1]] = found[2]
        elif found := re.match(rb"delivery (\d+): ", text):
            channels.pop(found[1])
        elif found := re.match(rb"tcpserver: status: (\d+)/", text):
            told += 1
            assert int(found[1]) == len(running)
        elif found := re.match(rb"status: local (\d+)/10 remote (\d+)/20", text):
            told += 1
            now = [*channels.values()]
            assert (int(found[1]), int(found[2])) == (now.count(b"local"), now.count(b"remote"))
    assert told > 500


def test_the_files_are_those_of_multilog(day):
    _, _, folder, _ = day
    names = sorted(path.name for path in folder.iterdir())
    assert names[-1] == "current"
    for name in names[:-1]:
        assert re.fullmatch(r"@[0-9a-f]{24}\.s", name)
        newest = (folder / name).read_bytes().splitlines()[-1]
        assert tai64n.nanoseconds(name[:25].encode()) > tai64n.nanoseconds(newest[:25])
