"""The views over a store equal what `sqmail-report` says of the log, table by table and column by column."""

import pytest

from sqmail_report.store import views
from store import logs
from store.stores import comparable, expected, export, query, views_of


def hold(tmp_path, log):
    """Export a log and hold the views against the reports."""
    store = export(tmp_path / "store", log)
    wanted = expected(log)
    assert wanted
    assert views_of(store, wanted) == wanted


@pytest.mark.parametrize("log", logs.REAL, ids=lambda log: log.name)
def test_of_real_logs(tmp_path, log):
    hold(tmp_path, log)


@pytest.mark.parametrize("kind", logs.KINDS)
def test_of_each_shape_of_line(tmp_path, kind):
    hold(tmp_path, logs.shapes(tmp_path / "log", [kind]))


def test_of_a_log_that_holds_all_kinds(tmp_path):
    hold(tmp_path, logs.shapes(tmp_path / "log"))


@pytest.mark.parametrize("name", logs.FIELD, ids=str)
def test_of_logs_from_the_field(tmp_path, name):
    hold(tmp_path, logs.field(tmp_path / "log", name))


@pytest.mark.parametrize("name", logs.INCIDENTS)
def test_of_incidents(tmp_path, name):
    found = logs.incident(tmp_path / "logs", name)
    assert found
    for number, log in enumerate(found):
        hold(tmp_path / str(number), log)


def test_of_generated_logs(tmp_path):
    for log in logs.generated(tmp_path / "logs"):
        hold(tmp_path / log.name, log)


def test_every_view_is_held_against_a_report(tmp_path):
    helpers = {"attempts", "completed", "figures", "lines_of", "six_digits", "troubles"}
    log = logs.shapes(tmp_path / "log")
    assert set(views.names()) - helpers == set(expected(log))
    assert len(views.names()) == len(set(views.names()))


def test_several_logs_and_hosts_are_added_up(tmp_path):
    both = [path for path in logs.REAL if path.name in {"send", "send-processed"}]
    store = export(tmp_path / "store", both[0])
    alone = query(store, "SELECT attempts, lines FROM overview")
    export(store, both[0], host="mx2")
    twice = query(store, "SELECT attempts, lines FROM overview")
    assert [{name: 2 * number for name, number in row.items()} for row in alone] == twice
    export(store, both[1], host="mx2")
    assert query(store, "SELECT attempts FROM overview")[0]["attempts"] > twice[0]["attempts"]


def test_comparison_sees_a_changed_figure():
    assert comparable([{"mess": 1, "host": "a"}]) != comparable([{"mess": 2, "host": "a"}])
