"""Multilog directories with lines of the test's choosing."""

from sqmail_log.tai64n import SECOND, encode

MINUTE = 60


class Log:
    """A multilog directory that grows by whole minutes (Unix time // 60) of qmail-send's lines.

    Each minute queues `3 + minute % 5` messages of 1000 bytes, delivers one less of them at once, half of
    them remotely, and leaves one in the queue.
    """

    def __init__(self, directory):
        self.directory = directory
        directory.mkdir()
        (directory / "current").touch()
        self.number = 1000
        self.delivery = 0

    def write(self, first, last):
        """Append the lines of some minutes, both included."""
        with (self.directory / "current").open("ab") as current:
            for minute in range(first, last + 1):
                current.writelines(self._lines(minute))

    def rotate(self, minute):
        """Close the file as multilog does at that minute's end."""
        stamp = encode((minute + 1) * MINUTE * SECOND - 1).decode()
        (self.directory / "current").rename(self.directory / f"{stamp}.s")
        (self.directory / "current").touch()

    def _lines(self, minute):
        second = minute * MINUTE
        for index in range(queued(minute)):
            second += 1
            self.number += 1
            yield line(second, f"new msg {self.number}")
            yield line(second, f"info msg {self.number}: bytes 1000 from <a@example.org> qp 7 uid 1000")
            if index == 0:
                continue
            self.delivery += 1
            channel = "remote" if index % 2 else "local"
            limits = "local 0/10 remote 1/20" if index % 2 else "local 1/10 remote 0/20"
            yield line(second, f"starting delivery {self.delivery}: msg {self.number} to {channel} b@example.net")
            yield line(second, f"status: {limits}")
            yield line(second + 2, f"delivery {self.delivery}: success: did_1+0+0/")
            yield line(second + 2, "status: local 0/10 remote 0/20")
            yield line(second + 2, f"end msg {self.number}")


def queued(minute):
    """Return how many messages a minute of `Log` queues."""
    return 3 + minute % 5


def line(second, text, nanosecond=0):
    """Return a line of multilog's at a Unix second."""
    return encode(second * SECOND + nanosecond) + b" " + text.encode() + b"\n"
