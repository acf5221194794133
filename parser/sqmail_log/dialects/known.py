"""The closed list of dialects, and whose a line is."""

from __future__ import annotations

from sqmail_log.dialects import chkuser, combined, indimail, qlog, simscan, spamdyke, tlslog, toaster, vpopmail
from sqmail_log.dialects.names import HEADS, head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.dialects.rows import Dialect, Found

DIALECTS: dict[str, Dialect] = {
    module.DIALECT.name: module.DIALECT
    for module in (qlog, chkuser, vpopmail, spamdyke, simscan, toaster, indimail, combined, tlslog)
}
"""Every dialect by its name."""

_READERS = {beginning: [DIALECTS[name] for name in names] for beginning, names in HEADS.items()}


def find(text: bytes) -> tuple[str, Found] | None:
    """Return the dialect of a line's text and what it tells; None where no dialect knows it."""
    for dialect in _READERS.get(head(text), ()):
        found = dialect.read(text)
        if found is not None:
            return dialect.name, found
    return None
