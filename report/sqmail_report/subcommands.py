"""The subcommands of sqmail-report: a row each, from which its parser, its documentation and what it does are made."""

from __future__ import annotations

from sqmail_log.lines.events import DEFERRAL, FAILURE, SUCCESS
from sqmail_report import commands, options
from sqmail_report.commands import of_totals
from sqmail_report.messages import domains, pending, reasons
from sqmail_report.messages import tables as messages
from sqmail_report.tables.formats import CLASSIC, HTML

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from sqmail_report.people.grid import Block
    from sqmail_report.tables.table import Layout, Table

    Layouts: TypeAlias = Callable[[], tuple[Layout, ...]]


class Subcommand:
    """One subcommand: its name, what --help says of it, what makes its tables, and what these look like.

    `layouts` has no cost before it is asked for; `verbatim` are those with
    --verbatim, an option where there are some.  With `keys` it shows names
    that strangers can make many of, with `distribution` how delays are
    distributed: both cost memory while a log is read.  `options` are those
    that not all have.  With `titled` it is of a day or month, sets the title
    in its options, and may be mailed.  `page` makes what people read instead of
    the tables, where that is more; `classic` ones a z script printed, `html` ones can be a page.
    (No dataclass: that import alone is a fifth of a short report's start.)
    """

    __slots__ = (
        "classic", "distribution", "help", "html", "keys", "layouts", "make", "name", "options", "page", "titled",
        "verbatim",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        help_: str,
        make: Callable[[Namespace], list[Table]],
        layouts: Layouts,
        verbatim: Layouts | None = None,
        *,
        keys: bool = False,
        distribution: bool = False,
        options: tuple[Callable[[ArgumentParser], None], ...] = (),
        titled: bool = False,
        page: Callable[[Namespace], list[Block]] | None = None,
        classic: bool = False,
        html: bool = True,
    ) -> None:
        self.name = name
        self.help = help_
        self.make = make
        self.layouts = layouts
        self.verbatim = verbatim
        self.keys = keys
        self.distribution = distribution
        self.options = options
        self.titled = titled
        self.page = page
        self.classic = classic
        self.html = html

    def add_to(self, parser: ArgumentParser) -> None:
        """Add the options to its parser."""
        formats = [HTML] if self.html else []
        formats += [CLASSIC] if self.classic else []
        options.add_common(parser, titled=self.titled, formats=formats)
        if self.verbatim is not None:
            options.add_verbatim(parser)
        for add in self.options:
            add(parser)
        parser.set_defaults(subcommand=self)


def _reasons(name: str, help_: str, result: int) -> Subcommand:
    return Subcommand(
        name,
        help_,
        of_totals(lambda totals: [reasons.reasons(totals, result)]),
        lambda: (reasons.CAUSES[result],),
        lambda: (reasons.REASONS[result],),
        classic=True,
    )


def _sessions_layouts() -> tuple[Layout, ...]:
    from sqmail_report.sessions import tables  # noqa: PLC0415 - its address module is dear to import

    return (
        tables.CONNECTIONS,
        tables.SERVICES,
        tables.NETWORKS,
        tables.TLS,
        tables.PROTOCOLS,
        tables.WAITS,
        tables.SILENT,
        tables.REFUSALS,
        tables.LOGINS,
        tables.ENDINGS,
    )


def _rejects_layouts() -> tuple[Layout, ...]:
    from sqmail_report.sessions import tables  # noqa: PLC0415 - as above

    return tables.REASONS_OF, tables.REJECTED_NETWORKS, tables.REJECTED_ADDRESSES


def _unrecognised_layouts() -> tuple[Layout, ...]:
    from sqmail_report.sessions import tables  # noqa: PLC0415 - as above

    return (tables.UNRECOGNISED,)


def _trace_layouts() -> tuple[Layout, ...]:
    from sqmail_report.trace import join  # noqa: PLC0415 - as above

    return (join.TRACE,)


_OF_MESSAGES = (
    Subcommand(
        "overview",
        "deliveries in all (zoverall)",
        of_totals(lambda totals: [messages.overview(totals, totals.by_domain())]),
        lambda: (messages.OVERVIEW,),
        page=commands.overview,
        classic=True,
    ),
    Subcommand(
        "delays",
        "how soon successful deliveries were done (zddist)",
        of_totals(lambda totals: [messages.delays(totals)]),
        lambda: (messages.DELAYS,),
        distribution=True,
        classic=True,
    ),
    Subcommand(
        "recipients",
        "by recipient (zrecipients)",
        of_totals(lambda totals: [messages.recipients(totals)]),
        lambda: (messages.RECIPIENTS,),
        keys=True,
        classic=True,
    ),
    Subcommand(
        "recipient-hosts",
        "by recipient host (zrhosts)",
        of_totals(lambda totals: [messages.recipient_hosts(totals, totals.by_domain())]),
        lambda: (messages.HOSTS,),
        classic=True,
    ),
    Subcommand(
        "recipient-delays",
        "recipients in the best order for mailing lists (zrxdelay)",
        of_totals(lambda totals: [messages.recipient_delays(messages.recipients(totals))]),
        lambda: (messages.RECIPIENT_DELAYS,),
        keys=True,
        classic=True,
    ),
    Subcommand(
        "senders",
        "by sender (zsenders)",
        of_totals(lambda totals: [messages.senders(totals)]),
        lambda: (messages.SENDERS,),
        keys=True,
        classic=True,
    ),
    Subcommand(
        "uids",
        "by uid that queued the message (zsuids)",
        of_totals(lambda totals: [messages.uids(totals)]),
        lambda: (messages.UIDS,),
        classic=True,
    ),
    _reasons("successes", "why deliveries succeeded (zsuccesses)", SUCCESS),
    _reasons("failures", "why deliveries failed (zfailures)", FAILURE),
    _reasons("deferrals", "why deliveries were deferred (zdeferrals)", DEFERRAL),
)
_PENDING = Subcommand(
    "pending",
    "what is in the queue: since when, tried how often, why not delivered",
    commands.of_queue,
    lambda: (pending.PENDING, pending.OLDER),
)
_REJECTS = Subcommand(
    "rejects",
    "what was rejected: by reason and client network",
    commands.rejects,
    _rejects_layouts,
    options=(options.add_show_addresses,),
)
_SESSIONS = Subcommand(
    "sessions",
    "connections, TLS, greeting delays, RBL refusals, logins, POP3",
    commands.sessions,
    _sessions_layouts,
    options=(options.add_show_users,),
)


def _layouts_of(rows: Iterable[Subcommand]) -> tuple[Layout, ...]:
    return tuple(layout for row in rows for layout in row.layouts())


SUBCOMMANDS: dict[str, Subcommand] = {
    row.name: row
    for row in (
        *_OF_MESSAGES,
        Subcommand(
            "all",
            "all of these tables, in one pass",
            of_totals(messages.everything),
            lambda: _layouts_of(_OF_MESSAGES),
            lambda: tuple(layout for row in _OF_MESSAGES for layout in (row.verbatim or row.layouts)()),
            keys=True,
            distribution=True,
            classic=True,
        ),
        Subcommand(
            "domains",
            "traffic by domain: who sends, and where mail goes",
            commands.of_domains,
            lambda: (domains.SENDERS, domains.RECIPIENTS),
            keys=True,
            options=(options.add_by,),
        ),
        _PENDING,
        _REJECTS,
        _SESSIONS,
        Subcommand(
            "unrecognised",
            "lines and conditions that no rule knows, by who wrote them",
            commands.unrecognised,
            _unrecognised_layouts,
        ),
        Subcommand(
            "trace",
            "the whole story of a message or session, through all logs",
            commands.traced,
            _trace_layouts,
            options=(options.add_show_users, options.add_selectors),
            html=False,
        ),
        Subcommand(
            "daily",
            "the report of a day or a month, printed or mailed",
            commands.daily,
            lambda: _layouts_of((*_OF_MESSAGES, _PENDING, _SESSIONS, _REJECTS)),
            keys=True,
            distribution=True,
            options=(options.add_show_users,),
            titled=True,
            page=commands.day,
        ),
    )
}
"""The subcommands by name, in the order of the help text."""
