"""The two numbers behind each flag of qmail-mrtg, by name in the table of metrics.

(No dataclass: MRTG starts one process a flag, which that import would hold up.)
"""

from __future__ import annotations

from sqmail_log.figures.metrics import METRICS, SEND, SESSIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.figures.sums import Sums

KIBIBYTE = 1024


class Pair:
    """A flag: the kind of log it reads, what its lines mean, and the metrics that add up to each."""

    __slots__ = ("first", "flag", "help", "log", "second", "unit")

    def __init__(
        self,
        flag: str,
        log: str,
        help_: str,
        first: tuple[str, ...],
        second: tuple[str, ...],
        *,
        unit: int = 1,
    ) -> None:
        self.flag = flag
        self.log = log
        self.help = help_
        self.first = first
        self.second = second
        self.unit = unit

    def of(self, sums: Sums) -> tuple[int, int]:
        """Return the two numbers, in whole units of `unit`."""
        return self._total(sums, self.first), self._total(sums, self.second)

    def _total(self, sums: Sums, names: tuple[str, ...]) -> int:
        return sum(sums.numbers.get(name, 0) for name in names) // self.unit


def _channels(result: str) -> tuple[str, ...]:
    return tuple(f"{result}_{channel}" for channel in ("local", "remote", "unknown"))


def _reasons(*beginnings: str) -> tuple[str, ...]:
    return tuple(name for name in METRICS if name.startswith(beginnings))


_TABLE = (
    Pair("1", SEND, "deliveries that succeeded / of these over TLS", _channels("success"), ("tls_out",)),
    Pair("2", SEND, "KiB of messages queued (twice)", ("bytes",), ("bytes",), unit=KIBIBYTE),
    Pair("3", SEND, "most deliveries at once: local / remote", ("local",), ("remote",)),
    Pair("4", SEND, "deliveries that failed / were deferred", _channels("failure"), _channels("deferral")),
    Pair("5", SEND, "bounces / triple bounces", ("bounces",), ("triple_bounces",)),
    Pair("6", SEND, "deliveries by QMTP / by QMTPS", ("qmtp_out",), ("qmtps_out",)),
    Pair("a", SESSIONS, "records: Accept / Reject", ("accept",), ("reject",)),
    Pair(
        "b",
        SESSIONS,
        "accepted by originator / by recipient",
        _reasons("accept_ORIG_"),
        _reasons("accept_RCPT_"),
    ),
    Pair(
        "c",
        SESSIONS,
        "rejected: relaying / HELO",
        ("reject_SNDR_Invalid_Relay",),
        ("reject_SNDR_Bad_Helo", "reject_SNDR_DNS_Helo", "reject_SNDR_DNSA_Helo"),
    ),
    Pair(
        "d",
        SESSIONS,
        "rejected: bad sender / sender domain not in DNS",
        ("reject_ORIG_Bad_Mailfrom",),
        ("reject_ORIG_DNS_MF", "reject_ORIG_DNSMX_MF"),
    ),
    Pair(
        "e",
        SESSIONS,
        "rejected: bad recipient / recipient unknown",
        ("reject_RCPT_Bad_Rcptto",),
        ("reject_RCPT_Failed_Rcptto",),
    ),
    Pair(
        "f",
        SESSIONS,
        "rejected: MIME type or attachment / loader type",
        ("reject_DATA_Bad_MIME", "reject_DATA_MIME_Attach"),
        ("reject_DATA_Bad_Loader",),
    ),
    Pair(
        "g",
        SESSIONS,
        "rejected: virus / spam",
        ("reject_DATA_Virus_Infected",),
        ("reject_DATA_Spam_Message",),
    ),
    Pair("h", SESSIONS, "authentication: accepted / rejected", ("auth_accept",), ("auth_reject",)),
    Pair(
        "i",
        SESSIONS,
        "records under TLS / rejected for want of TLS",
        ("records_tls",),
        (*_reasons("reject_TLS_"), "reject_SNDR_Missing_TLS"),
    ),
    Pair("j", SESSIONS, "SPF: passed / failed", ("spf_pass",), ("spf_fail",)),
    Pair("k", SESSIONS, "deferred / of these greylisted", ("deferred",), ("deferred_SNDR_Grey_Listed",)),
    Pair(
        "z", SESSIONS, "connections: ok / denied or refused by RBL", ("ok",), ("deny", "rbl_451", "rbl_553")
    ),
    Pair("A", SESSIONS, "POP3 authentication: accepted / rejected", ("auth_accept",), ("auth_reject",)),
    Pair("B", SESSIONS, "POP3 connections: ok / denied", ("ok",), ("deny",)),
)

PAIRS: dict[str, Pair] = {pair.flag: pair for pair in _TABLE}
"""Every flag that reads a log, in the original's order."""
