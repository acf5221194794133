"""Somebody who does something to a log while it is being read."""

import sys


class Intruder:
    """Does something between two looks of the reader at the directory."""

    def __init__(self):
        self.act, self.after, self.folder, self.awake = None, 0, "", False
        sys.addaudithook(self.look)

    def look(self, event, arguments):
        if not self.awake or self.act is None or event not in {"open", "os.scandir", "os.listdir"}:
            return
        if not isinstance(arguments[0], str) or not arguments[0].startswith(self.folder):
            return
        self.after -= 1
        if self.after < 0:
            act, self.act = self.act, None
            self.awake = False
            act()


_intruders = []


def intruder():
    """Return the one of this process: an audit hook stays for good."""
    if not _intruders:
        _intruders.append(Intruder())
    return _intruders[0]
