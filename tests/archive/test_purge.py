"""Copies go when their time is over, and do not come back."""

import time

from archive.places import archive, contents, finished, lines, traces

DAY = 86400
NOTE = "no check's state was consulted before removing (no --state-dir given)"


def test_purge(tmp_path):
    now = int(time.time())
    log = tmp_path / "send"
    old = [finished(log, now - days * DAY - 60) for days in (800, 40, 30)]
    young = [finished(log, now - days * DAY + 3600) for days in (30, 1)]
    kept = tmp_path / "archive"
    archive("--log", log, kept)
    (kept / "2026" / "README").parent.mkdir(exist_ok=True)
    (kept / "2026" / "README").write_text("not ours\n")
    before = traces(log)
    out, err = archive("--log", log, "--purge-after", 30, "-v", kept)
    assert [line.split()[0] for line in out.splitlines()] == ["purged"] * 3
    assert [line.rsplit("/", 1)[1] for line in out.splitlines()] == [f"{path.name}.gz" for path in old]
    assert err == ""
    assert traces(log) == before
    assert [name.rsplit("/", 1)[1] for name in contents(kept)] == [path.name for path in young]
    assert sorted(path.name for path in kept.iterdir()) == sorted(
        {".lock", "2026", *(time.strftime("%Y", time.gmtime(now - days * DAY)) for days in (1, 30))}
    )
    before = traces(tmp_path)
    assert archive("--log", log, "--purge-after", 30, "-v", kept) == ("", "")
    assert traces(tmp_path) == before


def test_with_remove_what_is_too_old_goes_without_a_copy(tmp_path):
    now = int(time.time())
    log = tmp_path / "send"
    old = finished(log, now - 31 * DAY)
    young = finished(log, now - 29 * DAY)
    kept = tmp_path / "archive"
    out, err = archive("--log", log, "--purge-after", 30, "--remove", "-v", kept)
    assert out.splitlines()[1:] == [f"purged {old}", f"removed {young}"]
    assert err == f"sqmail-archive: {log}: {NOTE}\n"
    assert [name.rsplit("/", 1)[1] for name in contents(kept)] == [young.name]
    assert not list(log.iterdir())


def test_purge_alone_and_dry(tmp_path):
    now = int(time.time())
    finished(tmp_path / "2024" / "gone", now - 31 * DAY, lines(1))
    foreign = tmp_path / "2024" / "gone" / "@notes.txt"
    foreign.write_text("not ours\n")
    before = traces(tmp_path)
    out, _ = archive("--purge-after", 30, "-n", tmp_path)
    assert out.startswith(f"would purge {tmp_path}/2024/gone/@4")
    assert traces(tmp_path) == before
    archive("--purge-after", 30, tmp_path)
    assert [path.name for path in tmp_path.rglob("@*")] == [foreign.name]
