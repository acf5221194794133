"""A file that lies in two places, or a log that has two names, counts once."""

import bz2
import gzip
import lzma
import os
import shutil
import subprocess
import sys

import pytest

from report.reports import SAMPLES, answer, log, table
from support import SOURCES, check, stamp

SEND = SAMPLES / "send"
SMTPD = SAMPLES / "smtpd"
PACK = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.fixture
def places(tmp_path):
    """Return a log with three finished files and `current`."""
    live = tmp_path / "send"
    shutil.copytree(SEND, live)
    return live, tmp_path / "archive"


def archived(live, archive, suffix, which=slice(None)):
    """Put a log's finished files into an archive folder, packed."""
    archive.mkdir(exist_ok=True)
    for path in sorted(live.glob("@*"))[which]:
        (archive / (path.name + suffix)).write_bytes(PACK[suffix](path.read_bytes()))


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("archive_first", [False, True])
def test_an_archive_beside_its_log_counts_once(places, suffix, archive_first):
    live, archive = places
    archived(live, archive, suffix)
    given = [archive, live] if archive_first else [live, archive]
    logs = [word for each in given for word in ("--log", each)]
    assert len(list(live.glob("@*"))) > 1
    for command in ("all", "pending"):
        for more in ([], ["--since", "2026-11-22T07:20:00Z"]):
            assert answer(command, *logs, *more) == answer(command, "--log", live, *more)
    message = answer("pending", "--log", live)["pending"][0]["message"]
    assert answer("trace", *logs, "--message", message) == answer("trace", "--log", live, "--message", message)
    assert answer("all", *logs, "--jobs", 3) == answer("all", "--log", live)


def test_an_archive_that_reaches_further_back_is_the_same_log(places):
    """Messages that go from the one to the other are followed as in one log."""
    live, archive = places
    whole = answer("all", "--log", live)
    archived(live, archive, ".gz", slice(0, -1))
    for path in sorted(live.glob("@*"))[:-2]:
        path.unlink()
    assert answer("all", "--log", live, "--log", archive) == whole
    assert answer("all", "--log", archive, "--log", live) == whole


def test_years_of_an_archive_and_the_log_that_has_files_of_both(places, tmp_path):
    live, archive = places
    whole = answer("overview", "--log", live)
    archived(live, archive, ".gz", slice(0, 1))
    archived(live, tmp_path / "other", ".xz", slice(1, None))
    for given in ([archive, tmp_path / "other", live], [live, tmp_path / "other", archive], [archive, live, tmp_path / "other"]):
        assert answer("overview", *[word for each in given for word in ("--log", each)]) == whole


def test_files_of_one_name_and_two_contents_both_count(tmp_path):
    name = "@400000006b02959900000000.s"
    for number, directory in enumerate(("one", "two")):
        log(tmp_path / directory, [f"new msg {number + 1}"])
        (tmp_path / directory / "current").rename(tmp_path / directory / name)
    assert answer("overview", "--log", tmp_path / "one", "--log", tmp_path / "two")["new_messages"] == 2


def test_a_copy_of_the_live_file_counts_once(places, tmp_path):
    live, _ = places
    copy = tmp_path / "copy"
    shutil.copytree(live, copy)
    with (live / "current").open("ab") as file:
        file.write(stamp(1795339999) + b" new msg 77\n")
    assert answer("overview", "--log", copy, "--log", live) == answer("overview", "--log", live)


def named(live, tmp_path, how):
    """Return another name for the log."""
    other = tmp_path / "other"
    if how == "link to the directory":
        other.symlink_to(live)
    elif how == "link to current":
        other.symlink_to(live / "current")
    elif how == "hard link to current":
        os.link(live / "current", other)
    elif how == "bind mount":
        other.mkdir()
        if subprocess.run(["mount", "--bind", live, other], capture_output=True, check=False).returncode:
            pytest.skip("nothing can be mounted here")
    return other


HOW = ["link to the directory", "link to current", "hard link to current", "bind mount"]


@pytest.fixture(params=HOW)
def twice(request, places, tmp_path):
    """Return a log, and another name of it."""
    other = named(places[0], tmp_path, request.param)
    yield places[0], other
    if request.param == "bind mount":
        subprocess.run(["umount", other], check=True)


def test_a_log_of_two_names_counts_once(twice):
    live, other = twice
    for logs in ([live, other], [other, live]):
        words = [word for each in logs for word in ("--log", each)]
        assert answer("overview", *words) == answer("overview", "--log", live)
        at = ["--at", "2026-11-22T07:30:00Z", "--window", "1h"]
        assert check("delivery", *words, *at) == check("delivery", "--log", live, *at)
        for flag in ("-1", "-2"):
            assert mrtg(flag, *words, *at) == mrtg(flag, "--log", live, *at)


def mrtg(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "sqmail_report.mrtg.command", *map(str, arguments)],
        env={"PYTHONPATH": SOURCES}, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


def test_mrtg_counts_a_file_once(places):
    live, archive = places
    archived(live, archive, ".gz")
    at = ["--at", "2026-11-22T07:30:00Z", "--window", "1h"]
    for flag in ("-1", "-2", "-4"):
        one = mrtg(flag, "--log", live, *at)
        assert one != "0\n0\n"
        assert mrtg(flag, "--log", live, "--log", archive, *at) == one
        assert mrtg(flag, "--log", archive, "--log", live, *at) == one


STRACE = shutil.which("strace")


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
@pytest.mark.parametrize("error", ["EIO", "EACCES", "ESTALE"])
def test_no_file_is_left_out_without_a_word(places, error):
    live, _ = places
    path = min(live.glob("@*"))
    done = subprocess.run(
        [STRACE, "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", "trace=newfstatat",
         "-e", f"inject=newfstatat:error={error}", sys.executable, "-c",
         "import sys; from sqmail_report.cli import main; sys.exit(main())", "overview", "--log", live],
        env={"PYTHONPATH": SOURCES}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert str(path) in done.stderr


def test_smtpd_logs_too(tmp_path):
    live = tmp_path / "smtpd"
    shutil.copytree(SMTPD, live)
    archived(live, tmp_path / "archive", ".gz")
    assert table("rejects", "--log", live, "--log", tmp_path / "archive") == table("rejects", "--log", live)
