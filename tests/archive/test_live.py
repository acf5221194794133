"""Beside a running logger: rotation asked for, files coming and going, and being killed."""

import os
import random
import shutil
import subprocess
from contextlib import contextmanager, suppress

import pytest

from archive.places import COMMAND, ENVIRONMENT, NOVEMBER, archive, contents, finished, lines, unpacked
from processes import Program, until

ROUNDS = 100


@contextmanager
def running(*command):
    """Start a logger; yield its standard input."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    logger = Program(command, stdin=subprocess.PIPE)
    try:
        yield logger
    finally:
        logger.stdin.close()
        assert logger.wait(timeout=30) == 0


def write(logger, number, first=0):
    logger.give(b"".join(b"line %d\n" % i for i in range(first, first + number)))


@pytest.mark.parametrize("command", [["multilog", "t", "n100"], ["s6-log", "t", "n100"]])
def test_rotation_on_demand(tmp_path, command):
    log = tmp_path / "send"
    kept = tmp_path / "archive"
    with running(*command, log) as logger:
        write(logger, 3)
        until(lambda: (log / "current").exists() and (log / "current").read_bytes().count(b"\n") == 3, "three lines")
        out, err = archive("--log", log, "--rotate", "-n", kept)
        assert (out, err) == (f"would rotate {log} (process {logger.pid})\n", "")
        out, err = archive("--log", log, "--rotate", "-v", kept)
        assert out.splitlines()[0] == f"rotated {log} (process {logger.pid})"
        assert out.splitlines()[1].startswith(f"archived {log}/@")
        assert err == ""
        (content,) = contents(kept).values()
        assert [line[26:] for line in content.splitlines()] == [b"line 0", b"line 1", b"line 2"]
        # Now `current` is empty, and stays.
        assert archive("--log", log, "--rotate", kept) == ("", "")
        assert len(contents(kept)) == 1


def test_no_logger_to_rotate(tmp_path):
    log = tmp_path / "send"
    source = finished(log, NOVEMBER)
    _, err = archive("--log", log, "--rotate", tmp_path / "archive", status=1)
    assert err == f"sqmail-archive: {log}: no logger has ever locked it; cannot rotate it\n"
    (log / "lock").touch()
    with (log / "lock").open():
        _, err = archive("--log", log, "--rotate", tmp_path / "archive", status=1)
    who = f"uid {os.geteuid()}"
    assert (
        err == f"sqmail-archive: {log}: {who} sees no logger at work on it; svc -a its service to rotate it\n"
    )
    assert contents(tmp_path / "archive") == {f"2026/send/{source.name}": source.read_bytes()}


def test_a_running_multilog_loses_nothing(tmp_path):
    """While it writes and rotates, copies are made and originals removed, again and again."""
    log = tmp_path / "send"
    kept = tmp_path / "archive"
    number = 0
    with running("multilog", "t", "s4096", "n1000", log) as logger:
        for _ in range(12):
            write(logger, 500, number)
            number += 500
            until((log / "current").exists, "a log")
            archive("--log", log, "--remove", "--rotate", kept)
    archive("--log", log, "--remove", kept)
    left = (log / "current").read_bytes()
    written = b"".join([*(content for _, content in sorted(contents(kept).items())), left])
    assert [line[26:] for line in written.splitlines()] == [b"line %d" % i for i in range(number)]
    assert not list(log.glob("@*"))


def test_killed_at_any_moment(tmp_path):
    """After each of a hundred kills every line is in its original or in a whole copy."""
    chance = random.Random(1)
    log = tmp_path / "send"
    kept = tmp_path / "archive"
    copies = kept / "2026" / "send"
    originals = {}
    verified = set()
    command = [*COMMAND, "--log", str(log), "--remove", "-v", str(kept)]
    environment = {**ENVIRONMENT, "PYTHONUNBUFFERED": "1"}

    def add():
        for i in range(4):
            second = len(originals)
            path = finished(
                log, NOVEMBER + second, lines(NOVEMBER + second, 400 + i, f"line {chance.random()}")
            )
            originals[path.name] = path.read_bytes()

    def check():
        for copy in copies.glob("@*"):
            name = copy.name.removesuffix(".gz")
            if name not in verified:
                assert unpacked(copy) == originals[name]
                verified.add(name)
        for name, content in originals.items():
            original = log / name
            assert name in verified or original.read_bytes() == content

    for _ in range(ROUNDS):
        add()
        process = Program(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(chance.randrange(8)):
            process.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0, 0.01))
        process.kill()
        process.communicate()
        check()
    archive("--log", log, "--remove", kept)
    check()
    assert verified == set(originals)
    assert not list(log.glob("@*"))
    assert not list(kept.rglob("*.tmp"))
