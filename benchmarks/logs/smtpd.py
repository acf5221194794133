"""A session log (tcpserver or sslserver, rblsmtpd, qmail-smtpd) with its true counts."""

from __future__ import annotations

import heapq
import random
from collections import deque
from dataclasses import dataclass

from benchmarks.logs import smtpd_texts
from benchmarks.logs.directory import NANO, LogDirectory, stamp
from benchmarks.logs.smtpd_texts import CLIENT_USER, FULL, FULL_USER
from benchmarks.logs.truth import JsonValue, MinuteTable

COLUMNS = (
    "accept", "reject", "deferred", "ok", "deny", "pid", "end", "tls", "status", "startup",
    "greetdelay", "rbl_451", "rbl_553", "foreign", "torn", "esmtps", "max_connections",
)  # fmt: skip
ACCEPT, REJECT, DEFERRED, OK, DENY, PID, ENDED, HANDSHAKE, STATUS, STARTUP = range(10)
GREETDELAY, RBL_451, RBL_553, FOREIGN, TORN, ESMTPS, MAX = range(10, 17)
_ACTIONS = {"Accept": ACCEPT, "Reject": REJECT, "Deferred": DEFERRED}
_LIMIT = 12
_ATOMIC = 512
_TORN_SHARE = 0.01
_FOREIGN_SHARE = 0.001
_DENIED = 62 / 2149
_BLOCKED = 126 / 2087
_CRASHED = 7 / 2149
_EXIT_1 = 52 / 2149
_BYTES_PER_SESSION = 795
_QUIET_END = 60 * NANO
_FLUSH_EVERY = 32


@dataclass(frozen=True, slots=True)
class SmtpdPlan:
    """Size in bytes, ``end`` as Unix time of the last line (about), rate in sessions a second."""

    size: int
    seed: int
    end: int
    rate: float = 1.4
    archives: int = 0
    server: str = "tcpserver"


@dataclass(frozen=True, slots=True)
class Session:
    """One connection; ``generation`` tells which run of the server accepted it."""

    pid: int
    address: str
    host: str
    generation: int
    wait_status: int


class SmtpdLog:
    """Simulates one listening server and writes its log."""

    def __init__(self, plan: SmtpdPlan, log: LogDirectory) -> None:
        self._plan = plan
        self._log = log
        self._chance = random.Random(plan.seed)
        self._random = self._chance.random
        self._tls = plan.server == "sslserver"
        self._now = plan.end * NANO - _QUIET_END
        self._now -= int(plan.size / _BYTES_PER_SESSION / plan.rate * NANO)
        self._first = self._now
        self._label = stamp(self._now)
        self._table = MinuteTable(COLUMNS, self._now)
        self._row = self._table.row
        self._conditions = dict.fromkeys((name for _, name, _, _ in smtpd_texts.CONDITIONS), 0)
        self._inside_torn = 0
        self._torn_rest = ""
        self._lines: list[str] = []
        self._events: list[tuple[int, int, Session, str, int]] = []
        self._sequence = 0
        self._sessions = 0
        self._generation = 0
        self._connections = 0
        self._waiting: deque[Session] = deque()
        self._pid = 2000
        self._kinds = [
            (name, shape, marks) for weight, name, shape, marks in smtpd_texts.CONDITIONS for _ in range(weight)
        ]
        self._helos = smtpd_texts.helos(self._chance)
        self._senders = smtpd_texts.mail_from(self._chance)
        self._rcpts = smtpd_texts.rcpt_to(self._chance)
        self._clients = smtpd_texts.clients(self._chance, ipv6=self._tls)

    def write(self) -> dict[str, JsonValue]:
        """Write the whole log and return what it holds."""
        plan = self._plan
        last_arrival = plan.end * NANO - _QUIET_END
        arrival, turns, restart_at = self._now, 0, 500
        self._start_server()
        while self._log.total < plan.size:
            turns += 1
            if turns % _FLUSH_EVERY == 0:
                self._flush()
            if self._events and self._events[0][0] <= arrival:
                self._next_event()
                continue
            self._at(arrival)
            self._arrive()
            if self._sessions >= restart_at:
                restart_at += 5000
                self._start_server()
            done = max(self._log.total, 1)
            each = done / self._sessions if self._sessions > 200 else _BYTES_PER_SESSION
            left = max((plan.size - done) / each, 1.0)
            arrival += int(max(last_arrival - arrival, 0) / left * self._random() * 2)
        while self._events:
            self._next_event()
        self._flush()
        return self._truth()

    def _at(self, time: int) -> None:
        if time > self._now:
            self._now = time
            self._label = stamp(time)
            if time >= self._table.end:
                self._row = self._table.advance(time)

    def _flush(self) -> None:
        self._log.add("".join(self._lines))
        self._lines.clear()

    def _say(self, text: str, column: int) -> None:
        if self._torn_rest:
            self._lines.append(f"{text}\n{self._label}{self._torn_rest}\n")
            self._torn_rest = ""
            self._inside_torn += 1
            self._row[FOREIGN] += 1
            return
        self._lines.append(f"{self._label}{text}\n")
        self._row[column] += 1

    def _record(self, text: str) -> None:
        """Write a qmail-smtpd record; a long one may be torn by another process's line."""
        name = text.split(" ", 4)[3]
        if self._torn_rest:
            self._say(text, FOREIGN)
            return
        self._conditions[name] += 1
        row = self._row
        row[_ACTIONS[name.partition("::")[0]]] += 1
        if " P:ESMTPS" in text:
            row[ESMTPS] += 1
        if len(text) > _ATOMIC and self._random() < _TORN_SHARE:
            self._lines.append(self._label + text[:_ATOMIC])
            self._torn_rest = text[_ATOMIC:]
            row[TORN] += 1
        else:
            self._lines.append(f"{self._label}{text}\n")

    def _status(self) -> None:
        most = "/4" if self._tls else ""
        self._say(f"{self._plan.server}: status: {self._connections}/{_LIMIT}{most}", STATUS)
        self._row[MAX] = max(self._row[MAX], self._connections)

    def _start_server(self) -> None:
        """Begin anew: sessions of the server before go on, but nobody reports their end."""
        self._generation += 1
        self._connections = 0
        if self._tls:
            for word in smtpd_texts.STARTUP:
                self._say(f"sslserver: {word} {self._pid} ", STARTUP)
        self._status()

    def _arrive(self) -> None:
        self._sessions += 1
        self._pid = self._pid + 1 + int(self._random() * 4) if self._pid < 32000 else 300
        address, host = self._clients[int(self._random() * len(self._clients))]
        chance = self._random()
        wait_status = 25600 if chance < _DENIED else 0
        if chance > 1 - _CRASHED:
            wait_status = 11
        elif chance > 1 - _CRASHED - _EXIT_1:
            wait_status = 256
        session = Session(self._pid, address, host, self._generation, wait_status)
        if self._connections < _LIMIT:
            self._accept(session)
        else:
            self._waiting.append(session)
        if self._random() < _FOREIGN_SHARE:
            self._say(self._chance.choice(smtpd_texts.FOREIGN), FOREIGN)

    def _accept(self, session: Session) -> None:
        server, pid, address = self._plan.server, session.pid, session.address
        self._connections += 1
        self._status()
        denied = session.wait_status == 25600
        if not (denied and self._tls):
            self._say(f"{server}: pid {pid} from {address}", PID)
        here = "2001:db8::1" if ":" in address else "192.0.2.1"
        port = int(32768 + self._random() * 28000)
        verb, column = ("deny", DENY) if denied else ("ok", OK)
        when = self._now + int(self._random() * 30_000_000)
        text = f"{server}: {verb} {pid} mail.test.example:{here}:25 {session.host}:{address}::{port}"
        self._later(when, session, text, column)
        if not denied:
            when = self._talk(session, when + int(self._random() * 60_000_000))
        self._later(when + int(self._random() * 300_000_000), session, "", ENDED)

    def _talk(self, session: Session, when: int) -> int:
        """Plan what rblsmtpd and qmail-smtpd will say; return when the client is done."""
        pid, address = session.pid, session.address
        if self._random() < _BLOCKED:
            text = self._chance.choice(smtpd_texts.BLOCKED)
            column = RBL_451 if text.startswith("451") else RBL_553
            self._later(when, session, f"rblsmtpd: {address} pid {pid}: {text}", column)
            return when
        self._later(when, session, f"rblsmtpd: {address} pid {pid}: greetdelay: 0", GREETDELAY)
        encrypted = self._tls and self._random() < 0.8
        if self._tls:
            cipher = " TLSv1.3:TLS_AES_256_GCM_SHA384" if encrypted else ""
            text = f"sslserver: tls {pid} accept{cipher}"
            self._later(when + 40_000_000, session, text, HANDSHAKE)
        helo = self._helos[int(self._random() * len(self._helos))]
        sender = self._senders[int(self._random() * len(self._senders))]
        counts = smtpd_texts.RECORDS_PER_SESSION
        for _ in range(counts[int(self._random() * len(counts))]):
            when += 50_000_000 + int(self._random() * 900_000_000)
            self._later(when, session, self._wording(session, encrypted, helo, sender), ACCEPT)
        return when

    def _wording(self, session: Session, encrypted: bool, helo: str, sender: str) -> str:
        name, shape, marks = self._kinds[int(self._random() * len(self._kinds))]
        if name == "Reject::ORIG::Bad_Mailfrom":
            sender = self._chance.choice(smtpd_texts.BAD_MAIL_FROM)
        protocol = "ESMTPS" if encrypted else "ESMTP"
        if "::AUTH::" in name:
            protocol += "A"
        elif name.endswith("Local_Sender"):
            protocol += "M"
        elif name == "Reject::TLS::missing":
            protocol = "ESMTPZ"
        text = (
            f"qmail-smtpd: pid {session.pid} {name} P:{protocol} "
            f"S:{session.address}:{session.host or 'unknown'} H:{helo}"
        )
        if shape in (FULL, FULL_USER):
            text += f" F:{sender} T:{self._rcpts[int(self._random() * len(self._rcpts))]}"
        if shape in (CLIENT_USER, FULL_USER):
            text += f" ?~ '{self._chance.choice(smtpd_texts.USERS)}'"
        return text + marks[int(self._random() * len(marks))]

    def _later(self, time: int, session: Session, text: str, column: int) -> None:
        self._sequence += 1
        heapq.heappush(self._events, (time, self._sequence, session, text, column))

    def _next_event(self) -> None:
        time, _, session, text, column = heapq.heappop(self._events)
        self._at(time)
        if column == ACCEPT:
            self._record(text)
        elif column != ENDED:
            self._say(text, column)
        elif session.generation == self._generation:
            self._end(session)

    def _end(self, session: Session) -> None:
        if self._tls:
            text = f"sslserver: ended by {session.pid - 1} status {session.wait_status}"
        else:
            text = f"tcpserver: end {session.pid} status {session.wait_status}"
        self._say(text, ENDED)
        self._connections -= 1
        self._status()
        if self._waiting:
            self._accept(self._waiting.popleft())

    def _truth(self) -> dict[str, JsonValue]:
        return {
            "kind": "smtpd",
            "server": self._plan.server,
            "seed": self._plan.seed,
            "first_ns": self._first,
            "last_ns": self._now,
            "counts": {**self._table.totals()},
            "conditions": {name: n for name, n in self._conditions.items() if n},
            "inside_torn": self._inside_torn,
            "sessions": self._sessions,
            "per_minute": {"columns": ["minute", *COLUMNS], "rows": self._table.rows()},
        }
