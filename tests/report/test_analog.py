"""Every column of every z script, to the last digit that awk prints."""

from datetime import datetime

import pytest

from report.reports import SAMPLES, TRUTH, answer, classic, figures, log, table

SEND = SAMPLES / "send"
Z = TRUTH / "qmailanalog"


def theirs(script):
    """Return the rows of a z script's output: what follows the line of column names."""
    text = (Z / script).read_text(encoding="latin-1")
    return [line for line in text.split("\n\n")[-1].splitlines()[1:] if line]


def zoverall(text):
    """Return the lines with a figure, in order."""
    return [line for line in text.splitlines() if ": " in line and line[-1].isdigit()]


def test_overview_is_zoverall():
    ours = table("overview", "--format", "classic", "--log", SEND)
    assert len(zoverall(ours)) == 17
    assert zoverall(ours) == zoverall((Z / "zoverall").read_text())


@pytest.mark.parametrize(
    ("command", "script"),
    [
        ("overview", "zoverall"),
        ("delays", "zddist"),
        ("successes", "zsuccesses"),
        ("failures", "zfailures"),
        ("deferrals", "zdeferrals"),
        ("recipients", "zrecipients"),
        ("recipient-hosts", "zrhosts"),
        ("recipient-delays", "zrxdelay"),
        ("senders", "zsenders"),
        ("uids", "zsuids"),
    ],
)
def test_classic_has_a_script_s_headings_and_blocks(command, script):
    ours = table(command, "--format", "classic", "--log", SEND).split("\n\n")
    original = (Z / script).read_text(encoding="latin-1").split("\n\n")
    assert ours[0] == original[0]
    assert len(ours) == len(original)
    if command != "overview":
        # What each line means, in other words; then the same columns, and rows to the blank.
        assert len(ours[1].splitlines()) == len(original[1].splitlines())
        assert sorted(ours[-1].splitlines()) == sorted(line.rstrip() for line in original[-1].splitlines())
        assert ours[-1].splitlines()[0] == original[-1].splitlines()[0]


def test_delays_is_zddist():
    assert classic("delays", "--log", SEND) == theirs("zddist")


@pytest.mark.parametrize(
    ("command", "script"),
    [
        ("recipients", "zrecipients"),
        ("recipient-hosts", "zrhosts"),
        ("uids", "zsuids"),
    ],
)
def test_table_is_a_script_s_in_its_order(command, script):
    assert classic(command, "--log", SEND) == theirs(script)


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
    lines = classic("recipient-delays", "--log", SEND)
    assert sorted(lines) == sorted(theirs("zrxdelay"))
    ours = list(map(str.split, lines))
    assert ours == sorted(ours, key=lambda row: (float(row[0]), int(row[1]), row[2]))


def test_senders_is_zsenders():
    assert sorted(classic("senders", "--log", SEND)) == sorted(theirs("zsenders"))


@pytest.mark.parametrize(
    ("command", "script"),
    [("successes", "zsuccesses"), ("failures", "zfailures"), ("deferrals", "zdeferrals")],
)
def test_verbatim_reasons_are_a_script_s(command, script):
    assert classic(command, "--log", SEND) == [line.rstrip() for line in theirs(script)]
    assert classic(command, "--verbatim", "--log", SEND) == classic(command, "--log", SEND)


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
        "attempts   share  cause                             whose      at\n"
        "                                                    trouble\n"
        "     239  68.1 %  no such local mailbox             recipient  -\n"
        "      47  13.4 %  recipient unknown at remote host  recipient  RCPT\n"
        "      19   5.4 %  message rejected as spam          us         end of DATA\n"
        "      15   4.3 %  mailbox full                      recipient  RCPT\n"
        "      13   3.7 %  relaying denied by remote host    us         RCPT\n"
        "       8   2.3 %  our sender address rejected       us         MAIL\n"
        "       7   2.0 %  trouble at remote host            them       MAIL\n"
        "       2   0.6 %  recipient moved                   recipient  -\n"
        "       1   0.3 %  our HELO name rejected            us         HELO\n"
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
    commands = (
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
    text = table("all", "--format", "classic", "--log", SEND)
    assert text == "\n".join(table(command, "--format", "classic", "--log", SEND) for command in commands)
    assert list(answer("all", "--log", SEND)) == list(commands)


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
    told = figures("all", "--log", log(tmp_path / "log", ["new msg 5", line]))
    assert told["lines that no rule knows"] == str(unrecognised)
