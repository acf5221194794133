"""indimail's qmail-sends write one log: the figures are those of all, and the same as one qmail-send would give."""

import pytest

from sqmail_log import tai64n
from sqmail_log.lines import queues
from sqmail_report.messages.ledger import MessageLedger
from sqmail_report.messages.totals import Totals
from support import check, stamp, write_log

NOW = 1795332000
QUEUES = 3
MESSAGES = 60
REPORTS = (
    "deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
    "failure: 192.0.2.7_does_not_like_recipient./Remote_host_said:_550_5.1.1_User_unknown/Giving_up_on_192.0.2.7./",
    "success: 192.0.2.7_accepted_message./Remote_host_said:_250_ok_1_qp_2/",
)


def plain(number, queue, own, suffix, delivery):
    """Return the lines of a message; `own` is the number of its delivery in its queue."""
    result = REPORTS[number % 3]
    recipient = f"user{number}@example.com"
    lines = [
        f"new msg {1000 + number}",
        f"info msg {1000 + number}: bytes 814 from <root@example.org> qp 555 uid 0",
        f"starting delivery {delivery(own, queue)}: msg {1000 + number} to remote {recipient}",
        "status: local 0/10 remote 1/20",
        f"delivery {delivery(own, queue)}: {result}",
        "status: local 0/10 remote 0/20",
    ]
    if not result.startswith("deferral"):
        lines.append(f"end msg {1000 + number}")
    return [line + suffix(queue) for line in lines]


FORMS = {
    "one qmail-send": (lambda _: "", lambda own, queue: own * 10 + queue),
    "queue at the end": (lambda queue: f" queue{queue}", lambda own, _: own),
    "queue behind the number, too": (lambda queue: f" queue{queue}", lambda own, queue: f"{own}.{queue}"),
}


def written(form):
    suffix, delivery = FORMS[form]
    lines = []
    # Three messages of three queues at a time, line by line in turn.
    for first in range(0, MESSAGES, QUEUES):
        groups = [plain(first + n, n + 1, first // QUEUES + 1, suffix, delivery) for n in range(QUEUES)]
        for row in range(max(map(len, groups))):
            lines += [group[row] for group in groups if row < len(group)]
    return [(NOW - 600 + n, line) for n, line in enumerate(lines)]


def answers(log):
    return [check(name, "--log", log, "--at", NOW, "-v") for name in ("queue", "delivery", "log")]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_whatever_the_form(tmp_path, form):
    log, control = write_log(tmp_path / "send", written(form)), write_log(tmp_path / "control", written("one qmail-send"))
    assert answers(log) == answers(control)
    queue, delivery, _ = answers(log)
    assert queue[0].startswith("QMAIL_QUEUE OK - 20 messages, oldest ")
    assert " deferral=20;" in delivery[0]
    assert " failure=20;" in delivery[0]
    assert "mostly example.com)" in delivery[0]


@pytest.mark.parametrize("form", list(FORMS)[1:])
def test_concurrency_is_that_of_all(tmp_path, form):
    log = write_log(tmp_path / "send", written(form))
    assert check("concurrency", "--log", log, "--at", NOW) == (
        "QMAIL_CONCURRENCY OK - remote 3 of 60 (5 %), local 0 of 30 (0 %) in 15m | local=0;;;0;30 remote=3;;;0;60\n",
        0,
    )


@pytest.mark.parametrize("form", FORMS)
def test_read_bit_by_bit(tmp_path, form):
    """The state knows between two runs which deliveries of which queue run, and what each queue said last."""
    now = tai64n.now() // tai64n.SECOND
    lines = [stamp(at - NOW + now) + b" " + text.encode() + b"\n" for at, text in written(form)]
    log = tmp_path / "send"
    log.mkdir()
    for start in range(0, len(lines), 77):
        with (log / "current").open("ab") as file:
            file.writelines(lines[start : start + 77])
        found = [check(name, "--log", log, "--state-dir", tmp_path)[0] for name in ("delivery", "queue", "concurrency")]
    delivery, queue, concurrency = found
    assert " deferral=20;" in delivery
    assert " failure=20;" in delivery
    assert " messages=20;" in queue
    assert ("remote 1 of 20" if form == "one qmail-send" else "remote 3 of 60") in concurrency


def ledger(lines, *, first=True):
    made = MessageLedger(Totals(), first=first)
    made.feed(lines)
    return made


def figures(made):
    totals = made.totals
    return (
        {name: getattr(totals.counts, name) for name in totals.counts.__slots__},
        {address: row.tries for address, row in totals.recipients.items()},
        sorted(made.messages),
        sorted(made.older),
    )


def test_reports_put_pieces_together():
    """One of the qmail-sends ends and begins anew; that is nobody else's concern, wherever the log is cut."""
    lines = [text for _, text in written("queue at the end")]
    at = lines.index("delivery 5: " + REPORTS[0] + " queue1")
    lines[at:at] = [
        "starting delivery 900: msg 77 to remote x@example.net queue2",
        "starting delivery 901: msg 78 to remote y@example.net queue3",
        "status: queue2 exiting",
        "delivery 900: success: never/ queue2",
        "delivery 901: success: 192.0.2.7_accepted_message./ queue3",
        "starting delivery 1: msg 79 to remote z@example.net queue2",
        "delivery 1: success: 192.0.2.7_accepted_message./ queue2",
    ]
    stamped = [stamp(NOW + n) + b" " + text.encode() + b"\n" for n, text in enumerate(lines)]
    whole = ledger(stamped)
    assert whole.totals.counts.unreported == 2
    for cut in range(1, len(stamped) - 1, 7):
        pieces = ledger(stamped[:cut])
        pieces.join(ledger(stamped[cut:], first=False))
        assert figures(pieces) == figures(whole), cut


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("end msg 7 queue1", True),
        ("end msg 7 nqueue", True),
        ("end msg 7 slowq-send: slowq", True),
        ("status: local 0/10 remote 0/20 queue12 exitasap", True),
        ("delivery 7: failure: I'm_not_going_to_try_again;_this_message_has_been_in_the_queue_too_long./", False),
        ("starting delivery 7: msg 7 to local queue1@example.org", False),
        ("end msg 7", False),
    ],
)
def test_only_logs_that_name_queues_pay(text, is_named):
    line = stamp(NOW) + b" " + text.encode() + b"\n"
    assert queues.are_named([line]) is is_named
