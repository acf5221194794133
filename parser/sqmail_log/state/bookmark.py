"""How far the minutes of a log were handed on, and to whom."""

from __future__ import annotations

import json

from sqmail_log.units import Minute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from sqmail_log.state.store import Meta, State


class Bookmark:
    """The place of a log's one receiver among its minutes.

    `exported` is the minute that follows those handed on, 0 before the first;
    where the last of them is not `acknowledged`, it may not have arrived yet.
    `kinds` is what the log held then.  `joined` says that the totals need not
    be joined any more to those that the receiver has from another state;
    `place` is what it wants to be kept.
    """

    __slots__ = ("acknowledged", "exported", "joined", "kinds", "place", "receiver")

    def __init__(
        self,
        receiver: str,
        exported: Minute,
        kinds: Collection[str] = (),
        *,
        acknowledged: bool = True,
        joined: bool = False,
        place: str = "",
    ) -> None:
        self.receiver = receiver
        self.exported = exported
        self.kinds = kinds
        self.acknowledged = acknowledged
        self.joined = joined
        self.place = place

    @classmethod
    def kept(cls, state: State, meta: Meta, receiver: str) -> Bookmark | None:
        """Return what is kept, None where nobody has asked for the minutes yet.  Raises StateError.

        A receiver that is not named there is this one.
        """
        text = meta.text("feed")
        if not text:
            return None
        with state.explained():
            feed = json.loads(text)
            return cls(
                feed.get("receiver", receiver),
                meta.exported or Minute(0),
                feed["kinds"],
                acknowledged=not feed.get("unsure"),
                joined=bool(feed.get("joined", True)),
                place=str(feed.get("place", "")),
            )

    def keep(self, state: State) -> None:
        """Keep it.  To be called inside `transaction`; raises StateError."""
        feed = {
            "receiver": self.receiver,
            "kinds": list(self.kinds),
            "unsure": not self.acknowledged,
            "joined": self.joined,
            "place": self.place,
        }
        state.note({"exported": str(self.exported), "feed": json.dumps(feed)})


def mark(state: State, meta: Meta, name: str) -> Minute:
    """Return the minute that somebody left a mark at under this name, 0 for none.  Raises StateError."""
    with state.explained():
        return Minute(meta.text(name) or "0")


def set_mark(state: State, name: str, minute: Minute) -> None:
    """Leave a mark.  Raises StateError."""
    with state.transaction():
        state.note({name: str(minute)})
