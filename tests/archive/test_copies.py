"""Copies: where they stand, what they hold, and when the original may go."""

import bz2
import fcntl
import gzip
import lzma
import os
import resource
import shutil
import stat

import pytest

from archive.places import NOVEMBER, archive, contents, finished, label, lines, traces, unpacked
from sqmail_log.files import history
from support import SAMPLES

NOTE = "no check's state was consulted before removing (no --state-dir given)"
TORN = "cannot be read to its end: Compressed file ended before the end-of-stream marker was reached"


@pytest.fixture
def log(tmp_path):
    """Return a log of three finished files and a live one."""
    directory = tmp_path / "qmail-send"
    finished(directory, NOVEMBER - 200)
    finished(directory, NOVEMBER - 100, ending=".u")
    finished(directory, NOVEMBER)
    (directory / "current").write_bytes(lines(NOVEMBER + 1))
    (directory / "state").touch()
    (directory / "lock").touch()
    return directory


@pytest.mark.parametrize(("method", "suffix"), [("gzip", ".gz"), ("xz", ".xz"), ("none", "")])
def test_each_file_is_copied_once(tmp_path, log, method, suffix):
    kept = tmp_path / "archive"
    before = traces(log)
    sources = sorted(log.glob("@*"))
    expected = [(source, kept / "2026" / "qmail-send" / (source.name + suffix)) for source in sources]
    out, err = archive("--log", log, "--compress", method, "-v", kept)
    assert out == "".join(f"archived {source} to {copy}\n" for source, copy in expected)
    assert err == ""
    assert traces(log) == before
    assert sorted(kept.rglob("@*")) == [copy for _, copy in expected]
    for source, copy in expected:
        assert unpacked(copy) == source.read_bytes()
        assert copy.stat().st_mtime_ns == source.stat().st_mtime_ns
        assert stat.S_IMODE(copy.stat().st_mode) == 0o640 & ~_umask()


def test_a_second_run_does_nothing(tmp_path, log):
    kept = tmp_path / "archive"
    archive("--log", log, kept)
    before = traces(tmp_path)
    for method in ("gzip", "xz", "none"):
        assert archive("--log", log, "--compress", method, "-v", kept) == ("", "")
    assert traces(tmp_path) == before


def test_the_year_is_that_of_the_closing_stamp(tmp_path):
    log = tmp_path / "log"
    new_year = 1767225600
    last = finished(log, new_year - 1)
    first = finished(log, new_year)
    archive("--log", f"smtpd={log}", tmp_path / "archive")
    assert contents(tmp_path / "archive") == {
        f"2025/smtpd/{last.name}": last.read_bytes(),
        f"2026/smtpd/{first.name}": first.read_bytes(),
    }


def test_several_logs_at_once(tmp_path):
    originals = {}
    for name in ("qmail-send", "qmail-smtpd", "a/main", "b/main"):
        source = finished(tmp_path / name, NOVEMBER)
        originals[f"2026/{name.replace('/', '-')}/{source.name}"] = source.read_bytes()
    kept = tmp_path / "archive"
    logs = [tmp_path / "qmail-send", tmp_path / "qmail-smtpd", f"a-main={tmp_path / 'a/main'}"]
    archive(
        *[word for log in logs for word in ("--log", log)], "--log", f"b-main={tmp_path / 'b/main'}", kept
    )
    assert contents(kept) == originals


def test_packed_files_are_unpacked_first(tmp_path):
    log = tmp_path / "send"
    content = lines(NOVEMBER, 500)
    for second, pack in enumerate([gzip.compress, bz2.compress, lzma.compress]):
        finished(log, NOVEMBER + second, pack(content))
    finished(log, NOVEMBER + 9, gzip.compress(content), ending=".s.gz")
    archive("--log", log, tmp_path / "archive")
    assert contents(tmp_path / "archive") == {
        f"2026/send/{label(NOVEMBER + second)}.s": content for second in (0, 1, 2, 9)
    }


def test_an_archive_reads_like_a_log(tmp_path):
    for name in ("smtpd", "send"):
        log = tmp_path / name
        shutil.copytree(SAMPLES / name, log)
        (log / "current").unlink()
        archive("--log", log, tmp_path / "archive")
        copies = tmp_path / "archive" / "2026" / name
        assert list(history.history([str(copies)])) == list(history.history([str(log)]))


def test_remove(tmp_path, log):
    kept = tmp_path / "archive"
    originals = {f"2026/qmail-send/{path.name}": path.read_bytes() for path in log.glob("@*")}
    sources = sorted(log.glob("@*"))
    out, err = archive("--log", log, "--remove", "-v", kept)
    assert out.splitlines()[3:] == [f"removed {source}" for source in sources]
    assert err == f"sqmail-archive: {log}: {NOTE}\n"
    assert sorted(path.name for path in log.iterdir()) == ["current", "lock", "state"]
    assert contents(kept) == originals
    before = traces(tmp_path)
    assert archive("--log", log, "--remove", "-v", kept) == ("", "")
    assert traces(tmp_path) == before


def test_remove_what_an_earlier_run_has_copied(tmp_path, log):
    kept = tmp_path / "archive"
    archive("--log", log, kept)
    sources = sorted(log.glob("@*"))
    copies = sorted(kept.rglob("@*"))
    copies[0].write_bytes(gzip.compress(b"something else"))
    copies[1].write_bytes(copies[1].read_bytes()[:-9])
    out, err = archive("--log", log, "--remove", "-v", kept, status=1)
    assert out == f"removed {sources[2]}\n"
    assert err.splitlines() == [
        f"sqmail-archive: {log}: {NOTE}",
        f"sqmail-archive: {copies[0]}: has not the content that it is to have; is the disk sound?",
        f"sqmail-archive: {copies[1]}: {TORN}",
    ]
    assert sorted(log.glob("@*")) == sources[:2]


def test_what_cannot_be_copied_stays_and_stops_nothing_else(tmp_path, log):
    torn = finished(log, NOVEMBER - 300, gzip.compress(lines(NOVEMBER, 500))[:-20])
    short = finished(log, NOVEMBER - 290, lzma.compress(b"x")[:-4])
    damaged = finished(log, NOVEMBER - 280, lzma.compress(b"x").replace(b"x", b"y"))
    secret = tmp_path / "secret"
    secret.write_text("for root alone\n")
    link = log / f"{label(NOVEMBER - 250)}.s"
    link.symlink_to(secret)
    (log / f"{label(NOVEMBER - 240)}.s").mkdir()
    undated = log / ("@7fffffffffffffff00000000" + ".s")
    undated.write_bytes(lines(NOVEMBER))
    out, err = archive("--log", log, "--remove", tmp_path / "archive", status=1)
    assert out == ""
    assert err.splitlines() == [
        f"sqmail-archive: {torn}: {TORN}",
        f"sqmail-archive: {short}: {TORN}",
        f"sqmail-archive: {damaged}: cannot be read to its end: Corrupt input data",
        f"sqmail-archive: {link}: is no regular file",
        f"sqmail-archive: {log / (label(NOVEMBER - 240) + '.s')}: is no regular file",
        f"sqmail-archive: qmail-send/{undated.name}: the name is no date; left alone",
        f"sqmail-archive: {log}: {NOTE}",
    ]
    assert len(contents(tmp_path / "archive")) == 3
    assert len(list(log.glob("@*"))) == 6
    assert not list((tmp_path / "archive").rglob("*.tmp"))


def test_a_full_disk(tmp_path, log):
    """Stood in for by a limit on the size of files."""
    great = finished(log, NOVEMBER - 150, os.urandom(200_000))
    kept = tmp_path / "archive"
    limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))}
    out, err = archive("--log", log, "--remove", "-v", kept, status=1, **limit)
    assert out.count("archived") == 1
    assert err == f"sqmail-archive: {kept}: File too large\n"
    assert great.exists()
    assert len(list(log.glob("@*"))) == 4
    assert len([path for path in kept.rglob("*") if path.is_file()]) == 2
    archive("--log", log, "--remove", kept)
    assert len(contents(kept)) == 4


def test_one_at_a_time(tmp_path, log):
    kept = tmp_path / "archive"
    kept.mkdir()
    with (kept / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _, err = archive("--log", log, kept, status=1)
    assert err == f"sqmail-archive: {kept}: another sqmail-archive is at work there\n"
    assert archive("--log", log, kept) == ("", "")


def test_drafts_of_a_killed_run_are_swept_up(tmp_path, log):
    kept = tmp_path / "archive"
    archive("--log", log, kept)
    draft = kept / "2026" / "qmail-send" / f".{label(5)}.s.gz.tmp"
    draft.write_bytes(b"half")
    archive("--log", log, kept)
    assert not draft.exists()


def test_dry_run(tmp_path, log):
    kept = tmp_path / "archive"
    sources = sorted(log.glob("@*"))
    before = traces(tmp_path)
    out, err = archive("--log", log, "--remove", "-n", kept)
    assert out.splitlines() == [
        *[f"would archive {source} to {kept}/2026/qmail-send/{source.name}.gz" for source in sources],
        *[f"would remove {source}" for source in sources],
    ]
    assert err == f"sqmail-archive: {log}: {NOTE}\n"
    assert traces(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["archive"], "give a --log to archive, or --purge-after"),
        (["--log", "."], "the following arguments are required: FOLDER"),
        (["--log", "nowhere", "archive"], "argument --log: 'nowhere' is no directory"),
        (["--log", "=x", "archive"], "argument --log: 'x' is no directory"),
        (
            ["--log", "..=.", "archive"],
            "argument --log: '..' is no name for a folder; give another one, NAME=DIR",
        ),
        (
            ["--log", "a=.", "--log", "a=.", "archive"],
            "--log: two logs would be archived as a; give one another name, NAME=DIR",
        ),
        (
            ["--log", ".", "--state-dir", "nowhere", "archive"],
            "argument --state-dir: 'nowhere' is no directory",
        ),
        (
            ["--log", ".", "--daily-report", "a@example.org", "archive"],
            "--daily-report needs --log and --rotate: yesterday's last lines are still in `current`",
        ),
        (["--purge-after", "0", "archive"], "argument --purge-after: '0' is no whole number above 0"),
    ],
)
def test_wrong_command_lines(tmp_path, arguments, message):
    out, err = archive(*arguments, status=2, cwd=tmp_path)
    assert (out, err) == ("", f"sqmail-archive: {message}; see sqmail-archive --help\n")
    assert not list(tmp_path.iterdir())


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
