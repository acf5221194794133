"""A report with a title, as text, as a page and as a mail of both with the day's pictures."""

from __future__ import annotations

from sqmail_log.tai64n import SECOND
from sqmail_report.people.html import page
from sqmail_report.people.screen import Screen
from sqmail_report.people.text import text
from sqmail_report.reading.logs import Period

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqmail_report.digest.pictures import Picture
    from sqmail_report.people.grid import Block

_MAIL_WIDTH = 76


class Sheet:
    """The blocks of a report, and how its options want it."""

    def __init__(self, options: argparse.Namespace, blocks: list[Block]) -> None:
        self._options = options
        self._blocks = blocks
        zone = options.zone
        self._about = f"Times are {zone.name(options.since // SECOND)}."

    def text(self, screen: Screen) -> Iterator[str]:
        """Yield it as text."""
        yield f"{screen.bold(self._options.title)}\n{screen.dim(self._about)}\n\n"
        yield from text(self._blocks, screen, explain=self._options.explain)

    def html(self) -> str:
        """Return it as a page with its pictures in it.  Raises SqmailError where they cannot be drawn."""
        from base64 import b64encode  # noqa: PLC0415 - few have pictures

        pictures = [(each, f"data:image/png;base64,{b64encode(each.png).decode()}") for each in self._pictures()]
        return page(self._options.title, self._about, self._blocks, pictures)

    def mail(self) -> bytes:
        """Return it as a mail.  Raises SqmailError where it cannot be made."""
        from sqmail_report import mail  # noqa: PLC0415 - few are mailed

        options = self._options
        pictures = self._pictures()
        addressed = [(each, f"cid:{mail.content_id(each.name)}") for each in pictures]
        html = page(options.title, self._about, self._blocks, addressed)
        plain = "".join(self.text(Screen(_MAIL_WIDTH, options.zone)))
        return mail.message(options.mail_to, options.mail_from, options.title, plain, html, pictures)

    def _pictures(self) -> list[Picture]:
        options = self._options
        if options.rrd is None:
            return []
        from sqmail_report.digest.pictures import pictures  # noqa: PLC0415 - needs rrdtool

        period = Period(options.since, options.until)
        return pictures(options.rrd, options.host, options.instance, period, options.name)
