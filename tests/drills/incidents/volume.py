"""Too much mail: a stolen account, a loop, a wave of bounces."""

from drills.hosts.answers import LATER, REFUSED, STORED, UNKNOWN
from drills.hosts.host import SMTPD, SUBMISSION
from drills.hosts.kinds import BUSY, DAY1, NEW3, NEW10, NEW60, OFFICE
from drills.hosts.sender import LOCAL, REMOTE
from drills.hosts.servers import Session
from drills.incidents.drill import incident

_ACCOUNT = r"hd?u?\*|h\*+|account|user"


def stolen(host, count, seconds, networks, *, unknown=0.15):
    """One account sends so many messages in so many seconds, from so many networks."""
    chance = host.random.random

    def rule(channel, message, recipient, tries):
        del message, tries
        if channel == LOCAL or not recipient.startswith("prey"):
            return None
        drawn = chance()
        if drawn < unknown:
            return "failure", UNKNOWN, 0.5
        return ("deferral", LATER, 0.5) if drawn < 2 * unknown else None

    host.answers.rules.append(rule)
    for number in range(count):
        network = number % networks
        client = f"127.{150 + network // 200}.{network % 200}.{number % 250 + 1}"
        to = f"prey{number}@d{number % 40}.example"
        host.loop.after(seconds * number / count, host.submit, "hdu7", client, to, SUBMISSION)


@incident(NEW10, "09:10", 5, 10, "senders,auth,flow", _ACCOUNT, never="from others")
@incident(BUSY, "10:00", 5, 10, "senders,auth,flow", _ACCOUNT, never="from others")
def stolen_account(host):
    """5,000 messages in 10 minutes from 120 networks; 15 % unknown, 15 % put off."""
    stolen(host, 5000, 600, 120)


@incident(NEW3, "09:20", 5, None, "senders,auth,flow", _ACCOUNT)
@incident(OFFICE, "10:10", 5, None, "senders,auth,flow", _ACCOUNT)
def stolen_from_one_network(host):
    """1,800 messages in 15 minutes, all from one network."""
    stolen(host, 1800, 900, 1)


@incident(NEW10, "09:30", 10, None, "senders,auth,flow", _ACCOUNT)
@incident(OFFICE, "03:00", 10, None, "senders,auth,flow", _ACCOUNT)
def stolen_slow(host):
    """600 an hour by night, from 40 networks; most are taken."""
    stolen(host, 300, 1800, 40, unknown=0.03)


@incident(NEW10, "10:10", 8, None, "senders", r"n\*\*r@shop\.example.*recipient unknown", never="block list")
@incident(BUSY, "11:00", 8, None, "senders", r"n\*\*r@shop\.example.*recipient unknown", never="block list")
def bought_list(host):
    """A newsletter goes to 1,200 bought addresses in 20 minutes: three of five do not exist, others' mail arrives."""
    mailing(host, "newsletter@shop.example", 1200, 1200, unknown=0.6)


@incident(OFFICE, "10:00", 10, None, "senders", r"h\*\*2@test\.example.*(spam|unknown)", never="block list")
def stolen_returned(host):
    """A program of a website sends as one of the users, 25 a minute: most is refused as spam."""
    spam = "192.0.2.56_failed_after_I_sent_the_message./Remote_host_said:_554_5.7.1_message_content_rejected_as_spam/"
    mailing(host, "hdu12@test.example", 500, 1200, unknown=0.8, text=spam)


def mailing(host, sender, count, seconds, *, unknown, text=UNKNOWN):
    """A program on the host sends so many messages in so many seconds as one sender; a share of them fails."""
    dead(host, sender, unknown, text)
    for number in range(count):
        host.loop.after(seconds * number / count, host.send.queue, sender, [reader(number)], 4000, 7801)


def reader(number):
    """Return a recipient elsewhere."""
    return REMOTE, f"reader{number}@d{number % 40}.example"


def dead(host, sender, share, text=UNKNOWN):
    """Have a share of the readers' addresses fail where one sender writes to them."""

    def rule(channel, message, recipient, tries):
        del tries
        if channel == LOCAL or message.sender != sender:
            return None
        is_dead = int(recipient[6:].partition("@")[0]) * 7919 % 1000 < 1000 * share
        return ("failure", text, 0.5) if is_dead else None

    host.answers.rules.append(rule)


@incident(NEW3, "09:40", 5, None, "flow,senders,delivery,queue", r"loop|times|usual|messages|local")
@incident(NEW60, "09:40", 5, None, "flow,senders,delivery,queue", r"loop|times|usual|messages|local")
@incident(OFFICE, "10:20", 5, None, "flow,senders,delivery,queue", r"loop|times|usual|messages|local")
def loop(host):
    """Two addresses forward to each other: 3,131 turns."""
    turns = iter(range(3131))

    def rule(channel, message, recipient, tries):
        del message, tries
        if channel == REMOTE or not recipient.startswith("ping"):
            return None
        turn = next(turns, None)
        return "success", STORED if turn is None else f"did_0+1+0/qp_{9000 + turn}/", 0.2

    host.answers.rules.append(rule)
    host.inject("ping@test.example")


@incident(NEW10, "09:50", 5, None, "flow,senders,delivery,queue", r"messages|loop|remote")
@incident(BUSY, "11:50", 5, None, "flow,senders,delivery,queue", r"messages|loop|remote")
def webform(host):
    """A form of a website is abused: 3,000 messages in ten minutes, queued by a program on the host."""
    for number in range(3000):
        to = f"prey{number}@d{number % 40}.example"
        host.loop.after(number / 5, host.send.queue, "www@test.example", [(REMOTE, to)], 1500, 33)


@incident(NEW10, "10:00", 5, None, "delivery,queue,flow", ".")
@incident(BUSY, "10:30", 2, None, "delivery,queue,flow", ".")
def bounces(host):
    """1,000 messages to users that are not there; the sender's host refuses the bounces."""

    def rule(channel, message, recipient, tries):
        del message, tries
        return ("failure", REFUSED, 0.3) if channel == REMOTE and recipient == "forged@d9.example" else None

    host.answers.rules.append(rule)
    for number in range(1000):
        host.loop.after(number / 25, host.receive, f"nobody{number}@test.example", "forged@d9.example")


@incident(NEW10, "10:20", 9, None, "flow,senders,delivery,queue,smtpd", r"messages .*usual")
def backscatter(host):
    """Others' bounces, 180 a minute, come to one user whose address somebody forged."""

    def bounce():
        client = host.stranger()
        record = f"qmail-smtpd: pid {{pid}} Accept::RCPT::Recipients_Cdb P:ESMTP S:{client}:unknown H:mx F: T:hdu1@test.example"
        session = Session(client, [record], then=lambda: host.send.queue("", [(LOCAL, "hdu1@test.example")], 3000))
        host.servers[SMTPD].connect(session)

    host.spread(bounce, 3, 1800)


@incident(DAY1, "11:40", 8, None, "flow,senders,delivery,queue", "messages .*usual")
def cronwild(host):
    """A program on the host sends root a message a second; a day is known of the host, with one a minute."""
    for number in range(1800):
        host.loop.after(number, host.inject)
