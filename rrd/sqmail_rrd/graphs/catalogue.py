"""The graphs: what each shows, from which metrics, in which colours."""

from dataclasses import astuple, dataclass
from typing import Any

from sqmail_log.figures.metrics import METRICS, title
from sqmail_rrd.graphs.palette import INK, REST, shade
from sqmail_rrd.graphs.percentiles import CLASSES
from sqmail_rrd.graphs.quantities import BYTES, COUNT, LEVEL, PERCENT, SECONDS, Quantity

AREA = "area"
LINE = "line"
LIMIT = "limit"

EXTRAS: dict[str, str] = {"spool": "queue_length", "todo": "queue_length"}
"""Series that no log holds, with their collectd type: the spool itself, where Queue is configured."""


@dataclass(frozen=True, slots=True)
class Series:
    """One area, line or limit: the sum of `metrics`, or their share of the sum of `over` in percent.

    Areas stand on each other in the graph's order.  A `rare` series is left out where it is zero.  With
    `percent` it is that percentile of the delays, and `metrics` are the percentiles of single minutes, for the
    time before delays were kept by class.
    """

    label: str
    metrics: tuple[str, ...]
    hue: str
    style: str = AREA
    over: tuple[str, ...] = ()
    rare: bool = False
    percent: int = 0

    @property
    def sources(self) -> tuple[str, ...]:
        """The metrics that it is made of."""
        return (*self.metrics, *self.over, *(CLASSES if self.percent else ()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Be pickled as a place in the catalogue, where it has one: processes hand over thousands."""
        place = _PLACES.get((self.metrics, self.label))
        return (_series, place) if place is not None and _series(*place) == self else (Series, astuple(self))


@dataclass(frozen=True, slots=True)
class Graph:
    """One graph.

    With `top`, the series are the reasons whose metrics name this graph: the `top` most frequent ones of
    the time that is drawn, and one for all the others.  With `peaks` the highest minutes are drawn, pale,
    behind averages over more than a minute.
    """

    name: str
    title: str
    about: str
    quantity: Quantity
    series: tuple[Series, ...]
    top: int = 0
    peaks: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        """Be pickled by name."""
        return _graph, (self.name,)


def _graph(name: str) -> Graph:
    return GRAPHS[name]


def _series(graph: str, number: int) -> Series:
    return GRAPHS[graph].series[number]


def collectd_type(metric: str) -> str:
    """Return the collectd type of a metric or of one of EXTRAS: the first half of its file's name."""
    return EXTRAS[metric] if metric in EXTRAS else METRICS[metric].type


def _reasons(graph: str) -> tuple[Series, ...]:
    names = [metric.name for metric in METRICS.values() if metric.graph == graph]
    labels = [_reason(name) for name in names]
    common = [name for name in _COMMON if name in names]
    colours = {name: shade(number) for number, name in enumerate(dict.fromkeys([*common, *names]))}
    return tuple(
        # Where two reasons mean the same, the log's own words tell them apart.
        Series(label if labels.count(label) == 1 else _condition(name), (name,), colours[name])
        for name, label in zip(names, labels, strict=True)
    )


def _reason(name: str) -> str:
    return f"other {name.removesuffix('_other')} records" if name.endswith("_other") else title(name)


def _condition(name: str) -> str:
    return METRICS[name].help.partition(": ")[0].partition("::")[2]


# Reasons that many servers have every day: they get the colours that differ most.
_COMMON = (
    "reject_RBL_RBL_Listed", "reject_SNDR_Invalid_Relay", "deferred_SNDR_Grey_Listed",
    "reject_RCPT_Failed_Rcptto", "reject_SPF_Fail", "reject_ORIG_DNS_MF",
    "reject_SNDR_DNS_Helo", "reject_AUTH_login", "reject_DATA_Spam_Message",
    "reject_ORIG_Bad_Mailfrom", "reject_DATA_Virus_Infected", "reject_SNDR_Bad_Helo",
    "reject_AUTH_plain", "reject_AUTH_missing", "reject_DATA_Invalid_Size",
    "deferred_ORIG_DNS_MF", "reject_RCPT_Bad_Rcptto", "reject_TLS_missing",
    "accept_RCPT_Recipients_Cdb", "accept_SNDR_Relay_Client", "accept_RCPT_Rcpthosts_Rcptto",
    "accept_AUTH_login", "accept_RCPT_Recipients_Users", "accept_AUTH_plain",
    "accept_RCPT_Recipients_Wild", "accept_RCPT_Recipients_Pam", "accept_AUTH_User",
)  # fmt: skip

_RECORDS = ("accept", "reject", "deferred", "info")

_ALL = (
    Graph("deliveries", "Deliveries by result",
          "Attempts that qmail-send finished. A deferral is tried again, a failure becomes a bounce.",
          COUNT, (
              Series("success, local", ("success_local",), "blue"),
              Series("success, remote", ("success_remote",), "sky"),
              Series("deferral, local", ("deferral_local",), "purple"),
              Series("deferral, remote", ("deferral_remote",), "orange"),
              Series("failure, local", ("failure_local",), INK),
              Series("failure, remote", ("failure_remote",), "vermillion"),
              Series("start not in the log", ("success_unknown", "deferral_unknown", "failure_unknown"),
                     REST, rare=True),
          ), peaks=True),
    Graph("messages", "Messages",
          "Messages that entered and left the queue.", COUNT, (
              Series("queued", ("messages",), "sky"),
              Series("finished", ("ended",), "blue", LINE),
          ), peaks=True),
    Graph("bytes", "Bytes",
          "Size of the messages that entered the queue.", BYTES, (Series("queued", ("bytes",), "blue"),), peaks=True),
    Graph("queue", "Queue length",
          "Messages in the queue; spool and todo are counted in the queue directory itself.", LEVEL, (
              Series("in the queue (log)", ("queue",), "sky"),
              Series("in the spool", ("spool",), INK, LINE),
              Series("not yet preprocessed", ("todo",), "vermillion", LINE),
          ), peaks=True),
    Graph("oldest", "Oldest message",
          "Age of the oldest message in the queue.", SECONDS, (Series("age", ("oldest",), "orange"),), peaks=True),
    Graph("delay", "Delivery delay",
          "Time from queueing to success. 95 % and half of the deliveries took no longer.", SECONDS, (
              Series("95 % within", ("delay_p95",), "vermillion", LINE, percent=95),
              Series("half within", ("delay_p50",), "blue", LINE, percent=50),
          ), peaks=True),
    Graph("concurrency", "Deliveries at once",
          "Number of deliveries at the same time, and what qmail-send allows.", LEVEL, (
              Series("local", ("local",), "blue", LINE),
              Series("local limit", ("local_limit",), "blue", LIMIT),
              Series("remote", ("remote",), "vermillion", LINE),
              Series("remote limit", ("remote_limit",), "vermillion", LIMIT),
          ), peaks=True),
    Graph("bounces", "Bounces",
          "Bounces sent, bounces that bounced, and failures because a message was too old.", COUNT, (
              Series("bounces sent", ("bounces",), "orange"),
              Series("double bounces", ("double_bounces",), "vermillion"),
              Series("triple bounces", ("triple_bounces",), INK, rare=True),
              Series("to nobody (#@[])", ("failure_discarded", "deferral_discarded"), "purple", rare=True),
              Series("too long in the queue", ("expired",), "blue", LINE),
          )),
    Graph("records", "Accepted, rejected, deferred",
          "Records of the session log: one Accept for each recipient, a Reject or Deferred for each refusal.",
          COUNT, (
              Series("accepted", ("accept",), "blue"),
              Series("deferred", ("deferred",), "orange"),
              Series("rejected", ("reject",), "vermillion"),
          ), peaks=True),
    Graph("rejects", "Rejects by reason",
          "Rejected and deferred records, the most frequent reasons of the time shown.",
          COUNT, _reasons("rejects"), top=6),
    Graph("accepts", "Accepts by reason",
          "Accepted records, the most frequent reasons of the time shown.",
          COUNT, _reasons("accepts"), top=6),
    Graph("auth", "Authentication",
          "Logins: SMTP AUTH and POP3.", COUNT, (
              Series("accepted", ("auth_accept",), "blue"),
              Series("refused", ("auth_reject",), "vermillion"),
          )),
    Graph("pop3", "POP3 logins",
          "Logins of qmail-popup by method.", COUNT, (
              Series("USER accepted", ("accept_AUTH_User",), "blue"),
              Series("APOP accepted", ("accept_AUTH_Apop",), "sky"),
              Series("USER refused", ("reject_AUTH_User",), "vermillion"),
              Series("APOP refused", ("reject_AUTH_Apop",), "orange"),
          )),
    Graph("tls_share", "TLS share",
          "How much of the traffic was encrypted, in percent.", PERCENT, (
              Series("connections", ("tls_sessions",), "blue", LINE, over=("ok",)),
              Series("records", ("records_tls",), "orange", LINE, over=_RECORDS),
              Series("remote successes", ("tls_out",), "green", LINE, over=("success_remote",)),
          )),
    Graph("tls", "TLS",
          "Handshakes by version, and what went over TLS.", COUNT, (
              Series("TLS 1.3", ("tls_1_3",), "blue"),
              Series("TLS 1.2", ("tls_1_2",), "sky"),
              Series("older or unknown", ("tls_old",), "orange"),
              Series("failed", ("tls_failed",), "vermillion"),
              Series("connections with TLS", ("tls_sessions",), INK, LINE),
              Series("records under TLS", ("records_tls",), "purple", LINE),
              Series("remote successes", ("tls_out",), "green", LINE),
          )),
    Graph("spf", "SPF",
          "Records that SPF decided.", COUNT, (
              Series("pass", ("spf_pass",), "blue"),
              Series("fail", ("spf_fail",), "vermillion"),
          )),
    Graph("rbl", "RBL and greeting delay",
          "Connections that a block list turned away, and greetings that were held back.", COUNT, (
              Series("refused for now (451)", ("rbl_451",), "orange"),
              Series("refused for good (553)", ("rbl_553",), "vermillion"),
              Series("greeting held back", ("greetdelay",), "blue", LINE),
          )),
    Graph("sessions", "Connections let in and refused",
          "What tcpserver or sslserver did with each connection.", COUNT, (
              Series("let in", ("ok",), "blue"),
              Series("refused", ("deny",), "vermillion"),
              Series("too many from one", ("limited",), "orange", LINE, rare=True),
              Series("ended by a signal", ("crashed",), INK, LINE, rare=True),
          ), peaks=True),
    Graph("endings", "Sessions by exit status",
          "What the program of a session ended with: qmail-popup always with 1, qmail-smtpd with 1 where the client "
          "or its queue went away.", COUNT, (
              Series("exit 0", ("exit_0",), "blue"),
              Series("exit 1", ("exit_1",), "orange"),
              Series("exit 100", ("exit_100",), "purple"),
              Series("exit 111", ("exit_111",), "vermillion"),
              Series("another exit", ("exit_other",), INK),
          )),
    Graph("connections", "Connections at once",
          "Number of connections at the same time, and the limit.", LEVEL, (
              Series("connections", ("connections",), "blue", LINE),
              Series("limit", ("connections_limit",), "blue", LIMIT),
          ), peaks=True),
    Graph("log", "Trouble in the log",
          "Lines that ask for attention, lines that no rule knows, and times lines were lost.", COUNT, (
              Series("warnings", ("warnings",), "orange"),
              Series("errors", ("errors",), "purple"),
              Series("fatal", ("fatal",), "vermillion"),
              Series("alerts", ("alerts",), INK),
              Series("not understood", ("unrecognised",), "blue", LINE),
              Series("gaps", ("gaps",), "green", LINE),
          )),
    Graph("lines", "Log lines",
          "Lines read: where this falls to nothing, look at the logger first.", COUNT,
          (Series("lines", ("lines",), "green"),), peaks=True),
)  # fmt: skip

GRAPHS: dict[str, Graph] = {graph.name: graph for graph in _ALL}
"""Every graph by name, in the order of the pages."""

_PLACES = {
    (series.metrics, series.label): (graph.name, number) for graph in _ALL for number, series in enumerate(graph.series)
}
