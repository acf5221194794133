"""Lines longer than anybody writes: handed out in pieces beyond a megabyte, never kept whole in memory."""

import pytest

from follow.loggers import Follower, multilog
from follow.plain import append, closed_at, lines, payloads
from support import check, perfdata, stamp

MEGABYTE = 1 << 20


@pytest.mark.parametrize("length", [2000, 300_000, MEGABYTE - 100])
def test_handed_out_whole(tmp_path, length):
    with multilog(tmp_path / "log") as log:
        follower = Follower(log.directory)
        log.write(3)
        log.give(b"x" * length)
        log.write(3)
        follower.read()
    assert follower.payloads == log.written
    assert follower.gaps == 0


def test_handed_out_in_pieces(tmp_path):
    log = tmp_path / "qmail.log"
    huge = stamp(1795332000) + b" " + b"x" * (5 * MEGABYTE) + b"\n"
    log.write_bytes(lines(0, 3) + huge + lines(3, 3))
    follower = Follower(log)
    chunks = list(follower.chunks())
    assert all(sum(map(len, chunk.lines)) < 2 * MEGABYTE for chunk in chunks)
    pieces = [payload for payload in follower.payloads if b"x" in payload]
    assert len(pieces) == 5
    assert b"".join(pieces).replace(b"unstamped: ", b"") == b"x" * (5 * MEGABYTE)
    assert [payload for payload in follower.payloads if b"x" not in payload] == payloads(0, 6)
    append(log, lines(6, 3))
    assert follower.read() == payloads(6, 3)
    assert follower.gaps == 0


def test_found_again_by_lines_behind_it(tmp_path):
    """In a file that was packed meanwhile, places are counted in lines: pieces are none."""
    import gzip

    log = tmp_path / "log"
    log.mkdir()
    huge = stamp(1795332000) + b" " + b"x" * (3 * MEGABYTE) + b"\n"
    content = lines(0, 3) + huge + lines(3, 3)
    (log / "current").write_bytes(content)
    follower = Follower(log)
    follower.read()
    assert follower.payloads[-3:] == payloads(3, 3)
    (log / closed_at(9)).write_bytes(gzip.compress(content + lines(6, 3)))
    (log / "current").unlink()
    (log / "current").write_bytes(lines(9, 1))
    assert follower.read() == payloads(6, 4)
    assert follower.gaps == 0


def test_growing_without_an_end(tmp_path):
    """It is held back until it has an end, or is a megabyte long."""
    log = tmp_path / "qmail.log"
    log.write_bytes(lines(0, 3))
    follower = Follower(log)
    follower.read()
    append(log, stamp(1795332000) + b" ")
    for _ in range(3):
        append(log, b"x" * 300_000)
        assert follower.read() == []
    append(log, b"x" * 300_000)
    assert sum(map(len, follower.read())) > 1_000_000
    append(log, b"x\n" + lines(3, 1))
    assert follower.read()[-1:] == payloads(3, 1)
    assert follower.gaps == 0


def test_split_by_multilog_at_the_size_of_its_file(tmp_path):
    """No end of line in the last 2000 bytes: multilog ends the file there, and the line goes on in the next."""
    with multilog(tmp_path / "log", size=4096) as log:
        follower = Follower(log.directory)
        log.write(3)
        log.give(b"delivery 1: failure: " + b"x" * 5000)
        log.write(3)
        follower.read()
        assert len(log.archives()) == 1
    whole = [payload for payload in follower.payloads if b"x" not in payload]
    pieces = [payload for payload in follower.payloads if b"x" in payload]
    assert whole == log.written[:3] + log.written[4:]
    assert len(pieces) == 2
    assert b"".join(pieces).replace(b"unstamped: ", b"") == log.written[3]
    assert follower.gaps == 0


def test_a_check_counts_it_as_unrecognised(tmp_path):
    with multilog(tmp_path / "log") as log:
        log.write(3)
        log.give(b"x" * 3_000_000)
        log.write(3)
        output, code = check("log", "--log", log.directory, "--state-dir", tmp_path / "state")
    figures = perfdata(output)
    assert (figures["lines"], figures["unrecognised"], figures["gaps"], code) == ("9", "3", "0", 0)
    assert output.count("\n") == 1
    assert len(output) < 1000
