"""The numbers on all samples: as qmail-mrtg printed them, and as they are."""

import io
import sys

import pytest

from mrtg import samples
from sqmail_report.mrtg import command, emulation
from sqmail_report.mrtg.flags import PAIRS

WHOLE = "1000000"
STAMP = b"@400000006b029651"


@pytest.fixture
def printed(monkeypatch, capsys):
    """Return a function that gives sqmail-mrtg a log on standard input and returns what it printed."""

    def run(log, *arguments):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(log)))
        assert command.main(list(arguments)) == 0
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize(("log", "flag"), [case for case in samples.CASES if case[1] in emulation.FLAGS])
def test_samples_as_the_original_printed_them(printed, log, flag):
    first, second = samples.said_by_the_original()[log, flag]
    second -= samples.PHANTOMS.get((log, flag), 0)
    assert printed(samples.as_cat(log), f"-{flag}", WHOLE, "--as-original") == f"{first}\n{second}\n"


@pytest.mark.parametrize(("log", "flag"), samples.CASES)
def test_samples_as_grep_counts_them(printed, log, flag):
    first, second = samples.counted(log, flag)
    assert printed(samples.as_cat(log), f"-{flag}", WHOLE) == f"{first}\n{second}\n"


@pytest.mark.parametrize(("log", "flag"), samples.CASES)
def test_samples_from_their_directory(capsys, log, flag):
    first, second = samples.counted(log, flag)
    assert command.main([f"-{flag}", WHOLE, "--log", str(samples.SAMPLES / log)]) == 0
    assert capsys.readouterr().out == f"{first}\n{second}\n"


def test_the_truth_names_every_flag_of_the_original():
    assert {flag for _, flag in samples.said_by_the_original()} == emulation.FLAGS
    assert set(PAIRS) - emulation.FLAGS == {"k"}


def test_several_logs_are_added_up(capsys):
    logs = [argument for log in ("smtpd", "smtpsub") for argument in ("--log", str(samples.SAMPLES / log))]
    assert command.main(["-h", WHOLE, *logs]) == 0
    assert capsys.readouterr().out == f"{24 + 8}\n{66 + 27}\n"


def test_as_original_reads_only_the_live_file_of_a_log(capsys):
    smtpsub = samples.SAMPLES / "smtpsub"
    assert command.main(["-i", WHOLE, "--as-original", "--log", str(smtpsub)]) == 0
    assert capsys.readouterr().out == "35\n1\n"
    assert command.main(["-1", WHOLE, "--as-original", "--log", str(samples.SAMPLES / "send")]) == 0
    live = (samples.SAMPLES / "send" / "current").read_bytes().splitlines()[1:]
    first, second = capsys.readouterr().out.split()
    assert int(first) == sum(b": success: " in line for line in live) < samples.counted("send", "1")[0]
    assert int(second) == sum(b"_TLS_transmitted_" in line for line in live)


def lines(*payloads):
    """Return a first line, which the original skips, and these."""
    return b"".join(
        STAMP + b"%08x " % number + payload + b"\n" for number, payload in enumerate([b"status:", *payloads])
    )


@pytest.mark.parametrize(
    ("flag", "payload", "theirs", "ours"),
    [
        # A word is looked for at the first place where its initial stands.
        ("1", b"delivery 1: success: Tom_TLS_transmitted_message_accepted./", "1 0", "1 1"),
        ("1", b"delivery 1: deferral: 192.0.2.1_TLS_transmitted_message_but_connection_died./", "0 1", "0 0"),
        ("6", b"delivery 1: success: qmtp:_ok_1/", "1 1", "1 0"),
        ("6", b"delivery 1: success: qmtps:_ok_1/", "0 1", "0 1"),
        ("6", b"delivery 1: success: qmtp/All_received_okay_by_192.0.2.1/", "0 0", "1 0"),
        ("4", b"delivery 1: report mangled, will defer", "0 0", "0 1"),
        ("a", b"qmail-smtpd: pid 1 Reject::RCPT::Empty P:ESMTP S:192.0.2.1:a H:Accept F:a T:a", "1 1", "0 1"),
        ("a", b"Another program: Reject", "0 1", "0 0"),
        (
            "i",
            b"qmail-smtpd: pid 1 Accept::RCPT::Recipients_Pam P:ESMTPS S:192.0.2.1:a H:a F:a T:a",
            "0 0",
            "1 0",
        ),
        (
            "i",
            b"qmail-smtpd: pid 1 Accept::RCPT::Recipients_Pam P:SMTP S:192.0.2.1:a H:a F:a T:a",
            "0 0",
            "0 0",
        ),
        ("d", b"qmail-smtpd: pid 1 Reject::ORIG::DNSMX_MF P:ESMTP S:192.0.2.1:a H:a F:a T:a", "0 0", "0 1"),
        ("z", b"rblsmtpd: 2001:db8::1 pid 1: 451 listed", "0 0", "0 1"),
        ("z", b"sslserver: status: 451/900", "0 1", "0 0"),
        ("z", b"sslserver: OK 1 a:192.0.2.1:25 :192.0.2.2::1", "1 0", "0 0"),
        (
            "k",
            b"qmail-smtpd: pid 1 Deferred::SNDR::Grey_Listed P:ESMTP S:192.0.2.1:a H:a F:a T:a",
            None,
            "1 1",
        ),
        # What it reads behind the end of the line is not to be had.
        ("3", b"status: qmail-send exiting", "0 0", "0 0"),
        ("3", b"status: local 3/10 remote 7/20 exitasap", "3 7", "3 7"),
    ],
)
def test_where_the_original_differs(printed, flag, payload, theirs, ours):
    log = lines(payload)
    assert printed(log, f"-{flag}", WHOLE).split() == ours.split()
    if theirs is not None:
        assert printed(log, f"-{flag}", WHOLE, "--as-original").split() == theirs.split()


def test_two_gibibytes_in_a_c_int(printed):
    log = lines(*[b"info msg 7: bytes 1200000000 from <a@example.org> qp 1 uid 2"] * 2)
    assert printed(log, "-2", WHOLE, "--as-original") == "18446744073707701062\n" * 2
    assert printed(log, "-2", WHOLE) == "2343750\n" * 2


def test_first_and_unfinished_lines(printed):
    log = (
        STAMP
        + b"00000000 bounce msg 1 qp 2\n"
        + STAMP
        + b"00000001 bounce msg 3 qp 4\n"
        + STAMP
        + b"00000002 bounce msg 5"
    )
    assert printed(log, "-5", WHOLE, "--as-original") == "1\n0\n"
    assert printed(log, "-5", WHOLE) == "2\n0\n"
    assert printed(b"", "-5", "--as-original") == printed(b"", "-5") == "0\n0\n"
