"""States that older versions wrote, made into today's inside one transaction."""

from __future__ import annotations

import json

from sqmail_log.position import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.state import State

_TABLES = ("minutes", "hours", "messages", "deliveries", "meta")
# What was handed to others, which must not come twice.
_HANDED_ON = ("exported", "feed")
_MRTG = "mrtg "


def upgrade(state: State, version: int) -> int:
    """Convert a state of an older version; return that version where the log has to be read again, 0 else.

    To be called inside `transaction`.  Raises StateError.
    """
    if version == 4:
        _keep_archives(state)
        return 0
    meta = state.meta()
    kept = {key: value for key, value in meta.items() if key in _HANDED_ON or key.startswith(_MRTG)}
    with state.explained():
        for table in _TABLES:
            state.execute(f"DROP TABLE IF EXISTS {table}")
    state.create()
    state.note(kept)
    return version


def _keep_archives(state: State) -> None:
    from sqmail_log.state import ARCHIVES, VERSION  # noqa: PLC0415 - it imports this module

    text = state.meta().get("position")
    with state.explained():
        state.execute(ARCHIVES)
        state.execute(f"PRAGMA user_version={VERSION}")
        if text:
            position = Position(*json.loads(text))
            state.save_position(position.moved(position.seen, position.place))
