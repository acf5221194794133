from support import SAMPLES, check

AT = ("--log", SAMPLES / "send", "--at", "2026-11-22T07:15")


def test_ok():
    assert check("example", *AT) == (
        "QMAIL_EXAMPLE OK - 222 bounces among 1879 new messages in 15m | bounces=222;500;2000;0 messages=1879;;;0\n",
        0,
    )


def test_warning_with_details():
    assert check("example", *AT, "-w", "100", "-v") == (
        "QMAIL_EXAMPLE WARNING - 222 bounces among 1879 new messages in 15m\n"
        "100 double bounces discarded\n"
        "| bounces=222;100;2000;0 messages=1879;;;0\n",
        1,
    )


def test_critical():
    assert check("example", *AT, "-c", "200")[1] == 2
