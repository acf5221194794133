"""Where a problem leads: to its runbook, to the way back from its cause, to the graph that shows it."""

import re
from functools import cache
from importlib.resources import files

from sqmail_rrd import markdown
from sqmail_rrd.graphs.catalogue import GRAPHS
from sqmail_rrd.page import runbooks
from sqmail_rrd.page.model import HostPages, page_name
from sqmail_rrd.status.model import Problem

_ROW = re.compile(r"\| (`[^|]+`) \|.*\| \[[^\]]+\]\(([\w-]+\.md)\) \|")
_KIND = re.compile(r"`([\w-]+)`")
_CAUSES = "causes.md"
_UNKNOWN = "unknown"
_GRAPHS = {
    # kind of problem, up to its first hyphen where it has no row of its own: the graphs that show it, best first
    "unqueued": ("messages", "records"),
    "unstarted": ("deliveries",),
    "unended": ("concurrency",),
    "unrecorded": ("sessions", "records"),
    "unaccepted": ("records",),
    "no-login": ("auth", "pop3"),
    "unvisited": ("sessions", "records"),
    "silent": ("lines",),
    "unknown": ("lines",),
    "volume": ("messages",),
    "queue": ("queue",),
    "oldest": ("oldest",),
    "no": ("deliveries",),
    "failure": ("deliveries",),
    "deferral": ("deliveries",),
    "destination": ("deliveries",),
    "full-connections": ("connections",),
    "full": ("concurrency",),
    "sender": ("messages", "auth"),
    "guessing": ("auth", "pop3"),
    "spool": ("queue",),
    "todo": ("queue",),
    "alerts": ("log",),
    "fatal": ("log",),
    "warnings": ("log",),
    "gap": ("log",),
    # what has changed
    "messages": ("messages",),
    "failures": ("deliveries",),
    "deferrals": ("deliveries",),
    "rejects": ("rejects", "records"),
    "logins": ("auth", "pop3"),
    "failed logins": ("auth", "pop3"),
}


@cache
def pages() -> dict[str, str]:
    """Return the runbook's file of each kind of finding, from the index of runbooks."""
    found = {_UNKNOWN: "unknown.md"}
    for row in _text(runbooks.INDEX).partition("\n## Kinds\n")[2].splitlines():
        if match := _ROW.match(row):
            found |= dict.fromkeys(_KIND.findall(match[1]), match[2])
    return found


@cache
def _text(name: str) -> str:
    return files("sqmail_rrd").joinpath(runbooks.FOLDER, name).read_text(encoding="utf-8")


@cache
def _anchors() -> frozenset[str]:
    """Return the places of the page of causes."""
    headings = re.findall(r"^### (.+)$", _text(_CAUSES), re.MULTILINE)
    return frozenset(map(markdown.anchor, headings))


def runbook(one: Problem) -> tuple[str, str] | None:
    """Return a runbook's title and its address below the page of all hosts, None for a kind that has none."""
    page = pages().get(one.kind)
    if page is None:
        return None
    return markdown.title(_text(page)), f"{runbooks.FOLDER}/{runbooks.file_of(page)}"


def cause(name: str) -> str | None:
    """Return the address of what to do about a cause, None where that is nothing."""
    anchor = markdown.anchor(name)
    return f"{runbooks.FOLDER}/{runbooks.file_of(_CAUSES)}#{anchor}" if anchor in _anchors() else None


def graph(kind: str, host: HostPages | None, instance: str = "") -> tuple[str, str] | None:
    """Return the graph's name and the address of its page that shows a kind of problem, None where none does.

    Of several instances it is `instance`, else the first that has it.
    """
    if host is None:
        return None
    for name in _GRAPHS.get(kind) or _GRAPHS.get(kind.partition("-")[0], ()):
        fitting = [each for each, graphs in host.graphs.items() if GRAPHS[name] in graphs]
        if fitting:
            chosen = instance if instance in fitting else fitting[0]
            return name, f"{host.folder}/{page_name(chosen, name)}"
    return None


def instance_of(log: str, host: HostPages | None) -> str:
    """Return what a log is most likely called in its host's tree, by the name of its folder; '' for nothing."""
    if host is None or not log:
        return ""
    name = log.rstrip("/").rpartition("/")[2]
    return next((each for each in (name, name.removeprefix("qmail-")) if each in host.graphs), "")
