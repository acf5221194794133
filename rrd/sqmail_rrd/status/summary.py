"""The line on top: which hosts are in trouble, since when, why."""

from collections.abc import Mapping, Sequence

from sqmail_command.html import Markup, element, join
from sqmail_judge.finding import counted
from sqmail_log.figures.sums import in_words
from sqmail_rrd.status.model import OK, UNKNOWN, HostStatus
from sqmail_rrd.status.words import at

_TOLD = 3


def summary(statuses: Mapping[str, HostStatus], addresses: Mapping[str, str], now: int) -> Markup:
    """Return in a sentence how all hosts are.

    Such as `1 of 3 hosts has a problem: mx2 since 09:58: no remote delivery has succeeded for 37m, mailbox full; the
    other 2 are well`.
    `addresses` are those of the hosts' pages, `now` is Unix seconds.
    """
    total = len(statuses)
    wrong = [status for status in statuses.values() if status.state not in {OK, UNKNOWN}]
    unknown = [status for status in statuses.values() if status.state == UNKNOWN]
    if not wrong and not unknown:
        well = _listed([_named(name, addresses) for name in sorted(statuses)])
        return join(well, " is well") if total == 1 else join(f"All {total} hosts are well: ", well)
    if total == 1:
        (status,) = statuses.values()
        unsure = join("It is not known how ", _named(status.name, addresses), " is")
        return _told(status, addresses, now) if wrong else unsure
    parts: list[str] = []
    if wrong:
        has = "has" if len(wrong) == 1 else "have"
        told = _listed([_told(status, addresses, now) for status in wrong], "; ")
        parts += [f"{len(wrong)} of {counted(total, 'host')} {has} a problem: ", told]
    if unknown:
        of = "; of" if wrong else "Of"
        parts += [f"{of} {len(unknown)} it is not known: ", _listed([_named(one.name, addresses) for one in unknown])]
    if others := total - len(wrong) - len(unknown):
        parts.append("; the other is well" if others == 1 else f"; the other {others} are well")
    return join(*parts)


def _told(status: HostStatus, addresses: Mapping[str, str], now: int) -> Markup:
    """Return a host's name, since when it is in trouble, and why in a few words."""
    worst = status.problems[0]
    since = () if status.since is None else (" since ", at(status.since, now))
    why = in_words(worst.cause, worst.named)
    # All of it stands in the host's own block.
    what = worst.words.partition(f": {why}")[0] if why else worst.words
    what = what.partition(", ")[0].partition("; ")[0]
    others = len(status.problems) - 1
    more = f" (and {counted(others, 'problem')} more)" if others else ""
    return join(_named(status.name, addresses), *since, ": ", ", ".join(filter(None, (what, why))), more)


def _named(name: str, addresses: Mapping[str, str]) -> Markup:
    address = addresses.get(name)
    return element("strong", name if address is None else element("a", name, href=address))


def _listed(said: Sequence[Markup], between: str = ", ") -> Markup:
    """Return the first few, and how many more there are."""
    parts: list[str] = []
    for one in said[:_TOLD]:
        parts += [between if parts else "", one]
    return join(*parts, f" and {len(said) - _TOLD} more" if len(said) > _TOLD else None)
