"""Packed archives are known by their content, under any name; a damaged one is a gap."""

import bz2
import gzip
import lzma
import os
import time
from importlib import import_module
from importlib.util import find_spec

import pytest

from follow.loggers import Follower, multilog
from report.reports import run
from support import check, perfdata

PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
# Python 3.14 brings it.
if find_spec("compression"):
    PACKERS[".zst"] = import_module("compression.zstd").compress


@pytest.fixture(params=["", *PACKERS])
def ending(request):
    """What the packed file's name ends in beyond the archive's, if anything."""
    return request.param


@pytest.fixture(params=PACKERS.values(), ids=PACKERS)
def pack(request):
    return request.param


def pack_archives(log, pack, ending, number=None):
    """Replace the oldest archives by packed ones, as a nightly job does."""
    for archive in log.archives()[:number]:
        packed = log.directory / "packing"
        packed.write_bytes(pack(archive.read_bytes()))
        archive.unlink()
        packed.rename(f"{archive}{ending}")


def test_read_for_the_first_time(tmp_path, pack, ending):
    with multilog(tmp_path / "log") as log:
        for _ in range(3):
            log.write(10)
            log.rotate()
        log.write(10)
        pack_archives(log, pack, ending)
        follower = Follower(log.directory)
        assert follower.read() == log.written
    assert follower.gaps == 0


def test_packed_between_two_reads(tmp_path, pack, ending):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        follower.read()
        for _ in range(3):
            log.write(10)
            log.rotate()
        pack_archives(log, pack, ending)
        log.write(10)
        follower.read()
        assert follower.payloads == log.written
        log.write(10)
        log.rotate()
        pack_archives(log, pack, ending, -1)
        log.write(10)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_packed_while_reading_has_stopped_in_it(tmp_path, pack, ending, monkeypatch):
    from sqmail_log.files import follow

    monkeypatch.setattr(follow, "BLOCK", 200)
    with multilog(tmp_path / "log") as log:
        for _ in range(3):
            log.write(30)
            log.rotate()
        follower = Follower(log.directory)
        for stops in (3, 20, 40):
            follower.read_chunks(stops)
            for archive in log.archives():
                if archive.suffix in {".s", ending}:
                    content = archive.read_bytes()
                    archive.unlink()
                    if content.startswith(b"@"):
                        content = pack(content)
                    archive.with_suffix(f".s{ending}" if archive.suffix == ".s" else "").write_bytes(content)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_packed_while_it_is_read(tmp_path, pack, monkeypatch):
    from sqmail_log.files import follow

    monkeypatch.setattr(follow, "BLOCK", 200)
    with multilog(tmp_path / "log") as log:
        for _ in range(3):
            log.write(30)
            log.rotate()
        log.write(5)
        follower = Follower(log.directory)
        chunks = follower.chunks()
        for _ in range(3):
            next(chunks)
        pack_archives(log, pack, ".packed")
        for _ in chunks:
            pass
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_being_packed(tmp_path, pack):
    """The packer writes beside the original, which it removes at its end."""
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(10)
        follower.read()
        for _ in range(2):
            log.write(10)
            log.rotate()
        for archive in log.archives():
            os.rename(archive, f"{archive}.new")
            (log.directory / f"{archive.name}.new.gz").write_bytes(pack(b"half a fi")[:-5])
        log.write(10)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


DAMAGES = {
    "cut": lambda packed: packed[: len(packed) * 2 // 3],
    "overwritten": lambda packed: packed[: len(packed) // 2] + bytes(30) + packed[len(packed) // 2 + 30 :],
    "checksum": lambda packed: packed[:-8] + bytes(8),
    "header": lambda packed: packed[:6] + b"\xff" * 20,
    "empty": lambda packed: packed[:6],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged(tmp_path, pack, damage):
    """What can be unpacked is read, each line once; the rest is one gap."""
    with multilog(tmp_path / "log") as log:
        for _ in range(3):
            log.write(200)
            log.rotate()
        log.write(10)
        middle = log.archives()[1]
        middle.write_bytes(damage(pack(middle.read_bytes())))
        follower = Follower(log.directory)
        follower.read()
        assert follower.gaps == 1
        whole = [payload for payload in follower.payloads if payload in set(log.written)]
        assert len(follower.payloads) - len(whole) <= 1
        assert whole == log.written[: len(whole) - 210] + log.written[400:]
        assert follower.read() == []
        assert follower.gaps == 1


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_behind_the_place_that_was_read(tmp_path, pack, damage):
    """Where its beginning can't be read, nobody knows that it is the file that was being read: a gap more."""
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(100)
        follower.read()
        log.write(100)
        log.rotate()
        log.write(10)
        (archive,) = log.archives()
        packed = log.directory / "packed"
        packed.write_bytes(damage(pack(archive.read_bytes())))
        archive.unlink()
        packed.rename(archive)
        follower.read()
        gaps = follower.gaps
        assert gaps in {1, 2}
        assert follower.payloads[:100] == log.written[:100]
        assert follower.payloads[-10:] == log.written[200:]
        assert len(follower.payloads) <= 210
        assert follower.read() == []
        assert follower.gaps == gaps


@pytest.fixture
def damaged(tmp_path, pack):
    """A log of which 10 lines are left, and its archive of 100 lines that nobody can unpack."""
    with multilog(tmp_path / "log") as log:
        log.write(100)
        log.rotate()
        log.write(10)
        (archive,) = log.archives()
        archive.write_bytes(DAMAGES["header"](pack(archive.read_bytes())))
        yield log.directory, archive


def shows_the_gap(output, code):
    assert output.startswith("QMAIL_LOG WARNING - lines lost before they were read, once in 15m; ")
    assert (perfdata(output)["lines"], perfdata(output)["gaps"], code) == ("10", "1", 1)


def test_a_check_shows_the_gap(tmp_path, damaged):
    for _ in range(2):
        shows_the_gap(*check("log", "--log", damaged[0], "--state-dir", tmp_path / "state"))


def test_a_check_of_the_past_shows_the_gap(damaged):
    shows_the_gap(*check("log", "--log", damaged[0], "--at", str(int(time.time()) + 1)))


def test_a_report_says_what_it_lacks(damaged):
    log, archive = damaged
    status, out, err = run("overview", "--log", log)
    assert err == f"warning: {archive}: damaged; the lines behind the damage are lost, and missing here\n"
    assert (status, bool(out)) == (0, True)
