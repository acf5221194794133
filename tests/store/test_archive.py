"""`sqmail-archive --store` keeps the store beside copies, or instead of them; nothing goes that is not in it."""

from archive.places import NOVEMBER, archive, contents, finished, lines
from store.stores import query

NOTE = "no check's state was consulted before removing (no --state-dir given)"


def send_log(path):
    """Return a log with two finished files and a live one, of three lines each."""
    for number in (1, 2):
        finished(path, NOVEMBER + number * 1000, lines(NOVEMBER + number * 1000 - 60))
    (path / "current").write_bytes(lines(NOVEMBER + 3000))
    return path


def lines_in(store):
    return query(store, "SELECT sum(number) AS n FROM counts WHERE name = 'lines'")[0]["n"]


def test_beside_copies(tmp_path):
    log, kept, store = send_log(tmp_path / "send"), tmp_path / "archive", tmp_path / "store"
    out, err = archive("--log", log, "--store", store, "--host", "mx1", "-v", kept)
    assert out.splitlines()[0] == f"stored {log} in {store}"
    assert (err, len(contents(kept)), lines_in(store)) == ("", 2, 9)
    assert archive("--log", log, "--store", store, "--host", "mx1", "-v", kept) == ("", "")
    assert lines_in(store) == 9


def test_instead_of_copies_files_go_once_they_are_in_the_store(tmp_path):
    log, kept, store = send_log(tmp_path / "send"), tmp_path / "archive", tmp_path / "store"
    out, err = archive("--log", log, "--store", store, "--host", "mx1", "--no-copies", "--remove", "-v", kept)
    assert [line.split()[0] for line in out.splitlines()] == ["stored", "removed", "removed"]
    assert err == f"sqmail-archive: {log}: {NOTE}\n"
    assert contents(kept) == {}
    assert [path.name for path in log.iterdir()] == ["current"]
    with (log / "current").open("ab") as file:
        file.write(lines(NOVEMBER + 4000))
    assert archive("--log", log, "--store", store, "--host", "mx1", "--no-copies", kept) == ("", "")
    assert lines_in(store) == 12


def test_where_the_export_fails_nothing_is_removed(tmp_path):
    log, kept, store = send_log(tmp_path / "send"), tmp_path / "archive", tmp_path / "store"
    archive("--log", log, "--store", store, "--host", "mx1", "--no-copies", kept)
    (state,) = store.rglob("state.json")
    state.write_text("{")
    before = sorted(path.name for path in log.iterdir())
    arguments = ("--log", log, "--store", store, "--host", "mx1", "--no-copies", "--remove", kept)
    _, err = archive(*arguments, status=1)
    assert "state.json: damaged" in err
    assert sorted(path.name for path in log.iterdir()) == before


def test_a_dry_run_writes_no_store(tmp_path):
    log, kept, store = send_log(tmp_path / "send"), tmp_path / "archive", tmp_path / "store"
    out, _ = archive("--log", log, "--store", store, "--host", "mx1", "-n", kept)
    assert out.splitlines()[0] == f"would store {log} in {store}"
    assert not store.exists()


def test_options_that_contradict_each_other(tmp_path):
    log, kept = send_log(tmp_path / "send"), tmp_path / "archive"
    for options, word in (
        (("--no-copies",), "--no-copies needs --store"),
        (("--store", tmp_path / "store", "--addresses", "keyed"), "belong together"),
        (("--store", tmp_path / "store", "--no-copies", "--rotate", "--daily-report", "a@example.org"), "--daily-report is made"),
    ):
        assert word in archive("--log", log, *options, kept, status=2)[1]
