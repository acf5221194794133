"""An answer for now that says that something which the remote host needs is away: its scanner, its directory.

Words of it (`spam`, `virus`, `authentication`, `user`) would else tell a cause
that lies with us or with the recipient.
"""

from __future__ import annotations

from sqmail_log.answers.weights.signs import spoken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.answers.reply import Reply

_HELPING = """
database ldap backend filter filtering scanner scanning milter lookup verification callout daemon queue clamav clamd
antivirus spamassassin spamd amavis rspamd directory resolver server service check delivery system
upstream storage limit engine module plugin quarantine cluster gateway component nexthop
"""
_HELPERS = frozenset(_HELPING.encode().split())
_GONE = """
unavailable timeout unreachable offline down failed failure error lost aborted overloaded crashed refusing unable broken
"""
_AWAY = frozenset(_GONE.encode().split())
_DOING = """
available responding respond running reachable connect contact reached complete completed process verify check
verdict answer response reply
"""
_DOES = frozenset(_DOING.encode().split())
_OF_US = """
spf dkim dmarc tls starttls certificate ssl rdns ptr reverse hostname blocked blacklist list iplist domainlist sender
throttled many much rate busy full quota over reputation policy helo ehlo refused exceeded password credential dns
"""
_OURS = frozenset(_OF_US.encode().split())
"""Words with which an answer speaks of us, or of a mailbox."""
_NO = {b"not", b"no"}
_NEAR = 4


def helper_away(reply: Reply) -> bool:
    """Tell whether an answer says that."""
    if reply.code[:1] != b"4":
        return False
    words = spoken(reply)
    if not _OURS.isdisjoint(words):
        return False
    for place, word in enumerate(words):
        away = word in _AWAY or (word in _NO and not _DOES.isdisjoint(words[place + 1 : place + 3]))
        if away and not _HELPERS.isdisjoint(words[max(0, place - _NEAR) : place + _NEAR + 1]):
            return True
    return False
