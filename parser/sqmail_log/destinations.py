"""Which destinations take nothing: successes are counted where something failed a short while ago.

To count them for each destination would cost every run.  A destination that
never failed needs no count, so the table THROUGH holds those alone that had
a failure or deferral in an earlier minute, and not long ago.
"""

from __future__ import annotations

from collections import Counter

from sqmail_log.figures import sums
from sqmail_log.lines.fields import shown
from sqmail_log.units import Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.figures.sums import Sums
    from sqmail_log.state.timeline import Timeline

WATCHED_FOR = Minute(20)
"""So long after its last failure the successes of a destination are counted."""
_MOST = 64
_LOCAL = ord("l")
_REMOTE = ord("r")
_CHANNELS = {_LOCAL: "local", _REMOTE: "remote"}
_MAILBOX = slice(6, None)
_LENGTH = 64
_MOST_KNOWN = 4096
_NEVER = Minute(-1)


class Destinations:
    """The destinations that are watched: `remote|HOST` and `local|MAILBOX`, as the table DELIVERY cuts them.

    What is watched is read from the state before the first minute, so that it
    does not matter where one run ended and the next began.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline: Timeline | None = timeline
        self._minute = _NEVER
        # When it failed last, and the minute before that in which it did.
        self._failed: dict[str, tuple[Minute, Minute]] = {}
        self._keys: dict[str, dict[bytes, str]] = {name: {} for name in _CHANNELS.values()}

    def begin(self, minute: Minute) -> None:
        """Take in that the next lines are of this minute."""
        self._minute = minute

    def note(
        self, troubles: list[tuple[bytes, int, bytes]], arrived: list[bytes], minute: Sums
    ) -> None:
        """Count what arrived (`local MAILBOX`, `remote ADDRESS`) at watched destinations; watch those in trouble."""
        if self._timeline is not None:
            self._remember(self._timeline)
            self._timeline = None
        failed = {(channel, destination) for _, channel, destination in troubles}
        for channel, name in _CHANNELS.items():
            for destination in [destination for way, destination in failed if way == channel]:
                self._fail(self._key(name, destination), self._minute)
        if not arrived or not (watched := self._watched()):
            return
        counts: dict[str, int] = {}
        # A name for each that arrived would cost more than all the rest (benchmark: cold-send).
        self._count("remote", [name.rpartition(b"@")[2] for name in arrived if name[0] == _REMOTE], counts)
        if any(name.startswith("local") for name in watched):
            self._count("local", [name[_MAILBOX] for name in arrived if name[0] == _LOCAL], counts)
        minute.explain_all(sums.THROUGH, {name: counts[name] for name in watched if name in counts})

    def _count(self, channel: str, destinations: list[bytes], counts: dict[str, int]) -> None:
        known = self._keys[channel]
        for destination, times in Counter(destinations).items():
            name = known.get(destination) or self._key(channel, destination)
            counts[name] = counts.get(name, 0) + times

    def _key(self, channel: str, destination: bytes) -> str:
        """Return the key of a destination as a line has it, remembered."""
        known = self._keys[channel]
        found = known.get(destination)
        if found is None:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            found = known[destination[:_LENGTH]] = key(channel, shown(destination[:_LENGTH]))
        return found

    def _remember(self, timeline: Timeline) -> None:
        for number, past in timeline.sums(Minute(self._minute - WATCHED_FOR), self._minute):
            for _, trouble in past.troubles():
                if trouble.host and trouble.channel != "unknown":
                    self._fail(key(trouble.channel, trouble.host), number)

    def _fail(self, name: str, minute: Minute) -> None:
        last, before = self._failed.get(name, (_NEVER, _NEVER))
        if minute == last:
            return
        self._failed.pop(name, None)
        self._failed[name] = minute, last if last < minute else before
        while len(self._failed) > _MOST:
            del self._failed[next(iter(self._failed))]

    def _watched(self) -> list[str]:
        now, since = self._minute, Minute(self._minute - WATCHED_FOR)
        return [
            name for name, (last, before) in self._failed.items() if since <= (last if last < now else before) < now
        ]


def key(channel: str, destination: str) -> str:
    """Return the key of a destination in the table THROUGH."""
    return f"{channel}|{destination}"
