"""A unit's lines in systemd's journal: each once, in order, and a gap where entries have gone."""

import os
import signal
import time

import pytest

from follow.journald import Journald, needs_journald
from follow.loggers import Follower
from sqmail_log import tai64n
from sqmail_log.errors import LogError
from sqmail_log.files.history import history
from sqmail_log.journal import entries
from support import check, perfdata

LOG = "journal:SYSLOG_IDENTIFIER=qmail-send"


@pytest.fixture
def journal(tmp_path, monkeypatch):
    journald = Journald(tmp_path)
    monkeypatch.setenv("PATH", f"{journald.bin}:{os.environ['PATH']}")
    try:
        journald.start()
        yield journald
    finally:
        journald.end()


def numbered(first, number):
    return [b"end msg %d" % i for i in range(first, first + number)]


@needs_journald
def test_each_line_once(journal):
    journal.write(*numbered(0, 5))
    follower = Follower(LOG)
    assert follower.read() == numbered(0, 5)
    assert follower.read() == []
    journal.write(*numbered(5, 3))
    journal.write(b"tcpserver: status: 0/40", tag="smtpd")
    assert follower.read() == numbered(5, 3)
    assert follower.gaps == 0
    assert abs(tai64n.nanoseconds(follower.lines[-1]) - time.time_ns()) < 60 * tai64n.SECOND


@needs_journald
def test_through_rotation_and_a_killed_journald(journal):
    journal.write(*numbered(0, 5))
    follower = Follower(LOG)
    follower.read()
    journal.write(*numbered(5, 2))
    journal.rotate()
    journal.write(*numbered(7, 2))
    assert follower.read() == numbered(5, 4)
    journal.stop(signal.SIGKILL)
    journal.start()
    journal.write(*numbered(9, 2))
    assert follower.read() == numbered(9, 2)
    assert follower.gaps == 0


@needs_journald
def test_entries_that_were_vacuumed_are_a_gap(journal):
    journal.write(*numbered(0, 5))
    follower = Follower(LOG)
    follower.read()
    journal.write(*numbered(5, 5))
    journal.rotate()
    journal.write(*numbered(10, 2))
    journal.rotate()
    journal.vacuum()
    journal.write(*numbered(12, 2))
    read = follower.read()
    assert follower.gaps == 1
    assert read == numbered(14 - len(read), len(read))
    journal.write(*numbered(14, 1))
    assert follower.read() == numbered(14, 1)
    assert follower.gaps == 1


@needs_journald
def test_what_was_vacuumed_after_it_was_read_is_no_loss_while_the_last_entry_is_there(journal):
    journal.write(*numbered(0, 5))
    journal.rotate()
    journal.write(*numbered(5, 5))
    follower = Follower(LOG)
    follower.read()
    journal.vacuum()
    journal.write(*numbered(10, 1))
    assert follower.read() == numbered(10, 1)
    assert follower.gaps == 0


@needs_journald
def test_many_entries_a_few_at_a_time(journal):
    journal.write(*numbered(0, 4500))
    follower = Follower(LOG)
    while not follower.read_chunks(1):
        pass
    assert follower.payloads == numbered(0, 4500)
    assert follower.gaps == 0


@needs_journald
def test_any_bytes(journal):
    sent = [b"\xff\x00 caf\xc3\xa9", b"end msg 5\nend msg 6", b"x" * 20000, "naïve".encode()]
    for message in sent:
        journal.send(MESSAGE=message, SYSLOG_IDENTIFIER=b"qmail-send")
    follower = Follower(LOG)
    assert follower.read() == [line for message in sent for line in message.split(b"\n")]


@needs_journald
def test_stamps_and_tags_within(journal):
    journal.write(b"1795694400.292776 end msg 1", tag="qmail-send")
    journal.write(tai64n.encode(1795694400 * tai64n.SECOND) + b" end msg 2", tag="qmail-send")
    journal.syslog("qmail-send[12]", b"end msg 3")
    follower = Follower(LOG)
    assert follower.read() == [b"end msg 1", b"end msg 2", b"end msg 3"]
    assert [tai64n.nanoseconds(line) for line in follower.lines[:2]] == [1795694400292776000, 1795694400000000000]
    journal.syslog("vchkpw-smtp[12]", b"password fail sam@example.com:203.0.113.1")
    assert Follower("journal:SYSLOG_IDENTIFIER=vchkpw-smtp").read() == [
        b"vchkpw-smtp: password fail sam@example.com:203.0.113.1"
    ]


@needs_journald
def test_history(journal):
    journal.write(*numbered(0, 3))
    between = time.time_ns() + 1
    journal.write(*numbered(3, 3))
    read = [line[26:-1] for lines in history([LOG]) for line in lines]
    assert read == numbered(0, 6)
    assert [line[26:-1] for lines in history([LOG], since=between) for line in lines] == numbered(3, 3)
    assert [line[26:-1] for lines in history([LOG], until=between) for line in lines] == numbered(0, 3)


@needs_journald
def test_a_check(journal, tmp_path):
    options = ("--log", LOG, "--state-dir", tmp_path / "state")
    path = {"PATH": os.environ["PATH"]}
    output, code = check("log", *options, env=path)
    assert (output, code) == (f"QMAIL_LOG UNKNOWN - {LOG}: no line in it yet; does its service log here?\n", 3)
    journal.write(*numbered(0, 3))
    output, code = check("log", *options, env=path)
    assert code == 0
    assert perfdata(output)["lines"] == "3"
    journal.write(*numbered(3, 4))
    output, _ = check("log", *options, env=path)
    assert perfdata(output)["lines"] == "7"
    output, _ = check("log", *options, env=path)
    assert perfdata(output)["lines"] == "7"
    output, code = check("log", "--log", LOG, "--at", str(int(time.time()) + 1), env=path)
    assert perfdata(output)["lines"] == "7"


# What journalctl may do

def fake(tmp_path, monkeypatch, command):
    (tmp_path / "journalctl").write_text(f"#!/bin/sh\n{command}\n")
    (tmp_path / "journalctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


ENTRY = '{"__CURSOR":"s=1;i=1;b=2;m=3;t=4;x=%d","__REALTIME_TIMESTAMP":"1795694400000000","MESSAGE":"end msg %d"}'


def test_one_that_hangs(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "PATIENCE", 0.2)
    fake(tmp_path, monkeypatch, f"echo '{ENTRY % (1, 1)}'; exec sleep 60")
    with pytest.raises(LogError, match="journalctl tells nothing for 0s"):
        Follower(LOG).read()


def test_one_that_is_killed_in_the_middle_of_an_entry(tmp_path, monkeypatch):
    fake(tmp_path, monkeypatch, f"echo '{ENTRY % (1, 1)}'; printf '%s' '{(ENTRY % (2, 2))[:60]}'; kill -9 $$")
    follower = Follower(LOG)
    with pytest.raises(LogError, match="journalctl was killed by signal 9"):
        follower.read()
    fake(tmp_path, monkeypatch, f"echo '{ENTRY % (1, 1)}'; echo '{ENTRY % (2, 2)}'")
    follower.read()
    assert [line[26:] for line in follower.lines[-1:]] == [b"end msg 2"]


def test_one_who_may_not_read_it(tmp_path, monkeypatch):
    fake(tmp_path, monkeypatch, "echo 'Hint: You are currently not seeing messages from other users and the system.' >&2")
    with pytest.raises(LogError, match="may not read the journal; usermod -aG systemd-journal"):
        Follower(LOG).read()


def test_what_it_complains_of(tmp_path, monkeypatch):
    fake(tmp_path, monkeypatch, "echo 'Failed to open something: Bad message' >&2; exit 1")
    with pytest.raises(LogError, match="journalctl: Failed to open something: Bad message"):
        Follower(LOG).read()
    fake(tmp_path, monkeypatch, f"echo '{ENTRY % (1, 1)}'; echo 'Journal file x is truncated, ignoring file.' >&2")
    assert Follower(LOG).read() == [b"end msg 1"]


def test_an_entry_that_was_moved_from_run_to_var_is_the_same(tmp_path, monkeypatch):
    fake(tmp_path, monkeypatch, f"echo '{ENTRY % (1, 1)}'")
    follower = Follower(LOG)
    follower.read()
    fake(tmp_path, monkeypatch, f"echo '{(ENTRY % (1, 1)).replace('s=1;i=1', 's=9;i=7')}'; echo '{ENTRY % (2, 2)}'")
    assert follower.read() == [b"end msg 2"]
    assert follower.gaps == 0


def test_no_journalctl(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LogError, match="journalctl: No such file or directory"):
        Follower(LOG).read()


@pytest.mark.parametrize("name", ["", "-u", "--file=/etc/shadow", "a b", "x\n", "SYSLOG_IDENTIFIER=", "x=y"])
def test_what_is_no_unit(name):
    with pytest.raises(LogError, match="names no unit"):
        Follower(f"journal:{name}").read()


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("qmail-send", "_SYSTEMD_UNIT=qmail-send.service"),
        ("qmail@1.service", "_SYSTEMD_UNIT=qmail@1.service"),
        ("mail.slice", "_SYSTEMD_UNIT=mail.slice"),
        ("SYSLOG_IDENTIFIER=qmail", "SYSLOG_IDENTIFIER=qmail"),
    ],
)
def test_what_is_looked_for(name, match):
    assert entries.match_of(f"journal:{name}") == match
