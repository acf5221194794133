"""All hosts of a page: each from the best that is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqmail_log.units import SECOND, Nanoseconds
from sqmail_rrd.page import website
from sqmail_rrd.status import from_files, from_states, remembered
from sqmail_rrd.status.from_states import HostStates
from sqmail_rrd.status.model import OK, WORST, HostStatus

_MEMORY = ".status"


@dataclass(frozen=True, slots=True)
class Sources:
    """What is known beside RRD files: the logs of this host by their states, and a folder of others' reports."""

    logs: HostStates | None = None
    reports: Path | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """How each host is, worst first; `before` names those that had a problem in the run before."""

    statuses: dict[str, HostStatus]
    before: frozenset[str]
    until: int

    def is_news(self, host: str) -> bool:
        """Return whether the page of a host has to say something else than it said."""
        return host in self.before or self.statuses[host].state != OK

    def keep(self, out: Path) -> None:
        """Remember it for the next run, once all pages say so.  Raises RrdError."""
        website.put(out / _MEMORY, remembered.dumped(self.statuses, self.until))


def judged(by_rrds: Mapping[str, HostStatus], sources: Sources, until: int, out: Path) -> Judged:
    """Return how each host is at `until` (Unix seconds); what is known of the run before lies in `out`.

    Of this host it is what its logs say, of others what they reported, and
    where there is neither what their RRD files tell, `by_rrds`.  Raises RrdError.
    """
    found = {} if sources.reports is None else from_files.judged(sources.reports, until)
    if sources.logs is not None:
        own = from_states.judged(sources.logs, Nanoseconds(until * SECOND))
        if own is not None:
            found[own.name] = own
    found = {**by_rrds, **found}
    kept = website.read(out / _MEMORY)
    before, troubled = remembered.loaded(b"" if kept is None else kept[0], until)
    statuses = {name: remembered.joined(status, before) for name, status in found.items()}
    return Judged(dict(sorted(statuses.items(), key=_rank)), troubled, until)


def _rank(item: tuple[str, HostStatus]) -> tuple[int, int, str]:
    """Worst first, of one state those that are longest in it."""
    name, status = item
    return WORST.index(status.state), status.since or 0, name


def worst(statuses: Mapping[str, HostStatus]) -> int:
    """Return the state of all together."""
    return min((status.state for status in statuses.values()), key=WORST.index, default=0)
