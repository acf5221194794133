"""Whole stories: of messages and sessions picked at random, and of what belongs together."""

import random
import re
from pathlib import Path

import pytest

from report.reports import SAMPLES, answer, log, table

SEND = SAMPLES / "send"


def payloads(name):
    directory = SAMPLES / name
    for path in [*sorted(directory.glob("@*")), directory / "current"]:
        for line in path.read_bytes().split(b"\n")[:-1]:
            yield line[26:].decode("latin-1")


def life(lines, begin):
    """Return a message's lines from its `info msg` at index `begin`, found by reading on."""
    number = re.match(r"info msg (\d+)", lines[begin])[1]
    mine, running = [lines[begin]], set()
    for line in lines[begin + 1 :]:
        start = re.match(rf"starting delivery (\d+): msg {number} to ", line)
        report = re.match(r"delivery (\d+): ", line)
        if start:
            running.add(start[1])
            mine.append(line)
        elif report and report[1] in running:
            running.discard(report[1])
            mine.append(line)
        elif re.match(rf"(bounce msg {number} |(double|triple) bounce: discarding bounce/{number}$)", line):
            mine.append(line)
        elif line == f"end msg {number}":
            return [*mine, line]
        elif line == f"new msg {number}":
            return mine
    return mine


def family(lines, begin):
    """Return the lines of a message and of its bounces and forwarded copies."""
    mine = life(lines, begin)
    for line in list(mine):
        queued = re.match(r"bounce msg \d+ qp (\d+)$", line) or re.search(r"/qp_(\d+)/$", line)
        if queued:
            child = next(
                i for i, info in enumerate(lines) if i > begin and re.match(rf"info msg .* qp {queued[1]} uid ", info)
            )
            mine += family(lines, child)
    return mine


def expected(line):
    """Return how a line is told."""
    words = line.split(" ")
    match words[0]:
        case "info":
            return "queued", f"msg {words[2][:-1]}"
        case "starting":
            return "attempt", f"msg {words[4]} delivery {words[2][:-1]}"
        case "delivery":
            return words[2][:-1], words[1][:-1]
        case "bounce":
            return "bounced", f"msg {words[2]}"
        case "end":
            return "ended", f"msg {words[2]}"
    return f"{words[0]} bounce discarded", f"msg {line.rpartition('/')[2]}"


LINES = list(payloads("send"))


def begins(pattern):
    """Return where the messages begin that a line matching the pattern is about, if the log shows that."""
    last, found = {}, []
    for i, line in enumerate(LINES):
        born = re.match(r"info msg (\d+):", line)
        start = re.match(r"starting delivery (\d+): msg (\d+) ", line)
        if born:
            last[born[1]] = i
        elif start:
            last[f"delivery {start[1]}"] = last.get(start[2])
        match = re.match(pattern, line)
        if match and last.get(match[1]) is not None:
            found.append(last[match[1]])
    return found


BORN = begins(r"info msg (\d+)")
BOUNCING = begins(r"bounce msg (\d+) qp")
FORWARDING = begins(r"(delivery \d+): success: .*/qp_\d+/$")
RANDOM = random.Random(4)
PICKED = RANDOM.sample(BORN, 4) + RANDOM.sample(BOUNCING, 4) + RANDOM.sample(FORWARDING, 2)


@pytest.mark.parametrize("begin", PICKED)
def test_ten_messages_at_random_with_their_bounces(begin):
    qp = re.search(r" qp (\d+) uid \d+$", LINES[begin])[1]
    events = answer("trace", "--qp", qp, "--log", SEND, "--log", SAMPLES / "smtpd")
    if begin in BOUNCING + FORWARDING:
        assert len({event["id"].split()[1] for event in events if event["event"].endswith("queued")}) > 1
    told = [
        (
            event["event"],
            event["id"].split()[-1] if event["event"] in {"success", "failure", "deferral"} else event["id"],
        )
        for event in events
    ]
    wanted = [expected(line) for line in family(LINES, begin)]
    wanted = [("bounce or copy queued", id_) if (event, id_) not in told else (event, id_) for event, id_ in wanted]
    origin = [event for event in told if event not in wanted]
    assert sorted(set(told) - set(origin)) == sorted(set(wanted))
    # What is told besides is the message that this is a bounce or copy of.
    assert not origin or told[0] in origin


@pytest.mark.parametrize("begin", BOUNCING[:3] + FORWARDING[:3] + BORN[-3:])
def test_messages_are_found_by_each_recipient(begin):
    number = re.match(r"info msg (\d+)", LINES[begin])[1]
    for line in life(LINES, begin):
        start = re.match(r"starting delivery (\d+): msg \d+ to \w+ (.*)$", line)
        if start:
            events = answer("trace", "--message", number, "--recipient", start[2].upper(), "--log", SEND)
            assert f"msg {number} delivery {start[1]}" in {event["id"] for event in events}


@pytest.mark.parametrize("number", range(10))
def test_ten_sessions_at_random(number):
    lines = list(payloads("smtpd"))
    pids = [match[1] for line in lines if (match := re.match(r"tcpserver: pid (\d+) from", line))]
    pid = random.Random(number).choice([pid for pid in pids if pids.count(pid) == 1])
    mine = [
        line
        for line in lines
        if re.match(rf"tcpserver: \w+ {pid} |rblsmtpd: \S+ pid {pid}:|qmail-smtpd: pid {pid} ", line)
    ]
    events = answer("trace", "--pid", pid, "--log", SAMPLES / "smtpd", "--log", SEND)
    assert len(events) == len(mine)
    assert (events[0]["event"], events[-1]["event"]) == ("connected", "ended")
    for line, event in zip(mine, events, strict=True):
        action = re.match(r"qmail-smtpd: pid \d+ (\w+)::", line)
        if action:
            assert event["event"] == {"Accept": "accepted", "Reject": "rejected"}[action[1]]


SMTPD = [
    "tcpserver: status: 1/40",
    "tcpserver: pid 700 from 192.0.2.7",
    "tcpserver: ok 700 mail.example.org:198.51.100.1:25 mx.example.net:192.0.2.7::4321",
    "rblsmtpd: 192.0.2.7 pid 700: greetdelay: 3",
    (
        "qmail-smtpd: pid 700 Accept::RCPT::Recipients_Pam P:ESMTPS S:192.0.2.7:mx.example.net "
        "H:mx.example.net F:Jane Doe@example.net T:Ann@example.org"
    ),
    (
        "qmail-smtpd: pid 700 Reject::RCPT::Failed_Rcptto P:ESMTPS S:192.0.2.7:mx.example.net "
        "H:mx.example.net F:Jane Doe@example.net T:nobody@example.org"
    ),
    "tcpserver: pid 701 from 192.0.2.8",
    (
        "qmail-smtpd: pid 701 Accept::RCPT::Recipients_Pam P:ESMTP S:192.0.2.8:unknown "
        "H:h F:Jane Doe@example.net T:bob@example.org"
    ),
    "tcpserver: end 700 status 0",
    "tcpserver: end 701 status 0",
    "tcpserver: status: 0/40",
]
SENT = [
    "new msg 55",
    "info msg 55: bytes 1234 from <Jane_Doe@example.net> qp 702 uid 7791",
    "starting delivery 9: msg 55 to local example.org-ann@example.org",
    "delivery 9: failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/",
    "bounce msg 55 qp 710",
    "end msg 55",
    "new msg 56",
    "info msg 56: bytes 2345 from <> qp 710 uid 7796",
    "starting delivery 10: msg 56 to remote jane_doe@example.net",
    "delivery 10: success: 192.0.2.7_accepted_message./Remote_host_said:_250_ok/",
    "end msg 56",
]
STORY = (Path(__file__).parent / "story.txt").read_text()


@pytest.fixture
def site(tmp_path):
    smtpd = log(tmp_path / "smtpd", SMTPD)
    send = log(tmp_path / "send", SENT, step=0.1, start=7.2)
    return ["--log", smtpd, "--log", send]


@pytest.mark.parametrize(
    "selector",
    [
        ["--message", "55"],
        ["--qp", "702"],
        ["--qp", "710"],
        ["--pid", "700"],
        ["--client", "192.0.2.7"],
        ["--recipient", "ann@example.org"],
        ["--sender", "JANE_Doe@example.net", "--recipient", "ann@example.org"],
        ["--pid", "700", "--sender", "jane_doe@example.net"],
    ],
)
def test_session_message_and_bounce_are_one_story(site, selector):
    assert table("trace", *selector, *site, width=100) == STORY


def test_a_sender_s_stories_are_told_apart(site):
    events = answer("trace", "--sender", "jane_doe@example.net", *site)
    assert {(event["story"], event["id"].partition(" delivery")[0]) for event in events} == {
        (1, "pid 700"),
        (1, "msg 55"),
        (1, "msg 56"),
        (2, "pid 701"),
    }


def test_top_is_the_number_of_stories(site):
    text = table("trace", "--sender", "jane_doe@example.net", "--top", 1, *site)
    assert text.count("pid 700") == 6
    assert text.count("Story ") == 1
    assert "Journey 2" not in text
    assert text.endswith("\n- 1 more story is not shown\n")


@pytest.mark.parametrize(
    ("recipient", "joined"),
    [
        ("local ann@example.org", True),
        ("remote ann@example.org", True),
        ("local example.org-ann@example.org", True),
        ("remote joe-ann@example.org", False),
        ("local joann@example.org", False),
    ],
)
def test_a_session_belongs_to_the_message_for_its_recipient(tmp_path, recipient, joined):
    sent = [*SENT[:2], f"starting delivery 9: msg 55 to {recipient}", "delivery 9: success: did_1+0+0/", "end msg 55"]
    logs = ["--log", log(tmp_path / "smtpd", SMTPD), "--log", log(tmp_path / "send", sent, step=0.1, start=7.2)]
    events = answer("trace", "--message", "55", *logs)
    assert {event["id"].partition(" delivery")[0] for event in events} == {"msg 55", *["pid 700"] * joined}
    found = {event["id"].partition(" delivery")[0] for event in answer("trace", "--recipient", "ann@example.org", *logs)}
    assert found == {"pid 700", *["msg 55"] * joined}


@pytest.mark.parametrize("selector", [["--message", "57"], ["--pid", "702"], ["--pid", "700", "--sender", "x@y"]])
def test_nothing_found_is_said(site, selector):
    assert table("trace", *selector, *site) == "Trace\n\nnothing\n"
    assert answer("trace", *selector, *site) == []


def test_a_bounce_logged_before_its_line_is_found(tmp_path):
    lines = [*SENT[:4], *SENT[6:8], SENT[4], SENT[5], *SENT[8:]]
    events = answer("trace", "--message", "55", "--log", log(tmp_path / "send", lines))
    assert {event["id"].split()[1] for event in events} == {"55", "56"}


@pytest.mark.parametrize(
    ("channel", "report", "numbers"),
    [
        ("local", "did_0+1+0/qp_800/", {"60", "61"}),
        ("local", "output_of_a_program/did_0+1+1/qp_800/", {"60", "61"}),
        ("remote", "192.0.2.1_accepted_message./Remote_host_said:_250_ok_1795331655_qp_800/", {"60"}),
        ("remote", "192.0.2.1_accepted_message./Remote_host_said:_250_did_0+1+0/qp_800/", {"60"}),
    ],
)
def test_a_remote_host_s_queue_is_not_ours(tmp_path, channel, report, numbers):
    lines = [
        "new msg 60",
        "info msg 60: bytes 100 from <ann@example.org> qp 790 uid 1008",
        f"starting delivery 1: msg 60 to {channel} bob@example.net",
        f"delivery 1: success: {report}",
        "end msg 60",
        "new msg 61",
        "info msg 61: bytes 200 from <ann@example.org> qp 800 uid 1008",
    ]
    events = answer("trace", "--message", "60", "--log", log(tmp_path / "send", lines))
    assert {event["id"].split()[1] for event in events} == numbers


def test_users_are_masked(tmp_path):
    line = (
        "qmail-smtpd: pid 9 Accept::AUTH::plain P:ESMTPSA S:192.0.2.7:unknown H:h F:ann@example.org "
        "T:bob@example.net ?~ 'ann@example.org'"
    )
    where = log(tmp_path / "smtpd", [line])
    assert answer("trace", "--pid", 9, "--log", where)[0]["detail"].endswith("user <a***@example.org>")
    assert answer("trace", "--pid", 9, "--show-users", "--log", where)[0]["detail"].endswith("user <ann@example.org>")


def test_sessions_of_sslserver_have_no_end_line(tmp_path):
    smtpd = [line.replace("tcpserver", "sslserver").replace("end 70", "ended by 69") for line in SMTPD]
    site = ["--log", log(tmp_path / "smtpd", smtpd), "--log", log(tmp_path / "send", SENT, start=30)]
    events = answer("trace", "--message", "55", *site)
    assert [event["id"] for event in events][:2] == ["pid 700", "pid 700"]


def test_what_rblsmtpd_only_says_in_test_mode_is_no_refusal(tmp_path):
    lines = [
        "tcpserver: pid 9 from 192.0.2.67",
        "rblsmtpd: 192.0.2.67 pid 9: [RBL info] listed",
        "rblsmtpd: 192.0.2.67 pid 9: 553 listed",
    ]
    events = answer("trace", "--pid", 9, "--log", log(tmp_path / "smtpd", lines))
    assert [(event["event"], event["detail"]) for event in events] == [
        ("connected", "from 192.0.2.67"),
        ("listed", "[RBL info] listed"),
        ("refused", "553 listed"),
    ]


def test_a_session_of_sslserver_that_asks_for_no_tls_has_the_line_too(tmp_path):
    lines = ["sslserver: pid 9 from 192.0.2.67", "sslserver: tls 9 accept", "sslserver: tls 9 acc"]
    events = answer("trace", "--pid", 9, "--log", log(tmp_path / "smtpd", lines))
    assert [(event["event"], event["detail"]) for event in events] == [("connected", "from 192.0.2.67"), ("TLS", "accept")]


def test_a_denied_session_of_tcpserver_has_its_end(tmp_path):
    lines = ["tcpserver: pid 9 from 192.0.2.7", "tcpserver: deny 9 a:198.51.100.1:25 :192.0.2.7::4", "tcpserver: end 9 status 25600"]
    events = answer("trace", "--pid", 9, "--log", log(tmp_path / "smtpd", lines))
    assert [(event["story"], event["event"]) for event in events] == [(1, "connected"), (1, "denied"), (1, "ended")]


def test_the_user_that_identd_names_is_bracketed(tmp_path):
    ends = "mail.example.org:198.51.100.1:25 mx.example.net:192.0.2.7:{}:4321"
    lines = [f"tcpserver: ok 9 {ends.format('ann>')}", f"tcpserver: deny 9 {ends.format('')}: ip connection limit:4 exceeded"]
    events = answer("trace", "--pid", 9, "--log", log(tmp_path / "smtpd", lines))
    assert [event["detail"] for event in events] == [ends.format("<ann_>"), lines[1].partition("deny 9 ")[2]]


def test_a_torn_label_in_the_story(tmp_path):
    """It is told at the second that is left of its label."""
    where = log(tmp_path / "send", ["new msg 5", "info msg 5: bytes 9 from <a@example.net> qp 7 uid 2", *["end msg 5"] * 2])
    whole = (where / "current").read_bytes().split(b"\n")
    starting = whole[1][:20] + b"zzzzz starting delivery 1: msg 5 to local b@example.org"
    (where / "current").write_bytes(b"\n".join([*whole[:2], starting, *whole[3:]]))
    events = answer("trace", "--message", "5", "--log", where)
    assert [(event["event"], event["time"]) for event in events] == [
        ("queued", "2026-11-22T07:00:01.000000Z"),
        ("attempt", "2026-11-22T07:00:01.000000Z"),
        ("ended", "2026-11-22T07:00:03.000000Z"),
    ]


def test_a_message_queued_after_the_session_has_ended_is_another_s(tmp_path):
    served = log(tmp_path / "smtpd", [
        "tcpserver: pid 7 from 192.0.2.7",
        "qmail-smtpd: pid 7 Accept::RCPT::Recipients_Cdb P:ESMTP S:192.0.2.7:x H:h F:a@test.example T:b@test.example",
        "tcpserver: end 7 status 0",
    ])  # fmt: skip
    queued = [
        "new msg 5",
        "info msg 5: bytes 9 from <a@test.example> qp 9 uid 1",
        "starting delivery 1: msg 5 to local b@test.example",
    ]
    asked = ("trace", "--client", "192.0.2.7", "--show-users", "--log", served, "--log")
    assert "starting delivery" not in (late := table(*asked, log(tmp_path / "late", queued, start=100)))
    soon = table(*asked, log(tmp_path / "soon", queued, start=2))
    assert len(soon.splitlines()) > len(late.splitlines()) > 2


def test_a_message_whose_first_two_lines_are_apart(tmp_path):
    """It is one message, told by its first line's time on."""
    lines = [
        "new msg 5",
        "new msg 6",
        "info msg 5: bytes 10 from <a@test.example> qp 1 uid 2",
        "info msg 6: bytes 10 from <b@test.example> qp 2 uid 2",
        "starting delivery 1: msg 5 to local c@test.example",
        "delivery 1: success: ok/",
        "end msg 5",
    ]
    events = answer("trace", "--message", 5, "--log", log(tmp_path / "send", lines))
    assert [(event["story"], event["event"]) for event in events] == [
        (1, "queued"), (1, "attempt"), (1, "success"), (1, "ended"),
    ]  # fmt: skip
    assert events[-1]["detail"] == "6.000 s in the queue"
