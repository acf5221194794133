"""What stands before a line as text, and what is left of the line: each with what must come of it."""

import pytest

from sqmail_log import tai64n
from sqmail_log.stamps import texts
from sqmail_log.stamps.syslog import FOREIGN

SECOND = tai64n.SECOND
NOON = 1795694400
WRITTEN = (NOON + 60) * SECOND

# The line, its time behind noon in nanoseconds, and what its program wrote; None where syslog carried another's.
LINES = [
    # splogger, and what its lines look like in other daemons' files
    (b"Nov 26 12:00:01 mx1 qmail: 1795694400.292776 new msg 270182", 292776000, b"new msg 270182"),
    (b"<22>Nov 26 12:00:01 mx1 qmail: 1795694400.292776 new msg 5", 292776000, b"new msg 5"),
    (b"Nov 26 12:00:01 mx1 mail.info qmail: 1795694400.292776 new msg 5", 292776000, b"new msg 5"),
    (b"Nov 26 12:00:01 <mail.info> mx1 qmail: 1795694400.292776 new msg 5", 292776000, b"new msg 5"),
    (b"Nov 26 12:00:01 mx1 smtpd: 1795694400.5 tcpserver: status: 1/40", 500000000, b"tcpserver: status: 1/40"),
    (b"Nov 26 12:00:01 mx1 smtpd[7]: 1795694400.5 tcpserver: pid 1 from 192.0.2.1", 500000000,
     b"tcpserver: pid 1 from 192.0.2.1"),
    (b"Nov 26 12:00:01 2001:db8::1 qmail: 1795694400.5 end msg 5", 500000000, b"end msg 5"),
    (b"2026-11-26T12:00:00.123456+00:00 mx1 qmail: 1795694400.292776 status: local 0/10 remote 0/20", 292776000,
     b"status: local 0/10 remote 0/20"),
    # without a time of its own
    (b"Nov 26 12:00:01 mx1 qmail-send[123]: alert: cannot start: unable to open mutex", SECOND,
     b"alert: cannot start: unable to open mutex"),
    (b"Nov 26 12:00:01 mx1 qmail[123]: double bounce: discarding bounce/5", SECOND, b"double bounce: discarding bounce/5"),
    (b"Nov 26 12:00:01 mx1 vchkpw-smtp[411]: password fail sam@example.com:203.0.113.1", SECOND,
     b"vchkpw-smtp: password fail sam@example.com:203.0.113.1"),
    (b"Nov 26 12:00:01 mx1 vchkpw-pop3: vpopmail user not found sam@example.com:203.0.113.1", SECOND,
     b"vchkpw-pop3: vpopmail user not found sam@example.com:203.0.113.1"),
    (b"Nov 26 12:00:01 mx1 vpopmail[9]: vchkpw-pop3: vpopmail user not found sam@example.com:203.0.113.1", SECOND,
     b"vchkpw-pop3: vpopmail user not found sam@example.com:203.0.113.1"),
    (b"Nov 26 12:00:01 mx1 smtp_auth: SMTP connect from unknown@ [203.0.113.1]", SECOND,
     b"smtp_auth: SMTP connect from unknown@ [203.0.113.1]"),
    (b"Nov 26 12:00:01 mx1 smtp_auth[9]: smtp_auth: FAILED: sam - password incorrect  from unknown@ [203.0.113.1]",
     SECOND, b"smtp_auth: FAILED: sam - password incorrect  from unknown@ [203.0.113.1]"),
    (b"Nov 26 12:00:01 mx1 /var/qmail/bin/relaylock[9]: /var/qmail/bin/relaylock: mail from 203.0.113.1:17249 (x)",
     SECOND, b"relaylock: /var/qmail/bin/relaylock: mail from 203.0.113.1:17249 (x)"),
    (b"Nov 26 12:00:01 mx1 smtpd[8]: qmail-smtpd 9: rcpt to: sam@example.com", SECOND,
     b"qmail-smtpd 9: rcpt to: sam@example.com"),
    (b"Nov 26 12:00:01 mx1 qmail-smtpd[9]: qmail-queue error message: 451 x", SECOND,
     b"qmail-smtpd[9]: qmail-queue error message: 451 x"),
    (b"Nov 26 12:00:01 mx1 tcpserver: status: 1/40", SECOND, b"tcpserver: status: 1/40"),
    (b"Nov 26 12:00:01 mx1 tcpserver[9]: tcpserver: status: 1/40", SECOND, b"tcpserver: status: 1/40"),
    (b"Nov 26 12:00:01 mx1 tcpserver[9]: CHKUSER accepted rcpt: from <a::> remote", SECOND,
     b"CHKUSER accepted rcpt: from <a::> remote"),
    (b"Nov 26 12:00:01 mx1 qmail-smtpd[9]: pid 9 Accept::SNDR::Relay_Client P:ESMTP", SECOND,
     b"qmail-smtpd: pid 9 Accept::SNDR::Relay_Client P:ESMTP"),
    (b"Nov 26 12:00:01 mx1 qmail-smtpd[9]: AUTH failed [203.0.113.1] sam", SECOND,
     b"qmail-smtpd[9]: AUTH failed [203.0.113.1] sam"),
    (b"Nov 26 12:00:01 mx1 spamdyke[9]: DENIED_RDNS_MISSING from: a", SECOND, b"spamdyke[9]: DENIED_RDNS_MISSING from: a"),
    (b"Nov 26 12:00:01.25 mx1 /usr/bin/tcpserver: status: 1/40", SECOND + 250000000, b"tcpserver: status: 1/40"),
    (b"Nov  6 12:00:01 mx1 qmail[1]: end msg 5", SECOND - 20 * 86400 * SECOND, b"end msg 5"),
    (b"2026-11-26T12:00:01+0000 mx1 qmail-send[7]: end msg 5", SECOND, b"end msg 5"),
    (b"2026-11-26T12:00:01Z mx1 vchkpw-pop3: login success sam", SECOND, b"vchkpw-pop3: login success sam"),
    (b"Nov 26 12:00:01 mx1 last message repeated 2 times", SECOND, b"last message repeated 2 times"),
    # other programs
    (b"Nov 26 12:00:01 mx1 postfix/smtpd[411]: connect from unknown", SECOND, None),
    (b"Nov 26 12:00:01 mx1 dovecot: imap-login: Login", SECOND, None),
    (b"Nov 26 12:00:01 mx1 kernel: eth0: link up", SECOND, None),
    (b"Nov 26 12:00:01 mx1 qmail-remote-handlers[3882]: from=john@example.com", SECOND, None),
    (b"Nov 26 12:00:01 mx1 greylisting filter[3882]: Starting", SECOND, None),
    (b"2026-11-26T12:00:01Z mx1 postfix/qmgr[5]: removed", SECOND, None),
    (b"2026-11-26T12:00:01Z mx1 dovecot: imap-login: Login", SECOND, None),
    # RFC 3339 with nothing behind it but the line
    (b"2026-11-26T12:00:00.127419448Z new msg 500", 127419448, b"new msg 500"),
    (b"2026-11-26T13:30:00.1+01:30 delivery 119: failure: x", 100000000, b"delivery 119: failure: x"),
    (b"2026-11-26T07:00:00-05 tcpserver: status: 0/40", 0, b"tcpserver: status: 0/40"),
    (b"2026-11-26T12:00:00Z info msg 5: bytes 1 from <a@example.org> qp 5 uid 5", 0,
     b"info msg 5: bytes 1 from <a@example.org> qp 5 uid 5"),
    (b"2026-11-26T12:00:00Z double bounce: discarding bounce/5", 0, b"double bounce: discarding bounce/5"),
    (b"2026-11-26T12:00:00Z mail recv: pid 5 from <a> qp 5", 0, b"mail recv: pid 5 from <a> qp 5"),
    (b"2026-11-26T12:00:00Z qmail-smtpd[9]: AUTH failed [203.0.113.1] sam", 0,
     b"qmail-smtpd[9]: AUTH failed [203.0.113.1] sam"),
    (b"2026-11-26 12:00:00.5+00:00 end msg 5", 500000000, b"end msg 5"),
    # Unix time
    (b"1795694400.292776 new msg 5", 292776000, b"new msg 5"),
    (b"1795694400.123456789 new msg 5", 123456789, b"new msg 5"),
    (b"1795694401 tcpserver: status: 0/40", SECOND, b"tcpserver: status: 0/40"),
    (b"1795694401 mail recv: pid 5 from <a> qp 5", SECOND, b"mail recv: pid 5 from <a> qp 5"),
    (b"1795694400.292776 mx1 qmail-send[7]: new msg 5", 292776000, b"new msg 5"),
    (b"1795694400.292776 mx1 dovecot[7]: imap-login: Login", 292776000, None),
]  # fmt: skip

NO_STAMP = [
    b"new msg 5", b"179569440 new msg 5", b"17956944000 new msg 5", b"1795694400new msg 5", b"1795694400.1234567890 x",
    b"Nov 31 12:00:00 mx1 qmail: new msg 5", b"Nox 26 12:00:00 mx1 qmail: x", b"nov 26 12:00:00 mx1 qmail: x",
    b"Nov 26 25:00:00 mx1 qmail: new msg 5", b"26/Nov/2026 12:00:00 status: x", b"2026-11-26T12:00:00.1234567890Z x",
    b"2026-11-26T12:00:00+99:00 x", b"Thu Nov 26 12:00:00 2026 x", b"", b"1", b"Nov",
]  # fmt: skip


@pytest.mark.parametrize(("line", "time", "text"), LINES, ids=lambda value: value.decode() if isinstance(value, bytes) else None)
def test_read(line, time, text):
    found = texts.Texts("UTC", WRITTEN).read(line, 0)
    assert found == (NOON * SECOND + time, FOREIGN if text is None else text)
    assert texts.is_stamped(line)
    assert tai64n.is_stamped(line)
    assert tai64n.relabel([line + b"\n"], written=WRITTEN) == [tai64n.encode(found[0]) + b" " + found[1] + b"\n"]


@pytest.mark.parametrize("line", NO_STAMP)
def test_not_read(line):
    assert texts.Texts("UTC", WRITTEN).read(line, 0) is None


@pytest.mark.parametrize(
    ("line", "depends"),
    [
        (b"2026-11-26 12:00:00.5 end msg 5\n", True),
        (b"2026-11-26T12:00:00.5 end msg 5\n", False),
        (b"2026-11-26T12:00:00.5Z end msg 5\n", False),
        (b"Nov 26 12:00:00 mx1 qmail[1]: end msg 5\n", True),
        (b"Nov 26 12:00:00 mx1 qmail: 1795694400.5 end msg 5\n", False),
        (b"1795694400.5 end msg 5\n", False),
        (tai64n.encode(NOON * SECOND) + b" end msg 5\n", False),
        (b"end msg 5\n", False),
    ],
)
def test_which_depend_on_the_zone(line, depends):
    assert texts.is_zoneless(line) == depends
    if depends:
        rome, utc = (texts.Texts(zone, WRITTEN).read(line[:-1], 0)[0] for zone in ("Europe/Rome", "UTC"))
        assert utc - rome == 3600 * SECOND
