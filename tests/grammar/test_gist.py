"""What a line that no rule knows is listed as."""

import pytest

from sqmail_log.lines import shapes

LABEL = b"@400000006b081f4a000f4240 "


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        (b"Out of memory!", "Out of memory!"),
        (b"qmail-smtpd[13000]: AUTH failed [203.0.113.1] info@example.org", "qmail-smtpd[N]:"),
        (b"simscan:[210000]:CLEAN (-1.21/9999.00):3.3s:Re: offer:198.51.100.1:a@bulk.example:c@example.org", "simscan:[N]:"),
        (b"simscan:[210000]: skipping check_spam, disabled for this domain", "simscan:[N]:"),
        (b"mail recv: pid 210000 from <a@bulk.example> qp 300000", "mail recv:"),
        (b"policy_check: remote a0@sender.example -> local c@example.org (UNAUTHENTICATED SENDER)", "policy_check:"),
        (b"ratelimitspp: User:info@example.org;Recipients:3;Result:NOK", "ratelimitspp:"),
        (b"/bin/sh: 1: qmail-scanner: not found", "/bin/sh:"),
        (b"/var/qmail/bin/filter.sh: line 12: bad substitution", "/var/qmail/bin/filter.sh:"),
        (b"/home/ann.smith/Maildir: access denied", "(no plain word)"),
        (b"filter.sh: line 12: bad substitution", "(no plain word)"),
        (b"perl[31] Can't locate Mail/Box.pm in @INC", "perl[N] Can't locate"),
        (b"fatal error code 123 at 0xdeadbeef", "fatal error code N"),
        # recordio
        (b"7000 > 220 mx.example.org ESMTP\r", "recordio: N < or N >"),
        (b"7000 < data \x0b \x0c \xc2\x85 more\r", "recordio: N < or N >"),
        (b"7000 < MAIL FROM:<a@b.example>\r", "recordio: N < or N >"),
        # What may be the rest of a record that was torn.
        (b"v52@else.example", "(one word)"),
        (b"client.example", "(one word)"),
        (b"bob:x", "(one word)"),
        (b"client.example: x", "(no plain word)"),
        (b"le.example S:192.0.2.1:host.example H:x F:a@b.example T:c@d.example", "(no plain word)"),
        (b"a@b.example says", "(no plain word)"),
        (b"2001:db8::1 refused", "(no plain word)"),
        (b"", "(no plain word)"),
        (b"\x1b[31m red", "(no plain word)"),
        (b"caf\xe9 au lait", "(no plain word)"),
        (b"x | y", "x"),
    ],
)  # fmt: skip
def test_gist(text, listed):
    assert shapes.gist(LABEL + text + b"\n") == listed


def test_it_is_short():
    assert len(shapes.gist(LABEL + b"abcdefghijklmnopqrstuvw! " * 100 + b"\n")) <= 100
