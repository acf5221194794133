"""Numbers, times, hosts and hints in the words of a status line."""

from __future__ import annotations

from sqmail_log import tai64n
from sqmail_log.units import nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqmail_log.figures.sums import Sums, Trouble
    from sqmail_log.units import Nanoseconds
    from sqmail_log.watch import View

_AHEAD = 5 * tai64n.SECOND


def span(seconds: float) -> str:
    """Return a length of time in at most two units: `2d 3h`, `15m`, `40s`."""
    left = int(seconds)
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number}{unit}")
    return " ".join(parts[:2]) or "0s"


def date(moment: Nanoseconds) -> str:
    """Return a moment (Unix time) to the minute: `2026-11-22 08:00Z`."""
    from time import gmtime, strftime  # noqa: PLC0415 - only where something is short or takes long

    return strftime("%Y-%m-%d %H:%MZ", gmtime(moment // tai64n.SECOND))


def counted(number: int, noun: str) -> str:
    """Return `1 message`, `2 messages`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def troubles(sums: Sums) -> Iterator[tuple[int, Trouble]]:
    """Yield what explains failures and deferrals, most frequent first, with how often it came.

    What differs in the stage of the dialog alone is one.
    """
    counts: dict[tuple[str, str, str, str, str], int] = {}
    found: dict[tuple[str, str, str, str, str], Trouble] = {}
    for count, trouble in sums.troubles():
        key = trouble.result, trouble.channel, trouble.cause, trouble.named, trouble.host
        found.setdefault(key, trouble)
        counts[key] = counts.get(key, 0) + count
    for key in sorted(counts, key=counts.__getitem__, reverse=True):
        trouble = found[key]
        yield counts[key], trouble.at(destination(trouble.channel, trouble.host))


def destination(channel: str, host: str) -> str:
    """Return a remote host or a mailbox as it may be shown."""
    from sqmail_command import text  # noqa: PLC0415 - only where something is in trouble

    return text.destination(channel, host)


def percent(part: int, whole: int) -> float | None:
    """Return the share in percent to two digits; None of nothing."""
    return round(100 * part / whole, 2) if whole else None


def stamps_ahead(view: View) -> str:
    """Return a hint where the newest stamp runs ahead of the clock, '' else."""
    ahead = view.newest - view.now
    if ahead <= _AHEAD:
        return ""
    text = f"stamps run {span(ahead // tai64n.SECOND)} ahead of the clock"
    if ahead <= nanoseconds(tai64n.S6_OFFSET - tai64n.MULTILOG_OFFSET):
        return f"{text}: s6-log needs --tai-offset 37"
    return f"{text}: see to the clock of the machine that writes them"


def other_zone(view: View) -> str:
    """Return a hint where the log's dates are hours behind its file or ahead of it, '' else."""
    if not (shift := view.shift()):
        return ""
    from sqmail_log.stamps.newest import in_words  # noqa: PLC0415 - only where something is wrong

    return in_words(shift)


def progress(view: View) -> str:
    """Return how far a log is read that is too long for one run."""
    from time import gmtime, strftime  # noqa: PLC0415 - only where reading takes long

    until = strftime("%Y-%m-%d %H:%M:%SZ", gmtime(view.newest // tai64n.SECOND))
    return f"{view.log}: still reading: up to {until}, {view.behind / 1e6:.1f} MB left; the next run goes on"
