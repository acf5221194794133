"""Hazards of following messages, each in a log of a few lines."""

import pytest

from report.reports import answer, log

INFO = "info msg {}: bytes {} from <{}> qp {} uid 1008"


def message(number, qp, sender="ann@example.org", size=100):
    return [f"new msg {number}", INFO.format(number, size, sender, qp)]


def overview(tmp_path, *lines):
    return answer("overview", "--log", log(tmp_path / "log", lines))


def pending(tmp_path, *lines):
    found = answer("pending", "--log", log(tmp_path / "log", lines))
    return found if isinstance(found, dict) else {"pending": found, "older": []}


def test_a_message_from_queueing_to_end(tmp_path):
    figures = overview(
        tmp_path,
        *message(17, 900),
        "starting delivery 1: msg 17 to remote bob@example.net",
        "status: local 0/10 remote 1/20",
        "delivery 1: success: 192.0.2.1_accepted_message./Remote_host_said:_250_ok/",
        "status: local 0/10 remote 0/20",
        "end msg 17",
    )
    names = (
        "completed_messages",
        "bytes",
        "attempts",
        "total_ddelay",
        "total_xdelay",
        "average_qtime",
        "time_span",
    )
    assert [figures[name] for name in names] == [1, 100, 1, 3.0, 2.0, 5, 5.0]


def test_a_number_used_again_is_another_message(tmp_path):
    log(
        tmp_path / "log",
        [
            *message(17, 900, "ann@example.org", 100),
            "starting delivery 1: msg 17 to local ann@example.org",
            "delivery 1: success: did_1+0+0/",
            "end msg 17",
            *message(17, 901, "bea@example.org", 7),
            "starting delivery 2: msg 17 to local bea@example.org",
            "delivery 2: success: did_1+0+0/",
            "end msg 17",
        ],
    )
    senders = answer("senders", "--log", tmp_path / "log")
    assert [(row["sender"], row["mess"], row["bytes"]) for row in senders] == [
        ("1008/<ann@example.org>", 1, 100),
        ("1008/<bea@example.org>", 1, 7),
    ]


def test_a_sender_s_bytes_count_once_a_message_a_success_and_a_finished_recipient(tmp_path):
    lines = [*message(17, 900, "ann@example.org", 100)]
    for number, result in enumerate(("success: did_1+0+0/", "failure: no/", "deferral: later/"), 1):
        lines += [f"starting delivery {number}: msg 17 to local b{number}@example.org", f"delivery {number}: {result}"]
    (row,) = answer("senders", "--log", log(tmp_path / "log", [*lines, "end msg 17"]))
    assert [row[name] for name in ("mess", "bytes", "sbytes", "rbytes", "recips", "tries")] == [1, 100, 100, 200, 2, 3]


def test_a_number_used_again_without_an_end_forgets_the_first(tmp_path):
    found = pending(tmp_path, *message(17, 900, "ann@example.org"), *message(17, 901, "bea@example.org"))
    assert [row["sender"] for row in found["pending"]] == ["1008/<bea@example.org>"]


def test_doubled_new_msg_and_end_msg_count_once(tmp_path):
    figures = overview(
        tmp_path,
        "new msg 17",
        "new msg 17",
        INFO.format(17, 100, "a@example.org", 9),
        "end msg 17",
        "end msg 17",
    )
    assert (figures["new_messages"], figures["completed_messages"], figures["unrecognised"]) == (2, 1, 0)


def test_doubled_info_begins_the_message_anew(tmp_path):
    found = pending(tmp_path, *message(17, 900), "status: local 0/10 remote 0/20", *message(17, 900))
    assert [(row["qp"], row["age"]) for row in found["pending"]] == [(900, 0)]


def test_a_message_older_than_the_log(tmp_path):
    lines = [
        "starting delivery 1: msg 17 to remote bob@example.net",
        "delivery 1: deferral: Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/",
        "starting delivery 2: msg 17 to remote bob@example.net",
        "delivery 2: deferral: Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/",
        "starting delivery 3: msg 18 to local ann@example.org",
        "delivery 3: success: did_1+0+0/",
        "end msg 18",
    ]
    found = pending(tmp_path, *lines)
    assert found["pending"] == []
    assert [(row["message"], row["deferral"], row["cause"]) for row in found["older"]] == [(17, 2, "connection died")]
    figures = answer("overview", "--log", tmp_path / "log")
    assert (figures["attempts"], figures["completed_messages"], figures["total_ddelay"]) == (3, 0, 1.0)


def test_deliveries_of_a_daemon_that_was_killed_are_dropped(tmp_path):
    figures = overview(
        tmp_path,
        *message(17, 900),
        "starting delivery 8: msg 17 to local old@example.org",
        "starting delivery 9: msg 17 to local older@example.org",
        "status: local 0/10 remote 0/20",
        "starting delivery 1: msg 17 to local ann@example.org",
        "delivery 1: success: did_1+0+0/",
        "delivery 9: success: did_1+0+0/",
    )
    assert (figures["attempts"], figures["unreported"], figures["restarts"]) == (1, 2, 0)


@pytest.mark.parametrize("last", ["status: exiting", "status: qmail-send exiting"])
def test_deliveries_of_a_daemon_that_stopped_are_dropped(tmp_path, last):
    figures = overview(
        tmp_path, *message(17, 900), "starting delivery 8: msg 17 to local a@example.org", last, "running"
    )
    assert (figures["unreported"], figures["restarts"], figures["unrecognised"]) == (1, 1, 0)


def test_a_mangled_report_is_a_deferral(tmp_path):
    lines = ["starting delivery 1: msg 17 to local a@example.org", "delivery 1: report mangled, will defer"]
    rows = answer("deferrals", "--log", log(tmp_path / "log", [*message(17, 900), *lines]))
    assert rows == [{"del": 1, "xdelay": 1.0, "cause": "delivery report mangled", "whose": "us", "named": None, "stage": None}]
    verbatim = answer("deferrals", "--verbatim", "--log", tmp_path / "log")
    assert verbatim == [{"del": 1, "xdelay": 1.0, "reason": "report mangled"}]


def test_a_report_without_text(tmp_path):
    lines = [
        *message(17, 900),
        "starting delivery 1: msg 17 to local a@example.org",
        "delivery 1: deferral: ",
    ]
    rows = answer("deferrals", "--log", log(tmp_path / "log", lines))
    assert rows == [{"del": 1, "xdelay": 1.0, "cause": "no reason given", "whose": "unknown", "named": None, "stage": None}]


def test_an_expired_message_is_a_failure_for_its_cause(tmp_path):
    text = (
        "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/"
        "I'm_not_going_to_try_again;_this_message_has_been_in_the_queue_too_long./"
    )
    lines = [
        *message(17, 9),
        "starting delivery 1: msg 17 to remote b@example.net",
        f"delivery 1: failure: {text}",
    ]
    assert overview(tmp_path, *lines)["expired"] == 1
    assert answer("failures", "--log", tmp_path / "log")[0]["cause"] == "no SMTP connection"


def test_words_of_a_report_are_not_taken_for_a_result(tmp_path):
    lines = [
        *message(17, 900),
        "starting delivery 1: msg 17 to remote b@example.net",
        "delivery 1: failure: 192.0.2.1_dislikes_recipient./Remote_host_said:_550_delivery_1:_success:_no/",
    ]
    figures = overview(tmp_path, *lines)
    assert (figures["successes"], figures["failures"]) == (0, 1)


def test_odd_addresses(tmp_path):
    lines = [
        "new msg 17",
        "info msg 17: bytes 5 from <x>_qp_1_uid_0@Example.org> qp 532 uid 0",
        "starting delivery 1: msg 17 to local ",
        "starting delivery 2: msg 17 to local @example.org",
        "starting delivery 3: msg 17 to remote A@B@Example.NET",
        "delivery 1: success: did_0+0+0/",
        "delivery 2: success: ",
        "delivery 3: success: qmtps:_ok_1795331658_qp_1109/",
        "end msg 17",
    ]
    where = log(tmp_path / "log", lines)
    assert [row["sender"] for row in answer("senders", "--log", where)] == ["0/<x>_qp_1_uid_0@example.org>"]
    recipients = [row["recipient"] for row in answer("recipients", "--log", where)]
    assert recipients == ["local.", "local.@example.org", "remote.a@b@example.net"]
    assert [row["host"] for row in answer("recipient-hosts", "--log", where)] == [
        "example.net",
        "example.org",
        "local.",
    ]
    assert {row["cause"] for row in answer("successes", "--log", where)} == {
        "instructions delivered it nowhere",
        "success without further word",
        "accepted over QMTPS",
    }


def test_torn_and_foreign_lines_are_counted(tmp_path):
    lines = [
        *message(17, 900),
        "",
        "s",
        "starting delivery",
        "starting delivery 5: msg",
        "delivery",
        "info msg 18: bytes",
        "info msg 19: bytes many from <a@example.org> qp 1 uid 1",
        "sslserver: status: 1/40",
        "number of deliveries left before exiting: 3",
        "status: qmail-todo stop processing asap",
        "end msg 17",
    ]
    figures = overview(tmp_path, *lines)
    assert (figures["completed_messages"], figures["unrecognised"], figures["lines"]) == (1, 7, 13)


def test_a_torn_label_has_the_time_of_the_line_before(tmp_path):
    delivery = ["starting delivery 1: msg 17 to local a@example.org", "delivery 1: success: did_1+0+0/"]
    where = log(tmp_path / "log", [*message(17, 900), *delivery])
    current = where / "current"
    text = current.read_bytes().splitlines(keepends=True)
    text[2] = text[2][:20] + b"xx" + text[2][22:]
    current.write_bytes(b"".join(text))
    assert answer("overview", "--log", where)["total_xdelay"] == 2.0


def test_a_clock_set_back_gives_negative_delays_and_no_error(tmp_path):
    where = log(tmp_path / "log", [*message(17, 9), "starting delivery 1: msg 17 to local a@example.org"], start=60)
    back = ["delivery 1: success: did_1+0+0/", "end msg 17"]
    with (where / "current").open("ab") as current:
        current.write((log(tmp_path / "back", back) / "current").read_bytes())
    figures = answer("overview", "--log", where)
    assert (figures["total_ddelay"], figures["time_span"], figures["successes"]) == (-61.0, 0.0, 1)
    assert answer("delays", "--log", where) == [{"doneby": -61.0, "avg": -61.0, "mean": -61.0, "pct": 100}]
