"""What looks like trouble and is none: nobody shall be called."""

from drills.hosts.answers import ACCEPTED, GREYLISTED, NO_CONNECTION
from drills.hosts.host import POP3, SEND, SMTPD, SUBMISSION
from drills.hosts.kinds import (
    ASKED,
    BUSY,
    HOUR10,
    LISTS,
    NET1,
    NET3,
    NET10,
    NET_HOUR10,
    NETQMAIL,
    NEW1,
    NEW3,
    NEW10,
    NEW20,
    NEW60,
    NEW300,
    NEW_IDLE,
    NEW_PROBED,
    NEW_REJECTING,
    NEW_SENDER1,
    NEW_SENDER3,
    OFFICE,
    PROBED,
    REJECTING,
    SMALL,
)
from drills.hosts.sender import REMOTE
from drills.hosts.servers import Session
from drills.incidents.deliveries import remote
from drills.incidents.drill import quiet
from drills.incidents.volume import dead, mailing, reader


@quiet(NEW10, "09:10")
@quiet(LISTS, "09:10")
def post(host):
    """A message to 2,000 members, here and elsewhere: all slots are taken for seconds."""
    host.loop.after(60, host.post, 2000)


@quiet(NEW10, "09:20")
@quiet(NEW60, "09:20")
@quiet(BUSY, "10:00")
def greylisted(host):
    """Every other host puts off each new recipient for five minutes, then takes the mail."""
    _greylist(host, lambda _: True)


@quiet(NEW3, "09:30")
@quiet(NEW60, "09:30")
@quiet(BUSY, "10:10")
def restart(host):
    """Each program is restarted, the multilogs too, and all are down for 20 s once."""
    for minute in (0, 2):
        host.loop.after(60 * minute, host.send.stop)
        host.loop.after(60 * minute + 1, host.send.start)
    for minute, service in ((3, SMTPD), (4, POP3)):
        host.loop.after(60 * minute, host.servers[service].stop)
        host.loop.after(60 * minute + 1, host.servers[service].start)
    host.loop.after(300, host.logs[SEND].stop)
    host.loop.after(305, host.logs[SEND].start)
    for program in (host.send, *host.servers.values()):
        host.loop.after(420, program.stop)
        host.loop.after(440, program.start)


@quiet(NEW3, "09:40")
@quiet(NEW10, "09:40")
@quiet(OFFICE, "10:20")
def newsletter(host):
    """A program of the host sends 200 messages at once."""
    for number in range(200):
        host.loop.after(60 + number / 20, host.inject, f"reader{number}@d{number % 14 + 1}.example")


@quiet(NEW10, "09:50")
@quiet(BUSY, "11:20")
def newsletter_with_dead(host):
    """A newsletter to 250 readers in ten minutes, one in six of whom has gone."""
    mailing(host, "newsletter@shop.example", 250, 600, unknown=0.17)


@quiet(LISTS, "12:10")
def list_with_dead(host):
    """A list that nobody tends: of 60 members elsewhere four of ten have gone, and each of five posts brings them back."""
    dead(host, "list-owner@test.example", 0.4)
    for post in range(5):
        host.loop.after(240 * post, host.send.queue, "list-owner@test.example", [reader(n) for n in range(60)], 5000, 7800)


@quiet(NEW3, "10:00")
@quiet(OFFICE, "10:40")
def serial_letter(host):
    """A user sends 40 messages in two minutes from his own network."""
    for number in range(40):
        host.loop.after(60 + number * 3, host.submit, "hdu3", "127.20.0.4", f"customer{number}@d{number % 14 + 1}.example")


@quiet(NEW_REJECTING, "10:10")
@quiet(REJECTING, "11:00")
def more_spam(host):
    """Three times the usual spam, all refused; what is wanted comes in as always."""
    host.spread(host.refuse, 3 * 532 / 3600, 1800)


@quiet(PROBED, "02:00")
@quiet(NEW_PROBED, "13:30")
@quiet(SMALL, "03:00")
def night(host):
    """A night with hardly a message."""
    del host


@quiet(OFFICE, "07:00")
def morning(host):
    """The first hour of work: ten times the traffic of the night, and everybody fetches mail."""
    host.spread(host.poll, 0.5, 600)


@quiet(NETQMAIL, "19:00")
@quiet(ASKED, "19:00")
@quiet(PROBED, "19:00")
@quiet(OFFICE, "19:00")
def evening(host):
    """Work ends, and hardly anything comes from one hour to the next."""
    del host


@quiet(NEW_IDLE, "03:00")
def three_mails(host):
    """A night with three messages, each with its session."""
    for seconds in (100, 420, 760):
        host.loop.after(seconds, host.receive)


@quiet(NEW_IDLE, "11:00")
def sunday(host):
    """A Sunday without any mail; somebody guesses a password now and then."""
    for seconds in range(0, 960, 75):
        host.loop.after(seconds, host.guess, f"127.66.{seconds % 40}.3", SUBMISSION)


@quiet(NEW_IDLE, "11:10")
def probes(host):
    """A monitor connects to ports 25 and 587 each 10 s and leaves; two messages come."""
    for seconds in range(0, 1500, 10):
        for service in (SMTPD, SUBMISSION):
            host.loop.after(seconds, host.servers[service].connect, Session("127.0.0.1", [], status=256))
    host.loop.after(130, host.receive)
    host.loop.after(700, host.receive)


@quiet(NEW_REJECTING, "11:20")
def mostly_spam(host):
    """95 % is refused, as always."""
    del host


@quiet(NEW10, "10:10")
@quiet(NEW60, "10:10")
@quiet(NEW300, "10:10")
def big_greylists(host):
    """big.example puts off each new recipient for five minutes, then takes the mail."""
    _greylist(host, lambda recipient: recipient.endswith("@big.example"))


@quiet(NEW60, "10:20")
def rotations(host):
    """Files of all logs end after 10 kB: an archive in some seconds."""
    for directory in host.directories.values():
        directory.resize(10_000)


@quiet(NEW10, "10:30")
def clock_back(host):
    """The machine's clock is set back by 90 s."""
    host.loop.after(120, setattr, host.loop, "ahead", -90.0)


@quiet(NEW10, "10:40")
def clock_ahead(host):
    """The machine's clock is set ahead by 90 s, and back by as much eight minutes later."""
    host.loop.after(120, setattr, host.loop, "ahead", 90.0)
    host.loop.after(600, setattr, host.loop, "ahead", 0.0)


@quiet(NEW3, "10:50")
def callouts(host):
    """Other hosts ask for recipients, for half as many as write, and hang up before DATA."""

    def ask():
        record = f"qmail-smtpd: pid {{pid}} Accept::RCPT::Recipients_Cdb P:ESMTP S:{host.stranger()}:unknown H:mx.good.example F: T:hdu1@test.example"
        host.servers[SMTPD].connect(Session("127.40.2.1", [record]))

    host.spread(ask, 0.7 / 60, 1800)


@quiet(NEW10, "11:00")
def big_is_slow(host):
    """big.example takes half a minute for each message, and takes it."""
    remote(host, "success", ACCEPTED, 30.0, only="@big.example")


@quiet(NEW3, "11:10")
def old_password(host):
    """A telephone tries an old password twice a minute."""
    for seconds in range(0, 1500, 30):
        host.loop.after(seconds, host.guess, "127.20.0.9", SUBMISSION)


@quiet(NEW10, "11:20")
def spam_wave(host):
    """300 messages a minute to recipients that do not exist, for ten minutes."""
    host.spread(host.refuse, 5, 600)


@quiet(NEW_SENDER1, "11:30")
@quiet(NET3, "11:30")
@quiet(NEW1, "11:30")
@quiet(NEW3, "11:30")
@quiet(NEW300, "11:30")
def usual(host):
    """Nothing but the usual."""
    del host


@quiet(NEW3, "11:40")
@quiet(NEW20, "11:40")
def mistyped(host):
    """A user writes to five people at a host that is not there, others to one each: none of it is tried in vain for long."""
    remote(host, "deferral", NO_CONNECTION, 60.0, only="@gone.example")
    for seconds, many in ((60, 5), (200, 1), (500, 1)):
        to = [(REMOTE, f"friend{seconds + number}@gone.example") for number in range(many)]
        host.loop.after(seconds, host.send.queue, "hdu1@test.example", to, 4000)


@quiet(NEW_IDLE, "11:50")
def monitor(host):
    """A monitor begins to connect to each port each 30 s; a message comes in each quarter of an hour."""
    for seconds in range(0, 1800, 30):
        for server in host.servers.values():
            host.loop.after(seconds, server.connect, Session("127.0.0.9", [], seconds=0.02))


def _greylist(host, is_asked):
    """Have each new recipient for which a function says so put off for five minutes."""
    seen = {}

    def rule(channel, message, recipient, tries):
        del tries
        if channel != REMOTE or not is_asked(recipient):
            return None
        first = seen.setdefault((message.sender, recipient), host.loop.now)
        return ("deferral", GREYLISTED, 0.5) if host.loop.now < first + 300 else None

    host.answers.rules.append(rule)


@quiet(NET_HOUR10, "19:00")
@quiet(HOUR10, "19:00")
@quiet(NEW1, "19:00")
@quiet(NET1, "19:00")
@quiet(NET10, "19:00")
@quiet(NEW_SENDER3, "19:00")
def new_evening(host):
    """Work ends on a host of which no evening is known: a tenth of the traffic from one minute to the next."""
    del host


@quiet(NET10, "11:30")
def scanner(host):
    """A scanner connects twice a second to a service that writes no records, and hangs up; mail comes in as always."""
    for number in range(3600):
        host.loop.after(number / 2, host.servers[SMTPD].connect, Session("127.80.1.2", [], status=256, seconds=0.05))


@quiet(NEW20, "12:00")
def greylisted_post(host):
    """A message to 2,000 members, a quarter of them elsewhere, and every other host greylists for five minutes."""
    host.loop.after(60, host.post, 2000)
    _greylist(host, lambda _: True)
