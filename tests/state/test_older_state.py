"""A state that an older version wrote: converted, or emptied and the log read again, said in a word."""

import json
import sqlite3
import time

import pytest

from sqmail_log.state import VERSION, State, StateError, state_path
from support import check, perfdata, stamp, write_log

# By the minute, so that the window holds all lines.
NOW = time.time() // 60 * 60
HANDED_ON = {"exported": "29922210", "feed": '{"receiver": "send"}', "mrtg -1 5": "29922200"}


@pytest.fixture
def read(tmp_path):
    """A log of five lines that were read, two in an archive, and what a check is given; then three lines more."""
    log = tmp_path / "log"
    write_log(log, [(NOW - 200 + i, f"new msg {i}") for i in range(2)], name=f"{stamp(NOW - 150).decode()}.s")
    write_log(log, [(NOW - 100 + i, f"new msg {i}") for i in range(2, 5)])
    arguments = ("--log", log, "--state-dir", tmp_path / "state")
    assert figures(*arguments)["lines"] == "5"
    write_log(log, [(NOW - 50 + i, f"new msg {i}") for i in range(5, 8)], mode="ab")
    return arguments, state_path(str(tmp_path / "state"), str(log))


def figures(*arguments):
    output, code = check("log", *arguments)
    assert code == 0, output
    return perfdata(output)


def aged(path, version):
    """Make a state what it was in an older version; it has handed minutes on."""
    state = sqlite3.connect(path, isolation_level=None)
    labels = "".join(key for (key,) in state.execute("SELECT key FROM archives ORDER BY key"))
    (text,) = state.execute("SELECT value FROM meta WHERE key = 'position'").fetchone()
    _, *scalars = json.loads(text)
    state.execute("UPDATE meta SET value = ? WHERE key = 'position'", (json.dumps([labels, *scalars[:5]]),))
    state.execute("DELETE FROM meta WHERE key = 'floor'")
    state.execute("DROP TABLE archives")
    state.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", HANDED_ON.items())
    if version < 4:
        state.execute("UPDATE minutes SET sums = 'what nobody can read any more'")
    state.execute(f"PRAGMA user_version={version}")
    state.close()


def kept(path):
    state = sqlite3.connect(path)
    meta = dict(state.execute("SELECT key, value FROM meta"))
    version = state.execute("PRAGMA user_version").fetchone()[0]
    state.close()
    return version, {key: meta.get(key) for key in HANDED_ON}


def test_one_of_version_4_is_converted(read):
    """Nothing is read twice, nothing is lost."""
    arguments, path = read
    aged(path, 4)
    output, code = check("log", *arguments)
    assert (code, perfdata(output)["lines"], perfdata(output)["gaps"]) == (0, "8", "0")
    assert "read again" not in output
    assert kept(path) == (VERSION, HANDED_ON)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_one_is_emptied_and_the_log_is_read_again(read, version):
    """What was handed on stays handed on."""
    arguments, path = read
    aged(path, version)
    output, code = check("log", *arguments)
    assert f"; {arguments[1]}: read again, its state was of an older version ({version}) |" in output
    assert (code, perfdata(output)["lines"], perfdata(output)["gaps"]) == (0, "8", "0")
    assert "read again" not in check("log", *arguments)[0]
    assert kept(path) == (VERSION, HANDED_ON)


def test_one_that_is_only_read_is_left_as_it_is(read):
    """An archive run changes no check's state: it keeps all files until a check has converted it."""
    _, path = read
    aged(path, 3)
    before = kept(path)
    with pytest.raises(StateError, match="written by another version of sqmail-monitoring"):
        State(path, read=True)
    assert kept(path) == before
