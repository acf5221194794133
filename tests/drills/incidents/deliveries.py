"""Deliveries that fail, are put off, or never end: everywhere, to one place, or for a while."""

from drills.hosts import answers
from drills.hosts.answers import FULL, GREETING, GREYLISTED, LATER, NO_CONNECTION, NO_DNS, REFUSED
from drills.hosts.kinds import BUSY, NEW1, NEW3, NEW10, NEW20, NEW60, NEW300, NEW_IDLE, OFFICE, OUTGOING, SMALL
from drills.hosts.sender import LOCAL, REMOTE
from drills.incidents.drill import incident

_ALL = "delivery,flow,destinations"
_LATER = GREYLISTED.replace("_4.2.0", "_4.7.1")


def remote(host, result, text, seconds=1.0, only=""):
    """Have every remote delivery end so, or those to one domain; return the rule."""

    def rule(channel, message, recipient, tries):
        del message, tries
        return (result, text, seconds) if channel == REMOTE and recipient.endswith(only) else None

    host.answers.rules.append(rule)
    return rule


@incident(OFFICE, "11:40", 10, 13, _ALL, "remote|refused")
@incident(NEW20, "09:10", 5, 12, _ALL, "remote|refused")
@incident(NEW1, "09:10", 15, None, _ALL, "remote|refused")
@incident(NEW3, "09:10", 8, 13, _ALL, "remote|refused")
@incident(NEW60, "09:10", 5, 12, _ALL, "remote|refused")
@incident(BUSY, "10:00", 5, 12, _ALL, "remote|refused")
def mx5xx(host):
    """Every other host answers 550."""
    remote(host, "failure", REFUSED)


@incident(NEW3, "09:20", 8, 13, _ALL, "DNS")
@incident(NEW300, "09:20", 5, 12, _ALL, "DNS")
@incident(OUTGOING, "10:10", 5, 12, _ALL, "DNS")
def dns(host):
    """The resolver answers SERVFAIL."""
    remote(host, "deferral", NO_DNS, 4.0)


@incident(NEW10, "09:30", 5, None, _ALL, "DNS", over=22)
@incident(OUTGOING, "11:10", 5, None, _ALL, "DNS", over=22)
def dnsback(host):
    """SERVFAIL for five minutes, then well again."""
    rule = remote(host, "deferral", NO_DNS, 4.0)
    host.loop.after(300, host.answers.rules.remove, rule)


@incident(NEW10, "09:40", 8, 13, _ALL, "connect|remote")
@incident(OFFICE, "10:20", 10, 13, _ALL, "connect|remote")
def noconnection(host):
    """A firewall: no connection to anybody, after a minute each."""
    remote(host, "deferral", NO_CONNECTION, 60.0)


@incident(NEW3, "09:50", 8, 13, _ALL, "remote|deferred|later", never="recipient refused")
@incident(NEW10, "09:50", 5, 12, _ALL, "remote|deferred|later", never="recipient refused")
@incident(NEW300, "09:50", 5, 12, _ALL, "remote|deferred|later", never="recipient refused")
@incident(BUSY, "09:40", 5, 12, _ALL, "remote|deferred|later", never="recipient refused")
def deferred(host):
    """Every other host puts off: 451 to all, and to all retries."""
    remote(host, "deferral", LATER)


@incident(NEW1, "10:00", 15, None, "delivery,flow", "refused|remote|greet")
@incident(SMALL, "10:30", 15, None, "delivery,flow", "refused|remote|greet")
def greeting(host):
    """Every other host greets with 554; one message in 75 s goes out."""
    remote(host, "deferral", GREETING)
    host.spread(host.submit, 1 / 75, 1500)


@incident(NEW20, "10:10", 5, 12, "delivery,flow,concurrency,destinations", "none|no remote|not one|hang|stuck|ended|finish", never="recipient refused")
@incident(NEW3, "10:10", 10, 13, "delivery,flow,concurrency,destinations", "none|no remote|not one|hang|stuck|ended|finish", never="recipient refused")
@incident(NEW60, "10:10", 5, 12, "delivery,flow,concurrency,destinations", "none|no remote|not one|hang|stuck|ended|finish", never="recipient refused")
@incident(BUSY, "10:40", 8, 13, "delivery,flow,concurrency,destinations", "none|no remote|not one|hang|stuck|ended|finish",
          never="recipient refused")
def hang(host):
    """Every other host takes the connection and says nothing: no remote delivery ends."""
    remote(host, "deferral", NO_CONNECTION, None)


@incident(NEW10, "10:20", 8, 13, "delivery,flow,concurrency,destinations", "none of .*local", never="remote")
@incident(BUSY, "11:30", 8, 13, "delivery,flow,concurrency,destinations", "none of .*local", never="remote")
def localhang(host):
    """The file server of the mailboxes does not answer: no local delivery ends, the rest goes on."""
    host.answers.rules.append(lambda channel, *_: ("deferral", FULL, None) if channel == LOCAL else None)


@incident(NEW20, "10:30", 10, None, _ALL, r"big\.example")
@incident(NEW10, "10:30", 12, None, _ALL, r"big\.example")
@incident(NEW60, "10:30", 10, None, _ALL, r"big\.example")
@incident(BUSY, "10:50", 15, None, _ALL, r"big\.example")
def onedom(host):
    """big.example, 30 % of what goes out, puts all off; the rest is well."""
    remote(host, "deferral", _LATER, only="@big.example")


@incident(BUSY, "11:00", 15, None, _ALL, r"hdu0|h\*+|mailbox")
def onebox(host):
    """The mailbox of one user cannot be written to."""

    def rule(channel, message, recipient, tries):
        del message, tries
        return ("deferral", FULL, 0.1) if channel == LOCAL and recipient.startswith("hdu0@") else None

    host.answers.rules.append(rule)
    host.spread(lambda: host.inject("hdu0@test.example"), 1 / 40, 1800)


@incident(OFFICE, "11:50", 10, 13, "delivery,flow", "cannot write to mailbox")
@incident(NEW3, "10:40", 8, 13, "delivery,flow", "cannot write to mailbox")
@incident(NEW60, "10:40", 5, 12, "delivery,flow", "cannot write to mailbox")
@incident(BUSY, "11:10", 6, 12, "delivery,flow", "cannot write to mailbox")
def diskfull(host):
    """The file system of all mailboxes is full."""
    host.answers.rules.append(lambda channel, *_: ("deferral", FULL, 0.1) if channel == LOCAL else None)


@incident(NEW10, "10:50", 10, None, "concurrency,flow", "slow|since|long|minutes|s each|wait")
@incident(BUSY, "11:20", 10, None, "concurrency,flow", "slow|since|long|minutes|s each|wait")
def satur(host):
    """Five remote deliveries at a time, and every other host takes 120 s."""
    host.send.limits[REMOTE] = 5
    remote(host, "success", answers.ACCEPTED, 120.0)


@incident(NEW60, "11:00", 10, None, "concurrency,flow,delivery,destinations", r"big\.example")
@incident(OUTGOING, "12:00", 10, None, "concurrency,flow,delivery,destinations", r"big\.example")
def slowdest(host):
    """One destination holds all 20 slots: each of its deliveries takes 20 minutes, the others wait."""
    remote(host, "deferral", NO_CONNECTION, 1200.0, only="@big.example")
    host.spread(lambda: host.submit(to="friend1@big.example"), 0.1, 1800)


@incident(NEW10, "11:10", 5, 5, "queue,delivery,destinations", r"big\.example")
@incident(BUSY, "12:10", 5, 5, "queue,delivery,destinations", r"big\.example")
def bigq(host):
    """1,300 messages to big.example at once, which puts all off."""
    remote(host, "deferral", _LATER, 0.3, only="@big.example")
    for number in range(1300):
        host.loop.after(number / 60, host.inject, f"friend{number}@big.example")


@incident(NEW10, "11:20", 8, None, _ALL, r"big\.example")
@incident(NEW20, "11:20", 5, None, _ALL, r"big\.example")
@incident(NEW60, "11:20", 5, None, _ALL, r"big\.example")
@incident(BUSY, "13:20", 15, None, _ALL, r"big\.example")
def bigbusy(host):
    """big.example, 30 % of what goes out, answers 451 to all; the rest is well."""
    remote(host, "deferral", LATER, only="@big.example")


@incident(NEW10, "11:30", 8, None, _ALL, r"big\.example")
@incident(NEW20, "11:30", 5, None, _ALL, r"big\.example")
@incident(NEW60, "11:30", 5, None, _ALL, r"big\.example")
def bigrefuses(host):
    """big.example has us on a list: 550 to all, and bounces; the rest is well."""
    remote(host, "failure", REFUSED, only="@big.example")


@incident(NEW60, "11:40", 8, None, _ALL, r"big\.example")
def bigunreached(host):
    """No connection to big.example, each attempt takes a minute; the rest is well."""
    remote(host, "deferral", NO_CONNECTION, 60.0, only="@big.example")


@incident(NEW20, "11:42", 10, None, _ALL, r"d3\.example")
def littlebusy(host):
    """d3.example gets a message a minute and takes no connection; the rest is well."""
    remote(host, "deferral", NO_CONNECTION, 0.3, only="@d3.example")
    for number in range(20):
        host.loop.after(20 + 60 * number, host.submit, None, None, f"friend{number}@d3.example")


@incident(NEW20, "11:50", 7, None, _ALL, r"hdu1|h\*+|mailbox")
@incident(NEW10, "11:50", 10, None, _ALL, r"hdu1|h\*+|mailbox")
@incident(NEW60, "11:50", 10, None, _ALL, r"hdu1|h\*+|mailbox")
def oneofthree(host):
    """One mailbox of three, with a third of the mail, cannot be written to."""

    def rule(channel, message, recipient, tries):
        del message, tries
        return ("deferral", FULL, 0.1) if channel == LOCAL and recipient.startswith("hdu1@") else None

    host.answers.rules.append(rule)


@incident(NEW10, "12:00", 5, 12, _ALL, "local|mailbox")
def nousers(host):
    """users/cdb was built empty: no local recipient is known, all mail of others bounces."""
    host.answers.rules.append(lambda channel, *_: ("failure", answers.NO_MAILBOX, 0.05) if channel == LOCAL else None)


@incident(NEW10, "12:10", 5, 12, _ALL, "remote|run|crash")
def noqmailremote(host):
    """qmail-remote was replaced by a broken one: each delivery ends at once."""
    remote(host, "deferral", "qmail-remote_crashed./", 0.01)


@incident(NEW60, "12:20", 10, None, "concurrency,flow,queue", "slow|since|long|minutes|s each|wait|queue")
def growing(host):
    """Five remote deliveries at a time that take 20 s each: the queue grows by the minute, nothing fails."""
    host.send.limits[REMOTE] = 5
    remote(host, "success", answers.ACCEPTED, 20.0)


@incident(NEW10, "12:30", 8, None, _ALL, "none|remote", over=26)
def hang_passed(host):
    """Every other host says nothing for nine minutes, then what hangs ends and all is well."""
    def rule(channel, message, recipient, tries):
        del message, recipient, tries
        left = begun + 540 - host.loop.now
        return ("deferral", NO_CONNECTION, left) if channel == REMOTE and left > 0 else None

    begun = host.loop.now
    host.answers.rules.append(rule)


@incident(NEW_IDLE, "09:10", 10, 13, _ALL, "remote|refused")
def hardlyrefused(host):
    """A host of which nothing is known: one message in 75 s goes out, and every other host answers 550."""
    remote(host, "failure", REFUSED)
    _outgoing(host, 75)


@incident(NEW_IDLE, "09:20", 15, None, "delivery,flow,concurrency,destinations", "none|no remote|not one|hang|stuck|ended|finish")
def hardlyhang(host):
    """The same, and every other host says nothing: no delivery ends."""
    remote(host, "deferral", NO_CONNECTION, None)
    _outgoing(host, 75)


@incident(NEW_IDLE, "09:30", 10, 13, _ALL, "DNS")
def hardlydns(host):
    """The same, and the resolver answers SERVFAIL."""
    remote(host, "deferral", NO_DNS, 4.0)
    _outgoing(host, 75)


@incident(NEW_IDLE, "09:40", 15, None, "delivery,flow", "cannot write to mailbox")
def hardlydisk(host):
    """One message in 75 s comes in, to three mailboxes, and their disk is full."""
    host.answers.rules.append(lambda channel, *_: ("deferral", FULL, 0.1) if channel == LOCAL else None)
    for number in range(20):
        host.loop.after(75 * number, host.receive, f"hdu{number % 3}@test.example")


def _outgoing(host, seconds):
    for number in range(20):
        host.loop.after(seconds * number, host.submit, "hdu1", "127.20.0.4", f"friend{number}@d{number % 9}.example")


@incident(NEW20, "12:40", 10, None, "delivery,flow,concurrency,destinations", r"of 20 to d3\.example, .*of 20 to d5\.example|of 20 to d5\.example, .*of 20 to d3\.example")
def twohang(host):
    """Two destinations say nothing, and hold all slots within minutes; no other could be told apart."""
    for name in ("d3", "d5"):
        remote(host, "deferral", NO_CONNECTION, None, only=f"@{name}.example")
        for number in range(40):
            host.loop.after(30 * number + 3, host.submit, None, None, f"friend{number}@{name}.example")
