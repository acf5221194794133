"""Whether anybody comes at all."""

import pytest

from judge.hosts import ACCEPT, Sessions, judged_service, served_hour
from sqmail_judge import flow
from sqmail_judge.finding import CRITICAL, WARNING
from sqmail_log.figures.metrics import SESSIONS


@pytest.fixture
def well():
    return served_hour()


@pytest.mark.parametrize(("monitored", "words"), [(True, "no connection for 11m but of who never gets a record"), (False, "no connection for 11m")])
def test_nobody_comes_but_a_monitor(tmp_path, monitored, words):
    sessions = Sessions()
    for minute in range(72):
        for _ in range(3 if minute < 60 else 0):
            sessions.visit(minute, ACCEPT)
        if monitored:
            sessions.visit(minute, client="192.0.2.9")
    (finding,) = judged_service(tmp_path, 71, sessions)
    assert (finding.kind, finding.state, finding.words) == ("unvisited", CRITICAL, f"{words}, which is unusual here")


@pytest.mark.parametrize(
    ("of_others", "quiet", "told"),
    [(1, 9, False), (1, 26, True), (4, 9, True), (0, 9, True)],
    ids=["the first evening", "longer than any evening", "others have half of theirs", "nobody comes at all"],
)
def test_nobody_comes_while_others_have_less(tmp_path, of_others, quiet, told):
    """Of the first day no evening is known: a tenth of what came in the day may come by then."""
    pop3, smtpd = Sessions(), Sessions()
    for minute in range(60 + quiet):
        for _ in range(3 if minute < 60 else 0):
            pop3.visit(minute, status=256)
        for _ in range(8 if minute < 60 else of_others):
            smtpd.visit(minute, ACCEPT)
    logs = [log.course(tmp_path / name, 59 + quiet) for name, log in (("pop3d", pop3), ("smtpd", smtpd))]
    found = list(flow.judge([({SESSIONS}, log) for log in logs], lambda _, place: place))
    assert [finding.kind for finding in found if finding.log != logs[1].log] == (["silent" if not of_others else "unvisited"] if told else [])


def test_all_connections_are_taken(tmp_path, well):
    well.say(59, "tcpserver: status: 40/40", 50)
    (finding,) = judged_service(tmp_path, 71, well)
    assert finding.sentence.startswith("no connection for 11m, all 40 are taken, which is unusual here: who holds them?")


@pytest.mark.parametrize(("quiet", "state"), [(3, None), (7, WARNING), (12, CRITICAL)])
def test_nobody_comes(tmp_path, well, quiet, state):
    found = judged_service(tmp_path, 59 + quiet, well)
    assert [(finding.kind, finding.state) for finding in found] == ([("unvisited", state)] if state else [])


def test_the_service_says_why_nobody_comes(tmp_path, well):
    well.say(60, "sslserver: fatal: unable to load key")
    (finding,) = judged_service(tmp_path, 72, well)
    assert finding.sentence == (
        "no connection for 12m, which is unusual here; fatal error: sslserver: unable to load key (1 time): "
        "mend that; the service cannot start"
    )


def test_where_few_come_nobody_is_missed(tmp_path):
    sessions = Sessions()
    for minute in range(0, 300, 15):
        sessions.visit(minute, ACCEPT)
    assert judged_service(tmp_path, 330, sessions) == []
