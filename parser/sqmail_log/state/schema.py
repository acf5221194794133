"""The tables of a state."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.state.database import Database

ARCHIVES = "CREATE TABLE archives (key TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID"
HOURS = "CREATE TABLE hours (number INTEGER PRIMARY KEY, sums BLOB NOT NULL)"
DAYS = "CREATE TABLE IF NOT EXISTS days (number INTEGER PRIMARY KEY, sums BLOB NOT NULL)"
"""Made once somebody asks for more than minutes are kept for."""
MINUTES = "CREATE TABLE minutes (number INTEGER PRIMARY KEY, sums BLOB NOT NULL)"
DELIVERIES = "CREATE TABLE deliveries (number BLOB PRIMARY KEY, message BLOB NOT NULL, channel BLOB NOT NULL)"
MESSAGES = (
    "CREATE TABLE messages (number INTEGER PRIMARY KEY, since INTEGER NOT NULL, known INTEGER NOT NULL, "
    "sender BLOB NOT NULL DEFAULT x'')"
)
_ALL = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    MINUTES,
    HOURS,
    MESSAGES,
    "CREATE INDEX messages_by_age ON messages (since)",
    DELIVERIES,
    ARCHIVES,
)


def create(database: Database) -> None:
    """Make the tables.  To be called inside `transaction`."""
    with database.explained():
        for statement in _ALL:
            database.execute(statement)
