"""tcpserver, sslserver and rblsmtpd with the programs that they run: one session after the other, line by line."""


class Server:
    """A service.  `change`, where it is set, turns a session into another one: `change(Session)`."""

    def __init__(self, loop, log, port, *, limit=40, is_tls=False, has_records=True):
        self._loop = loop
        self._log = log
        self._port = port
        self._limit = limit
        self._tls = is_tls
        self._has_records = has_records
        self._name = "sslserver" if is_tls else "tcpserver"
        self._now = 0
        self._pid = 300
        self._waiting = []
        self._life = 0
        self.is_up = False
        self.change = None

    def start(self):
        """Start the service."""
        self.is_up = True
        self._life += 1
        self._now = 0
        if self._tls:
            for what in ("ciphers 411 ALL", "cafile 411 ", "ccafile 411 ", "cadir 411 ", "cert 411 /cert.pem", "key 411 /key.pem"):
                self._log.write(f"sslserver: {what}")
        self._status()

    def stop(self):
        """Stop it: no client gets in, and nothing is written about them."""
        self.is_up = False
        self._waiting.clear()

    def connect(self, session):
        """Let a client in, or wait until there is room."""
        if not self.is_up:
            return
        if self._now >= self._limit:
            self._waiting.append(session)
            return
        if self.change is not None:
            self.change(session)
        self._now += 1
        self._pid += 3 + self._pid % 4
        pid = self._pid
        self._status()
        self._log.write(f"{self._name}: pid {pid} from {session.client}")
        if session.is_denied:
            self._log.write(f"{self._name}: deny {pid} mail.test.example:192.0.2.1:{self._port} :{session.client}::{30000 + pid % 30000}")
            session.status, session.records, session.seconds = 25600, [], 0.0
        else:
            self._log.write(f"{self._name}: ok {pid} mail.test.example:192.0.2.1:{self._port} :{session.client}::{30000 + pid % 30000}")
        for text in session.words:
            self._log.write(text.format(ip=session.client, pid=pid))
        if self._tls and session.is_greeted:
            self._log.write(f"sslserver: tls {pid - 1} accept TLSv1.3:TLS_AES_256_GCM_SHA384")
        self._loop.after(session.seconds, self._end, self._life, pid, session)

    def _end(self, life, pid, session):
        if not self.is_up or life != self._life:
            return
        for record in session.records if self._has_records else ():
            self._log.write(record.format(pid=pid))
        if session.then is not None:
            session.then()
        self._now -= 1
        end = f"ended by {pid - 1}" if self._tls else f"end {pid}"
        self._log.write(f"{self._name}: {end} status {session.status}")
        self._status()
        if self._waiting and self._now < self._limit:
            self.connect(self._waiting.pop(0))

    def _status(self):
        self._log.write(f"{self._name}: status: {self._now}/{self._limit}{'/0' if self._tls else ''}")


class Session:
    """What a client does: `records` of the program at its end, `words` of rblsmtpd or others before, and `then` the mail."""

    __slots__ = ("client", "is_denied", "is_greeted", "records", "seconds", "status", "then", "words")

    def __init__(self, client, records, *, seconds=0.3, status=0, then=None):
        self.client = client
        self.records = records
        self.seconds = seconds
        self.status = status
        self.then = then
        self.words = []
        self.is_greeted = True
        self.is_denied = False

    def sent_away(self, status, *words):
        """Let it end without a record and without mail."""
        self.records, self.then, self.status, self.words = [], None, status, list(words)
