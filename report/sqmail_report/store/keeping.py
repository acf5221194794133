"""An archive's logs in an event store: exported by each run, and known to be before their files go."""

from __future__ import annotations

import os
import socket

from sqmail_log import tai64n
from sqmail_log.errors import SqmailError
from sqmail_log.files.cursor import Cursor
from sqmail_log.files.retention import unread
from sqmail_report.store.extra import needed
from sqmail_report.store.folder import Folder, host_name, real_path
from sqmail_report.store.rows.names import Names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from sqmail_report.store.export import Exported


class Keeping:
    """Exports logs of one host into a store."""

    def __init__(self, store: Path, host: str | None, way: str, key_file: str | None) -> None:
        """Raise SqmailError where a library is missing, or the key is too short, and OSError where there is none."""
        needed("pyarrow")
        try:
            self._names = Names(way, key_file)
            self._host = host or host_name(socket.gethostname())
        except ValueError as error:
            raise SqmailError(str(error)) from error
        self.store = store

    def export(self, directory: Path) -> Exported:
        """Bring what is new in a log into the store.  Raises SqmailError and OSError."""
        from sqmail_report.store.export import Export  # noqa: PLC0415 - it loads pyarrow, which may be missing

        self.store.mkdir(mode=0o750, parents=True, exist_ok=True)
        log = real_path(str(directory))
        return Export(log, self._folder(log), self._names, (tai64n.MULTILOG_OFFSET, ""), _ignore).run()

    def unread(self, directory: Path) -> set[str]:
        """Return the names of the finished files that are not in the store yet.  Raises SqmailError."""
        log = real_path(str(directory))
        kept = self._folder(log).state()
        cursor = Cursor(*kept["cursor"]) if kept else None
        return {os.path.basename(archive.path) for archive in unread(log, cursor)}  # noqa: PTH119 - a name, no path

    def _folder(self, log: str) -> Folder:
        return Folder(self.store, self._host, log)


def _ignore(_: int) -> None:
    """Show no progress: this runs at night."""
