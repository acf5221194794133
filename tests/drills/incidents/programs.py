"""qmail-send, multilog and the spool: what was taken in is not started, or nobody sees it."""

from drills.hosts.host import SEND, SMTPD, SMTPS, SUBMISSION
from drills.hosts.kinds import (
    BUSY,
    HOUR10,
    NET1,
    NET3,
    NET10,
    NET20,
    NETQMAIL,
    NEW1,
    NEW3,
    NEW10,
    NEW20,
    NEW60,
    NEW300,
    NEW_IDLE,
    NEW_SENDER20,
    OFFICE,
    SMALL,
)
from drills.hosts.sender import REMOTE
from drills.incidents.drill import incident

_SENDER = r"qmail-send|not taken|unprocessed|nothing .*(start|deliver)|queued"
_OF_SENDER = "flow,queue,delivery,log"


@incident(NETQMAIL, "10:20", 10, 13, _OF_SENDER, _SENDER)
@incident(NET10, "09:10", 10, 13, _OF_SENDER, _SENDER)
@incident(NET1, "09:10", 15, None, _OF_SENDER, _SENDER)
@incident(NEW1, "09:10", 15, None, _OF_SENDER, _SENDER)
@incident(NEW10, "09:10", 10, 13, _OF_SENDER, _SENDER)
@incident(NEW300, "09:10", 10, 13, _OF_SENDER, _SENDER)
@incident(BUSY, "10:00", 10, 13, _OF_SENDER, _SENDER)
def senddown(host):
    """svc -d qmail-send; the rest goes on."""
    host.send.stop()


@incident(NETQMAIL, "14:20", 10, 13, _OF_SENDER, _SENDER)
@incident(NET3, "09:20", 15, None, _OF_SENDER, _SENDER)
@incident(NEW1, "09:20", 15, None, _OF_SENDER, _SENDER)
@incident(NEW3, "09:20", 10, 13, _OF_SENDER, _SENDER)
@incident(NEW60, "09:20", 10, 13, _OF_SENDER, _SENDER)
@incident(BUSY, "10:07", 10, 13, _OF_SENDER, _SENDER)
def sendstopped(host):
    """SIGSTOP to qmail-send: not even a last line."""
    host.send.freeze()


@incident(OFFICE, "11:20", 10, 13, _OF_SENDER, _SENDER)
def sendkilled(host):
    """kill -9 of qmail-send, and supervise is not there to start it again."""
    host.send.kill()


@incident(SMALL, "10:00", 15, None, _OF_SENDER, _SENDER)
def sendgone(host):
    """qmail-send of a small host killed; a message comes in every two minutes."""
    host.send.kill()
    host.spread(host.receive, 1 / 120, 1500)


@incident(BUSY, "09:30", 10, 13, _OF_SENDER, _SENDER, over=29)
def senddown_passed(host):
    """qmail-send down for 12 minutes, then started again: it works off what waited."""
    host.send.stop()
    host.loop.after(720, host.send.start)


@incident(NEW3, "09:30", 10, None, _OF_SENDER, _SENDER)
@incident(NEW60, "09:30", 10, None, _OF_SENDER, _SENDER)
@incident(BUSY, "14:00", 10, None, _OF_SENDER, _SENDER)
def mldead(host):
    """The multilog of qmail-send is down: lines wait in the pipe, and when that is full qmail-send hangs."""
    host.logs[SEND].stop()


@incident(NEW10, "09:40", 10, None, "flow,log,queue", r"no line|silent|nothing|newest line|multilog")
@incident(BUSY, "15:00", 10, None, "flow,log,queue", r"no line|silent|nothing|newest line|multilog")
def logdisk(host):
    """The disk of all logs is full: every multilog waits, and no service writes anything."""
    for log in host.logs.values():
        log.stop()


@incident(NETQMAIL, "10:40", 10, 13, "flow,queue,smtpd", r"queue|nothing|451")
@incident(NET20, "09:50", 10, 13, "flow,queue,smtpd", r"queue|nothing|451")
@incident(OFFICE, "11:30", 10, 13, "flow,queue,smtpd", r"queue|nothing|451", never="recipient refused")
@incident(NEW20, "09:50", 10, 13, "flow,queue,smtpd", r"queue|nothing|451", never="recipient refused")
@incident(NEW1, "09:50", 15, None, "flow,queue,smtpd", r"queue|nothing|451", never="recipient refused")
@incident(NEW3, "09:50", 10, 13, "flow,queue,smtpd", r"queue|nothing|451", never="recipient refused")
@incident(NEW60, "09:50", 10, 13, "flow,queue,smtpd", r"queue|nothing|451", never="recipient refused")
@incident(BUSY, "11:00", 10, 13, "flow,queue,smtpd", r"queue|nothing|451", never="recipient refused")
def spoolro(host):
    """The spool's file system becomes read-only: 451 at DATA to all, and no line about it."""
    host.send.spool_is_writable = False


@incident(BUSY, "03:10", 15, 15, "flow,queue,smtpd", r"queue|nothing|451")
def spoolro_by_night(host):
    """The same by night, with a message in two minutes."""
    host.send.spool_is_writable = False


@incident(NEW3, "10:00", 2, 2, "log,flow", "unable to read controls")
@incident(BUSY, "12:00", 2, 2, "log,flow", "unable to read controls")
def nocontrol(host):
    """control/me is gone: qmail-send cannot start, once a second."""
    host.send.stop()
    every_second(host, SEND, "alert: cannot start: unable to read controls")


@incident(NEW3, "10:10", 2, 2, "log,flow", "key")
@incident(BUSY, "12:30", 2, 2, "log,flow", "key")
def tlskey(host):
    """The key file of port 465 does not fit: sslserver ends at once, once a second."""
    host.servers[SMTPS].stop()
    every_second(host, SMTPS, "sslserver: fatal: unable to load key")


@incident(OFFICE, "10:30", 2, None, "log", "lost")
def cronrm(host):
    """A job removes archives before they were read: only who had a state before can tell."""
    host.directories[SEND].resize(4096)
    host.spread(host.inject, 20, 40)

    def remove():
        host.directories[SEND].write(host.logs[SEND].take())
        for archive in host.paths[SEND].glob("@*.s"):
            archive.unlink()

    host.loop.after(50, remove)


def every_second(host, service, text, seconds=1800):
    """Have supervise start a program that ends with a line."""
    for second in range(seconds):
        host.loop.after(second, host.logs[service].write, text)


@incident(NEW10, "10:20", 10, 13, "flow,queue,smtpd,log", "queue|nothing|451|append")
def spoolfull(host):
    """The spool is full: 451 at DATA to all, and with the first failure qmail-send waits for room for the bounce."""
    host.send.spool_is_writable = False
    for number in range(180):
        host.loop.after(40 + 10 * number, host.logs[SEND].write, "alert: unable to append to bounce message; HELP! sleeping...")
    host.loop.after(40, host.send.freeze)


@incident(NEW10, "10:30", 2, 2, "log,flow", "cannot start|spawn")
def nospawn(host):
    """qmail-lspawn is gone: qmail-send cannot start, once a second."""
    host.send.stop()
    every_second(host, SEND, "alert: cannot start: hath the daemon spawn no fire?")


@incident(NEW10, "10:40", 10, None, "flow,delivery,concurrency,queue,destinations", r"remote|started")
def noremote(host):
    """control/concurrencyremote says 0 since qmail-send was restarted: no remote delivery begins, the rest goes on."""
    host.send.stop()
    host.send.limits[REMOTE] = 0
    host.loop.after(2, host.send.start)


@incident(NEW10, "10:50", 10, 13, _OF_SENDER, _SENDER, over=31)
def sendstopped_passed(host):
    """SIGSTOP to qmail-send for 14 minutes, then SIGCONT: it works off what waited."""
    host.send.freeze()
    host.loop.after(840, host.send.thaw)


@incident(NEW_IDLE, "09:50", 15, None, _OF_SENDER, _SENDER)
def hardlydown(host):
    """A host of which nothing is known: svc -d qmail-send, and a message comes in every three minutes."""
    host.send.stop()
    _incoming(host, 180)


@incident(NEW_IDLE, "10:00", 15, None, _OF_SENDER, _SENDER)
def hardlystopped(host):
    """The same, SIGSTOP, and a message comes in each two and a half minutes."""
    host.send.freeze()
    _incoming(host, 150)


@incident(NEW_IDLE, "10:10", 15, None, "flow,queue,smtpd", r"queue|nothing|451")
def hardlyspool(host):
    """The same, the spool is read-only, and a message comes in every two minutes."""
    host.send.spool_is_writable = False
    _incoming(host, 120)


def _incoming(host, seconds):
    for number in range(20):
        host.loop.after(20 + seconds * number, host.receive)


_LOST = r"queue|451"


@incident(NEW20, "11:00", 8, 13, "flow,smtpd,queue", _LOST, never="recipient unknown|recipient refused")
@incident(BUSY, "13:40", 12, 14, "flow,smtpd,queue", _LOST, never="recipient unknown|recipient refused")
def filterdead(host):
    """The filter before qmail-queue is broken: 451 behind DATA to all, and no line about it; programs of the host go on."""

    def lose(session):
        session.then = None

    for service in {SMTPD, SUBMISSION, SMTPS} & host.servers.keys():
        host.servers[service].change = lose
    host.spread(host.inject, 1 / 60, 1800)


@incident(NEW3, "11:10", 12, 14, "flow,smtpd", _LOST, never="recipient unknown|recipient refused")
@incident(NEW20, "11:10", 8, 13, "flow,smtpd", _LOST, never="recipient unknown|recipient refused")
def filtertold(host):
    """The same, and qmail-smtpd has a record of each: Deferred::DATA::Queue_Delay behind the recipient that was accepted."""

    def put_off(session):
        if session.then is not None:
            kind = session.records[0].split()[3]
            session.records = [*session.records, session.records[0].replace(kind, "Deferred::DATA::Queue_Delay")]
        session.then = None

    for service in {SMTPD, SUBMISSION, SMTPS} & host.servers.keys():
        host.servers[service].change = put_off
    host.spread(host.inject, 1 / 30, 1800)


@incident(NEW_SENDER20, "11:20", 10, None, "flow,log,delivery,queue", "qmail-send has logged nothing")
def alonestopped(host):
    """SIGSTOP to qmail-send, whose log is all that is looked at."""
    host.send.freeze()


@incident(HOUR10, "10:10", 10, None, "flow,log,queue,delivery", "qmail-send has logged nothing")
def sendlogdisk(host):
    """The disk of qmail-send's log alone is full, on a host that is known for an hour."""
    host.logs[SEND].stop()
