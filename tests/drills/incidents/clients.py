"""Clients that get nowhere: sent away before a record, refused one and all, or not there."""

from drills.hosts.host import POP3, SMTPD, SMTPS, SUBMISSION
from drills.hosts.kinds import (
    ASKED,
    BUSY,
    NET3,
    NET10,
    NET20,
    NETQMAIL,
    NEW1,
    NEW3,
    NEW10,
    NEW20,
    NEW60,
    OFFICE,
    PROBED,
    REJECTING,
    SMALL,
)
from drills.hosts.servers import Session
from drills.incidents.drill import incident

_AWAY = "smtpd,flow"


@incident(NETQMAIL, "10:50", 10, 13, _AWAY, "RBL|block list|refused before")
@incident(NET10, "09:20", 10, 13, _AWAY, "RBL|block list|refused before")
@incident(OFFICE, "10:50", 10, 13, _AWAY, "RBL|block list|refused before", never="recipient unknown")
@incident(PROBED, "10:50", 10, 13, _AWAY, "RBL|block list|refused before", never="recipient unknown")
@incident(NEW20, "09:10", 10, 13, _AWAY, "RBL|block list|refused before", never="recipient unknown")
@incident(NEW3, "09:10", 10, 13, _AWAY, "RBL|block list|refused before", never="recipient unknown")
@incident(NEW60, "09:10", 7, 12, _AWAY, "RBL|block list|refused before", never="recipient unknown")
@incident(BUSY, "10:00", 10, 13, _AWAY, "RBL|block list|refused before", never="recipient unknown")
def rblall(host):
    """The block list that rblsmtpd asks lists everybody: 451 to all."""
    host.servers[SMTPD].change = _blocked


@incident(BUSY, "16:00", 10, None, _AWAY, "RBL|block list|refused before", over=27)
def rblall_passed(host):
    """The same for ten minutes, then it is well again."""
    host.servers[SMTPD].change = _blocked
    host.loop.after(600, setattr, host.servers[SMTPD], "change", None)


def _blocked(session):
    session.sent_away(0, "rblsmtpd: {ip} pid {pid}: 451 Blocked - see http://rbl.test/")


@incident(NETQMAIL, "11:00", 10, 13, _AWAY, "none of .* ended with status 256")
@incident(NET3, "09:40", 15, None, _AWAY, "none of .* ended with status 256")
@incident(ASKED, "11:00", 10, 13, _AWAY, "without a record|nothing|none|accepted")
@incident(NEW1, "09:20", 15, None, _AWAY, "without a record|nothing|none|accepted")
@incident(NEW3, "09:20", 10, 13, _AWAY, "without a record|nothing|none|accepted")
@incident(BUSY, "10:10", 10, 13, _AWAY, "without a record|nothing|none|accepted")
def smtpctl(host):
    """control/rcpthosts cannot be read: 421 to everybody, and no record."""
    for service in {SMTPD, SUBMISSION, SMTPS} & host.servers.keys():
        host.servers[service].change = lambda session: session.sent_away(256)


@incident(NET20, "09:30", 10, 13, "smtpd,flow,log", "unable to run")
@incident(NEW10, "09:30", 10, 13, "smtpd,flow,log", "unable to run|dropping|without a record|none|nothing")
@incident(BUSY, "10:20", 10, 13, "smtpd,flow,log", "unable to run|dropping|without a record|none|nothing")
def norun(host):
    """qmail-smtpd cannot be run: its file is gone."""
    words = "tcpserver: warning: dropping connection, unable to run /var/qmail/bin/qmail-smtpd: file does not exist"
    host.servers[SMTPD].change = lambda session: session.sent_away(28416, words)


@incident(NEW3, "09:40", 10, 13, _AWAY, "denied|without a record|none|nothing")
@incident(BUSY, "10:30", 10, 13, _AWAY, "denied|without a record|none|nothing")
def denied(host):
    """tcp.smtp.cdb was built from an empty list that denies: nobody is let in."""

    def deny(session):
        session.sent_away(25600)
        session.is_denied = True

    host.servers[SMTPD].change = deny


@incident(OFFICE, "11:10", 15, None, "smtpd,flow", "no connection|no client|nothing|none|silent")
@incident(NEW3, "09:50", 10, 13, "smtpd,flow", "no connection|no client|nothing|none|silent")
@incident(NEW60, "09:50", 10, 13, "smtpd,flow", "no connection|no client|nothing|none|silent")
@incident(SMALL, "11:00", 480, None, "smtpd,flow", "no connection|no client|nothing|none|silent")
@incident(BUSY, "10:40", 10, 13, "smtpd,flow", "no connection|no client|nothing|none|silent")
def smtpdown(host):
    """Port 25 is down: no connection at all, where there were some each minute."""
    host.servers[SMTPD].stop()


@incident(NEW10, "10:00", 10, 13, "smtpd,flow", "no connection|no client|nothing|none|silent")
@incident(BUSY, "11:40", 10, 13, "smtpd,flow", "no connection|no client|nothing|none|silent")
def subdown(host):
    """Port 587 is down: users cannot send, the world's mail still comes in."""
    host.servers[SUBMISSION].stop()


@incident(NEW10, "10:10", 10, 13, "smtpd,flow,log", "TLS|handshake")
@incident(BUSY, "10:50", 10, 13, "smtpd,flow,log", "TLS|handshake")
def handshakes(host):
    """Every TLS handshake on port 465 breaks off; programs try again and again."""

    def broken(session):
        session.sent_away(28416, "sslserver: error: (111) unable to accept TLS for pid: {pid} ")
        session.is_greeted = False

    host.servers[SMTPS].change = broken
    host.spread(lambda: host.submit(service=SMTPS), 0.15, 1800)


@incident(OFFICE, "10:40", 10, 13, _AWAY, "recipient unknown")
@incident(NEW10, "10:20", 8, 12, _AWAY, "recipient unknown")
@incident(NEW60, "10:20", 5, 12, _AWAY, "recipient unknown")
@incident(BUSY, "11:00", 8, 12, _AWAY, "recipient unknown")
def norcpt(host):
    """The list of recipients was built without our users: all are refused."""
    host.servers[SMTPD].change = _unknown


@incident(REJECTING, "11:10", 25, None, _AWAY, "recipient unknown|none|nothing")
def norcpt_among_spam(host):
    """The same where 95 % is refused as always; what was accepted, 28 an hour, is refused too."""
    host.servers[SMTPD].change = _unknown


def _unknown(session):
    session.records = [record.replace("Accept::RCPT::Recipients_Cdb", "Reject::RCPT::Failed_Rcptto") for record in session.records]
    session.then = None


@incident(OFFICE, "11:20", 10, 13, "auth,flow,smtpd", "no login|none|every|all|100 %", never=r"from 127\.20")
@incident(NEW20, "10:30", 8, 13, "auth,flow,smtpd", "no login|none|every|all|100 %", never=r"from 127\.20")
@incident(NEW3, "10:30", 8, 13, "auth,flow,smtpd", "no login|none|every|all|100 %", never=r"from 127\.20")
@incident(BUSY, "11:20", 8, 13, "auth,flow,smtpd", "no login|none|every|all|100 %", never=r"from 127\.20")
def authdead(host):
    """The password program fails: nobody can log in."""

    def fail(session):
        session.records = [record.replace("Accept::AUTH", "Reject::AUTH") for record in session.records]
        session.status, session.then = 256, None

    for service in {SUBMISSION, SMTPS, POP3} & host.servers.keys():
        host.servers[service].change = fail
    host.spread(host.submit, 0.08, 1800)
    host.spread(host.poll, 0.05, 1800)


@incident(NEW3, "10:40", 3, 10, "auth", r"127\.66\.6")
@incident(NEW60, "10:40", 3, 10, "auth", r"127\.66\.6")
@incident(BUSY, "11:30", 3, 10, "auth", r"127\.66\.6")
def guess(host):
    """900 guesses, one a second, half POP3, half submission, from one network."""
    for number in range(900):
        host.loop.after(number, host.guess, f"127.66.6.{number % 200 + 1}", (POP3, SUBMISSION)[number % 2])


@incident(NEW10, "10:50", 5, None, "auth", "networks|many", never="from others")
@incident(OFFICE, "02:00", 5, None, "auth", "networks|many", never="from others")
def guess_from_everywhere(host):
    """1,200 guesses in 15 minutes from 600 networks, two each."""
    for number in range(1200):
        network = number % 600
        host.loop.after(number * 0.75, host.guess, f"127.{100 + network // 200}.{network % 200}.9", SUBMISSION)


@incident(NEW3, "11:00", 8, None, "senders", r"h\*\*3@test\.example .*logins failed before")
@incident(OFFICE, "13:10", 8, None, "senders", r"h\*\*3@test\.example .*logins failed before")
def guessed(host):
    """60 guesses from one network, then the password is known, and mail goes out from there."""
    for number in range(60):
        host.loop.after(3 * number, host.guess, "127.66.9.7", SUBMISSION)
    for number in range(80):
        host.loop.after(200 + 5 * number, host.submit, "hdu13", "127.66.9.7", f"prey{number}@d{number % 14 + 1}.example", SUBMISSION)


@incident(NEW10, "11:10", 10, None, "concurrency,flow,smtpd", "full|limit|40 of 40|slots")
@incident(BUSY, "13:00", 10, None, "concurrency,flow,smtpd", "full|limit|40 of 40|slots")
def slots(host):
    """A network holds all 40 connections open for minutes."""

    def hold():
        session = Session(f"127.66.7.{host.random.randrange(1, 250)}", [], seconds=240.0)
        host.servers[SMTPD].connect(session)

    host.spread(hold, 0.5, 1800)


@incident(NEW10, "11:20", 10, None, "concurrency,flow,smtpd", "full|limit|40 of 40|slots", never="from others|from 127")
def slots_from_everywhere(host):
    """Slow clients of 300 networks hold all 40 connections: no network has many."""

    def hold():
        number = host.random.randrange(300)
        client = f"127.{100 + number // 150}.{number % 150}.{host.random.randrange(1, 250)}"
        host.servers[SMTPD].connect(Session(client, [], seconds=200.0))

    host.spread(hold, 0.5, 1800)


@incident(NEW10, "11:30", 8, None, "auth", "networks|many", never="from others")
def guess_slowly(host):
    """20 guesses a minute, each from another network."""
    for number in range(400):
        host.loop.after(3 * number, host.guess, f"127.{100 + number // 200}.{number % 200}.7", SUBMISSION)


@incident(NEW10, "11:40", 10, 13, _AWAY, "without a record|nothing|none|accepted")
def inctl(host):
    """control/rcpthosts cannot be read by the user of port 25 alone: 421 to everybody there."""
    host.servers[SMTPD].change = lambda session: session.sent_away(256)


@incident(NEW10, "11:50", 10, 13, "smtpd,flow,log", "unable to run|dropping|without a record|none|nothing")
def subnorun(host):
    """The program of port 587 alone cannot be run."""
    words = "tcpserver: warning: dropping connection, unable to run /var/qmail/bin/qmail-smtpd: access denied"
    host.servers[SUBMISSION].change = lambda session: session.sent_away(28416, words)


@incident(NEW10, "12:00", 10, 13, _AWAY, "signal|without a record|none|nothing")
def killed(host):
    """softlimit is too small since an update: qmail-smtpd is killed by SIGSEGV for everybody."""
    for service in {SMTPD, SUBMISSION, SMTPS} & host.servers.keys():
        host.servers[service].change = lambda session: session.sent_away(11)


@incident(BUSY, "13:30", 10, 13, "smtpd,flow", "no connection|no client|nothing|none|silent")
def popdown(host):
    """Port 110 is down: nobody can fetch mail, all else is well."""
    host.servers[POP3].stop()


@incident(NEW10, "12:10", 8, 12, _AWAY, "relay", never="recipient unknown")
def norelay(host):
    """control/rcpthosts lacks our domain since an edit: all that comes from others is refused as relaying."""

    def refuse(session):
        session.records = [record.replace("Accept::RCPT::Recipients_Cdb", "Reject::SNDR::Invalid_Relay") for record in session.records]
        session.then = None

    host.servers[SMTPD].change = refuse


@incident(NEW10, "12:20", 8, 12, _AWAY, "DNS|sender")
def nosenderdns(host):
    """The resolver is dead, and each sender's domain is looked up: 451 to all on port 25."""

    def put_off(session):
        session.records = [
            record.replace("Accept::RCPT::Recipients_Cdb", "Deferred::ORIG::DNS_MF").replace("Reject::SNDR::Invalid_Relay", "Deferred::ORIG::DNS_MF")
            for record in session.records
        ]
        session.then = None

    host.servers[SMTPD].change = put_off


@incident(NEW10, "12:30", 10, None, _AWAY, "no connection|no client|nothing|none|silent", over=29)
def smtpdown_passed(host):
    """Port 25 is down for 12 minutes."""
    host.servers[SMTPD].stop()
    host.loop.after(720, host.servers[SMTPD].start)


@incident(PROBED, "11:20", 10, 13, _AWAY, "no connection .* but")
def firewall(host):
    """A firewall keeps the world from port 25; the monitor still gets in."""
    server, connect = host.servers[SMTPD], host.servers[SMTPD].connect
    server.connect = lambda session: connect(session) if session.client.startswith("127.0.0.") else None


@incident(NEW60, "13:00", 10, None, "concurrency,flow,smtpd", "no connection .*all 40 are taken")
def popslots(host):
    """A network holds all 40 connections of port 110."""

    def hold():
        host.servers[POP3].connect(Session(f"127.66.7.{host.random.randrange(1, 250)}", [], seconds=1200.0))

    host.spread(hold, 0.5, 1800)
