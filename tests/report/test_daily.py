"""The day's report: which day, what is in it, and that a real command gets the mail."""

import email
import email.policy
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from report.reports import MORNING, SAMPLES, answer, log, run, table
from report.test_cli import COMMAND, ENVIRONMENT, message
from sqmail_log import tai64n

LOGS = [option for name in ("send", "smtpd", "pop3d") for option in ("--log", SAMPLES / name)]
DAY = ["daily", "--day", "2026-11-22", "--utc", "--host", "mx1.example.org", *LOGS]
SENDMAIL = f"""#!{sys.executable}
import os, sys
if os.environ.get("SENDMAIL_STATUS"):
    sys.stderr.write("qq temporary problem (#4.3.0)\\n")
    sys.exit(int(os.environ["SENDMAIL_STATUS"]))
with open(os.path.join(os.path.dirname(__file__), "stored"), "wb") as stored:
    stored.write(" ".join(sys.argv[1:]).encode() + b"\\n" + sys.stdin.buffer.read())
"""


@pytest.fixture
def sendmail(tmp_path):
    path = tmp_path / "sendmail"
    path.write_text(SENDMAIL)
    path.chmod(0o755)
    return path


def test_a_day_has_what_the_subcommands_have():
    text = table(*DAY, "--full", "--top", 1000)
    assert text.startswith("Mail report mx1.example.org 2026-11-22\nTimes are UTC.\n\nAttention\n")
    for command in ("failures", "pending"):
        assert table(command, "--log", SAMPLES / "send").split("\n\n")[-1] in text
    figures = answer(*DAY, "--top", 1000)
    assert figures["overview"] == answer("overview", "--log", SAMPLES / "send")
    assert [row["pct"] for row in figures["delays"]] == [50, 90, 95, 99, 100]
    assert len(figures["pending"]) == 65
    assert sum(row["records"] for row in figures["reject-networks"]) == 2036 + 99


def test_the_page_is_the_day_s_tables_in_short():
    page = table(*DAY)
    full = table(*DAY, "--full")
    assert full.startswith(page)
    assert "Senders\n" in full
    assert "Senders\n" not in page
    assert page.index("Attention") < page.index("In numbers") < page.index("By the hour") < page.index("Where mail goes")


def test_the_day_before_has_nothing():
    figures = answer("daily", "--day", "2026-11-21", "--utc", *LOGS)
    assert figures["overview"]["lines"] == 0


def test_a_month_has_its_days():
    assert answer("daily", "--month", "2026-11", "--utc", *LOGS)["overview"]["lines"] == 16551
    assert answer("daily", "--month", "2026-12", "--utc", *LOGS)["overview"]["lines"] == 0


def test_days_begin_at_local_midnight(tmp_path):
    where = log(tmp_path / "log", [line for number in range(5) for line in message(number, number)])

    def lines(day, *options, zone="UTC"):
        done = subprocess.run(
            [*COMMAND, "daily", "--day", day, *options, "--format", "json", "--log", str(where)],
            capture_output=True, text=True, env={**ENVIRONMENT, "TZ": zone}, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)["overview"]["lines"]

    # 07:00 UTC is still the evening before in Honolulu.
    assert lines("2026-11-22") == 25
    assert lines("2026-11-21", zone="Pacific/Honolulu") == 25
    assert lines("2026-11-22", zone="Pacific/Honolulu") == 0
    assert lines("2026-11-22", "--utc", zone="Pacific/Honolulu") == 25


def test_lines_count_by_their_own_time_whatever_file_they_are_in(tmp_path):
    """A file that was closed on the day after belongs to both days."""
    where = tmp_path / "log"
    where.mkdir()
    evening = log(tmp_path / "a", message(1, 1), start=16 * 3600 + 3590) / "current"
    night = log(tmp_path / "b", message(2, 2), start=17 * 3600 + 10) / "current"
    closed = tai64n.encode((MORNING + 18 * 3600) * tai64n.SECOND).decode()
    (where / f"{closed}.s").write_bytes(evening.read_bytes() + night.read_bytes())
    (where / "current").touch()
    for day, number in (("2026-11-22", 1), ("2026-11-23", 1)):
        assert answer("daily", "--day", day, "--utc", "--log", where)["overview"]["completed_messages"] == number


def test_the_mail_as_a_real_command_gets_it(sendmail, tmp_path):
    status, out, err = run(
        *DAY, "--mail-to", "postmaster@example.org", "--mail-to", "ops@example.net",
        "--mail-from", "Reports <reports@example.org>", "--sendmail", sendmail,
    )  # fmt: skip
    assert (status, out, err) == (0, "", "")
    called, _, mail = (tmp_path / "stored").read_bytes().partition(b"\n")
    assert called == b"-t -i"
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert message["To"] == "postmaster@example.org, ops@example.net"
    assert message["From"] == "Reports <reports@example.org>"
    assert message["Subject"] == "Mail report mx1.example.org 2026-11-22"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content() == table(*DAY, width=76)
    assert html.get_content() == table(*DAY, "--format", "html")
    assert max(map(len, mail.splitlines())) <= 998


EXIM = """
spool_directory = {place}/spool
log_file_path = {place}/log-%s
primary_hostname = mx1.example.org
never_users =
exim_user = {me}
exim_group = {me}
keep_environment =
begin routers
all:
  driver = accept
  transport = keep
begin transports
keep:
  driver = appendfile
  file = {place}/mailbox/new
  user = {uid}
  group = {uid}
"""


@pytest.fixture
def open_place():
    """Return a folder that others may enter, and who owns its mailbox: exim delivers nothing as root."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        (place / "mailbox").mkdir()
        owner = os.getuid() or 65534
        os.chown(place / "mailbox", owner, owner)
        yield place, owner


@pytest.mark.skipif(shutil.which("exim4", path="/usr/sbin") is None, reason="exim4 is not installed")
def test_exim_takes_and_delivers_it(open_place):
    place, owner = open_place
    configuration = place / "exim.conf"
    configuration.write_text(EXIM.format(place=place, uid=owner, me=os.getuid()))
    command = place / "sendmail"
    command.write_text(f'#!/bin/sh\nexec /usr/sbin/exim4 -C {configuration} -odi "$@"\n')
    command.chmod(0o755)
    assert table(*DAY, "--mail-to", "postmaster@example.org", "--sendmail", command) == ""
    envelope, _, mail = (place / "mailbox" / "new").read_bytes().partition(b"\n")
    assert envelope.startswith(b"From ")
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert message["To"] == "postmaster@example.org"
    assert message["Received"].startswith("from ")
    text, html = message.iter_parts()
    assert text.get_content().rstrip("\n") == table(*DAY, width=76).rstrip("\n")
    assert html.get_content().rstrip("\n") == table(*DAY, "--format", "html").rstrip("\n")


def test_a_mail_that_is_refused_is_a_failure(sendmail, monkeypatch):
    monkeypatch.setenv("SENDMAIL_STATUS", "75")
    assert run(*DAY, "--mail-to", "postmaster@example.org", "--sendmail", sendmail) == (
        1,
        "",
        f"sqmail-report: {sendmail} -t -i: exit status 75: qq temporary problem (#4.3.0)\n",
    )


def test_no_sendmail(tmp_path):
    nowhere = tmp_path / "none"
    status, _, err = run(*DAY, "--mail-to", "a@example.org", "--sendmail", nowhere)
    assert (status, err) == (
        1,
        f"sqmail-report: {nowhere}: No such file or directory; name another with --sendmail\n",
    )


@pytest.mark.usefixtures("sendmail")
def test_sendmail_is_found_in_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert run(*DAY, "--mail-to", "a@example.org")[0] == 0
    assert b"To: a@example.org\n" in (tmp_path / "stored").read_bytes()


def test_a_header_cannot_be_smuggled_in(sendmail):
    status, out, err = run(*DAY, "--mail-to", "a@example.org\nBcc: b@example.net", "--sendmail", sendmail)
    assert (status, out) == (1, "")
    assert err.startswith("sqmail-report: no header can hold this: ")


def test_yesterday_is_the_default():
    assert table("daily", "--log", SAMPLES / "send").startswith("Mail report ")


def test_ten_rows_of_each_table_where_nothing_else_is_asked_for(tmp_path):
    lines = ["new msg 17", "info msg 17: bytes 100 from <ann@example.org> qp 9 uid 1008"]
    for number in range(1, 13):
        lines += [f"starting delivery {number}: msg 17 to local b{number}@example.org", f"delivery {number}: success: did_1+0+0/"]
    words = ["daily", "--day", "2026-11-22", "--utc", "--host", "mx1", "--log", log(tmp_path / "log", lines)]
    for options in (["--format", "json"], ["--format", "csv"]):
        shown = {top: table(*words, *options, "--top", top) for top in (9, 10, 11)}
        assert table(*words, *options) == shown[10]
        assert len(set(shown.values())) == 3
    recipients = table(*words, "--full").partition("\nRecipients\n\n")[2].partition("\n\n")[0]
    assert recipients.count("local") == 10
    assert "2 more rows not shown: 2 messages, 16.7 %" in recipients
