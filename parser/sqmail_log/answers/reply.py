"""An answer taken apart: where in the dialog it came, its codes, and the words that count."""

from __future__ import annotations

from sqmail_log.answers.lexicon import CANONICAL
from sqmail_log.answers.lists import DOMAINS, HOSTS, LABELS, TOKENS

GREETING, HELO, MAIL, RCPT, DATA, END, NOWHERE = "greeting", "HELO", "MAIL", "RCPT", "DATA", "end of DATA", ""
STAGES = (
    (b"does_not_like_recipient", RCPT),
    (b"failed_after_i_sent_the_message", END),
    (b"sender_was_rejected", MAIL),
    (b"greeting_failed", GREETING),
    (b"my_name_was_rejected", HELO),
    (b"failed_on_data_command", DATA),
)
"""What qmail-remote writes before an answer, lower case, and the stage of the dialog that it means."""
SAID = b"emote_host_said:_"
_GAVE_UP = b"/giving_up_on_"
_DIGITS = b"0123456789"
# Blank to all that parts words; what is not ASCII and apostrophes vanish.
_PARTING = b'_/:;,!()[]<>{}"=|*#&$%^~`\\+\t'
_APART = bytes.maketrans(_PARTING, b" " * len(_PARTING))
_VANISH = bytes((*b"'?", *range(128, 256)))
_EXCHANGE = {b"resolver", b"storedrv", b"smtpsend"}
_NO_HOST = b"invalid"
"""Ends names of hosts that cannot be (RFC 2606)."""
_LONGEST = 2000
_PAGES = (b".htm", b".php", b".asp", b".jsp", b".cgi")
_NAME = b"abcdefghijklmnopqrstuvwxyz0123456789_-"
_LONGEST_NAME = 30
NUMERIC = b"numeric"
"""Stands in the words for an address behind `from`."""
_STATUS_PARTS = 3
_DOTS = b"..."
"""So many dots has an IPv4 address."""
_MOST_DETAIL = 3


class Reply:
    """An answer: `stage` of the dialog, `code` (b"" for none), `status` without its class (`7.1`, "" for none).

    `words` are the words of the lexicon in their order, each as the lexicon
    spells it, with a blank before and behind each; addresses, host names and
    what a URL names are left out, but for names of block lists.  `raw` are
    all of its words but for what URLs name, `text` is all of it in lower case,
    for codes of providers.  `lists` are the names of
    the lists.
    """

    __slots__ = ("code", "lists", "raw", "stage", "status", "text", "words")

    def __init__(self, report: bytes) -> None:
        head, said, answer = report[:_LONGEST].lower().partition(SAID)
        self.stage = next((stage for needle, stage in STAGES if needle in head), NOWHERE)
        self.text = answer.partition(_GAVE_UP)[0] if said else head
        self.code = self.text[:3] if self.text[:3].isdigit() else b""
        self.status = ""
        self.lists: list[str] = []
        self.raw = _without_urls(self.text, self.code).replace(_DOTS, b" ").translate(_APART, _VANISH).split()
        self.words = self._words()

    def _words(self) -> bytes:
        """Return the words that count; note the status and the lists on the way."""
        found = []
        for word in self.raw:
            if word.isalpha():
                known = CANONICAL.get(word)
                if known is not None:
                    found.append(known)
                elif word in TOKENS:
                    found.append(self._listed(TOKENS[word]))
            elif b"@" not in word:
                # "from 192.0.2.1" speaks of a client, not of a sender.
                numeric = word[:1].isdigit() and found[-1:] == [b"from"] and word.translate(None, _DIGITS) == _DOTS
                found += [NUMERIC] if numeric else self._parts(word.strip(b".-"))
        return b" " + b" ".join(found) + b" "

    def _parts(self, word: bytes) -> list[bytes]:
        """Return what counts of a word that is not of letters alone."""
        if word.isalpha():
            return self._parts_of([word])
        found = []
        if b"." in word:
            self._note_status(word)
            labels = word.replace(b"-", b".").split(b".")
            found = [DOMAINS] if b"rhsbl" in labels else []
            found += [self._listed(LABELS[label]) for label in labels if label in LABELS]
            found += [HOSTS[label] for label in labels if label in HOSTS]
            if found or word.translate(None, _DIGITS + b".-") == b"":
                return found[:1]
            # Exchange's own words; or a sentence's end without a blank behind it.
            labels = word.split(b".")
            told = all(label in CANONICAL or label.isdigit() for label in labels) and labels[-1] != _NO_HOST
            if labels[0] in _EXCHANGE or told:
                return self._parts_of(labels)
            return []
        if b"-" in word:
            words = [part for part in word.split(b"-") if part]
            # An id has parts of letters and digits.
            return self._parts_of(words) if all(part.isalpha() or part.isdigit() for part in words) else []
        word = word.translate(None, _DIGITS)
        return [self._listed(TOKENS[word])] if word in TOKENS else []

    def _parts_of(self, words: list[bytes]) -> list[bytes]:
        found = [CANONICAL[word] for word in words if word in CANONICAL]
        return found + [self._listed(TOKENS[word]) for word in words if word in TOKENS]

    def _listed(self, named: tuple[str, bytes]) -> bytes:
        """Note the name of a list; return the word that stands for its kind."""
        name, kind = named
        if name not in self.lists:
            self.lists.append(name)
        return kind

    def _note_status(self, word: bytes) -> None:
        """Take a word for the status if it is one and the first."""
        if self.status:
            return
        # "550-5.7.1" is a line before the last, "4.7.500-699" a range.
        for side in word.split(b"-"):
            parts = side.split(b".")
            if len(parts) == _STATUS_PARTS and parts[0] in {b"4", b"5"}:
                _, subject, detail = parts
                if len(subject) == 1 and subject.isdigit() and detail.isdigit() and len(detail) <= _MOST_DETAIL:
                    self.status = f"{int(subject)}.{int(detail)}"
                    return


def _end_of_url(text: bytes, begin: int) -> int:
    """Return where a URL ends: at a blank, but the `_` of a page's name is none (`help/help_spam_16.htm`)."""
    end = text.find(b"_", begin)
    if end < 0:
        return len(text)
    named = min((at for page in _PAGES if (at := text.find(page, end, end + _LONGEST_NAME)) >= 0), default=-1)
    if named >= 0 and text[begin:end].count(b"/") and not text[end:named].translate(None, _NAME):
        return max(text.find(b"_", named), 0) or len(text)
    return end


def _without_urls(text: bytes, code: bytes) -> bytes:
    """Return a text in which of each URL only the host is left."""
    at = text.find(b"://")
    if at < 0:
        return text
    parts = []
    begin = 0
    while at >= 0:
        parts += [text[begin:at], b"_"]
        begin = at + 3
        end = _end_of_url(text, begin)
        # A line may end behind it, and the next begin with its code.
        line = text.find(b"/" + code, begin, end) if code else -1
        end = line if line >= 0 else end
        url = text[begin:end]
        parts += [url.translate(_APART).partition(b" ")[0], b"_"]
        begin = end
        at = text.find(b"://", begin)
    return b"".join(parts) + text[begin:]
