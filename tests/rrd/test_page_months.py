"""The pages of single months, and the worst hosts first."""

import pytest

from rrd.pages import Page, crawl
from rrd.test_page_schedule import FOLDER, go_on, page
from rrd.trees import END, HOST, write

DAY = 1440
# 2026-08-01 00:00 UTC.
AUGUST = END + 12 * 86400


@pytest.fixture
def root(tmp_path):
    """One message a minute since the 10th of June."""
    write(tmp_path / "rrd", "send", {"messages": [1] * (40 * DAY), "lines": [3] * (40 * DAY)})
    return tmp_path / "rrd"


def months(out):
    return sorted(path.name for path in (out / FOLDER).glob("send.20*.html"))


def test_a_month_has_a_page_of_all_graphs_linked_from_each(tmp_path, root):
    out = tmp_path / "www"
    assert page(root, out).pages == 6
    assert months(out) == ["send.2026-06.html", "send.2026-07.html"]
    found = crawl(out)
    june = found[out / FOLDER / "send.2026-06.html"]
    assert june.tables[0][1][:4] == ["queued", "1", "1", "1"]
    # Both ends are rounded to rows.
    assert int(june.tables[0][1][4]) == pytest.approx(21 * DAY, abs=439)
    assert "June 2026: send" in june.text
    assert "Up to 2026-07-01 00:00 UTC. Drawn by sqmail-rrd page from RRD files." in june.text
    assert not [one for _, one in june.elements if one.get("http-equiv") == "refresh"]
    july = found[out / FOLDER / "send.2026-07.html"]
    assert int(july.tables[0][1][4]) == pytest.approx(19 * DAY, abs=37)
    graph = found[out / FOLDER / "send.messages.html"]
    assert {"send.2026-06.html#messages", "send.2026-07.html#messages"} <= set(graph.targets)
    assert (
        f"Any other time: sqmail-rrd graph messages --rrd {root} --host {HOST} --instance send "
        "--since 2026-06-01 --until 2026-07-01"
    ) in graph.text


def test_a_month_is_drawn_once_when_it_is_over_and_never_again(tmp_path, root):
    out = tmp_path / "www"
    page(root, out)
    june, july = (out / FOLDER / f"send.2026-{month}.html" for month in ("06", "07"))
    before = {path: path.stat().st_ino for path in (june, july)}

    def redrawn():
        return [path.name for path, inode in before.items() if path.stat().st_ino != inode]

    go_on(root)
    page(root, out, until=END + 300, anew=True)
    assert redrawn() == []
    go_on(root, minutes=DAY // 2)
    page(root, out, until=END + 43500)
    assert redrawn() == ["send.2026-07.html"]
    before[july] = july.stat().st_ino
    go_on(root, minutes=12 * DAY - DAY // 2 - 5, messages=2)
    page(root, out, until=AUGUST)
    # Its last values are not in the rows of a year yet.
    assert redrawn() == []
    go_on(root, minutes=8 * 60)
    page(root, out, until=AUGUST + 8 * 3600)
    assert redrawn() == ["send.2026-07.html"]
    before[july] = july.stat().st_ino
    messages = 19 * DAY + 2 * (12 * DAY - DAY // 2 - 5)
    assert int(Page(july).tables[0][1][4]) == pytest.approx(messages, abs=439)
    page(root, out, until=AUGUST + 5 * 86400, anew=True)
    assert redrawn() == []
    assert months(out)[-1] == "send.2026-08.html"


def test_a_host_that_fell_silent_has_its_last_month(tmp_path, root):
    out = tmp_path / "www"
    page(root, out, until=AUGUST + 86400)
    assert months(out) == ["send.2026-06.html"]
    page(root, out, until=AUGUST + 2 * 86400)
    assert months(out) == ["send.2026-06.html", "send.2026-07.html"]
    page(root, out, until=AUGUST + 60 * 86400)
    assert months(out) == ["send.2026-06.html", "send.2026-07.html"]


def test_the_page_of_all_hosts_shows_the_worst_first(tmp_path):
    for number, (queue, deferred) in enumerate([(5, 0), (700, 1), (30, 30)], 1):
        write(tmp_path / "rrd", "send", {
            "queue": [queue] * 90, "oldest": [10 * queue] * 90, "lines": [1] * 90,
            "success_remote": [20] * 90, "deferral_remote": [deferred] * 90,
        }, host=f"mx{number}.example.org")  # fmt: skip
    out = tmp_path / "www"
    page(tmp_path / "rrd", out)
    whole = crawl(out)[out / "all" / "index.html"]
    text = whole.text
    for title, order in (
        ("Queue", ("mx2.example.org, send: 700", "mx3.example.org, send: 30", "mx1.example.org, send: 5")),
        ("Oldest message", ("mx2.example.org, send: 117 min", "mx3.example.org, send: 300 s")),
        ("Deferrals", ("mx3.example.org, send: 60 %", "mx2.example.org, send: 4.76 %")),
    ):
        places = [text.index(f"{title}: the worst hosts first"), *(text.index(one) for one in order)]
        places[1:] = [text.index(one, places[0]) for one in order]
        assert places == sorted(places)
    assert "Rejects: the worst" not in text
    assert "mx1.example.org, send: 0 %" not in text
    first = next(image for image in whole.images if image["src"].startswith("../hosts/"))
    assert first["src"] == "../hosts/mx2.example.org/send.queue.day.svg"
