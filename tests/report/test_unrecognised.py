"""What nobody understands is listed as check_qmail_log lists it; messages name their log; bounces to nobody stand apart."""

from report.reports import answer, log, table
from support import check, perfdata

OF_SEND = [
    "status: local 0/10 remote 0/20",
    "new msg 7",
    "Something odd!",
    "Something odd!",
    "someone@else.example",
    "status: asleep",
]
OF_SESSIONS = [
    "tcpserver: pid 5 from 192.0.2.1",
    "somefilter[5]: from a@b.example to c@d.example",
    "5 > 220 mx.example",
    "qmail-smtpd: pid 5 Reject::NEW::Thing P:ESMTP S:192.0.2.1:x H:x F:a@b.example T:c@d.example",
    "tcpserver: end 5 status 0",
]


def test_the_same_words_as_the_check(tmp_path):
    logs = [word for name, lines in (("send", OF_SEND), ("smtpd", OF_SESSIONS))
            for word in ("--log", log(tmp_path / name, lines))]  # fmt: skip
    listed = answer("unrecognised", *logs)
    assert {row["line"]: row["lines"] for row in listed} == {
        "Something odd!": 2, "(one word)": 1, "status:": 1, "somefilter[N]:": 1, "recordio: N < or N >": 1,
        "Reject::NEW::Thing": 1,
    }  # fmt: skip
    output, _ = check("log", *logs, "--at", "2026-11-22T07:10:00Z", "-v")
    said = [line.removeprefix("unrecognised: ") for line in output.splitlines() if line.startswith("unrecognised: ")]
    times = {1: "once", 2: "2 times"}
    assert said == [f"{row['line']} ({times[row['lines']]})" for row in listed]
    assert perfdata(output)["unrecognised"] == "7"


def test_nothing(tmp_path):
    where = log(tmp_path / "send", OF_SEND[:2])
    assert table("unrecognised", "--log", where) == "Lines and conditions that no rule knows\n\nnothing\n"


def test_a_condition_in_a_mixed_log_counts_in_the_overview_too(tmp_path):
    where = log(tmp_path / "all", [*OF_SEND, *OF_SESSIONS])
    assert answer("overview", "--log", where)["unrecognised"] == 7


def test_the_log_of_each_message_where_there_are_several(tmp_path):
    waiting = ["new msg 7", "info msg 7: bytes 5 from <a@b.example> qp 1 uid 2"]
    older = ["starting delivery 3: msg 9 to remote x@y.example", "delivery 3: deferral: Connected_but_connection_died./"]
    one, two = log(tmp_path / "one", waiting), log(tmp_path / "two", [*waiting, *older], start=9)
    told = answer("pending", "--log", one, "--log", two)
    assert [(row["message"], row["log"]) for row in told["pending"]] == [(7, str(one)), (7, str(two))]
    assert [(row["message"], row["log"]) for row in told["older"]] == [(9, str(two))]
    assert "log" not in answer("pending", "--log", one)[0]


def test_bounces_to_nobody_stand_apart(tmp_path):
    lines = []
    for number in range(1, 4):
        lines += [
            f"new msg {number}",
            f"info msg {number}: bytes 5 from <> qp 1 uid 2",
            f"starting delivery {number}: msg {number} to remote #@[]",
            f"delivery {number}: failure: Sorry,_I_couldn't_find_any_host_named_[]._(#5.1.2)/",
        ]
    where = log(tmp_path / "send", lines)
    assert [row["cause"] for row in answer("failures", "--log", where)] == ["double bounce address #@[]: discarded"]
    figures = answer("overview", "--log", where)
    assert (figures["failures"], figures["discarded"], figures["remote_failures"]) == (3, 3, 3)
