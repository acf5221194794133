"""The spool itself: what lies in the queue, counted file by file.

The log knows the messages that were queued while it was written; the spool
knows all of them, and those that qmail-send has not taken up yet.
"""

from __future__ import annotations

import os

from sqmail_log import remedies
from sqmail_log.errors import LogError


def count(directory: str) -> tuple[int, int]:
    """Return the messages in a queue directory (/var/qmail/queue), and those of them not yet preprocessed.

    Counts the files in mess/ and todo/, both flat or split into folders.
    Files that come and go meanwhile are counted or not.  Raises LogError where
    a folder is missing or may not be listed.
    """
    return _files(os.path.join(directory, "mess")), _files(os.path.join(directory, "todo"))


def _files(directory: str) -> int:
    number = 0
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    number += _files(entry.path)
                else:
                    number += 1
    except FileNotFoundError:
        raise LogError(f"{directory}: no such folder; a qmail queue has mess and todo") from None
    except PermissionError:
        raise LogError(f"{directory}: {remedies.user()} may not list it; {remedies.to_list(directory)}") from None
    except OSError as error:
        raise LogError(f"{directory}: {error.strerror or error}") from error
    return number
