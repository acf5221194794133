"""Of whom an answer speaks, and what it says of him: the cause where no phrase told it.

Of the words that say a thing (`refused`, `not exist`, `locked`) the first with
a subject decides; its subject is the nearest that stands before it, or else
the one right behind it (`invalid sender`).  An answer without a subject speaks
of what was said to the host last: of the client at the greeting, of the sender
at MAIL, of the recipient at RCPT.
"""

from __future__ import annotations

from sqmail_log.answers.whose import (
    DISABLED,
    FORMAT,
    LISTED,
    NO_DOMAIN,
    NO_RECIPIENT,
    RELAYING,
    SENDER_ADDRESS,
)

_SUBJECTS = {
    "client": "numeric ip host client server network connection isp",
    "sender": "sender from",
    "recipient": "recipient user mailbox account alias employee customer person id",
    "relay": "relay",
    "address": "address",
    "domain": "domain",
    "message": "message content subject header",
    "other": "service command list policy rule",
}
SUBJECTS = {word.encode(): subject for subject, words in _SUBJECTS.items() for word in words.split()}

_SAID = {
    "missing": "unknown invalid nonexistent unrecognized undeliverable unresolvable unverifiable unverified bad fake",
    "refused": "refused blocked restricted unauthorized black blacklist unwanted unacceptable",
    "off": "disabled inactive suspended locked closed expired archived terminated discontinued frozen",
}
SAID = {word.encode(): said for said, words in _SAID.items() for word in words.split()}

_NOT = {
    "missing": "exist found known valid recognized local resolve verify such available deliver",
    "refused": "allowed accept permitted welcome authorized approved want trusted",
    "off": "active activated",
}
NOT = {word.encode(): said for said, words in _NOT.items() for word in words.split()}
"""What is said by these with `not` or `no` before them."""

CAUSES = {
    ("client", "refused"): LISTED,
    ("sender", "missing"): SENDER_ADDRESS,
    ("sender", "refused"): SENDER_ADDRESS,
    ("sender", "off"): SENDER_ADDRESS,
    ("recipient", "missing"): NO_RECIPIENT,
    ("recipient", "off"): DISABLED,
    ("relay", "refused"): RELAYING,
    ("relay", "off"): RELAYING,
    ("message", "missing"): FORMAT,
}
_OF_STAGE = {"greeting": "client", "MAIL": "sender", "RCPT": "recipient"}
_HOSTS = (b"server", b"host")
_BEFORE = 5
_BEHIND = 2


def by_role(words: bytes, stage: str) -> str:
    """Return the cause that the words of an answer tell by their roles, "" for none."""
    found = words.split()
    early = stage in _OF_STAGE
    for place, word in enumerate(found):
        said = SAID.get(word, "")
        if not said and word in NOT and place and found[place - 1] in {b"not", b"no"}:
            said = NOT[word]
        if not said:
            continue
        subject = _subject(found, place, early=early)
        if subject == "domain" and said == "missing" and stage == "RCPT":
            return NO_DOMAIN
        if subject in {"address", "domain"} or (not subject and (said != "refused" or stage == "greeting")):
            subject = _OF_STAGE.get(stage, "")
        if subject == "sender" and stage == "greeting":
            subject = "client"
        cause = CAUSES.get((subject, said), "")
        if cause:
            return cause
    return ""


def _subject(words: list[bytes], place: int, *, early: bool) -> str:
    """Return of whom the word at a place speaks, "" where no subject stands near; `early`: no message was sent yet."""
    before = range(place - 1, max(-1, place - 1 - _BEFORE), -1)
    behind = range(place + 1, min(len(words), place + 1 + _BEHIND))
    # A host that refuses somebody speaks of himself: "server rejected recipient".
    itself = place and words[place - 1] in _HOSTS and words[place] == b"refused"
    places = [*behind, *before] if itself else [*before, *behind]
    subjects = [_at(words, near) for near in places if words[near] in SUBJECTS and words[near - 1] != b"by"]
    return next((subject for subject in subjects if not (early and subject == "message")), "")


def _at(words: list[bytes], place: int) -> str:
    """Return the subject at a place; "from your server" speaks of the client, "from" else of the sender."""
    subject = SUBJECTS[words[place]]
    if words[place] == b"from":
        source = next((SUBJECTS[word] for word in words[place + 1 : place + 1 + _BEHIND] if word in SUBJECTS), "")
        return "client" if source == "client" else subject
    return subject
