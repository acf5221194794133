"""qlog: what sagredo's qmail-smtpd logs of each recipient (`qlogenvelope:`) and each message (`qlogreceived:`).

`qlogenvelope: result=R code=C reason=W detail=D helo=… mailfrom=… rcptto=… relay=… … remoteip=… … pid=…`: from
`helo=` on a client's text stands there, as it sent it if it asked for SMTPUTF8. What precedes that is the program's,
and of what follows the last fields of their names are.
"""

from __future__ import annotations

from sqmail_log.dialects import rows
from sqmail_log.dialects.rows import KNOWN, Dialect, Found, Row

_RELAY = "Reject::SNDR::Invalid_Relay"
_UNKNOWN_RECIPIENT = "Reject::RCPT::Failed_Rcptto"
_LOOKUP = "Deferred::RCPT::Lookup"
_TROUBLE = "Deferred::SMTP::Trouble"
_TOO_MANY = "Reject::RCPT::Toomany_Wrong"

_ROWS = (
    Row(b"accepted rcptto", "Accept::RCPT::Found_Rcptto"),
    Row(b"accepted rcptto chkuserrelay", "Accept::SNDR::Relay_Client"),
    Row(b"accepted rcpthosts", "Accept::RCPT::Rcpthosts_Rcptto"),
    Row(b"accepted relayclient", "Accept::SNDR::Relay_Client"),
    Row(b"accepted spp", "Accept::RCPT::Allowed_Rcptto"),
    Row(b"accepted queueaccept", KNOWN),
    Row(b"accepted", "Accept::RCPT::Allowed_Rcptto"),
    Row(b"rejected authfailed", "Reject::AUTH::Failed"),
    Row(b"rejected authinvalid", "Reject::AUTH::Auth_Meth"),
    Row(b"rejected authrequired", "Reject::AUTH::Required"),
    Row(b"rejected authnotmailfrom", "Reject::ORIG::Invalid_Mailfrom"),
    Row(b"rejected validrcptto", _UNKNOWN_RECIPIENT),
    Row(b"rejected nomailbox", _UNKNOWN_RECIPIENT),
    Row(b"rejected not_in_rcpthosts", _RELAY),
    Row(b"rejected dontrelay", _RELAY),
    Row(b"rejected max_rcpt_exceeded", "Reject::RCPT::Toomany_Rcptto"),
    Row(b"rejected brtlimit", _TOO_MANY),
    Row(b"rejected nullsenderdenied", "Reject::ORIG::Null_Sender"),
    Row(b"rejected empf", "Reject::RCPT::Policy"),
    Row(b"deferred empf", _TROUBLE, warns=True),
    Row(b"rejected rblreject", "Reject::RBL::RBL_Listed"),
    Row(b"deferred rbldelay", "Deferred::RBL::RBL_Listed"),
    Row(b"rejected spf", "Reject::SPF::Fail"),
    Row(b"deferred spf", "Deferred::SPF::Lookup"),
    Row(b"rejected qregexbhelo", "Reject::SNDR::Bad_Helo"),
    Row(b"rejected qregexbmf", "Reject::ORIG::Bad_Mailfrom"),
    Row(b"rejected qregexbmt", "Reject::RCPT::Bad_Rcptto"),
    Row(b"rejected chkusersender mustauth", "Reject::AUTH::Required"),
    Row(b"rejected chkusersender senderformat", "Reject::ORIG::Bad_Format"),
    Row(b"rejected chkusersender sendermxinvalid", "Reject::ORIG::DNS_MF"),
    Row(b"deferred chkusersender sendermxdnstmpfail", "Deferred::ORIG::DNS_MF"),
    Row(b"rejected chkusersender", "Reject::ORIG::Invalid_Mailfrom"),
    Row(b"rejected chkuser nomailbox", _UNKNOWN_RECIPIENT),
    Row(b"rejected chkuser notinrcpthosts", _RELAY),
    Row(b"rejected chkuser mailboxfull", "Reject::RCPT::Over_Quota"),
    Row(b"rejected chkuser maxrcpt", "Reject::RCPT::Toomany_Rcptto"),
    Row(b"rejected chkuser maxwrongrcpt", _TOO_MANY),
    Row(b"rejected chkuser instrusionthreshold", _TOO_MANY),
    Row(b"rejected chkuser domainmissing", "Reject::RCPT::Invalid_Rcptto"),
    Row(b"rejected chkuser rcptformat", "Reject::RCPT::Invalid_Rcptto"),
    Row(b"rejected chkuser rcptmxinvalid", "Reject::RCPT::DNS_Rcptto"),
    Row(b"deferred chkuser rcptmxdnstmpfail", "Deferred::RCPT::DNS_Rcptto"),
    Row(b"deferred chkuser noauthresource", _LOOKUP, warns=True),
    Row(b"rejected chkuser mustauth", "Reject::AUTH::Required"),
    Row(b"rejected rcptcheck nomailbox", _UNKNOWN_RECIPIENT),
    Row(b"deferred rcptcheck overlimit", "Deferred::SNDR::Rate_Limit"),
    Row(b"deferred rcptcheck cannotverify", _LOOKUP, warns=True),
    Row(b"deferred rcptcheck cannotfork", _LOOKUP, warns=True),
    Row(b"deferred rcptcheck cannotexecute", _LOOKUP, warns=True),
    Row(b"rejected pregreet", "Reject::SMTP::Early_Talker"),
    Row(b"rejected bad_newlines", "Reject::SMTP::Syntax_Error"),
    Row(b"deferred alarmtimeout", "Deferred::SMTP::Timeout"),
    Row(b"deferred out_of_memory", _TROUBLE, warns=True),
    Row(b"deferred cannot_read_controls", _TROUBLE, warns=True),
    Row(b"rejected unknown_ip_me", _TROUBLE, warns=True),
    Row(b"deferred qqtfailure", _TROUBLE, warns=True),
    Row(b"rejected databytes_limit_exceeded", "Reject::DATA::Invalid_Size"),
    Row(b"rejected message_loop", "Reject::SMTP::Toomany_Hops"),
    Row(b"rejected queuereject", "Reject::DATA::Queue_Reject", ("simscan",)),
    Row(b"deferred queue_delay", "Deferred::DATA::Queue_Delay", ("simscan",), warns=True),
    Row(b"deferred", "Deferred::RCPT::Refused_Rcptto"),
    Row(b"rejected", "Reject::RCPT::Refused_Rcptto"),
)
_BY_REASON = {row.says: row for row in _ROWS}
# From the line's end; `sslproto` is not in every version.
_LAST = (
    b"pid", b"qp", b"remotehost", b"remoteport", b"remoteip", b"localport", b"localip", b"sslverified", b"encrypted",
    b"authtype", b"authuser",
)  # fmt: skip


def _read(text: bytes) -> Found | None:
    """Tell the row by result (`deferred` for a code of 4xx) and reason, and the detail where that says more."""
    words = text.partition(b" helo=")[0].split(b" ", 4)
    if len(words) < 4 or [word.partition(b"=")[0] for word in words[1:4]] != [b"result", b"code", b"reason"]:
        return None
    result, code, reason = (word.partition(b"=")[2] for word in words[1:4])
    detail = words[4].partition(b"=")[2] if len(words) > 4 else b""
    row = _row(result, code, reason, detail)
    if row is None:
        return None
    fields = _from_the_end(text)
    user, method = fields[b"authuser"], fields[b"authtype"]
    counts = rows.accepted_login(method) if user and row.counts.startswith("Accept::") else None
    protocol = rows.ESMTPS if fields[b"encrypted"] else rows.ESMTP
    return Found(
        row,
        counts=counts,
        pid=rows.process(fields[b"pid"]),
        client=rows.address(fields[b"remoteip"]),
        envelope=_envelope(text),
        helo=text.partition(b" helo=")[2].partition(b" ")[0],
        user=user,
        protocol=protocol + b"A" if user else protocol,
        words=b" ".join((text.partition(b" ")[0], reason, detail)).rstrip(b" "),
    )


def _row(result: bytes, code: bytes, reason: bytes, detail: bytes) -> Row | None:
    said = [b" ".join((result, reason, detail)), b" ".join((result, reason)), result]
    if result == b"rejected" and code[:1] == b"4":
        # Some are answered so that the client tries again, and mean the same.
        said = [b" ".join((b"deferred", reason, detail)), b" ".join((b"deferred", reason)), *said[:2], b"deferred"]
    return next((_BY_REASON[words] for words in said if words in _BY_REASON), None)


def _from_the_end(text: bytes) -> dict[bytes, bytes]:
    """Return the fields that the program writes behind what the client sent; b"" for one that is torn."""
    fields = {}
    rest = text
    for name in _LAST:
        before, mark, value = rest.rpartition(b" " + name + b"=")
        fields[name] = value.partition(b" ")[0] if mark else b""
        rest = before if mark else rest
    return fields


def _envelope(text: bytes) -> tuple[bytes, bytes]:
    before, _, recipient = text.rpartition(b" rcptto=")
    return before.rpartition(b" mailfrom=")[2], recipient.partition(b" relay=")[0]


DIALECT = Dialect("qlog", "qmail-smtpd of Roberto Puzzanghera's qmail (notes.sagredo.eu), 2025", _ROWS, _read)
