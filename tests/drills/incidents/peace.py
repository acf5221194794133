"""What looks like trouble and is none: nobody shall be called."""

from drills.hosts.answers import GREYLISTED
from drills.hosts.host import POP3, SEND, SMTPD
from drills.hosts.kinds import BUSY, LISTS, OFFICE, REJECTING, SMALL
from drills.hosts.sender import REMOTE
from drills.incidents.drill import quiet
from drills.incidents.volume import dead, mailing, reader


@quiet(LISTS, "09:10")
def post(host):
    """A message to 2,000 members, here and elsewhere: all slots are taken for seconds."""
    host.loop.after(60, host.post, 2000)


@quiet(BUSY, "10:00")
def greylisted(host):
    """Every other host puts off each new recipient for five minutes, then takes the mail."""
    seen = {}

    def rule(channel, message, recipient, tries):
        del tries
        if channel != REMOTE:
            return None
        first = seen.setdefault((message.sender, recipient), host.loop.now)
        return ("deferral", GREYLISTED, 0.5) if host.loop.now < first + 300 else None

    host.answers.rules.append(rule)


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


@quiet(OFFICE, "10:20")
def newsletter(host):
    """A program of the host sends 200 messages at once."""
    for number in range(200):
        host.loop.after(60 + number / 20, host.inject, f"reader{number}@d{number % 14 + 1}.example")


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


@quiet(OFFICE, "10:40")
def serial_letter(host):
    """A user sends 40 messages in two minutes from his own network."""
    for number in range(40):
        host.loop.after(60 + number * 3, host.submit, "hdu3", "127.20.0.4", f"customer{number}@d{number % 14 + 1}.example")


@quiet(REJECTING, "11:00")
def more_spam(host):
    """Three times the usual spam, all refused; what is wanted comes in as always."""
    host.spread(host.refuse, 3 * 532 / 3600, 1800)


@quiet(SMALL, "03:00")
def night(host):
    """A night with hardly a message."""
    del host


@quiet(OFFICE, "07:00")
def morning(host):
    """The first hour of work: ten times the traffic of the night, and everybody fetches mail."""
    host.spread(host.poll, 0.5, 600)


@quiet(OFFICE, "19:00")
def evening(host):
    """Work ends, and hardly anything comes from one hour to the next."""
    del host

