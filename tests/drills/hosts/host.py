"""A mail host: its services, its users, its usual traffic, and the directories that its multilogs write."""

import random
import time

from drills.hosts.answers import UNKNOWN, Answers
from drills.hosts.kinds import DOMAINS
from drills.hosts.loop import SECOND, Log, Loop
from drills.hosts.sender import LOCAL, REMOTE, Sender
from drills.hosts.servers import Server, Session
from drills.multilog import Directory

HOUR = 3600
SEND, SMTPD, SUBMISSION, SMTPS, POP3 = "qmail-send", "qmail-smtpd", "qmail-smtpsub", "qmail-smtps", "qmail-pop3d"
PORTS = {SMTPD: 25, SUBMISSION: 587, SMTPS: 465, POP3: 110}
_SIZE, _KEPT = 1_000_000, 20


class Host:
    """One host from `start` on (Unix seconds); all is decided by `seed`."""

    def __init__(self, kind, folder, start, seed=1):
        self.kind = kind
        self.random = random.Random(f"{kind.name} {seed}")
        self.loop = Loop(start)
        self.answers = Answers(self.random)
        self.logs = {service: Log(self.loop) for service in (SEND, *kind.services)}
        self.paths = {service: folder / service for service in kind.services}
        self.directories = {service: Directory(path, _SIZE, _KEPT) for service, path in self.paths.items()}
        self.send = Sender(self.loop, self.logs[SEND], self.answers)
        self.servers = {
            service: Server(self.loop, self.logs[service], PORTS[service], is_tls=service == SMTPS, has_records=kind.has_records)
            for service in kind.services
            if service != SEND
        }
        if kind.relays:
            self.answers.rules.append(self._main_host)
        for server in self.servers.values():
            server.start()
        self.send.start()
        self._hour()

    def run(self, until):
        """Let time pass until a moment, and write what the logs got."""
        self.loop.run(until)
        lines = {service: log.take() for service, log in self.logs.items()}
        for service, directory in self.directories.items():
            directory.write(lines[service])
            directory.age(int(until * SECOND))

    def _hour(self):
        """Plan the traffic of an hour."""
        now, kind = self.loop.now, self.kind
        clock = time.gmtime(now)
        share = kind.share(clock.tm_hour, clock.tm_wday)
        plans = (
            (kind.incoming * share, self.receive),
            (kind.refused * share, self.refuse),
            (kind.submitted * share, self.submit),
            (kind.polls * share, self.poll),
            (kind.local * share, self.inject),
        )
        for many, call in plans:
            self.spread(call, many / HOUR, HOUR)
        if kind.probes:
            for service in self.servers:
                for seconds in range(7, HOUR, kind.probes):
                    self.loop.after(seconds, self._connect, service, Session("127.0.0.9", [], seconds=0.02))
        if clock.tm_hour in kind.posts:
            self.loop.after(self.random.uniform(0, HOUR), self.post)
        self.loop.at(now + HOUR, self._hour)

    def spread(self, call, per_second, seconds, *arguments):
        """Have something called at random moments from now on, so often on average."""
        due = self.random.expovariate(per_second) if per_second else seconds
        while due < seconds:
            self.loop.after(due, call, *arguments)
            due += self.random.expovariate(per_second)

    def receive(self, to=None, sender=None):
        """Mail of others comes in by SMTP."""
        sender = sender or f"someone{self.random.randrange(90)}@{self.random.choice(DOMAINS)}"
        to = to or f"{self.user()}@test.example"
        client = self.stranger()
        record = f"qmail-smtpd: pid {{pid}} Accept::RCPT::Recipients_Cdb P:ESMTP S:{client}:unknown H:mx.good.example F:{sender} T:{to}"
        size = self.random.randrange(900, 60_000)
        channel = REMOTE if self.kind.relays else LOCAL
        self._connect(SMTPD, Session(client, [record], then=lambda: self.send.queue(sender, [(channel, to)], size)))

    def _main_host(self, channel, message, recipient, tries):
        """Refuse recipients that are not there; most bounces go to senders that are not there either."""
        del tries
        if channel == REMOTE and self.random.random() < (0.7 if not message.sender else 0.5 if recipient.endswith("@test.example") else 0):
            return "failure", UNKNOWN, 0.4
        return None

    def refuse(self):
        """Somebody wants to relay, or guesses addresses."""
        client = self.stranger()
        kind, to = ("SNDR::Invalid_Relay", "victim@elsewhere.example")
        if self.random.random() < 0.5:
            kind, to = ("RCPT::Failed_Rcptto", f"nosuch{self.random.randrange(900)}@test.example")
        record = f"qmail-smtpd: pid {{pid}} Reject::{kind} P:ESMTP S:{client}:unknown H:pc.dyn.example F:spam@d4.example T:{to}"
        self._connect(SMTPD, Session(client, [record]))

    def submit(self, user=None, client=None, to=None, service=None):
        """A user sends a message; now and then he mistypes the password."""
        sender = f"{user or self.user()}@test.example"
        client = client or f"127.20.0.{self.random.randrange(1, 30)}"
        to = to or f"friend{self.random.randrange(90)}@{self.random.choice(DOMAINS)}"
        service = service or (SMTPS if SMTPS in self.servers and self.random.random() < 0.2 else SUBMISSION)
        if user is None and self.random.random() < 0.03:
            self._connect(service, Session(client, [self.record("Reject::AUTH::plain", client, sender)], status=256))
            return
        record = (
            f"qmail-smtpd: pid {{pid}} Accept::AUTH::plain P:ESMTPSA S:{client}:unknown H:client F:{sender} T:{to} ?~ '{sender}'"
        )
        channel = LOCAL if to.endswith("@test.example") else REMOTE
        self._connect(service, Session(client, [record], then=lambda: self.send.queue(sender, [(channel, to)], 3000)))

    def guess(self, client, service):
        """Somebody guesses a password."""
        user = self.random.choice(("admin", "info", "test", self.user()))
        record = self.record("Reject::AUTH::plain", client, f"{user}@test.example")
        if service == POP3:
            record = f"qmail-popup: pid {{pid}} Reject::AUTH::User P:POP3 S:{client}:unknown ?~ '{user}'"
        self._connect(service, Session(client, [record], status=256, seconds=2.0))

    def poll(self):
        """A user fetches mail: qmail-popup ends with 256 however it went."""
        client = f"127.20.0.{self.random.randrange(1, 30)}"
        record = f"qmail-popup: pid {{pid}} Accept::AUTH::User P:POP3 S:{client}:unknown ?~ '{self.user()}'"
        self._connect(POP3, Session(client, [record], status=256))

    def inject(self, to=None):
        """A program on the host sends a message."""
        to = to or "root@test.example"
        self.send.queue("root@test.example", [(LOCAL if to.endswith("@test.example") else REMOTE, to)], 700, 0)

    def post(self, members=None):
        """A message goes to all members of a list, most of them here."""
        count = members or self.kind.members
        here = [(LOCAL, f"member{number}@test.example") for number in range(count * 3 // 4)]
        away = [(REMOTE, f"member{number}@d{number % 14 + 1}.example") for number in range(count - len(here))]
        self.send.queue("list-owner@test.example", here + away, 5000, 7800)

    def record(self, what, client, user):
        """Return a record of a login that was refused."""
        return f"qmail-smtpd: pid {{pid}} {what} P:ESMTPA S:{client}:unknown H:client ?~ '{user}'"

    def user(self):
        """Return a user; some send more than others."""
        return f"hdu{min(self.random.randrange(self.kind.users), self.random.randrange(self.kind.users))}"

    def stranger(self):
        """Return an address of the world."""
        return f"127.{self.random.randrange(30, 90)}.{self.random.randrange(60)}.{self.random.randrange(1, 250)}"

    def _connect(self, service, session):
        if service in self.servers:
            self.servers[service].connect(session)
        elif session.then is not None:  # a service whose log nobody is asked about
            session.then()
