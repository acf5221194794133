"""The cause of a remote host's answer, in order of trust: phrases, codes, all its words together, the stage."""

from __future__ import annotations

import re

from sqmail_log.answers import codes, likely, sure
from sqmail_log.answers.lexicon import spelled
from sqmail_log.answers.lists import PROVIDERS
from sqmail_log.answers.reply import END, GREETING, HELO, MAIL, NUMERIC, SAID, Reply
from sqmail_log.answers.roles import by_role
from sqmail_log.answers.statuses import STAGES, by_code, by_long_number, by_status, takes_no_mail
from sqmail_log.answers.weights.helpers import helper_away
from sqmail_log.answers.weights.likelihood import by_weight, overruled
from sqmail_log.answers.weights.signs import EMPTY
from sqmail_log.answers.whose import (
    AFTER_DATA,
    AT_DATA,
    AT_GREETING,
    AT_MAIL,
    AT_RCPT,
    DISABLED,
    FORMAT,
    FULL,
    GREYLISTED,
    LISTED,
    LOGIN_FAILED,
    MOVED,
    NO_DOMAIN,
    NO_MAIL,
    NO_RECIPIENT,
    REPUTATION,
    SENDER_ADDRESS,
    TROUBLE,
    UNAUTHENTICATED,
)
from sqmail_log.answers.whose import HELO as HELO_NAME

GREYLISTING = (b"greylist", b"graylist", b"grey_list", b"gray_list", b"grey-list", b"postgrey", b"sqlgrey")
"""What tells greylisting, even within a word or a URL, in a temporary answer."""
_BRACKETS = re.compile(rb"<[^<>]*>")
_LOGIN = {b"534", b"535"}
_NOWHERE = {"1.2", "4.4"}
_CHECKS = ("SPF", "DKIM", "DMARC")
_FRAMEWORK = b"sender_policy_framework"
_OF_RECIPIENTS = {NO_RECIPIENT, NO_DOMAIN, DISABLED, FULL, MOVED, NO_MAIL}
_OF_NAMED = {SENDER_ADDRESS, NO_RECIPIENT, NO_DOMAIN, DISABLED, FULL, MOVED, FORMAT}
"""Causes of what the host has not been told before MAIL; a domain may say at once that it takes no messages."""
_OF_STAGES = {AT_GREETING, AT_MAIL, AT_RCPT, AT_DATA, AFTER_DATA}
_SENTENCE = (
    (b" " + NUMERIC + b" ", b" "),
    (b" black list ", b" blacklist "),
    (b" blocked list ", b" blacklist "),
    (b" list black ", b" blacklist "),
    (b" black hole ", b" blacklist "),
    (b" message mailbox ", b" mailbox "),
)
_OFTEN = {word.encode() for word in EMPTY}
_GAP = 48
"""So many characters may stand for the `..` of a phrase."""


def verdict(report: bytes) -> tuple[str, str, str]:
    """Return the cause of an answer, the list, check or provider that it names, and the stage where it came.

    `report` is qmail-remote's report, or an answer alone.  The name and the
    stage are "" where there is none; so is the cause of what is no answer.
    """
    reply = Reply(report)
    cause, provider = _cause(reply, sentence(reply.words), report)
    return cause, _named(cause, provider, reply), reply.stage


def greylists(text: bytes) -> bool:
    """Tell whether an answer speaks of greylisting, and not only an address or a host in brackets, which we sent."""
    return any(needle in text for needle in GREYLISTING) and any(
        needle in _BRACKETS.sub(b"", text) for needle in GREYLISTING
    )


def sentence(words: bytes) -> bytes:
    """Return a reply's words as phrases have them: two that are one joined."""
    for two, one in _SENTENCE:
        words = words.replace(two, one)
    return words


def _cause(reply: Reply, words: bytes, report: bytes) -> tuple[str, str]:
    if reply.code[:1] != b"5" and greylists(reply.text):
        return GREYLISTED, ""
    if reply.code in _LOGIN:
        return LOGIN_FAILED, ""
    cause, provider = codes.by_aup(reply.text)
    if not cause and reply.stage and helper_away(reply):
        cause = TROUBLE
    if not cause:
        cause = SURE.cause(words, reply.stage)
    if not cause:
        cause, provider = codes.by_code(reply.text)
    return _at_stage(cause or _likely(reply, words, report), reply.stage), provider


def _at_stage(cause: str, stage: str) -> str:
    """Return a cause as it is meant at a stage.

    At the greeting nobody was named yet, at HELO only the host was, and at
    MAIL no recipient; behind DATA nobody speaks of a login.  What says no
    more than where it came is the stage's own.
    """
    if cause in _OF_STAGES:
        return STAGES[stage] or cause
    if stage == GREETING and cause in _OF_NAMED:
        return LISTED if cause == SENDER_ADDRESS else AT_GREETING
    if stage == HELO and cause in _OF_NAMED:
        return HELO_NAME
    if stage == END and cause == LOGIN_FAILED:
        return UNAUTHENTICATED
    return SENDER_ADDRESS if stage == MAIL and cause in _OF_RECIPIENTS else cause


def _likely(reply: Reply, words: bytes, report: bytes) -> str:
    if b"greylist" in report.lower().partition(SAID)[0]:
        return GREYLISTED
    cause = by_long_number(reply)
    if cause:
        return cause
    cause = LIKELY.cause(words, reply.stage)
    if not cause and (cause := takes_no_mail(reply)):
        return cause
    if cause == TROUBLE and reply.code[:1] == b"5" and reply.status in _NOWHERE:
        # "Lookup failed" for good: there is no such domain.
        cause = NO_DOMAIN
    cause = cause or by_role(reply.words, reply.stage) or VAGUE.cause(words, reply.stage) or by_status(reply)
    weighed = reply.stage and reply.code
    if cause:
        return overruled(reply, cause) if weighed else cause
    return (by_weight(reply) if weighed else "") or by_code(reply) or STAGES[reply.stage]


class Rules:
    """Phrases in order of trust, looked up by the longest word of each that is not in most answers: few others have it.

    They are taken apart when an answer is asked for first.
    """

    def __init__(self, rows: tuple[tuple[str, str, str], ...]) -> None:
        self._rows = rows
        self._rules: list[tuple[str, str, list[bytes]]] = []
        self._longest: dict[bytes, list[int]] = {}

    @property
    def rules(self) -> list[tuple[str, str, list[bytes]]]:
        """Cause, stages and parts of each phrase."""
        if not self._rules:
            for cause, stages, phrases in self._rows:
                self._rules += [(cause, stages, spelled(said)) for said in phrases.split(",")]
            for place, (_, _, parts) in enumerate(self._rules):
                words = b"".join(parts).split()
                longest = max([word for word in words if word not in _OFTEN] or words, key=len)
                self._longest.setdefault(longest, []).append(place)
        return self._rules

    def place(self, words: bytes, stage: str) -> int:
        """Return the place of the first rule whose phrase is found in the words, -1 for none."""
        rules, longest = self.rules, self._longest
        for place in sorted([place for word in set(words.split()) if word in longest for place in longest[word]]):
            _, stages, parts = rules[place]
            if (not stages or (stage and stage in stages)) and _holds(words, parts):
                return place
        return -1

    def cause(self, words: bytes, stage: str) -> str:
        """Return the cause of that rule, "" for none."""
        place = self.place(words, stage)
        return "" if place < 0 else self.rules[place][0]


def _holds(words: bytes, parts: list[bytes]) -> bool:
    """Tell whether the parts of a phrase are found one after another, no further apart than a few words."""
    begin = words.find(parts[0])
    if begin < 0 or len(parts) == 1:
        return begin >= 0
    while begin >= 0:
        end = begin + len(parts[0])
        for part in parts[1:]:
            at = words.find(part, end - 1, end + _GAP + len(part))
            if at < 0:
                break
            end = at + len(part)
        else:
            return True
        begin = words.find(parts[0], begin + 1)
    return False


def _named(cause: str, provider: str, reply: Reply) -> str:
    """Return the list, check or provider that stands beside the cause."""
    if cause == UNAUTHENTICATED:
        text = reply.text.replace(_FRAMEWORK, b"spf")
        return ", ".join([check for check in _CHECKS if check.lower().encode() in text])
    if cause not in {LISTED, REPUTATION}:
        return ""
    if reply.lists:
        return reply.lists[0]
    return provider or next((name for needle, name in PROVIDERS if needle in reply.text), "")


SURE = Rules(sure.ROWS)
LIKELY = Rules(likely.ROWS)
VAGUE = Rules(likely.VAGUE)
