"""The table of metrics: the only list of what is counted.

Perfdata, collectd values, RRD files, graphs and the reference page are all
made from it.  The set is closed: what a client writes can choose among these
names and never add one.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SUM = "sum"
PEAK = "peak"
LAST = "last"

SEND = "send"
SESSIONS = "sessions"
BOTH = "both"

RECORDS = "records"
LOGINS = "logins"
OF_POP = ("accept_AUTH_User", "accept_AUTH_Apop")
"""What a log of sessions may hold or lack: records of accepted and rejected recipients, and of logins."""


class Metric:
    """One thing that is counted.

    `merge` says how minutes add up: SUM, PEAK (greatest) or LAST.  `log` is
    the kind of log it comes from.  `type` is collectd's built-in type, `unit`
    the base unit, `graph` the name of the graph that shows it ('' for none).
    """

    __slots__ = ("graph", "help", "log", "merge", "name", "type", "unit")

    def __init__(self, name: str, log: str, merge: str, type_: str, unit: str, graph: str, help_: str) -> None:
        self.name = name
        self.log = log
        self.merge = merge
        self.type = type_
        self.unit = unit
        self.graph = graph
        self.help = help_


_CONDITIONS: tuple[tuple[str, str, str, str], ...] = (
    # action, type, condition, meaning
    ("Accept", "AUTH", "login", "authenticated by LOGIN"),
    ("Accept", "AUTH", "plain", "authenticated by PLAIN"),
    ("Accept", "AUTH", "cram-md5", "authenticated by CRAM-MD5"),
    ("Accept", "AUTH", "cert", "authenticated by client certificate"),
    ("Accept", "AUTH", "User", "POP3 login with USER"),
    ("Accept", "AUTH", "Apop", "POP3 login with APOP"),
    ("Accept", "AUTH", "Success", "authenticated by another method or one not named"),
    ("Accept", "DATA", "Queued", "message queued (one for each message, where recipients are not logged)"),
    ("Accept", "ORIG", "Local_Sender", "local sender address"),
    ("Accept", "ORIG", "Relay_Mailfrom", "sender listed in relaymailfrom"),
    ("Accept", "ORIG", "Valid_Auth", "sender authenticated (old form)"),
    ("Accept", "RCPT", "Rcpthosts_Rcptto", "recipient domain in rcpthosts"),
    ("Accept", "RCPT", "Recipients_Cdb", "recipient in recipients cdb"),
    ("Accept", "RCPT", "Recipients_Pam", "recipient known to the PAM plug-in"),
    ("Accept", "RCPT", "Recipients_Wild", "recipient by wild-listing"),
    ("Accept", "RCPT", "Recipients_Users", "recipient in users"),
    ("Accept", "RCPT", "Recipients_Rcptto", "recipient in recipients (old form)"),
    ("Accept", "RCPT", "Recipients_Verp", "VERP recipient (old form)"),
    ("Accept", "RCPT", "Recipients_Domain", "recipient domain (old form)"),
    ("Accept", "RCPT", "Found_Rcptto", "recipient found to exist"),
    ("Accept", "RCPT", "Allowed_Rcptto", "recipient let through by a filter or plugin"),
    ("Accept", "SNDR", "Relay_Client", "client may relay"),
    ("Accept", "SNDR", "Start_TLS", "TLS started (old form)"),
    ("Accept", "SPF", "Rcpthosts_Rcptto", "SPF pass, recipient domain in rcpthosts"),
    ("Accept", "SPF", "Recipients_Cdb", "SPF pass, recipient in recipients cdb"),
    ("Accept", "SPF", "Recipients_Pam", "SPF pass, recipient known to the PAM plug-in"),
    ("Accept", "SPF", "Recipients_Wild", "SPF pass, recipient by wild-listing"),
    ("Accept", "SPF", "Recipients_Users", "SPF pass, recipient in users"),
    ("Deferred", "DATA", "Queue_Delay", "deferred by qmail-queue or its filter"),
    ("Deferred", "ORIG", "DNS_MF", "sender domain not found for now"),
    ("Deferred", "RBL", "RBL_Listed", "client listed in an RBL, deferred"),
    ("Deferred", "RCPT", "DNS_Rcptto", "recipient domain not found for now"),
    ("Deferred", "RCPT", "Lookup", "recipient could not be looked up"),
    ("Deferred", "RCPT", "Refused_Rcptto", "recipient deferred for another reason"),
    ("Deferred", "SMTP", "Timeout", "client too slow"),
    ("Deferred", "SMTP", "Trouble", "trouble of the server's own"),
    ("Deferred", "SNDR", "Grey_Listed", "greylisted"),
    ("Deferred", "SNDR", "Rate_Limit", "sender over its limit"),
    ("Deferred", "SPF", "Lookup", "SPF could not be looked up"),
    ("Info", "SNDR", "TLS", "TLS in use (old form)"),
    ("Info", "ORIG", "Valid_Auth", "sender authenticated (old form)"),
    ("Reject", "AUTH", "login", "wrong credentials by LOGIN"),
    ("Reject", "AUTH", "plain", "wrong credentials by PLAIN"),
    ("Reject", "AUTH", "cram-md5", "wrong credentials by CRAM-MD5"),
    ("Reject", "AUTH", "User", "POP3 login with USER refused"),
    ("Reject", "AUTH", "Apop", "POP3 login with APOP refused"),
    ("Reject", "AUTH", "missing", "authentication required but missing"),
    ("Reject", "AUTH", "Auth_Meth", "authentication method not offered"),
    ("Reject", "AUTH", "Meth", "authentication method not offered"),
    ("Reject", "AUTH", "Method", "authentication method not offered"),
    ("Reject", "AUTH", "setup", "authentication not set up"),
    ("Reject", "AUTH", "Required", "authentication required"),
    ("Reject", "AUTH", "Invalid", "authentication invalid"),
    ("Reject", "AUTH", "Denied", "service not allowed to the user"),
    ("Reject", "AUTH", "Expired", "password expired"),
    ("Reject", "AUTH", "Failed", "wrong credentials, method not named"),
    ("Reject", "AUTH", "No_Password", "no user or password given"),
    ("Reject", "AUTH", "Password", "wrong password"),
    ("Reject", "AUTH", "Unknown_User", "unknown user"),
    ("Reject", "DATA", "Bad_MIME", "forbidden MIME type"),
    ("Reject", "DATA", "Bad_Loader", "forbidden loader type"),
    ("Reject", "DATA", "Invalid_Size", "message too large"),
    ("Reject", "DATA", "MIME_Attach", "forbidden attachment"),
    ("Reject", "DATA", "Spam_Message", "spam"),
    ("Reject", "DATA", "Virus_Infected", "virus"),
    ("Reject", "DATA", "Bad_Content", "forbidden content"),
    ("Reject", "DATA", "Queue_Reject", "refused by qmail-queue or its filter"),
    ("Reject", "DKIM", "Signature", "bad DKIM signature"),
    ("Reject", "ORIG", "Bad_Mailfrom", "sender in badmailfrom"),
    ("Reject", "ORIG", "DNS_MF", "sender domain not in DNS"),
    ("Reject", "ORIG", "DNSMX_MF", "sender domain without MX (old form)"),
    ("Reject", "ORIG", "Failed_Auth", "authentication failed (old form)"),
    ("Reject", "ORIG", "Invalid_Mailfrom", "sender address not allowed"),
    ("Reject", "ORIG", "Invalid_Sender", "sender not allowed (old form)"),
    ("Reject", "ORIG", "Missing_Auth", "authentication missing (old form)"),
    ("Reject", "ORIG", "Require_Auth", "authentication required (old form)"),
    ("Reject", "ORIG", "SPF", "SPF failed (old form)"),
    ("Reject", "ORIG", "Bad_Format", "sender address malformed"),
    ("Reject", "ORIG", "Null_Sender", "null sender refused"),
    ("Reject", "RBL", "RBL_Listed", "client listed in an RBL"),
    ("Reject", "RBL", "RHSBL_Listed", "name listed in an RHSBL"),
    ("Reject", "RCPT", "Bad_Rcptto", "recipient in badrcptto"),
    ("Reject", "RCPT", "Empty", "recipient empty"),
    ("Reject", "RCPT", "Failed_Rcptto", "recipient unknown"),
    ("Reject", "RCPT", "Invalid_Rcptto", "recipient invalid"),
    ("Reject", "RCPT", "Toomany_Rcptto", "too many recipients"),
    ("Reject", "RCPT", "DNS_Rcptto", "recipient domain not in DNS"),
    ("Reject", "RCPT", "Over_Quota", "mailbox full"),
    ("Reject", "RCPT", "Policy", "forbidden by mail policy"),
    ("Reject", "RCPT", "Refused_Rcptto", "recipient refused for another reason"),
    ("Reject", "RCPT", "Toomany_Wrong", "too many unknown recipients"),
    ("Reject", "SMTP", "Syntax_Error", "SMTP syntax error"),
    ("Reject", "SMTP", "Toomany_Hops", "too many hops"),
    ("Reject", "SMTP", "Early_Talker", "client spoke before the greeting"),
    ("Reject", "SNDR", "Bad_Helo", "HELO in badhelo"),
    ("Reject", "SNDR", "DNS_Helo", "HELO name not in DNS"),
    ("Reject", "SNDR", "DNSA_Helo", "HELO name without address (old form)"),
    ("Reject", "SNDR", "Invalid_Relay", "relaying denied"),
    ("Reject", "SNDR", "Missing_TLS", "TLS missing (old form)"),
    ("Reject", "SNDR", "Bad_Client", "client blocked by rule"),
    ("Reject", "SNDR", "DNS_Client", "client without valid reverse DNS"),
    ("Reject", "SNDR", "Dynamic_Client", "client with a dynamic address"),
    ("Reject", "SPF", "Fail", "SPF failed"),
    ("Reject", "STLS", "Any", "STLS required"),
    ("Reject", "TLS", "missing", "TLS required but missing"),
    ("Reject", "TLS", "Required", "TLS required"),
)
# Ciphers and whatever else an open set brings share one name per type.
_OPEN_TYPES = (("Accept", "TLS", "TLS session accepted (old form)"),)
_ACTIONS = ("Accept", "Reject", "Deferred", "Info")
_REASON_GRAPHS = {"Accept": "accepts", "Reject": "rejects", "Deferred": "rejects", "Info": ""}


_NAMED = [
    (f"{action}::{type_}::{condition}", f"{action.lower()}_{type_}_{condition}".replace("-", "_"), action, meaning)
    for action, type_, condition, meaning in _CONDITIONS
]


def _reasons() -> Iterator[Metric]:
    for reason, name, action, meaning in _NAMED:
        help_ = f"{reason}: {meaning}"
        yield Metric(name, SESSIONS, SUM, "total_events", "events", _REASON_GRAPHS[action], help_)
    for action, type_, meaning in _OPEN_TYPES:
        name = f"{action.lower()}_{type_}"
        yield Metric(name, SESSIONS, SUM, "total_events", "events", _REASON_GRAPHS[action], f"{action}::{type_}: {meaning}")
    for action in _ACTIONS:
        help_ = f"{action} records with a condition that this table does not know"
        yield Metric(f"{action.lower()}_other", SESSIONS, SUM, "total_events", "events", _REASON_GRAPHS[action], help_)


_FIXED: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    # name, log, merge, collectd type, unit, graph, help
    ("messages", SEND, SUM, "total_events", "events", "messages", "messages queued (new msg lines)"),
    ("ended", SEND, SUM, "total_events", "events", "messages", "messages finished (end msg lines)"),
    ("bytes", SEND, SUM, "total_bytes", "bytes", "bytes", "bytes of queued messages (info msg lines)"),
    ("success_local", SEND, SUM, "total_events", "events", "deliveries", "local deliveries that succeeded"),
    ("success_remote", SEND, SUM, "total_events", "events", "deliveries", "remote deliveries that succeeded"),
    ("success_unknown", SEND, SUM, "total_events", "events", "deliveries", "successes whose start the log does not show"),
    ("failure_local", SEND, SUM, "total_events", "events", "deliveries", "local deliveries that failed for good"),
    ("failure_remote", SEND, SUM, "total_events", "events", "deliveries", "remote deliveries that failed for good"),
    ("failure_unknown", SEND, SUM, "total_events", "events", "deliveries", "failures whose start the log does not show"),
    ("deferral_local", SEND, SUM, "total_events", "events", "deliveries", "local deliveries deferred"),
    ("deferral_remote", SEND, SUM, "total_events", "events", "deliveries", "remote deliveries deferred"),
    ("deferral_unknown", SEND, SUM, "total_events", "events", "deliveries", "deferrals whose start the log does not show"),
    ("failure_own_local", SEND, SUM, "total_events", "events", "", "failed local deliveries of this host's own bounces"),
    ("failure_own_remote", SEND, SUM, "total_events", "events", "", "failed remote deliveries of this host's own bounces"),
    ("deferral_own_local", SEND, SUM, "total_events", "events", "", "deferred local deliveries of this host's own bounces"),
    ("deferral_own_remote", SEND, SUM, "total_events", "events", "", "deferred remote deliveries of own bounces"),
    ("failure_discarded", SEND, SUM, "total_events", "events", "bounces", "failures of bounces to #@[], where nobody is"),
    ("deferral_discarded", SEND, SUM, "total_events", "events", "bounces", "deferrals of bounces to #@[], where nobody is"),
    ("starts_local", SEND, SUM, "total_events", "events", "", "local deliveries started"),
    ("starts_remote", SEND, SUM, "total_events", "events", "", "remote deliveries started"),
    ("expired", SEND, SUM, "total_events", "events", "bounces", "failures because the message was in the queue too long"),
    ("tls_out", SEND, SUM, "total_events", "events", "tls", "remote successes over TLS"),
    ("qmtp_out", SEND, SUM, "total_events", "events", "", "remote successes by QMTP"),
    ("qmtps_out", SEND, SUM, "total_events", "events", "", "remote successes by QMTPS"),
    ("bounces", SEND, SUM, "total_events", "events", "bounces", "bounce messages sent"),
    ("double_bounces", SEND, SUM, "total_events", "events", "bounces", "double bounces discarded"),
    ("triple_bounces", SEND, SUM, "total_events", "events", "bounces", "triple bounces discarded"),
    ("restarts", SEND, SUM, "total_events", "events", "", "times qmail-send stopped (status: exiting)"),
    ("alerts", SEND, SUM, "total_events", "events", "log", "alert: lines"),
    ("queue", SEND, LAST, "queue_length", "messages", "queue", "messages in the queue that the log knows of"),
    ("oldest", SEND, LAST, "latency", "seconds", "oldest", "age of the oldest message in the queue"),
    ("local", SEND, PEAK, "current_connections", "deliveries", "concurrency", "local deliveries at once, highest"),
    ("local_limit", SEND, LAST, "current_connections", "deliveries", "concurrency", "limit of local deliveries at once"),
    ("local_now", SEND, LAST, "current_connections", "deliveries", "", "local deliveries at once, as last said"),
    ("remote_now", SEND, LAST, "current_connections", "deliveries", "", "remote deliveries at once, as last said"),
    ("remote", SEND, PEAK, "current_connections", "deliveries", "concurrency", "remote deliveries at once, highest"),
    ("remote_limit", SEND, LAST, "current_connections", "deliveries", "concurrency", "limit of remote deliveries at once"),
    ("delay_p50", SEND, LAST, "latency", "seconds", "delay", "half of the successes took no longer from queueing"),
    ("delay_p95", SEND, LAST, "latency", "seconds", "delay", "95 % of the successes took no longer from queueing"),
    ("accept", SESSIONS, SUM, "total_events", "events", "records", "Accept records (one per recipient)"),
    ("reject", SESSIONS, SUM, "total_events", "events", "records", "Reject records"),
    ("deferred", SESSIONS, SUM, "total_events", "events", "records", "Deferred records"),
    ("info", SESSIONS, SUM, "total_events", "events", "", "Info records"),
    ("auth_accept", SESSIONS, SUM, "total_events", "events", "auth", "Accept::AUTH records"),
    ("logins_alone", SESSIONS, SUM, "total_events", "events", "", "Accept::AUTH of a line that tells of no recipient: vchkpw"),
    ("auth_reject", SESSIONS, SUM, "total_events", "events", "auth", "Reject::AUTH records"),
    ("spf_pass", SESSIONS, SUM, "total_events", "events", "spf", "Accept::SPF records"),
    ("spf_fail", SESSIONS, SUM, "total_events", "events", "spf", "Reject::SPF records"),
    ("records_tls", SESSIONS, SUM, "total_events", "events", "tls", "records of sessions under TLS (P: ends in S, SA, SM…)"),
    ("tls_sessions", SESSIONS, SUM, "total_events", "events", "tls", "connections with a TLS handshake"),
    ("tls_1_3", SESSIONS, SUM, "total_events", "events", "tls", "TLS handshakes with TLS 1.3"),
    ("tls_1_2", SESSIONS, SUM, "total_events", "events", "tls", "TLS handshakes with TLS 1.2"),
    ("tls_old", SESSIONS, SUM, "total_events", "events", "tls", "TLS handshakes with an older or unknown version"),
    ("tls_failed", SESSIONS, SUM, "total_events", "events", "tls", "TLS handshakes that failed"),
    ("ok", SESSIONS, SUM, "total_events", "events", "sessions", "connections let in"),
    ("deny", SESSIONS, SUM, "total_events", "events", "sessions", "connections refused by rule or limit"),
    ("limited", SESSIONS, SUM, "total_events", "events", "sessions", "warnings that one address holds too many connections"),
    ("crashed", SESSIONS, SUM, "total_events", "events", "sessions", "sessions ended by a signal"),
    ("exit_0", SESSIONS, SUM, "total_events", "events", "endings", "sessions ended with exit 0 (status 0)"),
    ("exit_1", SESSIONS, SUM, "total_events", "events", "endings", "sessions ended with exit 1 (status 256)"),
    ("exit_100", SESSIONS, SUM, "total_events", "events", "endings", "sessions ended with exit 100 (status 25600): refused"),
    ("exit_111", SESSIONS, SUM, "total_events", "events", "endings", "sessions ended with exit 111 (status 28416): trouble"),
    ("exit_other", SESSIONS, SUM, "total_events", "events", "endings", "sessions ended with another exit"),
    ("greetdelay", SESSIONS, SUM, "total_events", "events", "rbl", "greetings held back (greetdelay)"),
    ("rbl_451", SESSIONS, SUM, "total_events", "events", "rbl", "connections refused by RBL for now (451)"),
    ("rbl_553", SESSIONS, SUM, "total_events", "events", "rbl", "connections refused by RBL for good (553)"),
    ("fatal", SESSIONS, SUM, "total_events", "events", "log", "fatal: lines of tcpserver, sslserver and rblsmtpd"),
    ("errors", SESSIONS, SUM, "total_events", "events", "log", "error: lines of sslserver"),
    ("connections", SESSIONS, PEAK, "current_connections", "connections", "connections", "connections at once, highest"),
    ("connections_now", SESSIONS, LAST, "current_connections", "connections", "", "connections at once, as last said"),
    ("connections_limit", SESSIONS, LAST, "current_connections", "connections", "connections", "limit of connections at once"),
    ("warnings", BOTH, SUM, "total_events", "events", "log", "warning: lines"),
    ("lines", BOTH, SUM, "total_events", "events", "lines", "log lines read"),
    ("unrecognised", BOTH, SUM, "total_events", "events", "log", "lines and conditions that no rule knows"),
    ("gaps", BOTH, SUM, "total_events", "events", "log", "times lines were lost before they could be read"),
)

DELAY_CLASSES: tuple[tuple[float, str], ...] = (
    (1.0, "1s"),
    (5.0, "5s"),
    (30.0, "30s"),
    (120.0, "2m"),
    (600.0, "10m"),
    (3600.0, "1h"),
    (21600.0, "6h"),
    (86400.0, "1d"),
    (float("inf"), "more"),
)
"""Classes of delays: the longest of each in seconds, and its name.

A percentile of minutes does not add up to that of an hour; numbers of successes by class, and their
delays together, do.
"""


def _delays() -> Iterator[Metric]:
    for _, name in DELAY_CLASSES:
        help_ = "successes by delay: longer than a day" if name == "more" else f"successes by delay: up to {name}"
        yield Metric(f"delay_count_{name}", SEND, LAST, "count", "events", "delay", f"{help_}, in the minute")
        yield Metric(f"delay_sum_{name}", SEND, LAST, "gauge", "seconds", "delay", f"delays of delay_count_{name} together")


METRICS: dict[str, Metric] = {
    metric.name: metric for metric in (*(Metric(*row) for row in _FIXED), *_delays(), *_reasons())
}
"""Every metric by name."""

REASONS: dict[str, str] = {reason.lower(): name for reason, name, _, _ in _NAMED}
"""The metric of each known Action::Type::Condition, in lower case."""

OPEN_REASONS: dict[str, str] = {
    f"{action}::{type_}".lower(): f"{action.lower()}_{type_}" for action, type_, _ in _OPEN_TYPES
}
"""The metric of each Action::Type whose conditions are an open set, in lower case."""

ACTIONS: dict[str, str] = {"accept": "accept", "reject": "reject", "deferred": "deferred", "info": "info"}
"""The metric that counts all records of an action, in lower case."""


def title(name: str) -> str:
    """Return what a reason's metric means in words: `relaying denied` for reject_SNDR_Invalid_Relay."""
    return METRICS[name].help.rpartition(": ")[2]
