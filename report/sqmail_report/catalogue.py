"""Every table that a subcommand can print."""

from __future__ import annotations

from sqmail_report import analog, queue, sessions, trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_report.tables import Layout

TABLES: dict[str, tuple[Layout, ...]] = {
    "overview": (analog.OVERVIEW,),
    "delays": (analog.DELAYS,),
    "recipients": (analog.RECIPIENTS,),
    "recipient-hosts": (analog.HOSTS,),
    "recipient-delays": (analog.RECIPIENT_DELAYS,),
    "senders": (analog.SENDERS,),
    "uids": (analog.UIDS,),
    "successes, failures, deferrals": (analog.CAUSES[0],),
    "successes, failures, deferrals --verbatim": (analog.REASONS[0],),
    "pending": (queue.PENDING, queue.OLDER),
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
    "trace": (trace.TRACE,),
}
"""The layouts by the subcommands that they belong to."""
