"""Sessions and rejects of the samples, held to what grep counts in them."""

import re
from collections import Counter

import pytest

from report.reports import MORNING, SAMPLES, TRUTH, answer, figures, log, run, table
from support import ROOT, check, perfdata

LOGS = ("smtpd", "smtpsub", "smtpd6", "pop3d", "pop3stls")


def grepped(name):
    """Return the counts of a log in the file of truths: {words: number}."""
    text = (TRUTH / "counts-smtpd-pop3d.txt").read_text()
    section = re.search(rf"^== {name} .*?(?=^== |\Z)", text, re.MULTILINE | re.DOTALL)[0]
    return {
        words.strip(): int(number) for number, words in re.findall(r"^ +(\d+) (.+)$", section, re.MULTILINE)
    }, section


@pytest.mark.parametrize("name", LOGS)
def test_records_are_those_that_grep_finds(name):
    counts, section = grepped(name)
    found = answer("sessions", "--log", SAMPLES / name)["connections"]
    accepts, rejects = map(int, re.search(r"totals: Accept (\d+) Reject (\d+)", section).groups())
    assert (found["accepts"], found["rejects"]) == (accepts, rejects)
    assert found["most_at_once"] == int(re.search(r"max n in status n/limit: (\d+)", section)[1])
    server = "sslserver" if "sslserver: ok" in counts else "tcpserver"
    assert (found["connections"], found["ok"]) == (counts[f"{server}: pid"], counts[f"{server}: ok"])
    assert found["denied"] == counts.get(f"{server}: deny", 0)
    assert found["delayed"] == sum(number for words, number in counts.items() if words.startswith("greetdelay"))
    assert (found["refused_for_now"], found["refused_for_good"]) == (
        counts.get("451", 0),
        counts.get("553", 0),
    )
    foreign = section.partition("start with none of")[2].splitlines()[1:]
    assert found["unrecognised"] == len([line for line in foreign if line])


@pytest.mark.parametrize("name", LOGS)
def test_rejects_by_reason_are_those_that_grep_finds(name):
    counts, _ = grepped(name)
    expected = {words.split()[1]: number for words, number in counts.items() if " Reject::" in words}
    rows = answer("rejects", "--log", SAMPLES / name)["rejects"]
    assert {row["reason"]: row["records"] for row in rows if "::" in row["reason"]} == expected
    assert sum(row["share"] for row in rows) == pytest.approx(100)
    assert all(row["meaning"] != "not in the table of conditions" for row in rows)


def test_who_left_after_the_wait_without_a_word():
    """Found anew by looking at all lines of each process between its `pid` and `end` lines."""
    sessions, open_ = [], {}
    for path in [*sorted((SAMPLES / "smtpd").glob("@*")), SAMPLES / "smtpd" / "current"]:
        for line in path.read_bytes().split(b"\n"):
            pid = re.match(rb".{25} tcpserver: pid (\d+) from", line)
            if pid:
                open_[pid[1]] = []
            named = re.match(rb".{25} (?:tcpserver: \w+ (\d+) |\w.*? pid (\d+)[: ])", line)
            if named and (named[1] or named[2]) in open_:
                open_[named[1] or named[2]].append(line[26:])
            ended = re.match(rb".{25} tcpserver: end (\d+) ", line)
            if ended and ended[1] in open_:
                sessions.append(open_.pop(ended[1]))
    silent = [
        lines
        for lines in sessions
        if any(b"greetdelay" in line for line in lines)
        and not any(line.startswith(b"qmail-smtpd:") for line in lines)
        and not any(re.search(rb": (451|553) ", line) for line in lines)
    ]
    found = answer("sessions", "--log", SAMPLES / "smtpd")
    assert found["connections"]["left_silent"] == len(silent) > 10
    assert sum(row["sessions"] for row in found["left-silent"]) == len(silent)


def test_tls_and_services():
    found = answer("sessions", "--log", SAMPLES / "smtpsub", "--log", SAMPLES / "pop3stls")
    assert found["tls"] == [{"sessions": 35, "version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384"}]
    assert found["services"] == [
        {"ok": 24, "denied": 0, "port": "587", "service": "submission"},
        {"ok": 21, "denied": 0, "port": "1110", "service": "other"},
    ]
    assert found["connections"]["fatal"] == 23


def test_users_are_masked_unless_asked_for():
    masked = answer("sessions", "--log", SAMPLES / "pop3d")["authentication"]
    assert all("***" in row["user"] for row in masked)
    assert "rqann" not in table("sessions", "--log", SAMPLES / "pop3d")
    rows = answer("sessions", "--show-users", "--log", SAMPLES / "pop3d")["authentication"]
    assert {"rqann", "rqbob"} <= {row["user"] for row in rows}
    accepted, rejected = (sum(row[name] for row in rows) for name in ("accepted", "rejected"))
    assert (accepted, rejected) == (36, 99)


def test_a_method_that_is_not_offered_is_no_login(tmp_path):
    line = "qmail-smtpd: pid 9 Reject::AUTH::{} P:ESMTP S:192.0.2.7:unknown ?= 'ann'"
    where = log(tmp_path / "log", [line.format("Auth_Meth"), line.format("login")])
    (row,) = answer("sessions", "--show-users", "--log", where)["authentication"]
    assert (row["user"], row["rejected"]) == ("ann", 1)


def test_nobody_leaves_with_the_end_of_another_process(tmp_path):
    lines = ["rblsmtpd: 192.0.2.7 pid 9: greetdelay: 3", "rblsmtpd: 192.0.2.8 pid: greetdelay: 3", "sslserver: ended by 9 status 0"]
    found = answer("sessions", "--log", log(tmp_path / "log", lines))["connections"]
    assert (found["delayed"], found["left_silent"]) == (2, 0)


def test_addresses_only_when_asked_for():
    plain = table("rejects", "--log", SAMPLES / "smtpd")
    assert "@" not in plain
    rows = answer("rejects", "--show-addresses", "--log", SAMPLES / "smtpd")["reject-addresses"]
    assert sum(row["records"] for row in rows) == 2036
    chosen = [row for row in rows if row["recipient"] == "victim@elsewhere.example"]
    assert Counter(row["sender"] for row in chosen)["someone@good.example"]


def test_forged_fields_are_the_client_s_word_and_no_more(tmp_path):
    where = log(
        tmp_path / "log",
        [
            (
                "qmail-smtpd: pid 7 Reject::SNDR::Bad_Helo P:ESMTP S:192.0.2.1:unknown "
                "H:x F:fake@a T:fake@b F:real@example.org T:you@example.net '.'"
            ),
            (
                "qmail-smtpd: pid 8 Accept::RCPT::Recipients_Pam P:ESMTPS S:2001:db8::1:mx.example.org "
                "H:Reject::RCPT::Bad_Rcptto P:ESMTP F:a@example.org T:b@example.net"
            ),
            "qmail-smtpd: pid 9 Reject::RBL::RBL_Listed: rbl.example P:ESMTP S:192.0.2.9:x H:h F:a@b T:c@d",
            "qmail-smtpd: pid 9 Reject::Made::Up P:ESMTP S:192.0.2.9:unknown H:h F:a@b T:c@d",
            "qmail-smtpd: pid 9 Reject::half",
        ],
    )
    found = answer("rejects", "--show-addresses", "--log", where)
    assert [(row["reason"], row["meaning"]) for row in found["rejects"]] == [
        ("Reject::Made::Up", "not in the table of conditions"),
        ("Reject::RBL::RBL_Listed", "client listed in an RBL"),
        ("Reject::SNDR::Bad_Helo", "HELO in badhelo"),
    ]
    assert found["reject-networks"] == [
        {"records": 3, "network": "192.0.2.0/24"},
    ]
    forged = next(row for row in found["reject-addresses"] if row["reason"] == "Reject::SNDR::Bad_Helo")
    assert (forged["sender"], forged["recipient"]) == ("real@example.org", "you@example.net")
    # The made-up condition and the half record, as check_qmail_log counts them.
    assert answer("sessions", "--log", where)["connections"]["unrecognised"] == 2


def test_ipv6_clients_count_by_64(tmp_path):
    lines = [f"sslserver: pid {n} from 2001:db8:0:1::{n:x}" for n in range(5)]
    found = answer("sessions", "--log", log(tmp_path / "log", lines))
    assert found["networks"] == [{"connections": 5, "network": "2001:db8:0:1::/64"}]


def test_unrecognised_is_what_check_qmail_log_says(tmp_path):
    lines = [
        line[26:]
        for name in ("servers", "records")
        for line in (ROOT / "tests/data/shapes" / f"{name}.log").read_bytes().splitlines()
        if line.startswith(b"@")
    ]
    where = log(tmp_path / "log", lines, step=0.1)
    output, _ = check("log", "--log", where, "--at", MORNING + 0.1 * len(lines), "--window", "15m")
    found = answer("sessions", "--log", where)["connections"]
    said = perfdata(output)
    assert (int(said["unrecognised"]), int(said["lines"])) == (found["unrecognised"], found["lines"])
    assert found["unrecognised"] > 10


def test_qmtpd_shows_by_its_server_s_lines(tmp_path):
    lines = [
        "tcpserver: status: 1/40",
        "tcpserver: pid 100 from 192.0.2.7",
        "tcpserver: ok 100 mail.example.org:198.51.100.1:209 :192.0.2.7::4321",
        "tcpserver: end 100 status 0",
        "tcpserver: deny 101 mail.example.org:198.51.100.1:209 :192.0.2.8::4321",
    ]
    found = answer("sessions", "--log", log(tmp_path / "log", lines))
    assert found["services"] == [{"ok": 1, "denied": 1, "port": "209", "service": "qmtp"}]


def test_zones_of_s_qmail_s_rblsmtpd(tmp_path):
    lines = [
        "rblsmtpd: 192.0.2.1 pid 5 zen.example.org: 451 listed",
        "rblsmtpd: 2001:db8::1 pid 6: 553 http://example.org/?ip=2001:db8::1",
        "rblsmtpd: 192.0.2.1 pid 7: greetdelay: 80",
    ]
    found = answer("sessions", "--log", log(tmp_path / "log", lines))["connections"]
    names = ("refused_for_now", "refused_for_good", "delayed", "unrecognised")
    assert [found[name] for name in names] == [1, 1, 1, 0]


def test_a_send_log_is_not_one_of_sessions():
    status, out, err = run("sessions", "--log", SAMPLES / "send")
    assert (status, out) == (1, "")
    assert err == (
        f"sqmail-report: {SAMPLES / 'send'}: sessions wants a log of qmail-smtpd, "
        "qmail-popup or their servers, and this is another\n"
    )


@pytest.mark.parametrize(("action", "counted"), [("Accept", "accepts"), ("Reject", "rejects"), ("Deferred", "deferred"), ("Info", None)])
def test_old_records_without_program_and_process(tmp_path, action, counted):
    condition = {"Accept": "Relay_Client", "Reject": "Bad_Helo", "Deferred": "Grey_Listed", "Info": "TLS"}[action]
    line = f"{action}::SNDR::{condition} P:ESMTP S:192.0.2.7:h H:h F:a@test.example T:b@test.example"
    where = log(tmp_path / "log", ["tcpserver: status: 1/40", line])
    found = answer("sessions", "--log", where)["connections"]
    assert (found["unrecognised"], found["lines"]) == (0, 2)
    assert [name for name in ("accepts", "rejects", "deferred") if found[name]] == ([counted] if counted else [])
    told = figures("sessions", "--log", where)
    assert (told["lines that no rule knows"], told["lines read"]) == ("0", "2")
