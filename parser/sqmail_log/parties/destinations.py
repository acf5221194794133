"""Which destinations take nothing: successes are counted where much failed a short while ago.

To count them for each destination would cost every run (benchmark:
cold-send).  So the table THROUGH holds the few alone at which most failed in
earlier minutes, not long ago: of others nobody asks.
"""

from __future__ import annotations

from sqmail_log.figures import sums
from sqmail_log.parties.watching import BURST, CHOSEN_EACH, LENGTH, most_often, turn_of
from sqmail_log.units import Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqmail_log.figures.sums import Sums
    from sqmail_log.state.timeline import Timeline

WATCHED_FOR = Minute(20)
"""So far back the state is asked where most failed."""
MOST = 8
"""So many are watched."""
_LEAST = 4
_SOON = 2
_REMOTE = "remote"


class Destinations:
    """The destinations that are watched, each `remote HOST` or `local MAILBOX`.

    What failed in earlier minutes is read from the state before the first
    one, so that it does not matter where one run ended and the next began.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline: Timeline | None = timeline
        self._minute = Minute(-1)
        # What failed in each of the last stretches of five minutes, by the first one.
        self._failed: dict[int, dict[bytes, int]] = {}
        self._chosen = -1
        self._looked_at: Minute | None = None
        # What was watched, and what had failed, in the minute that an earlier run began.
        self._begun: list[bytes] = []
        self._begun_failed: dict[bytes, int] = {}
        # The key of each that is watched, and of hosts by `@HOST` before a newline.
        self._names: dict[bytes, str] = {}
        self._hosts: dict[bytes, str] = {}

    def begin(self, minute: Minute) -> None:
        """Take in that the next lines are of this minute."""
        self._minute = minute

    def note(self, failed: Mapping[bytes, int], mailboxes: list[bytes], addresses: list[bytes], minute: Sums) -> None:
        """Count what arrived (`local MAILBOX`, `remote ADDRESS`) at watched destinations, 0 where all failed.

        Where very much fails in one minute it is watched at once, where a
        little does from the next minute on.  `failed` counts failures and deferrals by destination.
        """
        if self._timeline is not None:
            self._remember(self._timeline)
            self._timeline = None
        turn = turn_of(self._minute)
        if turn != self._chosen:
            self._choose(turn)
            for place in self._begun:
                self._watch(place)
            self._begun.clear()
        names = self._names
        of_turn = self._failed.setdefault(turn, {})
        if self._minute != self._looked_at:
            self._look(of_turn)
        rows: dict[str, int] = {}
        if failed:
            _add(of_turn, failed)
            for place, times in failed.items():
                if times >= BURST and place not in names:
                    self._watch(place)
                if place in names:
                    rows[names[place]] = 0
        self._count(mailboxes, addresses, rows)
        if rows:
            minute.explain_all(sums.THROUGH, rows)

    def _count(self, mailboxes: list[bytes], addresses: list[bytes], rows: dict[str, int]) -> None:
        hosts, names = self._hosts, self._names
        if hosts and addresses:
            # All at once: to cut each address takes twenty times as long (benchmark: cold-send).
            text = b"\n".join((*addresses, b""))
            for host, name in hosts.items():
                if times := text.count(host):
                    rows[name] = rows.get(name, 0) + times
        if len(names) > len(hosts):
            for mailbox in [mailbox for mailbox in mailboxes if mailbox in names]:
                rows[names[mailbox]] = rows.get(names[mailbox], 0) + 1

    def _choose(self, turn: int) -> None:
        """Watch those at which most failed in the ten minutes before."""
        self._chosen = turn
        first = turn - 2 * CHOSEN_EACH
        self._failed = {number: places for number, places in self._failed.items() if first <= number <= turn}
        self._names, self._hosts = {}, {}
        before = (places for number, places in self._failed.items() if number < turn)
        for place in most_often(before, _LEAST, MOST):
            self._watch(place)

    def _look(self, of_turn: dict[bytes, int]) -> None:
        """Watch those at which something failed in the minutes before, as far as there is room."""
        self._looked_at = self._minute
        names = self._names
        for place in most_often(self._failed.values(), _SOON, MOST):
            if place not in names and len(names) < MOST:
                self._watch(place)
        if self._begun_failed:
            _add(of_turn, self._begun_failed)
            self._begun_failed = {}

    def _watch(self, place: bytes) -> None:
        from sqmail_log.lines.fields import shown  # noqa: PLC0415 - who judges rows reads no lines

        word, _, destination = place.partition(b" ")
        channel = shown(word)
        name = self._names[place] = key(channel, shown(destination[:LENGTH]))
        if channel == _REMOTE:
            self._hosts[b"@%b\n" % destination] = name

    def _remember(self, timeline: Timeline) -> None:
        for number, past in timeline.sums(Minute(self._minute - WATCHED_FOR), self._minute):
            turn = turn_of(number)
            places = self._begun_failed if number == self._minute else self._failed.setdefault(turn, {})
            for count, trouble in past.troubles():
                if trouble.host:
                    place = f"{trouble.channel} {trouble.host}".encode()
                    places[place] = places.get(place, 0) + count
            if turn == turn_of(self._minute):
                watched = past.tables.get(sums.THROUGH, ())
                self._begun += [" ".join(sums.parts_of(name, 2)).encode() for name in watched]


def _add(places: dict[bytes, int], failed: Mapping[bytes, int]) -> None:
    for place, times in failed.items():
        places[place] = places.get(place, 0) + times


def key(channel: str, destination: str) -> str:
    """Return the key of a destination in the table THROUGH."""
    return sums.key_of(channel, destination)
