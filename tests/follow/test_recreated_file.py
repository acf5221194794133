"""A file removed and made anew, and by chance with the same inode: read from its beginning, and a gap."""

import pytest

from follow.loggers import Follower
from follow.plain import append, lines, payloads, recreate


@pytest.mark.parametrize("same_inode", [True, False])
@pytest.mark.parametrize("number", [1, 10, 30], ids=["shorter", "as long", "longer"])
def test_recreated(tmp_path, number, same_inode):
    log = tmp_path / "qmail.log"
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    assert follower.read() == payloads(0, 10)
    recreate(log, lines(50, number), same_inode=same_inode)
    assert follower.read() == payloads(50, number)
    assert follower.gaps == 1
    assert follower.read() == []
    append(log, lines(90, 3))
    assert follower.read() == payloads(90, 3)
    assert follower.gaps == 1


@pytest.mark.parametrize("same_inode", [True, False])
def test_recreated_empty(tmp_path, same_inode):
    log = tmp_path / "qmail.log"
    log.write_bytes(lines(0, 10))
    follower = Follower(log)
    follower.read()
    recreate(log, b"", same_inode=same_inode)
    assert follower.read() == []
    assert follower.read() == []
    log.write_bytes(lines(10, 3))
    assert follower.read() == payloads(10, 3)
    assert follower.gaps == 1
