"""The status of a host as a block of a page: what is wrong and where to go, why, what has changed."""

from collections.abc import Iterator, Mapping, Sequence

from sqmail_command.html import Markup, element, join
from sqmail_judge.story.causes import Explained
from sqmail_judge.story.changes import SPANS, Change
from sqmail_log.figures.sums import in_words
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.graphs.quantities import NOTHING
from sqmail_rrd.page.model import HostPages
from sqmail_rrd.status import links
from sqmail_rrd.status.model import LOGS, OK, REPORT, RRDS, WORDS, HostStatus, Problem
from sqmail_rrd.status.words import at, badge, is_sentence, lasting, sentence

_PROBLEMS = 3
_CAUSES = 4
_SOURCES = {
    LOGS: "from its logs",
    REPORT: "from its report",
    RRDS: "from its RRD files alone, which know no cause",
}
_RESULTS = {"failure": "failed", "deferral": "deferred"}
_OTHERS = "other causes"


def card(status: HostStatus, host: HostPages | None, until: int) -> Markup:
    """Return the block of a host on the page of all hosts: the first things that are wrong."""
    name = status.name if host is None else element("a", status.name, href=f"{host.folder}/index.html")
    others = len(status.problems) - _PROBLEMS
    more = f"and {others} more" if others > 0 else None
    return _block(
        status, until,
        element("h2", badge(status.state), " ", name, " ", _since(status, until)),
        [
            _problems(status, host, "", until, status.problems[:_PROBLEMS]),
            element("p", element("a", more, href=f"{host.folder}/index.html") if host else more) if more else None,
        ],
        [_why(status, "", _CAUSES), _great(status, host, "")],
    )  # fmt: skip


def top(status: HostStatus, host: HostPages, root: str, until: int) -> Markup:
    """Return the block on a host's own page, all of it; `root` leads to the page of all hosts' folder."""
    said = "Nothing is wrong." if status.state == OK else _since(status, until)
    return _block(
        status, until,
        element("p", badge(status.state), " ", said, class_="head"),
        [_problems(status, host, root, until, status.problems)],
        [_why(status, root, None), _compared(status, host, root)],
    )  # fmt: skip


def _block(
    status: HostStatus,
    until: int,
    head: Markup,
    wrong: Sequence[Markup | None],
    why: Sequence[Markup | None],
) -> Markup:
    """Return a block: its head, what is wrong, and why, side by side where there is room."""
    sides = [element("div", *side) for side in (wrong, why) if any(side)]
    return element(
        "section",
        head,
        element("div", *sides, class_="sides") if len(sides) > 1 else join(*sides),
        _source(status, until),
        class_=f"status {WORDS[status.state].lower()}",
    )


def great(status: HostStatus) -> list[Change]:
    """Return what has changed much, in the last hour or else in the last day, each thing once."""
    found: dict[str, Change] = {}
    for span in SPANS:
        for change in status.changes.get(span, ()):
            if change.is_great:
                found.setdefault(change.what, change)
    return list(found.values())


def _since(status: HostStatus, until: int) -> Markup | None:
    if status.since is None:
        return None
    return element("span", "since ", at(status.since, until), f" ({lasting(status.since, until)})", class_="since")


def _problems(
    status: HostStatus, host: HostPages | None, root: str, until: int, problems: Sequence[Problem]
) -> Markup | None:
    rows = [_problem(one, status, host, root, until) for one in problems]
    return element("ol", *rows, class_="problems") if rows else None


def _problem(one: Problem, status: HostStatus, host: HostPages | None, root: str, until: int) -> Markup:
    """Return a problem; what the head of the block says of the host is not said again."""
    instance = status.instances.get(one.log) or links.instance_of(one.log, host)
    facts: list[str] = [f"log: {instance}"] if instance else []
    if one.since not in {None, status.since}:
        facts.append(join("since ", at(one.since, until), f" ({lasting(one.since, until)})"))
    if page := links.runbook(one):
        facts.append(join("runbook: ", element("a", page[0], href=root + page[1])))
    if one.cause and (address := links.cause(one.cause)):
        facts.append(join("about the cause: ", element("a", one.cause, href=root + address)))
    if graph := links.graph(one.kind, host, instance):
        facts.append(join("graph: ", element("a", GRAPHS[graph[0]].title, href=root + graph[1])))
    state = (badge(one.state), " ") if one.state != status.state else ()
    return element(
        "li",
        element("p", *state, one.words, class_="what sentence" if is_sentence(one.words) else "what"),
        element("p", "First: ", sentence(one.step)) if one.step else None,
        element("p", *_listed(facts), class_="facts") if facts else None,
    )


def _listed(facts: Sequence[str]) -> Iterator[str]:
    """Yield facts with dots between."""
    for number, fact in enumerate(facts):
        if number:
            yield " \u00b7 "
        yield fact


def _why(status: HostStatus, root: str, most: int | None) -> Markup | None:
    """Return the causes of the last hour and day with their destinations, those of the hour first."""
    rows: dict[tuple[str, str, str], dict[str, int]] = {}
    places: dict[tuple[str, str, str], str] = {}
    for span in SPANS:
        for one in status.causes.get(span, ()):
            key = one.result, one.cause, one.named
            rows.setdefault(key, {})[span] = one.count
            places.setdefault(key, _mostly(one))
    # What is not told by name is no row of its own kind.
    ordered = sorted(rows, key=lambda key: (not key[1], *(-rows[key].get(span, 0) for span in SPANS)))
    if not ordered:
        return None
    body = [
        element(
            "tr",
            element("th", _cause(key, root), scope="row"),
            element("td", _RESULTS.get(key[0], key[0])),
            *(element("td", str(rows[key].get(span, 0)), class_="number", data_head=f"last {span}") for span in SPANS),
            element("td", places[key], class_="places"),
        )
        for key in ordered[:most]
    ]
    head = element("tr", *(element("th", text, scope="col", class_=kind) for text, kind in (
        ("Why deliveries failed or were deferred", None), ("", None), ("last hour", "number"), ("last day", "number"),
        ("at", None),
    )))  # fmt: skip
    table = element("table", element("thead", head), element("tbody", *body), class_="why")
    return element("div", table, class_="wide")


def _cause(key: tuple[str, str, str], root: str) -> str:
    _, cause, named = key
    if not cause:
        return _OTHERS
    address = links.cause(cause)
    text = in_words(cause, named)
    return text if address is None else element("a", text, href=root + address)


def _mostly(one: Explained) -> str:
    """Return the destinations that are told by name, and how often it was others."""
    named = {name: count for name, count in one.places if name}
    others = one.count - sum(named.values())
    told = named | {"others": others} if named and others > 0 else named
    return ", ".join(f"{name} ({count})" for name, count in told.items())


def _great(status: HostStatus, host: HostPages | None, root: str) -> Markup | None:
    """Return what has changed much, in a line."""
    told = [
        join(_linked(change.what, host, root), f": {_told(change)}") for change in great(status)
    ]
    return element("p", "Changed: ", *_listed(told), class_="changed") if told else None


def _told(change: Change) -> str:
    """Return `433 in the last hour, 216 times the week before`."""
    span = next(span for span, minutes in SPANS.items() if minutes == change.minutes)
    return f"{change.now} in the last {span}, {change.words}" if change.now else f"{change.words} (last {span})"


def _compared(status: HostStatus, host: HostPages | None, root: str) -> Markup | None:
    """Return how often each thing came, and in the same hours of the week before."""
    by_span = {span: {one.what: one for one in status.changes.get(span, ())} for span in SPANS}
    names = dict.fromkeys(name for found in by_span.values() for name in found)
    if not names:
        return None
    body = [
        element(
            "tr",
            element("th", _linked(name, host, root), scope="row"),
            *(cell for span in SPANS for cell in _cells(by_span[span], name)),
        )
        for name in names
    ]
    heads = ["", *(text for span in SPANS for text in (f"last {span}", "week before"))]
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    table = element("table", element("thead", head), element("tbody", *body), class_="compared")
    return element("div", table, class_="wide")


def _cells(found: Mapping[str, Change], name: str) -> Iterator[Markup]:
    """Yield how often something came, and a week before; dashes where of the whole time nothing is known."""
    change = found.get(name)
    if not found:
        yield from (element("td", NOTHING), element("td", NOTHING))
    elif change is None:
        yield from (element("td", "0"), element("td", "0"))
    else:
        yield element("td", element("strong", str(change.now)) if change.is_great else str(change.now))
        yield element("td", str(change.before))


def _linked(what: str, host: HostPages | None, root: str) -> str:
    graph = links.graph(what, host)
    return what if graph is None else element("a", what, href=root + graph[1])


def _source(status: HostStatus, until: int) -> Markup:
    return element("p", f"Judged {_SOURCES[status.source]}, as of ", at(status.moment, until), ".", class_="faint")
