"""Every column of every z script, to the last digit that awk prints."""

from datetime import datetime

import pytest

from report.reports import SAMPLES, TRUTH, answer, log, rows, table

SEND = SAMPLES / "send"
Z = TRUTH / "qmailanalog"


def theirs(script):
    """Return the rows of a z script's output: what follows the line of column names."""
    text = (Z / script).read_text(encoding="latin-1")
    return [line for line in text.split("\n\n")[-1].splitlines()[1:] if line]


def zoverall():
    lines = [line.split(": ") for line in (Z / "zoverall").read_text().splitlines() if ": " in line]
    return {name.strip(): value for name, value in lines}


def test_overview_is_zoverall():
    ours = dict(line.split() for line in table("overview", "--log", SEND).splitlines() if len(line.split()) == 2)
    span = answer("overview", "--log", SEND)["time_span"]
    assert {
        "Completed messages": ours["completed_messages"],
        "Recipients for completed messages": ours["recipients"],
        "Total delivery attempts for completed messages": ours["completed_attempts"],
        "Average delivery attempts per completed message": ours["attempts_per_message"],
        "Bytes in completed messages": ours["bytes"],
        "Bytes weighted by success": ours["delivered_bytes"],
        "Average message qtime (s)": ours["average_qtime"],
        "Total delivery attempts": ours["attempts"],
        "success": ours["successes"],
        "failure": ours["failures"],
        "deferral": ours["deferrals"],
        "Total ddelay (s)": ours["total_ddelay"],
        "Average ddelay per success (s)": ours["average_ddelay"],
        "Total xdelay (s)": ours["total_xdelay"],
        "Average xdelay per delivery attempt (s)": ours["average_xdelay"],
        "Time span (days)": f"{span / 86400:.6g}",
        "Average concurrency": ours["average_concurrency"],
    } == zoverall()


def test_delays_is_zddist():
    ours = [f"{doneby} {avg} {pct}" for doneby, avg, _, pct in rows(table("delays", "--log", SEND))]
    assert ours == [" ".join(line.split()) for line in theirs("zddist")]


@pytest.mark.parametrize(
    ("command", "script"),
    [
        ("recipients", "zrecipients"),
        ("recipient-hosts", "zrhosts"),
        ("uids", "zsuids"),
    ],
)
def test_table_is_a_script_s_in_its_order(command, script):
    assert rows(table(command, "--log", SEND)) == [line.split() for line in theirs(script)]


def test_delays_begin_at_the_tenth_percent(tmp_path):
    """As zddist's do, where a delivery is just that."""
    lines = []
    for number in range(20):
        lines += [f"new msg {number}", f"info msg {number}: bytes 9 from <a@test.example> qp 1 uid 2"]
    for number in range(20):
        lines += [
            f"starting delivery {number}: msg {number} to local b@test.example",
            f"delivery {number}: success: ok/",
            f"end msg {number}",
        ]
    found = answer("delays", "--log", log(tmp_path / "log", lines))
    assert [row["pct"] for row in found] == list(range(10, 101, 5))


def test_recipient_delays_is_zrxdelay_the_fastest_first():
    ours = rows(table("recipient-delays", "--log", SEND))
    assert sorted(ours) == sorted(line.split() for line in theirs("zrxdelay"))
    assert ours == sorted(ours, key=lambda row: (float(row[0]), int(row[1]), row[2]))


def test_senders_is_zsenders():
    assert sorted(rows(table("senders", "--log", SEND))) == sorted(line.split() for line in theirs("zsenders"))


@pytest.mark.parametrize(
    ("command", "script"),
    [("successes", "zsuccesses"), ("failures", "zfailures"), ("deferrals", "zdeferrals")],
)
def test_verbatim_reasons_are_a_script_s(command, script):
    ours = table(command, "--verbatim", "--log", SEND).split("\n\n", 1)[1].splitlines()[1:]
    assert [line.split(maxsplit=2) for line in ours] == [line.rstrip().split(maxsplit=2) for line in theirs(script)]


@pytest.mark.parametrize(
    ("command", "script"),
    [("successes", "zsuccesses"), ("failures", "zfailures"), ("deferrals", "zdeferrals")],
)
def test_causes_add_up_to_the_reasons(command, script):
    causes = answer(command, "--log", SEND)
    assert sum(row["del"] for row in causes) == sum(int(line.split()[0]) for line in theirs(script))
    verbatim = answer(command, "--verbatim", "--log", SEND)
    assert sum(row["xdelay"] for row in causes) == pytest.approx(sum(row["xdelay"] for row in verbatim), abs=1e-3)


def test_causes_in_words():
    assert table("failures", "--log", SEND) == (
        "Reasons for failure\n\n"
        "del  xdelay  cause                                    whose      named  stage\n"
        " 15    1.37  mailbox full                             recipient  -      RCPT\n"
        " 19    3.80  message rejected as spam                 us         -      end of DATA\n"
        "239   10.51  no such local mailbox                    recipient  -      -\n"
        "  1    0.02  our HELO name rejected                   us         -      HELO\n"
        "  8    0.38  our sender address rejected              us         -      MAIL\n"
        "  2    0.12  recipient moved                          recipient  -      -\n"
        " 47    3.14  recipient unknown at remote host         recipient  -      RCPT\n"
        "  7    0.39  recipient's domain does not accept mail  recipient  -      MAIL\n"
        " 13    0.51  relaying denied by remote host           us         -      RCPT\n"
    )


def test_means_of_success():
    counted = {row["cause"]: row["del"] for row in answer("successes", "--log", SEND)}
    assert counted == {
        "accepted over SMTP": 798,
        "accepted over SMTP with TLS": 20,
        "delivered to a mailbox": 725,
        "forwarded": 108,
        "handed to a program": 292,
        "instructions delivered it nowhere": 118,
    }


def test_all_has_each_table_once():
    text = table("all", "--log", SEND)
    single = [
        table(command, "--log", SEND)
        for command in (
            "overview",
            "delays",
            "successes",
            "failures",
            "deferrals",
            "recipient-hosts",
            "recipients",
            "recipient-delays",
            "uids",
            "senders",
        )
    ]
    assert text == "\n".join(single)


def test_counts_beside_zoverall():
    figures = answer("overview", "--log", SEND)
    names = (
        "new_messages",
        "bounces",
        "double_bounces_discarded",
        "triple_bounces_discarded",
        "expired",
        "restarts",
    )
    assert [figures[name] for name in names] == [1879, 222, 100, 3, 0, 2]
    assert (figures["lines"], figures["unrecognised"], figures["warnings"], figures["alerts"]) == (
        16551,
        0,
        0,
        0,
    )


def test_human_stamps_give_the_same_kind_of_figures():
    figures = answer("overview", "--log", SAMPLES / "send-processed")
    assert figures["lines"] > 1000
    assert figures["unrecognised"] == 0


def test_pending_is_matchup_s_list():
    theirs_ = []
    lines = (Z / "matchup-pending").read_text().splitlines()
    for info, extra in zip(lines[::2], lines[1::2], strict=True):
        birth, _, _, number, _, size, _, sender, _, qp, _, uid = info.split()
        successes, deferrals, failures = map(int, extra.split()[3:])
        theirs_.append(
            {
                "since": round(float(birth), 6),
                "message": int(number[:-1]),
                "bytes": int(size),
                "qp": int(qp),
                "success": successes,
                "failure": failures,
                "deferral": deferrals,
                "sender": f"{uid}/{sender}",
            }
        )
    ours = answer("pending", "--log", SEND)["pending"]
    for row in ours:
        row["since"] = round(datetime.fromisoformat(row["since"]).timestamp(), 6)
    chosen = [{name: row[name] for name in theirs_[0]} for row in ours]
    key = lambda row: (row["since"], row["message"])  # noqa: E731
    assert sorted(chosen, key=key) == sorted(theirs_, key=key)


def test_pending_says_why():
    tables = answer("pending", "--log", SEND)
    for row in tables["pending"]:
        assert (row["cause"] is None) == (row["deferral"] == 0)
    truth = (TRUTH / "queue-at-end-send.txt").read_text()
    numbers = {row["message"] for rows_ in tables.values() for row in rows_}
    assert len(tables["pending"]) == 65
    assert all(f"{number}" in truth for number in numbers)


def test_blanks_of_an_address_stay(tmp_path):
    lines = ["starting delivery 7: msg 5 to remote a b@c.example", "delivery 7: deferral: x/"]
    assert [row["recipient"] for row in answer("recipients", "--log", log(tmp_path / "log", lines))] == ["remote.a b@c.example"]


@pytest.mark.parametrize(
    ("line", "unrecognised"),
    [
        ("running", 0),
        ("status: exiting", 0),
        ("local deliveries will be put on hold", 0),
        ("remote deliveries will be put on hold", 0),
        ("number of deliveries left before exiting: 5", 0),
        ("double bounce: discarding bounce/5", 0),
        ("triple bounce: discarding bounce/5", 0),
        ("warning: unable to stat mess/5", 0),
        ("alert: out of memory", 0),
        ("anything else", 1),
    ],
)
def test_what_belongs_to_qmail_send_is_recognised(tmp_path, line, unrecognised):
    told = rows(table("all", "--log", log(tmp_path / "log", ["new msg 5", line])).split("\n\n\n")[0])
    assert dict(row for row in told if len(row) == 2)["unrecognised"] == str(unrecognised)
