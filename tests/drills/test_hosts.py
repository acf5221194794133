"""Made hosts write what the grammar knows, live as their kind says, and are the same each time."""

import time

import pytest

from drills.hosts.host import SEND, SMTPD, SMTPS, Host
from drills.hosts.kinds import KINDS, OFFICE, REJECTING
from drills.incidents.drill import DRILLS
from drills.made import BEGINS, DAY, made
from sqmail_log import watch

SECOND = 10**9
HOUR = 3600
MORNING = BEGINS + 9 * HOUR
assert made()


def sums(host, folder, seconds, now):
    """Return what the logs counted by service."""
    views = {service: watch.watch(str(path), str(folder / "state"), now=now * SECOND) for service, path in host.paths.items()}
    return {service: view.sums(seconds * SECOND).numbers for service, view in views.items()}


def lived(kind, folder, begins, until):
    host = Host(kind, folder / "logs", begins)
    host.run(until)
    return host


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_line_of_a_host_is_known(kind, tmp_path):
    counted = sums(lived(kind, tmp_path, BEGINS, BEGINS + DAY), tmp_path, DAY, BEGINS + DAY)
    assert {service: numbers.get("unrecognised", 0) for service, numbers in counted.items()} == dict.fromkeys(kind.services, 0)
    assert all(counted.values())


INCIDENTS = {drill.begin: drill for drill in sorted(DRILLS, key=lambda drill: -drill.kind.incoming)}.values()


@pytest.mark.parametrize("drill", INCIDENTS, ids=lambda drill: drill.wanted.name)
def test_every_line_of_an_incident_is_known(drill, tmp_path):
    host = lived(drill.kind, tmp_path, MORNING, MORNING + 60)
    drill.begin(host)
    host.run(MORNING + 1200)
    assert {numbers.get("unrecognised", 0) for numbers in sums(host, tmp_path, 1200, MORNING + 1200).values()} == {0}


def test_a_day_is_as_its_kind_says(tmp_path):
    numbers = sums(lived(OFFICE, tmp_path, BEGINS, BEGINS + DAY), tmp_path, DAY, BEGINS + DAY)
    hours = 12 + 12 * OFFICE.night
    assert numbers[SMTPD]["accept"] == pytest.approx(OFFICE.incoming * hours, rel=0.1)
    assert numbers[SMTPD]["reject"] == pytest.approx(OFFICE.refused * hours, rel=0.15)
    assert numbers[SEND]["messages"] == pytest.approx((OFFICE.incoming + OFFICE.submitted + OFFICE.local) * hours, rel=0.1)
    assert numbers[SEND]["ended"] == pytest.approx(numbers[SEND]["messages"], rel=0.02)


def test_a_sunday_without_mail(tmp_path):
    sunday = BEGINS + 6 * DAY
    assert time.gmtime(sunday).tm_wday == 6
    host = lived(OFFICE, tmp_path, sunday, sunday + DAY - 1)
    assert len((host.paths[SMTPD] / "current").read_bytes().splitlines()) == 1


def test_most_is_refused_where_most_is_refused(tmp_path):
    numbers = sums(lived(REJECTING, tmp_path, MORNING, MORNING + 6 * HOUR), tmp_path, 6 * HOUR, MORNING + 6 * HOUR)[SMTPD]
    assert numbers["reject"] / (numbers["reject"] + numbers["accept"]) == pytest.approx(0.95, abs=0.01)


def test_it_is_the_same_each_time(tmp_path):
    read = []
    for name in ("one", "two"):
        host = lived(OFFICE, tmp_path / name, BEGINS, BEGINS + DAY // 2)
        read.append([(path / "current").read_bytes() for path in host.paths.values()])
    assert read[0] == read[1]
    assert sum(map(len, read[0])) > 200_000


def test_a_pipe_that_nobody_reads_holds_its_lines_until_somebody_does(tmp_path):
    host = lived(KINDS["busy"], tmp_path, MORNING, MORNING + 60)
    host.logs[SEND].stop()
    before = (host.paths[SEND] / "current").read_bytes()
    host.run(MORNING + 300)
    assert (host.paths[SEND] / "current").read_bytes() == before
    assert not host.send.is_frozen
    host.run(MORNING + 3600)
    assert host.send.is_frozen
    host.logs[SEND].start()
    host.send.thaw()
    host.run(MORNING + 3700)
    numbers = sums(host, tmp_path, 100, MORNING + 3700)
    assert numbers[SEND]["messages"] > 300
    assert numbers[SMTPS].get("unrecognised", 0) == 0


def test_what_was_queued_while_qmail_send_was_down_is_delivered_after_it(tmp_path):
    host = lived(OFFICE, tmp_path, MORNING, MORNING + 600)
    host.send.stop()
    host.run(MORNING + 1800)
    assert "messages" not in sums(host, tmp_path, 1200, MORNING + 1800)[SEND]
    host.send.start()
    host.run(MORNING + 1860)
    assert sums(host, tmp_path, 60, MORNING + 1860)[SEND]["messages"] > 20
