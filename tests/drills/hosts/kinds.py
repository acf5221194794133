"""Kinds of hosts: what comes and goes in an hour of a working day, and what is left of it by night and on Sundays."""

from dataclasses import dataclass, replace

DOMAINS = ("big.example",) * 6 + tuple(f"d{number}.example" for number in range(1, 15))
"""Where mail goes: 30 % to one domain."""


@dataclass(frozen=True)
class Kind:
    """Messages and sessions an hour: from others, refused in SMTP, from users, POP3 logins, of the host itself.

    `posts` are hours in which a list of `members` gets a message.  `past` are the minutes that its logs go back at T0: it is
    asked about with --at then; None: a state has its last eight days.  `relays`: it takes mail for another host that knows
    the recipients.  `has_records`: its qmail-smtpd and qmail-popup say what they did, as s/qmail's do; netqmail's do not.
    `is_watched`: of the `past` there is a state, too.  `probes`: a monitor connects to each service each so many
    seconds, and leaves.
    """

    name: str
    incoming: float = 0
    refused: float = 0
    submitted: float = 0
    polls: float = 0
    local: float = 0
    night: float = 0.1
    sunday: float = 0.5
    users: int = 20
    posts: tuple = ()
    members: int = 0
    services: tuple = ("qmail-send", "qmail-smtpd", "qmail-smtpsub", "qmail-pop3d")
    past: int | None = None
    relays: bool = False
    probes: int = 0
    has_records: bool = True
    is_watched: bool = False

    def share(self, hour, weekday):
        """Return which share of a working hour's traffic comes in an hour of a day."""
        day = self.sunday if weekday == 6 else 1.0
        return day * (1.0 if 7 <= hour < 19 else self.night)


BUSY = Kind(
    "busy", incoming=180, refused=180, submitted=160, polls=90, local=6, night=0.15,
    services=("qmail-send", "qmail-smtpd", "qmail-smtpsub", "qmail-smtps", "qmail-pop3d"),
)
OFFICE = Kind("office", incoming=100, refused=60, submitted=90, polls=60, local=2, night=0.06, sunday=0.0)
SMALL = Kind("small", incoming=2.5, refused=3, submitted=1.5, polls=2, local=0.3, night=0.15, users=3)
LISTS = Kind(
    "lists", incoming=30, refused=40, submitted=12, local=2, night=0.2, users=4, posts=(9, 11, 15, 22), members=400,
    services=("qmail-send", "qmail-smtpd", "qmail-smtpsub"),
)
REJECTING = Kind("rejecting", incoming=28, refused=532, night=0.8, sunday=0.9, services=("qmail-send", "qmail-smtpd"))
OUTGOING = Kind("outgoing", submitted=150, night=0.2, sunday=0.3, services=("qmail-send", "qmail-smtpsub"))
ISP = Kind(
    "isp", incoming=500, refused=700, submitted=450, polls=250, local=40, night=0.25, sunday=0.6, users=300, posts=(8, 20), members=300,
    services=BUSY.services,
)
BACKUP = Kind("backup", incoming=6, refused=90, night=0.9, sunday=1.0, services=("qmail-send", "qmail-smtpd"), relays=True)
PROBED = replace(OFFICE, name="probed", probes=60)
ASKED = replace(OFFICE, name="asked", probes=300)
_WITHOUT_RECORDS = {"has_records": False, "services": ("qmail-send", "qmail-smtpd", "qmail-pop3d")}
NETQMAIL = replace(OFFICE, name="netqmail", **_WITHOUT_RECORDS)


def _new(rate, users):
    """Return a host of which nothing but the last nine minutes is known, with so many mails a minute."""
    return Kind(
        f"new{rate}", incoming=27 * rate, refused=27 * rate, submitted=27 * rate, polls=15 * rate, local=6 * rate, users=users,
        past=9, services=BUSY.services,
    )


NEW1, NEW3, NEW10, NEW20, NEW60, NEW300 = (_new(rate, users) for rate, users in ((1, 3), (3, 3), (10, 3), (20, 3), (60, 60), (300, 300)))
NEW_REJECTING = Kind("newrejecting", incoming=28, refused=532, night=0.8, services=("qmail-send", "qmail-smtpd"), past=9)
NEW_IDLE = Kind("newidle", past=9)
NEW_PROBED = replace(NEW_IDLE, name="newprobed", incoming=20, refused=4, submitted=8, probes=60)
NET1, NET3, NET10, NET20 = (replace(kind, name=f"net{kind.name[3:]}", **_WITHOUT_RECORDS) for kind in (NEW1, NEW3, NEW10, NEW20))
NEW_SENDER1, NEW_SENDER3, NEW_SENDER20 = (
    replace(kind, name=f"newsender{kind.name[3:]}", services=("qmail-send",)) for kind in (NEW1, NEW3, NEW20)
)
NET_HOUR10 = replace(NET10, name="nethour10", past=60, is_watched=True)
HOUR10, DAY1 = replace(NEW10, name="hour10", past=60, is_watched=True), replace(NEW1, name="day1", past=24 * 60, is_watched=True)
KINDS = {kind.name: kind for kind in (BUSY, OFFICE, SMALL, LISTS, REJECTING, OUTGOING, ISP, BACKUP, PROBED, ASKED, NETQMAIL)}
