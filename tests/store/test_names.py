"""Names in a store: as they are, masked, or pseudonyms that are the reports' own."""

import pytest

from report.reports import answer, run
from sqmail_report.store import schema
from sqmail_report.store.schema import Person
from store import logs
from store.stores import HOST, MAIL, comparable, export, query, views_of

SEND = next(path for path in logs.REAL if path.name == "send")
SMTPD = next(path for path in logs.REAL if path.name == "smtpd")
POP3 = next(path for path in logs.REAL if path.name == "pop3d")


@pytest.fixture
def key(tmp_path):
    (tmp_path / "key").write_text("0123456789abcdef0123456789abcdef\n")
    return tmp_path / "key"


def words(store, table, column):
    return {row["word"] for row in query(store, f"SELECT DISTINCT {column} AS word FROM {table} WHERE {column} IS NOT NULL")}


def test_pseudonyms_are_those_of_the_reports(tmp_path, key):
    store = export(tmp_path / "store", SEND, options=("--addresses", "keyed", "--key-file", key))
    told = answer("all", "--log", SEND, "--anonymise-key", key)
    found = views_of(store, MAIL.values())
    assert found == {view: comparable(rows if isinstance(rows := told[name], list) else [rows]) for name, view in MAIL.items()}
    verbatim = answer("failures", "--verbatim", "--log", SEND, "--anonymise-key", key)
    reasons = query(store, "SELECT reason FROM reasons WHERE result = 'failure'")
    assert {row["reason"] for row in verbatim} == {row["reason"] for row in reasons}


def test_no_name_is_left(tmp_path, key):
    plain = export(tmp_path / "plain", SEND, SMTPD, POP3)
    for way, options in (("masked", ()), ("keyed", ("--key-file", key))):
        store = export(tmp_path / way, SEND, SMTPD, POP3, options=("--addresses", way, *options))
        looked = 0
        for table in schema.TABLES:
            for column in table.columns:
                if column.person in {Person.ADDRESS, Person.SENDER, Person.USER}:
                    names = words(plain, table.name, column.name)
                    locals_ = {name for name in names if len(name.partition("@")[0].strip("<>")) > 2}
                    looked += len(locals_)
                    assert not locals_ & words(store, table.name, column.name) - {"#@[]"}
        assert looked > 100
        clients = words(plain, "connections", "client")
        assert not clients & words(store, "connections", "client")


def test_masked_clients_are_networks(tmp_path):
    store = export(tmp_path / "store", SMTPD, options=("--addresses", "masked"))
    assert words(store, "connections", "client") == words(store, "connections", "network") == {"127.0.0.0/24"}


def test_a_store_keeps_to_one_way(tmp_path, key):
    store = export(tmp_path / "store", SEND, options=("--addresses", "masked"))
    status, _, err = run("export", "--store", store, "--host", HOST, "--log", SEND)
    assert status == 1
    assert "its rows were written with --addresses masked: names would not agree" in err
    other = export(tmp_path / "other", SEND, options=("--addresses", "keyed", "--key-file", key))
    key.write_text("another key of more than 16 bytes")
    status, _, err = run("export", "--store", other, "--host", HOST, "--log", SEND, "--addresses", "keyed", "--key-file", key)
    assert status == 1
    assert "its rows were written with another key" in err
    for each in (store, other):
        for state in each.rglob("state.json"):
            assert "0123456789abcdef" not in state.read_text()


def test_a_short_key_is_refused(tmp_path):
    (tmp_path / "short").write_text("secret")
    status, _, err = run("export", "--store", tmp_path / "s", "--log", SEND, "--addresses", "keyed", "--key-file", tmp_path / "short")
    assert status == 1
    assert "a key of 6 bytes can be guessed" in err
    status, _, err = run("export", "--store", tmp_path / "s", "--log", SEND, "--addresses", "keyed")
    assert status == 2
    assert "--addresses keyed and --key-file belong together" in err
