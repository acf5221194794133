from support import SAMPLES, check, write_log

NOW = 1795332000


def test_ok():
    assert check("auth", "--log", SAMPLES / "smtpd", "--at", "2026-11-22T07:04") == (
        "QMAIL_AUTH OK - 66 failed logins in 15m: authentication required but missing (27), 66 from 127.0.0.0/24 "
        "| accept=24;;;0 reject=66;100;500;0\n",
        0,
    )


def test_several_logs_add_up():
    logs = [word for name in ("smtpd", "smtpsub", "pop3d") for word in ("--log", SAMPLES / name)]
    assert check("auth", *logs, "--at", "2026-11-22T07:04", "-c", "150") == (
        "QMAIL_AUTH CRITICAL - 192 failed logins in 15m: POP3 login with USER refused (66), 192 from 127.0.0.0/24 "
        "| accept=68;;;0 reject=192;100;150;0\n",
        2,
    )


def test_names_the_network_most_fail_from(tmp_path):
    lines = [
        (NOW - 60 + n, f"qmail-popup: pid {n} Reject::AUTH::User P:POP3 S:{client}:unknown ?~ 'x'")
        for n, client in enumerate(["203.0.113.9"] * 3 + ["203.0.113.77"] * 2 + ["2001:db8::5"])
    ]
    log = write_log(tmp_path / "pop3d", lines)
    assert check("auth", "--log", log, "--at", NOW, "-w", "5", "-v") == (
        "QMAIL_AUTH WARNING - 6 failed logins in 15m: POP3 login with USER refused (6), 5 from 203.0.113.0/24\n"
        "6 POP3 login with USER refused\n"
        "5 from 203.0.113.0/24\n"
        "1 from 2001:db8::/64\n"
        "| accept=0;;;0 reject=6;5;500;0\n",
        1,
    )


def test_verbose_lists_ten_networks(tmp_path):
    networks = [network for network in range(11) for _ in range(11 - network)]
    lines = [
        (NOW - 120 + n, f"qmail-popup: pid {n} Reject::AUTH::User P:POP3 S:192.0.{network}.7:unknown ?~ 'x'")
        for n, network in enumerate(networks)
    ]
    log = write_log(tmp_path / "pop3d", lines)
    rows = check("auth", "--log", log, "--at", NOW, "-v")[0].splitlines()[1:-1]
    assert rows == ["66 POP3 login with USER refused", *(f"{11 - n} from 192.0.{n}.0/24" for n in range(10))]


def test_none(tmp_path):
    log = write_log(tmp_path / "pop3d", [(NOW - 9, "tcpserver: status: 0/40")])
    assert check("auth", "--log", log, "--at", NOW) == (
        "QMAIL_AUTH OK - 0 failed logins in 15m | accept=0;;;0 reject=0;100;500;0\n",
        0,
    )


def test_logins_that_other_programs_log(tmp_path):
    lines = [
        (NOW - 60, "vchkpw-pop3: password fail (pass: 'hunter2') sam@example.com:203.0.113.9"),
        (NOW - 59, "vchkpw-pop3: vpopmail user not found root@:203.0.113.9"),
        (NOW - 58, "vchkpw-pop3: password fail (pass: 'hunter2') sam@example.com:203.0.113.10"),
        (NOW - 57, "vchkpw-pop3: (PLAIN) login success ann@example.com:192.0.2.7"),
    ]
    log = write_log(tmp_path / "pop3d", lines)
    assert check("auth", "--log", log, "--at", NOW, "-w", "2", "-v") == (
        "QMAIL_AUTH WARNING - 3 failed logins in 15m: wrong password (2), 3 from 203.0.113.0/24\n"
        "2 wrong password\n"
        "1 unknown user\n"
        "3 from 203.0.113.0/24\n"
        "| accept=1;;;0 reject=3;2;500;0\n",
        1,
    )
