"""A state file with bytes changed anywhere: a check answers, or says how to mend it."""

import random
import shutil
import sqlite3

import pytest

from checks.answers import NOW, assert_sound, in_process
from support import CHECKS, check, write_log

STRACE = shutil.which("strace")
# nagiosplugin takes SIGALRM for itself.
pytestmark = pytest.mark.timeout(180, method="thread")

RECORD = "qmail-smtpd: pid {} Reject::SPF::Fail P:ESMTP S:192.0.2.7:unknown H:x F:a@test.example T:b@test.example"


@pytest.fixture
def log(tmp_path):
    lines = []
    for number in range(1, 300):
        lines += [
            (NOW - 1000 + number, f"new msg {number}"),
            (NOW - 1000 + number, f"starting delivery {number}: msg {number} to remote b@host{number % 9}.example"),
            (NOW - 1000 + number, "status: local 0/10 remote 1/20"),
            (NOW - 1000 + number, f"delivery {number}: deferral: greylisted/"),
            (NOW - 1000 + number, "tcpserver: status: 3/40"),
            (NOW - 1000 + number, RECORD.format(number)),
        ]
    return write_log(tmp_path / "log", lines)


@pytest.fixture
def state(log, tmp_path):
    """The state's path, and the bytes of a whole one."""
    assert in_process("queue", "--log", log, "--state-dir", tmp_path / "state")[1] == 0
    (path,) = (tmp_path / "state").glob("*.sqlite")
    with sqlite3.connect(path) as whole, sqlite3.connect(tmp_path / "copy") as copy:
        whole.backup(copy)
    whole.close()
    copy.close()
    return path, (tmp_path / "copy").read_bytes()


def put(path, content):
    """Make a new state directory with that file alone in it."""
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    path.write_bytes(content)


def flipped(content, chance):
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def overwritten(content, chance):
    for _ in range(5):
        content[chance.randrange(len(content))] = chance.randrange(256)


def zeroed(content, chance):
    begin = chance.randrange(len(content) // 512) * 512
    content[begin : begin + 512] = bytes(512)


def cut(content, chance):
    del content[chance.randrange(len(content)) :]


def miswritten(content, chance):
    """Bytes of the texts in it, which SQLite does not look at."""
    begin = content.find(b'{"', chance.randrange(len(content)))
    if begin >= 0:
        content[begin + chance.randrange(60)] = chance.choice(b'0"{}[],:-e')


@pytest.mark.parametrize("damage", [flipped, overwritten, zeroed, cut, miswritten])
def test_each_check_answers(log, state, tmp_path, damage):
    path, whole = state
    chance = random.Random(3)
    codes = set()
    for _ in range(25):
        content = bytearray(whole)
        damage(content, chance)
        put(path, content)
        for name in CHECKS:
            output, code = in_process(name, "--log", log, "--state-dir", tmp_path / "state", "--window", "1d")
            assert_sound(name, output, code)
            codes.add(code)
            if code == 3:
                assert output.startswith(f"QMAIL_{name.upper()} UNKNOWN - {path}: the state is damaged (")
                assert f"; mv {path} {path}.damaged and the log is read again from its archives" in output
    assert codes & {0, 2}


def test_another_log_is_judged_all_the_same(log, state, tmp_path):
    """UNKNOWN does not hide CRITICAL, also where the damage shows itself late."""
    path, whole = state
    other = write_log(tmp_path / "other", [(NOW - 5, "alert: out of memory, sleeping...")])
    put(path, whole.replace(b'[["messages",', b'[["messages"?'))
    output, code = in_process("log", "--log", log, "--log", other, "--state-dir", tmp_path / "state")
    assert output.startswith("QMAIL_LOG CRITICAL - alert: out of memory, sleeping... (once in 15m); ")
    assert f"{path}: the state is damaged (" in output
    assert code == 2


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_a_disk_that_cannot_read_it_is_no_damage(log, state, tmp_path):
    """What SQLite takes for damage may be the disk's: a reading from end to end tells."""
    path, whole = state
    content = bytearray(whole)
    content[4096:8192] = b"\xff" * 4096
    put(path, content)
    words = ["--log", log, "--state-dir", tmp_path / "state", "--window", "1d"]
    output, code = check("queue", *words)
    assert (code, "the state is damaged (" in output) == (3, True)
    strace = [STRACE, "-qq", "-o", "/dev/null", "-P", path, "-e", "trace=read", "-e", "inject=read:error=EIO:when=2+"]
    output, code = check("queue", *words, through=strace)
    assert (code, output) == (3, f"QMAIL_QUEUE UNKNOWN - {path}: cannot read the state: Input/output error; see to its disk\n")
