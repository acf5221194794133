"""Every table that a subcommand can print."""

from __future__ import annotations

from sqmail_report.messages import pending
from sqmail_report.messages import tables as messages
from sqmail_report.sessions import tables as sessions
from sqmail_report.trace import join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_report.tables.table import Layout

TABLES: dict[str, tuple[Layout, ...]] = {
    "overview": (messages.OVERVIEW,),
    "delays": (messages.DELAYS,),
    "recipients": (messages.RECIPIENTS,),
    "recipient-hosts": (messages.HOSTS,),
    "recipient-delays": (messages.RECIPIENT_DELAYS,),
    "senders": (messages.SENDERS,),
    "uids": (messages.UIDS,),
    "successes, failures, deferrals": (messages.CAUSES[0],),
    "successes, failures, deferrals --verbatim": (messages.REASONS[0],),
    "pending": (pending.PENDING, pending.OLDER),
    "rejects": (sessions.REASONS_OF, sessions.REJECTED_NETWORKS, sessions.REJECTED_ADDRESSES),
    "sessions": (
        sessions.CONNECTIONS,
        sessions.SERVICES,
        sessions.NETWORKS,
        sessions.TLS,
        sessions.PROTOCOLS,
        sessions.WAITS,
        sessions.SILENT,
        sessions.REFUSALS,
        sessions.LOGINS,
        sessions.ENDINGS,
    ),
    "trace": (join.TRACE,),
}
"""The layouts by the subcommands that they belong to."""
