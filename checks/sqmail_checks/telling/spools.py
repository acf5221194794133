"""What lies in the spools that --queue names, and what is wrong with them."""

from __future__ import annotations

from sqmail_checks.plugin import nagios
from sqmail_checks.telling.findings import metrics
from sqmail_judge.spool import judge
from sqmail_log import tai64n
from sqmail_log.errors import SqmailError
from sqmail_log.spool import Spool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Spools:
    """The spools that could be looked at, `seen`, as they are now whatever the logs are asked about."""

    def __init__(self) -> None:
        self.seen: list[Spool] = []
        self.now = tai64n.now() / tai64n.SECOND

    def look(self, directories: Iterable[str]) -> Iterator[nagios.Metric]:
        """Yield what is wrong with each of them, and which cannot be looked at."""
        for directory in directories:
            try:
                spool = Spool(directory)
            except SqmailError as error:
                yield nagios.Metric("log", str(error), context="log")
                continue
            self.seen.append(spool)
            yield from metrics(judge(spool, self.now))

    def oldest_todo(self) -> int:
        """Return for how many seconds the oldest message of all has waited to be taken up, 0 where none waits."""
        since = min((spool.oldest_todo for spool in self.seen if spool.oldest_todo is not None), default=self.now)
        return max(0, int(self.now - since))

    def counted(self) -> str:
        """Return how many messages lie there: `spool 3 and 1 not yet preprocessed`; of several, of each by its name."""
        parts = []
        for spool in self.seen:
            name = f"spool {spool.directory}: " if len(self.seen) > 1 else "spool "
            new = f" and {spool.todo} not yet preprocessed" if spool.todo else ""
            parts.append(f"{name}{spool.messages}{new}")
        return ", ".join(parts)

    def details(self) -> Iterator[str]:
        """Yield a line for each."""
        for spool in self.seen:
            yield (
                f"spool {spool.directory}: {spool.messages} messages, {spool.todo} not taken up, "
                f"{spool.free_space:g} % of space and {spool.free_inodes:g} % of inodes free"
            )
