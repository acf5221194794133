"""Yesterday's report, mailed by a real sendmail-compatible command from what has been archived."""

import email
import email.policy
import re
import shutil
import subprocess
import sys
import time

import pytest

from archive.places import ENVIRONMENT, archive, finished, label
from archive.test_live import running, write
from processes import until
from support import SAMPLES

NOTE = "no check's state was consulted before removing (no --state-dir given)"


@pytest.fixture
def sendmail(tmp_path):
    """Return a command that keeps the mail it is given."""
    command = tmp_path / "sendmail"
    command.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/mail\n')
    command.chmod(0o755)
    return command


@pytest.mark.skipif(shutil.which("multilog") is None, reason="multilog is not installed")
def test_yesterdays_report(tmp_path, sendmail):
    noon = int(time.mktime((*time.localtime()[:2], time.localtime().tm_mday - 1, 12, 0, 0, 0, 0, -1)))
    payload = (SAMPLES / "send" / "@400000006b02965c1355842c.s").read_bytes().split(b"\n")[:-1]
    log = tmp_path / "qmail-send"
    finished(log, noon + 60, b"".join(f"{label(noon)} ".encode() + line[26:] + b"\n" for line in payload))
    with running("multilog", "t", "n100", log) as logger:
        write(logger, 1)
        until(lambda: (log / "current").exists() and (log / "current").stat().st_size, "a line")
        arguments = ["--log", log, "--rotate", "--remove", "--daily-report", "postmaster@example.org"]
        out, _ = archive(*arguments, "-n", tmp_path / "archive")
        assert out.endswith("would mail yesterday's report to postmaster@example.org\n")
        assert not (tmp_path / "mail").exists()
        out, err = archive(*arguments, "--sendmail", sendmail, tmp_path / "archive")
    assert (out, err) == ("", f"sqmail-archive: {log}: {NOTE}\n")
    assert (tmp_path / "arguments").read_text() == "-t -i\n"
    mail = email.message_from_bytes((tmp_path / "mail").read_bytes(), policy=email.policy.default)
    assert mail["To"] == "postmaster@example.org"
    assert mail["Subject"].endswith(time.strftime(" %Y-%m-%d", time.localtime(noon)))
    text = mail.get_body(("plain",)).get_content()
    (copies,) = (tmp_path / "archive").glob("*/qmail-send")
    done = subprocess.run(
        [sys.executable, "-c", "from sqmail_report.cli import main; main()", "daily", "--log", copies],
        env={**ENVIRONMENT, "COLUMNS": "76"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert text == done.stdout
    queued = sum(b" new msg " in line for line in payload)
    assert re.search(rf"\nqueued +{queued}\n", text)


@pytest.mark.skipif(shutil.which("multilog") is None, reason="multilog is not installed")
def test_a_report_that_fails(tmp_path, sendmail):
    sendmail.write_text("#!/bin/sh\necho refused >&2\nexit 75\n")
    log = tmp_path / "qmail-send"
    finished(log, int(time.time()) - 60)
    with running("multilog", "t", "n100", log):
        until((log / "current").exists, "a log")
        _, err = archive(
            "--log",
            log,
            "--rotate",
            "--daily-report",
            "a@example.org",
            "--sendmail",
            sendmail,
            tmp_path / "archive",
            status=1,
        )
    assert err == f"sqmail-report: {sendmail} -t -i: exit status 75: refused\n"


def test_nothing_to_report(tmp_path, sendmail):
    log = tmp_path / "qmail-send"
    log.mkdir()
    with running("multilog", "t", log):
        until((log / "current").exists, "a log")
        _, err = archive(
            "--log",
            log,
            "--rotate",
            "--daily-report",
            "a@example.org",
            "--sendmail",
            sendmail,
            tmp_path / "archive",
        )
    assert err == f"sqmail-archive: {tmp_path}/archive: nothing in it to report on\n"
    assert not (tmp_path / "mail").exists()
