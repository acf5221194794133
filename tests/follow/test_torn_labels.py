"""Labels torn in the middle of a file: the line keeps the time of what is left of it, or of the line before."""

import pytest

from follow.loggers import Follower
from sqmail_log import tai64n
from sqmail_log.figures import minutes
from sqmail_log.files import follow
from sqmail_log.watch import at, watch
from support import stamp

NOW = 1795332000
SECOND = tai64n.SECOND
HOUR = 3600 * SECOND
MESSAGE = (b"new msg 5", b"info msg 5: bytes 9 from <a@test.example> qp 1 uid 2")
DELIVERY = (b"starting delivery 1: msg 5 to remote b@host.example", b"delivery 1: success: ok/")
WHOLE = stamp(NOW)
TORN = {
    "cut": WHOLE[:17],
    "letters": WHOLE[:12] + b"z" * 13,
    "letters in the nanoseconds": WHOLE[:20] + b"zzzzz",
    "blanks": WHOLE[:12] + b"  " + WHOLE[14:],
    "underscores": WHOLE[:18] + b"_" + WHOLE[19:],
    "a sign": WHOLE[:9] + b"+" + WHOLE[10:],
    "nothing but NULs": b"\0" * 25,
    "nothing": b"",
    "before 1970": b"@" + b"0" * 24,
    "after 2106": b"@" + b"f" * 24,
    "years later": stamp(1 << 32),
    "human": b"2026-11-22 07:20:00.5 ",
}
EARLIER = [(NOW - 5, b"status: local 0/10 remote 0/20")]
LATER = [(NOW + 5, b"status: local 1/10 remote 1/20")]


def write(path, torn, payload):
    """Write a line with a torn label between two with whole ones."""
    lines = [stamp(second) + b" " + text for second, text in EARLIER]
    lines += [torn + b" " + payload]
    lines += [stamp(second) + b" " + text for second, text in LATER]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.mark.parametrize("payload", [*MESSAGE, *DELIVERY])
@pytest.mark.parametrize("torn", TORN.values(), ids=TORN)
def test_the_state_goes_on(tmp_path, torn, payload):
    """Whatever is opened or ended by such a line, reading goes on, and times stay near."""
    log = write(tmp_path / "qmail.log", torn, payload)
    view = watch(str(log), str(tmp_path / "state"), now=(NOW + 10) * SECOND)
    assert view.sums(HOUR).numbers["lines"] == 3
    assert view.newest == (NOW + 5) * SECOND
    ages = [view.now - since for _, since, _ in view.oldest(10)]
    assert all(0 <= age <= 360 * SECOND for age in ages)
    again = watch(str(log), str(tmp_path / "state"), now=(NOW + 10) * SECOND)
    assert again.sums(HOUR).dump() == view.sums(HOUR).dump()


@pytest.mark.parametrize("moment", [NOW + 10, NOW + 1], ids=["behind", "between"])
@pytest.mark.parametrize("torn", TORN.values(), ids=TORN)
def test_the_past(tmp_path, torn, moment):
    log = write(tmp_path / "qmail.log", torn, MESSAGE[0])
    view = at(str(log), moment * SECOND, HOUR)
    assert view.sums(HOUR).numbers["lines"] == (3 if moment > NOW + 5 else 2)


@pytest.mark.parametrize("torn", TORN.values(), ids=TORN)
def test_a_line_s_time_does_not_hang_on_the_size_of_a_chunk(tmp_path, torn, monkeypatch):
    """At a chunk's end each line is looked at; between them the lines next to it tell."""
    log = write(tmp_path / "qmail.log", torn, b"fnord")
    for block in (1, 60, 1 << 18):
        monkeypatch.setattr(follow, "BLOCK", block)
        follower = Follower(log)
        follower.read()
        numbers = [number for number, run in minutes.Buckets().runs(follower.lines) for _ in run]
        assert numbers == [(NOW - 5) // 60, numbers[1], (NOW + 5) // 60]
        assert numbers[1] in {(NOW - 5) // 60, NOW // 60}


def test_many_of_them_cost_what_others_cost():
    """Alternating with whole ones, they are looked at once."""
    lines = [stamp(NOW), b"", stamp(NOW + 1), b"no stamp"] * 20000
    cut = list(minutes.Buckets().runs(lines))
    assert sum(len(run) for _, run in cut) == len(lines)
    assert len(cut) < 10


def test_delays_of_torn_stamps():
    whole = tai64n.short(NOW * SECOND)
    later = tai64n.short((NOW + 2) * SECOND)
    two = 2 * SECOND
    assert list(tai64n.nanoseconds_between([whole, whole], [later, later])) == [two, two]
    assert list(tai64n.nanoseconds_between([whole, whole], [later, later[:8] + b" " * 8])) == [two, two]
    assert list(tai64n.nanoseconds_between([whole, whole], [later, later[:8] + b"_0000000"])) == [two, two]
    assert list(tai64n.nanoseconds_between([whole, whole], [later[:8], later])) == [two, two]
    assert list(tai64n.nanoseconds_between([whole, later], [b"z" * 16, later])) == [-(NOW + 10) * SECOND, 0]


@pytest.mark.parametrize("text", [b"", b"zz", b"6b02z", b"6b02_54b118d1bb3", b" b02b54b118d1bb3", b"+b02b54b118d1bb3"])
def test_of_a_torn_stamp_the_digits_it_begins_with_count(text):
    digits = text[:5].rstrip(b"z_") if text[:1] == b"6" else b""
    assert tai64n.long(text.ljust(16, b"z")) == tai64n.long(digits.ljust(16, b"0"))
