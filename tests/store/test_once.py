"""Each line of a log is in the store once and only once, however often and however abruptly the export ended."""

import os
import random
import shutil
import signal
import subprocess
import sys

import pytest

from report.reports import run
from sqmail_log.errors import SqmailError
from sqmail_report.store import folder, schema
from store import logs
from store.stores import HOST, content, export, query
from support import SOURCES


@pytest.fixture(scope="module")
def feed(tmp_path_factory):
    """Return lines of a log with all kinds of lines, and what a store of all of them holds."""
    place = tmp_path_factory.mktemp("whole")
    lines = []
    for log in logs.generated(place / "logs", 150_000, 0):
        lines += (log / "current").read_bytes().splitlines(keepends=True)
    lines.sort(key=lambda line: line[:25])
    log = place / "log"
    log.mkdir()
    (log / "current").write_bytes(b"".join(lines))
    return lines, content(moved(place, log))


def moved(place, log):
    """Export a log from a path that is the same for all, since rows tell it."""
    here = place / "here"
    if not here.is_symlink():
        here.symlink_to(log)
    return export(place / "store", log)


class Growing:
    """A log directory that gets its lines in pieces, and is rotated at times."""

    def __init__(self, path, lines, chance):
        self.path = path
        self.lines = lines
        self.chance = chance
        self.done = 0
        path.mkdir()

    def grow(self):
        """Write some more lines, perhaps the half of one too; tell whether there are more."""
        current = self.path / "current"
        number = self.chance.randint(1, 400)
        new = b"".join(self.lines[self.done : self.done + number])
        self.done += number
        whole = current.read_bytes()[: self._whole] if current.exists() else b""
        rest = self.lines[self.done][:30] if self.done < len(self.lines) else b""
        with current.open("r+b" if current.exists() else "wb") as file:
            file.seek(len(whole))
            file.write(new + rest)
        self._whole = len(whole) + len(new)
        if self.chance.random() < 0.2 and self.done < len(self.lines):
            with current.open("r+b") as file:
                file.truncate(self._whole)
            label = self.lines[self.done - 1][:25].decode()
            current.rename(self.path / f"{label}.s")
            current.touch()
            self._whole = 0
        return self.done < len(self.lines)

    _whole = 0


def same(store, wanted, log):
    """Compare a store's rows with those of a single export, which was of another path."""
    found = content(store)
    assert all(rows for rows in found.values())
    for name, rows in found.items():
        assert [row.replace(str(log), "LOG") for row in rows] == wanted[name], name


def without_path(wanted, path):
    return {name: [row.replace(str(path), "LOG") for row in rows] for name, rows in wanted.items()}


@pytest.fixture(scope="module")
def wanted(feed):
    lines, rows = feed
    path = next(iter(rows["counts"])).partition('"log": "')[2].partition('"')[0]
    return lines, without_path(rows, path)


def test_in_pieces_it_is_the_same_as_at_once(tmp_path, wanted):
    lines, rows = wanted
    log = Growing(tmp_path / "log", lines, random.Random(1))
    while log.grow():
        export(tmp_path / "store", log.path)
    export(tmp_path / "store", log.path)
    same(tmp_path / "store", rows, log.path)
    before = files(tmp_path / "store")
    export(tmp_path / "store", log.path)
    assert files(tmp_path / "store") == before, "nothing new changes nothing"


def files(store):
    return {path: path.stat().st_mtime_ns for path in store.rglob("*.parquet")}


class KilledError(BaseException):
    """What a kill looks like from inside: nothing behind it is done."""


STEPS = ("replace", "rename", "unlink", "fsync", "mkdir")


def test_a_kill_at_each_step_leaves_it_as_before_or_as_after(tmp_path, wanted, monkeypatch):
    lines, rows = wanted
    log = tmp_path / "log"
    log.mkdir()
    store = tmp_path / "store"
    third = len(lines) // 3
    states = []
    for upto in (third, 2 * third, len(lines)):
        (log / "current").write_bytes(b"".join(lines[:upto]))
        before = content(store) if store.exists() else None
        copy = tmp_path / f"copy-{upto}"
        if store.exists():
            shutil.copytree(store, copy)
        after = content(export(copy, log))
        states.append(after)
        killed, step = True, 0
        while killed:
            step += 1
            killed = killed_at(step, store, log, monkeypatch)
            if killed and any((store / table.name).is_dir() for table in schema.TABLES):
                # Who only reads may meet a run half done; the next export's first step makes it whole.
                with folder.Folder(store, HOST, str(log)).alone():
                    pass
                if any((store / table.name).is_dir() for table in schema.TABLES):
                    assert content(store) in ([after] if before is None else [before, after])
        assert step > 10, "there are as many steps to be killed at"
        assert content(store) == after
    same(store, rows, log)


def killed_at(number, store, log, monkeypatch):
    """Export until the step of that number; tell whether it came so far."""
    steps = iter(range(1, number))

    def interrupted(function):
        def step(*arguments, **named):
            if next(steps, None) is None:
                raise KilledError
            return function(*arguments, **named)

        return step

    with monkeypatch.context() as patched:
        for name in ("replace", "rename", "unlink", "fsync", "mkdir"):
            patched.setattr(os, name, interrupted(getattr(os, name)))
        try:
            export(store, log)
        except KilledError:
            return True
    return False


def test_killed_at_random_moments_it_holds_each_line_once(tmp_path, wanted):
    lines, rows = wanted
    chance = random.Random(7)
    log = Growing(tmp_path / "log", lines, chance)
    store = tmp_path / "store"
    kills = 0
    more = True
    # The parent has loaded what takes long; a child is killed while it reads and writes.
    while more:
        more = log.grow()
        kills += killed_after(chance.uniform(0.0, 0.06), store, log.path)
    assert kills > 3
    export(store, log.path)
    same(store, rows, log.path)


def killed_after(seconds, store, log):
    """Export in a fork that is killed so many seconds after its begin; tell whether it was killed."""
    import time

    child = os.fork()
    if not child:
        try:
            os._exit(run("export", "--store", store, "--host", HOST, "--log", log)[0])
        finally:
            os._exit(99)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_second_export_says_who_holds_the_log(tmp_path):
    log = logs.REAL[0] if logs.REAL[0].name == "send" else next(path for path in logs.REAL if path.name == "send")
    store = export(tmp_path / "store", log)
    with folder.Folder(store, HOST, folder.real_path(str(log))).alone():
        status, out, err = run("export", "--store", store, "--host", HOST, "--log", log)
    assert (status, out) == (1, "")
    assert err.endswith(f"lock: another export of this log is at work (process {os.getpid()})\n")
    export(store, log)


def test_a_lost_archive_is_told_as_a_gap(tmp_path, wanted):
    lines, _ = wanted
    log = tmp_path / "log"
    log.mkdir()
    (log / "current").write_bytes(b"".join(lines[:500]))
    store = export(tmp_path / "store", log)
    (log / "current").write_bytes(b"".join(lines[900:]))
    status, out, err = run("export", "--store", store, "--host", HOST, "--log", log)
    assert (status, out) == (0, "")
    assert err == f"warning: {log}: gaps: 1; lines were removed or damaged before they were read\n"
    assert query(store, "SELECT number FROM figures WHERE name = 'gaps'") == [{"number": 1}]


def test_a_message_that_ends_later_has_one_row(tmp_path):
    from report.reports import stamped

    log = tmp_path / "log"
    log.mkdir()
    first = [
        "new msg 100", "info msg 100: bytes 812 from <a@example.org> qp 41 uid 503",
        "starting delivery 1: msg 100 to remote b@example.net", "status: local 0/10 remote 1/20",
    ]  # fmt: skip
    later = ["delivery 1: success: 192.0.2.1_accepted_message./", "status: local 0/10 remote 0/20", "end msg 100"]
    (log / "current").write_bytes(b"".join(stamped(line, number) for number, line in enumerate(first)))
    store = export(tmp_path / "store", log)
    assert query(store, "SELECT state, message, bytes, successes, ended_ns FROM messages") == [
        {"state": "open", "message": 100, "bytes": 812, "successes": 0, "ended_ns": None}
    ]
    with (log / "current").open("ab") as file:
        file.write(b"".join(stamped(line, 100_000 + number) for number, line in enumerate(later)))
    export(store, log)
    assert query(store, "SELECT state, message, bytes, uid, sender, successes, (ended_ns - born_ns) // 1000000000 AS s FROM messages") == [
        {"state": "ended", "message": 100, "bytes": 812, "uid": 503, "sender": "<a@example.org>", "successes": 1, "s": 100_001}
    ]
    assert query(store, "SELECT xdelay, day FROM attempts")[0]["xdelay"] == 99_998.0
    assert [str(row["day"]) for row in query(store, "SELECT DISTINCT day FROM deliveries")] == ["2026-11-23"]


def test_a_damaged_state_is_told_and_left(tmp_path):
    log = next(path for path in logs.REAL if path.name == "send")
    store = export(tmp_path / "store", log)
    (state,) = store.rglob("state.json")
    state.write_text("{")
    status, _, err = run("export", "--store", store, "--host", HOST, "--log", log)
    assert status == 1
    assert "state.json: damaged" in err
    assert state.read_text() == "{"


def test_no_library_is_told_with_the_line_that_gets_it(tmp_path):
    log = next(path for path in logs.REAL if path.name == "send")
    code = "import sys; sys.modules['pyarrow'] = None; from sqmail_report.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "export", "--store", tmp_path / "store", "--log", log],
        capture_output=True, text=True, env={"PATH": os.environ["PATH"], "PYTHONPATH": SOURCES}, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "pyarrow is missing" in done.stderr
    assert "-m pip install 'pyarrow>=20' 'duckdb>=1.4'" in done.stderr


def test_names_of_logs_do_not_collide():
    assert folder.log_name("/var/log/a_b") != folder.log_name("/var/log/a/b")
    assert folder.log_name("/var/log/a/b") == folder.log_name("/var/log/a/b")
    assert "/" not in folder.log_name("/var/log/../x y")
    with pytest.raises(ValueError, match="no name for a host"):
        folder.host_name("../mx1")
    assert issubclass(SqmailError, Exception)
