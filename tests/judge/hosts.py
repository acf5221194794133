"""Small hosts whose logs are written minute by minute, for what is judged of them."""

from sqmail_judge import flow
from sqmail_judge.course import Course
from sqmail_log import watch
from sqmail_log.units import MINUTE, SECOND, Nanoseconds
from support import write_log

START = 1795332000
WELL = range(60)
SERVER = "mx.example:192.0.2.1:25"


class Writer:
    """Lines of one log in the order of time; `minute` counts from START."""

    def __init__(self):
        self.lines = []
        self._number = 0

    def say(self, minute, text, second=1):
        self.lines.append((START + 60 * minute + second + len(self.lines) % 50 / 100, text))

    def course(self, directory, minute):
        """Write the lines and return what is known of them at the end of a minute."""
        self.lines.sort(key=lambda line: line[0])
        return course(write_log(directory, self.lines), minute)


def course(log, minute):
    now = Nanoseconds((START + 60 * (minute + 1)) * SECOND)
    return Course(watch.at(str(log), now, 15 * MINUTE))


class Send(Writer):
    """qmail-send, one message a call."""

    def deliver(self, minute, recipient="remote u@example.net", report="success: 192.0.2.9_accepted_message./", sender="a@test.example"):
        number = self._number = self._number + 1
        self.queue(minute, number, sender)
        self.say(minute, f"starting delivery {number + 1}: msg {number} to {recipient}", 2)
        if report:
            self.say(minute, f"delivery {number + 1}: {report}", 3)
            self.say(minute, f"end msg {number}", 4) if report[0] != "d" else None

    def queue(self, minute, number, sender="a@test.example"):
        self.say(minute, f"new msg {number}")
        self.say(minute, f"info msg {number}: bytes 500 from <{sender}> qp {number} uid 7", 1)


class Sessions(Writer):
    """A service below tcpserver, one connection a call."""

    def visit(self, minute, *records, status=0, client="198.51.100.7", extra=()):
        pid = self._number = self._number + 1
        self.say(minute, f"tcpserver: pid {pid} from {client}")
        self.say(minute, f"tcpserver: ok {pid} {SERVER} :{client}::4000")
        for text in extra:
            self.say(minute, text.format(pid=pid, client=client), 2)
        for record in records:
            self.say(minute, f"qmail-smtpd: pid {pid} {record} P:ESMTP S:{client}:unknown H:x F:a@b.example T:c@d.example", 2)
        self.say(minute, f"tcpserver: end {pid} status {status}", 3)


ACCEPT = "Accept::RCPT::Recipients_Cdb"
REJECT = "Reject::RCPT::Failed_Rcptto"


def served_hour():
    """Return a service that accepts and refuses something in each minute of an hour."""
    sessions = Sessions()
    for minute in WELL:
        sessions.visit(minute, ACCEPT)
        sessions.visit(minute, REJECT)
    return sessions


def judged_service(tmp_path, minute, sessions):
    """Return what is found of a service at the end of a minute."""
    return list(flow.of_service(sessions.course(tmp_path / "smtpd", minute)))


class Host:
    """qmail-send and a qmail-smtpd, in both an hour of mail each minute; times count from START in minutes."""

    def __init__(self, tmp_path):
        self.folder = tmp_path
        self.send, self.smtpd = Send(), Sessions()
        for minute in WELL:
            self.smtpd.visit(minute, ACCEPT)
            self.send.deliver(minute)

    def write(self, begin=START):
        """Write both logs, the first minute at the Unix time `begin`; return the options that name them."""
        words = []
        for name, log in (("qmail-send", self.send), ("qmail-smtpd", self.smtpd)):
            lines = sorted((seconds - START + begin, text) for seconds, text in log.lines)
            words += ["--log", write_log(self.folder / name, lines)]
        return words
