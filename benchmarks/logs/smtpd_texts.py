"""What the generated session logs say: conditions, clients and what clients claim, with shares.

The weights are the counts of a real log of tcpserver, rblsmtpd and s/qmail's qmail-smtpd
(16,572 lines). Clients write their own text into HELO, sender and recipient: blanks, forged
fields, escape and control characters and invalid UTF-8 are part of the picture. Every string
is Latin-1: one character is one byte of the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

FULL, FULL_USER, CLIENT, CLIENT_USER = range(4)
USERS = ("rqann@test.example", "rqbob", "o'brien@test.example", "m\xc3\xbcller@test.example")

CONDITIONS = (
    (983, "Accept::RCPT::Recipients_Pam", FULL, ("",)),
    (534, "Reject::RCPT::Failed_Rcptto", FULL, ("",)),
    (527, "Reject::ORIG::Bad_Mailfrom", FULL, (" '*'", " '@'", " '~'", " '-'", " '='")),
    (321, "Reject::SNDR::Invalid_Relay", FULL, ("",)),
    (267, "Reject::SNDR::DNS_Helo", FULL, (" 'A'", " '='", " 'M'")),
    (224, "Accept::RCPT::Recipients_Cdb", FULL, ("",)),
    (198, "Accept::RCPT::Recipients_Wild", FULL, ("",)),
    (145, "Accept::SNDR::Relay_Client", FULL, ("",)),
    (123, "Reject::SNDR::Bad_Helo", FULL, (" '.'", " '*'", " '!'")),
    (107, "Reject::ORIG::Invalid_Mailfrom", FULL, ("",)),
    (78, "Accept::RCPT::Rcpthosts_Rcptto", FULL, ("",)),
    (27, "Reject::RCPT::Bad_Rcptto", FULL, ("",)),
    (27, "Reject::AUTH::missing", CLIENT, ("",)),
    (23, "Reject::RCPT::Toomany_Rcptto", FULL, ("",)),
    (22, "Accept::ORIG::Local_Sender", FULL, ("",)),
    (19, "Accept::SPF::Recipients_Pam", FULL, ("",)),
    (15, "Reject::ORIG::DNS_MF", FULL, ("",)),
    (14, "Reject::AUTH::Auth_Meth", CLIENT, (" ?~ 'none'",)),
    (13, "Reject::DATA::Bad_MIME", FULL, (" 'aGVsbG8gd'", " 'aGVs bG8g'")),
    (13, "Reject::AUTH::cram-md5", CLIENT_USER, ("",)),
    (8, "Accept::AUTH::plain", FULL_USER, ("",)),
    (8, "Accept::AUTH::login", FULL_USER, ("",)),
    (8, "Accept::AUTH::cram-md5", FULL_USER, ("",)),
    (6, "Reject::AUTH::plain", CLIENT_USER, ("",)),
    (6, "Reject::AUTH::login", CLIENT_USER, ("",)),
    (5, "Accept::SPF::Recipients_Wild", FULL, ("",)),
    (4, "Reject::SPF::Fail", FULL, ("",)),
    (3, "Reject::DATA::Bad_Loader", FULL, (" 'M1LTJ'",)),
    (2, "Reject::DATA::Invalid_Size", FULL, ("",)),
    (2, "Accept::SPF::Recipients_Cdb", FULL, ("",)),
    (2, "Deferred::SNDR::Grey_Listed", FULL, ("",)),
    (1, "Reject::TLS::missing", CLIENT, ("",)),
    (1, "Reject::DATA::Spam_Message", FULL, (" 'spam'",)),
    (1, "Reject::DATA::MIME_Attach", FULL, (" 'MIME'",)),
    (1, "Reject::DATA::Virus_Infected", FULL, (" '/usr/bin/avscan'",)),
    (1, "Reject::RBL::RBL_Listed", FULL, ("",)),
)
RECORDS_PER_SESSION = (0,) * 71 + (1,) * 1072 + (2,) * 318 + (3,) * 243 + (5,) * 257

_HOSTS = ("", "", "", "mx.example.org", "", "mail.good.example", "spammer.example", "")
_HELOS = (
    (669, "client.good.example"),
    (474, "[192.0.2.1]"),
    (429, "localhost"),
    (415, "friend"),
    (341, "mail.good.example"),
    (430, "pc{}.dyn.isp.example"),
    (60, "WIN-{}A1B7"),
    (7, ""),
    (7, "host with spaces"),
    (7, '"quoted" host'),
    (7, "h%sn%d"),
    (7, "x F:fake@a.example T:fake@b.example"),
    (7, "P:ESMTPS S:192.0.2.4:evil H:evil"),
    (7, "Accept::RCPT::Recipients_Pam"),
    (7, "m\xc3\xbcnchen.example"),
    (7, "tab\there"),
    (7, "esc\x1b[31mred"),
    (7, "o'brien"),
    (7, "a\rb"),
    (7, "<b>bold</b>|x=1"),
    (7, "latin\xfc\xe9.example"),
)
_MAIL_FROM = (
    (661, "someone@good.example"),
    (170, "ivan@mail.example"),
    (397, ""),
    (395, "news@list.example"),
    (130, "bad@spam.example"),
    (371, "x@spfok.example"),
    (45, "rqann@test.example"),
    (330, "u{}@example.org"),
    (11, "sp ace@test.example"),
    (9, "x@nonexist.example"),
    (6, "x@[192.0.2.1]"),
    (5, "nodomain"),
)
_RCPT_TO = (
    (452, "rqann@test.example"),
    (327, "v{}@else.example"),
    (320, "trap@test.example"),
    (287, "nobody{}@test.example"),
    (271, "known@cdb.example"),
    (254, "x@wild.example"),
    (245, "rqbob@test.example"),
    (245, "pam-ok{}@pam.example"),
    (236, "rqx{}@test.example"),
    (4, "a\tb@ok.example"),
)
_LONG_HELOS = 350
_LONG_SENDERS = 400

STARTUP = ("ciphers", "cafile", "ccafile", "cadir", "certchainfile", "cert", "key", "dhparam")
BAD_MAIL_FROM = ("ivan@mail.example", "bad@spam.example", "x@nonexist.example")
BLOCKED = (
    "451 Go away, known spammer%20",
    "553 Blocked - see http://rbl.example/query?ip=192.0.2.66",
    '553 Zombie host; caf?? 100% "quoted"',
)
FOREIGN = (
    "grep: mess/20/2408695: Permission denied",
    "mess/22/2408697: Permission denied",
)


def _filled(weighted: tuple[tuple[int, str], ...], chance: random.Random) -> list[str]:
    return [text.replace("{}", str(chance.randrange(1000))) for weight, text in weighted for _ in range(weight)]


def helos(chance: random.Random) -> list[str]:
    """HELO names by weight, some of them hundreds of bytes long."""
    long = ["h" * chance.randrange(50, 400) for _ in range(_LONG_HELOS)]
    return _filled(_HELOS, chance) + long


def mail_from(chance: random.Random) -> list[str]:
    """Senders by weight; ``long.sender.…`` goes up to 780 bytes."""
    long = ["long" + ".sender" * chance.randrange(2, 108) + ".x@good.example" for _ in range(_LONG_SENDERS)]
    return _filled(_MAIL_FROM, chance) + long


def rcpt_to(chance: random.Random) -> list[str]:
    """Recipients by weight."""
    return _filled(_RCPT_TO, chance)


def clients(chance: random.Random, ipv6: bool) -> list[tuple[str, str]]:
    """Client addresses with their host name, empty where there is none."""
    ipv4 = [(f"192.0.2.{n}", chance.choice(_HOSTS)) for n in range(10, 110)]
    return [*ipv4, ("2001:db8::25", "")] if ipv6 else ipv4
